//! The committed vectors are what the generator makes now, byte for byte.

use std::collections::BTreeMap;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");
/// The whole folder stays small enough for a repository.
const BUDGET: usize = 1_500_000;

#[test]
fn the_vectors_are_what_the_generator_makes() {
    let mut committed: BTreeMap<String, Vec<u8>> = std::fs::read_dir(FOLDER)
        .expect("tests/vectors is there")
        .map(|entry| {
            let path = entry.expect("an entry of tests/vectors").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap_or_default())
        })
        .collect();
    let made = grainscope_simulate::vectors::files();
    let total: usize = made.iter().map(|file| file.content.len()).sum();
    assert!(total < BUDGET, "{total} bytes");
    let mut wrong = Vec::new();
    for file in made {
        match committed.remove(&file.name) {
            Some(content) if content == file.content => {}
            Some(_) => wrong.push(format!("{} differs", file.name)),
            None => wrong.push(format!("{} is missing", file.name)),
        }
    }
    wrong.extend(committed.into_keys().map(|name| format!("{name} is made by nobody")));
    assert!(
        wrong.is_empty(),
        "{wrong:#?}\nto make them anew: cargo run -p grainscope-simulate --bin vectors -- {}",
        Path::new("tests/vectors").display()
    );
}

#[test]
fn there_is_a_fault_for_every_rule() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/rtv/RULES.md");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("left out: no {path}");
        return;
    };
    let rules: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .filter(|rule| rule.contains('.') && !rule.contains(' '))
        .collect();
    let faults: Vec<&str> = grainscope_simulate::faults::Fault::ALL
        .iter()
        .map(|fault| fault.rule())
        .collect();
    assert_eq!(faults, rules);
}
