//! Captures and reports that can be shared: what PS3.15 E.1 marks as identifying is replaced.
//!
//! A value is replaced by one of the same length and VR, in place, so that all lengths and offsets stay: what is shown,
//! exported as a data set, and exported as packets is the same. UIDs, and the UUIDs of Sources and Flows, are mapped by a keyed
//! hash: the same one is always replaced by the same, in this run or in all runs with the same key. Other values say nothing
//! about what was there but its length. Private attributes are blanked, in data sets that are written anew left out.
//!
//! Kept: Frame Origin Timestamp (0034,0007) in packets, for it is the timing of the flow; in data sets
//! that are written anew it is replaced.

mod packets;
mod profile;

pub use packets::Concealer;

use std::cell::RefCell;
use std::collections::BTreeMap;

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::{DataSet, Element, Node, SpanKind};
use dicom_rtv::part10::Part10;
use dicom_rtv::payload::Payload;
use dicom_rtv::{Limits, Tag, Vr, dictionary, uid, value};
use sha2::{Digest, Sha256};

use crate::document;
use crate::model::{Finding, Flow};

/// Texts that are remembered, to be found again in messages.
const SEEN: usize = 16_384;

/// Shortest text that is replaced in a message where it stands without quotation marks.
const UNQUOTED: usize = 3;

/// What a fact or message says instead.
const HIDDEN: &str = "hidden";

/// RTV Communication SOP Instance UID.
const SOP_INSTANCE: Tag = Tag::new(0x0002, 0x0033);
/// RTV Source Identifier and RTV Flow Identifier, and those of the flows that are described: UUIDs.
const IDENTIFIERS: [Tag; 4] = [
    Tag::new(0x0002, 0x0035),
    Tag::new(0x0002, 0x0036),
    Tag::new(0x0034, 0x0002),
    Tag::new(0x0034, 0x0005),
];
/// Private Information of group 0002.
const PRIVATE_INFORMATION: Tag = Tag::new(0x0002, 0x0102);
/// Frame Origin Timestamp.
const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);
/// Flow Identifier Sequence: marked for what is in it, which is replaced by itself.
const FLOW_IDENTIFIER_SEQUENCE: Tag = Tag::new(0x0034, 0x0001);
const PATIENT_SEX: Tag = Tag::new(0x0010, 0x0040);

/// Replaces what identifies.
#[derive(Debug)]
pub struct Privacy {
    /// Hash of the key.
    seed: [u8; 32],
    /// Texts that were replaced, and by what.
    seen: RefCell<BTreeMap<String, String>>,
}

impl Privacy {
    /// With the key of a run, or of several that shall map UIDs alike.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self {
            seed: Sha256::digest(key).into(),
            seen: RefCell::default(),
        }
    }

    /// The UID that stands for a UID: of the same length, below 2.25 (PS3.5 B.2) where there is room. UIDs that the standard
    /// defines, and empty ones, stay.
    #[must_use]
    pub fn uid(&self, original: &str) -> String {
        if original.is_empty() || uid::lookup(original).is_some() {
            return original.to_owned();
        }
        let length = original.len();
        let root = match length {
            6.. => "2.25.",
            3..=5 => "2.",
            _ => "",
        };
        let mut out = root.to_owned();
        let mut number = u128::from_be_bytes(self.hash(b"uid", original.as_bytes()));
        // 39 digits are a UUID; a longer UID has a second number behind it.
        while out.len() < length {
            let mut room = (length - out.len()).min(39);
            if length - out.len() == room + 1 {
                room -= 1;
            }
            let mut digits = String::new();
            for place in 0..room {
                let digit = (number % 10) as u8;
                number /= 10;
                let first = place == 0 && digit == 0;
                digits.push(char::from(b'0' + if first { 1 } else { digit }));
            }
            out.push_str(&digits);
            if out.len() < length {
                out.push('.');
                number = u128::from_be_bytes(self.hash(b"more", original.as_bytes()));
            }
        }
        out
    }

    /// The 16 bytes that stand for a UUID: a UUID of version 8 (RFC 9562 5.8).
    #[must_use]
    pub fn uuid(&self, original: &[u8; 16]) -> [u8; 16] {
        if original.iter().all(|&byte| byte == 0) {
            return *original;
        }
        let mut bytes = self.hash(b"uuid", original);
        bytes[6] = bytes[6] & 0x0F | 0x80;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        bytes
    }

    fn hash(&self, purpose: &[u8], value: &[u8]) -> [u8; 16] {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(self.seed)
            .chain_update(purpose)
            .chain_update(value)
            .finalize()
            .into();
        let mut out = [0; 16];
        out.copy_from_slice(&digest[..16]);
        out
    }

    /// The payload of a Grain with everything that identifies replaced in place; all of it where it cannot be read.
    #[must_use]
    pub fn payload(&self, bytes: &[u8], charset: CharacterSet, limits: &Limits) -> Vec<u8> {
        let mut out = bytes.to_vec();
        let payload = Payload::parse(bytes, limits);
        let is_read = !payload.meta().data_set().is_empty();
        if is_read {
            self.data_set(payload.meta().data_set(), charset, &mut out);
            self.data_set(payload.data_set(), charset, &mut out);
        }
        blank(&mut out, 0, if is_read { bytes.len().min(128) } else { bytes.len() });
        out
    }

    /// An RTV payload or DICOM file with everything that identifies replaced in place.
    #[must_use]
    pub fn object(&self, bytes: &[u8], charset: CharacterSet, limits: &Limits) -> Vec<u8> {
        if document::is_payload(bytes) {
            return self.payload(bytes, charset, limits);
        }
        let mut out = bytes.to_vec();
        if let Ok(file) = Part10::parse(bytes, limits) {
            self.data_set(file.file_meta(), charset, &mut out);
            match file.data_set() {
                Ok(set) => self.data_set(set, charset, &mut out),
                // What cannot be read cannot be shared.
                Err(_) => blank(&mut out, file.file_meta().end() as usize, bytes.len()),
            }
        } else {
            blank(&mut out, 0, bytes.len());
        }
        out
    }

    /// Replaces in `out`, a copy of the bytes that the data set was read from.
    fn data_set(&self, set: &DataSet<'_>, charset: CharacterSet, out: &mut [u8]) {
        // Everything in a marked sequence is marked, and everything in a private one is blanked.
        let (mut marked_until, mut blank_until) = (0, 0);
        for (_, node) in set.walk() {
            match node {
                Node::Element(element) => {
                    let tag = element.tag();
                    let is_private = tag.is_private() || tag == PRIVATE_INFORMATION || element.start() < blank_until;
                    let is_marked = is_private || element.start() < marked_until || is_identifying(&element);
                    if element.is_sequence() && !element.is_opaque() {
                        if is_private {
                            blank_until = blank_until.max(element.end());
                        } else if is_marked {
                            marked_until = marked_until.max(element.end());
                        }
                        continue;
                    }
                    if !is_marked || element.is_encapsulated() || tag == FRAME_ORIGIN_TIMESTAMP {
                        continue;
                    }
                    let dummy = if is_private {
                        vec![if value::is_text(element.vr()) { b' ' } else { 0 }; element.value().len()]
                    } else {
                        self.dummy(&element)
                    };
                    self.remember(&element, charset, &dummy);
                    put(out, element.value_start() as usize, &dummy);
                }
                Node::Fragment(fragment) => {
                    let is_marked = fragment.start() < marked_until.max(blank_until);
                    if is_marked {
                        blank(
                            out,
                            fragment.end() as usize - fragment.value().len(),
                            fragment.end() as usize,
                        );
                    }
                }
                Node::Item(_) => {}
            }
        }
        for span in set.spans().filter(|span| span.kind == SpanKind::Skipped) {
            blank(out, span.start as usize, span.end as usize);
        }
    }

    /// A value of the same length that identifies nobody.
    fn dummy(&self, element: &Element<'_, '_>) -> Vec<u8> {
        let original = element.value();
        if IDENTIFIERS.contains(&element.tag())
            && let Ok(uuid) = original.try_into()
        {
            return self.uuid(uuid).to_vec();
        }
        if element.tag() == PATIENT_SEX && !original.is_empty() {
            return padded("O", original.len());
        }
        dummy(self, element.vr(), original)
    }

    /// Notes the texts that were replaced.
    fn remember(&self, element: &Element<'_, '_>, charset: CharacterSet, dummy: &[u8]) {
        let mut seen = self.seen.borrow_mut();
        let mut note = |text: &str, instead: &str| {
            if !text.is_empty() && text != instead && seen.len() < SEEN && !seen.contains_key(text) {
                seen.insert(text.to_owned(), instead.to_owned());
            }
        };
        if IDENTIFIERS.contains(&element.tag()) {
            if let (Some(uuid), Ok(instead)) = (element.uuid(), dummy.try_into()) {
                note(&uuid.to_string(), &uuid::Uuid::from_bytes(instead).to_string());
            }
        } else if element.vr() == Vr::UI {
            for (text, instead) in value::uids(element.value()).zip(value::uids(dummy)) {
                note(text, instead);
            }
        } else if value::is_text(element.vr()) {
            let charset = element.charset(charset);
            note(&element.text(&charset), HIDDEN);
            for text in element.strings(&charset) {
                note(&text, HIDDEN);
                if element.vr() == Vr::PN {
                    text.split(['=', '^']).for_each(|part| note(part, HIDDEN));
                }
            }
        }
    }

    /// Notes a UID or UUID that messages may quote.
    pub fn know(&self, id: &str) {
        let instead = match id.parse::<uuid::Uuid>() {
            Ok(uuid) => uuid::Uuid::from_bytes(self.uuid(uuid.as_bytes())).to_string(),
            Err(_) => self.uid(id),
        };
        if id != instead {
            self.seen.borrow_mut().insert(id.to_owned(), instead);
        }
    }

    /// A sentence without the texts that were replaced so far.
    #[must_use]
    pub fn text(&self, message: &str) -> String {
        let seen = self.seen.borrow();
        let mut texts: Vec<(&String, &String)> = seen.iter().collect();
        texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let mut out = message.to_owned();
        for (text, instead) in texts {
            if text.chars().count() >= UNQUOTED {
                out = replace_words(&out, text, instead);
            } else {
                for quote in ['"', '\'', '`'] {
                    out = out.replace(&format!("{quote}{text}{quote}"), &format!("{quote}{instead}{quote}"));
                }
            }
        }
        out
    }

    /// A finding whose message says nothing that was replaced.
    #[must_use]
    pub fn finding(&self, mut finding: Finding) -> Finding {
        finding.message = self.text(&finding.message);
        finding
    }

    /// A flow without identifying facts, and with its UIDs and UUIDs mapped.
    #[must_use]
    pub fn flow(&self, mut flow: Flow) -> Flow {
        for fact in &mut flow.facts {
            let tag = dictionary::by_name(&fact.name).map(|entry| entry.tag);
            if tag.is_none_or(profile::is_marked) {
                HIDDEN.clone_into(&mut fact.value);
            }
        }
        flow.sop_instance = flow.sop_instance.map(|original| self.uid(&original));
        for id in [&mut flow.source_id, &mut flow.flow_id] {
            if let Some(text) = id
                && let Ok(original) = text.parse::<uuid::Uuid>()
            {
                *text = uuid::Uuid::from_bytes(self.uuid(original.as_bytes())).to_string();
            }
        }
        flow
    }
}

/// Whether an attribute identifies: what the profile marks, names of persons, dates and times.
fn is_identifying(element: &Element<'_, '_>) -> bool {
    let tag = element.tag();
    matches!(element.vr(), Vr::PN | Vr::DA | Vr::DT | Vr::TM)
        || tag == SOP_INSTANCE
        || IDENTIFIERS.contains(&tag)
        || profile::is_marked(tag) && tag != FLOW_IDENTIFIER_SEQUENCE
}

/// A value of a VR, of the same length as the original.
fn dummy(privacy: &Privacy, vr: Vr, original: &[u8]) -> Vec<u8> {
    let length = original.len();
    let letters = |most: usize| padded(&"X".repeat(length.min(most)), length);
    match vr {
        Vr::UI => {
            let mut text = Vec::with_capacity(length);
            for (i, part) in original.split(|&byte| byte == b'\\').enumerate() {
                if i > 0 {
                    text.push(b'\\');
                }
                text.extend_from_slice(privacy.uid(value::uid(part)).as_bytes());
            }
            text.resize(length, 0);
            text
        }
        Vr::DA => date(length, &["19000101"]),
        Vr::TM => date(length, &["000000.000000", "000000.000", "000000", "0000", "00"]),
        Vr::DT => date(length, &["19000101000000.000000", "19000101000000", "19000101", "1900"]),
        Vr::AS => date(length, &["000Y"]),
        Vr::DS | Vr::IS => padded(if length == 0 { "" } else { "0" }, length),
        Vr::AE | Vr::CS | Vr::SH => letters(16),
        Vr::LO | Vr::PN => letters(64),
        Vr::ST => letters(1024),
        Vr::LT => letters(10_240),
        Vr::UC | Vr::UT | Vr::UR => letters(usize::MAX),
        _ => vec![0; length],
    }
}

/// Replaces a text wherever it stands by itself, not as a part of a longer word or number.
fn replace_words(message: &str, text: &str, instead: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(text) {
        let (before, found) = rest.split_at(at);
        let behind = found.get(text.len()..).unwrap_or_default();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        out.push_str(before);
        out.push_str(if is_word(last) || is_word(behind.chars().next()) {
            text
        } else {
            instead
        });
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The longest of some forms that fits, with spaces behind it.
fn date(length: usize, forms: &[&str]) -> Vec<u8> {
    let form = forms.iter().find(|form| form.len() <= length);
    padded(form.copied().unwrap_or_default(), length)
}

fn padded(text: &str, length: usize) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(length, b' ');
    bytes
}

fn put(out: &mut [u8], start: usize, value: &[u8]) {
    if let Some(place) = out.get_mut(start..start.saturating_add(value.len())) {
        place.copy_from_slice(value);
    }
}

fn blank(out: &mut [u8], start: usize, end: usize) {
    if let Some(place) = out.get_mut(start..end) {
        place.fill(0);
    }
}

#[cfg(test)]
mod tests;
