//! The page in a real browser: tests/browser/*.test.mjs under Node's own test runner, and the screenshots.

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
    node::has_tests(&folder(), filters)
}

/// Runs the browser tests. True if all passed.
pub(crate) fn tests(filters: &[String], environment: &Environment, totals: &mut Totals) -> Result<bool> {
    if environment.get("GRAINSCOPE_CHROMIUM").is_none() {
        say("missing: chromium; the browser tests are left out");
        totals.skipped += u32::try_from(node::test_files(&folder())?.len())?;
        return Ok(true);
    }
    let mut command = node::tests(&folder(), filters)?;
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
