//! The layout of each header: its fields in order, by the names of its standard.

use super::super::ip::extension;
use super::Header;

/// How a header is made up.
pub(super) struct Layout {
    pub(super) name: &'static str,
    pub(super) clause: &'static str,
    /// The fields whose values sum it up: one, or from and to.
    pub(super) summary: &'static [&'static str],
    pub(super) fields: &'static [Spec],
}

/// One field of a header.
pub(super) struct Spec {
    pub(super) depth: u8,
    pub(super) name: &'static str,
    /// Its first byte in the header.
    pub(super) at: u8,
    /// Its bytes; 0: up to the end of the header.
    pub(super) length: u8,
    /// First bit and count of bits, if it is not whole bytes.
    pub(super) bits: Option<(u8, u8)>,
    pub(super) show: Show,
}

/// How people read a value.
#[derive(Clone, Copy)]
pub(super) enum Show {
    Decimal,
    Hex,
    Flag,
    Mac,
    Ipv4,
    Ipv6,
    EtherType,
    IpProtocol,
    /// A length in units of 4 bytes.
    Words,
    /// A fragment offset in units of 8 bytes.
    Units,
    TcpFlags,
    /// Bytes that are only counted.
    Bytes,
    Text(fn(u32) -> &'static str),
}

const fn field(name: &'static str, at: u8, length: u8, show: Show) -> Spec {
    Spec {
        depth: 1,
        name,
        at,
        length,
        bits: None,
        show,
    }
}

const fn bits(depth: u8, name: &'static str, at: u8, length: u8, bits: (u8, u8), show: Show) -> Spec {
    Spec {
        depth,
        name,
        at,
        length,
        bits: Some(bits),
        show,
    }
}

use Show::{Bytes, Decimal, EtherType, Flag, Hex, IpProtocol, Ipv4, Ipv6, Mac, TcpFlags, Text, Units, Words};

const ETHERNET: Layout = Layout {
    name: "Ethernet II",
    clause: "IEEE 802.3 3.2",
    summary: &["Source Address", "Destination Address"],
    fields: &[
        field("Destination Address", 0, 6, Mac),
        field("Source Address", 6, 6, Mac),
        field("Length/Type", 12, 2, EtherType),
    ],
};

const VLAN: Layout = Layout {
    name: "VLAN Tag",
    clause: "IEEE 802.1Q 9.6",
    summary: &["VLAN Identifier"],
    fields: &[
        bits(1, "Priority Code Point", 0, 1, (0, 3), Decimal),
        bits(1, "Drop Eligible Indicator", 0, 1, (3, 1), Flag),
        bits(1, "VLAN Identifier", 0, 2, (4, 12), Decimal),
        field("Length/Type", 2, 2, EtherType),
    ],
};

const REDUNDANCY_TAG: Layout = Layout {
    name: "Redundancy Tag",
    clause: "IEEE 802.1CB 7.8",
    summary: &["Sequence Number"],
    fields: &[
        field("Reserved", 0, 2, Hex),
        field("Sequence Number", 2, 2, Decimal),
        field("Length/Type", 4, 2, EtherType),
    ],
};

const LLC: Layout = Layout {
    name: "LLC and SNAP",
    clause: "RFC 1042",
    summary: &["EtherType"],
    fields: &[
        field("DSAP", 0, 1, Hex),
        field("SSAP", 1, 1, Hex),
        field("Control", 2, 1, Hex),
        field("Organization Code", 3, 3, Hex),
        field("EtherType", 6, 2, EtherType),
    ],
};

const MPLS: Layout = Layout {
    name: "MPLS Label Stack Entry",
    clause: "RFC 3032 2.1",
    summary: &["Label"],
    fields: &[
        bits(1, "Label", 0, 3, (0, 20), Decimal),
        bits(1, "Traffic Class", 2, 1, (4, 3), Decimal),
        bits(1, "Bottom of Stack", 2, 1, (7, 1), Flag),
        field("Time to Live", 3, 1, Decimal),
    ],
};

const PPPOE: Layout = Layout {
    name: "PPPoE",
    clause: "RFC 2516 4",
    summary: &["Session ID"],
    fields: &[
        bits(1, "Version", 0, 1, (0, 4), Decimal),
        bits(1, "Type", 0, 1, (4, 4), Decimal),
        field("Code", 1, 1, Hex),
        field("Session ID", 2, 2, Hex),
        field("Length", 4, 2, Decimal),
    ],
};

const PPP: Layout = Layout {
    name: "PPP",
    clause: "RFC 1661 2",
    summary: &[],
    fields: &[field("Framing and Protocol", 0, 0, Hex)],
};

const LINUX_SLL: Layout = Layout {
    name: "Linux Cooked Capture v1",
    clause: "LINKTYPE_LINUX_SLL",
    summary: &["Packet Type"],
    fields: &[
        field("Packet Type", 0, 2, Text(packet_type)),
        field("ARPHRD Type", 2, 2, Decimal),
        field("Address Length", 4, 2, Decimal),
        field("Address", 6, 8, Hex),
        field("Protocol", 14, 2, EtherType),
    ],
};

const LINUX_SLL2: Layout = Layout {
    name: "Linux Cooked Capture v2",
    clause: "LINKTYPE_LINUX_SLL2",
    summary: &["Packet Type"],
    fields: &[
        field("Protocol", 0, 2, EtherType),
        field("Reserved", 2, 2, Hex),
        field("Interface Index", 4, 4, Decimal),
        field("ARPHRD Type", 8, 2, Decimal),
        field("Packet Type", 10, 1, Text(packet_type)),
        field("Address Length", 11, 1, Decimal),
        field("Address", 12, 8, Hex),
    ],
};

const LOOPBACK: Layout = Layout {
    name: "BSD Loopback",
    clause: "LINKTYPE_NULL",
    summary: &[],
    fields: &[field("Address Family", 0, 4, Hex)],
};

const CISCO_HDLC: Layout = Layout {
    name: "Cisco HDLC",
    clause: "LINKTYPE_C_HDLC",
    summary: &["Protocol"],
    fields: &[
        field("Address", 0, 1, Hex),
        field("Control", 1, 1, Hex),
        field("Protocol", 2, 2, EtherType),
    ],
};

const IPV4: Layout = Layout {
    name: "Internet Protocol Version 4",
    clause: "RFC 791 3.1",
    summary: &["Source Address", "Destination Address"],
    fields: &[
        bits(1, "Version", 0, 1, (0, 4), Decimal),
        bits(1, "Header Length", 0, 1, (4, 4), Words),
        bits(1, "Differentiated Services Code Point", 1, 1, (0, 6), Decimal),
        bits(1, "Explicit Congestion Notification", 1, 1, (6, 2), Decimal),
        field("Total Length", 2, 2, Decimal),
        field("Identification", 4, 2, Hex),
        bits(1, "Flags", 6, 1, (0, 3), Hex),
        bits(2, "Don't Fragment", 6, 1, (1, 1), Flag),
        bits(2, "More Fragments", 6, 1, (2, 1), Flag),
        bits(1, "Fragment Offset", 6, 2, (3, 13), Units),
        field("Time to Live", 8, 1, Decimal),
        field("Protocol", 9, 1, IpProtocol),
        field("Header Checksum", 10, 2, Hex),
        field("Source Address", 12, 4, Ipv4),
        field("Destination Address", 16, 4, Ipv4),
        field("Options", 20, 0, Bytes),
    ],
};

const IPV6: Layout = Layout {
    name: "Internet Protocol Version 6",
    clause: "RFC 8200 3",
    summary: &["Source Address", "Destination Address"],
    fields: &[
        bits(1, "Version", 0, 1, (0, 4), Decimal),
        bits(1, "Differentiated Services Code Point", 0, 2, (4, 6), Decimal),
        bits(1, "Explicit Congestion Notification", 1, 1, (2, 2), Decimal),
        bits(1, "Flow Label", 1, 3, (4, 20), Hex),
        field("Payload Length", 4, 2, Decimal),
        field("Next Header", 6, 1, IpProtocol),
        field("Hop Limit", 7, 1, Decimal),
        field("Source Address", 8, 16, Ipv6),
        field("Destination Address", 24, 16, Ipv6),
    ],
};

const IPV6_FRAGMENT: Layout = Layout {
    name: "Fragment Header",
    clause: "RFC 8200 4.5",
    summary: &["Fragment Offset"],
    fields: &[
        field("Next Header", 0, 1, IpProtocol),
        field("Reserved", 1, 1, Hex),
        bits(1, "Fragment Offset", 2, 2, (0, 13), Units),
        bits(1, "More Fragments", 3, 1, (7, 1), Flag),
        field("Identification", 4, 4, Hex),
    ],
};

/// Next header and length, then what differs.
const EXTENSION_FIELDS: &[Spec] = &[
    field("Next Header", 0, 1, IpProtocol),
    field("Header Extension Length", 1, 1, Decimal),
    field("Content", 2, 0, Bytes),
];

const UDP: Layout = Layout {
    name: "User Datagram Protocol",
    clause: "RFC 768",
    summary: &["Source Port", "Destination Port"],
    fields: &[
        field("Source Port", 0, 2, Decimal),
        field("Destination Port", 2, 2, Decimal),
        field("Length", 4, 2, Decimal),
        field("Checksum", 6, 2, Hex),
    ],
};

const TCP: Layout = Layout {
    name: "Transmission Control Protocol",
    clause: "RFC 9293 3.1",
    summary: &["Source Port", "Destination Port"],
    fields: &[
        field("Source Port", 0, 2, Decimal),
        field("Destination Port", 2, 2, Decimal),
        field("Sequence Number", 4, 4, Decimal),
        field("Acknowledgment Number", 8, 4, Decimal),
        bits(1, "Data Offset", 12, 1, (0, 4), Words),
        bits(1, "Control Bits", 12, 2, (4, 12), TcpFlags),
        field("Window", 14, 2, Decimal),
        field("Checksum", 16, 2, Hex),
        field("Urgent Pointer", 18, 2, Decimal),
        field("Options", 20, 0, Bytes),
    ],
};

pub(super) const fn layout(header: Header) -> Layout {
    match header {
        Header::Ethernet => ETHERNET,
        Header::Vlan => VLAN,
        Header::RedundancyTag => REDUNDANCY_TAG,
        Header::Llc => LLC,
        Header::Mpls => MPLS,
        Header::Pppoe => PPPOE,
        Header::Ppp => PPP,
        Header::LinuxSll => LINUX_SLL,
        Header::LinuxSll2 => LINUX_SLL2,
        Header::Loopback => LOOPBACK,
        Header::CiscoHdlc => CISCO_HDLC,
        Header::Ipv4 => IPV4,
        Header::Ipv6 => IPV6,
        Header::Ipv6Fragment => IPV6_FRAGMENT,
        Header::Udp => UDP,
        Header::Tcp => TCP,
        Header::Extension(protocol) => {
            let (name, clause) = match protocol {
                extension::HOP_BY_HOP => ("Hop-by-Hop Options Header", "RFC 8200 4.3"),
                extension::ROUTING => ("Routing Header", "RFC 8200 4.4"),
                extension::DESTINATION => ("Destination Options Header", "RFC 8200 4.6"),
                extension::AUTHENTICATION => ("Authentication Header", "RFC 4302 2"),
                extension::MOBILITY => ("Mobility Header", "RFC 6275 6.1"),
                _ => ("Extension Header", "RFC 8200 4"),
            };
            Layout {
                name,
                clause,
                summary: &["Next Header"],
                fields: EXTENSION_FIELDS,
            }
        }
    }
}

const fn packet_type(value: u32) -> &'static str {
    match value {
        0 => "to us",
        1 => "broadcast",
        2 => "multicast",
        3 => "to another host",
        4 => "sent by us",
        _ => "",
    }
}
