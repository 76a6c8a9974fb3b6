//! The npm packages: compiled, bound to JavaScript for each target, packed. They end in target/npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::config::{Package, Target, Tools};
use crate::step::{say, step};
use crate::wasm_target::{self, WasmTarget};
use crate::{bindgen, compress, config, node, paths, process};

/// Files of the repository's root that go into every package.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Builds every package of wasm-pack.toml. Returns the folder of the tarballs.
pub(crate) fn build() -> Result<PathBuf> {
    let config = config::read()?;
    let target = wasm_target::ensure()?;
    let out = paths::target().join("npm");
    fs::create_dir_all(&out)?;
    for package in &config.packages {
        one(package, &config.tools, &target, &out)?;
    }
    Ok(out)
}

/// Builds a package; nothing to do when what it is made of has not changed.
fn one(package: &Package, tools: &Tools, target: &WasmTarget, out: &Path) -> Result<()> {
    let version = config::locked_version(&package.package)?;
    let wasm = compile(target, package)?;
    let tarball = out.join(format!("{}-{version}.tgz", package.name));
    let stamp = stamp(&wasm, package)?;
    let stamp_file = out.join(format!("{}.stamp", package.name));
    if fs::read_to_string(&stamp_file).is_ok_and(|built| built == stamp) && tarball.exists() {
        return Ok(());
    }

    let folder = out.join(&package.name);
    let _ = fs::remove_dir_all(&folder);
    let size = bind(&wasm, package, tools, &folder)?;
    fs::write(
        folder.join("package.json"),
        serde_json::to_vec_pretty(&manifest(package, &version))?,
    )?;
    fs::copy(
        paths::root().join(&package.folder).join("README.md"),
        folder.join("README.md"),
    )
    .with_context(|| format!("{}/README.md", package.folder))?;
    for name in LICENCES {
        fs::copy(paths::root().join(name), folder.join(name)).context(name)?;
    }
    let npm = node::npm().context("missing: npm, which comes with Node.js")?;
    step("npm pack", || {
        process::output(
            Command::new(npm)
                .current_dir(&folder)
                .args(["pack", "--loglevel=error", "--pack-destination"])
                .arg(out),
        )
    })?;
    let (kilobytes, budget) = (size.div_ceil(1000), package.budget / 1000);
    say(&format!(
        "{}: wasm {kilobytes} KB after brotli, budget {budget} KB",
        tarball.display()
    ));
    ensure!(
        size as u64 <= package.budget,
        "the wasm of {} has outgrown its budget (wasm-pack.toml)",
        package.name
    );
    fs::write(stamp_file, stamp)?;
    Ok(())
}

fn compile(target: &WasmTarget, package: &Package) -> Result<PathBuf> {
    let mut cargo = target.cargo("build");
    cargo.args(["--package", &package.package, "--profile", &package.profile]);
    step(&format!("compile {} to wasm32", package.package), || {
        process::run(&mut cargo)
    })?;
    Ok(paths::wasm_target()
        .join(wasm_target::TARGET)
        .join(&package.profile)
        .join(format!("{}.wasm", package.package.replace('-', "_"))))
}

/// Writes a folder for each target. All have the same wasm, so one of them has it and the others point there.
/// Returns its size after brotli.
fn bind(wasm: &Path, package: &Package, tools: &Tools, folder: &Path) -> Result<usize> {
    let name = format!("{}_bg.wasm", package.out_name);
    let home = *package.targets.first().context("a package has a target")?;
    // The import of a bundler's wasm names the file beside it: where there is a bundler's, that one stays.
    let home = package
        .targets
        .iter()
        .copied()
        .find(|target| *target == Target::Bundler)
        .unwrap_or(home);
    let place = |target: Target| folder.join(target.to_string());
    for target in &package.targets {
        let out = place(*target);
        bindgen::bind(wasm, &package.out_name, *target, true, true, &out)?;
        let kind = if *target == Target::Nodejs {
            "commonjs"
        } else {
            "module"
        };
        fs::write(out.join("package.json"), json!({ "type": kind }).to_string())?;
        // The declarations of the raw exports are of use to nobody.
        let _ = fs::remove_file(out.join(format!("{name}.d.ts")));
    }
    let shared = fs::read(place(home).join(&name))?;
    for target in package.targets.iter().filter(|target| **target != home) {
        let own = place(*target).join(&name);
        ensure!(
            fs::read(&own)? == shared,
            "the wasm for {target} is not the one for {home}: wasm-bindgen has changed"
        );
        fs::remove_file(own)?;
        let script = place(*target).join(format!("{}.js", package.out_name));
        let text = redirect(&fs::read_to_string(&script)?, &name, home)?;
        fs::write(script, text)?;
    }
    let shared = place(home).join(&name);
    bindgen::optimise(&shared, &package.wasm_opt, tools)?;
    Ok(compress::brotli(&fs::read(shared)?)?.len())
}

/// Lets a script take its wasm from the folder of another target.
fn redirect(script: &str, wasm: &str, home: Target) -> Result<String> {
    let elsewhere = format!("../{home}/{wasm}");
    // As the web names it, and as Node does.
    for (before, after) in [
        (format!("'{wasm}'"), format!("'{elsewhere}'")),
        (format!("/{wasm}`"), format!("/{elsewhere}`")),
    ] {
        if script.matches(&before).count() == 1 {
            return Ok(script.replace(&before, &after));
        }
    }
    anyhow::bail!("the script does not load {wasm} as expected: wasm-bindgen has changed")
}

/// package.json. Structs and not values: conditions count in their order, "default" last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    keywords: &'a [&'a str],
    license: &'a str,
    engines: Engines,
    main: String,
    types: String,
    exports: Exports,
    side_effects: Vec<String>,
}

#[derive(Serialize)]
struct Engines {
    node: &'static str,
}

#[derive(Serialize)]
struct Exports {
    #[serde(rename = ".")]
    main: Conditions,
    #[serde(rename = "./web", skip_serializing_if = "Option::is_none")]
    web: Option<Entry>,
    #[serde(rename = "./package.json")]
    manifest: &'static str,
}

#[derive(Serialize)]
struct Conditions {
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Entry>,
}

#[derive(Serialize)]
struct Entry {
    types: String,
    default: String,
}

fn manifest<'a>(package: &'a Package, version: &'a str) -> Manifest<'a> {
    let module = &package.out_name;
    let file = |target: Target, extension: &str| format!("./{target}/{module}.{extension}");
    let entry = |target: Target| {
        package.targets.contains(&target).then(|| Entry {
            types: file(target, "d.ts"),
            default: file(target, "js"),
        })
    };
    let bundler = entry(Target::Bundler);
    Manifest {
        name: &package.name,
        version,
        description: "DICOM Real-Time Video (PS3.22): RTP packets, Grains, RTV payloads and data sets, decode and encode",
        keywords: &["dicom", "rtp", "st2110", "nmos", "video"],
        license: "MIT OR Apache-2.0",
        engines: Engines { node: ">=20" },
        main: file(Target::Nodejs, "js"),
        types: file(Target::Nodejs, "d.ts"),
        side_effects: bundler.iter().map(|entry| entry.default.clone()).collect(),
        exports: Exports {
            main: Conditions {
                node: entry(Target::Nodejs),
                default: bundler,
            },
            web: entry(Target::Web),
            manifest: "./package.json",
        },
    }
}

/// Changes with everything that a package is made of.
fn stamp(wasm: &Path, package: &Package) -> Result<String> {
    let mut hash = Sha256::new();
    for file in [
        wasm.to_path_buf(),
        paths::root().join("wasm-pack.toml"),
        paths::root().join(&package.folder).join("README.md"),
        // This program makes the package from them: a new one may make another.
        std::env::current_exe()?,
    ] {
        hash.update(Sha256::digest(
            fs::read(&file).with_context(|| file.display().to_string())?,
        ));
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_find_the_one_wasm() {
        let web = "module_or_path = new URL('x_bg.wasm', import.meta.url);";
        let node = "const path = `${__dirname}/x_bg.wasm`;";
        let target = Target::Bundler;
        assert!(
            redirect(web, "x_bg.wasm", target)
                .unwrap()
                .contains("'../bundler/x_bg.wasm'")
        );
        assert!(
            redirect(node, "x_bg.wasm", target)
                .unwrap()
                .contains("}/../bundler/x_bg.wasm`")
        );
        assert!(redirect("fetch(name)", "x_bg.wasm", target).is_err());
    }

    #[test]
    fn node_comes_before_the_bundler() {
        let config = config::read().unwrap();
        let manifest = serde_json::to_string(&manifest(&config.packages[0], "1.2.3")).unwrap();
        let at = |text: &str| manifest.find(text).unwrap_or_else(|| panic!("no {text} in {manifest}"));
        assert!(at("\"node\":") < at("\"default\":{"));
        assert!(at("./nodejs/dicom_rtv.d.ts") < at("\"default\":\"./nodejs/dicom_rtv.js\""));
        assert!(at("./web/dicom_rtv.d.ts") < at("./web/dicom_rtv.js"));
    }
}
