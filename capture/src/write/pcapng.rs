//! The block format (draft-ietf-opsawg-pcapng): one section, little-endian, times in nanoseconds.

use alloc::vec::Vec;

use super::cut;
use crate::link_type::LinkType;
use crate::pcapng::blocks::{BlockType, SectionHeaderBlock};
use crate::pcapng::options;

/// if_tsresol: 10^-9 s.
const NANOSECONDS: u8 = 9;
/// The longest option value: its length has 16 bits, and its padding shall not pass that.
const LONGEST_OPTION: usize = 0xfffc;

/// Writes a pcapng section.
#[derive(Clone, Debug)]
pub struct PcapngWriter {
    out: Vec<u8>,
    /// The snaplen of each interface.
    snaplens: Vec<u32>,
}

/// An interface to be described. Empty texts are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceDescription<'a> {
    /// What its packets start with.
    pub link_type: LinkType,
    /// Bytes that its packets are cut to; 0 is no bound.
    pub snaplen: u32,
    /// Its name: "eth0".
    pub name: &'a str,
    /// What it is, for people.
    pub description: &'a str,
}

/// A packet to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What [`add_interface`](PcapngWriter::add_interface) answered.
    pub interface: u32,
    /// Capture time in nanoseconds since 1970 UTC; earlier times are set to 1970.
    pub time_ns: i64,
    /// Bytes that it had on the wire.
    pub original_len: u32,
    /// What was captured, from its link-layer header on.
    pub data: &'a [u8],
    /// A remark that Wireshark shows; empty for none.
    pub comment: &'a str,
}

/// Statistics of an interface, counted since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// What [`add_interface`](PcapngWriter::add_interface) answered.
    pub interface: u32,
    /// When this was true, in nanoseconds since 1970 UTC.
    pub time_ns: i64,
    /// Packets that were received (isb_ifrecv).
    pub received: Option<u64>,
    /// Packets that were lost for want of resources (isb_ifdrop).
    pub dropped: Option<u64>,
}

impl PcapngWriter {
    /// A section that holds its header. `application` is the name of the program that writes it.
    #[must_use]
    pub fn new(application: &str) -> Self {
        let mut writer = Self {
            out: Vec::new(),
            snaplens: Vec::new(),
        };
        writer.block(BlockType::SECTION_HEADER, |out| {
            out.extend_from_slice(&SectionHeaderBlock::BYTE_ORDER_MAGIC.to_le_bytes());
            // Version 1.0, of a length that is not known beforehand.
            out.extend_from_slice(&[1, 0, 0, 0]);
            out.extend_from_slice(&u64::MAX.to_le_bytes());
            text(out, options::SHB_USERAPPL, application);
            end_of_options(out);
        });
        writer
    }

    /// Describes an interface; answers its number, from 0.
    pub fn add_interface(&mut self, description: &InterfaceDescription<'_>) -> u32 {
        let id = u32::try_from(self.snaplens.len()).unwrap_or(u32::MAX);
        self.snaplens.push(description.snaplen);
        self.block(BlockType::INTERFACE_DESCRIPTION, |out| {
            // The format has 16 bits for it.
            let link_type = u16::try_from(description.link_type.0).unwrap_or(u16::MAX);
            out.extend_from_slice(&link_type.to_le_bytes());
            out.extend_from_slice(&[0; 2]);
            out.extend_from_slice(&description.snaplen.to_le_bytes());
            text(out, options::IF_NAME, description.name);
            text(out, options::IF_DESCRIPTION, description.description);
            option(out, options::IF_TSRESOL, &[NANOSECONDS]);
            end_of_options(out);
        });
        id
    }

    /// Adds a packet, cut to the snaplen of its interface.
    pub fn packet(&mut self, packet: &Packet<'_>) {
        let snaplen = self.snaplens.get(packet.interface as usize).copied().unwrap_or(0);
        let data = cut(packet.data, snaplen);
        self.block(BlockType::ENHANCED_PACKET, |out| {
            out.extend_from_slice(&packet.interface.to_le_bytes());
            time(out, packet.time_ns);
            out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend_from_slice(&packet.original_len.to_le_bytes());
            out.extend_from_slice(data);
            pad(out, data.len());
            if !packet.comment.is_empty() {
                text(out, options::COMMENT, packet.comment);
                end_of_options(out);
            }
        });
    }

    /// Adds what is known of an interface's losses.
    pub fn statistics(&mut self, statistics: &Statistics) {
        self.block(BlockType::INTERFACE_STATISTICS, |out| {
            out.extend_from_slice(&statistics.interface.to_le_bytes());
            time(out, statistics.time_ns);
            for (code, count) in [
                (options::ISB_IFRECV, statistics.received),
                (options::ISB_IFDROP, statistics.dropped),
            ] {
                if let Some(count) = count {
                    option(out, code, &count.to_le_bytes());
                }
            }
            end_of_options(out);
        });
    }

    /// What was written since the start, or since the last [`take`](Self::take): whole blocks.
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

    /// Writes a block around its body, whose length must be a multiple of four.
    fn block(&mut self, block_type: BlockType, body: impl FnOnce(&mut Vec<u8>)) {
        let start = self.out.len();
        self.out.extend_from_slice(&block_type.0.to_le_bytes());
        self.out.extend_from_slice(&[0; 4]);
        body(&mut self.out);
        let total = u32::try_from(self.out.len() - start + 4).unwrap_or(u32::MAX);
        if let Some(length) = self.out.get_mut(start + 4..start + 8) {
            length.copy_from_slice(&total.to_le_bytes());
        }
        self.out.extend_from_slice(&total.to_le_bytes());
    }
}

/// A timestamp in nanoseconds: its upper half first.
fn time(out: &mut Vec<u8>, time_ns: i64) {
    let ticks = u64::try_from(time_ns).unwrap_or(0);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of 64 bits")]
    let halves = [(ticks >> 32) as u32, ticks as u32];
    for half in halves {
        out.extend_from_slice(&half.to_le_bytes());
    }
}

fn text(out: &mut Vec<u8>, code: u16, value: &str) {
    if value.is_empty() {
        return;
    }
    let end = value.floor_char_boundary(LONGEST_OPTION);
    option(out, code, value.as_bytes().get(..end).unwrap_or_default());
}

fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    out.extend_from_slice(&code.to_le_bytes());
    out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(value);
    pad(out, value.len());
}

fn end_of_options(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; 4]);
}

/// Fills up to a multiple of four what is `length` bytes long.
fn pad(out: &mut Vec<u8>, length: usize) {
    out.resize(out.len() + length.wrapping_neg() % 4, 0);
}
