//! A compiler for wasm32-unknown-unknown: rustup's target, or Debian's compiler with a standard library built once.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{debian, paths, process};

/// The target of everything that runs in a browser.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's rustc of the browsers it builds: new enough, and its library's source is packaged beside it.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_RUSTDOC: &str = "/usr/bin/rustdoc";

/// A compiler that can build for [`TARGET`].
pub(crate) struct WasmTarget {
    /// Not the one that cargo would take by itself.
    debian: bool,
}

impl WasmTarget {
    /// `cargo VERB --target wasm32-unknown-unknown`, with the right compiler.
    pub(crate) fn cargo(&self, verb: &str) -> Command {
        let mut command = process::cargo(verb);
        command
            .args(["--target", TARGET])
            .env("CARGO_TARGET_DIR", paths::wasm_target());
        if self.debian {
            command.env("RUSTC", DEBIAN_RUSTC).env("RUSTDOC", DEBIAN_RUSTDOC);
        }
        command
    }
}

impl fmt::Display for WasmTarget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.debian {
            write!(
                out,
                "{TARGET} is ready: RUSTC={DEBIAN_RUSTC} RUSTDOC={DEBIAN_RUSTDOC} cargo build --target {TARGET}"
            )
        } else {
            write!(out, "{TARGET} is ready: cargo build --target {TARGET}")
        }
    }
}

/// Finds a compiler for wasm32, or gets one.
pub(crate) fn ensure() -> Result<WasmTarget> {
    let own = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    if works(&own) {
        return Ok(WasmTarget { debian: false });
    }
    let debian = debian::is_debian();
    if debian && works(Path::new(DEBIAN_RUSTC)) {
        return Ok(WasmTarget { debian: true });
    }
    let refused = match rustup_target_add() {
        Ok(()) if works(&own) => return Ok(WasmTarget { debian: false }),
        Ok(()) => "rustup's target does not compile".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    if !debian {
        bail!("no {TARGET} target: `rustup target add {TARGET}` gets it. It was tried and failed: {refused}");
    }
    debian::install(&["rustc-web", "rust-web-src"])?;
    step("build the standard library for wasm32, once", build_standard_library)?;
    link_linker()?;
    if !works(Path::new(DEBIAN_RUSTC)) {
        let mut probe = probe(Path::new(DEBIAN_RUSTC))?;
        bail!(
            "{DEBIAN_RUSTC} still cannot build for {TARGET}: {:#}",
            process::output(&mut probe).unwrap_err()
        );
    }
    Ok(WasmTarget { debian: true })
}

fn rustup_target_add() -> Result<()> {
    let rustup = process::find("rustup").context("there is no rustup in PATH")?;
    step(&format!("rustup target add {TARGET}"), || {
        process::output(Command::new(rustup).args(["target", "add", TARGET])).map(|_| ())
    })
}

/// Compiles and links a line of Rust, which takes a fraction of a second and needs every part.
fn works(rustc: &Path) -> bool {
    probe(rustc)
        .and_then(|mut command| process::output(&mut command))
        .is_ok()
}

fn probe(rustc: &Path) -> Result<Command> {
    let folder = paths::tools().join("wasm-probe");
    fs::create_dir_all(&folder)?;
    let source = folder.join("probe.rs");
    fs::write(&source, "fn main() { println!(\"{:?}\", std::env::args().next()); }\n")?;
    let mut command = Command::new(rustc);
    command
        .args(["--edition=2024", "--target", TARGET, "-o"])
        .arg(folder.join("probe.wasm"))
        .arg(source);
    Ok(command)
}

fn build_standard_library() -> Result<()> {
    let folder = paths::tools().join("wasm-std");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(folder.join("src/lib.rs"), "#![no_std]\n")?;
    let built = folder.join("target");
    process::output(
        process::cargo("build")
            .current_dir(&folder)
            .args([
                "--release",
                "--target",
                TARGET,
                "-Zbuild-std=std,panic_abort,panic_unwind,test",
            ])
            .env("CARGO_TARGET_DIR", &built)
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            // Without its bitcode the library cannot take part in link-time optimisation.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes"),
    )?;
    let library = sysroot(Path::new(DEBIAN_RUSTC))?
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    copy_rlibs(&built.join(TARGET).join("release/deps"), &library)?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

fn copy_rlibs(from: &Path, to: &Path) -> Result<()> {
    // An older standard library beside the new one would make every crate name ambiguous.
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).with_context(|| format!("cannot write to {} (root may)", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(entry.path(), to.join(&*name))?;
        }
    }
    Ok(())
}

/// Puts a linker where Debian's rustc looks for one: rustup's, else the one of the same LLVM from Debian.
fn link_linker() -> Result<()> {
    let version = process::output(Command::new(DEBIAN_RUSTC).arg("-vV"))?;
    let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let host = field("host:").context("rustc names no host")?;
    let llvm = field("LLVM version:")
        .and_then(|version| version.split('.').next())
        .context("rustc names no LLVM")?;
    let bin = Path::new("lib/rustlib").join(host).join("bin");
    let place = sysroot(Path::new(DEBIAN_RUSTC))?.join(&bin);
    let rustups = sysroot(Path::new("rustc"))?.join(&bin).join("rust-lld");
    let linker = if rustups.exists() && !rustups.starts_with(&place) {
        rustups
    } else {
        debian::install(&[&format!("lld-{llvm}")])?;
        PathBuf::from(format!("/usr/bin/lld-{llvm}"))
    };
    fs::create_dir_all(&place)?;
    let link = place.join("rust-lld");
    let _ = fs::remove_file(&link);
    symlink(&linker, &link).with_context(|| format!("cannot link {}", link.display()))
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    // Debian only, so never reached elsewhere; a copy would do the same.
    fs::copy(to, at).map(|_| ())
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    Ok(PathBuf::from(
        process::output(Command::new(rustc).args(["--print", "sysroot"]))?.trim(),
    ))
}
