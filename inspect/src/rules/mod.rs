//! The conformance rules: what each one says, and how it is checked.
//!
//! [`rules`] lists them for people. The checks are grouped by subject and work on plain data: `grain` judges one Grain
//! of a metadata flow while the capture is read, `sdp` and `sync` judge flows against each other once it is.
//! One cause gives one finding: what a fault brings about is not told again.

pub(crate) mod cadence;
pub(crate) mod dataset;
pub(crate) mod dynamic;
mod explain;
pub(crate) mod grain;
pub(crate) mod iod;
pub(crate) mod judge;
pub(crate) mod ledger;
mod markdown;
mod memory;
pub(crate) mod meta;
pub(crate) mod payload;
pub(crate) mod rtp;
pub(crate) mod sdp;
mod set;
mod settings;
pub(crate) mod sync;
mod table;
#[cfg(test)]
mod tests;
mod times;
pub(crate) mod value;

pub use markdown::markdown;
pub use settings::{Accepted, RuleSettings, Thresholds};

pub(crate) use memory::Memory;
pub(crate) use set::RuleSet;
pub(crate) use table::Id;

use crate::model::Severity;

/// One conformance rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable identifier, as `rtp.loss`.
    pub id: &'static str,
    /// How grave it is when the rule does not hold.
    pub severity: Severity,
    /// Clause of the standard; `–` where there is none.
    pub clause: &'static str,
    /// What holds, in one line.
    pub statement: &'static str,
    /// What is wrong when it does not, why that matters, and how a sender puts it right.
    pub explanation: &'static str,
}

/// All rules, grouped by subject.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &table::RULES
}

/// The rule of an identifier.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id)
}
