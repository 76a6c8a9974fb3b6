//! `grainscope export`: data sets and packets as files.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use grainscope_inspect::export::{DynamicTable, PacketWriter};
use grainscope_inspect::model::{Finding, Flow, FlowKind, GrainRow, PacketRow, Query};
use grainscope_inspect::{Concealer, Privacy, Session};

use crate::capture::{Capture, PrivacyArguments, SourceArguments};
use crate::input::Bytes;
use crate::inspect::hidden_findings;
use crate::select::{Filter, FilterArguments, Time, time};
use crate::{Failure, written};

/// Rows asked for at a time.
const WINDOW: u32 = 1024;

/// Bytes of pcapng that wait to be written.
const PENDING: usize = 1 << 20;

/// Writes data sets and packets as files.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    grainscope export capture.pcapng --to out\n  \
    grainscope export capture.pcapng --to out --only part10 --where grain.static\n  \
    grainscope export capture.pcapng --to out --only packets --rule rtp.loss\n  \
    grainscope export capture.pcapng --to share --only packets --hide-patient\n\n\
    flow1-grain000012.json  data sets of a Grain in the DICOM JSON model: meta and dataset\n\
    flow1-grain000012.dcm   the same as a DICOM file (PS3.10): (0006,0001) becomes an Item of (5200,9230)\n\
    dynamic.csv             all dynamic parts: one row a Grain, one column an attribute path\n\
    packets.pcapng          packets of metadata flows (or of --flow), with findings as comments\n\n\
    With --hide-patient values are replaced by others of the same length, so that lengths, sequence\n\
    numbers and times stay; UDP checksums follow. Payload that cannot be read is blanked. Packets that\n\
    are no RTP media are left out. What audio and video show is left as it is.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: SourceArguments,
    /// The folder to write to; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Only files of these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    only: Vec<Kind>,
    /// Only packets that findings of this rule name, with all packets of their Grains; may be given more than once
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Replaces files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    privacy: PrivacyArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Only up to this time
    #[arg(long, value_name = "TIME", help_heading = "Filters", allow_negative_numbers = true, value_parser = time)]
    until: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// DICOM JSON model, a file a Grain
    Json,
    /// DICOM files, one a Grain
    Part10,
    /// One table of all dynamic parts
    Csv,
    /// Packets as pcapng
    Packets,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let privacy = arguments.privacy.privacy();
    let mut capture = Capture::read(&arguments.source)?;
    capture.unsupported()?;
    let flows = capture.session.flows();
    let filter = arguments.filter.filter(arguments.until);
    filter.check(&flows)?;
    let findings = capture.session.findings();
    for rule in &arguments.rule {
        if !findings.iter().any(|finding| finding.rule == *rule) {
            return Err(Failure::input(format!(
                "{}: there is no finding of the rule {rule}",
                capture.name
            )));
        }
    }
    let findings = match &privacy {
        Some(privacy) => hidden_findings(&mut capture, &flows, findings, privacy)?,
        None => findings,
    };
    std::fs::create_dir_all(&arguments.to)
        .map_err(|error| Failure::input(format!("{}: {error}", arguments.to.display())))?;
    let mut export = Export {
        arguments,
        filter: &filter,
        privacy: privacy.as_ref(),
        flows: &flows,
        files: 0,
        left_out: Vec::new(),
    };
    export.grains(&mut capture)?;
    if export.wants(Kind::Packets) && capture.session.summary().packets > 0 {
        export.packets(&mut capture, findings)?;
    }
    let Export { files, left_out, .. } = export;
    let s = if files == 1 { "" } else { "s" };
    written(writeln!(io::stdout(), "{files} file{s} in {}", arguments.to.display()))?;
    for line in left_out {
        eprintln!("grainscope: {line}");
    }
    if files == 0 {
        return Err(Failure::input("nothing was chosen; see the filters of --help"));
    }
    Ok(())
}

struct Export<'a> {
    arguments: &'a Arguments,
    filter: &'a Filter<'a>,
    privacy: Option<&'a Privacy>,
    flows: &'a [Flow],
    files: u64,
    /// What was left out, and why.
    left_out: Vec<String>,
}

impl Export<'_> {
    fn wants(&self, kind: Kind) -> bool {
        self.arguments.only.is_empty() || self.arguments.only.contains(&kind)
    }

    fn grains(&mut self, capture: &mut Capture) -> Result<(), Failure> {
        let (json, part10, csv) = (self.wants(Kind::Json), self.wants(Kind::Part10), self.wants(Kind::Csv));
        if !(json || part10 || csv) {
            return Ok(());
        }
        let mut table = DynamicTable::default();
        let mut has_rows = false;
        let mut refused: Vec<(String, u64)> = Vec::new();
        self.each_grain(capture, |export, capture, row, packets| {
            if json {
                let (meta, set) = match export.privacy {
                    Some(_) => capture.session.grain_json_hidden(row.id, packets),
                    None => capture.session.grain_json(row.id, packets),
                };
                let text = format!("{{\"meta\":{meta},\"dataset\":{set}}}\n");
                export.file(&format!("{}.json", stem(row)), text.as_bytes())?;
            }
            if part10 {
                match capture.session.grain_part10(row.id, packets, export.privacy.is_some()) {
                    Ok(file) => export.file(&format!("{}.dcm", stem(row)), &file)?,
                    Err(reason) => match refused.iter_mut().find(|(known, _)| *known == reason) {
                        Some((_, count)) => *count += 1,
                        None => refused.push((reason, 1)),
                    },
                }
            }
            if csv && row.is_dynamic {
                has_rows = true;
                capture
                    .session
                    .with_grain(row.id, packets, |decoded| table.learn(decoded));
            }
            Ok(())
        })?;
        for (reason, count) in refused {
            let s = if count == 1 { "" } else { "s" };
            self.left_out
                .push(format!("no DICOM file for {count} Grain{s}: {reason}"));
        }
        if has_rows {
            let path = self.path("dynamic.csv")?;
            let mut file = create(&path)?;
            write(&path, file.write_all(table.head().as_bytes()))?;
            self.each_grain(capture, |export, capture, row, packets| {
                let hide = export.privacy.is_some();
                let line = capture
                    .session
                    .with_grain(row.id, packets, |decoded| table.row(row, decoded, hide))
                    .flatten();
                write(&path, file.write_all(line.unwrap_or_default().as_bytes()))
            })?;
            write(&path, file.flush())?;
            self.files += 1;
        }
        Ok(())
    }

    /// Calls `each` with every chosen Grain and the bytes of its packets.
    fn each_grain(
        &mut self,
        capture: &mut Capture,
        mut each: impl FnMut(&mut Self, &Capture, &GrainRow, &[Vec<u8>]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut next = 0;
        loop {
            let rows = capture.grain_rows(next);
            if rows.is_empty() {
                return Ok(());
            }
            next += rows.len() as u64;
            for row in &rows {
                if self
                    .filter
                    .grain(&capture.session, &mut capture.bytes, self.flows, row)?
                {
                    let packets = capture.grain(row.id, self.privacy)?;
                    each(self, capture, row, &packets)?;
                }
            }
        }
    }

    fn packets(&mut self, capture: &mut Capture, mut findings: Vec<Finding>) -> Result<(), Failure> {
        let Capture { session, bytes, .. } = capture;
        let rules = &self.arguments.rule;
        if !rules.is_empty() {
            findings.retain(|finding| rules.contains(&finding.rule));
        }
        let path = self.path("packets.pcapng")?;
        let mut file = create(&path)?;
        let mut writer = PacketWriter::new(session, &findings);
        let mut concealer = self.privacy.map(|privacy| Concealer::new(session, privacy));
        // All packets of a Grain go together, if a finding names one of them.
        let grains: HashSet<u32> = match rules.is_empty() {
            true => HashSet::new(),
            false => session.grains_of(writer.commented()).into_iter().collect(),
        };
        let (mut count, mut refused, mut next) = (0_u64, 0_u64, 0);
        loop {
            let query = Query {
                first: next,
                count: WINDOW,
                ..Query::default()
            };
            let rows = session.packets(&query).map_err(Failure::input)?.rows;
            if rows.is_empty() {
                break;
            }
            next += rows.len() as u64;
            for row in &rows {
                let is_named =
                    writer.is_commented(row.ordinal) || row.grain.is_some_and(|grain| grains.contains(&grain));
                if !(rules.is_empty() || is_named) || !self.wants_packet(session, bytes, row, is_named)? {
                    continue;
                }
                if concealer.is_some() && !can_be_shared(row.kind) {
                    refused += 1;
                    continue;
                }
                let data = match &mut concealer {
                    Some(concealer) => concealer.packet(row.ordinal, |extents| bytes.read(extents))?,
                    None => bytes.read(session.packet_extent(row.ordinal).as_slice())?.concat(),
                };
                writer.packet(row.ordinal, &data);
                count += 1;
                if writer.pending() > PENDING {
                    write(&path, file.write_all(&writer.take()))?;
                }
            }
        }
        write(&path, file.write_all(&writer.take()).and_then(|()| file.flush()))?;
        if refused > 0 {
            self.left_out.push(format!(
                "{refused} packets left out: they are no RTP media, and what they say cannot be concealed"
            ));
        }
        if count == 0 {
            drop(file);
            std::fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
        } else {
            self.files += 1;
        }
        Ok(())
    }

    fn wants_packet(
        &self,
        session: &Session,
        bytes: &mut Bytes,
        row: &PacketRow,
        is_named: bool,
    ) -> Result<bool, Failure> {
        // Without a choice of flows or findings these are the packets of metadata flows.
        let has_rule = !self.arguments.rule.is_empty() && is_named;
        let is_usual = row.kind.is_dicom() || has_rule || self.filter.chooses_flows();
        Ok(is_usual
            && self.filter.flow_of(row.flow, self.flows)
            && self.filter.time(row.time_ns, session.start_ns())
            && self.filter.packet(session, bytes, row.ordinal, row.grain)?)
    }

    fn file(&mut self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.path(name)?;
        let mut file = create(&path)?;
        write(&path, file.write_all(content).and_then(|()| file.flush()))?;
        self.files += 1;
        Ok(())
    }

    /// The path of a file that may be written.
    fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.arguments.to.join(name);
        if !self.arguments.force && path.exists() {
            return Err(Failure::input(format!(
                "{}: is there already; --force replaces it",
                path.display()
            )));
        }
        Ok(path)
    }
}

/// The name of a Grain's files. Nothing of it comes from the capture but numbers.
fn stem(row: &GrainRow) -> String {
    match row.flow {
        Some(flow) => format!("flow{flow}-grain{:06}", row.index),
        None => "object".into(),
    }
}

/// Whether packets of a kind can be concealed, or say nothing about anybody.
fn can_be_shared(kind: FlowKind) -> bool {
    kind.is_dicom()
        || matches!(
            kind,
            FlowKind::Video
                | FlowKind::Audio
                | FlowKind::Anc
                | FlowKind::Rtcp
                | FlowKind::Ptp
                | FlowKind::Ntp
                | FlowKind::Igmp
        )
}

fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    File::create(path)
        .map(BufWriter::new)
        .map_err(|error| failed(path, &error))
}

fn write(path: &Path, result: io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::input(format!("{}: {error}", path.display()))
}
