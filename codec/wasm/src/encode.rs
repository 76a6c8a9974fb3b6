//! From values of JavaScript to bytes: data sets and RTV payloads.
//!
//! A data set comes as elements with their bytes, as the decoder gives them (written byte for byte), as DICOM JSON (written
//! in ascending order, with explicit lengths), or as bytes that are taken as they are.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dataset::{DataSet, Syntax};
use dicom_rtv::dictionary::tags;
use dicom_rtv::payload::{self, PREAMBLE_LENGTH};
use dicom_rtv::{Limits, Tag, Vr, meta};
use js_sys::{Array, Object};
use serde::Deserialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::bytes::{self, Bytes};
use crate::fault::{Fault, Result};
use crate::object::{array, get, is_none, kind};
use crate::options::{self, DataSetOptions, PayloadOptions};
use crate::packet::uuid;
use crate::values;

/// Writes a data set.
///
/// What `decodeDataSet` gave is written back byte for byte, if it was valid. Throws an `RtvError` for what cannot be written.
#[wasm_bindgen(js_name = encodeDataSet, unchecked_return_type = "Uint8Array")]
pub fn encode_data_set(
    #[wasm_bindgen(unchecked_param_type = "DataSetSource")] source: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "DataSetOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: DataSetOptions = options::read(options)?;
    let set = data_set(&source, options.syntax()?, options.charset()?)?;
    Ok(bytes::array(&set))
}

/// Writes an RTV payload: preamble, "DICM", RTV Meta Information with its group length, data set.
///
/// What `decodePayload` gave is written back byte for byte, if it was valid. Throws an `RtvError` for what cannot be written.
#[wasm_bindgen(js_name = encodePayload, unchecked_return_type = "Uint8Array")]
pub fn encode_payload(
    #[wasm_bindgen(unchecked_param_type = "PayloadSource")] source: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "PayloadOptions")] options: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let options: PayloadOptions = options::read(options)?;
    if !source.is_object() {
        return Err(Fault::argument("payload", "an object with meta and dataSet", kind(&source)).into());
    }
    let meta = meta_information(&get(&source, "meta"))?;
    let set = get(&source, "dataSet");
    let set = if is_none(&set) {
        Vec::new()
    } else {
        data_set(&set, Syntax::ExplicitVrLe, options.charset()?)?
    };
    let mut out = payload::encode(&meta, &set);
    let preamble = get(&source, "preamble");
    if !is_none(&preamble) {
        let preamble = Bytes::take(&preamble, "preamble")?.copy;
        match out.get_mut(..PREAMBLE_LENGTH) {
            Some(place) if preamble.len() == PREAMBLE_LENGTH => place.copy_from_slice(&preamble),
            _ => return Err(Fault::argument("preamble", "128 bytes", format!("{} bytes", preamble.len())).into()),
        }
    }
    Ok(bytes::array(&out))
}

/// Group 0002 of `MetaInformation`, DICOM JSON or `MetaFields`.
fn meta_information(source: &JsValue) -> Result<Vec<u8>> {
    let syntax = Syntax::ExplicitVrLe;
    if !source.is_object() {
        return Err(Fault::argument("meta", "RTV Meta Information", kind(source)));
    }
    let is_json = || {
        Object::keys(source.unchecked_ref::<Object>())
            .iter()
            .any(|key| tag_of(&key).is_some())
    };
    if array(source, "elements").is_some() {
        return data_set(source, syntax, CharacterSet::DEFAULT);
    }
    if is_json() {
        let rest = data_set(source, syntax, CharacterSet::DEFAULT)?;
        let has_length = rest.starts_with(&[2, 0, 0, 0]);
        let length = u32::try_from(rest.len()).map_err(|_| Fault::limit("meta", "2^32 - 1 bytes"))?;
        let mut writer = DataSetWriter::new(syntax);
        if !has_length {
            writer.u32(meta::GROUP_LENGTH, &[length])?;
        }
        let mut out = writer.finish()?;
        out.extend_from_slice(&rest);
        return Ok(out);
    }
    let fields: MetaFields = serde_wasm_bindgen::from_value(source.clone())?;
    let private = match (&fields.private_creator_uid, &fields.private_information) {
        (Some(creator), Some(information)) => Some((creator.as_str(), information.as_slice())),
        _ => None,
    };
    Ok(meta::build(&meta::Fields {
        transfer_syntax_uid: &fields.transfer_syntax_uid,
        sop_class_uid: &fields.sop_class_uid,
        sop_instance_uid: &fields.sop_instance_uid,
        source_id: uuid(&fields.source_id)?,
        flow_id: uuid(&fields.flow_id)?,
        sampling_rate: fields.sampling_rate,
        actual_frame_duration: fields.actual_frame_duration,
        private,
    })?)
}

/// `MetaFields`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetaFields {
    transfer_syntax_uid: String,
    sop_class_uid: String,
    sop_instance_uid: String,
    source_id: String,
    flow_id: String,
    #[serde(default)]
    sampling_rate: Option<u32>,
    #[serde(default)]
    actual_frame_duration: Option<f64>,
    #[serde(default)]
    private_creator_uid: Option<String>,
    #[serde(default)]
    private_information: Option<ByteBuf>,
}

/// The bytes of a data set.
fn data_set(source: &JsValue, syntax: Syntax, charset: CharacterSet) -> Result<Vec<u8>> {
    if js_sys::ArrayBuffer::is_view(source) || source.is_instance_of::<js_sys::ArrayBuffer>() {
        return Ok(Bytes::take(source, "data set")?.copy);
    }
    Writer {
        writers: vec![(DataSetWriter::new(syntax), syntax)],
        levels: vec![Level::elements(source, charset)?],
    }
    .run()
}

/// Walks the source without recursion: its depth is the caller's choice.
struct Writer {
    /// The data set, and on top of it Items in UN, which are written apart.
    writers: Vec<(DataSetWriter, Syntax)>,
    levels: Vec<Level>,
}

enum Level {
    Elements {
        rest: std::vec::IntoIter<(Tag, JsValue)>,
        form: Form,
        charset: CharacterSet,
    },
    Items {
        rest: std::vec::IntoIter<JsValue>,
        charset: CharacterSet,
        /// The sequence's tag, if its Items go into UN.
        unknown: Option<Tag>,
    },
}

/// How elements are given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Wire,
    Json,
}

impl Level {
    /// The elements of a data set or an Item, in the order they are written in.
    fn elements(source: &JsValue, charset: CharacterSet) -> Result<Self> {
        if let Some(list) = array(source, "elements") {
            let elements = list.iter().map(|element| {
                let tag = tag_of(&get(&element, "tag"));
                let tag = tag.ok_or_else(|| Fault::argument("element", "a tag of 8 hexadecimal digits", "none"))?;
                Ok((tag, element))
            });
            return Ok(Self::Elements {
                rest: elements.collect::<Result<Vec<_>>>()?.into_iter(),
                form: Form::Wire,
                charset,
            });
        }
        if !source.is_object() || Array::is_array(source) {
            return Err(Fault::argument("data set", "elements or DICOM JSON", kind(source)));
        }
        let keys = Object::keys(source.unchecked_ref::<Object>());
        let mut elements = keys
            .iter()
            .map(|key| {
                let tag = tag_of(&key)
                    .ok_or_else(|| Fault::argument("DICOM JSON", "tags of 8 hexadecimal digits", kind(&key)))?;
                let element = js_sys::Reflect::get(source, &key).unwrap_or(JsValue::UNDEFINED);
                Ok((tag, element))
            })
            .collect::<Result<Vec<_>>>()?;
        elements.sort_by_key(|(tag, _)| *tag);
        let own = elements.iter().find(|(tag, _)| *tag == tags::SPECIFIC_CHARACTER_SET);
        let charset = match own {
            Some((tag, element)) => {
                let terms = values::json(*tag, Vr::CS, element, &charset)?;
                let (own, fault) = charset.with_value(&terms);
                fault.map_or(Ok(own), |fault| Err(Fault::from(fault)))?
            }
            None => charset,
        };
        Ok(Self::Elements {
            rest: elements.into_iter(),
            form: Form::Json,
            charset,
        })
    }
}

impl Writer {
    fn run(mut self) -> Result<Vec<u8>> {
        loop {
            match self.levels.last_mut() {
                None => break,
                Some(Level::Elements { rest, form, charset }) => {
                    let (form, charset) = (*form, *charset);
                    match rest.next() {
                        Some((tag, element)) => self.element(tag, &element, form, charset)?,
                        None => {
                            self.levels.pop();
                            if !self.levels.is_empty() {
                                self.writer()?.end_item()?;
                            }
                        }
                    }
                }
                Some(Level::Items { rest, charset, unknown }) => {
                    let (charset, unknown) = (*charset, *unknown);
                    match rest.next() {
                        Some(item) => {
                            self.writer()?.begin_item(length_form(&item))?;
                            self.levels.push(Level::elements(&item, charset)?);
                        }
                        None => {
                            self.levels.pop();
                            self.writer()?.end_sequence()?;
                            if let Some(tag) = unknown {
                                self.close_unknown(tag)?;
                            }
                        }
                    }
                }
            }
        }
        let (writer, _) = self.writers.pop().ok_or_else(no_writer)?;
        Ok(writer.finish()?)
    }

    fn element(&mut self, tag: Tag, element: &JsValue, form: Form, charset: CharacterSet) -> Result<()> {
        let letters = get(element, "vr").as_string().unwrap_or_default();
        let vr = letters.as_bytes().try_into().ok().and_then(Vr::from_bytes);
        let vr = vr.ok_or_else(|| Fault::argument(tag.to_string(), "a VR", letters))?;
        let items = match form {
            Form::Wire => array(element, "items"),
            Form::Json if vr == Vr::SQ => Some(array(element, "Value").unwrap_or_default()),
            Form::Json => None,
        };
        if let Some(items) = items {
            return self.sequence(tag, vr, element, &items, charset);
        }
        if form == Form::Json {
            let value = values::json(tag, vr, element, &charset)?;
            self.writer()?.bytes(tag, vr, &value)?;
            return Ok(());
        }
        match array(element, "fragments") {
            Some(fragments) => {
                let writer = self.writer()?;
                writer.begin_fragments(tag, vr)?;
                for fragment in fragments.iter() {
                    writer.fragment(&Bytes::take(&fragment, "fragment")?.copy)?;
                }
                writer.end_fragments()?;
            }
            None => {
                let value = Bytes::take(&get(element, "bytes"), "bytes")?;
                self.writer()?.bytes(tag, vr, &value.copy)?;
            }
        }
        Ok(())
    }

    fn sequence(&mut self, tag: Tag, vr: Vr, element: &JsValue, items: &Array, charset: CharacterSet) -> Result<()> {
        let most = usize::from(Limits::default().depth);
        // Two levels to a sequence: its Items, their elements.
        if self.levels.len() / 2 >= most {
            return Err(Fault::limit("data set", format!("{most} sequences in each other")));
        }
        let is_implicit = self
            .writers
            .last()
            .is_some_and(|(_, syntax)| *syntax == Syntax::ImplicitVrLe);
        let unknown = (vr == Vr::UN && !is_implicit).then_some(tag);
        if unknown.is_some() {
            let syntax = Syntax::ImplicitVrLe;
            self.writers.push((DataSetWriter::new(syntax), syntax));
            self.writer()?.begin_sequence(tag, LengthForm::Undefined)?;
        } else {
            self.writer()?.begin_sequence(tag, length_form(element))?;
        }
        self.levels.push(Level::Items {
            rest: items.iter().collect::<Vec<_>>().into_iter(),
            charset,
            unknown,
        });
        Ok(())
    }

    /// Puts Items that were written in Implicit VR into an element of UN (PS3.5 6.2.2).
    fn close_unknown(&mut self, tag: Tag) -> Result<()> {
        let (writer, _) = self.writers.pop().ok_or_else(no_writer)?;
        let implicit = writer.finish()?;
        // Tag, VR, two reserved bytes, then the length and what follows it.
        let (head, rest) = implicit.split_at_checked(4).unwrap_or_default();
        let explicit = [head, b"UN\0\0", rest].concat();
        let set = DataSet::parse(&explicit, Syntax::ExplicitVrLe, &Limits::default());
        let element = set.get(tag).ok_or_else(no_writer)?;
        self.writer()?.element(&element)?;
        Ok(())
    }

    fn writer(&mut self) -> Result<&mut DataSetWriter> {
        self.writers.last_mut().map(|(writer, _)| writer).ok_or_else(no_writer)
    }
}

fn length_form(object: &JsValue) -> LengthForm {
    if get(object, "undefinedLength").as_bool() == Some(true) {
        LengthForm::Undefined
    } else {
        LengthForm::Explicit
    }
}

fn tag_of(value: &JsValue) -> Option<Tag> {
    Tag::from_hex(&value.as_string()?)
}

/// The walk opens and closes in pairs; this would be a fault of it.
fn no_writer() -> Fault {
    Fault::argument("data set", "an end for every begin", "none")
}
