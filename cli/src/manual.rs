//! `grainscope completions` and `grainscope man`: what packagers install.

use std::io::{self, Write};

use clap::{Command, CommandFactory};

use crate::{Failure, written};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grainscope completions bash > /etc/bash_completion.d/grainscope")]
pub(crate) struct CompletionArguments {
    /// The shell
    shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  grainscope man | man -l -\n  grainscope man inspect > grainscope-inspect.1")]
pub(crate) struct ManArguments {
    /// The verb whose page is wanted; without one, that of the program
    verb: Option<String>,
}

pub(crate) fn completions(arguments: &CompletionArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut crate::Arguments::command(),
        "grainscope",
        &mut script,
    );
    written(io::stdout().write_all(&script))
}

pub(crate) fn man(arguments: &ManArguments) -> Result<(), Failure> {
    let mut program = crate::Arguments::command();
    program.build();
    let command: Command = match &arguments.verb {
        None => program,
        Some(verb) => {
            let found = program.get_subcommands().find(|command| command.get_name() == verb);
            found
                .ok_or_else(|| Failure::usage(format!("there is no verb {verb}")))?
                .clone()
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::input(format!("standard output: {error}")))?;
    written(io::stdout().write_all(&page))
}
