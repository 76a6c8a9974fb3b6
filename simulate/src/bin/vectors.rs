//! Writes the project's small vectors or its examples: `vectors DIRECTORY`, `vectors --examples DIRECTORY`.

use std::path::Path;
use std::process::ExitCode;

use grainscope_simulate::{example, vectors};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files = match arguments.as_slice() {
        [option, directory] if option == "--examples" => [
            ("example.pcapng", example::example()),
            ("example-faults.pcapng", example::example_with_faults()),
            ("example.sdp", example::example_sdp().into_bytes()),
        ]
        .map(|(name, content)| (Path::new(directory).join(name), content))
        .to_vec(),
        [directory] => vectors::files()
            .into_iter()
            .map(|file| (Path::new(directory).join(file.name), file.content))
            .collect(),
        _ => {
            eprintln!("usage: vectors DIRECTORY | vectors --examples DIRECTORY");
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
