use alloc::vec::Vec;

use super::*;
use crate::nmos::Identity;
use crate::rtp::{ExtensionBuilder, PacketBuilder};

fn identity() -> Identity {
    let time = Some(PtpTimestamp {
        seconds: 1_453_891_387,
        nanoseconds: 480_000_000,
    });
    Identity {
        sync: time,
        origin: time,
        flow_id: Some(Uuid::from_bytes([0x22; 16])),
        source_id: Some(Uuid::from_bytes([0x11; 16])),
        flags: Some(GrainFlags {
            start: true,
            end: false,
        }),
        duration: Some(GrainDuration {
            numerator: 1920,
            denominator: 48_000,
        }),
        timecode: Some([3, 8, 8, 1, 0, 0, 0, 1]),
    }
}

/// Children lie within their parents, in order, and every byte is in a leaf.
fn check(tree: &FieldTree, length: usize) {
    let fields = &tree.fields;
    let mut covered = alloc::vec![false; length];
    let mut parents: Vec<(u16, u32, u32)> = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        while parents.last().is_some_and(|p| p.0 >= field.depth) {
            parents.pop();
        }
        let end = field.start + field.length;
        match parents.last() {
            Some(parent) => assert!(parent.1 <= field.start && end <= parent.2, "{field:?}"),
            None => assert_eq!(field.depth, 0, "{field:?}"),
        }
        parents.push((field.depth, field.start, end));
        let is_leaf = fields.get(i + 1).is_none_or(|next| next.depth <= field.depth);
        if is_leaf {
            covered[field.start as usize..end as usize].fill(true);
        }
        assert!(
            !field.name.is_empty() && !field.clause.is_empty() && field.value.chars().count() <= 200,
            "{field:?}"
        );
    }
    assert!(covered.iter().all(|c| *c), "byte {:?}", covered.iter().position(|c| !c));
}

fn value<'t>(tree: &'t FieldTree, name: &str) -> &'t str {
    &tree.fields.iter().find(|f| f.name == name).unwrap().value
}

#[test]
fn a_first_packet() {
    for builder in [ExtensionBuilder::one_byte(), ExtensionBuilder::two_byte(1)] {
        let builder = builder.identity(&identity(), &ExtensionMap::PRESET).unwrap();
        let builder = builder.data(&[0, 0]).element(13, &[1, 2, 3]).unwrap();
        let bytes = PacketBuilder::new(104, 7, 9, 0xAB)
            .csrc(1)
            .csrc(2)
            .extension(&builder)
            .payload(b"hello")
            .padding(4)
            .marker(true)
            .build()
            .unwrap();
        let tree = fields(&RtpPacket::parse(&bytes).unwrap(), &ExtensionMap::PRESET);
        check(&tree, bytes.len());
        assert_eq!(
            value(&tree, "PTP Sync Timestamp"),
            "1453891387.480000000 TAI (2016-01-27T10:42:31.480000000Z)"
        );
        assert_eq!(value(&tree, "Flow Identifier"), "22222222-2222-2222-2222-222222222222");
        assert_eq!(value(&tree, "Grain Duration"), "1920/48000 s (0.040000000 s)");
        assert_eq!(value(&tree, "Grain Flags"), "first packet");
        assert_eq!(value(&tree, "Element 13"), "01 02 03");
        assert_eq!(value(&tree, "RTP Payload"), "5 bytes");
        assert_eq!(value(&tree, "Payload Type"), "104");
        let marker = tree.fields.iter().find(|f| f.name == "Marker").unwrap();
        assert_eq!((marker.start, marker.bits), (1, Some((0, 1))));
        assert!(tree.fields.iter().all(|f| f.notes.is_empty()));
    }
}

#[test]
fn a_later_packet_and_a_bare_one() {
    let end = ExtensionBuilder::one_byte().element(5, &[0x41]).unwrap();
    let bytes = PacketBuilder::new(104, 7, 9, 1)
        .extension(&end)
        .payload(b"x")
        .build()
        .unwrap();
    let tree = fields(&RtpPacket::parse(&bytes).unwrap(), &ExtensionMap::PRESET);
    check(&tree, bytes.len());
    assert_eq!(value(&tree, "Grain Flags"), "last packet");
    assert_eq!(tree.fields.iter().filter(|f| !f.notes.is_empty()).count(), 1);
    let bytes = PacketBuilder::new(104, 7, 9, 1).build().unwrap();
    check(
        &fields(&RtpPacket::parse(&bytes).unwrap(), &ExtensionMap::PRESET),
        bytes.len(),
    );
}

#[test]
fn what_is_wrong_is_noted() {
    let cases: [(&[u8], &str); 6] = [
        (&[0x10, 0xAA, 0, 0], "PTP Origin Timestamp has 10 bytes, not 1"),
        (
            &[0x5F, 0xAA, 0, 0],
            "the element claims 16 bytes, the extension has 3 left",
        ),
        (
            &[0x50, 0x80, 0xF3, 0x10],
            "ID 15 is reserved: this and what follows must be ignored",
        ),
        (
            &[0x50, 0x80, 0x03, 0x10],
            "ID 0 with a length: this and what follows must be ignored",
        ),
        (
            &[0x19, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0],
            "a second has 10^9 nanoseconds",
        ),
        (
            &[0x97, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            "a fraction has no denominator of 0",
        ),
    ];
    for (data, note) in cases {
        let extension = ExtensionBuilder::one_byte().data(data);
        let bytes = PacketBuilder::new(104, 7, 9, 1).extension(&extension).build().unwrap();
        let tree = fields(&RtpPacket::parse(&bytes).unwrap(), &ExtensionMap::PRESET);
        check(&tree, bytes.len());
        assert!(
            tree.fields.iter().any(|f| f.notes.iter().any(|n| n.text == note)),
            "{note}"
        );
    }
}

#[test]
fn other_profiles_and_cut_packets() {
    let extension = ExtensionBuilder::other(0x1234).data(&[7; 100]);
    let bytes = PacketBuilder::new(96, 7, 9, 1)
        .extension(&extension)
        .payload(&[0; 100])
        .build()
        .unwrap();
    let packet = RtpPacket::parse_truncated(&bytes[..120], bytes.len()).unwrap();
    let tree = fields(&packet, &ExtensionMap::new());
    check(&tree, 120);
    assert!(value(&tree, "Data").ends_with("… (100 bytes)"));
    assert_eq!(value(&tree, "RTP Payload"), "100 bytes");
}

#[test]
fn any_bytes_give_a_sound_tree() {
    let mut state = 0x0DDB_1A5E_5BAD_5EED_u64;
    let extension = ExtensionBuilder::one_byte()
        .identity(&identity(), &ExtensionMap::PRESET)
        .unwrap();
    let good = PacketBuilder::new(104, 7, 9, 1)
        .csrc(3)
        .extension(&extension)
        .payload(&[5; 30])
        .padding(2)
        .build()
        .unwrap();
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = state as usize % bytes.len();
            bytes[at] = (state >> 32) as u8;
        }
        bytes.truncate(bytes.len() - (state >> 48) as usize % 40);
        if let Ok(packet) = RtpPacket::parse(&bytes) {
            check(&fields(&packet, &ExtensionMap::PRESET), bytes.len());
        }
        if let Ok(packet) = RtpPacket::parse_truncated(&bytes, bytes.len() + 9) {
            check(&fields(&packet, &ExtensionMap::new()), bytes.len());
        }
    }
}
