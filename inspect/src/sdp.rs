//! Session descriptions, and which of their sections describes which flow.

use core::net::IpAddr;

use dicom_rtv::sdp::{MediaView, SessionDescription};
use grainscope_capture::frame::Endpoint;

use crate::model::FlowKind;

/// A media section of one of the session's descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SectionRef {
    pub(crate) description: u32,
    pub(crate) media: u32,
}

/// The descriptions that a session knows.
#[derive(Debug, Default)]
pub(crate) struct Descriptions {
    list: Vec<(String, SessionDescription)>,
    /// Names of files that could not be read, and why.
    pub(crate) refused: Vec<(String, String)>,
}

impl Descriptions {
    pub(crate) fn add(&mut self, name: String, text: &str) -> Result<(), String> {
        match SessionDescription::parse(text) {
            Ok(description) => {
                self.list.push((name, description));
                Ok(())
            }
            Err(error) => {
                let why = error.to_string();
                self.refused.push((name, why.clone()));
                Err(why)
            }
        }
    }

    pub(crate) fn sections(&self) -> impl Iterator<Item = (SectionRef, &str, MediaView<'_>)> {
        self.list.iter().enumerate().flat_map(|(d, (name, description))| {
            (0..description.media.len()).filter_map(move |m| {
                let view = description.view(m)?;
                Some((
                    SectionRef {
                        description: d as u32,
                        media: m as u32,
                    },
                    name.as_str(),
                    view,
                ))
            })
        })
    }

    pub(crate) fn view(&self, section: SectionRef) -> Option<MediaView<'_>> {
        self.list
            .get(section.description as usize)?
            .1
            .view(section.media as usize)
    }

    /// The section for a destination and payload type.
    pub(crate) fn find(&self, destination: Endpoint, payload_type: u8) -> Option<SectionRef> {
        self.sections()
            .find(|(_, _, view)| {
                view.media().port == destination.port
                    && view.payload_types().any(|pt| pt == payload_type)
                    && addresses(*view).any(|addr| addr == destination.addr)
            })
            .map(|(section, _, _)| section)
    }

    /// A section in words: "or.sdp, m=application 5006".
    pub(crate) fn name(&self, section: SectionRef) -> Option<String> {
        let (name, _) = self.list.get(section.description as usize)?;
        let view = self.view(section)?;
        Some(format!(
            "{name}, m={} {}",
            view.media().kind.as_str(),
            view.media().port
        ))
    }
}

/// The addresses of a section's connection lines.
pub(crate) fn addresses(view: MediaView<'_>) -> impl Iterator<Item = IpAddr> {
    view.connections().iter().filter_map(|c| c.address.parse().ok())
}

/// What a section says that a payload type carries.
pub(crate) fn kind(view: MediaView<'_>, payload_type: u8) -> FlowKind {
    let encoding = view
        .rtpmap(payload_type)
        .map(|map| map.encoding.to_ascii_lowercase())
        .unwrap_or_default();
    match (view.media().kind.as_str(), encoding.as_str()) {
        (_, "dicom") => FlowKind::DicomVideo,
        (_, "smpte291") => FlowKind::Anc,
        ("video", _) => FlowKind::Video,
        ("audio", _) => FlowKind::Audio,
        _ => FlowKind::Rtp,
    }
}
