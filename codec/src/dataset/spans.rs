//! Where every byte of a data set went.

use super::DataSet;
use super::arena::{Form, NONE, NodeData, flag};

/// Bytes that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What they are.
    pub kind: SpanKind,
    /// The offset of the first one.
    pub start: u32,
    /// The offset behind the last one.
    pub end: u32,
    /// The node they belong to; `None` for [`SpanKind::Skipped`] between nodes.
    pub node: Option<u32>,
}

/// What bytes of a data set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Tag, VR and length of an element, Item or fragment.
    Header,
    /// The value of an element without anything below it, or of a fragment.
    Value,
    /// An Item Delimitation Item or Sequence Delimitation Item.
    Delimiter,
    /// Bytes that were not read: misplaced, in error, or behind a limit. An issue says why.
    Skipped,
}

/// The spans of a data set in the order of its bytes: none empty, none overlapping, nothing left out.
#[derive(Clone)]
pub struct Spans<'d, 'a> {
    set: &'d DataSet<'a>,
    /// Bytes before this are done.
    cursor: u32,
    next: u32,
    /// The innermost node whose end is not done.
    open: u32,
    /// The leaf whose value comes next.
    leaf: u32,
}

impl<'d, 'a> Spans<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>) -> Self {
        Self {
            set,
            cursor: set.start,
            next: 0,
            open: NONE,
            leaf: NONE,
        }
    }

    /// The span from the cursor to `end`, if it has a byte.
    fn emit(&mut self, kind: SpanKind, end: u32, node: u32) -> Option<Span> {
        let start = self.cursor;
        if end <= start {
            return None;
        }
        self.cursor = end;
        Some(Span {
            kind,
            start,
            end,
            node: Some(node).filter(|&node| node != NONE),
        })
    }

    /// The rest of a node: what was not read, then its delimiter.
    fn finish(&mut self, index: u32, data: &NodeData) -> Option<Span> {
        if let Some(skipped) = self.emit(SpanKind::Skipped, data.value_end, NONE) {
            return Some(skipped);
        }
        self.open = data.parent;
        self.emit(SpanKind::Delimiter, data.end(), index)
    }
}

impl Iterator for Spans<'_, '_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            if let Some(data) = self.set.data(self.leaf) {
                let leaf = core::mem::replace(&mut self.leaf, NONE);
                // What is inside a sequence or an Item and no node took, was not read.
                let unread = data.form == Form::Item || data.flags & (flag::SEQUENCE | flag::FRAGMENTS) != 0;
                let kind = if unread { SpanKind::Skipped } else { SpanKind::Value };
                if let Some(span) = self.emit(kind, data.value_end, leaf) {
                    return Some(span);
                }
            } else if let Some(open) = self.set.data(self.open)
                && self.next >= open.next
            {
                if let Some(span) = self.finish(self.open, open) {
                    return Some(span);
                }
            } else if let Some(data) = self.set.data(self.next) {
                if let Some(skipped) = self.emit(SpanKind::Skipped, data.start, NONE) {
                    return Some(skipped);
                }
                let index = self.next;
                self.next = index.saturating_add(1);
                self.open = index;
                if data.next == self.next {
                    self.leaf = index;
                }
                let header = data.value_start().min(data.value_end.max(data.start));
                if let Some(span) = self.emit(SpanKind::Header, header, index) {
                    return Some(span);
                }
            } else {
                return self.emit(SpanKind::Skipped, self.set.end, NONE);
            }
        }
    }
}

impl core::fmt::Debug for Spans<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
