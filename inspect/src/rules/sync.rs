//! Times of flows against each other and against the capture's clock (PS3.17 R.6.1, PPPP.7).
//!
//! Everything here works on plain series and takes linear time.

use super::settings::{Thresholds, ns};

/// Grains on either side of a step.
const SIDE: usize = 8;

/// Grains that a rate takes at least.
const FEWEST: usize = 8;

/// RTP timestamps are whole ticks: a difference of two of them says nothing.
const TICKS: i64 = 2;

/// One Grain, or one frame of a bulk flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Number of the Grain over all flows; of a frame the ordinal of its first packet.
    pub(crate) id: u64,
    /// RTP timestamp, unwrapped.
    pub(crate) rtp: i64,
    /// The instant it belongs to, nanoseconds TAI, where known.
    pub(crate) instant: Option<i64>,
    /// Arrival, nanoseconds, where the capture has times.
    pub(crate) arrival: Option<i64>,
    /// Whole and in order: its time says something.
    pub(crate) is_clean: bool,
    /// Something is missing or out of order between the one before and this one.
    pub(crate) after_gap: bool,
}

/// Arrival minus RTP time of the Grains that are in order: number and nanoseconds, both from the first on.
pub(crate) fn time_base(ticks: &[Tick], rate: u32) -> Vec<(u64, i64, i64)> {
    let mut clean = ticks
        .iter()
        .filter(|tick| tick.is_clean)
        .filter_map(|tick| Some((tick, tick.arrival?)));
    let Some((first, start)) = clean.next() else {
        return Vec::new();
    };
    let of = |tick: &Tick, arrival: i64| {
        let time = (i128::from(tick.rtp) - i128::from(first.rtp)) * 1_000_000_000 / i128::from(rate.max(1));
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        (tick.id, time, arrival.saturating_sub(start).saturating_sub(time))
    };
    let mut base = vec![of(first, start)];
    base.extend(clean.map(|(tick, arrival)| of(tick, arrival)));
    base
}

/// Steps of the time base: the Grain where each is greatest, and by how much the medians differ, nanoseconds.
pub(crate) fn steps(base: &[(u64, i64, i64)], rate: u32, limits: &Thresholds) -> Vec<(u64, i64)> {
    let allowed = ns(limits.sync_step_ms) + TICKS * 1_000_000_000 / i64::from(rate.max(1));
    let mut found: Vec<(u64, i64)> = Vec::new();
    // The windows that see one step, and the first and last of those that see it whole.
    let mut open: Option<(usize, usize, i64)> = None;
    let mut close = |open: &mut Option<(usize, usize, i64)>| {
        if let Some((first, last, step)) = open.take() {
            found.extend(base.get(first.midpoint(last) + SIDE).map(|(id, ..)| (*id, step)));
        }
    };
    for (at, window) in base.windows(2 * SIDE).enumerate() {
        let (before, after) = window.split_at(SIDE);
        // Medians differ by no more than the values do.
        let spread = window.iter().fold((i64::MAX, i64::MIN), |(low, high), (.., offset)| {
            (low.min(*offset), high.max(*offset))
        });
        if spread.1.saturating_sub(spread.0) <= allowed {
            close(&mut open);
            continue;
        }
        let step = median_of(after).saturating_sub(median_of(before));
        if step.abs() <= allowed {
            close(&mut open);
            continue;
        }
        open = Some(match open {
            Some((first, _, most)) if step.abs() == most.abs() => (first, at, most),
            Some(greater) if step.abs() < greater.2.abs() => greater,
            _ => (at, at, step),
        });
    }
    close(&mut open);
    found
}

/// The median of a side of the window.
fn median_of(side: &[(u64, i64, i64)]) -> i64 {
    let mut values = [0; SIDE];
    for (value, (.., offset)) in values.iter_mut().zip(side) {
        *value = *offset;
    }
    values.sort_unstable();
    i64::midpoint(values[SIDE / 2 - 1], values[SIDE / 2])
}

/// By how many per cent the sender's time base is slow (positive) against the capture's, and over how many seconds; `None`
/// where that cannot be told.
pub(crate) fn slowness(base: &[(u64, i64, i64)], limits: &Thresholds) -> Option<(f64, f64)> {
    let (first, last) = (base.first()?, base.last()?);
    let seconds = (last.1 - first.1) as f64 / 1e9;
    if seconds < limits.sync_rate_seconds || base.len() < FEWEST {
        return None;
    }
    // Medians of the outer thirds: a few late packets do not count.
    let third = base.len() / 3;
    let point = |part: &[(u64, i64, i64)]| {
        let middle = |mut values: Vec<i64>| {
            values.sort_unstable();
            let half = values.len() / 2;
            if values.len().is_multiple_of(2) {
                i64::midpoint(values[half - 1], values[half])
            } else {
                values[half]
            }
        };
        let times = middle(part.iter().map(|(_, time, _)| *time).collect());
        let offsets = middle(part.iter().map(|(.., offset)| *offset).collect());
        (times as f64, offsets as f64)
    };
    let (x0, y0) = point(&base[..third]);
    let (x1, y1) = point(&base[base.len() - third..]);
    (x1 > x0).then(|| ((y1 - y0) / (x1 - x0) * 100.0, seconds))
}

/// Ticks of one flow that arrive too early or too late against those of another for the same instant: number and
/// difference in nanoseconds. Both are in the order of their instants.
pub(crate) fn offsets(ours: &[Tick], theirs: &[Tick], rate: u32, limits: &Thresholds) -> Vec<(u64, i64)> {
    let allowed = ns(limits.sync_offset_ms) + TICKS * 1_000_000_000 / i64::from(rate.max(1));
    let latency = |tick: &Tick| Some((tick.instant?, tick.arrival?.saturating_sub(tick.instant?)));
    let usable = |ticks: &[Tick]| -> Vec<(u64, i64, i64)> {
        let clean = ticks.iter().filter(|tick| tick.is_clean);
        clean
            .filter_map(|tick| latency(tick).map(|(instant, latency)| (tick.id, instant, latency)))
            .collect()
    };
    let (ours, theirs) = (usable(ours), usable(theirs));
    let reach = spacing(&ours).max(spacing(&theirs)) / 2;
    let mut found = Vec::new();
    let mut near = 0;
    for (id, instant, latency) in ours {
        while let (Some(here), Some(next)) = (theirs.get(near), theirs.get(near + 1))
            && next.1.abs_diff(instant) <= here.1.abs_diff(instant)
        {
            near += 1;
        }
        let Some(other) = theirs.get(near) else { break };
        let difference = latency.saturating_sub(other.2);
        if other.1.abs_diff(instant) <= reach.cast_unsigned() && difference.abs() > allowed {
            found.push((id, difference));
        }
    }
    found
}

/// The median arrival after the instant; `None` for a flow without times.
pub(crate) fn latency(ticks: &[Tick]) -> Option<i64> {
    let clean = ticks.iter().filter(|tick| tick.is_clean);
    let mut latencies: Vec<i64> = clean
        .filter_map(|tick| Some(tick.arrival?.saturating_sub(tick.instant?)))
        .collect();
    latencies.sort_unstable();
    latencies.get(latencies.len() / 2).copied()
}

/// The median distance of instants.
fn spacing(series: &[(u64, i64, i64)]) -> i64 {
    let mut steps: Vec<i64> = series
        .windows(2)
        .map(|pair| pair[1].1.saturating_sub(pair[0].1))
        .collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(0).max(0)
}

/// What of two flows has no partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unpaired {
    /// Grains without a frame.
    pub(crate) grains: Vec<u64>,
    /// Frames without a Grain, by their first packet.
    pub(crate) frames: Vec<u64>,
}

/// Joins the Grains of a metadata flow and the frames of the flow it describes by RTP timestamp, inside the overlap of both
/// less one period. Both are in order. What was lost is not missed.
pub(crate) fn unpaired(grains: &[Tick], frames: &[Tick], is_audio: bool) -> Unpaired {
    let mut found = Unpaired::default();
    let (Some(first_grain), Some(last_grain), Some(first_frame), Some(last_frame)) =
        (grains.first(), grains.last(), frames.first(), frames.last())
    else {
        return found;
    };
    let period = period(grains).max(if is_audio { 0 } else { period(frames) });
    if last_grain.rtp < first_frame.rtp || last_frame.rtp < first_grain.rtp {
        found.grains = apart(grains, frames);
        return found;
    }
    let from = first_grain.rtp.max(first_frame.rtp).saturating_add(period);
    let to = last_grain.rtp.min(last_frame.rtp).saturating_sub(period);
    if is_audio {
        // Between its first and last packet an audio flow has samples everywhere.
        return found;
    }
    let (mut g, mut f) = (0, 0);
    while g < grains.len() || f < frames.len() {
        let (grain, frame) = (grains.get(g), frames.get(f));
        let order = match (grain, frame) {
            (Some(grain), Some(frame)) => grain.rtp.cmp(&frame.rtp),
            (Some(_), None) => core::cmp::Ordering::Less,
            (None, _) => core::cmp::Ordering::Greater,
        };
        let is_inside = |tick: &Tick| from <= tick.rtp && tick.rtp <= to;
        match order {
            core::cmp::Ordering::Less => {
                // The frame may be among what was lost before the next one that is there.
                if let Some(grain) = grain.filter(|grain| grain.is_clean && is_inside(grain))
                    && !frame.is_some_and(|frame| frame.after_gap)
                {
                    found.grains.push(grain.id);
                }
                g += 1;
            }
            core::cmp::Ordering::Greater => {
                let is_lost = grain.is_some_and(|grain| grain.after_gap || !grain.is_clean)
                    || g.checked_sub(1)
                        .and_then(|before| grains.get(before))
                        .is_some_and(|grain| !grain.is_clean);
                if let Some(frame) = frame.filter(|frame| is_inside(frame) && !is_lost) {
                    found.frames.push(frame.id);
                }
                f += 1;
            }
            core::cmp::Ordering::Equal => {
                // Grains with one timestamp share its frame.
                if grains.get(g + 1).is_none_or(|next| next.rtp != grains[g].rtp) {
                    f += 1;
                }
                g += 1;
            }
        }
    }
    found
}

/// The Grains that come while the other flow does, though its RTP timestamps are elsewhere altogether.
fn apart(grains: &[Tick], frames: &[Tick]) -> Vec<u64> {
    let range = |ticks: &[Tick]| {
        let arrivals = || ticks.iter().filter_map(|tick| tick.arrival);
        Some((arrivals().min()?, arrivals().max()?))
    };
    let (Some((g0, g1)), Some((f0, f1))) = (range(grains), range(frames)) else {
        return Vec::new();
    };
    let period = (g1 - g0) / (grains.len() as i64).max(1);
    let (from, to) = (g0.max(f0).saturating_add(period), g1.min(f1).saturating_sub(period));
    let is_inside =
        |tick: &&Tick| tick.is_clean && tick.arrival.is_some_and(|arrival| from <= arrival && arrival <= to);
    grains.iter().filter(is_inside).map(|tick| tick.id).collect()
}

/// The median distance of RTP timestamps.
fn period(ticks: &[Tick]) -> i64 {
    let mut steps: Vec<i64> = ticks.windows(2).map(|pair| pair[1].rtp - pair[0].rtp).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    /// A flow of 25 Hz at 90 kHz whose Grain `i` is `late(i)` nanoseconds late.
    fn flow(count: i64, late: impl Fn(i64) -> i64) -> Vec<Tick> {
        let tick = |i: i64| Tick {
            id: i as u64,
            rtp: i * 3600,
            instant: Some(i * 40 * MS),
            arrival: Some(5 * MS + i * 40 * MS + late(i)),
            is_clean: true,
            after_gap: false,
        };
        (0..count).map(tick).collect()
    }

    #[test]
    fn a_step_is_told_once_and_needs_16_grains() {
        let limits = Thresholds::default();
        let found = |ticks: &[Tick]| steps(&time_base(ticks, 90_000), 90_000, &limits);
        let step = |by: i64| flow(40, move |i| if i < 20 { 0 } else { by });
        assert_eq!(found(&step(4 * MS)), [(20, 4 * MS)]);
        assert_eq!(found(&step(-4 * MS)), [(20, -4 * MS)]);
        assert_eq!(found(&step(3 * MS)), []);
        assert_eq!(found(&flow(15, |i| if i < 8 { 0 } else { 9 * MS })), []);
        assert_eq!(found(&flow(16, |i| if i < 8 { 0 } else { 9 * MS })), [(8, 9 * MS)]);
        // Three late Grains are no step.
        assert_eq!(
            found(&flow(40, |i| if (20..23).contains(&i) { 50 * MS } else { 0 })),
            []
        );
    }

    #[test]
    fn rates_are_told_over_ten_seconds() {
        let limits = Thresholds::default();
        let of = |count: i64, ppm: i64| slowness(&time_base(&flow(count, move |i| i * 40 * ppm), 90_000), &limits);
        let (percent, seconds) = of(300, 120).unwrap();
        assert!((percent - 0.012).abs() < 1e-6 && seconds > 11.0, "{percent}");
        assert!((of(300, -120).unwrap().0 + 0.012).abs() < 1e-6);
        assert_eq!(of(200, 1000), None, "8 s");
        // One Grain that is very late changes nothing.
        let outlier = flow(300, |i| if i == 299 { 500 * MS } else { 0 });
        assert!(slowness(&time_base(&outlier, 90_000), &limits).unwrap().0.abs() < 1e-9);
    }

    #[test]
    fn offsets_have_ten_milliseconds_of_room() {
        let limits = Thresholds::default();
        let reference = flow(30, |_| 0);
        let found = |late: i64| offsets(&flow(30, move |_| late), &reference, 90_000, &limits).len();
        assert_eq!((found(10 * MS), found(11 * MS), found(-11 * MS)), (0, 30, 30));
        // Flows of other rates are compared at the nearest instant, not with what is far away.
        let other: Vec<Tick> = flow(10, |_| 0)
            .into_iter()
            .map(|t| Tick {
                instant: t.instant.map(|i| i + 10_000 * MS),
                ..t
            })
            .collect();
        assert_eq!(offsets(&other, &reference, 90_000, &limits), []);
    }

    #[test]
    fn pairs_inside_the_overlap() {
        let frames = flow(50, |_| 0);
        let without = |lost: &[usize]| -> Vec<Tick> {
            let kept = frames.iter().enumerate().filter(|(i, _)| !lost.contains(i));
            kept.map(|(_, tick)| *tick).collect()
        };
        assert_eq!(unpaired(&frames, &frames, false), Unpaired::default());
        assert_eq!(unpaired(&without(&[10, 20]), &frames, false).frames, [10, 20]);
        assert_eq!(unpaired(&frames, &without(&[10]), false).grains, [10]);
        // One flow begins before and ends after the other.
        assert_eq!(unpaired(&frames[5..40], &frames, false), Unpaired::default());
        assert_eq!(unpaired(&frames, &frames[5..40], false), Unpaired::default());
        // Lost on the way.
        let mut grains = without(&[10]);
        grains[10].after_gap = true;
        assert_eq!(unpaired(&grains, &frames, false), Unpaired::default());
        assert_eq!(unpaired(&frames, &grains, false), Unpaired::default());
    }

    #[test]
    fn flows_that_have_no_timestamp_in_common() {
        let shifted: Vec<Tick> = flow(50, |_| 0)
            .into_iter()
            .map(|t| Tick { rtp: t.rtp + 1, ..t })
            .collect();
        let found = unpaired(&flow(50, |_| 0), &shifted, false);
        assert!(found.grains.len() > 40 && found.frames.len() > 40);
        let elsewhere: Vec<Tick> = flow(50, |_| 0)
            .into_iter()
            .map(|t| Tick {
                rtp: t.rtp + 9_000_000,
                ..t
            })
            .collect();
        assert!(unpaired(&flow(50, |_| 0), &elsewhere, true).grains.len() > 40);
        assert_eq!(unpaired(&flow(50, |_| 0), &flow(80, |_| 0), true), Unpaired::default());
    }
}
