//! The reference of all rules, for docs/rules.md.

use std::fmt::Write as _;

use super::rules;
use crate::model::Severity;

/// The reference of all rules as Markdown: `docs/rules.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    out.push_str("| rule | severity | clause | what holds |\n|---|---|---|---|\n");
    for rule in rules() {
        let anchor = rule.id.replace('.', "");
        let _ = writeln!(
            out,
            "| [{}](#{anchor}) | {} | {} | {} |",
            rule.id,
            letter(rule.severity),
            rule.clause,
            rule.statement
        );
    }
    for rule in rules() {
        let _ = write!(
            out,
            "\n## {}\n\n{} · {}\n\n**{}**\n\n{}\n",
            rule.id,
            word(rule.severity),
            rule.clause,
            rule.statement,
            rule.explanation
        );
    }
    out
}

const HEAD: &str = "\
# Conformance rules

<!-- Generated from the registry in inspect/src/rules: do not edit. `cargo run -p grainscope-inspect --example rules` writes it. -->

Each rule has an identifier that does not change. Severity E: a \"shall\" of a standard is broken. W: a recommendation is
broken, or data was lost. I: worth knowing. A clean flow has no E and no W.

One cause gives one finding: what follows from a fault is not told again. A Grain without header extension is told once,
not four times for what the extension should have said; a Grain with a missing packet is not judged by its payload. A fault
that repeats is one finding with a count and the first places.

Limits can be changed and known deviations accepted in a settings file:

    {\"thresholds\": {\"sync_offset_ms\": 20},
     \"accept\": [{\"rule\": \"rtp.loss\", \"flow\": \"239.20.1.2:5006\", \"reason\": \"this bench drops packets on purpose\"}]}

Thresholds are `timestamp_ticks`, `udp_size`, `static_interval_ms`, `rendition_interval_ms`, `interval_tolerance_ms`,
`sync_offset_ms`, `sync_rate_percent`, `sync_rate_seconds` and `sync_step_ms`. A flow is named by its number, source,
destination, flow identifier or kind. An accepted finding is still shown, with its reason, and does not count.

";

const fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::E => "E",
        Severity::W => "W",
        Severity::I => "I",
    }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::E => "Error (E)",
        Severity::W => "Warning (W)",
        Severity::I => "Information (I)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_section() {
        let text = markdown();
        for rule in rules() {
            assert!(text.contains(&format!("\n## {}\n", rule.id)), "{}", rule.id);
            assert_eq!(text.matches(rule.explanation).count(), 1, "{}", rule.id);
        }
    }
}
