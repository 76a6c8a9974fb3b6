//! Grainscope on the command line: what a capture of DICOM Real-Time Video holds, and the page that shows it.

mod capture;
mod compare;
mod dump;
mod export;
mod input;
mod inspect;
mod junit;
mod manual;
mod page;
mod sdp;
mod select;
mod serve;
mod style;
mod table;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Inspects DICOM Real-Time Video (DICOM PS3.22): RTP flows, Grains, and the metadata in them.
#[derive(Debug, Parser)]
#[command(
    name = "grainscope",
    version,
    max_term_width = 100,
    after_help = "Example:\n  grainscope inspect capture.pcapng\n\n\
        Exit codes: 0 done, 1 bad input, 2 wrong usage, 3 a rule is broken (inspect --strict)."
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Says what is in a capture and whether it follows the standard
    Inspect(inspect::Arguments),
    /// Prints packets, or Grains, one a line
    Dump(dump::Arguments),
    /// Writes data sets as JSON and DICOM files, dynamic parts as CSV, packets with findings as pcapng
    Export(export::Arguments),
    /// Writes the session description that the flows of a capture imply
    Sdp(sdp::Arguments),
    /// Says what changed from one capture to another
    Compare(compare::Arguments),
    /// Serves the page on a loopback address
    Serve(serve::Arguments),
    /// Writes a script that completes commands in a shell
    Completions(manual::CompletionArguments),
    /// Writes the manual page
    Man(manual::ManArguments),
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

    /// The arguments do not go together. Exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
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

    /// Nobody reads what is written any longer (head, less): no failure.
    const fn unread() -> Self {
        Self {
            code: 0,
            message: String::new(),
        }
    }
}

/// What became of a write to standard output.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::unread(),
        _ => Failure::input(format!("standard output: {error}")),
    })
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Inspect(arguments) => inspect::run(&arguments),
        Verb::Dump(arguments) => dump::run(&arguments),
        Verb::Export(arguments) => export::run(&arguments),
        Verb::Sdp(arguments) => sdp::run(&arguments),
        Verb::Compare(arguments) => compare::run(&arguments),
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Completions(arguments) => manual::completions(&arguments),
        Verb::Man(arguments) => manual::man(&arguments),
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_of_all_verbs_fit_together() {
        super::Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_has_an_example() {
        let program = super::Arguments::command();
        for verb in program.get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("grainscope "), "{}", verb.get_name());
        }
    }
}
