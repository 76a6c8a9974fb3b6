//! Attributes of modules, read from the generated lists. Equal lists are stored once: a list's number is its identity.

use core::fmt;

use super::table;
use crate::Tag;

/// The deepest nesting in the tables: an attribute's path has at most this many tags.
pub const MAX_DEPTH: usize = 7;

/// The type of an attribute: whether it must be there and have a value (PS3.5 7.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AttributeType {
    /// 1: present, with a value.
    One,
    /// 2: present, possibly empty.
    Two,
    /// 1C: under a condition as type 1.
    OneC,
    /// 2C: under a condition as type 2.
    TwoC,
    /// 3: optional.
    Three,
}

impl AttributeType {
    /// As PS3.3 writes it: `1`, `1C`, `2`, `2C` or `3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
            Self::OneC => "1C",
            Self::TwoC => "2C",
            Self::Three => "3",
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row of a module: an attribute and its type. Name, VR and VM are those of [`crate::dictionary::lookup`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Attribute {
    /// The attribute.
    pub tag: Tag,
    /// Its type.
    pub kind: AttributeType,
    list: u8,
}

impl Attribute {
    pub(super) const fn new(tag: u32, kind: AttributeType, list: u8) -> Self {
        Self {
            tag: Tag(tag),
            kind,
            list,
        }
    }

    /// The attributes of the items of this sequence; none for other VRs, and where a macro is nested so deep that the
    /// tables stop.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Self> + use<> {
        of_list(self.list)
    }
}

/// The attributes of a list; 0 is the empty one.
pub(super) fn of_list(list: u8) -> core::iter::Copied<core::slice::Iter<'static, Attribute>> {
    let rows = table::LISTS.get(usize::from(list)).copied().unwrap_or_default();
    rows.iter().copied()
}

/// A module's attributes in pre-order with their depth, 0 at top level: see [`super::Module::walk`].
#[derive(Clone, Debug)]
pub struct Walk {
    levels: [core::iter::Copied<core::slice::Iter<'static, Attribute>>; MAX_DEPTH],
    depth: usize,
}

impl Walk {
    pub(super) fn new(list: u8) -> Self {
        let mut levels = core::array::from_fn(|_| of_list(0));
        if let Some(top) = levels.first_mut() {
            *top = of_list(list);
        }
        Self { levels, depth: 0 }
    }
}

impl Iterator for Walk {
    type Item = (usize, Attribute);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let depth = self.depth;
            if let Some(row) = self.levels.get_mut(depth)?.next() {
                if let Some(below) = self.levels.get_mut(depth + 1).filter(|_| row.list != 0) {
                    *below = of_list(row.list);
                    self.depth = depth + 1;
                }
                return Some((depth, row));
            }
            self.depth = depth.checked_sub(1)?;
        }
    }
}
