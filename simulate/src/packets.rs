//! The packets of a scenario in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use dicom_rtv::Result;

use crate::bulk::{AudioPayloads, VideoPayloads};
use crate::faults::Injection;
use crate::flow::{Content, Flow, Raster};
use crate::grain::MetadataSender;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::time::{SECOND, utc_ns};

/// So many Grains without a packet, by faults that drop all of them, are the end.
const SILENT_GRAINS: u32 = 100_000;

/// One datagram and when it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimedPacket {
    /// Nanoseconds since 1970 UTC.
    pub time_ns: i64,
    /// Index of its Flow in the scenario.
    pub flow: usize,
    /// Whether it goes the second path of its Flow (ST 2022-7).
    pub second_path: bool,
    /// UDP payload: one RTP packet.
    pub payload: Vec<u8>,
}

/// The packets of a scenario, in the order of their times: an iterator, without end where the scenario has none.
///
/// Grains are made when their time comes, so that a live sender can go on for hours in little memory, and faults that are
/// switched on hit the Grains made from then on.
#[derive(Debug)]
pub struct Packets {
    scenario: Scenario,
    senders: Vec<Sender>,
    injections: Vec<Injection>,
    /// Packets made and not yet given out; the number keeps packets of one time in the order they were made.
    waiting: BinaryHeap<Reverse<(i64, u64, Waiting)>>,
    made: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    flow: usize,
    second_path: bool,
    payload: Vec<u8>,
}

/// What one Flow makes next.
#[derive(Debug)]
struct Sender {
    next_index: u64,
    /// Earliest time of the next Grain's packets; `None` after the last Grain.
    next_ns: Option<i64>,
    content: SenderContent,
}

#[derive(Debug)]
enum SenderContent {
    Video { payloads: VideoPayloads, sequence: u64 },
    Audio { payloads: AudioPayloads, sequence: u64 },
    Metadata(Box<MetadataSender>),
}

/// When a Grain is captured and sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrainTime {
    /// Number in its Flow.
    pub(crate) index: u64,
    /// Nanoseconds after the scenario's start.
    pub(crate) elapsed_ns: u64,
    /// TAI nanoseconds.
    pub(crate) tai_ns: u64,
    /// Time of the first packet, UTC nanoseconds.
    pub(crate) sent_ns: i64,
}

/// A packet of a Grain that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) time_ns: i64,
    pub(crate) payload: Vec<u8>,
}

impl Packets {
    /// The packets of that scenario.
    ///
    /// # Errors
    ///
    /// What cannot be sent: a value that its VR or the character set cannot hold, an RTP option out of range.
    pub fn new(scenario: &Scenario) -> Result<Self> {
        Self::with_faults(scenario, &[])
    }

    /// The same with faults from the start on.
    ///
    /// # Errors
    ///
    /// As [`Packets::new`].
    pub fn with_faults(scenario: &Scenario, injections: &[Injection]) -> Result<Self> {
        let senders = scenario.flows.iter().map(Sender::new).collect::<Result<Vec<_>>>()?;
        let mut packets = Self {
            scenario: scenario.clone(),
            senders,
            injections: injections.to_vec(),
            waiting: BinaryHeap::new(),
            made: 0,
        };
        for flow in 0..packets.senders.len() {
            packets.plan_next(flow);
        }
        Ok(packets)
    }

    /// The scenario.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Replaces the faults that hit the Grains made from now on.
    pub fn set_faults(&mut self, injections: &[Injection]) {
        self.injections = injections.to_vec();
        for flow in 0..self.senders.len() {
            self.plan_next(flow);
        }
    }

    /// How many Grains of a Flow were made; 0 for a Flow that is not there.
    #[must_use]
    pub fn grains(&self, flow: usize) -> u64 {
        self.senders.get(flow).map_or(0, |sender| sender.next_index)
    }

    /// Makes the Grains whose packets may come before what waits.
    fn fill(&mut self) {
        for _ in 0..SILENT_GRAINS {
            let next = self
                .senders
                .iter()
                .enumerate()
                .filter_map(|(flow, sender)| sender.next_ns.map(|ns| (ns, flow)))
                .min();
            let Some((ns, flow)) = next else { return };
            if self.waiting.peek().is_some_and(|Reverse((time, ..))| *time < ns) {
                return;
            }
            self.make(flow);
        }
    }

    /// Makes the next Grain of a Flow.
    fn make(&mut self, flow: usize) {
        let time = self.grain_time(flow, self.senders[flow].next_index);
        let description = &self.scenario.flows[flow];
        let made = self.senders[flow].make(description, flow, time, &self.injections);
        let second_path = description.second_path.is_some();
        for packet in made {
            for second_path in [false, true].into_iter().take(1 + usize::from(second_path)) {
                let waiting = Waiting {
                    flow,
                    second_path,
                    payload: packet.payload.clone(),
                };
                self.waiting.push(Reverse((packet.time_ns, self.made, waiting)));
                self.made += 1;
            }
        }
        self.senders[flow].next_index += 1;
        self.plan_next(flow);
    }

    /// Works out when the next Grain of a Flow is sent, if there is one.
    fn plan_next(&mut self, flow: usize) {
        let time = self.grain_time(flow, self.senders[flow].next_index);
        let more = self
            .scenario
            .duration_ns
            .is_none_or(|duration| time.elapsed_ns < duration);
        self.senders[flow].next_ns = more.then_some(time.sent_ns);
    }

    fn grain_time(&self, flow: usize, index: u64) -> GrainTime {
        let description = &self.scenario.flows[flow];
        let elapsed_ns = description.start_ns + description.period.at(index);
        let tai_ns = self.scenario.start.as_ns() as u64 + elapsed_ns;
        // None for the first Grains: the Flows show up in their order.
        let jitter = match index {
            0 => 0,
            _ => Random::new(self.scenario.seed, ((flow as u64 + 1) << 40) | index).below(description.jitter_ns + 1),
        };
        let drift = i128::from(elapsed_ns) * i128::from(description.drift_ppb) / i128::from(SECOND);
        let mut sent_ns = utc_ns(tai_ns) + (description.delay_ns + jitter) as i64 + drift as i64;
        for injection in &self.injections {
            sent_ns += injection.delay_ns(flow, index, description.period);
        }
        GrainTime {
            index,
            elapsed_ns,
            tai_ns,
            sent_ns,
        }
    }
}

impl Iterator for Packets {
    type Item = TimedPacket;

    fn next(&mut self) -> Option<TimedPacket> {
        self.fill();
        let Reverse((time_ns, _, waiting)) = self.waiting.pop()?;
        Some(TimedPacket {
            time_ns,
            flow: waiting.flow,
            second_path: waiting.second_path,
            payload: waiting.payload,
        })
    }
}

impl Sender {
    fn new(flow: &Flow) -> Result<Self> {
        let sequence = u64::from(flow.first_sequence);
        let content = match &flow.content {
            Content::Video(video) => SenderContent::Video {
                payloads: VideoPayloads::new(*video),
                sequence,
            },
            Content::Audio(audio) => SenderContent::Audio {
                payloads: AudioPayloads::new(*audio),
                sequence,
            },
            Content::Metadata(metadata) => SenderContent::Metadata(Box::new(MetadataSender::new(flow, metadata)?)),
        };
        Ok(Self {
            next_index: 0,
            next_ns: None,
            content,
        })
    }

    fn make(&mut self, flow: &Flow, number: usize, time: GrainTime, injections: &[Injection]) -> Vec<Made> {
        match (&mut self.content, &flow.content) {
            (SenderContent::Video { payloads, sequence }, _) => video(flow, payloads, sequence, time),
            (SenderContent::Audio { payloads, sequence }, _) => audio(flow, payloads, sequence, time),
            (SenderContent::Metadata(sender), Content::Metadata(metadata)) => {
                sender.make(flow, number, metadata, time, injections)
            }
            (SenderContent::Metadata(_), _) => Vec::new(),
        }
    }
}

/// RTP timestamp of a TAI time: floor(time × rate) plus the offset of the media clock (ST 2110-10 7.3).
pub(crate) fn rtp_timestamp(flow: &Flow, tai_ns: u64) -> u32 {
    dicom_rtv::PtpTimestamp::from_ns(tai_ns)
        .to_rtp(flow.clock_rate)
        .wrapping_add(flow.media_clock_offset)
}

/// The fixed RTP header of a bulk packet (RFC 3550 5.1).
fn header(flow: &Flow, sequence: u64, timestamp: u32, marker: bool, room: usize) -> Vec<u8> {
    let mut packet = Vec::with_capacity(12 + room);
    packet.extend_from_slice(&[0x80, u8::from(marker) << 7 | flow.payload_type & 0x7F]);
    packet.extend_from_slice(&(sequence as u16).to_be_bytes());
    packet.extend_from_slice(&timestamp.to_be_bytes());
    packet.extend_from_slice(&flow.ssrc.to_be_bytes());
    packet
}

/// Time from packet to packet of a thin frame, nanoseconds.
const THIN_SPACING_NS: u64 = 10_000;

/// One frame. A whole raster is spread over nine tenths of the period, a thin one follows packet on packet.
fn video(flow: &Flow, payloads: &VideoPayloads, sequence: &mut u64, time: GrainTime) -> Vec<Made> {
    let count = payloads.packets();
    let timestamp = rtp_timestamp(flow, time.tai_ns);
    let active = flow.period.ns() * 9 / 10;
    let spread = match &flow.content {
        Content::Video(video) if video.raster == Raster::Whole => active,
        _ => active.min(u64::from(count) * THIN_SPACING_NS),
    };
    (0..count)
        .map(|packet| {
            let mut payload = header(flow, *sequence, timestamp, packet + 1 == count, 1300);
            payloads.payload(time.index, packet, *sequence, &mut payload);
            *sequence += 1;
            Made {
                time_ns: time.sent_ns + (u64::from(packet) * spread / u64::from(count)) as i64,
                payload,
            }
        })
        .collect()
}

/// One packet of audio; audio packets have no marker (ST 2110-30).
fn audio(flow: &Flow, payloads: &AudioPayloads, sequence: &mut u64, time: GrainTime) -> Vec<Made> {
    let sample = |index| (u128::from(flow.period.at(index)) * u128::from(flow.clock_rate) / u128::from(SECOND)) as u64;
    let first = sample(time.index);
    let count = sample(time.index + 1) - first;
    let mut payload = header(flow, *sequence, rtp_timestamp(flow, time.tai_ns), false, 1440);
    payloads.payload(first, count, &mut payload);
    *sequence += 1;
    vec![Made {
        time_ns: time.sent_ns,
        payload,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{Degree, Fault};
    use crate::scenario::Options;

    fn operating_room(change: impl FnOnce(&mut Options)) -> Scenario {
        let mut options = Options::default();
        change(&mut options);
        Scenario::operating_room(&options)
    }

    #[test]
    fn packets_come_in_order_of_time_and_sequence_numbers_have_no_gaps() {
        let scenario = operating_room(|options| options.jitter_ns = 20_000_000);
        let mut last = i64::MIN;
        let mut sequence = vec![None; scenario.flows.len()];
        let mut count = 0;
        for packet in Packets::new(&scenario).unwrap() {
            assert!(packet.time_ns >= last);
            last = packet.time_ns;
            let number = u16::from_be_bytes([packet.payload[2], packet.payload[3]]);
            if let Some(before) = sequence[packet.flow].replace(number) {
                assert_eq!(number, u16::wrapping_add(before, 1));
            } else {
                assert_eq!(number, scenario.flows[packet.flow].first_sequence);
            }
            count += 1;
        }
        assert!(count > 1200, "{count}");
    }

    #[test]
    fn the_seed_decides_everything() {
        let all = |seed| {
            Packets::new(&operating_room(|o| o.seed = seed))
                .unwrap()
                .take(300)
                .collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
    }

    #[test]
    fn a_scenario_without_end_goes_on_and_faults_are_switched_on_and_off() {
        let scenario = operating_room(|options| options.duration_ns = None);
        let mut packets = Packets::new(&scenario).unwrap();
        let marked = |packets: &mut Packets| {
            let ten_seconds = packets.by_ref().take(4500);
            ten_seconds.filter(|p| p.flow == 1 && p.payload[0] & 0x10 == 0).count()
        };
        // Of a static Grain's three packets the middle one has no extension.
        let few = marked(&mut packets);
        assert!(few < 20, "{few}");
        let first = packets.grains(1);
        packets.set_faults(&[Injection::from(Fault::ExtensionMissing, 1, first)]);
        assert!(marked(&mut packets) > 500);
        packets.set_faults(&[]);
        let few = marked(&mut packets);
        assert!(few < 20, "{few}");
    }

    #[test]
    fn a_scenario_whose_packets_are_all_lost_ends() {
        let mut scenario = operating_room(|options| options.duration_ns = None);
        scenario.flows.truncate(2);
        scenario.flows.remove(0);
        let lost = Injection {
            every: 1,
            degree: Degree::Breaks,
            ..Injection::from(Fault::Loss, 0, 0)
        };
        assert_eq!(Packets::with_faults(&scenario, &[lost]).unwrap().next(), None);
    }

    #[test]
    fn what_cannot_be_encoded_is_refused_at_once() {
        let scenario = operating_room(|options| options.patient.character_set = "ISO_IR 100".into());
        assert!(Packets::new(&scenario).is_err(), "no kanji in Latin-1");
        let scenario = operating_room(|options| options.rtp.udp_limit = 9000);
        assert!(Packets::new(&scenario).is_err());
    }

    #[test]
    fn drift_moves_what_is_sent_and_not_what_is_stamped() {
        let times = |ppb| {
            let mut scenario = operating_room(|options| options.jitter_ns = 0);
            scenario.flows[1].drift_ppb = ppb;
            let packets = Packets::new(&scenario).unwrap().filter(|p| p.flow == 1);
            packets.map(|p| (p.time_ns, p.payload)).last().unwrap()
        };
        let ((true_time, payload), (late, same)) = (times(0), times(100_000));
        assert_eq!(payload, same);
        assert_eq!(late - true_time, 298_631, "0.01 % of the last Grain's 2.986 s");
    }
}
