//! Findings: where a rule does not hold. One record per rule and flow, however often it happens.

use std::collections::BTreeMap;

use crate::model::{Finding, Occurrence, Severity};
use crate::session::Session;

/// Occurrences that are kept of one finding; the rest is counted.
const OCCURRENCES: usize = 16;

/// Packets that one occurrence names.
const PACKETS: usize = 16;

/// What a rule is, for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleText {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    pub(crate) clause: &'static str,
}

/// Lost, reordered and duplicate packets are known from the sequence numbers alone.
pub(crate) const LOSS: RuleText = RuleText {
    id: "rtp.loss",
    severity: Severity::W,
    clause: "RFC 3550 5.1",
};

/// The findings of a session.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// By severity, rule and slot of the flow, so that the gravest come first.
    records: BTreeMap<(Severity, &'static str, Option<u32>), Record>,
}

#[derive(Debug)]
struct Record {
    rule: RuleText,
    count: u64,
    occurrences: Vec<Occurrence>,
    message: String,
}

impl Findings {
    /// A rule does not hold once more. The message is made for the first occurrence only.
    pub(crate) fn add(
        &mut self,
        rule: RuleText,
        slot: Option<u32>,
        grain: Option<u32>,
        packets: &[u64],
        message: impl FnOnce() -> String,
    ) {
        let record = self
            .records
            .entry((rule.severity, rule.id, slot))
            .or_insert_with(|| Record {
                rule,
                count: 0,
                occurrences: Vec::new(),
                message: message(),
            });
        record.count += 1;
        if record.occurrences.len() < OCCURRENCES {
            let packets = packets.iter().copied().take(PACKETS).collect();
            record.occurrences.push(Occurrence { grain, packets });
        }
    }
}

impl Session {
    /// All findings, gravest first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let one = |(&(severity, id, slot), record): (&(Severity, &'static str, Option<u32>), &Record)| {
            let first = record.occurrences.first();
            Finding {
                rule: id.to_owned(),
                severity,
                flow: slot.and_then(|slot| self.table.number(slot)),
                grain: first.and_then(|o| o.grain),
                packets: first.map(|o| o.packets.clone()).unwrap_or_default(),
                clause: record.rule.clause.to_owned(),
                count: record.count,
                occurrences: record.occurrences.clone(),
                message: record.message.clone(),
            }
        };
        self.findings.records.iter().map(one).collect()
    }

    /// Records of severities E, W, I.
    pub(crate) fn finding_counts(&self) -> [u32; 3] {
        self.count_findings(|_| true)
    }

    /// The same of one flow.
    pub(crate) fn flow_finding_counts(&self, slot: u32) -> [u32; 3] {
        self.count_findings(|of| of == Some(slot))
    }

    fn count_findings(&self, is_wanted: impl Fn(Option<u32>) -> bool) -> [u32; 3] {
        let mut counts = [0; 3];
        for (severity, _, slot) in self.findings.records.keys() {
            if is_wanted(*slot) {
                match severity {
                    Severity::E => counts[0] += 1,
                    Severity::W => counts[1] += 1,
                    Severity::I => counts[2] += 1,
                }
            }
        }
        counts
    }
}
