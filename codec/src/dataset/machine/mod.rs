//! The one reader of data sets: a machine that goes from header to header and tells a sink what it saw.
//!
//! The tree ([`super::parse`]) and the events ([`super::events`]) are two sinks of it. It never recurses: what it must
//! know of the levels around the current one, the sink keeps and gives back.

mod recover;
mod sink;

use self::recover::find_sequence_delimiter;
pub(crate) use self::sink::{At, Content, Level, Part, Root, Sink};
use crate::dataset::Syntax;
use crate::dataset::arena::{Form, flag};
use crate::dataset::header::{self, Class, Header, UNDEFINED_LENGTH, head8, length32, tag_of, vr_of};
use crate::dataset::issue::IssueKind;
use crate::error::{Error, Found};
use crate::tag::Tag;
use crate::vr::Vr;

/// Above it are Items and delimiters.
const LAST_PLAIN_TAG: u32 = 0xFFFD_FFFF;
/// Bytes of an Item or delimiter header.
const ITEM_HEADER: usize = 8;

/// Where reading stands.
pub(crate) struct Machine<'a> {
    input: &'a [u8],
    pub(crate) pos: usize,
    pub(crate) level: Level,
    /// Sequences open.
    depth: u16,
    depth_limit: u16,
    /// The least and the greatest tag of the top level: another one ends the data set.
    first: u32,
    last: u32,
    /// The end of the level whose truncation was the last one told: what is cut with it is not told again.
    cut: usize,
    told_implicit: bool,
}

impl<'a> Machine<'a> {
    /// Reads from `start` to `end`.
    pub(crate) fn new(input: &'a [u8], start: usize, end: usize, root: Root, syntax: Syntax, depth: u16) -> Self {
        let (first, last) = root.tags();
        let end = end.min(input.len());
        let level = Level {
            content: root.content(),
            implicit: syntax == Syntax::ImplicitVrLe,
            undefined: false,
            least: first,
            limit: end,
        };
        Self {
            input: input.get(..end).unwrap_or_default(),
            pos: start.min(end),
            level,
            depth: 0,
            depth_limit: depth,
            first,
            last,
            cut: usize::MAX,
            told_implicit: false,
        }
    }

    /// Reads on over everything that is plain: elements in order, with a VR of PS3.5, of an even length that fits.
    /// `false` where the sink wants no more.
    #[inline(always)]
    pub(crate) fn plain<S: Sink>(&mut self, sink: &mut S) -> bool {
        let Some((window, last)) = self.plain_level() else {
            return true;
        };
        let (mut pos, mut least, mut goes_on) = (self.pos, self.level.least, true);
        while goes_on && let Some(part) = plain_element(window, pos, least, last) {
            pos = part.value_end;
            least = part.tag + 1;
            goes_on = sink.leaf(part);
        }
        self.pos = pos;
        self.level.least = least;
        goes_on
    }

    /// Reads one plain element, if one comes next.
    #[inline(always)]
    pub(crate) fn next_plain(&mut self) -> Option<Part> {
        let (window, last) = self.plain_level()?;
        let part = plain_element(window, self.pos, self.level.least, last)?;
        self.pos = part.value_end;
        self.level.least = part.tag + 1;
        Some(part)
    }

    /// The input up to the end of a level of elements in Explicit VR, and the greatest tag of it.
    #[inline(always)]
    fn plain_level(&self) -> Option<(&'a [u8], u32)> {
        let last = match self.level.content {
            Content::Root => self.last.min(LAST_PLAIN_TAG),
            Content::Item => LAST_PLAIN_TAG,
            _ => return None,
        };
        if self.level.implicit {
            return None;
        }
        Some((self.input.get(..self.level.limit)?, last))
    }

    /// One step: at most one call of the sink's `leaf`, `open` or `close`. `false` at the end.
    #[inline]
    pub(crate) fn step<S: Sink>(&mut self, sink: &mut S) -> bool {
        if self.pos >= self.level.limit {
            return self.end_of_level(sink);
        }
        match self.level.content {
            Content::Root | Content::Item => self.element(sink),
            Content::Sequence | Content::Fragments | Content::RootItems => self.item(sink),
        }
    }

    /// The bytes of the level are used up.
    fn end_of_level<S: Sink>(&mut self, sink: &mut S) -> bool {
        if self.level.content.is_root() {
            return false;
        }
        if self.level.undefined {
            self.truncated(sink, self.delimiter_name(), self.pos, ITEM_HEADER as u64, At::Open);
        }
        self.close(sink, false)
    }

    /// Closes the open part here, at its delimiter if it has one.
    fn close<S: Sink>(&mut self, sink: &mut S, delimited: bool) -> bool {
        if self.level.content != Content::Item {
            self.depth = self.depth.saturating_sub(1);
        }
        self.level = sink.close(self.pos, delimited);
        if delimited {
            self.pos = self.pos.saturating_add(ITEM_HEADER);
        }
        true
    }

    /// Reads one data element, or the delimiter of the Item.
    fn element<S: Sink>(&mut self, sink: &mut S) -> bool {
        let (pos, limit) = (self.pos, self.level.limit);
        let window = self.input.get(..limit).unwrap_or_default();
        let Some(head) = head8(window, pos) else {
            self.truncated(sink, "data element header", pos, 8, At::Gap);
            self.pos = limit;
            return true;
        };
        if tag_of(head) >> 16 == 0xFFFE {
            return self.delimiter_among_elements(sink, tag_of(head), length32(head));
        }
        if self.level.content == Content::Root && !(self.first..=self.last).contains(&tag_of(head)) {
            return false;
        }
        if *head == [0; 8] {
            self.zeros(sink);
            return true;
        }
        let header = if self.level.implicit {
            header::implicit(window, pos)
        } else {
            header::explicit(window, pos)
        };
        let Some(header) = header else {
            self.truncated(sink, "data element header", pos, 12, At::Gap);
            self.pos = limit;
            return true;
        };
        self.check(sink, &header);
        if header.length == UNDEFINED_LENGTH {
            return self.undefined_length(sink, &header);
        }
        let (value_end, clamped) = self.clamp(sink, "data element value", header.form, header.length);
        let mut part = self.part(&header, value_end);
        part.flags |= clamped;
        if header.vr != Vr::SQ {
            self.pos = value_end;
            return sink.leaf(part);
        }
        part.flags |= flag::SEQUENCE;
        let value_start = pos + header.form.header_length() as usize;
        if value_start >= value_end {
            self.pos = value_end;
            return sink.leaf(part);
        }
        if header.form == Form::Implicit {
            part.flags |= flag::IMPLICIT;
        }
        self.open(sink, part, Content::Sequence, value_start)
    }

    fn part(&self, header: &Header, value_end: usize) -> Part {
        let flags = if header.unknown_vr { flag::UNKNOWN_VR } else { 0 };
        Part {
            tag: header.tag,
            vr: header.vr,
            form: header.form,
            flags,
            start: self.pos,
            value_end,
        }
    }

    /// Tells what is wrong with a header, and notes its tag.
    #[inline]
    fn check<S: Sink>(&mut self, sink: &mut S, header: &Header) {
        let explicit = header.form != Form::Implicit;
        let odd = header.length & 1 != 0 && header.length != UNDEFINED_LENGTH;
        if header.tag < self.level.least || odd || header.unknown_vr || explicit == self.level.implicit {
            self.complain(sink, header);
        }
        self.level.least = header.tag.saturating_add(1);
    }

    /// An element of undefined length: a sequence, encapsulated pixel data, or a fault.
    fn undefined_length<S: Sink>(&mut self, sink: &mut S, header: &Header) -> bool {
        let value_start = self.pos + header.form.header_length() as usize;
        let mut part = self.part(header, self.level.limit);
        part.flags |= flag::UNDEFINED;
        let window = self.input.get(..self.level.limit).unwrap_or_default();
        let inner = head8(window, value_start).map(tag_of);
        let has_items = matches!(inner, Some(tag) if tag == Tag::ITEM.0 || tag == Tag::SEQUENCE_DELIMITATION.0);
        let is_unknown = header.vr == Vr::UN || (header.form == Form::Implicit && header.vr != Vr::OW);
        if header.vr == Vr::SQ || (is_unknown && (has_items || inner.is_none())) {
            part.vr = Vr::SQ;
            part.flags |= flag::SEQUENCE;
            // UN of undefined length holds Implicit VR, whatever is around it (PS3.5 6.2.2).
            if header.vr == Vr::UN && !header.unknown_vr || header.form == Form::Implicit {
                part.flags |= flag::IMPLICIT;
            }
            return self.open(sink, part, Content::Sequence, value_start);
        }
        if matches!(header.vr, Vr::OB | Vr::OW) && (has_items || inner.is_none()) {
            part.flags |= flag::FRAGMENTS;
            return self.open(sink, part, Content::Fragments, value_start);
        }
        let found = Found::Text(header.vr.as_str());
        let error = Error::invalid(
            "data element",
            self.pos as u64,
            "a VR that may have an undefined length",
            found,
        );
        sink.issue(IssueKind::UndefinedLength, error, At::Next);
        if let Some(end) = find_sequence_delimiter(window, value_start) {
            part.value_end = end;
            part.flags |= flag::DELIMITED;
            self.pos = end.saturating_add(ITEM_HEADER);
        } else {
            part.flags |= flag::CLAMPED;
            self.truncated(
                sink,
                "Sequence Delimitation Item",
                self.level.limit,
                ITEM_HEADER as u64,
                At::Next,
            );
            self.pos = self.level.limit;
        }
        sink.leaf(part)
    }

    /// Enters a sequence or encapsulated pixel data.
    fn open<S: Sink>(&mut self, sink: &mut S, mut part: Part, content: Content, value_start: usize) -> bool {
        if self.depth >= self.depth_limit {
            part.flags |= flag::OPAQUE;
            let error = Error::limit("sequence", self.pos as u64, "depth", self.depth_limit.into());
            sink.issue(IssueKind::Limit, error, At::Next);
            if part.flags & flag::UNDEFINED == 0 {
                self.pos = part.value_end;
            } else if let Some(end) = self.end_of_undefined(value_start, part.flags & flag::IMPLICIT != 0) {
                part.value_end = end;
                part.flags |= flag::DELIMITED;
                self.pos = end.saturating_add(ITEM_HEADER);
            } else {
                part.flags |= flag::CLAMPED;
                self.cut = self.level.limit;
                self.pos = self.level.limit;
            }
            return sink.leaf(part);
        }
        self.depth += 1;
        let goes_on = sink.open(part, self.level);
        self.level = Level {
            content,
            implicit: part.flags & flag::IMPLICIT != 0,
            undefined: part.flags & flag::UNDEFINED != 0,
            least: 0,
            limit: part.value_end,
        };
        self.pos = value_start;
        goes_on
    }

    /// Reads one Item or fragment, or the delimiter of the sequence.
    fn item<S: Sink>(&mut self, sink: &mut S) -> bool {
        let (pos, limit) = (self.pos, self.level.limit);
        let window = self.input.get(..limit).unwrap_or_default();
        let Some(head) = head8(window, pos) else {
            self.truncated(sink, "Item header", pos, ITEM_HEADER as u64, At::Gap);
            self.pos = limit;
            return true;
        };
        let (tag, length) = (tag_of(head), length32(head));
        if tag != Tag::ITEM.0 {
            return self.delimiter_among_items(sink, tag, length);
        }
        let is_fragment = self.level.content == Content::Fragments;
        let mut part = Part {
            tag: 0,
            vr: if is_fragment { Vr::OB } else { Vr::SQ },
            form: if is_fragment { Form::Fragment } else { Form::Item },
            flags: 0,
            start: pos,
            value_end: limit,
        };
        let undefined = length == UNDEFINED_LENGTH;
        if !undefined {
            (part.value_end, part.flags) = self.clamp(sink, "Item", part.form, length);
        } else if is_fragment {
            part.flags = flag::UNDEFINED | flag::CLAMPED;
            let error = Error::invalid(
                "fragment",
                pos as u64,
                "an explicit length",
                Found::Number(length.into()),
            );
            sink.issue(IssueKind::UndefinedLength, error, At::Next);
            self.cut = limit;
        } else {
            part.flags = flag::UNDEFINED;
        }
        if self.level.implicit {
            part.flags |= flag::IMPLICIT;
        }
        if length & 1 != 0 && !undefined {
            let error = Error::invalid("Item", pos as u64, "an even length", Found::Number(length.into()));
            sink.issue(IssueKind::OddLength, error, At::Next);
        }
        let value_start = pos + ITEM_HEADER;
        if is_fragment || (value_start >= part.value_end && !undefined) {
            self.pos = part.value_end;
            return sink.leaf(part);
        }
        let goes_on = sink.open(part, self.level);
        self.level = Level {
            content: Content::Item,
            undefined,
            least: 0,
            limit: part.value_end,
            ..self.level
        };
        self.pos = value_start;
        goes_on
    }
}

/// The element at `pos`, if it is plain. Its tag is from `least` to `last`.
#[inline(always)]
fn plain_element(window: &[u8], pos: usize, least: u32, last: u32) -> Option<Part> {
    let rest = window.get(pos..)?;
    let head = rest.first_chunk::<8>()?;
    let tag = tag_of(head);
    let &[_, _, _, _, v0, v1, l0, l1] = head;
    let (vr, class) = vr_of(v0, v1);
    let (form, length) = match class {
        Class::Short => (Form::Short, u32::from(u16::from_le_bytes([l0, l1]))),
        Class::Long => {
            let &[.., a, b, c, d] = rest.first_chunk::<12>()?;
            (Form::Long, u32::from_le_bytes([a, b, c, d]))
        }
        _ => return None,
    };
    let value = form.header_length() as usize;
    // An undefined length is odd.
    if tag < least || tag > last || length & 1 != 0 || length as usize > rest.len() - value {
        return None;
    }
    Some(Part {
        tag,
        vr,
        form,
        flags: 0,
        start: pos,
        value_end: pos + value + length as usize,
    })
}
