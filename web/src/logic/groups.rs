//! Flows in the order and the groups in which the page lists them.

use grainscope_inspect::model::{Flow, FlowKind};

/// The flows of one device, or those of none.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its address, or "Other traffic".
    pub name: String,
    /// What its metadata say it is, if they do.
    pub about: String,
    /// Its flows, by index in the list of all, with a level: 1 for metadata below the flow they describe.
    pub flows: Vec<(usize, u8)>,
}

/// Name of a kind of flow for people.
#[must_use]
pub const fn kind_name(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::DicomVideo => "Video metadata",
        FlowKind::DicomAudio => "Audio metadata",
        FlowKind::DicomRendition => "Rendition",
        FlowKind::Video => "Video",
        FlowKind::Audio => "Audio",
        FlowKind::Anc => "Ancillary data",
        FlowKind::Rtp => "RTP",
        FlowKind::Rtcp => "RTCP",
        FlowKind::Ptp => "PTP",
        FlowKind::Ntp => "NTP",
        FlowKind::Snmp => "SNMP",
        FlowKind::Igmp => "IGMP",
        FlowKind::DicomUl => "DICOM association",
        FlowKind::Udp => "UDP",
        FlowKind::Tcp => "TCP",
        FlowKind::Other => "Other",
    }
}

/// An address without its port: `10.1.1.10`, `2001:db8::1`.
#[must_use]
pub fn host(endpoint: &str) -> &str {
    if let Some(rest) = endpoint.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match endpoint.rsplit_once(':') {
        // A bare IPv6 address has more than one colon and no port.
        Some((host, _)) if !host.contains(':') => host,
        _ => endpoint,
    }
}

/// Whether a flow is media or describes media; the rest is listed apart.
#[must_use]
pub const fn is_media(kind: FlowKind) -> bool {
    kind.is_rtp()
}

/// The flows by device, media devices in order of appearance, then all other traffic.
#[must_use]
pub fn groups(flows: &[Flow]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut other = Vec::new();
    let children = |id: u32| {
        flows
            .iter()
            .enumerate()
            .filter(move |(_, f)| f.describes == Some(id) && is_media(f.kind))
    };
    for (index, flow) in flows.iter().enumerate() {
        if !is_media(flow.kind) {
            other.push((index, 0));
            continue;
        }
        let described = flow.describes.and_then(|id| flows.iter().find(|f| f.id == id));
        if described.is_some_and(|d| is_media(d.kind) && d.describes.is_none() && host(&d.source) == host(&flow.source))
        {
            continue; // Listed below the flow that it describes.
        }
        let name = host(&flow.source);
        let at = groups.iter().position(|g| g.name == name).unwrap_or_else(|| {
            groups.push(Group {
                name: name.to_owned(),
                about: String::new(),
                flows: Vec::new(),
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.flows.push((index, 0));
        if flow.describes.is_none() {
            let below = children(flow.id).filter(|(_, f)| host(&f.source) == name && f.id != flow.id);
            group.flows.extend(below.map(|(i, _)| (i, 1)));
        }
    }
    for group in &mut groups {
        group.about = about(group.flows.iter().map(|(i, _)| &flows[*i]));
    }
    if !other.is_empty() {
        groups.push(Group {
            name: "Other traffic".into(),
            about: String::new(),
            flows: other,
        });
    }
    groups
}

/// Manufacturer and model, from the first flow that tells them.
fn about<'a>(flows: impl Iterator<Item = &'a Flow> + Clone) -> String {
    let fact = |name: &str| {
        let mut facts = flows.clone().flat_map(|f| f.facts.iter());
        facts
            .find(|f| f.name.starts_with(name) && !f.value.is_empty())
            .map(|f| f.value.clone())
    };
    let parts = [fact("Manufacturer"), fact("Manufacturer's Model Name")];
    let mut words: Vec<String> = parts.into_iter().flatten().collect();
    words.dedup();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::health::tests::flow;

    #[test]
    fn hosts() {
        assert_eq!(host("10.1.1.10:5004"), "10.1.1.10");
        assert_eq!(host("[2001:db8::1]:5004"), "2001:db8::1");
        assert_eq!(host("2001:db8::1"), "2001:db8::1");
        assert_eq!(host("10.1.1.10"), "10.1.1.10");
        assert_eq!(host(""), "");
    }

    #[test]
    fn metadata_stand_below_the_flow_they_describe() {
        let mut flows = vec![
            flow(0, FlowKind::DicomVideo),
            flow(1, FlowKind::Ptp),
            flow(2, FlowKind::Video),
            flow(3, FlowKind::DicomRendition),
        ];
        flows[0].describes = Some(2);
        flows[3].source = "10.1.1.20:5010".into();
        let groups = groups(&flows);
        assert_eq!(groups.len(), 3);
        assert_eq!(groups[0].flows, [(2, 0), (0, 1)]);
        assert_eq!(groups[1].flows, [(3, 0)]);
        assert_eq!(groups[2].name, "Other traffic");
        assert_eq!(groups[2].flows, [(1, 0)]);
    }

    #[test]
    fn every_flow_is_listed_once_whatever_they_describe() {
        let mut flows: Vec<_> = (0..6).map(|id| flow(id, FlowKind::DicomVideo)).collect();
        flows[0].describes = Some(0);
        flows[1].describes = Some(2);
        flows[2].describes = Some(1);
        flows[3].describes = Some(99);
        flows[4].describes = Some(3);
        let groups = groups(&flows);
        let mut listed: Vec<usize> = groups.iter().flat_map(|g| g.flows.iter().map(|f| f.0)).collect();
        listed.sort_unstable();
        assert_eq!(listed, [0, 1, 2, 3, 4, 5]);
    }
}
