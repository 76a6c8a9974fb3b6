//! The classic capture format (draft-ietf-opsawg-pcap), little-endian.

use alloc::vec::Vec;

use super::cut;
use crate::link_type::LinkType;
use crate::pcap::{MAGIC_MICROSECONDS, MAGIC_NANOSECONDS};

/// What the file header says where no snaplen is meant: the customary value.
const NO_SNAPLEN: u32 = 262_144;

/// What the times of a capture resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// 10^-6 s.
    Microseconds,
    /// 10^-9 s.
    Nanoseconds,
}

/// Writes a pcap file.
#[derive(Clone, Debug)]
pub struct PcapWriter {
    out: Vec<u8>,
    unit_ns: i64,
    snaplen: u32,
}

impl PcapWriter {
    /// A file that holds its header. Packets are cut to `snaplen` bytes; 0 is no bound.
    #[must_use]
    pub fn new(link_type: LinkType, resolution: Resolution, snaplen: u32) -> Self {
        let (magic, unit_ns) = match resolution {
            Resolution::Microseconds => (MAGIC_MICROSECONDS, 1_000),
            Resolution::Nanoseconds => (MAGIC_NANOSECONDS, 1),
        };
        let mut out = Vec::new();
        out.extend_from_slice(&magic.to_le_bytes());
        out.extend_from_slice(&[2, 0, 4, 0]);
        // Time zone and accuracy, which nobody uses.
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&(if snaplen == 0 { NO_SNAPLEN } else { snaplen }).to_le_bytes());
        out.extend_from_slice(&link_type.0.to_le_bytes());
        Self { out, unit_ns, snaplen }
    }

    /// Adds a packet of `original_len` bytes on the wire, of which `data` was captured at `time_ns` (Unix).
    ///
    /// The format's seconds end in 1970 and 2106; times beyond are set to that end.
    pub fn packet(&mut self, time_ns: i64, original_len: u32, data: &[u8]) {
        let data = cut(data, self.snaplen);
        let time_ns = time_ns.max(0);
        let seconds = u32::try_from(time_ns / 1_000_000_000).unwrap_or(u32::MAX);
        // Below a billion.
        let fraction = u32::try_from(time_ns % 1_000_000_000 / self.unit_ns).unwrap_or(0);
        let captured = u32::try_from(data.len()).unwrap_or(u32::MAX);
        for word in [seconds, fraction, captured, original_len] {
            self.out.extend_from_slice(&word.to_le_bytes());
        }
        self.out.extend_from_slice(data);
    }

    /// What was written since the start, or since the last [`take`](Self::take).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// Takes what was written, to go on behind it.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.out)
    }

    /// What was written; there is no end mark.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}
