//! Puts the page into the binary: every file of target/page, or a note that says how to build one.
//!
//! The page is `$GRAINSCOPE_EMBED_PAGE`, else `page` in cargo's target folder, where `cargo xtask build` writes it. Nothing
//! here needs it: on a fresh clone the binary compiles without a page and all other commands work.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=GRAINSCOPE_EMBED_PAGE");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let page = match env::var_os("GRAINSCOPE_EMBED_PAGE") {
        Some(folder) => PathBuf::from(folder),
        None => target_folder(&out).join("page"),
    };
    // Cargo runs this again at each build if the folder is not there at all.
    fs::create_dir_all(&page)?;
    println!("cargo::rerun-if-changed={}", page.display());

    let mut files = Vec::new();
    list(&page, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let path = file.strip_prefix(&page)?.to_string_lossy().replace('\\', "/");
        if path == "manifest.json" || path.ends_with(".br") || path.ends_with(".gz") {
            continue;
        }
        let include = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
        let variant = |extension: &str| {
            let variant = PathBuf::from(format!("{}.{extension}", file.display()));
            if files.contains(&variant) {
                format!("Some({})", include(&variant))
            } else {
                "None".to_owned()
            }
        };
        writeln!(
            table,
            "    ({path:?}, {}, {}, {}),",
            include(file),
            variant("br"),
            variant("gz")
        )?;
    }
    table.push(']');
    fs::write(out.join("page.rs"), table)?;
    Ok(())
}

/// Cargo's target folder, the nearest one above OUT_DIR that cargo has marked.
fn target_folder(out: &Path) -> PathBuf {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    marked.unwrap_or(out).to_path_buf()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?
        } else {
            files.push(path)
        }
    }
    Ok(())
}
