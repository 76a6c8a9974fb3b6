//! `cargo xtask test`: every test there is, and one line that adds them up.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::step::{say, step};
use crate::totals::Totals;
use crate::{browser, debian, native, node, npm_test, package, page, paths, process, python, wasm_target};

/// What the interop tests compare with.
const PYTHON_PACKAGES: &[&str] = &["pydicom==3.0.2"];

/// Crates whose unit tests run a second time under wasm32. Each has the `wasm-test` line in its lib.rs.
const WASM_CRATES: &[&str] = &["dicom-rtv"];

/// A part of all tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Unit, integration and documentation tests, with what they compare with
    Native,
    /// The codec's unit tests under wasm32, in Node
    Wasm,
    /// The page in headless Chromium
    Browser,
    /// The npm package, from its tarball, in Node and in Chromium
    Npm,
}

impl Suite {
    fn title(self) -> &'static str {
        match self {
            Suite::Native => "native tests",
            Suite::Wasm => "codec tests under wasm32",
            Suite::Browser => "browser tests",
            Suite::Npm => "tests of the npm package",
        }
    }
}

/// Runs the chosen suites, all of them if none is named. An error if a test failed.
pub(crate) fn run(filters: &[String], chosen: &[Suite]) -> Result<()> {
    let environment = prepare(filters, chosen)?;
    let mut totals = Totals::default();
    for suite in Suite::value_variants() {
        if !wants(*suite, filters, chosen) {
            continue;
        }
        println!("== {}", suite.title());
        let mut counted = Totals::default();
        let good = match suite {
            Suite::Native => native_tests(filters, &environment, &mut counted),
            Suite::Wasm => wasm_tests(filters, &mut counted),
            Suite::Browser => browser::tests(filters, &environment, &mut counted),
            Suite::Npm => npm_test::tests(filters, &environment, &mut counted),
        };
        let good = good.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            false
        });
        let silent = counted == Totals::default() && filters.is_empty();
        if counted.failed == 0 && (!good || silent) {
            // It did not get as far as counting, which is a failure too.
            eprintln!("error: the {} did not run to their end", suite.title());
            counted.failed = 1;
        }
        println!("== {}: {counted}\n", suite.title());
        totals += counted;
    }
    println!("{totals}");
    if totals.failed > 0 {
        bail!("not all tests passed");
    }
    Ok(())
}

/// Variables for the tests, set for what is there: a test of a program that is missing says what it leaves out.
#[derive(Default)]
pub(crate) struct Environment(Vec<(&'static str, OsString)>);

impl Environment {
    /// Hands the variables to a command.
    pub(crate) fn set(&self, command: &mut Command) {
        command.envs(self.0.iter().map(|(name, value)| (name, value)));
    }

    /// A program's path.
    pub(crate) fn get(&self, name: &str) -> Option<&Path> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| Path::new(value))
    }

    fn add(&mut self, name: &'static str, program: Option<PathBuf>) {
        self.0.extend(program.map(|program| (name, program.into_os_string())));
    }
}

fn wants(suite: Suite, filters: &[String], chosen: &[Suite]) -> bool {
    // A name that no browser test has need not build the page, and likewise for the package.
    let may_match = match suite {
        Suite::Browser => browser::has(filters),
        Suite::Npm => npm_test::has(filters),
        Suite::Native | Suite::Wasm => true,
    };
    (chosen.is_empty() || chosen.contains(&suite)) && may_match
}

/// Gets the programs that the tests compare with, and builds what they test.
fn prepare(filters: &[String], chosen: &[Suite]) -> Result<Environment> {
    let mut environment = Environment::default();
    if wants(Suite::Browser, filters, chosen) {
        page::build(true)?;
    }
    if wants(Suite::Native, filters, chosen) || wants(Suite::Browser, filters, chosen) {
        environment.add("GRAINSCOPE_BIN", Some(native::build(false)?));
        let page = paths::page();
        environment.add("GRAINSCOPE_PAGE", page.join("index.html").exists().then_some(page));
        others(&mut environment)?;
    }
    if wants(Suite::Npm, filters, chosen) {
        environment.add("GRAINSCOPE_NPM", Some(package::build()?));
        if environment.get("GRAINSCOPE_CHROMIUM").is_none() {
            environment.add("GRAINSCOPE_CHROMIUM", browser::chromium());
        }
    }
    Ok(environment)
}

/// Other people's programs. A machine without one still runs the rest of the tests, but CI takes no less than all.
fn others(environment: &mut Environment) -> Result<()> {
    let mut missing = Vec::new();
    if debian::is_debian()
        && let Err(error) = debian::install(&["chromium", "tshark", "dcmtk"])
    {
        missing.push(format!("{error:#}"));
    }
    let programs = [
        ("chromium", "GRAINSCOPE_CHROMIUM", browser::chromium()),
        ("tshark", "GRAINSCOPE_TSHARK", process::find("tshark")),
        ("dcmdump of dcmtk", "GRAINSCOPE_DCMDUMP", process::find("dcmdump")),
    ];
    for (title, variable, program) in programs {
        if program.is_none() {
            missing.push(format!("missing: {title}"));
        }
        environment.add(variable, program);
    }
    match python::environment("python", PYTHON_PACKAGES) {
        Ok(programs) => environment.add("GRAINSCOPE_PYTHON", Some(programs.join("python"))),
        Err(error) => missing.push(format!("pydicom: {error:#}")),
    }
    if std::env::var_os("CI").is_some() && !missing.is_empty() {
        bail!("{}", missing.join("; "));
    }
    for line in missing {
        say(&format!("{line}; the tests that need it are left out"));
    }
    Ok(())
}

fn native_tests(filters: &[String], environment: &Environment, totals: &mut Totals) -> Result<bool> {
    let mut build = process::cargo("test");
    step("compile the native tests", || {
        process::run(build.args(["--workspace", "--no-run"]))
    })?;
    let mut cargo = process::cargo("test");
    cargo.args(["--workspace", "--no-fail-fast", "--"]).args(filters);
    environment.set(&mut cargo);
    process::tee(&mut cargo, |line| totals.read(line))
}

fn wasm_tests(filters: &[String], totals: &mut Totals) -> Result<bool> {
    let target = wasm_target::ensure()?;
    node::node()?;
    let mut cargo = target.cargo("test");
    for package in WASM_CRATES {
        cargo.args(["--package", package]);
    }
    // `cargo` splits the runner at blanks unless it comes as a list, which only --config takes.
    let runner = serde_json::to_string(&[std::env::current_exe()?.to_string_lossy().as_ref(), "wasm-test-runner"])?;
    cargo
        .args(["--lib", "--no-fail-fast", "--config"])
        .arg(format!("target.{}.runner={runner}", wasm_target::TARGET));
    cargo.arg("--").args(filters);
    process::tee(&mut cargo, |line| totals.read(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_and_the_tests_come_from_one_pydicom() {
        let pinned = include_str!("dictionary/requirements.txt");
        assert!(
            pinned
                .lines()
                .any(|line| line.split(' ').next() == Some(PYTHON_PACKAGES[0]))
        );
    }
}
