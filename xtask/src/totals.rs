//! Adds up what the test runners report.

use std::fmt;
use std::ops::AddAssign;

/// Tests of one suite or of all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Did what they should.
    pub(crate) passed: u32,
    /// Did not, or could not be built or started.
    pub(crate) failed: u32,
    /// Were left out by their own `ignore` or `skip`.
    pub(crate) skipped: u32,
}

impl Totals {
    /// Takes in a line of output, if it is one that reports totals.
    pub(crate) fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            for part in counts.split(['.', ';']).map(str::trim) {
                match part.split_once(' ') {
                    Some((count, "passed")) => self.passed += number(count),
                    Some((count, "failed")) => self.failed += number(count),
                    Some((count, "ignored")) => self.skipped += number(count),
                    _ => {}
                }
            }
        } else if let Some(count) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            match count.split_once(' ') {
                Some(("pass", count)) => self.passed += number(count),
                Some(("fail" | "cancelled", count)) => self.failed += number(count),
                Some(("skipped" | "todo", count)) => self.skipped += number(count),
                _ => {}
            }
        }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(out, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

fn number(text: &str) -> u32 {
    text.trim().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Totals {
        let mut totals = Totals::default();
        lines.iter().for_each(|line| totals.read(line));
        totals
    }

    #[test]
    fn cargo_and_node_add_up() {
        let totals = read(&[
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.02s",
            "ℹ tests 4",
            "ℹ pass 2",
            "ℹ fail 1",
            "ℹ cancelled 0",
            "ℹ skipped 1",
        ]);
        assert_eq!(
            totals,
            Totals {
                passed: 6,
                failed: 3,
                skipped: 2
            }
        );
        assert_eq!(totals.to_string(), "6 passed, 3 failed, 2 skipped");
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            read(&["test passed", "3 passed; 1 failed", "", "ℹ pass many"]),
            Totals::default()
        );
        assert_eq!(Totals::default().to_string(), "0 passed, 0 failed");
    }
}
