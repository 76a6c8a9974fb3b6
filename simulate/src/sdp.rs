//! The session description of a scenario (RFC 8866, ST 2110-10 8, PS3.22 6.2.1).

use std::fmt::Write as _;
use std::net::IpAddr;

use crate::flow::{Content, Flow, Metadata};
use crate::scenario::Scenario;

/// The SDP object of all Flows, as a device or its site would publish it.
#[must_use]
pub fn sdp(scenario: &Scenario) -> String {
    let mut out = String::new();
    let origin = scenario
        .devices
        .first()
        .map_or(IpAddr::from([127, 0, 0, 1]), |device| device.address);
    line(&mut out, "v=0");
    line(
        &mut out,
        &format!("o=- {0} {0} IN {1} {origin}", scenario.start.seconds, family(origin)),
    );
    line(&mut out, &format!("s={}", scenario.name));
    line(&mut out, "t=0 0");
    if scenario.flows.iter().any(|flow| flow.second_path.is_some()) {
        for number in duplicated(scenario) {
            line(&mut out, &format!("a=group:DUP {number}a {number}b"));
        }
    }
    for (number, flow) in scenario.flows.iter().enumerate() {
        section(
            &mut out,
            scenario,
            flow,
            flow.destination,
            flow.second_path.map(|_| format!("{number}a")),
        );
        if let Some(path) = flow.second_path {
            section(&mut out, scenario, flow, path, Some(format!("{number}b")));
        }
    }
    out
}

fn duplicated(scenario: &Scenario) -> impl Iterator<Item = usize> + '_ {
    scenario
        .flows
        .iter()
        .enumerate()
        .filter(|(_, flow)| flow.second_path.is_some())
        .map(|(number, _)| number)
}

fn section(out: &mut String, scenario: &Scenario, flow: &Flow, destination: std::net::SocketAddr, mid: Option<String>) {
    let kind = match flow.content {
        Content::Video(_) => "video",
        Content::Audio(_) => "audio",
        Content::Metadata(_) => "application",
    };
    let payload_type = flow.payload_type;
    let group = destination.ip();
    line(out, &format!("m={kind} {} RTP/AVP {payload_type}", destination.port()));
    line(out, &format!("i={}", flow.label));
    let ttl = if group.is_ipv4() && group.is_multicast() {
        format!("/{}", scenario.ttl)
    } else {
        String::new()
    };
    line(out, &format!("c=IN {} {group}{ttl}", family(group)));
    if group.is_multicast() {
        let source = scenario.devices[flow.device].address;
        line(
            out,
            &format!("a=source-filter: incl IN {} {group} {source}", family(group)),
        );
    }
    line(out, &format!("a=rtpmap:{payload_type} {}", encoding(flow)));
    for attribute in format_attributes(flow) {
        line(out, &attribute);
    }
    let mut grandmaster = String::new();
    for (i, byte) in scenario.clock.grandmaster.iter().enumerate() {
        let dash = if i == 0 { "" } else { "-" };
        let _ = write!(grandmaster, "{dash}{byte:02X}");
    }
    line(
        out,
        &format!("a=ts-refclk:ptp=IEEE1588-2008:{grandmaster}:{}", scenario.clock.domain),
    );
    line(out, &format!("a=mediaclk:direct={}", flow.media_clock_offset));
    if let Content::Metadata(metadata) = &flow.content {
        extension_map(out, metadata);
    }
    if let Some(mid) = mid {
        line(out, &format!("a=mid:{mid}"));
    }
}

fn encoding(flow: &Flow) -> String {
    let rate = flow.clock_rate;
    match &flow.content {
        Content::Video(_) => format!("raw/{rate}"),
        Content::Audio(audio) => format!("L{}/{rate}/{}", audio.bits, audio.channels),
        Content::Metadata(_) => format!("dicom/{rate}"),
    }
}

/// What `a=fmtp` and its like say of the media.
fn format_attributes(flow: &Flow) -> Vec<String> {
    let payload_type = flow.payload_type;
    match &flow.content {
        Content::Video(video) => {
            let period = flow.period;
            let rate = if period.numerator == 1 {
                period.denominator.to_string()
            } else {
                format!("{}/{}", period.denominator, period.numerator)
            };
            vec![format!(
                "a=fmtp:{payload_type} sampling=YCbCr-4:2:2; width={}; height={}; exactframerate={rate}; depth={}; \
                 TCS=SDR; colorimetry=BT709; PM=2110GPM; SSN=ST2110-20:2017; TP=2110TPW",
                video.width, video.height, video.depth
            )]
        }
        Content::Audio(_) => vec![format!("a=ptime:{}", flow.period.milliseconds())],
        Content::Metadata(metadata) if metadata.rtp.udp_limit > 1460 => {
            vec![format!("a=fmtp:{payload_type} MAXUDP={}", metadata.rtp.udp_limit)]
        }
        Content::Metadata(_) => Vec::new(),
    }
}

fn extension_map(out: &mut String, metadata: &Metadata) {
    use dicom_rtv::nmos::ExtensionKind;
    for (id, kind) in metadata.rtp.extension_map.iter() {
        let sent = match kind {
            ExtensionKind::GrainFlags => metadata.rtp.grain_flags,
            ExtensionKind::GrainDuration => metadata.rtp.grain_duration,
            ExtensionKind::Timecode => false,
            _ => true,
        };
        if sent {
            line(out, &format!("a=extmap:{id} {}", kind.urn()));
        }
    }
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\r\n");
}
