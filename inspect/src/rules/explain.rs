//! Longer explanations.
use super::Id;
pub(super) const fn text(_: Id) -> &'static str {
    "----------------------------------------------------------------------------------------------------"
}
