//! Arithmetic of a scrolled list in which only the visible rows exist.
//!
//! Browsers limit the height of an element (Firefox at about 17.9 million pixels, Chrome at 33.5 million). A longer list
//! gets a spacer of [`MAX_HEIGHT`], and its position is kept apart from that of the scroll bar: small steps move by pixels,
//! large jumps (a dragged bar) by proportion.

use std::ops::Range;

/// Height in pixels that every browser can scroll.
pub const MAX_HEIGHT: f64 = 8_000_000.0;

/// Rows drawn beyond each edge of the viewport, so that a quick turn of the wheel shows no blank.
pub const OVERSCAN: u64 = 4;

/// A list of equally high rows behind a viewport.
#[derive(Clone, Debug, PartialEq)]
pub struct Scroller {
    rows: u64,
    row_height: f64,
    viewport: f64,
    /// Where the scroll bar was last seen.
    physical: f64,
    /// First visible pixel of the whole list.
    top: f64,
}

/// The rows to draw, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Visible {
    /// The rows.
    pub rows: Range<u64>,
    /// Where the first of them lies below the upper edge of the spacer, in pixels.
    pub shift: f64,
}

impl Scroller {
    /// A list of `rows` rows of `row_height` pixels, not yet measured.
    #[must_use]
    pub fn new(rows: u64, row_height: f64) -> Self {
        Self {
            rows,
            row_height: row_height.max(1.0),
            viewport: 0.0,
            physical: 0.0,
            top: 0.0,
        }
    }

    /// Sets the number of rows. Says where the scroll bar must go, if the list became too short for where it stands.
    pub fn set_rows(&mut self, rows: u64) -> Option<f64> {
        self.rows = rows;
        self.clamp()
    }

    /// Sets the height of the viewport in pixels. Says where the scroll bar must go, if anywhere.
    pub fn set_viewport(&mut self, height: f64) -> Option<f64> {
        self.viewport = height.max(0.0);
        self.clamp()
    }

    /// Height of the whole list.
    fn full(&self) -> f64 {
        self.rows as f64 * self.row_height
    }

    /// Height of the spacer that the browser scrolls.
    #[must_use]
    pub fn spacer(&self) -> f64 {
        self.full().min(MAX_HEIGHT)
    }

    fn max_top(&self) -> f64 {
        (self.full() - self.viewport).max(0.0)
    }

    fn max_physical(&self) -> f64 {
        (self.spacer() - self.viewport).max(0.0)
    }

    fn is_compressed(&self) -> bool {
        self.full() > MAX_HEIGHT
    }

    /// Where the scroll bar belongs for the present position.
    fn proportional(&self) -> f64 {
        if !self.is_compressed() {
            return self.top;
        }
        if self.max_top() <= 0.0 {
            return 0.0;
        }
        self.top / self.max_top() * self.max_physical()
    }

    fn clamp(&mut self) -> Option<f64> {
        self.top = self.top.clamp(0.0, self.max_top());
        self.settle()
    }

    /// The browser scrolled to `physical`.
    pub fn scrolled(&mut self, physical: f64) {
        let step = physical - self.physical;
        self.physical = physical;
        let jumps = step.abs() > self.viewport.max(1.0) * 3.0;
        self.top = if !self.is_compressed() {
            physical
        } else if physical <= 0.0 {
            0.0
        } else if physical >= self.max_physical() {
            self.max_top()
        } else if jumps {
            physical / self.max_physical() * self.max_top()
        } else {
            self.top + step
        }
        .clamp(0.0, self.max_top());
    }

    /// Where the scroll bar must be put so that it tells the position truly; to be asked when scrolling has come to rest.
    pub fn settle(&mut self) -> Option<f64> {
        let wanted = self.proportional();
        if (wanted - self.physical).abs() < 1.0 {
            return None;
        }
        self.physical = wanted;
        Some(wanted)
    }

    /// Moves as little as is needed to show a row whole. Says where the scroll bar must go, if anywhere.
    pub fn reveal(&mut self, row: u64) -> Option<f64> {
        let start = row.min(self.rows.saturating_sub(1)) as f64 * self.row_height;
        let end = start + self.row_height;
        if start < self.top {
            self.top = start;
        } else if end > self.top + self.viewport {
            self.top = end - self.viewport;
        } else {
            return None;
        }
        self.clamp()
    }

    /// Moves a row to the middle unless it is well in view. Says where the scroll bar must go, if anywhere.
    pub fn centre(&mut self, row: u64) -> Option<f64> {
        let start = row.min(self.rows.saturating_sub(1)) as f64 * self.row_height;
        if start >= self.top && start + self.row_height <= self.top + self.viewport {
            return None;
        }
        self.top = start - (self.viewport - self.row_height).max(0.0) / 2.0;
        self.clamp()
    }

    /// Whole rows that fit the viewport, at least one: the step of Page Up and Page Down.
    #[must_use]
    pub fn page(&self) -> u64 {
        ((self.viewport / self.row_height) as u64).max(1)
    }

    /// The rows to draw.
    #[must_use]
    pub fn visible(&self) -> Visible {
        let first = ((self.top / self.row_height) as u64)
            .saturating_sub(OVERSCAN)
            .min(self.rows);
        let last = ((self.top + self.viewport) / self.row_height).ceil() as u64;
        let end = last.saturating_add(OVERSCAN).min(self.rows).max(first);
        Visible {
            rows: first..end,
            shift: self.physical - (self.top - first as f64 * self.row_height),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: u64) -> Scroller {
        let mut list = Scroller::new(rows, 20.0);
        list.set_viewport(400.0);
        list
    }

    #[test]
    fn a_short_list_draws_all_its_rows_where_they_are() {
        let list = list(10);
        assert_eq!(
            list.visible(),
            Visible {
                rows: 0..10,
                shift: 0.0
            }
        );
        assert_eq!(list.spacer(), 200.0);
    }

    #[test]
    fn only_rows_near_the_viewport_are_drawn() {
        let mut list = list(100_000);
        list.scrolled(10_010.0);
        let visible = list.visible();
        assert_eq!(visible.rows, 496..525);
        assert_eq!(visible.shift, 496.0 * 20.0);
    }

    #[test]
    fn a_long_list_stays_within_what_browsers_scroll() {
        let list = list(1_000_000_000);
        assert_eq!(list.spacer(), MAX_HEIGHT);
        assert_eq!(list.visible().rows.start, 0);
    }

    #[test]
    fn small_steps_in_a_long_list_move_by_pixels_and_the_end_is_reached() {
        let mut list = list(10_000_000);
        list.scrolled(100.0);
        assert_eq!(list.visible().rows.start, 1);
        // The bar moved 100 px, which stands for far more; at rest it is put back.
        assert!(list.settle().is_some_and(|to| to < 10.0));
        list.scrolled(list.max_physical());
        assert_eq!(list.visible().rows.end, 10_000_000);
        list.scrolled(0.0);
        assert_eq!(list.visible().rows.start, 0);
    }

    #[test]
    fn a_dragged_bar_moves_by_proportion() {
        let mut list = list(10_000_000);
        list.scrolled(list.max_physical() / 2.0);
        let middle = list.visible().rows.start;
        assert!((4_999_900..5_000_100).contains(&middle), "{middle}");
        assert_eq!(list.settle(), None);
    }

    #[test]
    fn drawn_rows_cover_the_viewport_wherever_one_is() {
        for rows in [1, 19, 20, 21, 399_999, 400_000, 400_001, 3_000_000] {
            let mut list = list(rows);
            for step in 0..=50 {
                list.scrolled(list.max_physical() * f64::from(step) / 50.0);
                let Visible { rows: drawn, shift } = list.visible();
                let upper = shift - list.physical;
                let lower = upper + (drawn.end - drawn.start) as f64 * 20.0;
                assert!(upper <= 0.01, "{rows} {step}: {upper}");
                assert!(lower >= 400.0_f64.min(list.full()) - 0.01, "{rows} {step}: {lower}");
            }
        }
    }

    #[test]
    fn reveal_moves_as_little_as_needed() {
        let mut list = list(1000);
        assert_eq!(list.reveal(5), None);
        assert_eq!(list.reveal(20), Some(20.0));
        assert_eq!(list.reveal(1), None);
        assert_eq!(list.reveal(0), Some(0.0));
        assert_eq!(list.reveal(5000), Some(1000.0 * 20.0 - 400.0));
    }

    #[test]
    fn reveal_in_a_long_list_lands_on_the_row() {
        let mut list = list(50_000_000);
        for row in [49_999_999, 25_000_000, 3, 0] {
            list.reveal(row);
            assert!(list.visible().rows.contains(&row));
        }
    }

    #[test]
    fn a_list_that_shrinks_pulls_the_view_back() {
        let mut list = list(1000);
        list.scrolled(10_000.0);
        assert_eq!(list.set_rows(10), Some(0.0));
        assert_eq!(list.visible().rows, 0..10);
    }

    #[test]
    fn an_unmeasured_list_draws_little() {
        assert!(Scroller::new(1_000_000, 20.0).visible().rows.end < 10);
        assert_eq!(Scroller::new(0, 20.0).visible().rows, 0..0);
    }
}
