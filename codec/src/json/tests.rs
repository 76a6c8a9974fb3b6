use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::dataset::Syntax;
use crate::limits::Limits;

fn element(tag: u32, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(((tag >> 16) as u16).to_le_bytes());
    bytes.extend((tag as u16).to_le_bytes());
    bytes.extend(vr);
    if Vr::from_bytes(*vr).unwrap().has_long_length() {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn item(content: &[u8]) -> Vec<u8> {
    [b"\xFE\xFF\x00\xE0", &(content.len() as u32).to_le_bytes()[..], content].concat()
}

fn json(bytes: &[u8]) -> String {
    to_string(
        &DataSet::parse(bytes, Syntax::ExplicitVrLe, &Limits::default()),
        CharacterSet::DEFAULT,
    )
}

#[test]
fn sequences_items_and_what_follows() {
    let inner = element(0x0020_9156, b"US", &[1, 0]);
    let bytes = [
        element(
            0x0006_0001,
            b"SQ",
            &item(&element(0x0020_9111, b"SQ", &[item(&inner), item(&[])].concat())),
        ),
        element(0x0040_0555, b"SQ", &[]),
        element(0x0040_0556, b"ST", b"x "),
    ]
    .concat();
    assert_eq!(
        json(&bytes),
        concat!(
            r#"{"00060001": {"vr": "SQ", "Value": [{"00209111": {"vr": "SQ", "Value": "#,
            r#"[{"00209156": {"vr": "US", "Value": [1]}}, {}]}}]}, "#,
            r#""00400555": {"vr": "SQ", "Value": []}, "00400556": {"vr": "ST", "Value": ["x"]}}"#
        )
    );
    assert_eq!(json(b""), "{}");
}

#[test]
fn character_sets_hold_in_their_scope() {
    let name = |bytes| element(0x0010_0010, b"PN", bytes);
    let greek = [element(0x0008_0005, b"CS", b"ISO_IR 126"), name(b"\xC4 ")].concat();
    let bytes = [
        element(0x0008_0005, b"CS", b"ISO_IR 100"),
        element(0x0008_1140, b"SQ", &[item(&greek), item(&name(b"\xC4 "))].concat()),
        name(b"\xC4 "),
    ]
    .concat();
    let text = json(&bytes);
    assert_eq!(text.matches("Δ").count(), 1);
    assert_eq!(text.matches("Ä").count(), 2);
    // A dynamic part has no (0008,0005) of its own: that of the Flow's last static part holds.
    let (latin, _) = CharacterSet::from_value(b"ISO_IR 126");
    let frame = name(b"\xC4 ");
    let set = DataSet::parse(&frame, Syntax::ExplicitVrLe, &Limits::default());
    assert!(to_string(&set, latin).contains("Δ"));
}

#[test]
fn numbers_that_json_has_not() {
    let bytes = element(0x0018_9087, b"FD", &f64::INFINITY.to_le_bytes());
    let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
    assert!(to_string(&set, CharacterSet::DEFAULT).contains("[Infinity]"));
    let mut out = String::new();
    write(&set, CharacterSet::DEFAULT, NonFinite::Quoted, &mut out).unwrap();
    assert!(out.contains("[\"inf\"]"));
}

#[test]
fn un_of_a_known_attribute_has_its_vr_back() {
    let bytes = [
        element(0x0010_0010, b"UN", b"Doe "),
        element(0x0011_0010, b"UN", b"MAKER "),
        element(0x0011_1001, b"UN", b"x "),
        element(0x0040_0555, b"UN", &item(&[])),
    ]
    .concat();
    let text = json(&bytes);
    for part in [
        r#""00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe"}]}"#,
        r#""00110010": {"vr": "LO", "Value": ["MAKER"]}"#,
        r#""00111001": {"vr": "UN", "InlineBinary": "eCA="}"#,
        r#""00400555": {"vr": "UN", "InlineBinary": "/v8A4AAAAAA="}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn some_elements_can_be_left_out() {
    let bytes = [element(0x0008_0060, b"CS", b"ES"), element(0x0010_0010, b"PN", b"Doe ")].concat();
    let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
    let mut out = String::new();
    let kept = set.elements().filter(|e| e.tag().group() != 0x0010);
    write_elements(kept, CharacterSet::DEFAULT, NonFinite::Bare, &mut out).unwrap();
    assert_eq!(out, r#"{"00080060": {"vr": "CS", "Value": ["ES"]}}"#);
}

#[test]
fn brackets_close_whatever_the_bytes() {
    let inner = element(0x0020_9111, b"SQ", &item(&element(0x0020_9156, b"US", &[1, 0])));
    let bytes = [
        element(0x0006_0001, b"SQ", &[item(&inner), item(&inner)].concat()),
        inner,
    ]
    .concat();
    for cut in 0..=bytes.len() {
        assert_balanced(&json(&bytes[..cut]));
    }
    for at in 0..bytes.len() {
        let mut mutated = bytes.clone();
        for bit in 0..8 {
            mutated[at] ^= 1 << bit;
            assert_balanced(&json(&mutated));
        }
    }
}

#[test]
fn a_sequence_without_items_keeps_its_bytes() {
    let text = json(&element(0x0040_A170, b"SQ", b"VERIFIED"));
    assert_eq!(text, r#"{"0040A170": {"vr": "UN", "InlineBinary": "VkVSSUZJRUQ="}}"#);
    assert_balanced(&text);
}

#[test]
fn deep_nesting_ends_in_un() {
    // Undefined lengths, so that the bytes grow linearly.
    let level = b"\x20\0\x11\x91SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let text = json(&level.repeat(10_000));
    assert_balanced(&text);
    assert!(text.matches("00209111").count() > 60);
    assert!(text.contains("InlineBinary"));
}

/// Every bracket outside strings closes.
fn assert_balanced(text: &str) {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        assert!(depth >= 0, "{text}");
    }
    assert!(depth == 0 && !quoted, "{text}");
}
