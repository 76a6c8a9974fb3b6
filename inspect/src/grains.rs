//! Grains of metadata flows: from the assembler to the index, with what the rules make of them.

use dicom_rtv::PtpTimestamp;
use dicom_rtv::grain::{Grain, Lost};
use dicom_rtv::payload::Payload;

use crate::flow::metadata::first_extension;
use crate::flow::state::Stage;
use crate::index::{GrainEntry, NO_TIME, NONE, flags};
use crate::intake::packets;
use crate::model::FlowKind;
use crate::rules::Id;
use crate::rules::cadence::Late;
use crate::rules::grain::Facts;
use crate::rules::ledger::OVERFLOW;
use crate::rules::rtp::FirstExtension;
use crate::session::Session;

impl Session {
    /// Whole Grains of a metadata flow were lost.
    pub(crate) fn lost(&mut self, slot: u32, lost: Lost) {
        let count = u64::from(lost.packets);
        let message = || {
            format!(
                "expected consecutive sequence numbers, found {} missing between Grains",
                packets(count)
            )
        };
        self.findings
            .add(Id::Loss, slot, None, std::iter::once(lost.after_key), message);
    }

    /// A Grain of a metadata flow is here, whole or not.
    pub(crate) fn complete(&mut self, slot: u32, grain: Grain) {
        let limits = self.decoder.limits;
        let id = self.grains.len() as u32;
        let first = self.grain_packets.len() as u32;
        for packet in &grain.packets {
            self.grain_packets.push(packet.key as u32);
            if let Some(entry) = self.entry_mut(packet.key) {
                entry.grain = id;
            }
        }
        let arrival_ns = self.grain_arrival(&grain);
        let Some(flow) = self.table.flows.get_mut(slot as usize) else {
            return;
        };
        let Some(metadata) = flow.metadata.as_mut() else { return };
        let arena = std::mem::take(&mut self.decoder.arena);
        let payload = Payload::parse_in(arena, &grain.payload, &limits);
        let header = metadata.take_header(grain.packets.iter().map(|packet| packet.key));
        let has_first = grain.started || grain.complete;
        let extension = match grain.packets.first() {
            Some(packet) if has_first => first_extension(header.as_ref(), Some(packet.key)),
            _ => FirstExtension::Unknown,
        };
        let header = header.map(|(_, bytes)| bytes);
        let (identity, changed) = metadata.identity(id, header, &payload, grain.rtp_timestamp);
        let index = metadata.grains;
        let charset = (metadata.static_grain != NONE).then_some(metadata.charset);
        metadata.learn(id, grain.rtp_timestamp, &payload);
        for (grain, identity) in &changed {
            metadata.rules.reread(*grain, *identity);
        }
        let facts = Facts {
            id,
            index,
            grain: &grain,
            payload: &payload,
            extension,
            identity,
            arrival_ns,
            charset,
        };
        let outcome = metadata.rules.check(&facts, &self.thresholds, &mut self.decoder.memory);
        let entry = GrainEntry {
            flow: slot,
            index,
            rtp_timestamp: grain.rtp_timestamp,
            extended: grain.extended_timestamp,
            sync_ns: identity.sync.and_then(ns),
            origin_ns: identity.origin.and_then(ns),
            arrival_ns,
            packets: (first, self.grain_packets.len() as u32 - first),
            payload_bytes: grain.payload_length as u32,
            complete: grain.complete,
            truncated: grain.truncated,
            is_static: payload.is_static(),
            is_dynamic: payload.is_dynamic(),
            static_grain: metadata.static_grain,
            signature: OVERFLOW,
            direct: 0,
            compared: 0,
            findings: 0,
        };
        self.decoder.arena = payload.into_arena();
        self.grains.push(entry);
        for (grain, identity) in changed {
            if let Some(entry) = self.grains.get_mut(grain as usize) {
                entry.sync_ns = identity.sync.and_then(ns);
                entry.origin_ns = identity.origin.and_then(ns);
            }
        }
        self.note_grain(slot, id, &grain, &outcome.late);
        self.take_signatures(slot, &outcome.committed);
        let flow = self.table.flows.get_mut(slot as usize);
        if let Some(assembler) = flow.and_then(|flow| flow.assembler.as_mut()) {
            assembler.recycle(grain);
        }
    }

    /// Reports what is wrong with the packets of a Grain, and with the time it came.
    fn note_grain(&mut self, slot: u32, id: u32, grain: &Grain, late: &Late) {
        let Some(entry) = self.grains.get(id as usize) else {
            return;
        };
        let index = entry.index;
        let mut direct = 0;
        let keys = || grain.packets.iter().map(|packet| packet.key);
        if grain.missing > 0 {
            direct += 1;
            let count = u64::from(grain.missing);
            let message = || {
                format!(
                    "expected consecutive sequence numbers, found {} missing",
                    packets(count)
                )
            };
            self.findings
                .add(Id::Loss, slot, Some(index), after_gaps(grain).into_iter(), message);
        }
        if keys().any(|key| self.entry(key).is_some_and(|entry| entry.flags & flags::REORDERED != 0)) {
            direct += 1;
        }
        let flow = self.table.flows.get(slot as usize);
        if let Some(record) = flow.and_then(|flow| flow.oversize.as_ref()) {
            let is_in = |key: u64| record.occurrences.iter().any(|o| o.packets.first() == Some(&key));
            direct += u16::from(keys().any(is_in));
        }
        for (id, gap, what) in [
            (Id::StaticInterval, late.static_part, "a static part"),
            (Id::RenditionRate, late.grain, "a Grain"),
        ] {
            if let Some((gap, allowed)) = gap {
                let ms = |ns: i64| ns as f64 / 1e6;
                let message = || {
                    format!(
                        "expected {what} within {:.1} ms, found none for {:.1} ms",
                        ms(allowed),
                        ms(gap)
                    )
                };
                self.findings.add(id, slot, Some(index), keys(), message);
                direct += u16::from(
                    self.nature(slot)
                        .kind
                        .is_some_and(|kind| (kind == FlowKind::DicomRendition) == (id == Id::RenditionRate)),
                );
            }
        }
        if let Some(entry) = self.grains.get_mut(id as usize) {
            entry.direct = direct;
            entry.findings = u32::from(direct);
        }
    }

    /// Grains have been judged: what was seen of them.
    pub(crate) fn take_signatures(&mut self, slot: u32, committed: &[(u32, u16)]) {
        if committed.is_empty() {
            return;
        }
        let nature = self.nature(slot);
        let Some(metadata) = self
            .table
            .flows
            .get_mut(slot as usize)
            .and_then(|f| f.metadata.as_mut())
        else {
            return;
        };
        for &(grain, signature) in committed {
            if let Some(entry) = self.grains.get_mut(grain as usize) {
                entry.signature = signature;
                entry.findings =
                    metadata.rules.count(signature, &nature) + u32::from(entry.direct) + u32::from(entry.compared);
            }
        }
    }

    fn grain_arrival(&self, grain: &Grain) -> i64 {
        let times = grain
            .packets
            .iter()
            .filter_map(|packet| self.entry(packet.key))
            .map(|entry| entry.time_ns);
        times.filter(|&t| t != NO_TIME).min().unwrap_or(NO_TIME)
    }

    /// Judges the Grains of a flow that still wait.
    pub(crate) fn settle(&mut self, slot: u32) {
        let Some(flow) = self
            .table
            .flows
            .get_mut(slot as usize)
            .filter(|f| f.stage == Stage::Dicom)
        else {
            return;
        };
        let mut committed = Vec::new();
        if let Some(metadata) = flow.metadata.as_mut() {
            metadata.rules.settle(&self.thresholds, &mut committed);
        }
        self.take_signatures(slot, &committed);
    }
}

/// The packets after the holes in a Grain: the first if the hole is before it, the last if it is behind all.
fn after_gaps(grain: &Grain) -> Vec<u64> {
    let mut after: Vec<u64> = grain
        .packets
        .windows(2)
        .filter(|pair| pair[1].sequence != pair[0].sequence + 1)
        .map(|pair| pair[1].key)
        .collect();
    if !grain.started {
        after.extend(grain.packets.first().map(|packet| packet.key));
    } else if after.is_empty() {
        after.extend(grain.packets.last().map(|packet| packet.key));
    }
    after.sort_unstable();
    after.dedup();
    after
}

/// Nanoseconds of a timestamp, where they fit: until the year 2262.
fn ns(time: PtpTimestamp) -> Option<i64> {
    i64::try_from(time.as_ns()).ok()
}
