//! `grainscope inspect`: what is in a capture, and whether it follows the standard.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use grainscope_inspect::model::{Finding, Flow, Severity};
use grainscope_inspect::report::{self, ReportOptions};
use grainscope_inspect::{Concealer, Privacy};
use serde_json::Value;

use crate::capture::{Capture, PrivacyArguments, SourceArguments};
use crate::select::{Chosen, Filter, FilterArguments, Time, time};
use crate::style::Style;
use crate::table::Table;
use crate::{Failure, junit, written};

/// Says what is in a capture and whether it follows the standard.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    grainscope inspect capture.pcapng --sdp room.sdp\n  \
    grainscope inspect capture.pcapng --json > report.json\n  \
    tcpdump -i eth0 -w - udp | grainscope inspect - --ndjson\n  \
    grainscope inspect day.pcap* --flow dicom --from 10 --to 20 --where 'PatientID == \"4711\"'\n\n\
    Exit codes: 0 done, 1 bad input, 2 wrong usage, 3 a rule of severity E is broken (--strict).\n\
    Filters choose what is shown; rules are judged over the whole capture.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: SourceArguments,
    /// Prints one JSON document
    #[arg(long)]
    json: bool,
    /// Prints one JSON object a line: Grains as they complete, then flows, findings and the capture
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
    /// Leaves the data sets out of the JSON
    #[arg(long)]
    no_datasets: bool,
    /// Exits with 3 when a rule of severity E is broken that was not accepted (--rules)
    #[arg(long)]
    strict: bool,
    /// Writes a JUnit report to a file: one test case a rule
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    privacy: PrivacyArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Only up to this time
    #[arg(long, alias = "until", value_name = "TIME", help_heading = "Filters", allow_negative_numbers = true, value_parser = time)]
    to: Option<Time>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.no_datasets && !arguments.json && !arguments.ndjson {
        return Err(Failure::usage("--no-datasets goes with --json or --ndjson"));
    }
    let privacy = arguments.privacy.privacy();
    let filter = arguments.filter.filter(arguments.to);
    let mut capture = Capture::open(&arguments.source)?;
    let report = Report {
        privacy: privacy.as_ref(),
        filter: &filter,
        options: ReportOptions {
            datasets: !arguments.no_datasets,
            hide: privacy.is_some(),
        },
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let findings = if arguments.ndjson {
        report.lines(&mut capture, &mut out)?
    } else {
        capture.read_all(|_| Ok(true))?;
        let Shown {
            flows,
            findings,
            chosen,
        } = report.shown(&mut capture)?;
        if arguments.json {
            report.document(&mut capture, &flows, &findings, chosen.as_ref(), &mut out)?;
        } else {
            let table = Table {
                name: &capture.name,
                summary: &capture.session.summary(),
                flows: &flows,
                findings: &findings,
                chosen: chosen.as_ref().map(|chosen| chosen.ids.len()),
                unsupported: capture.session.unsupported(),
                style: Style::of_stdout(),
            };
            written(table.write(&mut out))?;
        }
        findings
    };
    written(out.flush())?;
    drop(out);
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit::report(&capture.name, &findings))
            .map_err(|error| Failure::input(format!("{}: {error}", path.display())))?;
    }
    capture.unsupported()?;
    let is_broken = |finding: &Finding| finding.severity == Severity::E && finding.accepted.is_none();
    if arguments.strict && findings.iter().any(is_broken) {
        return Err(Failure::verdict());
    }
    Ok(())
}

/// What of a capture is shown.
struct Shown {
    flows: Vec<Flow>,
    findings: Vec<Finding>,
    chosen: Option<Chosen>,
}

/// How a report is made.
struct Report<'a> {
    privacy: Option<&'a Privacy>,
    filter: &'a Filter<'a>,
    options: ReportOptions,
}

impl Report<'_> {
    fn shown(&self, capture: &mut Capture) -> Result<Shown, Failure> {
        let all = capture.session.flows();
        self.filter.check(&all)?;
        let chosen = self.filter.chosen(capture, &all)?;
        let findings = self.filter.findings(capture.session.findings(), &all, chosen.as_ref());
        let findings = match self.privacy {
            Some(privacy) => hidden_findings(capture, &all, findings, privacy)?,
            None => findings,
        };
        let flows = all.into_iter().filter(|flow| self.filter.flow(flow));
        let flows = match self.privacy {
            Some(privacy) => flows.map(|flow| privacy.flow(flow)).collect(),
            None => flows.collect(),
        };
        Ok(Shown {
            flows,
            findings,
            chosen,
        })
    }

    /// One JSON document.
    fn document(
        &self,
        capture: &mut Capture,
        flows: &[Flow],
        findings: &[Finding],
        chosen: Option<&Chosen>,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        written(out.write_all(report::head(&capture.session, flows).as_bytes()))?;
        let mut next = 0;
        let mut separator = "\n  ";
        loop {
            let rows = capture.grain_rows(next);
            if rows.is_empty() {
                break;
            }
            next += rows.len() as u64;
            for row in &rows {
                if chosen.is_none_or(|chosen| chosen.ids.contains(&row.id)) {
                    let packets = self.packets(capture, row.id)?;
                    written(out.write_all(separator.as_bytes()))?;
                    separator = ",\n  ";
                    let grain = report::grain(&capture.session, row, &packets, self.options);
                    written(out.write_all(grain.as_bytes()))?;
                }
            }
        }
        written(out.write_all(report::tail(findings).as_bytes()))
    }

    /// One JSON object a line, as soon as it is known.
    fn lines(&self, capture: &mut Capture, out: &mut impl Write) -> Result<Vec<Finding>, Failure> {
        let mut next = 0;
        capture.read_all(|capture| {
            self.new_grains(capture, &mut next, out)?;
            Ok(true)
        })?;
        self.new_grains(capture, &mut next, out)?;
        let Shown { flows, findings, .. } = self.shown(capture)?;
        let mut write =
            |kind: &str, value: Value| written(out.write_all(report::line(kind, &value.to_string()).as_bytes()));
        for flow in &flows {
            write("flow", report::flow(flow))?;
        }
        for finding in &findings {
            write("finding", report::finding(finding))?;
        }
        write("capture", report::capture(&capture.session.summary()))?;
        Ok(findings)
    }

    fn new_grains(&self, capture: &mut Capture, next: &mut u64, out: &mut impl Write) -> Result<(), Failure> {
        let mut flows = None;
        loop {
            let rows = capture.grain_rows(*next);
            if rows.is_empty() {
                // Whoever reads the other end of a pipe wants what there is now.
                return written(out.flush());
            }
            *next += rows.len() as u64;
            for row in &rows {
                if !self.filter.is_empty() {
                    let flows = flows.get_or_insert_with(|| match self.filter.chooses_flows() {
                        true => capture.session.flows(),
                        false => Vec::new(),
                    });
                    if !self.filter.grain(&capture.session, &mut capture.bytes, flows, row)? {
                        continue;
                    }
                }
                let packets = self.packets(capture, row.id)?;
                let grain = report::grain(&capture.session, row, &packets, self.options);
                written(out.write_all(report::line("grain", &grain).as_bytes()))?;
            }
        }
    }

    fn packets(&self, capture: &mut Capture, grain: u32) -> Result<Vec<Vec<u8>>, Failure> {
        match self.options.datasets {
            true => capture.grain(grain, self.privacy),
            false => Ok(Vec::new()),
        }
    }
}

/// Findings whose messages do not say what is hidden. What that is, is known from the Grains that they name.
pub(crate) fn hidden_findings(
    capture: &mut Capture,
    flows: &[Flow],
    findings: Vec<Finding>,
    privacy: &Privacy,
) -> Result<Vec<Finding>, Failure> {
    let mut next = 0;
    let mut wanted = std::collections::HashSet::new();
    for finding in &findings {
        for occurrence in &finding.occurrences {
            wanted.extend(finding.flow.zip(occurrence.grain));
        }
    }
    loop {
        let rows = capture.grain_rows(next);
        if rows.is_empty() {
            break;
        }
        next += rows.len() as u64;
        for row in &rows {
            let is_named = row.flow.is_some_and(|flow| wanted.contains(&(flow, row.index)));
            // What other messages quote is mostly of a static part.
            if is_named || row.is_static {
                let packets = capture.bytes.read(&capture.session.grain_extents(row.id))?;
                _ = Concealer::new(&capture.session, privacy).grain(row.id, packets);
            }
        }
    }
    for flow in flows {
        for text in [&flow.sop_instance, &flow.source_id, &flow.flow_id]
            .into_iter()
            .flatten()
        {
            privacy.know(text);
        }
    }
    Ok(findings.into_iter().map(|finding| privacy.finding(finding)).collect())
}
