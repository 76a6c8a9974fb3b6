//! `grainscope compare`: what changed from one capture to another.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use grainscope_inspect::Privacy;
use grainscope_inspect::compare::{Change, Comparison, Side};

use crate::capture::{Capture, PrivacyArguments, ReadingArguments};
use crate::inspect::hidden_findings;
use crate::style::{Style, WIDTH, clean, cut, wrap};
use crate::{Failure, written};

/// Says what changed from one capture to another: flows, attributes, rates, findings.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grainscope compare before.pcapng after.pcapng\n\n\
    Flows are paired by Flow Identifier, else by addresses, else by kind and payload type.\n\
    Attributes are those of the latest static and the latest dynamic part of each flow.")]
pub(crate) struct Arguments {
    /// The first capture
    a: PathBuf,
    /// The second capture
    b: PathBuf,
    /// Prints one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: ReadingArguments,
    #[command(flatten)]
    privacy: PrivacyArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let privacy = arguments.privacy.privacy();
    let a = side(&arguments.a, arguments, privacy.as_ref())?;
    let b = side(&arguments.b, arguments, privacy.as_ref())?;
    let comparison = Comparison::of(&a, &b);
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        let text = serde_json::to_string_pretty(&comparison).map_err(|error| Failure::input(error.to_string()))?;
        written(writeln!(out, "{text}"))?;
    } else {
        written(table(&comparison, Style::of_stdout(), &mut out))?;
    }
    written(out.flush())
}

fn side(path: &PathBuf, arguments: &Arguments, privacy: Option<&Privacy>) -> Result<Side, Failure> {
    let mut capture = Capture::open_files(std::slice::from_ref(path), &arguments.reading)?;
    capture.read_all(|_| Ok(true))?;
    capture.unsupported()?;
    let flows = capture.session.flows();
    let mut side = Side {
        findings: capture.session.findings(),
        ..Side::default()
    };
    if let Some(privacy) = privacy {
        side.findings = hidden_findings(&mut capture, &flows, side.findings, privacy)?;
    }
    let mut latest: std::collections::BTreeMap<u32, [Option<u32>; 2]> = std::collections::BTreeMap::new();
    let mut next = 0;
    loop {
        let rows = capture.grain_rows(next);
        if rows.is_empty() {
            break;
        }
        next += rows.len() as u64;
        for row in rows.iter().filter(|row| row.complete) {
            let slots = latest.entry(row.flow.unwrap_or(u32::MAX)).or_default();
            if row.is_static {
                slots[0] = Some(row.id);
            }
            if row.is_dynamic {
                slots[1] = Some(row.id);
            }
        }
    }
    for (flow, [of_static, of_dynamic]) in latest {
        // The static part is written last, so that its values hold for what both have.
        for grain in [of_dynamic, of_static].into_iter().flatten() {
            let packets = capture.grain(grain, privacy)?;
            let (meta, set) = match privacy {
                Some(_) => capture.session.grain_json_hidden(grain, &packets),
                None => capture.session.grain_json(grain, &packets),
            };
            side.data_sets.entry(flow).or_default().extend([meta, set]);
        }
    }
    side.flows = match privacy {
        Some(privacy) => flows.into_iter().map(|flow| privacy.flow(flow)).collect(),
        None => flows,
    };
    Ok(side)
}

fn table(comparison: &Comparison, style: Style, out: &mut impl Write) -> io::Result<()> {
    if comparison.is_empty() {
        return writeln!(
            out,
            "{}",
            style.green("No difference in flows, attributes, rates and findings")
        );
    }
    writeln!(out, "{}", style.bold("DIFFERENT"))?;
    for (sign, list) in [("-", &comparison.gone), ("+", &comparison.new)] {
        for flow in list {
            let text = format!("{sign} {flow}");
            writeln!(
                out,
                "{}",
                if sign == "-" {
                    style.red(&text)
                } else {
                    style.green(&text)
                }
            )?;
        }
    }
    if !comparison.findings.is_empty() {
        writeln!(out, "\n{}", style.bold("Findings"))?;
        changes(&comparison.findings, style, out)?;
    }
    for flow in &comparison.flows {
        let parts = [
            ("", &flow.identity),
            ("", &flow.rates),
            ("attributes:", &flow.attributes),
        ];
        if parts.iter().all(|(_, list)| list.is_empty()) {
            continue;
        }
        let other = match flow.ids {
            (a, b) if a == b => String::new(),
            (_, b) => format!(" (flow {b} of the second)"),
        };
        writeln!(out, "\n{}", style.bold(&cut(&format!("{}{other}", flow.name), WIDTH)))?;
        for (head, list) in parts {
            if !head.is_empty() && !list.is_empty() {
                writeln!(out, "  {head}")?;
            }
            changes(list, style, out)?;
        }
    }
    Ok(())
}

fn changes(list: &[Change], style: Style, out: &mut impl Write) -> io::Result<()> {
    for change in list {
        for line in wrap(&clean(&change.name), WIDTH - 2) {
            writeln!(out, "  {line}")?;
        }
        let sides = [("-", &change.a), ("+", &change.b)];
        for (sign, value) in sides {
            let Some(value) = value else { continue };
            let text = format!("    {sign} {}", cut(&clean(value), WIDTH - 6));
            writeln!(
                out,
                "{}",
                if sign == "-" {
                    style.red(&text)
                } else {
                    style.green(&text)
                }
            )?;
        }
    }
    Ok(())
}
