//! What the writer refuses, and what it makes of values and lengths.

use super::*;
use crate::error::ErrorKind;

#[test]
fn what_was_read_is_written_again() {
    for bytes in samples() {
        assert_eq!(encode(&explicit(&bytes)), bytes);
    }
}

#[test]
fn elements_can_be_copied_one_by_one() {
    for bytes in samples() {
        let set = explicit(&bytes);
        let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
        for element in set.elements() {
            w.element(&element).unwrap();
        }
        assert_eq!(w.finish().unwrap(), bytes);
    }
}

#[test]
fn a_data_set_changes_its_syntax() {
    for bytes in samples() {
        let set = explicit(&bytes);
        let mut w = DataSetWriter::new(Syntax::ImplicitVrLe);
        // Encapsulated pixel data has no form in Implicit VR.
        for element in set.elements().filter(|e| !e.is_encapsulated()) {
            w.element(&element).unwrap();
        }
        let without = w.finish().unwrap();
        let read = implicit(&without);
        assert_eq!(read.issues(), []);
        let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
        for element in read.elements() {
            w.element(&element).unwrap();
        }
        let again = w.finish().unwrap();
        assert_eq!(again, bytes[..again.len()]);
    }
}

#[test]
fn values_are_padded_by_their_vr() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    w.uid(tag(0x0008, 0x0018), "1.2.3").unwrap();
    w.text(tag(0x0010, 0x0010), Vr::PN, "Doe").unwrap();
    w.bytes(tag(0x0042, 0x0011), Vr::OB, &[1]).unwrap();
    let expected = b"\x08\0\x18\0UI\x06\x001.2.3\0\x10\0\x10\0PN\x04\0Doe \x42\0\x11\0OB\0\0\x02\0\0\0\x01\0";
    assert_eq!(w.finish().unwrap(), expected);
}

#[test]
fn a_refused_element_leaves_no_trace() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    w.u16(tag(0x0028, 0x0010), &[1]).unwrap();
    let before = w.len();
    let long = vec![b'a'; 65_535];
    w.text(tag(0x0028, 0x0010), Vr::LO, "twice").unwrap_err();
    w.text(tag(0x0010, 0x0010), Vr::PN, "descends").unwrap_err();
    w.bytes(tag(0x0028, 0x0011), Vr::LT, &long).unwrap_err();
    w.bytes(tag(0x0028, 0x0011), Vr::SQ, &[]).unwrap_err();
    w.text(tag(0x0028, 0x0011), Vr::US, "no text").unwrap_err();
    w.bytes(Tag::ITEM, Vr::LT, &[]).unwrap_err();
    w.begin_item(LengthForm::Explicit).unwrap_err();
    w.fragment(&[]).unwrap_err();
    w.end_sequence().unwrap_err();
    w.begin_fragments(tag(0x7FE0, 0x0010), Vr::UT).unwrap_err();
    assert_eq!(w.len(), before);
    // The tag of a refused value may still come.
    w.bytes(tag(0x0028, 0x0011), Vr::UT, &long).unwrap();

    w.begin_sequence(tag(0x0040, 0xA730), LengthForm::Explicit).unwrap();
    w.u16(tag(0x0040, 0xA731), &[1]).unwrap_err();
    w.begin_item(LengthForm::Explicit).unwrap().end_sequence().unwrap_err();
    let error = w.finish().unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Invalid { .. }));
}

#[test]
fn tags_go_on_behind_a_sequence() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    w.begin_sequence(tag(0x0040, 0xA730), LengthForm::Undefined).unwrap();
    w.begin_item(LengthForm::Undefined).unwrap();
    w.u16(tag(0x0028, 0x0010), &[1]).unwrap();
    w.end_item().unwrap().end_sequence().unwrap();
    w.u16(tag(0x0028, 0x0010), &[1]).unwrap_err();
    w.u16(tag(0x0040, 0xA731), &[1]).unwrap();
}

#[test]
fn lengths_are_exact_however_deep() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    for _ in 0..60 {
        w.begin_sequence(tag(0x0040, 0xA730), LengthForm::Explicit).unwrap();
        w.begin_item(LengthForm::Explicit).unwrap();
    }
    w.u16(tag(0x0028, 0x0010), &[7]).unwrap();
    for _ in 0..60 {
        w.end_item().unwrap().end_sequence().unwrap();
    }
    let bytes = w.finish().unwrap();
    assert_eq!(bytes.len(), 60 * 20 + 10);
    let set = explicit(&bytes);
    assert_eq!((set.issue_count(), set.len()), (0, 121));
    assert_eq!(
        set.elements().next().unwrap().declared_length(),
        bytes.len() as u32 - 12
    );
}
