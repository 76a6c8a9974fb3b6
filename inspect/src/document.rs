//! One DICOM object that comes without packets: an RTV payload, or a DICOM file (PS3.10).

use dicom_rtv::Limits;
use dicom_rtv::part10::Part10;
use dicom_rtv::payload::Payload;
use dicom_rtv::{FieldTree, charset::CharacterSet, dataset, payload};

use crate::index::{GrainEntry, NO_TIME, NONE};

/// The bytes of one object, gathered, for its data set is decoded in one piece.
#[derive(Debug, Default)]
pub(crate) struct Document {
    bytes: Vec<u8>,
    /// Bytes seen; those beyond [`MOST`] are counted only.
    pub(crate) length: u64,
    /// Whether it is an RTV payload, once that was asked.
    is_payload: Option<bool>,
    /// Why its data set is not decoded.
    pub(crate) unsupported: Option<String>,
}

/// Bytes that are kept.
const MOST: usize = 512 << 20;

impl Document {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        let room = MOST.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// "RTV payload" or "DICOM file".
    pub(crate) fn format(&self) -> &'static str {
        match self.is_payload.unwrap_or_else(|| is_payload(&self.bytes)) {
            true => "RTV payload",
            false => "DICOM file",
        }
    }

    /// The object as the only Grain of the session. Its bytes are asked for again like those of any other.
    pub(crate) fn finish(&mut self, limits: &Limits) -> Option<GrainEntry> {
        let is_payload = is_payload(&self.bytes);
        self.is_payload = Some(is_payload);
        let (is_static, is_dynamic) = if is_payload {
            let payload = Payload::parse(&self.bytes, limits);
            (payload.is_static(), payload.is_dynamic())
        } else {
            match Part10::parse(&self.bytes, limits) {
                Ok(file) => {
                    self.unsupported = file.unsupported().map(|name| format!("not supported: {name}"));
                    (self.unsupported.is_none(), false)
                }
                Err(error) => {
                    self.unsupported = Some(error.to_string());
                    return None;
                }
            }
        };
        self.bytes = Vec::new();
        Some(GrainEntry {
            flow: NONE,
            index: 0,
            rtp_timestamp: 0,
            extended: 0,
            sync_ns: None,
            origin_ns: None,
            arrival_ns: NO_TIME,
            packets: (0, 0),
            payload_bytes: u32::try_from(self.length).unwrap_or(u32::MAX),
            complete: true,
            truncated: false,
            is_static,
            is_dynamic,
            static_grain: NONE,
            signature: crate::rules::ledger::OVERFLOW,
            direct: 0,
            compared: 0,
            findings: 0,
        })
    }
}

/// Whether the object is an RTV payload: its group 0002 has the RTV attributes instead of those of PS3.10.
pub(crate) fn is_payload(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1 << 16)).unwrap_or_default();
    let payload = Payload::parse(head, &Limits::default());
    let meta = payload.meta();
    meta.sop_class_uid().is_some() || meta.version().is_some() || meta.flow_id().is_some()
}

/// The fields of an object.
pub(crate) fn fields(bytes: &[u8], limits: &Limits) -> FieldTree {
    if is_payload(bytes) {
        return payload::fields(&Payload::parse(bytes, limits), CharacterSet::DEFAULT);
    }
    let mut tree = FieldTree::new();
    if let Ok(file) = Part10::parse(bytes, limits) {
        tree.append(dataset::fields(file.file_meta(), CharacterSet::DEFAULT), 0, 0);
        if let Ok(data_set) = file.data_set() {
            tree.append(dataset::fields(data_set, CharacterSet::DEFAULT), 0, 0);
        }
    }
    tree
}
