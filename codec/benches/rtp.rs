//! RTP: a packet with its header extension elements beside rtp-types, and the steps that every packet of a flow takes.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dicom_rtv::Limits;
use dicom_rtv::grain::{GrainAssembler, Keep, Options, looks_like_start};
use dicom_rtv::nmos::{ExtensionMap, GrainDuration, Identity};
use dicom_rtv::rtp::{PacketizeOptions, Packetizer, RtpPacket, SequenceTracker};
use dicom_rtv::sdp::SessionDescription;
use dicom_rtv::time::PtpTimestamp;
use uuid::Uuid;

/// The first packet of a Grain: six elements and 1376 bytes of payload or so.
fn first_packet() -> Vec<u8> {
    packets(4000).swap_remove(0)
}

fn packets(length: usize) -> Vec<Vec<u8>> {
    let time = Some(PtpTimestamp::from_ns(1_767_526_074_000_000_000));
    let identity = Identity {
        sync: time,
        origin: time,
        source_id: Some(Uuid::from_bytes([1; 16])),
        flow_id: Some(Uuid::from_bytes([2; 16])),
        duration: Some(GrainDuration {
            numerator: 1,
            denominator: 60,
        }),
        ..Identity::default()
    };
    let options = PacketizeOptions {
        udp_limit: 1408,
        ..PacketizeOptions::default()
    };
    let mut packetizer = Packetizer::new(options).expect("options");
    packetizer
        .packetize(&vec![0x5A; length], 90_000, &identity)
        .expect("packets")
}

fn packet(c: &mut Criterion) {
    let bytes = first_packet();
    assert_eq!(bytes.len(), 1400);
    let mut group = c.benchmark_group("packet 1400 bytes, 6 elements");
    group.bench_function("rtp-types and a walk", |b| {
        b.iter(|| rtp_types_and_walk(black_box(&bytes)));
    });
    group.bench_function("dicom-rtv elements", |b| {
        b.iter(|| {
            let packet = RtpPacket::parse(black_box(&bytes)).ok()?;
            let mut sum = header_sum(
                packet.sequence_number(),
                packet.timestamp(),
                packet.marker(),
                packet.payload(),
            );
            for element in packet.extension()?.elements() {
                sum += usize::from(element.id) + element.data.len();
            }
            Some(sum)
        });
    });
    group.bench_function("dicom-rtv identity", |b| {
        b.iter(|| {
            let packet = RtpPacket::parse(black_box(&bytes)).ok()?;
            Some(Identity::read(&packet.extension()?, &ExtensionMap::PRESET))
        });
    });
    group.finish();
}

/// The peer: rtp-types for the packet, and the least loop over the one-byte elements.
fn rtp_types_and_walk(bytes: &[u8]) -> Option<usize> {
    let packet = rtp_types::RtpPacket::parse(bytes).ok()?;
    let mut sum = header_sum(
        packet.sequence_number(),
        packet.timestamp(),
        packet.marker_bit(),
        packet.payload(),
    );
    let (profile, data) = packet.extension()?;
    if profile != 0xBEDE {
        return None;
    }
    let mut at = 0;
    while at < data.len() {
        let first = data[at];
        at += 1;
        if first == 0 {
            continue;
        }
        let (id, length) = (first >> 4, usize::from(first & 0x0F) + 1);
        if id == 0 || id == 15 || data.len() - at < length {
            break;
        }
        sum += usize::from(id) + data[at..at + length].len();
        at += length;
    }
    Some(sum)
}

#[inline]
fn header_sum(sequence: u16, timestamp: u32, marker: bool, payload: &[u8]) -> usize {
    usize::from(sequence) + timestamp as usize + usize::from(marker) + payload.len()
}

fn flow(c: &mut Criterion) {
    let mut group = c.benchmark_group("per packet in order");
    group.throughput(Throughput::Elements(1));
    let mut tracker = SequenceTracker::new(&Limits::default());
    let mut sequence = 0_u16;
    group.bench_function("sequence", |b| {
        b.iter(|| {
            sequence = sequence.wrapping_add(1);
            tracker.push(black_box(sequence), u32::from(sequence) << 8, u64::from(sequence))
        });
    });
    // After a loss the gap is remembered for late packets for half a turn.
    let mut tracker = SequenceTracker::new(&Limits::default());
    let (mut sequence, mut n) = (0_u16, 0_u64);
    group.bench_function("sequence, one in 1000 lost", |b| {
        b.iter(|| {
            n += 1;
            sequence = sequence.wrapping_add(if n.is_multiple_of(1000) { 2 } else { 1 });
            tracker.push(black_box(sequence), 0, n * 10_000)
        });
    });
    for (name, keep) in [
        ("assembler, payload", Keep::Payload),
        ("assembler, counts", Keep::Counts),
    ] {
        let options = Options {
            keep,
            ..Options::default()
        };
        let mut assembler = GrainAssembler::with_options(&Limits::default(), options);
        let grain = packets(20 * 1380);
        let mut sequence = 0_u16;
        let mut key = 0;
        group.throughput(Throughput::Elements(grain.len() as u64));
        let mut bytes = grain.clone();
        group.bench_function(name, |b| {
            b.iter(|| {
                for packet in &mut bytes {
                    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
                    packet[6] = (key >> 8) as u8;
                    sequence = sequence.wrapping_add(1);
                    let packet = RtpPacket::parse(packet).expect("a packet");
                    let flags = packet
                        .extension()
                        .and_then(|e| Identity::read(&e, &ExtensionMap::PRESET).flags);
                    assembler.push(key, key, &packet, flags, looks_like_start(packet.payload()));
                    key += 1;
                }
                while let Some(event) = assembler.poll() {
                    if let dicom_rtv::grain::Event::Grain(grain) = event {
                        assembler.recycle(grain);
                    }
                }
            });
        });
    }
    group.finish();
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    let payload = vec![0x5A; 3562];
    let mut packetizer = Packetizer::new(PacketizeOptions::default()).expect("options");
    group.bench_function("packetize a Grain of 3562 bytes", |b| {
        b.iter(|| packetizer.packetize(black_box(&payload), 1, &Identity::default()));
    });
    group.finish();
}

fn sdp(c: &mut Criterion) {
    let mut text = String::from("v=0\r\no=- 1 1 IN IP4 10.1.1.10\r\ns=operating room\r\nt=0 0\r\n");
    for port in 0..7 {
        text += &format!(
            "m=application {} RTP/AVP 104\r\nc=IN IP4 239.20.1.{port}/32\r\na=rtpmap:104 dicom/90000\r\n\
             a=source-filter: incl IN IP4 239.20.1.{port} 10.1.1.10\r\n\
             a=ts-refclk:ptp=IEEE1588-2008:ec-46-70-ff-fe-00-42-c4:0\r\na=mediaclk:direct=0\r\n\
             a=extmap:1 urn:x-nmos:rtp-hdrext:origin-timestamp\r\na=extmap:3 urn:x-nmos:rtp-hdrext:flow-id\r\n",
            5004 + 2 * port
        );
    }
    c.bench_function("SDP of 7 sections", |b| {
        b.iter(|| SessionDescription::parse(black_box(&text)))
    });
}

criterion_group!(benches, packet, flow, write, sdp);
criterion_main!(benches);
