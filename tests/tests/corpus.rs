//! Data sets and files of other makers: what is read of them, that nothing is lost, and that they are written as they were.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::{self, Arena, DataSet, IssueKind, Node, SpanKind, Syntax};
use dicom_rtv::part10::Part10;
use dicom_rtv::payload::Payload;
use dicom_rtv::{ErrorKind, Limits};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus");

/// Where we count other elements than most of the other readers, and why.
const DIFFERENCES: [(&str, &str); 8] = [
    (
        "pydicom/winter.dcm",
        "has (0008,0018) twice; readers with a map by tag lose one",
    ),
    (
        "fo-dicom/FreezePattern.dcm",
        "Items outside of a sequence bring tags a second time; maps lose one",
    ),
    ("synthetic/group_order.evrle", "has tags twice; maps lose them"),
    (
        "pydicom-data/OT-PAL-8-face.dcm",
        "dcmfx alone reads it, and leaves group lengths out",
    ),
    (
        "fo-dicom/CR-MONO1-10-chest",
        "dcmfx alone reads it, and leaves group lengths out",
    ),
    (
        "fo-dicom/GH340.dcm",
        "dcmfx alone reads it, and leaves group lengths out",
    ),
    (
        "dcm4che/no_preamble_dicm_in_data",
        "\"DICM\" stands by chance at byte 128 of a bare data set; the others take it for a prefix",
    ),
    (
        "synthetic/depth_5000_undef.evrle",
        "only dcmfx reads 5000 levels, and counts its own file meta",
    ),
];

/// Every file of the corpus by its name in the index; `None`, said aloud, where the folder is not there.
fn corpus() -> Option<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(CORPUS)];
    if !folders[0].is_dir() {
        println!("left out: {CORPUS} is not there");
        return None;
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !is_table(&path) {
                let name = path.strip_prefix(CORPUS).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > 180, "only {} files", files.len());
    Some(files)
}

fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "tsv" || e == "md")
}

/// A table of the corpus: its rows by their first column, cells by name.
fn table(name: &str) -> HashMap<String, HashMap<String, String>> {
    let text = fs::read_to_string(Path::new(CORPUS).join(name)).unwrap();
    let mut lines = text.lines();
    let head: Vec<_> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
            (cells[0].clone(), head.iter().cloned().zip(cells).collect())
        })
        .collect()
}

/// Elements on all levels, sequences, Items.
fn counts(set: &DataSet<'_>) -> [usize; 3] {
    let mut counts = [0; 3];
    for (_, node) in set.walk() {
        match node {
            Node::Element(element) => {
                counts[0] += 1;
                counts[1] += usize::from(element.is_sequence());
            }
            Node::Item(_) => counts[2] += 1,
            Node::Fragment(_) => {}
        }
    }
    counts
}

fn assert_nothing_is_lost(name: &str, set: &DataSet<'_>) {
    let mut at = set.start();
    let mut skipped = false;
    for span in set.spans() {
        assert_eq!(span.start, at, "{name}");
        skipped |= span.kind == SpanKind::Skipped;
        at = span.end;
    }
    assert_eq!(at, set.end(), "{name}");
    assert!(!skipped || set.issue_count() > 0, "{name}: bytes were lost silently");
}

/// Depth enough for the whole corpus.
fn deep() -> Limits {
    Limits {
        depth: 20_000,
        ..Limits::default()
    }
}

/// The data set of a file, whatever its transfer syntax, taken for Explicit VR Little Endian.
fn explicit<'a>(bytes: &'a [u8], limits: &Limits) -> DataSet<'a> {
    let start = Part10::parse(bytes, limits).map_or(0, |file| file.file_meta().end());
    DataSet::parse_range(Arena::new(), bytes, start, u32::MAX, Syntax::ExplicitVrLe, limits)
}

#[test]
fn every_byte_of_every_file_is_accounted_for() {
    for (name, bytes) in corpus().unwrap_or_default() {
        for limits in [Limits::default(), deep()] {
            for syntax in [Syntax::ExplicitVrLe, Syntax::ImplicitVrLe] {
                let set = DataSet::parse(&bytes, syntax, &limits);
                assert_nothing_is_lost(&name, &set);
                let starts = set.walk().count();
                let limits = Limits {
                    depth: limits.depth.min(64),
                    ..limits
                };
                assert!(
                    EventReader::new(&bytes, syntax, &limits).count() <= 2 * starts + 1,
                    "{name}"
                );
            }
            assert_nothing_is_lost(&name, &explicit(&bytes, &limits));
            let payload = Payload::parse(&bytes, &limits);
            assert_nothing_is_lost(&name, payload.meta().data_set());
            assert_nothing_is_lost(&name, payload.data_set());
        }
        let set = explicit(&bytes, &Limits::default());
        let tree = dataset::fields(&set, CharacterSet::DEFAULT);
        assert!(tree.fields.len() >= set.len(), "{name}");
        assert!(tree.fields.iter().all(|f| f.value.chars().count() <= 400), "{name}");
    }
}

#[test]
fn cut_files_give_what_is_there() {
    for (name, bytes) in corpus().unwrap_or_default() {
        let step = bytes.len() / 40 + 1;
        for cut in (0..bytes.len()).step_by(step) {
            let set = explicit(&bytes[..cut], &Limits::default());
            assert_nothing_is_lost(&name, &set);
        }
    }
}

/// Issues after which a data set cannot be written as it was: it was no valid one.
const fn is_mended(kind: IssueKind) -> bool {
    !matches!(kind, IssueKind::Order | IssueKind::UnknownVr | IssueKind::Limit)
}

#[test]
fn valid_data_sets_are_written_as_they_were_read() {
    let mut same = 0;
    for (name, bytes) in corpus().unwrap_or_default() {
        for limits in [Limits::default(), deep()] {
            let set = explicit(&bytes, &limits);
            if set.issues().iter().any(|issue| is_mended(issue.kind)) || is_cut_in_the_deep(&set) {
                // What is written instead is sound, and is written the same from then on.
                let mended = dataset::encode(&set);
                let again = DataSet::parse(&mended, Syntax::ExplicitVrLe, &limits);
                assert!(again.is_complete() || is_cut_in_the_deep(&set), "{name}");
                continue;
            }
            assert!(dataset::encode(&set) == set.bytes(), "{name}");
            same += 1;
        }
    }
    assert!(same == 0 || same > 280, "only {same}");
}

/// Whether a sequence that was not entered has no end.
fn is_cut_in_the_deep(set: &DataSet<'_>) -> bool {
    set.walk()
        .filter_map(|(_, node)| node.as_element())
        .any(|e| e.is_opaque() && e.is_clamped())
}

#[test]
fn a_strict_walk_counts_the_same_elements() {
    let Some(files) = corpus() else { return };
    let index = table("index.tsv");
    let mut compared = 0;
    for (name, bytes) in files {
        let Some(row) = index.get(&name).filter(|row| row["strict_walk"] == "ok") else {
            continue;
        };
        let set = explicit(&bytes, &deep());
        let expected = ["elements", "sequences", "items"].map(|column| row[column].parse().unwrap());
        assert_eq!(counts(&set), expected, "{name}");
        compared += 1;
    }
    assert!(compared > 100, "only {compared}");
}

#[test]
fn most_other_readers_count_the_same_elements() {
    let Some(files) = corpus() else { return };
    let differential = table("differential.tsv");
    let mut agreed = 0;
    for (name, bytes) in files {
        let (Some(row), Ok(file)) = (differential.get(&name), Part10::parse(&bytes, &deep())) else {
            continue;
        };
        let set = match file.data_set() {
            Ok(set) => set,
            Err(error) => {
                assert!(matches!(error.kind, ErrorKind::Unsupported { .. }), "{name}");
                continue;
            }
        };
        let (all, top, meta) = (
            counts(set)[0],
            set.elements().count(),
            file.file_meta().elements().count(),
        );
        // Readers count all levels, or the top one, or that with the file meta, or without its group length.
        let ways: [(&str, &[usize]); 4] = [
            ("pydicom 3.0.2", &[all]),
            ("dicom-rs 0.10.1", &[top]),
            ("dicomParser 1.8.21", &[top + meta]),
            ("dcmfx 0.51", &[top + meta, (top + meta).saturating_sub(1)]),
        ];
        let votes: Vec<bool> = ways
            .iter()
            .filter_map(|(reader, ours)| {
                let count = row.get(*reader)?.strip_prefix("ok ")?.parse().ok()?;
                Some(ours.contains(&count))
            })
            .collect();
        let yes = votes.iter().filter(|&&vote| vote).count();
        if votes.is_empty() || 2 * yes >= votes.len() {
            agreed += usize::from(!votes.is_empty());
        } else {
            assert!(DIFFERENCES.iter().any(|(known, _)| *known == name), "{name}: {votes:?}");
        }
    }
    assert!(agreed > 120, "only {agreed}");
}

#[test]
fn known_oddities_are_understood() {
    let Some(files) = corpus() else { return };
    let files: HashMap<_, _> = files.into_iter().collect();
    let kinds = |name: &str| -> Vec<IssueKind> {
        let file = Part10::parse(&files[name], &Limits::default()).unwrap();
        file.issues().map(|issue| issue.kind).collect()
    };
    assert_eq!(kinds("fo-dicom/GH179A.dcm"), [IssueKind::UnknownVr]);
    assert_eq!(kinds("pydicom/MR_truncated.dcm"), [IssueKind::Truncated]);
    assert_eq!(kinds("pydicom/DICOMDIR-nooffset"), [IssueKind::Truncated]);
    assert_eq!(kinds("dcm4che/3gb-bulk-data-truncated"), [IssueKind::Truncated]);
    assert_eq!(kinds("dcm4che/no_preamble_dicm_in_data"), [IssueKind::Prefix]);
    assert_eq!(kinds("pydicom/no_meta_group_length.dcm"), [IssueKind::GroupLength]);
    assert_eq!(
        kinds("dicom-test-files-wam/54-implicit-file-meta-info.dcm"),
        [IssueKind::Prefix, IssueKind::ImplicitVr]
    );
    assert_eq!(kinds("pydicom/winter.dcm"), [IssueKind::Order]);
    let jpeg = Part10::parse(&files["pydicom/JPEG-lossy.dcm"], &Limits::default()).unwrap();
    let name = "JPEG Extended (Process 2 and 4) (1.2.840.10008.1.2.4.51)";
    assert_eq!(jpeg.unsupported().as_deref(), Some(name));
    assert!(!jpeg.file_meta().is_empty());
}
