//! Findings as a JUnit report, for acceptance benches: one test case a rule.

use std::fmt::Write as _;

use grainscope_inspect::model::{Finding, Severity};
use grainscope_inspect::rules::{Rule, rules};

/// The report. A rule of severity E that is broken is a failure; others that are, and those that were accepted, pass with a
/// note.
pub(crate) fn report(name: &str, findings: &[Finding]) -> String {
    let failed = |rule: &Rule| findings.iter().any(|finding| is_failure(rule, finding));
    let failures = rules().iter().filter(|rule| failed(rule)).count();
    let count = rules().len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string has no way to fail.
    let _ = writeln!(out, "<testsuites tests=\"{count}\" failures=\"{failures}\">");
    let _ = writeln!(
        out,
        " <testsuite name=\"{}\" tests=\"{count}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
        escape(name)
    );
    for rule in rules() {
        case(rule, findings, &mut out);
    }
    out.push_str(" </testsuite>\n</testsuites>\n");
    out
}

fn case(rule: &Rule, findings: &[Finding], out: &mut String) {
    let subject = rule.id.split('.').next().unwrap_or_default();
    let _ = write!(
        out,
        "  <testcase classname=\"grainscope.{subject}\" name=\"{}\"",
        rule.id
    );
    let mut of_rule = findings.iter().filter(|finding| finding.rule == rule.id).peekable();
    if of_rule.peek().is_none() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    let (failures, notes): (Vec<&Finding>, Vec<&Finding>) = of_rule.partition(|finding| is_failure(rule, finding));
    if let Some(first) = failures.first() {
        let message = escape(&first.message);
        let _ = writeln!(
            out,
            "   <failure type=\"{}\" message=\"{message}\">",
            escape(rule.clause)
        );
        for finding in &failures {
            let _ = writeln!(out, "{}", escape(&line(finding)));
        }
        out.push_str("   </failure>\n");
    }
    if !notes.is_empty() {
        out.push_str("   <system-out>\n");
        for finding in notes {
            let _ = writeln!(out, "{}", escape(&line(finding)));
        }
        out.push_str("   </system-out>\n");
    }
    out.push_str("  </testcase>\n");
}

fn is_failure(rule: &Rule, finding: &Finding) -> bool {
    finding.rule == rule.id && finding.severity == Severity::E && finding.accepted.is_none()
}

fn line(finding: &Finding) -> String {
    let flow = finding.flow.map_or_else(String::new, |flow| format!("flow {flow}, "));
    let grain = finding
        .grain
        .map_or_else(String::new, |grain| format!("Grain {grain}, "));
    let packet = finding.packets.first();
    let packet = packet.map_or_else(String::new, |packet| format!("packet {packet}, "));
    let accepted = finding.accepted.as_ref();
    let accepted = accepted.map_or_else(String::new, |reason| format!(" (accepted: {reason})"));
    let (clause, count, message) = (&finding.clause, finding.count, &finding.message);
    let s = if count == 1 { "" } else { "s" };
    format!("{clause}: {flow}{grain}{packet}{count} time{s}: {message}{accepted}")
}

/// Text as XML 1.0 may hold it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_broken_rules_of_severity_e_fail() {
        let finding = |rule: &str, severity, accepted: Option<&str>| Finding {
            rule: rule.into(),
            severity,
            flow: Some(1),
            grain: Some(2),
            packets: vec![3],
            clause: "PS3.22 6.1".into(),
            count: 4,
            occurrences: Vec::new(),
            message: "\"A\" <is> & \u{1}".into(),
            accepted: accepted.map(String::from),
        };
        let text = report(
            "a<b>.pcap",
            &[
                finding("meta.missing", Severity::E, None),
                finding("iod.missing", Severity::E, Some("known")),
                finding("rtp.loss", Severity::W, None),
            ],
        );
        assert!(text.contains("failures=\"1\""), "{text}");
        assert_eq!(text.matches("<failure").count(), 1);
        assert_eq!(text.matches("<system-out>").count(), 2);
        assert_eq!(text.matches("<testcase").count(), rules().len());
        assert!(text.contains("a&lt;b&gt;.pcap") && text.contains("&quot;A&quot; &lt;is&gt; &amp; \u{FFFD}"));
        assert!(text.contains("(accepted: known)"));
    }
}
