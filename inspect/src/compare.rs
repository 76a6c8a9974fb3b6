//! What changed from one capture to another: flows, rates, attributes, findings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attribute::keyword;
use crate::model::{Finding, Flow, Severity};
use dicom_rtv::Tag;

/// Rates that differ by less are the same: 2 %.
const SAME: f64 = 0.02;

/// Bytes of a value that are shown.
const SHOWN: usize = 60;

/// One side of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The flows.
    pub flows: Vec<Flow>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The latest static and the latest dynamic data set of each metadata flow, in the DICOM JSON model.
    pub data_sets: BTreeMap<u32, Vec<String>>,
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Flows that both have, with what changed in them; those without a change are here as well.
    pub flows: Vec<FlowChange>,
    /// Flows of the first only.
    pub gone: Vec<String>,
    /// Flows of the second only.
    pub new: Vec<String>,
    /// Findings that differ, those of no flow included.
    pub findings: Vec<Change>,
}

/// What changed in one flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowChange {
    /// Its number in the first and in the second.
    pub ids: (u32, u32),
    /// What it is, in a few words.
    pub name: String,
    /// Figures: packets a second, lost packets.
    pub rates: Vec<Change>,
    /// Addresses and identifiers.
    pub identity: Vec<Change>,
    /// Attributes of the latest data sets, by path.
    pub attributes: Vec<Change>,
}

/// One value that differs. `None` where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is.
    pub name: String,
    /// In the first.
    pub a: Option<String>,
    /// In the second.
    pub b: Option<String>,
}

impl Comparison {
    /// Compares two captures.
    #[must_use]
    pub fn of(a: &Side, b: &Side) -> Self {
        let pairs = pairs(&a.flows, &b.flows);
        let mut comparison = Self::default();
        for (one, other) in &pairs {
            let mut change = FlowChange {
                ids: (one.id, other.id),
                name: name(one),
                rates: rates(one, other),
                identity: identity(one, other),
                attributes: Vec::new(),
            };
            change.attributes = differences(&attributes(a, one.id), &attributes(b, other.id));
            comparison.flows.push(change);
        }
        let is_paired = |flow: &Flow, second: bool| {
            pairs
                .iter()
                .any(|(one, other)| flow.id == if second { other.id } else { one.id })
        };
        comparison.gone = a
            .flows
            .iter()
            .filter(|flow| !is_paired(flow, false))
            .map(name)
            .collect();
        comparison.new = b.flows.iter().filter(|flow| !is_paired(flow, true)).map(name).collect();
        comparison.findings = findings(a, b, &pairs);
        comparison
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let same = |flow: &FlowChange| flow.rates.is_empty() && flow.identity.is_empty() && flow.attributes.is_empty();
        self.gone.is_empty() && self.new.is_empty() && self.findings.is_empty() && self.flows.iter().all(same)
    }
}

/// Flows of both that are the same: by kind and the best of Flow Identifier, SOP Instance, destination and payload type, or
/// order.
fn pairs<'f>(a: &'f [Flow], b: &'f [Flow]) -> Vec<(&'f Flow, &'f Flow)> {
    type Same = fn(&Flow, &Flow) -> bool;
    const TESTS: [Same; 4] = [
        |a, b| a.flow_id.is_some() && a.flow_id == b.flow_id && a.destination == b.destination,
        |a, b| a.source == b.source && a.destination == b.destination && a.payload_type == b.payload_type,
        |a, b| a.destination == b.destination && a.payload_type == b.payload_type,
        |a, b| a.kind.is_rtp() && a.payload_type == b.payload_type,
    ];
    let mut pairs: Vec<(&Flow, &Flow)> = Vec::new();
    for test in TESTS {
        for one in a {
            let is_taken =
                |flow: &Flow, second: bool| pairs.iter().any(|(x, y)| flow.id == if second { y.id } else { x.id });
            if is_taken(one, false) {
                continue;
            }
            let other = b
                .iter()
                .find(|other| other.kind == one.kind && !is_taken(other, true) && test(one, other));
            if let Some(other) = other {
                pairs.push((one, other));
            }
        }
    }
    pairs.sort_by_key(|(one, _)| one.id);
    pairs
}

fn name(flow: &Flow) -> String {
    format!("flow {} {} to {}", flow.id, flow.kind.as_str(), flow.destination)
}

/// A figure of a flow by name.
type Figure<T> = (&'static str, fn(&Flow) -> T);

/// What each of the two captures has.
type Sides = (Option<String>, Option<String>);

fn rates(a: &Flow, b: &Flow) -> Vec<Change> {
    let per_second = |n: u64, flow: &Flow| {
        let seconds = (flow.last_ns? - flow.first_ns?) as f64 / 1e9;
        (seconds > 0.0 && n > 1).then(|| (n - 1) as f64 / seconds)
    };
    let mut out = Vec::new();
    let figures: [Figure<u64>; 3] = [
        ("packets a second", |flow| flow.packets),
        ("Grains a second", |flow| flow.grains),
        ("bytes a second", |flow| flow.bytes),
    ];
    for (what, figure) in figures {
        let (one, other) = (per_second(figure(a), a), per_second(figure(b), b));
        let is_same = match (one, other) {
            (Some(one), Some(other)) => (one - other).abs() <= SAME * one.max(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !is_same {
            let text = |value: Option<f64>| value.map(|value| format!("{value:.2}"));
            out.push(change(what, text(one), text(other)));
        }
    }
    let counts: [Figure<u64>; 3] = [
        ("lost packets", |flow| flow.lost),
        ("reordered packets", |flow| flow.reordered),
        ("duplicate packets", |flow| flow.duplicates),
    ];
    for (what, count) in counts {
        if count(a) != count(b) {
            out.push(change(what, Some(count(a).to_string()), Some(count(b).to_string())));
        }
    }
    out
}

fn identity(a: &Flow, b: &Flow) -> Vec<Change> {
    let rows: [Figure<Option<String>>; 9] = [
        ("source", |f| Some(f.source.clone())),
        ("destination", |f| Some(f.destination.clone())),
        ("SSRC", |f| f.ssrc.map(|ssrc| format!("{ssrc:#010x}"))),
        ("payload type", |f| f.payload_type.map(|pt| pt.to_string())),
        ("clock rate", |f| f.clock_rate.map(|rate| rate.to_string())),
        ("Source Identifier", |f| f.source_id.clone()),
        ("Flow Identifier", |f| f.flow_id.clone()),
        ("SOP Class", |f| {
            f.sop_class_name.clone().or_else(|| f.sop_class.clone())
        }),
        ("SOP Instance", |f| f.sop_instance.clone()),
    ];
    let changed = rows.iter().filter(|(_, value)| value(a) != value(b));
    changed.map(|(what, value)| change(what, value(a), value(b))).collect()
}

fn findings(a: &Side, b: &Side, pairs: &[(&Flow, &Flow)]) -> Vec<Change> {
    let describe = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::E => "E",
            Severity::W => "W",
            Severity::I => "I",
        };
        format!("{severity}, {} times", finding.count)
    };
    // By rule and the flow's number in the first capture.
    let mut rows: BTreeMap<(String, Option<String>), Sides> = BTreeMap::new();
    for finding in &a.findings {
        let flow = finding.flow.map(|id| format!("{id}"));
        rows.entry((finding.rule.clone(), flow)).or_default().0 = Some(describe(finding));
    }
    for finding in &b.findings {
        let flow = finding
            .flow
            .map(|id| match pairs.iter().find(|(_, other)| other.id == id) {
                Some((one, _)) => format!("{}", one.id),
                None => format!("{id} of the second"),
            });
        rows.entry((finding.rule.clone(), flow)).or_default().1 = Some(describe(finding));
    }
    rows.into_iter()
        .filter(|(_, (a, b))| a != b)
        .map(|((rule, flow), (a, b))| {
            let place = flow.map_or_else(String::new, |flow| format!(", flow {flow}"));
            change(&format!("{rule}{place}"), a, b)
        })
        .collect()
}

fn attributes(side: &Side, flow: u32) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for text in side.data_sets.get(&flow).into_iter().flatten() {
        if let Ok(set) = serde_json::from_str::<Value>(text) {
            flatten(&set, "", &mut out);
        }
    }
    out
}

/// The values of a data set in the DICOM JSON model by path.
fn flatten(set: &Value, path: &str, out: &mut BTreeMap<String, String>) {
    let Some(members) = set.as_object() else { return };
    for (key, element) in members {
        let name = Tag::from_hex(key).map_or_else(|| key.clone(), keyword);
        let path = format!("{path}{name}");
        let is_sequence = element.get("vr").and_then(Value::as_str) == Some("SQ");
        match element.get("Value").and_then(Value::as_array) {
            Some(items) if is_sequence => {
                for (i, item) in items.iter().enumerate() {
                    flatten(item, &format!("{path}[{i}]."), out);
                }
            }
            Some(values) => {
                let texts: Vec<String> = values.iter().map(plain).collect();
                out.insert(path, texts.join("\\"));
            }
            None => {
                let inline = element.get("InlineBinary").and_then(Value::as_str).unwrap_or_default();
                out.insert(path, inline.to_owned());
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(name) => {
            let groups: Vec<&str> = ["Alphabetic", "Ideographic", "Phonetic"]
                .iter()
                .filter_map(|group| name.get(*group)?.as_str())
                .collect();
            groups.join("=")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Change> {
    let mut paths: Vec<&String> = a.keys().chain(b.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .filter(|path| a.get(*path) != b.get(*path))
        .map(|path| {
            change(
                path,
                a.get(path).map(|text| short(text)),
                b.get(path).map(|text| short(text)),
            )
        })
        .collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

fn change(name: &str, a: Option<String>, b: Option<String>) -> Change {
    Change {
        name: name.to_owned(),
        a,
        b,
    }
}
