//! Data elements: what their header says, their value, and what is below them.

use core::fmt;

use super::arena::{Form, NONE, NodeData, flag};
use super::item::Item;
use super::iter::{Fragments, Items};
use super::{DataSet, Syntax};
use crate::limits::Limits;
use crate::tag::Tag;
use crate::vr::Vr;

/// A data element (PS3.5 7.1). A pointer into the data set: copying it copies no value.
#[derive(Clone, Copy)]
pub struct Element<'d, 'a> {
    set: &'d DataSet<'a>,
    data: &'d NodeData,
    index: u32,
}

impl<'d, 'a> Element<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>, index: u32, data: &'d NodeData) -> Self {
        Self { set, data, index }
    }

    pub(crate) const fn data(&self) -> &'d NodeData {
        self.data
    }

    pub(crate) const fn set(&self) -> &'d DataSet<'a> {
        self.set
    }

    /// Its index among the nodes of the data set, in pre-order.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        Tag(self.data.tag)
    }

    /// The VR that its value has: of the header; of the dictionary where the header has none; SQ for UN of undefined length;
    /// UN where nobody knows.
    #[must_use]
    pub const fn vr(&self) -> Vr {
        self.data.vr
    }

    /// The VR's two bytes in the header; `None` for an element in Implicit VR.
    #[must_use]
    pub fn wire_vr(&self) -> Option<[u8; 2]> {
        if self.data.form == Form::Implicit {
            return None;
        }
        let at = self.data.start.saturating_add(4);
        self.set.slice(at, at.saturating_add(2)).first_chunk().copied()
    }

    /// The length in the header, in bytes; [`UNDEFINED_LENGTH`](super::UNDEFINED_LENGTH) where a delimiter ends the value.
    #[must_use]
    pub fn declared_length(&self) -> u32 {
        self.set.declared_length(self.data)
    }

    /// Whether a delimiter ends the value.
    #[must_use]
    pub const fn has_undefined_length(&self) -> bool {
        self.data.flags & flag::UNDEFINED != 0
    }

    /// The value's bytes, as far as they are there; of a sequence all its Items' bytes. Without a delimiter.
    #[must_use]
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        self.set.slice(self.data.value_start(), self.data.value_end)
    }

    /// Whether the value has no byte.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.data.value_end <= self.data.value_start()
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

    /// The offset behind its value.
    #[must_use]
    pub const fn value_end(&self) -> u32 {
        self.data.value_end
    }

    /// The offset behind its last byte, delimiter included.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.data.end()
    }

    /// Whether the value was cut at the end of what is around it.
    #[must_use]
    pub const fn is_clamped(&self) -> bool {
        self.data.flags & flag::CLAMPED != 0
    }

    /// Whether it is a sequence that was not entered, for [`Limits::depth`]: its value is unread.
    #[must_use]
    pub const fn is_opaque(&self) -> bool {
        self.data.flags & flag::OPAQUE != 0
    }

    /// Whether it is a Sequence of Items, be there any or none.
    #[must_use]
    pub const fn is_sequence(&self) -> bool {
        self.data.flags & flag::SEQUENCE != 0
    }

    /// Whether its value is fragments (encapsulated pixel data, PS3.5 A.4).
    #[must_use]
    pub const fn is_encapsulated(&self) -> bool {
        self.data.flags & flag::FRAGMENTS != 0
    }

    /// Whether the VR in the header is none of PS3.5.
    #[must_use]
    pub const fn has_unknown_vr(&self) -> bool {
        self.data.flags & flag::UNKNOWN_VR != 0
    }

    /// The Items of a sequence; none for any other element.
    #[must_use]
    pub const fn items(&self) -> Items<'d, 'a> {
        Items::new(self.set, self.index.saturating_add(1), self.data.next)
    }

    /// The Item of this number, from 0.
    #[must_use]
    pub fn item(&self, number: usize) -> Option<Item<'d, 'a>> {
        self.items().nth(number)
    }

    /// The fragments of encapsulated pixel data; none for any other element.
    #[must_use]
    pub const fn fragments(&self) -> Fragments<'d, 'a> {
        Fragments::new(self.set, self.index.saturating_add(1), self.data.next)
    }

    /// The Item it belongs to; `None` on the top level.
    #[must_use]
    pub fn parent(&self) -> Option<Item<'d, 'a>> {
        let data = self.set.data(self.data.parent)?;
        Some(Item::new(self.set, self.data.parent, data))
    }

    /// Who owns a private element (PS3.5 7.8.1): the value of the Private Creator of its block, without padding.
    ///
    /// It searches the elements before it on its level.
    #[must_use]
    pub fn private_creator(&self) -> Option<&'a str> {
        let tag = self.tag();
        let block = tag.element() >> 8;
        if !tag.is_private() || block < 0x10 {
            return None;
        }
        let level = match self.parent() {
            Some(item) => item.elements(),
            None => self.set.elements(),
        };
        let creator = level.find_tag(Tag::new(tag.group(), block))?;
        core::str::from_utf8(creator.value())
            .ok()
            .map(|text| text.trim_matches([' ', '\0']))
    }

    /// Reads UN of explicit length as a sequence in Implicit VR (PS3.5 6.2.2 note 2), if that is what it holds: an Item comes
    /// first, and nothing is wrong with the rest. Its Items are the [`root_items`](DataSet::root_items).
    #[must_use]
    pub fn open(&self, limits: &Limits) -> Option<DataSet<'a>> {
        let starts_with_item = self.value().starts_with(&[0xFE, 0xFF, 0x00, 0xE0]);
        if self.vr() != Vr::UN || self.is_sequence() || !starts_with_item {
            return None;
        }
        let (start, end) = (self.value_start(), self.value_end());
        [Syntax::ImplicitVrLe, Syntax::ExplicitVrLe]
            .into_iter()
            .map(|syntax| DataSet::parse_items(self.set.input, start, end, syntax, limits))
            .find(|set| set.issue_count() == 0)
    }

    /// Whether it lies on the top level.
    #[must_use]
    pub const fn is_top_level(&self) -> bool {
        self.data.parent == NONE
    }
}

impl fmt::Debug for Element<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}..{}", self.tag(), self.vr(), self.start(), self.end())
    }
}
