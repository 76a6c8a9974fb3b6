//! Real captures, read by `grainscope-capture` and held against their index and against tshark.

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use grainscope_capture::frame::{self, Protocol};
use grainscope_capture::write::{InterfaceDescription, Packet, PcapngWriter, Statistics};
use grainscope_capture::{Datagram, Format, Fragments, Frame, Limits, LinkType, Reader};

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/captures");
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

/// A line of the index: file, packets (`None` where the tool that made the index gave up).
struct Indexed {
    path: PathBuf,
    name: String,
    packets: Option<u64>,
}

#[derive(Debug, Default)]
struct Count {
    records: u64,
    damage: Option<String>,
    error: Option<Format>,
}

#[test]
fn every_capture_has_the_packets_of_the_index() {
    let Some(index) = index() else { return };
    assert!(index.len() > 200, "{} files in the index", index.len());
    let mut wrong = Vec::new();
    for file in &index {
        let bytes = read(&file.path);
        let whole = count(&bytes, usize::MAX);
        let split = count(&bytes, 1021);
        assert_eq!(
            format!("{whole:?}"),
            format!("{split:?}"),
            "{}: chunks change the result",
            file.name
        );
        if let Some(packets) = file.packets
            && (whole.records != packets || whole.error.is_some())
        {
            wrong.push(format!("{}: {packets} packets in the index, {whole:?}", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn compressed_captures_say_so() {
    let Some(index) = index() else { return };
    let compressed: Vec<_> = index.iter().filter(|file| file.name.ends_with(".gz")).collect();
    assert!(!compressed.is_empty());
    for file in compressed {
        let bytes = std::fs::read(&file.path).unwrap();
        let mut reader = Reader::new(Limits::default());
        let mut rest = &bytes[..];
        assert!(reader.next(&mut rest).is_none());
        let error = reader.finish().unwrap_err();
        assert_eq!(error.format, Format::Gzip, "{}", file.name);
        assert!(error.to_string().contains("gzip"), "{error}");
    }
}

#[test]
fn damaged_conformance_files_give_what_comes_before() {
    let Some(index) = index() else { return };
    for order in ["be", "le"] {
        let read_count = |number: &str| {
            let name = format!("gopacket-pcapng/{order}__test{number}.pcapng");
            let file = index.iter().find(|file| file.name == name).unwrap();
            count(&read(&file.path), 7)
        };
        // The second section is of version 2.0.
        let version = read_count("901");
        assert_eq!(version.records, 1);
        assert!(version.damage.unwrap().contains("480: a section of pcapng version 2.0"));
        // Binary time resolution: legal, though the set calls it difficult.
        let resolution = read_count("902");
        assert_eq!((resolution.records, resolution.damage), (1, None));
    }
}

#[test]
fn every_cut_of_small_captures_ends() {
    let Some(index) = index() else { return };
    for file in index.iter().filter(|file| file.packets.is_some()) {
        let bytes = read(&file.path);
        if bytes.len() > 3000 {
            continue;
        }
        let whole = count(&bytes, usize::MAX);
        let mut last = 0;
        for end in 0..bytes.len() {
            let cut = count(&bytes[..end], usize::MAX);
            assert!(
                cut.records >= last && cut.records <= whole.records,
                "{} cut at {end}",
                file.name
            );
            last = cut.records;
            if end < 4 {
                assert!(cut.error.is_some(), "{} cut at {end}", file.name);
            }
        }
    }
}

/// Frame numbers, times, lengths, and for UDP and TCP the addresses, ports and lengths.
#[test]
fn tshark_agrees() {
    let Some(index) = index() else { return };
    let Some(tshark) = tshark() else {
        println!("left out: tshark is not installed (apt-get install tshark); packets are not compared with it");
        return;
    };
    let queue = Mutex::new(index.into_iter().chain(vectors()).collect::<VecDeque<_>>());
    let wrong = Mutex::new(Vec::new());
    let compared = Mutex::new((0u64, 0u64, 0u64));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(file) = queue.lock().unwrap().pop_front() else {
                        return;
                    };
                    match compare(&tshark, &file) {
                        Ok((records, udp, tcp)) => {
                            let mut sum = compared.lock().unwrap();
                            *sum = (sum.0 + records, sum.1 + udp, sum.2 + tcp);
                        }
                        Err(difference) => wrong.lock().unwrap().push(format!("{}: {difference}", file.name)),
                    }
                }
            });
        }
    });
    let (records, udp, tcp) = compared.into_inner().unwrap();
    println!("compared with tshark: {records} frames, {udp} UDP datagrams, {tcp} TCP segments");
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} files differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(udp > 50_000 && tcp > 5_000);
}

/// A capture of our own making, with all that our writer can say.
#[test]
fn tshark_reads_what_we_write() {
    let Some(tshark) = tshark() else {
        println!("left out: tshark is not installed (apt-get install tshark); it does not read our captures");
        return;
    };
    let mut writer = PcapngWriter::new("Grainscope");
    let interface = writer.add_interface(&InterfaceDescription {
        link_type: LinkType::ETHERNET,
        snaplen: 60,
        name: "eth7",
        description: "operating room 3",
    });
    for index in 0..3 {
        writer.packet(&Packet {
            interface,
            time_ns: 1_767_526_074_000_000_001 + index,
            original_len: 1442,
            data: &[0x11; 80],
            comment: if index == 1 {
                "rtp.loss: 2 packets lost before this"
            } else {
                ""
            },
        });
    }
    writer.statistics(&Statistics {
        interface,
        time_ns: 1_767_526_075_000_000_000,
        received: Some(3),
        dropped: Some(2),
    });
    let folder = std::env::temp_dir().join(format!("grainscope-capture-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("written.pcapng");
    std::fs::write(&file, writer.into_bytes()).unwrap();
    let columns = [
        "frame.number",
        "frame.time_epoch",
        "frame.cap_len",
        "frame.len",
        "frame.interface_name",
        "frame.comment",
    ];
    let columns = columns.iter().flat_map(|column| ["-e", column]);
    let output = Command::new(tshark)
        .arg("-n")
        .arg("-r")
        .arg(&file)
        .args(["-T", "fields"])
        .args(columns)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.lines().map(str::trim_end).collect::<Vec<_>>(),
        [
            "1\t1767526074.000000001\t60\t1442\teth7",
            "2\t1767526074.000000002\t60\t1442\teth7\trtp.loss: 2 packets lost before this",
            "3\t1767526074.000000003\t60\t1442\teth7",
        ]
    );
}

/// One frame in the columns asked of tshark.
#[derive(Debug, Default, PartialEq)]
struct Row {
    number: String,
    time: String,
    captured: String,
    original: String,
    transport: &'static str,
    source: String,
    destination: String,
    ports: (String, String),
    /// UDP: the length field. TCP: sequence number and payload length.
    detail: String,
    is_fragment: bool,
    is_custom_block: bool,
}

const COLUMNS: [&str; 17] = [
    "frame.number",
    "frame.time_epoch",
    "frame.cap_len",
    "frame.len",
    "frame.protocols",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq_raw",
    "tcp.len",
    "tcp.flags",
];

fn compare(tshark: &Path, file: &Indexed) -> Result<(u64, u64, u64), String> {
    let bytes = read(&file.path);
    let ours = our_rows(&bytes);
    let theirs = their_rows(tshark, &file.path)?;
    let (mut udp, mut tcp) = (0, 0);
    let mut theirs = theirs.into_iter();
    for our in &ours {
        // Custom blocks are frames to Wireshark: they take a number, and we report no packet for them.
        let mut their = theirs
            .find(|row| row.number == our.number || !row.is_custom_block)
            .ok_or_else(|| format!("tshark has no frame for {our:?}"))?;
        if our.time.is_empty() && their.time.split('.').next().is_some_and(passes_64_bits) {
            their.time.clear();
        }
        // Wireshark reads into the first fragment of a packet that was cut; here it waits for the others.
        if our.is_fragment && our.captured != our.original {
            their.forget_transport();
        }
        their.is_fragment = our.is_fragment;
        if *our != their {
            return Err(format!("\n  ours   {our:?}\n  theirs {their:?}"));
        }
        udp += u64::from(our.transport == "udp");
        tcp += u64::from(our.transport == "tcp");
    }
    match theirs.find(|row| !row.is_custom_block) {
        None => Ok((ours.len() as u64, udp, tcp)),
        Some(row) => Err(format!("only tshark has {row:?}")),
    }
}

/// Whether these seconds, as nanoseconds, are more than an `i64` holds.
fn passes_64_bits(seconds: &str) -> bool {
    seconds
        .parse::<i64>()
        .is_ok_and(|seconds| seconds.checked_mul(1_000_000_000).is_none())
}

impl Row {
    fn forget_transport(&mut self) {
        *self = Self {
            number: std::mem::take(&mut self.number),
            time: std::mem::take(&mut self.time),
            captured: std::mem::take(&mut self.captured),
            original: std::mem::take(&mut self.original),
            ..Self::default()
        };
    }
}

fn our_rows(bytes: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    let limits = Limits::default();
    let mut reader = Reader::new(limits);
    let mut fragments = Fragments::new(&limits);
    for chunk in bytes.chunks(64 << 10) {
        let mut rest = chunk;
        while let Some(record) = reader.next(&mut rest) {
            let mut row = Row {
                number: record.ordinal.to_string(),
                time: record.time_ns.map_or(String::new(), |ns| {
                    format!("{}.{:09}", ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000))
                }),
                captured: record.captured_len.to_string(),
                original: record.original_len.to_string(),
                ..Row::default()
            };
            match frame::decode(record.link_type, record.data) {
                Frame::Datagram(datagram) => fill(&mut row, &datagram),
                Frame::Fragment(fragment) => {
                    row.is_fragment = true;
                    if let Some(datagram) = fragments.push(record.ordinal, record.time_ns, &fragment) {
                        assert!(datagram.pieces.len() > 1);
                        assert!(datagram.pieces.iter().any(|piece| piece.key == record.ordinal));
                        fill(&mut row, &datagram);
                    }
                }
                Frame::Other(_) => {}
            }
            rows.push(row);
        }
    }
    rows
}

fn fill(row: &mut Row, datagram: &Datagram<'_>) {
    row.detail = match datagram.protocol {
        Protocol::Udp { length } => {
            row.transport = "udp";
            length.to_string()
        }
        Protocol::Tcp(tcp) => {
            row.transport = "tcp";
            format!("{} {} {:03x}", tcp.sequence, datagram.payload_length, tcp.flags.0)
        }
        Protocol::Other(_) => return,
    };
    row.source = datagram.source.addr.to_string();
    row.destination = datagram.destination.addr.to_string();
    row.ports = (datagram.source.port.to_string(), datagram.destination.port.to_string());
}

fn their_rows(tshark: &Path, path: &Path) -> Result<Vec<Row>, String> {
    let mut command = Command::new(tshark);
    command
        .arg("-n")
        .arg("-r")
        .arg(path)
        .args(["-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"]);
    // What lies inside UDP is not compared, and TCP is compared by segment.
    command.args(["-o", "tcp.desegment_tcp_streams:FALSE"]);
    for column in COLUMNS {
        command.args(["-e", column]);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(their_row).collect())
}

fn their_row(line: &str) -> Row {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |name: &str| {
        let at = COLUMNS.iter().position(|column| *column == name).unwrap();
        cells.get(at).copied().unwrap_or_default().to_string()
    };
    let mut row = Row {
        number: cell("frame.number"),
        time: cell("frame.time_epoch"),
        captured: cell("frame.cap_len"),
        original: cell("frame.len"),
        ..Row::default()
    };
    let protocols = cell("frame.protocols");
    row.is_custom_block = protocols == "data";
    // IP within IP is not looked into.
    if protocols.contains(":ip:ipv6:") || protocols.contains(":ipv6:ip:") {
        return row;
    }
    let transport = protocols
        .split(':')
        .find(|protocol| ["udp", "tcp", "icmp", "icmpv6", "igmp", "gre", "sctp", "ipv6.fraghdr"].contains(protocol));
    match transport {
        Some("udp") => {
            row.transport = "udp";
            row.ports = (cell("udp.srcport"), cell("udp.dstport"));
            row.detail = cell("udp.length");
        }
        Some("tcp") => {
            row.transport = "tcp";
            row.ports = (cell("tcp.srcport"), cell("tcp.dstport"));
            let flags = u16::from_str_radix(cell("tcp.flags").trim_start_matches("0x"), 16).unwrap_or(0);
            row.detail = format!("{} {} {flags:03x}", cell("tcp.seq_raw"), cell("tcp.len"));
        }
        _ => return row,
    }
    let is_v4 = !cell("ip.src").is_empty();
    row.source = cell(if is_v4 { "ip.src" } else { "ipv6.src" });
    row.destination = cell(if is_v4 { "ip.dst" } else { "ipv6.dst" });
    row
}

/// tshark as `GRAINSCOPE_TSHARK` says, else the one on `PATH`.
fn tshark() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("GRAINSCOPE_TSHARK") {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("tshark"))
        .find(|file| file.is_file())
}

fn count(bytes: &[u8], chunk: usize) -> Count {
    let mut reader = Reader::new(Limits::default());
    let mut records = 0;
    for chunk in bytes.chunks(chunk) {
        let mut rest = chunk;
        while let Some(record) = reader.next(&mut rest) {
            let at = usize::try_from(record.file_offset).unwrap();
            assert_eq!(
                bytes.get(at..at + record.data.len()),
                Some(record.data),
                "bytes at their offset"
            );
            let interface = usize::try_from(record.interface).unwrap();
            let link_type = record.link_type;
            assert_eq!(reader.interfaces()[interface].link_type, link_type);
            records += 1;
        }
    }
    let error = reader.finish().err().map(|error| error.format);
    Count {
        records,
        damage: reader.damage().map(ToString::to_string),
        error,
    }
}

/// A capture's bytes, decompressed.
fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if Format::detect(&bytes) != Format::Gzip {
        return bytes;
    }
    let mut whole = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .read_to_end(&mut whole)
        .unwrap();
    whole
}

/// The fault-free captures of the vectors: VLAN and IPv6 among them.
fn vectors() -> Vec<Indexed> {
    let Ok(entries) = std::fs::read_dir(VECTORS) else {
        println!("left out: {VECTORS} is not there; its captures are not read");
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = paths.map(|path| {
        (
            path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path,
        )
    });
    named
        .filter(|(name, _)| name.contains(".pcap") && (name.starts_with("or-") || name.starts_with("rtp-")))
        .map(|(name, path)| Indexed {
            path,
            name,
            packets: None,
        })
        .collect()
}

/// The rows of the index; `None`, with a note, where there are no captures.
fn index() -> Option<Vec<Indexed>> {
    let Ok(text) = std::fs::read_to_string(Path::new(CAPTURES).join("INDEX.md")) else {
        println!("left out: {CAPTURES} is not there; real captures are not read");
        return None;
    };
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (name, _bytes, packets) = (cells.next()?, cells.next()?, cells.next()?);
        let path = Path::new(CAPTURES).join(name);
        path.is_file().then(|| Indexed {
            path,
            name: name.to_string(),
            packets: packets.parse().ok(),
        })
    });
    Some(rows.collect())
}
