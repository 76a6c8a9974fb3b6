//! Values of header fields as people read them.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::super::{TcpFlags, ip::extension, ip_protocol, link::ether_type};
use super::headers::Show;

/// The value in `bytes`, or in some bits of them.
pub(super) fn value(show: Show, bytes: &[u8], bits: Option<(u8, u8)>) -> String {
    let number = number(bytes, bits);
    match show {
        Show::Decimal => number.to_string(),
        Show::Hex if bits.is_some() => format!("{number:#x}"),
        Show::Hex => hex(bytes),
        Show::Flag => String::from(if number == 0 { "no" } else { "yes" }),
        Show::Mac => separated(bytes),
        Show::Ipv4 => bytes
            .first_chunk::<4>()
            .map_or_else(String::new, |octets| Ipv4Addr::from(*octets).to_string()),
        Show::Ipv6 => bytes
            .first_chunk::<16>()
            .map_or_else(String::new, |octets| Ipv6Addr::from(*octets).to_string()),
        Show::EtherType => named(format!("{number:#06x}"), ether_type_name(number)),
        Show::IpProtocol => named(number.to_string(), ip_protocol_name(number)),
        Show::Words => format!("{} bytes", number.saturating_mul(4)),
        Show::Units => format!("{} bytes", number.saturating_mul(8)),
        Show::TcpFlags => format!("{}", TcpFlags(u16::try_from(number).unwrap_or_default())),
        Show::Bytes => format!("{} bytes", bytes.len()),
        Show::Text(text) => named(number.to_string(), text(number)),
    }
}

/// The big-endian number of some bits, at most 32 of them; of longer fields the last bytes.
fn number(bytes: &[u8], bits: Option<(u8, u8)>) -> u32 {
    let all = bytes.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte));
    let Some((first, count)) = bits else {
        return all;
    };
    let behind = (bytes.len() as u32)
        .saturating_mul(8)
        .saturating_sub(u32::from(first) + u32::from(count));
    let mask = 1u32.checked_shl(u32::from(count)).map_or(u32::MAX, |bit| bit - 1);
    all.checked_shr(behind).unwrap_or(0) & mask
}

fn named(number: String, name: &str) -> String {
    if name.is_empty() {
        number
    } else {
        format!("{number} ({name})")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A hardware address: "01:00:5e:00:00:fb".
fn separated(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let separator = if text.is_empty() { "" } else { ":" };
        let _ = write!(text, "{separator}{byte:02x}");
    }
    text
}

fn ether_type_name(number: u32) -> &'static str {
    match u16::try_from(number).unwrap_or_default() {
        0..=1500 => "length",
        ether_type::IPV4 => "IPv4",
        ether_type::ARP => "ARP",
        ether_type::VLAN => "VLAN",
        ether_type::IPV6 => "IPv6",
        ether_type::MPLS | ether_type::MPLS_MULTICAST => "MPLS",
        ether_type::PPPOE_SESSION => "PPPoE",
        ether_type::SERVICE_VLAN => "service VLAN",
        ether_type::LLDP => "LLDP",
        ether_type::PTP => "PTP",
        ether_type::OLD_QINQ | ether_type::OLD_QINQ_2 => "QinQ",
        ether_type::REDUNDANCY_TAG => "redundancy tag",
        _ => "",
    }
}

fn ip_protocol_name(number: u32) -> &'static str {
    match u8::try_from(number).unwrap_or(u8::MAX) {
        ip_protocol::ICMP => "ICMP",
        ip_protocol::IGMP => "IGMP",
        ip_protocol::TCP => "TCP",
        ip_protocol::UDP => "UDP",
        ip_protocol::ICMPV6 => "ICMPv6",
        extension::HOP_BY_HOP => "hop-by-hop options",
        extension::ROUTING => "routing header",
        extension::FRAGMENT => "fragment header",
        extension::AUTHENTICATION => "authentication header",
        extension::DESTINATION => "destination options",
        4 => "IPv4",
        41 => "IPv6",
        47 => "GRE",
        50 => "ESP",
        59 => "no next header",
        _ => "",
    }
}
