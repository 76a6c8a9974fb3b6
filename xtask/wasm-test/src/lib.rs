//! Runs a crate's plain `#[test]` functions under wasm32 too, without a word in its test modules.
//!
//! The standard test harness neither prints nor survives a panic on wasm32-unknown-unknown; wasm-bindgen-test does
//! both. A crate takes it in with two dev-dependencies for `cfg(target_arch = "wasm32")`, this one and
//! wasm-bindgen-test, and these lines in its lib.rs:
//!
//! ```text
//! #[cfg(all(test, target_arch = "wasm32"))]
//! #[macro_use(test)]
//! extern crate wasm_test;
//! ```
//!
//! A macro from `#[macro_use]` comes before the prelude's of the same name, so `#[test]` then is the one below.
#![no_std]

#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen_test::wasm_bindgen_test as test;
