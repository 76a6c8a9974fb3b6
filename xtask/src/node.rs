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
    step(
        &format!(
            "npm packages of {}",
            folder.strip_prefix(paths::root()).unwrap_or(folder).display()
        ),
        || {
            process::output(Command::new(npm).current_dir(folder).args([
                "ci",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]))
        },
    )?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// `node --test` of a folder's *.test.mjs, those whose name contains a filter; the folder's npm packages are there then.
pub(crate) fn tests(folder: &Path, filters: &[String]) -> Result<Command> {
    ci(folder)?;
    let mut command = Command::new(node()?);
    // One file at a time: two browsers and a server each on two cores make tests wait for each other.
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(
            filters
                .iter()
                .map(|filter| format!("--test-name-pattern={}", escape(filter))),
        )
        .args(test_files(folder)?)
        .current_dir(folder);
    Ok(command)
}

/// True if a test file of a folder contains one of the filters.
pub(crate) fn has_tests(folder: &Path, filters: &[String]) -> bool {
    filters.is_empty()
        || test_files(folder).is_ok_and(|files| {
            files
                .iter()
                .filter_map(|file| fs::read_to_string(file).ok())
                .any(|text| filters.iter().any(|filter| text.contains(filter)))
        })
}

/// The *.test.mjs of a folder.
pub(crate) fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A filter as the regular expression that Node wants.
fn escape(filter: &str) -> String {
    filter
        .chars()
        .flat_map(|c| {
            (!c.is_alphanumeric() && c != ' ')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect()
}

fn major(node: &Path) -> Option<u32> {
    let version = process::output(Command::new(node).arg("--version")).ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn filters_are_taken_literally() {
        assert_eq!(escape("or-clean.pcap (3)"), r"or\-clean\.pcap \(3\)");
    }
}
