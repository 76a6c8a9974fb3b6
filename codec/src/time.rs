//! PTP timestamps (IEEE 1588-2008) in TAI, as NMOS header extensions and (0034,0007) carry them.

use core::fmt;

/// Seconds and nanoseconds since 1970-01-01T00:00:00 TAI: ten bytes on the wire, big-endian (PS3.3 C.7.6.27.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PtpTimestamp {
    /// Seconds, 48 bits on the wire.
    pub seconds: u64,
    /// Nanoseconds. A value of 10^9 or more is kept as it stands.
    pub nanoseconds: u32,
}

impl PtpTimestamp {
    /// Bytes on the wire.
    pub const WIRE_LENGTH: usize = 10;

    /// The timestamp of its ten bytes.
    #[must_use]
    pub const fn from_bytes(b: [u8; 10]) -> Self {
        Self {
            seconds: u64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]]),
            nanoseconds: u32::from_be_bytes([b[6], b[7], b[8], b[9]]),
        }
    }

    /// Its ten bytes; seconds keep their low 48 bits.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 10] {
        let s = self.seconds.to_be_bytes();
        let n = self.nanoseconds.to_be_bytes();
        [s[2], s[3], s[4], s[5], s[6], s[7], n[0], n[1], n[2], n[3]]
    }

    /// Nanoseconds since 1970-01-01T00:00:00 TAI.
    #[must_use]
    pub const fn as_ns(self) -> i128 {
        self.seconds as i128 * 1_000_000_000 + self.nanoseconds as i128
    }

    /// The timestamp of nanoseconds since 1970-01-01T00:00:00 TAI.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self {
            seconds: ns / 1_000_000_000,
            nanoseconds: (ns % 1_000_000_000) as u32,
        }
    }

    /// The RTP timestamp of a clock of `rate` Hz without offset: floor(seconds × rate) modulo 2^32 (ST 2110-10 7.3).
    #[must_use]
    pub const fn to_rtp(self, rate: u32) -> u32 {
        (self.as_ns() * rate as i128 / 1_000_000_000) as u32
    }
}

impl fmt::Display for PtpTimestamp {
    /// Seconds and nine digits, as `1767526074.000000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}
