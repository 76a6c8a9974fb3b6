//! Grains put together from packets.

use std::collections::{BTreeMap, VecDeque};

use dicom_rtv::Limits;
use dicom_rtv::grain::{self, EndedBy, Event, Grain, looks_like_start};
use dicom_rtv::nmos::{ExtensionMap, Identity};
use dicom_rtv::rtp::RtpPacket;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::bytes::Bytes;
use crate::fault::{Fault, Result};
use crate::object::{is_none, kind, plain};
use crate::options::{self, Options, extension_map};
use crate::packet::IdentityOutput;

/// Senders (SSRCs) that one assembler follows.
const SENDERS: usize = 256;
/// Grains of a sender whose identity waits for their last packet.
const IDENTITIES: usize = 64;

/// Puts Grains together from the RTP packets of a flow: reorders them, drops duplicates, tells what was lost.
///
/// Packets of several SSRCs are kept apart, so a sender that starts anew needs no new assembler. Call `free()`, or declare it
/// with `using`, to give its memory back at once.
#[wasm_bindgen]
#[derive(Debug)]
pub struct GrainAssembler {
    map: ExtensionMap,
    limits: Limits,
    senders: BTreeMap<u32, Sender>,
    /// Packets so far.
    count: u64,
    counters: Counters,
}

#[derive(Debug)]
struct Sender {
    assembler: grain::GrainAssembler,
    /// What the packets of a timestamp said about their Grain.
    identities: VecDeque<(u32, Identity)>,
}

#[wasm_bindgen]
impl GrainAssembler {
    /// An assembler of one flow. Throws an `RtvError` for options of the wrong type.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "AssemblerOptions")] options: JsValue,
    ) -> core::result::Result<Self, JsValue> {
        let options: AssemblerOptions = options::read(options)?;
        let usual = Limits::default();
        Ok(Self {
            map: extension_map(options.extension_map.as_ref())?,
            limits: Limits {
                reorder_packets: options.reorder_packets.unwrap_or(usual.reorder_packets),
                reorder_ns: options.reorder_ns.unwrap_or(usual.reorder_ns),
                grain_bytes: options.grain_bytes.unwrap_or(usual.grain_bytes),
                ..usual
            },
            senders: BTreeMap::new(),
            count: 0,
            counters: Counters::default(),
        })
    }

    /// Takes the next packet in order of arrival, and gives what is known by it: mostly nothing, at the end of a Grain the Grain.
    ///
    /// `time` is the time of arrival in nanoseconds, of any clock that only rises. A gap waits for `reorderNs` of it before
    /// its packets count as lost; where the first packet of a sender has no time, only `reorderPackets` counts.
    ///
    /// Throws an `RtvError` for bytes that are no RTP packet. The packet is then left out, and the assembler goes on.
    #[wasm_bindgen(unchecked_return_type = "GrainEvent[]")]
    pub fn push(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Bytes")] packet: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "bigint | null")] time: JsValue,
    ) -> core::result::Result<JsValue, JsValue> {
        let time = if is_none(&time) {
            None
        } else {
            let wrong = |value: JsValue| Fault::argument("time", "a BigInt of 64 bits", kind(&value));
            Some(u64::try_from(time).map_err(wrong)?)
        };
        let bytes = Bytes::take(&packet, "RTP packet")?;
        let packet = RtpPacket::parse(&bytes.copy).map_err(Fault::from)?;
        let key = self.count;
        self.count = self.count.saturating_add(1);
        let events = self.take(key, &packet, time)?;
        Ok(plain(&events)?)
    }

    /// Ends the flow: gives what was waiting. The assembler is then as new; its counts go on.
    #[wasm_bindgen(unchecked_return_type = "GrainEvent[]")]
    pub fn flush(&mut self) -> core::result::Result<JsValue, JsValue> {
        let mut events = Vec::new();
        for mut sender in core::mem::take(&mut self.senders).into_values() {
            sender.assembler.flush();
            sender.drain(&mut events);
            self.counters.add(&sender);
        }
        Ok(plain(&events)?)
    }

    /// What has come so far, of all senders. `lost` is exact after `flush()`.
    #[wasm_bindgen(getter, unchecked_return_type = "Counters")]
    pub fn counters(&self) -> core::result::Result<JsValue, JsValue> {
        let mut counters = self.counters;
        for sender in self.senders.values() {
            counters.add(sender);
        }
        Ok(plain(&counters)?)
    }
}

impl GrainAssembler {
    fn take(&mut self, key: u64, packet: &RtpPacket<'_>, time: Option<u64>) -> Result<Vec<GrainEvent>> {
        let ssrc = packet.ssrc();
        if !self.senders.contains_key(&ssrc) && self.senders.len() >= SENDERS {
            return Err(Fault::limit("GrainAssembler", format!("{SENDERS} SSRCs")));
        }
        let limits = Limits {
            reorder_ns: time.map_or(0, |_| self.limits.reorder_ns),
            ..self.limits
        };
        let sender = self.senders.entry(ssrc).or_insert_with(|| Sender {
            assembler: grain::GrainAssembler::new(&limits),
            identities: VecDeque::new(),
        });
        let identity = packet
            .extension()
            .map(|extension| Identity::read(&extension, &self.map))
            .unwrap_or_default();
        sender.note(packet.timestamp(), &identity);
        let is_start = looks_like_start(packet.payload());
        sender
            .assembler
            .push(time.unwrap_or(0), key, packet, identity.flags, is_start);
        let mut events = Vec::new();
        sender.drain(&mut events);
        Ok(events)
    }
}

impl Sender {
    /// Keeps what a packet says about its Grain, but for its flags, which are its own.
    fn note(&mut self, timestamp: u32, identity: &Identity) {
        let identity = Identity {
            flags: None,
            ..*identity
        };
        if identity.is_empty() || self.identities.iter().any(|(known, _)| *known == timestamp) {
            return;
        }
        if self.identities.len() >= IDENTITIES {
            self.identities.pop_front();
        }
        self.identities.push_back((timestamp, identity));
    }

    fn identity_of(&mut self, timestamp: u32) -> Option<Identity> {
        let at = self.identities.iter().position(|(known, _)| *known == timestamp)?;
        self.identities.remove(at).map(|(_, identity)| identity)
    }

    fn drain(&mut self, events: &mut Vec<GrainEvent>) {
        while let Some(event) = self.assembler.poll() {
            events.extend(match event {
                Event::Grain(grain) => {
                    let identity = self.identity_of(grain.rtp_timestamp);
                    let event = GrainEvent::grain(&grain, identity.as_ref());
                    self.assembler.recycle(grain);
                    Some(event)
                }
                Event::Lost(lost) => Some(GrainEvent::Lost {
                    packets: lost.packets,
                    sequence_number: lost.first as u16,
                }),
                Event::Late { key } => Some(GrainEvent::Late { index: key as f64 }),
                Event::Stray { key } => Some(GrainEvent::Stray { index: key as f64 }),
                Event::Restart { key } => Some(GrainEvent::Restart { index: key as f64 }),
                _ => None,
            });
        }
    }
}

/// `AssemblerOptions`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AssemblerOptions {
    extension_map: Option<BTreeMap<String, String>>,
    reorder_packets: Option<u16>,
    reorder_ns: Option<u64>,
    grain_bytes: Option<u32>,
}

impl Options for AssemblerOptions {
    const KEYS: &'static [&'static str] = &["extensionMap", "reorderPackets", "reorderNs", "grainBytes"];
}

/// `Counters`.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counters {
    received: f64,
    lost: f64,
    pending: f64,
    reordered: f64,
    late: f64,
    duplicates: f64,
    strays: f64,
    restarts: f64,
}

impl Counters {
    fn add(&mut self, sender: &Sender) {
        let counters = sender.assembler.sequence().counters();
        self.received += counters.received as f64;
        self.lost += counters.lost as f64;
        self.pending += counters.pending as f64;
        self.reordered += counters.reordered as f64;
        self.late += counters.late as f64;
        self.duplicates += counters.duplicates as f64;
        self.strays += counters.strays as f64;
        self.restarts += counters.restarts as f64;
    }
}

/// `GrainEvent`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum GrainEvent {
    Grain {
        rtp_timestamp: u32,
        ssrc: u32,
        payload_type: u8,
        identity: Option<Box<IdentityOutput>>,
        #[serde(with = "serde_bytes")]
        payload: Vec<u8>,
        packets: Vec<Packet>,
        first_time: u64,
        last_time: u64,
        contiguous: u32,
        missing: u32,
        complete: bool,
        at_edge: bool,
        started: bool,
        ended_by: &'static str,
    },
    Lost {
        packets: u32,
        sequence_number: u16,
    },
    Late {
        index: f64,
    },
    Stray {
        index: f64,
    },
    Restart {
        index: f64,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Packet {
    index: f64,
    sequence_number: u16,
    start: u32,
    length: u32,
}

impl GrainEvent {
    fn grain(grain: &Grain, identity: Option<&Identity>) -> Self {
        let packets = grain.packets.iter().map(|packet| Packet {
            index: packet.key as f64,
            sequence_number: packet.sequence as u16,
            start: packet.start,
            length: packet.length,
        });
        Self::Grain {
            rtp_timestamp: grain.rtp_timestamp,
            ssrc: grain.ssrc,
            payload_type: grain.payload_type,
            identity: identity.map(|identity| Box::new(identity.into())),
            payload: grain.payload.clone(),
            packets: packets.collect(),
            first_time: grain.first_ns,
            last_time: grain.last_ns,
            contiguous: grain.contiguous,
            missing: grain.missing,
            complete: grain.complete,
            at_edge: grain.at_edge,
            started: grain.started,
            ended_by: match grain.end {
                EndedBy::Marker => "marker",
                EndedBy::EndFlag => "end-flag",
                EndedBy::NextTimestamp => "next-timestamp",
                EndedBy::NextStart => "next-start",
                EndedBy::Restart => "restart",
                EndedBy::Flush => "flush",
                EndedBy::Limit => "limit",
            },
        }
    }
}
