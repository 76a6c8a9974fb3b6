//! What reading allocates, counted; and that a small stack is enough.

use allocation_counter::measure;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dataset::{self, DataSet, Syntax};
use dicom_rtv::payload::{self, Payload};
use dicom_rtv::{Limits, Tag, Vr};

/// Allocations, and most bytes alive at a time, while something is done.
fn measured<T>(work: impl FnOnce() -> T) -> (u64, u64, T) {
    let mut result = None;
    let info = measure(|| result = Some(work()));
    (info.count_total, info.bytes_max, result.unwrap())
}

/// A data set of 44 elements with two nested sequences.
fn small() -> Vec<u8> {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    w.begin_sequence(Tag(0x0006_0001), LengthForm::Explicit).unwrap();
    w.begin_item(LengthForm::Explicit).unwrap();
    w.begin_sequence(Tag(0x0020_9111), LengthForm::Explicit).unwrap();
    w.begin_item(LengthForm::Explicit).unwrap();
    for element in 0..6 {
        w.text(Tag(0x0020_9200 + element), Vr::LO, "frame content").unwrap();
    }
    w.end_item().unwrap().end_sequence().unwrap();
    w.end_item().unwrap().end_sequence().unwrap();
    for element in 0..36 {
        w.text(Tag(0x0010_0010 + element), Vr::LO, "some value of usual size")
            .unwrap();
    }
    w.finish().unwrap()
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let sequence = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff".as_slice();
    let open = b"\xfe\xff\x00\xe0\xff\xff\xff\xff";
    vec![
        ("nested sequences", [sequence, open].concat().repeat(100_000)),
        (
            "empty items",
            [sequence, &b"\xfe\xff\x00\xe0\0\0\0\0".repeat(1_000_000)].concat(),
        ),
        ("empty elements", b"\x10\0\x10\0PN\0\0".repeat(1_000_000)),
        (
            "4 GB in 20 bytes",
            b"\x42\0\x11\0OB\0\0\xfe\xff\xff\xffabcdefgh".to_vec(),
        ),
        ("zero bytes", vec![0; 1 << 20]),
        (
            "backslashes",
            [b"\x10\0\x10\0UC\0\0\0\0\0\x01".as_slice(), &vec![b'\\'; 1 << 24]].concat(),
        ),
        ("stray delimiters", b"\xfe\xff\x0d\xe0\0\0\0\0".repeat(500_000)),
        ("unknown VRs", b"\x10\0\x10\0ZZ\x02\0ab".repeat(300_000)),
        ("no VRs", b"\x10\0\x10\0\x02\0\0\0ab".repeat(300_000)),
        ("undefined text", b"\x10\0\x10\0UT\0\0\xff\xff\xff\xff".repeat(100_000)),
        ("missing delimiters", [sequence, &open.repeat(500_000)].concat()),
    ]
}

#[test]
fn a_small_data_set_takes_one_allocation_and_none_when_memory_is_used_again() {
    let bytes = small();
    let limits = Limits::default();
    let (allocations, _, set) = measured(|| DataSet::parse(&bytes, Syntax::ExplicitVrLe, &limits));
    assert_eq!((set.len(), set.issue_count()), (46, 0));
    assert!(allocations <= 1, "{allocations} allocations");
    let arena = set.into_arena();
    let (allocations, ..) = measured(|| DataSet::parse_in(arena, &bytes, Syntax::ExplicitVrLe, &limits));
    assert_eq!(allocations, 0);
}

#[test]
fn a_payload_allocates_nothing_when_memory_is_used_again() {
    let bytes = payload::encode(b"\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.7.1\0", &small());
    let limits = Limits::default();
    let (allocations, _, payload) = measured(|| Payload::parse(&bytes, &limits));
    assert!(allocations <= 2, "{allocations} allocations");
    let arena = payload.into_arena();
    let (allocations, _, payload) = measured(|| {
        let payload = Payload::parse_in(arena, &bytes, &limits);
        assert!(payload.is_static() && payload.meta().transfer_syntax_uid().is_some());
        payload
    });
    // The group length is missing.
    assert_eq!((allocations, payload.issues().count()), (0, 1));
}

#[test]
fn events_allocate_nothing() {
    for bytes in [small()]
        .into_iter()
        .chain(hostile().into_iter().map(|(_, bytes)| bytes))
    {
        let (allocations, _, events) =
            measured(|| EventReader::new(&bytes, Syntax::ExplicitVrLe, &Limits::default()).count());
        assert_eq!(allocations, 0, "{events} events");
    }
}

#[test]
fn hostile_input_stays_within_sixteen_times_its_size_and_a_megabyte() {
    for (name, bytes) in hostile() {
        let most = 16 * bytes.len() as u64 + (1 << 20);
        for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
            let (_, peak, set) = measured(|| DataSet::parse(&bytes, syntax, &Limits::default()));
            assert!(peak <= most, "{name}: {peak} bytes for {}", bytes.len());
            let (_, peak, _) = measured(|| dataset::encode(&set));
            assert!(peak <= most, "{name}: {peak} bytes to write {}", bytes.len());
        }
    }
}

#[test]
fn a_stack_of_64_kilobytes_is_enough() {
    let inputs = hostile();
    let read = move || {
        for (_, bytes) in inputs {
            let limits = Limits {
                depth: u16::MAX,
                ..Limits::default()
            };
            for limits in [Limits::default(), limits] {
                let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &limits);
                let counts = (set.walk().count(), set.spans().count(), set.clone().len());
                assert!(counts.0 == counts.2 && dataset::encode(&set).len() <= 4 * bytes.len() + 64);
            }
            EventReader::new(&bytes, Syntax::ExplicitVrLe, &Limits::default()).for_each(drop);
            assert!(!Payload::parse(&bytes, &Limits::default()).has_prefix());
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(read).unwrap();
    thread.join().unwrap();
}
