//! The parts on small input, and the whole against the committed tables where the sources are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::python::{Row, rows};
use super::{attributes, from_csv, from_source, iods, root, source, tags};

const CSV: &str = "iod,module,usage,path,tag,name,vr,vm,type";

/// The folder that `cargo xtask dictionary` installs into, unless the environment names another.
fn installed() -> Option<PathBuf> {
    let folder = std::env::var_os("GRAINSCOPE_DICTIONARY_SOURCE")
        .map_or_else(|| root().join("target/dictionary/pydicom==3.0.2"), PathBuf::from);
    folder.join("pydicom").is_dir().then_some(folder)
}

#[test]
fn the_committed_attribute_and_uid_tables_are_what_the_source_gives() {
    let Some(folder) = installed() else {
        println!("left out: the source is not there; `cargo xtask dictionary --check` gets it and compares");
        return;
    };
    let source = source::read(&folder).expect("the source");
    for file in from_source(&source).expect("tables") {
        let committed = fs::read_to_string(root().join(file.path)).expect("a committed table");
        assert!(
            committed == file.text,
            "{} differs: run `cargo xtask dictionary`",
            file.path
        );
    }
}

#[test]
fn the_committed_iods_are_what_the_csv_gives() {
    let csv = std::env::var_os("GRAINSCOPE_IOD_CSV").map(PathBuf::from);
    let (Some(folder), Some(csv)) = (installed(), csv) else {
        println!(
            "left out: needs the source and GRAINSCOPE_IOD_CSV; or run `cargo xtask dictionary --check --iods CSV`"
        );
        return;
    };
    let source = source::read(&folder).expect("the source");
    let file = from_csv(Path::new(&csv), &source).expect("a table");
    let committed = fs::read_to_string(root().join(file.path)).expect("a committed table");
    assert!(
        committed == file.text,
        "{} differs: run `cargo xtask dictionary --iods CSV`",
        file.path
    );
}

#[test]
fn a_python_dict_is_read_line_by_line() {
    let text = "x = 1\nThings: dict[int, tuple] = {\n    # note\n    0x0A: ('US', \"It's, \\\"so\\\"\", ''),\n    '60xx': ('a',)\n}\n'no': (1)\n";
    let row = |key: &str, values: &[&str]| Row {
        key: key.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    assert_eq!(
        rows(text, "Things").expect("rows"),
        [row("0x0A", &["US", "It's, \"so\"", ""]), row("60xx", &["a"])]
    );
    assert!(rows(text, "Others").is_err());
    assert!(rows("Things = {\n    1: 2,\n}\n", "Things").is_err());
    assert!(rows("Things = {\n    'a': ('b,\n}\n", "Things").is_err());
    assert!(rows("Things = {\n}\n", "Things").is_err());
}

#[test]
fn keywords_become_constants() {
    for (keyword, constant) in [
        ("PatientName", "PATIENT_NAME"),
        ("SOPInstanceUID", "SOP_INSTANCE_UID"),
        ("RTVFlowRTPSamplingRate", "RTV_FLOW_RTP_SAMPLING_RATE"),
        ("OtherPatientIDs", "OTHER_PATIENT_IDS"),
        ("ViewpointLookAtPoint", "VIEWPOINT_LOOK_AT_POINT"),
        ("CTDIvol", "CTD_IVOL"),
        ("Radius3D", "RADIUS3_D"),
    ] {
        assert_eq!(tags::constant(keyword), constant);
    }
}

#[test]
fn multiplicities_are_read() {
    assert_eq!(attributes::multiplicity("1").expect("a VM"), (1, Some(1), 1));
    assert_eq!(attributes::multiplicity("1-99").expect("a VM"), (1, Some(99), 1));
    assert_eq!(attributes::multiplicity("3-n").expect("a VM"), (3, None, 1));
    assert_eq!(attributes::multiplicity("2-2n").expect("a VM"), (2, None, 2));
    assert!(attributes::multiplicity("many").is_err());
}

#[test]
fn a_csv_that_says_something_new_is_refused() {
    let name = source::Attribute {
        tag: 0x0010_0010,
        mask: u32::MAX,
        vr: "PN".to_owned(),
        vm: "1".to_owned(),
        retired: false,
        keyword: "PatientName".to_owned(),
        name: "Patient's Name".to_owned(),
    };
    let with =
        |rows: &str| iods::generate(&format!("{CSV}\n{rows}"), std::slice::from_ref(&name)).map(|file| file.text);
    let all = |rest: &str| -> String {
        [
            "Real-Time Video Endoscopic Image",
            "Real-Time Video Photographic Image",
            "Real-Time Audio Waveform",
            "Rendition Selection Document",
        ]
        .map(|iod| format!("{iod},{rest}\n"))
        .concat()
    };
    let text = with(&all("Patient,M,00100010,00100010,Patient's Name,PN,1,2")).expect("a table");
    assert_eq!(text.matches("m(\"Patient\", Usage::Mandatory, 1),").count(), 4);
    assert_eq!(text.matches("r(0x00100010, Two, \"Patient\"),").count(), 4);
    assert_eq!(text.matches("a(0x00100010, Two, 0),").count(), 1);
    for (rows, reason) in [
        (
            all("Patient,M,00100010,00100010,Patient Name,PN,1,2"),
            "another name, VR or VM",
        ),
        (all("Patient,M,00100020,00100020,Patient ID,LO,1,2"), "unknown"),
        (all("Patient,M,00100010,00100010,Patient's Name,PN,1,4"), "type"),
        (
            all("Patient,C - If so,00100010,00100010,Patient's Name,PN,1,2"),
            "put its condition into words",
        ),
        (
            all("Patient,M,00100011.00100010,00100010,Patient's Name,PN,1,2"),
            "its sequence is not before it",
        ),
        (String::new(), "no rows"),
    ] {
        let error = format!("{:#}", with(&rows).expect_err(reason));
        assert!(error.contains(reason), "{error}");
    }
}
