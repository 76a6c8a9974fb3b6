//! What IP carries: a UDP datagram, a TCP segment, or the payload of another protocol.

use core::fmt;
use core::net::IpAddr;

use super::Vlans;

/// Protocol numbers of IP (IANA "Assigned Internet Protocol Numbers") that this crate or its users tell apart.
pub mod ip_protocol {
    /// Internet Control Message Protocol (RFC 792).
    pub const ICMP: u8 = 1;
    /// Internet Group Management Protocol (RFC 3376).
    pub const IGMP: u8 = 2;
    /// Transmission Control Protocol (RFC 9293).
    pub const TCP: u8 = 6;
    /// User Datagram Protocol (RFC 768).
    pub const UDP: u8 = 17;
    /// ICMP for IPv6 (RFC 4443), MLD included.
    pub const ICMPV6: u8 = 58;
}

/// One IP datagram, whole: from one frame, or put together from [`Fragment`](super::Fragment)s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// Its protocol, with what the protocol's header says.
    pub protocol: Protocol<'a>,
    /// What follows the protocol's header, as far as it was captured. For [`Protocol::Other`]: all that IP carries.
    pub payload: &'a [u8],
    /// Bytes that `payload` has by the headers' own lengths.
    pub payload_length: u32,
    /// Offset of `payload`: in the frame, or in the reassembled payload of IP if there are `pieces`.
    pub payload_offset: u32,
    /// `payload` is shorter than the headers say: cut by the snaplen, or a wrong length.
    pub truncated: bool,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Differentiated services code point (RFC 2474), 0 to 63.
    pub dscp: u8,
    /// VLANs of the frame, of the first fragment to arrive if there were several.
    pub vlans: Vlans,
    /// The fragments that it was put together from, in the order of their bytes; empty if it came in one frame.
    pub pieces: &'a [Piece],
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub addr: IpAddr,
    /// UDP or TCP port; 0 where the protocol has none.
    pub port: u16,
}

/// The protocol above IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol<'a> {
    /// UDP (RFC 768).
    Udp {
        /// The length field: bytes of header and payload. 0 where the sender's network card was to fill it in.
        length: u16,
    },
    /// TCP (RFC 9293).
    Tcp(Tcp<'a>),
    /// Any other, by its number (see [`ip_protocol`]).
    Other(u8),
}

/// The header of a TCP segment (RFC 9293 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// Sequence number of the first payload byte (of the SYN, if that flag is set).
    pub sequence: u32,
    /// Next sequence number that the sender expects; valid with the flag ACK.
    pub acknowledgement: u32,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window as sent: not scaled.
    pub window: u16,
    /// The options, as far as they were captured.
    pub options: &'a [u8],
}

/// Control bits of a TCP segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(pub u16);

/// A fragment's share of a reassembled datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The record that it came in: the key given to [`Fragments::push`](crate::Fragments::push).
    pub key: u64,
    /// Its first byte in the reassembled payload of IP.
    pub start: u32,
    /// Its bytes.
    pub length: u32,
    /// Offset of its first byte in its frame.
    pub frame_offset: u32,
}

/// Where a byte of a datagram's payload was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The record; `None` for the one frame that holds the whole datagram.
    pub key: Option<u64>,
    /// Offset of the byte in that frame.
    pub frame_offset: u32,
    /// Index of its piece; 0 if there are none.
    pub piece: u32,
    /// Payload bytes that follow each other in that frame, this one included.
    pub left: u32,
}

impl Datagram<'_> {
    /// Whether this is UDP.
    #[must_use]
    pub const fn is_udp(&self) -> bool {
        matches!(self.protocol, Protocol::Udp { .. })
    }

    /// Whether this is TCP.
    #[must_use]
    pub const fn is_tcp(&self) -> bool {
        matches!(self.protocol, Protocol::Tcp(_))
    }

    /// Where byte `index` of `payload` was captured; `None` if it was not.
    #[must_use]
    pub fn locate(&self, index: u32) -> Option<Place> {
        let there = u32::try_from(self.payload.len()).ok()?;
        let left = there.checked_sub(index).filter(|left| *left > 0)?;
        let at = self.payload_offset.checked_add(index)?;
        if self.pieces.is_empty() {
            return Some(Place {
                key: None,
                frame_offset: at,
                piece: 0,
                left,
            });
        }
        let piece = self.pieces.partition_point(|piece| piece.start <= at).checked_sub(1)?;
        let found = self.pieces.get(piece)?;
        let within = at.checked_sub(found.start)?;
        Some(Place {
            key: Some(found.key),
            frame_offset: found.frame_offset.checked_add(within)?,
            piece: u32::try_from(piece).ok()?,
            left: left.min(found.length.checked_sub(within)?),
        })
    }
}

impl Protocol<'_> {
    /// Its number in IP's header.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match self {
            Self::Udp { .. } => ip_protocol::UDP,
            Self::Tcp(_) => ip_protocol::TCP,
            Self::Other(number) => *number,
        }
    }
}

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: u16 = 0x001;
    /// Synchronise sequence numbers.
    pub const SYN: u16 = 0x002;
    /// Reset the connection.
    pub const RST: u16 = 0x004;
    /// Push function.
    pub const PSH: u16 = 0x008;
    /// The acknowledgement number is valid.
    pub const ACK: u16 = 0x010;
    /// The urgent pointer is valid.
    pub const URG: u16 = 0x020;
    /// ECN echo (RFC 3168).
    pub const ECE: u16 = 0x040;
    /// Congestion window reduced (RFC 3168).
    pub const CWR: u16 = 0x080;

    /// Names by bit, the lowest first.
    const NAMES: [(u16, &'static str); 8] = [
        (Self::FIN, "FIN"),
        (Self::SYN, "SYN"),
        (Self::RST, "RST"),
        (Self::PSH, "PSH"),
        (Self::ACK, "ACK"),
        (Self::URG, "URG"),
        (Self::ECE, "ECE"),
        (Self::CWR, "CWR"),
    ];

    /// Whether all of `bits` are set.
    #[must_use]
    pub const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }
}

impl fmt::Display for TcpFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (bit, name) in Self::NAMES {
            if self.has(bit) {
                if !first {
                    f.write_str(", ")?;
                }
                f.write_str(name)?;
                first = false;
            }
        }
        if first { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.addr {
            IpAddr::V4(addr) => write!(f, "{addr}:{}", self.port),
            IpAddr::V6(addr) => write!(f, "[{addr}]:{}", self.port),
        }
    }
}
