//! Metadata Grains: planned, encoded, cut into packets; faults take hold after each step.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::nmos::{GrainDuration, Identity};
use dicom_rtv::rtp::{PacketizeOptions, Packetizer};
use dicom_rtv::{PtpTimestamp, Result};

use crate::attributes::Attributes;
use crate::encode;
use crate::faults::Injection;
use crate::flow::{Flow, Metadata};
use crate::packets::{GrainTime, Made, rtp_timestamp};

/// Time from packet to packet of one Grain, nanoseconds.
const PACKET_SPACING_NS: i64 = 2_000;

/// What a Grain will be.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Number in its Flow.
    pub(crate) index: u64,
    /// Whether it is sent at all.
    pub(crate) sent: bool,
    pub(crate) rtp_timestamp: u32,
    pub(crate) identity: Identity,
    pub(crate) udp_limit: u16,
    pub(crate) meta: Attributes,
    pub(crate) dynamic: Option<Attributes>,
    pub(crate) static_part: Option<Attributes>,
}

/// Makes the Grains of one metadata Flow.
#[derive(Debug)]
pub(crate) struct MetadataSender {
    packetizer: Packetizer,
    meta: Attributes,
    charset: CharacterSet,
}

impl MetadataSender {
    pub(crate) fn new(flow: &Flow, metadata: &Metadata) -> Result<Self> {
        let charset = encode::character_set(&metadata.static_part);
        let sender = Self {
            packetizer: packetizer(flow, metadata, metadata.rtp.udp_limit, flow.first_sequence)?,
            meta: encode::meta_attributes(flow, metadata),
            charset,
        };
        // What later Grains say is of the same kind: if these can be encoded, they all can.
        let comments = metadata
            .dynamic
            .iter()
            .flat_map(|dynamic| &dynamic.comments)
            .map(|(from, _)| *from);
        for ns in comments.chain([0]) {
            let dynamic = metadata
                .dynamic
                .as_ref()
                .map(|d| d.attributes(0, PtpTimestamp::from_ns(0), ns));
            encode::grain(
                &sender.meta,
                dynamic.as_ref(),
                Some(&metadata.static_part),
                metadata.lengths,
                &charset,
            )?;
        }
        Ok(sender)
    }

    pub(crate) fn make(
        &mut self,
        flow: &Flow,
        number: usize,
        metadata: &Metadata,
        time: GrainTime,
        injections: &[Injection],
    ) -> Vec<Made> {
        let hits: Vec<&Injection> = injections.iter().filter(|i| i.hits(number, time.index)).collect();
        let mut plan = self.plan(flow, metadata, time);
        for injection in &hits {
            injection.plan(&mut plan);
        }
        if !plan.sent {
            return Vec::new();
        }
        // `new` tried all that could fail.
        let mut payload = encode::grain(
            &plan.meta,
            plan.dynamic.as_ref(),
            plan.static_part.as_ref(),
            metadata.lengths,
            &self.charset,
        )
        .unwrap_or_default();
        for injection in &hits {
            injection.payload(&plan, &mut payload);
        }
        let mut made: Vec<Made> = self
            .packetize(flow, metadata, &plan, &payload)
            .into_iter()
            .zip(0..)
            .map(|(payload, i)| Made {
                time_ns: time.sent_ns + i * PACKET_SPACING_NS,
                payload,
            })
            .collect();
        for injection in &hits {
            injection.packets(flow, &mut made);
        }
        made
    }

    fn plan(&self, flow: &Flow, metadata: &Metadata, time: GrainTime) -> Plan {
        let origin = PtpTimestamp::from_ns(time.tai_ns);
        let due = |index: u64| flow.period.at(index).checked_div(metadata.static_interval_ns);
        let is_static = time.index == 0 || due(time.index).is_none() || due(time.index) != due(time.index - 1);
        let duration = GrainDuration {
            numerator: flow.period.numerator,
            denominator: flow.period.denominator,
        };
        Plan {
            index: time.index,
            sent: true,
            rtp_timestamp: rtp_timestamp(flow, time.tai_ns),
            identity: Identity {
                sync: Some(origin),
                origin: Some(origin),
                source_id: Some(flow.source_id),
                flow_id: Some(flow.flow_id),
                duration: metadata.rtp.grain_duration.then_some(duration),
                ..Identity::default()
            },
            udp_limit: metadata.rtp.udp_limit,
            meta: self.meta.clone(),
            dynamic: metadata
                .dynamic
                .as_ref()
                .map(|d| d.attributes(time.index, origin, time.elapsed_ns)),
            static_part: is_static.then(|| metadata.static_part.clone()),
        }
    }

    fn packetize(&mut self, flow: &Flow, metadata: &Metadata, plan: &Plan, payload: &[u8]) -> Vec<Vec<u8>> {
        let sequence = self.packetizer.sequence();
        if plan.udp_limit != metadata.rtp.udp_limit
            && let Ok(mut other) = packetizer(flow, metadata, plan.udp_limit, sequence)
        {
            let packets = other
                .packetize(payload, plan.rtp_timestamp, &plan.identity)
                .unwrap_or_default();
            self.packetizer.set_sequence(other.sequence());
            return packets;
        }
        self.packetizer
            .packetize(payload, plan.rtp_timestamp, &plan.identity)
            .unwrap_or_default()
    }
}

fn packetizer(flow: &Flow, metadata: &Metadata, udp_limit: u16, sequence: u16) -> Result<Packetizer> {
    let rtp = &metadata.rtp;
    let mut packetizer = Packetizer::new(PacketizeOptions {
        payload_type: flow.payload_type,
        ssrc: flow.ssrc,
        udp_limit: usize::from(udp_limit),
        map: rtp.extension_map,
        placement: rtp.placement,
        flags: rtp.grain_flags,
        marker: rtp.marker,
        ..PacketizeOptions::default()
    })?;
    packetizer.set_sequence(sequence);
    Ok(packetizer)
}
