//! The page in a real browser: tests/browser/*.test.mjs under Node's own test runner, and the screenshots.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::say;
use crate::test::Environment;
use crate::totals::Totals;
use crate::{native, node, page, paths, process};

/// Chromium or a browser built from it.
pub(crate) fn chromium() -> Option<PathBuf> {
    let fixed = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];
    std::env::var_os("GRAINSCOPE_CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| {
            ["chromium", "chromium-browser", "google-chrome", "chrome"]
                .into_iter()
                .find_map(process::find)
        })
        .or_else(|| fixed.into_iter().map(PathBuf::from).find(|path| path.exists()))
}

/// True if a browser test's file contains one of the filters.
pub(crate) fn has(filters: &[String]) -> bool {
    filters.is_empty()
        || files().is_ok_and(|files| {
            files
                .iter()
                .filter_map(|file| fs::read_to_string(file).ok())
                .any(|text| filters.iter().any(|filter| text.contains(filter)))
        })
}

/// Runs the browser tests. True if all passed.
pub(crate) fn tests(filters: &[String], environment: &Environment, totals: &mut Totals) -> Result<bool> {
    let files = files()?;
    if environment.get("GRAINSCOPE_CHROMIUM").is_none() {
        say("missing: chromium; the browser tests are left out");
        totals.skipped += u32::try_from(files.len())?;
        return Ok(true);
    }
    node::ci(&folder())?;
    let mut command = Command::new(node::node()?);
    // One file at a time: two browsers and a server each on two cores make tests wait for each other.
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .current_dir(folder());
    command
        .args(
            filters
                .iter()
                .map(|filter| format!("--test-name-pattern={}", escape(filter))),
        )
        .args(files);
    environment.set(&mut command);
    process::tee(&mut command, |line| totals.read(line))
}

/// Takes the pictures of the documentation: tests/browser/screenshots.mjs writes them to docs/images.
pub(crate) fn screenshots() -> Result<()> {
    page::build(true)?;
    let binary = native::build(false)?;
    node::ci(&folder())?;
    process::run(
        Command::new(node::node()?)
            .current_dir(folder())
            .arg("screenshots.mjs")
            .arg(paths::root().join("docs/images"))
            .env("GRAINSCOPE_BIN", binary)
            .env(
                "GRAINSCOPE_CHROMIUM",
                chromium().context("missing: chromium (on Debian: apt-get install chromium)")?,
            ),
    )
}

fn folder() -> PathBuf {
    paths::root().join("tests/browser")
}

fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder()).context("tests/browser")? {
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

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn filters_are_taken_literally() {
        assert_eq!(escape("or-clean.pcap (3)"), r"or\-clean\.pcap \(3\)");
    }
}
