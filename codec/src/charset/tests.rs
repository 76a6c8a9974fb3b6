use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

fn set(value: &str) -> CharacterSet {
    let (set, problem) = CharacterSet::from_value(value.as_bytes());
    assert_eq!(problem, None, "{value}");
    set
}

fn name(value: &str, bytes: &[u8]) -> String {
    let decoded = set(value).decode_value(Vr::PN, bytes);
    assert_eq!(decoded.fault, None, "{value} {bytes:02x?}");
    decoded.text.into_owned()
}

#[test]
fn single_byte_sets_have_their_right_halves() {
    for (term, bytes, text) in [
        ("ISO_IR 100", &b"\xC4neas^R\xFCdiger"[..], "Äneas^Rüdiger"),
        ("ISO_IR 101", b"Wa\xB3\xEAsa", "Wałęsa"),
        ("ISO_IR 109", b"\xA6\xFE\xF8", "Ĥŝĝ"),
        ("ISO_IR 110", b"\xA5\xC0", "ĨĀ"),
        ("ISO_IR 144", b"\xBB\xEE\xDA\xE1\xD5\xDC\xD1\xE3\xE0\xD3", "Люксембург"),
        (
            "ISO_IR 127",
            b"\xE2\xC8\xC7\xE6\xEA^\xE4\xE6\xD2\xC7\xD1",
            "قباني^لنزار",
        ),
        ("ISO_IR 126", b"\xC4\xE9\xEF\xED\xF5\xF3\xE9\xEF\xF2", "Διονυσιος"),
        ("ISO_IR 138", b"\xF9\xF8\xE5\xEF^\xE3\xE1\xE5\xF8\xE4", "שרון^דבורה"),
        ("ISO_IR 148", b"\xC7avu\xFEo\xF0lu", "Çavuşoğlu"),
        ("ISO_IR 203", b"\xA4 \xBD", "€ œ"),
        ("ISO_IR 13", b"\xD4\xCF\xC0\xDE^\xC0\xDB\xB3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ("ISO_IR 166", b"\xB9\xD2\xC1", "นาม"),
        (
            "ISO_IR 192",
            "Wang^XiaoDong=王^小東".as_bytes(),
            "Wang^XiaoDong=王^小東",
        ),
    ] {
        assert_eq!(name(term, bytes), text, "{term}");
        assert_eq!(set(term).encode_value(Vr::PN, text).unwrap(), bytes, "{term}");
    }
}

#[test]
fn c1_bytes_are_not_windows_1252() {
    let decoded = set("ISO_IR 100").decode_value(Vr::LO, b"a\x80\x9F");
    assert_eq!(decoded.text, "a\u{80}\u{9F}");
    assert_eq!(
        decoded.fault,
        Some(Fault {
            offset: 1,
            kind: FaultKind::Invalid
        })
    );
}

#[test]
fn bytes_outside_the_default_repertoire_show_as_latin_1_with_a_fault() {
    let decoded = CharacterSet::DEFAULT.decode_value(Vr::PN, b"J\xE9r");
    assert_eq!(decoded.text, "Jér");
    assert_eq!(
        decoded.fault,
        Some(Fault {
            offset: 1,
            kind: FaultKind::NotDefault
        })
    );
    // (0008,0005) says nothing about CS.
    assert!(set("ISO_IR 100").decode_value(Vr::CS, b"\xE9").fault.is_some());
    assert!(
        set("ISO_IR 192")
            .decode_value(Vr::LO, b"x\xFF")
            .text
            .contains('\u{FFFD}')
    );
}

#[test]
fn plain_text_is_borrowed() {
    for value in ["", "ISO_IR 13", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87"] {
        assert!(
            matches!(set(value).decode(b"Doe^Jane~\\x"), Cow::Borrowed(_)),
            "{value}"
        );
    }
    assert!(matches!(set("ISO_IR 192").decode("é".as_bytes()), Cow::Borrowed(_)));
}

#[test]
fn values_of_specific_character_set() {
    let terms = |value: &[u8]| {
        let (set, problem) = CharacterSet::from_value(value);
        (set.to_string(), problem.map(|p| p.offset))
    };
    assert_eq!(terms(b""), ("ISO_IR 6".into(), None));
    assert_eq!(terms(b" "), ("ISO_IR 6".into(), None));
    assert_eq!(
        terms(b"\\ISO 2022 IR 87"),
        ("ISO 2022 IR 6\\ISO 2022 IR 87".into(), None)
    );
    assert_eq!(terms(b"ISO_IR 100 "), ("ISO_IR 100".into(), None));
    assert_eq!(terms(b"ISO_IR 192\0"), ("ISO_IR 192".into(), None));
    assert_eq!(terms(b"ISO-IR 100"), ("ISO_IR 100".into(), Some(0)));
    assert_eq!(terms(b"NONSENSE"), ("ISO_IR 6".into(), Some(0)));
    assert_eq!(terms(b"ISO_IR 192\\ISO 2022 IR 87"), ("ISO_IR 192".into(), Some(11)));
    assert_eq!(terms(b"ISO 2022 IR 6\\GBK"), ("ISO 2022 IR 6".into(), Some(14)));
    assert_eq!(
        terms(b"ISO_IR 100\\ISO 2022 IR 144"),
        ("ISO_IR 100\\ISO 2022 IR 144".into(), Some(0))
    );
    let all: Vec<&str> = Term::all().map(Term::as_str).collect();
    let (every, _) = CharacterSet::from_value(all.join("\\").as_bytes());
    assert!(every.terms().count() > 25);
    let many = "ISO 2022 IR 100\\".repeat(10_000);
    assert_eq!(
        CharacterSet::from_value(many.as_bytes()).0.to_string(),
        "ISO 2022 IR 100"
    );
}

#[test]
fn escapes_between_single_byte_sets() {
    let value = "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126";
    let bytes = b"Dionysios is \x1B-F\xC4\xE9\xEF\xED\xF5\xF3\xE9\xEF\xF2\x1B-A";
    assert_eq!(name(value, bytes), "Dionysios is Διονυσιος");
    assert_eq!(set(value).encode("Dionysios is Διονυσιος").unwrap(), bytes);
    // The first set is active again behind a delimiter, without an escape.
    assert_eq!(name(value, b"\x1B-L\xBB^\xE9"), "Л^é");
    assert_eq!(set(value).decode(b"\x1B-L\xBB^\xE9"), "Л^щ");
    assert_eq!(
        set(value).decode(b"\x1B-L\xBB\\\xE9\r\n\x1B-L\xBB\n\xE9"),
        "Л\\é\r\nЛ\né"
    );
    // In a text with a single value the backslash is a character like others.
    assert_eq!(set(value).decode_value(Vr::LT, b"\x1B-L\xBB\\\xE9").text, "Л\\щ");
}

#[test]
fn wrong_escapes_are_told() {
    let decoded = set("ISO_IR 100").decode_value(Vr::LO, b"ab\x1B-L\xBB");
    assert_eq!(decoded.text, "abЛ");
    assert_eq!(
        decoded.fault,
        Some(Fault {
            offset: 2,
            kind: FaultKind::UndeclaredEscape
        })
    );
    let decoded = set("ISO_IR 100").decode_value(Vr::LO, b"ab\x1B(Zc\x1B");
    assert_eq!(decoded.text, "ab\u{FFFD}(Zc\u{FFFD}");
    assert_eq!(
        decoded.fault,
        Some(Fault {
            offset: 2,
            kind: FaultKind::UnknownEscape
        })
    );
}

#[test]
fn what_no_set_has_is_an_error_with_its_place() {
    let error = set("ISO_IR 100").encode("aéЖ").unwrap_err();
    assert_eq!(error.offset, 3);
    assert!(set("").encode("é").is_err());
    assert!(set("ISO 2022 IR 6\\ISO 2022 IR 100").encode("a\u{1B}é").is_err());
    assert!(set("ISO_IR 192").encode_value(Vr::CS, "É").is_err());
}

#[test]
fn any_bytes_under_any_set_decode() {
    let mut bytes = Vec::new();
    let mut state = 1_u32;
    for _ in 0..4096 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Many escapes, so that the designations change often.
        bytes.push(if state >> 29 == 0 { 0x1B } else { (state >> 16) as u8 });
    }
    bytes.extend(b"\x1B$B!\x1B$(D!\x1B$)C\xA1\x1B$)A\xA1\x1B$");
    for term in Term::all() {
        let (set, _) = CharacterSet::from_value(term.as_str().as_bytes());
        for cut in (0..bytes.len()).step_by(61) {
            let _ = set.decode_value(Vr::PN, &bytes[cut..]);
            let _ = set.decode_value(Vr::UT, &bytes[..cut]);
        }
    }
}

#[test]
fn another_decoder_can_be_plugged_in() {
    struct Stars;
    impl MultiByteDecoder for Stars {
        fn decode(&self, set: MultiByteSet, bytes: &[u8], out: &mut String) -> bool {
            out.push_str(set.label());
            out.extend(bytes.iter().map(|_| '*'));
            true
        }
    }
    static STARS: Stars = Stars;
    let (set, _) = CharacterSet::DEFAULT
        .with_decoder(&STARS)
        .with_value(b"\\ISO 2022 IR 149");
    assert_eq!(set.decode(b"a\x1B$)C\xFB\xF3b"), "aeuc-kr**b");
    assert!(set.encode("洪").is_err());
}

#[cfg(feature = "encoding_rs")]
mod multi_byte {
    use super::*;

    #[test]
    fn examples_of_the_standard() {
        // PS3.5 Annexes H, I, J and K.
        for (value, bytes, text) in [
            (
                "\\ISO 2022 IR 87",
                &b"Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B"[..],
                "Yamada^Tarou=山田^太郎=やまだ^たろう",
            ),
            (
                "ISO 2022 IR 13\\ISO 2022 IR 87",
                b"\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^\x1B$B$?$m$&\x1B(J",
                "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
            ),
            (
                "\\ISO 2022 IR 149",
                b"Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^\x1B$)C\xB1\xE6\xB5\xBF",
                "Hong^Gildong=洪^吉洞=홍^길동",
            ),
            (
                "\\ISO 2022 IR 58",
                b"Zhang^XiaoDong=\x1B$)A\xD5\xC5^\x1B$)A\xD0\xA1\xB6\xAB=",
                "Zhang^XiaoDong=张^小东=",
            ),
            ("GB18030", b"Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB=", "Wang^XiaoDong=王^小东="),
            ("GBK", b"Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB=", "Wang^XiaoDong=王^小东="),
        ] {
            assert_eq!(name(value, bytes), text, "{value}");
            assert_eq!(set(value).encode_value(Vr::PN, text).unwrap(), bytes, "{value}");
        }
    }

    #[test]
    fn a_backslash_byte_inside_a_character_is_no_separator() {
        // 0x5C as the trail byte of GBK, and as a byte of JIS X 0208 in G0.
        assert_eq!(
            set("GBK").decode(b"\x81\x5C\\a"),
            "乗\\a".replace('乗', &set("GBK").decode(b"\x81\x5C"))
        );
        assert_eq!(set("GBK").decode(b"\x81\x5C").chars().count(), 1);
        assert_eq!(
            set("\\ISO 2022 IR 87")
                .decode(b"\x1B$B\x30\x5C\x1B(B\\x")
                .chars()
                .filter(|c| *c == '\\')
                .count(),
            1
        );
    }

    #[test]
    fn supplementary_kanji_go_both_ways() {
        let set = set("\\ISO 2022 IR 87\\ISO 2022 IR 159");
        let bytes = set.encode("丂山").unwrap();
        assert_eq!(bytes, b"\x1B$(D\x30\x21\x1B$B;3\x1B(B");
        assert_eq!(set.decode(&bytes), "丂山");
    }

    #[test]
    fn every_character_of_a_set_comes_back() {
        for value in [
            "\\ISO 2022 IR 87",
            "\\ISO 2022 IR 159",
            "\\ISO 2022 IR 149",
            "\\ISO 2022 IR 58",
        ] {
            let set = set(value);
            let term = set.terms().last().unwrap();
            let (escape, high): (&[u8], u8) = match term.coding() {
                Coding::Elements(Some(g0), _) => (g0.escape(), 0),
                Coding::Elements(_, Some(g1)) => (g1.escape(), 0x80),
                _ => unreachable!(),
            };
            let mut text = String::new();
            for (a, b) in (0x21..=0x7E_u8).flat_map(|a| (0x21..=0x7E_u8).map(move |b| (a, b))) {
                let bytes = [b"\x1B", escape, &[a | high, b | high]].concat();
                let decoded = set.decode_value(Vr::LO, &bytes);
                // GBK and Microsoft's JIS have a few more than the standard: those are read, and not written.
                if decoded.fault.is_none() && (high == 0 && a != 0x2D && a < 0x75 || set.encode(&decoded.text).is_ok())
                {
                    text.push_str(&decoded.text);
                }
            }
            assert!(text.chars().count() >= 6067, "{value}: {}", text.chars().count());
            assert_eq!(set.decode(&set.encode(&text).unwrap()), text, "{value}");
        }
    }

    #[test]
    fn characters_that_microsoft_maps_otherwise() {
        let japanese = set("\\ISO 2022 IR 87");
        assert_eq!(japanese.decode(b"\x1B$B!A!B!]\x1B(B"), "〜‖−");
        assert_eq!(japanese.encode("〜").unwrap(), b"\x1B$B!A\x1B(B");
        assert_eq!(set("\\ISO 2022 IR 58").decode(b"\x1B$)A\xA1\xA4"), "・");
        assert!(set("\\ISO 2022 IR 58").encode("ⅰ").is_err());
    }

    #[test]
    fn half_a_character_is_a_fault() {
        for bytes in [&b"\x1B$B;"[..], b"\x1B$B;\x1B(B", b"\x1B$)C\xFB", b"\x1B$)C\xFBa"] {
            let (set, _) = CharacterSet::from_value(b"\\ISO 2022 IR 87\\ISO 2022 IR 149");
            let decoded = set.decode_value(Vr::LO, bytes);
            assert_eq!(decoded.fault.unwrap().kind, FaultKind::Invalid);
            assert!(decoded.text.starts_with('\u{FFFD}'));
        }
    }
}
