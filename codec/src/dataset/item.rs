//! Items of sequences and fragments of encapsulated pixel data.

use super::DataSet;
use super::arena::{Form, NodeData, flag};
use super::element::Element;
use super::header::UNDEFINED_LENGTH;
use super::iter::Elements;
use crate::tag::Tag;

/// An Item of a sequence (PS3.5 7.5): a data set of its own.
#[derive(Clone, Copy)]
pub struct Item<'d, 'a> {
    set: &'d DataSet<'a>,
    data: &'d NodeData,
    index: u32,
}

impl<'d, 'a> Item<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>, index: u32, data: &'d NodeData) -> Self {
        Self { set, data, index }
    }

    pub(crate) const fn data(&self) -> &'d NodeData {
        self.data
    }

    /// Its index among the nodes of the data set.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Which Item of its sequence it is, from 0. It counts the Items before it.
    #[must_use]
    pub fn number(&self) -> u32 {
        let mut number = 0;
        let mut at = if self.data.parent == super::arena::NONE {
            0
        } else {
            self.data.parent.saturating_add(1)
        };
        while at < self.index
            && let Some(item) = self.set.data(at)
        {
            number += 1;
            at = item.next;
        }
        number
    }

    /// Its elements.
    #[must_use]
    pub const fn elements(&self) -> Elements<'d, 'a> {
        Elements::new(self.set, self.index.saturating_add(1), self.data.next)
    }

    /// The first element of this tag.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<Element<'d, 'a>> {
        self.elements().find_tag(tag)
    }

    /// The sequence it belongs to; `None` in a data set of [`Element::open`].
    #[must_use]
    pub fn sequence(&self) -> Option<Element<'d, 'a>> {
        let data = self.set.data(self.data.parent)?;
        Some(Element::new(self.set, self.data.parent, data))
    }

    /// The length in its header; [`UNDEFINED_LENGTH`] where a delimiter ends it.
    #[must_use]
    pub fn declared_length(&self) -> u32 {
        self.set.declared_length(self.data)
    }

    /// Whether a delimiter ends it.
    #[must_use]
    pub const fn has_undefined_length(&self) -> bool {
        self.data.flags & flag::UNDEFINED != 0
    }

    /// Whether it was cut at the end of its sequence.
    #[must_use]
    pub const fn is_clamped(&self) -> bool {
        self.data.flags & flag::CLAMPED != 0
    }

    /// The offset of its first byte.
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.data.start
    }

    /// The offset of its first element.
    #[must_use]
    pub const fn value_start(&self) -> u32 {
        self.data.value_start()
    }

    /// The offset behind its last element.
    #[must_use]
    pub const fn value_end(&self) -> u32 {
        self.data.value_end
    }

    /// The offset behind its last byte, delimiter included.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.data.end()
    }
}

/// A fragment of encapsulated pixel data (PS3.5 A.4).
#[derive(Clone, Copy)]
pub struct Fragment<'d, 'a> {
    set: &'d DataSet<'a>,
    data: &'d NodeData,
    index: u32,
}

impl<'d, 'a> Fragment<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>, index: u32, data: &'d NodeData) -> Self {
        Self { set, data, index }
    }

    pub(crate) const fn data(&self) -> &'d NodeData {
        self.data
    }

    /// Its index among the nodes of the data set.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Its bytes.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.set.slice(self.data.value_start(), self.data.value_end)
    }

    /// The length in its header.
    #[must_use]
    pub fn declared_length(&self) -> u32 {
        self.set.declared_length(self.data)
    }

    /// Whether it was cut at the end of the pixel data.
    #[must_use]
    pub const fn is_clamped(&self) -> bool {
        self.data.flags & flag::CLAMPED != 0
    }

    /// The offset of its first byte.
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.data.start
    }

    /// The offset of its value.
    #[must_use]
    pub const fn value_start(&self) -> u32 {
        self.data.value_start()
    }

    /// The offset behind its last byte.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.data.end()
    }
}

impl NodeData {
    /// The offset of the value, not behind its end: a header may be cut.
    pub(crate) const fn value_start(&self) -> u32 {
        self.start.saturating_add(self.form.header_length())
    }

    /// The offset behind value and delimiter.
    pub(crate) const fn end(&self) -> u32 {
        if self.flags & flag::DELIMITED == 0 {
            self.value_end
        } else {
            self.value_end.saturating_add(8)
        }
    }
}

impl<'a> DataSet<'a> {
    /// The length that a header declares.
    pub(crate) fn declared_length(&self, data: &NodeData) -> u32 {
        let header = self.slice(data.start, data.value_start());
        match (data.form, header) {
            (Form::Short, &[.., a, b]) => u16::from_le_bytes([a, b]).into(),
            (_, &[.., a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => UNDEFINED_LENGTH,
        }
    }
}

impl core::fmt::Debug for Item<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Item {}..{}", self.start(), self.end())
    }
}

impl core::fmt::Debug for Fragment<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Fragment {}..{}", self.start(), self.end())
    }
}
