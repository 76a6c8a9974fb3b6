//! The defined terms of Specific Character Set and what each designates (PS3.3 C.12.1.1.2).

use core::fmt;

use super::multibyte::MultiByteSet;
use super::tables::{self, RightHalf};

/// One defined term of Specific Character Set (0008,0005), PS3.3 Tables C.12-2 to C.12-5.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term(u8);

/// What may stand in G0, bytes 21-7E.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum G0 {
    Ascii,
    JisRoman,
    Jis0208,
    Jis0212,
}

/// What may stand in G1, bytes A0-FF.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum G1 {
    None,
    Latin1,
    Latin2,
    Latin3,
    Latin4,
    Cyrillic,
    Arabic,
    Greek,
    Hebrew,
    Latin5,
    Latin9,
    Thai,
    Katakana,
    Ksx1001,
    Gb2312,
}

/// How the bytes under a term are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    /// ISO 2022 code elements; `None` where the term designates nothing.
    Elements(Option<G0>, Option<G1>),
    /// UTF-8.
    Utf8,
    /// GBK or GB18030, whole.
    Whole(MultiByteSet),
}

struct Row {
    text: &'static str,
    name: &'static str,
    coding: Coding,
}

const fn single(text: &'static str, name: &'static str, g1: G1) -> Row {
    let coding = match g1 {
        G1::Katakana => Coding::Elements(Some(G0::JisRoman), Some(g1)),
        G1::None => Coding::Elements(Some(G0::Ascii), None),
        _ => Coding::Elements(Some(G0::Ascii), Some(g1)),
    };
    Row { text, name, coding }
}

const fn multi(text: &'static str, name: &'static str, coding: Coding) -> Row {
    Row { text, name, coding }
}

static TERMS: [Row; 33] = [
    single("ISO_IR 6", "Default repertoire", G1::None),
    single("ISO_IR 100", "Latin alphabet No. 1", G1::Latin1),
    single("ISO_IR 101", "Latin alphabet No. 2", G1::Latin2),
    single("ISO_IR 109", "Latin alphabet No. 3", G1::Latin3),
    single("ISO_IR 110", "Latin alphabet No. 4", G1::Latin4),
    single("ISO_IR 144", "Cyrillic", G1::Cyrillic),
    single("ISO_IR 127", "Arabic", G1::Arabic),
    single("ISO_IR 126", "Greek", G1::Greek),
    single("ISO_IR 138", "Hebrew", G1::Hebrew),
    single("ISO_IR 148", "Latin alphabet No. 5", G1::Latin5),
    single("ISO_IR 203", "Latin alphabet No. 9", G1::Latin9),
    single("ISO_IR 13", "Japanese, JIS X 0201", G1::Katakana),
    single("ISO_IR 166", "Thai", G1::Thai),
    single("ISO 2022 IR 6", "Default repertoire", G1::None),
    single("ISO 2022 IR 100", "Latin alphabet No. 1", G1::Latin1),
    single("ISO 2022 IR 101", "Latin alphabet No. 2", G1::Latin2),
    single("ISO 2022 IR 109", "Latin alphabet No. 3", G1::Latin3),
    single("ISO 2022 IR 110", "Latin alphabet No. 4", G1::Latin4),
    single("ISO 2022 IR 144", "Cyrillic", G1::Cyrillic),
    single("ISO 2022 IR 127", "Arabic", G1::Arabic),
    single("ISO 2022 IR 126", "Greek", G1::Greek),
    single("ISO 2022 IR 138", "Hebrew", G1::Hebrew),
    single("ISO 2022 IR 148", "Latin alphabet No. 5", G1::Latin5),
    single("ISO 2022 IR 203", "Latin alphabet No. 9", G1::Latin9),
    single("ISO 2022 IR 13", "Japanese, JIS X 0201", G1::Katakana),
    single("ISO 2022 IR 166", "Thai", G1::Thai),
    multi(
        "ISO 2022 IR 87",
        "Japanese, JIS X 0208",
        Coding::Elements(Some(G0::Jis0208), None),
    ),
    multi(
        "ISO 2022 IR 159",
        "Japanese, JIS X 0212",
        Coding::Elements(Some(G0::Jis0212), None),
    ),
    multi(
        "ISO 2022 IR 149",
        "Korean, KS X 1001",
        Coding::Elements(None, Some(G1::Ksx1001)),
    ),
    multi(
        "ISO 2022 IR 58",
        "Simplified Chinese, GB 2312",
        Coding::Elements(None, Some(G1::Gb2312)),
    ),
    multi("ISO_IR 192", "Unicode in UTF-8", Coding::Utf8),
    multi("GB18030", "Chinese, GB 18030", Coding::Whole(MultiByteSet::Gb18030)),
    multi("GBK", "Simplified Chinese, GBK", Coding::Whole(MultiByteSet::Gbk)),
];

/// Spellings that senders use for a term; the flag says whether readers commonly treat it as correct.
static ALIASES: [(&str, &str, bool); 10] = [
    ("ISO 2022 GBK", "GBK", true),
    ("ISO 2022 58", "ISO 2022 IR 58", true),
    ("UTF-8", "ISO_IR 192", false),
    ("ISO 2022 IR 192", "ISO_IR 192", false),
    ("ISO 8859-1", "ISO_IR 100", false),
    ("GB2312", "GBK", false),
    ("ISO_IR 58", "ISO 2022 IR 58", false),
    ("ISO_IR 87", "ISO 2022 IR 87", false),
    ("ISO_IR 149", "ISO 2022 IR 149", false),
    ("ISO_IR 159", "ISO 2022 IR 159", false),
];

impl Term {
    /// Every defined term, and ISO_IR 6, which stands for the default repertoire.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..TERMS.len() as u8).map(Self)
    }

    /// The term as (0008,0005) spells it: `ISO 2022 IR 87`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().text
    }

    /// What it stands for, for people: `Japanese, JIS X 0208`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether it allows code extensions: escape sequences of ISO 2022, and further terms beside it (PS3.3 C.12.1.1.2).
    #[must_use]
    pub fn has_code_extensions(self) -> bool {
        self.as_str().starts_with("ISO 2022")
    }

    /// ISO_IR 6.
    pub(super) const DEFAULT: Self = Self(0);
    /// ISO 2022 IR 6, what an empty first value stands for.
    pub(super) const EXTENDED_DEFAULT: Self = Self(13);
    /// How many there are.
    pub(super) const COUNT: usize = TERMS.len();

    pub(super) fn coding(self) -> Coding {
        self.row().coding
    }

    /// The term of trimmed bytes, and whether they spell it as they should.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, bool)> {
        let find = |same: &dyn Fn(&str) -> bool| Self::all().find(|term| same(term.as_str()));
        if let Some(term) = find(&|text| text.as_bytes() == bytes) {
            return Some((term, true));
        }
        if let Some((alias, text, correct)) = ALIASES.iter().find(|(alias, ..)| alike(bytes, alias)) {
            return find(&|t| t == *text).map(|term| (term, *correct && alias.as_bytes() == bytes));
        }
        find(&|text| alike(bytes, text)).map(|term| (term, false))
    }

    fn row(self) -> &'static Row {
        TERMS.get(usize::from(self.0)).unwrap_or(&TERMS[0])
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl G0 {
    /// The escape sequence that designates it, without ESC (PS3.3 Tables C.12-3 and C.12-4).
    pub(super) const fn escape(self) -> &'static [u8] {
        match self {
            Self::Ascii => b"(B",
            Self::JisRoman => b"(J",
            Self::Jis0208 => b"$B",
            Self::Jis0212 => b"$(D",
        }
    }

    pub(super) const fn is_double_byte(self) -> bool {
        matches!(self, Self::Jis0208 | Self::Jis0212)
    }
}

impl G1 {
    /// The escape sequence that designates it, without ESC; empty for none.
    pub(super) const fn escape(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Latin1 => b"-A",
            Self::Latin2 => b"-B",
            Self::Latin3 => b"-C",
            Self::Latin4 => b"-D",
            Self::Cyrillic => b"-L",
            Self::Arabic => b"-G",
            Self::Greek => b"-F",
            Self::Hebrew => b"-H",
            Self::Latin5 => b"-M",
            Self::Latin9 => b"-b",
            Self::Thai => b"-T",
            Self::Katakana => b")I",
            Self::Ksx1001 => b"$)C",
            Self::Gb2312 => b"$)A",
        }
    }

    /// The table of a single-byte set that has one.
    pub(super) const fn right_half(self) -> Option<&'static RightHalf> {
        Some(match self {
            Self::Latin2 => &tables::LATIN_2,
            Self::Latin3 => &tables::LATIN_3,
            Self::Latin4 => &tables::LATIN_4,
            Self::Cyrillic => &tables::CYRILLIC,
            Self::Arabic => &tables::ARABIC,
            Self::Greek => &tables::GREEK,
            Self::Hebrew => &tables::HEBREW,
            Self::Latin5 => &tables::LATIN_5,
            Self::Latin9 => &tables::LATIN_9,
            Self::Thai => &tables::THAI,
            Self::None | Self::Latin1 | Self::Katakana | Self::Ksx1001 | Self::Gb2312 => return None,
        })
    }

    /// The set of a double-byte one, in EUC form.
    pub(super) const fn multi_byte(self) -> Option<MultiByteSet> {
        match self {
            Self::Ksx1001 => Some(MultiByteSet::EucKr),
            Self::Gb2312 => Some(MultiByteSet::Gbk),
            _ => None,
        }
    }
}

/// A code element that an escape sequence designates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Designation {
    G0(G0),
    G1(G1),
}

impl Designation {
    /// The designation at the start of `bytes`, which follow ESC, and how many bytes it takes.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let designation = match bytes {
            [b'(', b'B', ..] => Self::G0(G0::Ascii),
            [b'(', b'J', ..] => Self::G0(G0::JisRoman),
            // JIS C 6226-1978, which old Japanese devices send for the 1983 edition.
            [b'$', b'B' | b'@', ..] => Self::G0(G0::Jis0208),
            [b'$', b'(', b'D', ..] => return Some((Self::G0(G0::Jis0212), 3)),
            [b'$', b')', b'C', ..] => return Some((Self::G1(G1::Ksx1001), 3)),
            [b'$', b')', b'A', ..] => return Some((Self::G1(G1::Gb2312), 3)),
            [b')', b'I', ..] => Self::G1(G1::Katakana),
            [b'-', set, ..] => Self::G1(match set {
                b'A' => G1::Latin1,
                b'B' => G1::Latin2,
                b'C' => G1::Latin3,
                b'D' => G1::Latin4,
                b'L' => G1::Cyrillic,
                b'G' => G1::Arabic,
                b'F' => G1::Greek,
                b'H' => G1::Hebrew,
                b'M' => G1::Latin5,
                b'b' => G1::Latin9,
                b'T' => G1::Thai,
                _ => return None,
            }),
            _ => return None,
        };
        Some((designation, 2))
    }
}

/// Whether two spellings have the same letters and digits.
fn alike(bytes: &[u8], text: &str) -> bool {
    let letters = |b: &u8| b.is_ascii_alphanumeric();
    let spelt = bytes.iter().filter(|b| letters(b)).map(u8::to_ascii_uppercase);
    spelt.eq(text.bytes().filter(letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_found_by_its_own_spelling() {
        for term in Term::all() {
            assert_eq!(Term::parse(term.as_str().as_bytes()), Some((term, true)), "{term}");
        }
        assert_eq!(Term::DEFAULT.as_str(), "ISO_IR 6");
        assert_eq!(Term::EXTENDED_DEFAULT.as_str(), "ISO 2022 IR 6");
    }

    #[test]
    fn common_misspellings_are_understood_and_told() {
        for (spelt, meant) in [
            ("ISO IR 100", "ISO_IR 100"),
            ("iso-ir-192", "ISO_IR 192"),
            ("ISO2022IR87", "ISO 2022 IR 87"),
            ("utf8", "ISO_IR 192"),
        ] {
            let (term, correct) = Term::parse(spelt.as_bytes()).unwrap();
            assert_eq!((term.as_str(), correct), (meant, false), "{spelt}");
        }
        assert_eq!(Term::parse(b"ISO_IR 9999"), None);
        assert_eq!(Term::parse(b""), None);
    }

    #[test]
    fn escapes_name_what_they_designate() {
        for term in Term::all() {
            if let Coding::Elements(g0, g1) = term.coding() {
                if let Some(g0) = g0 {
                    assert_eq!(
                        Designation::parse(g0.escape()),
                        Some((Designation::G0(g0), g0.escape().len()))
                    );
                }
                if let Some(g1) = g1 {
                    assert_eq!(
                        Designation::parse(g1.escape()),
                        Some((Designation::G1(g1), g1.escape().len()))
                    );
                }
            }
        }
    }
}
