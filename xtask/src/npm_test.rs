//! The npm package as others get it: tests/npm/*.test.mjs install its tarball in a folder of their own.

use std::path::PathBuf;

use anyhow::Result;

use crate::test::Environment;
use crate::totals::Totals;
use crate::{node, paths, process};

/// True if a test's file contains one of the filters.
pub(crate) fn has(filters: &[String]) -> bool {
    node::has_tests(&folder(), filters)
}

/// Runs the tests. True if all passed.
pub(crate) fn tests(filters: &[String], environment: &Environment, totals: &mut Totals) -> Result<bool> {
    let mut command = node::tests(&folder(), filters)?;
    environment.set(&mut command);
    process::tee(&mut command, |line| totals.read(line))
}

fn folder() -> PathBuf {
    paths::root().join("tests/npm")
}
