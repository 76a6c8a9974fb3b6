use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::nmos::{ExtensionKind, ExtensionMap};

const ROOM: &str = "v=0
o=- 1 1 IN IP4 10.1.1.10
s=operating room
t=0 0
a=group:DUP first second
a=ts-refclk:ptp=IEEE1588-2008:traceable
a=mediaclk:direct=0
m=video 5004 RTP/AVP 96
c=IN IP4 239.20.1.1/32
a=source-filter: incl IN IP4 239.20.1.1 10.1.1.10
a=rtpmap:96 raw/90000
a=fmtp:96 sampling=YCbCr-4:2:2; width=1920; height=1080;
  exactframerate=60000/1001; interlaced; SSN=ST2110-20:2017; MAXUDP=8960;
a=mid:first
m=video 5104/2 RTP/AVP 96
c=IN IP6 ff3e::1:1/2
a=rtpmap:96 raw/90000
a=ts-refclk:localmac=1c-34-da-5a-be-34
a=mid:second
m=application 5006 RTP/AVP 104 105
i=metadata
c=IN IP4 239.20.1.2/32/3
b=AS:200
a=rtpmap:104 dicom/90000
a=rtpmap:105 dicom/48000
a=mediaclk:direct=706968530 rate=90000
a=extmap:1 urn:x-nmos:rtp-hdrext:origin-timestamp
a=extmap:2/sendonly urn:ietf:params:rtp-hdrext:smpte-tc 3600@90000/25
a=extmap:3 urn:x-ipstudio:rtp-hdrext:flow-id
a=extmap:200 urn:x-nmos:rtp-hdrext:source-id
a=extmap:4096 urn:x-nmos:rtp-hdrext:grain-flags
a=extmap:6 urn:example:other
a=extmap-allow-mixed
a=recvonly
a=ssrc:12345 cname:room
";

/// Equal but for what the reader complained about.
fn without_problems(mut session: SessionDescription) -> SessionDescription {
    session.problems.clear();
    session
}

fn assert_reads_back(session: SessionDescription) {
    let text = session.to_string();
    let again = SessionDescription::parse(&text).unwrap();
    assert_eq!(without_problems(again), without_problems(session), "{text}");
}

#[test]
fn reads_what_a_room_sends() {
    let session = SessionDescription::parse(ROOM).unwrap();
    assert_eq!(session.problems, []);
    assert_eq!(session.name, "operating room");
    assert_eq!(session.media.len(), 3);
    let first = session.view(0).unwrap();
    assert_eq!(first.connections()[0].ip(), "239.20.1.1".parse().ok());
    assert_eq!(first.connections()[0].ttl, Some(32));
    let filter = first.source_filters().next().unwrap();
    assert_eq!(
        (filter.mode, filter.sources[0].as_str()),
        (FilterMode::Include, "10.1.1.10")
    );
    let fmtp = first.fmtp(96).unwrap();
    assert_eq!(fmtp.value("Width"), Some("1920"));
    assert_eq!(fmtp.value("exactframerate"), Some("60000/1001"));
    assert_eq!(fmtp.get("interlaced").unwrap().value, None);
    assert_eq!((first.max_udp(96), first.udp_limit(96)), (Some(8960), 8960));
    assert!(first.is_st2110());
    // Inherited from the session, and not.
    assert_eq!(first.media_clock_offset(), Some(0));
    let traceable = ReferenceClock::parse("ptp=IEEE1588-2008:traceable");
    assert_eq!(first.reference_clocks().collect::<Vec<_>>(), [&traceable]);
    let second = session.view(1).unwrap();
    let mac = ReferenceClock::LocalMac([0x1c, 0x34, 0xda, 0x5a, 0xbe, 0x34]);
    assert_eq!(second.reference_clocks().collect::<Vec<_>>(), [&mac]);
    assert_eq!(
        (second.connections()[0].ttl, second.connections()[0].count),
        (None, Some(2))
    );
    assert_eq!(second.media().port_count, Some(2));
    assert_eq!(second.udp_limit(96), 1460);
    assert_eq!(first.duplicates().map(|v| v.index()).collect::<Vec<_>>(), [1]);
    assert_eq!(second.duplicates().map(|v| v.index()).collect::<Vec<_>>(), [0]);
}

#[test]
fn reads_a_metadata_section() {
    let session = SessionDescription::parse(ROOM).unwrap();
    let view = session.view(2).unwrap();
    assert_eq!(view.payload_types().collect::<Vec<_>>(), [104, 105]);
    assert!(view.rtpmap(104).unwrap().is_dicom());
    assert_eq!(view.rtpmap(105).unwrap().clock_rate, 48_000);
    assert_eq!(view.rtpmap(106), None);
    assert_eq!(view.connections()[0].count, Some(3));
    assert_eq!(view.media_clock_offset(), Some(706_968_530));
    assert!(view.allows_mixed_extensions());
    assert_eq!(view.direction(), Some(Direction::RecvOnly));
    assert_eq!(view.duplicates().count(), 0);
    let map: Vec<_> = view.extension_map().iter().collect();
    let expected = [
        (1, ExtensionKind::OriginTimestamp),
        (2, ExtensionKind::Timecode),
        (3, ExtensionKind::FlowId),
        (200, ExtensionKind::SourceId),
    ];
    assert_eq!(map, expected);
    let timecode = view.extmaps().find(|m| m.id == 2).unwrap();
    assert_eq!(timecode.direction, Some(Direction::SendOnly));
    let parameters = TimecodeParameters::parse(timecode.attributes.as_deref().unwrap()).unwrap();
    assert_eq!(
        (parameters.duration, parameters.rate, parameters.frames),
        (3600, 90_000, 25)
    );
    let drop = "1001@30000/30/drop";
    assert_eq!(TimecodeParameters::parse(drop).unwrap().to_string(), drop);
    assert_eq!(TimecodeParameters::parse("1001@30000/30/dropped"), None);
    assert_eq!(TimecodeParameters::parse("3.6e+03@90000/25"), Some(parameters));
    assert_eq!(TimecodeParameters::parse("3.6@90000/25"), None);
}

#[test]
fn writes_it_back() {
    let session = SessionDescription::parse(ROOM).unwrap();
    let text = session.to_string();
    assert!(text.contains("a=fmtp:96 sampling=YCbCr-4:2:2; width=1920; height=1080; exactframerate=60000/1001; interlaced; SSN=ST2110-20:2017; MAXUDP=8960\r\n"));
    assert!(text.contains("m=video 5104/2 RTP/AVP 96\r\nc=IN IP6 ff3e::1:1/2\r\n"));
    assert_reads_back(session);
}

#[test]
fn line_ends_and_case_of_the_world() {
    let plain = SessionDescription::parse(ROOM).unwrap();
    for text in [
        ROOM.replace('\n', "\r\n"),
        ROOM.replace('\n', "\r"),
        ROOM.replace('\n', "\n\n"),
        format!("\u{FEFF}{}", ROOM.trim_end()),
    ] {
        assert_eq!(SessionDescription::parse(&text).unwrap(), plain);
    }
}

#[test]
fn takes_what_is_malformed_and_says_so() {
    let text = "SDP:
v=0
o=- 1
s=-
x=unknown
t=0
m=application 5006 RTP/AVP 104
c=IN IP4
a=rtpmap:104 dicom
a=extmap:1
a=fmtp:
a=source-filter: only IN IP4 * 10.0.0.1
a=group:
a=mediaclk
t=0 0
m=audio
no line
a=rtpmap:97 L16/48000/2
";
    let session = SessionDescription::parse(text).unwrap();
    let lines: Vec<u32> = session.problems.iter().map(|p| p.line).collect();
    assert_eq!(lines, [1, 3, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    assert_eq!(session.name, "");
    assert_eq!(session.media.len(), 2);
    assert_eq!(session.view(1).unwrap().rtpmap(97).unwrap().channels(), Some(2));
    assert_eq!(session.media[0].attributes.len(), 6);
    assert_reads_back(session);
}

#[test]
fn refuses_what_is_no_description() {
    for text in [
        "",
        "hello",
        "a=b",
        "\u{1F4A9}=0",
        "\0\0\0",
        "GET / HTTP/1.1\r\nHost: x\r\n",
    ] {
        assert!(SessionDescription::parse(text).is_err(), "{text:?}");
    }
    assert!(SessionDescription::parse("v=0").is_ok());
    assert_eq!(
        SessionDescription::parse("m=video 1 RTP/AVP 96")
            .unwrap()
            .problems
            .len(),
        1
    );
}

#[test]
fn builds_a_metadata_flow() {
    let mut session = SessionDescription::new("one flow", "10.1.1.10".parse().unwrap());
    let rtpmap = RtpMap {
        payload_type: 104,
        encoding: "dicom".into(),
        clock_rate: 90_000,
        parameters: None,
    };
    let mut media = Media::rtp("application", 5006, rtpmap)
        .with(Attribute::ReferenceClock(ReferenceClock::parse(
            "ptp=IEEE1588-2008:ec-46-70-ff-fe-00-42-c4:0",
        )))
        .with(Attribute::MediaClock(MediaClockSource::Direct {
            offset: 0,
            rate: None,
        }));
    media
        .connections
        .push(Connection::to("239.20.2.2".parse().unwrap(), Some(32)));
    media.attributes.extend(Attribute::extmaps(&ExtensionMap::PRESET));
    session.media.push(media);
    let text = session.to_string();
    let expected = "v=0\r\no=- 1 1 IN IP4 10.1.1.10\r\ns=one flow\r\nt=0 0\r\nm=application 5006 RTP/AVP 104\r\n\
        c=IN IP4 239.20.2.2/32\r\na=rtpmap:104 dicom/90000\r\na=ts-refclk:ptp=IEEE1588-2008:ec-46-70-ff-fe-00-42-c4:0\r\n\
        a=mediaclk:direct=0\r\na=extmap:1 urn:x-nmos:rtp-hdrext:origin-timestamp\r\n";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(session.view(0).unwrap().extension_map(), ExtensionMap::PRESET);
    assert_reads_back(session);
}

#[test]
fn values_cannot_break_out_of_their_line() {
    let mut session = SessionDescription::new("a\r\nm=video 1 RTP/AVP 96", "::1".parse().unwrap());
    session.lines.push(Line {
        kind: 'i',
        value: "x\ny".into(),
    });
    let again = SessionDescription::parse(&session.to_string()).unwrap();
    assert_eq!(again.media, []);
    assert_eq!(again.lines[0].value, "x y");
}

#[test]
fn every_cut_and_many_mutations_read_back() {
    for cut in 0..ROOM.len() {
        if let Ok(session) = SessionDescription::parse(&ROOM[..cut]) {
            assert_reads_back(session);
        }
    }
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..20_000 {
        let mut bytes = ROOM.as_bytes().to_vec();
        for _ in 0..4 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = state as usize % bytes.len();
            let with = b"\r\n =:;/,-@0a\x0b\tmvrto\xC2\x85"[(state >> 40) as usize % 21];
            match (state >> 32) & 3 {
                0 => bytes[at] = with,
                1 => bytes.insert(at, with),
                2 => drop(bytes.remove(at)),
                _ => {
                    let other = (state >> 48) as usize % bytes.len();
                    bytes.swap(at, other);
                }
            }
        }
        if let Ok(session) = SessionDescription::parse(&String::from_utf8_lossy(&bytes)) {
            assert_reads_back(session);
        }
    }
}

#[test]
fn hostile_sizes_stay_bounded() {
    let media = SessionDescription::parse(&"m=\n".repeat(100_000)).unwrap();
    assert!(media.media.len() <= 16_384 && media.problems.len() <= 256);
    let folded = format!("v=0\ns=x\n{}", " y\n".repeat(10_000));
    assert_eq!(SessionDescription::parse(&folded).unwrap().name.len(), 20_001);
}
