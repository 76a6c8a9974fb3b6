//! Link layers: from the first byte of a frame to the header of IP.

use super::ip::{ipv4, ipv6};
use super::{Frame, Header, OtherKind, Trace, Vlans, other};
use crate::bytes::Endian;
use crate::link_type::LinkType;

/// Tags and encapsulations that are looked through, one within the other.
const MOST_TAGS: u32 = 16;
/// Values of the EtherType field up to here are lengths (IEEE 802.3 3.2.6).
const LONGEST_LENGTH_FIELD: u16 = 1500;
/// ARPHRD_NETLINK: such a packet's protocol is no EtherType.
const ARPHRD_NETLINK: u16 = 824;
/// DSAP, SSAP, control and the OUI 00-00-00 that announce an EtherType (RFC 1042).
const SNAP_RFC1042: [u8; 6] = [0xaa, 0xaa, 0x03, 0, 0, 0];
/// Address and control of PPP in HDLC-like framing (RFC 1662 3.1).
const PPP_ADDRESS_CONTROL: [u8; 2] = [0xff, 0x03];

/// EtherTypes (IANA "IEEE 802 Numbers").
pub(super) mod ether_type {
    pub(in crate::frame) const IPV4: u16 = 0x0800;
    pub(in crate::frame) const ARP: u16 = 0x0806;
    pub(in crate::frame) const VLAN: u16 = 0x8100;
    pub(in crate::frame) const IPV6: u16 = 0x86dd;
    pub(in crate::frame) const MPLS: u16 = 0x8847;
    pub(in crate::frame) const MPLS_MULTICAST: u16 = 0x8848;
    pub(in crate::frame) const PPPOE_SESSION: u16 = 0x8864;
    pub(in crate::frame) const SERVICE_VLAN: u16 = 0x88a8;
    pub(in crate::frame) const LLDP: u16 = 0x88cc;
    pub(in crate::frame) const PTP: u16 = 0x88f7;
    pub(in crate::frame) const OLD_QINQ: u16 = 0x9100;
    pub(in crate::frame) const OLD_QINQ_2: u16 = 0x9200;
    pub(in crate::frame) const REDUNDANCY_TAG: u16 = 0xf1c1;
}

/// PPP protocol numbers of IPv4 and IPv6 (RFC 1332, RFC 5072).
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// Reads a frame from its link layer on.
#[inline]
pub(super) fn walk<'a>(link_type: LinkType, data: &'a [u8], trace: &mut impl Trace) -> Frame<'a> {
    match link_type {
        LinkType::ETHERNET => {
            let Some(header) = data.first_chunk::<14>() else {
                return other(OtherKind::Truncated("Ethernet header"), data, 0, Vlans::default());
            };
            trace.header(Header::Ethernet, 0, 14);
            let ether_type = u16::from_be_bytes([header[12], header[13]]);
            network(ether_type, data, 14, trace)
        }
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => raw(data, 0, Vlans::default(), trace),
        LinkType::IPV4 => ipv4(data, 0, Vlans::default(), trace),
        LinkType::IPV6 => ipv6(data, 0, Vlans::default(), trace),
        LinkType::LINUX_SLL => cooked(data, Header::LinuxSll, 16, 14, 2, trace),
        LinkType::LINUX_SLL2 => cooked(data, Header::LinuxSll2, 20, 0, 8, trace),
        LinkType::NULL | LinkType::LOOP => loopback(data, trace),
        LinkType::PPP | LinkType::PPP_HDLC => ppp(data, 0, Vlans::default(), trace),
        LinkType::PPP_ETHER => pppoe(data, 0, Vlans::default(), trace),
        LinkType::C_HDLC => match Endian::Big.u16_at(data, 2) {
            Some(ether_type) => {
                trace.header(Header::CiscoHdlc, 0, 4);
                network(ether_type, data, 4, trace)
            }
            None => other(OtherKind::Truncated("Cisco HDLC header"), data, 0, Vlans::default()),
        },
        unknown => other(OtherKind::LinkType(unknown), data, 0, Vlans::default()),
    }
}

/// What an EtherType announces at `at`, through tags of any kind.
#[inline]
fn network<'a>(mut ether_type: u16, data: &'a [u8], mut at: usize, trace: &mut impl Trace) -> Frame<'a> {
    let mut vlans = Vlans::default();
    for _ in 0..MOST_TAGS {
        let kind = match ether_type {
            ether_type::IPV4 => return ipv4(data, at, vlans, trace),
            ether_type::IPV6 => return ipv6(data, at, vlans, trace),
            ether_type::VLAN | ether_type::SERVICE_VLAN | ether_type::OLD_QINQ | ether_type::OLD_QINQ_2 => {
                let (Some(control), Some(next)) = (Endian::Big.u16_at(data, at), Endian::Big.u16_at(data, at + 2))
                else {
                    return other(OtherKind::Truncated("VLAN tag"), data, at, vlans);
                };
                trace.header(Header::Vlan, at, 4);
                vlans.push(control);
                ether_type = next;
                at += 4;
                continue;
            }
            ether_type::REDUNDANCY_TAG => {
                let Some(next) = Endian::Big.u16_at(data, at + 4) else {
                    return other(OtherKind::Truncated("redundancy tag"), data, at, vlans);
                };
                trace.header(Header::RedundancyTag, at, 6);
                ether_type = next;
                at += 6;
                continue;
            }
            ether_type::PPPOE_SESSION => return pppoe(data, at, vlans, trace),
            ether_type::MPLS | ether_type::MPLS_MULTICAST => return mpls(data, at, vlans, trace),
            length if length <= LONGEST_LENGTH_FIELD => {
                let llc = data.get(at..).unwrap_or_default();
                match (llc.starts_with(&SNAP_RFC1042), Endian::Big.u16_at(data, at + 6)) {
                    // A length in the place of an EtherType would lead here again.
                    (true, Some(next)) if next > LONGEST_LENGTH_FIELD => {
                        trace.header(Header::Llc, at, 8);
                        ether_type = next;
                        at += 8;
                        continue;
                    }
                    _ => OtherKind::Llc,
                }
            }
            ether_type::ARP => OtherKind::Arp,
            ether_type::PTP => OtherKind::Ptp,
            ether_type::LLDP => OtherKind::Lldp,
            unknown => OtherKind::EtherType(unknown),
        };
        return other(kind, data, at, vlans);
    }
    other(OtherKind::Malformed("number of VLAN tags"), data, at, vlans)
}

/// IPv4 or IPv6, as the first four bits say.
#[inline]
fn raw<'a>(data: &'a [u8], at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    match data.get(at).map(|byte| byte >> 4) {
        Some(4) => ipv4(data, at, vlans, trace),
        Some(6) => ipv6(data, at, vlans, trace),
        Some(_) => other(OtherKind::Malformed("IP version"), data, at, vlans),
        None => other(OtherKind::Truncated("IP header"), data, at, vlans),
    }
}

/// Linux cooked captures: a header of `length` bytes with the EtherType at `protocol` and the ARPHRD type at `hardware`.
fn cooked<'a>(
    data: &'a [u8],
    header: Header,
    length: usize,
    protocol: usize,
    hardware: usize,
    trace: &mut impl Trace,
) -> Frame<'a> {
    let Some(bytes) = data.get(..length) else {
        return other(OtherKind::Truncated("Linux cooked header"), data, 0, Vlans::default());
    };
    trace.header(header, 0, length);
    let ether_type = Endian::Big.u16_at(bytes, protocol).unwrap_or_default();
    if Endian::Big.u16_at(bytes, hardware) == Some(ARPHRD_NETLINK) {
        return other(OtherKind::EtherType(ether_type), data, length, Vlans::default());
    }
    network(ether_type, data, length, trace)
}

/// BSD loopback: an address family, in either byte order whichever of the two link types it is.
fn loopback<'a>(data: &'a [u8], trace: &mut impl Trace) -> Frame<'a> {
    let vlans = Vlans::default();
    let Some(family) = Endian::Little.u32(data) else {
        return other(OtherKind::Truncated("loopback header"), data, 0, vlans);
    };
    trace.header(Header::Loopback, 0, 4);
    let family = if family > 0xffff { family.swap_bytes() } else { family };
    match family {
        2 => ipv4(data, 4, vlans, trace),
        // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin.
        10 | 23 | 24 | 28 | 30 => ipv6(data, 4, vlans, trace),
        _ => other(OtherKind::Malformed("loopback address family"), data, 4, vlans),
    }
}

/// PPPoE session header (RFC 2516 4), then PPP.
fn pppoe<'a>(data: &'a [u8], at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    let Some(header) = data.get(at..).and_then(|rest| rest.first_chunk::<6>()) else {
        return other(OtherKind::Truncated("PPPoE header"), data, at, vlans);
    };
    trace.header(Header::Pppoe, at, 6);
    // Version 1, type 1, code 0: session data.
    if header[0] != 0x11 || header[1] != 0 {
        return other(OtherKind::EtherType(ether_type::PPPOE_SESSION), data, at + 6, vlans);
    }
    ppp(data, at + 6, vlans, trace)
}

/// PPP, with or without address and control, with a protocol of two bytes or one (RFC 1661 2, 6.5).
fn ppp<'a>(data: &'a [u8], at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    let rest = data.get(at..).unwrap_or_default();
    let framing = if rest.starts_with(&PPP_ADDRESS_CONTROL) { 2 } else { 0 };
    let (protocol, length) = match (rest.get(framing), Endian::Big.u16_at(rest, framing)) {
        (Some(byte), _) if byte & 1 == 1 => (u16::from(*byte), 1),
        (_, Some(protocol)) => (protocol, 2),
        _ => return other(OtherKind::Truncated("PPP header"), data, at, vlans),
    };
    trace.header(Header::Ppp, at, framing + length);
    let at = at + framing + length;
    match protocol {
        PPP_IPV4 => ipv4(data, at, vlans, trace),
        PPP_IPV6 => ipv6(data, at, vlans, trace),
        protocol => other(OtherKind::EtherType(protocol), data, at, vlans),
    }
}

/// MPLS label stack (RFC 3032 2.1); IP below it is told by its first four bits.
fn mpls<'a>(data: &'a [u8], mut at: usize, vlans: Vlans, trace: &mut impl Trace) -> Frame<'a> {
    for _ in 0..MOST_TAGS {
        let Some(entry) = Endian::Big.u32_at(data, at) else {
            return other(OtherKind::Truncated("MPLS label"), data, at, vlans);
        };
        trace.header(Header::Mpls, at, 4);
        at += 4;
        if entry & 0x100 != 0 {
            return match data.get(at).map(|byte| byte >> 4) {
                Some(4 | 6) => raw(data, at, vlans, trace),
                _ => other(OtherKind::EtherType(ether_type::MPLS), data, at, vlans),
            };
        }
    }
    other(OtherKind::Malformed("number of MPLS labels"), data, at, vlans)
}
