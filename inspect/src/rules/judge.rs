//! Flows against each other, and against the session descriptions: what only the whole capture tells.

use std::collections::{BTreeSet, HashMap};

use super::Id;
use super::sdp::{LoneFlow, LoneSection, check, check_rate, pair};
use crate::flow::relate::{Relations, relations};
use crate::flow::state::Stage;
use crate::model::FlowKind;
use crate::sdp::{addresses, kind};
use crate::session::Session;

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
        if metadata.kind() == Some(FlowKind::DicomRendition) {
            // It describes no single flow: its own time stamps show the rate.
            return metadata.measured_rate().into_iter().collect();
        }
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
    pub(super) fn first_packet(&self, slot: u32) -> Option<u64> {
        let metadata = self.table.flows.get(slot as usize)?.metadata.as_ref()?;
        let grain = self.grains.get(metadata.first_grain as usize)?;
        self.grain_packets
            .get(grain.packets.0 as usize)
            .map(|packet| u64::from(*packet))
    }

    /// The clock rate of a flow: of the SDP, else as its Grains show it.
    pub(super) fn rate_of(&self, slot: u32) -> Option<u32> {
        let flow = self.table.flows.get(slot as usize)?;
        flow.metadata.as_ref()?.rules.rate()
    }

    /// A Grain breaks a rule together with another flow.
    pub(super) fn compare_grain(&mut self, id: Id, slot: u32, grain: u64, message: String) {
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
