//! What is open on the right: a structure, its field tree, and the field and byte that are chosen in it.

use std::rc::Rc;

use grainscope_inspect::model::{Detail, FieldRow};

use super::hex::Marks;
use super::outline::{Folds, Outline, field_at};
use crate::protocol::Place;

/// A structure laid open, with what is chosen in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What is open.
    pub place: Place,
    /// The structure.
    pub detail: Rc<Detail>,
    /// Its fields as a tree.
    pub outline: Rc<Outline>,
    /// Which branches are folded.
    pub folds: Folds,
    /// The chosen field.
    pub field: Option<usize>,
    /// The byte string that shows, as an index in `detail.sources`.
    pub source: u32,
    /// The chosen byte of it.
    pub cursor: Option<u32>,
}

impl Selection {
    /// Opens a structure. The field that was chosen in the one before stays chosen if this one has it too.
    #[must_use]
    pub fn open(before: Option<&Self>, place: Place, detail: Detail) -> Self {
        let outline = Outline::new(&detail.fields);
        let mut open = Self {
            place,
            detail: Rc::new(detail),
            outline: Rc::new(outline),
            folds: before.map(|b| b.folds.clone()).unwrap_or_default(),
            field: None,
            source: 0,
            cursor: None,
        };
        let same = before.and_then(|b| open.outline.find(b.outline.path(b.field?)));
        if let Some(field) = same {
            open.choose_field(field);
        }
        open
    }

    /// Chooses a field: its bytes are marked.
    pub fn choose_field(&mut self, index: usize) {
        let Some(field) = self.detail.fields.get(index) else {
            return;
        };
        self.source = field.source;
        self.field = Some(index);
        self.cursor = None;
        self.folds.reveal(&self.outline, index);
    }

    /// Chooses a byte of the byte string that shows: the deepest field there is chosen with it.
    pub fn choose_byte(&mut self, at: u32) {
        self.cursor = Some(at);
        self.field = field_at(&self.detail.fields, self.source, at);
        if let Some(field) = self.field {
            self.folds.reveal(&self.outline, field);
        }
    }

    /// Shows another byte string.
    pub fn choose_source(&mut self, source: u32) {
        if source != self.source && (source as usize) < self.detail.sources.len() {
            self.source = source;
            self.cursor = None;
            let elsewhere = self.chosen().is_some_and(|f| f.source != source);
            if elsewhere {
                self.field = None;
            }
        }
    }

    /// Opens or folds a branch. A chosen field that gets hidden hands over to the branch.
    pub fn set_open(&mut self, index: usize, open: bool) {
        self.folds.set(&self.outline, index, open);
        let mut at = self.field;
        while let Some(field) = at {
            if !open && field == index && self.field != Some(index) {
                self.choose_field(index);
                return;
            }
            at = self.outline.parent(field);
        }
    }

    /// The chosen field.
    #[must_use]
    pub fn chosen(&self) -> Option<&FieldRow> {
        self.detail.fields.get(self.field?)
    }

    /// The bytes of the byte string that shows.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.detail
            .sources
            .get(self.source as usize)
            .map_or(&[], |s| s.bytes.as_slice())
    }

    /// The bytes of a field, as far as they exist.
    #[must_use]
    pub fn raw(&self, field: &FieldRow) -> &[u8] {
        let bytes = self
            .detail
            .sources
            .get(field.source as usize)
            .map_or(&[][..], |s| s.bytes.as_slice());
        let start = (field.start as usize).min(bytes.len());
        let end = start.saturating_add(field.length as usize).min(bytes.len());
        &bytes[start..end]
    }

    /// What is marked in the byte string that shows.
    #[must_use]
    pub fn marks(&self, hover: Option<usize>) -> Marks {
        let here = |field: &&FieldRow| field.source == self.source;
        let hover = hover.and_then(|i| self.detail.fields.get(i)).filter(here);
        let mut marks = Marks {
            cursor: self.cursor,
            ..Marks::default()
        };
        if let Some(field) = self.chosen().filter(here) {
            let end = field.start.saturating_add(field.length);
            marks.field = field.start..end;
            marks.value = field.value_start.clamp(field.start, end)..end;
        }
        if let Some(field) = hover {
            marks.hover = field.start..field.start.saturating_add(field.length);
        }
        marks
    }

    /// The byte that should be in view.
    #[must_use]
    pub fn focus(&self) -> Option<u32> {
        let start = self
            .chosen()
            .filter(|f| f.source == self.source && f.length > 0)
            .map(|f| f.start);
        self.cursor.or(start)
    }
}

#[cfg(test)]
mod tests {
    use grainscope_inspect::model::ByteSource;

    use super::*;

    fn field(depth: u16, name: &str, source: u32, start: u32, length: u32) -> FieldRow {
        FieldRow {
            depth,
            name: name.into(),
            source,
            start,
            length,
            value_start: start.saturating_add(length / 2),
            ..FieldRow::default()
        }
    }

    fn detail(fields: Vec<FieldRow>) -> Detail {
        let source = |length: usize| ByteSource {
            bytes: vec![7; length],
            ..ByteSource::default()
        };
        Detail {
            sources: vec![source(100), source(40)],
            fields,
            ..Detail::default()
        }
    }

    fn open() -> Selection {
        let fields = vec![
            field(0, "Data set", 0, 0, 100),
            field(1, "Patient's Name", 0, 10, 20),
            field(0, "RTP header", 1, 0, 12),
            field(1, "Marker", 1, 1, 1),
        ];
        Selection::open(None, Place::Grain(0), detail(fields))
    }

    #[test]
    fn a_field_marks_its_bytes_and_shows_their_source() {
        let mut open = open();
        open.choose_field(3);
        assert_eq!(open.source, 1);
        assert_eq!(open.focus(), Some(1));
        open.choose_field(1);
        let marks = open.marks(None);
        assert_eq!((marks.field, marks.value), (10..30, 20..30));
        assert_eq!(open.raw(open.chosen().unwrap()).len(), 20);
        assert_eq!(
            open.marks(Some(3)).hover,
            0..0,
            "a field of another source marks nothing here"
        );
    }

    #[test]
    fn a_byte_chooses_the_deepest_field_and_opens_its_branch() {
        let mut open = open();
        open.set_open(0, false);
        open.choose_byte(15);
        assert_eq!(open.field, Some(1));
        assert!(open.folds.visible(&open.outline).contains(&1));
        assert_eq!(open.focus(), Some(15));
        open.choose_byte(5);
        assert_eq!(open.field, Some(0));
    }

    #[test]
    fn folding_over_the_chosen_field_chooses_the_branch() {
        let mut open = open();
        open.choose_field(1);
        open.set_open(0, false);
        assert_eq!(open.field, Some(0));
    }

    #[test]
    fn the_next_grain_keeps_the_field() {
        let mut first = open();
        first.choose_field(1);
        let fields = vec![
            field(0, "Preamble", 0, 0, 8),
            field(0, "Data set", 0, 8, 90),
            field(1, "Patient's Name", 0, 50, 10),
        ];
        let next = Selection::open(Some(&first), Place::Grain(1), detail(fields));
        assert_eq!(next.field, Some(2));
        assert_eq!(next.focus(), Some(50));
        let other = Selection::open(Some(&next), Place::Grain(2), detail(Vec::new()));
        assert_eq!((other.field, other.source), (None, 0));
    }

    #[test]
    fn another_source_lets_go_of_a_field_that_is_not_in_it() {
        let mut open = open();
        open.choose_field(1);
        open.choose_source(1);
        assert_eq!((open.field, open.source), (None, 1));
        open.choose_source(9);
        assert_eq!(open.source, 1);
    }

    #[test]
    fn fields_beyond_the_bytes_do_no_harm() {
        let mut open = Selection::open(
            None,
            Place::Packet(1),
            detail(vec![field(0, "x", 0, u32::MAX, u32::MAX)]),
        );
        open.choose_field(0);
        assert!(open.raw(open.chosen().unwrap()).is_empty());
        let _ = open.marks(Some(0));
        open.choose_field(7);
        assert_eq!(open.field, Some(0));
    }
}
