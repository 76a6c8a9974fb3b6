use alloc::vec::Vec;

use super::*;
use crate::{BlockKind, Limits, LinkType, Reader};

const TIME: i64 = 1_767_526_074_123_456_789;

const ETH0: InterfaceDescription<'_> = InterfaceDescription {
    link_type: LinkType::ETHERNET,
    snaplen: 0,
    name: "eth0",
    description: "endoscope",
};

#[test]
fn pcapng_comes_back_as_it_was_written() {
    let mut writer = PcapngWriter::new("Grainscope 0.1");
    let eth0 = writer.add_interface(&ETH0);
    let cut = writer.add_interface(&InterfaceDescription {
        snaplen: 6,
        name: "",
        ..ETH0
    });
    let mut stream = writer.take();
    for length in 0..9u8 {
        let data: Vec<u8> = (0..length).collect();
        for interface in [eth0, cut] {
            writer.packet(&Packet {
                interface,
                time_ns: TIME + i64::from(length),
                original_len: 1500,
                data: &data,
                comment: if length.is_multiple_of(2) {
                    "lost before this"
                } else {
                    ""
                },
            });
        }
        stream.extend(writer.take());
        assert!(stream.len().is_multiple_of(4), "whole blocks");
    }
    writer.statistics(&Statistics {
        interface: cut,
        time_ns: TIME,
        received: Some(1 << 40),
        dropped: Some(12),
    });
    stream.extend(writer.into_bytes());

    let mut reader = Reader::new(Limits::default());
    let mut rest = &stream[..];
    let mut count = 0u32;
    while let Some(record) = reader.next(&mut rest) {
        let length = count / 2;
        let kept = if record.interface == cut { length.min(6) } else { length };
        assert_eq!(record.kind, BlockKind::EnhancedPacket);
        assert_eq!(record.time_ns, Some(TIME + i64::from(length)));
        assert_eq!(
            (record.time_digits, record.original_len, record.captured_len),
            (9, 1500, kept)
        );
        assert!(
            record
                .data
                .iter()
                .enumerate()
                .all(|(at, byte)| at == usize::from(*byte))
        );
        assert_eq!(record.comment(), length.is_multiple_of(2).then_some("lost before this"));
        count += 1;
    }
    reader.finish().unwrap();
    assert_eq!((count, reader.damage()), (18, None));
    let [first, second] = reader.interfaces() else { panic!() };
    assert_eq!(
        (first.name.as_deref(), first.description.as_deref()),
        (Some("eth0"), Some("endoscope"))
    );
    assert_eq!((second.name.as_deref(), second.snaplen), (None, 6));
    assert_eq!((second.received, second.drops()), (Some(1 << 40), 12));
}

#[test]
fn a_comment_of_any_length_fits() {
    let mut writer = PcapngWriter::new("");
    writer.add_interface(&ETH0);
    let comment = "ü".repeat(40_000);
    writer.packet(&Packet {
        interface: 0,
        time_ns: -1,
        original_len: 0,
        data: &[],
        comment: &comment,
    });
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(Limits::default());
    let mut rest = &bytes[..];
    let record = reader.next(&mut rest).unwrap();
    assert_eq!(record.time_ns, Some(0));
    assert_eq!(record.comment().map(str::len), Some(0xfffc));
}

#[test]
fn pcap_comes_back_as_it_was_written() {
    for (resolution, digits, unit) in [(Resolution::Nanoseconds, 9, 1), (Resolution::Microseconds, 6, 1000)] {
        let mut writer = PcapWriter::new(LinkType::LINUX_SLL2, resolution, 4);
        writer.packet(TIME, 9, &[1, 2, 3]);
        writer.packet(i64::MAX, 9, &[1, 2, 3, 4, 5]);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(Limits::default());
        let mut rest = &bytes[..];
        let record = reader.next(&mut rest).unwrap();
        assert_eq!((record.link_type, record.time_digits), (LinkType::LINUX_SLL2, digits));
        assert_eq!(record.time_ns, Some(TIME / unit * unit));
        assert_eq!((record.data, record.original_len), (&[1, 2, 3][..], 9));
        let record = reader.next(&mut rest).unwrap();
        assert_eq!(record.data, [1, 2, 3, 4]);
        assert_eq!(reader.interfaces()[0].snaplen, 4);
    }
}
