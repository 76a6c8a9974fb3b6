//! Data sets as JavaScript sees them: elements with their bytes, the DICOM JSON model, issues.

use std::borrow::Borrow;

use dicom_rtv::Limits;
use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::{DataSet, Element, Issue, IssueKind, Node};
use dicom_rtv::dictionary::tags;
use js_sys::{Array, Object};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::bytes::Bytes;
use crate::dictionary::hex;
use crate::fault::{Fault, Result};
use crate::json;
use crate::object::plain;
use crate::options::{self, DataSetOptions, syntax_name};

/// Reads a data set. Total: what is wrong is in `issues`, beside all that can be read.
///
/// Throws an `RtvError` only for arguments of the wrong type.
#[wasm_bindgen(js_name = decodeDataSet, unchecked_return_type = "DataSet")]
pub fn decode_data_set(
    #[wasm_bindgen(unchecked_param_type = "Bytes")] bytes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "DataSetOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: DataSetOptions = options::read(options)?;
    let bytes = Bytes::take(&bytes, "data set")?;
    let set = DataSet::parse(&bytes.copy, options.syntax()?, &Limits::default());
    Ok(plain(&describe(&set, &bytes, options.charset()?)?)?)
}

/// `DataSet`.
#[derive(Serialize)]
pub(crate) struct Description {
    syntax: &'static str,
    complete: bool,
    charset: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    elements: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    json: JsValue,
    issues: Vec<IssueDescription>,
}

/// `Issue`.
#[derive(Serialize)]
pub(crate) struct IssueDescription {
    kind: &'static str,
    clause: &'static str,
    #[serde(flatten)]
    fault: Fault,
}

/// All about a data set. `default` holds where it has no (0008,0005).
pub(crate) fn describe(set: &DataSet<'_>, bytes: &Bytes, default: CharacterSet) -> Result<Description> {
    let own = set.get(tags::SPECIFIC_CHARACTER_SET);
    let charset = own.map_or(default, |element| default.with_value(element.value()).0);
    Ok(Description {
        syntax: syntax_name(set.syntax()),
        complete: set.is_complete(),
        charset: charset.to_string(),
        elements: elements(set, bytes).into(),
        json: json::of(set.elements(), charset)?,
        issues: issues(set.issues()),
    })
}

/// The faults of a structure.
pub(crate) fn issues<I: Borrow<Issue>>(issues: impl IntoIterator<Item = I>) -> Vec<IssueDescription> {
    issues
        .into_iter()
        .map(|issue| {
            let issue = issue.borrow();
            IssueDescription {
                kind: kind(issue.kind),
                clause: issue.kind.clause(),
                fault: issue.error.into(),
            }
        })
        .collect()
}

#[wasm_bindgen]
extern "C" {
    /// An element, an Item or a fragment that is being filled in.
    #[wasm_bindgen(extends = Object, js_name = Object)]
    type Shape;

    #[wasm_bindgen(method, setter, structural)]
    fn set_tag(this: &Shape, tag: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_vr(this: &Shape, vr: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_start(this: &Shape, start: u32);
    #[wasm_bindgen(method, setter, structural, js_name = valueStart)]
    fn set_value_start(this: &Shape, start: u32);
    #[wasm_bindgen(method, setter, structural)]
    fn set_end(this: &Shape, end: u32);
    #[wasm_bindgen(method, setter, structural, js_name = undefinedLength)]
    fn set_undefined_length(this: &Shape, undefined: bool);
    #[wasm_bindgen(method, setter, structural)]
    fn set_bytes(this: &Shape, bytes: &js_sys::Uint8Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_items(this: &Shape, items: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_fragments(this: &Shape, fragments: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_elements(this: &Shape, elements: &Array);
}

/// The elements of the top level with all below them, as they are on the wire.
pub(crate) fn elements(set: &DataSet<'_>, bytes: &Bytes) -> Array {
    let root = Array::new();
    // Where the nodes of each depth go.
    let mut levels = vec![root.clone()];
    for (depth, node) in set.walk() {
        levels.truncate(depth as usize + 1);
        let Some(level) = levels.last().cloned() else {
            continue;
        };
        match node {
            Node::Element(element) => {
                let (shape, below) = shape(&element, bytes);
                level.push(&shape);
                levels.extend(below);
            }
            Node::Item(item) => {
                let shape: Shape = Object::new().unchecked_into();
                let below = Array::new();
                shape.set_start(item.start());
                shape.set_value_start(item.value_start());
                shape.set_end(item.end());
                shape.set_undefined_length(item.has_undefined_length());
                shape.set_elements(&below);
                level.push(&shape);
                levels.push(below);
            }
            Node::Fragment(fragment) => {
                let start = fragment.end().saturating_sub(fragment.value().len() as u32);
                level.push(&bytes.view(start, fragment.end()));
            }
        }
    }
    root
}

/// An element, and where the nodes below it go.
fn shape(element: &Element<'_, '_>, bytes: &Bytes) -> (Shape, Option<Array>) {
    let shape: Shape = Object::new().unchecked_into();
    shape.set_tag(&hex(element.tag()));
    let is_open = element.is_sequence() && !element.is_opaque();
    // Items in UN are written back as UN, without VRs in them (PS3.5 6.2.2).
    let is_unknown = is_open && element.wire_vr() == Some(*b"UN");
    shape.set_vr(if is_unknown { "UN" } else { element.vr().as_str() });
    shape.set_start(element.start());
    shape.set_value_start(element.value_start());
    shape.set_end(element.end());
    if is_open {
        let items = Array::new();
        shape.set_undefined_length(element.has_undefined_length());
        shape.set_items(&items);
        (shape, Some(items))
    } else if element.is_encapsulated() {
        let fragments = Array::new();
        shape.set_fragments(&fragments);
        (shape, Some(fragments))
    } else {
        shape.set_bytes(&bytes.view(element.value_start(), element.value_end()));
        (shape, None)
    }
}

const fn kind(kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::Truncated => "truncated",
        IssueKind::Order => "order",
        IssueKind::UnknownVr => "unknown-vr",
        IssueKind::OddLength => "odd-length",
        IssueKind::DelimiterLength => "delimiter-length",
        IssueKind::UndefinedLength => "undefined-length",
        IssueKind::ImplicitVr => "implicit-vr",
        IssueKind::ExplicitVr => "explicit-vr",
        IssueKind::Misplaced => "misplaced",
        IssueKind::Limit => "limit",
        IssueKind::Prefix => "prefix",
        IssueKind::GroupLength => "group-length",
        _ => "other",
    }
}
