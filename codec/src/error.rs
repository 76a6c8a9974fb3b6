//! What can go wrong while reading the wire: three different answers, and a fourth for our own limits.

use core::fmt;

use crate::tag::Tag;

/// The result of a function of this crate.
pub type Result<T> = core::result::Result<T, Error>;

/// Where reading stopped, in which structure, and why. A plain value of a few words: it never allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Byte offset from the start of the input that the failing function was given (plus its base, where it takes one).
    pub offset: u64,
    /// The structure or field that was being read, in the words of its standard: "RTP header", "Item".
    pub what: &'static str,
    /// Why.
    pub kind: ErrorKind,
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the structure does; nothing so far is wrong.
    Incomplete {
        /// Bytes that the structure needs from `offset` on.
        needed: u64,
        /// Bytes that are there from `offset` on.
        available: u64,
    },
    /// The bytes break a rule of the format.
    Invalid {
        /// What the standard asks for.
        expected: &'static str,
        /// What was found instead.
        found: Found,
    },
    /// The bytes are legal, and this crate does not read them.
    Unsupported {
        /// What is not supported, by its standard name.
        feature: &'static str,
    },
    /// A limit of [`Limits`](crate::Limits) was reached.
    Limit {
        /// The name of the field of `Limits`.
        limit: &'static str,
        /// Its value.
        value: u64,
    },
}

/// The value that stood where another was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// A number: a length, a version, a count.
    Number(u64),
    /// An attribute tag.
    Tag(Tag),
    /// The first bytes, at most four.
    Bytes([u8; 4]),
    /// Something that a word describes better.
    Text(&'static str),
}

impl Error {
    /// The input ends too early: `needed` bytes from `offset` on, `available` there.
    #[must_use]
    pub const fn incomplete(what: &'static str, offset: u64, needed: u64, available: u64) -> Self {
        Self {
            offset,
            what,
            kind: ErrorKind::Incomplete { needed, available },
        }
    }

    /// The input breaks a rule.
    #[must_use]
    pub const fn invalid(what: &'static str, offset: u64, expected: &'static str, found: Found) -> Self {
        Self {
            offset,
            what,
            kind: ErrorKind::Invalid { expected, found },
        }
    }

    /// The input is legal and not supported.
    #[must_use]
    pub const fn unsupported(what: &'static str, offset: u64, feature: &'static str) -> Self {
        Self {
            offset,
            what,
            kind: ErrorKind::Unsupported { feature },
        }
    }

    /// A limit was reached.
    #[must_use]
    pub const fn limit(what: &'static str, offset: u64, limit: &'static str, value: u64) -> Self {
        Self {
            offset,
            what,
            kind: ErrorKind::Limit { limit, value },
        }
    }

    /// The same error, seen from a structure that starts `base` bytes earlier.
    #[must_use]
    pub const fn shifted(mut self, base: u64) -> Self {
        self.offset = self.offset.saturating_add(base);
        self
    }

    /// Whether more bytes could make the input whole.
    #[must_use]
    pub const fn is_incomplete(&self) -> bool {
        matches!(self.kind, ErrorKind::Incomplete { .. })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Tag(tag) => write!(f, "{tag}"),
            Self::Bytes([a, b, c, d]) => write!(f, "{a:02x} {b:02x} {c:02x} {d:02x}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: ", self.what, self.offset)?;
        match self.kind {
            ErrorKind::Incomplete { needed, available } => write!(f, "needs {needed} bytes, {available} left"),
            ErrorKind::Invalid { expected, found } => write!(f, "expected {expected}, found {found}"),
            ErrorKind::Unsupported { feature } => write!(f, "not supported: {feature}"),
            ErrorKind::Limit { limit, value } => write!(f, "over the limit {limit} = {value}"),
        }
    }
}

impl core::error::Error for Error {}
