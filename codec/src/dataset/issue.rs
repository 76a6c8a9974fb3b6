//! What is wrong with a data set, and where.

use alloc::vec::Vec;
use core::fmt;

use crate::error::Error;

/// One fault of a data set. Reading goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Which rule is broken.
    pub kind: IssueKind,
    /// Where (offset in the input), what was expected and what was found.
    pub error: Error,
    /// The index of the node it belongs to ([`DataSet::node`](super::DataSet::node)); `None` where no node took the bytes.
    pub node: Option<u32>,
}

/// The rules that a data set can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssueKind {
    /// A header, value, Item or delimiter ends behind its parent; what is there was kept (PS3.5 7).
    Truncated,
    /// Tags descend, or one comes twice on one level (PS3.5 7.1).
    Order,
    /// Two bytes that PS3.5 6.2 does not know as a Value Representation.
    UnknownVr,
    /// A value length that is odd (PS3.5 7.1).
    OddLength,
    /// A delimiter whose length is not 0 (PS3.5 7.5).
    DelimiterLength,
    /// An undefined length where the VR forbids it (PS3.5 7.1.1).
    UndefinedLength,
    /// An element without VR in an Explicit VR data set (PS3.5 7.1.2).
    ImplicitVr,
    /// An element with VR in an Implicit VR data set (PS3.5 7.1.3).
    ExplicitVr,
    /// An Item or a delimiter where none may be, something else where one must be, or bytes that are no element (PS3.5 7.5).
    Misplaced,
    /// A field of [`Limits`](crate::Limits) was reached; the rest is there, unread.
    Limit,
    /// "DICM" is not at byte 128 (PS3.22 7.1, PS3.10 7.1).
    Prefix,
    /// (0002,0000) is absent or is not the length of the group (PS3.22 7.1, PS3.10 7.1).
    GroupLength,
}

impl IssueKind {
    /// The clause that is broken.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Truncated | Self::Limit => "PS3.5 7",
            Self::Order | Self::OddLength => "PS3.5 7.1",
            Self::UnknownVr => "PS3.5 6.2",
            Self::UndefinedLength => "PS3.5 7.1.1",
            Self::ImplicitVr => "PS3.5 7.1.2",
            Self::ExplicitVr => "PS3.5 7.1.3",
            Self::DelimiterLength | Self::Misplaced => "PS3.5 7.5",
            Self::Prefix | Self::GroupLength => "PS3.22 7.1",
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

/// Issues up to a count: a hostile input could break a rule with every eight bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Issues {
    kept: Vec<Issue>,
    count: u32,
    incomplete: bool,
    unordered: bool,
}

impl Issues {
    /// How many are kept.
    pub(crate) const KEPT: usize = 64;

    pub(crate) fn push(&mut self, issue: Issue) {
        self.count = self.count.saturating_add(1);
        self.incomplete |= matches!(issue.kind, IssueKind::Truncated | IssueKind::Limit);
        self.unordered |= issue.kind == IssueKind::Order;
        if self.kept.len() < Self::KEPT {
            self.kept.push(issue);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.count = 0;
        self.incomplete = false;
        self.unordered = false;
    }

    pub(crate) fn kept(&self) -> &[Issue] {
        &self.kept
    }

    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    pub(crate) const fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Whether an [`IssueKind::Order`] was among them, kept or not.
    pub(crate) const fn is_unordered(&self) -> bool {
        self.unordered
    }
}
