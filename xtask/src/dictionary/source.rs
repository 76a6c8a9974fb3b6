//! The sources: pydicom's tables and the supplements, merged and sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::python;

const REQUIREMENTS: &str = include_str!("requirements.txt");
const SUPPLEMENT: &str = include_str!("supplement.tsv");
const SUPPLEMENT_UIDS: &str = include_str!("supplement-uids.tsv");

/// An attribute, or a repeating group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) tag: u32,
    pub(super) mask: u32,
    /// As written: `US`, `US or SS`; empty for the delimiters.
    pub(super) vr: String,
    pub(super) vm: String,
    pub(super) retired: bool,
    pub(super) keyword: String,
    pub(super) name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Uid {
    pub(super) uid: String,
    pub(super) kind: String,
    pub(super) retired: bool,
    pub(super) name: String,
}

/// All that is known: single tags by ascending tag, then the repeating groups; UIDs as sorted text.
pub(super) struct Source {
    pub(super) attributes: Vec<Attribute>,
    pub(super) uids: Vec<Uid>,
}

/// What the source is, for the head of each generated file.
pub(super) fn citation() -> String {
    let pinned = pinned();
    format!("from {pinned} (MIT licence, tables made from PS3.6) and xtask/src/dictionary/supplement*.tsv")
}

/// Installs the pinned source below `folder`, once, and returns where it is.
pub(super) fn install(folder: &Path) -> Result<PathBuf> {
    let target = folder.join(pinned());
    if target.join("pydicom").is_dir() {
        return Ok(target);
    }
    fs::create_dir_all(folder)?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    // Into a folder of its own first: a broken download must not look like an installed one.
    let partial = folder.join("partial");
    let status = Command::new("python3")
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-compile",
        ])
        .args([
            "--root-user-action",
            "ignore",
            "--upgrade",
            "--require-hashes",
            "--only-binary",
            ":all:",
        ])
        .arg("--target")
        .arg(&partial)
        .arg("--requirement")
        .arg(&requirements)
        .status()
        .context("python3 with pip is needed to get the source; or give its folder with --source")?;
    ensure!(status.success(), "pip could not install {}", pinned());
    fs::rename(&partial, &target)?;
    Ok(target)
}

/// Reads the tables of a folder with pydicom's package, and the supplements.
pub(super) fn read(folder: &Path) -> Result<Source> {
    let file = |name: &str| {
        let path = folder.join("pydicom").join(name);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    Ok(Source {
        attributes: attributes(&file("_dicom_dict.py")?)?,
        uids: uids(&file("_uid_dict.py")?)?,
    })
}

fn pinned() -> &'static str {
    let line = REQUIREMENTS
        .lines()
        .find(|line| line.contains("=="))
        .unwrap_or_default();
    line.split(' ').next().unwrap_or_default()
}

fn attributes(text: &str) -> Result<Vec<Attribute>> {
    // Keyed by whether repeating, so that those come last.
    let mut all = BTreeMap::new();
    let single = python::rows(text, "DicomDictionary")?;
    let repeating = python::rows(text, "RepeatersDictionary")?;
    for row in single.iter().chain(&repeating) {
        let [vr, vm, name, retired, keyword] = row.values.as_slice() else {
            bail!("{}: {} values, not 5", row.key, row.values.len());
        };
        let (tag, mask) = tag_and_mask(row.key.trim_start_matches("0x"))?;
        let entry = Attribute {
            tag,
            mask,
            vr: if vr == "NONE" { String::new() } else { vr.clone() },
            vm: vm.clone(),
            retired: !retired.is_empty(),
            keyword: keyword.clone(),
            name: name.clone(),
        };
        ensure!(
            all.insert((mask != u32::MAX, tag, mask), entry).is_none(),
            "{} twice",
            row.key
        );
    }
    for row in rows_of_table(SUPPLEMENT) {
        let [tag, vr, vm, retired, keyword, name, _why] = row.as_slice() else {
            bail!("supplement.tsv: {row:?} has not 7 columns");
        };
        let (tag, mask) = tag_and_mask(&tag.replace(['(', ')', ','], ""))?;
        let entry = Attribute {
            tag,
            mask,
            vr: (*vr).to_owned(),
            vm: (*vm).to_owned(),
            retired: !retired.is_empty(),
            keyword: (*keyword).to_owned(),
            name: (*name).to_owned(),
        };
        let old = all.insert((mask != u32::MAX, tag, mask), entry.clone());
        ensure!(old != Some(entry), "supplement.tsv: the source has {tag:08X} by now");
    }
    let mut all: Vec<Attribute> = all.into_values().collect();
    move_off_single_tags(&mut all);
    Ok(all)
}

fn uids(text: &str) -> Result<Vec<Uid>> {
    let mut all = BTreeMap::new();
    for row in python::rows(text, "UID_dictionary")? {
        let [name, kind, _info, retired, _keyword] = row.values.as_slice() else {
            bail!("{}: {} values, not 5", row.key, row.values.len());
        };
        // Two retired SOP classes have lost their names: an entry would say nothing.
        if name.is_empty() {
            continue;
        }
        let entry = Uid {
            uid: row.key.clone(),
            kind: kind.clone(),
            retired: !retired.is_empty(),
            name: name.clone(),
        };
        all.insert(row.key, entry);
    }
    for row in rows_of_table(SUPPLEMENT_UIDS) {
        let [uid, kind, retired, name] = row.as_slice() else {
            bail!("supplement-uids.tsv: {row:?} has not 4 columns");
        };
        let entry = Uid {
            uid: (*uid).to_owned(),
            kind: (*kind).to_owned(),
            retired: !retired.is_empty(),
            name: (*name).to_owned(),
        };
        ensure!(
            all.insert((*uid).to_owned(), entry).is_none(),
            "supplement-uids.tsv: the source has {uid} by now"
        );
    }
    Ok(all.into_values().collect())
}

fn rows_of_table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// The lowest tag of (0028,04x0) is an attribute of its own: the group then starts at (0028,0410).
fn move_off_single_tags(all: &mut [Attribute]) {
    let single: BTreeSet<u32> = all
        .iter()
        .filter(|row| row.mask == u32::MAX)
        .map(|row| row.tag)
        .collect();
    for row in all
        .iter_mut()
        .filter(|row| row.mask != u32::MAX && single.contains(&row.tag))
    {
        row.tag |= 1 << (!row.mask).trailing_zeros();
    }
}

/// `60xx0010` is (6000,0010) with the mask FF00FFFF.
fn tag_and_mask(text: &str) -> Result<(u32, u32)> {
    ensure!(text.len() == 8, "{text} has not 8 digits");
    let tag = u32::from_str_radix(&text.replace('x', "0"), 16).with_context(|| text.to_owned())?;
    let mask: String = text.chars().map(|c| if c == 'x' { '0' } else { 'F' }).collect();
    Ok((tag, u32::from_str_radix(&mask, 16)?))
}
