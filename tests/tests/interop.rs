//! What we send, read by others: pydicom, DCMTK and Wireshark agree with what the sender meant.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dicom_rtv::rtp::RtpPacket;
use dicom_rtv::{PtpTimestamp, Vr};
use grainscope_capture::frame::{self, Frame};
use grainscope_simulate::attributes::{Attributes, Value};
use grainscope_simulate::flow::{Flow, Metadata};
use grainscope_simulate::{Addressing, CaptureFormat, CaptureOptions, Options, Packets, Scenario, TimedPacket};
use grainscope_simulate::{capture, encode, example};
use serde_json::json;

/// Patients in the character sets that a hospital meets.
const PATIENTS: [(&str, &str); 6] = [
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "ISO_IR 192"),
    ("Müller-Groß^José", "ISO_IR 100"),
    ("Иванов^Пётр", "ISO_IR 144"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "\\ISO 2022 IR 87"),
    ("Wang^XiaoDong=王^小东", "GB18030"),
    ("Doe^Jane", ""),
];

#[test]
fn pydicom_reads_every_value() {
    let Some(python) = python() else {
        println!("left out: no Python with pydicom (GRAINSCOPE_PYTHON, or pip install pydicom)");
        return;
    };
    let folder = folder("pydicom");
    let count = write_payloads(&folder, &PATIENTS);
    assert!(count > 100);
    compare(&python, "pydicom", &folder, count);
}

#[test]
fn dcmdump_reads_every_value() {
    let Some(python) = python() else {
        println!("left out: no Python");
        return;
    };
    if !runs(Command::new("dcmdump").arg("--version")) {
        println!("left out: no dcmdump (apt-get install dcmtk)");
        return;
    }
    let folder = folder("dcmdump");
    // dcmdump shows bytes as they are, so only UTF-8 is compared as text.
    let count = write_payloads(&folder, &[PATIENTS[0], PATIENTS[5]]);
    assert!(count > 50);
    compare(&python, "dcmdump", &folder, count);
}

#[test]
fn tshark_agrees_on_every_packet() {
    if !runs(Command::new("tshark").arg("--version")) {
        println!("left out: no tshark (apt-get install tshark)");
        return;
    }
    let folder = folder("tshark");
    let options = Options {
        duration_ns: Some(400_000_000),
        addressing: Addressing::V6,
        vlan: Some(77),
        ..Options::default()
    };
    for (name, scenario, format) in [
        ("v6.pcapng", Scenario::operating_room(&options), CaptureFormat::Pcapng),
        (
            "be.pcap",
            Scenario::operating_room(&Options::default()),
            CaptureFormat::PcapBigEndianNanoseconds,
        ),
    ] {
        let options = CaptureOptions { format, bulk_bytes: 24 };
        let path = folder.join(name);
        std::fs::write(&path, capture(&scenario, &[], options).unwrap()).unwrap();
        let packets: Vec<TimedPacket> = Packets::new(&scenario).unwrap().collect();
        assert_eq!(tshark(&path), packets.iter().map(row).collect::<Vec<_>>(), "{name}");
    }
    // The example knows its packets only as a capture: nothing in it may puzzle tshark.
    let path = folder.join("example.pcapng");
    std::fs::write(&path, example::example()).unwrap();
    let rows = tshark(&path);
    assert!(rows.len() > 900, "{}", rows.len());
    assert!(
        rows.iter()
            .all(|row| row.split('\t').count() == 9 && !row.contains("\t\t")),
        "{rows:#?}"
    );
}

/// The operating rooms of this project's vectors, and of independent ones where they are.
fn operating_rooms() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let independent = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    if !independent.is_dir() {
        println!("left out: there is no folder of independent vectors at ../shared/vectors");
    }
    let files = [own, independent].into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let paths = files.map(|entry| entry.unwrap().path());
    let is_room = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("or-") && (name.ends_with(".pcap") || name.ends_with(".pcapng"))
    };
    paths.filter(is_room).collect()
}

#[test]
fn tshark_agrees_on_every_packet_of_the_operating_rooms() {
    if !runs(Command::new("tshark").arg("--version")) {
        println!("left out: no tshark (apt-get install tshark)");
        return;
    }
    let rooms = operating_rooms();
    assert!(rooms.len() >= 5, "{rooms:?}");
    for path in rooms {
        let bytes = std::fs::read(&path).unwrap();
        let mut reader = grainscope_capture::Reader::new(grainscope_capture::Limits::default());
        let mut rest = &bytes[..];
        let mut rows = Vec::new();
        while let Some(record) = reader.next(&mut rest) {
            let Frame::Datagram(datagram) = frame::decode(record.link_type, record.data) else {
                panic!("packet {} of {} is no datagram", record.ordinal, path.display());
            };
            let length = datagram.payload_length as usize;
            let rtp = RtpPacket::parse_truncated(datagram.payload, length).unwrap();
            rows.push(line(record.time_ns.unwrap(), &rtp));
        }
        assert_eq!(tshark(&path), rows, "{}", path.display());
    }
}

/// One line a packet: time, version, payload type, marker, sequence number, timestamp, SSRC, extension, ids of its elements.
fn row(packet: &TimedPacket) -> String {
    line(packet.time_ns, &RtpPacket::parse(&packet.payload).unwrap())
}

fn line(time_ns: i64, rtp: &RtpPacket<'_>) -> String {
    let ids: Vec<String> = rtp
        .extension()
        .into_iter()
        .flat_map(|extension| {
            extension
                .elements()
                .map(|element| element.id.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    format!(
        "{}.{:09}\t2\t{}\t{}\t{}\t{}\t{:#010x}\t{}\t{}",
        time_ns / 1_000_000_000,
        time_ns % 1_000_000_000,
        rtp.payload_type(),
        u8::from(rtp.marker()),
        rtp.sequence_number(),
        rtp.timestamp(),
        rtp.ssrc(),
        u8::from(rtp.extension().is_some()),
        if ids.is_empty() { "-".into() } else { ids.join(",") },
    )
}

/// The same lines as Wireshark's dissectors see them.
fn tshark(path: &Path) -> Vec<String> {
    let fields = [
        "frame.time_epoch",
        "rtp.version",
        "rtp.p_type",
        "rtp.marker",
        "rtp.seq",
        "rtp.timestamp",
        "rtp.ssrc",
        "rtp.ext",
        "rtp.ext.rfc5285.id",
    ];
    let mut command = Command::new("tshark");
    command
        .args(["-n", "-d", "udp.port==5004-5016,rtp", "-T", "fields", "-r"])
        .arg(path);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            if line.ends_with('\t') {
                format!("{line}-")
            } else {
                line.to_owned()
            }
        })
        .collect()
}

/// Writes the payloads of short operating rooms, and beside each what was meant. Gives their number.
fn write_payloads(folder: &Path, patients: &[(&str, &str)]) -> usize {
    let mut count = 0;
    for (number, &(name, character_set)) in patients.iter().enumerate() {
        let mut options = Options {
            seed: number as u64,
            duration_ns: Some(150_000_000),
            ..Options::default()
        };
        options.patient.name = name.into();
        options.patient.character_set = character_set.into();
        if number % 2 == 1 {
            options.lengths = dicom_rtv::dataset::write::LengthForm::Undefined;
        }
        let mut scenario = Scenario::operating_room(&options);
        let comment = name.rsplit('=').next().unwrap_or_default().to_owned();
        for flow in &mut scenario.flows {
            if let Some(dynamic) = flow.metadata_mut().and_then(|m| m.dynamic.as_mut()) {
                dynamic.comments = vec![(60_000_000, comment.clone())];
            }
        }
        for (flow_number, flow) in scenario.flows.iter().enumerate() {
            let Some(metadata) = flow.metadata() else { continue };
            for (index, payload) in payloads(&scenario, flow_number).into_iter().enumerate() {
                let path = folder.join(format!("{number}-{flow_number}-{index:03}.dcm"));
                std::fs::write(&path, payload).unwrap();
                let meant = meant(&scenario, flow, metadata, index as u64);
                std::fs::write(path.with_extension("json"), meant).unwrap();
                count += 1;
            }
        }
    }
    count
}

/// The payloads of a Flow's Grains, put together from its packets by their timestamps.
fn payloads(scenario: &Scenario, flow: usize) -> Vec<Vec<u8>> {
    let mut grains: Vec<(u32, Vec<u8>)> = Vec::new();
    for packet in Packets::new(scenario).unwrap().filter(|packet| packet.flow == flow) {
        let rtp = RtpPacket::parse(&packet.payload).unwrap();
        match grains.last_mut() {
            Some((timestamp, payload)) if *timestamp == rtp.timestamp() => payload.extend_from_slice(rtp.payload()),
            _ => grains.push((rtp.timestamp(), rtp.payload().to_vec())),
        }
    }
    grains.into_iter().map(|(_, payload)| payload).collect()
}

/// All attributes of a Grain as JSON, from the scenario alone.
fn meant(scenario: &Scenario, flow: &Flow, metadata: &Metadata, index: u64) -> String {
    let elapsed = flow.start_ns + flow.period.at(index);
    let origin = PtpTimestamp::from_ns(scenario.start.as_ns() as u64 + elapsed);
    let mut elements = list(&encode::meta_attributes(flow, metadata));
    if let Some(dynamic) = &metadata.dynamic {
        elements.extend(list(&dynamic.attributes(index, origin, elapsed)));
    }
    if index == 0 || metadata.static_interval_ns == 0 {
        elements.extend(list(&metadata.static_part));
    }
    let character_set = match metadata.static_part.get(0x0008_0005).map(|a| &a.value) {
        Some(Value::Text(terms)) => terms.as_str(),
        _ => "",
    };
    json!({"character_set": character_set, "elements": elements}).to_string()
}

fn list(attributes: &Attributes) -> Vec<serde_json::Value> {
    let one = |a: &grainscope_simulate::attributes::Attribute| {
        let (tag, vr) = (format!("{:08X}", a.tag.0), a.vr.as_str());
        match &a.value {
            Value::Text(text) => json!({"tag": tag, "vr": vr, "text": text}),
            Value::Bytes(bytes) => json!({"tag": tag, "vr": vr, "hex": hex(bytes)}),
            Value::Items(items) => {
                assert_eq!(a.vr, Vr::SQ);
                json!({"tag": tag, "vr": vr, "items": items.iter().map(list).collect::<Vec<_>>()})
            }
        }
    };
    attributes.elements().iter().map(one).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn compare(python: &str, reader: &str, folder: &Path, count: usize) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/compare.py");
    let output = Command::new(python)
        .arg(script)
        .arg(reader)
        .arg(folder)
        .output()
        .unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with(&format!("{count} payloads")), "{said}");
    println!("{reader}: {said}");
}

/// Python with pydicom: `GRAINSCOPE_PYTHON`, else `python3`.
fn python() -> Option<String> {
    let python = std::env::var("GRAINSCOPE_PYTHON").unwrap_or_else(|_| "python3".into());
    runs(Command::new(&python).args(["-c", "import pydicom"])).then_some(python)
}

fn runs(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
