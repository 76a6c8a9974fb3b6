//! The field tree: every byte of a structure by name, with its place, its value as people read it, and its clause.
//!
//! A tree is a flat list in pre-order; a field's children are the fields behind it whose depth is greater. It is built on
//! demand, for what somebody looks at, never while a capture is indexed.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::tag::Tag;
use crate::vr::Vr;

/// The fields of one structure, in pre-order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldTree {
    /// The fields.
    pub fields: Vec<Field>,
}

/// One named field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// 0 for a root.
    pub depth: u16,
    /// What kind of field this is.
    pub kind: FieldKind,
    /// Its name in the standard: "Sequence Number", "Patient's Name".
    pub name: Cow<'static, str>,
    /// First byte, from the start of the structure that the tree describes.
    pub start: u32,
    /// Bytes, header and value together.
    pub length: u32,
    /// For a data element: where its value starts, from the start of the structure; else `start`.
    pub value_start: u32,
    /// For a field narrower than its bytes: first bit from the most significant one of byte `start`, and the count of bits.
    pub bits: Option<(u8, u8)>,
    /// The value as people read it; empty where the children say it all.
    pub value: String,
    /// The clause that defines it, as "PS3.22 7.1".
    pub clause: &'static str,
    /// For a data element: its tag.
    pub tag: Option<Tag>,
    /// For a data element: its Value Representation.
    pub vr: Option<Vr>,
    /// What is wrong or odd here, for people.
    pub notes: Vec<Note>,
}

/// What kind of thing a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// A group of fields: a header, a part of the payload.
    Group,
    /// A plain field.
    #[default]
    Value,
    /// A data element.
    Element,
    /// A Sequence of Items.
    Sequence,
    /// An Item of a sequence.
    Item,
    /// Padding, preamble, delimiters: bytes without meaning of their own.
    Padding,
    /// Bytes that could not be read.
    Error,
}

/// A remark on a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whether it breaks a rule (else it is worth knowing).
    pub is_error: bool,
    /// One sentence.
    pub text: Cow<'static, str>,
}

impl FieldTree {
    /// An empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Adds a field and returns it, to complete it.
    pub fn push(&mut self, field: Field) -> &mut Field {
        self.fields.push(field);
        let last = self.fields.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "the element was pushed just above")]
        &mut self.fields[last]
    }

    /// Adds the fields of a part that starts `start` bytes into this structure, below a field of depth `depth`.
    pub fn append(&mut self, part: Self, depth: u16, start: u32) {
        self.fields.extend(part.fields.into_iter().map(|mut field| {
            field.depth = field.depth.saturating_add(depth);
            field.start = field.start.saturating_add(start);
            field.value_start = field.value_start.saturating_add(start);
            field
        }));
    }

    /// The index of the deepest field that covers byte `offset`.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<usize> {
        let covers = |f: &Field| f.start <= offset && offset - f.start < f.length;
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, f)| covers(f))
            .max_by_key(|(_, f)| f.depth)
            .map(|(i, _)| i)
    }
}

impl Field {
    /// A field `length` bytes long at `start`, with a value.
    #[must_use]
    pub fn new(depth: u16, name: &'static str, start: u32, length: u32, value: impl Into<String>) -> Self {
        Self {
            depth,
            kind: FieldKind::Value,
            name: Cow::Borrowed(name),
            start,
            length,
            value_start: start,
            bits: None,
            value: value.into(),
            clause: "",
            tag: None,
            vr: None,
            notes: Vec::new(),
        }
    }

    /// The same field as another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: FieldKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same field, `count` bits from bit `first` (0 is the most significant bit of byte `start`).
    #[must_use]
    pub fn with_bits(mut self, first: u8, count: u8) -> Self {
        self.bits = Some((first, count));
        self
    }

    /// The same field with its clause.
    #[must_use]
    pub fn with_clause(mut self, clause: &'static str) -> Self {
        self.clause = clause;
        self
    }

    /// The same field with a remark that a rule is broken.
    #[must_use]
    pub fn with_error(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.notes.push(Note {
            is_error: true,
            text: text.into(),
        });
        self
    }

    /// The same field with a remark.
    #[must_use]
    pub fn with_note(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.notes.push(Note {
            is_error: false,
            text: text.into(),
        });
        self
    }
}
