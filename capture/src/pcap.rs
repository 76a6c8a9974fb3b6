//! The classic capture format (draft-ietf-opsawg-pcap): one file header, then packet records.

use alloc::format;

use crate::bytes::Endian;
use crate::limits::Limits;
use crate::link_type::LinkType;
use crate::reader::{RecordAt, Step};
use crate::record::{BlockKind, Interface};

/// Bytes of the file header.
pub(crate) const FILE_HEADER: usize = 24;
/// Bytes of a packet record's header.
pub(crate) const PACKET_HEADER: usize = 16;
/// Bytes of a packet record's header in Kuznetzov's format: interface, protocol and packet type follow.
const PACKET_HEADER_MODIFIED: usize = 24;

pub(crate) const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(crate) const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
const MAGIC_MODIFIED: u32 = 0xa1b2_cd34;

/// What libpcap and Wireshark take for the longest packet, whatever the file header's snaplen says. A longer captured
/// length is a sign of damage, and the sooner it is seen, the less garbage passes for packets.
const LONGEST_PACKET: u32 = 262_144;

/// The link type shares its word with the length of a frame check sequence.
const LINK_TYPE_MASK: u32 = 0x03ff_ffff;

/// The file header, as far as the packet records need it.
#[derive(Debug)]
pub(crate) struct Pcap {
    endian: Endian,
    /// Nanoseconds of one unit of a time's second word.
    unit_ns: u32,
    packet_header: usize,
    link_type: LinkType,
    longest: u32,
    /// Versions before 2.3 hold captured and original length in the other order; 2.3 itself in either.
    swapped: Swapped,
}

#[derive(Debug, PartialEq)]
enum Swapped {
    Never,
    Always,
    IfCapturedIsLonger,
}

impl Pcap {
    /// Reads the file header, all of which must be there.
    pub(crate) fn new(header: &[u8; FILE_HEADER], limits: &Limits) -> Option<(Self, Interface)> {
        let magic = *header.first_chunk()?;
        let endian = match u32::from_le_bytes(magic) {
            MAGIC_MICROSECONDS | MAGIC_NANOSECONDS | MAGIC_MODIFIED => Endian::Little,
            _ => Endian::Big,
        };
        let (unit_ns, digits, packet_header) = match endian.u32(&magic)? {
            MAGIC_MICROSECONDS => (1000, 6, PACKET_HEADER),
            MAGIC_NANOSECONDS => (1, 9, PACKET_HEADER),
            MAGIC_MODIFIED => (1000, 6, PACKET_HEADER_MODIFIED),
            _ => return None,
        };
        let version = (endian.u16_at(header, 4)?, endian.u16_at(header, 6)?);
        let snaplen = endian.u32_at(header, 16)?;
        let link_type = LinkType(endian.u32_at(header, 20)? & LINK_TYPE_MASK);
        let file = Self {
            endian,
            unit_ns,
            packet_header,
            link_type,
            longest: snaplen.max(LONGEST_PACKET).min(limits.block_bytes),
            swapped: match version {
                (0..=1, _) | (2, 0..=2) => Swapped::Always,
                (2, 3) => Swapped::IfCapturedIsLonger,
                _ => Swapped::Never,
            },
        };
        Some((file, Interface::new(0, link_type, snaplen, digits)))
    }

    /// Reads the packet record at the start of `input`.
    #[inline]
    pub(crate) fn step(&self, input: &[u8]) -> Step {
        let Some(header) = input.first_chunk::<PACKET_HEADER>() else {
            return Step::Need(self.packet_header);
        };
        let [seconds, fraction, captured, original] = self.words(header);
        let (captured, original) = match self.swapped {
            Swapped::Never => (captured, original),
            Swapped::IfCapturedIsLonger if captured <= original => (captured, original),
            _ => (original, captured),
        };
        if captured > self.longest {
            return Step::Damage(format!(
                "a packet record of {captured} captured bytes, more than the {} that a packet may have here",
                self.longest
            ));
        }
        // At most `Limits::block_bytes` and a header: no overflow on 32 bits.
        let length = (captured as usize).saturating_add(self.packet_header);
        if input.len() < length {
            return Step::Need(length);
        }
        // The largest values make 4.3e18, less than i64 holds.
        let time_ns = i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * i64::from(self.unit_ns);
        Step::Record(RecordAt {
            kind: BlockKind::Pcap,
            interface: 0,
            link_type: self.link_type,
            time_ns: Some(time_ns),
            time_digits: if self.unit_ns == 1 { 9 } else { 6 },
            captured,
            original,
            data_start: self.packet_header,
            options_start: length,
            options_end: length,
            endian: self.endian,
            length,
        })
    }

    #[inline]
    fn words(&self, header: &[u8; PACKET_HEADER]) -> [u32; 4] {
        let (words, _) = header.as_chunks::<4>();
        let mut out = [0; 4];
        for (out, &word) in out.iter_mut().zip(words) {
            *out = match self.endian {
                Endian::Little => u32::from_le_bytes(word),
                Endian::Big => u32::from_be_bytes(word),
            };
        }
        out
    }
}
