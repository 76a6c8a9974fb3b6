//! The push parser: chunks of a capture in, records out.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::bytes::Endian;
use crate::error::{Damage, Error};
use crate::format::Format;
use crate::limits::Limits;
use crate::link_type::LinkType;
use crate::pcap::{self, Pcap};
use crate::pcapng::Pcapng;
use crate::pcapng::options::Options;
use crate::record::{BlockKind, Interface, Record};

/// Reads a pcap or pcapng stream that arrives in chunks of any size.
///
/// Give it each chunk with [`next`](Self::next) until that answers `None`, then call [`finish`](Self::finish). A record
/// that lies within a chunk is not copied; one that straddles chunks is, once. What is held between chunks is one record
/// or block at most, and never more than [`Limits::block_bytes`] plus a header, whatever lengths the input claims.
///
/// A stream that is no capture ends in an [`Error`]. A capture that breaks off or turns into garbage gives everything
/// before that, and [`damage`](Self::damage) says where it is.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    source: Source,
    /// Bytes of a unit (file header, record, block) whose end has not come yet.
    carry: Vec<u8>,
    /// Length that `carry` must reach before it is looked at again.
    need: usize,
    /// `carry` holds the record that was reported last.
    carry_is_spent: bool,
    /// What is left of a unit that is stepped over, and its whole length.
    skip: (u64, u64),
    /// Offset in the stream of the unit that is next, or being stepped over.
    unit_offset: u64,
    position: u64,
    records: u64,
    damage: Option<Damage>,
    error: Option<Error>,
}

/// What reads the stream, once its first bytes have said.
#[derive(Debug)]
enum Source {
    Unknown,
    Pcap(Pcap, [Interface; 1]),
    Pcapng(Pcapng),
}

/// What a format makes of the bytes at the start of a unit.
pub(crate) enum Step {
    /// The unit, or what tells its length, is this long: come back with as many bytes.
    Need(usize),
    /// A unit of this length holds no packet. It may be longer than the bytes at hand.
    Skip(u64),
    /// A unit holds a packet.
    Record(RecordAt),
    /// No unit can be read here, for this reason.
    Damage(String),
    /// The stream is of another format.
    Refuse(Format),
}

/// A record whose bytes are given as places in its unit.
pub(crate) struct RecordAt {
    pub(crate) kind: BlockKind,
    pub(crate) interface: u32,
    pub(crate) link_type: LinkType,
    pub(crate) time_ns: Option<i64>,
    pub(crate) time_digits: u8,
    pub(crate) captured: u32,
    pub(crate) original: u32,
    pub(crate) data_start: usize,
    pub(crate) options_start: usize,
    pub(crate) options_end: usize,
    pub(crate) endian: Endian,
    /// Length of the unit.
    pub(crate) length: usize,
}

impl Reader {
    /// A reader at the start of a stream.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            source: Source::Unknown,
            carry: Vec::new(),
            need: 0,
            carry_is_spent: false,
            skip: (0, 0),
            unit_offset: 0,
            position: 0,
            records: 0,
            damage: None,
            error: None,
        }
    }

    /// The next record of the stream, of which `rest` holds the bytes that come next; `rest` shrinks from its front.
    ///
    /// `None` says that `rest` is used up: give the next chunk. One may stop before that and go on later with the same
    /// `rest`; bytes that are left out are not noticed here and read as damage.
    #[inline]
    pub fn next<'r, 'c: 'r>(&'r mut self, rest: &mut &'c [u8]) -> Option<Record<'r>> {
        if self.carry_is_spent {
            self.carry_is_spent = false;
            self.carry.clear();
        }
        if self.is_stopped() {
            self.consume(rest, rest.len());
            return None;
        }
        loop {
            if !self.carry.is_empty() || self.skip.0 > 0 {
                match self.resume(rest) {
                    Resumed::Starved => return None,
                    Resumed::Whole => continue,
                    Resumed::Record(found) => {
                        self.carry_is_spent = true;
                        return Some(self.report(found, None));
                    }
                }
            }
            let input: &'c [u8] = rest;
            if input.is_empty() {
                return None;
            }
            match self.step(input) {
                Step::Record(found) => {
                    self.consume(rest, found.length);
                    return Some(self.report(found, Some(input)));
                }
                Step::Need(length) => {
                    self.carry.extend_from_slice(input);
                    self.need = length;
                    self.consume(rest, input.len());
                    return None;
                }
                Step::Skip(length) => {
                    self.skip = (length, length);
                }
                Step::Damage(reason) => {
                    self.stop(reason);
                    self.consume(rest, input.len());
                    return None;
                }
                Step::Refuse(format) => {
                    self.consume(rest, input.len());
                    self.refuse(format, Format::PREFIX);
                    return None;
                }
            }
        }
    }

    /// Says that the stream has ended.
    ///
    /// # Errors
    ///
    /// The stream was no capture. A damaged capture is no error here: see [`damage`](Self::damage).
    pub fn finish(&mut self) -> Result<(), Error> {
        if self.carry_is_spent {
            self.carry_is_spent = false;
            self.carry.clear();
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.damage.is_some() {
            return Ok(());
        }
        if matches!(self.source, Source::Unknown) {
            let format = Format::detect(&self.carry);
            if !format.is_capture() {
                return Err(self.refuse(format, self.carry.len()));
            }
        }
        let (left, total) = self.skip;
        if left > 0 {
            self.stop(format!(
                "the capture ends within a block: {} of {total} bytes are there",
                total - left
            ));
        } else if !self.carry.is_empty() {
            let (there, need) = (self.carry.len(), self.need);
            self.stop(format!(
                "the capture ends within a header, record or block: {there} of {need} bytes are there"
            ));
        }
        Ok(())
    }

    /// The format of the stream; `None` until its first bytes have said that it is a capture.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        match self.source {
            Source::Unknown => None,
            Source::Pcap(..) => Some(Format::Pcap),
            Source::Pcapng(_) => Some(Format::Pcapng),
        }
    }

    /// Why this is no capture, once that is known. Nothing further is read then.
    #[must_use]
    pub const fn error(&self) -> Option<Error> {
        self.error
    }

    /// Where the capture is broken. Nothing further is read then.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The interfaces of all sections so far; a record's `interface` is an index into them.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        match &self.source {
            Source::Unknown => &[],
            Source::Pcap(_, interface) => interface,
            Source::Pcapng(pcapng) => &pcapng.interfaces,
        }
    }

    /// Bytes of the stream that were read or stepped over.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Records that were reported.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// pcapng blocks that were stepped over: names, secrets, custom and unknown ones.
    #[must_use]
    pub const fn skipped_blocks(&self) -> u64 {
        match &self.source {
            Source::Pcapng(pcapng) => pcapng.skipped,
            _ => 0,
        }
    }

    const fn is_stopped(&self) -> bool {
        self.damage.is_some() || self.error.is_some()
    }

    #[inline]
    fn step(&mut self, input: &[u8]) -> Step {
        match &mut self.source {
            Source::Pcap(pcap, _) => pcap.step(input),
            Source::Pcapng(pcapng) => pcapng.step(input),
            Source::Unknown => self.open(input),
        }
    }

    /// Finds out what the stream is, and reads a pcap's file header.
    fn open(&mut self, input: &[u8]) -> Step {
        match Format::detect(input.get(..Format::PREFIX).unwrap_or(input)) {
            Format::Pcapng => {
                let mut pcapng = Pcapng::new(&self.limits);
                let step = pcapng.step(input);
                self.source = Source::Pcapng(pcapng);
                step
            }
            Format::Pcap => match input.first_chunk::<{ pcap::FILE_HEADER }>() {
                None => Step::Need(pcap::FILE_HEADER),
                Some(header) => match Pcap::new(header, &self.limits) {
                    Some((pcap, interface)) => {
                        self.source = Source::Pcap(pcap, [interface]);
                        Step::Skip(pcap::FILE_HEADER as u64)
                    }
                    None => Step::Damage("a file header that cannot be read".to_string()),
                },
            },
            _ if input.len() < Format::PREFIX => Step::Need(next_look(input.len())),
            format => Step::Refuse(format),
        }
    }

    #[cold]
    fn refuse(&mut self, format: Format, length: usize) -> Error {
        let error = Error {
            format,
            length: length as u64,
        };
        self.error = Some(error);
        error
    }

    /// Goes on with a unit that earlier chunks have begun.
    fn resume(&mut self, rest: &mut &[u8]) -> Resumed {
        if self.skip.0 > 0 {
            let step = rest.len().min(usize::try_from(self.skip.0).unwrap_or(usize::MAX));
            self.consume(rest, step);
            self.skip.0 -= step as u64;
            if self.skip.0 > 0 {
                return Resumed::Starved;
            }
            self.unit_offset = self.unit_offset.saturating_add(self.skip.1);
            return Resumed::Whole;
        }
        let missing = self.need.saturating_sub(self.carry.len());
        let there = rest.get(..missing).unwrap_or(rest);
        self.carry.extend_from_slice(there);
        let taken = there.len();
        self.consume(rest, taken);
        if self.carry.len() < self.need {
            return Resumed::Starved;
        }
        let carry = core::mem::take(&mut self.carry);
        let step = self.step(&carry);
        self.carry = carry;
        match step {
            Step::Record(found) => return Resumed::Record(found),
            // Every answer asks for more than there is: `Step::Need` comes from looking past the end.
            Step::Need(length) => {
                self.need = length;
                return Resumed::Whole;
            }
            Step::Skip(length) => {
                self.skip = (length.saturating_sub(self.carry.len() as u64), length);
                if self.skip.0 == 0 {
                    self.unit_offset = self.unit_offset.saturating_add(length);
                }
            }
            Step::Damage(reason) => self.stop(reason),
            Step::Refuse(format) => {
                self.refuse(format, self.carry.len());
            }
        }
        self.carry.clear();
        if self.is_stopped() {
            self.consume(rest, rest.len());
            return Resumed::Starved;
        }
        Resumed::Whole
    }

    /// Makes a record of what `step` found, in `unit` or else in `carry`.
    #[inline]
    fn report<'r>(&'r mut self, found: RecordAt, unit: Option<&'r [u8]>) -> Record<'r> {
        self.records = self.records.saturating_add(1);
        let unit_offset = self.unit_offset;
        self.unit_offset = unit_offset.saturating_add(found.length as u64);
        let without_packet = match &self.source {
            Source::Pcapng(pcapng) => pcapng.frames_without_packet,
            _ => 0,
        };
        let unit = unit.unwrap_or(&self.carry);
        // `step` has checked that all places lie within the unit.
        let data = unit.get(found.data_start..).unwrap_or_default();
        let data = data.get(..found.captured as usize).unwrap_or_default();
        Record {
            ordinal: self.records.saturating_add(without_packet),
            kind: found.kind,
            interface: found.interface,
            link_type: found.link_type,
            time_ns: found.time_ns,
            time_digits: found.time_digits,
            captured_len: found.captured,
            original_len: found.original,
            file_offset: unit_offset.saturating_add(found.data_start as u64),
            data,
            options: Options::new(
                unit.get(found.options_start..found.options_end).unwrap_or_default(),
                found.endian,
            ),
        }
    }

    #[inline]
    fn consume(&mut self, rest: &mut &[u8], length: usize) {
        self.position = self.position.saturating_add(length as u64);
        *rest = rest.get(length..).unwrap_or_default();
    }

    #[cold]
    fn stop(&mut self, reason: String) {
        self.damage = Some(Damage {
            offset: self.unit_offset,
            reason,
        });
        self.carry = Vec::new();
        self.skip = (0, 0);
    }
}

/// What became of a unit that earlier chunks had begun.
enum Resumed {
    /// The chunk is used up.
    Starved,
    /// It is done, or its length is known now.
    Whole,
    /// It holds a packet, in `carry`.
    Record(RecordAt),
}

impl RecordAt {
    /// A record of a pcapng block in which nothing is found yet.
    pub(crate) const fn empty(length: usize, endian: Endian) -> Self {
        Self {
            kind: BlockKind::EnhancedPacket,
            interface: 0,
            link_type: LinkType::NULL,
            time_ns: None,
            time_digits: 0,
            captured: 0,
            original: 0,
            data_start: 0,
            options_start: length,
            options_end: length,
            endian,
            length,
        }
    }
}

/// How many bytes to wait for before an unknown stream is looked at again: four tell a capture, the rest only what else.
const fn next_look(there: usize) -> usize {
    if there < 4 { 4 } else { Format::PREFIX }
}

#[cfg(test)]
mod tests;
