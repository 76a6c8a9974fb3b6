//! How fast captures are walked, against copying the same bytes and against the crates that do the same.
//!
//! `cargo bench -p grainscope-capture --bench walk`. All figures of one run share one buffer of packets, 64 MiB of RTP over
//! UDP: video-sized packets (1,442 bytes), and small ones (200 bytes).

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use grainscope_capture::write::{InterfaceDescription, Packet, PcapWriter, PcapngWriter, Resolution};
use grainscope_capture::{Frame, Limits, LinkType, Reader, frame};

const BYTES: usize = 64 << 20;
/// What a page reads of a file at a time.
const CHUNK: usize = 4 << 20;
/// Ethernet, IPv4 and UDP headers.
const HEADERS: usize = 14 + 20 + 8;

fn walk(criterion: &mut Criterion) {
    for (name, length) in [("video", 1442), ("small", 200)] {
        let (pcap, pcapng, frames) = captures(length);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);

        group.throughput(Throughput::Bytes(pcap.len() as u64));
        let mut copy = vec![0; pcap.len()];
        group.bench_function("memcpy", |bench| bench.iter(|| copy.copy_from_slice(black_box(&pcap))));
        reader(&mut group, "pcap", &pcap);
        group.bench_function("pcap, pcap-parser", |bench| bench.iter(|| pcap_parser_walk(&pcap)));

        group.throughput(Throughput::Bytes(pcapng.len() as u64));
        reader(&mut group, "pcapng", &pcapng);
        group.bench_function("pcapng, pcap-parser", |bench| {
            bench.iter(|| pcapng_parser_walk(&pcapng))
        });

        // As many as the caches hold: this is about the work, the lines above are about memory.
        let frames = &frames[..512];
        group.throughput(Throughput::Elements(frames.len() as u64));
        group.bench_function("decode", |bench| {
            bench.iter(|| {
                frames
                    .iter()
                    .map(|frame| payload(LinkType::ETHERNET, frame))
                    .sum::<usize>()
            });
        });
        group.bench_function("decode, etherparse", |bench| {
            bench.iter(|| frames.iter().map(|frame| etherparse_payload(frame)).sum::<usize>());
        });
        group.finish();
    }
}

/// Records alone, then with the frame decoded.
fn reader(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, capture: &[u8]) {
    group.bench_function(format!("{name}, records"), |bench| {
        bench.iter(|| each_record(capture, |_, data| data.len()));
    });
    group.bench_function(format!("{name}, records and frames"), |bench| {
        bench.iter(|| each_record(capture, payload));
    });
}

fn each_record(capture: &[u8], measure: impl Fn(LinkType, &[u8]) -> usize) -> usize {
    let mut reader = Reader::new(Limits::default());
    let mut sum = 0;
    for chunk in capture.chunks(CHUNK) {
        let mut rest = chunk;
        while let Some(record) = reader.next(&mut rest) {
            sum += measure(record.link_type, record.data);
        }
    }
    black_box(sum)
}

fn payload(link_type: LinkType, data: &[u8]) -> usize {
    match frame::decode(link_type, data) {
        Frame::Datagram(datagram) => datagram.payload.len() + usize::from(datagram.destination.port),
        _ => 0,
    }
}

fn etherparse_payload(data: &[u8]) -> usize {
    match etherparse::SlicedPacket::from_ethernet(data) {
        Ok(etherparse::SlicedPacket {
            transport: Some(etherparse::TransportSlice::Udp(udp)),
            ..
        }) => udp.payload().len() + usize::from(udp.destination_port()),
        _ => 0,
    }
}

fn pcap_parser_walk(capture: &[u8]) -> usize {
    let (mut rest, _) = pcap_parser::parse_pcap_header(capture).unwrap();
    let mut sum = 0;
    while let Ok((behind, block)) = pcap_parser::parse_pcap_frame(rest) {
        sum += block.data.len();
        rest = behind;
    }
    black_box(sum)
}

fn pcapng_parser_walk(capture: &[u8]) -> usize {
    let mut rest = capture;
    let mut sum = 0;
    while let Ok((behind, block)) = pcap_parser::parse_block_le(rest) {
        if let pcap_parser::Block::EnhancedPacket(packet) = block {
            sum += packet.data.len();
        }
        rest = behind;
    }
    black_box(sum)
}

/// Frames of `length` bytes each, as a pcap file, as a pcapng file, and one by one.
fn captures(length: usize) -> (Vec<u8>, Vec<u8>, Vec<Vec<u8>>) {
    let mut pcap = PcapWriter::new(LinkType::ETHERNET, Resolution::Nanoseconds, 0);
    let mut pcapng = PcapngWriter::new("bench");
    let interface = pcapng.add_interface(&InterfaceDescription {
        link_type: LinkType::ETHERNET,
        snaplen: 0,
        name: "eth0",
        description: "",
    });
    let mut frames = Vec::new();
    for index in 0..BYTES / length {
        let data = udp_frame(index, length);
        let time_ns = 1_700_000_000_000_000_000 + index as i64 * 10_000;
        pcap.packet(time_ns, length as u32, &data);
        pcapng.packet(&Packet {
            interface,
            time_ns,
            original_len: length as u32,
            data: &data,
            comment: "",
        });
        frames.push(data);
    }
    (pcap.into_bytes(), pcapng.into_bytes(), frames)
}

fn udp_frame(index: usize, length: usize) -> Vec<u8> {
    let mut data = vec![1, 0, 0x5e, 20, 1, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    data.extend([0x45, 0xb8]);
    data.extend(((length - 14) as u16).to_be_bytes());
    data.extend([0, 0, 0x40, 0, 64, 17, 0, 0, 10, 1, 1, 10, 239, 20, 1, 2]);
    data.extend([0x13, 0x8c, 0x13, (index % 8) as u8]);
    data.extend(((length - HEADERS + 8) as u16).to_be_bytes());
    data.extend([0, 0, 0x80, 96]);
    data.extend((index as u16).to_be_bytes());
    data.resize(length, index as u8);
    data
}

criterion_group!(benches, walk);
criterion_main!(benches);
