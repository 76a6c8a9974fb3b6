//! Flows: which packet belongs to which, what each carries, and how they relate.

pub(crate) mod bulk;
pub(crate) mod gaps;
pub(crate) mod metadata;
pub(crate) mod relate;
pub(crate) mod state;
pub(crate) mod table;
