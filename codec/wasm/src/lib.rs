//! The codec for JavaScript: the npm package `dicom-rtv`.
//!
//! Functions take and give plain JavaScript values; `types.ts` declares their types. What goes wrong is thrown as an
//! `Error` named `RtvError` that says in its fields what and where; nothing here panics.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod assembler;
mod bytes;
pub mod dictionary;
pub mod elements;
pub mod encode;
mod fault;
pub mod fields;
mod json;
mod object;
mod options;
pub mod packet;
pub mod payload;
mod text;
pub mod time;
mod values;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../types.ts");
