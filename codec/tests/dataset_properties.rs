//! Properties of data sets over arbitrary ones: written and read they are the same; any bytes are read without loss.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dataset::{self, DataSet, SpanKind, Syntax};
use dicom_rtv::payload::{self, Payload};
use dicom_rtv::{Limits, Tag, Vr};
use proptest::collection::vec;
use proptest::prelude::*;

/// An element to write.
#[derive(Clone, Debug)]
enum Value {
    Bytes(Vr, Vec<u8>),
    Sequence(LengthForm, Vec<(LengthForm, Level)>),
    Fragments(Vec<Vec<u8>>),
}

/// Elements of one level, each by how far its tag is from the one before.
type Level = Vec<(u16, Value)>;

fn length_form() -> impl Strategy<Value = LengthForm> {
    prop_oneof![Just(LengthForm::Explicit), Just(LengthForm::Undefined)]
}

fn value() -> impl Strategy<Value = Value> {
    let vrs: Vec<_> = Vr::ALL.into_iter().filter(|&vr| vr != Vr::SQ).collect();
    let bytes =
        (proptest::sample::select(vrs), vec(any::<u8>(), 0..40)).prop_map(|(vr, bytes)| Value::Bytes(vr, bytes));
    let fragments = vec(vec(any::<u8>(), 0..20), 0..4).prop_map(Value::Fragments);
    prop_oneof![8 => bytes, 1 => fragments]
}

fn level() -> impl Strategy<Value = Level> {
    let leaf = vec((1..2000_u16, value()), 0..6);
    leaf.prop_recursive(6, 80, 6, |inner| {
        let items = vec((length_form(), inner), 0..4);
        let sequence = (length_form(), items).prop_map(|(form, items)| Value::Sequence(form, items));
        vec((1..2000_u16, prop_oneof![2 => value(), 1 => sequence]), 0..6)
    })
}

fn write(w: &mut DataSetWriter, level: &Level) {
    let mut tag = 0x0008_0000;
    for (step, value) in level {
        tag += u32::from(*step);
        match value {
            Value::Bytes(vr, bytes) => _ = w.bytes(Tag(tag), *vr, bytes).unwrap(),
            Value::Sequence(form, items) => {
                w.begin_sequence(Tag(tag), *form).unwrap();
                for (form, elements) in items {
                    w.begin_item(*form).unwrap();
                    write(w, elements);
                    w.end_item().unwrap();
                }
                w.end_sequence().unwrap();
            }
            Value::Fragments(fragments) => {
                w.begin_fragments(Tag(tag), Vr::OB).unwrap();
                for fragment in fragments {
                    w.fragment(fragment).unwrap();
                }
                w.end_fragments().unwrap();
            }
        }
    }
}

fn encoded(level: &Level) -> Vec<u8> {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    write(&mut w, level);
    w.finish().unwrap()
}

/// What was read is what was written, values padded.
fn assert_same<'d, 'a: 'd>(elements: impl Iterator<Item = dataset::Element<'d, 'a>>, level: &Level) {
    let elements: Vec<_> = elements.collect();
    assert_eq!(elements.len(), level.len());
    let mut tag = 0x0008_0000;
    for (element, (step, value)) in elements.into_iter().zip(level) {
        tag += u32::from(*step);
        assert_eq!(element.tag(), Tag(tag));
        match value {
            Value::Bytes(vr, bytes) => {
                assert_eq!(element.vr(), *vr);
                assert_eq!(&element.value()[..bytes.len()], bytes);
                assert_eq!(element.value().len(), bytes.len().next_multiple_of(2));
            }
            Value::Sequence(form, items) => {
                assert_eq!(element.has_undefined_length(), *form == LengthForm::Undefined);
                assert_eq!(element.items().count(), items.len());
                for (item, (form, inner)) in element.items().zip(items) {
                    assert_eq!(item.has_undefined_length(), *form == LengthForm::Undefined);
                    assert_same(item.elements(), inner);
                }
            }
            Value::Fragments(fragments) => {
                assert_eq!(element.fragments().count(), fragments.len());
                for (read, written) in element.fragments().zip(fragments) {
                    assert_eq!(&read.value()[..written.len()], written);
                }
            }
        }
    }
}

fn assert_sound(set: &DataSet<'_>) {
    let mut at = set.start();
    let mut skipped = false;
    for span in set.spans() {
        assert_eq!(span.start, at);
        at = span.end;
        skipped |= span.kind == SpanKind::Skipped;
    }
    assert_eq!(at, set.end());
    assert!(!skipped || set.issue_count() > 0);
}

/// Bytes in which the pieces of data sets are frequent.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"\xfe\xff\x00\xe0",
        b"\xfe\xff\x0d\xe0\0\0\0\0",
        b"\xfe\xff\xdd\xe0\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\x08\0\x40\x11SQ\0\0",
        b"\x09\0\x01\x10UN\0\0",
        b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff",
        b"\x10\0\x10\0PN\x04\0Doe ",
        b"\x10\0\x20\0\x04\0\0\0ID 1",
        b"\x08\0\x05\0CS\x0a\0ISO_IR 192",
    ];
    let piece = prop_oneof![
        3 => proptest::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..6),
        1 => (0..200_u32).prop_map(|n| n.to_le_bytes().to_vec()),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn decode_of_encode_is_the_same(level in level()) {
        let bytes = encoded(&level);
        let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
        prop_assert_eq!(set.issues(), &[]);
        assert_sound(&set);
        assert_same(set.elements(), &level);
        prop_assert_eq!(dataset::encode(&set), bytes);
    }

    #[test]
    fn a_cut_keeps_what_was_before(level in level(), at in any::<proptest::sample::Index>()) {
        let bytes = encoded(&level);
        let cut = at.index(bytes.len() + 1);
        let whole = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
        let set = DataSet::parse(&bytes[..cut], Syntax::ExplicitVrLe, &Limits::default());
        assert_sound(&set);
        let complete = whole.elements().take_while(|e| e.end() as usize <= cut);
        for (expected, read) in complete.zip(set.elements()) {
            prop_assert_eq!((expected.tag(), expected.value()), (read.tag(), read.value()));
        }
        prop_assert!(set.issue_count() <= 1);
    }

    #[test]
    fn any_bytes_are_read_without_loss(bytes in noise(), implicit: bool, depth in 0..4_u16, elements in 1..50_u32) {
        let syntax = if implicit { Syntax::ImplicitVrLe } else { Syntax::ExplicitVrLe };
        for limits in [Limits::default(), Limits { depth, elements, ..Limits::default() }] {
            let set = DataSet::parse(&bytes, syntax, &limits);
            assert_sound(&set);
            prop_assert!(set.len() <= limits.elements as usize);
            let tree = dataset::fields(&set, CharacterSet::DEFAULT);
            prop_assert!(tree.fields.len() >= set.len());
            let again = dataset::encode(&set);
            assert_sound(&DataSet::parse(&again, syntax, &limits));
        }
        let events = EventReader::new(&bytes, syntax, &Limits::default()).count();
        let set = DataSet::parse(&bytes, syntax, &Limits::default());
        prop_assert!(events >= set.len() && events <= 2 * set.len());
    }

    #[test]
    fn any_payload_is_read_without_loss(bytes in noise(), front in 0..4_u8) {
        let mut input = match front {
            0 => Vec::new(),
            1 => payload::encode(&[], &[]),
            2 => payload::encode(b"\x02\0\0\0UL\x04\0\x10\0\0\0", &[]),
            _ => vec![0; 132],
        };
        input.extend_from_slice(&bytes);
        let read = Payload::parse(&input, &Limits::default());
        assert_sound(read.meta().data_set());
        assert_sound(read.data_set());
        prop_assert!(read.meta().data_set().end() == read.data_set().start());
        let tree = payload::fields(&read, CharacterSet::DEFAULT);
        let covered: u32 = tree.fields.iter().filter(|f| f.depth == 0).map(|f| f.length).sum();
        prop_assert_eq!(covered as usize, input.len());
    }
}
