//! Captures made by independent programs, and what they hold: flows, Grains and every value of their data sets.

use std::fs;
use std::path::{Path, PathBuf};

use grainscope_inspect::model::{FlowKind, GrainRow, Query};
use grainscope_inspect::{Options, Session};
use serde_json::Value;

/// The folder of independent vectors; it is no part of the project.
fn vectors() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors"));
    if !folder.is_dir() {
        println!("left out: there is no folder of independent vectors at ../shared/vectors");
        return None;
    }
    Some(folder.to_owned())
}

fn inspect(bytes: &[u8], sdp: Option<&Path>) -> Session {
    let sdp = sdp.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()));
    let mut session = Session::new(Options {
        sdp: sdp.into_iter().collect(),
        ..Options::default()
    });
    for chunk in bytes.chunks(64 << 10) {
        session.push(chunk);
    }
    session.finish();
    session
}

fn rows(session: &Session, flow: u32) -> Vec<GrainRow> {
    session
        .grains(&Query {
            flow: Some(flow),
            count: 10_000,
            ..Query::default()
        })
        .unwrap()
        .rows
}

fn packets_of(session: &Session, capture: &[u8], grain: u32) -> Vec<Vec<u8>> {
    let extents = session.grain_extents(grain);
    extents
        .iter()
        .map(|e| capture[e.offset as usize..][..e.length as usize].to_vec())
        .collect()
}

/// Numbers are equal as numbers: 1 and 1.0 are the same value of DICOM JSON.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Compares what a session found with what the sender meant; gives the number of Grains whose values were compared.
fn check(name: &str, session: &Session, capture: &[u8], expected: &Value) -> usize {
    let flows = session.flows();
    let mut compared = 0;
    for meant in expected["flows"].as_array().unwrap() {
        let destination = meant["destination"].as_str().unwrap();
        let place = format!("{name} {destination}");
        let flow = flows.iter().find(|f| f.destination == destination && f.kind.is_dicom());
        let flow = flow.unwrap_or_else(|| panic!("{place}: no metadata flow in {flows:#?}"));
        if meant["kind"] != "fault" {
            assert_eq!(flow.kind.as_str(), meant["kind"], "{place}");
        }
        assert_eq!(flow.ssrc.map(u64::from), meant["ssrc"].as_u64(), "{place}");
        assert_eq!(
            flow.payload_type.map(u64::from),
            meant["payload_type"].as_u64(),
            "{place}"
        );
        let rows = rows(session, flow.id);
        for grain in meant["grains"].as_array().unwrap().iter().filter(|g| g["lost"] != true) {
            let timestamp = grain["rtp_timestamp"].as_u64().unwrap();
            let place = format!("{place} Grain at {timestamp}");
            let row = rows.iter().find(|row| u64::from(row.rtp_timestamp) == timestamp);
            let row = row.unwrap_or_else(|| panic!("{place} is missing"));
            assert!(row.complete, "{place}");
            assert_eq!(u64::from(row.packets), grain["packets"].as_u64().unwrap(), "{place}");
            if row.origin_ns.is_some() {
                assert_eq!(row.origin_ns, grain["origin_ns"].as_i64(), "{place} origin");
                assert_eq!(row.sync_ns, grain["sync_ns"].as_i64(), "{place} sync");
            } else {
                assert!(name.contains("extension-none"), "{place} has no times");
            }
            if name.contains("dataset-truncated") {
                continue;
            }
            assert_eq!(row.is_static, grain["static"] == true, "{place} static");
            assert_eq!(row.is_dynamic, grain["dynamic"] == true, "{place} dynamic");
            assert_eq!(
                u64::from(row.payload_bytes),
                grain["payload_bytes"].as_u64().unwrap(),
                "{place} bytes"
            );
            let (meta, dataset) = session.grain_json(row.id, &packets_of(session, capture, row.id));
            let mut meta: Value = serde_json::from_str(&meta).unwrap();
            let dataset: Value = serde_json::from_str(&dataset).unwrap();
            meta.as_object_mut().unwrap().remove("00020000");
            assert!(
                equal(&meta, &grain["meta"]),
                "{place} meta:\n{meta:#}\n{:#}",
                grain["meta"]
            );
            assert!(
                equal(&dataset, &grain["dataset"]),
                "{place} data set:\n{dataset:#}\n{:#}",
                grain["dataset"]
            );
            compared += 1;
        }
    }
    compared
}

fn expected(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.expected.json"))).unwrap()).unwrap()
}

#[test]
fn operating_rooms_give_their_flows_and_grains_with_and_without_sdp() {
    let Some(folder) = vectors() else { return };
    for (name, file) in [("or-clean", "or-clean.pcap"), ("or-ipv6-vlan", "or-ipv6-vlan.pcapng")] {
        let capture = fs::read(folder.join(file)).unwrap();
        let expected = expected(&folder, name);
        for sdp in [Some(folder.join(format!("{name}.sdp"))), None] {
            let place = if sdp.is_some() {
                name.to_owned()
            } else {
                format!("{name} without SDP")
            };
            let session = inspect(&capture, sdp.as_deref());
            let flows = session.flows();
            assert_eq!(flows.len(), 7, "{place}: {flows:#?}");
            let mut grains: Vec<u64> = flows.iter().filter(|f| f.kind.is_dicom()).map(|f| f.grains).collect();
            grains.sort_unstable();
            assert_eq!(grains, [6, 150, 179, 300], "{place}");
            assert_eq!(check(&place, &session, &capture, &expected), 635, "{place}");
            assert!(
                flows
                    .iter()
                    .all(|f| f.lost == 0 && f.duplicates == 0 && f.reordered == 0),
                "{place}"
            );
            let kind = |kind| flows.iter().filter(|f| f.kind == kind).count();
            assert_eq!(
                (kind(FlowKind::Video), kind(FlowKind::Audio)),
                (2, 1),
                "{place}: {flows:#?}"
            );
            for flow in flows.iter().filter(|f| f.kind.is_dicom()) {
                let meant = expected["flows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|m| m["destination"] == flow.destination.as_str());
                let meant = meant.unwrap();
                assert_eq!(flow.source_id.as_deref(), meant["source_id"].as_str(), "{place}");
                assert_eq!(flow.flow_id.as_deref(), meant["flow_id"].as_str(), "{place}");
                assert_eq!(flow.sop_class.as_deref(), meant["sop_class"].as_str(), "{place}");
                assert_eq!(flow.sop_instance.as_deref(), meant["sop_instance"].as_str(), "{place}");
                if flow.kind == FlowKind::DicomRendition {
                    assert_eq!((flow.describes, flow.rendition), (None, None), "{place}");
                } else {
                    let described = flows.iter().find(|f| Some(f.id) == flow.describes);
                    assert_eq!(described.map(|f| &f.source), described.map(|f| &f.source), "{place}");
                    let described = described.unwrap_or_else(|| panic!("{place}: {} describes nothing", flow.id));
                    let port = |text: &str| text.rsplit(':').next().unwrap().parse::<u16>().unwrap();
                    assert_eq!(port(&described.destination) + 2, port(&flow.destination), "{place}");
                    let rendition = flows.iter().find(|f| f.kind == FlowKind::DicomRendition).map(|f| f.id);
                    assert_eq!(flow.rendition, rendition, "{place}");
                }
            }
        }
    }
}

#[test]
fn faulty_flows_give_every_grain_that_arrived() {
    let Some(folder) = vectors() else { return };
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".expected.json")?.to_owned()))
        .filter(|name| name.starts_with("fault-"))
        .collect();
    names.sort();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let capture = fs::read(folder.join(format!("{name}.pcap"))).unwrap();
        let session = inspect(&capture, Some(&folder.join(format!("{name}.sdp"))));
        check(&name, &session, &capture, &expected(&folder, &name));
    }
}

#[test]
fn every_chunk_size_gives_the_same_report() {
    let Some(folder) = vectors() else { return };
    let capture = fs::read(folder.join("fault-lost-whole-grain.pcap")).unwrap();
    let report = |size: usize| {
        let mut session = Session::new(Options::default());
        for chunk in capture.chunks(size) {
            session.push(chunk);
        }
        session.finish();
        (session.flows(), session.summary(), rows(&session, 0))
    };
    let whole = report(capture.len());
    for size in [1, 7, 24, 1000, 4096] {
        assert_eq!(report(size), whole, "chunks of {size}");
    }
}

#[test]
fn nmos_captures_give_the_published_values() {
    let Some(folder) = vectors() else { return };
    let capture = fs::read(folder.join("rtp-audio-l24-2chan.pcap")).unwrap();
    let session = inspect(&capture, None);
    let [flow] = &session.flows()[..] else {
        panic!("{:#?}", session.flows())
    };
    assert!(!flow.kind.is_dicom());
    assert_eq!(
        (flow.ssrc, flow.payload_type, flow.packets),
        (Some(0x6ad3_8af7), Some(102), 9)
    );
    assert_eq!(flow.flow_id.as_deref(), Some("b9d69df4-a0d6-4b38-8fea-86bcef99b3ac"));
    assert_eq!(flow.source_id.as_deref(), Some("7ad23e98-dbdd-4dce-9dd3-5cce9d5be723"));
    let packets = session
        .packets(&Query {
            count: 9,
            ..Query::default()
        })
        .unwrap()
        .rows;
    assert_eq!(packets[0].sequence, Some(38484));
    assert_eq!(packets[0].rtp_timestamp, Some(2_588_394_463));
    let extent = session.packet_extents(1)[0];
    let detail = session.packet_detail(
        1,
        &[capture[extent.offset as usize..][..extent.length as usize].to_vec()],
    );
    let has = |value: &str| detail.fields.iter().any(|field| field.value.contains(value));
    assert!(
        has("1453891387.48") || has("1453891387.480000000"),
        "{:#?}",
        detail.fields
    );
    assert!(has("1920/48000"), "{:#?}", detail.fields);

    let session = inspect(&fs::read(folder.join("rtp-data-st291-anc.pcap")).unwrap(), None);
    let [flow] = &session.flows()[..] else {
        panic!("{:#?}", session.flows())
    };
    assert_eq!((flow.payload_type, flow.packets), (Some(106), 1));
    assert_eq!(flow.flow_id.as_deref(), Some("db3bd465-2772-484f-8fac-830b0471258b"));
}
