//! From the index to what views show: flows and rows.

use dicom_rtv::PtpTimestamp;

use crate::flow::relate::{Relations, relations};
use crate::flow::state::FlowState;
use crate::index::{GrainEntry, NO_TIME, NONE, PacketEntry, flags};
use crate::model::{Flow, FlowKind, GrainRow, PacketRow};
use crate::session::Session;

impl Session {
    /// All flows.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        let mut flows = self.bare_flows();
        for flow in &mut flows {
            flow.findings = self.flow_finding_counts(flow.id);
        }
        flows
    }

    /// All flows, without the counts of findings.
    pub(crate) fn bare_flows(&self) -> Vec<Flow> {
        let relations = relations(&self.table);
        let number = |slot: Option<u32>| self.table.number(slot?);
        let mut flows: Vec<Flow> = Vec::with_capacity(self.table.public().len());
        for (id, &slot) in self.table.public().iter().enumerate() {
            let Some(state) = self.table.flows.get(slot as usize) else {
                continue;
            };
            let Relations {
                describes,
                rendition,
                restart_of,
                device,
            } = relations.get(slot as usize).copied().unwrap_or_default();
            let mut flow = self.flow(id as u32, state);
            flow.describes = number(describes);
            flow.rendition = number(rendition);
            flow.restart_of = number(restart_of);
            flow.device = device;
            flows.push(flow);
        }
        flows
    }

    fn flow(&self, id: u32, state: &FlowState) -> Flow {
        let counters = state.counters();
        let metadata = state.metadata.as_deref().filter(|_| state.kind().is_dicom());
        let (source_id, flow_id) = metadata.map_or(state.bulk_identity, |m| (m.source_id, m.flow_id));
        let sop_class = metadata.and_then(|m| m.sop_class());
        let (ssrc, payload_type) = state.rtp.unzip();
        Flow {
            id,
            kind: state.kind(),
            reason: self.reason(state),
            source: state.key.source.to_string(),
            destination: state.key.destination.to_string(),
            ssrc,
            payload_type,
            clock_rate: self.clock_rate(state),
            source_id: source_id.map(|id| id.to_string()),
            flow_id: flow_id.map(|id| id.to_string()),
            sop_class: sop_class.map(str::to_owned),
            sop_class_name: sop_class
                .and_then(dicom_rtv::uid::lookup)
                .map(|entry| entry.name.to_owned()),
            sop_instance: metadata.and_then(|m| m.sop_instance.clone()),
            packets: state.packets,
            bytes: state.bytes,
            lost: counters.lost,
            reordered: counters.reordered,
            duplicates: counters.duplicates,
            grains: metadata.map_or(state.frames.count, |m| u64::from(m.grains)),
            describes: None,
            rendition: None,
            restart_of: None,
            device: None,
            first_ns: (state.first_ns != NO_TIME).then_some(state.first_ns),
            last_ns: (state.last_ns != NO_TIME).then_some(state.last_ns),
            sdp: state.sdp.and_then(|section| self.descriptions.name(section)),
            facts: metadata.map(|m| m.facts.clone()).unwrap_or_default(),
            findings: [0; 3],
        }
    }

    /// The RTP clock rate: from the SDP, else from the metadata itself, else the usual one of the kind.
    pub(crate) fn clock_rate(&self, state: &FlowState) -> Option<u32> {
        let (_, payload_type) = state.rtp?;
        let sdp = state.sdp.and_then(|section| self.descriptions.view(section));
        if let Some(map) = sdp.and_then(|view| view.rtpmap(payload_type)) {
            return Some(map.clock_rate);
        }
        if let Some(metadata) = &state.metadata {
            let stated = metadata.rules.ledger.commonest_rate();
            return stated.or(metadata.sampling_rate).or_else(|| metadata.rules.rate());
        }
        match state.kind() {
            FlowKind::Video | FlowKind::Anc => Some(90_000),
            FlowKind::Audio => state.frames.audio_rate(),
            _ => None,
        }
    }

    /// How the kind of a flow was found, for people.
    fn reason(&self, state: &FlowState) -> String {
        let kind = state.kind();
        if let Some(section) = state.sdp {
            let name = self.descriptions.name(section).unwrap_or_default();
            return match (kind.is_dicom(), state.sdp_kind.is_some_and(FlowKind::is_dicom)) {
                (true, true) => format!("{name} says dicom"),
                (true, false) => format!("Grains start with DICM at byte 128, although {name} says otherwise"),
                _ => format!("{name} says so"),
            };
        }
        match kind {
            _ if kind.is_dicom() => "Grains start with DICM at byte 128".into(),
            FlowKind::Video => "payload headers of ST 2110-20".into(),
            FlowKind::Anc => "payload headers of ST 2110-40".into(),
            FlowKind::Audio => "even steps of time and whole PCM samples (ST 2110-30)".into(),
            FlowKind::Rtp => "RTP version 2 with consecutive sequence numbers; no SDP names it".into(),
            FlowKind::Rtcp => "RTCP packet types".into(),
            FlowKind::Ptp => "UDP port 319 or 320".into(),
            FlowKind::Ntp => "UDP port 123".into(),
            FlowKind::Snmp => "UDP port 161 or 162".into(),
            FlowKind::Igmp => "IP protocol 2".into(),
            FlowKind::DicomUl => "starts with an A-ASSOCIATE PDU".into(),
            FlowKind::Udp => "UDP that is not RTP".into(),
            _ => String::new(),
        }
    }

    /// The row of a Grain.
    pub(crate) fn grain_row(&self, id: u32, entry: &GrainEntry) -> GrainRow {
        let (first, count) = entry.packets;
        let arrival_ns = (entry.arrival_ns != NO_TIME).then_some(entry.arrival_ns);
        GrainRow {
            id,
            flow: self.table.number(entry.flow),
            index: entry.index,
            rtp_timestamp: entry.rtp_timestamp,
            sync_ns: entry.sync_ns,
            origin_ns: entry.origin_ns,
            arrival_ns,
            latency_ns: arrival_ns
                .zip(entry.origin_ns)
                .and_then(|(arrival, origin)| latency(arrival, origin)),
            packets: count,
            first_packet: self
                .grain_packets
                .get(first as usize)
                .map_or(0, |&ordinal| u64::from(ordinal)),
            payload_bytes: entry.payload_bytes,
            complete: entry.complete,
            truncated: entry.truncated,
            is_static: entry.is_static,
            is_dynamic: entry.is_dynamic,
            findings: entry.findings,
        }
    }

    /// The row of a packet.
    pub(crate) fn packet_row(&self, ordinal: u64, entry: &PacketEntry) -> PacketRow {
        let state = self.table.flows.get(entry.flow as usize);
        let number = if entry.flow == NONE {
            None
        } else {
            self.table.number(entry.flow)
        };
        let is_rtp = entry.flags & flags::RTP != 0 && state.is_some_and(|s| s.merged_into.is_none());
        let words = [
            (flags::DUPLICATE, "duplicate"),
            (flags::REORDERED, "came late"),
            (flags::AFTER_GAP, "packets missing before it"),
            (flags::FRAGMENT, "IP fragment"),
            (flags::MALFORMED, "not decodable"),
        ];
        let notes: Vec<&str> = words
            .iter()
            .filter(|(flag, _)| entry.flags & flag != 0)
            .map(|(_, word)| *word)
            .collect();
        PacketRow {
            ordinal,
            time_ns: (entry.time_ns != NO_TIME).then_some(entry.time_ns),
            flow: number,
            kind: number
                .and_then(|n| self.table.by_number(n))
                .map_or(FlowKind::Other, FlowState::kind),
            source: state.map(|s| s.key.source.to_string()).unwrap_or_default(),
            destination: state.map(|s| s.key.destination.to_string()).unwrap_or_default(),
            length: entry.original,
            sequence: is_rtp.then_some(entry.sequence),
            rtp_timestamp: is_rtp.then_some(entry.rtp_timestamp),
            marker: is_rtp && entry.flags & flags::MARKER != 0,
            truncated: entry.flags & flags::TRUNCATED != 0,
            note: notes.join(", "),
            grain: (entry.grain != NONE).then_some(entry.grain),
        }
    }
}

/// Arrival (UTC) minus origin (TAI), in nanoseconds.
fn latency(arrival_ns: i64, origin_ns: i64) -> Option<i64> {
    let origin = PtpTimestamp::from_ns(u64::try_from(origin_ns).ok()?).to_utc_ns();
    i64::try_from(i128::from(arrival_ns) - origin).ok()
}
