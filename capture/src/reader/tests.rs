use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::*;
use crate::testing::{Bytes, Random, enhanced, pattern, section};

/// A record that outlives the reader.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    ordinal: u64,
    kind: BlockKind,
    interface: u32,
    link_type: LinkType,
    time: (Option<i64>, u8),
    lengths: (u32, u32),
    offset: u64,
    data: Vec<u8>,
    comments: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    seen: Vec<Seen>,
    end: Result<(), Error>,
    damage: Option<Damage>,
    interfaces: Vec<Interface>,
    skipped: u64,
}

/// Reads in pieces of these lengths, over and over.
fn read_in(bytes: &[u8], lengths: &[usize]) -> Outcome {
    let mut reader = Reader::new(Limits::default());
    let mut seen = Vec::new();
    let mut left = bytes;
    let mut turn = 0;
    while !left.is_empty() {
        let (chunk, behind) = left.split_at(lengths[turn % lengths.len()].clamp(1, left.len()));
        (left, turn) = (behind, turn + 1);
        let mut rest = chunk;
        while let Some(record) = reader.next(&mut rest) {
            assert_eq!(record.data.len(), record.captured_len as usize);
            seen.push(Seen {
                ordinal: record.ordinal,
                kind: record.kind,
                interface: record.interface,
                link_type: record.link_type,
                time: (record.time_ns, record.time_digits),
                lengths: (record.captured_len, record.original_len),
                offset: record.file_offset,
                data: record.data.to_vec(),
                comments: record.comments().map(ToString::to_string).collect(),
            });
        }
        assert!(rest.is_empty());
    }
    assert_eq!(reader.position(), bytes.len() as u64);
    assert_eq!(reader.records(), seen.len() as u64);
    let end = reader.finish();
    assert_eq!(end, reader.finish(), "finish twice");
    Outcome {
        seen,
        end,
        damage: reader.damage().cloned(),
        interfaces: reader.interfaces().to_vec(),
        skipped: reader.skipped_blocks(),
    }
}

fn read(bytes: &[u8]) -> Outcome {
    read_in(bytes, &[usize::MAX])
}

/// A pcap file with packets of these lengths.
fn pcap(endian: Endian, magic: u32, lengths: &[usize]) -> Vec<u8> {
    let header = Bytes::new(endian)
        .u32(magic)
        .u16(2)
        .u16(4)
        .u32(0)
        .u32(0)
        .u32(65535)
        .u32(1);
    let mut bytes = header;
    for (index, length) in lengths.iter().enumerate() {
        let data = pattern(*length);
        bytes = bytes
            .u32(1_700_000_000 + index as u32)
            .u32(123_456)
            .u32(*length as u32)
            .u32(*length as u32 + 5);
        if magic == 0xa1b2_cd34 {
            bytes = bytes.u32(2).u16(0x0800).u16(0);
        }
        bytes = bytes.bytes(&data);
    }
    bytes.out
}

/// Sections of both byte orders with blocks of every kind.
fn pcapng() -> Vec<u8> {
    let mut out = Vec::new();
    for (endian, resolution) in [(Endian::Little, 9u8), (Endian::Big, 0x80 | 20)] {
        let block = || Bytes::new(endian);
        out.extend(section(endian));
        out.extend(
            block()
                .u16(1)
                .u16(0)
                .u32(60)
                .option(2, b"eth0")
                .option(9, &[resolution])
                .u32(0)
                .block(1),
        );
        out.extend(block().u16(101).u16(0).u32(0).option(3, b"a tunnel").block(1));
        out.extend(enhanced(endian, 0, 1_700_000_000, &pattern(33), 40));
        // Names, secrets, a type that nobody knows.
        out.extend(
            block()
                .u16(1)
                .u16(8)
                .bytes(&[10, 0, 0, 1, b'a', b'b', b'c', 0])
                .u32(0)
                .block(4),
        );
        out.extend(block().u32(0x544c_534b).u32(4).bytes(b"keys").block(10));
        out.extend(block().bytes(&pattern(100)).block(0x7777));
        out.extend(block().u32(70).padded(&pattern(60)).block(3));
        // A custom block, which takes a frame number in Wireshark.
        out.extend(block().u32(32473).padded(b"custom").block(0x0bad));
        let options = block()
            .option(1, b"first")
            .option(2, &[0, 0, 0, 1])
            .option(1, b"second");
        let drops = if endian == Endian::Little {
            3u64.to_le_bytes()
        } else {
            3u64.to_be_bytes()
        };
        let options = options.option(4, &drops).u32(0).out;
        let packet = block().u32(1).u32(0x0005_f5e1).u32(7).u32(9).u32(9).padded(&pattern(9));
        out.extend(packet.bytes(&options).block(6));
        out.extend(
            block()
                .u16(1)
                .u16(2)
                .u32(0)
                .u32(77)
                .u32(5)
                .u32(5)
                .padded(b"old p")
                .block(2),
        );
        let count = |n: u64| {
            if endian == Endian::Little {
                n.to_le_bytes()
            } else {
                n.to_be_bytes()
            }
        };
        let statistics = block()
            .u32(0)
            .u32(0)
            .u32(1)
            .option(4, &count(1000))
            .option(5, &count(17));
        out.extend(statistics.option(7, &count(1)).u32(0).block(5));
    }
    out
}

#[test]
fn pcap_in_every_byte_order_and_resolution() {
    for endian in [Endian::Little, Endian::Big] {
        for (magic, fraction_ns, digits, header) in [
            (0xa1b2_c3d4, 123_456_000, 6, 16),
            (0xa1b2_3c4d, 123_456, 9, 16),
            (0xa1b2_cd34, 123_456_000, 6, 24),
        ] {
            let bytes = pcap(endian, magic, &[60, 0, 1514]);
            let outcome = read(&bytes);
            assert_eq!((outcome.end, &outcome.damage), (Ok(()), &None));
            assert_eq!(outcome.seen.len(), 3);
            let first = &outcome.seen[0];
            assert_eq!(first.time, (Some(1_700_000_000_000_000_000 + fraction_ns), digits));
            assert_eq!((first.lengths, first.offset), ((60, 65), 24 + header));
            assert_eq!((first.link_type, first.kind), (LinkType::ETHERNET, BlockKind::Pcap));
            assert_eq!(outcome.seen[2].data, pattern(1514));
        }
    }
}

#[test]
fn old_pcap_versions_hold_the_lengths_the_other_way_round() {
    let mut bytes = pcap(Endian::Little, 0xa1b2_c3d4, &[60]);
    bytes[6] = 2;
    // Captured and original length change places.
    bytes[32..40].rotate_left(4);
    let outcome = read(&bytes);
    assert_eq!(outcome.seen[0].lengths, (60, 65));
}

#[test]
fn pcapng_blocks_of_every_kind() {
    let outcome = read(&pcapng());
    assert_eq!((outcome.end, &outcome.damage, outcome.skipped), (Ok(()), &None, 8));
    let ordinals: Vec<u64> = outcome.seen.iter().map(|seen| seen.ordinal).collect();
    assert_eq!(ordinals, [1, 2, 4, 5, 6, 7, 9, 10], "custom blocks take 3 and 8");
    let interfaces: Vec<u32> = outcome.seen.iter().map(|seen| seen.interface).collect();
    assert_eq!(interfaces, [0, 0, 1, 1, 2, 2, 3, 3]);
    let [enhanced, simple, commented, obsolete, binary, ..] = &outcome.seen[..] else {
        panic!()
    };
    assert_eq!(
        (enhanced.kind, enhanced.time),
        (BlockKind::EnhancedPacket, (Some(1_700_000_000), 9))
    );
    assert_eq!((enhanced.lengths, &enhanced.data), ((33, 40), &pattern(33)));
    assert_eq!((simple.kind, simple.time), (BlockKind::SimplePacket, (None, 9)));
    assert_eq!(
        (simple.lengths, simple.data.len()),
        ((60, 70), 60),
        "cut to the interface's snaplen"
    );
    assert_eq!(commented.comments, ["first", "second"]);
    assert_eq!(
        commented.time,
        (Some(((0x0005_f5e1i64 << 32) + 7) * 1000), 6),
        "microseconds unless said"
    );
    assert_eq!(
        (obsolete.kind, &obsolete.data[..]),
        (BlockKind::ObsoletePacket, &b"old p"[..])
    );
    assert_eq!(binary.time.0, Some(((1_700_000_000u64 * 1_000_000_000) >> 20) as i64));
    let [eth0, tunnel, ..] = &outcome.interfaces[..] else {
        panic!()
    };
    assert_eq!(
        (eth0.name.as_deref(), eth0.snaplen, eth0.section),
        (Some("eth0"), 60, 0)
    );
    assert_eq!(
        (eth0.received, eth0.dropped, eth0.os_dropped),
        (Some(1000), Some(17), Some(1))
    );
    assert_eq!((eth0.drops(), tunnel.drops()), (18, 5));
    assert_eq!(
        (tunnel.link_type, tunnel.description.as_deref()),
        (LinkType::RAW, Some("a tunnel"))
    );
    assert_eq!(outcome.interfaces[3].section, 1);
}

#[test]
fn flags_of_a_packet() {
    let bytes = pcapng();
    let mut reader = Reader::new(Limits::default());
    let mut rest = &bytes[..];
    let mut flags = Vec::new();
    while let Some(record) = reader.next(&mut rest) {
        flags.push(record.flags());
    }
    assert_eq!(flags[2], Some(0x0100_0000));
    assert_eq!(flags[6], Some(1));
    assert_eq!(flags[0], None);
}

#[test]
fn chunks_of_any_size_give_the_same() {
    for bytes in [
        pcapng(),
        pcap(Endian::Little, 0xa1b2_3c4d, &[60, 0, 200, 1]),
        pcap(Endian::Big, 0xa1b2_cd34, &[60, 7]),
    ] {
        let whole = read(&bytes);
        for length in 1..=bytes.len() {
            assert_eq!(read_in(&bytes, &[length]), whole, "chunks of {length}");
        }
    }
}

#[test]
fn a_record_within_a_chunk_is_not_copied() {
    let bytes = pcap(Endian::Little, 0xa1b2_c3d4, &[100, 100]);
    let mut reader = Reader::new(Limits::default());
    let mut rest = &bytes[..];
    let range = bytes.as_ptr_range();
    while let Some(record) = reader.next(&mut rest) {
        assert!(range.contains(&record.data.as_ptr()));
    }
    assert_eq!(reader.carry.capacity(), 0);
}

#[test]
fn every_prefix_ends_and_gives_a_prefix_of_the_records() {
    for bytes in [pcapng(), pcap(Endian::Little, 0xa1b2_c3d4, &[60, 0, 200, 1])] {
        let whole = read(&bytes);
        for end in 0..bytes.len() {
            let cut = read_in(&bytes[..end], &[13]);
            assert_eq!(cut.seen[..], whole.seen[..cut.seen.len()], "cut at {end}");
            assert_eq!(cut.end.is_err(), end < 4, "cut at {end}");
            if let Some(damage) = cut.damage {
                assert!(damage.offset < end as u64, "cut at {end}: {damage}");
                let last = cut.seen.last().map_or(0, |seen| seen.offset + seen.data.len() as u64);
                assert!(damage.offset >= last);
            }
        }
    }
}

#[test]
fn mutations_end_and_do_not_depend_on_chunks() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let originals = [pcapng(), pcap(Endian::Little, 0xa1b2_3c4d, &[60, 0, 200, 1])];
    for round in 0..4_000 {
        let mut bytes = originals[round % originals.len()].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] = match random.below(4) {
                0 => 0,
                1 => 0xff,
                _ => random.next() as u8,
            };
        }
        let whole = read(&bytes);
        let lengths = [1 + random.below(40), 1 + random.below(300)];
        assert_eq!(read_in(&bytes, &lengths), whole, "round {round}");
        for seen in &whole.seen {
            let at = seen.offset as usize;
            assert_eq!(bytes[at..at + seen.data.len()], seen.data, "round {round}");
        }
    }
}

#[test]
fn garbage_ends_in_an_error_or_damage() {
    let mut random = Random(42);
    for round in 0..2_000 {
        let mut bytes: Vec<u8> = (0..random.below(400)).map(|_| random.next() as u8).collect();
        let starts: [&[u8]; 3] = [&[], &[0xd4, 0xc3, 0xb2, 0xa1], &[0x0a, 0x0d, 0x0d, 0x0a]];
        bytes.splice(0..0, starts[round % 3].iter().copied());
        read_in(&bytes, &[1 + random.below(50)]);
    }
}

#[test]
fn a_length_of_four_gigabytes_claims_nothing() {
    // A packet record.
    let mut bytes = pcap(Endian::Little, 0xa1b2_c3d4, &[60]);
    let at = bytes.len() as u64;
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    bytes.extend(pattern(1000));
    let outcome = read(&bytes);
    assert_eq!(outcome.seen.len(), 1);
    let damage = outcome.damage.unwrap();
    assert_eq!(damage.offset, at);
    assert!(damage.reason.contains("4294967295"), "{damage}");

    // A packet block, and a block that is not read.
    for (block_type, expected) in [(6u32, "over the limit"), (0x7777, "ends within a block")] {
        let mut bytes = pcapng();
        let at = bytes.len() as u64;
        bytes.extend(block_type.to_be_bytes());
        bytes.extend(0xffff_fffcu32.to_be_bytes());
        bytes.extend(pattern(100_000));
        let mut reader = Reader::new(Limits::default());
        for chunk in bytes.chunks(1000) {
            let mut rest = chunk;
            while reader.next(&mut rest).is_some() {}
        }
        assert!(reader.carry.capacity() < 10_000);
        reader.finish().unwrap();
        assert_eq!(reader.records(), 8);
        let damage = reader.damage().unwrap();
        assert_eq!(damage.offset, at);
        assert!(damage.reason.contains(expected), "{damage}");
    }
}

#[test]
fn a_long_block_that_is_not_read_is_stepped_over() {
    let mut bytes = section(Endian::Little);
    bytes.extend(Bytes::new(Endian::Little).u16(1).u16(0).u32(0).block(1));
    let long = Bytes::new(Endian::Little).bytes(&vec![1; 20 << 20]).block(0x7777);
    bytes.extend(long);
    bytes.extend(enhanced(Endian::Little, 0, 1, &pattern(5), 5));
    for chunk in [usize::MAX, 1 << 16] {
        let outcome = read_in(&bytes, &[chunk]);
        assert_eq!((outcome.seen.len(), outcome.damage, outcome.skipped), (1, None, 1));
    }
}

#[test]
fn damage_is_named_where_it_is() {
    let good = section(Endian::Little);
    let interface = Bytes::new(Endian::Little).u16(1).u16(0).u32(0).block(1);
    let packet = enhanced(Endian::Little, 0, 1, &pattern(8), 8);
    let start = [good.clone(), interface.clone(), packet].concat();
    let mut two_lengths = enhanced(Endian::Little, 0, 1, &pattern(8), 8);
    *two_lengths.last_mut().unwrap() = 1;
    let mut overrun = enhanced(Endian::Little, 0, 1, &pattern(8), 8);
    overrun[20] = 13;
    let mut odd = enhanced(Endian::Little, 0, 1, &pattern(8), 8);
    odd[4] = 41;
    let mut version = section(Endian::Big);
    version[13] = 9;
    let mut magic = section(Endian::Big);
    magic[8] = 9;
    let cases = [
        (two_lengths, "two lengths differ"),
        (overrun, "does not fit"),
        (odd, "multiple of 4"),
        (enhanced(Endian::Little, 7, 1, &pattern(8), 8), "interface 7"),
        (Bytes::new(Endian::Little).block(6), "of 12 bytes"),
        (Vec::from([0u8; 40]), "of 0 bytes"),
        (version, "version 9.0"),
        (magic, "byte-order magic"),
    ];
    for (block, reason) in cases {
        let bytes = [start.clone(), block, start.clone()].concat();
        for chunk in [usize::MAX, 3] {
            let outcome = read_in(&bytes, &[chunk]);
            assert_eq!((outcome.seen.len(), outcome.end), (1, Ok(())));
            let damage = outcome.damage.unwrap();
            assert_eq!(damage.offset, start.len() as u64, "{damage}");
            assert!(damage.reason.contains(reason), "{damage}");
        }
    }
    let no_interface = [good, enhanced(Endian::Little, 0, 1, &[], 0)].concat();
    assert!(read(&no_interface).damage.unwrap().reason.contains("has 0"));
}

#[test]
fn interfaces_are_bounded() {
    let mut reader = Reader::new(Limits {
        interfaces: 3,
        ..Limits::default()
    });
    let interface = Bytes::new(Endian::Little).u16(1).u16(0).u32(0).block(1);
    let bytes = [section(Endian::Little), interface.repeat(4)].concat();
    let mut rest = &bytes[..];
    assert!(reader.next(&mut rest).is_none());
    assert_eq!(reader.interfaces().len(), 3);
    assert!(reader.damage().unwrap().reason.contains("limit of 3"));
}

#[test]
fn what_is_no_capture_is_named() {
    let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &pattern(3000)].concat();
    let gzip = [&[0x1f, 0x8b, 8, 0][..], &pattern(300)].concat();
    let cases: [(&[u8], Format, &str); 6] = [
        (&[], Format::Empty, "empty"),
        (&[0xd4], Format::Unknown, "only 1 byte long"),
        (&jpeg, Format::Jpeg, "a JPEG image"),
        (&gzip, Format::Gzip, "gzip; decompress"),
        (b"hello, this is text", Format::Text, "is text"),
        (&[7; 5000], Format::Unknown, "neither"),
    ];
    for (bytes, format, message) in cases {
        for chunk in [usize::MAX, 1, 50] {
            let outcome = read_in(bytes, &[chunk]);
            assert!(outcome.seen.is_empty() && outcome.damage.is_none());
            let error = outcome.end.unwrap_err();
            assert_eq!(error.format, format);
            assert_eq!(error.length, bytes.len().min(Format::PREFIX) as u64);
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}

#[test]
fn unknown_link_types_stay_records() {
    let mut bytes = pcap(Endian::Little, 0xa1b2_c3d4, &[60]);
    bytes[20] = 200;
    let outcome = read(&bytes);
    assert_eq!(outcome.seen[0].link_type, LinkType(200));
    assert_eq!(
        format!("{} {:?}", LinkType(200), LinkType::ETHERNET),
        "link type 200 LinkType(1 ETHERNET)"
    );
}
