//! `grainscope dump`: packets or Grains, one a line, and what is in them.

use std::io::{self, BufWriter, Write};
use std::time::{Duration, Instant};

use grainscope_inspect::model::{FieldRow, Flow, GrainRow, PacketRow, Query};
use grainscope_inspect::{Concealer, Privacy, time as instant};

use crate::capture::{Capture, PrivacyArguments, SourceArguments};
use crate::select::{Filter, FilterArguments, Time, time};
use crate::style::{Style, clean};
use crate::{Failure, written};

/// Rows asked for at a time.
const WINDOW: u32 = 1024;

/// How old the list of flows may be.
const PATIENCE: Duration = Duration::from_millis(200);

/// Bytes in a line of a hex dump.
const LINE: usize = 16;

/// Prints packets, or Grains, one a line, as tcpdump does.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    grainscope dump capture.pcapng --flow dicom\n  \
    grainscope dump capture.pcapng --grains -v --where grain.static\n  \
    tcpdump -i eth0 -w - udp | grainscope dump -\n\n\
    A packet: number, time (UTC), source > destination, what it carries, RTP payload type, sequence\n\
    number and timestamp (M: marker), Grain, bytes on the wire, and what is odd about it.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: SourceArguments,
    /// One line a Grain instead of one a packet
    #[arg(long)]
    grains: bool,
    /// Adds the attributes of each Grain (packets: where it begins); twice: every field of packet or Grain
    #[arg(short, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Adds the bytes: those captured of a packet, the payload of a Grain
    #[arg(short = 'x')]
    bytes: bool,
    #[command(flatten)]
    privacy: PrivacyArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Only up to this time
    #[arg(long, alias = "until", value_name = "TIME", help_heading = "Filters", allow_negative_numbers = true, value_parser = time)]
    to: Option<Time>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let privacy = arguments.privacy.privacy();
    let filter = arguments.filter.filter(arguments.to);
    let mut capture = Capture::open(&arguments.source)?;
    let mut dump = Dump {
        arguments,
        filter: &filter,
        privacy: privacy.as_ref(),
        style: Style::of_stdout(),
        flows: Vec::new(),
        asked: None,
        next: 0,
        out: BufWriter::new(io::stdout().lock()),
    };
    // What comes through a pipe is shown as it comes. In a file, everything about a packet is known only behind its end.
    let is_live = capture.is_live();
    capture.read_all(|capture| {
        if is_live {
            dump.rows(capture, false)?;
        }
        Ok(true)
    })?;
    filter.check(&capture.session.flows())?;
    dump.rows(&mut capture, true)?;
    drop(dump);
    capture.unsupported()
}

struct Dump<'a, W> {
    arguments: &'a Arguments,
    filter: &'a Filter<'a>,
    privacy: Option<&'a Privacy>,
    style: Style,
    flows: Vec<Flow>,
    /// When the flows were asked for.
    asked: Option<Instant>,
    /// The first row that was not printed yet.
    next: u64,
    out: W,
}

impl<W: Write> Dump<'_, W> {
    /// Prints the rows that are new.
    fn rows(&mut self, capture: &mut Capture, is_last: bool) -> Result<(), Failure> {
        // Flows are found out more about all the time; of a pipe that is looked at now and then.
        if is_last || self.asked.is_none_or(|asked| asked.elapsed() > PATIENCE) {
            self.flows = capture.session.flows();
            self.asked = Some(Instant::now());
        }
        // One DICOM object has no packets.
        let of_grains = self.arguments.grains || is_last && capture.session.summary().packets == 0;
        loop {
            let count = if of_grains {
                let rows = capture.grain_rows(self.next);
                for row in &rows {
                    self.grain(capture, row)?;
                }
                rows.len()
            } else {
                let query = Query {
                    first: self.next,
                    count: WINDOW,
                    ..Query::default()
                };
                let rows = capture.session.packets(&query).map_err(Failure::input)?.rows;
                for row in &rows {
                    self.packet(capture, row)?;
                }
                rows.len()
            };
            self.next += count as u64;
            if count == 0 {
                return written(self.out.flush());
            }
        }
    }

    fn packet(&mut self, capture: &mut Capture, row: &PacketRow) -> Result<(), Failure> {
        // A number that a block without a packet has.
        let is_none = row.length == 0 && row.time_ns.is_none() && row.source.is_empty();
        if is_none
            || !self.filter.flow_of(row.flow, &self.flows)
            || !self.filter.time(row.time_ns, capture.session.start_ns())
            || !self
                .filter
                .packet(&capture.session, &mut capture.bytes, row.ordinal, row.grain)?
        {
            return Ok(());
        }
        let digits = capture.session.time_digits();
        let time = self.style.dim(&clock(row.time_ns, digits));
        let mut line = format!("{} {time} {} > {}", row.ordinal, row.source, row.destination);
        if row.source.is_empty() {
            line.truncate(line.len() - 3);
        }
        let flow = row.flow.and_then(|id| self.flows.get(id as usize));
        match flow {
            Some(flow) => line.push_str(&format!(" {} #{}", flow.kind.as_str(), flow.id)),
            None => line.push_str(" no flow"),
        }
        if let (Some(sequence), Some(timestamp)) = (row.sequence, row.rtp_timestamp) {
            let payload_type = flow.and_then(|flow| flow.payload_type);
            let payload_type = payload_type.map_or_else(String::new, |pt| format!(" pt {pt}"));
            let marker = if row.marker { " M" } else { "" };
            line.push_str(&format!(" RTP{payload_type} seq {sequence} ts {timestamp}{marker}"));
        }
        let grain = match row.grain {
            Some(id) => self.grain_row(capture, id),
            None => None,
        };
        if let Some(grain) = &grain {
            line.push_str(&format!(" Grain {}", grain.index));
        }
        line.push_str(&format!(" length {}", row.length));
        let mut notes = row.note.clone();
        if row.truncated {
            notes.push_str(if notes.is_empty() { "cut" } else { ", cut" });
        }
        if !notes.is_empty() {
            line.push_str(&self.style.yellow(&format!(" ({notes})")));
        }
        written(writeln!(self.out, "{line}"))?;
        match self.arguments.verbose {
            0 => {}
            1 => {
                if let Some(grain) = grain.filter(|grain| grain.first_packet == row.ordinal) {
                    self.attributes(capture, &grain)?;
                }
            }
            _ => {
                let packets = self.packet_bytes(capture, row.ordinal)?;
                let detail = capture.session.packet_detail(row.ordinal, &packets);
                self.fields(&detail.fields)?;
            }
        }
        if self.arguments.bytes {
            let packets = self.packet_bytes(capture, row.ordinal)?;
            for bytes in &packets {
                self.hex(bytes)?;
            }
        }
        Ok(())
    }

    fn grain_row(&self, capture: &Capture, id: u32) -> Option<GrainRow> {
        let query = Query {
            first: id.into(),
            count: 1,
            ..Query::default()
        };
        capture.session.grains(&query).ok()?.rows.into_iter().next()
    }

    fn grain(&mut self, capture: &mut Capture, row: &GrainRow) -> Result<(), Failure> {
        if !self
            .filter
            .grain(&capture.session, &mut capture.bytes, &self.flows, row)?
        {
            return Ok(());
        }
        let digits = capture.session.time_digits();
        let mut words = Vec::new();
        if let Some(flow) = row.flow {
            let kind = self.flows.get(flow as usize).map_or("", |flow| flow.kind.as_str());
            let time = self.style.dim(&clock(row.arrival_ns, digits));
            words.push(format!(
                "{time} {kind} #{flow} Grain {} ts {}",
                row.index, row.rtp_timestamp
            ));
            let packets = capture.session.grain_packets(row.id);
            let list: Vec<String> = packets.iter().take(3).map(u64::to_string).collect();
            let more = if packets.len() > 3 { ",…" } else { "" };
            let s = if packets.len() == 1 { "" } else { "s" };
            words.push(format!("packet{s} {}{more} ({})", list.join(","), packets.len()));
        } else {
            words.push(capture.session.summary().format.unwrap_or_default());
        }
        words.push(format!("length {}", row.payload_bytes));
        for (is, word) in [(row.is_static, "static"), (row.is_dynamic, "dynamic")] {
            if is {
                words.push(word.into());
            }
        }
        if !row.complete {
            words.push(self.style.yellow("incomplete"));
        }
        if row.truncated {
            words.push(self.style.yellow("cut"));
        }
        if let Some(origin) = row.origin_ns {
            words.push(format!(
                "origin {}.{:09} TAI",
                origin / 1_000_000_000,
                origin % 1_000_000_000
            ));
        }
        if let Some(latency) = row.latency_ns {
            words.push(format!("latency {:.3} ms", latency as f64 / 1e6));
        }
        if row.findings > 0 {
            words.push(self.style.red(&format!("findings {}", row.findings)));
        }
        written(writeln!(self.out, "{}", words.join(" ")))?;
        match self.arguments.verbose {
            0 => {}
            1 => self.attributes(capture, row)?,
            _ => {
                let packets = capture.grain(row.id, self.privacy)?;
                let detail = capture.session.grain_detail(row.id, &packets);
                self.fields(&detail.fields)?;
            }
        }
        if self.arguments.bytes {
            let packets = capture.grain(row.id, self.privacy)?;
            match row.flow {
                Some(_) => self.hex(&capture.session.grain_payload(row.id, &packets))?,
                None => self.hex(&packets.concat())?,
            }
        }
        Ok(())
    }

    fn attributes(&mut self, capture: &mut Capture, row: &GrainRow) -> Result<(), Failure> {
        let packets = capture.grain(row.id, self.privacy)?;
        let mut fields = capture.session.grain_attributes(row.id, &packets);
        fields.retain(|field| field.tag.is_some() || field.kind == "item");
        self.fields(&fields)
    }

    fn fields(&mut self, fields: &[FieldRow]) -> Result<(), Failure> {
        let least = fields.iter().map(|field| field.depth).min().unwrap_or_default();
        for field in fields {
            let indent = "  ".repeat(usize::from(field.depth - least) + 2);
            let tag = field.tag.as_ref().map_or_else(String::new, |tag| format!("{tag} "));
            let vr = field.vr.as_ref().map_or_else(String::new, |vr| format!("{vr} "));
            let colon = if field.value.is_empty() { "" } else { ": " };
            let mut line = format!("{indent}{tag}{vr}{}{colon}{}", clean(&field.name), clean(&field.value));
            for (is_error, note) in &field.notes {
                let note = format!("  [{}]", clean(note));
                line.push_str(&match is_error {
                    true => self.style.red(&note),
                    false => self.style.dim(&note),
                });
            }
            written(writeln!(self.out, "{line}"))?;
        }
        Ok(())
    }

    /// The captured bytes of a packet and of the fragments before it.
    fn packet_bytes(&self, capture: &mut Capture, ordinal: u64) -> Result<Vec<Vec<u8>>, Failure> {
        let extents = capture.session.packet_extents(ordinal);
        let Some(privacy) = self.privacy else {
            return capture.bytes.read(&extents);
        };
        let mut concealer = Concealer::new(&capture.session, privacy);
        let bytes = &mut capture.bytes;
        extents
            .iter()
            .map(|extent| concealer.packet(extent.packet, |extents| bytes.read(extents)))
            .collect()
    }

    fn hex(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        for (i, line) in bytes.chunks(LINE).enumerate() {
            let mut text = format!("    {:#06x}: ", i * LINE);
            for pair in 0..LINE / 2 {
                for byte in [pair * 2, pair * 2 + 1] {
                    match line.get(byte) {
                        Some(byte) => text.push_str(&format!("{byte:02x}")),
                        None => text.push_str("  "),
                    }
                }
                text.push(' ');
            }
            text.push(' ');
            let printable = |byte: &u8| {
                if (0x20..0x7F).contains(byte) {
                    char::from(*byte)
                } else {
                    '.'
                }
            };
            text.extend(line.iter().map(printable));
            written(writeln!(self.out, "{text}"))?;
        }
        Ok(())
    }
}

/// Time of day in UTC.
fn clock(ns: Option<i64>, digits: u8) -> String {
    let Some(ns) = ns else {
        return "-".into();
    };
    let text = instant::utc(ns, digits);
    let clock = text.split_once('T').map_or(text.as_str(), |(_, clock)| clock);
    clock.trim_end_matches('Z').to_owned()
}
