//! `cargo xtask`: everything that is built, served, tested and checked. `cargo xtask help` lists the commands.
//!
//! Each command gets what it needs, or says in one line what is missing and how to get it.

mod assets;
mod bindgen;
mod browser;
mod compress;
mod config;
mod debian;
mod dictionary;
mod lint;
mod native;
mod node;
mod npm_test;
mod package;
mod page;
mod paths;
mod process;
mod python;
mod serve;
mod step;
mod test;
mod totals;
mod wasm_target;
mod wasm_test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Build, serve, test and check Grainscope.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build all, start the native binary and print the page's address
    Serve {
        /// Open the page in the default browser
        #[arg(long)]
        open: bool,
        /// Arguments for `grainscope serve`, after `--`
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Build the page (target/page) and the native binary that carries it
    Build {
        /// Optimise: what `serve` and the tests use
        #[arg(long)]
        release: bool,
    },
    /// Make the npm packages of wasm-pack.toml: tarballs in target/npm
    Package,
    /// Run every test, or those whose name contains one of the filters
    Test {
        /// Parts of test names
        filters: Vec<String>,
        /// Run only these suites
        #[arg(long, value_enum, value_delimiter = ',')]
        suite: Vec<test::Suite>,
    },
    /// Check format, lints, documentation, and the licences and sources of what we depend on
    Lint,
    /// Get the wasm32-unknown-unknown target; nothing to do when it is there
    WasmTarget,
    /// Write the small vectors of tests/vectors again
    Vectors,
    /// Write the codec's tables of attributes, UIDs and IODs again; `--help` tells more
    #[command(disable_help_flag = true)]
    Dictionary {
        /// Arguments of the tool
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run the benchmarks
    Bench {
        /// Parts of benchmark names
        filters: Vec<String>,
    },
    /// Take the screenshots of the documentation from the real page
    Screenshots,
    /// Run the tests in a wasm file under Node; cargo calls this
    #[command(hide = true)]
    WasmTestRunner {
        /// The test binary
        file: PathBuf,
        /// Parts of test names
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        filters: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Serve { open, args } => serve::run(open, &args),
        Command::Build { release } => page::build(release).and_then(|()| native::build(release)).map(|_| ()),
        Command::Package => package::build().map(|_| ()),
        Command::Test { filters, suite } => test::run(&filters, &suite),
        Command::Lint => lint::run(),
        Command::WasmTarget => wasm_target::ensure().map(|target| eprintln!("{target}")),
        Command::Vectors => native::generate(&[], &paths::root().join("tests/vectors")),
        Command::Dictionary { args } => dictionary::run(&args),
        Command::Bench { filters } => native::bench(&filters),
        Command::Screenshots => browser::screenshots(),
        Command::WasmTestRunner { file, filters } => wasm_test::run(&file, &filters),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
