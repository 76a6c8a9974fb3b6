//! JSON tokens: strings, numbers and base64 (RFC 8259, RFC 4648 4).

use core::fmt::{self, Write};

use super::NonFinite;
use crate::tag::Tag;

/// A string in quotes. Only what must be escaped is.
pub(super) fn string(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    string_part(text, out)?;
    out.write_char('"')
}

/// The inside of a string.
fn string_part(text: &str, out: &mut impl Write) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.write_str(plain)?;
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.write_str("\\\"")?,
            Some('\\') => out.write_str("\\\\")?,
            Some('\n') => out.write_str("\\n")?,
            Some('\r') => out.write_str("\\r")?,
            Some('\t') => out.write_str("\\t")?,
            Some(c) => write!(out, "\\u{:04x}", u32::from(c))?,
            None => {}
        }
        rest = chars.as_str();
    }
    out.write_str(rest)
}

/// The eight digits of a tag.
pub(super) fn tag(tag: Tag, out: &mut impl Write) -> fmt::Result {
    // A third of the time of a data set of small elements went into the formatter here.
    let mut digits = [0; 8];
    for (place, digit) in digits.iter_mut().enumerate() {
        let nibble = (tag.0 >> (28 - 4 * place)) as u8 & 0xF;
        *digit = if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 };
    }
    out.write_str(core::str::from_utf8(&digits).unwrap_or_default())
}

/// A number with the fewest digits that give it back.
pub(super) fn float(number: f64, non_finite: NonFinite, out: &mut impl Write) -> fmt::Result {
    if number.is_finite() {
        return write!(out, "{number:?}");
    }
    let (bare, quoted) = match number {
        f64::INFINITY => ("Infinity", "\"inf\""),
        f64::NEG_INFINITY => ("-Infinity", "\"-inf\""),
        _ => ("NaN", "\"NaN\""),
    };
    out.write_str(if non_finite == NonFinite::Bare { bare } else { quoted })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes that are encoded at a time: a multiple of 3.
const BLOCK: usize = 768;

/// Base64 in quotes, padded.
pub(super) fn base64(bytes: &[u8], out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut buffer = [b'='; BLOCK / 3 * 4];
    for block in bytes.chunks(BLOCK) {
        let length = block.len().div_ceil(3) * 4;
        for (to, from) in buffer.chunks_exact_mut(4).zip(block.chunks(3)) {
            let (a, b, c) = match *from {
                [a, b, c] => (a, b, c),
                [a, b] => (a, b, 0),
                [a] => (a, 0, 0),
                _ => continue,
            };
            let bits = u32::from_be_bytes([0, a, b, c]);
            for (place, digit) in to.iter_mut().enumerate() {
                let index = (bits >> (18 - 6 * place)) as usize & 63;
                // Three bytes give four digits, two give three, one gives two.
                *digit = if place > from.len() {
                    b'='
                } else {
                    ALPHABET.get(index).copied().unwrap_or(b'=')
                };
            }
        }
        let text = buffer.get(..length).and_then(|text| core::str::from_utf8(text).ok());
        out.write_str(text.unwrap_or_default())?;
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn written(write: impl Fn(&mut String) -> fmt::Result) -> String {
        let mut out = String::new();
        write(&mut out).unwrap();
        out
    }

    #[test]
    fn strings_escape_what_they_must() {
        let text = written(|out| string("a\"b\\c\n\r\t\u{1}é/\u{7F}", out));
        assert_eq!(text, "\"a\\\"b\\\\c\\n\\r\\t\\u0001é/\u{7F}\"");
    }

    #[test]
    fn base64_of_every_remainder_and_across_blocks() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(written(|out| base64(bytes, out)), ["\"", text, "\""].concat());
        }
        let long = [0xFF; 2 * BLOCK + 1];
        let text = written(|out| base64(&long, out));
        assert_eq!(text.len(), 2 + (2 * BLOCK + 1_usize).div_ceil(3) * 4);
        assert_eq!(text.matches('/').count(), 2 * BLOCK / 3 * 4 + 1);
    }

    #[test]
    fn tags_are_eight_digits() {
        assert_eq!(written(|out| tag(Tag(0x0034_000A), out)), "0034000A");
        assert_eq!(written(|out| tag(Tag(0xFFFC_B9F0), out)), "FFFCB9F0");
    }

    #[test]
    fn floats_come_back() {
        for number in [0.0, -0.0, 40.0, 0.1, 1e22, 5e-324, f64::MAX, 1.100_000_023_841_858] {
            let text = written(|out| float(number, NonFinite::Bare, out));
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{text}");
        }
        assert_eq!(
            written(|out| float(f64::NEG_INFINITY, NonFinite::Bare, out)),
            "-Infinity"
        );
        assert_eq!(written(|out| float(f64::NAN, NonFinite::Quoted, out)), "\"NaN\"");
    }
}
