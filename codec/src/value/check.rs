//! Whether a value fits its VR and VM (PS3.5 6.2, 6.4).

use super::text::{is_single_valued, is_text, trim};
use super::{AgeString, Date, DateTime, Multiplicity, Problem, ProblemKind, Time, decimal_string, number_size};
use crate::charset::{self, CharacterSet};
use crate::vr::Vr;

/// The first thing that is wrong with the value of an element, if anything is.
///
/// Checked are the characters of the VR and of the Specific Character Set, the length in characters, the form and range of
/// numbers, dates, times, ages and UIDs, the size of binary values, and their number, if `multiplicity` is given. Trailing
/// spaces do not count to the length. An empty value is never wrong here. Nothing is checked of SQ and UN.
#[must_use]
pub fn check(vr: Vr, multiplicity: Option<Multiplicity>, bytes: &[u8], set: &CharacterSet) -> Option<Problem> {
    let found = if is_text(vr) {
        match check_text(vr, bytes, set) {
            Ok(count) => count,
            Err(problem) => return Some(problem),
        }
    } else {
        let unit = number_size(vr).unwrap_or(1);
        if !bytes.len().is_multiple_of(unit) {
            return Some(Problem {
                value: 0,
                kind: ProblemKind::Size {
                    unit,
                    found: bytes.len(),
                },
            });
        }
        if is_single_valued(vr) {
            usize::from(!bytes.is_empty())
        } else {
            bytes.len() / unit
        }
    };
    let expected = multiplicity.filter(|multiplicity| !matches!(vr, Vr::SQ | Vr::UN) && !multiplicity.allows(found))?;
    Some(Problem {
        value: 0,
        kind: ProblemKind::Multiplicity { expected, found },
    })
}

/// The number of values, if all are right.
fn check_text(vr: Vr, bytes: &[u8], set: &CharacterSet) -> Result<usize, Problem> {
    let decoded = set.decode_value(vr, bytes);
    if let Some(fault) = decoded.fault.filter(|_| charset::is_affected(vr)) {
        return Err(Problem {
            value: 0,
            kind: ProblemKind::Encoding(fault),
        });
    }
    let text: &str = &decoded.text;
    let text = match vr {
        Vr::UI => text.strip_suffix('\0').unwrap_or(text),
        _ => text.trim_end_matches(' '),
    };
    if text.is_empty() {
        return Ok(0);
    }
    let single = |text| check_value(vr, text).map_or(Ok(1), |kind| Err(Problem { value: 1, kind }));
    if is_single_valued(vr) {
        return single(text);
    }
    let mut count = 0_usize;
    for value in text.split('\\') {
        count += 1;
        if let Some(kind) = check_value(vr, value).filter(|_| !value.is_empty()) {
            return Err(Problem {
                value: u32::try_from(count).unwrap_or(u32::MAX),
                kind,
            });
        }
    }
    Ok(count)
}

/// What is wrong with one value.
fn check_value(vr: Vr, text: &str) -> Option<ProblemKind> {
    let form = |expected, right: bool| (!right).then_some(ProblemKind::Form { expected });
    match vr {
        Vr::AE => characters(text, is_default).or_else(|| length(text, 16)),
        Vr::CS => characters(text, |c| matches!(c, 'A'..='Z' | '0'..='9' | ' ' | '_')).or_else(|| length(text, 16)),
        Vr::SH => characters(text, is_graphic).or_else(|| length(text, 16)),
        Vr::LO => characters(text, is_graphic).or_else(|| length(text, 64)),
        Vr::UC => characters(text, is_graphic),
        Vr::ST => characters(text, is_text_character).or_else(|| length(text, 1024)),
        Vr::LT => characters(text, is_text_character).or_else(|| length(text, 10_240)),
        Vr::UT => characters(text, is_text_character),
        Vr::PN => person_name(text),
        Vr::UR => characters(text, is_uri),
        Vr::UI => uid(text),
        Vr::AS => form(
            "an age of three digits and D, W, M or Y",
            AgeString::parse(text).is_some(),
        ),
        Vr::DA => form("a date YYYYMMDD", text.len() == 8 && Date::parse(text).is_some()),
        Vr::TM => form("a time HHMMSS.FFFFFF", Time::parse(text).is_some()),
        Vr::DT => {
            // UTC is +0000 (PS3.5 6.2).
            let right = DateTime::parse(text).is_some() && !text.trim_end().ends_with("-0000");
            form("a date and time YYYYMMDDHHMMSS.FFFFFF&ZZXX", right)
        }
        Vr::DS => form("a decimal number", decimal_string(text).is_some()).or_else(|| length(text, 16)),
        Vr::IS => integer(text),
        _ => None,
    }
}

fn characters(text: &str, allowed: impl Fn(char) -> bool) -> Option<ProblemKind> {
    text.chars().find(|c| !allowed(*c)).map(ProblemKind::Character)
}

fn length(text: &str, max: u32) -> Option<ProblemKind> {
    let text = text.trim_end_matches(' ');
    // Bytes are never fewer than characters.
    if text.len() <= max as usize {
        return None;
    }
    let found = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    (found > max).then_some(ProblemKind::Length { max, found })
}

fn person_name(text: &str) -> Option<ProblemKind> {
    characters(text, is_graphic).or_else(|| {
        if text.split('=').count() > 3 {
            return Some(ProblemKind::Form {
                expected: "at most three component groups",
            });
        }
        text.split('=').find_map(|group| {
            let components = group.split('^').count();
            if components > 5 {
                return Some(ProblemKind::Form {
                    expected: "at most five components in a group",
                });
            }
            length(group, 64)
        })
    })
}

fn uid(text: &str) -> Option<ProblemKind> {
    let component = |c: &str| !c.is_empty() && (c == "0" || !c.starts_with('0'));
    characters(text, |c| matches!(c, '0'..='9' | '.'))
        .or_else(|| length(text, 64))
        .or_else(|| {
            let expected = "components without leading zeros, none empty";
            (!text.split('.').all(component)).then_some(ProblemKind::Form { expected })
        })
}

fn integer(text: &str) -> Option<ProblemKind> {
    let digits = trim(Vr::IS, text);
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(ProblemKind::Form { expected: "an integer" });
    }
    if super::integer_string(text).is_none() {
        return Some(ProblemKind::Form {
            expected: "an integer from -2147483648 to 2147483647",
        });
    }
    length(text, 12)
}

/// The default repertoire without control characters.
fn is_default(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// Everything but control characters.
fn is_graphic(c: char) -> bool {
    !c.is_control()
}

/// With the control characters that text of several lines may have (PS3.5 6.1.3).
fn is_text_character(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{0C}')
}

/// The characters of RFC 3986.
fn is_uri(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn verdict(vr: Vr, bytes: &[u8]) -> Option<Problem> {
        check(vr, None, bytes, &CharacterSet::DEFAULT)
    }

    #[test]
    fn right_values() {
        for (vr, bytes) in [
            (Vr::AE, &b" ARCHIVE 1 "[..]),
            (Vr::AS, b"018M"),
            (Vr::CS, b"ORIGINAL\\PRIMARY "),
            (Vr::CS, b" YES"),
            (Vr::DA, b"20260102"),
            (Vr::DA, b"20260102\\20260103 "),
            (Vr::DS, b"1.5\\-2E-3\\ 7 "),
            (Vr::DT, b"20260102101530.25+0100"),
            (Vr::IS, b"-2147483648\\+7 "),
            (Vr::LO, b"a\\\\b "),
            (Vr::LT, b"line\r\nline\t\x0C\\ "),
            (Vr::PN, b"Doe^Jane^^Dr.^PhD=="),
            (Vr::TM, b"101530.25 "),
            (Vr::UI, b"1.2.840.0.1\0"),
            (Vr::UI, b"1.2\\3.40"),
            (Vr::UR, b"http://host/a?b=c#d "),
            (Vr::UT, b"\\\\ "),
            (Vr::US, b"\x01\0\x02\0"),
            (Vr::OB, b"\x01"),
            (Vr::LO, b""),
            (Vr::UI, b""),
            (Vr::CS, b"  "),
        ] {
            assert_eq!(verdict(vr, bytes), None, "{vr} {bytes:?}");
        }
    }

    #[test]
    fn wrong_values() {
        for (vr, bytes, text) in [
            (Vr::CS, &b"Original"[..], "value 1: character r is not allowed"),
            (Vr::CS, b"YES\\No ", "value 2: character o is not allowed"),
            (Vr::CS, b"YES\0", "value 1: character U+0000 is not allowed"),
            (Vr::CS, b"\xE9T", "value 1: character U+00E9 is not allowed"),
            (
                Vr::AE,
                b"ABCDEFGHIJKLMNOPQ ",
                "value 1: expected at most 16 characters, found 17",
            ),
            (
                Vr::AS,
                b"18Y ",
                "value 1: expected an age of three digits and D, W, M or Y",
            ),
            (Vr::DA, b"2026.01.02", "value 1: expected a date YYYYMMDD"),
            (Vr::DA, b"20260102-", "value 1: expected a date YYYYMMDD"),
            (Vr::TM, b"10:15 ", "value 1: expected a time HHMMSS.FFFFFF"),
            (
                Vr::DT,
                b"2026-0000 ",
                "value 1: expected a date and time YYYYMMDDHHMMSS.FFFFFF&ZZXX",
            ),
            (Vr::DS, b"1,5 ", "value 1: expected a decimal number"),
            (
                Vr::DS,
                b"1.2345678901234567",
                "value 1: expected at most 16 characters, found 18",
            ),
            (Vr::IS, b"1.5 ", "value 1: expected an integer"),
            (
                Vr::IS,
                b"1\\2147483648",
                "value 2: expected an integer from -2147483648 to 2147483647",
            ),
            (
                Vr::UI,
                b"1.02",
                "value 1: expected components without leading zeros, none empty",
            ),
            (
                Vr::UI,
                b"1..2",
                "value 1: expected components without leading zeros, none empty",
            ),
            (Vr::UI, b"1.2 ", "value 1: character U+0020 is not allowed"),
            (Vr::LO, b"a\nb ", "value 1: character U+000A is not allowed"),
            (Vr::LT, b"a\x01", "value 1: character U+0001 is not allowed"),
            (Vr::UR, b" http://a", "value 1: character U+0020 is not allowed"),
            (Vr::PN, b"a=b=c=d ", "value 1: expected at most three component groups"),
            (
                Vr::PN,
                b"a^b^c^d^e^f ",
                "value 1: expected at most five components in a group",
            ),
            (Vr::UL, b"\0\0\0\0\0\0", "expected a multiple of 4 bytes, found 6"),
            (
                Vr::LO,
                b"J\xE9",
                "a byte over 7FH, and no character set is declared for it, at byte 1 of the value",
            ),
        ] {
            assert_eq!(
                verdict(vr, bytes).map(|p| p.to_string()).as_deref(),
                Some(text),
                "{vr} {bytes:?}"
            );
        }
    }

    #[test]
    fn length_counts_characters() {
        let (utf8, _) = CharacterSet::from_value(b"ISO_IR 192");
        let sixteen = "é".repeat(16);
        assert_eq!(check(Vr::SH, None, sixteen.as_bytes(), &utf8), None);
        let problem = check(Vr::SH, None, (sixteen + "é").as_bytes(), &utf8).unwrap();
        assert_eq!(problem.kind, ProblemKind::Length { max: 16, found: 17 });
        // Each group of a name has its own 64.
        let name = ["x".repeat(64), "y".repeat(64)].join("=");
        assert_eq!(verdict(Vr::PN, name.as_bytes()), None);
    }

    #[test]
    fn number_of_values() {
        let two = Some(Multiplicity {
            min: 2,
            max: Some(2),
            step: 1,
        });
        let of = |vr, bytes: &[u8]| check(vr, two, bytes, &CharacterSet::DEFAULT).map(|p| p.to_string());
        assert_eq!(of(Vr::US, &[0; 4]), None);
        assert_eq!(of(Vr::US, &[0; 6]).as_deref(), Some("expected 2 values, found 3"));
        assert_eq!(of(Vr::DS, b"1\\2 "), None);
        assert_eq!(of(Vr::DS, b"1 ").as_deref(), Some("expected 2 values, found 1"));
        assert_eq!(of(Vr::DS, b""), None);
        let one = Some(Multiplicity::ONE);
        assert_eq!(check(Vr::OW, one, &[0; 8], &CharacterSet::DEFAULT), None);
        assert_eq!(check(Vr::UT, one, b"a\\b\\c ", &CharacterSet::DEFAULT), None);
        assert_eq!(check(Vr::SQ, one, &[0; 8], &CharacterSet::DEFAULT), None);
        assert_eq!(check(Vr::UN, two, &[0; 8], &CharacterSet::DEFAULT), None);
    }

    #[test]
    fn any_bytes_of_any_vr() {
        let bytes: alloc::vec::Vec<u8> = (0..=255).rev().chain(0..=255).collect();
        let (set, _) = CharacterSet::from_value(b"\\ISO 2022 IR 87");
        for vr in Vr::ALL {
            for cut in 0..bytes.len() {
                let _ = check(vr, Some(Multiplicity::ONE), &bytes[cut..], &set);
            }
        }
    }
}
