//! One captured frame: through the link layer and IP to a [`Datagram`].
//!
//! Ethernet II with VLAN tags (802.1Q, 802.1ad), 802.1CB tags, SNAP, MPLS and PPPoE; Linux cooked captures; BSD loopback;
//! PPP; Cisco HDLC; raw IP. IPv4 and IPv6 with extension headers. UDP, TCP; what else IP carries keeps its number.
//!
//! Nothing is allocated, and every length in a header is held against the bytes that are there. Checksums are not
//! checked: captures of the sending machine hold unfinished ones.

mod datagram;
mod fields;
mod ip;
mod link;
mod transport;

use core::net::IpAddr;

pub use self::datagram::{Datagram, Endpoint, Piece, Place, Protocol, Tcp, TcpFlags, ip_protocol};
pub use self::fields::{HeaderField, fields};
pub(crate) use self::ip::{Ip, upper_layer};
use crate::link_type::LinkType;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A whole IP datagram.
    Datagram(Datagram<'a>),
    /// A part of an IP datagram, for [`Fragments`](crate::Fragments).
    Fragment(Fragment<'a>),
    /// Anything else.
    Other(Other<'a>),
}

/// A part of an IP datagram (RFC 791 3.2, RFC 8200 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Sender.
    pub source: IpAddr,
    /// Receiver.
    pub destination: IpAddr,
    /// The protocol of the whole datagram; with IPv6 it may be an extension header's.
    pub protocol: u8,
    /// What all fragments of one datagram have in common.
    pub identification: u32,
    /// Where the payload belongs in the whole one, in bytes.
    pub offset: u32,
    /// Further fragments follow it.
    pub more: bool,
    /// Its bytes, as far as they were captured.
    pub payload: &'a [u8],
    /// Bytes that `payload` has by the header's own length.
    pub payload_length: u32,
    /// Offset of `payload` in the frame.
    pub payload_offset: u32,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Differentiated services code point (RFC 2474), 0 to 63.
    pub dscp: u8,
    /// VLANs of the frame.
    pub vlans: Vlans,
}

/// A frame without an IP datagram that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other<'a> {
    /// What it is instead.
    pub kind: OtherKind,
    /// What follows the last header that was read, as far as it was captured.
    pub payload: &'a [u8],
    /// Offset of `payload` in the frame.
    pub payload_offset: u32,
    /// VLANs of the frame.
    pub vlans: Vlans,
}

/// Kinds of frames without an IP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherKind {
    /// Address Resolution Protocol (RFC 826).
    Arp,
    /// Precision Time Protocol directly over Ethernet (IEEE 1588-2019 annex E).
    Ptp,
    /// Link Layer Discovery Protocol (IEEE 802.1AB).
    Lldp,
    /// IEEE 802.2 logical link control: spanning tree and others.
    Llc,
    /// Another EtherType or, behind PPP, another protocol.
    EtherType(u16),
    /// A link type that this crate does not look into.
    LinkType(LinkType),
    /// The named header is not there in full: the frame is short, or was cut by the snaplen.
    Truncated(&'static str),
    /// The named field contradicts the rest.
    Malformed(&'static str),
}

/// VLAN identifiers of a frame, the outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vlans {
    ids: [u16; Self::KEPT],
    depth: u8,
}

/// What a frame holds. `data` is a record's `data`, and starts with the header that `link_type` says.
#[must_use]
#[inline]
pub fn decode(link_type: LinkType, data: &[u8]) -> Frame<'_> {
    link::walk(link_type, data, &mut ())
}

impl Vlans {
    /// Identifiers that are kept; deeper tags are only counted.
    pub const KEPT: usize = 4;

    /// The identifiers, 0 to 4095, at most [`KEPT`](Self::KEPT).
    #[must_use]
    pub fn ids(&self) -> &[u16] {
        self.ids.get(..usize::from(self.depth)).unwrap_or(&self.ids)
    }

    /// How many tags the frame has.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    fn push(&mut self, tag_control: u16) {
        if let Some(id) = self.ids.get_mut(usize::from(self.depth)) {
            *id = tag_control & 0x0fff;
        }
        self.depth = self.depth.saturating_add(1);
    }
}

/// A header that was read, for [`fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Ethernet,
    Vlan,
    RedundancyTag,
    Llc,
    Mpls,
    Pppoe,
    Ppp,
    LinuxSll,
    LinuxSll2,
    Loopback,
    CiscoHdlc,
    Ipv4,
    Ipv6,
    Ipv6Fragment,
    /// An extension header by its protocol number.
    Extension(u8),
    Udp,
    Tcp,
}

/// Learns of each header on the way. The trace that notes nothing costs nothing.
trait Trace {
    fn header(&mut self, header: Header, start: usize, length: usize);
}

impl Trace for () {
    #[inline(always)]
    fn header(&mut self, _: Header, _: usize, _: usize) {}
}

/// The rest of `data` from `at` on, as something that cannot be read further.
#[cold]
fn other(kind: OtherKind, data: &[u8], at: usize, vlans: Vlans) -> Frame<'_> {
    Frame::Other(Other {
        kind,
        payload: data.get(at..).unwrap_or_default(),
        payload_offset: offset_u32(at.min(data.len())),
        vlans,
    })
}

/// Offsets in a frame are below `Limits::block_bytes`, which is 32 bits wide.
#[inline]
fn offset_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
