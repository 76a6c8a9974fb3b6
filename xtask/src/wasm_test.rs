//! The runner that cargo starts with a wasm test binary: binds it to Node with wasm-bindgen and runs its tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{node, paths, process};

/// Collects the exported tests and hands them to wasm-bindgen-test, which runs and reports them as libtest does.
const SCRIPT: &str = include_str!("wasm_test.cjs");

/// Runs the tests whose name contains one of the filters; all of them without filters.
pub(crate) fn run(file: &Path, filters: &[String]) -> Result<()> {
    let name = file.file_stem().context("a test binary has a name")?;
    let folder = paths::wasm_target().join("tests").join(name);
    fs::create_dir_all(&folder)?;
    // The start function is libtest's main, which finds nothing to run: the tests are exports.
    Bindgen::new()
        .input_path(file)
        .out_name("tests")
        .nodejs(true)?
        .keep_debug(false)
        .export_wasm(true)
        .emit_start(false)
        .typescript(false)
        .generate(&folder)
        .context("wasm-bindgen")?;
    let script = folder.join("run.cjs");
    fs::write(&script, SCRIPT)?;
    process::run(
        Command::new(node::node()?)
            .arg(script)
            .args(filters.iter().filter(|filter| !filter.starts_with('-'))),
    )
}
