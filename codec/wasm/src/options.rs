//! Options that JavaScript hands over. A key that is not known is an error.

use std::collections::BTreeMap;

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::Syntax;
use dicom_rtv::nmos::{ExtensionKind, ExtensionMap};
use js_sys::Object;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::fault::{Fault, Result};
use crate::object::{is_none, kind};
use crate::text::HOST;

/// An options object.
pub(crate) trait Options: DeserializeOwned + Default {
    /// Its keys: the deserializer asks only for those that it knows.
    const KEYS: &'static [&'static str];
}

/// Reads an options object; its defaults where there is none.
pub(crate) fn read<T: Options>(value: JsValue) -> Result<T> {
    if is_none(&value) {
        return Ok(T::default());
    }
    if !value.is_object() {
        return Err(Fault::argument("options", "an object", kind(&value)));
    }
    for key in Object::keys(value.unchecked_ref::<Object>()).iter() {
        if !key.as_string().is_some_and(|key| T::KEYS.contains(&key.as_str())) {
            return Err(Fault::argument("options", T::KEYS.join(", ").as_str(), kind(&key)));
        }
    }
    Ok(serde_wasm_bindgen::from_value(value)?)
}

/// `PacketOptions`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PacketOptions {
    extension_map: Option<BTreeMap<String, String>>,
    /// Bytes on the wire, of a packet that the capture cut.
    pub(crate) original_length: Option<u32>,
}

/// `PayloadOptions`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PayloadOptions {
    charset: Option<String>,
}

/// `DataSetOptions`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct DataSetOptions {
    charset: Option<String>,
    syntax: Option<String>,
}

impl Options for PacketOptions {
    const KEYS: &'static [&'static str] = &["extensionMap", "originalLength"];
}

impl Options for PayloadOptions {
    const KEYS: &'static [&'static str] = &["charset"];
}

impl Options for DataSetOptions {
    const KEYS: &'static [&'static str] = &["charset", "syntax"];
}

impl PacketOptions {
    pub(crate) fn map(&self) -> Result<ExtensionMap> {
        extension_map(self.extension_map.as_ref())
    }
}

impl PayloadOptions {
    pub(crate) fn charset(&self) -> Result<CharacterSet> {
        charset(self.charset.as_deref())
    }
}

impl DataSetOptions {
    pub(crate) fn charset(&self) -> Result<CharacterSet> {
        charset(self.charset.as_deref())
    }

    pub(crate) fn syntax(&self) -> Result<Syntax> {
        match self.syntax.as_deref() {
            None => Ok(Syntax::ExplicitVrLe),
            Some(name) => [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe]
                .into_iter()
                .find(|syntax| syntax_name(*syntax) == name || syntax.uid() == name)
                .ok_or_else(|| Fault::argument("syntax", "\"explicit\" or \"implicit\"", name)),
        }
    }
}

/// How a syntax is called in JavaScript.
pub(crate) const fn syntax_name(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::ExplicitVrLe => "explicit",
        Syntax::ImplicitVrLe => "implicit",
    }
}

/// The last part of the kind's URN.
pub(crate) fn kind_name(kind: ExtensionKind) -> &'static str {
    let urn = kind.urn();
    urn.rsplit_once(':').map_or(urn, |(_, name)| name)
}

/// Ids to kinds; the usual ids where nothing is said.
pub(crate) fn extension_map(ids: Option<&BTreeMap<String, String>>) -> Result<ExtensionMap> {
    let Some(ids) = ids else {
        return Ok(ExtensionMap::PRESET);
    };
    let mut map = ExtensionMap::new();
    for (id, name) in ids {
        let number = id.parse().ok().filter(|id: &u8| *id > 0);
        let number = number.ok_or_else(|| Fault::argument("extensionMap", "ids from 1 to 255", id.as_str()))?;
        let kind = ExtensionKind::from_urn(name)
            .or_else(|| ExtensionKind::ALL.into_iter().find(|kind| kind_name(*kind) == name))
            .ok_or_else(|| Fault::argument("extensionMap", "an ExtensionKind or its URN", name.as_str()))?;
        map.set(number, kind);
    }
    Ok(map)
}

/// The character set of the terms of (0008,0005), separated by backslashes.
fn charset(terms: Option<&str>) -> Result<CharacterSet> {
    let set = CharacterSet::DEFAULT.with_decoder(&HOST);
    match set.with_value(terms.unwrap_or_default().as_bytes()) {
        (set, None) => Ok(set),
        (_, Some(error)) => Err(error.into()),
    }
}
