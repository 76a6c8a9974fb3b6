//! The form of a UID (PS3.5 9.1).

use core::fmt;

/// The most characters of a UID (PS3.5 9.1).
pub const MAX_LENGTH: usize = 64;

/// Why a text is no UID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum UidProblem {
    /// It has no characters.
    Empty,
    /// It has more than [`MAX_LENGTH`] characters.
    TooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// Something else than a digit or a period.
    Character {
        /// The character.
        found: char,
        /// Its byte offset.
        offset: usize,
    },
    /// Two periods in a row, or one at an end.
    EmptyComponent {
        /// Which component, from 0.
        component: usize,
    },
    /// A component of several digits starts with 0.
    LeadingZero {
        /// Which component, from 0.
        component: usize,
    },
}

impl fmt::Display for UidProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("UID is empty"),
            Self::TooLong { length } => write!(f, "UID has {length} characters, {MAX_LENGTH} are allowed"),
            Self::Character { found, offset } => {
                write!(
                    f,
                    "UID has {found:?} at offset {offset}: only digits and periods are allowed"
                )
            }
            Self::EmptyComponent { component } => write!(f, "component {} of the UID is empty", component + 1),
            Self::LeadingZero { component } => write!(f, "component {} of the UID starts with 0", component + 1),
        }
    }
}

impl core::error::Error for UidProblem {}

/// Whether a text has the form of a UID: see [`check`].
#[must_use]
pub fn is_valid(uid: &str) -> bool {
    check(uid).is_ok()
}

/// The first thing that keeps a text from being a UID: 1 to 64 digits and periods, no component empty, none with a
/// leading zero. Padding (one trailing NUL) must be off.
///
/// # Errors
/// The problem; characters come before the form of components.
pub fn check(uid: &str) -> Result<(), UidProblem> {
    if uid.is_empty() {
        return Err(UidProblem::Empty);
    }
    if uid.len() > MAX_LENGTH {
        return Err(UidProblem::TooLong { length: uid.len() });
    }
    if let Some((offset, found)) = uid.char_indices().find(|(_, c)| !matches!(c, '0'..='9' | '.')) {
        return Err(UidProblem::Character { found, offset });
    }
    for (component, digits) in uid.split('.').enumerate() {
        if digits.is_empty() {
            return Err(UidProblem::EmptyComponent { component });
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(UidProblem::LeadingZero { component });
        }
    }
    Ok(())
}
