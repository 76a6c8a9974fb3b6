//! How much of our memory and time an input may claim.

/// Upper bounds that every decoder takes as a parameter. The defaults suit untrusted captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Sequences nested in one data set, the top level not counted.
    pub depth: u16,
    /// Elements, Items and fragments in one data set.
    pub elements: u32,
    /// Bytes of one Grain's payload that are kept for decoding.
    pub grain_bytes: u32,
    /// Grains of one Flow that wait for packets at a time.
    pub pending_grains: u16,
    /// Packets that one Flow's reorder window holds.
    pub reorder_packets: u16,
    /// Time that one Flow's reorder window waits, in nanoseconds.
    pub reorder_ns: u64,
    /// Flows that are told apart; packets of further ones are counted and shown as one.
    pub flows: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            elements: 4_000_000,
            grain_bytes: 64 << 20,
            pending_grains: 16,
            reorder_packets: 64,
            reorder_ns: 250_000_000,
            flows: 65_536,
        }
    }
}
