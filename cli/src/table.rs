//! The report for people: verdict first, findings, then flows; at most 100 columns.

use std::io::{self, Write};

use grainscope_inspect::model::{Finding, Flow, Severity, Summary};
use grainscope_inspect::time;

use crate::style::{Style, WIDTH, clean, cut, pad, wrap};

/// Occurrences of a finding that are written out.
const SHOWN: usize = 3;

/// What the table shows.
pub(crate) struct Table<'a> {
    pub(crate) name: &'a str,
    pub(crate) summary: &'a Summary,
    /// The flows that are shown.
    pub(crate) flows: &'a [Flow],
    /// The findings that are shown.
    pub(crate) findings: &'a [Finding],
    /// How many Grains are shown, where some are not.
    pub(crate) chosen: Option<usize>,
    pub(crate) unsupported: Option<String>,
    pub(crate) style: Style,
}

impl Table<'_> {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.verdict())?;
        for line in wrap(&format!("{}: {}", clean(self.name), self.capture()), WIDTH) {
            writeln!(out, "{line}")?;
        }
        if let Some(damage) = &self.summary.damage {
            let text = format!(
                "The file is damaged at byte {}: {}; everything before it is reported.",
                damage.offset, damage.reason
            );
            self.paragraph(&text, "", out)?;
        }
        if self.summary.dropped > 0 {
            let text = format!("The capturing side dropped {} packets.", self.summary.dropped);
            self.paragraph(&text, "", out)?;
        }
        for finding in self.findings {
            writeln!(out)?;
            self.finding(finding, out)?;
        }
        if !self.flows.is_empty() {
            writeln!(out)?;
            let head = "flow kind             packets   lost  Grains      a second  destination";
            writeln!(out, "{}", self.style.bold(head))?;
            for flow in self.flows {
                self.flow(flow, out)?;
            }
        }
        if self.summary.packets == 0 {
            writeln!(out, "grainscope dump -v shows its attributes.")?;
        }
        if !self.summary.ignored.is_empty() {
            let list: Vec<String> = self
                .summary
                .ignored
                .iter()
                .map(|c| format!("{} {}", c.count, c.name))
                .collect();
            writeln!(out)?;
            self.paragraph(&format!("not looked into: {}", list.join(", ")), "", out)?;
        }
        Ok(())
    }

    fn verdict(&self) -> String {
        let dicom = self.flows.iter().filter(|flow| flow.kind.is_dicom()).count();
        let counts = |f: &&Finding, severity| f.severity == severity && f.accepted.is_none();
        let count = |severity| self.findings.iter().filter(|f| counts(f, severity)).count();
        let (errors, warnings) = (count(Severity::E), count(Severity::W));
        let style = self.style;
        if let Some(reason) = &self.unsupported {
            return style.yellow(&cut(&format!("NOT JUDGED: {reason}"), WIDTH));
        }
        match (dicom, errors, warnings) {
            (0, 0, 0) if self.summary.packets == 0 => style.green("READ: one object, and nothing is wrong with it"),
            (0, 0, 0) if self.summary.packets > 0 => style.yellow("NO DICOM METADATA FLOW in this capture"),
            (_, 0, 0) => style.green("PASS: no rule is broken"),
            (_, 0, w) => style.green(&format!("PASS with {}", counted(w, "warning"))),
            (_, e, w) => style.red(&format!(
                "FAIL: {} broken, {}",
                counted(e, "rule"),
                counted(w, "warning")
            )),
        }
    }

    fn capture(&self) -> String {
        let summary = self.summary;
        let mut text = summary.format.clone().unwrap_or_default();
        if summary.packets > 0 {
            text.push_str(&format!(", {}", counted(summary.packets as usize, "packet")));
        }
        text.push_str(&format!(", {}", counted(summary.grains as usize, "Grain")));
        if let Some(chosen) = self.chosen {
            text.push_str(&format!(" of which {chosen} chosen"));
        }
        if let (Some(start), Some(end)) = (summary.start_ns, summary.end_ns) {
            let seconds = (end - start) as f64 / 1e9;
            text.push_str(&format!(", {seconds:.3} s from {}", time::utc(start, 3)));
        }
        text
    }

    fn finding(&self, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
        let style = self.style;
        let severity = match finding.severity {
            Severity::E => style.red("E"),
            Severity::W => style.yellow("W"),
            Severity::I => style.dim("I"),
        };
        let flow = finding.flow.map_or_else(String::new, |flow| format!("  flow {flow}"));
        let times = match finding.count {
            1 => String::new(),
            count => format!("  {count} times"),
        };
        let rule = style.bold(&finding.rule);
        writeln!(out, "{severity} {rule}  {}{flow}{times}", finding.clause)?;
        self.paragraph(&clean(&finding.message), "    ", out)?;
        if let Some(reason) = &finding.accepted {
            self.paragraph(&format!("accepted: {}", clean(reason)), "    ", out)?;
        }
        self.paragraph(&places(finding), "    ", out)
    }

    fn paragraph(&self, text: &str, indent: &str, out: &mut impl Write) -> io::Result<()> {
        for line in wrap(text, WIDTH - indent.len()) {
            writeln!(out, "{indent}{line}")?;
        }
        Ok(())
    }

    fn flow(&self, flow: &Flow, out: &mut impl Write) -> io::Result<()> {
        let [errors, warnings, _] = flow.findings;
        let rate = rate(flow).map_or_else(String::new, |rate| format!("{rate:.2}"));
        let destination = pad(&flow.destination, 24);
        let verdict = match (flow.kind.is_dicom(), errors, warnings) {
            (true, 0, 0) => self.style.green("ok"),
            (_, 0, 0) => String::new(),
            (_, 0, w) => self.style.yellow(&format!("{w} W")),
            (_, e, w) => self.style.red(&format!("{e} E {w} W")),
        };
        let line = format!(
            "{:>4} {:<15} {:>8} {:>6} {:>7} {rate:>13}  {destination} {verdict}",
            flow.id,
            flow.kind.as_str(),
            flow.packets,
            flow.lost,
            flow.grains,
        );
        writeln!(out, "{}", line.trim_end())?;
        let mut notes = Vec::new();
        if flow.destination.len() > 24 {
            notes.push(format!("to {}", flow.destination));
        }
        if let Some(described) = flow.describes {
            notes.push(format!("describes flow {described}"));
        }
        if let Some(rendition) = flow.rendition {
            notes.push(format!("in the rendition of flow {rendition}"));
        }
        notes.extend(
            flow.facts
                .iter()
                .take(6)
                .map(|f| format!("{}: {}", f.name, clean(&f.value))),
        );
        if !notes.is_empty() {
            writeln!(out, "     {}", self.style.dim(&cut(&notes.join("; "), WIDTH - 5)))?;
        }
        Ok(())
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Grains a second.
pub(crate) fn rate(flow: &Flow) -> Option<f64> {
    let seconds = (flow.last_ns? - flow.first_ns?) as f64 / 1e9;
    (seconds > 0.0 && flow.grains > 1).then(|| (flow.grains - 1) as f64 / seconds)
}

fn places(finding: &Finding) -> String {
    let place = |grain: Option<u32>, packets: &[u64]| match (grain, packets.first()) {
        (Some(grain), Some(packet)) => Some(format!("Grain {grain} (packet {packet})")),
        (Some(grain), None) => Some(format!("Grain {grain}")),
        (None, Some(packet)) => Some(format!("packet {packet}")),
        (None, None) => None,
    };
    let mut list: Vec<String> = finding
        .occurrences
        .iter()
        .take(SHOWN)
        .filter_map(|o| place(o.grain, &o.packets))
        .collect();
    if finding.count as usize > SHOWN && !list.is_empty() {
        list.push("…".into());
    }
    list.join(", ")
}
