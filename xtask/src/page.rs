//! The page: compiled, bound to JavaScript, named by content, compressed. It ends in target/page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::assets::{self, Files};
use crate::step::{say, step};
use crate::wasm_target::{self, WasmTarget};
use crate::{bindgen, compress, config, native, paths};

/// Lists what is in the page, for tests and for people.
#[derive(Serialize)]
struct Manifest {
    release: bool,
    files: Vec<ManifestFile>,
}

#[derive(Serialize)]
struct ManifestFile {
    path: String,
    bytes: usize,
    /// Size after brotli, for files that are served so.
    brotli: Option<usize>,
}

/// Builds the page; nothing to do when its sources have not changed.
pub(crate) fn build(release: bool) -> Result<()> {
    let config = config::read()?;
    let target = wasm_target::ensure()?;
    let wasm = compile(&target, &config.page, release)?;
    let mut sources = static_files()?;
    examples(&mut sources)?;

    let stamp = stamp(&fs::read(&wasm)?, &sources, release)?;
    let stamp_file = paths::target().join("page.stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|built| built == stamp) && paths::page().join("index.html").exists() {
        return Ok(());
    }

    let work = paths::target().join("page.work");
    let _ = fs::remove_dir_all(&work);
    bindgen::web(&wasm, &config.page.out_name, release, &work)?;
    if release {
        let bound = work.join(format!("{}_bg.wasm", config.page.out_name));
        bindgen::optimise(&bound, &config.page.wasm_opt, &config.tools)?;
    }
    let mut files = sources;
    read_folder(&work, &work, &mut files)?;
    fs::remove_dir_all(&work)?;

    let files = assets::fingerprint(&files)?;
    check_policy(&files)?;
    let manifest = step("compress the page's files", || write(&files, release))?;
    let size = wasm_size(&manifest)?;
    let (kilobytes, budget) = (size.div_ceil(1000), config.page.budget / 1000);
    say(&format!(
        "page in {}: wasm {kilobytes} KB after brotli, budget {budget} KB",
        paths::page().display()
    ));
    ensure!(
        !release || size as u64 <= config.page.budget,
        "the page's wasm has outgrown its budget (wasm-pack.toml)"
    );
    fs::write(stamp_file, stamp)?;
    Ok(())
}

fn compile(target: &WasmTarget, page: &config::Page, release: bool) -> Result<PathBuf> {
    let profile = if release { &page.profile } else { "dev" };
    let mut cargo = target.cargo("build");
    cargo.args(["--package", &page.package, "--profile", profile]);
    step("compile the page to wasm32", || crate::process::run(&mut cargo))?;
    let folder = if release { profile } else { "debug" };
    Ok(paths::wasm_target()
        .join(wasm_target::TARGET)
        .join(folder)
        .join(format!("{}.wasm", page.package)))
}

/// web/index.html and everything in web/static.
fn static_files() -> Result<Files> {
    let web = paths::root().join("web");
    let mut files = Files::new();
    files.insert(
        "index.html".into(),
        fs::read(web.join("index.html")).context("web/index.html")?,
    );
    let folder = web.join("static");
    read_folder(&folder, &folder, &mut files)?;
    Ok(files)
}

/// The captures that the page opens with one click, made by the generator.
fn examples(files: &mut Files) -> Result<()> {
    let folder = paths::target().join("examples-of-page");
    native::generate(&["--examples"], &folder)?;
    read_folder(&folder, &folder, files)
}

fn read_folder(root: &Path, folder: &Path, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// Changes with everything that the page is made of.
fn stamp(wasm: &[u8], sources: &Files, release: bool) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update([u8::from(release)]);
    hash.update(fs::read(paths::root().join("wasm-pack.toml"))?);
    // This program makes the page from them: a new one may make another page.
    hash.update(fs::read(std::env::current_exe()?)?);
    hash.update(wasm);
    for (path, bytes) in sources {
        hash.update(path);
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Holds the page to its Content Security Policy: nothing inline, nothing from elsewhere.
fn check_policy(files: &Files) -> Result<()> {
    let index = std::str::from_utf8(&files["index.html"])?;
    ensure!(
        index.contains("http-equiv=\"Content-Security-Policy\""),
        "index.html has no Content-Security-Policy"
    );
    ensure!(
        !index.contains("unsafe-inline") && !index.contains("'unsafe-eval'"),
        "index.html has a weak policy"
    );
    for script in index.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').context("index.html: <script without >")?;
        ensure!(
            attributes.contains(" src=") && rest.starts_with("</script>"),
            "index.html has an inline script"
        );
    }
    ensure!(
        !index.contains("<style") && !index.contains(" style="),
        "index.html has an inline style"
    );
    Ok(())
}

fn write(files: &Files, release: bool) -> Result<Manifest> {
    // Written beside the old one and then put in its place, so that no reader finds half a page.
    let folder = paths::target().join("page.new");
    let _ = fs::remove_dir_all(&folder);
    let mut manifest = Manifest {
        release,
        files: Vec::new(),
    };
    for (path, bytes) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().context("a file has a folder")?)?;
        fs::write(&file, bytes)?;
        let mut brotli = None;
        if release && compress::is_compressible(path, bytes) {
            let small = compress::brotli(bytes)?;
            brotli = Some(small.len());
            fs::write(folder.join(format!("{path}.br")), small)?;
            fs::write(folder.join(format!("{path}.gz")), compress::gzip(bytes)?)?;
        }
        manifest.files.push(ManifestFile {
            path: path.clone(),
            bytes: bytes.len(),
            brotli,
        });
    }
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    let _ = fs::remove_dir_all(paths::page());
    fs::rename(&folder, paths::page())?;
    Ok(manifest)
}

fn wasm_size(manifest: &Manifest) -> Result<usize> {
    let wasm = manifest
        .files
        .iter()
        .find(|file| file.path.ends_with(".wasm"))
        .context("the page has no wasm")?;
    Ok(wasm.brotli.unwrap_or(wasm.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(html: &str) -> Files {
        let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
        Files::from([("index.html".to_owned(), format!("{policy}{html}").into_bytes())])
    }

    #[test]
    fn the_page_keeps_its_policy() {
        check_policy(&static_files().unwrap()).unwrap();
        check_policy(&index("<script src=\"a.js\"></script>")).unwrap();
        assert!(check_policy(&index("<script>alert(1)</script>")).is_err());
        assert!(check_policy(&index("<script src=\"a.js\">alert(1)</script>")).is_err());
        assert!(check_policy(&index("<p style=\"color: red\">")).is_err());
        assert!(check_policy(&Files::from([("index.html".to_owned(), b"<html>".to_vec())])).is_err());
    }

    #[test]
    fn compressed_copies_give_back_the_file() {
        let bytes = "the quick brown fox ".repeat(100).into_bytes();
        assert!(compress::is_compressible("a.js", &bytes) && !compress::is_compressible("a.png", &bytes));
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &*compress::brotli(&bytes).unwrap(), &mut plain).unwrap();
        assert_eq!(plain, bytes);
        let mut plain = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::GzDecoder::new(&*compress::gzip(&bytes).unwrap()),
            &mut plain,
        )
        .unwrap();
        assert_eq!(plain, bytes);
    }
}
