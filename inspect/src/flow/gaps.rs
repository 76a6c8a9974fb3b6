//! Gaps in the sequence numbers of a flow whose Grains are not put together: which packet came after what was lost.

use std::collections::VecDeque;

/// Gaps that are remembered; the sequence tracker keeps as many.
const GAPS: usize = 2048;

/// Gaps that may still be filled.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// First missing number, the number behind the last one, and the packet that showed it.
    list: VecDeque<(u64, u64, u64)>,
}

impl Gaps {
    /// The packet `ordinal` has number `sequence`, and `missing` numbers before it did not come.
    pub(crate) fn open(&mut self, sequence: u64, missing: u16, ordinal: u64) {
        if self.list.len() >= GAPS {
            self.list.pop_front();
        }
        let first = sequence.saturating_sub(u64::from(missing));
        self.list.push_back((first, sequence, ordinal));
    }

    /// Every number below `settled` has come or is lost. Call it when losses were asked for.
    pub(crate) fn settle(&mut self, settled: u64) {
        while self.list.front().is_some_and(|(_, end, _)| *end <= settled) {
            self.list.pop_front();
        }
    }

    /// The packet that came after the lost number `sequence`.
    pub(crate) fn packet_after(&self, sequence: u64) -> Option<u64> {
        let at = self.list.partition_point(|(_, end, _)| *end <= sequence);
        self.list
            .get(at)
            .filter(|(first, ..)| *first <= sequence)
            .map(|(.., ordinal)| *ordinal)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_packet_after_a_loss() {
        let mut gaps = Gaps::default();
        gaps.open(105, 3, 7);
        gaps.open(110, 1, 12);
        assert_eq!(gaps.packet_after(102), Some(7));
        assert_eq!(gaps.packet_after(104), Some(7));
        assert_eq!(gaps.packet_after(101), None);
        assert_eq!(gaps.packet_after(105), None);
        assert_eq!(gaps.packet_after(109), Some(12));
        gaps.settle(105);
        assert_eq!(gaps.packet_after(104), None);
        gaps.settle(111);
        assert!(gaps.is_empty());
        for n in 0..10_000 {
            gaps.open(n * 2, 1, n);
        }
        assert_eq!(gaps.list.len(), GAPS);
    }
}
