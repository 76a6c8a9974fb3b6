use crate::run::{array, folder, run, run_with};

#[test]
fn a_line_a_packet_and_a_line_a_grain() {
    let folder = folder();
    let report = run(folder.path(), &["inspect", "good.pcapng", "--json", "--no-datasets"]).json();
    let packets = run(folder.path(), &["dump", "good.pcapng"]).lines();
    assert_eq!(packets.len() as u64, report["capture"]["packets"].as_u64().unwrap());
    assert!(packets[0].starts_with("1 "), "{}", packets[0]);
    assert!(
        packets
            .iter()
            .any(|line| line.contains(" dicom-video #") && line.contains(" seq ") && line.contains(" M "))
    );
    let grains = run(folder.path(), &["dump", "good.pcapng", "--grains"]).lines();
    assert_eq!(grains.len(), array(&report, "grains").len());
    let piped = run_with(
        folder.path(),
        &["dump", "-"],
        &std::fs::read(folder.path().join("good.pcapng")).unwrap(),
    );
    assert_eq!(piped.lines().len(), packets.len());
}

#[test]
fn more_is_said_when_asked() {
    let folder = folder();
    let one = |more: &[&str]| {
        let all = [
            &[
                "dump",
                "good.pcapng",
                "--where",
                "grain.static and grain.index == 0 and flow.kind == dicom-video",
            ],
            more,
        ]
        .concat();
        run(folder.path(), &all).text()
    };
    let plain = one(&[]);
    assert!(!plain.contains("Patient's Name"));
    let attributes = one(&["-v"]);
    assert!(
        attributes.contains("(0010,0010) PN Patient's Name: Yamada^Tarou=山田^太郎=やまだ^たろう"),
        "{attributes}"
    );
    let fields = one(&["-vv"]);
    assert!(fields.contains("Sequence Number: ") && fields.contains("User Datagram Protocol"));
    let bytes = one(&["-x"]);
    assert!(bytes.contains("0x0000: 0100 5e"), "{bytes}");
    let grain = one(&["-x", "--grains"]);
    assert!(grain.contains("4449 434d"), "DICM at byte 128: {grain}");
}

#[test]
fn filters_hold_for_packets() {
    let folder = folder();
    let late = run(
        folder.path(),
        &["dump", "bad.pcapng", "--where", "packet.late or packet.duplicate"],
    )
    .lines();
    assert!(
        !late.is_empty()
            && late
                .iter()
                .all(|line| line.contains("late") || line.contains("duplicate"))
    );
    let first = run(folder.path(), &["dump", "good.pcapng", "--to", "0.001"]).lines();
    let all = run(folder.path(), &["dump", "good.pcapng"]).lines();
    assert!(!first.is_empty() && first.len() < all.len());
    assert_eq!(first[..], all[..first.len()]);
}
