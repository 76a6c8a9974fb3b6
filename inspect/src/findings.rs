//! Findings: where a rule does not hold. One record per rule and flow, however often it happens.

use std::cell::Ref;
use std::collections::BTreeMap;

use crate::flow::state::{FlowState, Stage};
use crate::model::{Finding, Flow, Occurrence, Severity};
use crate::rules::ledger::{Nature, applicable};
use crate::rules::{Accepted, Id, RuleSet};
use crate::session::Session;

/// Occurrences that are kept of one finding; the rest is counted.
const OCCURRENCES: usize = 16;

/// Packets that one occurrence names.
pub(crate) const PACKETS: usize = 16;

/// Where one rule does not hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) count: u64,
    pub(crate) occurrences: Vec<Occurrence>,
    pub(crate) message: String,
}

impl Record {
    /// One more time.
    pub(crate) fn add(&mut self, grain: Option<u32>, packets: impl Iterator<Item = u64>) {
        self.count += 1;
        if self.occurrences.len() < OCCURRENCES {
            let packets = packets.take(PACKETS).collect();
            self.occurrences.push(Occurrence { grain, packets });
        }
    }

    /// Takes in another record of the same rule and flow.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.occurrences.extend(other.occurrences.iter().cloned());
        self.occurrences.sort_by_key(|occurrence| occurrence.grain);
        self.occurrences.truncate(OCCURRENCES);
    }

    /// Whether it has nothing yet, or begins after the other.
    pub(crate) fn is_later_than(&self, other: &Self) -> bool {
        let first = |record: &Self| record.occurrences.first().and_then(|occurrence| occurrence.grain);
        self.count == 0 || first(self) > first(other)
    }
}

/// The findings that are no matter of single Grains, and those that come of comparing flows.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// By rule and slot of the flow.
    direct: BTreeMap<(Id, Option<u32>), Record>,
    /// Of the last comparison of flows.
    pub(crate) compared: BTreeMap<(Id, Option<u32>), Record>,
    /// What is merely worth knowing, though its rule has another severity.
    pub(crate) remarks: Vec<(Id, String)>,
}

impl Findings {
    /// A rule does not hold once more. The message is made for the first occurrence only.
    pub(crate) fn add(
        &mut self,
        id: Id,
        slot: u32,
        grain: Option<u32>,
        packets: impl Iterator<Item = u64>,
        message: impl FnOnce() -> String,
    ) {
        add(&mut self.direct, id, Some(slot), grain, packets, message);
    }

    /// The same of comparing flows.
    pub(crate) fn compare(
        &mut self,
        id: Id,
        slot: Option<u32>,
        grain: Option<u32>,
        packets: impl Iterator<Item = u64>,
        message: impl FnOnce() -> String,
    ) {
        add(&mut self.compared, id, slot, grain, packets, message);
    }
}

fn add(
    records: &mut BTreeMap<(Id, Option<u32>), Record>,
    id: Id,
    slot: Option<u32>,
    grain: Option<u32>,
    packets: impl Iterator<Item = u64>,
    message: impl FnOnce() -> String,
) {
    let record = records.entry((id, slot)).or_insert_with(|| Record {
        message: message(),
        ..Record::default()
    });
    record.add(grain, packets);
}

/// The findings as they are listed, until the capture grows.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    made_of: Option<(usize, bool)>,
    findings: Vec<Finding>,
}

impl Session {
    /// All findings, gravest first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.listed().findings.clone()
    }

    /// Findings of severities E, W, I that nobody accepted.
    pub(crate) fn finding_counts(&self) -> [u32; 3] {
        count(self.listed().findings.iter())
    }

    /// The same of one flow, by its public number.
    pub(crate) fn flow_finding_counts(&self, flow: u32) -> [u32; 3] {
        count(
            self.listed()
                .findings
                .iter()
                .filter(|finding| finding.flow == Some(flow)),
        )
    }

    /// What a flow is, as far as rules depend on it.
    pub(crate) fn nature(&self, slot: u32) -> Nature {
        let Some(flow) = self.table.flows.get(slot as usize) else {
            return Nature::default();
        };
        let metadata = flow.metadata.as_deref().filter(|_| flow.stage == Stage::Dicom);
        Nature {
            kind: metadata.and_then(|metadata| metadata.kind()),
            iod: metadata.and_then(|metadata| metadata.iod()),
            rate: metadata.and_then(|metadata| metadata.rules.stated.rate),
            hidden: self.hidden(slot, flow),
        }
    }

    /// Rules that a finding of the whole flow silences.
    fn hidden(&self, slot: u32, flow: &FlowState) -> RuleSet {
        const SYNC: RuleSet = RuleSet::of(&[Id::SyncUnpaired, Id::SyncOffset, Id::SyncRate, Id::SyncStep]);
        const SDP: RuleSet = RuleSet::of(&[Id::SdpClockRate, Id::SdpTsRefclk, Id::SdpExtmap, Id::SdpMismatch]);
        let found = |id| self.findings.compared.contains_key(&(id, Some(slot)));
        let mut hidden = RuleSet::EMPTY;
        if found(Id::SdpMedia) {
            hidden = hidden.and(SDP);
        }
        if found(Id::SdpClockRate) && !hidden.has(Id::SdpClockRate) {
            hidden = hidden
                .and(SYNC)
                .and(RuleSet::of(&[Id::MetaSamplingRate, Id::Timestamp]));
        }
        if found(Id::SdpExtmap) && !hidden.has(Id::SdpExtmap) {
            hidden.add(Id::IdentityMissing);
        }
        if found(Id::SyncStep) {
            hidden.add(Id::SyncRate);
        }
        let view = flow.sdp.and_then(|section| self.descriptions.view(section));
        if flow.stage != Stage::Dicom && !view.is_some_and(|view| view.is_st2110()) {
            hidden.add(Id::UdpSize);
        }
        hidden
    }

    fn listed(&self) -> Ref<'_, Listed> {
        let state = Some((self.packets.len(), self.is_finished()));
        if self.listing.borrow().made_of != state {
            *self.listing.borrow_mut() = Listed {
                made_of: state,
                findings: self.list_findings(),
            };
        }
        self.listing.borrow()
    }

    fn list_findings(&self) -> Vec<Finding> {
        let mut found: BTreeMap<(Severity, Id, Option<u32>), Record> = BTreeMap::new();
        for &slot in self.table.public() {
            let nature = self.nature(slot);
            let Some(flow) = self.table.flows.get(slot as usize) else {
                continue;
            };
            if let Some(metadata) = flow.metadata.as_ref().filter(|_| flow.stage == Stage::Dicom) {
                for (id, mut record) in metadata.rules.ledger.list(&nature) {
                    if is_of_header(id) {
                        for occurrence in &mut record.occurrences {
                            occurrence.packets.truncate(1);
                        }
                    }
                    found.insert((id.rule().severity, id, Some(slot)), record);
                }
            }
            if let Some(record) = flow.oversize.as_ref().filter(|_| !nature.hidden.has(Id::UdpSize)) {
                found.insert((Severity::E, Id::UdpSize, Some(slot)), record.as_ref().clone());
            }
        }
        for (&(id, slot), record) in self.findings.direct.iter().chain(&self.findings.compared) {
            let nature = slot.map(|slot| self.nature(slot)).unwrap_or_default();
            let is_shown = slot.is_none_or(|slot| {
                self.table
                    .flows
                    .get(slot as usize)
                    .is_some_and(|flow| flow.number.is_some())
            });
            let own = RuleSet::of(&[id]);
            if is_shown && (slot.is_none() || !applicable(own, nature.kind).without(nature.hidden).is_empty()) {
                found
                    .entry((id.rule().severity, id, slot))
                    .or_default()
                    .clone_from(record);
            }
        }
        let flows = if self.accepts.is_empty() {
            Vec::new()
        } else {
            self.bare_flows()
        };
        let mut list: Vec<Finding> = found
            .into_iter()
            .map(|((severity, id, slot), record)| {
                let mut record = record;
                // Between Grains it is the packet after a gap that matters, not its Grain.
                if id != Id::Loss {
                    self.name_grains(slot, &mut record.occurrences);
                }
                self.finding(
                    severity,
                    id,
                    slot.and_then(|slot| self.table.number(slot)),
                    record,
                    &flows,
                )
            })
            .collect();
        list.extend(self.findings.remarks.iter().map(|(id, message)| {
            let record = Record {
                count: 1,
                message: message.clone(),
                ..Record::default()
            };
            self.finding(Severity::I, *id, None, record, &flows)
        }));
        list
    }

    fn finding(&self, severity: Severity, id: Id, flow: Option<u32>, record: Record, flows: &[Flow]) -> Finding {
        let rule = id.rule();
        let first = record.occurrences.first();
        let known = flow.and_then(|flow| flows.get(flow as usize));
        let accepted = self
            .accepts
            .iter()
            .find(|accepted| accepted.rule == rule.id && is_for(accepted, known));
        Finding {
            rule: rule.id.to_owned(),
            severity,
            flow,
            grain: first.and_then(|occurrence| occurrence.grain),
            packets: first.map(|occurrence| occurrence.packets.clone()).unwrap_or_default(),
            clause: rule.clause.to_owned(),
            count: record.count,
            message: record.message,
            accepted: accepted.map(|accepted| accepted.reason.clone()),
            occurrences: record.occurrences,
        }
    }

    /// Names the Grains of occurrences that only name packets.
    fn name_grains(&self, slot: Option<u32>, occurrences: &mut [Occurrence]) {
        for occurrence in occurrences.iter_mut().filter(|occurrence| occurrence.grain.is_none()) {
            let grain = occurrence
                .packets
                .first()
                .and_then(|packet| self.entry(*packet))
                .and_then(|entry| self.grains.get(entry.grain as usize));
            occurrence.grain = grain.filter(|grain| Some(grain.flow) == slot).map(|grain| grain.index);
        }
    }
}

/// Whether a finding rests on the first packet of its Grain alone.
const fn is_of_header(id: Id) -> bool {
    matches!(
        id,
        Id::ExtensionMissing
            | Id::ExtensionProfile
            | Id::IdentityMissing
            | Id::PayloadType
            | Id::PayloadTypeDiscouraged
            | Id::Timestamp
    )
}

/// Whether an accepted deviation is meant for this flow.
fn is_for(accepted: &Accepted, flow: Option<&Flow>) -> bool {
    let Some(wanted) = &accepted.flow else { return true };
    let Some(flow) = flow else { return false };
    flow.id.to_string() == *wanted
        || flow.source == *wanted
        || flow.destination == *wanted
        || flow.flow_id.as_ref() == Some(wanted)
        || flow.kind.as_str() == wanted
}

fn count<'a>(findings: impl Iterator<Item = &'a Finding>) -> [u32; 3] {
    let mut counts = [0; 3];
    for finding in findings.filter(|finding| finding.accepted.is_none()) {
        counts[finding.severity as usize] += 1;
    }
    counts
}
