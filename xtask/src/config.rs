//! wasm-pack.toml: how the wasm packages are made.

use std::{fmt, fs};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::paths;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct WasmPack {
    /// Versions of the programs that work on the wasm.
    pub(crate) tools: Tools,
    /// The page.
    pub(crate) page: Page,
    /// The npm packages.
    #[serde(rename = "package")]
    pub(crate) packages: Vec<Package>,
}

/// Versions, exact.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tools {
    /// Of the crate, and of its command-line support that xtask links.
    pub(crate) wasm_bindgen: String,
    /// Of the npm package that brings wasm-opt.
    pub(crate) binaryen: String,
}

/// The wasm of the page and its worker.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Page {
    /// The crate whose binary it is.
    #[serde(rename = "crate")]
    pub(crate) package: String,
    /// Names the files: NAME.js and NAME_bg.wasm.
    pub(crate) out_name: String,
    /// Cargo's profile of a release build.
    pub(crate) profile: String,
    /// Arguments for wasm-opt in a release build.
    pub(crate) wasm_opt: Vec<String>,
    /// The most that the wasm may have after brotli, in bytes.
    pub(crate) budget: u64,
}

/// An npm package.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Package {
    /// The crate, a cdylib.
    #[serde(rename = "crate")]
    pub(crate) package: String,
    /// The package's name in npm.
    pub(crate) name: String,
    /// Where its README.md is.
    pub(crate) folder: String,
    /// Names the files: NAME.js, NAME.d.ts and NAME_bg.wasm.
    pub(crate) out_name: String,
    /// Who loads it.
    pub(crate) targets: Vec<Target>,
    /// Cargo's profile.
    pub(crate) profile: String,
    /// Arguments for wasm-opt.
    pub(crate) wasm_opt: Vec<String>,
    /// The most that the wasm may have after brotli, in bytes.
    pub(crate) budget: u64,
}

/// How a package is loaded; also the folder it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Target {
    /// As an ES module that fetches its wasm when asked to.
    Web,
    /// As an ES module that imports its wasm, which the bundler resolves.
    Bundler,
    /// As a CommonJS module that reads its wasm at once.
    Nodejs,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Target::Web => "web",
            Target::Bundler => "bundler",
            Target::Nodejs => "nodejs",
        })
    }
}

/// Reads wasm-pack.toml and checks that the wasm-bindgen of Cargo.lock is the one it names.
pub(crate) fn read() -> Result<WasmPack> {
    let text = fs::read_to_string(paths::root().join("wasm-pack.toml")).context("wasm-pack.toml")?;
    let config: WasmPack = toml::from_str(&text).context("wasm-pack.toml")?;
    for package in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
        let locked = locked_version(package)?;
        let pinned = &config.tools.wasm_bindgen;
        ensure!(
            locked == *pinned,
            "Cargo.lock has {package} {locked}, wasm-pack.toml {pinned}: the two must be equal, for the format between them changes with each version"
        );
    }
    Ok(config)
}

/// The version of a package in Cargo.lock.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let text = fs::read_to_string(paths::root().join("Cargo.lock")).context("Cargo.lock")?;
    let lock: Lock = toml::from_str(&text).context("Cargo.lock")?;
    lock.package
        .into_iter()
        .find(|locked| locked.name == package)
        .map(|locked| locked.version)
        .with_context(|| format!("Cargo.lock has no {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_equal_the_lock_file() {
        let config = read().unwrap();
        assert_eq!(config.tools.wasm_bindgen, locked_version("wasm-bindgen").unwrap());
        assert_eq!(
            config.tools.wasm_bindgen,
            locked_version("wasm-bindgen-cli-support").unwrap()
        );
    }

    #[test]
    fn the_named_crate_and_profile_exist() {
        let config = read().unwrap();
        let workspace: toml::Table =
            toml::from_str(&fs::read_to_string(paths::root().join("Cargo.toml")).unwrap()).unwrap();
        let packages = config
            .packages
            .iter()
            .map(|package| (&package.package, &package.profile));
        for (name, profile) in packages.chain([(&config.page.package, &config.page.profile)]) {
            assert!(!locked_version(name).unwrap().is_empty());
            assert!(workspace["profile"].get(profile).is_some(), "{profile}");
        }
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        let text = fs::read_to_string(paths::root().join("wasm-pack.toml")).unwrap();
        assert!(toml::from_str::<WasmPack>(&text).is_ok());
        for (right, wrong) in [
            ("out-name", "outname"),
            ("targets =", "target ="),
            ("\"bundler\"", "\"bundle\""),
            ("[tools]", "[tool]"),
            ("binaryen =", "wasm-opt ="),
        ] {
            assert!(
                toml::from_str::<WasmPack>(&text.replace(right, wrong)).is_err(),
                "{wrong}"
            );
        }
    }
}
