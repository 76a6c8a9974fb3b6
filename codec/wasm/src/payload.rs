//! RTV payloads.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::payload::{Dynamic, Payload};
use dicom_rtv::{Limits, PtpTimestamp, meta};
use serde::Serialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::bytes::{self, Bytes};
use crate::elements::{self, Description, IssueDescription, describe};
use crate::fault::Result;
use crate::json;
use crate::object::plain;
use crate::options::{self, PayloadOptions};

/// Reads an RTV payload: what a Grain of a DICOM Metadata Flow carries. Total: what is wrong is in `issues`, beside all that
/// can be read.
///
/// Throws an `RtvError` only for arguments of the wrong type.
#[wasm_bindgen(js_name = decodePayload, unchecked_return_type = "Payload")]
pub fn decode_payload(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "PayloadOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PayloadOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "payload")?;
    let payload = Payload::parse(&bytes.copy, &Limits::default());
    Ok(plain(&output(&payload, &bytes, options.charset()?)?)?)
}

/// `Payload`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    preamble: JsValue,
    has_prefix: bool,
    is_static: bool,
    is_dynamic: bool,
    meta: Meta,
    data_set: Description,
    dynamic: Option<DynamicOutput>,
    bulk_data_flows: Vec<Flow>,
    issues: Vec<IssueDescription>,
}

/// `MetaInformation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    group_length: Option<u32>,
    transfer_syntax_uid: Option<String>,
    version: Option<ByteBuf>,
    sop_class_uid: Option<String>,
    sop_instance_uid: Option<String>,
    source_id: Option<String>,
    flow_id: Option<String>,
    sampling_rate: Option<u32>,
    actual_frame_duration: Option<f64>,
    private_creator_uid: Option<String>,
    private_information: Option<ByteBuf>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    elements: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    json: JsValue,
}

/// `Dynamic`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DynamicOutput {
    frame_origin_timestamp: Option<i128>,
    frame_acquisition_number: Option<u16>,
    usefulness: Option<Usefulness>,
    camera_position: Option<CameraPosition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Usefulness {
    includes_information: Option<bool>,
    includes_imaging_subject: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CameraPosition {
    render_projection: Option<String>,
    viewpoint_position: Option<[f64; 3]>,
    look_at_point: Option<[f64; 3]>,
    up_direction: Option<[f64; 3]>,
    field_of_view: Option<[f64; 6]>,
}

/// `BulkDataFlow`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Flow {
    source_id: Option<String>,
    flow_id: Option<String>,
    transfer_syntax_uid: Option<String>,
    sampling_rate: Option<u32>,
}

fn output(payload: &Payload<'_>, bytes: &Bytes, charset: CharacterSet) -> Result<Output> {
    let flows = payload.bulk_data_flows().map(|flow| Flow {
        source_id: flow.source_id.map(|id| id.to_string()),
        flow_id: flow.flow_id.map(|id| id.to_string()),
        transfer_syntax_uid: flow.transfer_syntax_uid.map(str::to_owned),
        sampling_rate: flow.sampling_rate,
    });
    Ok(Output {
        preamble: payload
            .preamble()
            .map_or(JsValue::NULL, |preamble| bytes::array(preamble)),
        has_prefix: payload.has_prefix(),
        is_static: payload.is_static(),
        is_dynamic: payload.is_dynamic(),
        meta: meta_of(payload, bytes)?,
        data_set: describe(payload.data_set(), bytes, charset)?,
        dynamic: payload.dynamic().as_ref().map(dynamic),
        bulk_data_flows: flows.collect(),
        issues: elements::issues(payload.issues()),
    })
}

fn meta_of(payload: &Payload<'_>, bytes: &Bytes) -> Result<Meta> {
    let info = payload.meta();
    let text = |text: Option<&str>| text.map(str::to_owned);
    let set = info.data_set();
    // DICOM JSON has no group lengths (PS3.18 F.2.2).
    let named = set.elements().filter(|element| element.tag() != meta::GROUP_LENGTH);
    Ok(Meta {
        group_length: info.group_length(),
        transfer_syntax_uid: text(info.transfer_syntax_uid()),
        version: info.version().map(ByteBuf::from),
        sop_class_uid: text(info.sop_class_uid()),
        sop_instance_uid: text(info.sop_instance_uid()),
        source_id: info.source_id().map(|id| id.to_string()),
        flow_id: info.flow_id().map(|id| id.to_string()),
        sampling_rate: info.sampling_rate(),
        actual_frame_duration: info.actual_frame_duration(),
        private_creator_uid: text(info.private_creator_uid()),
        private_information: info.private_information().map(ByteBuf::from),
        elements: elements::elements(set, bytes).into(),
        json: json::of(named, CharacterSet::DEFAULT)?,
    })
}

fn dynamic(part: &Dynamic<'_, '_>) -> DynamicOutput {
    DynamicOutput {
        frame_origin_timestamp: part.frame_origin_timestamp().map(PtpTimestamp::as_ns),
        frame_acquisition_number: part.frame_acquisition_number(),
        usefulness: part.usefulness().map(|useful| Usefulness {
            includes_information: useful.includes_information,
            includes_imaging_subject: useful.includes_imaging_subject,
        }),
        camera_position: part.camera_position().map(|camera| CameraPosition {
            render_projection: camera.render_projection.map(str::to_owned),
            viewpoint_position: camera.viewpoint_position,
            look_at_point: camera.look_at_point,
            up_direction: camera.up_direction,
            field_of_view: camera.field_of_view,
        }),
    }
}
