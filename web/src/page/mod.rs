//! Page.
/// Run.
pub fn run() {}
