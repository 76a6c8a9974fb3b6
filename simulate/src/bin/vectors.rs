//! Writes the project's small vectors and examples: `vectors DIRECTORY`, or `vectors --example FILE`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use grainscope_simulate::{example, vectors};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files = match arguments.as_slice() {
        [option, file] if option == "--example" => vec![(PathBuf::from(file), example::example())],
        [directory] => vectors::files()
            .into_iter()
            .map(|file| (Path::new(directory).join(file.name), file.content))
            .collect(),
        _ => {
            eprintln!("usage: vectors DIRECTORY | vectors --example FILE");
            return ExitCode::from(2);
        }
    };
    let mut total = 0;
    for (path, content) in &files {
        total += content.len();
        if let Err(error) = std::fs::write(path, content) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    println!("{} files, {total} bytes", files.len());
    ExitCode::SUCCESS
}
