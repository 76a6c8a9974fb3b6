//! IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::transport::{tcp, udp};
use super::{Fragment, Frame, Header, OtherKind, Trace, Vlans, ip_protocol, offset_u32, other};
use crate::frame::{Datagram, Endpoint, Protocol};

/// Bytes of an IPv4 header without options.
const IPV4_HEADER: usize = 20;
/// Bytes of an IPv6 header.
const IPV6_HEADER: usize = 40;
/// Flags and offset of an IPv4 fragment.
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;
/// Extension headers that are looked through in one datagram; real ones have at most a few.
const MOST_EXTENSIONS: u32 = 16;

/// Numbers of IPv6 extension headers (IANA "IPv6 Extension Header Types").
pub(super) mod extension {
    pub(in crate::frame) const HOP_BY_HOP: u8 = 0;
    pub(in crate::frame) const ROUTING: u8 = 43;
    pub(in crate::frame) const FRAGMENT: u8 = 44;
    pub(in crate::frame) const AUTHENTICATION: u8 = 51;
    pub(in crate::frame) const DESTINATION: u8 = 60;
    pub(in crate::frame) const MOBILITY: u8 = 135;
    pub(in crate::frame) const HOST_IDENTITY: u8 = 139;
    pub(in crate::frame) const SHIM6: u8 = 140;
}

/// What a datagram takes from its IP header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ip {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) ttl: u8,
    pub(crate) dscp: u8,
    pub(crate) vlans: Vlans,
}

/// A part of what IP carries, within the bytes that hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    /// The frame, or the reassembled payload.
    pub(super) data: &'a [u8],
    /// Where it starts in `data`.
    pub(super) at: usize,
    /// Its bytes, as far as they were captured.
    pub(super) bytes: &'a [u8],
    /// Its length by the headers.
    pub(super) declared: u32,
}

#[inline]
pub(super) fn ipv4<'a>(data: &'a [u8], at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    let packet = data.get(at..).unwrap_or_default();
    let Some(header) = packet.first_chunk::<IPV4_HEADER>() else {
        return other(OtherKind::Truncated("IPv4 header"), data, at, vlans);
    };
    if header[0] >> 4 != 4 {
        return other(OtherKind::Malformed("IPv4 version"), data, at, vlans);
    }
    let header_length = usize::from(header[0] & 0x0f) * 4;
    if header_length < IPV4_HEADER {
        return other(OtherKind::Malformed("IPv4 header length"), data, at, vlans);
    }
    let Some((_, behind)) = packet.split_at_checked(header_length) else {
        return other(OtherKind::Truncated("IPv4 options"), data, at, vlans);
    };
    // 0: the network card was to cut and complete this (segmentation offload).
    let declared = match usize::from(u16::from_be_bytes([header[2], header[3]])) {
        0 => behind.len(),
        total if total < header_length => {
            return other(OtherKind::Malformed("IPv4 total length"), data, at, vlans);
        }
        total => total - header_length,
    };
    trace.header(Header::Ipv4, at, header_length);
    let ip = Ip {
        source: IpAddr::V4(Ipv4Addr::new(header[12], header[13], header[14], header[15])),
        destination: IpAddr::V4(Ipv4Addr::new(header[16], header[17], header[18], header[19])),
        ttl: header[8],
        dscp: header[1] >> 2,
        vlans,
    };
    let body = Body {
        data,
        at: at + header_length,
        bytes: behind.get(..declared).unwrap_or(behind),
        declared: offset_u32(declared),
    };
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    if fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET) != 0 {
        let identification = u32::from(u16::from_be_bytes([header[4], header[5]]));
        let offset = u32::from(fragment & FRAGMENT_OFFSET) * 8;
        let more = fragment & MORE_FRAGMENTS != 0;
        return ip.fragment(header[9], identification, offset, more, body);
    }
    ip.upper(header[9], body, trace)
}

#[inline]
pub(super) fn ipv6<'a>(data: &'a [u8], at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    let packet = data.get(at..).unwrap_or_default();
    let Some((header, behind)) = packet.split_first_chunk::<IPV6_HEADER>() else {
        return other(OtherKind::Truncated("IPv6 header"), data, at, vlans);
    };
    if header[0] >> 4 != 6 {
        return other(OtherKind::Malformed("IPv6 version"), data, at, vlans);
    }
    trace.header(Header::Ipv6, at, IPV6_HEADER);
    // 0: a jumbogram (RFC 2675), or segmentation offload.
    let declared = match usize::from(u16::from_be_bytes([header[4], header[5]])) {
        0 => behind.len(),
        length => length,
    };
    let ip = Ip {
        source: ipv6_address(header, 8),
        destination: ipv6_address(header, 24),
        ttl: header[7],
        dscp: (header[0] & 0x0f) << 2 | header[1] >> 6,
        vlans,
    };
    let body = Body {
        data,
        at: at + IPV6_HEADER,
        bytes: behind.get(..declared).unwrap_or(behind),
        declared: offset_u32(declared),
    };
    ip.upper(header[6], body, trace)
}

/// What a reassembled datagram holds. Offsets are those in `payload`.
pub(crate) fn upper_layer<'a>(ip: &Ip, protocol: u8, payload: &'a [u8], declared: u32) -> Frame<'a> {
    let body = Body {
        data: payload,
        at: 0,
        bytes: payload,
        declared,
    };
    ip.upper(protocol, body, &mut ())
}

impl Ip {
    /// Steps over extension headers, then reads the transport header.
    #[inline]
    fn upper<'a>(&self, protocol: u8, body: Body<'a>, trace: &mut impl Trace) -> Frame<'a> {
        match protocol {
            ip_protocol::UDP => udp(self, body, trace),
            ip_protocol::TCP => tcp(self, body, trace),
            _ => self.extensions(protocol, body, trace),
        }
    }

    fn extensions<'a>(&self, mut protocol: u8, mut body: Body<'a>, trace: &mut impl Trace) -> Frame<'a> {
        for _ in 0..MOST_EXTENSIONS {
            let length = match protocol {
                ip_protocol::UDP => return udp(self, body, trace),
                ip_protocol::TCP => return tcp(self, body, trace),
                extension::HOP_BY_HOP if self.source.is_ipv4() => return self.unknown(protocol, body),
                extension::FRAGMENT => match self.ipv6_fragment(body, trace) {
                    Ok(fragment) => return fragment,
                    Err(next) => {
                        protocol = next;
                        body = body.behind(8).unwrap_or(body);
                        continue;
                    }
                },
                extension::HOP_BY_HOP
                | extension::ROUTING
                | extension::DESTINATION
                | extension::MOBILITY
                | extension::HOST_IDENTITY
                | extension::SHIM6 => body.bytes.get(1).map(|length| (usize::from(*length) + 1) * 8),
                extension::AUTHENTICATION => body.bytes.get(1).map(|length| (usize::from(*length) + 2) * 4),
                _ => return self.unknown(protocol, body),
            };
            let next = body.bytes.first().copied();
            match (next, length.and_then(|length| Some((length, body.behind(length)?)))) {
                (Some(next), Some((length, behind))) => {
                    trace.header(Header::Extension(protocol), body.at, length);
                    protocol = next;
                    body = behind;
                }
                _ => {
                    return other(
                        OtherKind::Truncated("IPv6 extension header"),
                        body.data,
                        body.at,
                        self.vlans,
                    );
                }
            }
        }
        other(
            OtherKind::Malformed("number of IPv6 extension headers"),
            body.data,
            body.at,
            self.vlans,
        )
    }

    /// The fragment that an IPv6 fragment header makes of its packet, or the next header if it holds all of it.
    fn ipv6_fragment<'a>(&self, body: Body<'a>, trace: &mut impl Trace) -> Result<Frame<'a>, u8> {
        let (Some(&header), Some(behind)) = (body.bytes.first_chunk::<8>(), body.behind(8)) else {
            return Ok(other(
                OtherKind::Truncated("IPv6 fragment header"),
                body.data,
                body.at,
                self.vlans,
            ));
        };
        trace.header(Header::Ipv6Fragment, body.at, 8);
        let place = u16::from_be_bytes([header[2], header[3]]);
        let (offset, more) = (u32::from(place & !7), place & 1 != 0);
        if offset == 0 && !more {
            return Err(header[0]);
        }
        let identification = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        Ok(self.fragment(header[0], identification, offset, more, behind))
    }

    #[cold]
    fn fragment<'a>(&self, protocol: u8, identification: u32, offset: u32, more: bool, body: Body<'a>) -> Frame<'a> {
        Frame::Fragment(Fragment {
            source: self.source,
            destination: self.destination,
            protocol,
            identification,
            offset,
            more,
            payload: body.bytes,
            payload_length: body.declared,
            payload_offset: offset_u32(body.at),
            ttl: self.ttl,
            dscp: self.dscp,
            vlans: self.vlans,
        })
    }

    /// A protocol that is not read any further.
    fn unknown<'a>(&self, protocol: u8, body: Body<'a>) -> Frame<'a> {
        Frame::Datagram(self.datagram(Protocol::Other(protocol), (0, 0), body))
    }

    /// A datagram whose payload is `body`.
    #[inline]
    pub(super) fn datagram<'a>(&self, protocol: Protocol<'a>, ports: (u16, u16), body: Body<'a>) -> Datagram<'a> {
        Datagram {
            source: Endpoint {
                addr: self.source,
                port: ports.0,
            },
            destination: Endpoint {
                addr: self.destination,
                port: ports.1,
            },
            protocol,
            payload: body.bytes,
            payload_length: body.declared,
            payload_offset: offset_u32(body.at),
            truncated: body.bytes.len() < body.declared as usize,
            ttl: self.ttl,
            dscp: self.dscp,
            vlans: self.vlans,
            pieces: &[],
        }
    }
}

impl Body<'_> {
    /// What follows its first `length` bytes, if they are all there.
    #[inline]
    pub(super) fn behind(&self, length: usize) -> Option<Self> {
        Some(Self {
            bytes: self.bytes.get(length..)?,
            at: self.at.checked_add(length)?,
            declared: self.declared.checked_sub(u32::try_from(length).ok()?)?,
            ..*self
        })
    }
}

/// The address at `at` of an IPv6 header.
#[inline]
fn ipv6_address(header: &[u8; IPV6_HEADER], at: usize) -> IpAddr {
    let octets = header.get(at..).and_then(|rest| rest.first_chunk::<16>()).copied();
    IpAddr::V6(Ipv6Addr::from(octets.unwrap_or_default()))
}
