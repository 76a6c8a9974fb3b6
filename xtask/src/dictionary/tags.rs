//! A constant for each attribute that has a keyword.

use std::fmt::Write as _;

use super::source::Attribute;
use super::{Generated, rust};

pub(super) fn generate(attributes: &[Attribute]) -> Generated {
    let mut out = rust::head("A constant for each attribute of PS3.6, named after its keyword.", None);
    out.push_str("#![cfg_attr(rustfmt, rustfmt_skip)]\n\nuse crate::Tag;\n\n");
    for row in attributes.iter().filter(|row| !row.keyword.is_empty()) {
        let shown = shown(row);
        let vr = if row.vr.is_empty() {
            String::new()
        } else {
            format!(", {} {}", row.vr, row.vm)
        };
        let retired = if row.retired { ", retired" } else { "" };
        let _ = writeln!(out, "/// {} {shown}{vr}{retired}.", row.name);
        let _ = writeln!(
            out,
            "pub const {}: Tag = Tag(0x{:08X});",
            constant(&row.keyword),
            row.tag
        );
    }
    Generated {
        path: "codec/src/dictionary/tags.rs",
        text: out,
    }
}

/// `(60xx,3000)`.
fn shown(row: &Attribute) -> String {
    let digits = format!("{:08X}", row.tag);
    let mask = format!("{:08X}", row.mask);
    let shown: String = digits
        .chars()
        .zip(mask.chars())
        .map(|(digit, mask)| if mask == '0' { 'x' } else { digit })
        .collect();
    format!("({},{})", &shown[..4], &shown[4..])
}

/// `RTVFlowRTPSamplingRate` is `RTV_FLOW_RTP_SAMPLING_RATE`: a word starts at a capital after a small letter or digit,
/// and at the last capital of several before a small letter.
pub(super) fn constant(keyword: &str) -> String {
    let chars: Vec<char> = keyword.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(|after| after.is_ascii_lowercase())
            });
        if starts {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    // Plurals of abbreviations stay one word: SourceImageIDs, LUTs.
    out.replace("I_DS", "IDS").replace("UI_DS", "UIDS")
}
