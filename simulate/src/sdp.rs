//! The session description of a scenario (RFC 8866, ST 2110-10 8, PS3.22 6.2.1).

use std::net::{IpAddr, SocketAddr};

use dicom_rtv::nmos::{ExtensionKind, ExtensionMap};
use dicom_rtv::rtp::STANDARD_UDP_LIMIT;
use dicom_rtv::sdp::{
    Attribute, Connection, FilterMode, Fmtp, Group, Line, Media, MediaClockSource, Parameter, RtpMap,
    SessionDescription, SourceFilter,
};

use crate::flow::{Audio, Content, Flow, Metadata, RtpOptions, Video};
use crate::scenario::Scenario;
use crate::time::Period;

/// The SDP object of all Flows as text, as a device or its site would publish it.
#[must_use]
pub fn sdp(scenario: &Scenario) -> String {
    session(scenario).to_string()
}

/// The SDP object of all Flows.
#[must_use]
pub fn session(scenario: &Scenario) -> SessionDescription {
    let origin = scenario
        .devices
        .first()
        .map_or(IpAddr::from([127, 0, 0, 1]), |device| device.address);
    let mut session = SessionDescription::new(&scenario.name, origin);
    if let Some(origin) = &mut session.origin {
        origin.session_id = scenario.start.seconds.to_string();
        origin.session_version.clone_from(&origin.session_id);
    }
    for (number, flow) in scenario.flows.iter().enumerate() {
        let Some(second_path) = flow.second_path else {
            session.media.push(section(scenario, flow, flow.destination));
            continue;
        };
        // The two paths of ST 2022-7 (RFC 7104).
        let mids = ["a", "b"].map(|path| format!("{number}{path}"));
        for (mid, destination) in mids.iter().zip([flow.destination, second_path]) {
            session
                .media
                .push(section(scenario, flow, destination).with(Attribute::Mid(mid.clone())));
        }
        session.attributes.push(Attribute::Group(Group {
            semantics: "DUP".into(),
            mids: mids.into(),
        }));
    }
    session
}

fn section(scenario: &Scenario, flow: &Flow, destination: SocketAddr) -> Media {
    let (kind, encoding, parameters, format) = match &flow.content {
        Content::Video(video) => ("video", "raw".into(), None, video_format(flow, *video)),
        Content::Audio(audio) => audio_format(flow, *audio),
        Content::Metadata(metadata) => ("application", "dicom".into(), None, metadata_format(flow, metadata)),
    };
    let rtpmap = RtpMap {
        payload_type: flow.payload_type,
        encoding,
        clock_rate: flow.clock_rate,
        parameters,
    };
    let mut media = Media::rtp(kind, destination.port(), rtpmap);
    media.lines.push(Line {
        kind: 'i',
        value: flow.label.clone(),
    });
    let group = destination.ip();
    media
        .connections
        .push(Connection::to(group, group.is_multicast().then_some(scenario.ttl)));
    media.attributes.extend(format);
    if group.is_multicast() {
        let source = scenario.devices[flow.device].address;
        media.attributes.push(Attribute::SourceFilter(SourceFilter {
            mode: FilterMode::Include,
            network_type: "IN".into(),
            address_type: if group.is_ipv4() { "IP4" } else { "IP6" }.into(),
            destination: group.to_string(),
            sources: vec![source.to_string()],
        }));
    }
    media.attributes.push(Attribute::ReferenceClock(scenario.clock.clone()));
    media.attributes.push(Attribute::MediaClock(MediaClockSource::Direct {
        offset: u64::from(flow.media_clock_offset),
        rate: None,
    }));
    if let Content::Metadata(metadata) = &flow.content {
        media
            .attributes
            .extend(Attribute::extmaps(&sent_extensions(&metadata.rtp)));
    }
    media
}

/// ST 2110-20 7.2.
fn video_format(flow: &Flow, video: Video) -> Option<Attribute> {
    let Period { numerator, denominator } = flow.period;
    let rate = if numerator == 1 {
        denominator.to_string()
    } else {
        format!("{denominator}/{numerator}")
    };
    let (width, height, depth) = (video.width, video.height, video.depth);
    parameters(
        flow,
        &[
            ("sampling", "YCbCr-4:2:2"),
            ("width", &width.to_string()),
            ("height", &height.to_string()),
            ("exactframerate", &rate),
            ("depth", &depth.to_string()),
            ("TCS", "SDR"),
            ("colorimetry", "BT709"),
            ("PM", "2110GPM"),
            ("SSN", "ST2110-20:2017"),
            ("TP", "2110TPW"),
        ],
    )
}

/// ST 2110-30 6.2.
fn audio_format(flow: &Flow, audio: Audio) -> (&'static str, String, Option<String>, Option<Attribute>) {
    let ptime = Attribute::Other {
        name: "ptime".into(),
        value: Some(flow.period.milliseconds().to_string()),
    };
    (
        "audio",
        format!("L{}", audio.bits),
        Some(audio.channels.to_string()),
        Some(ptime),
    )
}

fn metadata_format(flow: &Flow, metadata: &Metadata) -> Option<Attribute> {
    let limit = metadata.rtp.udp_limit;
    if usize::from(limit) > STANDARD_UDP_LIMIT {
        parameters(flow, &[("MAXUDP", &limit.to_string())])
    } else {
        None
    }
}

fn parameters(flow: &Flow, parameters: &[(&str, &str)]) -> Option<Attribute> {
    Some(Attribute::Fmtp(Fmtp {
        format: flow.payload_type.to_string(),
        parameters: parameters
            .iter()
            .map(|(key, value)| Parameter {
                key: (*key).into(),
                value: Some((*value).into()),
            })
            .collect(),
    }))
}

/// The ids of the elements that are really sent.
fn sent_extensions(rtp: &RtpOptions) -> ExtensionMap {
    let mut sent = ExtensionMap::new();
    for (id, kind) in rtp.extension_map.iter() {
        let is_sent = match kind {
            ExtensionKind::GrainFlags => rtp.grain_flags,
            ExtensionKind::GrainDuration => rtp.grain_duration,
            ExtensionKind::Timecode => false,
            _ => true,
        };
        if is_sent {
            sent.set(id, kind);
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Addressing, Options};

    fn room(change: impl FnOnce(&mut Options)) -> Scenario {
        let mut options = Options::default();
        change(&mut options);
        Scenario::operating_room(&options)
    }

    #[test]
    fn what_is_written_is_read_again() {
        for scenario in [room(|_| ()), room(|options| options.addressing = Addressing::V6)] {
            let read = SessionDescription::parse(&sdp(&scenario)).unwrap();
            assert_eq!(read.problems, []);
            assert_eq!(read, session(&scenario));
            for (view, flow) in read.views().zip(&scenario.flows) {
                let rtpmap = view.rtpmap(flow.payload_type).unwrap();
                assert_eq!(
                    (rtpmap.clock_rate, rtpmap.is_dicom()),
                    (flow.clock_rate, flow.metadata().is_some())
                );
                assert_eq!(view.connections()[0].ip(), Some(flow.destination.ip()));
                assert_eq!(view.media_clock_offset(), Some(0));
                let map = ExtensionMap::PRESET;
                let kinds = ExtensionKind::REQUIRED.map(|kind| view.extension_map().id_of(kind) == map.id_of(kind));
                assert_eq!(kinds, [flow.metadata().is_some(); 4]);
            }
        }
    }

    #[test]
    fn a_second_path_and_a_larger_limit_are_declared() {
        let mut scenario = room(|options| options.rtp.udp_limit = 8960);
        scenario.flows[1].second_path = Some(([239, 22, 9, 9], 5006).into());
        let read = SessionDescription::parse(&sdp(&scenario)).unwrap();
        assert_eq!(read.media.len(), 8);
        let view = read.view(1).unwrap();
        assert_eq!(view.max_udp(104), Some(8960));
        let paths: Vec<_> = view.duplicates().flat_map(|view| view.connections().to_vec()).collect();
        assert!(
            paths.iter().any(|connection| connection.address == "239.22.9.9"),
            "{paths:?}"
        );
    }
}
