use std::path::Path;

use dicom_rtv::Limits;
use dicom_rtv::dictionary::tags;
use dicom_rtv::part10::Part10;
use grainscope_capture::Reader;

use crate::run::{array, folder, run};

#[test]
fn data_sets_are_written_as_json_and_files() {
    let folder = folder();
    run(folder.path(), &["export", "good.pcapng", "--to", "out"]).lines();
    let out = folder.path().join("out");
    let report = run(folder.path(), &["inspect", "good.pcapng", "--json"]).json();
    let mut dynamic = 0;
    for grain in array(&report, "grains") {
        let stem = format!("flow{}-grain{:06}", grain["flow"], grain["index"].as_u64().unwrap());
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(out.join(format!("{stem}.json"))).unwrap()).unwrap();
        assert_eq!((&json["meta"], &json["dataset"]), (&grain["meta"], &grain["dataset"]));
        let bytes = std::fs::read(out.join(format!("{stem}.dcm"))).unwrap();
        let limits = Limits::default();
        let file = Part10::parse(&bytes, &limits).unwrap();
        assert_eq!(file.issues().count(), 0);
        let set = file.data_set().unwrap();
        assert!(set.is_complete() && set.get(tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).is_none());
        assert_eq!(set.get(tags::SOP_CLASS_UID).unwrap().uid(), file.sop_class_uid());
        assert_eq!(set.get(tags::SOP_INSTANCE_UID).unwrap().uid(), file.sop_instance_uid());
        assert_eq!(file.sop_class_uid(), grain["meta"]["00020032"]["Value"][0].as_str());
        if grain["dynamic"] == true {
            dynamic += 1;
            let groups = set.get(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
            assert_eq!(groups.items().count(), 1);
        }
    }
    let table = std::fs::read_to_string(out.join("dynamic.csv")).unwrap();
    let mut lines = table.lines();
    let head = lines.next().unwrap();
    assert!(head.starts_with("flow,grain,rtp_timestamp,"));
    assert!(head.contains("CurrentFrameFunctionalGroupsSequence[0].TimeOfFrameGroupSequence[0].FrameOriginTimestamp"));
    assert_eq!(lines.count(), dynamic);
    let again = run(folder.path(), &["export", "good.pcapng", "--to", "out"]);
    assert_eq!(again.code, 1);
    assert!(again.error.contains("--force"), "{}", again.error);
    run(folder.path(), &["export", "good.pcapng", "--to", "out", "--force"]).lines();
}

#[test]
fn packets_carry_findings_as_comments() {
    let folder = folder();
    run(
        folder.path(),
        &[
            "export",
            "bad.pcapng",
            "--to",
            "out",
            "--only",
            "packets",
            "--rule",
            "rtp.loss",
        ],
    )
    .lines();
    let comments = comments(&folder.path().join("out/packets.pcapng"));
    assert!(
        comments
            .iter()
            .flatten()
            .any(|comment| comment.starts_with("W rtp.loss (")),
        "{comments:?}"
    );
    let (all, some) = (
        run(folder.path(), &["dump", "bad.pcapng"]).lines().len(),
        comments.len(),
    );
    assert!(some > 0 && some < all / 4, "{some} of {all}");
    let none = run(
        folder.path(),
        &["export", "good.pcapng", "--to", "no", "--rule", "rtp.loss"],
    );
    assert_eq!(none.code, 1);
    assert!(none.error.contains("rtp.loss"), "{}", none.error);
    run(
        folder.path(),
        &[
            "export",
            "bad.pcapng",
            "--to",
            "flow",
            "--only",
            "packets",
            "--flow",
            "0",
        ],
    )
    .lines();
    let one = run(
        folder.path(),
        &["inspect", "flow/packets.pcapng", "--json", "--no-datasets"],
    )
    .json();
    assert_eq!(array(&one, "flows").len(), 1);
}

fn comments(path: &Path) -> Vec<Option<String>> {
    let bytes = std::fs::read(path).unwrap();
    let mut reader = Reader::new(grainscope_capture::Limits::default());
    let mut rest = bytes.as_slice();
    let mut out = Vec::new();
    while let Some(record) = reader.next(&mut rest) {
        out.push(record.comment().map(String::from));
    }
    assert!(reader.damage().is_none());
    out
}
