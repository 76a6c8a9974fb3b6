//! What attributes and UIDs mean.

use dicom_rtv::{Tag, dictionary, uid};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::fault::{Fault, Result};
use crate::object::{kind, plain};

#[derive(Serialize)]
struct Attribute {
    tag: String,
    keyword: &'static str,
    name: &'static str,
    vr: &'static str,
    vrs: Vec<&'static str>,
    vm: Multiplicity,
    retired: bool,
}

#[derive(Serialize)]
struct Multiplicity {
    min: u32,
    max: Option<u32>,
    step: u32,
    text: &'static str,
}

#[derive(Serialize)]
struct Uid {
    uid: &'static str,
    name: &'static str,
    kind: &'static str,
    retired: bool,
}

/// What PS3.6 says about an attribute; `null` for a private or unknown one.
///
/// The attribute is a tag (`"00340007"`, `"(0034,0007)"`, `0x00340007`) or a keyword (`"FrameOriginTimestamp"`).
#[wasm_bindgen(unchecked_return_type = "Attribute | null")]
pub fn lookup(
    #[wasm_bindgen(unchecked_param_type = "string | number")] attribute: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let Some(tag) = find(&attribute)? else {
        return Ok(JsValue::NULL);
    };
    let entry = dictionary::lookup(tag).map(|entry| Attribute {
        tag: hex(tag),
        keyword: entry.keyword,
        name: entry.name,
        vr: entry.vr.as_str(),
        vrs: entry.vrs.iter().map(|vr| vr.as_str()).collect(),
        vm: Multiplicity {
            min: entry.vm.min,
            max: entry.vm.max,
            step: entry.vm.step,
            text: entry.vm.text,
        },
        retired: entry.retired,
    });
    Ok(plain(&entry)?)
}

/// One or two sentences on an attribute that matters in DICOM-RTV; `null` for others. Takes what `lookup` takes.
#[wasm_bindgen(unchecked_return_type = "string | null")]
pub fn explain(
    #[wasm_bindgen(unchecked_param_type = "string | number")] attribute: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let text = find(&attribute)?.and_then(dictionary::explain);
    Ok(text.map_or(JsValue::NULL, JsValue::from_str))
}

/// What a registered UID identifies (PS3.6 Annex A); `null` for others.
#[wasm_bindgen(js_name = lookupUid, unchecked_return_type = "UidEntry | null")]
pub fn lookup_uid(
    #[wasm_bindgen(unchecked_param_type = "string")] uid: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let text = uid
        .as_string()
        .ok_or_else(|| Fault::argument("UID", "a string", kind(&uid)))?;
    let entry = uid::lookup(&text).map(|entry| Uid {
        uid: entry.uid,
        name: entry.name,
        kind: entry.kind.as_str(),
        retired: entry.retired,
    });
    Ok(plain(&entry)?)
}

/// A tag as the DICOM JSON model writes it.
pub(crate) fn hex(tag: Tag) -> String {
    format!("{:08X}", tag.0)
}

/// `None`: a keyword that PS3.6 does not have.
fn find(attribute: &JsValue) -> Result<Option<Tag>> {
    if let Some(number) = attribute.as_f64() {
        let tag = number as u32;
        if f64::from(tag) == number {
            return Ok(Some(Tag(tag)));
        }
    }
    let text = attribute
        .as_string()
        .ok_or_else(|| Fault::argument("attribute", "a tag or a keyword", kind(attribute)))?;
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.unwrap_or(&text);
    let tag = match inner.split_once(',') {
        Some((group, element)) if group.len() == 4 => Tag::from_hex(&format!("{group}{element}")),
        _ => Tag::from_hex(inner),
    };
    Ok(tag.or_else(|| dictionary::by_keyword(&text).map(|entry| entry.tag)))
}
