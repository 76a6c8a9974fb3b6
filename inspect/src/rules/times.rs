//! The times of all flows as series, and what [`sync`] finds in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Id;
use super::sync::{self, Tick};
use crate::flow::relate::Relations;
use crate::flow::state::Stage;
use crate::index::{GrainEntry, NO_TIME, NONE, flags};
use crate::model::FlowKind;
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
    /// Compares the times of flows.
    pub(super) fn judge_times(&mut self, relations: &[Relations]) {
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
