//! What leaves the program, read by others: pydicom and DCMTK open our files without complaint and read in them what the
//! sender meant.
//!
//! pydicom is looked for in the Python that `GRAINSCOPE_PYTHON` names, else in `python3`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dicom_rtv::part10::Part10;
use dicom_rtv::{Limits, charset::CharacterSet, json};
use grainscope_inspect::model::{GrainRow, Query};
use grainscope_inspect::{Concealer, Options, Privacy, Session};

/// Captures of the independent vectors and of our own.
fn captures() -> Vec<(String, Vec<u8>)> {
    let mut captures = vec![(
        "example".to_owned(),
        grainscope_simulate::example::example_with_faults(),
    )];
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors"));
    match fs::read(folder.join("or-clean.pcap")) {
        Ok(bytes) => captures.push(("or-clean".into(), bytes)),
        Err(_) => println!("left out: there is no ../shared/vectors/or-clean.pcap"),
    }
    captures
}

fn inspect(bytes: &[u8]) -> Session {
    let mut session = Session::new(Options::default());
    session.push(bytes);
    session.finish();
    session
}

fn rows(session: &Session) -> Vec<GrainRow> {
    let query = Query {
        count: 10_000,
        ..Query::default()
    };
    session.grains(&query).unwrap().rows
}

fn packets(session: &Session, capture: &[u8], grain: u32) -> Vec<Vec<u8>> {
    let extents = session.grain_extents(grain);
    let bytes = |offset: u64, length: u32| capture[offset as usize..][..length as usize].to_vec();
    extents.iter().map(|e| bytes(e.offset, e.length)).collect()
}

/// The files of all Grains in a folder of their own.
fn export(name: &str, capture: &[u8], privacy: Option<&Privacy>) -> PathBuf {
    let kind = if privacy.is_some() { "hidden" } else { "open" };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("export-{name}-{kind}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let session = inspect(capture);
    for row in rows(&session).iter().filter(|row| row.complete) {
        let mut bytes = packets(&session, capture, row.id);
        if let Some(privacy) = privacy {
            bytes = Concealer::new(&session, privacy).grain(row.id, bytes);
        }
        let file = session.grain_part10(row.id, &bytes, privacy.is_some()).unwrap();
        fs::write(folder.join(format!("{:06}.dcm", row.id)), &file).unwrap();
        let file = Part10::parse(&file, &Limits::default()).map(|file| {
            let set = file.data_set().expect("a transfer syntax that is read");
            json::to_string(set, CharacterSet::DEFAULT)
        });
        fs::write(folder.join(format!("{:06}.json", row.id)), file.unwrap()).unwrap();
    }
    folder
}

#[test]
fn pydicom_opens_our_files_and_reads_the_same() {
    let python = std::env::var("GRAINSCOPE_PYTHON").unwrap_or_else(|_| "python3".into());
    let has_pydicom = Command::new(&python)
        .args(["-c", "import pydicom"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_pydicom {
        println!("left out: {python} has no pydicom; set GRAINSCOPE_PYTHON to one that has");
        return;
    }
    let privacy = Privacy::new(b"key");
    for (name, capture) in captures() {
        for privacy in [None, Some(&privacy)] {
            let folder = export(&name, &capture, privacy);
            let output = Command::new(&python)
                .args(["-c", SCRIPT])
                .arg(&folder)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {said}", folder.display());
            println!("{}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

/// Opens every file with warnings as errors, and compares it with our JSON of the same.
const SCRIPT: &str = r#"
import glob, json, sys, warnings
warnings.simplefilter("error")
import pydicom
pydicom.config.settings.reading_validation_mode = pydicom.config.WARN
count = 0
for path in sorted(glob.glob(sys.argv[1] + "/*.dcm")):
    ds = pydicom.dcmread(path)
    with open(path[:-4] + ".json", encoding="utf-8") as file:
        ours = json.load(file)
    with warnings.catch_warnings():
        # A sender's invalid value is not ours.
        warnings.simplefilter("ignore")
        theirs = json.loads(ds.to_json())
        str(ds)
    assert ours == theirs, path
    assert "00060001" not in theirs, path
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID, path
    assert ds.file_meta.MediaStorageSOPClassUID == ds.SOPClassUID, path
    pydicom.dataset.validate_file_meta(ds.file_meta)
    count += 1
assert count > 10
print(count, "files")
"#;

#[test]
fn dcmdump_opens_our_files_without_complaint() {
    if Command::new("dcmdump").arg("--version").output().is_err() {
        println!("left out: there is no dcmdump (DCMTK)");
        return;
    }
    for (name, capture) in captures() {
        let folder = export(&format!("{name}-dcmdump"), &capture, None);
        let output = Command::new("dcmdump")
            .args(["--scan-directories", "--scan-pattern", "*.dcm", "--read-file-only"])
            .arg(&folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.matches("MediaStorageSOPInstanceUID").count() > 10);
    }
}

#[test]
fn a_concealed_capture_says_nothing_of_the_patient() {
    let privacy = Privacy::new(b"key");
    for (name, capture) in captures() {
        let session = inspect(&capture);
        let mut secrets = Vec::new();
        let mut concealer = Concealer::new(&session, &privacy);
        let mut out = Vec::new();
        for row in rows(&session) {
            let bytes = packets(&session, &capture, row.id);
            session.with_grain(row.id, &bytes, |decoded| {
                let set = decoded.data_set.unwrap();
                for tag in [0x0010_0010, 0x0010_0020, 0x0008_0018, 0x0020_000D, 0x0008_0050] {
                    let value = set
                        .get(dicom_rtv::Tag(tag))
                        .map(|e| e.value().trim_ascii_end().to_vec());
                    secrets.extend(value.filter(|value| value.len() > 3));
                }
            });
            out.extend(concealer.grain(row.id, bytes).concat());
        }
        secrets.sort();
        secrets.dedup();
        assert!(secrets.len() >= 4, "{name}");
        for secret in secrets {
            let found = out.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{name}: {}", String::from_utf8_lossy(&secret));
        }
    }
}
