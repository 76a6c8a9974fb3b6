//! From cargo's wasm to what a browser loads: wasm-bindgen, then wasm-opt.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::step::{say, step};
use crate::{config, node, process};

/// Writes NAME.js (an ES module) and NAME_bg.wasm for the web into `out`. A release has no names of functions in it.
pub(crate) fn web(wasm: &Path, name: &str, release: bool, out: &Path) -> Result<()> {
    bind(wasm, name, config::Target::Web, false, release, out)
}

/// Writes NAME.js and NAME_bg.wasm for a target into `out`; for a package NAME.d.ts, too, and the script knows where its wasm is.
pub(crate) fn bind(
    wasm: &Path,
    name: &str,
    target: config::Target,
    is_package: bool,
    release: bool,
    out: &Path,
) -> Result<()> {
    step(&format!("wasm-bindgen for {target}"), || {
        let mut bindgen = Bindgen::new();
        match target {
            config::Target::Web => bindgen.web(true)?,
            config::Target::Bundler => bindgen.bundler(true)?,
            config::Target::Nodejs => bindgen.nodejs(true)?,
        }
        .input_path(wasm)
        .out_name(name)
        .typescript(is_package)
        .omit_default_module_path(!is_package)
        .remove_producers_section(true)
        .remove_name_section(release)
        .generate(out)
        .context("wasm-bindgen")
    })
}

/// Runs wasm-opt in place. Where npm is missing the wasm stays as it is: larger, not wrong.
pub(crate) fn optimise(wasm: &Path, arguments: &[String], tools: &config::Tools) -> Result<()> {
    let modules = match node::node().and_then(|_| node::install("binaryen", &format!("binaryen@{}", tools.binaryen))) {
        Ok(modules) => modules,
        Err(error) => {
            say(&format!("wasm-opt left out: {error:#}"));
            return Ok(());
        }
    };
    let node = node::node()?;
    step(&format!("wasm-opt {}", arguments.join(" ")), || {
        process::output(
            Command::new(node)
                .arg(modules.join("binaryen/bin/wasm-opt"))
                .args(arguments)
                .arg(wasm)
                .arg("-o")
                .arg(wasm),
        )
        .map(|_| ())
    })
}
