//! Two answers that differ: this is no capture, and this capture is damaged from here on.

use alloc::string::String;
use core::fmt;

use crate::format::Format;

/// The stream is not a capture that this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What the stream is instead, as far as its first bytes tell.
    pub format: Format,
    /// Bytes that were looked at: all there are, or [`Format::PREFIX`].
    pub length: u64,
}

/// Where a capture is broken. Everything before was reported; nothing behind is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Offset in the stream of the header, record or block that could not be read.
    pub offset: u64,
    /// What is wrong with it, as a clause of a sentence.
    pub reason: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Format::Empty => f.write_str("the input is empty; expected a pcap or pcapng capture"),
            Format::Unknown if self.length < 4 => {
                let plural = if self.length == 1 { "byte" } else { "bytes" };
                write!(
                    f,
                    "the input is only {} {plural} long; expected a pcap or pcapng capture",
                    self.length
                )
            }
            Format::Unknown => f.write_str("the input is neither a pcap nor a pcapng capture"),
            format if format.is_compression() => {
                write!(f, "the input is compressed with {}; decompress it first", format.name())
            }
            format => write!(f, "the input is {}; expected a pcap or pcapng capture", format.name()),
        }
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "damaged at byte {}: {}", self.offset, self.reason)
    }
}

impl core::error::Error for Damage {}
