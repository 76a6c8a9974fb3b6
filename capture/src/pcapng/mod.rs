//! The block format (draft-ietf-opsawg-pcapng): sections of interfaces and packets, each section in its own byte order.
//!
//! Blocks are read one at a time, once all of their bytes are there. A block that carries no packet and that nothing here
//! needs (names, secrets, custom, unknown) is stepped over without being held, whatever length it claims.

pub(crate) mod blocks;
pub(crate) mod options;
mod time;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use self::blocks::{
    BlockType, EnhancedPacketBlock, InterfaceDescriptionBlock, InterfaceStatisticsBlock, PacketBlock,
    SectionHeaderBlock, SimplePacketBlock,
};
use self::options::Options;
use self::time::Clock;
use crate::bytes::Endian;
use crate::limits::Limits;
use crate::reader::{RecordAt, Step};
use crate::record::{BlockKind, Interface};

/// Block type and block total length.
const BLOCK_HEADER: usize = 8;
/// The block total length once more, at the end.
const BLOCK_TRAILER: usize = 4;
/// What the byte-order magic of a section header needs on top.
const SECTION_PREFIX: usize = 12;
/// Bytes of a name that are kept.
const NAME_BYTES: usize = 256;

/// The state of reading: the current section and its interfaces.
#[derive(Debug)]
pub(crate) struct Pcapng {
    endian: Endian,
    limits: Limits,
    sections: u32,
    /// All interfaces of all sections.
    pub(crate) interfaces: Vec<Interface>,
    /// The clocks of the current section's interfaces, which are the last ones of `interfaces`.
    clocks: Vec<Clock>,
    /// Blocks that were stepped over.
    pub(crate) skipped: u64,
    /// Blocks without a packet that Wireshark counts as frames.
    pub(crate) frames_without_packet: u64,
}

impl Pcapng {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            endian: Endian::Little,
            limits: *limits,
            sections: 0,
            interfaces: Vec::new(),
            clocks: Vec::new(),
            skipped: 0,
            frames_without_packet: 0,
        }
    }

    /// Reads the block at the start of `input`.
    #[inline]
    pub(crate) fn step(&mut self, input: &[u8]) -> Step {
        let Some(header) = input.first_chunk::<BLOCK_HEADER>() else {
            return Step::Need(BLOCK_HEADER);
        };
        // The type of a section header reads the same in both byte orders.
        let is_section =
            BlockType(u32::from_le_bytes([header[0], header[1], header[2], header[3]])) == BlockType::SECTION_HEADER;
        if is_section {
            let Some(prefix) = input.first_chunk::<SECTION_PREFIX>() else {
                return Step::Need(SECTION_PREFIX);
            };
            match SectionHeaderBlock::endian(prefix) {
                Some(endian) => self.endian = endian,
                None => return Step::Damage("a section header without a byte-order magic".to_string()),
            }
        }
        let (Some(block_type), Some(total)) = (self.endian.u32(header), self.endian.u32_at(header, 4)) else {
            return Step::Need(BLOCK_HEADER);
        };
        let block_type = BlockType(block_type);
        if total < block_type.least_length() || total % 4 != 0 {
            return Step::Damage(format!(
                "{block_type} of {total} bytes; expected a multiple of 4 from {} on",
                block_type.least_length()
            ));
        }
        if !block_type.is_read() {
            return self.skip(block_type, total, input);
        }
        if total > self.limits.block_bytes {
            return Step::Damage(format!(
                "{block_type} of {total} bytes, over the limit of {}",
                self.limits.block_bytes
            ));
        }
        let length = total as usize;
        let Some(block) = input.get(..length) else {
            return Step::Need(length);
        };
        if self.endian.u32_at(block, length - BLOCK_TRAILER) != Some(total) {
            return Step::Damage(format!(
                "{block_type} whose two lengths differ, {total} bytes at its start"
            ));
        }
        match block_type {
            BlockType::ENHANCED_PACKET => self.enhanced_packet(block),
            BlockType::SIMPLE_PACKET => self.simple_packet(block),
            BlockType::PACKET => self.obsolete_packet(block),
            BlockType::SECTION_HEADER => self.section(block),
            BlockType::INTERFACE_DESCRIPTION => self.interface(block),
            _ => self.statistics(block),
        }
    }

    /// A block that is not read.
    fn skip(&mut self, block_type: BlockType, total: u32, input: &[u8]) -> Step {
        // A small block is worth waiting for, to see damage where it starts; a long one is believed. What is seen must
        // not depend on the chunks.
        if total <= SMALL_BLOCK {
            let length = total as usize;
            if input.len() < length {
                return Step::Need(length);
            }
            if self.endian.u32_at(input, length - BLOCK_TRAILER) != Some(total) {
                return Step::Damage(format!(
                    "{block_type} whose two lengths differ, {total} bytes at its start"
                ));
            }
        }
        self.skipped = self.skipped.saturating_add(1);
        if block_type.is_frame() {
            self.frames_without_packet = self.frames_without_packet.saturating_add(1);
        }
        Step::Skip(u64::from(total))
    }

    fn section(&mut self, block: &[u8]) -> Step {
        let Some(section) = SectionHeaderBlock::read(block, self.endian) else {
            return Step::Damage("a section header that is too short".to_string());
        };
        // Minor version 2 was written by mistake and means 0 (pcapng 4.1).
        if section.major_version != 1 || !matches!(section.minor_version, 0 | 2) {
            return Step::Damage(format!(
                "a section of pcapng version {}.{}, which is not supported",
                section.major_version, section.minor_version
            ));
        }
        self.sections = self.sections.saturating_add(1);
        self.clocks.clear();
        consumed(block)
    }

    fn interface(&mut self, block: &[u8]) -> Step {
        let Some(description) = InterfaceDescriptionBlock::read(block, self.endian) else {
            return Step::Damage("an interface description that is too short".to_string());
        };
        if self.interfaces.len() >= self.limits.interfaces as usize {
            return Step::Damage(format!("more interfaces than the limit of {}", self.limits.interfaces));
        }
        let mut resolution = Clock::DEFAULT_RESOLUTION;
        let mut offset = 0;
        let section = self.sections.saturating_sub(1);
        let mut interface = Interface::new(section, description.link_type, description.snaplen, 0);
        for (code, value) in Options::new(description.options, self.endian) {
            match code {
                options::IF_TSRESOL => resolution = value.first().copied().unwrap_or(resolution),
                options::IF_TSOFFSET => offset = self.endian.u64_at(value, 0).map_or(offset, u64::cast_signed),
                options::IF_NAME => interface.name = Some(name(value)),
                options::IF_DESCRIPTION => interface.description = Some(name(value)),
                _ => {}
            }
        }
        interface.time_digits = Clock::digits(resolution);
        self.interfaces.push(interface);
        self.clocks.push(Clock::new(resolution, offset));
        consumed(block)
    }

    fn statistics(&mut self, block: &[u8]) -> Step {
        let Some(statistics) = InterfaceStatisticsBlock::read(block, self.endian) else {
            return Step::Damage("interface statistics that are too short".to_string());
        };
        let endian = self.endian;
        // Statistics on an interface that does not exist harm nobody.
        if let Some((_, interface)) = self.local(statistics.interface_id) {
            for (code, value) in Options::new(statistics.options, endian) {
                match code {
                    options::ISB_IFRECV => interface.received = endian.u64_at(value, 0),
                    options::ISB_IFDROP => interface.dropped = endian.u64_at(value, 0),
                    options::ISB_OSDROP => interface.os_dropped = endian.u64_at(value, 0),
                    _ => {}
                }
            }
        }
        consumed(block)
    }

    #[inline]
    fn enhanced_packet(&mut self, block: &[u8]) -> Step {
        let Some(packet) = EnhancedPacketBlock::read(block, self.endian) else {
            return overrun(BlockType::ENHANCED_PACKET);
        };
        let options = Options::new(
            block.get(packet.options_start..packet.options_end).unwrap_or_default(),
            self.endian,
        );
        let has_options = packet.options_start < packet.options_end;
        let drops = if has_options { dropcount(options) } else { 0 };
        self.record(
            BlockKind::EnhancedPacket,
            packet.interface_id,
            Some(packet.timestamp),
            drops,
            &RecordAt {
                captured: packet.captured_length,
                original: packet.original_length,
                data_start: EnhancedPacketBlock::DATA,
                options_start: packet.options_start,
                options_end: packet.options_end,
                ..RecordAt::empty(block.len(), self.endian)
            },
        )
    }

    fn obsolete_packet(&mut self, block: &[u8]) -> Step {
        let Some(packet) = PacketBlock::read(block, self.endian) else {
            return overrun(BlockType::PACKET);
        };
        // 0xFFFF: not known.
        let drops = if packet.drops_count == u16::MAX {
            0
        } else {
            packet.drops_count
        };
        let interface = u32::from(packet.interface_id);
        self.record(
            BlockKind::ObsoletePacket,
            interface,
            Some(packet.timestamp),
            u64::from(drops),
            &RecordAt {
                captured: packet.captured_length,
                original: packet.original_length,
                data_start: PacketBlock::DATA,
                options_start: packet.options_start,
                options_end: packet.options_end,
                ..RecordAt::empty(block.len(), self.endian)
            },
        )
    }

    fn simple_packet(&mut self, block: &[u8]) -> Step {
        let snaplen = self.local(0).map_or(0, |(_, interface)| interface.snaplen);
        let Some(packet) = SimplePacketBlock::read(block, self.endian, snaplen) else {
            return overrun(BlockType::SIMPLE_PACKET);
        };
        self.record(
            BlockKind::SimplePacket,
            0,
            None,
            0,
            &RecordAt {
                captured: packet.captured_length,
                original: packet.original_length,
                data_start: SimplePacketBlock::DATA,
                ..RecordAt::empty(block.len(), self.endian)
            },
        )
    }

    /// Completes a record with what its interface says.
    #[inline]
    fn record(&mut self, kind: BlockKind, id: u32, ticks: Option<u64>, drops: u64, found: &RecordAt) -> Step {
        let Some(clock) = self.clocks.get(id as usize).copied() else {
            return Step::Damage(format!(
                "a packet of interface {id}, of which the section has {}",
                self.clocks.len()
            ));
        };
        let Some((index, interface)) = self.local(id) else {
            return Step::Damage(format!("a packet of interface {id}, which does not exist"));
        };
        interface.packet_drops = interface.packet_drops.saturating_add(drops);
        Step::Record(RecordAt {
            kind,
            interface: index,
            link_type: interface.link_type,
            time_ns: ticks.and_then(|ticks| clock.time_ns(ticks)),
            time_digits: interface.time_digits,
            ..*found
        })
    }

    /// An interface of the current section, with its index among those of all sections.
    #[inline]
    fn local(&mut self, id: u32) -> Option<(u32, &mut Interface)> {
        if id as usize >= self.clocks.len() {
            return None;
        }
        let first = self.interfaces.len().checked_sub(self.clocks.len())?;
        let index = first.checked_add(id as usize)?;
        Some((u32::try_from(index).ok()?, self.interfaces.get_mut(index)?))
    }
}

/// Blocks up to this length are waited for even if they are only stepped over.
const SMALL_BLOCK: u32 = 64 << 10;

fn consumed(block: &[u8]) -> Step {
    Step::Skip(block.len() as u64)
}

fn overrun(block_type: BlockType) -> Step {
    Step::Damage(format!("{block_type} whose packet does not fit into it"))
}

fn dropcount(mut options: Options<'_>) -> u64 {
    let endian = options.endian;
    options
        .find(|(code, _)| *code == options::EPB_DROPCOUNT)
        .and_then(|(_, value)| endian.u64_at(value, 0))
        .unwrap_or(0)
}

/// Text of an option, bounded, without what is no text.
fn name(value: &[u8]) -> String {
    let bounded = value.get(..NAME_BYTES).unwrap_or(value);
    let text = String::from_utf8_lossy(bounded);
    text.trim_end_matches('\0').to_string()
}
