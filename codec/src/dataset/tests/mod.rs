//! Data sets made here, whole, cut, damaged and written again.

mod faults;
mod hostile;
mod tree;
mod writing;

use alloc::vec;
use alloc::vec::Vec;

use super::write::{DataSetWriter, LengthForm};
use super::*;
use crate::vr::Vr;

/// A tag of two halves.
pub(super) const fn tag(group: u16, element: u16) -> Tag {
    Tag::new(group, element)
}

pub(super) fn explicit(bytes: &[u8]) -> DataSet<'_> {
    DataSet::parse(bytes, Syntax::ExplicitVrLe, &Limits::default())
}

pub(super) fn implicit(bytes: &[u8]) -> DataSet<'_> {
    DataSet::parse(bytes, Syntax::ImplicitVrLe, &Limits::default())
}

/// The kinds of all issues.
pub(super) fn kinds(set: &DataSet<'_>) -> Vec<IssueKind> {
    set.issues().iter().map(|issue| issue.kind).collect()
}

/// Spans lie end to end from start to end; none is empty.
pub(super) fn assert_spans_add_up(set: &DataSet<'_>) {
    let mut at = set.start();
    for span in set.spans() {
        assert_eq!(span.start, at, "{:?}", set.spans());
        assert!(span.end > span.start);
        at = span.end;
    }
    assert_eq!(at, set.end());
}

/// What every reading must keep, whatever the input.
pub(super) fn assert_sound(set: &DataSet<'_>) {
    assert_spans_add_up(set);
    let skipped = set.spans().any(|span| span.kind == SpanKind::Skipped);
    assert!(!skipped || set.issue_count() > 0, "bytes were lost silently");
    for (_, node) in set.walk() {
        assert!(node.start() < node.end() && node.end() <= set.end());
        if let Node::Element(element) = node {
            assert!(element.value_start() <= element.value_end() && element.value_end() <= element.end());
            assert_eq!(
                element.value().len() as u32,
                element.value_end() - element.value_start()
            );
        }
    }
    assert_eq!(set.walk().count(), set.len());
}

/// Elements of every kind: both forms of headers, sequences and Items of both length forms, pixel data.
pub(super) fn sample(outer: LengthForm, inner: LengthForm) -> Vec<u8> {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    let write = |w: &mut DataSetWriter| -> crate::Result<()> {
        w.text(tag(0x0008, 0x0005), Vr::CS, "ISO_IR 192")?;
        w.uid(tag(0x0008, 0x0016), "1.2.840.10008.10.1")?;
        w.begin_sequence(tag(0x0008, 0x1111), outer)?;
        for name in ["a", "bc"] {
            w.begin_item(inner)?;
            w.text(tag(0x0008, 0x0100), Vr::SH, name)?;
            w.begin_sequence(tag(0x0040, 0xA170), inner)?;
            w.begin_item(outer)?.u16(tag(0x0028, 0x0010), &[1, 2])?.end_item()?;
            w.begin_item(outer)?.end_item()?;
            w.end_sequence()?.end_item()?;
        }
        w.end_sequence()?;
        w.begin_sequence(tag(0x0008, 0x1140), inner)?.end_sequence()?;
        w.bytes(tag(0x0009, 0x0010), Vr::LO, b"ACME 1")?;
        w.bytes(tag(0x0009, 0x1001), Vr::UN, &[1, 2, 3, 4])?;
        w.text(tag(0x0010, 0x0010), Vr::PN, "Doe^John")?;
        w.f64(tag(0x0018, 0x9220), &[16.5])?;
        w.bytes(tag(0x0042, 0x0011), Vr::OB, &[7; 70_000])?;
        w.begin_fragments(tag(0x7FE0, 0x0010), Vr::OB)?;
        w.fragment(&[])?
            .fragment(&[1, 2, 3])?
            .fragment(&[4; 10])?
            .end_fragments()?;
        Ok(())
    };
    write(&mut w).unwrap();
    w.finish().unwrap()
}

/// [`sample`] in all four ways.
pub(super) fn samples() -> Vec<Vec<u8>> {
    use LengthForm::{Explicit, Undefined};
    vec![
        sample(Explicit, Explicit),
        sample(Explicit, Undefined),
        sample(Undefined, Explicit),
        sample(Undefined, Undefined),
    ]
}
