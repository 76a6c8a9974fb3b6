//! The DICOM JSON model as a value of JavaScript.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::Element;
use dicom_rtv::json::{self, NonFinite};
use js_sys::JSON;
use wasm_bindgen::JsValue;

use crate::fault::{Fault, Result};

/// Above this a number of JavaScript is no longer exact.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The elements of one level and all below them. `charset` is in force on that level.
pub(crate) fn of<'d, 'a: 'd>(
    elements: impl IntoIterator<Item = Element<'d, 'a>>,
    charset: CharacterSet,
) -> Result<JsValue> {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = json::write_elements(elements, charset, NonFinite::Quoted, &mut text);
    JSON::parse(&quote_large(text)).map_err(|_| Fault::unsupported("DICOM JSON", "text that is no JSON"))
}

/// Puts quotes around integers that a number of JavaScript cannot hold, as PS3.18 F.2.2 allows for IS, SV and UV.
fn quote_large(text: String) -> String {
    let mut out = String::new();
    let mut copied = 0;
    let mut rest = Tokens { text: &text, at: 0 };
    while let Some((start, number)) = rest.next_number() {
        let digits = number.trim_start_matches('-');
        let is_large = digits.bytes().all(|b| b.is_ascii_digit())
            && digits.parse().map_or(true, |value: u64| value > MAX_SAFE_INTEGER);
        if is_large {
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push('"');
            out.push_str(number);
            out.push('"');
            copied = start + number.len();
        }
    }
    if copied == 0 {
        return text;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    /// The next number outside of strings, and where it starts.
    fn next_number(&mut self) -> Option<(usize, &'t str)> {
        let bytes = self.text.as_bytes();
        let mut in_string = false;
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\\' if in_string => self.at += 1,
                b'"' => in_string = !in_string,
                b'-' | b'0'..=b'9' if !in_string => {
                    let start = self.at;
                    let is_part = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E');
                    self.at += bytes.get(start..)?.iter().take_while(|b| is_part(b)).count();
                    return Some((start, self.text.get(start..self.at)?));
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::quote_large;

    #[test]
    fn large_integers_alone_get_quotes() {
        for (text, expected) in [
            (
                "[9007199254740991, -9007199254740991]",
                "[9007199254740991, -9007199254740991]",
            ),
            ("[9007199254740992]", "[\"9007199254740992\"]"),
            ("[-9223372036854775808, 1]", "[\"-9223372036854775808\", 1]"),
            ("[100000000000000000000]", "[\"100000000000000000000\"]"),
            ("[12345678901234567890.0, 1e+22]", "[12345678901234567890.0, 1e+22]"),
            (
                "[\"a\\\"99999999999999999999\", \"é\"]",
                "[\"a\\\"99999999999999999999\", \"é\"]",
            ),
            ("", ""),
        ] {
            assert_eq!(quote_large(text.to_owned()), expected);
        }
    }
}
