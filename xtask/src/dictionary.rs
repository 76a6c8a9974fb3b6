//! `cargo xtask dictionary`: writes the codec's tables of attributes, UIDs and IODs.
//!
//! Attributes and UIDs come from pydicom (version and hash in `dictionary/requirements.txt`), whose tables are made from
//! PS3.6, plus the reviewed supplements beside this file. pydicom was chosen because it has names, VM, retired flag and
//! repeating groups; dicom-dictionary-std, the other complete source, has no names. The IODs come from a CSV of PS3.3's
//! module tables.

mod attributes;
mod iods;
mod python;
mod rust;
mod source;
mod tags;
#[cfg(test)]
mod tests;
mod uids;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

const HELP: &str = "\
cargo xtask dictionary [--check] [--source DIR] [--iods CSV]

Writes the codec's generated tables of attributes, UIDs and, with --iods, of the four IODs.

  --check       write nothing; fail if a table differs from what would be written
  --source DIR  a folder with pydicom's package; without it pip installs the pinned one under target/dictionary
  --iods CSV    the module tables: iod,module,usage,path,tag,name,vr,vm,type";

/// A file that the tool makes: its path from the repository's root, and its text.
struct Generated {
    path: &'static str,
    text: String,
}

#[derive(Default)]
struct Options {
    check: bool,
    source: Option<PathBuf>,
    iods: Option<PathBuf>,
}

/// Runs `cargo xtask dictionary` with the arguments after the command's name.
///
/// # Errors
/// Unknown arguments, sources that cannot be had or read, and with `--check` a table that differs.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let Some(options) = parse(args)? else {
        println!("{HELP}");
        return Ok(());
    };
    let source = match &options.source {
        Some(folder) => source::read(folder)?,
        None => source::read(&source::install(&root().join("target/dictionary"))?)?,
    };
    let mut files = from_source(&source)?;
    if let Some(csv) = &options.iods {
        files.push(from_csv(csv, &source)?);
    }
    finish(&files, options.check)
}

fn parse(args: &[String]) -> Result<Option<Options>> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut path = || {
            args.next()
                .map(PathBuf::from)
                .with_context(|| format!("{arg} needs a path"))
        };
        match arg.as_str() {
            "--check" => options.check = true,
            "--source" => options.source = Some(path()?),
            "--iods" => options.iods = Some(path()?),
            "-h" | "--help" => return Ok(None),
            _ => bail!("unknown argument {arg}\n\n{HELP}"),
        }
    }
    Ok(Some(options))
}

fn from_source(source: &source::Source) -> Result<Vec<Generated>> {
    let mut files = attributes::generate(&source.attributes)?;
    files.push(tags::generate(&source.attributes));
    files.push(uids::generate(&source.uids)?);
    Ok(files)
}

fn from_csv(csv: &Path, source: &source::Source) -> Result<Generated> {
    let text = fs::read_to_string(csv).with_context(|| format!("reading {}", csv.display()))?;
    iods::generate(&text, &source.attributes)
}

fn finish(files: &[Generated], check: bool) -> Result<()> {
    for file in files {
        let path = root().join(file.path);
        let same = fs::read_to_string(&path).is_ok_and(|old| old == file.text);
        match (same, check) {
            (true, _) => println!("{}: up to date", file.path),
            (false, true) => bail!("{} differs from its source: run `cargo xtask dictionary`", file.path),
            (false, false) => {
                fs::write(&path, &file.text).with_context(|| format!("writing {}", path.display()))?;
                println!("{}: written, {} bytes", file.path, file.text.len());
            }
        }
    }
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}
