//! Node.js and npm packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{debian, paths, process};

/// The oldest Node that the tests run under.
const OLDEST: u32 = 20;

/// The version of npm's `node` package that stands in where PATH has none or an older one.
const PACKAGE: &str = "22.21.0";

/// Node from PATH, else npm's `node` package, fetched once.
pub(crate) fn node() -> Result<PathBuf> {
    let fetched = paths::tools()
        .join("node/node_modules/node/bin")
        .join(if cfg!(windows) { "node.exe" } else { "node" });
    for candidate in [process::find("node"), Some(fetched.clone())].into_iter().flatten() {
        if major(&candidate).is_some_and(|major| major >= OLDEST) {
            return Ok(candidate);
        }
    }
    if npm().is_none() && debian::is_debian() {
        debian::install(&["nodejs", "npm"])?;
    }
    step(&format!("fetch node {PACKAGE} from npm"), || {
        install("node", &format!("node@{PACKAGE}")).map(|_| ())
    })?;
    match major(&fetched) {
        Some(_) => Ok(fetched),
        None => bail!("npm's node package does not run here: install Node {OLDEST} or newer"),
    }
}

/// npm from PATH.
pub(crate) fn npm() -> Option<PathBuf> {
    process::find("npm")
}

/// Installs one npm package (`name@version`) into a tools folder of its own, once. Returns its node_modules.
pub(crate) fn install(folder: &str, package: &str) -> Result<PathBuf> {
    let npm = npm().with_context(|| format!("missing: npm, which comes with Node.js {OLDEST} or newer"))?;
    let folder = paths::tools().join(folder);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == package) {
        return Ok(folder.join("node_modules"));
    }
    fs::create_dir_all(&folder)?;
    process::output(
        Command::new(npm)
            .args([
                "install",
                "--no-save",
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--prefix",
            ])
            .arg(&folder)
            .arg(package),
    )?;
    fs::write(stamp, package)?;
    Ok(folder.join("node_modules"))
}

/// `npm ci` in a folder with a package-lock.json, when the lock is newer than what is installed.
pub(crate) fn ci(folder: &Path) -> Result<()> {
    let npm = npm().with_context(|| format!("missing: npm, which comes with Node.js {OLDEST} or newer"))?;
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step("npm packages of the browser tests", || {
        process::output(Command::new(npm).current_dir(folder).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn major(node: &Path) -> Option<u32> {
    let version = process::output(Command::new(node).arg("--version")).ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}
