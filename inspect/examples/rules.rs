//! Writes docs/rules.md from the registry of conformance rules.

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md");
    std::fs::write(path, grainscope_inspect::rules::markdown())
}
