//! The native binary and the other programs of the workspace.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::step::step;
use crate::{paths, process};

/// Builds `grainscope` with whatever page is in target/page. Returns its path.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    let mut cargo = process::cargo("build");
    // The whole workspace decides the features, as in `cargo test --workspace`: else each dependency is built twice.
    cargo.args(["--workspace", "--bin", "grainscope"]);
    if release {
        cargo.arg("--release");
    }
    step("compile the native binary", || process::run(&mut cargo))?;
    let folder = paths::target().join(if release { "release" } else { "debug" });
    Ok(folder.join(format!("grainscope{}", std::env::consts::EXE_SUFFIX)))
}

/// Writes what the generator makes: the small vectors of tests/vectors, or with `--examples` those of the page.
pub(crate) fn generate(options: &[&str], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut cargo = process::cargo("run");
    cargo
        .args(["--package", "grainscope-simulate", "--bin", "vectors", "--"])
        .args(options)
        .arg(folder);
    step("make captures", || process::run(&mut cargo))
}

/// Runs the benchmarks of the workspace.
pub(crate) fn bench(filters: &[String]) -> Result<()> {
    process::run(
        process::cargo("bench")
            .args(["--workspace", "--benches", "--"])
            .args(filters),
    )
}
