//! The one reader of data sets: a machine that goes from header to header and tells a sink what it saw.
//!
//! The tree ([`super::parse`]) and the events ([`super::events`]) are two sinks of it. It never recurses: what it must
//! know of the levels around the current one, the sink keeps and gives back.

use super::arena::{Form, flag};
use super::header::{self, Class, Header, UNDEFINED_LENGTH, head8, length32, tag_of, vr_of};
use super::issue::IssueKind;
use crate::error::{Error, Found};
use crate::tag::Tag;
use crate::vr::Vr;

/// Bytes of an Item or delimiter header.
const ITEM_HEADER: usize = 8;

/// Something with a value: an element, an Item, a fragment.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) tag: u32,
    pub(crate) vr: Vr,
    pub(crate) form: Form,
    pub(crate) flags: u16,
    pub(crate) start: usize,
    /// Clamped to the level that the part is in. Of an undefined length: the end of that level.
    pub(crate) value_end: usize,
}

/// What a level consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// Elements of the whole data set.
    Root,
    /// Elements of an Item.
    Item,
    /// Items.
    Sequence,
    /// Fragments.
    Fragments,
    /// Items, and nothing around them.
    RootItems,
}

impl Content {
    const fn is_root(self) -> bool {
        matches!(self, Self::Root | Self::RootItems)
    }
}

/// What is to be read.
#[derive(Clone, Copy)]
pub(crate) struct Root {
    pub(crate) content: Content,
    pub(crate) implicit: bool,
    /// The least and the greatest tag of the root: an element with another one ends the data set.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// Above it are Items and delimiters.
const LAST_PLAIN_TAG: u32 = 0xFFFD_FFFF;

/// The level that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    pub(crate) content: Content,
    pub(crate) implicit: bool,
    /// It ends with a delimiter.
    pub(crate) undefined: bool,
    /// The least tag that may come next.
    pub(crate) least: u32,
    /// Nothing of this level is behind it.
    pub(crate) limit: usize,
}

/// Which node an issue belongs to.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// The part that the sink is given next.
    Next,
    /// The part that is open.
    Open,
    /// None.
    Gap,
}

/// Who is told.
pub(crate) trait Sink {
    /// A part with nothing below it. `false`: no more, a limit is reached.
    fn leaf(&mut self, part: Part) -> bool;
    /// A part with a level of its own; `outer` is the level around it, to be given back by [`Self::close`].
    fn open(&mut self, part: Part, outer: Level) -> bool;
    /// The open part's value ends at `end`, a delimiter may follow. Returns the level around it.
    fn close(&mut self, end: usize, delimited: bool) -> Level;
    /// A rule is broken.
    fn issue(&mut self, kind: IssueKind, error: Error, at: At);
}

/// Where reading stands.
pub(crate) struct Machine<'a> {
    input: &'a [u8],
    pub(crate) pos: usize,
    pub(crate) level: Level,
    /// Sequences open.
    depth: u16,
    depth_limit: u16,
    /// See [`Root`].
    first: u32,
    last: u32,
    /// The end of the level whose truncation was the last one told: what is cut with it is not told again.
    cut: usize,
    told_implicit: bool,
}

impl<'a> Machine<'a> {
    /// Reads from `start` to `end`.
    pub(crate) fn new(input: &'a [u8], start: usize, end: usize, root: Root, depth: u16) -> Self {
        let end = end.min(input.len());
        let level = Level {
            content: root.content,
            implicit: root.implicit,
            undefined: false,
            least: root.first,
            limit: end,
        };
        Self {
            input: input.get(..end).unwrap_or_default(),
            pos: start.min(end),
            level,
            depth: 0,
            depth_limit: depth,
            first: root.first,
            last: root.last,
            cut: usize::MAX,
            told_implicit: false,
        }
    }

    /// Reads on over everything that is plain: elements in order, with a VR of PS3.5, of an even length that fits.
    /// `false` where the sink wants no more.
    #[inline(always)]
    pub(crate) fn plain<S: Sink>(&mut self, sink: &mut S) -> bool {
        if self.level.implicit || !matches!(self.level.content, Content::Root | Content::Item) {
            return true;
        }
        let Some(window) = self.input.get(..self.level.limit) else {
            return true;
        };
        let last = if self.level.content == Content::Root {
            self.last.min(LAST_PLAIN_TAG)
        } else {
            LAST_PLAIN_TAG
        };
        let (mut pos, mut least, mut goes_on) = (self.pos, self.level.least, true);
        while let Some(rest) = window.get(pos..)
            && let Some(head) = rest.first_chunk::<8>()
        {
            let tag = tag_of(head);
            let &[_, _, _, _, v0, v1, l0, l1] = head;
            let (vr, class) = vr_of(v0, v1);
            let (form, length) = match class {
                Class::Short => (Form::Short, u32::from(u16::from_le_bytes([l0, l1]))),
                Class::Long => {
                    let Some(&[.., a, b, c, d]) = rest.first_chunk::<12>() else {
                        break;
                    };
                    (Form::Long, u32::from_le_bytes([a, b, c, d]))
                }
                _ => break,
            };
            let value = form.header_length() as usize;
            // An undefined length is odd.
            if tag < least || tag > last || length & 1 != 0 || length as usize > rest.len() - value {
                break;
            }
            let end = pos + value + length as usize;
            least = tag + 1;
            let part = Part {
                tag,
                vr,
                form,
                flags: 0,
                start: pos,
                value_end: end,
            };
            pos = end;
            if !sink.leaf(part) {
                goes_on = false;
                break;
            }
        }
        self.pos = pos;
        self.level.least = least;
        goes_on
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

    #[cold]
    fn complain<S: Sink>(&mut self, sink: &mut S, header: &Header) {
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

    /// Where the content of an undefined length that is not entered ends: at the delimiter that nothing inside needs.
    /// `None` where that cannot be told, as something inside is in error.
    #[cold]
    fn end_of_undefined(&self, value_start: usize, implicit: bool) -> Option<usize> {
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

    /// A tag of group FFFE where an element is expected.
    #[inline]
    fn delimiter_among_elements<S: Sink>(&mut self, sink: &mut S, tag: u32, length: u32) -> bool {
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
    fn delimiter_among_items<S: Sink>(&mut self, sink: &mut S, tag: u32, length: u32) -> bool {
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

    fn delimited<S: Sink>(&mut self, sink: &mut S, what: &'static str, length: u32) -> bool {
        if length != 0 {
            let error = Error::invalid(what, self.pos as u64, "length 0", Found::Number(length.into()));
            sink.issue(IssueKind::DelimiterLength, error, At::Open);
        }
        self.close(sink, true)
    }

    #[cold]
    fn misplaced<S: Sink>(&mut self, sink: &mut S, expected: &'static str, tag: u32, at: At) {
        let error = Error::invalid(self.content_name(), self.pos as u64, expected, Found::Tag(Tag(tag)));
        sink.issue(IssueKind::Misplaced, error, at);
    }

    /// Zero bytes are no element: padding at the end, or a hole.
    #[cold]
    fn zeros<S: Sink>(&mut self, sink: &mut S) {
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
    fn clamp<S: Sink>(&mut self, sink: &mut S, what: &'static str, form: Form, length: u32) -> (usize, u16) {
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
    fn truncated<S: Sink>(&mut self, sink: &mut S, what: &'static str, offset: usize, needed: u64, at: At) {
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

    const fn delimiter_name(&self) -> &'static str {
        match self.level.content {
            Content::Item => "Item Delimitation Item",
            _ => "Sequence Delimitation Item",
        }
    }

    const fn content_name(&self) -> &'static str {
        match self.level.content {
            Content::Root => "data set",
            Content::Item => "Item",
            Content::Sequence | Content::RootItems => "sequence",
            Content::Fragments => "encapsulated pixel data",
        }
    }
}

/// The next Sequence Delimitation Item of length 0 from `from` on, wherever it lies.
fn find_sequence_delimiter(window: &[u8], from: usize) -> Option<usize> {
    const DELIMITER: [u8; 8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
    window
        .get(from..)?
        .windows(DELIMITER.len())
        .position(|bytes| bytes == DELIMITER)
        .map(|n| from.saturating_add(n))
}
