//! Worker.
/// Run.
pub fn run() {}
