//! RTP packets, one by one and a Grain cut into them.

use std::collections::BTreeMap;

use dicom_rtv::PtpTimestamp;
use dicom_rtv::nmos::{ExtensionMap, GrainDuration, Identity};
use dicom_rtv::rtp::{Extension, Form, PacketizeOptions, Packetizer, Placement, RtpPacket};
use js_sys::Array;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

use crate::bytes::{self, Bytes};
use crate::fault::{Fault, Result};
use crate::object::plain;
use crate::options::{self, Options, PacketOptions, extension_map, kind_name};
use crate::time::timestamp;

/// Reads one RTP packet: the payload of a UDP datagram.
///
/// Throws an `RtvError` where its headers are incomplete or invalid.
#[wasm_bindgen(js_name = decodePacket, unchecked_return_type = "Packet")]
pub fn decode_packet(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "PacketOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PacketOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "RTP packet")?;
    let packet = parse(&bytes, &options)?;
    Ok(plain(&describe(&packet, &bytes, &options.map()?))?)
}

/// Cuts the payload of a Grain into RTP packets under the UDP size limit. The next Grain's first sequence number is this
/// one's plus the number of packets, modulo 65536.
///
/// Throws an `RtvError` for options that cannot be met.
#[wasm_bindgen(unchecked_return_type = "Uint8Array[]")]
pub fn packetize(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] payload: JsValue,
    #[wasm_bindgen(unchecked_param_type = "PacketizeOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PacketizeInput = options::read(options)?;
    let payload = Bytes::take(&payload, "payload")?;
    let timestamp = options.timestamp;
    let identity = options
        .identity
        .as_ref()
        .map_or(Ok(Identity::default()), IdentityInput::read)?;
    let mut packetizer = Packetizer::new(options.read()?).map_err(Fault::from)?;
    let packets = packetizer
        .packetize(&payload.copy, timestamp, &identity)
        .map_err(Fault::from)?;
    let array: Array = packets.iter().map(|packet| bytes::array(packet)).collect();
    Ok(array.into())
}

/// A packet, whole or cut by a capture.
pub(crate) fn parse<'a>(bytes: &'a Bytes, options: &PacketOptions) -> Result<RtpPacket<'a>> {
    Ok(match options.original_length {
        Some(length) => RtpPacket::parse_truncated(&bytes.copy, length as usize)?,
        None => RtpPacket::parse(&bytes.copy)?,
    })
}

/// `Identity`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentityOutput {
    sync: Option<i128>,
    origin: Option<i128>,
    source_id: Option<String>,
    flow_id: Option<String>,
    flags: Option<Flags>,
    duration: Option<Duration>,
    timecode: Option<serde_bytes::ByteBuf>,
}

impl From<&Identity> for IdentityOutput {
    fn from(identity: &Identity) -> Self {
        Self {
            sync: identity.sync.map(PtpTimestamp::as_ns),
            origin: identity.origin.map(PtpTimestamp::as_ns),
            source_id: identity.source_id.map(|id| id.to_string()),
            flow_id: identity.flow_id.map(|id| id.to_string()),
            flags: identity.flags.map(|flags| Flags {
                start: flags.start,
                end: flags.end,
            }),
            duration: identity.duration.map(|duration| Duration {
                numerator: duration.numerator,
                denominator: duration.denominator,
            }),
            timecode: identity.timecode.map(serde_bytes::ByteBuf::from),
        }
    }
}

#[derive(Serialize)]
struct Flags {
    start: bool,
    end: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Duration {
    numerator: u32,
    denominator: u32,
}

/// `Packet`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Packet {
    marker: bool,
    payload_type: u8,
    sequence_number: u16,
    timestamp: u32,
    ssrc: u32,
    csrcs: Vec<u32>,
    extension: Option<ExtensionOutput>,
    identity: Option<IdentityOutput>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    payload: JsValue,
    payload_offset: u32,
    padding_length: u8,
    length: u32,
    truncated: bool,
}

#[derive(Serialize)]
struct ExtensionOutput {
    profile: u16,
    form: &'static str,
    offset: u32,
    length: u32,
    elements: Vec<ExtensionElement>,
}

#[derive(Serialize)]
struct ExtensionElement {
    id: u8,
    kind: Option<&'static str>,
    offset: u32,
    #[serde(with = "serde_bytes")]
    data: Vec<u8>,
}

fn describe(packet: &RtpPacket<'_>, bytes: &Bytes, map: &ExtensionMap) -> Packet {
    let start = packet.payload_offset() as u32;
    let extension = packet.extension();
    Packet {
        marker: packet.marker(),
        payload_type: packet.payload_type(),
        sequence_number: packet.sequence_number(),
        timestamp: packet.timestamp(),
        ssrc: packet.ssrc(),
        csrcs: packet.csrcs().collect(),
        extension: extension.as_ref().map(|extension| describe_extension(extension, map)),
        identity: extension.map(|extension| (&Identity::read(&extension, map)).into()),
        payload: bytes
            .view(start, start.saturating_add(packet.payload().len() as u32))
            .into(),
        payload_offset: start,
        padding_length: packet.padding_length(),
        length: packet.length() as u32,
        truncated: packet.is_truncated(),
    }
}

fn describe_extension(extension: &Extension<'_>, map: &ExtensionMap) -> ExtensionOutput {
    let elements = extension.elements().map(|element| ExtensionElement {
        id: element.id,
        kind: map.get(element.id).map(kind_name),
        offset: element.offset as u32,
        data: element.data.to_vec(),
    });
    ExtensionOutput {
        profile: extension.profile(),
        form: match extension.form() {
            Form::OneByte => "one-byte",
            Form::TwoByte { .. } => "two-byte",
            Form::Other => "other",
        },
        offset: extension.offset() as u32,
        length: extension.length() as u32,
        elements: elements.collect(),
    }
}

/// What an `Identity` may say when it is written; its flags are those of each packet.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct IdentityInput {
    sync: Option<i128>,
    origin: Option<i128>,
    source_id: Option<String>,
    flow_id: Option<String>,
    duration: Option<Duration>,
    timecode: Option<serde_bytes::ByteBuf>,
}

impl IdentityInput {
    fn read(&self) -> Result<Identity> {
        let timecode = self.timecode.as_ref().map(|bytes| {
            <[u8; 8]>::try_from(bytes.as_slice())
                .map_err(|_| Fault::argument("timecode", "8 bytes", bytes.len().to_string()))
        });
        Ok(Identity {
            sync: self.sync.map(timestamp).transpose()?,
            origin: self.origin.map(timestamp).transpose()?,
            source_id: self.source_id.as_deref().map(uuid).transpose()?,
            flow_id: self.flow_id.as_deref().map(uuid).transpose()?,
            flags: None,
            duration: self.duration.map(|duration| GrainDuration {
                numerator: duration.numerator,
                denominator: duration.denominator,
            }),
            timecode: timecode.transpose()?,
        })
    }
}

/// A UUID of its text.
pub(crate) fn uuid(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| Fault::argument("identifier", "a UUID", text))
}

/// `PacketizeOptions`.
#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PacketizeInput {
    timestamp: u32,
    ssrc: u32,
    sequence_number: u16,
    payload_type: u8,
    udp_limit: u32,
    identity: Option<IdentityInput>,
    extension_map: Option<BTreeMap<String, String>>,
    placement: String,
    flags: bool,
    marker: bool,
    two_byte: bool,
}

impl Default for PacketizeInput {
    fn default() -> Self {
        let usual = PacketizeOptions::default();
        Self {
            timestamp: 0,
            ssrc: usual.ssrc,
            sequence_number: usual.sequence,
            payload_type: usual.payload_type,
            udp_limit: usual.udp_limit as u32,
            identity: None,
            extension_map: None,
            placement: "first-and-last".to_owned(),
            flags: usual.flags,
            marker: usual.marker,
            two_byte: usual.two_byte,
        }
    }
}

impl Options for PacketizeInput {
    const KEYS: &'static [&'static str] = &[
        "timestamp",
        "ssrc",
        "sequenceNumber",
        "payloadType",
        "udpLimit",
        "identity",
        "extensionMap",
        "placement",
        "flags",
        "marker",
        "twoByte",
    ];
}

impl PacketizeInput {
    fn read(&self) -> Result<PacketizeOptions> {
        let placement = match self.placement.as_str() {
            "first" => Placement::FirstOnly,
            "first-and-last" => Placement::FirstAndLast,
            "all" => Placement::All,
            other => {
                return Err(Fault::argument(
                    "placement",
                    "\"first\", \"first-and-last\" or \"all\"",
                    other,
                ));
            }
        };
        Ok(PacketizeOptions {
            payload_type: self.payload_type,
            ssrc: self.ssrc,
            sequence: self.sequence_number,
            udp_limit: self.udp_limit as usize,
            map: extension_map(self.extension_map.as_ref())?,
            placement,
            flags: self.flags,
            marker: self.marker,
            two_byte: self.two_byte,
        })
    }
}
