//! The session description that the flows of a capture imply.

use std::collections::BTreeMap;

use dicom_rtv::PtpTimestamp;
use dicom_rtv::nmos::ExtensionMap;
use dicom_rtv::rtp::{MediaClock, STANDARD_UDP_LIMIT, UDP_HEADER_LENGTH};
use dicom_rtv::sdp::{
    Attribute, Connection, FilterMode, Fmtp, Group, Line, Media, MediaClockSource, Parameter, PtpSource,
    ReferenceClock, RtpMap, SessionDescription, SourceFilter,
};
use grainscope_capture::frame::Datagram;

use crate::flow::state::FlowState;
use crate::index::flags;
use crate::model::{Extent, FlowKind};
use crate::session::Session;

/// Packets of one PTP flow that are searched for an Announce message.
const PTP_PACKETS: usize = 256;

/// Grains whose first packet tells what a flow's header extension has.
const GRAINS: usize = 4;

/// What packets of one flow tell beyond the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaFacts {
    /// Bytes of the longest UDP datagram, header included.
    pub udp_length: usize,
    /// Time to live.
    pub ttl: u8,
    /// Payload bytes of the longest packet.
    pub payload_length: usize,
    /// Ids of the header extension's elements.
    extension_ids: Vec<u8>,
}

/// A session description in the making: [`wanted`](Self::wanted) packets are read and [`learn`](Self::learn)ed, then it is
/// [`write`](Self::write)n.
#[derive(Debug)]
pub struct Describe<'s> {
    session: &'s Session,
    facts: BTreeMap<u32, MediaFacts>,
    clock: Option<PtpSource>,
}

impl Session {
    /// Describes the flows of this session.
    #[must_use]
    pub const fn describe(&self) -> Describe<'_> {
        Describe {
            session: self,
            facts: BTreeMap::new(),
            clock: None,
        }
    }
}

impl Describe<'_> {
    /// The packets to be read: the longest of each flow, the first ones of some Grains, and those of PTP.
    #[must_use]
    pub fn wanted(&self) -> Vec<u64> {
        let session = self.session;
        let mut longest: BTreeMap<u32, (u32, u64)> = BTreeMap::new();
        let mut ptp: BTreeMap<u32, usize> = BTreeMap::new();
        let mut wanted = Vec::new();
        for (ordinal, entry) in (1u64..).zip(session.packets.iter()) {
            if entry.flags & flags::RTP != 0 {
                let best = longest.entry(entry.flow).or_insert((entry.original, ordinal));
                if entry.original > best.0 {
                    *best = (entry.original, ordinal);
                }
            } else if is_ptp(session.table.flows.get(entry.flow as usize)) {
                let seen = ptp.entry(entry.flow).or_default();
                *seen += 1;
                if *seen <= PTP_PACKETS {
                    wanted.push(ordinal);
                }
            }
        }
        wanted.extend(longest.values().map(|(_, ordinal)| *ordinal));
        let mut grains: BTreeMap<u32, usize> = BTreeMap::new();
        for (id, entry) in (0u32..).zip(session.grains.iter()) {
            let seen = grains.entry(entry.flow).or_default();
            if entry.complete && *seen < GRAINS {
                *seen += 1;
                wanted.extend(session.grain_packets(id).first());
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Takes what a packet tells. `packets` are the bytes of its [`extents`](Session::packet_extents).
    pub fn learn(&mut self, ordinal: u64, extents: &[Extent], packets: &[Vec<u8>]) {
        let session = self.session;
        let Some(entry) = session.entry(ordinal) else { return };
        let mut clock = None;
        let mut facts = MediaFacts::default();
        session.with_datagram(entry, extents, packets, |datagram| {
            if is_ptp(session.table.flows.get(entry.flow as usize)) {
                clock = grandmaster(datagram);
            } else if let Some(packet) = session.rtp_of(entry, datagram) {
                facts.udp_length = datagram.payload_length as usize + UDP_HEADER_LENGTH;
                facts.ttl = datagram.ttl;
                facts.payload_length = packet.payload_length();
                let elements = packet
                    .extension()
                    .into_iter()
                    .flat_map(|extension| extension.elements());
                facts.extension_ids = elements.map(|element| element.id).collect();
            }
        });
        self.clock = self.clock.or(clock);
        if facts.udp_length > 0 {
            let known = self.facts.entry(entry.flow).or_default();
            if facts.udp_length > known.udp_length {
                known.udp_length = facts.udp_length;
                known.payload_length = facts.payload_length;
            }
            known.ttl = known.ttl.max(facts.ttl);
            for id in facts.extension_ids {
                if !known.extension_ids.contains(&id) {
                    known.extension_ids.push(id);
                }
            }
        }
    }

    /// The description of the audio, video, ancillary and metadata flows, or of those that are wanted; empty if there is none.
    #[must_use]
    pub fn write(&self, name: &str, is_wanted: impl Fn(u32) -> bool) -> String {
        let table = &self.session.table;
        let flows: Vec<(u32, &FlowState)> = table
            .public()
            .iter()
            .filter_map(|&slot| Some((slot, table.flows.get(slot as usize)?)))
            .filter(|(_, flow)| {
                let kind = flow.kind();
                kind.is_dicom() || matches!(kind, FlowKind::Video | FlowKind::Audio | FlowKind::Anc)
            })
            .filter(|(_, flow)| flow.number.is_some_and(&is_wanted))
            .collect();
        let Some((_, first)) = flows.first() else {
            return String::new();
        };
        let mut description = SessionDescription::new(name, first.key.source.addr);
        let mut paths = 0;
        for (i, (slot, flow)) in flows.iter().enumerate() {
            let mut media = self.media(*slot, flow);
            // The same stream to another address is the second path of ST 2022-7.
            let twin = |(_, other): &(u32, &FlowState)| is_twin(flow, other);
            if let Some(earlier) = flows.iter().take(i).position(twin) {
                let mid = paths * 2;
                paths += 1;
                let (a, b) = (format!("{mid}"), format!("{}", mid + 1));
                description.attributes.push(Attribute::Group(Group {
                    semantics: "DUP".into(),
                    mids: vec![a.clone(), b.clone()],
                }));
                if let Some(media) = description.media.get_mut(earlier) {
                    media.attributes.push(Attribute::Mid(a));
                }
                media.attributes.push(Attribute::Mid(b));
            }
            description.media.push(media);
        }
        description.to_string()
    }

    fn media(&self, slot: u32, flow: &FlowState) -> Media {
        let (_, payload_type) = flow.rtp.unwrap_or_default();
        let kind = flow.kind();
        let none = MediaFacts::default();
        let facts = self.facts.get(&slot).unwrap_or(&none);
        let known_rate = self.session.clock_rate(flow);
        let clock_rate = known_rate.unwrap_or(match kind {
            FlowKind::DicomAudio | FlowKind::Audio => 48_000,
            _ => 90_000,
        });
        let (section, encoding, parameters) = match kind {
            FlowKind::Video => ("video", "raw".to_owned(), None),
            FlowKind::Anc => ("video", "smpte291".to_owned(), None),
            FlowKind::Audio => audio(flow, facts.payload_length),
            _ => ("application", "dicom".to_owned(), None),
        };
        let destination = flow.key.destination.addr;
        let map = RtpMap {
            payload_type,
            encoding,
            clock_rate,
            parameters,
        };
        let mut media = Media::rtp(section, flow.key.destination.port, map);
        media.lines.push(Line {
            kind: 'i',
            value: format!("flow {} ({})", flow.number.unwrap_or_default(), kind.as_str()),
        });
        let ttl = (destination.is_multicast() && facts.ttl > 0).then_some(facts.ttl);
        media.connections.push(Connection::to(destination, ttl));
        if destination.is_multicast() {
            media = media.with(Attribute::SourceFilter(SourceFilter {
                mode: FilterMode::Include,
                network_type: "IN".into(),
                address_type: if destination.is_ipv4() { "IP4" } else { "IP6" }.into(),
                destination: destination.to_string(),
                sources: vec![flow.key.source.addr.to_string()],
            }));
        }
        if kind.is_dicom() && facts.udp_length > STANDARD_UDP_LIMIT {
            media = media.with(Attribute::Fmtp(Fmtp {
                format: payload_type.to_string(),
                parameters: vec![Parameter {
                    key: "MAXUDP".into(),
                    value: Some(facts.udp_length.to_string()),
                }],
            }));
        }
        let offset = self.clock_offset(slot, clock_rate);
        if self.clock.is_some() || offset.is_some() {
            media = media.with(Attribute::ReferenceClock(ReferenceClock::Ptp {
                version: "IEEE1588-2008".into(),
                source: self.clock.unwrap_or(PtpSource::Traceable),
            }));
        }
        let source = offset.map_or(MediaClockSource::Sender, |offset| MediaClockSource::Direct {
            offset: offset.into(),
            rate: None,
        });
        media = media.with(Attribute::MediaClock(source));
        if let Some(metadata) = flow.metadata.as_ref().filter(|_| kind.is_dicom()) {
            let mut map = ExtensionMap::new();
            for (id, kind) in metadata.map().iter().filter(|(id, _)| facts.extension_ids.contains(id)) {
                map.set(id, kind);
            }
            media.attributes.extend(Attribute::extmaps(&map));
        }
        media
    }

    /// The RTP timestamp at the epoch of PTP, as the sync timestamps of a metadata flow, or of one that describes a flow, have
    /// it: the one that most Grains agree on.
    fn clock_offset(&self, slot: u32, clock_rate: u32) -> Option<u32> {
        let session = self.session;
        let number = session.table.number(slot)?;
        let relations = crate::flow::relate::relations(&session.table);
        let describing = relations.iter().position(|relation| relation.describes == Some(slot));
        let of = |wanted: u32| {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            let grains = session
                .grains
                .iter()
                .filter(|entry| session.table.number(entry.flow) == Some(wanted));
            for entry in grains.take(1000) {
                let sync = entry
                    .sync_ns
                    .and_then(|ns| u64::try_from(ns).ok())
                    .map(PtpTimestamp::from_ns);
                if let Some(sync) = sync {
                    *counts
                        .entry(MediaClock::offset_of(entry.rtp_timestamp, sync, clock_rate))
                        .or_default() += 1;
                }
            }
            let most = counts.iter().max_by_key(|(_, count)| **count)?;
            // Rounding to ticks differs between senders: an offset of a few ticks is none.
            let ticks = most.0.cast_signed();
            Some(if ticks.abs() <= 2 { 0 } else { *most.0 })
        };
        of(number).or_else(|| of(session.table.number(describing? as u32)?))
    }
}

fn is_ptp(flow: Option<&FlowState>) -> bool {
    flow.is_some_and(|flow| flow.kind() == FlowKind::Ptp)
}

fn is_twin(a: &FlowState, b: &FlowState) -> bool {
    a.rtp == b.rtp
        && a.kind() == b.kind()
        && a.key.destination != b.key.destination
        && match (&a.metadata, &b.metadata) {
            (Some(a), Some(b)) => a.flow_id == b.flow_id && a.flow_id.is_some(),
            _ => !a.kind().is_dicom(),
        }
}

/// Encoding and channels of audio by the bytes of a packet and the ticks from one to the next.
fn audio(flow: &FlowState, payload_length: usize) -> (&'static str, String, Option<String>) {
    let step = flow.evidence.step().max(1) as usize;
    let frame = payload_length / step;
    let (encoding, size) = if frame.is_multiple_of(3) {
        ("L24", 3)
    } else {
        ("L16", 2)
    };
    ("audio", encoding.into(), Some((frame / size).max(1).to_string()))
}

/// Grandmaster and domain of a PTP Announce message (IEEE 1588 13.5).
fn grandmaster(datagram: &Datagram<'_>) -> Option<PtpSource> {
    let message = datagram.payload;
    if message.first()? & 0x0F != 0x0B {
        return None;
    }
    Some(PtpSource::Grandmaster {
        identity: message.get(53..61)?.try_into().ok()?,
        domain: message.get(4).copied(),
    })
}
