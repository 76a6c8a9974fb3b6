//! The JSON report, piece by piece: the caller reads the bytes of each Grain and writes the pieces one behind the other,
//! so that a report of any length needs the memory of one Grain.
//!
//! [`head`] + [`grain`] for each Grain with commas between + [`tail`] is one JSON document.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use crate::Session;
use crate::model::{Finding, Flow, GrainRow, Severity, Summary};
use crate::time;

/// What goes into a report.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions {
    /// Whether Grains carry their `meta` and `dataset`.
    pub datasets: bool,
    /// Whether private attributes are left out of data sets, for Grains whose bytes were concealed.
    pub hide: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            datasets: true,
            hide: false,
        }
    }
}

/// The report up to the opening bracket of the list of Grains, with these flows.
#[must_use]
pub fn head(session: &Session, flows: &[Flow]) -> String {
    let flows: Vec<Value> = flows.iter().map(flow).collect();
    let mut out = String::from("{\"capture\": ");
    push_json(&mut out, &capture(&session.summary()));
    out.push_str(",\n \"flows\": ");
    push_list(&mut out, &flows);
    out.push_str(",\n \"grains\": [");
    out
}

/// The report from the closing bracket of the list of Grains, with these findings.
#[must_use]
pub fn tail(findings: &[Finding]) -> String {
    let findings: Vec<Value> = findings.iter().map(finding).collect();
    let mut out = String::from("],\n \"findings\": ");
    push_list(&mut out, &findings);
    out.push_str("}\n");
    out
}

/// One Grain as a JSON object. `packets` are the bytes of its extents; not looked at without data sets.
#[must_use]
pub fn grain(session: &Session, row: &GrainRow, packets: &[Vec<u8>], options: ReportOptions) -> String {
    let ordinals = row.flow.map(|_| session.grain_packets(row.id));
    let digits = session.time_digits();
    let value = json!({
        "flow": row.flow,
        "index": row.index,
        "rtp_timestamp": row.flow.map(|_| row.rtp_timestamp),
        "sync_ns": text(row.sync_ns),
        "origin_ns": text(row.origin_ns),
        "arrival_ns": text(row.arrival_ns),
        "arrival": row.arrival_ns.map(|ns| time::utc(ns, digits)),
        "latency_ns": text(row.latency_ns),
        "packets": ordinals,
        "payload_bytes": row.payload_bytes,
        "complete": row.complete,
        "truncated": row.truncated,
        "static": row.is_static,
        "dynamic": row.is_dynamic,
    });
    let mut out = value.to_string();
    if options.datasets {
        let (meta, dataset) = match options.hide {
            true => session.grain_json_hidden(row.id, packets),
            false => session.grain_json(row.id, packets),
        };
        // The object is open-ended up to here: take its brace off and go on.
        out.pop();
        let _ = write!(out, ",\"meta\":{meta},\"dataset\":{dataset}}}");
    }
    out
}

/// One record of a report by lines: an object with `type` in front of its own members.
#[must_use]
pub fn line(kind: &str, object: &str) -> String {
    let members = object.strip_prefix('{').unwrap_or(object);
    format!("{{\"type\":\"{kind}\",{members}\n")
}

/// One flow as a JSON object.
#[must_use]
pub fn flow(flow: &Flow) -> Value {
    json!({
        "id": flow.id,
        "kind": flow.kind.as_str(),
        "reason": flow.reason,
        "source": flow.source,
        "destination": flow.destination,
        "ssrc": flow.ssrc,
        "payload_type": flow.payload_type,
        "clock_rate": flow.clock_rate,
        "source_id": flow.source_id,
        "flow_id": flow.flow_id,
        "sop_class": flow.sop_class,
        "sop_instance": flow.sop_instance,
        "packets": flow.packets,
        "bytes": flow.bytes,
        "lost": flow.lost,
        "reordered": flow.reordered,
        "duplicates": flow.duplicates,
        "grains": flow.grains,
        "describes": flow.describes,
        "rendition": flow.rendition,
        "restart_of": flow.restart_of,
        "device": flow.device,
        "sdp": flow.sdp,
    })
}

/// One finding as a JSON object.
#[must_use]
pub fn finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::E => "E",
        Severity::W => "W",
        Severity::I => "I",
    };
    json!({
        "rule": finding.rule,
        "severity": severity,
        "flow": finding.flow,
        "grain": finding.grain,
        "packets": finding.packets,
        "clause": finding.clause,
        "count": finding.count,
        "occurrences": finding.occurrences,
        "message": finding.message,
        "accepted": finding.accepted,
    })
}

/// The capture as a JSON object.
#[must_use]
pub fn capture(summary: &Summary) -> Value {
    let mut value = json!({
        "format": summary.format,
        "packets": summary.packets,
        "bytes": summary.bytes,
        "start": summary.start_ns.map(|ns| time::utc(ns, summary.time_digits)),
        "duration_s": summary.start_ns.zip(summary.end_ns).map(|(a, b)| seconds(b - a)),
        "dropped": summary.dropped,
        "ignored": summary.ignored,
    });
    if let (Some(damage), Some(object)) = (&summary.damage, value.as_object_mut()) {
        object.insert("damage".into(), json!(damage));
    }
    value
}

/// Seconds with the digits that nanoseconds have.
fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}

fn text(ns: Option<i64>) -> Option<String> {
    ns.map(|ns| ns.to_string())
}

fn push_json(out: &mut String, value: &impl Serialize) {
    // Serialising plain values into a string has no way to fail.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

fn push_list(out: &mut String, items: &[Value]) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "\n  " } else { ",\n  " });
        push_json(out, item);
    }
    out.push(']');
}
