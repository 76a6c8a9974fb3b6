//! DICOM Real-Time Video (DICOM PS3.22) on the wire: bytes to values and back.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;
// Under wasm32 `#[test]` is one that reports from there.
#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use(test)]
extern crate wasm_test;

pub mod charset;
pub mod dataset;
pub mod dictionary;
pub mod error;
pub mod field;
pub mod grain;
pub mod iod;
pub mod json;
pub mod limits;
pub mod meta;
pub mod nmos;
pub mod part10;
pub mod payload;
pub mod rtp;
pub mod sdp;
pub mod tag;
pub mod time;
pub mod uid;
pub mod value;
pub mod vr;
mod wire;

pub use error::{Error, ErrorKind, Found, Result};
pub use field::{Field, FieldKind, FieldTree, Note};
pub use limits::Limits;
pub use tag::Tag;
pub use time::PtpTimestamp;
pub use vr::Vr;
