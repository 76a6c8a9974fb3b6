//! Rows of a long table, held in pages that come as they are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Rows of a page.
pub const PAGE_ROWS: u64 = 128;

/// Pages kept beside the wanted ones.
const KEPT_PAGES: usize = 24;

/// Pages that may be on their way at a time. More would only queue up behind rows that nobody looks at any more.
const IN_FLIGHT: usize = 2;

/// The pages of one table under one query.
#[derive(Clone, Debug)]
pub struct Pages<T> {
    total: u64,
    known: bool,
    pages: BTreeMap<u64, (u32, Vec<T>)>,
    asked: BTreeSet<u64>,
    wanted: Range<u64>,
    revision: u32,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self {
            total: 0,
            known: false,
            pages: BTreeMap::new(),
            asked: BTreeSet::new(),
            wanted: 0..0,
            revision: 0,
        }
    }
}

impl<T> Pages<T> {
    /// Rows in all, as last heard.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether anything was heard yet.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.known
    }

    /// A row, if it is here.
    #[must_use]
    pub fn get(&self, row: u64) -> Option<&T> {
        let (_, rows) = self.pages.get(&(row / PAGE_ROWS))?;
        rows.get((row % PAGE_ROWS) as usize)
    }

    /// Says which rows are looked at, and at which revision of the capture. Older pages stay in view until newer ones come.
    pub fn want(&mut self, rows: Range<u64>, revision: u32) {
        self.wanted = rows;
        self.revision = revision;
    }

    /// The next page to ask for, if any, and the revision it will have; it counts as asked.
    pub fn ask(&mut self) -> Option<(u64, u32)> {
        if self.asked.len() >= IN_FLIGHT {
            return None;
        }
        // Before anything is known, the first page tells the size of the whole.
        let last = self.wanted.end.max(1) - 1;
        let page = (self.wanted.start / PAGE_ROWS..=last / PAGE_ROWS).find(|page| {
            let fresh = self
                .pages
                .get(page)
                .is_some_and(|(revision, _)| *revision == self.revision);
            !fresh && !self.asked.contains(page)
        })?;
        self.asked.insert(page);
        Some((page, self.revision))
    }

    /// Takes an answer: the rows of a page asked for at `revision`.
    pub fn put(&mut self, page: u64, revision: u32, total: u64, rows: Vec<T>) {
        self.asked.remove(&page);
        self.total = total;
        self.known = true;
        self.pages.insert(page, (revision, rows));
        let near = self.wanted.start / PAGE_ROWS;
        while self.pages.len() > KEPT_PAGES {
            let farthest = self.pages.keys().copied().max_by_key(|p| p.abs_diff(near));
            let Some(farthest) = farthest else { break };
            self.pages.remove(&farthest);
        }
    }

    /// An answer did not come: the page may be asked for again with the next revision.
    pub fn fail(&mut self, page: u64) {
        self.asked.remove(&page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(page: u64) -> Vec<u64> {
        (page * PAGE_ROWS..(page + 1) * PAGE_ROWS).collect()
    }

    #[test]
    fn the_first_page_is_asked_for_before_anything_is_known() {
        let mut pages = Pages::<u64>::default();
        pages.want(0..0, 0);
        assert_eq!(pages.ask(), Some((0, 0)));
        assert_eq!(pages.ask(), None);
    }

    #[test]
    fn only_wanted_pages_are_asked_for_and_few_at_a_time() {
        let mut pages = Pages::default();
        pages.want(1000..1400, 0);
        assert_eq!(pages.ask(), Some((7, 0)));
        assert_eq!(pages.ask(), Some((8, 0)));
        assert_eq!(pages.ask(), None);
        // The view moved on: the next one asked for is of the new place.
        pages.want(100_000..100_010, 0);
        pages.put(7, 0, 200_000, rows(7));
        assert_eq!(pages.ask(), Some((781, 0)));
        assert_eq!(pages.get(1000), Some(&1000));
        assert_eq!(pages.get(100_000), None);
    }

    #[test]
    fn a_new_revision_asks_again_but_keeps_what_is_shown() {
        let mut pages = Pages::default();
        pages.want(0..10, 0);
        assert_eq!(pages.ask(), Some((0, 0)));
        pages.put(0, 0, 10, rows(0));
        assert_eq!(pages.ask(), None);
        pages.want(0..10, 1);
        assert_eq!(pages.get(3), Some(&3));
        assert_eq!(pages.ask(), Some((0, 1)));
    }

    #[test]
    fn far_pages_are_let_go() {
        let mut pages = Pages::default();
        for page in 0..200 {
            let start = page * PAGE_ROWS;
            pages.want(start..start + 10, 0);
            assert_eq!(pages.ask(), Some((page, 0)));
            pages.put(page, 0, 1_000_000, rows(page));
        }
        assert!(pages.get(0).is_none());
        assert!(pages.get(199 * PAGE_ROWS).is_some());
        assert!(pages.pages.len() <= KEPT_PAGES);
    }
}
