//! The four IODs: from the rows of a CSV to lists of attributes, of which equal ones are stored once.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};

use super::source::Attribute;
use super::{Generated, rust};

/// SOP class and IOD (PS3.22 Table 7.2-1).
const SOP_CLASSES: [(&str, &str); 4] = [
    ("Real-Time Video Endoscopic Image", "VIDEO_ENDOSCOPIC_IMAGE_RTC"),
    ("Real-Time Video Photographic Image", "VIDEO_PHOTOGRAPHIC_IMAGE_RTC"),
    ("Real-Time Audio Waveform", "AUDIO_WAVEFORM_RTC"),
    ("Rendition Selection Document", "RENDITION_SELECTION_DOCUMENT_RTC"),
];

/// The conditions of modules with usage C, in our words.
const CONDITIONS: [(&str, &str); 2] = [
    (
        "Frame of Reference",
        "instances are spatially related, or a Camera Position is in the dynamic part",
    ),
    ("Specimen", "what is imaged is a specimen"),
];

/// The module of the dynamic part; functional group macros are written `Current Frame Functional Groups/NAME`.
const CURRENT_FRAME: &str = "Current Frame Functional Groups";
/// Current Frame Functional Groups Sequence.
const CURRENT_FRAME_SEQUENCE: &str = "00060001";

/// The table of SR Document Content holds the rows of every value type, so that its types do not say what one content
/// item has. The root is a CONTAINER: it has these, and its concept name is required (PS3.3 C.17.3.2.2).
const SR_MODULE: &str = "SR Document Content";
const SR_ROOT: [u32; 3] = [0x0040_A040, 0x0040_A043, 0x0040_A050];

/// What the tables of image and waveform references (PS3.3 C.18.4, C.18.5) say of the items of (0008,1199) stands beside
/// or below this attribute in the CSV, whose maker lost the sequence on the way through an included macro.
const REFERENCED_SOP_SEQUENCE: &str = "00081199";
const OUT_OF_PLACE: [&str; 2] = ["00081160", "0040A0B0"];

/// From strictest to loosest: what the columns and the codec's order of `AttributeType` agree on.
const TYPES: [(&str, &str); 5] = [
    ("1", "One"),
    ("2", "Two"),
    ("1C", "OneC"),
    ("2C", "TwoC"),
    ("3", "Three"),
];

/// A row of a module before equal lists are joined.
struct Node {
    tag: u32,
    kind: usize,
    sequence: bool,
    items: Vec<Node>,
}

struct Module {
    name: String,
    usage: String,
    top: Vec<Node>,
}

/// Attributes of a list: tag, type, number of the list of its items.
type List = Vec<(u32, usize, usize)>;

#[derive(Default)]
struct Lists {
    all: Vec<List>,
    known: HashMap<List, usize>,
}

impl Lists {
    fn number(&mut self, nodes: &[Node]) -> usize {
        let list: List = nodes
            .iter()
            .map(|node| (node.tag, node.kind, self.number(&node.items)))
            .collect();
        if let Some(known) = self.known.get(&list) {
            return *known;
        }
        self.all.push(list.clone());
        self.known.insert(list, self.all.len() - 1);
        self.all.len() - 1
    }
}

pub(super) fn generate(csv: &str, attributes: &[Attribute]) -> Result<Generated> {
    let known: BTreeMap<u32, &Attribute> = attributes.iter().map(|row| (row.tag, row)).collect();
    let mut lists = Lists::default();
    lists.number(&[]);
    let mut iods = String::new();
    for (name, constant) in SOP_CLASSES {
        let modules = modules(csv, name, &known).with_context(|| name.to_owned())?;
        write_iod(&mut iods, name, constant, &modules, &mut lists)?;
    }
    ensure!(lists.all.len() < 256, "too many lists for a byte");

    let from = "from a table of PS3.3 2025e: A.32.9, A.32.10, A.34.11, A.35.21 and their modules";
    let mut out = rust::head("The four IODs.", Some(from));
    out.push_str("#![cfg_attr(rustfmt, rustfmt_skip)]\n\n");
    out.push_str("use super::attribute::AttributeType::{self, *};\nuse super::{Attribute, Iod, Module, Required, Usage};\nuse crate::{Tag, uid};\n\n");
    out.push_str("const fn a(tag: u32, kind: AttributeType, list: u8) -> Attribute {\n    Attribute::new(tag, kind, list)\n}\n\n");
    out.push_str(
        "const fn m(name: &'static str, usage: Usage, list: u8) -> Module {\n    Module { name, usage, list }\n}\n\n",
    );
    out.push_str("const fn r(tag: u32, kind: AttributeType, module: &'static str) -> Required {\n    Required { tag: Tag(tag), kind, module }\n}\n\n");
    let _ = writeln!(out, "pub(super) static IODS: [Iod; 4] = [\n{iods}];\n");
    let _ = writeln!(
        out,
        "/// Attributes of modules and of items; equal lists are one.\npub(super) static LISTS: [&[Attribute]; {}] = [",
        lists.all.len()
    );
    for (number, list) in lists.all.iter().enumerate() {
        let _ = writeln!(out, "    // {number}\n    &[");
        for (tag, kind, items) in list {
            let _ = writeln!(out, "        a(0x{tag:08X}, {}, {items}),", TYPES[*kind].1);
        }
        out.push_str("    ],\n");
    }
    out.push_str("];\n");
    Ok(Generated {
        path: "codec/src/iod/table.rs",
        text: out,
    })
}

fn modules(csv: &str, iod: &str, known: &BTreeMap<u32, &Attribute>) -> Result<Vec<Module>> {
    let mut lines = csv.lines();
    ensure!(
        lines.next() == Some("iod,module,usage,path,tag,name,vr,vm,type"),
        "the CSV has other columns"
    );
    let mut modules: Vec<Module> = Vec::new();
    for line in lines.filter(|line| line.strip_prefix(iod).is_some_and(|rest| rest.starts_with(','))) {
        let columns: Vec<&str> = line.split(',').collect();
        let [_, module, usage, path, tag, name, vr, vm, kind] = columns.as_slice() else {
            anyhow::bail!("not 9 columns: {line}");
        };
        if modules.last().is_none_or(|last| last.name != *module) {
            ensure!(
                modules.iter().all(|known| known.name != *module),
                "{module} comes twice"
            );
            modules.push(Module {
                name: (*module).to_owned(),
                usage: (*usage).to_owned(),
                top: Vec::new(),
            });
        }
        // "Any Attribute from the top level Data Set": a row without a tag.
        if tag.is_empty() {
            continue;
        }
        let attribute = known
            .get(&u32::from_str_radix(tag, 16)?)
            .with_context(|| format!("unknown: {line}"))?;
        let same = attribute.name == *name && attribute.vr == *vr && attribute.vm == *vm;
        ensure!(same, "the dictionary has another name, VR or VM: {line}");
        let kind = TYPES
            .iter()
            .position(|known| known.0 == *kind)
            .with_context(|| format!("type: {line}"))?;
        let Some(top) = modules.last_mut().map(|module| &mut module.top) else {
            continue;
        };
        insert(top, &placed(module, path), kind, attribute.vr == "SQ").with_context(|| line.to_owned())?;
    }
    ensure!(!modules.is_empty(), "no rows");
    Ok(modules)
}

/// Where a row belongs in its module: functional group macros start below (0006,0001).
fn placed<'a>(module: &str, path: &'a str) -> Vec<&'a str> {
    let mut tags: Vec<&str> = path.split('.').collect();
    if module.contains('/') && tags.first() == Some(&CURRENT_FRAME_SEQUENCE) {
        tags.remove(0);
    }
    if let Some(at) = tags
        .iter()
        .position(|tag| module == SR_MODULE && OUT_OF_PLACE.contains(tag))
    {
        match at + 1 == tags.len() {
            true => tags.insert(at, REFERENCED_SOP_SEQUENCE),
            false => tags[at] = REFERENCED_SOP_SEQUENCE,
        }
    }
    tags
}

/// Puts a row into the tree. A row that comes again (SR Document Content has some) is joined with the first one.
fn insert(mut level: &mut Vec<Node>, path: &[&str], kind: usize, sequence: bool) -> Result<()> {
    let (last, sequences) = path.split_last().context("no tag")?;
    for tag in sequences {
        let tag = u32::from_str_radix(tag, 16)?;
        let node = level
            .iter_mut()
            .find(|node| node.tag == tag)
            .context("its sequence is not before it")?;
        ensure!(node.sequence, "it is below something else than a sequence");
        level = &mut node.items;
    }
    let tag = u32::from_str_radix(last, 16)?;
    match level.iter().find(|node| node.tag == tag) {
        Some(node) => ensure!(node.kind == kind, "twice with different types"),
        None => level.push(Node {
            tag,
            kind,
            sequence,
            items: Vec::new(),
        }),
    }
    Ok(())
}

fn write_iod(out: &mut String, name: &str, constant: &str, modules: &[Module], lists: &mut Lists) -> Result<()> {
    let _ = writeln!(
        out,
        "    Iod {{\n        name: {name:?},\n        sop_class: uid::{constant},\n        modules: &["
    );
    let (groups, plain): (Vec<_>, Vec<_>) = modules.iter().partition(|module| module.name.contains('/'));
    for module in &plain {
        let _ = writeln!(out, "            {}", module_row(module, lists)?);
    }
    out.push_str("        ],\n        functional_groups: &[\n");
    for module in &groups {
        let _ = writeln!(out, "            {}", module_row(module, lists)?);
    }
    out.push_str("        ],\n        required: &[\n");
    for (tag, (kind, module)) in required(&plain) {
        let _ = writeln!(out, "            r(0x{tag:08X}, {}, {module:?}),", TYPES[kind].1);
    }
    out.push_str("        ],\n    },\n");
    Ok(())
}

fn module_row(module: &Module, lists: &mut Lists) -> Result<String> {
    let name = module.name.rsplit('/').next().unwrap_or_default();
    let usage = match module.usage.chars().next() {
        Some('M') => "Usage::Mandatory".to_owned(),
        Some('U') => "Usage::UserOption".to_owned(),
        Some('C') => {
            let condition = CONDITIONS.iter().find(|known| known.0 == name);
            let condition = condition
                .with_context(|| format!("{name}: put its condition into words"))?
                .1;
            format!("Usage::Conditional({condition:?})")
        }
        _ => anyhow::bail!("usage of {name}: {}", module.usage),
    };
    Ok(format!("m({name:?}, {usage}, {}),", lists.number(&module.top)))
}

/// Types 1 and 2 at top level of the mandatory modules of the static part, the strictest of each tag.
fn required<'a>(modules: &[&'a Module]) -> BTreeMap<u32, (usize, &'a str)> {
    let mut all: BTreeMap<u32, (usize, &str)> = BTreeMap::new();
    for module in modules
        .iter()
        .filter(|module| module.usage == "M" && module.name != CURRENT_FRAME)
    {
        for node in &module.top {
            let kind = match module.name.as_str() {
                SR_MODULE if SR_ROOT.contains(&node.tag) => 0,
                SR_MODULE => continue,
                _ => node.kind,
            };
            let stricter = all.get(&node.tag).is_none_or(|known| kind < known.0);
            if kind <= 1 && stricter {
                all.insert(node.tag, (kind, &module.name));
            }
        }
    }
    all
}
