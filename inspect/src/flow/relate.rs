//! How flows relate: which audio or video flow a metadata flow describes, which rendition refers to it, which device sends it.

use core::net::IpAddr;
use std::collections::{BTreeMap, HashSet};

use super::state::{FlowState, Stage};
use super::table::FlowTable;
use crate::model::FlowKind;

/// Frames of a bulk flow that are compared with the Grains of a metadata flow.
const FRAMES: usize = 4096;

/// The relations of one flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relations {
    /// Slot of the flow that it describes.
    pub(crate) describes: Option<u32>,
    /// Slot of the rendition flow that refers to it.
    pub(crate) rendition: Option<u32>,
    /// Number of the device that sends it.
    pub(crate) device: Option<u32>,
}

/// The relations of all flows, by slot.
pub(crate) fn relations(table: &FlowTable) -> Vec<Relations> {
    let mut relations = vec![Relations::default(); table.flows.len()];
    let mut devices: BTreeMap<IpAddr, u32> = BTreeMap::new();
    for &slot in table.public() {
        let Some(flow) = table.flows.get(slot as usize) else {
            continue;
        };
        let next = devices.len() as u32;
        let device = flow
            .kind()
            .is_rtp()
            .then(|| *devices.entry(flow.key.source.addr).or_insert(next));
        let describes = if flow.stage == Stage::Dicom {
            described(table, flow)
        } else {
            None
        };
        if let Some(relation) = relations.get_mut(slot as usize) {
            relation.device = device;
            relation.describes = describes;
        }
    }
    for &slot in table.public() {
        let Some(metadata) = table.flows.get(slot as usize).and_then(|f| f.metadata.as_ref()) else {
            continue;
        };
        if metadata.refers_to.is_empty() {
            continue;
        }
        let referred: HashSet<&str> = metadata.refers_to.iter().map(String::as_str).collect();
        for &other in table.public() {
            let instance = table
                .flows
                .get(other as usize)
                .and_then(|f| f.metadata.as_ref()?.sop_instance.as_deref());
            if other != slot
                && instance.is_some_and(|instance| referred.contains(instance))
                && let Some(relation) = relations.get_mut(other as usize)
            {
                relation.rendition = Some(slot);
            }
        }
    }
    relations
}

/// The slot of the bulk flow that a metadata flow describes: the one whose identifiers the static part names, else the one
/// of the same sender and kind that shares most RTP timestamps; none where two share equally many.
fn described(table: &FlowTable, flow: &FlowState) -> Option<u32> {
    let metadata = flow.metadata.as_ref()?;
    let wanted = match flow.kind() {
        FlowKind::DicomVideo => FlowKind::Video,
        FlowKind::DicomAudio => FlowKind::Audio,
        _ => return None,
    };
    let bulk = || {
        table.public().iter().filter_map(|&slot| {
            let other = table.flows.get(slot as usize)?;
            matches!(other.stage, Stage::Bulk | Stage::Undecided).then_some((slot, other))
        })
    };
    let named = |other: &FlowState| {
        let identity = other.bulk_identity;
        metadata.described.iter().any(|d| {
            d.flow_id.is_some() && d.flow_id == identity.1 && (d.source_id == identity.0 || identity.0.is_none())
        })
    };
    if let Some((slot, _)) = bulk().find(|(_, other)| named(other)) {
        return Some(slot);
    }
    let timestamps: HashSet<u32> = metadata.timestamps.iter().copied().collect();
    let shared = |other: &FlowState| match wanted {
        FlowKind::Audio => timestamps.iter().filter(|&&t| other.frames.covers(t)).count(),
        _ => other
            .frames
            .list
            .iter()
            .take(FRAMES)
            .filter(|(t, _)| timestamps.contains(t))
            .count(),
    };
    let is_alike = |other: &FlowState| other.key.source.addr == flow.key.source.addr && other.kind() == wanted;
    let mut best: Option<(usize, u32)> = None;
    let mut tie = false;
    for (slot, other) in bulk().filter(|(_, other)| is_alike(other)) {
        let count = shared(other);
        match best {
            Some((most, _)) if count == most => tie = true,
            Some((most, _)) if count < most => {}
            _ => {
                best = Some((count, slot));
                tie = false;
            }
        }
    }
    best.filter(|(count, _)| *count > 0 && !tie).map(|(_, slot)| slot)
}
