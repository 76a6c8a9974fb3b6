//! Text values: where they are split, and which padding is no part of them.

use alloc::borrow::{Cow, ToOwned};
use core::str::Split;

use crate::charset::CharacterSet;
use crate::vr::Vr;

/// Whether values of a VR are text.
#[must_use]
pub const fn is_text(vr: Vr) -> bool {
    use Vr::{AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, ST, TM, UC, UI, UR, UT};
    matches!(
        vr,
        AE | AS | CS | DA | DS | DT | IS | LO | LT | PN | SH | ST | TM | UC | UI | UR | UT
    )
}

/// Whether an element of a VR holds one value at most, so that a backslash in it is text (PS3.5 6.4).
#[must_use]
pub const fn is_single_valued(vr: Vr) -> bool {
    use Vr::{LT, OB, OD, OF, OL, OV, OW, SQ, ST, UN, UR, UT};
    matches!(vr, LT | OB | OD | OF | OL | OV | OW | SQ | ST | UN | UR | UT)
}

/// The byte that pads a value to an even length (PS3.5 6.2): SPACE for text, NUL for UI and all that is no text.
#[must_use]
pub const fn pad(vr: Vr) -> u8 {
    if is_text(vr) && !matches!(vr, Vr::UI) { b' ' } else { 0 }
}

/// The values of a text element, split after decoding, without insignificant spaces and padding.
///
/// Leading spaces count in ST LT UT UC UR, trailing ones nowhere (PS3.5 6.2). NUL padding, which some devices use for
/// every VR, is taken off as well. An element without text has no values; an empty one among several is "". Plain ASCII
/// allocates nothing.
#[must_use]
pub fn strings<'a>(vr: Vr, bytes: &'a [u8], set: &CharacterSet) -> Strings<'a> {
    let whole = set.decode_value(vr, bytes).text;
    if trim(vr, &whole).is_empty() {
        return Strings { vr, rest: Rest::Done };
    }
    let rest = match whole {
        whole if is_single_valued(vr) => Rest::Single(whole),
        Cow::Borrowed(text) => Rest::Borrowed(text.split('\\')),
        Cow::Owned(text) => Rest::Owned { text, position: 0 },
    };
    Strings { vr, rest }
}

/// The iterator of [`strings`].
#[derive(Clone, Debug)]
pub struct Strings<'a> {
    vr: Vr,
    rest: Rest<'a>,
}

#[derive(Clone, Debug)]
enum Rest<'a> {
    Single(Cow<'a, str>),
    Borrowed(Split<'a, char>),
    Owned {
        text: alloc::string::String,
        position: usize,
    },
    Done,
}

impl<'a> Iterator for Strings<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.rest {
            Rest::Borrowed(split) => return split.next().map(|part| Cow::Borrowed(trim(self.vr, part))),
            Rest::Owned { text, position } => {
                if let Some(rest) = text.get(*position..) {
                    let part = rest.split('\\').next().unwrap_or(rest);
                    // Behind the last value the position lies beyond the text, which ends the iteration.
                    *position = position.saturating_add(part.len()).saturating_add(1);
                    return Some(Cow::Owned(trim(self.vr, part).to_owned()));
                }
            }
            Rest::Single(_) => {
                if let Rest::Single(text) = core::mem::replace(&mut self.rest, Rest::Done) {
                    return Some(trimmed(self.vr, text));
                }
            }
            Rest::Done => {}
        }
        None
    }
}

impl core::iter::FusedIterator for Strings<'_> {}

/// The whole text of an element, backslashes and all, without insignificant spaces and padding at its ends.
#[must_use]
pub fn text<'a>(vr: Vr, bytes: &'a [u8], set: &CharacterSet) -> Cow<'a, str> {
    trimmed(vr, set.decode_value(vr, bytes).text)
}

/// The first UID of an element; "" if there is none, or bytes that are no ASCII.
#[must_use]
pub fn uid(bytes: &[u8]) -> &str {
    uids(bytes).next().unwrap_or_default()
}

/// The UIDs of an element, without padding; none if the bytes are no ASCII.
pub fn uids(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let text = core::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.is_ascii())
        .unwrap_or_default();
    let text = trim(Vr::UI, text);
    (!text.is_empty())
        .then(|| text.split('\\').map(|uid| trim(Vr::UI, uid)))
        .into_iter()
        .flatten()
}

/// A text without what PS3.5 6.2 calls insignificant at its ends.
pub(super) fn trim(vr: Vr, text: &str) -> &str {
    // On bytes, which is several times faster than on characters: all padding is ASCII.
    let end = text
        .bytes()
        .rposition(|b| !matches!(b, b' ' | 0))
        .map_or(0, |last| last.saturating_add(1));
    let leading = |text: &str| text.bytes().take_while(|b| *b == b' ').count().min(end);
    let start = if is_leading_space_significant(vr) {
        0
    } else {
        leading(text)
    };
    text.get(start..end).unwrap_or_default()
}

const fn is_leading_space_significant(vr: Vr) -> bool {
    matches!(vr, Vr::ST | Vr::LT | Vr::UT | Vr::UC | Vr::UR)
}

fn trimmed(vr: Vr, text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(trim(vr, text)),
        Cow::Owned(text) => {
            let kept = trim(vr, &text);
            if kept.len() == text.len() {
                Cow::Owned(text)
            } else {
                Cow::Owned(kept.to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn all<'a>(vr: Vr, bytes: &'a [u8]) -> Vec<Cow<'a, str>> {
        strings(vr, bytes, &CharacterSet::DEFAULT).collect()
    }

    #[test]
    fn padding_by_vr() {
        assert_eq!(all(Vr::UI, b"1.2.840\0"), ["1.2.840"]);
        assert_eq!(all(Vr::LO, b"  a b  "), ["a b"]);
        assert_eq!(all(Vr::LT, b"  a b  "), ["  a b"]);
        assert_eq!(all(Vr::CS, b"YES\0"), ["YES"]);
        assert_eq!(all(Vr::DS, b" 1.5 \\ 2 "), ["1.5", "2"]);
        assert_eq!(
            [pad(Vr::UI), pad(Vr::LO), pad(Vr::UN), pad(Vr::OB), pad(Vr::UR)],
            [0, b' ', 0, 0, b' ']
        );
    }

    #[test]
    fn values_are_split_but_for_single_valued_vrs() {
        assert_eq!(all(Vr::LO, b"a\\\\b"), ["a", "", "b"]);
        assert_eq!(all(Vr::LO, b"\\"), ["", ""]);
        assert!(all(Vr::LO, b"").is_empty());
        assert!(all(Vr::LO, b"  ").is_empty());
        assert_eq!(all(Vr::UT, b"C:\\x "), ["C:\\x"]);
        assert_eq!(all(Vr::UR, b"http://a/\\b"), ["http://a/\\b"]);
    }

    #[test]
    fn splitting_follows_decoding() {
        let (latin, _) = CharacterSet::from_value(b"ISO_IR 100");
        let values: Vec<_> = strings(Vr::LO, b"\xE9\\b \\\xE8 ", &latin).collect();
        assert_eq!(values, ["é", "b", "è"]);
        assert_eq!(text(Vr::LO, b" \xE9\\b ", &latin), "é\\b");
    }

    #[cfg(feature = "encoding_rs")]
    #[test]
    fn a_trail_byte_5c_does_not_split() {
        let (gbk, _) = CharacterSet::from_value(b"GBK");
        let values: Vec<_> = strings(Vr::LO, b"\x81\x5C\\\x81\x5C", &gbk).collect();
        assert_eq!(values, ["乗", "乗"]);
    }

    #[test]
    fn ascii_is_borrowed() {
        let (japanese, _) = CharacterSet::from_value(b"\\ISO 2022 IR 87");
        assert!(strings(Vr::PN, b"Doe^J\\Roe ", &japanese).all(|s| matches!(s, Cow::Borrowed(_))));
        assert!(matches!(text(Vr::UT, b"x ", &japanese), Cow::Borrowed("x")));
    }

    #[test]
    fn uids_without_padding() {
        assert_eq!(uid(b"1.2.3\0"), "1.2.3");
        assert_eq!(uid(b"1.2.3 "), "1.2.3");
        assert_eq!(uid(b"\xFF"), "");
        assert_eq!(uids(b"1.2\\3.4\0").collect::<Vec<_>>(), ["1.2", "3.4"]);
        assert_eq!(uids(b"\0").count(), 0);
    }
}
