//! Session descriptions (SDP, RFC 8866) with what ST 2110 and NMOS add: media clocks (RFC 7273), source filters
//! (RFC 4570), header extension maps (RFC 8285) and duplicate groups (RFC 7104).
//!
//! The reader takes what equipment sends: it never stops at a bad line, keeps lines and attributes it does not know,
//! and lists what is wrong in [`SessionDescription::problems`]. `Display` writes a description, and reading that gives
//! the same description again.
//!
//! ```
//! use dicom_rtv::sdp::SessionDescription;
//!
//! let text = "v=0\r\no=- 1 1 IN IP4 10.1.1.10\r\ns=room\r\nt=0 0\r\n\
//!             m=application 5006 RTP/AVP 104\r\nc=IN IP4 239.20.1.2/32\r\na=rtpmap:104 dicom/90000\r\n";
//! let session = SessionDescription::parse(text)?;
//! let view = session.view(0).unwrap();
//! assert_eq!(view.rtpmap(104).unwrap().clock_rate, 90_000);
//! assert_eq!(session.to_string(), text);
//! # Ok::<(), dicom_rtv::Error>(())
//! ```

mod attribute;
mod clock;
mod read;
#[cfg(test)]
mod tests;
mod view;
mod write;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

pub use attribute::{
    Attribute, Direction, ExtMap, FilterMode, Fmtp, Group, Parameter, RtpMap, SourceFilter, TimecodeParameters,
};
pub use clock::{MediaClockSource, PtpSource, ReferenceClock};
pub use view::MediaView;

/// A session description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionDescription {
    /// o=
    pub origin: Option<Origin>,
    /// s=; empty for `-`.
    pub name: String,
    /// c= at session level, which counts for media without their own.
    pub connections: Vec<Connection>,
    /// b=, as `AS:200`.
    pub bandwidths: Vec<String>,
    /// t= with its r= lines.
    pub times: Vec<Time>,
    /// a= at session level.
    pub attributes: Vec<Attribute>,
    /// i=, u=, e=, p=, z=, k= and lines of unknown types, in the order in which they are written.
    pub lines: Vec<Line>,
    /// m= sections.
    pub media: Vec<Media>,
    /// What the reader found wrong. Not written.
    pub problems: Vec<Problem>,
}

/// One m= section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `video`, `audio`, `application`, …
    pub kind: String,
    /// UDP port.
    pub port: u16,
    /// Number of ports, where the line says one.
    pub port_count: Option<u16>,
    /// `RTP/AVP`, …
    pub protocol: String,
    /// Formats; for RTP the payload types.
    pub formats: Vec<String>,
    /// c= of this section.
    pub connections: Vec<Connection>,
    /// b= of this section.
    pub bandwidths: Vec<String>,
    /// a= of this section.
    pub attributes: Vec<Attribute>,
    /// i=, k= and lines of unknown types.
    pub lines: Vec<Line>,
}

/// o=
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// User name; `-` for none.
    pub username: String,
    /// Session id, a number.
    pub session_id: String,
    /// Session version, a number.
    pub session_version: String,
    /// `IN`.
    pub network_type: String,
    /// `IP4` or `IP6`.
    pub address_type: String,
    /// Address or name of the sender.
    pub address: String,
}

/// c=
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// `IN`.
    pub network_type: String,
    /// `IP4` or `IP6`.
    pub address_type: String,
    /// Address or name, without what follows the slash.
    pub address: String,
    /// Time to live of IPv4 multicast.
    pub ttl: Option<u8>,
    /// Number of consecutive addresses.
    pub count: Option<u32>,
}

/// t= with its r= lines: seconds since 1900, 0 0 for a permanent session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Start.
    pub start: u64,
    /// End.
    pub stop: u64,
    /// The values of the r= lines.
    pub repeats: Vec<String>,
}

/// A line that is kept as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The letter before `=`.
    pub kind: char,
    /// What follows.
    pub value: String,
}

/// Something wrong in the text of a session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// One sentence.
    pub text: &'static str,
}

impl Connection {
    /// The address, where it is not a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    /// A connection to an address; `ttl` for IPv4 multicast only.
    #[must_use]
    pub fn to(address: IpAddr, ttl: Option<u8>) -> Self {
        Self {
            network_type: "IN".into(),
            address_type: if address.is_ipv4() { "IP4" } else { "IP6" }.into(),
            address: alloc::format!("{address}"),
            ttl: ttl.filter(|_| address.is_ipv4()),
            count: None,
        }
    }
}

impl SessionDescription {
    /// A permanent session without media, sent from `address`.
    #[must_use]
    pub fn new(name: impl Into<String>, address: IpAddr) -> Self {
        Self {
            origin: Some(Origin {
                username: "-".into(),
                session_id: "1".into(),
                session_version: "1".into(),
                network_type: "IN".into(),
                address_type: if address.is_ipv4() { "IP4" } else { "IP6" }.into(),
                address: alloc::format!("{address}"),
            }),
            name: name.into(),
            times: Vec::from([Time::default()]),
            ..Self::default()
        }
    }

    /// The groups of media (a=group).
    pub fn groups(&self) -> impl Iterator<Item = &Group> + '_ {
        self.attributes.iter().filter_map(|a| match a {
            Attribute::Group(group) => Some(group),
            _ => None,
        })
    }

    /// One m= section together with what it inherits from the session.
    #[must_use]
    pub fn view(&self, index: usize) -> Option<MediaView<'_>> {
        let media = self.media.get(index)?;
        Some(MediaView::new(self, media, index))
    }

    /// All m= sections together with what they inherit.
    pub fn views(&self) -> impl Iterator<Item = MediaView<'_>> + '_ {
        (0..self.media.len()).filter_map(|index| self.view(index))
    }
}

impl Media {
    /// A section for RTP with one payload type and its a=rtpmap.
    #[must_use]
    pub fn rtp(kind: impl Into<String>, port: u16, rtpmap: RtpMap) -> Self {
        Self {
            kind: kind.into(),
            port,
            protocol: "RTP/AVP".into(),
            formats: Vec::from([alloc::format!("{}", rtpmap.payload_type)]),
            attributes: Vec::from([Attribute::RtpMap(rtpmap)]),
            ..Self::default()
        }
    }

    /// The same section with another attribute.
    #[must_use]
    pub fn with(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }
}
