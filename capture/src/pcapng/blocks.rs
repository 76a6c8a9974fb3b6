//! The blocks of pcapng by the names of their specification, fixed fields only; packets and options stay where they are.

use core::fmt;

use crate::bytes::{Endian, padded};
use crate::link_type::LinkType;

/// Bytes of block type and length before a block's body.
const HEADER: usize = 8;
/// Bytes of the second length behind it.
const TRAILER: usize = 4;

/// A block type code (pcapng 11.1). Unknown values survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockType(pub(crate) u32);

impl BlockType {
    pub(crate) const INTERFACE_DESCRIPTION: Self = Self(1);
    pub(crate) const PACKET: Self = Self(2);
    pub(crate) const SIMPLE_PACKET: Self = Self(3);
    pub(crate) const INTERFACE_STATISTICS: Self = Self(5);
    pub(crate) const ENHANCED_PACKET: Self = Self(6);
    const SYSTEMD_JOURNAL: Self = Self(9);
    const CUSTOM: Self = Self(0x0bad);
    const CUSTOM_NO_COPY: Self = Self(0x4000_0bad);
    pub(crate) const SECTION_HEADER: Self = Self(0x0a0d_0d0a);

    /// The least block total length, with its fixed fields, in bytes.
    pub(crate) const fn least_length(self) -> u32 {
        match self {
            Self::SECTION_HEADER => 28,
            Self::INTERFACE_DESCRIPTION => 20,
            Self::ENHANCED_PACKET | Self::PACKET => 32,
            Self::SIMPLE_PACKET => 16,
            Self::INTERFACE_STATISTICS => 24,
            _ => 12,
        }
    }

    /// Whether its content is read; all others are stepped over.
    pub(crate) const fn is_read(self) -> bool {
        matches!(
            self,
            Self::SECTION_HEADER
                | Self::INTERFACE_DESCRIPTION
                | Self::ENHANCED_PACKET
                | Self::PACKET
                | Self::SIMPLE_PACKET
                | Self::INTERFACE_STATISTICS
        )
    }

    /// Whether Wireshark shows it as a frame though it carries no packet: custom blocks, journal entries, sysdig events.
    pub(crate) const fn is_frame(self) -> bool {
        matches!(
            self,
            Self::CUSTOM | Self::CUSTOM_NO_COPY | Self::SYSTEMD_JOURNAL | Self(0x204 | 0x208 | 0x216 | 0x217 | 0x221)
        )
    }
}

impl fmt::Display for BlockType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SECTION_HEADER => f.write_str("a Section Header Block"),
            Self::INTERFACE_DESCRIPTION => f.write_str("an Interface Description Block"),
            Self::ENHANCED_PACKET => f.write_str("an Enhanced Packet Block"),
            Self::SIMPLE_PACKET => f.write_str("a Simple Packet Block"),
            Self::PACKET => f.write_str("a Packet Block"),
            Self::INTERFACE_STATISTICS => f.write_str("an Interface Statistics Block"),
            Self(other) => write!(f, "a block of type {other:#010x}"),
        }
    }
}

/// Section Header Block (pcapng 4.1).
pub(crate) struct SectionHeaderBlock {
    pub(crate) major_version: u16,
    pub(crate) minor_version: u16,
}

impl SectionHeaderBlock {
    pub(crate) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

    /// The byte order that its magic says, from its first 12 bytes.
    pub(crate) fn endian(prefix: &[u8; 12]) -> Option<Endian> {
        [Endian::Little, Endian::Big]
            .into_iter()
            .find(|endian| endian.u32_at(prefix, HEADER) == Some(Self::BYTE_ORDER_MAGIC))
    }

    pub(crate) fn read(block: &[u8], endian: Endian) -> Option<Self> {
        Some(Self {
            major_version: endian.u16_at(block, 12)?,
            minor_version: endian.u16_at(block, 14)?,
        })
    }
}

/// Interface Description Block (pcapng 4.2).
pub(crate) struct InterfaceDescriptionBlock<'a> {
    pub(crate) link_type: LinkType,
    pub(crate) snaplen: u32,
    pub(crate) options: &'a [u8],
}

impl<'a> InterfaceDescriptionBlock<'a> {
    pub(crate) fn read(block: &'a [u8], endian: Endian) -> Option<Self> {
        Some(Self {
            link_type: LinkType(u32::from(endian.u16_at(block, HEADER)?)),
            snaplen: endian.u32_at(block, 12)?,
            options: block.get(16..block.len().checked_sub(TRAILER)?)?,
        })
    }
}

/// Interface Statistics Block (pcapng 4.6).
pub(crate) struct InterfaceStatisticsBlock<'a> {
    pub(crate) interface_id: u32,
    pub(crate) options: &'a [u8],
}

impl<'a> InterfaceStatisticsBlock<'a> {
    pub(crate) fn read(block: &'a [u8], endian: Endian) -> Option<Self> {
        Some(Self {
            interface_id: endian.u32_at(block, HEADER)?,
            options: block.get(20..block.len().checked_sub(TRAILER)?)?,
        })
    }
}

/// Enhanced Packet Block (pcapng 4.3). Its packet starts at [`DATA`](Self::DATA).
pub(crate) struct EnhancedPacketBlock {
    pub(crate) interface_id: u32,
    pub(crate) timestamp: u64,
    pub(crate) captured_length: u32,
    pub(crate) original_length: u32,
    pub(crate) options_start: usize,
    pub(crate) options_end: usize,
}

impl EnhancedPacketBlock {
    pub(crate) const DATA: usize = 28;

    #[inline]
    pub(crate) fn read(block: &[u8], endian: Endian) -> Option<Self> {
        let fixed = block.first_chunk::<28>()?;
        let captured_length = endian.u32_at(fixed, 20)?;
        let (options_start, options_end) = options(block, Self::DATA, captured_length)?;
        Some(Self {
            interface_id: endian.u32_at(fixed, HEADER)?,
            timestamp: timestamp(endian.u32_at(fixed, 12)?, endian.u32_at(fixed, 16)?),
            captured_length,
            original_length: endian.u32_at(fixed, 24)?,
            options_start,
            options_end,
        })
    }
}

/// Simple Packet Block (pcapng 4.4).
pub(crate) struct SimplePacketBlock {
    pub(crate) captured_length: u32,
    pub(crate) original_length: u32,
}

impl SimplePacketBlock {
    pub(crate) const DATA: usize = 12;

    /// `snaplen` is that of the section's first interface: the block itself does not say how much was captured.
    pub(crate) fn read(block: &[u8], endian: Endian, snaplen: u32) -> Option<Self> {
        let original_length = endian.u32_at(block, HEADER)?;
        let captured_length = if snaplen == 0 {
            original_length
        } else {
            original_length.min(snaplen)
        };
        options(block, Self::DATA, captured_length)?;
        Some(Self {
            captured_length,
            original_length,
        })
    }
}

/// The obsolete Packet Block (pcapng appendix A).
pub(crate) struct PacketBlock {
    pub(crate) interface_id: u16,
    pub(crate) drops_count: u16,
    pub(crate) timestamp: u64,
    pub(crate) captured_length: u32,
    pub(crate) original_length: u32,
    pub(crate) options_start: usize,
    pub(crate) options_end: usize,
}

impl PacketBlock {
    pub(crate) const DATA: usize = 28;

    pub(crate) fn read(block: &[u8], endian: Endian) -> Option<Self> {
        let captured_length = endian.u32_at(block, 20)?;
        let (options_start, options_end) = options(block, Self::DATA, captured_length)?;
        Some(Self {
            interface_id: endian.u16_at(block, HEADER)?,
            drops_count: endian.u16_at(block, 10)?,
            timestamp: timestamp(endian.u32_at(block, 12)?, endian.u32_at(block, 16)?),
            captured_length,
            original_length: endian.u32_at(block, 24)?,
            options_start,
            options_end,
        })
    }
}

fn timestamp(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Where the options lie behind `captured` bytes of packet; `None` if the packet does not fit into the block.
fn options(block: &[u8], data: usize, captured: u32) -> Option<(usize, usize)> {
    let end = block.len().checked_sub(TRAILER)?;
    let packet_end = data.checked_add(captured as usize)?;
    if packet_end > end {
        return None;
    }
    // `data` is a multiple of four, so that padding the end pads the packet.
    Some((padded(packet_end).min(end), end))
}
