//! One fault at a time: what is reported, and what is read all the same.

use super::*;
use crate::error::ErrorKind;

const NAME: &[u8] = b"\x10\0\x10\0PN\x04\0Doe ";
const ID: &[u8] = b"\x10\0\x20\0LO\x04\0ID 1";
const ITEM: &[u8] = b"\xfe\xff\x00\xe0";
const ITEM_END: &[u8] = b"\xfe\xff\x0d\xe0\0\0\0\0";
const SEQUENCE_END: &[u8] = b"\xfe\xff\xdd\xe0\0\0\0\0";
/// (0008,1140) SQ of undefined length.
const SEQUENCE: &[u8] = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff";

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn tags(set: &DataSet<'_>) -> Vec<u32> {
    set.elements().map(|e| e.tag().0).collect()
}

fn item(length: u32) -> Vec<u8> {
    join(&[ITEM, &length.to_le_bytes()])
}

/// Reads, checks what must always hold, and compares the issues.
fn read<'a>(bytes: &'a [u8], expected: &[IssueKind]) -> DataSet<'a> {
    let set = explicit(bytes);
    assert_sound(&set);
    assert_eq!(kinds(&set), expected, "{set:?}");
    set
}

#[test]
fn a_value_that_overruns_is_cut_and_marked() {
    let set = read(b"\x42\0\x11\0OB\0\0\xfe\xff\xff\xffabcd", &[IssueKind::Truncated]);
    let element = set.get(tag(0x0042, 0x0011)).unwrap();
    assert!(element.is_clamped() && !set.is_complete());
    assert_eq!(
        (element.value(), element.declared_length()),
        (b"abcd".as_slice(), 0xFFFF_FFFE)
    );
    let issue = set.issues()[0];
    let needed = ErrorKind::Incomplete {
        needed: 0xFFFF_FFFE,
        available: 4,
    };
    assert_eq!(
        (issue.error.offset, issue.error.kind, issue.node),
        (12, needed, Some(0))
    );
}

#[test]
fn an_overrun_inside_of_an_item_ends_with_the_item() {
    // The name says 200 bytes, its Item ends after 4.
    let bytes = join(&[SEQUENCE, &item(12), b"\x10\0\x10\0PN\xc8\0Doe ", SEQUENCE_END, NAME, ID]);
    let set = read(&bytes, &[IssueKind::Truncated]);
    let inner = set.path(&[(tag(0x0008, 0x1140), 0)], tag(0x0010, 0x0010)).unwrap();
    assert!(inner.is_clamped() && inner.value() == b"Doe ");
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0010, 0x0010_0020]);
}

#[test]
fn an_item_that_overruns_its_sequence_is_cut() {
    let sequence = b"\x08\0\x40\x11SQ\0\0\x14\0\0\0";
    let bytes = join(&[sequence, &item(100), NAME, ID]);
    let set = read(&bytes, &[IssueKind::Truncated]);
    assert!(set.get(tag(0x0008, 0x1140)).unwrap().item(0).unwrap().is_clamped());
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
}

#[test]
fn a_cut_gives_all_before_it_and_one_issue() {
    for whole in samples() {
        let complete = explicit(&whole);
        let ends: Vec<_> = complete.elements().map(|e| e.end()).collect();
        for cut in (0..400).chain(whole.len() - 80..whole.len()) {
            let set = explicit(&whole[..cut]);
            assert_sound(&set);
            let at_end = cut == 0 || ends.contains(&(cut as u32));
            assert_eq!(
                kinds(&set),
                if at_end { vec![] } else { vec![IssueKind::Truncated] },
                "cut at {cut}"
            );
            let before = ends.iter().filter(|&&end| end as usize <= cut).count();
            for (read, expected) in set.elements().zip(complete.elements()).take(before) {
                assert_eq!((read.tag(), read.value()), (expected.tag(), expected.value()));
            }
        }
    }
}

#[test]
fn tags_that_descend_or_repeat() {
    let bytes = join(&[ID, NAME, NAME]);
    let set = read(&bytes, &[IssueKind::Order, IssueKind::Order]);
    assert_eq!(set.get(tag(0x0010, 0x0010)).unwrap().start(), ID.len() as u32);
    assert_eq!(set.issues()[1].node, Some(2));
    // Each Item begins anew.
    let bytes = join(&[SEQUENCE, &item(24), NAME, ID, &item(12), NAME, SEQUENCE_END, NAME]);
    read(&bytes, &[]);
}

#[test]
fn unknown_vrs_take_the_layout_that_leads_on() {
    for (header, length) in [
        (b"ZZ\x04\0".as_slice(), 4),
        (b"ZZ\0\0\x04\0\0\0", 4),
        (b"  \x04\0", 4),
        (b"??\x04\0", 4),
    ] {
        let bytes = join(&[b"\x10\0\x10\0", header, b"ABCD", ID]);
        let set = read(&bytes, &[IssueKind::UnknownVr]);
        let element = set.elements().next().unwrap();
        assert_eq!(
            (element.value().len(), element.vr(), element.wire_vr()),
            (length, Vr::UN, Some([header[0], header[1]]))
        );
        assert_eq!(tags(&set), [0x0010_0010, 0x0010_0020]);
        assert_eq!(encode(&set), bytes);
    }
}

#[test]
fn an_element_without_vr_is_read_as_such() {
    let bytes = join(&[b"\x08\0\x60\0CS\x02\0ES", b"\x10\0\x10\0\x04\0\0\0Doe ", ID]);
    let set = read(&bytes, &[IssueKind::ImplicitVr]);
    let name = set.get(tag(0x0010, 0x0010)).unwrap();
    assert_eq!(
        (name.vr(), name.wire_vr(), name.value()),
        (Vr::PN, None, b"Doe ".as_slice())
    );
    // It is written with its VR.
    assert_eq!(encode(&set), join(&[b"\x08\0\x60\0CS\x02\0ES", NAME, ID]));
}

#[test]
fn a_whole_data_set_without_vrs_breaks_the_rule_once() {
    let bytes = b"\x08\0\x60\0\x02\0\0\0ES\x10\0\x10\0\x04\0\0\0Doe \x10\0\x20\0\x04\0\0\0ID 1";
    let set = read(bytes, &[IssueKind::ImplicitVr]);
    assert_eq!(
        set.elements().map(|e| e.vr()).collect::<Vec<_>>(),
        [Vr::CS, Vr::PN, Vr::LO]
    );
}

#[test]
fn elements_with_vr_in_implicit_vr() {
    let bytes = join(&[NAME, ID]);
    let set = implicit(&bytes);
    assert_sound(&set);
    assert_eq!(kinds(&set), [IssueKind::ExplicitVr]);
    assert_eq!(
        set.elements().map(|e| e.value()).collect::<Vec<_>>(),
        [b"Doe ", b"ID 1"]
    );
}

#[test]
fn odd_lengths() {
    let set = read(
        b"\x10\0\x10\0PN\x03\0Doe\x10\0\x20\0LO\x02\0ID",
        &[IssueKind::OddLength],
    );
    assert_eq!(set.elements().map(|e| e.value().len()).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(encode(&set), b"\x10\0\x10\0PN\x04\0Doe \x10\0\x20\0LO\x02\0ID");
}

#[test]
fn delimiters_with_lengths() {
    let bytes = join(&[SEQUENCE, &item(12), NAME, b"\xfe\xff\xdd\xe0\xff\xff\xff\xff", ID]);
    let set = read(&bytes, &[IssueKind::DelimiterLength]);
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
    assert_eq!(set.issues()[0].error.offset, (bytes.len() - 8 - ID.len()) as u64);
    let bytes = join(&[
        SEQUENCE,
        &item(u32::MAX),
        NAME,
        b"\xfe\xff\x0d\xe0\x02\0\0\0",
        SEQUENCE_END,
        ID,
    ]);
    read(&bytes, &[IssueKind::DelimiterLength]);
}

#[test]
fn undefined_length_where_the_vr_forbids_it() {
    let text = b"\x40\0\x60\xa1UT\0\0\xff\xff\xff\xff";
    let bytes = join(&[text, b"some text ", SEQUENCE_END, b"\x40\0\x61\xa1CS\x02\0ES"]);
    let set = read(&bytes, &[IssueKind::UndefinedLength]);
    assert_eq!(set.elements().next().unwrap().value(), b"some text ");
    assert_eq!(set.elements().count(), 2);
    let bytes = join(&[text, b"some text "]);
    let set = read(&bytes, &[IssueKind::UndefinedLength, IssueKind::Truncated]);
    assert_eq!(set.elements().next().unwrap().value(), b"some text ");
}

#[test]
fn delimiters_and_items_where_none_may_be() {
    for stray in [ITEM_END, SEQUENCE_END, &item(0), &item(u32::MAX)] {
        let bytes = join(&[NAME, stray, ID]);
        let set = read(&bytes, &[IssueKind::Misplaced]);
        assert_eq!(tags(&set), [0x0010_0010, 0x0010_0020]);
    }
    // A stray Item of explicit length is left out with what is in it.
    let set_bytes = join(&[NAME, &item(12), NAME, ID]);
    let set = read(&set_bytes, &[IssueKind::Misplaced]);
    assert_eq!(tags(&set), [0x0010_0010, 0x0010_0020]);
}

#[test]
fn missing_delimiters_are_assumed() {
    // No Item Delimitation Item before the next Item and before the end.
    let bytes = join(&[SEQUENCE, &item(u32::MAX), NAME, &item(u32::MAX), NAME, SEQUENCE_END, ID]);
    let set = read(&bytes, &[IssueKind::Misplaced, IssueKind::Misplaced]);
    assert_eq!(set.get(tag(0x0008, 0x1140)).unwrap().items().count(), 2);
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
    // No Sequence Delimitation Item.
    let bytes = join(&[SEQUENCE, &item(12), NAME, ID]);
    let set = read(&bytes, &[IssueKind::Misplaced]);
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
    // Neither, and nothing behind: one cause, one issue.
    let bytes = join(&[SEQUENCE, &item(u32::MAX), NAME]);
    read(&bytes, &[IssueKind::Truncated]);
    let good = join(&[SEQUENCE, &item(u32::MAX), NAME, ITEM_END, SEQUENCE_END]);
    assert_eq!(encode(&explicit(&bytes)), good);
}

#[test]
fn a_length_that_counts_its_delimiter_in() {
    let sequence = b"\x08\0\x40\x11SQ\0\0\x24\0\0\0";
    let bytes = join(&[sequence, &item(20), NAME, ITEM_END, SEQUENCE_END, ID]);
    let set = read(&bytes, &[IssueKind::Misplaced, IssueKind::Misplaced]);
    assert_eq!(
        set.get(tag(0x0008, 0x1140))
            .unwrap()
            .item(0)
            .unwrap()
            .elements()
            .count(),
        1
    );
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
}

#[test]
fn something_else_than_items_in_a_sequence() {
    let sequence = b"\x08\0\x40\x11SQ\0\0\x0c\0\0\0";
    let bytes = join(&[sequence, NAME, ID]);
    let set = read(&bytes, &[IssueKind::Misplaced]);
    assert_eq!(set.get(tag(0x0008, 0x1140)).unwrap().items().count(), 0);
    assert_eq!(tags(&set), [0x0008_1140, 0x0010_0020]);
}

#[test]
fn zero_bytes_are_no_elements() {
    let bytes = join(&[NAME, &[0; 100], ID]);
    let set = read(&bytes, &[IssueKind::Misplaced]);
    assert_eq!(tags(&set), [0x0010_0010, 0x0010_0020]);
    read(&[0; 4096], &[IssueKind::Misplaced]);
}

#[test]
fn fragments_that_overrun_or_have_no_length() {
    let pixels = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff";
    let bytes = join(&[pixels, &item(0), &item(0x7FFF_FFF0), b"abcd"]);
    let set = read(&bytes, &[IssueKind::Truncated]);
    assert_eq!(
        set.get(tag(0x7FE0, 0x0010))
            .unwrap()
            .fragments()
            .nth(1)
            .unwrap()
            .value(),
        b"abcd"
    );
    let bytes = join(&[pixels, &item(0), &item(u32::MAX), b"abcd"]);
    read(&bytes, &[IssueKind::UndefinedLength]);
}

#[test]
fn the_greatest_tags_are_elements_too() {
    for group in [0xFFFD_u16, 0xFFFF] {
        let bytes = join(&[&group.to_le_bytes(), b"\xff\xffLO\x02\0ab"]);
        let set = read(&bytes, &[]);
        assert_eq!(set.elements().next().unwrap().value(), b"ab");
    }
}
