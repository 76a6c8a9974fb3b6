//! Properties of character sets, values and their JSON.

use dicom_rtv::charset::{CharacterSet, Term};
use dicom_rtv::dataset::{DataSet, Syntax};
use dicom_rtv::value::{self, Date, DateTime, Multiplicity, PersonName, Time};
use dicom_rtv::{Limits, Vr, json};
use proptest::prelude::*;
use proptest::sample::select;

fn vr() -> impl Strategy<Value = Vr> {
    select(Vr::ALL.to_vec())
}

/// Up to four terms, as they come.
fn character_set() -> impl Strategy<Value = CharacterSet> {
    let terms: Vec<_> = Term::all().map(Term::as_str).chain(["", "NONSENSE"]).collect();
    prop::collection::vec(select(terms), 0..4).prop_map(|terms| CharacterSet::from_value(terms.join("\\").as_bytes()).0)
}

/// Text with many delimiters and characters of all sets.
fn text() -> impl Strategy<Value = String> {
    let odd = select("\\^=\r\n\t ~aéŁЖλשاไ洪길山ｱ丂€〜".chars().collect::<Vec<_>>());
    prop::collection::vec(prop_oneof![4 => odd, 1 => any::<char>()], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

/// Bytes with many escape sequences.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let escapes = [
        "\x1B(B", "\x1B(J", "\x1B$B", "\x1B$(D", "\x1B$)C", "\x1B$)A", "\x1B)I", "\x1B-F", "\x1B", "\\", "=",
    ];
    let piece = prop_oneof![
        1 => select(escapes.to_vec()).prop_map(|escape| escape.as_bytes().to_vec()),
        3 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(set in character_set(), vr in vr(), text in text()) {
        if let Ok(bytes) = set.encode_value(vr, &text) {
            let decoded = set.decode_value(vr, &bytes);
            prop_assert_eq!(decoded.fault, None);
            prop_assert_eq!(decoded.text, text);
        }
    }

    #[test]
    fn any_bytes_have_an_answer(set in character_set(), vr in vr(), bytes in bytes()) {
        let problem = value::check(vr, Some(Multiplicity::ONE_OR_MORE), &bytes, &set);
        prop_assert!(problem.is_none_or(|p| p.to_string().len() < 200));
        let shown = value::display(vr, &bytes, &set, 50);
        prop_assert!(shown.chars().count() < 80 && !shown.chars().any(char::is_control));
        prop_assert!(value::strings(vr, &bytes, &set).count() <= bytes.len() + 1);
        for name in value::strings(Vr::PN, &bytes, &set) {
            let _ = PersonName::parse(&name).ideographic.suffix();
        }
    }

    #[test]
    fn a_value_without_problem_is_shown_whole(text in "[A-Z0-9 _]{0,16}") {
        let set = CharacterSet::DEFAULT;
        prop_assert_eq!(value::check(Vr::CS, Some(Multiplicity::ONE), text.as_bytes(), &set), None);
        prop_assert_eq!(value::display(Vr::CS, text.as_bytes(), &set, 16), text.trim());
    }

    #[test]
    fn dates_and_times_print_as_they_were(text in "[0-9]{0,14}(\\.[0-9]{1,6})?([+-]0[1-9][0-5][0-9])?") {
        let printed = [
            Date::parse(&text).map(|date| date.to_string()),
            Time::parse(&text).map(|time| time.to_string()),
            DateTime::parse(&text).map(|time| time.to_string()),
        ];
        for printed in printed.into_iter().flatten() {
            prop_assert_eq!(&printed, &text);
        }
    }

    #[test]
    fn json_has_no_bare_control_character(
        set in character_set(),
        bytes in bytes(),
        syntax in select(vec![Syntax::ExplicitVrLe, Syntax::ImplicitVrLe]),
    ) {
        let data = DataSet::parse(&bytes, syntax, &Limits::default());
        let text = json::to_string(&data, set);
        let is_object = text.starts_with('{') && text.ends_with('}');
        prop_assert!(is_object && !text.contains(|c: char| c < ' '));
    }
}

/// A MiB of backslashes, escapes and half characters: nothing is quadratic, nothing grows out of bounds.
#[test]
fn hostile_values_take_linear_time() {
    let (set, _) = CharacterSet::from_value(b"ISO 2022 IR 6\\ISO 2022 IR 87\\ISO 2022 IR 149");
    for piece in [&b"\\"[..], b"\x1B$B;3", b"\x1B$)C\xFB", b"\xE9\\", b"=^", b"\x1B"] {
        let bytes = piece.repeat((1 << 20) / piece.len());
        for vr in [Vr::PN, Vr::LO, Vr::UT, Vr::DS, Vr::IS, Vr::UI] {
            let _ = value::check(vr, None, &bytes, &set);
            assert!(value::display(vr, &bytes, &set, 200).chars().count() < 240);
            assert!(value::strings(vr, &bytes, &set).count() <= bytes.len() + 1);
            let mut out = String::new();
            json::write_value(vr, &bytes, &set, json::NonFinite::Bare, &mut out).unwrap();
            assert!(out.len() < 16 * bytes.len());
        }
    }
}
