use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::*;
use crate::testing::{Random, V4, V6, ethernet, ipv4, ipv6, pattern, tcp, udp};

fn datagram(link_type: LinkType, data: &[u8]) -> Datagram<'_> {
    match decode(link_type, data) {
        Frame::Datagram(datagram) => datagram,
        other => panic!("{other:?}"),
    }
}

fn kind(link_type: LinkType, data: &[u8]) -> OtherKind {
    match decode(link_type, data) {
        Frame::Other(other) => other.kind,
        other => panic!("{other:?}"),
    }
}

fn ppp(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [header, payload].concat()
}

/// Extension headers of every kind before UDP.
fn extended(payload: &[u8]) -> Vec<u8> {
    let mut body = Vec::from([43, 0, 1, 4, 0, 0, 0, 0]);
    body.extend([60, 0, 4, 0, 0, 0, 0, 0]);
    body.extend([51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    body.extend([44, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    // All in one fragment.
    body.extend([17, 0, 0, 0, 0, 0, 0, 9]);
    body.extend(udp(payload));
    ipv6(0, &body)
}

/// One UDP datagram behind every kind of header, with its link type.
fn all(payload: &[u8]) -> Vec<(LinkType, Vec<u8>)> {
    let v4 = ipv4(17, 1, 0x4000, &[], &udp(payload));
    let v4_options = ipv4(17, 1, 0, &[1, 1, 1, 0], &udp(payload));
    let v6 = ipv6(17, &udp(payload));
    let mut cases = Vec::new();
    for vlans in [&[][..], &[100], &[2, 100], &[1, 2, 3, 4, 5]] {
        cases.push((LinkType::ETHERNET, ethernet(vlans, 0x0800, &v4)));
        cases.push((LinkType::ETHERNET, ethernet(vlans, 0x86dd, &v6)));
    }
    cases.push((LinkType::ETHERNET, ethernet(&[], 0x0800, &v4_options)));
    cases.push((LinkType::ETHERNET, ethernet(&[], 0x86dd, &extended(payload))));
    let pppoe = ppp(&[0x11, 0, 0, 7, 0, 0, 0, 0x21], &v4);
    cases.push((LinkType::ETHERNET, ethernet(&[], 0x8864, &pppoe)));
    cases.push((LinkType::PPP_ETHER, pppoe));
    let mpls = ppp(&[0, 1, 0, 64, 0, 2, 1, 64], &v6);
    cases.push((LinkType::ETHERNET, ethernet(&[], 0x8847, &mpls)));
    let tagged = ppp(&[0, 0, 0, 9, 8, 0], &v4);
    cases.push((LinkType::ETHERNET, ethernet(&[7], 0xf1c1, &tagged)));
    let snap = ppp(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &v4);
    cases.push((LinkType::ETHERNET, ethernet(&[], snap.len().min(1500) as u16, &snap)));
    for (link_type, v4_first) in [
        (LinkType::RAW, true),
        (LinkType::RAW_BSD, false),
        (LinkType::RAW_OPENBSD, true),
        (LinkType::IPV4, true),
        (LinkType::IPV6, false),
    ] {
        cases.push((link_type, if v4_first { v4.clone() } else { v6.clone() }));
    }
    let sll = [0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x08, 0x00];
    cases.push((LinkType::LINUX_SLL, ppp(&sll, &v4)));
    let sll2 = [0x86, 0xdd, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0];
    cases.push((LinkType::LINUX_SLL2, ppp(&sll2, &v6)));
    for link_type in [LinkType::NULL, LinkType::LOOP] {
        cases.push((link_type, ppp(&[2, 0, 0, 0], &v4)));
        cases.push((link_type, ppp(&[0, 0, 0, 2], &v4)));
        for family in [10, 24, 28, 30] {
            cases.push((link_type, ppp(&[family, 0, 0, 0], &v6)));
            cases.push((link_type, ppp(&[0, 0, 0, family], &v6)));
        }
    }
    cases.push((LinkType::PPP, ppp(&[0xff, 3, 0, 0x21], &v4)));
    cases.push((LinkType::PPP, ppp(&[0x57], &v6)));
    cases.push((LinkType::PPP_HDLC, ppp(&[0xff, 3, 0x21], &v4)));
    cases.push((LinkType::C_HDLC, ppp(&[0x0f, 0, 0x86, 0xdd], &v6)));
    cases
}

#[test]
fn udp_is_found_behind_every_header() {
    let payload = pattern(300);
    for (link_type, mut data) in all(&payload) {
        // What follows the packet is padding or a frame check sequence.
        data.extend([0xee; 7]);
        let datagram = datagram(link_type, &data);
        assert_eq!(datagram.payload, payload, "{link_type:?}");
        assert_eq!(datagram.protocol, Protocol::Udp { length: 308 });
        let is_v4 = datagram.source.addr.is_ipv4();
        let (source, destination): (IpAddr, IpAddr) = if is_v4 {
            (V4.0.into(), V4.1.into())
        } else {
            (V6.0.into(), V6.1.into())
        };
        assert_eq!(
            datagram.source,
            Endpoint {
                addr: source,
                port: 5004
            }
        );
        assert_eq!(
            datagram.destination,
            Endpoint {
                addr: destination,
                port: 5006
            }
        );
        assert_eq!((datagram.dscp, datagram.ttl), (46, if is_v4 { 64 } else { 255 }));
        assert!(!datagram.truncated && datagram.pieces.is_empty());
        let at = datagram.payload_offset as usize;
        assert_eq!(data[at..at + 300], payload);
        let place = datagram.locate(299).unwrap();
        assert_eq!(
            (place.key, place.frame_offset, place.left),
            (None, datagram.payload_offset + 299, 1)
        );
        assert_eq!(datagram.locate(300), None);
    }
}

#[test]
fn frames_cut_at_every_byte_stay_what_they_are() {
    let payload = pattern(30);
    for (link_type, data) in all(&payload) {
        let whole = datagram(link_type, &data);
        for end in 0..data.len() {
            match decode(link_type, &data[..end]) {
                Frame::Datagram(cut) => {
                    assert!(cut.truncated, "{link_type:?} cut at {end}");
                    assert_eq!(cut.payload, &payload[..end - whole.payload_offset as usize]);
                    assert_eq!(cut.payload_length, 30);
                    assert_eq!((cut.source, cut.vlans), (whole.source, whole.vlans));
                }
                Frame::Other(other) => {
                    assert!(end < whole.payload_offset as usize);
                    assert!(other.payload_offset as usize <= end);
                }
                fragment => panic!("{fragment:?}"),
            }
            let _ = fields(link_type, &data[..end]);
        }
    }
}

#[test]
fn mutated_frames_never_fail() {
    let mut random = Random(3);
    let cases = all(&pattern(20));
    for _ in 0..60_000 {
        let (link_type, mut data) = cases[random.below(cases.len())].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(data.len());
            data[at] = random.next() as u8;
        }
        data.truncate(1 + random.below(data.len()));
        match decode(link_type, &data) {
            Frame::Datagram(datagram) => {
                let at = datagram.payload_offset as usize;
                assert_eq!(&data[at..at + datagram.payload.len()], datagram.payload);
                assert_eq!(
                    datagram.truncated,
                    datagram.payload.len() < datagram.payload_length as usize
                );
            }
            Frame::Fragment(fragment) => {
                let at = fragment.payload_offset as usize;
                assert_eq!(&data[at..at + fragment.payload.len()], fragment.payload);
            }
            Frame::Other(other) => {
                let at = other.payload_offset as usize;
                assert_eq!(&data[at..], other.payload);
            }
        }
        for field in fields(link_type, &data) {
            assert!(field.start as usize + field.length as usize <= data.len(), "{field:?}");
        }
    }
}

#[test]
fn vlans_outermost_first() {
    let v4 = ipv4(17, 1, 0, &[], &udp(&[]));
    let frame = ethernet(&[7, 4095], 0x0800, &v4);
    assert_eq!(datagram(LinkType::ETHERNET, &frame).vlans.ids(), [7, 4095]);
    let frame = ethernet(&[1, 2, 3, 4, 5, 6], 0x0800, &v4);
    let vlans = datagram(LinkType::ETHERNET, &frame).vlans;
    assert_eq!((vlans.ids(), vlans.depth()), (&[1, 2, 3, 4][..], 6));
    let frame = ethernet(&[1; 40], 0x0800, &v4);
    assert_eq!(
        kind(LinkType::ETHERNET, &frame),
        OtherKind::Malformed("number of VLAN tags")
    );
}

#[test]
fn a_tcp_segment() {
    let segment = tcp(b"payload");
    let data = ethernet(&[], 0x0800, &ipv4(6, 1, 0, &[], &segment));
    let whole = datagram(LinkType::ETHERNET, &data);
    let Protocol::Tcp(tcp) = whole.protocol else { panic!() };
    assert_eq!((tcp.sequence, tcp.acknowledgement, tcp.window), (256, 512, 0x2000));
    assert!(tcp.flags.has(TcpFlags::ACK | TcpFlags::PSH) && !tcp.flags.has(TcpFlags::SYN));
    assert_eq!(
        (tcp.flags.to_string(), tcp.options),
        ("PSH, ACK".to_string(), &[2, 4, 5, 0xb4][..])
    );
    assert_eq!(
        (whole.source.port, whole.destination.port, whole.payload),
        (104, 40000, &b"payload"[..])
    );
    // Cut within the options: what the segment carries is still known.
    let cut = datagram(LinkType::ETHERNET, &data[..14 + 20 + 22]);
    assert!(cut.truncated);
    assert_eq!((cut.payload_length, cut.payload.len()), (7, 0));
}

#[test]
fn other_protocols_keep_their_number() {
    for number in [ip_protocol::ICMP, ip_protocol::IGMP, 47, 132] {
        let data = ethernet(&[], 0x0800, &ipv4(number, 1, 0, &[], b"abc"));
        let datagram = datagram(LinkType::ETHERNET, &data);
        assert_eq!(
            (datagram.protocol, datagram.payload),
            (Protocol::Other(number), &b"abc"[..])
        );
        assert_eq!(datagram.source.port, 0);
    }
    let data = ipv6(ip_protocol::ICMPV6, b"abc");
    assert_eq!(datagram(LinkType::IPV6, &data).protocol.number(), 58);
}

#[test]
fn what_is_not_ip_has_its_kind() {
    for (ether_type, expected) in [
        (0x0806, OtherKind::Arp),
        (0x88f7, OtherKind::Ptp),
        (0x88cc, OtherKind::Lldp),
        (60, OtherKind::Llc),
        (0x1234, OtherKind::EtherType(0x1234)),
    ] {
        let data = ethernet(&[9], ether_type, b"payload");
        let Frame::Other(other) = decode(LinkType::ETHERNET, &data) else {
            panic!()
        };
        assert_eq!(
            (other.kind, other.payload, other.payload_offset),
            (expected, &b"payload"[..], 18)
        );
        assert_eq!(other.vlans.ids(), [9]);
    }
    assert_eq!(kind(LinkType(200), b"abc"), OtherKind::LinkType(LinkType(200)));
    assert_eq!(kind(LinkType::RAW, &[0x30; 40]), OtherKind::Malformed("IP version"));
    assert_eq!(kind(LinkType::ETHERNET, &[]), OtherKind::Truncated("Ethernet header"));
}

#[test]
fn lengths_that_contradict_each_other() {
    // UDP says more than IP has: what is there, marked as short.
    let mut long = udp(&pattern(10));
    long[5] = 100;
    let data = ipv4(17, 1, 0, &[], &long);
    let short = datagram(LinkType::RAW, &data);
    assert_eq!(
        (short.payload.len(), short.payload_length, short.truncated),
        (10, 92, true)
    );
    let error = fields(LinkType::RAW, &data)
        .into_iter()
        .find_map(|field| field.error.map(|error| (field.name, error)));
    assert_eq!(error, Some(("Length", "more than was captured")));
    // UDP says less: the rest is not UDP's.
    let mut shorter = udp(&pattern(10));
    shorter[5] = 12;
    let data = ipv4(17, 1, 0, &[], &shorter);
    assert_eq!(datagram(LinkType::RAW, &data).payload, &pattern(10)[..4]);
    let mut less_than_header = udp(&[]);
    less_than_header[5] = 7;
    let data = ipv4(17, 1, 0, &[], &less_than_header);
    assert_eq!(kind(LinkType::RAW, &data), OtherKind::Malformed("UDP length"));
    // Total length 0 means that segmentation was left to the network card.
    let mut offloaded = ipv4(6, 1, 0, &[], &tcp(&pattern(10)));
    offloaded[2..4].fill(0);
    assert_eq!(datagram(LinkType::RAW, &offloaded).payload, pattern(10));
    let mut header = ipv4(17, 1, 0, &[], &udp(&[]));
    header[3] = 19;
    assert_eq!(kind(LinkType::RAW, &header), OtherKind::Malformed("IPv4 total length"));
    header[0] = 0x44;
    assert_eq!(kind(LinkType::RAW, &header), OtherKind::Malformed("IPv4 header length"));
    let many = ipv6(0, &[0u8; 8 * 40]);
    assert_eq!(
        kind(LinkType::RAW, &many),
        OtherKind::Malformed("number of IPv6 extension headers")
    );
}

#[test]
fn fields_cover_the_headers_without_a_gap() {
    for (link_type, data) in all(&pattern(30)) {
        let datagram = datagram(link_type, &data);
        let fields = fields(link_type, &data);
        let mut end = 0;
        for header in fields.iter().filter(|field| field.depth == 0) {
            assert_eq!(header.start, end, "{link_type:?} {}", header.name);
            end = header.start + header.length;
        }
        assert_eq!(end, datagram.payload_offset, "{link_type:?}");
        // The fields of depth 1 cover every byte of their header.
        let mut covered = 0;
        for field in fields.iter().filter(|field| field.depth == 1) {
            assert!(field.start <= covered, "{link_type:?} {}", field.name);
            covered = covered.max(field.start + field.length);
        }
        assert_eq!(covered, end);
        assert!(
            fields
                .iter()
                .all(|field| !field.name.is_empty() && !field.clause.is_empty())
        );
    }
}

#[test]
fn fields_read_as_people_do() {
    let data = ethernet(&[2, 100], 0x0800, &ipv4(17, 0xabc, 0x4000, &[], &udp(b"x")));
    let fields = fields(LinkType::ETHERNET, &data);
    let value = |name: &str| {
        let mut named = fields.iter().filter(|field| field.name == name);
        named
            .next_back()
            .map(|field| (field.start, field.length, field.bits, field.value.as_str()))
    };
    assert_eq!(
        value("Ethernet II"),
        Some((0, 14, None, "02:00:00:00:00:01 → 01:00:5e:00:00:01"))
    );
    assert_eq!(value("VLAN Tag"), Some((18, 4, None, "100")));
    assert_eq!(value("Priority Code Point"), Some((18, 1, Some((0, 3)), "5")));
    assert_eq!(value("VLAN Identifier"), Some((18, 2, Some((4, 12)), "100")));
    assert_eq!(value("Length/Type"), Some((20, 2, None, "0x0800 (IPv4)")));
    assert_eq!(
        value("Internet Protocol Version 4"),
        Some((22, 20, None, "10.1.1.10 → 239.20.1.2"))
    );
    assert_eq!(value("Header Length"), Some((22, 1, Some((4, 4)), "20 bytes")));
    assert_eq!(
        value("Differentiated Services Code Point"),
        Some((23, 1, Some((0, 6)), "46"))
    );
    assert_eq!(value("Don't Fragment"), Some((28, 1, Some((1, 1)), "yes")));
    assert_eq!(value("Fragment Offset"), Some((28, 2, Some((3, 13)), "0 bytes")));
    assert_eq!(value("Protocol"), Some((31, 1, None, "17 (UDP)")));
    assert_eq!(value("User Datagram Protocol"), Some((42, 8, None, "5004 → 5006")));
    assert_eq!(value("Length"), Some((46, 2, None, "9")));
}

/// A second opinion on well-formed frames.
#[test]
fn etherparse_agrees() {
    let mut random = Random(5);
    for round in 0..5_000 {
        let payload = pattern(random.below(200));
        let transport = if random.below(2) == 0 {
            (17, udp(&payload))
        } else {
            (6, tcp(&payload))
        };
        let vlans: Vec<u16> = (0..random.below(3)).map(|_| (random.next() & 0xfff) as u16).collect();
        let data = if random.below(2) == 0 {
            let options = Vec::from_iter((0..random.below(10) * 4).map(|_| 1));
            ethernet(&vlans, 0x0800, &ipv4(transport.0, 1, 0x4000, &options, &transport.1))
        } else {
            ethernet(&vlans, 0x86dd, &ipv6(transport.0, &transport.1))
        };
        let ours = datagram(LinkType::ETHERNET, &data);
        let theirs = etherparse::SlicedPacket::from_ethernet(&data).unwrap();
        let (ports, bytes) = match theirs.transport.unwrap() {
            etherparse::TransportSlice::Udp(udp) => ((udp.source_port(), udp.destination_port()), udp.payload()),
            etherparse::TransportSlice::Tcp(tcp) => ((tcp.source_port(), tcp.destination_port()), tcp.payload()),
            other => panic!("{other:?}"),
        };
        assert_eq!((ours.source.port, ours.destination.port), ports, "round {round}");
        assert_eq!(ours.payload, bytes, "round {round}");
        assert_eq!(usize::from(ours.vlans.depth()), theirs.link_exts.len(), "round {round}");
    }
}
