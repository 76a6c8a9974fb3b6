//! Values of the DICOM JSON model (PS3.18 F.2) to their bytes, without padding.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::{Tag, Vr, value};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::fault::{Fault, Result};
use crate::object::{get, is_none, kind};

/// Characters that a Decimal String may have (PS3.5 6.2).
const DECIMAL_STRING_LENGTH: usize = 16;

/// The bytes of an element of any VR but SQ. `charset` is in force there.
pub(crate) fn json(tag: Tag, vr: Vr, element: &JsValue, charset: &CharacterSet) -> Result<Vec<u8>> {
    let inline = get(element, "InlineBinary");
    if let Some(text) = inline.as_string() {
        return base64(&text).ok_or_else(|| Fault::value(tag, vr, "base64", kind(&inline)));
    }
    if !is_none(&get(element, "BulkDataURI")) {
        return Err(Fault::unsupported(format!("{tag} {vr}"), "BulkDataURI"));
    }
    let values = get(element, "Value");
    if is_none(&values) {
        return Ok(Vec::new());
    }
    if !Array::is_array(&values) {
        return Err(Fault::value(tag, vr, "an array as Value", kind(&values)));
    }
    let values: Array = values.unchecked_into();
    let cell = Cell { tag, vr };
    if value::number_size(vr).is_some() && !matches!(vr, Vr::OB | Vr::OW | Vr::OF | Vr::OD | Vr::OL | Vr::OV) {
        let mut out = Vec::new();
        for value in values.iter() {
            cell.number(&value, &mut out)?;
        }
        return Ok(out);
    }
    if !value::is_text(vr) {
        return Err(Fault::value(tag, vr, "InlineBinary", "Value"));
    }
    if value::is_single_valued(vr) && values.length() > 1 {
        return Err(Fault::value(tag, vr, "one value", values.length().to_string()));
    }
    let texts = values
        .iter()
        .map(|value| cell.text(&value))
        .collect::<Result<Vec<_>>>()?;
    let text = texts.join("\\");
    charset
        .encode_value(vr, &text)
        .map_err(|error| Fault::value(tag, vr, &format!("characters of {charset}"), error.to_string()))
}

/// Whose values are read.
struct Cell {
    tag: Tag,
    vr: Vr,
}

impl Cell {
    fn wrong(&self, expected: &str, found: &JsValue) -> Fault {
        Fault::value(self.tag, self.vr, expected, kind(found))
    }

    fn text(&self, value: &JsValue) -> Result<String> {
        if value.is_null() {
            return Ok(String::new());
        }
        let text = match (self.vr, value.as_string(), value.as_f64()) {
            (Vr::PN, _, _) => self.name(value)?,
            (_, Some(text), _) => text,
            (Vr::DS, None, Some(number)) if number.is_finite() => decimal_string(number),
            (Vr::IS, None, Some(number)) if number.trunc() == number && number.abs() < 1e18 => {
                (number as i64).to_string()
            }
            (Vr::DS | Vr::IS, _, _) => return Err(self.wrong("a number or its text", value)),
            _ => return Err(self.wrong("a string", value)),
        };
        if text.contains('\\') && !value::is_single_valued(self.vr) {
            return Err(self.wrong("no backslash, which separates values", value));
        }
        Ok(text)
    }

    /// A Person Name of its component groups.
    fn name(&self, value: &JsValue) -> Result<String> {
        if !value.is_object() {
            return Err(self.wrong("an object with Alphabetic, Ideographic or Phonetic", value));
        }
        let mut groups = Vec::new();
        for key in ["Alphabetic", "Ideographic", "Phonetic"] {
            let group = get(value, key);
            match group.as_string() {
                Some(text) => groups.push(text),
                None if is_none(&group) => groups.push(String::new()),
                None => return Err(self.wrong("a string as component group", &group)),
            }
        }
        Ok(groups.join("=").trim_end_matches('=').to_owned())
    }

    fn number(&self, value: &JsValue, out: &mut Vec<u8>) -> Result<()> {
        macro_rules! integer {
            ($type:ty) => {{
                let number = <$type>::try_from(self.integer(value)?);
                let number = number.map_err(|_| self.wrong("a number that the VR can hold", value))?;
                out.extend_from_slice(&number.to_le_bytes());
            }};
        }
        match self.vr {
            Vr::US => integer!(u16),
            Vr::SS => integer!(i16),
            Vr::UL => integer!(u32),
            Vr::SL => integer!(i32),
            Vr::UV => integer!(u64),
            Vr::SV => integer!(i64),
            Vr::FL => out.extend_from_slice(&(self.float(value)? as f32).to_le_bytes()),
            Vr::FD => out.extend_from_slice(&self.float(value)?.to_le_bytes()),
            Vr::AT => {
                let tag = value.as_string().and_then(|text| Tag::from_hex(&text));
                let tag = tag.ok_or_else(|| self.wrong("a tag of 8 hexadecimal digits", value))?;
                out.extend_from_slice(&tag.group().to_le_bytes());
                out.extend_from_slice(&tag.element().to_le_bytes());
            }
            _ => return Err(self.wrong("InlineBinary", value)),
        }
        Ok(())
    }

    fn integer(&self, value: &JsValue) -> Result<i128> {
        let number = match (value.as_f64(), value.as_string()) {
            (Some(number), _) if number.trunc() == number && number.abs() < 2e19 => Some(number as i128),
            (None, Some(text)) => text.parse().ok(),
            (None, None) => i128::try_from(value.clone()).ok(),
            _ => None,
        };
        number.ok_or_else(|| self.wrong("an integer", value))
    }

    fn float(&self, value: &JsValue) -> Result<f64> {
        match (value.as_f64(), value.as_string().as_deref()) {
            (Some(number), _) => Ok(number),
            (None, Some("NaN")) => Ok(f64::NAN),
            (None, Some("inf" | "Infinity")) => Ok(f64::INFINITY),
            (None, Some("-inf" | "-Infinity")) => Ok(f64::NEG_INFINITY),
            _ => Err(self.wrong("a number", value)),
        }
    }
}

/// A number as Decimal String: the shortest form that reads back the same, else as many digits as 16 characters hold.
fn decimal_string(number: f64) -> String {
    // The greatest numbers must not be rounded up to infinity.
    let fits = |text: &String| text.len() <= DECIMAL_STRING_LENGTH && text.parse().is_ok_and(f64::is_finite);
    let shortest = [number.to_string(), format!("{number:e}")].into_iter().find(fits);
    let digits = (0..DECIMAL_STRING_LENGTH).rev();
    // One digit always fits: "-1e-308".
    let rounded = || digits.map(|digits| format!("{number:.digits$e}")).find(fits);
    shortest.or_else(rounded).unwrap_or_default()
}

/// The bytes of base64 with its padding (RFC 4648 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let body = digits
        .strip_suffix(b"==")
        .or_else(|| digits.strip_suffix(b"="))
        .unwrap_or(digits);
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in body {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    // What is left over of the last digit must be nothing.
    (bits == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_strings_are_short() {
        for (number, text) in [
            (1.5, "1.5"),
            (-2000.0, "-2000"),
            (0.0, "0"),
            (1e300, "1e300"),
            (-5e-324, "-5e-324"),
            (12_345_678_901_234_567_890.0, "1.23456789012e19"),
            (-1.234_567_890_123_456_7e-300, "-1.23456789e-300"),
        ] {
            assert_eq!(decimal_string(number), text);
        }
        for number in [
            1.0 / 3.0,
            -1.0 / 3.0,
            16.683_333_333_333_334,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
        ] {
            let text = decimal_string(number);
            let back: f64 = text.parse().unwrap();
            assert!(text.len() <= DECIMAL_STRING_LENGTH, "{text}");
            assert!((back / number - 1.0).abs() < 1e-5, "{text}");
        }
    }

    #[test]
    fn base64_goes_both_ways() {
        assert_eq!(base64("AAE="), Some(vec![0, 1]));
        assert_eq!(base64("/+8A"), Some(vec![255, 239, 0]));
        assert_eq!(base64("QQ=="), Some(vec![0x41]));
        assert_eq!(base64(""), Some(vec![]));
        for wrong in ["A", "AAE", "A*E=", "QR==", "=AAA"] {
            assert_eq!(base64(wrong), None, "{wrong}");
        }
    }
}
