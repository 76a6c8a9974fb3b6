//! Link-layer header types, as pcap and pcapng number them (draft-ietf-opsawg-pcaplinktype).

use core::fmt;

/// What a packet's bytes start with. Unknown values survive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u32);

macro_rules! link_types {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        impl LinkType {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// The name without its prefix `LINKTYPE_`, where it is one that this crate knows.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

link_types! {
    /// BSD loopback: a 4-byte protocol family in the byte order of the capturing machine.
    NULL = 0, "NULL";
    /// Ethernet II and IEEE 802.3.
    ETHERNET = 1, "ETHERNET";
    /// PPP (RFC 1661), with or without HDLC-like framing.
    PPP = 9, "PPP";
    /// Raw IP, as some BSD systems number it.
    RAW_BSD = 12, "RAW";
    /// Raw IP, as OpenBSD numbers it.
    RAW_OPENBSD = 14, "RAW";
    /// PPP in HDLC-like framing (RFC 1662).
    PPP_HDLC = 50, "PPP_HDLC";
    /// PPPoE session packets without their Ethernet header (RFC 2516).
    PPP_ETHER = 51, "PPP_ETHER";
    /// Raw IP: the packet starts with an IPv4 or IPv6 header.
    RAW = 101, "RAW";
    /// Cisco HDLC.
    C_HDLC = 104, "C_HDLC";
    /// IEEE 802.11.
    IEEE802_11 = 105, "IEEE802_11";
    /// OpenBSD loopback: a 4-byte protocol family in network byte order.
    LOOP = 108, "LOOP";
    /// Linux "cooked" capture version 1.
    LINUX_SLL = 113, "LINUX_SLL";
    /// IEEE 802.11 behind a radiotap header.
    IEEE802_11_RADIOTAP = 127, "IEEE802_11_RADIOTAP";
    /// Raw IPv4.
    IPV4 = 228, "IPV4";
    /// Raw IPv6.
    IPV6 = 229, "IPV6";
    /// Linux "cooked" capture version 2.
    LINUX_SLL2 = 276, "LINUX_SLL2";
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "link type {}", self.0),
        }
    }
}

impl fmt::Debug for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "LinkType({} {name})", self.0),
            None => write!(f, "LinkType({})", self.0),
        }
    }
}
