//! How often static parts and renditions come (PS3.22 6.2.2).

use super::settings::{Thresholds, ns};
use crate::index::NO_TIME;

/// Intervals between Grains that are remembered to know the period.
const INTERVALS: usize = 31;

/// Whether a Grain carries a static part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Static {
    Yes,
    No,
    /// It is not whole, or cannot be read: it may have been one.
    Perhaps,
}

/// One Grain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    /// Sync timestamp, nanoseconds.
    pub(crate) sync_ns: Option<i64>,
    /// RTP timestamp, unwrapped.
    pub(crate) extended: u64,
    /// Arrival, nanoseconds.
    pub(crate) arrival_ns: i64,
    /// No packet is missing between the Grain before and this one.
    pub(crate) follows: bool,
    pub(crate) part: Static,
}

/// Gaps that are too long, in nanoseconds, with what was allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Late {
    /// Since the last static part, or the first Grain.
    pub(crate) static_part: Option<(i64, i64)>,
    /// Since the Grain before.
    pub(crate) grain: Option<(i64, i64)>,
}

/// Follows the Grains of one flow.
#[derive(Debug, Default)]
pub(crate) struct Cadence {
    latest: Option<Beat>,
    /// The last Grain with a static part, or that may have had one; the first Grain before there is one.
    reference: Option<Beat>,
    /// The gap that is open was told.
    is_told: bool,
    intervals: Vec<i64>,
}

impl Cadence {
    /// Takes the next Grain; `rate` is the clock rate, where it is known.
    pub(crate) fn push(&mut self, beat: Beat, rate: Option<u32>, limits: &Thresholds) -> Late {
        let mut late = Late::default();
        let tolerance = ns(limits.interval_tolerance_ms);
        let Some(latest) = self.latest.replace(beat) else {
            self.reference = Some(beat);
            return late;
        };
        if beat.follows
            && let Some(step) = elapsed(&latest, &beat, rate)
        {
            if self.intervals.len() < INTERVALS && step > 0 {
                self.intervals.push(step);
            }
            let allowed = ns(limits.rendition_interval_ms) + tolerance;
            if step > allowed {
                late.grain = Some((step, allowed));
            }
        }
        if !beat.follows || beat.part == Static::Perhaps {
            // What is missing may have been a static part: the network is to blame, not the sender.
            self.refer_to(beat);
            return late;
        }
        let since = self.reference.and_then(|reference| elapsed(&reference, &beat, rate));
        if let Some(since) = since.filter(|since| *since > ns(limits.static_interval_ms) + tolerance && !self.is_told) {
            let allowed = ns(limits.static_interval_ms) + self.period() + tolerance;
            if since > allowed {
                late.static_part = Some((since, allowed));
                self.is_told = true;
            }
        }
        if beat.part == Static::Yes {
            self.refer_to(beat);
        }
        late
    }

    fn refer_to(&mut self, beat: Beat) {
        self.reference = Some(beat);
        self.is_told = false;
    }

    /// The median time from Grain to Grain so far.
    pub(crate) fn period(&self) -> i64 {
        let mut intervals = self.intervals.clone();
        intervals.sort_unstable();
        intervals.get(intervals.len() / 2).copied().unwrap_or(0)
    }
}

/// Nanoseconds from one Grain to another: by sync timestamps, else by RTP timestamps, else by arrival.
fn elapsed(from: &Beat, to: &Beat, rate: Option<u32>) -> Option<i64> {
    if let (Some(a), Some(b)) = (from.sync_ns, to.sync_ns) {
        return b.checked_sub(a);
    }
    if let Some(rate) = rate.filter(|rate| *rate > 0) {
        let ticks = i128::from(to.extended) - i128::from(from.extended);
        return i64::try_from(ticks * 1_000_000_000 / i128::from(rate)).ok();
    }
    if from.arrival_ns == NO_TIME || to.arrival_ns == NO_TIME {
        return None;
    }
    to.arrival_ns.checked_sub(from.arrival_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn run(beats: impl Iterator<Item = (i64, Static, bool)>) -> Vec<Late> {
        let mut cadence = Cadence::default();
        let limits = Thresholds::default();
        beats
            .map(|(ns, part, follows)| {
                let beat = Beat {
                    sync_ns: Some(ns),
                    extended: 0,
                    arrival_ns: NO_TIME,
                    follows,
                    part,
                };
                cadence.push(beat, None, &limits)
            })
            .collect()
    }

    fn every(period: i64, count: i64, is_static: impl Fn(i64) -> Static) -> Vec<Late> {
        run((0..count).map(|i| (i * period, is_static(i), true)))
    }

    #[test]
    fn a_static_part_may_come_one_period_and_5_ms_late() {
        let at = |n: i64| move |i: i64| if i % n == 0 { Static::Yes } else { Static::No };
        let late = |beats: Vec<Late>| beats.iter().filter(|late| late.static_part.is_some()).count();
        assert_eq!(late(every(40 * MS, 100, at(26))), 0, "1040 ms");
        assert_eq!(late(every(40 * MS, 100, at(27))), 3, "1080 ms");
        // 26 periods: exactly at the limit of 1 s + 40.2 ms + 5 ms, and just over it.
        assert_eq!(late(every(40_200_000, 27, at(26))), 0);
        assert_eq!(late(every(40_200_001, 27, at(26))), 1);
    }

    #[test]
    fn without_any_static_part_it_is_told_once() {
        let late = every(40 * MS, 100, |_| Static::No);
        let told: Vec<usize> = (0..late.len()).filter(|i| late[*i].static_part.is_some()).collect();
        assert_eq!(told, [27]);
    }

    #[test]
    fn what_was_lost_may_have_been_static() {
        let beats = (0..60).map(|i| (i * 40 * MS, Static::No, i != 20 && i != 40));
        assert!(run(beats).iter().all(|late| late.static_part.is_none()));
        let beats = (0..60).map(|i| {
            (
                i * 40 * MS,
                if i % 20 == 0 { Static::Perhaps } else { Static::No },
                true,
            )
        });
        assert!(run(beats).iter().all(|late| late.static_part.is_none()));
    }

    #[test]
    fn renditions_come_once_a_second() {
        let gaps = |step: i64| run((0..3).map(|i| (i * step, Static::Yes, true)));
        assert!(gaps(1005 * MS).iter().all(|late| late.grain.is_none()));
        assert_eq!(gaps(1005 * MS + 1)[1].grain, Some((1005 * MS + 1, 1005 * MS)));
        // A Grain that was lost on the way was sent.
        assert!(
            run([(0, Static::Yes, true), (2000 * MS, Static::Yes, false)].into_iter())
                .iter()
                .all(|l| l.grain.is_none())
        );
    }

    #[test]
    fn time_goes_by_rtp_and_then_by_arrival() {
        let beat = |extended, arrival_ns| Beat {
            sync_ns: None,
            extended,
            arrival_ns,
            follows: true,
            part: Static::Yes,
        };
        assert_eq!(
            elapsed(&beat(0, 5), &beat(90_000, 6), Some(90_000)),
            Some(1_000_000_000)
        );
        assert_eq!(elapsed(&beat(0, 5), &beat(90_000, 6), None), Some(1));
        assert_eq!(elapsed(&beat(0, 5), &beat(90_000, NO_TIME), None), None);
    }
}
