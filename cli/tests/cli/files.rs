use std::io::Write as _;

use crate::run::{folder, put, run, run_with};

#[test]
fn gzip_and_standard_input_read_alike() {
    let folder = folder();
    let good = std::fs::read(folder.path().join("good.pcapng")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&good).unwrap();
    let gzip = gzip.finish().unwrap();
    put(folder.path(), "good.pcapng.gz", &gzip);
    let arguments = ["inspect", "good.pcapng", "--json"];
    let plain = run(folder.path(), &arguments).text();
    assert_eq!(
        run(folder.path(), &["inspect", "good.pcapng.gz", "--json"]).text(),
        plain
    );
    for bytes in [&good, &gzip] {
        assert_eq!(
            run_with(folder.path(), &["inspect", "-", "--json"], bytes).text(),
            plain
        );
    }
    put(folder.path(), "cut.gz", &gzip[..gzip.len() / 2]);
    let cut = run(folder.path(), &["inspect", "cut.gz"]);
    assert_eq!(cut.code, 0);
    assert!(
        cut.error.contains("breaks off") && cut.text().contains("damaged"),
        "{}",
        cut.text()
    );
}

#[test]
fn several_files_are_one_capture() {
    use grainscope_capture::write::{PcapWriter, Resolution};
    use grainscope_capture::{LinkType, Reader};
    let folder = folder();
    let good = std::fs::read(folder.path().join("good.pcapng")).unwrap();
    let mut reader = Reader::new(grainscope_capture::Limits::default());
    let mut writers: Vec<PcapWriter> = (0..3)
        .map(|_| PcapWriter::new(LinkType::ETHERNET, Resolution::Nanoseconds, 0))
        .collect();
    let mut rest = good.as_slice();
    while let Some(record) = reader.next(&mut rest) {
        // A rotating capture, and a second tap that sees every seventh packet.
        let file = match record.ordinal {
            n if n % 7 == 0 => 2,
            n => usize::from(n > 700),
        };
        writers[file].packet(record.time_ns.unwrap(), record.original_len, record.data);
    }
    for (i, writer) in writers.into_iter().enumerate() {
        put(folder.path(), &format!("part{i}.pcap"), &writer.into_bytes());
    }
    let mut one = run(folder.path(), &["inspect", "good.pcapng", "--json"]).json();
    let several = ["inspect", "part1.pcap", "part2.pcap", "part0.pcap", "--json"];
    let mut three = run(folder.path(), &several).json();
    // Packets of the same nanosecond may come in another order.
    assert_eq!(one["capture"]["packets"], three["capture"]["packets"]);
    assert_eq!(
        one["flows"].as_array().unwrap().len(),
        three["flows"].as_array().unwrap().len()
    );
    for report in [&mut one, &mut three] {
        let grains = report["grains"].as_array_mut().unwrap();
        for grain in grains.iter_mut() {
            grain.as_object_mut().unwrap().remove("packets");
            grain.as_object_mut().unwrap().remove("flow");
        }
        grains.sort_by_key(|grain| grain["arrival_ns"].to_string() + &grain["meta"].to_string());
    }
    assert_eq!(one["grains"], three["grains"]);
    let mixed = run(folder.path(), &["inspect", "part0.pcap", "room.sdp"]);
    assert_eq!(mixed.code, 1);
    assert!(mixed.error.contains("room.sdp"), "{}", mixed.error);
}

#[test]
fn what_is_no_capture_is_named() {
    let folder = folder();
    put(folder.path(), "empty.pcap", b"");
    put(folder.path(), "photo.png", b"\x89PNG\r\n\x1a\n0000");
    for (file, says) in [
        ("empty.pcap", "empty"),
        ("photo.png", "PNG"),
        ("room.sdp", "text"),
        (".", "folder"),
        ("none.pcap", "No such file"),
    ] {
        for verb in ["inspect", "dump", "sdp"] {
            let ran = run(folder.path(), &[verb, file]);
            assert_eq!(ran.code, 1, "{verb} {file}");
            assert!(ran.error.contains(says) && ran.error.contains(file), "{}", ran.error);
            assert!(ran.out.is_empty());
        }
    }
}

#[test]
fn the_session_description_is_what_was_sent() {
    use dicom_rtv::sdp::SessionDescription;
    let folder = folder();
    let written = run(folder.path(), &["sdp", "good.pcapng"]).text();
    let ours = SessionDescription::parse(&written).unwrap();
    assert!(ours.problems.is_empty(), "{:?}", ours.problems);
    let sent = SessionDescription::parse(&grainscope_simulate::example::example_sdp()).unwrap();
    for view in sent.views().filter(|view| view.media().kind == "application") {
        let same = |other: &dicom_rtv::sdp::MediaView<'_>| {
            other.media().port == view.media().port && other.connections()[0].address == view.connections()[0].address
        };
        let found = ours.views().find(same).expect("every metadata flow is described");
        let payload_type = view.payload_types().next().unwrap();
        assert_eq!(found.rtpmap(payload_type), view.rtpmap(payload_type));
        assert_eq!(found.extension_map(), view.extension_map());
        assert_eq!(found.media_clock_offset(), view.media_clock_offset());
        assert_eq!(found.connections(), view.connections());
    }
    put(folder.path(), "ours.sdp", written.as_bytes());
    let judged = run(
        folder.path(),
        &["inspect", "good.pcapng", "--sdp", "ours.sdp", "--strict"],
    );
    assert_eq!(judged.code, 0, "{}", judged.text());
}

#[test]
fn two_captures_are_compared() {
    let folder = folder();
    let same = run(folder.path(), &["compare", "good.pcapng", "good.pcapng"]).text();
    assert!(same.starts_with("No difference"), "{same}");
    let other = run(folder.path(), &["compare", "good.pcapng", "bad.pcapng"]).text();
    assert!(
        other.starts_with("DIFFERENT") && other.contains("iod.missing"),
        "{other}"
    );
    let json = run(folder.path(), &["compare", "good.pcapng", "bad.pcapng", "--json"]).json();
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["a"].is_null()));
    assert!(
        findings
            .iter()
            .any(|finding| finding["name"].as_str().unwrap().starts_with("rtp.loss"))
    );
}

#[test]
fn shells_and_packagers_are_served() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(folder.path(), &["completions", shell]).text();
        assert!(script.contains("hide-patient"), "{shell}");
    }
    let page = run(folder.path(), &["man"]).text();
    assert!(page.contains(".TH grainscope"), "{page}");
    for verb in ["inspect", "dump", "export", "sdp", "compare", "serve"] {
        let page = run(folder.path(), &["man", verb]).text();
        assert!(page.contains(&format!("grainscope\\-{verb}")), "{page}");
        let help = run(folder.path(), &[verb, "--help"]).text();
        assert!(help.contains(&format!("grainscope {verb}")), "{help}");
    }
    assert_eq!(run(folder.path(), &["man", "nothing"]).code, 2);
}
