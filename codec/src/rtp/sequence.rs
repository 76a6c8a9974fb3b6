//! Sequence numbers of one flow: what is lost, late, double, or a restart of the sender (RFC 3550 5.1, A.1).
//!
//! The rules, per packet, against the highest number so far:
//!
//! * the next number: in order;
//! * a higher one: the numbers between are *missing*. They count as lost when the reorder window has passed: at least
//!   [`Limits::reorder_packets`] higher numbers and [`Limits::reorder_ns`], both;
//! * a lower one that is missing: reordered. If it was counted as lost it takes itself back (`late`);
//! * a lower one that is not missing: a duplicate, however it came to be sent twice (ST 2022-7 on one path too);
//! * one too far away for either, or lower with a higher RTP timestamp: a stray. When the next packet carries on from it,
//!   the sender has restarted; else it stays a single stray.
//!
//! "Too far" goes by the rate of the flow, so that a cable that was out for a second is loss for a video flow of
//! hundreds of thousands of packets a second, and the same step is a restart for a flow of thirty.

#[cfg(test)]
mod tests;

use alloc::collections::VecDeque;

use crate::limits::Limits;

/// A step forward that is loss at any rate (RFC 3550 A.1, MAX_DROPOUT).
const MAX_DROPOUT: u64 = 3000;
/// A step back that is reordering or duplication at any rate (RFC 3550 A.1, MAX_MISORDER).
const MAX_MISORDER: u64 = 100;
/// Half the number space: what lies further is nearer the other way round.
const HALF: u64 = 0x8000;
/// Runs of missing numbers that are remembered; the oldest is settled early beyond that.
const MAX_GAPS: usize = 2048;
/// Decided losses that wait for [`SequenceTracker::next_loss`].
const MAX_LOSSES: usize = 1024;
/// Where extended numbers start: one turn in, so that packets before the first have a number, too.
const BASE: u64 = 1 << 16;

/// What one packet is to its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The flow's first packet.
    First,
    /// The next one.
    InOrder,
    /// Later than the next: `missing` packets before it have not come yet.
    Gap {
        /// How many.
        missing: u16,
    },
    /// One that was missing, `behind` numbers below the highest.
    Reordered {
        /// How far below the highest number.
        behind: u16,
    },
    /// One that was there already, `behind` numbers below the highest.
    Duplicate {
        /// How far below the highest number.
        behind: u16,
    },
    /// Far from the sequence: a stray, or the first packet after a restart. The next packet tells.
    Stray,
    /// The second packet of a new sequence: the sender restarted, and the stray before this one was the first packet.
    Restart,
}

/// What became of a flow's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceCounters {
    /// Packets that arrived, duplicates and strays included.
    pub received: u64,
    /// Packets that never came, as decided so far. Exact after [`SequenceTracker::flush`].
    pub lost: u64,
    /// Packets that are missing and may still come.
    pub pending: u64,
    /// Packets that came after one with a higher number.
    pub reordered: u64,
    /// Of these, packets that came when they were counted as lost already.
    pub late: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Single packets far from the sequence.
    pub strays: u64,
    /// Restarts of the sender.
    pub restarts: u64,
}

/// A run of packets that are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Extended number of the first of them.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// When the gap was seen, in nanoseconds of the caller's clock.
    pub opened_ns: u64,
}

/// Follows the sequence numbers of one flow (one SSRC on one 5-tuple).
///
/// In-order packets cost a few nanoseconds and no memory; missing ones are kept as runs, 2048 at most.
#[derive(Clone, Debug)]
pub struct SequenceTracker {
    /// Extended number and RTP timestamp of the packet with the highest number, and when it came.
    highest: u64,
    highest_timestamp: u32,
    highest_ns: u64,
    /// Something is undecided: the fast path is closed.
    is_busy: bool,
    in_order: u64,
    lowest: u64,
    first_ns: u64,
    last: u64,
    stray: Option<u16>,
    gaps: VecDeque<Gap>,
    /// Gaps before this index are counted as lost; they are kept for packets that come late.
    decided: usize,
    losses: VecDeque<Loss>,
    /// All but in-order packets.
    counters: SequenceCounters,
    window_packets: u64,
    window_ns: u64,
}

/// Missing numbers `first..end`.
#[derive(Clone, Copy, Debug)]
struct Gap {
    first: u64,
    end: u64,
    opened_ns: u64,
}

impl SequenceTracker {
    /// A tracker with the reorder window of `limits`.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            highest: 0,
            highest_timestamp: 0,
            highest_ns: 0,
            // The first packet is not in order.
            is_busy: true,
            in_order: 0,
            lowest: u64::MAX,
            first_ns: 0,
            last: 0,
            stray: None,
            gaps: VecDeque::new(),
            decided: 0,
            losses: VecDeque::new(),
            counters: SequenceCounters::default(),
            window_packets: u64::from(limits.reorder_packets).min(HALF / 2),
            window_ns: limits.reorder_ns,
        }
    }

    /// Takes the next packet in order of arrival. `now_ns` is the time of arrival on any clock that does not jump.
    #[inline]
    pub fn push(&mut self, sequence: u16, rtp_timestamp: u32, now_ns: u64) -> Arrival {
        let next = self.highest.wrapping_add(1);
        if sequence == next as u16 && !self.is_busy {
            self.in_order += 1;
            self.highest = next;
            self.highest_timestamp = rtp_timestamp;
            self.highest_ns = now_ns;
            self.last = next;
            return Arrival::InOrder;
        }
        self.push_other(sequence, rtp_timestamp, now_ns)
    }

    /// The extended number of the packet pushed last; its low 16 bits are its sequence number. After a
    /// [`Arrival::Stray`] that of the packet before.
    #[must_use]
    pub const fn extended(&self) -> u64 {
        self.last
    }

    /// The counts so far.
    #[must_use]
    pub const fn counters(&self) -> SequenceCounters {
        let mut counters = self.counters;
        counters.received += self.in_order;
        counters
    }

    /// Every number below this one has come or counts as lost.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.gaps
            .get(self.decided)
            .map_or(self.highest.saturating_add(1), |gap| gap.first)
    }

    /// The next run of packets that counts as lost, in order of decision. The oldest is dropped when 1024 wait; the
    /// counters stay exact.
    pub fn next_loss(&mut self) -> Option<Loss> {
        self.losses.pop_front()
    }

    /// The flow has ended: what is missing is lost.
    pub fn flush(&mut self) {
        while self.decided < self.gaps.len() {
            self.decide();
        }
    }

    #[inline(never)]
    fn push_other(&mut self, sequence: u16, timestamp: u32, now_ns: u64) -> Arrival {
        self.counters.received += 1;
        if self.lowest == u64::MAX {
            self.start(BASE + u64::from(sequence), timestamp, now_ns);
            self.first_ns = now_ns;
            self.is_busy = false;
            return Arrival::First;
        }
        let arrival = self.classify(sequence, timestamp, now_ns);
        self.settle(now_ns);
        // Gaps that are decided only matter to packets that are not in order.
        self.is_busy = self.stray.is_some() || self.decided < self.gaps.len();
        arrival
    }

    fn classify(&mut self, sequence: u16, timestamp: u32, now_ns: u64) -> Arrival {
        let ahead = u64::from(sequence.wrapping_sub(self.highest as u16));
        if ahead > 0 && ahead < HALF && (ahead <= MAX_DROPOUT || ahead <= self.sent_until(now_ns)) {
            self.stray = None;
            return self.forward(ahead, timestamp, now_ns);
        }
        let behind = u64::from((self.highest as u16).wrapping_sub(sequence));
        if behind <= HALF {
            // A packet that is not missing and has a later RTP timestamp is no duplicate, and one that is missing and far
            // back as well is hardly late: the sender began anew at a low number.
            let is_newer = (timestamp.wrapping_sub(self.highest_timestamp) as i32) > 0;
            let number = self.highest.saturating_sub(behind);
            let is_near = behind <= MAX_MISORDER.max(self.window_packets) || behind <= self.sent_until(self.highest_ns);
            let is_missing = self.is_missing(number);
            if (is_near && is_missing) || ((is_near || is_missing) && !is_newer) {
                return self.backward(number, behind as u16, now_ns);
            }
        }
        if self.stray == Some(sequence) {
            self.counters.duplicates += 1;
            return Arrival::Duplicate { behind: 0 };
        }
        if self.stray == Some(sequence.wrapping_sub(1)) {
            return self.restart(sequence, timestamp, now_ns);
        }
        self.counters.strays += 1;
        self.stray = Some(sequence);
        Arrival::Stray
    }

    /// How many packets the flow can have sent since the last packet and in a reorder window, at twice its mean rate.
    fn sent_until(&self, now_ns: u64) -> u64 {
        let span = self.highest_ns.saturating_sub(self.first_ns).max(1);
        let seen = self.highest.saturating_sub(self.lowest);
        let time = now_ns.saturating_sub(self.highest_ns).saturating_add(self.window_ns);
        let sent = u128::from(seen) * 2 * u128::from(time) / u128::from(span);
        u64::try_from(sent).unwrap_or(u64::MAX)
    }

    fn is_missing(&self, number: u64) -> bool {
        let index = self.gaps.partition_point(|gap| gap.end <= number);
        self.gaps.get(index).is_some_and(|gap| gap.first <= number)
    }

    fn forward(&mut self, ahead: u64, timestamp: u32, now_ns: u64) -> Arrival {
        let first = self.highest + 1;
        self.highest += ahead;
        self.highest_timestamp = timestamp;
        self.highest_ns = now_ns;
        self.last = self.highest;
        if ahead == 1 {
            return Arrival::InOrder;
        }
        let missing = ahead - 1;
        self.counters.pending += missing;
        if self.gaps.len() >= MAX_GAPS {
            self.forget();
        }
        self.gaps.push_back(Gap {
            first,
            end: self.highest,
            opened_ns: now_ns,
        });
        Arrival::Gap {
            missing: missing as u16,
        }
    }

    fn backward(&mut self, number: u64, behind: u16, now_ns: u64) -> Arrival {
        self.last = number;
        if number < self.lowest {
            // Overtaken by the flow's first packet.
            if number + 1 < self.lowest {
                self.counters.pending += self.lowest - number - 1;
                self.insert_lowest(Gap {
                    first: number + 1,
                    end: self.lowest,
                    opened_ns: now_ns,
                });
            }
            self.lowest = number;
            self.counters.reordered += 1;
            return Arrival::Reordered { behind };
        }
        let index = self.gaps.partition_point(|gap| gap.end <= number);
        match self.gaps.get(index).copied() {
            Some(gap) if gap.first <= number => {
                self.fill(index, gap, number);
                self.counters.reordered += 1;
                Arrival::Reordered { behind }
            }
            _ => {
                self.counters.duplicates += 1;
                Arrival::Duplicate { behind }
            }
        }
    }

    /// A gap before all others; it is pending, so none of those may be decided.
    fn insert_lowest(&mut self, gap: Gap) {
        if self.decided == 0 && self.gaps.len() < MAX_GAPS {
            self.gaps.push_front(gap);
        } else {
            self.counters.pending -= gap.end - gap.first;
            self.count_lost(gap);
        }
    }

    /// Takes `number` out of the gap at `index`.
    fn fill(&mut self, index: usize, gap: Gap, number: u64) {
        if index < self.decided {
            self.counters.lost -= 1;
            self.counters.late += 1;
        } else {
            self.counters.pending -= 1;
        }
        let before = Gap { end: number, ..gap };
        let after = Gap {
            first: number + 1,
            ..gap
        };
        let is_decided = index < self.decided;
        match (before.first < before.end, after.first < after.end) {
            (false, false) => {
                self.gaps.remove(index);
                self.decided -= usize::from(is_decided);
            }
            (true, false) => self.replace(index, before),
            (false, true) => self.replace(index, after),
            (true, true) => {
                self.replace(index, after);
                self.gaps.insert(index, before);
                self.decided += usize::from(is_decided);
                if self.gaps.len() > MAX_GAPS {
                    self.forget();
                }
            }
        }
    }

    fn replace(&mut self, index: usize, gap: Gap) {
        if let Some(slot) = self.gaps.get_mut(index) {
            *slot = gap;
        }
    }

    /// The stray was the first packet of a new sequence, and this is the second.
    fn restart(&mut self, sequence: u16, timestamp: u32, now_ns: u64) -> Arrival {
        self.flush();
        self.gaps.clear();
        self.decided = 0;
        self.stray = None;
        self.counters.strays -= 1;
        self.counters.restarts += 1;
        // The next turn but one: numbers go on rising, and none before the restart is taken for one after it.
        let turn = (self.highest | 0xFFFF) + 1 + BASE;
        // The stray had the number before this one.
        let number = turn + u64::from(sequence.wrapping_sub(1)) + 1;
        self.start(number, timestamp, now_ns);
        self.lowest = number - 1;
        Arrival::Restart
    }

    fn start(&mut self, number: u64, timestamp: u32, now_ns: u64) {
        self.highest = number;
        self.highest_timestamp = timestamp;
        self.highest_ns = now_ns;
        self.lowest = number;
        self.first_ns = now_ns;
        self.last = number;
    }

    /// Decides the gaps whose reorder window has passed, and forgets those that no number can fall into any more.
    fn settle(&mut self, now_ns: u64) {
        while let Some(gap) = self.gaps.get(self.decided) {
            // `end` was the first packet behind the gap; it counts.
            let packets = (self.highest + 1).saturating_sub(gap.end);
            let has_passed = packets >= self.window_packets && now_ns.saturating_sub(gap.opened_ns) >= self.window_ns;
            // What lies half the number space back could not be told from what lies ahead.
            if !has_passed && gap.first + HALF > self.highest {
                break;
            }
            self.decide();
        }
        while let Some(gap) = self.gaps.front() {
            if self.decided == 0 || gap.first + HALF > self.highest {
                break;
            }
            self.forget();
        }
    }

    /// Counts the first pending gap as lost.
    fn decide(&mut self) {
        let Some(gap) = self.gaps.get(self.decided).copied() else {
            return;
        };
        self.decided += 1;
        self.counters.pending -= gap.end - gap.first;
        self.count_lost(gap);
    }

    fn count_lost(&mut self, gap: Gap) {
        let count = gap.end - gap.first;
        self.counters.lost += count;
        if self.losses.len() >= MAX_LOSSES {
            self.losses.pop_front();
        }
        self.losses.push_back(Loss {
            first: gap.first,
            count,
            opened_ns: gap.opened_ns,
        });
    }

    /// Drops the oldest gap; what is missing in it stays lost.
    fn forget(&mut self) {
        if self.decided == 0 {
            self.decide();
        }
        if self.gaps.pop_front().is_some() {
            self.decided -= 1;
        }
    }
}
