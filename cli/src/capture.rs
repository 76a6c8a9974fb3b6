//! A capture that is open: its session and its bytes.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use grainscope_inspect::model::{GrainRow, Query};
use grainscope_inspect::rules::RuleSettings;
use grainscope_inspect::{Concealer, Options, Privacy, Session};
use indicatif::{ProgressBar, ProgressStyle};

use crate::Failure;
use crate::input::{self, Bytes, Input};

/// Rows asked for at a time.
const WINDOW: u32 = 1024;

/// Bytes read at a time.
const CHUNK: usize = 4 << 20;

/// Bytes that the chunks of all files of a capture may be together.
const CHUNKS: usize = 64 << 20;

/// What to read.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArguments {
    /// A capture: pcap, pcapng, gzip of either; one RTV payload; a DICOM file; `-` for standard input. Several captures are
    /// taken as one, in order of time
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

/// How to read it.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadingArguments {
    /// An SDP file that describes the flows; may be given more than once
    #[arg(long, value_name = "FILE")]
    sdp: Vec<PathBuf>,
    /// Seconds to add to all capture times, where the clock of the capture is known to be off
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    clock_offset: Option<i64>,
    /// Limits of the rules, and deviations that are accepted with a reason: JSON, see docs/rules.md
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

impl ReadingArguments {
    fn rules(&self) -> Result<RuleSettings, Failure> {
        let Some(path) = &self.rules else {
            return Ok(RuleSettings::default());
        };
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
        text.and_then(|text| RuleSettings::from_json(&text))
            .map_err(|error| Failure::input(format!("{}: {error}", path.display())))
    }
}

/// What to hide.
#[derive(Debug, clap::Args)]
pub(crate) struct PrivacyArguments {
    /// Replaces what PS3.15 E.1 (Basic Profile) marks as identifying, names, dates and times; maps UIDs and the UUIDs of Flows
    #[arg(long)]
    pub(crate) hide_patient: bool,
    /// Maps UIDs alike in all runs with this key, instead of differently in each
    #[arg(long, value_name = "TEXT", requires = "hide_patient")]
    key: Option<String>,
}

impl PrivacyArguments {
    pub(crate) fn privacy(&self) -> Option<Privacy> {
        use std::hash::{BuildHasher, RandomState};
        self.hide_patient.then(|| match &self.key {
            Some(key) => Privacy::new(key.as_bytes()),
            None => {
                // Its keys come from the operating system's random numbers.
                let random = [0, 1, 2, 3].map(|n: u8| RandomState::new().hash_one(n).to_ne_bytes());
                Privacy::new(random.as_flattened())
            }
        })
    }
}

fn seconds(text: &str) -> Result<i64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text} is no number of seconds"))?;
    if seconds.abs() < 9e9 {
        Ok((seconds * 1e9).round() as i64)
    } else {
        Err("too many seconds".into())
    }
}

/// A capture that is open.
pub(crate) struct Capture {
    pub(crate) session: Session,
    pub(crate) bytes: Bytes,
    /// Its name for people.
    pub(crate) name: String,
}

impl Capture {
    /// Opens, and reads nothing yet.
    pub(crate) fn open(source: &SourceArguments) -> Result<Self, Failure> {
        Self::open_files(&source.files, &source.reading)
    }

    pub(crate) fn open_files(files: &[PathBuf], reading: &ReadingArguments) -> Result<Self, Failure> {
        let inputs = files
            .iter()
            .map(|path| Input::open(path))
            .collect::<Result<Vec<_>, _>>()?;
        let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let name = match names.as_slice() {
            [first, _, ..] => format!("{first} and {} more", names.len() - 1),
            _ => names.concat(),
        };
        let session = Session::new(Options {
            sdp: reading.sdp.iter().map(input::sdp).collect::<Result<Vec<_>, _>>()?,
            rules: reading.rules()?,
            clock_offset_ns: reading.clock_offset.unwrap_or_default(),
            files: if names.len() > 1 { names } else { Vec::new() },
            ..Options::default()
        });
        Ok(Self {
            session,
            bytes: Bytes { inputs },
            name,
        })
    }

    /// Opens and reads.
    pub(crate) fn read(source: &SourceArguments) -> Result<Self, Failure> {
        let mut capture = Self::open(source)?;
        capture.read_all(|_| Ok(true))?;
        Ok(capture)
    }

    /// Reads everything, with a progress bar on a terminal. `each` looks at what is there after every chunk, and says whether
    /// to go on.
    pub(crate) fn read_all(&mut self, mut each: impl FnMut(&mut Self) -> Result<bool, Failure>) -> Result<(), Failure> {
        let sizes: Option<u64> = self.bytes.inputs.iter().map(|input| input.size).sum();
        let bar = sizes.filter(|_| io::stderr().is_terminal()).map(progress);
        let count = self.bytes.inputs.len();
        let mut chunk = vec![0; (CHUNKS / count.max(1)).clamp(64 << 10, CHUNK)];
        while let Some(file) = self.next_file() {
            let Some(input) = self.bytes.inputs.get_mut(file) else {
                break;
            };
            let length = input.next(&mut chunk)?;
            let part = chunk.get(..length).unwrap_or_default();
            if count > 1 {
                self.session.push_file(file, part);
            } else if part.is_empty() {
                break;
            } else {
                self.session.push(part);
            }
            if let Some(bar) = &bar {
                bar.set_position(self.bytes.inputs.iter().map(Input::done).sum());
            }
            if !each(self)? {
                return Ok(());
            }
        }
        self.session.finish();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        self.check()
    }

    fn next_file(&self) -> Option<usize> {
        match self.bytes.inputs.len() {
            1 => Some(0),
            _ => self.session.wanted_file(),
        }
    }

    /// Whether there is anything in it.
    fn check(&self) -> Result<(), Failure> {
        let summary = self.session.summary();
        if self.bytes.inputs.len() > 1
            && let Some(error) = self.session.error()
        {
            return Err(Failure::input(error));
        }
        if summary.packets > 0 || summary.grains > 0 {
            return Ok(());
        }
        let reason = self.session.unsupported().or_else(|| self.session.error());
        let reason = reason.or(summary.damage.map(|damage| damage.reason));
        let reason = reason.unwrap_or_else(|| "there is no packet in it".into());
        Err(Failure::input(format!("{}: {reason}", self.name)))
    }

    /// The bytes of a Grain's extents, concealed where that is asked for.
    pub(crate) fn grain(&mut self, grain: u32, privacy: Option<&Privacy>) -> Result<Vec<Vec<u8>>, Failure> {
        let packets = self.bytes.read(&self.session.grain_extents(grain))?;
        Ok(match privacy {
            Some(privacy) => Concealer::new(&self.session, privacy).grain(grain, packets),
            None => packets,
        })
    }

    /// Rows of Grains from a number on.
    pub(crate) fn grain_rows(&self, first: u64) -> Vec<GrainRow> {
        let query = Query {
            first,
            count: WINDOW,
            ..Query::default()
        };
        // A query without a filter has nothing that can be wrong.
        self.session
            .grains(&query)
            .map(|window| window.rows)
            .unwrap_or_default()
    }

    /// Whether more may come at any time.
    pub(crate) fn is_live(&self) -> bool {
        self.bytes.inputs.iter().any(Input::is_live)
    }

    /// What is to be said once everything is written: a data set that could not be decoded.
    pub(crate) fn unsupported(&self) -> Result<(), Failure> {
        match self.session.unsupported() {
            Some(reason) => Err(Failure::input(format!("{}: {reason}", self.name))),
            None => Ok(()),
        }
    }
}

fn progress(size: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
