//! Inputs made to hurt.

use super::*;
use crate::dataset::events::EventReader;
use crate::error::ErrorKind;

/// Sequences of undefined length in each other, `depth` deep, closed or not.
fn nested(depth: usize, closed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..depth {
        bytes.extend_from_slice(b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff");
    }
    if closed {
        for _ in 0..depth {
            bytes.extend_from_slice(b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0");
        }
        bytes.extend_from_slice(b"\x10\0\x10\0PN\x04\0Doe ");
    }
    bytes
}

#[test]
fn depth_has_a_limit_and_what_follows_is_read() {
    let bytes = nested(100_000, true);
    let set = explicit(&bytes);
    assert_sound(&set);
    assert_eq!(kinds(&set), [IssueKind::Limit]);
    let limit = ErrorKind::Limit {
        limit: "depth",
        value: 64,
    };
    assert_eq!(set.issues()[0].error.kind, limit);
    assert_eq!(set.len(), 2 * 64 + 2);
    assert!(
        set.walk()
            .any(|(_, node)| node.as_element().is_some_and(|e| e.is_opaque()))
    );
    assert!(set.get(tag(0x0010, 0x0010)).is_some());
    assert_eq!(encode(&set), bytes);

    let set_bytes = nested(64, true);
    assert_eq!(explicit(&set_bytes).issue_count(), 0);
    let cut = nested(100_000, false);
    let set = explicit(&cut);
    assert_sound(&set);
    assert_eq!(kinds(&set), [IssueKind::Limit]);
}

#[test]
fn depth_as_far_as_one_likes() {
    let limits = Limits {
        depth: u16::MAX,
        ..Limits::default()
    };
    let bytes = nested(60_000, true);
    let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &limits);
    assert_sound(&set);
    assert_eq!((set.issue_count(), set.len()), (0, 120_001));
    assert_eq!(set.walk().map(|(depth, _)| depth).max(), Some(119_999));
    assert_eq!(encode(&set), bytes);
}

#[test]
fn elements_have_a_limit() {
    let limits = Limits {
        elements: 10,
        ..Limits::default()
    };
    for bytes in samples() {
        let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &limits);
        assert_sound(&set);
        assert_eq!(kinds(&set), [IssueKind::Limit]);
        assert_eq!(set.len(), 10);
    }
}

#[test]
fn a_million_empty_items() {
    let mut bytes = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff".to_vec();
    for _ in 0..1_000_000 {
        bytes.extend_from_slice(b"\xfe\xff\x00\xe0\0\0\0\0");
    }
    bytes.extend_from_slice(b"\xfe\xff\xdd\xe0\0\0\0\0");
    let set = explicit(&bytes);
    assert_eq!((set.issue_count(), set.len()), (0, 1_000_001));
    assert_eq!(encode(&set), bytes);
}

#[test]
fn issues_are_counted_and_not_all_kept() {
    let mut bytes = Vec::new();
    for _ in 0..10_000 {
        bytes.extend_from_slice(b"\x10\0\x10\0PN\x01\0a");
    }
    let set = explicit(&bytes);
    assert_eq!(set.issues().len(), 64);
    assert_eq!(set.issue_count(), 19_999);
}

/// A generator of bytes that look like headers more often than random ones do.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    const PIECES: [&[u8]; 14] = [
        b"\xfe\xff\x00\xe0",
        b"\xfe\xff\x0d\xe0",
        b"\xfe\xff\xdd\xe0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\x08\0\x40\x11SQ\0\0",
        b"\x08\0\x41\x11UN\0\0",
        b"\xe0\x7f\x10\0OB\0\0",
        b"\x10\0\x10\0PN",
        b"\x10\0\x20\0LO\x04\0",
        b"\x04\0\0\0",
        b"\x10\0",
        b"ZZ",
        b"x",
    ];
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut bytes = Vec::new();
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes.extend_from_slice(PIECES[state as usize % PIECES.len()]);
    }
    bytes
}

#[test]
fn noise_is_read_without_loss() {
    for seed in 0..3000 {
        let bytes = noise(seed, 20 + seed as usize % 200);
        for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
            for depth in [64, 1] {
                let limits = Limits {
                    depth,
                    ..Limits::default()
                };
                let set = DataSet::parse(&bytes, syntax, &limits);
                assert_sound(&set);
                // Written in good form, all that was read is there again.
                let mended = encode(&set);
                let again = DataSet::parse(&mended, syntax, &limits);
                assert_sound(&again);
            }
        }
    }
}

#[test]
fn every_damaged_byte_is_survived() {
    let whole = sample(LengthForm::Undefined, LengthForm::Explicit);
    let front = &whole[..330];
    for at in 0..front.len() {
        for value in [0x00, 0xFF, 0xFE, 0x53, 0x80] {
            let mut bytes = front.to_vec();
            bytes[at] = value;
            assert_sound(&explicit(&bytes));
            assert_sound(&implicit(&bytes));
        }
    }
}

#[test]
fn events_and_tree_agree() {
    for seed in 0..2000 {
        let bytes = noise(seed, 300);
        for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
            let set = DataSet::parse(&bytes, syntax, &Limits::default());
            events::tests::assert_agrees(&set, EventReader::new(&bytes, syntax, &Limits::default()));
        }
    }
}
