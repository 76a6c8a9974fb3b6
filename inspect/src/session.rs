//! The session: bytes in, answers out.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dicom_rtv::Limits;
use grainscope_capture::fragments::Fragments;
use grainscope_capture::{Format, LinkType, Reader};

use crate::document::Document;
use crate::findings::{Findings, Listed};
use crate::flow::metadata::Decoder;
use crate::flow::table::FlowTable;
use crate::index::{Chunked, GrainEntry, NO_TIME, PacketEntry};
use crate::merge::Merger;
use crate::model::{Count, Damage, Summary};
use crate::query::Cache;
use crate::rules::{Accepted, RuleSettings, Thresholds};
use crate::sdp::Descriptions;

/// What a session should know beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Session descriptions: a name for people, and the text.
    pub sdp: Vec<(String, String)>,
    /// Bounds on what a hostile capture may claim.
    pub limits: Limits,
    /// Whether every datagram that can be RTP is taken for RTP, without the usual proof.
    pub assume_rtp: bool,
    /// Limits of the rules, and deviations that are accepted.
    pub rules: RuleSettings,
    /// Nanoseconds to be added to all capture times, where the capture's clock is known to be off.
    pub clock_offset_ns: i64,
    /// Names of the files, where several make one capture: see [`Session::push_file`].
    pub files: Vec<String>,
}

/// One capture, or one live stream, under inspection.
#[derive(Debug)]
pub struct Session {
    reader: Reader,
    /// The first bytes, until they tell whether this is a capture or one DICOM object.
    prefix: Vec<u8>,
    /// The bytes of one RTV payload or DICOM file, where the stream is no capture.
    document: Option<Document>,
    pub(crate) assume_rtp: bool,
    pub(crate) clock_offset_ns: i64,
    /// The files of a capture that comes in several.
    pub(crate) merger: Option<Box<Merger>>,
    pub(crate) fragments: Fragments,
    /// Packets whose datagram came in several IP fragments: the ordinals of all of them, by that of the last.
    pub(crate) fragmented: BTreeMap<u64, Vec<u64>>,
    pub(crate) links: Vec<LinkType>,
    pub(crate) packets: Chunked<PacketEntry>,
    /// Entries of it that are no packets.
    pub(crate) without_packet: u64,
    pub(crate) grains: Chunked<GrainEntry>,
    /// Ordinals of the packets of all Grains, one Grain behind the other.
    pub(crate) grain_packets: Chunked<u32>,
    pub(crate) table: FlowTable,
    pub(crate) descriptions: Descriptions,
    pub(crate) decoder: Decoder,
    pub(crate) findings: Findings,
    /// Frames that are no IP, by what they are.
    pub(crate) ignored: BTreeMap<&'static str, u64>,
    /// Time of the packet in hand.
    pub(crate) time_ns: i64,
    pub(crate) start_ns: Option<i64>,
    pub(crate) end_ns: Option<i64>,
    pub(crate) digits: u8,
    finished: bool,
    pub(crate) cache: RefCell<Cache>,
    pub(crate) thresholds: Thresholds,
    pub(crate) accepts: Vec<Accepted>,
    pub(crate) listing: RefCell<Listed>,
}

impl Session {
    /// A session that has seen nothing.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let limits = grainscope_capture::Limits::default();
        let mut descriptions = Descriptions::default();
        for (name, text) in options.sdp {
            // What could not be read is kept with its reason and reported with the findings.
            _ = descriptions.add(name, &text);
        }
        Self {
            fragments: Fragments::new(&limits),
            reader: Reader::new(limits),
            prefix: Vec::new(),
            document: None,
            assume_rtp: options.assume_rtp,
            clock_offset_ns: options.clock_offset_ns,
            merger: (!options.files.is_empty()).then(|| Box::new(Merger::new(options.files))),
            fragmented: BTreeMap::new(),
            links: Vec::new(),
            packets: Chunked::default(),
            without_packet: 0,
            grains: Chunked::default(),
            grain_packets: Chunked::default(),
            table: FlowTable::new(options.limits.flows),
            descriptions,
            decoder: Decoder {
                limits: options.limits,
                ..Decoder::default()
            },
            findings: Findings::default(),
            ignored: BTreeMap::new(),
            time_ns: NO_TIME,
            start_ns: None,
            end_ns: None,
            digits: 0,
            finished: false,
            cache: RefCell::default(),
            thresholds: options.rules.thresholds,
            accepts: options.rules.accept,
            listing: RefCell::default(),
        }
    }

    /// Takes the next bytes of the stream. Never fails: damage is part of the [`summary`](Self::summary).
    pub fn push(&mut self, bytes: &[u8]) {
        if let Some(document) = &mut self.document {
            document.push(bytes);
        } else if self.reader.position() > 0 {
            self.read(bytes);
        } else {
            // One DICOM object is told from a capture by its prefix, at byte 128.
            self.prefix.extend_from_slice(bytes);
            if self.prefix.len() >= Format::PREFIX {
                self.begin();
            }
        }
    }

    /// The stream has ended: pending Grains are given out, flows are judged.
    pub fn finish(&mut self) {
        if self.finished {
            return;
        }
        self.finished = true;
        if self.merger.is_some() {
            self.finish_files();
            self.end();
            return;
        }
        if self.document.is_none() && self.reader.position() == 0 {
            self.begin();
        }
        if let Some(mut document) = self.document.take() {
            if let Some(entry) = document.finish(&self.decoder.limits) {
                self.grains.push(entry);
            }
            self.document = Some(document);
            return;
        }
        // Whether this was a capture at all is asked for by `error`.
        _ = self.reader.finish();
        self.end();
    }

    fn begin(&mut self) {
        let prefix = std::mem::take(&mut self.prefix);
        if Format::detect(&prefix) == Format::Dicom {
            let mut document = Document::default();
            document.push(&prefix);
            self.document = Some(document);
        } else {
            self.read(&prefix);
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        // The reader lends its records while the rest of the session takes them, so it is taken out meanwhile.
        let mut reader = std::mem::replace(&mut self.reader, Reader::new(grainscope_capture::Limits::default()));
        let mut rest = bytes;
        while let Some(record) = reader.next(&mut rest) {
            self.record(&record);
        }
        self.reader = reader;
    }

    pub(crate) const fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// Why the data set of a DICOM file is not decoded: "not supported: NAME (UID)".
    #[must_use]
    pub fn unsupported(&self) -> Option<String> {
        self.document.as_ref().and_then(|document| document.unsupported.clone())
    }

    /// Why the stream is no capture, if it is none: a sentence that says what it is and what to do.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        match &self.merger {
            Some(merger) => merger.error(),
            None => self.reader.error().map(|error| error.to_string()),
        }
    }

    /// The capture as a whole.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut ignored: Vec<Count> = self
            .ignored
            .iter()
            .map(|(name, count)| Count {
                name: (*name).to_owned(),
                count: *count,
            })
            .collect();
        let statistics = self.fragments.statistics();
        let lost = statistics.expired + statistics.evicted;
        for (name, count) in [
            ("IP datagrams that never became whole", lost),
            (
                "IP fragments that contradict each other",
                statistics.overlapping + statistics.invalid,
            ),
            ("packets beyond the limit of flows", self.table.overflow),
        ] {
            if count > 0 {
                ignored.push(Count {
                    name: name.to_owned(),
                    count,
                });
            }
        }
        let mut summary = Summary {
            format: match &self.document {
                Some(document) => Some(document.format().to_owned()),
                None => self.reader.format().map(|format| format.name().to_owned()),
            },
            bytes: self
                .document
                .as_ref()
                .map_or(self.reader.position(), |document| document.length),
            packets: self.packets.len() as u64 - self.without_packet,
            start_ns: self.start_ns,
            end_ns: self.end_ns,
            time_digits: self.time_digits(),
            grains: self.grains.len() as u64,
            flows: self.table.public().len() as u32,
            findings: self.finding_counts(),
            dropped: self.reader.interfaces().iter().map(|interface| interface.drops()).sum(),
            ignored,
            damage: self.reader.damage().map(|d| Damage {
                offset: d.offset,
                reason: d.reason.clone(),
            }),
            finished: self.finished,
        };
        if let Some(merger) = &self.merger {
            merger.describe(&mut summary);
        }
        summary
    }

    /// Time of the earliest packet, nanoseconds since 1970 UTC.
    #[must_use]
    pub const fn start_ns(&self) -> Option<i64> {
        self.start_ns
    }

    pub(crate) const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Decimal digits that the capture's times have after the second: 6 or 9.
    #[must_use]
    pub const fn time_digits(&self) -> u8 {
        if self.digits == 0 { 6 } else { self.digits }
    }

    /// The index entry of a packet, by its ordinal from 1.
    pub(crate) fn entry(&self, ordinal: u64) -> Option<&PacketEntry> {
        self.packets.get(usize::try_from(ordinal.checked_sub(1)?).ok()?)
    }

    pub(crate) fn entry_mut(&mut self, ordinal: u64) -> Option<&mut PacketEntry> {
        self.packets.get_mut(usize::try_from(ordinal.checked_sub(1)?).ok()?)
    }

    pub(crate) fn mark(&mut self, ordinal: u64, flag: u8) {
        if let Some(entry) = self.entry_mut(ordinal) {
            entry.flags |= flag;
        }
    }

    /// The number of a link type in this session's list.
    pub(crate) fn link(&mut self, link: LinkType) -> u8 {
        if let Some(at) = self.links.iter().position(|known| *known == link) {
            return at as u8;
        }
        if self.links.len() < usize::from(u8::MAX) {
            self.links.push(link);
        } else if self.links.len() == usize::from(u8::MAX) {
            // No real capture has so many: the rest is not decoded again when somebody looks.
            self.links.push(LinkType(u32::MAX));
        }
        (self.links.len() - 1) as u8
    }
}
