//! Data sets (PS3.5 7): elements, sequences and Items, in Explicit or Implicit VR Little Endian.
//!
//! [`DataSet::parse`] never fails. It gives every element that can be read, borrowed from the input, and an [`Issue`] for
//! every rule that is broken. A value or Item that overruns its parent is cut at the parent's end, marked
//! ([`Element::is_clamped`]) and reported, and the parent goes on; real devices send such data sets.
//!
//! A data set is a flat list of nodes in pre-order ([`Arena`]), 24 bytes each. Neither reading nor walking, printing or
//! dropping one uses recursion, so the depth of the input cannot exhaust the stack.
//!
//! What an odd input means, decided here:
//!
//! - UN of undefined length holds Items in Implicit VR (PS3.5 6.2.2 note 4), and shows as SQ. UN of explicit length stays
//!   closed; [`Element::open`] reads it.
//! - An unknown VR of two capital letters has a 32-bit length (PS3.5 6.2), anything else is taken for an element in Implicit VR;
//!   but another layout is preferred where only that one leads to a readable header.
//! - In Implicit VR, two letters that are a VR make an explicit element where the next header proves it.
//! - Encapsulated pixel data is OB or OW of undefined length that begins with an Item. Other VRs of undefined length end at
//!   the next Sequence Delimitation Item.
//! - A delimiter's length is reported and otherwise ignored. A delimiter where none may be is left out, one that is missing
//!   is assumed where the next tag needs it.

mod access;
mod arena;
mod element;
mod encode;
pub mod events;
pub(crate) mod fields;
mod header;
mod issue;
mod item;
mod iter;
mod machine;
mod parse;
mod spans;
pub mod write;

use core::fmt;

pub use arena::Arena;
pub use element::Element;
pub use encode::encode;
pub use fields::fields;
pub use header::UNDEFINED_LENGTH;
pub use issue::{Issue, IssueKind};
pub use item::{Fragment, Item};
pub use iter::{Elements, Fragments, Items, Node, Walk};
pub use spans::{Span, SpanKind, Spans};

use self::arena::{NONE, NodeData};
pub(crate) use self::machine::Root;
use crate::error::Error;
use crate::limits::Limits;
use crate::tag::Tag;

/// The transfer syntaxes whose data sets are read and written here (PS3.5 A.1, A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Syntax {
    /// Explicit VR Little Endian, that of every RTV payload (PS3.22 7).
    #[default]
    ExplicitVrLe,
    /// Implicit VR Little Endian, the default of DICOM associations.
    ImplicitVrLe,
}

impl Syntax {
    /// Its Transfer Syntax UID.
    #[must_use]
    pub const fn uid(self) -> &'static str {
        match self {
            Self::ExplicitVrLe => "1.2.840.10008.1.2.1",
            Self::ImplicitVrLe => "1.2.840.10008.1.2",
        }
    }

    /// The syntax of a Transfer Syntax UID, if it is one of these.
    #[must_use]
    pub fn from_uid(uid: &str) -> Option<Self> {
        [Self::ExplicitVrLe, Self::ImplicitVrLe]
            .into_iter()
            .find(|syntax| syntax.uid() == uid)
    }
}

/// A data set that borrows its input. All offsets are those of the input, from its first byte.
#[derive(Clone)]
pub struct DataSet<'a> {
    input: &'a [u8],
    arena: Arena,
    start: u32,
    end: u32,
    syntax: Syntax,
    /// The index of the root's (0008,0005).
    charset: u32,
    /// All nodes are elements of the top level.
    is_flat: bool,
}

impl<'a> DataSet<'a> {
    /// Reads the whole input.
    #[must_use]
    pub fn parse(input: &'a [u8], syntax: Syntax, limits: &Limits) -> Self {
        Self::parse_in(Arena::new(), input, syntax, limits)
    }

    /// Reads the whole input into memory used before ([`Self::into_arena`]).
    #[must_use]
    pub fn parse_in(arena: Arena, input: &'a [u8], syntax: Syntax, limits: &Limits) -> Self {
        Self::parse_range(arena, input, 0, u32::MAX, syntax, limits)
    }

    /// Reads bytes `start..end` of a larger structure. Offsets stay those of the structure.
    ///
    /// A data set reaches to byte 2^32 - 2 at most; more is an [`IssueKind::Limit`].
    #[must_use]
    pub fn parse_range(arena: Arena, input: &'a [u8], start: u32, end: u32, syntax: Syntax, limits: &Limits) -> Self {
        let mut set = Self::empty(arena, input, syntax);
        set.fill(start, end, Root::DataSet, limits);
        set
    }

    /// Reads a sequence's content: Items at the root ([`Self::root_items`]).
    fn parse_items(input: &'a [u8], start: u32, end: u32, syntax: Syntax, limits: &Limits) -> Self {
        let mut set = Self::empty(Arena::new(), input, syntax);
        set.fill(start, end, Root::Items, limits);
        set
    }

    /// Nothing of the input yet. Together with [`Self::fill`] it lets a payload read its data sets where they stay: moving them
    /// costs as much as reading a few elements.
    pub(crate) const fn empty(arena: Arena, input: &'a [u8], syntax: Syntax) -> Self {
        Self {
            input,
            arena,
            start: 0,
            end: 0,
            syntax,
            charset: NONE,
            is_flat: false,
        }
    }

    /// Reads bytes `start..end`, as [`Self::parse_range`] does. Of [`Root::Group0002`] the end is where another group begins.
    pub(crate) fn fill(&mut self, start: u32, end: u32, root: Root, limits: &Limits) {
        let longest = NONE - 1;
        let available = u32::try_from(self.input.len()).unwrap_or(u32::MAX).min(end);
        let end = available.min(longest);
        self.start = start.min(end);
        let parsed = parse::parse(&mut self.arena, self.input, self.start, end, root, self.syntax, limits);
        self.end = parsed.end;
        self.charset = parsed.charset;
        self.is_flat = parsed.is_flat && root != Root::Items;
        if end < available {
            let error = Error::limit("data set", end.into(), "bytes of a data set", longest.into());
            self.arena.issues.push(Issue {
                kind: IssueKind::Limit,
                error,
                node: None,
            });
        }
    }

    /// Gives the memory back, for [`Self::parse_in`].
    #[must_use]
    pub fn into_arena(self) -> Arena {
        self.arena
    }

    /// The input, of which the data set is [`start`](Self::start)`..`[`end`](Self::end).
    #[must_use]
    pub const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// Its own bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.slice(self.start, self.end)
    }

    /// The offset of its first byte in the input.
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.start
    }

    /// The offset behind its last byte.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.end
    }

    /// The syntax that it was read in.
    #[must_use]
    pub const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// What is wrong with it, in the order of discovery: the first 64.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        self.arena.issues.kept()
    }

    /// How many issues there are, those over 64 included.
    #[must_use]
    pub const fn issue_count(&self) -> u32 {
        self.arena.issues.count()
    }

    /// Whether it ends where it should and all of it was read: no [`IssueKind::Truncated`] and no [`IssueKind::Limit`].
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !self.arena.issues.is_incomplete()
    }

    /// How many elements, Items and fragments it has, on all levels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arena.nodes.len()
    }

    /// Whether it has no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arena.nodes.is_empty()
    }

    /// The elements of the top level, as they come.
    #[must_use]
    pub fn elements(&self) -> Elements<'_, 'a> {
        Elements::new(self, 0, self.arena.nodes.len() as u32)
    }

    /// The Items of a sequence's content that [`Element::open`] read; nothing in any other data set.
    #[must_use]
    pub fn root_items(&self) -> Items<'_, 'a> {
        Items::new(self, 0, self.arena.nodes.len() as u32)
    }

    /// The first element of this tag on the top level.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<Element<'_, 'a>> {
        self.elements().find_tag(tag)
    }

    /// The element of this tag in the Item that `items` lead to: sequence and Item number (from 0), from the top level on.
    #[must_use]
    pub fn path(&self, items: &[(Tag, usize)], tag: Tag) -> Option<Element<'_, 'a>> {
        let mut level = self.elements();
        for &(sequence, number) in items {
            level = level.find_tag(sequence)?.item(number)?.elements();
        }
        level.find_tag(tag)
    }

    /// Everything in pre-order, with its depth: 0 for the top level, 1 for the Items of its sequences, 2 for their elements.
    #[must_use]
    pub fn walk(&self) -> Walk<'_, 'a> {
        Walk::new(self)
    }

    /// The node of an index.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<Node<'_, 'a>> {
        self.data(index).map(|data| Node::new(self, index, data))
    }

    /// Every byte of it, in exactly one span.
    #[must_use]
    pub fn spans(&self) -> Spans<'_, 'a> {
        Spans::new(self)
    }

    pub(crate) fn data(&self, index: u32) -> Option<&NodeData> {
        self.arena.nodes.get(index as usize)
    }

    /// Whether tags ascend on every level.
    pub(crate) const fn is_ordered(&self) -> bool {
        !self.arena.issues.is_unordered()
    }

    /// Bytes of the input; empty where there are none.
    pub(crate) fn slice(&self, start: u32, end: u32) -> &'a [u8] {
        self.input.get(start as usize..end as usize).unwrap_or_default()
    }
}

impl fmt::Debug for DataSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataSet")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("syntax", &self.syntax)
            .field("nodes", &self.len())
            .field("issues", &self.issues())
            .finish()
    }
}

#[cfg(test)]
mod tests;
