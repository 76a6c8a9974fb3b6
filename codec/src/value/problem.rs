//! What can be wrong with a value.

use core::fmt;

use super::Multiplicity;
use crate::charset::Fault;

/// Why a value does not fit its VR (PS3.5 6.2): the answer of [`check`](super::check).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which value, from 1 on; 0 for the element as a whole.
    pub value: u32,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What can be wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A character that the VR does not allow.
    Character(char),
    /// Too many characters.
    Length {
        /// The most that the VR allows.
        max: u32,
        /// How many there are.
        found: u32,
    },
    /// Not the form of the VR.
    Form {
        /// What the VR asks for.
        expected: &'static str,
    },
    /// Another number of values than the attribute allows.
    Multiplicity {
        /// What it allows.
        expected: Multiplicity,
        /// How many there are.
        found: usize,
    },
    /// Bytes that are no whole number of values.
    Size {
        /// Bytes of one value.
        unit: usize,
        /// Bytes of the element's value.
        found: usize,
    },
    /// Bytes that are no text of the Specific Character Set.
    Encoding(Fault),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value > 0 {
            write!(f, "value {}: ", self.value)?;
        }
        match self.kind {
            ProblemKind::Character(c) if c.is_ascii_graphic() => write!(f, "character {c} is not allowed"),
            ProblemKind::Character(c) => write!(f, "character U+{:04X} is not allowed", u32::from(c)),
            ProblemKind::Length { max, found } => write!(f, "expected at most {max} characters, found {found}"),
            ProblemKind::Form { expected } => write!(f, "expected {expected}"),
            ProblemKind::Multiplicity { expected, found } => write!(f, "expected {expected} values, found {found}"),
            ProblemKind::Size { unit, found } => write!(f, "expected a multiple of {unit} bytes, found {found}"),
            ProblemKind::Encoding(fault) => fmt::Display::fmt(&fault, f),
        }
    }
}
