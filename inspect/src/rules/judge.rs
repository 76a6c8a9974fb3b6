//! Flows against each other, and against the session descriptions.

use crate::session::Session;

impl Session {
    /// Compares flows with each other and with the session descriptions, going by what was seen so far. The end of the
    /// capture does so by itself; of a live stream it may be asked for now and then.
    pub fn judge(&mut self) {}
}
