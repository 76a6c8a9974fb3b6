//! Bytes to text: ISO 2022 code elements, their escapes and where they end (PS3.5 6.1.2).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::CharacterSet;
use super::multibyte::MultiByteSet;
use super::term::{Coding, Designation, G0, G1};
use crate::vr::Vr;

pub(super) const ESC: u8 = 0x1B;

/// The text of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, U+FFFD where bytes are no character of the set. Borrows the bytes where they are plain ASCII or valid UTF-8.
    pub text: Cow<'a, str>,
    /// The first thing that was wrong with the bytes.
    pub fault: Option<Fault>,
}

/// What is wrong with the bytes of a text, and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset in the value.
    pub offset: usize,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What can be wrong with the bytes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// No character of the set that is active there.
    Invalid,
    /// A byte over 7FH where only the default repertoire is declared; read as ISO 8859-1.
    NotDefault,
    /// ESC that starts no escape sequence of PS3.3 C.12.1.1.2.
    UnknownEscape,
    /// An escape sequence of a set that (0008,0005) does not name; obeyed all the same.
    UndeclaredEscape,
    /// A multi-byte set that the decoder in use does not know.
    NoDecoder,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::Invalid => "no character of the declared set",
            FaultKind::NotDefault => "a byte over 7FH, and no character set is declared for it",
            FaultKind::UnknownEscape => "an unknown escape sequence",
            FaultKind::UndeclaredEscape => "an escape to a character set that is not declared",
            FaultKind::NoDecoder => "a multi-byte character set without a decoder",
        };
        write!(f, "{what}, at byte {} of the value", self.offset)
    }
}

/// The characters after which the first character set is active again, besides CR LF FF TAB (PS3.5 6.1.2.5.3).
#[derive(Clone, Copy)]
pub(super) struct Delimiters {
    backslash: bool,
    name: bool,
}

impl Delimiters {
    pub(super) fn of(vr: Vr) -> Self {
        Self {
            backslash: !matches!(vr, Vr::ST | Vr::LT | Vr::UT | Vr::UR),
            name: vr == Vr::PN,
        }
    }

    pub(super) fn contains(self, b: u8) -> bool {
        match b {
            b'\r' | b'\n' | 0x0C | b'\t' => true,
            b'\\' => self.backslash,
            b'^' | b'=' => self.name,
            _ => false,
        }
    }
}

pub(super) fn decode<'a>(set: &CharacterSet, delimiters: Delimiters, bytes: &'a [u8]) -> Decoded<'a> {
    let coding = set.first().coding();
    if bytes.is_ascii() && (coding == Coding::Utf8 || !bytes.contains(&ESC)) {
        // All sets agree here; ESC in GBK and GB18030 falls through to their decoder, where it is a control character.
        if let Ok(text) = core::str::from_utf8(bytes) {
            return Decoded {
                text: Cow::Borrowed(text),
                fault: None,
            };
        }
    }
    match coding {
        Coding::Utf8 => decode_utf8(bytes),
        Coding::Whole(multi_byte) => decode_whole(set, multi_byte, bytes),
        Coding::Elements(..) => Elements::new(set, delimiters, bytes).run(),
    }
}

fn decode_utf8(bytes: &[u8]) -> Decoded<'_> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Decoded {
            text: Cow::Borrowed(text),
            fault: None,
        },
        Err(error) => Decoded {
            text: String::from_utf8_lossy(bytes),
            fault: Some(Fault {
                offset: error.valid_up_to(),
                kind: FaultKind::Invalid,
            }),
        },
    }
}

fn decode_whole<'a>(set: &CharacterSet, multi_byte: MultiByteSet, bytes: &'a [u8]) -> Decoded<'a> {
    let mut text = String::new();
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or_default();
    if !set.decoder.supports(multi_byte) {
        replace_unsupported(bytes, &mut text);
        return Decoded {
            text: text.into(),
            fault: Some(Fault {
                offset: first,
                kind: FaultKind::NoDecoder,
            }),
        };
    }
    let valid = set.decoder.decode(multi_byte, bytes, &mut text);
    let fault = (!valid).then_some(Fault {
        offset: first,
        kind: FaultKind::Invalid,
    });
    Decoded {
        text: text.into(),
        fault,
    }
}

/// ASCII as it stands, one U+FFFD for each pair that a lead byte over 80H starts.
fn replace_unsupported(bytes: &[u8], out: &mut String) {
    let mut bytes = bytes.iter();
    while let Some(&b) = bytes.next() {
        if b < 0x80 {
            out.push(char::from(b));
        } else {
            out.push(char::REPLACEMENT_CHARACTER);
            bytes.next();
        }
    }
}

/// The state of a reader of ISO 2022 code elements.
struct Elements<'s, 'a> {
    set: &'s CharacterSet,
    delimiters: Delimiters,
    bytes: &'a [u8],
    position: usize,
    g0: G0,
    g1: G1,
    out: String,
    fault: Option<Fault>,
    euc: Vec<u8>,
    run: String,
}

impl<'s, 'a> Elements<'s, 'a> {
    fn new(set: &'s CharacterSet, delimiters: Delimiters, bytes: &'a [u8]) -> Self {
        let (g0, g1) = set.initial();
        Self {
            set,
            delimiters,
            bytes,
            position: 0,
            g0,
            g1,
            out: String::with_capacity(bytes.len()),
            fault: None,
            euc: Vec::new(),
            run: String::new(),
        }
    }

    fn run(mut self) -> Decoded<'a> {
        while let Some(&b) = self.bytes.get(self.position) {
            match b {
                ESC => self.escape(),
                0x21..=0x7E if self.g0.is_double_byte() => self.double(0x21..=0x7E),
                0xA1..=0xFE if self.g1.multi_byte().is_some() => self.double(0xA1..=0xFE),
                0..=0x7F => {
                    self.out.push(char::from(b));
                    self.position += 1;
                    if self.delimiters.contains(b) {
                        (self.g0, self.g1) = self.set.initial();
                    }
                }
                0x80.. => self.right(b),
            }
        }
        Decoded {
            text: Cow::Owned(self.out),
            fault: self.fault,
        }
    }

    fn escape(&mut self) {
        let rest = self.bytes.get(self.position + 1..).unwrap_or_default();
        let Some((designation, length)) = Designation::parse(rest) else {
            self.fail(FaultKind::UnknownEscape);
            self.out.push(char::REPLACEMENT_CHARACTER);
            self.position += 1;
            return;
        };
        if !self.set.declares(designation) {
            self.fail(FaultKind::UndeclaredEscape);
        }
        match designation {
            Designation::G0(g0) => self.g0 = g0,
            Designation::G1(g1) => self.g1 = g1,
        }
        self.position += 1 + length;
    }

    /// A byte over 7FH under a single-byte set.
    fn right(&mut self, b: u8) {
        let c = match self.g1 {
            G1::None => {
                self.fail(FaultKind::NotDefault);
                char::from(b)
            }
            _ => right(self.g1, b).unwrap_or_else(|| {
                self.fail(FaultKind::Invalid);
                // C1 control characters are not allowed, but they are characters.
                if b < 0xA0 {
                    char::from(b)
                } else {
                    char::REPLACEMENT_CHARACTER
                }
            }),
        };
        self.out.push(c);
        self.position += 1;
    }

    /// The run of double-byte characters whose bytes both lie in `range`.
    fn double(&mut self, range: core::ops::RangeInclusive<u8>) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.euc.clear();
        let mut pairs = 0_usize;
        let in_g0 = *range.start() < 0x80;
        for pair in rest.chunks_exact(2) {
            let &[a, b] = pair else { break };
            if !range.contains(&a) || !range.contains(&b) {
                break;
            }
            if in_g0 && self.g0 == G0::Jis0212 {
                self.euc.push(0x8F);
            }
            self.euc.extend_from_slice(&[a | 0x80, b | 0x80]);
            pairs += 1;
        }
        if pairs == 0 {
            // The second byte is missing, or is none: the first one alone is lost.
            self.fail(FaultKind::Invalid);
            self.out.push(char::REPLACEMENT_CHARACTER);
            self.position += 1;
            return;
        }
        let multi_byte = if in_g0 {
            MultiByteSet::EucJp
        } else {
            self.g1.multi_byte().unwrap_or(MultiByteSet::EucKr)
        };
        if self.set.decoder.supports(multi_byte) {
            self.run.clear();
            if !self.set.decoder.decode(multi_byte, &self.euc, &mut self.run) {
                self.fail(FaultKind::Invalid);
            }
            let from = match (in_g0, self.g0, self.g1) {
                (true, G0::Jis0208, _) => JIS_0208,
                (false, _, G1::Gb2312) => GB_2312,
                _ => &[],
            };
            self.out.extend(self.run.chars().map(|c| {
                from.iter()
                    .find(|(theirs, _)| *theirs == c)
                    .map_or(c, |(_, ours)| *ours)
            }));
        } else {
            self.fail(FaultKind::NoDecoder);
            self.out
                .extend(core::iter::repeat_n(char::REPLACEMENT_CHARACTER, pairs));
        }
        self.position += 2 * pairs;
    }

    fn fail(&mut self, kind: FaultKind) {
        self.fault.get_or_insert(Fault {
            offset: self.position,
            kind,
        });
    }
}

/// Characters for which the WHATWG tables follow Microsoft's, and what JIS X 0208 calls them.
pub(super) const JIS_0208: &[(char, char)] = &[
    ('\u{FF5E}', '\u{301C}'),
    ('\u{2225}', '\u{2016}'),
    ('\u{FF0D}', '\u{2212}'),
    ('\u{FFE0}', '\u{00A2}'),
    ('\u{FFE1}', '\u{00A3}'),
    ('\u{FFE2}', '\u{00AC}'),
];
/// The same for GB 2312.
pub(super) const GB_2312: &[(char, char)] = &[('\u{00B7}', '\u{30FB}'), ('\u{2014}', '\u{2015}')];

/// The character of a byte over 7FH of a single-byte set.
pub(super) fn right(g1: G1, b: u8) -> Option<char> {
    match g1 {
        G1::Latin1 if b >= 0xA0 => Some(char::from(b)),
        G1::Katakana if (0xA1..=0xDF).contains(&b) => char::from_u32(0xFF61 + u32::from(b - 0xA1)),
        _ => {
            let code = *g1.right_half()?.get(usize::from(b.checked_sub(0xA0)?))?;
            if code == 0 {
                None
            } else {
                char::from_u32(u32::from(code))
            }
        }
    }
}
