//! What session descriptions say of DICOM flows (PS3.22 6.2.1, ST 2110-10 8, RFC 8285).

use core::net::IpAddr;

use dicom_rtv::nmos::ExtensionKind;
use dicom_rtv::sdp::MediaView;

use super::Id;

/// Judges the section of a DICOM flow by itself.
pub(crate) fn check(view: MediaView<'_>, payload_type: u8) -> Vec<(Id, String)> {
    let kind = view.media().kind.as_str();
    let encoding = view.rtpmap(payload_type).map(|map| map.encoding.as_str());
    if kind != "application" || !encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("dicom")) {
        let found = encoding.map_or_else(|| "no a=rtpmap".into(), |encoding| format!("a=rtpmap of {encoding}"));
        let message =
            format!("expected m=application and a=rtpmap:{payload_type} dicom/RATE, found m={kind} and {found}");
        return vec![(Id::SdpMedia, message)];
    }
    let mut found = Vec::new();
    let lacking: Vec<&str> = [
        (view.reference_clocks().next().is_none(), "a=ts-refclk"),
        (view.media_clock().is_none(), "a=mediaclk"),
    ]
    .into_iter()
    .filter_map(|(is_lacking, line)| is_lacking.then_some(line))
    .collect();
    if !lacking.is_empty() {
        found.push((
            Id::SdpTsRefclk,
            format!("expected {} in the section, found none", lacking.join(" and ")),
        ));
    }
    let map = view.extension_map();
    let unnamed: Vec<&str> = ExtensionKind::REQUIRED
        .into_iter()
        .filter(|kind| map.id_of(*kind).is_none())
        .map(|kind| kind.urn())
        .collect();
    if !unnamed.is_empty() {
        found.push((
            Id::SdpExtmap,
            format!("expected a=extmap for {}, found none", unnamed.join(", ")),
        ));
    }
    found
}

/// Judges the clock rate that an SDP gives a DICOM flow against the rates that the described flow may have.
pub(crate) fn check_rate(stated: u32, described: &[u32]) -> Option<String> {
    if described.is_empty() || described.contains(&stated) {
        return None;
    }
    let rates: Vec<String> = described.iter().map(|rate| format!("{rate} Hz")).collect();
    Some(format!(
        "expected the clock rate of the flow that it describes, {}, found {stated} Hz",
        rates.join(" or ")
    ))
}

/// A flow without a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoneFlow {
    pub(crate) slot: u32,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) payload_type: u8,
    pub(crate) is_dicom: bool,
}

/// A section without a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoneSection {
    pub(crate) name: String,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) port: u16,
    pub(crate) payload_types: Vec<u8>,
    pub(crate) is_dicom: bool,
}

/// Which of address, port and payload type agree.
fn agreement(flow: &LoneFlow, section: &LoneSection) -> [bool; 3] {
    [
        section.addresses.contains(&flow.address),
        section.port == flow.port,
        section.payload_types.contains(&flow.payload_type),
    ]
}

/// Flows and sections that were meant for each other and differ: the slot of the flow and what differs. What is left of
/// the sections was merely not captured.
pub(crate) fn pair(flows: &mut Vec<LoneFlow>, sections: &mut Vec<LoneSection>) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    // A hostile capture has any number of flows; a section is compared with each of them once.
    sections.retain(|section| {
        let fits = |flow: &LoneFlow| {
            let [address, port, payload_type] = agreement(flow, section);
            let count = u8::from(address) + u8::from(port) + u8::from(payload_type);
            // Flows of other media often have the same port and payload type in many groups.
            count == 2 && (address || flow.is_dicom && section.is_dicom)
        };
        let Some(at) = flows.iter().position(fits) else {
            return true;
        };
        let flow = flows.swap_remove(at);
        found.push((flow.slot, difference(&flow, section)));
        false
    });
    let dicom_flows: Vec<usize> = (0..flows.len()).filter(|at| flows[*at].is_dicom).collect();
    let dicom_sections: Vec<usize> = (0..sections.len()).filter(|at| sections[*at].is_dicom).collect();
    if let ([flow], [section]) = (&dicom_flows[..], &dicom_sections[..]) {
        let (flow, section) = (flows.swap_remove(*flow), sections.remove(*section));
        found.push((flow.slot, difference(&flow, &section)));
    }
    found
}

fn difference(flow: &LoneFlow, section: &LoneSection) -> String {
    let [address, port, payload_type] = agreement(flow, section);
    let mut expected = Vec::new();
    let mut seen = Vec::new();
    if !address {
        let addresses: Vec<String> = section.addresses.iter().map(ToString::to_string).collect();
        expected.push(format!("address {}", addresses.join(" or ")));
        seen.push(flow.address.to_string());
    }
    if !port {
        expected.push(format!("port {}", section.port));
        seen.push(flow.port.to_string());
    }
    if !payload_type {
        let types: Vec<String> = section.payload_types.iter().map(ToString::to_string).collect();
        expected.push(format!("payload type {}", types.join(" or ")));
        seen.push(flow.payload_type.to_string());
    }
    format!(
        "expected {} by {}, found {}",
        expected.join(", "),
        section.name,
        seen.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use dicom_rtv::sdp::SessionDescription;

    use super::*;

    const TEXT: &str = "v=0\no=- 1 1 IN IP4 10.1.1.1\ns=x\nt=0 0\nm=application 5006 RTP/AVP 104\n\
        c=IN IP4 239.20.1.2/32\na=rtpmap:104 dicom/90000\na=ts-refclk:ptp=IEEE1588-2008:traceable\na=mediaclk:direct=0\n\
        a=extmap:1 urn:x-nmos:rtp-hdrext:origin-timestamp\na=extmap:3 urn:x-nmos:rtp-hdrext:flow-id\n\
        a=extmap:4 urn:x-nmos:rtp-hdrext:source-id\na=extmap:7 urn:x-nmos:rtp-hdrext:sync-timestamp\n";

    fn ids(text: &str) -> Vec<Id> {
        let description = SessionDescription::parse(text).unwrap();
        check(description.view(0).unwrap(), 104)
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    }

    #[test]
    fn a_section_is_judged_by_itself() {
        assert_eq!(ids(TEXT), []);
        assert_eq!(ids(&TEXT.replace("dicom", "DICOM")), []);
        assert_eq!(ids(&TEXT.replace("m=application", "m=video")), [Id::SdpMedia]);
        assert_eq!(
            ids(&TEXT.replace("dicom", "raw").replace("a=mediaclk:direct=0\n", "")),
            [Id::SdpMedia]
        );
        assert_eq!(ids(&TEXT.replace("a=mediaclk:direct=0\n", "")), [Id::SdpTsRefclk]);
        assert_eq!(ids(&TEXT.replace(":flow-id", ":other")), [Id::SdpExtmap]);
        // Lines of the session count for every section.
        let lifted = TEXT
            .replace("a=mediaclk:direct=0\n", "")
            .replace("t=0 0\n", "t=0 0\na=mediaclk:direct=0\n");
        assert_eq!(ids(&lifted), []);
    }

    #[test]
    fn clock_rates() {
        assert_eq!(check_rate(90_000, &[]), None);
        assert_eq!(check_rate(90_000, &[90_000]), None);
        assert!(check_rate(48_000, &[90_000]).unwrap().contains("found 48000 Hz"));
    }

    fn flow(slot: u32, address: &str, port: u16, payload_type: u8, is_dicom: bool) -> LoneFlow {
        LoneFlow {
            slot,
            address: address.parse().unwrap(),
            port,
            payload_type,
            is_dicom,
        }
    }

    fn section(address: &str, port: u16, payload_type: u8, is_dicom: bool) -> LoneSection {
        LoneSection {
            name: "a.sdp".into(),
            addresses: vec![address.parse().unwrap()],
            port,
            payload_types: vec![payload_type],
            is_dicom,
        }
    }

    fn paired(flows: &[LoneFlow], sections: &[LoneSection]) -> (Vec<u32>, usize) {
        let mut rest = sections.to_vec();
        let found = pair(&mut flows.to_vec(), &mut rest);
        (found.into_iter().map(|(slot, _)| slot).collect(), rest.len())
    }

    #[test]
    fn what_was_meant_for_each_other_is_paired() {
        let dicom = flow(3, "239.0.0.1", 5006, 104, true);
        for other in [
            section("239.0.0.1", 5006, 105, true),
            section("239.0.0.1", 6006, 104, true),
            section("239.0.0.2", 5006, 104, true),
            // One dicom flow and one dicom section that have nothing in common.
            section("239.0.0.2", 6006, 105, true),
            section("239.0.0.1", 5006, 96, false),
        ] {
            assert_eq!(paired(std::slice::from_ref(&dicom), &[other]), (vec![3], 0));
        }
        // A video section of another group was not captured, nor one that shares nothing.
        assert_eq!(
            paired(std::slice::from_ref(&dicom), &[section("239.0.0.2", 5006, 104, false)]),
            (vec![], 1)
        );
        let video = flow(4, "239.0.0.9", 5004, 96, false);
        assert_eq!(paired(&[video], &[section("239.0.0.8", 5004, 96, false)]), (vec![], 1));
    }
}
