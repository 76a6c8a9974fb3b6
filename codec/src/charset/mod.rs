//! Specific Character Set (0008,0005): bytes to text and back, for every defined term of PS3.3 C.12.1.1.2.
//!
//! ```
//! use dicom_rtv::charset::CharacterSet;
//!
//! let (set, problem) = CharacterSet::from_value(b"ISO_IR 100");
//! assert_eq!(problem, None);
//! assert_eq!(set.decode(b"Buc^J\xE9r\xF4me"), "Buc^Jérôme");
//! assert_eq!(set.encode("Jérôme").unwrap(), b"J\xE9r\xF4me");
//! ```
//!
//! Single-byte sets and UTF-8 are always there. The multi-byte sets come from `encoding_rs` (feature of that name, on by
//! default) or from a [`MultiByteDecoder`] of the caller.

mod decode;
mod encode;
mod multibyte;
mod tables;
mod term;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

pub use decode::{Decoded, Fault, FaultKind};
pub use multibyte::{MultiByteDecoder, MultiByteSet};
pub use term::Term;

use crate::error::{Error, Found, Result};
use crate::vr::Vr;
use decode::Delimiters;
use multibyte::BuiltIn;
use term::{Coding, G0, G1};

/// What (0008,0005) declares, and the decoder that reads its multi-byte sets. Small and `Copy`.
#[derive(Clone, Copy)]
pub struct CharacterSet {
    terms: [Term; Term::COUNT],
    count: u8,
    decoder: &'static dyn MultiByteDecoder,
}

impl CharacterSet {
    /// The default repertoire, ISO_IR 6: what holds where (0008,0005) is absent or empty.
    pub const DEFAULT: Self = Self {
        terms: [Term::DEFAULT; Term::COUNT],
        count: 1,
        decoder: &BuiltIn,
    };

    /// The character set of a value of (0008,0005), and the first thing that is wrong with the value.
    ///
    /// Never fails: an unknown term is left out, a misspelt one is taken as it was meant, and both are told. The offset of
    /// the error is that of the term in `value`.
    #[must_use]
    pub fn from_value(value: &[u8]) -> (Self, Option<Error>) {
        Self::DEFAULT.with_value(value)
    }

    /// The same, with the decoder of `self`: for a data set or Item that brings its own (0008,0005).
    #[must_use]
    pub fn with_value(self, value: &[u8]) -> (Self, Option<Error>) {
        let mut set = Self {
            decoder: self.decoder,
            count: 0,
            ..Self::DEFAULT
        };
        let mut problem = None;
        let mut offset = 0_usize;
        let several = value.contains(&b'\\');
        for (index, part) in value.split(|b| *b == b'\\').enumerate() {
            let error = set.add(index, several, trim(part));
            if let Some((expected, found)) = error {
                problem.get_or_insert(Error::invalid("Specific Character Set", offset as u64, expected, found));
            }
            offset = offset.saturating_add(part.len()).saturating_add(1);
        }
        set.count = set.count.max(1);
        (set, problem)
    }

    /// The same terms, with another decoder of multi-byte sets.
    #[must_use]
    pub const fn with_decoder(mut self, decoder: &'static dyn MultiByteDecoder) -> Self {
        self.decoder = decoder;
        self
    }

    /// The terms in their order, ISO_IR 6 if there is none.
    pub fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        self.terms.iter().take(usize::from(self.count)).copied()
    }

    /// The text of bytes of a Value Representation that may have several values, such as LO: see
    /// [`decode_value`](Self::decode_value), which also says what was wrong.
    #[must_use]
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        self.decode_value(Vr::LO, bytes).text
    }

    /// The text of the bytes of a whole value, with the backslashes between several values, and the padding.
    ///
    /// Where `vr` is not [affected](is_affected) by (0008,0005), the default repertoire holds. Escape sequences are obeyed;
    /// the first set is active again after CR LF FF TAB, after `\` where it separates values, and after `^` and `=` of a
    /// Person Name (PS3.5 6.1.2.5.3). In ISO_IR 13 bytes 5C and 7E are read as `\` and `~`, as every reader does, not as
    /// `¥` and `‾`. Takes time linear in the bytes; plain ASCII and valid UTF-8 are borrowed.
    #[must_use]
    pub fn decode_value<'a>(&self, vr: Vr, bytes: &'a [u8]) -> Decoded<'a> {
        let delimiters = Delimiters::of(vr);
        if is_affected(vr) {
            decode::decode(self, delimiters, bytes)
        } else {
            decode::decode(&Self::DEFAULT, delimiters, bytes)
        }
    }

    /// The bytes of a text of a Value Representation that may have several values: see [`encode_value`](Self::encode_value).
    ///
    /// # Errors
    /// As [`encode_value`](Self::encode_value).
    pub fn encode(&self, text: &str) -> Result<Vec<u8>> {
        self.encode_value(Vr::LO, text)
    }

    /// The bytes of the text of a whole value, without padding, with escape sequences where the terms allow them.
    ///
    /// # Errors
    /// Invalid, if a character is in none of the sets; unsupported, if it may be in one for which there is no encoder. The
    /// offset is that of the character in `text`, in bytes.
    pub fn encode_value(&self, vr: Vr, text: &str) -> Result<Vec<u8>> {
        let delimiters = Delimiters::of(vr);
        if is_affected(vr) {
            encode::encode(self, delimiters, text)
        } else {
            encode::encode(&Self::DEFAULT, delimiters, text)
        }
    }

    /// Adds the term of one value; answers what is wrong with it.
    fn add(&mut self, index: usize, several: bool, value: &[u8]) -> Option<(&'static str, Found)> {
        if value.is_empty() {
            if index == 0 && several {
                self.push(Term::EXTENDED_DEFAULT);
            }
            return None;
        }
        let Some((term, correct)) = Term::parse(value) else {
            let mut found = [0; 4];
            found.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
            if index == 0 && several {
                self.push(Term::EXTENDED_DEFAULT);
            }
            return Some(("a defined term of PS3.3 C.12.1.1.2", Found::Bytes(found)));
        };
        let stands_alone = |term: Term| !matches!(term.coding(), Coding::Elements(..));
        if index > 0 && (stands_alone(term) || self.terms().any(stands_alone)) {
            return Some((
                "a single value",
                Found::Text("a term without code extensions among several values"),
            ));
        }
        self.push(term);
        if !correct {
            return Some((
                "a defined term of PS3.3 C.12.1.1.2",
                Found::Text("another spelling of one"),
            ));
        }
        if several && !stands_alone(term) && !term.has_code_extensions() {
            return Some(("terms with code extensions (ISO 2022)", Found::Text(term.as_str())));
        }
        None
    }

    fn push(&mut self, term: Term) {
        if self.terms().any(|t| t == term) {
            return;
        }
        if let Some(slot) = self.terms.get_mut(usize::from(self.count)) {
            *slot = term;
            self.count += 1;
        }
    }

    fn first(&self) -> Term {
        let [first, ..] = self.terms;
        first
    }

    /// The code elements that are active at the start of a value.
    fn initial(&self) -> (G0, G1) {
        match self.first().coding() {
            // The first term must be a single-byte one (PS3.3 C.12.1.1.2); where it is not, ASCII stays in G0.
            Coding::Elements(g0, g1) => (
                g0.filter(|g0| !g0.is_double_byte()).unwrap_or(G0::Ascii),
                g1.unwrap_or(G1::None),
            ),
            Coding::Utf8 | Coding::Whole(_) => (G0::Ascii, G1::None),
        }
    }
}

/// Whether (0008,0005) governs the text of a Value Representation: SH LO ST LT PN UC UT (PS3.5 6.1.2.3).
#[must_use]
pub const fn is_affected(vr: Vr) -> bool {
    matches!(vr, Vr::SH | Vr::LO | Vr::ST | Vr::LT | Vr::PN | Vr::UC | Vr::UT)
}

impl Default for CharacterSet {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl PartialEq for CharacterSet {
    /// By terms; the decoder does not count.
    fn eq(&self, other: &Self) -> bool {
        self.terms().eq(other.terms())
    }
}

impl Eq for CharacterSet {}

impl fmt::Debug for CharacterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for CharacterSet {
    /// The terms, as (0008,0005) lists them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms().enumerate() {
            if index > 0 {
                f.write_str("\\")?;
            }
            f.write_str(term.as_str())?;
        }
        Ok(())
    }
}

fn trim(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    let end = value
        .iter()
        .rposition(|b| !matches!(b, 0 | b' '))
        .map_or(0, |last| last + 1);
    value.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
