//! A DICOM Metadata Flow: identity, static part, and what it refers to.

use std::collections::{BTreeMap, VecDeque};

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dictionary::{self, tags};
use dicom_rtv::grain::looks_like_start;
use dicom_rtv::iod::{self, Iod};
use dicom_rtv::nmos::{Evidence, ExtensionGuess, ExtensionKind, ExtensionMap, GrainFlags, Identity};
use dicom_rtv::payload::Payload;
use dicom_rtv::rtp::{Extension, Form, RtpPacket};
use dicom_rtv::sdp::MediaView;
use dicom_rtv::{Limits, PtpTimestamp, Tag};
use uuid::Uuid;

use crate::index::NONE;
use crate::model::{Fact, FlowKind};
use crate::rules::Memory;
use crate::rules::grain::FlowRules;
use crate::rules::rtp::{self, Clock, FirstExtension};

/// Packet headers kept for Grains that are not complete yet.
const PENDING_HEADERS: usize = 256;

/// Bytes of a header that is kept; the identity takes a hundred.
const HEADER: usize = 4096;

/// Grains whose header is kept to be read again when the meaning of the extension ids becomes clearer.
const EARLY_GRAINS: usize = 64;

/// The reserved bits of the Grain Flags.
const RESERVED_FLAG_BITS: u8 = 0x3F;

/// SOP classes told apart in one flow.
const CLASSES: usize = 16;

/// What the static part says about whom and by what, in the order that people ask.
const FACTS: [Tag; 14] = [
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::STUDY_DESCRIPTION,
    tags::ACCESSION_NUMBER,
    tags::MODALITY,
    tags::MANUFACTURER,
    tags::MANUFACTURER_MODEL_NAME,
    tags::DEVICE_SERIAL_NUMBER,
    tags::SOFTWARE_VERSIONS,
    tags::STATION_NAME,
    tags::ROWS,
    tags::COLUMNS,
];

/// A bulk data flow that the static part names (PS3.3 C.7.6.26).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) source_id: Option<Uuid>,
    pub(crate) flow_id: Option<Uuid>,
    pub(crate) transfer_syntax: Option<String>,
    /// (0034,0004), Hz.
    pub(crate) sampling_rate: Option<u32>,
}

/// What is known of a metadata flow.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// Headers of the packets with an extension that may be the first of their Grain, by ordinal, until it is complete.
    headers: VecDeque<(u64, Box<[u8]>)>,
    /// RTP timestamp of the header kept last.
    latest: Option<u32>,
    /// Headers of the first Grains, by Grain.
    early: Vec<(u32, Box<[u8]>)>,
    guess: ExtensionGuess,
    map: ExtensionMap,
    /// Grains so far.
    pub(crate) grains: u32,
    /// The first of them.
    pub(crate) first_grain: u32,
    /// SOP Class UIDs and how often each came.
    classes: BTreeMap<String, u32>,
    pub(crate) sop_instance: Option<String>,
    pub(crate) source_id: Option<Uuid>,
    pub(crate) flow_id: Option<Uuid>,
    pub(crate) sampling_rate: Option<u32>,
    /// The character set of the latest static part.
    pub(crate) charset: CharacterSet,
    /// The latest Grain with a static part.
    pub(crate) static_grain: u32,
    pub(crate) facts: Vec<Fact>,
    pub(crate) described: Vec<Described>,
    /// SOP Instance UIDs that a rendition refers to.
    pub(crate) refers_to: Vec<String>,
    /// RTP timestamps of the first Grains, to find the flow with the same.
    pub(crate) timestamps: Vec<u32>,
    /// RTP and sync timestamp of the first and of the latest Grain that has both.
    span: Option<[(u32, PtpTimestamp); 2]>,
    /// What the rules remember.
    pub(crate) rules: FlowRules,
}

/// Timestamps kept to find the described flow.
pub(crate) const TIMESTAMPS: usize = 1024;

impl Metadata {
    /// A flow that an SDP describes, or none.
    pub(crate) fn new(view: Option<MediaView<'_>>, payload_type: u8) -> Self {
        let map = view.map(|view| view.extension_map()).unwrap_or_default();
        let knows_ids = ExtensionKind::REQUIRED
            .into_iter()
            .all(|kind| map.id_of(kind).is_some());
        let clock = Clock {
            rate: view
                .and_then(|view| view.rtpmap(payload_type))
                .map(|map| map.clock_rate),
            offset: view.and_then(|view| view.media_clock_offset()),
        };
        Self {
            headers: VecDeque::new(),
            latest: None,
            span: None,
            rules: FlowRules::new(clock, knows_ids),
            early: Vec::new(),
            guess: ExtensionGuess::new(map),
            map,
            grains: 0,
            first_grain: NONE,
            classes: BTreeMap::new(),
            sop_instance: None,
            source_id: None,
            flow_id: None,
            sampling_rate: None,
            charset: CharacterSet::DEFAULT,
            static_grain: NONE,
            facts: Vec::new(),
            described: Vec::new(),
            refers_to: Vec::new(),
            timestamps: Vec::new(),
        }
    }

    /// The ids as they are understood now.
    pub(crate) const fn map(&self) -> &ExtensionMap {
        &self.map
    }

    /// The Grain Flags of a packet. As long as nobody knows their id, they are the only element of one byte that can be flags.
    pub(crate) fn flags(&self, extension: &Extension<'_>) -> Option<GrainFlags> {
        if self.map.id_of(ExtensionKind::GrainFlags).is_some() {
            return Identity::read(extension, &self.map).flags;
        }
        let mut short = extension.elements().filter(|element| element.data.len() == 1);
        let (first, second) = (short.next()?, short.next());
        let byte = first
            .data
            .first()
            .copied()
            .filter(|byte| byte & RESERVED_FLAG_BITS == 0)?;
        (second.is_none() && self.map.get(first.id).is_none()).then(|| GrainFlags::from_byte(byte))
    }

    /// Keeps the header of a packet until its Grain is complete.
    pub(crate) fn keep_header(&mut self, ordinal: u64, packet: &RtpPacket<'_>) {
        // Where all packets have one, the first with a timestamp will do, unless it overtook the start of its Grain.
        let is_first = self.latest != Some(packet.timestamp());
        if packet.extension().is_none() || !is_first && !looks_like_start(packet.payload()) {
            return;
        }
        self.latest = Some(packet.timestamp());
        if self.headers.len() >= PENDING_HEADERS {
            self.headers.pop_front();
        }
        let header = packet.bytes().get(..packet.payload_offset()).unwrap_or_default();
        if header.len() > HEADER {
            return;
        }
        self.headers.push_back((ordinal, header.into()));
    }

    /// The header of the first of these packets that has one, with its ordinal; forgets those.
    pub(crate) fn take_header(&mut self, packets: impl Iterator<Item = u64>) -> Option<(u64, Box<[u8]>)> {
        let mut found: Option<(u64, Box<[u8]>)> = None;
        for ordinal in packets {
            let Some(at) = self.headers.iter().position(|(key, _)| *key == ordinal) else {
                continue;
            };
            let Some((key, header)) = self.headers.remove(at) else {
                continue;
            };
            if found.is_none() {
                found = Some((key, header));
            }
        }
        found
    }

    /// Reads the identity of a Grain; learns what the ids mean where no SDP says so. With it come Grains whose identity
    /// reads differently now.
    pub(crate) fn identity(
        &mut self,
        grain: u32,
        header: Option<Box<[u8]>>,
        payload: &Payload<'_>,
        rtp_timestamp: u32,
    ) -> (Identity, Vec<(u32, Identity)>) {
        let Some(header) = header else {
            return (Identity::default(), Vec::new());
        };
        let Ok(packet) = RtpPacket::parse_truncated(&header, header.len()) else {
            return (Identity::default(), Vec::new());
        };
        let Some(extension) = packet.extension() else {
            return (Identity::default(), Vec::new());
        };
        let mut changed = Vec::new();
        if self.early.len() < EARLY_GRAINS {
            self.guess.observe(
                &extension,
                &Evidence {
                    source_id: payload.meta().source_id(),
                    flow_id: payload.meta().flow_id(),
                    origin: payload.dynamic().and_then(|d| d.frame_origin_timestamp()),
                    rtp_timestamp,
                    clock_rate: payload.meta().sampling_rate().or(self.sampling_rate),
                },
            );
            let map = self.guess.map();
            if map != self.map {
                self.map = map;
                changed = self
                    .early
                    .iter()
                    .filter_map(|(grain, header)| Some((*grain, read(header, &map)?)))
                    .collect();
            }
        }
        let identity = Identity::read(&extension, &self.map);
        if let Some(sync) = identity.sync {
            let now = (rtp_timestamp, sync);
            self.span = Some([self.span.map_or(now, |[first, _]| first), now]);
        }
        if self.early.len() < EARLY_GRAINS {
            self.early.push((grain, header));
        }
        self.source_id = identity.source_id.or(self.source_id);
        self.flow_id = identity.flow_id.or(self.flow_id);
        (identity, changed)
    }

    /// Takes over what a Grain says.
    pub(crate) fn learn(&mut self, grain: u32, rtp_timestamp: u32, payload: &Payload<'_>) {
        if self.grains == 0 {
            self.first_grain = grain;
        }
        self.grains += 1;
        if self.timestamps.len() < TIMESTAMPS {
            self.timestamps.push(rtp_timestamp);
        }
        let meta = payload.meta();
        if let Some(class) = meta.sop_class_uid() {
            let is_full = self.classes.len() >= CLASSES;
            match self.classes.get_mut(class) {
                Some(count) => *count += 1,
                None if is_full => {}
                None => _ = self.classes.insert(class.to_owned(), 1),
            }
        }
        if let Some(instance) = meta.sop_instance_uid()
            && self.sop_instance.as_deref() != Some(instance)
        {
            self.sop_instance = Some(instance.to_owned());
        }
        self.sampling_rate = meta.sampling_rate().or(self.sampling_rate);
        if payload.is_static() {
            self.static_grain = grain;
            self.charset = payload.data_set().charset(self.charset);
            self.learn_static(payload);
        }
    }

    fn learn_static(&mut self, payload: &Payload<'_>) {
        let data_set = payload.data_set();
        self.facts.clear();
        for tag in FACTS {
            let Some(element) = data_set.get(tag) else { continue };
            let value = dicom_rtv::value::display(element.vr(), element.value(), &element.charset(self.charset), 200);
            if !value.is_empty() {
                let name = dictionary::lookup(tag).map_or_else(|| tag.to_string(), |entry| entry.name.to_owned());
                self.facts.push(Fact { name, value });
            }
        }
        self.described.clear();
        self.described
            .extend(payload.bulk_data_flows().take(64).map(|flow| Described {
                source_id: flow.source_id,
                flow_id: flow.flow_id,
                transfer_syntax: flow.transfer_syntax_uid.map(str::to_owned),
                sampling_rate: flow.sampling_rate,
            }));
        self.refers_to.clear();
        if let Some(evidence) = data_set.get(tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE) {
            let inside = |index: u32| index > evidence.index();
            let references = data_set.walk().filter_map(|(_, node)| match node {
                dicom_rtv::dataset::Node::Element(e)
                    if e.tag() == tags::REFERENCED_SOP_INSTANCE_UID
                        && inside(e.index())
                        && e.start() < evidence.end() =>
                {
                    e.uid().map(str::to_owned)
                }
                _ => None,
            });
            self.refers_to.extend(references.take(256));
        }
    }

    /// The usual clock rate that RTP timestamps have against sync timestamps.
    pub(crate) fn measured_rate(&self) -> Option<u32> {
        rtp::measured_rate(&self.span?)
    }

    /// The SOP Class UID that most Grains state.
    pub(crate) fn sop_class(&self) -> Option<&str> {
        self.classes
            .iter()
            .max_by_key(|(_, count)| **count)
            .map(|(class, _)| class.as_str())
    }

    /// The kind that the commonest SOP class stands for.
    pub(crate) fn kind(&self) -> Option<FlowKind> {
        let kind = |class: &str| match class {
            "1.2.840.10008.10.1" | "1.2.840.10008.10.2" => Some(FlowKind::DicomVideo),
            "1.2.840.10008.10.3" => Some(FlowKind::DicomAudio),
            "1.2.840.10008.10.4" => Some(FlowKind::DicomRendition),
            _ => None,
        };
        let known = self
            .classes
            .iter()
            .filter_map(|(class, count)| Some((*count, kind(class)?)));
        known.max_by_key(|(count, _)| *count).map(|(_, kind)| kind)
    }

    /// The Information Object Definition of the commonest SOP class that has one.
    pub(crate) fn iod(&self) -> Option<&'static Iod> {
        let known = self
            .classes
            .iter()
            .filter_map(|(class, count)| Some((*count, iod::by_sop_class(class)?)));
        known.max_by_key(|(count, _)| *count).map(|(_, iod)| iod)
    }
}

/// The identity that a kept header carries.
fn read(header: &[u8], map: &ExtensionMap) -> Option<Identity> {
    let packet = RtpPacket::parse_truncated(header, header.len()).ok()?;
    Some(Identity::read(&packet.extension()?, map))
}

/// What the header of a Grain's first packet says about its extension. `header` is the first one of the Grain that has
/// an extension, with its ordinal.
pub(crate) fn first_extension(header: Option<&(u64, Box<[u8]>)>, first: Option<u64>) -> FirstExtension {
    let Some(first) = first else {
        return FirstExtension::Unknown;
    };
    let extension = header
        .filter(|(ordinal, _)| *ordinal == first)
        .and_then(|(_, bytes)| RtpPacket::parse_truncated(bytes, bytes.len()).ok())
        .and_then(|packet| packet.extension());
    match extension {
        None => FirstExtension::Absent,
        Some(extension) => FirstExtension::Present {
            profile: extension.profile(),
            is_readable: extension.form() != Form::Other,
        },
    }
}

/// Limits for the data sets of one Grain, and scratch space to decode them in.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    pub(crate) limits: Limits,
    pub(crate) arena: dicom_rtv::payload::PayloadArena,
    pub(crate) memory: Memory,
}
