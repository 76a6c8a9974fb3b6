//! Our DICOM JSON against pydicom's, element by element, over the corpus.
//!
//! pydicom is looked for in the Python that `GRAINSCOPE_PYTHON` names, else in `python3`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::{Arena, DataSet, Syntax};
use dicom_rtv::json::{self, NonFinite};
use dicom_rtv::{Limits, Tag, Vr, value};
use serde_json::{Map, Value};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus");

/// Where pydicom writes something else, and why: file, place, reason.
const REASONS: &[(&str, Place, &str)] = &[
    ("dcm4che/Tag-0040-A170-VR-CS.dcm", Place::Private, PRIVATE_DICTIONARY),
    (
        "dcm4che/Tag-0040-A170-VR-CS.dcm",
        Place::Path("/0040A170"),
        "an attribute that was CS once and is SQ now: pydicom makes an Item of the text",
    ),
    ("fo-dicom/GH1308.dcm", Place::Private, PRIVATE_DICTIONARY),
    ("pydicom/chrJapMulti.dcm", Place::Private, PRIVATE_DICTIONARY),
    ("pydicom/chrJapMultiExplicitIR6.dcm", Place::Private, PRIVATE_DICTIONARY),
    ("pydicom/chrKoreanMulti.dcm", Place::Private, PRIVATE_DICTIONARY),
    (
        "fo-dicom/FreezePattern.dcm",
        Place::Path("/FFFEE000"),
        "pydicom takes a stray Item for an element, and raises",
    ),
    ("fo-dicom/GH179A.dcm", Place::Path("/0028"), TWO_BLANKS),
    ("fo-dicom/GH179A.dcm", Place::Path("/0040"), TWO_BLANKS),
    (
        "fo-dicom/chrGB2312.dcm",
        Place::Path("/00100010"),
        "pydicom leaves the escape sequences of ISO 2022 IR 58 in the text",
    ),
    (
        "pydicom/badVR.dcm",
        Place::Path("/00280008"),
        "an IS of 1A: pydicom raises, here it is a string",
    ),
];
const PRIVATE_DICTIONARY: &str = "pydicom has a dictionary of private attributes, here they stay UN";
const TWO_BLANKS: &str = "a VR of two blanks: pydicom reads the next elements as its value";

/// Where a difference may lie.
#[derive(Debug)]
enum Place {
    /// In a private attribute.
    Private,
    /// Where the path has this in it.
    Path(&'static str),
}

impl Place {
    fn holds(&self, path: &str) -> bool {
        let is_private = |tag: &str| Tag::from_hex(tag).is_some_and(Tag::is_private);
        match self {
            Self::Private => path.split('/').any(is_private),
            Self::Path(part) => path.contains(part),
        }
    }
}

#[test]
fn json_is_what_pydicom_writes() {
    let Some(python) = python() else { return };
    let files = files();
    if files.is_empty() {
        return;
    }
    let theirs = pydicom(&python, JSON_SCRIPT, &files);
    let (mut compared, mut elements) = (0, 0);
    let (mut unexplained, mut used) = (Vec::new(), BTreeSet::new());
    for file in &files {
        let name = name(file);
        let bytes = std::fs::read(file).unwrap();
        let Some(set) = read(&bytes) else { continue };
        let Some(Value::Object(theirs)) = theirs.get(&name) else {
            println!("{name}: left out, pydicom does not read it");
            continue;
        };
        let mut text = String::new();
        json::write(&set, CharacterSet::DEFAULT, NonFinite::Quoted, &mut text).unwrap();
        let Ok(Value::Object(ours)) = serde_json::from_str(&text) else {
            panic!("{name}: no JSON object: {text}");
        };
        compared += 1;
        elements += theirs.len();
        let mut differences = Vec::new();
        compare_objects("", &ours, theirs, &mut differences);
        for Difference { path, ours, theirs } in differences {
            match REASONS
                .iter()
                .position(|(file, place, _)| name == *file && place.holds(&path))
            {
                Some(reason) => drop(used.insert(reason)),
                None => unexplained.push(format!("{name} {path}\n    ours   {ours}\n    theirs {theirs}")),
            }
        }
    }
    println!("{compared} files, {elements} elements at their top levels compared");
    println!(
        "left out: {} files that are no Part 10 files in Explicit or Implicit VR LE",
        files.len() - compared
    );
    for (index, (file, place, why)) in REASONS.iter().enumerate() {
        println!("{file} {place:?}: {why}");
        assert!(used.contains(&index), "nothing differs any more in {file} {place:?}");
    }
    assert!(
        unexplained.is_empty(),
        "{} differences\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    assert!(compared > 50, "only {compared} files compared");
}

#[test]
fn verdicts_on_values_are_those_of_pydicom() {
    let Some(python) = python() else { return };
    let files = files();
    if files.is_empty() {
        return;
    }
    let theirs = pydicom(&python, CHECK_SCRIPT, &files);
    let (mut checked, mut wrong) = (0, 0);
    let mut unexplained = Vec::new();
    for file in &files {
        let name = name(file);
        let bytes = std::fs::read(file).unwrap();
        let (Some(set), Some(Value::Object(theirs))) = (read(&bytes), theirs.get(&name)) else {
            continue;
        };
        let charset = set
            .get(Tag::new(8, 5))
            .map_or(CharacterSet::DEFAULT, |e| CharacterSet::from_value(e.value()).0);
        for element in set.elements().filter(|e| !e.is_sequence()) {
            let Some(verdict) = theirs.get(&format!("{:08X}", element.tag().0)) else {
                continue;
            };
            checked += 1;
            let ours = value::check(element.vr(), None, element.value(), &charset).map(|p| p.to_string());
            wrong += usize::from(ours.is_some());
            let theirs = verdict.as_str();
            if ours.is_some() != theirs.is_some() {
                let (tag, vr) = (element.tag(), element.vr());
                let shown = value::display(vr, element.value(), &charset, 60);
                // pydicom lets the forms of ACR-NEMA pass, which PS3.5 6.2 calls not compliant.
                if vr == Vr::DA && shown.contains('.') || vr == Vr::TM && shown.contains(':') {
                    continue;
                }
                unexplained.push(format!(
                    "{name} {tag} {vr} {shown}\n    ours   {ours:?}\n    theirs {theirs:?}"
                ));
            }
        }
    }
    println!("{checked} values checked, {wrong} wrong");
    assert!(
        unexplained.is_empty(),
        "{} differences\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
}

/// Answers what pydicom's strict mode says of each value: `null` or the error.
const CHECK_SCRIPT: &str = r#"
import json, logging, sys, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import pydicom
from pydicom import config
from pydicom.valuerep import validate_value

for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        config.settings.reading_validation_mode = config.WARN
        ds = pydicom.dcmread(path)
    except Exception as error:
        print(json.dumps([path, None]))
        continue
    config.settings.reading_validation_mode = config.RAISE
    out = {}
    for tag in ds.keys():
        try:
            element = ds[tag]
            if element.VR in ("AE", "AS", "CS") and element.value:
                # These it does not check when it reads them.
                for value in element.value if element.VM > 1 else [element.value]:
                    validate_value(element.VR, value, config.RAISE)
            out["%08X" % tag] = None
        except Exception as error:
            out["%08X" % tag] = "%s: %s" % (type(error).__name__, str(error)[:100])
    print(json.dumps([path, out]))
"#;

/// Answers a line for each path on standard input: the path and its data set in JSON, `{"error": …}` where pydicom raises.
const JSON_SCRIPT: &str = r#"
import json, logging, math, sys, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import pydicom

def finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return [finite(v) for v in value]
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    return value

def dataset(ds):
    out = {}
    for tag in ds.keys():
        key = "%08X" % tag
        try:
            element = ds[tag]
            if element.VR == "SQ":
                out[key] = {"vr": "SQ", "Value": [dataset(item) for item in element.value]}
            else:
                out[key] = finite(element.to_json_dict(None, 1024))
        except Exception as error:
            out[key] = {"error": "%s: %s" % (type(error).__name__, error)}
    return out

for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        result = dataset(pydicom.dcmread(path))
    except Exception as error:
        result = None
    print(json.dumps([path, result]))
"#;

struct Difference {
    path: String,
    ours: String,
    theirs: String,
}

fn compare_objects(path: &str, ours: &Map<String, Value>, theirs: &Map<String, Value>, out: &mut Vec<Difference>) {
    let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for key in keys {
        let path = format!("{path}/{key}");
        match (ours.get(key), theirs.get(key)) {
            (Some(ours), Some(theirs)) => compare(&path, ours, theirs, out),
            (ours, theirs) => out.push(difference(path, ours, theirs)),
        }
    }
}

fn compare(path: &str, ours: &Value, theirs: &Value, out: &mut Vec<Difference>) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) if !theirs.contains_key("error") => {
            compare_objects(path, ours, theirs, out);
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                compare(&format!("{path}/{index}"), ours, theirs, out);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => out.push(difference(path.to_owned(), Some(ours), Some(theirs))),
    }
}

fn difference(path: String, ours: Option<&Value>, theirs: Option<&Value>) -> Difference {
    let short = |value: Option<&Value>| {
        let text = value.map_or("absent".to_owned(), Value::to_string);
        text.chars().take(160).collect()
    };
    Difference {
        path,
        ours: short(ours),
        theirs: short(theirs),
    }
}

/// The data set of a Part 10 file, if it is in a syntax that is read here.
fn read(bytes: &[u8]) -> Option<DataSet<'_>> {
    if bytes.get(128..132)? != b"DICM" {
        return None;
    }
    let limits = Limits::default();
    let length = u32::try_from(bytes.len()).ok()?;
    let all = DataSet::parse_range(Arena::new(), bytes, 132, length, Syntax::ExplicitVrLe, &limits);
    let meta_end = all.elements().take_while(|e| e.tag().group() == 2).last()?.end();
    let syntax = Syntax::from_uid(value::uid(all.get(Tag::new(2, 0x10))?.value()))?;
    Some(DataSet::parse_range(
        Arena::new(),
        bytes,
        meta_end,
        length,
        syntax,
        &limits,
    ))
}

fn files() -> Vec<PathBuf> {
    let Ok(folders) = std::fs::read_dir(CORPUS) else {
        println!("left out: no corpus at {CORPUS}");
        return Vec::new();
    };
    let mut files: Vec<_> = folders
        .flatten()
        .filter(|folder| folder.path().is_dir() && folder.file_name() != "bench")
        .flat_map(|folder| std::fs::read_dir(folder.path()).unwrap().flatten())
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Folder and file.
fn name(file: &Path) -> String {
    let part = |p: Option<&std::ffi::OsStr>| p.unwrap_or_default().to_string_lossy().into_owned();
    format!(
        "{}/{}",
        part(file.parent().and_then(Path::file_name)),
        part(file.file_name())
    )
}

/// A Python that has pydicom.
fn python() -> Option<String> {
    let python = std::env::var("GRAINSCOPE_PYTHON").unwrap_or_else(|_| "python3".into());
    let version = Command::new(&python)
        .args(["-c", "import pydicom; print(pydicom.__version__)"])
        .output();
    match version {
        Ok(output) if output.status.success() && output.stdout.starts_with(b"3.") => Some(python),
        _ => {
            println!("left out: {python} has no pydicom 3; set GRAINSCOPE_PYTHON to one that has");
            None
        }
    }
}

/// What a script answers for each file, by its name.
fn pydicom(python: &str, script: &str, files: &[PathBuf]) -> BTreeMap<String, Value> {
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = child.stdin.take().expect("standard input is piped");
    let paths: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    let writer = std::thread::spawn(move || input.write_all(paths.as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("the writer ends").expect("Python reads the paths");
    assert!(output.status.success(), "the script failed");
    String::from_utf8(output.stdout)
        .expect("JSON is UTF-8")
        .lines()
        .map(|line| match serde_json::from_str(line) {
            Ok(Value::Array(pair)) => match pair.as_slice() {
                [Value::String(path), result] => (name(Path::new(path)), result.clone()),
                _ => panic!("a pair of path and result, not {line}"),
            },
            _ => panic!("JSON, not {line}"),
        })
        .collect()
}
