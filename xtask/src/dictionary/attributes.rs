//! The attribute tables: columns in `table.rs`, keywords and names in `attributes.tsv`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};

use super::source::Attribute;
use super::{Generated, rust};

/// Rows between two stored starts of lines: see the codec's `entry.rs`.
const BLOCK: usize = 8;
/// The bit of a VM number that says "retired".
const RETIRED: usize = 0x80;

pub(super) fn generate(attributes: &[Attribute]) -> Result<Vec<Generated>> {
    let text: String = attributes
        .iter()
        .map(|row| format!("{}\t{}\n", row.keyword, row.name))
        .collect();
    Ok(vec![
        Generated {
            path: "codec/src/dictionary/table.rs",
            text: columns(attributes)?,
        },
        Generated {
            path: "codec/src/dictionary/attributes.tsv",
            text,
        },
    ])
}

fn columns(attributes: &[Attribute]) -> Result<String> {
    let (single, repeating): (Vec<_>, Vec<_>) = attributes.iter().partition(|row| row.mask == u32::MAX);
    let vrs = distinct(attributes.iter().map(|row| row.vr.as_str()));
    let vms = distinct(attributes.iter().map(|row| row.vm.as_str()));
    ensure!(vms.len() < RETIRED && vrs.len() < 256, "too many VRs or VMs for a byte");

    let mut out = rust::head("The attributes as columns of numbers.", None);
    out.push_str("use super::Vm;\nuse crate::Vr;\n\n");
    let _ = writeln!(
        out,
        "/// Rows between two entries of [`BLOCK_START`].\npub(super) const BLOCK: usize = {BLOCK};"
    );
    let _ = writeln!(
        out,
        "/// The bit of [`VM_OF`] of retired attributes.\npub(super) const RETIRED: u8 = {RETIRED:#04X};\n"
    );
    out.push_str("/// Keyword and name of each row: `KEYWORD`, tab, `NAME`, line feed.\n");
    out.push_str("pub(super) static TEXT: &str = include_str!(\"attributes.tsv\");\n\n");
    sets(&mut out, &vrs);
    multiplicities(&mut out, &vms)?;

    let column = |of: &dyn Fn(&Attribute) -> usize| -> Vec<String> {
        attributes.iter().map(|row| of(row).to_string()).collect()
    };
    let tags: Vec<String> = single.iter().map(|row| format!("0x{:08X}", row.tag)).collect();
    rust::numbers(
        &mut out,
        "The single tags, ascending: row 0 and on.",
        "TAGS",
        "u32",
        &tags,
    );
    let masks: Vec<String> = repeating
        .iter()
        .map(|row| format!("(0x{:08X}, 0x{:08X})", row.tag, row.mask))
        .collect();
    rust::numbers(
        &mut out,
        "Lowest tag and mask of the repeating groups: the rows after those of [`TAGS`].",
        "REPEATING",
        "(u32, u32)",
        &masks,
    );
    let at = |set: &[&str], value: &str| set.iter().position(|found| *found == value).unwrap_or_default();
    rust::numbers(
        &mut out,
        "Which of [`VRS`] a row has.",
        "VR_OF",
        "u8",
        &column(&|row| at(&vrs, &row.vr)),
    );
    let vm = |row: &Attribute| at(&vms, &row.vm) | if row.retired { RETIRED } else { 0 };
    rust::numbers(
        &mut out,
        "Which of [`VMS`] a row has, and [`RETIRED`].",
        "VM_OF",
        "u8",
        &column(&vm),
    );
    for row in attributes {
        let short = row.keyword.len() < 256 && row.name.len() < 256 && row.name.len() + 2 >= row.keyword.len();
        ensure!(
            short && row.keyword.is_ascii() && row.name.is_ascii(),
            "{}: lengths or characters",
            row.name
        );
    }
    // Filled up to whole blocks: the codec reads one at a time.
    let blocks = |of: &dyn Fn(&Attribute) -> usize| {
        let mut values = column(of);
        values.resize(values.len().next_multiple_of(BLOCK), "0".to_owned());
        values
    };
    let keyword = blocks(&|row| row.keyword.len());
    rust::numbers(
        &mut out,
        "The bytes of a row's keyword.",
        "KEYWORD_LENGTH",
        "u8",
        &keyword,
    );
    let excess = blocks(&|row| row.name.len() + 2 - row.keyword.len());
    let doc = "How many bytes a row's line has more than twice its keyword.";
    rust::numbers(&mut out, doc, "LINE_EXCESS", "u8", &excess);
    let mut start = 0;
    let mut starts = Vec::new();
    for (index, row) in attributes.iter().enumerate() {
        if index % BLOCK == 0 {
            starts.push(start.to_string());
        }
        start += row.keyword.len() + row.name.len() + 2;
    }
    rust::numbers(
        &mut out,
        "Where in [`TEXT`] every eighth row starts.",
        "BLOCK_START",
        "u32",
        &starts,
    );
    out.pop();
    Ok(out)
}

fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut values: Vec<&str> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn sets(out: &mut String, vrs: &[&str]) {
    let _ = writeln!(
        out,
        "/// The combinations of VRs.\n#[rustfmt::skip]\npub(super) static VRS: [&[Vr]; {}] = [",
        vrs.len()
    );
    for set in vrs {
        let names: Vec<String> = set
            .split(" or ")
            .filter(|vr| !vr.is_empty())
            .map(|vr| format!("Vr::{vr}"))
            .collect();
        let _ = writeln!(out, "    &[{}],", names.join(", "));
    }
    out.push_str("];\n\n");
}

fn multiplicities(out: &mut String, vms: &[&str]) -> Result<()> {
    let _ = writeln!(
        out,
        "/// The Value Multiplicities.\n#[rustfmt::skip]\npub(super) static VMS: [Vm; {}] = [",
        vms.len()
    );
    for text in vms {
        let (min, max, step) = multiplicity(text).with_context(|| format!("VM {text}"))?;
        let max = max.map_or_else(|| "None".to_owned(), |max| format!("Some({max})"));
        let _ = writeln!(out, "    Vm::new({min}, {max}, {step}, {text:?}),");
    }
    out.push_str("];\n\n");
    Ok(())
}

/// `2-2n` is at least 2, in steps of 2.
pub(super) fn multiplicity(text: &str) -> Result<(u32, Option<u32>, u32)> {
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    let min = min.parse()?;
    Ok(match max.strip_suffix('n') {
        Some("") => (min, None, 1),
        Some(step) => (min, None, step.parse()?),
        None => (min, Some(max.parse()?), 1),
    })
}
