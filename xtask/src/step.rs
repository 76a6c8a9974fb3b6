//! Progress that a person can follow: a line a step, with its seconds.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use anyhow::Result;

/// Runs one step under its name and prints how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut out = std::io::stderr();
    // On a terminal cargo draws its own progress below the name; in a log it is quiet and the time ends the line.
    let own_line = out.is_terminal();
    let _ = write!(out, "> {name}{}", if own_line { "\n" } else { " … " });
    let _ = out.flush();
    let start = Instant::now();
    let outcome = work();
    let seconds = start.elapsed().as_secs_f64();
    let verdict = if outcome.is_ok() { "" } else { "failed, " };
    let _ = writeln!(out, "{}{verdict}{seconds:.1} s", if own_line { "  " } else { "" });
    outcome
}

/// Says something that is not a step, on a line of its own.
pub(crate) fn say(text: &str) {
    eprintln!("  {text}");
}
