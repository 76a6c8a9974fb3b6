use std::path::Path;

use grainscope_capture::frame::{self, Frame};
use grainscope_capture::{LinkType, Reader};
use serde_json::Value;

use crate::run::{array, folder, run};

/// What the simulated operating room says of its patient.
const SECRETS: [&str; 6] = ["Yamada", "山田", "たろう", "PID-20417", "19640518", "太郎"];

#[test]
fn no_output_says_who_it_was() {
    let folder = folder();
    let commands: [&[&str]; 8] = [
        &["inspect", "bad.pcapng"],
        &["inspect", "bad.pcapng", "--json"],
        &["inspect", "bad.pcapng", "--ndjson"],
        &["dump", "bad.pcapng", "-v", "--grains"],
        &["dump", "bad.pcapng", "-vvx", "--flow", "dicom"],
        &["dump", "bad.pcapng", "-x", "--grains"],
        &["compare", "bad.pcapng", "good.pcapng"],
        &["compare", "bad.pcapng", "good.pcapng", "--json"],
    ];
    for command in commands {
        let open = run(folder.path(), command).text();
        let hidden = run(folder.path(), &[command, &["--hide-patient"]].concat());
        assert_eq!(hidden.code, 0, "{}", hidden.error);
        let text = hidden.text();
        for secret in SECRETS {
            assert!(!text.contains(secret), "{command:?} says {secret}");
        }
        assert_ne!(text, open);
    }
    run(
        folder.path(),
        &["export", "bad.pcapng", "--to", "out", "--hide-patient"],
    )
    .lines();
    for file in std::fs::read_dir(folder.path().join("out")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in SECRETS {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} says {secret}", path.display());
        }
    }
}

#[test]
fn a_key_maps_uids_alike() {
    let folder = folder();
    let report = |key: &[&str]| {
        let all = [&["inspect", "good.pcapng", "--json", "--hide-patient"], key].concat();
        run(folder.path(), &all).json()
    };
    let (a, b, other) = (report(&["--key", "k"]), report(&["--key", "k"]), report(&[]));
    assert_eq!(a, b);
    let uid = |report: &Value| report["flows"][0]["sop_instance"].clone();
    assert!(uid(&a).is_null() || uid(&a) != uid(&other));
    let open = run(folder.path(), &["inspect", "good.pcapng", "--json"]).json();
    for (flow, original) in array(&a, "flows").iter().zip(array(&open, "flows")) {
        if let Some(instance) = flow["sop_instance"].as_str() {
            assert!(instance.starts_with("2.25."));
            assert_ne!(flow["sop_instance"], original["sop_instance"]);
            assert_eq!(instance.len(), original["sop_instance"].as_str().unwrap().len());
        }
        assert_eq!(flow["describes"], original["describes"]);
        assert_eq!(flow["sop_class"], original["sop_class"]);
    }
    // The same UID in group 0002, in the data set and in the flow.
    for grain in array(&a, "grains").iter().filter(|grain| grain["static"] == true) {
        assert_eq!(
            grain["dataset"]["00080018"]["Value"],
            grain["meta"]["00020033"]["Value"]
        );
        assert_eq!(grain["dataset"]["00120062"]["Value"][0], "YES");
        let keys = grain["dataset"].as_object().unwrap().keys();
        for key in keys {
            let group = u16::from_str_radix(&key[..4], 16).unwrap();
            assert_eq!(group % 2, 0, "a private attribute: {key}");
        }
    }
}

#[test]
fn packets_keep_their_lengths_times_and_checksums() {
    let folder = folder();
    run(
        folder.path(),
        &["export", "bad.pcapng", "--to", "open", "--only", "packets"],
    )
    .lines();
    run(
        folder.path(),
        &[
            "export",
            "bad.pcapng",
            "--to",
            "hidden",
            "--only",
            "packets",
            "--hide-patient",
        ],
    )
    .lines();
    let (open, hidden) = (
        packets(&folder.path().join("open/packets.pcapng")),
        packets(&folder.path().join("hidden/packets.pcapng")),
    );
    assert_eq!(open.len(), hidden.len());
    let mut changed = 0;
    for ((time, link, before), (time_after, _, after)) in open.iter().zip(&hidden) {
        assert_eq!((time, before.len()), (time_after, after.len()));
        let (Frame::Datagram(a), Frame::Datagram(b)) = (frame::decode(*link, before), frame::decode(*link, after))
        else {
            panic!("UDP before and after");
        };
        assert_eq!((a.source, a.destination), (b.source, b.destination));
        assert_eq!(a.payload[..12], b.payload[..12], "the RTP header");
        assert_eq!(checksum(before, a.payload_offset), checksum(after, b.payload_offset));
        changed += usize::from(before != after);
    }
    assert!(changed > 10);
    let rules = |path: &str| -> Vec<Value> {
        let report = run(folder.path(), &["inspect", path, "--json", "--no-datasets"]).json();
        array(&report, "findings")
            .iter()
            // A value that was not valid is replaced by one that is.
            .filter(|finding| finding["rule"] != "value.invalid")
            .map(|f| serde_json::json!([f["rule"], f["flow"], f["grain"], f["count"]]))
            .collect()
    };
    assert_eq!(rules("open/packets.pcapng"), rules("hidden/packets.pcapng"));
}

fn packets(path: &Path) -> Vec<(Option<i64>, LinkType, Vec<u8>)> {
    let bytes = std::fs::read(path).unwrap();
    let mut reader = Reader::new(grainscope_capture::Limits::default());
    let mut rest = bytes.as_slice();
    let mut out = Vec::new();
    while let Some(record) = reader.next(&mut rest) {
        out.push((record.time_ns, record.link_type, record.data.to_vec()));
    }
    out
}

/// What the UDP checksum of an IPv4 frame adds up to: 0 if it is right or absent.
fn checksum(frame: &[u8], payload_offset: u32) -> u16 {
    let udp = payload_offset as usize - 8;
    if frame[udp + 6..udp + 8] == [0, 0] {
        return 0;
    }
    let mut sum = 17 + (frame.len() - udp) as u32;
    let words = frame[udp - 8..udp].chunks(2).chain(frame[udp..].chunks(2));
    for word in words {
        sum += u32::from(u16::from_be_bytes([word[0], *word.get(1).unwrap_or(&0)]));
    }
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}
