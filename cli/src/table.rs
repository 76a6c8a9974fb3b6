//! The report for people: verdict first, findings, then flows; at most 100 columns.

use std::io::{self, Write};

use grainscope_inspect::model::{Finding, Flow, Severity, Summary};
use grainscope_inspect::{Session, time};

/// Occurrences of a finding that are written out.
const SHOWN: usize = 3;

pub(crate) fn write(session: &Session, name: &str, out: &mut impl Write) -> io::Result<()> {
    let summary = session.summary();
    let flows = session.flows();
    let findings = session.findings();
    writeln!(out, "{}", verdict(&summary, &flows))?;
    writeln!(out, "{name}: {}", capture(&summary))?;
    if let Some(damage) = &summary.damage {
        writeln!(
            out,
            "damaged at byte {}: {}; everything before it is reported",
            damage.offset, damage.reason
        )?;
    }
    if !findings.is_empty() {
        writeln!(out)?;
        for finding in &findings {
            write_finding(finding, out)?;
        }
    }
    if !flows.is_empty() {
        writeln!(out)?;
        writeln!(
            out,
            "flow kind            destination             packets   lost  Grains  findings"
        )?;
        for flow in &flows {
            write_flow(flow, out)?;
        }
    }
    if !summary.ignored.is_empty() {
        let list: Vec<String> = summary
            .ignored
            .iter()
            .map(|c| format!("{} {}", c.count, c.name))
            .collect();
        writeln!(out, "\nnot looked into: {}", list.join(", "))?;
    }
    Ok(())
}

fn verdict(summary: &Summary, flows: &[Flow]) -> String {
    let dicom = flows.iter().filter(|flow| flow.kind.is_dicom()).count();
    let [errors, warnings, _] = summary.findings;
    match (dicom, errors, warnings) {
        (0, _, _) if summary.packets > 0 => "NO DICOM METADATA FLOW in this capture".into(),
        (_, 0, 0) => "PASS: no rule is broken".into(),
        (_, 0, w) => format!("PASS with {w} warning{}", if w == 1 { "" } else { "s" }),
        (_, e, w) => format!("FAIL: {e} rule{} broken, {w} warning{}", s(e), s(w)),
    }
}

fn s(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn capture(summary: &Summary) -> String {
    let mut text = format!("{} packets, {} Grains", summary.packets, summary.grains);
    if let (Some(start), Some(end)) = (summary.start_ns, summary.end_ns) {
        let seconds = (end - start) as f64 / 1e9;
        text.push_str(&format!(", {seconds:.3} s from {}", time::utc(start, 3)));
    }
    text
}

fn write_finding(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let severity = match finding.severity {
        Severity::E => "E",
        Severity::W => "W",
        Severity::I => "I",
    };
    let flow = finding.flow.map_or_else(String::new, |flow| format!("flow {flow}, "));
    let times = if finding.count == 1 {
        String::new()
    } else {
        format!(", {} times", finding.count)
    };
    writeln!(
        out,
        "{severity} {}  {}  {flow}{}{times}",
        finding.rule,
        finding.clause,
        places(finding)
    )?;
    writeln!(out, "    {}", finding.message)
}

fn places(finding: &Finding) -> String {
    let place = |grain: Option<u32>, packets: &[u64]| match (grain, packets.first()) {
        (Some(grain), Some(packet)) => format!("Grain {grain} (packet {packet})"),
        (Some(grain), None) => format!("Grain {grain}"),
        (None, Some(packet)) => format!("packet {packet}"),
        (None, None) => "the whole flow".into(),
    };
    let list: Vec<String> = finding
        .occurrences
        .iter()
        .take(SHOWN)
        .map(|o| place(o.grain, &o.packets))
        .collect();
    list.join(", ")
}

fn write_flow(flow: &Flow, out: &mut impl Write) -> io::Result<()> {
    let [errors, warnings, _] = flow.findings;
    let verdict = match (flow.kind.is_dicom(), errors, warnings) {
        (true, 0, 0) => "ok".into(),
        (_, 0, 0) => String::new(),
        (_, e, w) => format!("{e} E {w} W"),
    };
    writeln!(
        out,
        "{:>4} {:<15} {:<22} {:>8} {:>6} {:>7}  {verdict}",
        flow.id,
        flow.kind.as_str(),
        flow.destination,
        flow.packets,
        flow.lost,
        flow.grains
    )?;
    if !flow.facts.is_empty() {
        let facts: Vec<String> = flow
            .facts
            .iter()
            .take(6)
            .map(|f| format!("{}: {}", f.name, f.value))
            .collect();
        let text: String = facts.join("; ").chars().take(94).collect();
        writeln!(out, "     {text}")?;
    }
    Ok(())
}
