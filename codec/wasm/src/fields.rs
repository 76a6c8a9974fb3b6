//! Field trees: every byte of a structure by name, as a flat list in pre-order.

use dicom_rtv::dataset::{self, DataSet};
use dicom_rtv::field::{FieldKind, FieldTree};
use dicom_rtv::payload::{self, Payload};
use dicom_rtv::{Limits, rtp};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::bytes::Bytes;
use crate::dictionary::hex;
use crate::fault::Result;
use crate::object::plain;
use crate::options::{self, DataSetOptions, PacketOptions, PayloadOptions};
use crate::packet;

/// The fields of an RTP packet. Throws what `decodePacket` throws.
#[wasm_bindgen(js_name = packetFields, unchecked_return_type = "Field[]")]
pub fn packet_fields(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "PacketOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PacketOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "RTP packet")?;
    let packet = packet::parse(&bytes, &options)?;
    Ok(output(&rtp::fields(&packet, &options.map()?))?)
}

/// The fields of an RTV payload, to the last Item.
#[wasm_bindgen(js_name = payloadFields, unchecked_return_type = "Field[]")]
pub fn payload_fields(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "PayloadOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PayloadOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "payload")?;
    let payload = Payload::parse(&bytes.copy, &Limits::default());
    Ok(output(&payload::fields(&payload, options.charset()?))?)
}

/// The fields of a data set.
#[wasm_bindgen(js_name = dataSetFields, unchecked_return_type = "Field[]")]
pub fn data_set_fields(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "DataSetOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: DataSetOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "data set")?;
    let set = DataSet::parse(&bytes.copy, options.syntax()?, &Limits::default());
    Ok(output(&dataset::fields(&set, options.charset()?))?)
}

/// `Field`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field<'a> {
    depth: u16,
    kind: &'static str,
    name: &'a str,
    start: u32,
    length: u32,
    value_start: u32,
    bits: Option<Bits>,
    value: &'a str,
    clause: &'static str,
    tag: Option<String>,
    vr: Option<&'static str>,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct Bits {
    first: u8,
    count: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Note<'a> {
    is_error: bool,
    text: &'a str,
}

fn output(tree: &FieldTree) -> Result<JsValue> {
    let fields = tree.fields.iter().map(|field| Field {
        depth: field.depth,
        kind: kind(field.kind),
        name: &field.name,
        start: field.start,
        length: field.length,
        value_start: field.value_start,
        bits: field.bits.map(|(first, count)| Bits { first, count }),
        value: &field.value,
        clause: field.clause,
        tag: field.tag.map(hex),
        vr: field.vr.map(|vr| vr.as_str()),
        notes: field
            .notes
            .iter()
            .map(|note| Note {
                is_error: note.is_error,
                text: &note.text,
            })
            .collect(),
    });
    plain(&fields.collect::<Vec<_>>())
}

const fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Group => "group",
        FieldKind::Value => "value",
        FieldKind::Element => "element",
        FieldKind::Sequence => "sequence",
        FieldKind::Item => "item",
        FieldKind::Padding => "padding",
        FieldKind::Error => "error",
    }
}
