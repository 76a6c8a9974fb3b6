//! A data set that was read, back to bytes.

use alloc::vec::Vec;

use super::arena::{Form, NodeData, flag};
use super::element::Element;
use super::header::UNDEFINED_LENGTH;
use super::write::patch_length;
use super::{DataSet, Syntax};
use crate::tag::Tag;
use crate::value::pad;
use crate::vr::Vr;

/// Writes a data set in the syntax it was read in, with the length forms as read: the same bytes for every valid input.
///
/// Of a faulty one it writes what was read, in good form: lengths fit, values are padded, delimiters are where they belong,
/// skipped bytes are left out. Order, VRs and the content of sequences below [`Limits::depth`](crate::Limits::depth) stay.
#[must_use]
pub fn encode(set: &DataSet<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(set.bytes().len());
    nodes(set, 0, set.len() as u32, set.syntax(), &mut out);
    out
}

/// Writes one element with all below it.
pub(crate) fn element(element: &Element<'_, '_>, syntax: Syntax, out: &mut Vec<u8>) {
    nodes(element.set(), element.index(), element.data().next, syntax, out);
}

/// A sequence or Item that is being written.
struct Open {
    /// The index behind its nodes.
    next: u32,
    /// Where its length goes; `None` for an undefined one.
    length_at: Option<usize>,
    delimiter: Tag,
    /// What is in it is in Implicit VR.
    implicit: bool,
}

fn nodes(set: &DataSet<'_>, first: u32, last: u32, syntax: Syntax, out: &mut Vec<u8>) {
    let mut open: Vec<Open> = Vec::new();
    let mut implicit = syntax == Syntax::ImplicitVrLe;
    // Plain elements that follow one another are copied in one go.
    let mut run = (0, 0);
    let mut index = first;
    loop {
        let done = open.last().map_or(last, |level| level.next);
        if index >= done {
            flush(set, &mut run, out);
            let Some(level) = open.pop() else { return };
            close(&level, out);
            implicit = open
                .last()
                .map_or(syntax == Syntax::ImplicitVrLe, |level| level.implicit);
            continue;
        }
        let Some(node) = set.data(index) else { return };
        index += 1;
        let is_container = node.form == Form::Item || node.flags & (flag::SEQUENCE | flag::FRAGMENTS) != 0;
        if node.flags & flag::OPAQUE != 0 || !is_container && is_as_written(set, node, implicit) {
            if run.1 != node.start {
                flush(set, &mut run, out);
                run.0 = node.start;
            }
            run.1 = node.end();
            continue;
        }
        flush(set, &mut run, out);
        let value = set.slice(node.value_start(), node.value_end);
        if !is_container {
            leaf(set, node, implicit, value, out);
            continue;
        }
        let undefined = node.flags & flag::UNDEFINED != 0;
        header(set, node, implicit, UNDEFINED_LENGTH, out);
        // Items in UN have no VR (PS3.5 6.2.2); else the syntax goes on.
        let unknown = node.flags & flag::IMPLICIT != 0 && is_unknown(set, node);
        open.push(Open {
            next: node.next,
            length_at: if undefined { None } else { out.len().checked_sub(4) },
            delimiter: if node.form == Form::Item {
                Tag::ITEM_DELIMITATION
            } else {
                Tag::SEQUENCE_DELIMITATION
            },
            implicit: implicit || unknown,
        });
        implicit = open.last().is_some_and(|level| level.implicit);
    }
}

/// Whether an element's own bytes are what would be written.
fn is_as_written(set: &DataSet<'_>, node: &NodeData, implicit: bool) -> bool {
    let form = match node.form {
        Form::Fragment => true,
        form => (form == Form::Implicit) == implicit,
    };
    let length = node.value_end.saturating_sub(node.value_start());
    form && node.flags & (flag::CLAMPED | flag::UNDEFINED) == 0
        && length & 1 == 0
        && !set.slice(node.start, node.end()).is_empty()
}

/// Whether the header says UN.
fn is_unknown(set: &DataSet<'_>, node: &NodeData) -> bool {
    let at = node.start.saturating_add(4);
    node.form == Form::Long && set.slice(at, at.saturating_add(2)) == b"UN"
}

fn flush(set: &DataSet<'_>, run: &mut (u32, u32), out: &mut Vec<u8>) {
    out.extend_from_slice(set.slice(run.0, run.1));
    *run = (0, 0);
}

fn close(level: &Open, out: &mut Vec<u8>) {
    match level.length_at {
        // A data set fits in 32 bits, so does a part of it; padding could only overrun that at 4 GiB.
        Some(at) => _ = patch_length(out, at),
        None => item_header(level.delimiter, 0, out),
    }
}

/// An element or fragment whose bytes must change: other form, length or padding.
fn leaf(set: &DataSet<'_>, node: &NodeData, implicit: bool, value: &[u8], out: &mut Vec<u8>) {
    let undefined = node.flags & (flag::UNDEFINED | flag::CLAMPED) == flag::UNDEFINED;
    let padding = value.len() & 1;
    let length = if undefined {
        UNDEFINED_LENGTH
    } else {
        (value.len() + padding) as u32
    };
    header(set, node, implicit, length, out);
    out.extend_from_slice(value);
    if padding == 1 {
        out.push(pad(node.vr));
    }
    if undefined {
        item_header(Tag::SEQUENCE_DELIMITATION, 0, out);
    }
}

pub(crate) fn item_header(tag: Tag, length: u32, out: &mut Vec<u8>) {
    let [a, b, c, d] = tag.0.to_le_bytes();
    let [e, f, g, h] = length.to_le_bytes();
    out.extend_from_slice(&[c, d, a, b, e, f, g, h]);
}

fn header(set: &DataSet<'_>, node: &NodeData, implicit: bool, length: u32, out: &mut Vec<u8>) {
    if matches!(node.form, Form::Item | Form::Fragment) {
        return item_header(Tag::ITEM, length, out);
    }
    if implicit {
        return item_header(Tag(node.tag), length, out);
    }
    let [a, b, c, d] = node.tag.to_le_bytes();
    let at = node.start.saturating_add(4);
    let wire = set.slice(at, at.saturating_add(2)).first_chunk().copied();
    let (vr, is_long) = match (node.form, wire) {
        (Form::Implicit, _) | (_, None) => (letters(node.vr), node.vr.has_long_length()),
        (form, Some(vr)) => (vr, form == Form::Long),
    };
    match u16::try_from(length) {
        Ok(short) if !is_long => {
            let [e, f] = short.to_le_bytes();
            let [v, r] = vr;
            out.extend_from_slice(&[c, d, a, b, v, r, e, f]);
        }
        _ => {
            // A value too long for its VR's header is sent as UN (PS3.5 6.2.2 note 1).
            let [v, r] = if is_long { vr } else { letters(Vr::UN) };
            let [e, f, g, h] = length.to_le_bytes();
            out.extend_from_slice(&[c, d, a, b, v, r, 0, 0, e, f, g, h]);
        }
    }
}

pub(crate) fn letters(vr: Vr) -> [u8; 2] {
    vr.as_str().as_bytes().first_chunk().copied().unwrap_or(*b"UN")
}
