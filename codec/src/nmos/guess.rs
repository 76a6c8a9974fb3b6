//! Ids without an SDP: what each id means, learned from the first packets of Grains.
//!
//! Each id has candidates by the length of its data. Between two timestamps, two UUIDs or two fractions the evidence of
//! the payload decides: (0002,0035) and (0002,0036), (0034,0007), and the RTP timestamp, which follows the sync
//! timestamp. Where that says nothing, the ids of [`ExtensionMap::PRESET`] do; and where those do not apply, the order
//! that other published ids have in common.

use alloc::vec::Vec;

use uuid::Uuid;

use super::{ExtensionKind, ExtensionMap, GrainDuration};
use crate::rtp::{Extension, MediaClock};
use crate::time::PtpTimestamp;

/// RTP timestamps may be off by so many ticks through rounding.
const TICK_TOLERANCE: u32 = 2;
/// A Grain lasts no longer than this, in nanoseconds; timecodes read as durations mostly do.
const MAX_DURATION_NS: u64 = 60_000_000_000;
/// The reserved bits of the Grain Flags.
const RESERVED_FLAG_BITS: u8 = 0x3F;

/// What else is known about the Grain whose first packet is observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// (0002,0035) RTV Source Identifier.
    pub source_id: Option<Uuid>,
    /// (0002,0036) RTV Flow Identifier.
    pub flow_id: Option<Uuid>,
    /// (0034,0007) Frame Origin Timestamp.
    pub origin: Option<PtpTimestamp>,
    /// The packet's RTP timestamp.
    pub rtp_timestamp: u32,
    /// Ticks a second, from the SDP or (0002,0037).
    pub clock_rate: Option<u32>,
}

/// Learns what the ids of one flow mean. Ids that an SDP maps stay as they are; the others are found.
#[derive(Clone, Debug)]
pub struct ExtensionGuess {
    known: ExtensionMap,
    ids: Vec<Candidate>,
    /// Extensions with two timestamps.
    compared: u32,
}

/// What was seen of one id.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    id: u8,
    length: u8,
    /// Its data had different lengths, or a value that no kind of this length has.
    is_odd: bool,
    /// How often its value was that of (0002,0035), minus how often not; and so on.
    source: i32,
    flow: i32,
    origin: i32,
    /// How often its distance to the RTP timestamp was the first one, minus how often not.
    sync: i32,
    /// Value later than, minus earlier than that of the other timestamp.
    later: i32,
    offset: Option<u32>,
    value: [u8; 16],
    changed: bool,
}

impl ExtensionGuess {
    /// Starts with what the SDP says; [`ExtensionMap::new`] without one.
    #[must_use]
    pub const fn new(known: ExtensionMap) -> Self {
        Self {
            known,
            ids: Vec::new(),
            compared: 0,
        }
    }

    /// Takes the extension of the first packet of a Grain.
    pub fn observe(&mut self, extension: &Extension<'_>, evidence: &Evidence) {
        for element in extension.elements() {
            if self.known.get(element.id).is_some() {
                continue;
            }
            let index = self.ids.partition_point(|c| c.id < element.id);
            if self.ids.get(index).is_none_or(|c| c.id != element.id) {
                self.ids.insert(index, Candidate::new(element.id, element.data));
            }
            if let Some(candidate) = self.ids.get_mut(index) {
                candidate.observe(element.data, evidence);
            }
        }
        self.compare_timestamps(extension);
    }

    /// The best map so far. It may change with every Grain that is observed.
    #[must_use]
    pub fn map(&self) -> ExtensionMap {
        let mut map = self.known;
        let wanted = |kind| self.known.id_of(kind).is_none();
        self.assign_pair(
            &mut map,
            16,
            (ExtensionKind::FlowId, wanted(ExtensionKind::FlowId)),
            (ExtensionKind::SourceId, wanted(ExtensionKind::SourceId)),
            |c| (c.flow, c.source),
        );
        self.assign_pair(
            &mut map,
            10,
            (ExtensionKind::SyncTimestamp, wanted(ExtensionKind::SyncTimestamp)),
            (ExtensionKind::OriginTimestamp, wanted(ExtensionKind::OriginTimestamp)),
            // One Grain whose times differ is a fault of that Grain, not a replay.
            |c| {
                let is_steady = c.later.unsigned_abs() > self.compared / 2;
                let later = if is_steady { c.later.signum() } else { 0 };
                (
                    c.sync.saturating_mul(2).saturating_add(later),
                    c.origin.saturating_mul(2),
                )
            },
        );
        self.assign_pair(
            &mut map,
            8,
            (ExtensionKind::Timecode, wanted(ExtensionKind::Timecode)),
            (ExtensionKind::GrainDuration, wanted(ExtensionKind::GrainDuration)),
            |c| if c.is_duration() { (0, 1) } else { (1, 0) },
        );
        if wanted(ExtensionKind::GrainFlags) {
            let preset = ExtensionMap::PRESET.id_of(ExtensionKind::GrainFlags);
            let found = self.of_length(1).min_by_key(|c| (Some(c.id) != preset, c.id));
            if let Some(candidate) = found {
                map.set(candidate.id, ExtensionKind::GrainFlags);
            }
        }
        map
    }

    fn of_length(&self, length: u8) -> impl Iterator<Item = &Candidate> + '_ {
        self.ids.iter().filter(move |c| c.length == length && !c.is_odd)
    }

    /// Gives the ids of one length to two kinds, so that what speaks for them is most in sum; the preset, then the order
    /// of the kinds, decide a tie.
    fn assign_pair(
        &self,
        map: &mut ExtensionMap,
        length: u8,
        (first, wants_first): (ExtensionKind, bool),
        (second, wants_second): (ExtensionKind, bool),
        votes: impl Fn(&Candidate) -> (i32, i32),
    ) {
        let preset = |c: &Candidate, kind| i32::from(ExtensionMap::PRESET.get(c.id) == Some(kind));
        // The votes, and the preset as a tie-break below them.
        let weigh = |c: &Candidate| {
            let (a, b) = votes(c);
            (
                (i64::from(a) << 2) + i64::from(preset(c, first)),
                (i64::from(b) << 2) + i64::from(preset(c, second)),
            )
        };
        let (mut a, mut b) = (None, None);
        match (wants_first, wants_second) {
            (false, false) => {}
            // `max_by_key` takes the last of equals: go from the highest id, so that the lowest wins.
            (true, false) => a = self.of_length(length).rev_max(|c| weigh(c).0),
            (false, true) => b = self.of_length(length).rev_max(|c| weigh(c).1),
            (true, true) => {
                // At most 255 ids, and mostly two: every pair.
                let mut best = i64::MIN;
                for x in self.of_length(length) {
                    for y in self.of_length(length).filter(|y| y.id != x.id) {
                        let sum = weigh(x).0 + weigh(y).1;
                        if sum > best {
                            (best, a, b) = (sum, Some(x.id), Some(y.id));
                        }
                    }
                }
                if let (None, Some(only)) = (a, self.of_length(length).next()) {
                    let (as_first, as_second) = weigh(only);
                    if as_second > as_first {
                        b = Some(only.id);
                    } else {
                        a = Some(only.id);
                    }
                }
            }
        }
        for (id, kind) in [(a, first), (b, second)] {
            if let Some(id) = id {
                map.set(id, kind);
            }
        }
    }

    /// On replay the sync timestamp is later than the origin timestamp.
    fn compare_timestamps(&mut self, extension: &Extension<'_>) {
        let mut times = extension
            .elements()
            .filter_map(|e| Some((e.id, PtpTimestamp::from_bytes(e.data.try_into().ok()?))));
        let (Some((a, time_a)), Some((b, time_b)), None) = (times.next(), times.next(), times.next()) else {
            return;
        };
        self.compared = self.compared.saturating_add(1);
        let order = match time_a.cmp(&time_b) {
            core::cmp::Ordering::Less => -1,
            core::cmp::Ordering::Equal => 0,
            core::cmp::Ordering::Greater => 1,
        };
        for candidate in &mut self.ids {
            if candidate.id == a {
                candidate.later = candidate.later.saturating_add(order);
            } else if candidate.id == b {
                candidate.later = candidate.later.saturating_sub(order);
            }
        }
    }
}

/// The id with the greatest weight, the lowest id among equals.
trait RevMax<'a>: Iterator<Item = &'a Candidate> + Sized {
    fn rev_max(self, weight: impl Fn(&Candidate) -> i64) -> Option<u8> {
        self.max_by_key(|c| (weight(c), core::cmp::Reverse(c.id))).map(|c| c.id)
    }
}

impl<'a, I: Iterator<Item = &'a Candidate>> RevMax<'a> for I {}

impl Candidate {
    fn new(id: u8, data: &[u8]) -> Self {
        let mut value = [0; 16];
        for (to, from) in value.iter_mut().zip(data) {
            *to = *from;
        }
        Self {
            id,
            length: u8::try_from(data.len()).unwrap_or(u8::MAX),
            is_odd: false,
            source: 0,
            flow: 0,
            origin: 0,
            sync: 0,
            later: 0,
            offset: None,
            value,
            changed: false,
        }
    }

    fn observe(&mut self, data: &[u8], evidence: &Evidence) {
        if data.len() != usize::from(self.length) {
            self.is_odd = true;
            return;
        }
        self.changed |= !self.value.starts_with(data);
        if let Ok(bytes) = <[u8; 16]>::try_from(data) {
            let id = Uuid::from_bytes(bytes);
            vote(&mut self.source, evidence.source_id, id);
            vote(&mut self.flow, evidence.flow_id, id);
        } else if let Ok(bytes) = <[u8; 10]>::try_from(data) {
            let time = PtpTimestamp::from_bytes(bytes);
            vote(&mut self.origin, evidence.origin, time);
            if let Some(rate) = evidence.clock_rate {
                self.follow(MediaClock::offset_of(evidence.rtp_timestamp, time, rate));
            }
        } else if let [flags] = data {
            self.is_odd |= flags & RESERVED_FLAG_BITS != 0;
        }
    }

    /// The mediaclk offset is unknown and constant.
    fn follow(&mut self, offset: u32) {
        let first = *self.offset.get_or_insert(offset);
        let is_same = offset.wrapping_sub(first).wrapping_add(TICK_TOLERANCE) <= 2 * TICK_TOLERANCE;
        self.sync = self.sync.saturating_add(if is_same { 1 } else { -1 });
    }

    /// Whether eight bytes read as a duration: a fraction of seconds that stays below a minute and the same.
    fn is_duration(&self) -> bool {
        let (head, _) = self.value.split_at(8);
        let duration = head.try_into().map(GrainDuration::from_bytes).ok();
        let ns = duration.and_then(|d| d.as_ns());
        !self.changed && ns.is_some_and(|ns| ns <= MAX_DURATION_NS)
    }
}

fn vote<T: PartialEq>(votes: &mut i32, known: Option<T>, value: T) {
    if let Some(known) = known {
        *votes = votes.saturating_add(if known == value { 1 } else { -1 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::{ExtensionBuilder, PacketBuilder, RtpPacket};

    const SOURCE: [u8; 16] = [0x11; 16];
    const FLOW: [u8; 16] = [0x22; 16];
    const RATE: u32 = 90_000;
    const OFFSET: u32 = 12_345;

    /// Observes Grains with these elements, `period` ns apart.
    fn learn(
        known: ExtensionMap,
        grains: u32,
        with_payload: bool,
        elements: impl Fn(PtpTimestamp) -> Vec<(u8, Vec<u8>)>,
        origin: impl Fn(PtpTimestamp) -> PtpTimestamp,
    ) -> ExtensionMap {
        let mut guess = ExtensionGuess::new(known);
        for n in 0..grains {
            let sync = PtpTimestamp::from_ns(1_767_526_074_000_000_000 + u64::from(n) * 40_000_000);
            let mut builder = ExtensionBuilder::one_byte();
            for (id, data) in elements(sync) {
                builder = builder.element(id, &data).unwrap();
            }
            let rtp_timestamp = sync.to_rtp(RATE).wrapping_add(OFFSET);
            let bytes = PacketBuilder::new(104, 0, rtp_timestamp, 1)
                .extension(&builder)
                .build()
                .unwrap();
            let packet = RtpPacket::parse(&bytes).unwrap();
            let evidence = Evidence {
                source_id: with_payload.then_some(Uuid::from_bytes(SOURCE)),
                flow_id: with_payload.then_some(Uuid::from_bytes(FLOW)),
                origin: with_payload.then(|| origin(sync)),
                rtp_timestamp,
                clock_rate: with_payload.then_some(RATE),
            };
            guess.observe(&packet.extension().unwrap(), &evidence);
        }
        guess.map()
    }

    #[test]
    fn one_grain_with_another_origin_swaps_nothing() {
        // The header of Grain 7 says another origin than its payload: the preset stays.
        let fault = 1_767_526_074_280_000_000;
        let shifted = |time: PtpTimestamp| {
            let ns = time.as_ns() as u64;
            PtpTimestamp::from_ns(if ns == fault { ns + 7_000_000 } else { ns })
        };
        let found = learn(
            ExtensionMap::new(),
            40,
            true,
            |sync| Vec::from([(1, bytes(shifted(sync))), (7, bytes(sync))]),
            |sync| sync,
        );
        assert_eq!(found.id_of(ExtensionKind::OriginTimestamp), Some(1));
        assert_eq!(found.id_of(ExtensionKind::SyncTimestamp), Some(7));
    }

    fn bytes(time: PtpTimestamp) -> Vec<u8> {
        time.to_bytes().to_vec()
    }

    fn map(ids: &[(u8, ExtensionKind)]) -> ExtensionMap {
        let mut map = ExtensionMap::new();
        for (id, kind) in ids {
            map.set(*id, *kind);
        }
        map
    }

    #[test]
    fn the_usual_ids_without_any_evidence() {
        let found = learn(
            ExtensionMap::new(),
            1,
            false,
            |t| {
                let duration = GrainDuration {
                    numerator: 1,
                    denominator: 25,
                };
                Vec::from([
                    (1, bytes(t)),
                    (3, FLOW.to_vec()),
                    (4, SOURCE.to_vec()),
                    (5, Vec::from([0x80])),
                    (7, bytes(t)),
                    (9, duration.to_bytes().to_vec()),
                    (2, Vec::from([3, 8, 8, 1, 0, 0, 0, 1])),
                ])
            },
            |t| t,
        );
        assert_eq!(found, ExtensionMap::PRESET);
    }

    #[test]
    fn evidence_overrules_the_preset() {
        // Source and flow swapped, and origin a second before sync under the ids of sync and origin.
        let before = |t: PtpTimestamp| PtpTimestamp::from_ns(u64::try_from(t.as_ns()).unwrap() - 1_000_000_000);
        let found = learn(
            ExtensionMap::new(),
            3,
            true,
            |t| {
                Vec::from([
                    (1, bytes(t)),
                    (7, bytes(before(t))),
                    (3, SOURCE.to_vec()),
                    (4, FLOW.to_vec()),
                ])
            },
            before,
        );
        let expected = map(&[
            (1, ExtensionKind::SyncTimestamp),
            (7, ExtensionKind::OriginTimestamp),
            (3, ExtensionKind::SourceId),
            (4, ExtensionKind::FlowId),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rtp_timestamp_tells_sync_from_a_free_running_origin() {
        // The origin runs at half speed (slow motion replay); (0034,0007) is not decoded.
        let slow = |t: PtpTimestamp| PtpTimestamp::from_ns(u64::try_from(t.as_ns()).unwrap() / 2);
        let mut guess_origin = false;
        for ids in [(12, 13), (13, 12)] {
            let found = learn(
                ExtensionMap::new(),
                3,
                true,
                |t| Vec::from([(ids.0, bytes(t)), (ids.1, bytes(slow(t)))]),
                slow,
            );
            assert_eq!(found.get(ids.0), Some(ExtensionKind::SyncTimestamp));
            guess_origin |= found.get(ids.1) == Some(ExtensionKind::OriginTimestamp);
        }
        assert!(guess_origin);
    }

    #[test]
    fn other_published_ids() {
        // Sync 1, origin 2, flow 4, source 5, duration 6, flags 7, of a live source.
        let found = learn(
            ExtensionMap::new(),
            2,
            true,
            |t| {
                let duration = GrainDuration {
                    numerator: 1001,
                    denominator: 30_000,
                };
                Vec::from([
                    (1, bytes(t)),
                    (2, bytes(t)),
                    (4, FLOW.to_vec()),
                    (5, SOURCE.to_vec()),
                    (6, duration.to_bytes().to_vec()),
                    (7, Vec::from([0xC0])),
                ])
            },
            |t| t,
        );
        assert_eq!(found.get(4), Some(ExtensionKind::FlowId));
        assert_eq!(found.get(5), Some(ExtensionKind::SourceId));
        assert_eq!(found.get(6), Some(ExtensionKind::GrainDuration));
        assert_eq!(found.get(7), Some(ExtensionKind::GrainFlags));
        // Both timestamps are equal here: which is which makes no difference, both are there.
        assert!(found.id_of(ExtensionKind::SyncTimestamp).is_some());
        assert!(found.id_of(ExtensionKind::OriginTimestamp).is_some());
    }

    #[test]
    fn what_the_sdp_says_stays() {
        let known = map(&[(7, ExtensionKind::OriginTimestamp)]);
        let found = learn(known, 2, true, |t| Vec::from([(1, bytes(t)), (7, bytes(t))]), |t| t);
        let expected = map(&[(7, ExtensionKind::OriginTimestamp), (1, ExtensionKind::SyncTimestamp)]);
        assert_eq!(found, expected);
    }

    #[test]
    fn foreign_elements_stay_without_a_meaning() {
        let found = learn(
            ExtensionMap::new(),
            2,
            true,
            |t| {
                Vec::from([
                    (1, bytes(t)),
                    (2, Vec::from([0x85])),
                    (3, Vec::from([1, 2, 3])),
                    (4, SOURCE.to_vec()),
                ])
            },
            |t| t,
        );
        assert_eq!((found.get(2), found.get(3)), (None, None));
        assert_eq!(found.get(4), Some(ExtensionKind::SourceId));
        assert_eq!(found.get(1), Some(ExtensionKind::OriginTimestamp));
    }
}
