//! What the machine does where a rule is broken, and what stands between Items.

use super::sink::{At, Content, Sink};
use super::{ITEM_HEADER, Machine};
use crate::dataset::arena::{Form, flag};
use crate::dataset::header::{self, Header, UNDEFINED_LENGTH, head8, length32, tag_of};
use crate::dataset::issue::IssueKind;
use crate::error::{Error, Found};
use crate::tag::Tag;
use crate::vr::Vr;

impl Machine<'_> {
    #[cold]
    pub(super) fn complain<S: Sink>(&mut self, sink: &mut S, header: &Header) {
        let offset = self.pos as u64;
        let mut tell = |kind, expected, found| {
            sink.issue(kind, Error::invalid("data element", offset, expected, found), At::Next);
        };
        if header.tag < self.level.least {
            tell(
                IssueKind::Order,
                "a tag greater than the one before",
                Found::Tag(Tag(header.tag)),
            );
        }
        if header.unknown_vr {
            let head = head8(self.input, self.pos);
            let found = head.map_or(Found::Text("none"), |&[_, _, _, _, a, b, c, d]| {
                Found::Bytes([a, b, c, d])
            });
            tell(IssueKind::UnknownVr, "a VR of PS3.5 6.2", found);
        }
        if header.length & 1 != 0 && header.length != UNDEFINED_LENGTH {
            tell(
                IssueKind::OddLength,
                "an even length",
                Found::Number(header.length.into()),
            );
        }
        // A data set in the wrong form breaks the rule with every element: that is told once.
        if (header.form == Form::Implicit) != self.level.implicit && !self.told_implicit {
            self.told_implicit = true;
            if self.level.implicit {
                tell(
                    IssueKind::ExplicitVr,
                    "an element without VR",
                    Found::Text(header.vr.as_str()),
                );
            } else {
                tell(
                    IssueKind::ImplicitVr,
                    "an element with VR",
                    Found::Number(header.length.into()),
                );
            }
        }
    }

    /// Where the content of an undefined length that is not entered ends: at the delimiter that nothing inside needs.
    /// `None` where that cannot be told, as something inside is in error.
    #[cold]
    pub(super) fn end_of_undefined(&self, value_start: usize, implicit: bool) -> Option<usize> {
        let window = self.input.get(..self.level.limit)?;
        let mut pos = value_start;
        // Undefined lengths open, and how many there were when Implicit VR began.
        let mut open = 0_u32;
        let mut implicit_from = if implicit { Some(0) } else { None };
        loop {
            let head = head8(window, pos)?;
            let (tag, mut length) = (tag_of(head), length32(head));
            let mut header_length = ITEM_HEADER;
            if tag == Tag::ITEM_DELIMITATION.0 || tag == Tag::SEQUENCE_DELIMITATION.0 {
                let Some(left) = open.checked_sub(1) else {
                    return Some(pos);
                };
                open = left;
                implicit_from = implicit_from.filter(|&from| from <= open);
                length = 0;
            } else if tag != Tag::ITEM.0 {
                let header = if implicit_from.is_some() {
                    header::implicit(window, pos)?
                } else {
                    header::explicit(window, pos)?
                };
                length = header.length;
                header_length = header.form.header_length() as usize;
                if length == UNDEFINED_LENGTH && header.vr == Vr::UN && implicit_from.is_none() {
                    implicit_from = Some(open.saturating_add(1));
                }
            }
            pos = pos.checked_add(header_length)?;
            if length == UNDEFINED_LENGTH {
                open = open.checked_add(1)?;
            } else {
                pos = pos.checked_add(length as usize)?;
            }
        }
    }

    /// A tag of group FFFE where an element is expected.
    #[inline]
    pub(super) fn delimiter_among_elements<S: Sink>(&mut self, sink: &mut S, tag: u32, length: u32) -> bool {
        if tag == Tag::ITEM_DELIMITATION.0 && self.level.content == Content::Item {
            if self.level.undefined {
                return self.delimited(sink, "Item Delimitation Item", length);
            }
            if self.pos.saturating_add(ITEM_HEADER) == self.level.limit {
                // The length counts its delimiter in.
                self.misplaced(sink, "no delimiter behind an Item of explicit length", tag, At::Open);
                return self.delimited(sink, "Item Delimitation Item", length);
            }
        }
        if self.level.undefined && (tag == Tag::SEQUENCE_DELIMITATION.0 || tag == Tag::ITEM.0) {
            self.misplaced(sink, "an Item Delimitation Item", tag, At::Open);
            return self.close(sink, false);
        }
        self.misplaced(sink, "a data element", tag, At::Gap);
        self.pos = self.pos.saturating_add(ITEM_HEADER);
        // The content of a stray Item is not the parent's: an Item of explicit length is left out as a whole.
        if tag == Tag::ITEM.0
            && length != UNDEFINED_LENGTH
            && length as usize <= self.level.limit.saturating_sub(self.pos)
        {
            self.pos = self.pos.saturating_add(length as usize);
        }
        true
    }

    /// A tag that is no Item where an Item is expected.
    #[inline]
    pub(super) fn delimiter_among_items<S: Sink>(&mut self, sink: &mut S, tag: u32, length: u32) -> bool {
        if tag == Tag::SEQUENCE_DELIMITATION.0 {
            if self.level.undefined {
                return self.delimited(sink, "Sequence Delimitation Item", length);
            }
            if self.pos.saturating_add(ITEM_HEADER) == self.level.limit && !self.level.content.is_root() {
                self.misplaced(sink, "no delimiter behind a sequence of explicit length", tag, At::Open);
                return self.delimited(sink, "Sequence Delimitation Item", length);
            }
        }
        if tag >> 16 == 0xFFFE {
            self.misplaced(sink, "an Item", tag, At::Gap);
            self.pos = self.pos.saturating_add(ITEM_HEADER);
            return true;
        }
        self.misplaced(sink, "an Item or a Sequence Delimitation Item", tag, At::Open);
        if self.level.undefined {
            // The delimiter is missing, the parent goes on.
            return self.close(sink, false);
        }
        self.pos = self.level.limit;
        true
    }

    pub(super) fn delimited<S: Sink>(&mut self, sink: &mut S, what: &'static str, length: u32) -> bool {
        if length != 0 {
            let error = Error::invalid(what, self.pos as u64, "length 0", Found::Number(length.into()));
            sink.issue(IssueKind::DelimiterLength, error, At::Open);
        }
        self.close(sink, true)
    }

    #[cold]
    pub(super) fn misplaced<S: Sink>(&mut self, sink: &mut S, expected: &'static str, tag: u32, at: At) {
        let error = Error::invalid(self.content_name(), self.pos as u64, expected, Found::Tag(Tag(tag)));
        sink.issue(IssueKind::Misplaced, error, at);
    }

    /// Zero bytes are no element: padding at the end, or a hole.
    #[cold]
    pub(super) fn zeros<S: Sink>(&mut self, sink: &mut S) {
        let window = self.input.get(self.pos..self.level.limit).unwrap_or_default();
        let run = window.iter().position(|&b| b != 0).map_or(window.len(), |n| n & !1);
        let error = Error::invalid(
            self.content_name(),
            self.pos as u64,
            "a data element",
            Found::Text("zero bytes"),
        );
        sink.issue(IssueKind::Misplaced, error, At::Gap);
        self.pos = self.pos.saturating_add(run);
    }

    /// Where a value of a declared length ends, in this level, and the flag for one that is cut.
    #[inline]
    pub(super) fn clamp<S: Sink>(&mut self, sink: &mut S, what: &'static str, form: Form, length: u32) -> (usize, u16) {
        let value_start = self.pos.saturating_add(form.header_length() as usize);
        let available = self.level.limit.saturating_sub(value_start);
        if length as usize <= available {
            return (value_start.saturating_add(length as usize), 0);
        }
        self.truncated(sink, what, value_start, length.into(), At::Next);
        (self.level.limit, flag::CLAMPED)
    }

    /// Something needs `needed` bytes from `offset` on and the level ends before. One cut is told once.
    #[cold]
    pub(super) fn truncated<S: Sink>(&mut self, sink: &mut S, what: &'static str, offset: usize, needed: u64, at: At) {
        let limit = self.level.limit;
        if self.cut != limit {
            self.cut = limit;
            let available = limit.saturating_sub(offset) as u64;
            sink.issue(
                IssueKind::Truncated,
                Error::incomplete(what, offset as u64, needed, available),
                at,
            );
        }
    }

    pub(super) const fn delimiter_name(&self) -> &'static str {
        match self.level.content {
            Content::Item => "Item Delimitation Item",
            _ => "Sequence Delimitation Item",
        }
    }

    pub(super) const fn content_name(&self) -> &'static str {
        match self.level.content {
            Content::Root => "data set",
            Content::Item => "Item",
            Content::Sequence | Content::RootItems => "sequence",
            Content::Fragments => "encapsulated pixel data",
        }
    }
}

/// The next Sequence Delimitation Item of length 0 from `from` on, wherever it lies.
pub(super) fn find_sequence_delimiter(window: &[u8], from: usize) -> Option<usize> {
    const DELIMITER: [u8; 8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
    window
        .get(from..)?
        .windows(DELIMITER.len())
        .position(|bytes| bytes == DELIMITER)
        .map(|n| from.saturating_add(n))
}
