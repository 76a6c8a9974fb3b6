//! Debian's packages, where the machine runs Debian.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::step::step;

/// True on Debian itself: its derivatives lack packages that we name.
pub(crate) fn is_debian() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}

/// Installs packages that are not installed yet.
///
/// The error is one line that names the packages and the command that gets them, for a user who is not root.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_debian() || !is_root() {
        bail!("missing: {names} (sudo apt-get install -y --no-install-recommends {names})");
    }
    step(&format!("install Debian's {names}"), || {
        if apt_get(&missing).is_ok() {
            return Ok(());
        }
        // A fresh machine has no package lists yet, an old one has stale ones.
        process::output(Command::new("apt-get").arg("update"))?;
        apt_get(&missing)
    })
}

fn apt_get(packages: &[&str]) -> Result<()> {
    process::output(
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
    .map(|_| ())
}

fn is_installed(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Abbrev}", package]))
        .is_ok_and(|status| status.starts_with("ii"))
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
