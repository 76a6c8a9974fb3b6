//! One element: its VR and its Value or InlineBinary (PS3.18 F.2.2, F.2.3).

use core::fmt::{self, Write};

use super::NonFinite;
use super::text::{base64, float, string};
use crate::charset::CharacterSet;
use crate::value::{self, Number};
use crate::vr::Vr;

/// Writes an element of any VR but SQ: `{"vr": "CS", "Value": ["YES"]}`. SQ is written as a sequence without Items.
///
/// `set` is the character set in force there. Forms are those of pydicom 3: OB OD OF OL OV OW UN as InlineBinary; DS and IS as numbers, as strings where they are none;
/// text without padding; `null` for an empty number or name among several; no Value where there is none.
///
/// # Errors
/// Those of `out`.
pub fn write_value(
    vr: Vr,
    bytes: &[u8],
    set: &CharacterSet,
    non_finite: NonFinite,
    out: &mut impl Write,
) -> fmt::Result {
    out.write_str("{\"vr\": \"")?;
    out.write_str(vr.as_str())?;
    out.write_char('"')?;
    match vr {
        Vr::OB | Vr::OD | Vr::OF | Vr::OL | Vr::OV | Vr::OW | Vr::UN => {
            if !bytes.is_empty() {
                out.write_str(", \"InlineBinary\": ")?;
                base64(bytes, out)?;
            }
        }
        Vr::SQ => out.write_str(", \"Value\": []")?,
        _ if value::is_text(vr) => text(vr, bytes, set, &mut List::new(out, non_finite))?,
        _ => numbers(vr, bytes, &mut List::new(out, non_finite))?,
    }
    out.write_char('}')
}

/// The list behind `"Value"`, which is only there if it has a value.
struct List<'o, W> {
    out: &'o mut W,
    is_open: bool,
    non_finite: NonFinite,
}

impl<'o, W: Write> List<'o, W> {
    fn new(out: &'o mut W, non_finite: NonFinite) -> Self {
        Self {
            out,
            is_open: false,
            non_finite,
        }
    }

    /// Goes to the place of the next value.
    fn next(&mut self) -> Result<&mut W, fmt::Error> {
        self.out.write_str(if self.is_open { ", " } else { ", \"Value\": [" })?;
        self.is_open = true;
        Ok(self.out)
    }

    fn end(&mut self) -> fmt::Result {
        if self.is_open { self.out.write_char(']') } else { Ok(()) }
    }
}

fn numbers(vr: Vr, bytes: &[u8], list: &mut List<'_, impl Write>) -> fmt::Result {
    let non_finite = list.non_finite;
    for number in value::numbers(vr, bytes).into_iter().flatten() {
        let out = list.next()?;
        match number {
            Number::Unsigned(n) => write!(out, "{n}")?,
            Number::Signed(n) => write!(out, "{n}")?,
            Number::Single(n) => float(n.into(), non_finite, out)?,
            Number::Double(n) => float(n, non_finite, out)?,
            Number::Tag(tag) => {
                out.write_char('"')?;
                super::text::tag(tag, out)?;
                out.write_char('"')?;
            }
        }
    }
    list.end()
}

fn text(vr: Vr, bytes: &[u8], set: &CharacterSet, list: &mut List<'_, impl Write>) -> fmt::Result {
    let decoded = set.decode_value(vr, bytes).text;
    let whole = match vr {
        Vr::AE | Vr::UR => decoded.trim_end_matches(is_space),
        _ => decoded.trim_end_matches(PADDING),
    };
    // Nothing but "=" is no name either.
    if whole.is_empty() || vr == Vr::PN && !whole.contains('\\') && whole.trim_matches('=').is_empty() {
        return Ok(());
    }
    if value::is_single_valued(vr) {
        string(whole, list.next()?)?;
        return list.end();
    }
    let non_finite = list.non_finite;
    for value in whole.split('\\') {
        let out = list.next()?;
        match vr {
            Vr::DS => decimal(value.trim_matches(is_space), non_finite, out)?,
            Vr::IS => integer(value.trim_matches(is_space), out)?,
            Vr::PN => name(value, out)?,
            Vr::AE | Vr::UI => string(value.trim_matches(is_space), out)?,
            Vr::SH | Vr::LO | Vr::UC => string(value.trim_end_matches(PADDING), out)?,
            _ => string(value, out)?,
        }
    }
    list.end()
}

const PADDING: [char; 2] = [' ', '\0'];

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{0B}' | '\u{1C}'..='\u{1F}')
}

fn decimal(text: &str, non_finite: NonFinite, out: &mut impl Write) -> fmt::Result {
    match text.parse() {
        Ok(number) => float(number, non_finite, out),
        Err(_) => no_number(text, out),
    }
}

fn integer(text: &str, out: &mut impl Write) -> fmt::Result {
    if let Ok(number) = text.parse::<i64>() {
        return write!(out, "{number}");
    }
    // Some devices write "1.0", or numbers that no IS may be.
    match text.parse::<f64>() {
        Ok(number) if number.abs() < 1e18 => write!(out, "{}", number as i64),
        // An integer by now.
        Ok(number) if number.is_finite() => write!(out, "{number:.0}"),
        _ => no_number(text, out),
    }
}

fn no_number(text: &str, out: &mut impl Write) -> fmt::Result {
    if text.is_empty() {
        out.write_str("null")
    } else {
        string(text, out)
    }
}

fn name(value: &str, out: &mut impl Write) -> fmt::Result {
    let value = value.trim_end_matches('=');
    if value.is_empty() {
        return out.write_str("null");
    }
    let groups = ["\"Alphabetic\": ", ", \"Ideographic\": ", ", \"Phonetic\": "];
    out.write_char('{')?;
    for (key, group) in groups.into_iter().zip(value.split('=')) {
        out.write_str(key)?;
        string(group, out)?;
    }
    out.write_char('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn written(vr: Vr, bytes: &[u8]) -> String {
        let mut out = String::new();
        write_value(vr, bytes, &CharacterSet::DEFAULT, NonFinite::Bare, &mut out).unwrap();
        out
    }

    /// The values, without the frame.
    fn values(vr: Vr, bytes: &[u8]) -> String {
        let text = written(vr, bytes);
        let inside = text
            .split_once("\"Value\": ")
            .map_or("", |(_, rest)| rest.trim_end_matches('}'));
        inside.into()
    }

    #[test]
    fn frames() {
        assert_eq!(written(Vr::CS, b"YES "), r#"{"vr": "CS", "Value": ["YES"]}"#);
        assert_eq!(written(Vr::CS, b""), r#"{"vr": "CS"}"#);
        assert_eq!(written(Vr::SQ, b""), r#"{"vr": "SQ", "Value": []}"#);
        assert_eq!(written(Vr::OB, b"\0\x01"), r#"{"vr": "OB", "InlineBinary": "AAE="}"#);
        assert_eq!(written(Vr::UN, b""), r#"{"vr": "UN"}"#);
        assert_eq!(written(Vr::PN, b"=="), r#"{"vr": "PN"}"#);
        let names = r#"{"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane", "Ideographic": "", "Phonetic": "x"}, null]}"#;
        assert_eq!(written(Vr::PN, b"Doe^Jane==x\\ "), names);
    }

    #[test]
    fn numbers_by_vr() {
        for (vr, bytes, text) in [
            (Vr::US, &[1, 2, 3, 4][..], "[513, 1027]"),
            (Vr::AT, &[0x10, 0, 0x20, 0], "[\"00100020\"]"),
            (Vr::SV, &[0, 0, 0, 0, 0, 0, 0, 0x80], "[-9223372036854775808]"),
            (Vr::FD, &[0, 0, 0, 0, 0, 0, 0x44, 0x40], "[40.0]"),
            (Vr::FL, &[0xCD, 0xCC, 0x8C, 0x3F], "[1.100000023841858]"),
            (Vr::FL, &[0, 0, 0xC0, 0x7F], "[NaN]"),
            (Vr::UL, &[1], ""),
        ] {
            assert_eq!(values(vr, bytes), text, "{vr}");
        }
    }

    #[test]
    fn number_texts() {
        for (vr, text, expected) in [
            (Vr::DS, "1.50", "[1.5]"),
            (Vr::DS, " 7\\-2e3 ", "[7.0, -2000.0]"),
            (Vr::DS, "1\\\\2", "[1.0, null, 2.0]"),
            (Vr::DS, "1,5", "[\"1,5\"]"),
            (Vr::DS, "1e400", "[Infinity]"),
            (Vr::IS, "+007", "[7]"),
            (Vr::IS, "1.9\\-1.9\\-0.5", "[1, -1, 0]"),
            (Vr::IS, "1e5", "[100000]"),
            (Vr::IS, "99999999999999999999", "[100000000000000000000]"),
            (Vr::IS, "abc\\", "[\"abc\", null]"),
        ] {
            assert_eq!(values(vr, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn texts_by_vr() {
        for (vr, text, expected) in [
            (Vr::AE, " ab \\ c", r#"["ab", "c"]"#),
            (Vr::LO, " ab \\ ", r#"[" ab", ""]"#),
            (Vr::LT, " a\\b \0", r#"[" a\\b"]"#),
            (Vr::UI, "1.2\0", r#"["1.2"]"#),
            (Vr::UI, "1.2 \\ 3", r#"["1.2", "3"]"#),
            (Vr::DA, "20260102", r#"["20260102"]"#),
            (Vr::LO, "\\", r#"["", ""]"#),
            (Vr::LO, "\0", ""),
        ] {
            assert_eq!(values(vr, text.as_bytes()), expected, "{vr} {text}");
        }
    }
}
