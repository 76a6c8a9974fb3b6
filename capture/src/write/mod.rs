//! Captures made: pcapng for live streams and exports, pcap for what is simple.
//!
//! Both writers fill a buffer and do no I/O. [`take`](PcapngWriter::take) gives what is there and goes on, so that a
//! stream of any length needs no more memory than one portion.

mod pcap;
mod pcapng;

pub use self::pcap::{PcapWriter, Resolution};
pub use self::pcapng::{InterfaceDescription, Packet, PcapngWriter, Statistics};

/// The first `snaplen` bytes of `data`; 0 is no bound.
fn cut(data: &[u8], snaplen: u32) -> &[u8] {
    match snaplen {
        0 => data,
        _ => data.get(..snaplen as usize).unwrap_or(data),
    }
}

#[cfg(test)]
mod tests;
