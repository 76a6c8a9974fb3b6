//! One captured packet, and the interface that it was captured on.

use alloc::string::String;

use crate::link_type::LinkType;
use crate::pcapng::options::{self, Options};

/// One captured packet, as the capture holds it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its number in the capture, from 1, as Wireshark counts frames: pcapng blocks that carry no packet but show as a
    /// frame there (custom blocks, journal entries) take a number as well.
    pub ordinal: u64,
    /// The structure that it came in.
    pub kind: BlockKind,
    /// Index into [`Reader::interfaces`](crate::Reader::interfaces).
    pub interface: u32,
    /// What `data` starts with.
    pub link_type: LinkType,
    /// Capture time in nanoseconds since 1970 UTC; `None` where the block has no time, or one that 64 bits cannot hold.
    pub time_ns: Option<i64>,
    /// Decimals of a second that the capture resolves: 6 for µs, 9 for ns.
    pub time_digits: u8,
    /// Bytes that were captured: the length of `data`.
    pub captured_len: u32,
    /// Bytes that the packet had on the wire, as the capture says.
    pub original_len: u32,
    /// Offset of `data` in the stream.
    pub file_offset: u64,
    /// The packet from its link-layer header on.
    pub data: &'a [u8],
    pub(crate) options: Options<'a>,
}

/// The structure that a record came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A packet record of a pcap file.
    Pcap,
    /// Enhanced Packet Block (pcapng 4.3).
    EnhancedPacket,
    /// Simple Packet Block (pcapng 4.4): no time, no options.
    SimplePacket,
    /// The obsolete Packet Block (pcapng appendix A).
    ObsoletePacket,
}

/// One interface of a capture, with what its statistics blocks said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The section that it belongs to, from 0; a pcap file is one section.
    pub section: u32,
    /// What its packets start with.
    pub link_type: LinkType,
    /// Bytes a packet is cut to; 0 for no bound.
    pub snaplen: u32,
    /// Decimals of a second that its times resolve: 6 for µs, 9 for ns.
    pub time_digits: u8,
    /// if_name, such as "eth0".
    pub name: Option<String>,
    /// if_description.
    pub description: Option<String>,
    /// Packets that the interface received (isb_ifrecv).
    pub received: Option<u64>,
    /// Packets that the interface lost for want of resources (isb_ifdrop).
    pub dropped: Option<u64>,
    /// Packets that the operating system lost (isb_osdrop).
    pub os_dropped: Option<u64>,
    /// Packets lost as the packet blocks themselves say (epb_dropcount, the drops count of the obsolete Packet Block).
    pub packet_drops: u64,
}

impl<'a> Record<'a> {
    /// The same without its bytes and comments, to be kept; `data` can be lent to it again.
    #[must_use]
    pub const fn detached(&self) -> Record<'static> {
        Record {
            ordinal: self.ordinal,
            kind: self.kind,
            interface: self.interface,
            link_type: self.link_type,
            time_ns: self.time_ns,
            time_digits: self.time_digits,
            captured_len: self.captured_len,
            original_len: self.original_len,
            file_offset: self.file_offset,
            data: &[],
            options: Options::new(&[], self.options.endian),
        }
    }

    /// Whether the capture holds less than the packet had on the wire.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.captured_len < self.original_len
    }

    /// The first comment on this packet (opt_comment).
    #[must_use]
    pub fn comment(&self) -> Option<&'a str> {
        self.comments().next()
    }

    /// All comments on this packet that are valid UTF-8.
    pub fn comments(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.options
            .filter(|(code, _)| *code == options::COMMENT)
            .filter_map(|(_, text)| core::str::from_utf8(text).ok())
    }

    /// Direction, reception type and link-layer errors (epb_flags, pcapng 4.3.1).
    #[must_use]
    pub fn flags(&self) -> Option<u32> {
        let mut options = self.options;
        let endian = options.endian;
        let (_, value) = options.find(|(code, _)| *code == options::EPB_FLAGS)?;
        endian.u32(value)
    }
}

impl Interface {
    pub(crate) const fn new(section: u32, link_type: LinkType, snaplen: u32, time_digits: u8) -> Self {
        Self {
            section,
            link_type,
            snaplen,
            time_digits,
            name: None,
            description: None,
            received: None,
            dropped: None,
            os_dropped: None,
            packet_drops: 0,
        }
    }

    /// Packets that the capture says were lost before it: the larger of what statistics and packets say.
    #[must_use]
    pub fn drops(&self) -> u64 {
        let statistics = self.dropped.unwrap_or(0).saturating_add(self.os_dropped.unwrap_or(0));
        statistics.max(self.packet_drops)
    }
}
