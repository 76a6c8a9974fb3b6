//! How flows relate: which audio or video flow a metadata flow describes, which rendition refers to it, which device sends
//! it, and which flow it goes on from.

use core::net::IpAddr;
use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::state::{FlowState, Stage};
use super::table::{FlowTable, Key};
use crate::index::NO_TIME;
use crate::model::FlowKind;

/// Frames of a bulk flow that are compared with the Grains of a metadata flow.
const FRAMES: usize = 4096;

/// Flows that share one RTP timestamp, or one sender, and are told apart. A hostile capture has any number.
const ALIKE: usize = 64;

/// The relations of one flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relations {
    /// Slot of the flow that it describes.
    pub(crate) describes: Option<u32>,
    /// Slot of the rendition flow that refers to it.
    pub(crate) rendition: Option<u32>,
    /// Slot of the flow that it goes on from.
    pub(crate) restart_of: Option<u32>,
    /// Number of the device that sends it.
    pub(crate) device: Option<u32>,
}

/// The relations of all flows, by slot.
pub(crate) fn relations(table: &FlowTable) -> Vec<Relations> {
    let mut relations = vec![Relations::default(); table.flows.len()];
    let mut devices: BTreeMap<IpAddr, u32> = BTreeMap::new();
    let mut latest: HashMap<Key, u32> = HashMap::new();
    let bulk = Bulk::new(table);
    for (slot, flow) in shown(table) {
        let next = devices.len() as u32;
        let Some(relation) = relations.get_mut(slot as usize) else {
            continue;
        };
        if flow.kind().is_rtp() {
            relation.device = Some(*devices.entry(flow.key.source.addr).or_insert(next));
        }
        if flow.stage == Stage::Dicom {
            relation.describes = bulk.described(table, flow);
        }
        if flow.rtp.is_some() {
            let before = latest.insert(flow.key, slot);
            let ended = |before: &u32| table.flows.get(*before as usize).is_some_and(|b| precedes(b, flow));
            relation.restart_of = before.filter(ended);
        }
    }
    let mut instances: HashMap<&str, Vec<u32>> = HashMap::new();
    for (slot, flow) in shown(table) {
        if let Some(instance) = flow.metadata.as_ref().and_then(|m| m.sop_instance.as_deref()) {
            instances.entry(instance).or_default().push(slot);
        }
    }
    for (slot, flow) in shown(table) {
        let Some(metadata) = &flow.metadata else { continue };
        for referred in &metadata.refers_to {
            // Each instance is looked up once, so that many renditions of many flows stay cheap.
            let slots = instances.get(referred.as_str()).map_or(&[][..], Vec::as_slice);
            for other in slots.iter().take(ALIKE).filter(|other| **other != slot) {
                if let Some(relation) = relations.get_mut(*other as usize) {
                    relation.rendition = Some(slot);
                }
            }
        }
    }
    relations
}

fn shown(table: &FlowTable) -> impl Iterator<Item = (u32, &FlowState)> {
    table
        .public()
        .iter()
        .filter_map(|&slot| Some((slot, table.flows.get(slot as usize)?)))
}

/// Whether a flow ended before another began.
fn precedes(before: &FlowState, after: &FlowState) -> bool {
    before.last_ns != NO_TIME && after.first_ns != NO_TIME && before.last_ns <= after.first_ns
}

/// The flows that metadata flows can describe, by what they are found with.
struct Bulk {
    by_flow_id: HashMap<Uuid, Vec<u32>>,
    by_timestamp: HashMap<(IpAddr, u32), Vec<u32>>,
    audio: HashMap<IpAddr, Vec<u32>>,
}

impl Bulk {
    fn new(table: &FlowTable) -> Self {
        let mut bulk = Self {
            by_flow_id: HashMap::new(),
            by_timestamp: HashMap::new(),
            audio: HashMap::new(),
        };
        let all = shown(table).filter(|(_, flow)| matches!(flow.stage, Stage::Bulk | Stage::Undecided));
        for (slot, flow) in all {
            if let Some(id) = flow.bulk_identity.1 {
                push(&mut bulk.by_flow_id, id, slot);
            }
            let sender = flow.key.source.addr;
            match flow.kind() {
                FlowKind::Video => {
                    for (timestamp, _) in flow.frames.list.iter().take(FRAMES) {
                        push(&mut bulk.by_timestamp, (sender, *timestamp), slot);
                    }
                }
                FlowKind::Audio => push(&mut bulk.audio, sender, slot),
                _ => {}
            }
        }
        bulk
    }

    /// The slot of the bulk flow that a metadata flow describes: the one whose identifiers the static part names, else the
    /// one of the same sender and kind that shares most RTP timestamps; none where two share equally many.
    fn described(&self, table: &FlowTable, flow: &FlowState) -> Option<u32> {
        let metadata = flow.metadata.as_ref()?;
        let sender = flow.key.source.addr;
        for described in &metadata.described {
            let Some(id) = described.flow_id else { continue };
            let slots = self.by_flow_id.get(&id).map_or(&[][..], Vec::as_slice);
            let is_it = |slot: &&u32| {
                let source = table.flows.get(**slot as usize).and_then(|other| other.bulk_identity.0);
                source.is_none() || source == described.source_id
            };
            if let Some(&slot) = slots.iter().find(is_it) {
                return Some(slot);
            }
        }
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        // Without a SOP class that is known nobody can say what it describes.
        match metadata.kind().unwrap_or(FlowKind::Rtp) {
            FlowKind::DicomVideo => {
                let mut timestamps = metadata.timestamps.clone();
                timestamps.sort_unstable();
                timestamps.dedup();
                for timestamp in timestamps {
                    for slot in self.by_timestamp.get(&(sender, timestamp)).into_iter().flatten() {
                        *shared.entry(*slot).or_default() += 1;
                    }
                }
            }
            FlowKind::DicomAudio => {
                for slot in self.audio.get(&sender).into_iter().flatten() {
                    let Some(other) = table.flows.get(*slot as usize) else {
                        continue;
                    };
                    let covered = metadata.timestamps.iter().filter(|t| other.frames.covers(**t)).count();
                    shared.insert(*slot, covered as u32);
                }
            }
            _ => {}
        }
        let most = shared.values().copied().max().filter(|most| *most > 0)?;
        let mut best = shared.iter().filter(|(_, count)| **count == most);
        let (slot, _) = best.next()?;
        // The two paths of ST 2022-7 are one flow.
        let ssrc = |slot: &u32| {
            table
                .flows
                .get(*slot as usize)
                .and_then(|flow| flow.rtp)
                .map(|(ssrc, _)| ssrc)
        };
        best.all(|(other, _)| ssrc(other) == ssrc(slot)).then_some(*slot)
    }
}

fn push<K: Eq + std::hash::Hash>(map: &mut HashMap<K, Vec<u32>>, key: K, slot: u32) {
    let list = map.entry(key).or_default();
    if list.len() < ALIKE && list.last() != Some(&slot) {
        list.push(slot);
    }
}
