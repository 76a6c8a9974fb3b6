//! Text to bytes: the code elements in use, and the escapes between them (PS3.5 6.1.2.5).

use alloc::string::String;
use alloc::vec::Vec;

use super::CharacterSet;
use super::decode::{Delimiters, ESC, GB_2312, JIS_0208, right};
use super::multibyte::MultiByteSet;
use super::term::{Coding, Designation, G0, G1, Term};
use crate::error::{Error, Found, Result};

const WHAT: &str = "text";

pub(super) fn encode(set: &CharacterSet, delimiters: Delimiters, text: &str) -> Result<Vec<u8>> {
    let coding = set.first().coding();
    if coding == Coding::Utf8 || (text.is_ascii() && !text.as_bytes().contains(&ESC)) {
        return Ok(text.as_bytes().into());
    }
    match coding {
        Coding::Whole(multi_byte) => encode_whole(set, multi_byte, text),
        Coding::Utf8 | Coding::Elements(..) => {
            let mut writer = Writer::new(set);
            for (offset, c) in text.char_indices() {
                writer.push(delimiters, c).map_err(|problem| problem.at(offset, c))?;
            }
            Ok(writer.finish())
        }
    }
}

fn encode_whole(set: &CharacterSet, multi_byte: MultiByteSet, text: &str) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    for (offset, c) in text.char_indices() {
        if c.is_ascii() {
            out.push(c as u8);
        } else if !set.decoder.encode(multi_byte, c, &mut out) {
            let problem = if set.decoder.supports(multi_byte) {
                Problem::NotInSet
            } else {
                Problem::NoEncoder
            };
            return Err(problem.at(offset, c));
        }
    }
    Ok(out)
}

enum Problem {
    NotInSet,
    NoEncoder,
}

impl Problem {
    fn at(self, offset: usize, c: char) -> Error {
        let mut found = [0; 4];
        c.encode_utf8(&mut found);
        match self {
            Self::NotInSet => Error::invalid(
                WHAT,
                offset as u64,
                "a character of the Specific Character Set",
                Found::Bytes(found),
            ),
            Self::NoEncoder => Error::unsupported(WHAT, offset as u64, "encoding multi-byte character sets"),
        }
    }
}

/// The state of a writer of ISO 2022 code elements.
struct Writer<'s> {
    set: &'s CharacterSet,
    g0: G0,
    g1: G1,
    out: Vec<u8>,
    jis_0212: Option<Vec<(char, [u8; 2])>>,
}

impl<'s> Writer<'s> {
    fn new(set: &'s CharacterSet) -> Self {
        let (g0, g1) = set.initial();
        Self {
            set,
            g0,
            g1,
            out: Vec::new(),
            jis_0212: None,
        }
    }

    fn push(&mut self, delimiters: Delimiters, c: char) -> core::result::Result<(), Problem> {
        if c.is_ascii() {
            let b = c as u8;
            if b == ESC {
                // It would be read as an escape sequence.
                return Err(Problem::NotInSet);
            }
            if delimiters.contains(b) {
                self.restore();
            } else if self.g0.is_double_byte() {
                self.designate(Designation::G0(self.set.initial().0));
            }
            self.out.push(b);
            return Ok(());
        }
        let (_, first_g1) = self.set.initial();
        let mut candidates = [
            Designation::G0(self.g0),
            Designation::G1(self.g1),
            Designation::G1(first_g1),
        ]
        .into_iter();
        if let Some((designation, bytes)) = candidates.find_map(|d| Some((d, self.bytes_in(d, c)?))) {
            self.write(designation, bytes);
            return Ok(());
        }
        let mut unsupported = false;
        for term in self.set.terms() {
            if let Coding::Elements(g0, g1) = term.coding() {
                for designation in g0.map(Designation::G0).into_iter().chain(g1.map(Designation::G1)) {
                    if let Some(bytes) = self.bytes_in(designation, c) {
                        self.write(designation, bytes);
                        return Ok(());
                    }
                    unsupported |= !self.is_supported(designation);
                }
            }
        }
        Err(if unsupported {
            Problem::NoEncoder
        } else {
            Problem::NotInSet
        })
    }

    fn finish(mut self) -> Vec<u8> {
        self.restore();
        self.out
    }

    /// Makes the first character set active again, as it must be before a delimiter and at the end of a value.
    fn restore(&mut self) {
        let (g0, g1) = self.set.initial();
        self.designate(Designation::G0(g0));
        self.designate(Designation::G1(g1));
    }

    fn designate(&mut self, designation: Designation) {
        let (active, escape) = match designation {
            Designation::G0(g0) => (core::mem::replace(&mut self.g0, g0) == g0, g0.escape()),
            Designation::G1(g1) => (core::mem::replace(&mut self.g1, g1) == g1, g1.escape()),
        };
        if !active && !escape.is_empty() {
            self.out.push(ESC);
            self.out.extend_from_slice(escape);
        }
    }

    fn write(&mut self, designation: Designation, (length, bytes): (usize, [u8; 2])) {
        self.designate(designation);
        self.out.extend(bytes.iter().take(length));
    }

    fn is_supported(&self, designation: Designation) -> bool {
        match designation {
            Designation::G0(g0) => !g0.is_double_byte() || self.set.decoder.supports(MultiByteSet::EucJp),
            Designation::G1(g1) => g1.multi_byte().is_none_or(|m| self.set.decoder.supports(m)),
        }
    }

    /// The one or two bytes of a character that is not ASCII in a code element.
    fn bytes_in(&mut self, designation: Designation, c: char) -> Option<(usize, [u8; 2])> {
        match designation {
            Designation::G0(G0::Ascii | G0::JisRoman) => None,
            Designation::G0(G0::Jis0208) => {
                let [a, b] = self.pair(MultiByteSet::EucJp, JIS_0208, c)?;
                matches!(a, 0xA1..=0xA8 | 0xB0..=0xF4).then_some((2, [a & 0x7F, b & 0x7F]))
            }
            Designation::G0(G0::Jis0212) => {
                let [a, b] = self.jis_0212(c)?;
                Some((2, [a & 0x7F, b & 0x7F]))
            }
            Designation::G1(G1::Ksx1001) => Some((2, self.pair(MultiByteSet::EucKr, &[], c)?)),
            Designation::G1(G1::Gb2312) => {
                let pair = self.pair(MultiByteSet::Gbk, GB_2312, c)?;
                is_gb_2312(pair).then_some((2, pair))
            }
            Designation::G1(g1) => {
                let b = (0xA0..=0xFF).find(|&b| right(g1, b) == Some(c))?;
                Some((1, [b, 0]))
            }
        }
    }

    /// The two bytes A1-FE of a character in the EUC form of a set.
    fn pair(&self, multi_byte: MultiByteSet, table: &[(char, char)], c: char) -> Option<[u8; 2]> {
        if table.iter().any(|(theirs, _)| *theirs == c) {
            return None;
        }
        let c = table
            .iter()
            .find(|(_, ours)| *ours == c)
            .map_or(c, |(theirs, _)| *theirs);
        let mut out = Vec::new();
        if !self.set.decoder.encode(multi_byte, c, &mut out) {
            return None;
        }
        match *out.as_slice() {
            [a @ 0xA1..=0xFE, b @ 0xA1..=0xFE] => Some([a, b]),
            _ => None,
        }
    }

    /// The two bytes of a character of JIS X 0212. No encoder of the WHATWG standard writes it, so its table is turned round once.
    fn jis_0212(&mut self, c: char) -> Option<[u8; 2]> {
        let decoder = self.set.decoder;
        let table = self.jis_0212.get_or_insert_with(|| {
            let mut table = Vec::new();
            let mut text = String::new();
            for (a, b) in (0xA1..=0xFE).flat_map(|a| (0xA1..=0xFE).map(move |b| (a, b))) {
                text.clear();
                if decoder.decode(MultiByteSet::EucJp, &[0x8F, a, b], &mut text) {
                    table.extend(text.chars().next().map(|c| (c, [a, b])));
                }
            }
            table.sort_unstable();
            table
        });
        let found = table.binary_search_by_key(&c, |entry| entry.0).ok()?;
        table.get(found).map(|entry| entry.1)
    }
}

/// Whether GB 2312 itself has the pair, not only GBK.
fn is_gb_2312([a, b]: [u8; 2]) -> bool {
    match a {
        0xA1 | 0xA3 => true,
        0xA2 => matches!(b, 0xB1..=0xE2 | 0xE5..=0xEE | 0xF1..=0xFC),
        0xA4 => b <= 0xF3,
        0xA5 => b <= 0xF6,
        0xA6 => matches!(b, 0xA1..=0xB8 | 0xC1..=0xD8),
        0xA7 => matches!(b, 0xA1..=0xC1 | 0xD1..=0xF1),
        0xA8 => matches!(b, 0xA1..=0xBA | 0xC5..=0xE9),
        0xA9 => matches!(b, 0xA4..=0xEF),
        0xD7 => b <= 0xF9,
        0xB0..=0xF7 => true,
        _ => false,
    }
}

impl CharacterSet {
    /// Whether a term names what an escape sequence designates. The default repertoire needs no term.
    pub(super) fn declares(&self, designation: Designation) -> bool {
        designation == Designation::G0(G0::Ascii)
            || self
                .terms()
                .map(Term::coding)
                .any(|coding| match (coding, designation) {
                    (Coding::Elements(g0, _), Designation::G0(wanted)) => g0 == Some(wanted),
                    (Coding::Elements(_, g1), Designation::G1(wanted)) => g1 == Some(wanted),
                    _ => false,
                })
    }
}
