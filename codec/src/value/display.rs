//! A value as people read it, on one short line.

use alloc::string::String;
use core::fmt::Write;

use super::number::number_size;
use super::text::{is_single_valued, is_text, trim};
use crate::charset::CharacterSet;
use crate::vr::Vr;

/// Bytes of a binary value that are shown.
const HEX_BYTES: usize = 16;
/// Bytes that one character may take, escape sequences included: what is looked at of a long text.
const BYTES_PER_CHARACTER: usize = 12;

/// A value on one line of at most `max_chars` characters; what is cut ends in `…` and the bytes there are.
///
/// Values are joined by `\`, numbers are decimal, control characters show as their pictures (`␍␊`), OB OW UN as hexadecimal
/// bytes. Empty for SQ and for an empty value. The time taken is bounded by `max_chars`, not by the value's length.
#[must_use]
pub fn display(vr: Vr, bytes: &[u8], set: &CharacterSet, max_chars: usize) -> String {
    let mut out = Line {
        text: String::new(),
        room: max_chars,
        cut: false,
    };
    if is_text(vr) {
        text(vr, bytes, set, &mut out);
    } else if matches!(vr, Vr::OB | Vr::OW | Vr::UN) {
        hexadecimal(bytes, &mut out);
    } else if vr != Vr::SQ {
        numbers(vr, bytes, &mut out);
    }
    if out.cut {
        // Writing to a String cannot fail.
        let _ = write!(out.text, "… ({} bytes)", bytes.len());
    }
    out.text
}

/// A line that takes characters while there is room.
struct Line {
    text: String,
    room: usize,
    cut: bool,
}

impl Line {
    fn push(&mut self, c: char) {
        match self.room.checked_sub(1) {
            Some(room) if !self.cut => {
                self.room = room;
                self.text.push(c);
            }
            _ => self.cut = true,
        }
    }
}

impl Write for Line {
    /// Takes `text` whole or not at all, so that no number is cut in two.
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        if self.cut || text.len() > self.room {
            self.cut = true;
            return Err(core::fmt::Error);
        }
        self.room -= text.len();
        self.text.push_str(text);
        Ok(())
    }
}

fn text(vr: Vr, bytes: &[u8], set: &CharacterSet, out: &mut Line) {
    let most = out
        .room
        .saturating_mul(BYTES_PER_CHARACTER)
        .saturating_add(BYTES_PER_CHARACTER);
    let (seen, is_cut) = bytes
        .get(..most)
        .map_or((bytes, false), |seen| (seen, seen.len() < bytes.len()));
    let decoded = set.decode_value(vr, seen).text;
    if is_cut {
        decoded.chars().for_each(|c| out.push(picture(c)));
        out.cut = true;
    } else if is_single_valued(vr) {
        trim(vr, &decoded).chars().for_each(|c| out.push(picture(c)));
    } else {
        for (index, value) in trim(vr, &decoded).split('\\').enumerate() {
            if out.cut {
                return;
            }
            if index > 0 {
                out.push('\\');
            }
            trim(vr, value).chars().for_each(|c| out.push(picture(c)));
        }
    }
}

/// Control characters as the symbols that Unicode has for them.
fn picture(c: char) -> char {
    match c {
        '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        '\x7F' => '\u{2421}',
        '\u{80}'..='\u{9F}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

fn hexadecimal(bytes: &[u8], out: &mut Line) {
    for (index, byte) in bytes.iter().take(HEX_BYTES).enumerate() {
        let separator = if index > 0 { " " } else { "" };
        if write_whole(out, format_args!("{separator}{byte:02X}")).is_err() {
            return;
        }
    }
    out.cut |= bytes.len() > HEX_BYTES;
}

fn numbers(vr: Vr, bytes: &[u8], out: &mut Line) {
    let Some(numbers) = super::numbers(vr, bytes) else {
        return;
    };
    for (index, number) in numbers.enumerate() {
        let separator = if index > 0 { "\\" } else { "" };
        if write_whole(out, format_args!("{separator}{number}")).is_err() {
            return;
        }
    }
    // Bytes that make no whole number are not hidden.
    out.cut |= number_size(vr).is_some_and(|size| !bytes.len().is_multiple_of(size));
}

/// Writes all the pieces or none.
fn write_whole(out: &mut Line, pieces: core::fmt::Arguments<'_>) -> core::fmt::Result {
    let (length, room) = (out.text.len(), out.room);
    let written = out.write_fmt(pieces);
    if written.is_err() {
        out.text.truncate(length);
        out.room = room;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(vr: Vr, bytes: &[u8]) -> String {
        display(vr, bytes, &CharacterSet::DEFAULT, 20)
    }

    #[test]
    fn values_on_a_line() {
        for (vr, bytes, text) in [
            (Vr::CS, &b"ORIGINAL \\ PRIMARY "[..], "ORIGINAL\\PRIMARY"),
            (Vr::LT, b"a\r\nb\\ ", "a␍␊b\\"),
            (Vr::UI, b"1.2.3\0", "1.2.3"),
            (Vr::US, b"\x01\0\x02\0", "1\\2"),
            (Vr::AT, b"\x10\0\x20\0", "(0010,0020)"),
            (Vr::OB, b"\0\x01", "00 01"),
            (Vr::SQ, b"xx", ""),
            (Vr::LO, b"", ""),
            (Vr::LO, b"1234567890123456789012", "12345678901234567890… (22 bytes)"),
            (Vr::UL, b"\x01\0\0\0\x02", "1… (5 bytes)"),
        ] {
            assert_eq!(shown(vr, bytes), text, "{vr}");
        }
        assert_eq!(
            shown(Vr::FD, &[40.0_f64.to_le_bytes(), 0.1_f64.to_le_bytes()].concat()),
            "40\\0.1"
        );
        assert_eq!(shown(Vr::FL, &1.1_f32.to_le_bytes()), "1.1");
    }

    #[test]
    fn no_number_is_cut_in_two() {
        assert_eq!(shown(Vr::US, &[0xFF; 40]), "65535\\65535\\65535… (40 bytes)");
        assert_eq!(shown(Vr::OB, &[0xFF; 40]), "FF FF FF FF FF FF FF… (40 bytes)");
        let long = display(Vr::OB, &[0xFF; 40], &CharacterSet::DEFAULT, 200);
        assert_eq!(long.matches("FF").count(), HEX_BYTES);
    }

    #[test]
    fn a_long_text_is_read_only_so_far() {
        let (utf8, _) = CharacterSet::from_value(b"ISO_IR 192");
        let text = "é".repeat(1 << 20);
        let line = display(Vr::UT, text.as_bytes(), &utf8, 10);
        assert_eq!(line, "éééééééééé… (2097152 bytes)");
        let spaces = [b' '; 4096];
        assert_eq!(display(Vr::LO, &spaces, &utf8, 5), "     … (4096 bytes)");
    }

    #[test]
    fn any_bytes_fit_the_line() {
        let bytes: alloc::vec::Vec<u8> = (0..=255).collect();
        for vr in Vr::ALL {
            for max in 0..40 {
                let line = display(vr, &bytes, &CharacterSet::DEFAULT, max);
                assert!(
                    line.chars().count() <= max + "… (256 bytes)".chars().count(),
                    "{vr} {line}"
                );
            }
        }
    }
}
