//! Small helpers around values of JavaScript.

use js_sys::{Array, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

use crate::fault::Result;

/// A property; `undefined` where there is none, or nothing that could have one.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is an array.
pub(crate) fn array(object: &JsValue, key: &str) -> Option<Array> {
    let value = get(object, key);
    Array::is_array(&value).then(|| value.unchecked_into())
}

/// Whether a value is `undefined` or `null`.
pub(crate) fn is_none(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// What a value is, for messages.
pub(crate) fn kind(value: &JsValue) -> String {
    if value.is_null() {
        "null".to_owned()
    } else if Array::is_array(value) {
        "an array".to_owned()
    } else if let Some(text) = value.as_string() {
        let short: String = text.chars().take(40).collect();
        format!("\"{short}\"")
    } else if let Some(number) = value.as_f64() {
        number.to_string()
    } else {
        value.js_typeof().as_string().unwrap_or_default()
    }
}

/// A value of Rust as JavaScript has it: `null` for what is absent, BigInt for 64 bits and more.
pub(crate) fn plain<T: Serialize + ?Sized>(value: &T) -> Result<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_maps_as_objects(true)
        .serialize_missing_as_null(true)
        .serialize_large_number_types_as_bigints(true);
    Ok(value.serialize(&serializer)?)
}
