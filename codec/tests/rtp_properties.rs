//! Any Grains through the packetizer, any schedule of packets through the assembler.

use dicom_rtv::Limits;
use dicom_rtv::grain::{Event, GrainAssembler, looks_like_start};
use dicom_rtv::nmos::{ExtensionMap, Identity};
use dicom_rtv::rtp::{
    ExtensionBuilder, PacketBuilder, PacketizeOptions, Packetizer, Placement, RtpPacket, STANDARD_UDP_LIMIT,
};
use dicom_rtv::time::PtpTimestamp;
use proptest::prelude::*;
use uuid::Uuid;

const MS: u64 = 1_000_000;

/// What a sender sends: the packets of its Grains.
#[derive(Clone, Debug)]
struct Sent {
    payloads: Vec<Vec<u8>>,
    timestamps: Vec<u32>,
    /// Each packet with the Grain that it belongs to.
    packets: Vec<(usize, Vec<u8>)>,
}

/// What came out of the assembler.
#[derive(Debug, Default)]
struct Received {
    grains: Vec<dicom_rtv::grain::Grain>,
    lost: u64,
    late: u64,
}

/// A flow of DICOM payloads: `DICM` at 128, so that starts can be told.
fn sent(options: PacketizeOptions, sizes: &[usize], first_timestamp: u32) -> Sent {
    let mut packetizer = Packetizer::new(options).expect("options");
    let (mut payloads, mut timestamps, mut packets) = (Vec::new(), Vec::new(), Vec::new());
    for (n, size) in sizes.iter().enumerate() {
        let mut payload = vec![0; 132];
        payload[128..].copy_from_slice(b"DICM");
        payload.extend((0..*size).map(|i| (i * 7 + n) as u8));
        let timestamp = first_timestamp.wrapping_add(n as u32 * 3600);
        let time = Some(PtpTimestamp::from_ns(1_767_526_074_000_000_000 + n as u64 * 40 * MS));
        let identity = Identity {
            sync: time,
            origin: time,
            source_id: Some(Uuid::from_bytes([1; 16])),
            flow_id: Some(Uuid::from_bytes([2; 16])),
            ..Identity::default()
        };
        let of_grain = packetizer.packetize(&payload, timestamp, &identity).expect("packets");
        packets.extend(of_grain.into_iter().map(|packet| (n, packet)));
        payloads.push(payload);
        timestamps.push(timestamp);
    }
    Sent {
        payloads,
        timestamps,
        packets,
    }
}

/// Plays packets in this order, 2 ms apart.
fn play<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> (Received, dicom_rtv::rtp::SequenceCounters) {
    let mut assembler = GrainAssembler::new(&Limits::default());
    let mut received = Received::default();
    let mut take = |assembler: &mut GrainAssembler| {
        while let Some(event) = assembler.poll() {
            match event {
                Event::Grain(grain) => received.grains.push(grain),
                Event::Lost(lost) => received.lost += u64::from(lost.packets),
                Event::Late { .. } => received.late += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    for (key, bytes) in (0..).zip(packets) {
        let packet = RtpPacket::parse(bytes).expect("a packet");
        let flags = packet
            .extension()
            .and_then(|e| Identity::read(&e, &ExtensionMap::PRESET).flags);
        assembler.push(key * 2 * MS, key, &packet, flags, looks_like_start(packet.payload()));
        take(&mut assembler);
    }
    assembler.flush();
    take(&mut assembler);
    let counters = assembler.sequence().counters();
    (received, counters)
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![0..1200_usize, 1200..9000_usize], 1..40)
}

fn options() -> impl Strategy<Value = PacketizeOptions> {
    let placement = prop_oneof![
        Just(Placement::FirstOnly),
        Just(Placement::FirstAndLast),
        Just(Placement::All)
    ];
    (
        placement,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<u16>(),
        400..8961_usize,
    )
        .prop_map(
            |(placement, flags, marker, two_byte, sequence, udp_limit)| PacketizeOptions {
                placement,
                flags,
                marker,
                two_byte,
                sequence,
                udp_limit,
                ..PacketizeOptions::default()
            },
        )
}

/// Swaps packets that are less than `reach` apart, but leaves the first in its place.
fn shuffled<T>(packets: &mut [T], swaps: &[(prop::sample::Index, usize)]) {
    if packets.len() < 3 {
        return;
    }
    for (index, distance) in swaps {
        let from = 1 + index.index(packets.len() - 1);
        let to = (from + distance).min(packets.len() - 1);
        packets.swap(from, to);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_order_every_grain_comes_back(options in options(), sizes in sizes(), timestamp in any::<u32>()) {
        let sent = sent(options, &sizes, timestamp);
        let (received, counters) = play(sent.packets.iter().map(|(_, p)| p.as_slice()));
        prop_assert_eq!(received.grains.len(), sent.payloads.len());
        let last = received.grains.len() - 1;
        for (n, grain) in received.grains.iter().enumerate() {
            prop_assert!(grain.payload == sent.payloads[n], "Grain {} differs", n);
            prop_assert_eq!(grain.rtp_timestamp, sent.timestamps[n]);
            prop_assert_eq!(grain.missing, 0);
            // Without marker and E flag nobody knows whether the last one ends here.
            prop_assert!(grain.complete || (n == last && grain.at_edge));
            prop_assert!(grain.started);
        }
        prop_assert_eq!((counters.lost, counters.reordered, counters.duplicates), (0, 0, 0));
    }

    #[test]
    fn reordered_and_doubled_every_grain_comes_back(
        options in options(),
        sizes in sizes(),
        timestamp in any::<u32>(),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), 1..8_usize), 0..20),
        doubles in prop::collection::vec((any::<prop::sample::Index>(), 0..20_usize), 0..20),
    ) {
        let sent = sent(options, &sizes, timestamp);
        let mut order: Vec<usize> = (0..sent.packets.len()).collect();
        shuffled(&mut order, &swaps);
        for (index, behind) in &doubles {
            let at = index.index(order.len());
            let again = order[at];
            order.insert((at + 1 + behind).min(order.len()), again);
        }
        let (received, counters) = play(order.iter().map(|i| sent.packets[*i].1.as_slice()));
        prop_assert_eq!(received.grains.len(), sent.payloads.len());
        for (grain, payload) in received.grains.iter().zip(&sent.payloads) {
            prop_assert!(&grain.payload == payload, "Grain of {} differs", grain.rtp_timestamp);
        }
        prop_assert_eq!((counters.lost, counters.strays, counters.restarts, received.late), (0, 0, 0, 0));
        prop_assert_eq!(counters.duplicates, doubles.len() as u64);
        prop_assert_eq!(counters.received, order.len() as u64);
    }

    #[test]
    fn loss_is_counted_to_the_packet(
        options in options(),
        sizes in sizes(),
        losses in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let sent = sent(options, &sizes, 1);
        let mut is_lost = vec![false; sent.packets.len()];
        for index in &losses {
            is_lost[index.index(sent.packets.len())] = true;
        }
        // What is lost before the first and behind the last packet that arrives, nobody can know.
        let first = is_lost.iter().position(|l| !l);
        let last = is_lost.iter().rposition(|l| !l);
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(());
        };
        let arrived = |i: &usize| !is_lost[*i];
        let order: Vec<usize> = (0..sent.packets.len()).filter(arrived).collect();
        let (received, counters) = play(order.iter().map(|i| sent.packets[*i].1.as_slice()));
        let lost = is_lost[first..=last].iter().filter(|l| **l).count() as u64;
        let missing: u64 = received.grains.iter().map(|g| u64::from(g.missing)).sum();
        prop_assert_eq!(counters.lost, lost);
        prop_assert_eq!(missing + received.lost, lost);
        // A Grain that says it is complete is one that was sent.
        for grain in received.grains.iter().filter(|g| g.complete) {
            let n = sent.timestamps.iter().position(|t| *t == grain.rtp_timestamp).expect("a sent Grain");
            prop_assert!(grain.payload == sent.payloads[n], "Grain {} differs", n);
        }
        // Where starts and ends are both marked, each Grain has exactly its own losses or was lost whole, unless a run of
        // losses reaches from inside one Grain into another.
        let crosses = sent.packets.windows(2).enumerate().any(|(i, pair)| {
            pair[0].0 != pair[1].0 && is_lost[i] && is_lost[i + 1]
        });
        if options.marker && !crosses {
            for grain in &received.grains {
                let n = sent.timestamps.iter().position(|t| *t == grain.rtp_timestamp).expect("a sent Grain");
                let own = (first..=last).filter(|i| sent.packets[*i].0 == n && is_lost[*i]).count();
                prop_assert_eq!(grain.missing as usize, own, "Grain {}", n);
            }
        }
    }

    #[test]
    fn any_schedule_is_survived(
        steps in prop::collection::vec((any::<u16>(), any::<u32>(), any::<u8>(), 0..400_u64), 0..400),
        near in any::<bool>(),
    ) {
        let limits = Limits { grain_bytes: 2000, ..Limits::default() };
        let mut assembler = GrainAssembler::new(&limits);
        let (mut now, mut packets) = (0, 0_u64);
        let mut total = 0;
        for (key, (sequence, timestamp, bits, wait)) in (0..).zip(&steps) {
            now += wait * MS;
            let sequence = if near { sequence % 100 } else { *sequence };
            let timestamp = if near { timestamp % 3 } else { *timestamp };
            let bytes = PacketBuilder::new(104, sequence, timestamp, 1)
                .marker(bits & 1 != 0)
                .payload(&[7; 100])
                .build()
                .expect("a packet");
            let packet = RtpPacket::parse(&bytes).expect("a packet");
            let flags = (bits & 2 != 0).then(|| dicom_rtv::nmos::GrainFlags::from_byte(*bits));
            assembler.push(now, key, &packet, flags, bits & 4 != 0);
            packets += 1;
            while let Some(event) = assembler.poll() {
                total += count(&event);
            }
        }
        assembler.flush();
        while let Some(event) = assembler.poll() {
            total += count(&event);
        }
        // Every packet is in a Grain, late, stray, or a duplicate. The second packet of a restart follows the first.
        prop_assert_eq!(total + assembler.sequence().counters().duplicates, packets);
    }

    #[test]
    fn sdp_reads_what_it_wrote(text in "(?s)(v=0\n|m=[a-z]{1,5} [0-9]{1,5} RTP/AVP 9[0-9]\n|a=[a-z-]{1,12}(:[ -~]{0,40})?\n|[a-z]=[ -~]{0,30}\n| [ -~]{0,20}\n|c=IN IP4 [0-9./]{1,20}\n){0,30}") {
        if let Ok(mut session) = dicom_rtv::sdp::SessionDescription::parse(&text) {
            let mut again = dicom_rtv::sdp::SessionDescription::parse(&session.to_string()).expect("what was written");
            session.problems.clear();
            again.problems.clear();
            prop_assert_eq!(again, session);
        }
    }

    #[test]
    fn packets_go_both_ways(
        payload_type in 0..128_u8,
        sequence in any::<u16>(),
        timestamp in any::<u32>(),
        ssrc in any::<u32>(),
        marker in any::<bool>(),
        csrcs in prop::collection::vec(any::<u32>(), 0..16),
        elements in prop::collection::vec((1..15_u8, prop::collection::vec(any::<u8>(), 1..17)), 0..20),
        payload in prop::collection::vec(any::<u8>(), 0..200),
        padding in any::<u8>(),
    ) {
        let mut extension = ExtensionBuilder::one_byte();
        for (id, data) in &elements {
            extension = extension.element(*id, data).expect("fits the one-byte form");
        }
        let mut builder = PacketBuilder::new(payload_type, sequence, timestamp, ssrc)
            .marker(marker)
            .extension(&extension)
            .payload(&payload)
            .padding(padding);
        for csrc in &csrcs {
            builder = builder.csrc(*csrc);
        }
        let bytes = builder.build().expect("a packet");
        let packet = RtpPacket::parse(&bytes).expect("what was written");
        prop_assert_eq!(packet.csrcs().collect::<Vec<_>>(), csrcs);
        let read: Vec<_> = packet.extension().expect("it has one").elements().map(|e| (e.id, e.data.to_vec())).collect();
        prop_assert_eq!(read, elements);
        prop_assert_eq!(packet.payload(), payload.as_slice());
        prop_assert_eq!(packet.padding_length(), padding);
        prop_assert_eq!(
            (packet.payload_type(), packet.sequence_number(), packet.timestamp(), packet.ssrc(), packet.marker()),
            (payload_type, sequence, timestamp, ssrc, marker)
        );
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), more in 0..100_usize) {
        for packet in [RtpPacket::parse(&bytes), RtpPacket::parse_truncated(&bytes, bytes.len() + more)].into_iter().flatten() {
            prop_assert!(packet.payload_offset() + packet.payload().len() + usize::from(packet.padding_length()) == bytes.len());
            let tree = dicom_rtv::rtp::fields(&packet, &ExtensionMap::PRESET);
            prop_assert!(tree.fields.iter().all(|f| (f.start + f.length) as usize <= bytes.len()));
        }
        let _ = dicom_rtv::sdp::SessionDescription::parse(&String::from_utf8_lossy(&bytes));
    }
}

fn count(event: &Event) -> u64 {
    match event {
        Event::Grain(grain) => u64::from(grain.packet_count),
        Event::Late { .. } | Event::Stray { .. } => 1,
        _ => 0,
    }
}

#[test]
fn a_whole_grain_lost_is_told_without_a_grain() {
    let sent = sent(PacketizeOptions::default(), &[5000, 100, 5000, 100], 0);
    let kept = sent.packets.iter().filter(|(n, _)| *n != 2).map(|(_, p)| p.as_slice());
    let (received, counters) = play(kept);
    assert_eq!(received.grains.len(), 3);
    assert!(received.grains.iter().all(|g| g.complete));
    assert_eq!((received.lost, counters.lost), (4, 4));
    assert_eq!(STANDARD_UDP_LIMIT, 1460);
}
