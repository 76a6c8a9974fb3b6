//! RTV payloads (PS3.22 7): what a Grain of a DICOM Metadata Flow carries.
//!
//! Preamble (128 bytes), "DICM", RTV Meta Information (group 0002), the dynamic part (0006,0001), the static part
//! (groups 0008 and above). [`Payload::parse`] never fails: it gives what can be read, and says what is wrong.

mod dynamic;
mod fields;
mod flows;

pub use dynamic::{CameraPosition, Dynamic, Usefulness};
pub use fields::fields;
pub use flows::{BulkDataFlow, BulkDataFlows};

use alloc::vec::Vec;

use crate::dataset::{Arena, DataSet, Issue, IssueKind, Root, Syntax};
use crate::error::{Error, Found};
use crate::limits::Limits;
use crate::meta::MetaInformation;
use crate::tag::Tag;

/// Bytes of the File Preamble.
pub const PREAMBLE_LENGTH: usize = 128;
/// The prefix behind the preamble.
pub const PREFIX: [u8; 4] = *b"DICM";
/// Where group 0002 begins.
pub const META_OFFSET: usize = 132;

/// Current Frame Functional Groups Sequence (0006,0001): the dynamic part.
pub const CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE: Tag = Tag::new(0x0006, 0x0001);
/// The least tag of the static part.
const STATIC_PART: Tag = Tag::new(0x0008, 0x0000);

/// The memory of a [`Payload`], to use again for the next one.
#[derive(Clone, Debug, Default)]
pub struct PayloadArena {
    meta: Arena,
    data: Arena,
}

/// An RTV payload that borrows the bytes of its Grain. All offsets are those of the payload.
#[derive(Clone, Debug)]
pub struct Payload<'a> {
    input: &'a [u8],
    meta: MetaInformation<'a>,
    data_set: DataSet<'a>,
    has_prefix: bool,
}

impl<'a> Payload<'a> {
    /// Reads a payload.
    #[must_use]
    pub fn parse(input: &'a [u8], limits: &Limits) -> Self {
        Self::parse_in(PayloadArena::default(), input, limits)
    }

    /// Reads a payload into memory used before ([`Self::into_arena`]): it then allocates nothing.
    #[must_use]
    pub fn parse_in(arena: PayloadArena, input: &'a [u8], limits: &Limits) -> Self {
        let (start, has_prefix) = find_meta(input);
        let mut payload = Self {
            input,
            meta: MetaInformation::empty(arena.meta, input),
            data_set: DataSet::empty(arena.data, input, Syntax::ExplicitVrLe),
            has_prefix,
        };
        payload.meta.fill(start, limits);
        let start = payload.meta.data_set().end();
        payload.data_set.fill(start, u32::MAX, Root::DataSet, limits);
        payload
    }

    /// Gives the memory back, for [`Self::parse_in`].
    #[must_use]
    pub fn into_arena(self) -> PayloadArena {
        PayloadArena {
            meta: self.meta.into_arena(),
            data: self.data_set.into_arena(),
        }
    }

    /// All its bytes.
    #[must_use]
    pub const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// The preamble; `None` where neither the prefix nor group 0002 is where it belongs.
    #[must_use]
    pub fn preamble(&self) -> Option<&'a [u8; PREAMBLE_LENGTH]> {
        let is_there = self.has_prefix || self.meta.data_set().start() as usize == META_OFFSET;
        self.input.first_chunk().filter(|_| is_there)
    }

    /// Whether "DICM" is at byte 128.
    #[must_use]
    pub const fn has_prefix(&self) -> bool {
        self.has_prefix
    }

    /// The RTV Meta Information.
    #[must_use]
    pub const fn meta(&self) -> &MetaInformation<'a> {
        &self.meta
    }

    /// Everything behind the RTV Meta Information: dynamic and static part.
    #[must_use]
    pub const fn data_set(&self) -> &DataSet<'a> {
        &self.data_set
    }

    /// What is wrong: with the prefix, the group length, the RTV Meta Information, the data set.
    pub fn issues(&self) -> impl Iterator<Item = Issue> {
        let prefix = (!self.has_prefix).then(|| prefix_issue(self.input));
        let has_meta = !self.meta.data_set().is_empty();
        let length = if has_meta { check_group_length(&self.meta) } else { None };
        let sets = self.meta.data_set().issues().iter().chain(self.data_set.issues());
        prefix.into_iter().chain(length).chain(sets.copied())
    }

    /// Whether it has a dynamic part: (0006,0001).
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.data_set.get(CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).is_some()
    }

    /// Whether it has a static part: any element of group 0008 or above on the top level.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.data_set.elements().any(|element| element.tag() >= STATIC_PART)
    }

    /// The dynamic part.
    #[must_use]
    pub fn dynamic(&self) -> Option<Dynamic<'_, 'a>> {
        let sequence = self.data_set.get(CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)?;
        Some(Dynamic::new(sequence))
    }

    /// The bulk data flows that the static part lists (PS3.3 C.7.6.26): one per Item of each Flow Identifier Sequence.
    #[must_use]
    pub fn bulk_data_flows(&self) -> BulkDataFlows<'_, 'a> {
        BulkDataFlows::new(&self.data_set)
    }

    /// SOP Class UID (0008,0016) of the static part.
    #[must_use]
    pub fn sop_class_uid(&self) -> Option<&'a str> {
        self.data_set.get(Tag::new(0x0008, 0x0016))?.uid()
    }

    /// SOP Instance UID (0008,0018) of the static part.
    #[must_use]
    pub fn sop_instance_uid(&self) -> Option<&'a str> {
        self.data_set.get(Tag::new(0x0008, 0x0018))?.uid()
    }
}

/// Puts preamble and prefix before group 0002 ([`meta::build`](crate::meta::build)) and the data set.
#[must_use]
pub fn encode(meta: &[u8], data_set: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(META_OFFSET.saturating_add(meta.len()).saturating_add(data_set.len()));
    out.resize(PREAMBLE_LENGTH, 0);
    out.extend_from_slice(&PREFIX);
    out.extend_from_slice(meta);
    out.extend_from_slice(data_set);
    out
}

/// Where group 0002 begins: at 132 behind the prefix, else wherever it can be seen, else at the end of the bytes. And whether
/// the prefix is there.
pub(crate) fn find_meta(input: &[u8]) -> (u32, bool) {
    if input.get(PREAMBLE_LENGTH..META_OFFSET) == Some(PREFIX.as_slice()) {
        return (META_OFFSET as u32, true);
    }
    let starts = [META_OFFSET, if input.starts_with(&PREFIX) { PREFIX.len() } else { 0 }];
    let start = starts.into_iter().find(|&start| is_meta(input, start));
    (start.map_or(u32::MAX, |start| start as u32), false)
}

/// What is wrong where the prefix is not.
pub(crate) fn prefix_issue(input: &[u8]) -> Issue {
    let found = input
        .get(PREAMBLE_LENGTH..META_OFFSET)
        .and_then(|bytes| bytes.first_chunk().copied());
    let error = match found {
        Some(bytes) => Error::invalid("DICM prefix", PREAMBLE_LENGTH as u64, "DICM", Found::Bytes(bytes)),
        None => Error::incomplete("preamble and DICM prefix", 0, META_OFFSET as u64, input.len() as u64),
    };
    Issue {
        kind: IssueKind::Prefix,
        error,
        node: None,
    }
}

/// Whether an element of group 0002 begins here.
fn is_meta(input: &[u8], start: usize) -> bool {
    let head = input.get(start..).and_then(|rest| rest.first_chunk());
    matches!(head, Some(&[2, 0, _, _, v, r]) if crate::Vr::from_bytes([v, r]).is_some())
}

/// What is wrong with (0002,0000).
pub(crate) fn check_group_length(meta: &MetaInformation<'_>) -> Option<Issue> {
    let (found, node, at) = match (meta.group_length(), meta.get(crate::meta::GROUP_LENGTH)) {
        (Some(length), _) if Some(length) == meta.measured_group_length() => return None,
        (Some(length), Some(element)) => (Found::Number(length.into()), Some(element.index()), element.start()),
        (None, Some(element)) => (Found::Text("no number"), Some(element.index()), element.start()),
        _ => (Found::Text("none"), None, meta.data_set().start()),
    };
    let expected = "the bytes behind (0002,0000) to the end of group 0002";
    Some(Issue {
        kind: IssueKind::GroupLength,
        error: Error::invalid("(0002,0000) Group Length", at.into(), expected, found),
        node,
    })
}

#[cfg(test)]
mod tests;
