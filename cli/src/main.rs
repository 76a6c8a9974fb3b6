//! Grainscope on the command line: what a capture of DICOM Real-Time Video holds, and the page that shows it.

mod input;
mod inspect;
mod page;
mod serve;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Inspects DICOM Real-Time Video (DICOM PS3.22): RTP flows, Grains, and the metadata in them.
#[derive(Debug, Parser)]
#[command(name = "grainscope", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Says what is in a capture and whether it follows the standard
    Inspect(inspect::Arguments),
    /// Serves the page on a loopback address
    Serve(serve::Arguments),
}

/// Why a verb did not do its work: for standard error, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The input is bad: what, where, what to do. Exit code 1.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            message: message.into(),
        }
    }

    /// Done, and the answer is no: nothing more to say. Exit code 3.
    pub(crate) const fn verdict() -> Self {
        Self {
            code: 3,
            message: String::new(),
        }
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Inspect(arguments) => inspect::run(&arguments),
        Verb::Serve(arguments) => serve::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("grainscope: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}
