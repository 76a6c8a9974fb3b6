//! Bytes that JavaScript hands over.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::fault::{Fault, Result};
use crate::object::{get, kind};

/// A copy to read from, and the bytes where they are, to give views of.
pub(crate) struct Bytes {
    pub(crate) copy: Vec<u8>,
    view: Uint8Array,
}

impl Bytes {
    /// Takes a typed array of any kind and realm, a DataView, a Buffer of Node or an ArrayBuffer.
    pub(crate) fn take(value: &JsValue, what: &str) -> Result<Self> {
        let view = if ArrayBuffer::is_view(value) {
            let number = |key| get(value, key).as_f64().unwrap_or(0.0) as u32;
            Uint8Array::new_with_byte_offset_and_length(
                &get(value, "buffer"),
                number("byteOffset"),
                number("byteLength"),
            )
        } else if value.is_instance_of::<ArrayBuffer>() {
            Uint8Array::new(value)
        } else {
            return Err(Fault::argument(what, "a Uint8Array or an ArrayBuffer", kind(value)));
        };
        let length = view.length() as usize;
        let mut copy = Vec::new();
        // Memory that cannot be had would end the module.
        copy.try_reserve_exact(length)
            .map_err(|_| Fault::limit(what, "what memory holds"))?;
        copy.resize(length, 0);
        view.copy_to(&mut copy);
        Ok(Self { copy, view })
    }

    /// A view of the caller's own bytes.
    pub(crate) fn view(&self, start: u32, end: u32) -> Uint8Array {
        self.view.subarray(start, end)
    }
}

/// A new array of these bytes.
pub(crate) fn array(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}
