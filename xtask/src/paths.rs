//! Where things are: the repository, cargo's target folder, the tools we fetch into it.

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Cargo's target folder, wherever the user's configuration puts it.
pub(crate) fn target() -> PathBuf {
    // This program is target/<profile>/xtask: the way up knows more than CARGO_TARGET_DIR,
    // for a configuration file can name the folder too.
    let up = std::env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().nth(2).map(PathBuf::from));
    match up {
        Some(folder) if folder.join("CACHEDIR.TAG").exists() => folder,
        // Unit tests run from target/<profile>/deps.
        Some(folder) => folder.parent().map_or_else(|| root().join("target"), Path::to_path_buf),
        None => root().join("target"),
    }
}

/// The target folder of wasm builds. They have one of their own because their compiler may be another one.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// The page as it is served.
pub(crate) fn page() -> PathBuf {
    target().join("page")
}

/// Programs and packages that the build fetches; never in the source tree.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}
