//! What is no capture, or only part of one: an answer every time, never a panic or a hang.

use std::fs;
use std::path::Path;

use grainscope_inspect::model::{Query, Summary};
use grainscope_inspect::{Options, Session};

fn inspect(bytes: &[u8], chunk: usize) -> Session {
    let mut session = Session::new(Options::default());
    for chunk in bytes.chunks(chunk.max(1)) {
        session.push(chunk);
    }
    session.finish();
    session
}

/// Asks everything that a view asks.
fn look_at_all(session: &Session, bytes: &[u8]) -> Summary {
    let summary = session.summary();
    let query = Query {
        count: 10_000,
        ..Query::default()
    };
    let read = |extents: Vec<grainscope_inspect::model::Extent>| -> Vec<Vec<u8>> {
        extents
            .iter()
            .map(|e| bytes[e.offset as usize..][..e.length as usize].to_vec())
            .collect()
    };
    for row in session.packets(&query).unwrap().rows {
        let detail = session.packet_detail(row.ordinal, &read(session.packet_extents(row.ordinal)));
        assert!(!detail.sources.is_empty());
    }
    for row in session.grains(&query).unwrap().rows {
        let packets = read(session.grain_extents(row.id));
        let detail = session.grain_detail(row.id, &packets);
        for field in &detail.fields {
            let source = &detail.sources[field.source as usize];
            let end = field.start as usize + field.length as usize;
            assert!(end <= source.bytes.len(), "{field:?} ends behind {}", source.name);
        }
        let (meta, dataset) = session.grain_json(row.id, &packets);
        let valid = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert!(valid(&meta) && valid(&dataset), "{meta} {dataset}");
    }
    let (from, to) = (summary.start_ns.unwrap_or(0), summary.end_ns.unwrap_or(0));
    assert!(session.timeline(from, to, 100).len() <= summary.flows as usize);
    summary
}

fn small_capture() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/fault-rtp-loss.pcap")).unwrap()
}

#[test]
fn what_is_no_capture_is_named() {
    let jpeg = [&[0xFF, 0xD8, 0xFF, 0xE0, 0, 16][..], b"JFIF\0", &[7; 500]].concat();
    for (bytes, says) in [
        (&b""[..], "empty"),
        (&[0xA1][..], "1 byte"),
        (&jpeg[..], "JPEG"),
        (&b"hello, this is no capture at all\n"[..], "text"),
        (&[0; 4096][..], "neither a pcap nor a pcapng"),
    ] {
        let session = inspect(bytes, 100);
        let summary = look_at_all(&session, bytes);
        assert_eq!((summary.packets, summary.grains), (0, 0));
        let error = session.error().unwrap_or_else(|| panic!("no error for {says}"));
        assert!(error.contains(says), "{error:?} does not say {says:?}");
    }
}

#[test]
fn every_prefix_of_a_capture_gives_a_prefix_of_its_packets() {
    let capture = small_capture();
    let whole = look_at_all(&inspect(&capture, 4096), &capture);
    assert!(whole.packets > 3 && whole.damage.is_none());
    let mut latest = 0;
    for length in 24..capture.len() {
        let cut = &capture[..length];
        let session = inspect(cut, 777);
        let summary = if length % 97 == 0 {
            look_at_all(&session, cut)
        } else {
            session.summary()
        };
        assert!(summary.packets >= latest, "{length}");
        latest = summary.packets;
        assert!(summary.packets <= whole.packets);
    }
    assert_eq!(latest, whole.packets - 1);
}

#[test]
fn a_length_of_four_gigabytes_is_damage_and_costs_nothing() {
    let capture = small_capture();
    let second = 24 + 16 + u32::from_le_bytes(capture[32..36].try_into().unwrap()) as usize;
    let mut broken = capture;
    broken[second + 8..second + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let summary = look_at_all(&inspect(&broken, 1000), &broken);
    assert_eq!(summary.packets, 1, "what came before the damage is there");
    let damage = summary.damage.expect("damage");
    assert_eq!(damage.offset, second as u64);
}

#[test]
fn changed_bytes_never_do_harm() {
    let capture = small_capture();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..300 {
        let mut broken = capture.clone();
        for _ in 0..4 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = state as usize % broken.len();
            broken[at] = (state >> 32) as u8;
        }
        look_at_all(&inspect(&broken, 4096), &broken);
    }
}

#[test]
fn one_object_without_a_capture_is_one_grain() {
    let capture = small_capture();
    let session = inspect(&capture, 4096);
    let row = session
        .grains(&Query {
            count: 1,
            ..Query::default()
        })
        .unwrap()
        .rows
        .remove(0);
    let packets: Vec<Vec<u8>> = session
        .grain_extents(row.id)
        .iter()
        .map(|e| capture[e.offset as usize..][..e.length as usize].to_vec())
        .collect();
    let payload = session.grain_payload(row.id, &packets);
    for chunk in [1, 100, payload.len()] {
        let alone = inspect(&payload, chunk);
        let summary = look_at_all(&alone, &payload);
        assert_eq!((summary.packets, summary.grains), (0, 1));
        assert_eq!(summary.format.as_deref(), Some("RTV payload"));
        let bytes = [payload.clone()];
        assert_eq!(alone.grain_json(0, &bytes), session.grain_json(row.id, &packets));
        assert_eq!(
            alone
                .grains(&Query {
                    count: 1,
                    ..Query::default()
                })
                .unwrap()
                .rows[0]
                .flow,
            None
        );
    }
}
