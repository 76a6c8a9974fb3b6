//! Where each fault takes hold: on the plan of a Grain, on its payload, on its packets, or on its time.

use dicom_rtv::{PtpTimestamp, Vr};

use super::{Degree, Fault, Injection, edit};
use crate::attributes::{Attributes, Value};
use crate::flow::{Dynamic, Flow};
use crate::grain::Plan;
use crate::packets::Made;
use crate::time::{MICROSECOND, MILLISECOND, Period, SECOND};

/// A SOP class that is not of PS3.22 7.2: Video Endoscopic Image Storage.
const STORAGE_SOP_CLASS: &str = "1.2.840.10008.5.1.4.1.1.77.1.1.1";
/// An Instance that nobody sends.
const OTHER_INSTANCE: &str = "2.25.98765432109876543210987654321";
/// The other clock rate.
const OTHER_RATE: u32 = 48_000;
/// How old replayed content is, nanoseconds.
const REPLAY_AGE: u64 = 10 * SECOND;

impl Injection {
    /// What is added to the time of a Grain, nanoseconds.
    pub(crate) fn delay_ns(&self, flow: usize, index: u64, period: Period) -> i64 {
        if !self.hits(flow, index) {
            return 0;
        }
        let elapsed_ns = period.at(index) - period.at(self.grains.start);
        let breaks = self.degree == Degree::Breaks;
        let delay = match self.fault {
            Fault::SyncOffset => MILLISECOND * if breaks { 12 } else { 10 },
            Fault::SyncRate => elapsed_ns / 1_000_000 * if breaks { 120 } else { 90 },
            Fault::SyncStep => MILLISECOND * if breaks { 4 } else { 3 },
            _ => 0,
        };
        delay as i64
    }

    /// Changes what a Grain will be.
    pub(crate) fn plan(&self, plan: &mut Plan) {
        match self.degree {
            Degree::Breaks => {
                self.break_header(plan);
                self.break_meta(plan);
                self.break_parts(plan);
            }
            Degree::NearMiss => self.nearly(plan),
        }
    }

    fn break_header(&self, plan: &mut Plan) {
        match self.fault {
            Fault::IdentityMissing => plan.identity.source_id = None,
            Fault::UdpSize => plan.udp_limit += 1,
            Fault::Timestamp => plan.rtp_timestamp = plan.rtp_timestamp.wrapping_add(3),
            Fault::SyncUnpaired => plan.sent = false,
            // One Grain in three: 1.5 s apart at the rate of two a second.
            Fault::RenditionRate => plan.sent = plan.index.is_multiple_of(3),
            _ => {}
        }
    }

    fn break_meta(&self, plan: &mut Plan) {
        let meta = &mut plan.meta;
        match self.fault {
            Fault::MetaMissing => drop(meta.remove(0x0002_0033)),
            Fault::MetaVersion => drop(meta.bytes(0x0002_0031, Vr::OB, &[0, 2])),
            Fault::MetaSopClass => drop(meta.uid(0x0002_0032, STORAGE_SOP_CLASS)),
            Fault::MetaSamplingRate => drop(meta.u32(0x0002_0037, OTHER_RATE)),
            Fault::MetaUuid => {
                let id = plan.identity.source_id.unwrap_or_default();
                meta.bytes(0x0002_0035, Vr::OB, &[id.as_bytes(), &[0; 2][..]].concat());
            }
            Fault::MetaIdentityMismatch => {
                let mut id = plan.identity.flow_id.unwrap_or_default().into_bytes();
                id[15] ^= 1;
                meta.bytes(0x0002_0036, Vr::OB, &id);
            }
            Fault::MetaPrivate => {
                meta.uid(0x0002_0100, "2.25.1234567890").remove(0x0002_0102);
            }
            Fault::SopInstance => {
                meta.uid(0x0002_0033, OTHER_INSTANCE);
                if let Some(part) = &mut plan.static_part {
                    part.uid(0x0008_0018, OTHER_INSTANCE);
                }
            }
            _ => {}
        }
    }

    fn break_parts(&self, plan: &mut Plan) {
        match self.fault {
            Fault::StaticInterval => plan.static_part = None,
            Fault::DynamicMissing => plan.dynamic = None,
            Fault::DynamicUnexpected => {
                plan.dynamic = plan
                    .identity
                    .origin
                    .map(|t| Dynamic::default().attributes(plan.index, t, 0));
            }
            _ => {}
        }
        if let Some(groups) = groups(&mut plan.dynamic) {
            match self.fault {
                Fault::DynamicIncomplete => drop(groups.remove(0x0020_9111)),
                Fault::DynamicOriginMismatch => set_origin(groups, later(plan.identity.origin, MICROSECOND)),
                _ => {}
            }
        }
        let Some(part) = &mut plan.static_part else { return };
        match self.fault {
            Fault::DatasetSopMismatch => drop(part.uid(0x0008_0018, OTHER_INSTANCE)),
            Fault::DatasetFlowUnmatched => {
                if let Some(flow) = part
                    .first_item(0x0034_000A)
                    .and_then(|item| item.first_item(0x0034_0001))
                {
                    flow.u32(0x0034_0004, OTHER_RATE);
                }
            }
            Fault::IodMissing => drop(part.remove(0x0008_0060)),
            Fault::IodEmpty => drop(part.text(0x0008_0070, Vr::LO, "")),
            Fault::ValueInvalid => drop(part.text(0x0010_0030, Vr::DA, "19641318")),
            _ => {}
        }
    }

    fn nearly(&self, plan: &mut Plan) {
        match self.fault {
            Fault::Timestamp => plan.rtp_timestamp = plan.rtp_timestamp.wrapping_add(2),
            // Implementation Version Name: of files, not of PS3.22, but no rule forbids it.
            Fault::MetaVersion => drop(plan.meta.text(0x0002_0013, Vr::SH, "GRAINSCOPE 0.1")),
            Fault::DynamicIncomplete => {
                if let Some(groups) = groups(&mut plan.dynamic) {
                    groups.item(0x0020_9111, |_| ());
                }
            }
            Fault::DynamicOriginMismatch => {
                let replayed = plan
                    .identity
                    .sync
                    .map(|t| PtpTimestamp::from_ns(t.as_ns() as u64 - REPLAY_AGE));
                plan.identity.origin = replayed;
                if let Some(groups) = groups(&mut plan.dynamic) {
                    set_origin(groups, replayed);
                }
            }
            _ => {}
        }
        let Some(part) = &mut plan.static_part else { return };
        match self.fault {
            Fault::DatasetOrder => private_block(part, Vr::LO, b"a note"),
            Fault::DatasetEncoding => private_block(part, Vr::UN, b"\0\x01\x02\x03"),
            Fault::DatasetFlowUnmatched => add_audio_flow_first(part),
            Fault::IodEmpty => {
                for tag in TYPE_2 {
                    if let Some(attribute) = part.get(tag) {
                        let vr = attribute.vr;
                        part.text(tag, vr, "");
                    }
                }
            }
            Fault::ValueInvalid => {
                part.text(0x0010_0030, Vr::DA, "20000229")
                    .text(0x0008_1030, Vr::LO, &"x".repeat(64))
                    .text(0x0020_0011, Vr::IS, "-2147483648")
                    .text(0x0018_1020, Vr::LO, "1.0\\2.0\\\\4");
            }
            _ => {}
        }
    }

    /// Changes the payload of a Grain.
    pub(crate) fn payload(&self, plan: &Plan, payload: &mut Vec<u8>) {
        let breaks = self.degree == Degree::Breaks;
        match self.fault {
            Fault::PayloadPrefix if breaks => edit::overwrite(payload, edit::PREFIX_AT, b"DICN"),
            // A TIFF header: a receiver must not mind (PS3.22 7.1).
            Fault::PayloadPrefix => edit::overwrite(payload, 0, b"II*\0\x08\0\0\0"),
            Fault::PayloadPreamble if breaks => edit::overwrite(payload, 0, b"II*\0\x08\0\0\0"),
            Fault::MetaGroupLength if breaks => edit::shorten_group_length(payload),
            Fault::DatasetTruncated if breaks => payload.truncate(payload.len().saturating_sub(10)),
            Fault::DatasetOrder if breaks && plan.static_part.is_some() => {
                edit::swap(payload, 0x0008_0060, 0x0008_0070);
            }
            Fault::DatasetEncoding if breaks && plan.static_part.is_some() => edit::make_odd(payload, 0x0010_0020),
            _ => {}
        }
    }

    /// Changes the packets of a Grain.
    pub(crate) fn packets(&self, flow: &Flow, made: &mut Vec<Made>) {
        let breaks = self.degree == Degree::Breaks;
        let period = flow.period.ns() as i64;
        match self.fault {
            Fault::ExtensionMissing if breaks => {
                for packet in made {
                    packet.payload = edit::without_extension(&packet.payload);
                }
            }
            Fault::ExtensionProfile => {
                for packet in made {
                    packet.payload = if breaks {
                        edit::two_byte_extension(&packet.payload)
                    } else {
                        edit::padded_extension(&packet.payload)
                    };
                }
            }
            Fault::PayloadType if breaks => edit::set_payload_type(made, 95),
            Fault::PayloadTypeDiscouraged if breaks => edit::set_payload_type(made, 96),
            Fault::Loss if breaks => made.clear(),
            Fault::GrainIncomplete if breaks && made.len() > 2 => drop(made.remove(1)),
            Fault::Duplicate if breaks => {
                let copies: Vec<Made> = made
                    .iter()
                    .map(|packet| Made {
                        time_ns: packet.time_ns + MICROSECOND as i64,
                        payload: packet.payload.clone(),
                    })
                    .collect();
                made.extend(copies);
            }
            Fault::Reordered => {
                // Just after the next Grain's first packet, or just before it.
                let late = if breaks { period + 50_000 } else { period - 50_000 };
                for packet in made {
                    packet.time_ns += late;
                }
            }
            _ => {}
        }
    }
}

/// Attributes of type 2 in all four IODs.
const TYPE_2: [u32; 9] = [
    0x0008_0020,
    0x0008_0030,
    0x0008_0050,
    0x0008_0090,
    0x0010_0010,
    0x0010_0020,
    0x0010_0030,
    0x0010_0040,
    0x0020_0010,
];

/// The one Item of (0006,0001).
fn groups(dynamic: &mut Option<Attributes>) -> Option<&mut Attributes> {
    dynamic.as_mut()?.first_item(0x0006_0001)
}

fn set_origin(groups: &mut Attributes, time: Option<PtpTimestamp>) {
    if let (Some(frame), Some(time)) = (groups.first_item(0x0034_000D), time) {
        frame.timestamp(0x0034_0007, time);
    }
}

fn later(time: Option<PtpTimestamp>, ns: u64) -> Option<PtpTimestamp> {
    time.map(|t| PtpTimestamp::from_ns(t.as_ns() as u64 + ns))
}

fn private_block(part: &mut Attributes, vr: Vr, value: &[u8]) {
    part.text(0x0009_0010, Vr::LO, "GRAINSCOPE")
        .bytes(0x0009_1001, vr, value);
}

/// Another flow of the Source before the one that is described.
fn add_audio_flow_first(part: &mut Attributes) {
    let Some(bulk) = part.first_item(0x0034_000A) else {
        return;
    };
    let mut other = Attributes::new();
    other
        .bytes(0x0034_0002, Vr::OB, &[0x5A; 16])
        .uid(0x0034_0003, crate::flow::transfer_syntax::AUDIO_PCM)
        .u32(0x0034_0004, OTHER_RATE);
    let mut flows = vec![other];
    if let Some(Value::Items(items)) = bulk.get(0x0034_0001).map(|a| &a.value) {
        flows.extend(items.iter().cloned());
    }
    bulk.items(0x0034_0001, flows);
}
