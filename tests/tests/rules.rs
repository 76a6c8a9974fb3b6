//! Conformance rules against captures of independent origin, and against those that the generator makes for each rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use grainscope_inspect::model::{Finding, Severity};
use grainscope_inspect::rules::{Accepted, RuleSettings};
use grainscope_inspect::{Options, Session};
use grainscope_simulate::faults::{Degree, Fault};
use serde_json::Value;

/// A folder of shared material; it is no part of the project.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")).join(name);
    if !folder.is_dir() {
        println!("left out: there is no folder ../shared/{name}");
        return None;
    }
    Some(folder)
}

fn inspect_with(bytes: &[u8], sdp: Option<&str>, rules: RuleSettings) -> Session {
    let mut session = Session::new(Options {
        sdp: sdp
            .map(|text| ("a.sdp".to_owned(), text.to_owned()))
            .into_iter()
            .collect(),
        rules,
        ..Options::default()
    });
    for chunk in bytes.chunks(64 << 10) {
        session.push(chunk);
    }
    session.finish();
    session
}

fn inspect(bytes: &[u8], sdp: Option<&str>) -> Session {
    inspect_with(bytes, sdp, RuleSettings::default())
}

/// The rules of severity E and W that a session found broken.
fn broken(session: &Session) -> BTreeSet<String> {
    let findings = session.findings();
    let grave = findings.iter().filter(|finding| finding.severity != Severity::I);
    grave.map(|finding| finding.rule.clone()).collect()
}

fn names(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// What is wrong with a verdict, in words.
fn compare(place: &str, session: &Session, expected: &BTreeSet<String>, allowed: &BTreeSet<String>) -> Option<String> {
    let found = broken(session);
    let missed: Vec<_> = expected.difference(&found).collect();
    let alarms: Vec<_> = found
        .iter()
        .filter(|rule| !expected.contains(*rule) && !allowed.contains(*rule))
        .collect();
    if missed.is_empty() && alarms.is_empty() {
        return None;
    }
    let findings: Vec<String> = session
        .findings()
        .iter()
        .map(|f| {
            format!(
                "    {} flow {:?} grain {:?} ×{}: {}",
                f.rule, f.flow, f.grain, f.count, f.message
            )
        })
        .collect();
    Some(format!(
        "{place}: missed {missed:?}, false alarms {alarms:?}\n{}",
        findings.join("\n")
    ))
}

fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Rules that only an SDP can break, or that need one to be seen.
fn needs_sdp(rule: &str) -> bool {
    rule.starts_with("sdp.")
}

/// Names of the vectors that have an expectation.
fn vectors(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".expected.json")?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn vectors_break_exactly_their_rules() {
    let Some(folder) = shared("vectors") else { return };
    let names_of = vectors(&folder);
    assert!(names_of.len() > 30, "{names_of:?}");
    let mut problems = Vec::new();
    for name in names_of {
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.expected.json"))).unwrap()).unwrap();
        let capture = fs::read(folder.join(expected["capture"].as_str().unwrap())).unwrap();
        let sdp = fs::read_to_string(folder.join(expected["sdp"].as_str().unwrap())).unwrap();
        let (findings, allowed) = (names(&expected["findings"]), names(&expected["also_allowed"]));
        let session = inspect(&capture, Some(&sdp));
        problems.extend(compare(&name, &session, &findings, &allowed));
        let without: BTreeSet<String> = findings.iter().filter(|rule| !needs_sdp(rule)).cloned().collect();
        let session = inspect(&capture, None);
        problems.extend(compare(&format!("{name} without SDP"), &session, &without, &allowed));
    }
    report(problems);
}

#[test]
fn the_generator_breaks_one_rule_at_a_time() {
    let mut problems = Vec::new();
    for case in grainscope_simulate::faults::all() {
        let capture = case.capture().unwrap();
        let expected: BTreeSet<String> = case.findings().iter().map(|rule| (*rule).to_owned()).collect();
        let session = inspect(&capture, Some(&case.sdp()));
        problems.extend(compare(&case.name(), &session, &expected, &BTreeSet::new()));
        if case.degree == Degree::Breaks && case.fault == Fault::PayloadPreamble {
            let found = session.findings();
            assert!(
                found
                    .iter()
                    .any(|f| f.rule == "payload.preamble" && f.severity == Severity::I),
                "{found:#?}"
            );
        }
        let session = inspect(&capture, None);
        // Without SDP the clock's offset is unknown, and a rate that all Grains state is the rate.
        let without: BTreeSet<String> = expected.into_iter().filter(|rule| !needs_sdp(rule)).collect();
        problems.extend(compare(
            &format!("{} without SDP", case.name()),
            &session,
            &without,
            &BTreeSet::new(),
        ));
    }
    report(problems);
}

#[test]
fn real_captures_raise_no_alarm_about_dicom() {
    let Some(folder) = shared("captures") else { return };
    let mut captures = Vec::new();
    collect(&folder, &mut captures);
    assert!(captures.len() > 100, "{}", captures.len());
    let mut problems = Vec::new();
    for path in captures {
        let session = inspect(&read(&path), None);
        // Lost, late and double packets are facts of any RTP flow.
        let facts = ["rtp.loss", "rtp.reordered", "rtp.duplicate"].map(str::to_owned);
        let place = path.strip_prefix(&folder).unwrap().display().to_string();
        problems.extend(compare(&place, &session, &BTreeSet::new(), &BTreeSet::from(facts)));
    }
    if let Some(folder) = shared("vectors") {
        for name in ["rtp-audio-l24-2chan.pcap", "rtp-data-st291-anc.pcap"] {
            let session = inspect(&fs::read(folder.join(name)).unwrap(), None);
            problems.extend(compare(name, &session, &BTreeSet::new(), &BTreeSet::new()));
        }
    }
    report(problems);
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e != "md") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut plain = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(&bytes[..]);
    std::io::Read::read_to_end(&mut decoder, &mut plain).unwrap();
    plain
}

#[test]
fn a_finding_names_its_places_and_counts_on_the_grains() {
    let case = grainscope_simulate::faults::Case::new(Fault::DynamicOriginMismatch, Degree::Breaks);
    let session = inspect(&case.capture().unwrap(), Some(&case.sdp()));
    let findings = session.findings();
    let [finding] = &findings[..] else {
        panic!("{findings:#?}")
    };
    assert_eq!((finding.grain, finding.count, finding.flow), (Some(5), 1, Some(0)));
    assert_eq!(finding.clause, "PS3.3 C.7.6.27");
    assert_eq!(finding.occurrences.len(), 1);
    let rows = session
        .grains(&grainscope_inspect::model::Query {
            count: 100,
            ..Default::default()
        })
        .unwrap()
        .rows;
    let counts: Vec<u32> = rows.iter().map(|row| row.findings).collect();
    assert_eq!(counts.iter().sum::<u32>(), 1);
    assert_eq!(rows[5].findings, 1);
    assert_eq!(finding.packets[0], rows[5].first_packet);
    let summary = session.summary();
    assert_eq!((summary.findings, session.flows()[0].findings), ([1, 0, 0], [1, 0, 0]));
    let (from, to) = (summary.start_ns.unwrap(), summary.end_ns.unwrap() + 1);
    let marks: u32 = session.timeline(from, to, 100)[0]
        .columns
        .iter()
        .map(|column| column.findings)
        .sum();
    assert_eq!(marks, 1);
}

#[test]
fn accepted_deviations_are_marked_and_not_counted() {
    let case = grainscope_simulate::faults::Case::new(Fault::ValueInvalid, Degree::Breaks);
    let (capture, sdp) = (case.capture().unwrap(), case.sdp());
    let accept = |flow: Option<&str>| {
        let accepted = Accepted {
            rule: "value.invalid".into(),
            flow: flow.map(str::to_owned),
            reason: "old worklist".into(),
        };
        let rules = RuleSettings {
            accept: vec![accepted],
            ..RuleSettings::default()
        };
        let session = inspect_with(&capture, Some(&sdp), rules);
        let found: Vec<Finding> = session.findings();
        (found[0].accepted.clone(), session.summary().findings)
    };
    assert_eq!(accept(None), (Some("old worklist".into()), [0, 0, 0]));
    assert_eq!(accept(Some("dicom-video")), (Some("old worklist".into()), [0, 0, 0]));
    assert_eq!(accept(Some("0")), (Some("old worklist".into()), [0, 0, 0]));
    assert_eq!(accept(Some("dicom-audio")), (None, [0, 1, 0]));
}

#[test]
fn thresholds_move_the_limits() {
    let case = grainscope_simulate::faults::Case::new(Fault::UdpSize, Degree::Breaks);
    let settings = RuleSettings::from_json(r#"{"thresholds": {"udp_size": 1461}}"#).unwrap();
    let session = inspect_with(&case.capture().unwrap(), Some(&case.sdp()), settings);
    assert_eq!(session.findings(), []);
}

#[test]
fn the_reference_is_that_of_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md");
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == grainscope_inspect::rules::markdown(),
        "docs/rules.md is old: run `cargo run -p grainscope-inspect --example rules`"
    );
}

#[test]
fn the_registry_is_that_of_the_agreed_rules() {
    let Some(folder) = shared("rtv") else { return };
    let text = fs::read_to_string(folder.join("RULES.md")).unwrap();
    let mut agreed = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.len() > 4 && cells[1].contains('.') {
            agreed.insert((cells[1].to_owned(), cells[2].to_owned()));
        }
    }
    let ours = grainscope_inspect::rules::rules()
        .iter()
        .map(|rule| (rule.id.to_owned(), format!("{:?}", rule.severity)));
    assert_eq!(ours.collect::<BTreeSet<_>>(), agreed);
}

/// The records of a little-endian pcap, header first.
fn records(pcap: &[u8]) -> Vec<&[u8]> {
    let (header, mut rest) = pcap.split_at(24);
    let mut records = vec![header];
    while rest.len() >= 16 {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, behind) = rest.split_at(16 + length);
        records.push(record);
        rest = behind;
    }
    records
}

#[test]
fn a_clean_room_is_clean_however_the_capture_is_cut() {
    let Some(folder) = shared("vectors") else { return };
    let capture = fs::read(folder.join("or-clean.pcap")).unwrap();
    let sdp = fs::read_to_string(folder.join("or-clean.sdp")).unwrap();
    let all = records(&capture);
    let mut problems = Vec::new();
    for (from, to) in (0..60).map(|n| (n, 7 * n)).chain([(400, 0), (0, 900), (700, 700)]) {
        let kept = [&all[..1], &all[1 + from..all.len() - to]].concat().concat();
        for sdp in [Some(sdp.as_str()), None] {
            let session = inspect(&kept, sdp);
            let place = format!("without the first {from} and last {to}, SDP {}", sdp.is_some());
            problems.extend(compare(&place, &session, &BTreeSet::new(), &BTreeSet::new()));
        }
    }
    report(problems);
}

#[test]
fn packets_cut_by_snaplen_are_not_judged_by_their_payload() {
    let Some(folder) = shared("vectors") else { return };
    for name in [
        "or-clean",
        "fault-meta-version",
        "fault-dataset-truncated",
        "fault-static-never",
    ] {
        let capture = fs::read(folder.join(format!("{name}.pcap"))).unwrap();
        for snaplen in [120, 200, 300] {
            let mut cut = Vec::new();
            for (at, record) in records(&capture).into_iter().enumerate() {
                let mut record = record.to_vec();
                if at > 0 && record.len() > 16 + snaplen {
                    record.truncate(16 + snaplen);
                    record[8..12].copy_from_slice(&(snaplen as u32).to_le_bytes());
                }
                cut.extend(record);
            }
            let sdp = fs::read_to_string(folder.join(format!("{name}.sdp"))).unwrap();
            let session = inspect(&cut, Some(&sdp));
            assert_eq!(
                broken(&session),
                BTreeSet::new(),
                "{name} at {snaplen}: {:#?}",
                session.findings()
            );
        }
    }
}

#[test]
fn the_commonest_sop_class_decides_what_a_flow_is() {
    let Some(folder) = shared("vectors") else { return };
    let mut capture = fs::read(folder.join("fault-none.pcap")).unwrap();
    // The first Grain calls itself a rendition, in group 0002 alone.
    let class = b"1.2.840.10008.10.1";
    let at = capture.windows(class.len()).position(|bytes| bytes == class).unwrap();
    capture[at + class.len() - 1] = b'4';
    let sdp = fs::read_to_string(folder.join("fault-none.sdp")).unwrap();
    for sdp in [Some(sdp.as_str()), None] {
        let session = inspect(&capture, sdp);
        let expected = BTreeSet::from(["dataset.sop-mismatch".to_owned()]);
        assert_eq!(broken(&session), expected, "{:#?}", session.findings());
        assert_eq!(rows(&session).iter().map(|row| row.findings).sum::<u32>(), 1);
    }
}

#[test]
fn a_sender_that_restarts_is_a_new_flow_and_no_fault() {
    let Some(folder) = shared("vectors") else { return };
    let capture = fs::read(folder.join("fault-none.pcap")).unwrap();
    let all = records(&capture);
    let mut restarted = all[0].to_vec();
    for (at, record) in all.iter().enumerate().skip(1) {
        let mut record = record.to_vec();
        // Record header 16, Ethernet 14, IPv4 20, UDP 8: the SSRC is at byte 8 of RTP.
        if at > all.len() / 2 {
            record[16 + 14 + 20 + 8 + 8] ^= 0x55;
        }
        restarted.extend(record);
    }
    let sdp = fs::read_to_string(folder.join("fault-none.sdp")).unwrap();
    let session = inspect(&restarted, Some(&sdp));
    let flows = session.flows();
    assert_eq!(flows.len(), 2, "{flows:#?}");
    assert_eq!((flows[0].restart_of, flows[1].restart_of), (None, Some(0)));
    assert_eq!(broken(&session), BTreeSet::new(), "{:#?}", session.findings());
}

fn rows(session: &Session) -> Vec<grainscope_inspect::model::GrainRow> {
    let query = grainscope_inspect::model::Query {
        count: 10_000,
        ..Default::default()
    };
    session.grains(&query).unwrap().rows
}
