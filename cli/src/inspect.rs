//! `grainscope inspect`: what is in a capture.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use grainscope_inspect::model::{GrainRow, Query};
use grainscope_inspect::report::{self, ReportOptions};
use grainscope_inspect::{Options, Session};
use indicatif::{ProgressBar, ProgressStyle};

use crate::input::{self, Input};
use crate::{Failure, table};

/// Rows asked for at a time.
const WINDOW: u32 = 1024;

/// Example: grainscope inspect capture.pcapng --sdp room.sdp --json
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grainscope inspect capture.pcapng --sdp room.sdp --json > report.json")]
pub(crate) struct Arguments {
    /// A capture: pcap, pcapng, gzip of either; one RTV payload; a DICOM file; `-` for standard input
    file: PathBuf,
    /// An SDP file that describes the flows; may be given more than once
    #[arg(long, value_name = "FILE")]
    sdp: Vec<PathBuf>,
    /// Prints one JSON document
    #[arg(long)]
    json: bool,
    /// Leaves the data sets out of the JSON
    #[arg(long, requires = "json")]
    no_datasets: bool,
    /// Exits with 3 when a rule of severity E is broken
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sdp = arguments.sdp.iter().map(input::sdp).collect::<Result<Vec<_>, _>>()?;
    let mut input = Input::open(&arguments.file)?;
    let session = read(
        &mut input,
        Options {
            sdp,
            ..Options::default()
        },
    )?;
    let summary = session.summary();
    if summary.packets == 0 && summary.grains == 0 {
        let reason = session.error().or(summary.damage.map(|damage| damage.reason));
        let reason = reason.unwrap_or_else(|| "there is no packet in it".into());
        return Err(Failure::input(format!("{}: {reason}", input.name)));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if arguments.json {
        json(
            &session,
            &mut input,
            ReportOptions {
                datasets: !arguments.no_datasets,
            },
            &mut out,
        )?
    } else {
        table::write(&session, &input.name, &mut out)
    };
    // A reader that has seen enough (head, less) is no failure.
    if let Err(error) = written.and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(Failure::input(format!("standard output: {error}")));
    }
    if let Some(reason) = session.unsupported() {
        return Err(Failure::input(format!("{}: {reason}", input.name)));
    }
    if arguments.strict && session.summary().findings[0] > 0 {
        return Err(Failure::verdict());
    }
    Ok(())
}

/// Reads a whole input into a session, with a progress bar on a terminal.
pub(crate) fn read(input: &mut Input, options: Options) -> Result<Session, Failure> {
    let mut session = Session::new(options);
    let bar = input.size.filter(|_| io::stderr().is_terminal()).map(progress);
    input.stream(|chunk| {
        session.push(chunk);
        if let Some(bar) = &bar {
            bar.inc(chunk.len() as u64);
        }
    })?;
    session.finish();
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(session)
}

fn progress(size: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Calls `each` with every Grain, in order.
pub(crate) fn each_grain(session: &Session, mut each: impl FnMut(&GrainRow) -> io::Result<()>) -> io::Result<()> {
    let mut query = Query {
        count: WINDOW,
        ..Query::default()
    };
    loop {
        let window = session.grains(&query).map_err(io::Error::other)?;
        if window.rows.is_empty() {
            return Ok(());
        }
        for row in &window.rows {
            each(row)?;
        }
        query.first += window.rows.len() as u64;
    }
}

fn json(
    session: &Session,
    input: &mut Input,
    options: ReportOptions,
    out: &mut impl Write,
) -> Result<io::Result<()>, Failure> {
    let mut failure = None;
    let mut first = true;
    let written = out.write_all(report::head(session).as_bytes()).and_then(|()| {
        each_grain(session, |row| {
            let packets = if options.datasets {
                input.read(&session.grain_extents(row.id))
            } else {
                Ok(Vec::new())
            };
            let packets = packets.unwrap_or_else(|error| {
                failure = Some(error);
                Vec::new()
            });
            out.write_all(if first { b"\n  " } else { b",\n  " })?;
            first = false;
            out.write_all(report::grain(session, row, &packets, options).as_bytes())
        })
    });
    match failure {
        Some(failure) => Err(failure),
        None => Ok(written.and_then(|()| out.write_all(report::tail(session).as_bytes()))),
    }
}
