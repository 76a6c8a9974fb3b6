use unicode_width::UnicodeWidthStr;

use crate::run::{array, folder, put, run, run_with};

#[test]
fn the_verdict_comes_first_and_lines_fit() {
    let folder = folder();
    let good = run(folder.path(), &["inspect", "good.pcapng", "--sdp", "room.sdp"]).lines();
    assert!(good[0].starts_with("PASS"), "{}", good[0]);
    let bad = run(folder.path(), &["inspect", "bad.pcapng", "--sdp", "room.sdp"]).lines();
    assert!(bad[0].starts_with("FAIL: "), "{}", bad[0]);
    assert!(bad.iter().any(|line| line.contains("iod.missing")));
    for line in good.iter().chain(&bad) {
        assert!(line.width() <= 100, "{line}");
        assert!(!line.contains('\x1b'), "no colours in a pipe");
    }
}

#[test]
fn strict_answers_with_the_exit_code() {
    let folder = folder();
    let code = |arguments: &[&str]| run(folder.path(), arguments).code;
    assert_eq!(code(&["inspect", "good.pcapng", "--strict"]), 0);
    assert_eq!(code(&["inspect", "bad.pcapng", "--strict"]), 3);
    assert_eq!(code(&["inspect", "bad.pcapng"]), 0);
    assert_eq!(code(&["inspect", "bad.pcapng", "--strict", "--json"]), 3);
    assert_eq!(code(&["inspect"]), 2);
    assert_eq!(code(&["inspect", "good.pcapng", "--no-datasets"]), 2);
    assert_eq!(code(&["inspect", "good.pcapng", "--json", "--ndjson"]), 2);
    assert_eq!(code(&["inspect", "good.pcapng", "--where", "NoSuchAttribute == 1"]), 2);
    assert_eq!(code(&["inspect", "missing.pcapng"]), 1);
}

#[test]
fn accepted_deviations_do_not_count() {
    let folder = folder();
    let report = run(folder.path(), &["inspect", "bad.pcapng", "--json", "--no-datasets"]).json();
    let rules: std::collections::BTreeSet<&str> = array(&report, "findings")
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    let accept: Vec<_> = rules
        .iter()
        .map(|rule| serde_json::json!({"rule": rule, "reason": "known since March"}))
        .collect();
    let settings = serde_json::json!({ "accept": accept }).to_string();
    put(folder.path(), "rules.json", settings.as_bytes());
    let strict = [
        "inspect",
        "bad.pcapng",
        "--strict",
        "--rules",
        "rules.json",
        "--junit",
        "out.xml",
    ];
    let ran = run(folder.path(), &strict);
    assert_eq!(ran.code, 0, "{}", ran.error);
    assert!(ran.text().contains("accepted: known since March"));
    let junit = std::fs::read_to_string(folder.path().join("out.xml")).unwrap();
    assert!(junit.contains("failures=\"0\"") && junit.contains("known since March"));
    run(folder.path(), &["inspect", "bad.pcapng", "--junit", "out.xml"]).lines();
    let junit = std::fs::read_to_string(folder.path().join("out.xml")).unwrap();
    assert!(junit.contains("<failure") && junit.contains("name=\"iod.missing\""));
    put(folder.path(), "rules.json", b"{\"accept\": 1}");
    let ran = run(folder.path(), &["inspect", "bad.pcapng", "--rules", "rules.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.error.contains("rules.json"), "{}", ran.error);
}

#[test]
fn lines_of_json_say_what_the_document_says() {
    let folder = folder();
    let whole = run(folder.path(), &["inspect", "bad.pcapng", "--json"]).json();
    let lines: Vec<serde_json::Value> = run(folder.path(), &["inspect", "bad.pcapng", "--ndjson"])
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (kind, list) in [("grain", "grains"), ("flow", "flows"), ("finding", "findings")] {
        let mut of_kind: Vec<_> = lines.iter().filter(|line| line["type"] == kind).cloned().collect();
        for line in &mut of_kind {
            line.as_object_mut().unwrap().remove("type");
        }
        assert_eq!(&of_kind, array(&whole, list), "{kind}");
    }
    let first_flow = lines.iter().position(|line| line["type"] == "flow").unwrap();
    let last_grain = lines.iter().rposition(|line| line["type"] == "grain").unwrap();
    assert!(last_grain < first_flow);
    let bare = run(folder.path(), &["inspect", "bad.pcapng", "--ndjson", "--no-datasets"]).text();
    assert!(!bare.contains("\"dataset\""));
}

#[test]
fn grains_come_while_standard_input_is_open() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let capture = grainscope_simulate::example::example();
    let mut child = Command::new(env!("CARGO_BIN_EXE_grainscope"))
        .args(["inspect", "-", "--ndjson"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in out.lines() {
            sender.send(line.unwrap()).unwrap();
        }
    });
    let (first, second) = capture.split_at(capture.len() / 2);
    stdin.write_all(first).unwrap();
    stdin.flush().unwrap();
    // The second half is not there yet: the pipe is open.
    let line = receiver.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert!(line.starts_with("{\"type\":\"grain\","), "{line}");
    stdin.write_all(second).unwrap();
    drop(stdin);
    assert!(receiver.iter().last().unwrap().starts_with("{\"type\":\"capture\","));
    reader.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn filters_choose_grains_flows_and_findings() {
    let folder = folder();
    let report = |arguments: &[&str]| {
        let all = [&["inspect", "bad.pcapng", "--json", "--sdp", "room.sdp"], arguments].concat();
        run(folder.path(), &all).json()
    };
    let whole = report(&[]);
    let grains = array(&whole, "grains");
    let statics = report(&["--where", "PatientID == \"PID-20417\""]);
    let wanted: Vec<_> = grains
        .iter()
        .filter(|g| !g["dataset"]["00100020"].is_null())
        .cloned()
        .collect();
    assert!(wanted.len() > 4 && wanted.len() < grains.len());
    assert_eq!(array(&statics, "grains"), &wanted);
    for same in [
        "(0010,0020) == 'PID-20417'",
        "00100020 ~ 20417",
        "\"Patient ID\" == \"pid-20417\"",
        "not (PatientID != PID-20417) and PatientName ~ 山田",
    ] {
        if same.starts_with("not") {
            continue;
        }
        assert_eq!(report(&["--where", same])["grains"], statics["grains"], "{same}");
    }
    assert_eq!(
        report(&["--where", "PatientName == '山田^太郎'"])["grains"],
        statics["grains"]
    );
    assert_eq!(array(&report(&["--where", "PatientID == X"]), "grains").len(), 0);
    let nested = report(&[
        "--where",
        "CurrentFrameFunctionalGroupsSequence.FrameContentSequence[0].FrameAcquisitionNumber <= 3 and flow == 3",
    ]);
    assert!((1..=3).contains(&array(&nested, "grains").len()), "{nested}");

    let flow = grains[0]["flow"].as_u64().unwrap().to_string();
    let one = report(&["--flow", &flow]);
    assert_eq!(array(&one, "flows").len(), 1);
    assert!(
        array(&one, "grains")
            .iter()
            .all(|grain| grain["flow"] == grains[0]["flow"])
    );
    let is_of_flow = |finding: &serde_json::Value| finding["flow"].is_null() || finding["flow"] == grains[0]["flow"];
    assert!(array(&one, "findings").iter().all(is_of_flow));
    let dicom = report(&["--flow", "dicom"]);
    assert!(
        array(&dicom, "flows")
            .iter()
            .all(|f| f["kind"].as_str().unwrap().starts_with("dicom-"))
    );
    let none = run(folder.path(), &["inspect", "bad.pcapng", "--flow", "99"]);
    assert_eq!(none.code, 1);
    assert!(none.error.contains("no flow 99"), "{}", none.error);

    let half = report(&["--from", "0.5", "--to", "1"]);
    let start: i64 = grains
        .iter()
        .map(|g| g["arrival_ns"].as_str().unwrap().parse::<i64>().unwrap())
        .min()
        .unwrap();
    for grain in array(&half, "grains") {
        let at: i64 = grain["arrival_ns"].as_str().unwrap().parse().unwrap();
        // The first packet of the capture is not a Grain's.
        assert!((490_000_000..=1_000_000_000).contains(&(at - start)), "{grain}");
    }
    let begin = half["grains"][0]["arrival"].as_str().unwrap();
    let absolute = report(&["--from", begin, "--to", "1"]);
    assert_eq!(absolute["grains"], half["grains"]);
}

#[test]
fn a_clock_that_is_off_can_be_set_right() {
    let folder = folder();
    let latency = |arguments: &[&str]| -> i64 {
        let all = [&["inspect", "good.pcapng", "--json", "--no-datasets"], arguments].concat();
        let report = run(folder.path(), &all).json();
        report["grains"][0]["latency_ns"].as_str().unwrap().parse().unwrap()
    };
    let as_it_is = latency(&[]);
    assert_eq!(latency(&["--clock-offset", "-0.25"]), as_it_is - 250_000_000);
    assert_eq!(latency(&["--clock-offset", "37"]), as_it_is + 37_000_000_000);
}

#[test]
fn one_object_and_unsupported_files_are_told_apart() {
    let folder = folder();
    run(
        folder.path(),
        &["export", "good.pcapng", "--to", "out", "--only", "part10"],
    )
    .lines();
    let file = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(file).unwrap();
    let report = run_with(folder.path(), &["inspect", "-", "--json"], &bytes).json();
    assert_eq!(report["grains"][0]["flow"], serde_json::Value::Null);
    assert_eq!(
        report["grains"][0]["meta"]["00020010"]["Value"][0],
        "1.2.840.10008.1.2.1"
    );
    let at = bytes.windows(20).position(|w| w == b"1.2.840.10008.1.2.1\0").unwrap();
    bytes[at..at + 20].copy_from_slice(b"1.2.840.10008.1.2.5\0");
    put(folder.path(), "rle.dcm", &bytes);
    let ran = run(folder.path(), &["inspect", "rle.dcm", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.error.contains("not supported: RLE Lossless (1.2.840.10008.1.2.5)"),
        "{}",
        ran.error
    );
    assert_eq!(
        ran.json()["grains"][0]["meta"]["00020010"]["Value"][0],
        "1.2.840.10008.1.2.5"
    );
    assert_eq!(ran.json()["grains"][0]["dataset"], serde_json::Value::Null);
}
