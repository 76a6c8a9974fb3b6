//! How much of our memory an input may claim.

/// Upper bounds for reading. The defaults suit untrusted captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the longest packet record or pcapng block that is held; longer ones that carry no packet are skipped,
    /// longer ones that do are [`Damage`](crate::Damage).
    pub block_bytes: u32,
    /// Interfaces that one capture may describe, over all its sections.
    pub interfaces: u32,
    /// IP datagrams that wait for fragments at a time.
    pub fragment_datagrams: u32,
    /// Bytes that waiting fragments occupy, book-keeping included.
    pub fragment_bytes: u32,
    /// Capture time in nanoseconds after which a datagram stops waiting for its fragments.
    pub fragment_ns: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_bytes: 16 << 20,
            interfaces: 65_536,
            fragment_datagrams: 4_096,
            fragment_bytes: 16 << 20,
            fragment_ns: 30_000_000_000,
        }
    }
}
