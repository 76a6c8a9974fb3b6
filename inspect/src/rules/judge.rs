//! Flows against each other, and against the session descriptions: what only the whole capture tells.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Id;
use super::sdp::{LoneFlow, LoneSection, check, check_rate, pair};
use super::sync::{self, Tick};
use crate::flow::relate::{Relations, relations};
use crate::flow::state::Stage;
use crate::index::{GrainEntry, NO_TIME, NONE, flags};
use crate::model::FlowKind;
use crate::sdp::{addresses, kind};
use crate::session::Session;

/// Nanoseconds between the packets of an audio flow that are looked at.
const AUDIO_STEP: i64 = 5_000_000;

/// Places at which one comparison names Grains; the rest is counted.
const NAMED: usize = 1 << 16;

/// The flows that are compared, by slot.
struct Series {
    grains: BTreeMap<u32, Vec<Tick>>,
    frames: BTreeMap<u32, Vec<Tick>>,
}

impl Session {
    /// Compares flows with each other and with the session descriptions, going by what was seen so far. The end of the
    /// capture does so by itself; of a live stream it may be asked for now and then.
    pub fn judge(&mut self) {
        self.findings.compared.clear();
        self.findings.remarks.clear();
        for grain in self.grains.iter_mut() {
            grain.compared = 0;
        }
        let relations = relations(&self.table);
        self.judge_descriptions(&relations);
        self.judge_times(&relations);
        self.count_findings();
        self.listing.take();
    }

    /// What each Grain breaks, now that its flow is known.
    fn count_findings(&mut self) {
        let mut counts: HashMap<u32, Vec<u32>> = HashMap::new();
        for &slot in self.table.public() {
            let nature = self.nature(slot);
            let flow = self.table.flows.get(slot as usize);
            if let Some(metadata) = flow
                .filter(|f| f.stage == Stage::Dicom)
                .and_then(|f| f.metadata.as_ref())
            {
                counts.insert(slot, metadata.rules.ledger.counts(&nature));
            }
        }
        for grain in self.grains.iter_mut() {
            let own = counts
                .get(&grain.flow)
                .and_then(|counts| counts.get(usize::from(grain.signature)));
            let own = own.copied().unwrap_or(0);
            grain.findings = own + u32::from(grain.direct) + u32::from(grain.compared);
        }
    }

    fn judge_descriptions(&mut self, relations: &[Relations]) {
        let mut found: Vec<(Id, u32, String)> = Vec::new();
        let mut partners: BTreeSet<(u32, u32)> = BTreeSet::new();
        let mut flows = Vec::new();
        for &slot in self.table.public() {
            let Some(flow) = self.table.flows.get(slot as usize) else {
                continue;
            };
            let Some((_, payload_type)) = flow.rtp else { continue };
            let is_dicom = flow.stage == Stage::Dicom;
            let Some(section) = flow.sdp else {
                flows.push(LoneFlow {
                    slot,
                    address: flow.key.destination.addr,
                    port: flow.key.destination.port,
                    payload_type,
                    is_dicom,
                });
                continue;
            };
            partners.insert((section.description, section.media));
            if !is_dicom {
                continue;
            }
            let Some(view) = self.descriptions.view(section) else {
                continue;
            };
            found.extend(check(view, payload_type).into_iter().map(|(id, text)| (id, slot, text)));
            if let Some(map) = view.rtpmap(payload_type) {
                let described = relations.get(slot as usize).and_then(|r| r.describes);
                let message = check_rate(map.clock_rate, &self.described_rates(slot, described));
                found.extend(message.map(|text| (Id::SdpClockRate, slot, text)));
            }
        }
        let mut sections: Vec<LoneSection> = self
            .descriptions
            .sections()
            .filter(|(section, ..)| !partners.contains(&(section.description, section.media)))
            .map(|(section, _, view)| LoneSection {
                name: self.descriptions.name(section).unwrap_or_default(),
                addresses: addresses(view).collect(),
                port: view.media().port,
                payload_types: view.payload_types().collect(),
                is_dicom: view.payload_types().any(|pt| kind(view, pt).is_dicom()),
            })
            .collect();
        let pairs = pair(&mut flows, &mut sections);
        found.extend(pairs.into_iter().map(|(slot, text)| (Id::SdpMismatch, slot, text)));
        let remark = |section: LoneSection| (Id::SdpMismatch, format!("the capture has no flow for {}", section.name));
        self.findings.remarks = sections.into_iter().map(remark).collect();
        for (id, slot, message) in found {
            let packet = self.first_packet(slot);
            self.findings
                .compare(id, Some(slot), None, packet.into_iter(), || message);
        }
    }

    /// The clock rates that the flow described by a metadata flow may have: that of the flow itself; where it is not in the
    /// capture, those that the static part states, if the payload agrees with itself.
    fn described_rates(&self, slot: u32, described: Option<u32>) -> Vec<u32> {
        if let Some(other) = described.and_then(|described| self.table.flows.get(described as usize)) {
            return self.clock_rate(other).into_iter().collect();
        }
        let Some(metadata) = self
            .table
            .flows
            .get(slot as usize)
            .and_then(|flow| flow.metadata.as_ref())
        else {
            return Vec::new();
        };
        let rates: Vec<u32> = metadata
            .described
            .iter()
            .filter_map(|described| described.sampling_rate)
            .collect();
        let own = metadata.rules.ledger.commonest_rate();
        if own.is_some_and(|own| rates.contains(&own)) {
            rates
        } else {
            Vec::new()
        }
    }

    /// The first packet of a flow, where it has Grains.
    fn first_packet(&self, slot: u32) -> Option<u64> {
        let metadata = self.table.flows.get(slot as usize)?.metadata.as_ref()?;
        let grain = self.grains.get(metadata.first_grain as usize)?;
        self.grain_packets
            .get(grain.packets.0 as usize)
            .map(|packet| u64::from(*packet))
    }

    fn judge_times(&mut self, relations: &[Relations]) {
        let mut series = self.series(relations);
        self.judge_clocks(&series);
        self.judge_pairs(&series, relations);
        self.judge_renditions(&mut series, relations);
    }

    /// The series of all metadata flows whose times can be judged, and of the flows that they describe.
    fn series(&self, relations: &[Relations]) -> Series {
        let mut series = Series {
            grains: BTreeMap::new(),
            frames: BTreeMap::new(),
        };
        for &slot in self.table.public() {
            let Some(flow) = self.table.flows.get(slot as usize) else {
                continue;
            };
            if flow.stage != Stage::Dicom || self.nature(slot).hidden.has(Id::SyncUnpaired) {
                continue;
            }
            series.grains.insert(slot, Vec::new());
            if let Some(described) = relations.get(slot as usize).and_then(|r| r.describes) {
                series.frames.insert(described, Vec::new());
            }
        }
        let mut last: HashMap<u32, (u16, bool)> = HashMap::new();
        for (id, grain) in (0u64..).zip(self.grains.iter()) {
            let Some(ticks) = series.grains.get_mut(&grain.flow) else {
                continue;
            };
            let (first, end, is_reordered) = self.edges(grain);
            let before = last.insert(grain.flow, (end, grain.complete));
            ticks.push(Tick {
                id,
                rtp: grain.extended.cast_signed(),
                instant: grain.sync_ns,
                arrival: (grain.arrival_ns != NO_TIME).then_some(grain.arrival_ns),
                is_clean: grain.complete && !is_reordered,
                after_gap: before.is_some_and(|(end, is_whole)| !is_whole || first != end.wrapping_add(1)),
            });
        }
        if !series.frames.is_empty() {
            self.frames(&mut series.frames);
        }
        for ticks in series.grains.values_mut().chain(series.frames.values_mut()) {
            ticks.sort_by_key(|tick| tick.rtp);
        }
        series
    }

    /// Sequence numbers of the first and the last packet of a Grain, and whether one came late.
    fn edges(&self, grain: &GrainEntry) -> (u16, u16, bool) {
        let (start, count) = grain.packets;
        let entries = (start..start.saturating_add(count))
            .filter_map(|at| self.grain_packets.get(at as usize))
            .filter_map(|ordinal| self.entry(u64::from(*ordinal)));
        let mut edges = (0, 0, false);
        for (at, entry) in entries.enumerate() {
            if at == 0 {
                edges.0 = entry.sequence;
            }
            edges.1 = entry.sequence;
            edges.2 |= entry.flags & flags::REORDERED != 0;
        }
        edges
    }

    /// The frames of bulk flows, from the index of packets. Of audio a packet now and then.
    fn frames(&self, wanted: &mut BTreeMap<u32, Vec<Tick>>) {
        let mut slots: Vec<Option<bool>> = vec![None; self.table.flows.len()];
        for slot in wanted.keys() {
            let is_audio = self
                .table
                .flows
                .get(*slot as usize)
                .is_some_and(|flow| flow.kind() == FlowKind::Audio);
            if let Some(entry) = slots.get_mut(*slot as usize) {
                *entry = Some(is_audio);
            }
        }
        // Whether something is missing since the last frame.
        let mut gaps: HashMap<u32, bool> = HashMap::new();
        for (ordinal, entry) in (1u64..).zip(self.packets.iter()) {
            if entry.flow == NONE || entry.flags & flags::RTP == 0 || entry.flags & flags::DUPLICATE != 0 {
                continue;
            }
            let Some(is_audio) = slots.get(entry.flow as usize).copied().flatten() else {
                continue;
            };
            if entry.flags & flags::AFTER_GAP != 0 {
                gaps.insert(entry.flow, true);
            }
            let Some(ticks) = wanted.get_mut(&entry.flow) else {
                continue;
            };
            let rtp = match ticks.last() {
                Some(last) => last.rtp + i64::from(entry.rtp_timestamp.wrapping_sub(last.rtp as u32).cast_signed()),
                None => i64::from(entry.rtp_timestamp),
            };
            let arrival = (entry.time_ns != NO_TIME).then_some(entry.time_ns);
            let is_wanted = match ticks.last() {
                Some(last) if is_audio => match (last.arrival, arrival) {
                    (Some(before), Some(now)) => now.saturating_sub(before) >= AUDIO_STEP,
                    _ => rtp > last.rtp,
                },
                // What comes late is among what a gap before it covers.
                Some(last) => rtp > last.rtp,
                None => true,
            };
            if is_wanted {
                ticks.push(Tick {
                    id: ordinal,
                    rtp,
                    instant: None,
                    arrival,
                    is_clean: entry.flags & flags::REORDERED == 0,
                    after_gap: gaps.insert(entry.flow, false).unwrap_or(false),
                });
            }
        }
    }

    fn judge_clocks(&mut self, series: &Series) {
        for (&slot, ticks) in &series.grains {
            let Some(rate) = self.rate_of(slot) else { continue };
            let base = sync::time_base(ticks, rate);
            let found = sync::steps(&base, rate, &self.thresholds);
            for &(id, step) in &found {
                let message = || {
                    format!(
                        "expected a time base without steps over {} ms, found one of {:+.1} ms",
                        self.thresholds.sync_step_ms,
                        step as f64 / 1e6
                    )
                };
                let message = message();
                self.compare_grain(Id::SyncStep, slot, id, message);
            }
            if let Some((percent, seconds)) = sync::slowness(&base, &self.thresholds)
                && percent.abs() > self.thresholds.sync_rate_percent * (1.0 + 1e-6)
                && found.is_empty()
            {
                let how = if percent > 0.0 { "slow" } else { "fast" };
                let message = format!(
                    "expected a time base within {} % of the capture's, found it {:.4} % {how} over {seconds:.1} s",
                    self.thresholds.sync_rate_percent,
                    percent.abs()
                );
                let packet = self.first_packet(slot);
                self.findings
                    .compare(Id::SyncRate, Some(slot), None, packet.into_iter(), || message);
            }
        }
    }

    fn judge_pairs(&mut self, series: &Series, relations: &[Relations]) {
        for (&slot, grains) in &series.grains {
            let described = relations.get(slot as usize).and_then(|r| r.describes);
            let Some((described, frames)) = described.and_then(|d| Some((d, series.frames.get(&d)?))) else {
                continue;
            };
            let is_audio = self
                .table
                .flows
                .get(described as usize)
                .is_some_and(|f| f.kind() == FlowKind::Audio);
            let (Some(first), Some(other)) = (grains.first(), frames.first()) else {
                continue;
            };
            // Both unwrapped from anywhere: the frames are brought next to the Grains.
            let apart = i64::from((other.rtp as u32).wrapping_sub(first.rtp as u32).cast_signed());
            let shift = first.rtp + apart - other.rtp;
            let frames: Vec<Tick> = frames
                .iter()
                .map(|tick| Tick {
                    rtp: tick.rtp + shift,
                    ..*tick
                })
                .collect();
            let found = sync::unpaired(grains, &frames, is_audio);
            let number = self.table.number(described).unwrap_or_default();
            for &id in found.grains.iter().take(NAMED) {
                let message =
                    format!("expected the RTP timestamp of a frame of flow {number}, found one that none has");
                self.compare_grain(Id::SyncUnpaired, slot, id, message);
            }
            for &packet in &found.frames {
                let message = || format!("expected a Grain for each frame of flow {number}, found a frame without");
                self.findings
                    .compare(Id::SyncUnpaired, Some(slot), None, std::iter::once(packet), message);
            }
        }
    }

    fn judge_renditions(&mut self, series: &mut Series, relations: &[Relations]) {
        let mut renditions: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut instances: BTreeSet<(u32, &str)> = BTreeSet::new();
        for &slot in series.grains.keys() {
            let Some(&relation) = relations.get(slot as usize) else {
                continue;
            };
            let Some(rendition) = relation.rendition else { continue };
            // The second path of ST 2022-7 is no other flow of the rendition.
            let flow = self.table.flows.get(slot as usize);
            let instance = flow
                .and_then(|f| f.metadata.as_ref())
                .and_then(|m| m.sop_instance.as_deref());
            if !instances.insert((rendition, instance.unwrap_or_default())) && relation.restart_of.is_none() {
                continue;
            }
            let members = renditions.entry(rendition).or_default();
            members.insert(slot);
            if let Some(described) = relation
                .describes
                .filter(|described| series.frames.contains_key(described))
            {
                let (grains, rate) = (series.grains.get(&slot), self.rate_of(slot));
                let is_timed = match (grains, rate, series.frames.get_mut(&described)) {
                    (Some(grains), Some(rate), Some(frames)) => set_instants(grains, frames, rate),
                    _ => false,
                };
                if is_timed {
                    members.insert(described);
                }
            }
        }
        for members in renditions.values() {
            let of = |slot: &u32| series.grains.get(slot).or_else(|| series.frames.get(slot));
            let latency = |slot: &u32| Some((sync::latency(of(slot)?)?, *slot));
            let Some((_, reference)) = members.iter().filter_map(latency).min() else {
                continue;
            };
            for &slot in members.iter().filter(|slot| **slot != reference) {
                let (Some(ours), Some(theirs)) = (of(&slot), of(&reference)) else {
                    continue;
                };
                let rate = self.rate_of(slot).unwrap_or(90_000);
                let found = sync::offsets(ours, theirs, rate, &self.thresholds);
                let number = self.table.number(reference).unwrap_or_default();
                let is_grain = series.grains.contains_key(&slot);
                for (id, difference) in found.into_iter().take(NAMED) {
                    let message = format!(
                        "expected what belongs to one instant within {} ms, found it {:+.1} ms after flow {number}",
                        self.thresholds.sync_offset_ms,
                        difference as f64 / 1e6
                    );
                    if is_grain {
                        self.compare_grain(Id::SyncOffset, slot, id, message);
                    } else {
                        self.findings
                            .compare(Id::SyncOffset, Some(slot), None, std::iter::once(id), || message);
                    }
                }
            }
        }
    }

    /// The clock rate of a flow: of the SDP, else as its Grains show it.
    fn rate_of(&self, slot: u32) -> Option<u32> {
        let flow = self.table.flows.get(slot as usize)?;
        flow.metadata.as_ref()?.rules.rate()
    }

    /// A Grain breaks a rule together with another flow.
    fn compare_grain(&mut self, id: Id, slot: u32, grain: u64, message: String) {
        let Some(entry) = self.grains.get_mut(grain as usize) else {
            return;
        };
        entry.compared = entry.compared.saturating_add(1);
        let (index, (start, count)) = (entry.index, entry.packets);
        let packets = (start..start.saturating_add(count))
            .filter_map(|at| self.grain_packets.get(at as usize))
            .map(|ordinal| u64::from(*ordinal));
        self.findings.compare(id, Some(slot), Some(index), packets, || message);
    }
}

/// Gives the frames of a bulk flow the instants that the Grains of its metadata flow tell; `false` if they tell none.
fn set_instants(grains: &[Tick], frames: &mut [Tick], rate: u32) -> bool {
    let Some((known, instant)) = grains.iter().find_map(|tick| Some((tick, tick.instant?))) else {
        return false;
    };
    let Some(first) = frames.first().map(|tick| tick.rtp) else {
        return false;
    };
    let apart = i64::from((first as u32).wrapping_sub(known.rtp as u32).cast_signed());
    for tick in frames {
        let ticks = i128::from(tick.rtp - first + apart);
        let ns = ticks * 1_000_000_000 / i128::from(rate.max(1));
        tick.instant = i64::try_from(i128::from(instant) + ns).ok();
    }
    true
}
