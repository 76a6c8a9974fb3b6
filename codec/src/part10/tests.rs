//! Files whole and as real ones are: without preamble, prefix, group length or any File Meta Information.

use alloc::vec::Vec;

use super::*;
use crate::ErrorKind;
use crate::dataset::write::DataSetWriter;

const NAME: Tag = Tag::new(0x0010, 0x0010);

fn data(syntax: Syntax) -> Vec<u8> {
    let mut w = DataSetWriter::new(syntax);
    w.uid(Tag::new(0x0008, 0x0018), "1.2.3").unwrap();
    w.text(NAME, Vr::PN, "Doe").unwrap();
    w.finish().unwrap()
}

fn file(syntax: Syntax) -> Vec<u8> {
    let meta = FileMeta {
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.7",
        sop_instance_uid: "1.2.3",
        syntax,
    };
    write(&meta, &data(syntax)).unwrap()
}

fn kinds(file: &Part10<'_>) -> Vec<IssueKind> {
    file.issues().map(|issue| issue.kind).collect()
}

#[test]
fn reads_what_it_writes() {
    for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
        let bytes = file(syntax);
        let read = Part10::parse(&bytes, &Limits::default()).unwrap();
        assert_eq!(kinds(&read), []);
        assert_eq!(read.transfer_syntax_uid(), Some(syntax.uid()));
        assert_eq!(read.sop_class_uid(), Some("1.2.840.10008.5.1.4.1.1.7"));
        assert_eq!(read.sop_instance_uid(), Some("1.2.3"));
        let set = read.data_set().unwrap();
        assert_eq!(
            (set.syntax(), set.get(NAME).unwrap().value()),
            (syntax, b"Doe ".as_slice())
        );
        assert!(read.unsupported().is_none());
    }
}

#[test]
fn names_what_it_does_not_read() {
    let mut bytes = file(Syntax::ExplicitVrLe);
    let uid = b"1.2.840.10008.1.2.1\0";
    let at = bytes.windows(uid.len()).position(|w| w == uid).unwrap();
    bytes[at..at + uid.len()].copy_from_slice(b"1.2.840.10008.1.2.2\0");
    let read = Part10::parse(&bytes, &Limits::default()).unwrap();
    let name = "Explicit VR Big Endian (1.2.840.10008.1.2.2)";
    assert_eq!(read.unsupported().as_deref(), Some(name));
    let error = read.data_set().unwrap_err();
    assert!(matches!(
        error.kind,
        ErrorKind::Unsupported {
            feature: "Explicit VR Big Endian"
        }
    ));
    assert_eq!(read.sop_instance_uid(), Some("1.2.3"));
}

#[test]
fn makes_up_for_what_is_missing() {
    for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
        let bytes = file(syntax);
        let mut wrong_length = bytes.clone();
        wrong_length[140] = 0;
        let bare = data(syntax);
        let inputs: [(&[u8], &[IssueKind]); 4] = [
            (&bytes[128..], &[IssueKind::Prefix]),
            (&bytes[132..], &[IssueKind::Prefix]),
            (&wrong_length, &[IssueKind::GroupLength]),
            (&bare, &[IssueKind::Prefix]),
        ];
        for (input, expected) in inputs {
            let read = Part10::parse(input, &Limits::default()).unwrap();
            assert_eq!(kinds(&read), expected);
            assert_eq!(read.data_set().unwrap().get(NAME).unwrap().value(), b"Doe ");
        }
    }
}

#[test]
fn a_prefix_by_chance_is_none() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    let mut text = alloc::vec![b'x'; 120];
    text.extend_from_slice(b"DICMA1");
    w.bytes(Tag::new(0x0008, 0x0080), Vr::LO, &text).unwrap();
    w.text(NAME, Vr::PN, "Doe").unwrap();
    let bytes = w.finish().unwrap();
    assert_eq!(&bytes[128..132], b"DICM");
    let read = Part10::parse(&bytes, &Limits::default()).unwrap();
    assert_eq!(kinds(&read), [IssueKind::Prefix]);
    assert_eq!(read.data_set().unwrap().elements().count(), 2);
}

#[test]
fn refuses_what_is_no_file() {
    for bytes in [
        b"".as_slice(),
        b"\x89PNG\r\n\x1a\n",
        &[0; 500],
        &[0xFF; 500],
        b"hello, this is a text without any meaning",
    ] {
        assert!(Part10::parse(bytes, &Limits::default()).is_err());
    }
}

#[test]
fn any_cut_is_read() {
    let bytes = file(Syntax::ExplicitVrLe);
    for cut in 132..bytes.len() {
        let read = Part10::parse(&bytes[..cut], &Limits::default()).unwrap();
        assert!(kinds(&read).len() <= 2, "cut at {cut}: {:?}", kinds(&read));
    }
}
