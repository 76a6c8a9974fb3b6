//! The dynamic parts of all Grains as one table: one row a Grain, one column an attribute path.

use std::collections::HashMap;

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::{Element, Node};
use dicom_rtv::dictionary::tags;
use dicom_rtv::value;
use dicom_rtv::{Tag, Vr};

use crate::attribute::keyword;
use crate::detail::Decoded;
use crate::model::GrainRow;

/// Columns of one table.
const COLUMNS: usize = 4096;

/// Characters of one cell.
const CELL: usize = 32_000;

const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);

/// Columns in front of those of attributes.
const FIXED: [&str; 7] = [
    "flow",
    "grain",
    "rtp_timestamp",
    "sync_ns",
    "origin_ns",
    "arrival_ns",
    "complete",
];

/// A table that is written in two passes: [`learn`](Self::learn) finds its columns, [`row`](Self::row) writes a row.
#[derive(Clone, Debug, Default)]
pub struct DynamicTable {
    columns: Vec<String>,
    positions: HashMap<String, usize>,
}

impl DynamicTable {
    /// Takes a Grain's attributes as columns.
    pub fn learn(&mut self, decoded: &Decoded<'_>) {
        cells(decoded, |path, _| {
            if !self.positions.contains_key(&path) && self.columns.len() < COLUMNS {
                self.positions.insert(path.clone(), self.columns.len());
                self.columns.push(path);
            }
        });
    }

    /// The line of column names.
    #[must_use]
    pub fn head(&self) -> String {
        let names = FIXED.into_iter().chain(self.columns.iter().map(String::as_str));
        line(names)
    }

    /// The line of a Grain; `None` if it has no dynamic part. Text is UTF-8, several values are separated by backslashes, the
    /// Frame Origin Timestamp is in nanoseconds since 1970 TAI. With `hide` it is left out.
    #[must_use]
    pub fn row(&self, row: &GrainRow, decoded: &Decoded<'_>, hide: bool) -> Option<String> {
        if !row.is_dynamic {
            return None;
        }
        let mut values = vec![String::new(); self.columns.len()];
        cells(decoded, |path, element| {
            let place = self.positions.get(&path).and_then(|&at| values.get_mut(at));
            if let Some(place) = place
                && !(hide && (element.tag() == FRAME_ORIGIN_TIMESTAMP || element.tag().is_private()))
            {
                *place = cell(element, decoded.charset);
            }
        });
        let number = |ns: Option<i64>| ns.map(|ns| ns.to_string()).unwrap_or_default();
        let fixed = [
            row.flow.map(|flow| flow.to_string()).unwrap_or_default(),
            row.index.to_string(),
            row.rtp_timestamp.to_string(),
            number(row.sync_ns),
            number(row.origin_ns),
            number(row.arrival_ns),
            row.complete.to_string(),
        ];
        Some(line(fixed.iter().chain(&values).map(String::as_str)))
    }
}

/// Calls `each` with path and element of every attribute of the dynamic part that is no sequence.
fn cells(decoded: &Decoded<'_>, mut each: impl FnMut(String, &Element<'_, '_>)) {
    let Some(set) = decoded.data_set else { return };
    let Some(root) = set.get(tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) else {
        return;
    };
    // The path to each depth, ending in a dot where it is that of an Item.
    let mut paths: Vec<String> = Vec::new();
    for (depth, node) in set.walk() {
        let depth = depth as usize;
        match node {
            _ if node.start() < root.start() || node.start() >= root.end() => {}
            Node::Element(element) => {
                let within = depth.checked_sub(1).and_then(|above| paths.get(above));
                let path = format!("{}{}", within.map_or("", String::as_str), keyword(element.tag()));
                if element.is_sequence() {
                    paths.truncate(depth);
                    paths.resize(depth, String::new());
                    paths.push(path);
                } else {
                    each(path, &element);
                }
            }
            Node::Item(item) => {
                let above = depth.checked_sub(1).and_then(|above| paths.get(above));
                let path = format!("{}[{}].", above.map_or("", String::as_str), item.number());
                paths.truncate(depth);
                paths.push(path);
            }
            Node::Fragment(_) => {}
        }
    }
}

fn cell(element: &Element<'_, '_>, charset: CharacterSet) -> String {
    if element.tag() == FRAME_ORIGIN_TIMESTAMP
        && let Some(time) = element.timestamp()
    {
        return time.as_ns().to_string();
    }
    if element.vr() == Vr::OB
        && let Some(uuid) = element.uuid()
    {
        return uuid.to_string();
    }
    value::display(element.vr(), element.value(), &element.charset(charset), CELL)
}

/// A line of RFC 4180.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
    out
}
