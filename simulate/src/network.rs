//! Where packets go: addresses, and the Ethernet, IP and UDP headers around them.

use std::net::{IpAddr, SocketAddr};

/// An Ethernet address.
pub type Mac = [u8; 6];

/// Length of a UDP header.
const UDP_HEADER: usize = 8;
const PROTOCOL_UDP: u8 = 17;
const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86DD;
const ETHERTYPE_VLAN: u16 = 0x8100;
/// Don't fragment, no offset (RFC 791 3.1).
const DONT_FRAGMENT: u16 = 0x4000;
/// The traffic class of media over IP: DSCP AF41 (ST 2059 profiles leave EF to PTP).
const DSCP_AF41: u8 = 34;

/// How the packets of one flow are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapping {
    /// Address and port of the sender.
    pub source: SocketAddr,
    /// Address and port of the receiver or group; of the same family as `source`.
    pub destination: SocketAddr,
    /// Ethernet address of the sender.
    pub mac: Mac,
    /// The VLAN's id, if there is one (IEEE 802.1Q).
    pub vlan: Option<u16>,
    /// Time to live, or hop limit.
    pub ttl: u8,
}

impl Wrapping {
    /// Appends the Ethernet frame of one datagram. `identification` is that of the IPv4 header.
    pub fn frame(&self, udp_payload: &[u8], identification: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(&ethernet_address(self.destination.ip()));
        out.extend_from_slice(&self.mac);
        if let Some(id) = self.vlan {
            out.extend_from_slice(&ETHERTYPE_VLAN.to_be_bytes());
            out.extend_from_slice(&(id & 0x0FFF).to_be_bytes());
        }
        let udp_length = (UDP_HEADER + udp_payload.len()) as u16;
        match (self.source.ip(), self.destination.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                out.extend_from_slice(&ETHERTYPE_IPV4.to_be_bytes());
                let start = out.len();
                out.extend_from_slice(&[0x45, DSCP_AF41 << 2]);
                out.extend_from_slice(&(20 + udp_length).to_be_bytes());
                out.extend_from_slice(&identification.to_be_bytes());
                out.extend_from_slice(&DONT_FRAGMENT.to_be_bytes());
                out.extend_from_slice(&[self.ttl, PROTOCOL_UDP, 0, 0]);
                out.extend_from_slice(&source.octets());
                out.extend_from_slice(&destination.octets());
                let sum = !fold(sum(&out[start..], 0));
                out[start + 10..start + 12].copy_from_slice(&sum.to_be_bytes());
                self.udp(
                    udp_payload,
                    udp_length,
                    sum_pair(&source.octets(), &destination.octets()),
                    out,
                );
            }
            (source, destination) => {
                let (source, destination) = (as_v6(source), as_v6(destination));
                out.extend_from_slice(&ETHERTYPE_IPV6.to_be_bytes());
                let first = 6 << 28 | u32::from(DSCP_AF41) << 22;
                out.extend_from_slice(&first.to_be_bytes());
                out.extend_from_slice(&udp_length.to_be_bytes());
                out.extend_from_slice(&[PROTOCOL_UDP, self.ttl]);
                out.extend_from_slice(&source);
                out.extend_from_slice(&destination);
                self.udp(udp_payload, udp_length, sum_pair(&source, &destination), out);
            }
        }
    }

    /// The UDP header and its payload, with the checksum over the pseudo header (RFC 768, RFC 8200 8.1).
    fn udp(&self, payload: &[u8], length: u16, addresses: u64, out: &mut Vec<u8>) {
        let start = out.len();
        for word in [self.source.port(), self.destination.port(), length, 0] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        out.extend_from_slice(payload);
        let pseudo = addresses + u64::from(PROTOCOL_UDP) + u64::from(length);
        // A sum of 0 is sent as FFFFH: 0 means that there is none.
        let checksum = match !fold(sum(&out[start..], pseudo)) {
            0 => 0xFFFF,
            sum => sum,
        };
        out[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
    }
}

/// The Ethernet address of a group (RFC 1112 6.4, RFC 2464 7); a made-up one, locally administered, for a single host.
fn ethernet_address(ip: IpAddr) -> Mac {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            if ip.is_multicast() {
                [0x01, 0x00, 0x5E, b & 0x7F, c, d]
            } else {
                [0x02, 0x00, a, b, c, d]
            }
        }
        IpAddr::V6(ip) => {
            let [.., a, b, c, d] = ip.octets();
            if ip.is_multicast() {
                [0x33, 0x33, a, b, c, d]
            } else {
                [0x02, 0x06, a, b, c, d]
            }
        }
    }
}

fn as_v6(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn sum_pair(a: &[u8], b: &[u8]) -> u64 {
    sum(a, sum(b, 0))
}

/// The sum of the 16-bit words (RFC 1071), not folded; an odd last byte counts as the high half of a word.
fn sum(bytes: &[u8], start: u64) -> u64 {
    let mut words = bytes.chunks_exact(4);
    let total = words.by_ref().fold(start, |total, word| {
        total + u64::from(u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
    });
    words.remainder().chunks(2).fold(total, |total, word| {
        total + (u64::from(word[0]) << 8 | word.get(1).map_or(0, |&low| u64::from(low)))
    })
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xFFFF {
        sum = (sum >> 16) + (sum & 0xFFFF);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapping(source: &str, destination: &str, vlan: Option<u16>) -> Wrapping {
        Wrapping {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            mac: [2, 0, 0, 0, 0, 1],
            vlan,
            ttl: 64,
        }
    }

    /// The checksum of a correct header or datagram is 0.
    fn checks(bytes: &[u8], pseudo: u64) -> bool {
        !fold(sum(bytes, pseudo)) == 0
    }

    #[test]
    fn an_ipv4_frame_has_right_checksums_for_any_length() {
        let wrapping = wrapping("10.1.1.10:5004", "239.20.1.1:5004", None);
        for length in 0..64u8 {
            let payload: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37)).collect();
            let mut frame = Vec::new();
            wrapping.frame(&payload, 7, &mut frame);
            assert_eq!(frame.len(), 42 + payload.len());
            assert_eq!(&frame[..6], &[0x01, 0x00, 0x5E, 0x14, 0x01, 0x01]);
            assert!(checks(&frame[14..34], 0));
            let pseudo = sum(&frame[26..34], 17 + u64::from(length) + 8);
            assert!(checks(&frame[34..], pseudo));
        }
    }

    #[test]
    fn an_ipv6_frame_in_a_vlan() {
        let mut frame = Vec::new();
        wrapping("[fd00::10]:5004", "[ff3e::1:1]:5006", Some(20)).frame(b"abc", 0, &mut frame);
        assert_eq!(&frame[..6], &[0x33, 0x33, 0, 1, 0, 1]);
        assert_eq!(&frame[12..18], &[0x81, 0x00, 0, 20, 0x86, 0xDD]);
        assert_eq!(frame.len(), 18 + 40 + 8 + 3);
        let pseudo = sum(&frame[26..58], 17 + 11);
        assert!(checks(&frame[58..], pseudo));
    }
}
