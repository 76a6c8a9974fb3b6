//! The project's small vectors: file names and contents.

use std::fmt::Write as _;

use crate::capture::{CaptureFormat, CaptureOptions, capture};
use crate::faults::{Degree, all};
use crate::scenario::{Addressing, Options, Scenario};
use crate::time::MILLISECOND;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// All of them: short operating rooms in each format of a capture, the case of each fault and near miss, and an index.
#[must_use]
pub fn files() -> Vec<VectorFile> {
    let mut files = Vec::new();
    let mut add = |name: String, content: Vec<u8>| files.push(VectorFile { name, content });
    for (name, scenario, format, _) in operating_rooms() {
        let options = CaptureOptions { format, bulk_bytes: 24 };
        let extension = if format == CaptureFormat::Pcapng {
            "pcapng"
        } else {
            "pcap"
        };
        let content = capture(&scenario, &[], options).expect("the operating rooms can be encoded");
        add(format!("{name}.{extension}"), content);
        add(format!("{name}.sdp"), crate::sdp::sdp(&scenario).into_bytes());
    }
    for case in all() {
        add(
            format!("{}.pcap", case.name()),
            case.capture().expect("the cases can be encoded"),
        );
        add(format!("{}.sdp", case.name()), case.sdp().into_bytes());
    }
    files.push(VectorFile {
        name: "INDEX.md".into(),
        content: index().into_bytes(),
    });
    files
}

/// What the files are, for people.
fn index() -> String {
    let mut index = String::from(
        "# Vectors\n\n\
         Made by `cargo run -p grainscope-simulate --bin vectors -- tests/vectors`; a test holds them to it. Each capture has\n\
         its session description beside it.\n\n\
         `or-*`: 0.25 s of an operating room (two cameras, a microphone, the metadata of each, a rendition); nothing is wrong\n\
         with it. Video and audio packets are cut after their headers.\n\n\
         | files | format | what is special |\n|---|---|---|\n",
    );
    for (name, _, format, special) in operating_rooms() {
        let _ = writeln!(index, "| `{name}` | {} | {special} |", format.name());
    }
    index.push_str(
        "\n`fault-*` breaks one rule and no other; `near-*` comes as near to it as it may. All are pcap with nanoseconds.\n\n\
         | rule | what `fault-*` does | findings of severity E or W |\n|---|---|---|\n",
    );
    for case in all().filter(|case| case.degree == Degree::Breaks) {
        let findings = case.findings();
        let findings = if findings.is_empty() {
            "none".into()
        } else {
            findings.join(", ")
        };
        let _ = writeln!(index, "| {} | {} | {findings} |", case.fault.rule(), case.fault.title());
    }
    index
}

fn operating_rooms() -> Vec<(&'static str, Scenario, CaptureFormat, &'static str)> {
    let room = |seed, change: &dyn Fn(&mut Options)| {
        let mut options = Options {
            seed,
            duration_ns: Some(250 * MILLISECOND),
            ..Options::default()
        };
        change(&mut options);
        Scenario::operating_room(&options)
    };
    vec![
        (
            "or-pcapng",
            room(1, &|_| ()),
            CaptureFormat::Pcapng,
            "UTF-8 with the three groups of a Japanese name",
        ),
        (
            "or-ipv6-vlan",
            room(2, &ipv6),
            CaptureFormat::PcapNanoseconds,
            "IPv6, VLAN, extensions on all packets, MAXUDP",
        ),
        (
            "or-latin1-big-endian",
            room(3, &latin1),
            CaptureFormat::PcapBigEndianMicroseconds,
            "ISO_IR 100",
        ),
        (
            "or-iso-2022-big-endian-ns",
            room(4, &iso_2022),
            CaptureFormat::PcapBigEndianNanoseconds,
            "ISO 2022 IR 87",
        ),
        (
            "or-undefined-lengths",
            room(5, &undefined_lengths),
            CaptureFormat::PcapMicroseconds,
            "undefined lengths, extension on first packets alone",
        ),
    ]
}

fn ipv6(options: &mut Options) {
    options.addressing = Addressing::V6;
    options.vlan = Some(202);
    options.rtp.placement = dicom_rtv::rtp::Placement::All;
    options.rtp.udp_limit = 8960;
}

fn latin1(options: &mut Options) {
    options.patient.name = "Müller-Groß^José".into();
    options.patient.character_set = "ISO_IR 100".into();
}

fn iso_2022(options: &mut Options) {
    options.patient.character_set = "\\ISO 2022 IR 87".into();
}

fn undefined_lengths(options: &mut Options) {
    options.lengths = dicom_rtv::dataset::write::LengthForm::Undefined;
    options.rtp.placement = dicom_rtv::rtp::Placement::FirstOnly;
}
