//! Attributes (a=) that media over IP uses, typed; all others as they stand.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{MediaClockSource, ReferenceClock};
use crate::nmos::{ExtensionKind, ExtensionMap};

/// One a= line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attribute {
    /// a=rtpmap (RFC 8866 6.6).
    RtpMap(RtpMap),
    /// a=fmtp (RFC 8866 6.15).
    Fmtp(Fmtp),
    /// a=extmap (RFC 8285 8).
    ExtMap(ExtMap),
    /// a=extmap-allow-mixed: one-byte and two-byte forms in one stream (RFC 8285 6).
    ExtMapAllowMixed,
    /// a=ts-refclk (RFC 7273 4).
    ReferenceClock(ReferenceClock),
    /// a=mediaclk (RFC 7273 5).
    MediaClock(MediaClockSource),
    /// a=source-filter (RFC 4570).
    SourceFilter(SourceFilter),
    /// a=mid: the name of a section (RFC 5888).
    Mid(String),
    /// a=group (RFC 5888; DUP: RFC 7104).
    Group(Group),
    /// a=sendrecv, a=sendonly, a=recvonly, a=inactive.
    Direction(Direction),
    /// Any other.
    Other {
        /// Its name.
        name: String,
        /// What follows the colon.
        value: Option<String>,
    },
}

/// a=rtpmap: what a payload type stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpMap {
    /// Payload type.
    pub payload_type: u8,
    /// Encoding name: `dicom`, `raw`, `L24`.
    pub encoding: String,
    /// Ticks a second.
    pub clock_rate: u32,
    /// What follows the second slash: the number of channels of audio.
    pub parameters: Option<String>,
}

/// a=fmtp: parameters of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fmtp {
    /// The format: a payload type.
    pub format: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
}

/// One parameter of a=fmtp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub key: String,
    /// What follows `=`; `None` for a flag such as `interlaced`.
    pub value: Option<String>,
}

/// a=extmap: what an id of a header extension element means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtMap {
    /// 1 to 14 in the one-byte form, 1 to 255 in the two-byte form, 4096 to 4351 in offers.
    pub id: u16,
    /// Direction, where the line says one.
    pub direction: Option<Direction>,
    /// URI of the extension.
    pub uri: String,
    /// Extension attributes: what follows the URI.
    pub attributes: Option<String>,
}

/// Extension attributes of the ST 12-1 timecode, as `3600@90000/25` (RFC 5484 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimecodeParameters {
    /// Duration of a frame, in ticks of `rate`.
    pub duration: u32,
    /// Ticks a second.
    pub rate: u32,
    /// Frames that a second of the timecode counts.
    pub frames: u32,
    /// Drop-frame counting.
    pub is_drop: bool,
}

/// Direction of a stream or extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// From the describer.
    SendOnly,
    /// To the describer.
    RecvOnly,
    /// Neither.
    Inactive,
}

/// a=source-filter: which sources of a destination are meant (RFC 4570).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFilter {
    /// Whether these or all others.
    pub mode: FilterMode,
    /// `IN`.
    pub network_type: String,
    /// `IP4`, `IP6` or `*`.
    pub address_type: String,
    /// Destination address, `*` for all.
    pub destination: String,
    /// Source addresses.
    pub sources: Vec<String>,
}

/// Whether a source filter names what it lets through or what it keeps out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterMode {
    /// `incl`
    Include,
    /// `excl`
    Exclude,
}

/// a=group: sections that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `DUP` for ST 2022-7, `LS`, `BUNDLE`, …
    pub semantics: String,
    /// The a=mid names of its sections.
    pub mids: Vec<String>,
}

impl Attribute {
    /// The attribute of what follows `a=`, and a problem where a known one is malformed; it is kept as
    /// [`Other`](Self::Other) then.
    pub(super) fn parse(text: &str) -> (Self, Option<&'static str>) {
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value.trim())),
            None => (text, None),
        };
        let known = match (name, value) {
            ("rtpmap", Some(v)) => RtpMap::parse(v).map(Self::RtpMap),
            ("fmtp", Some(v)) => Fmtp::parse(v).map(Self::Fmtp),
            ("extmap", Some(v)) => ExtMap::parse(v).map(Self::ExtMap),
            ("extmap-allow-mixed", None) => Some(Self::ExtMapAllowMixed),
            ("ts-refclk", Some(v)) => Some(Self::ReferenceClock(ReferenceClock::parse(v))),
            ("mediaclk", Some(v)) => Some(Self::MediaClock(MediaClockSource::parse(v))),
            ("source-filter", Some(v)) => SourceFilter::parse(v).map(Self::SourceFilter),
            ("mid", Some(v)) => Some(Self::Mid(v.into())),
            ("group", Some(v)) => Group::parse(v).map(Self::Group),
            ("rtpmap" | "fmtp" | "extmap" | "ts-refclk" | "mediaclk" | "source-filter" | "mid" | "group", None) => None,
            (_, None) if Direction::parse(name).is_some() => Direction::parse(name).map(Self::Direction),
            _ => return (Self::other(name, value), None),
        };
        match known {
            Some(attribute) => (attribute, None),
            None => (Self::other(name, value), Some(malformed(name))),
        }
    }

    fn other(name: &str, value: Option<&str>) -> Self {
        Self::Other {
            name: name.into(),
            value: value.map(String::from),
        }
    }

    /// The a=extmap lines of a map. Ids of the timecode lack their attributes, which only the sender knows.
    pub fn extmaps(map: &ExtensionMap) -> impl Iterator<Item = Self> + '_ {
        map.iter().map(|(id, kind)| {
            Self::ExtMap(ExtMap {
                id: u16::from(id),
                direction: None,
                uri: kind.urn().into(),
                attributes: None,
            })
        })
    }
}

fn malformed(name: &str) -> &'static str {
    match name {
        "rtpmap" => "a=rtpmap is not \"PT ENCODING/RATE[/PARAMETERS]\"",
        "fmtp" => "a=fmtp is not \"FORMAT PARAMETERS\"",
        "extmap" => "a=extmap is not \"ID[/DIRECTION] URI [ATTRIBUTES]\"",
        "source-filter" => "a=source-filter is not \"incl|excl NETTYPE ADDRTYPE DESTINATION SOURCE…\"",
        "group" => "a=group has no semantics",
        _ => "the attribute has no value",
    }
}

impl RtpMap {
    fn parse(value: &str) -> Option<Self> {
        let (payload_type, rest) = value.split_once([' ', '\t'])?;
        let mut parts = rest.trim().splitn(3, '/');
        Some(Self {
            payload_type: payload_type.parse().ok()?,
            encoding: parts.next().filter(|e| !e.is_empty())?.into(),
            clock_rate: parts.next()?.parse().ok()?,
            parameters: parts.next().map(String::from),
        })
    }

    /// Channels of an audio encoding: 1 where the line does not say.
    #[must_use]
    pub fn channels(&self) -> Option<u32> {
        self.parameters.as_deref().map_or(Some(1), |p| p.parse().ok())
    }

    /// Whether this is the DICOM Metadata Essence: subtype `dicom` (PS3.22 6.2.1).
    #[must_use]
    pub fn is_dicom(&self) -> bool {
        self.encoding.eq_ignore_ascii_case("dicom")
    }
}

impl Fmtp {
    fn parse(value: &str) -> Option<Self> {
        let (format, rest) = value.split_once([' ', '\t']).unwrap_or((value, ""));
        let parameters = rest.split(';').map(str::trim).filter(|p| !p.is_empty());
        (!format.is_empty()).then(|| Self {
            format: format.into(),
            parameters: parameters.map(Parameter::parse).collect(),
        })
    }

    /// The first parameter of a name; upper and lower case are the same.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.key.eq_ignore_ascii_case(key))
    }

    /// The value of the first parameter of a name.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.as_deref()
    }
}

impl Parameter {
    fn parse(text: &str) -> Self {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim().into())),
            None => (text, None),
        };
        Self { key: key.into(), value }
    }
}

impl ExtMap {
    fn parse(value: &str) -> Option<Self> {
        let (id, rest) = value.split_once([' ', '\t'])?;
        let (id, direction) = match id.split_once('/') {
            Some((id, direction)) => (id, Some(Direction::parse(direction)?)),
            None => (id, None),
        };
        let rest = rest.trim();
        let (uri, attributes) = match rest.split_once([' ', '\t']) {
            Some((uri, attributes)) => (uri, Some(attributes.trim().into())),
            None => (rest, None),
        };
        (!uri.is_empty()).then_some(())?;
        Some(Self {
            id: id.parse().ok()?,
            direction,
            uri: uri.into(),
            attributes,
        })
    }

    /// What the URI means, if it is one of the NMOS mapping.
    #[must_use]
    pub fn kind(&self) -> Option<ExtensionKind> {
        ExtensionKind::from_urn(&self.uri)
    }
}

impl TimecodeParameters {
    /// Reads the extension attributes of an `smpte-tc` line: `DURATION@RATE/FRAMES[/drop]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (duration, rest) = text.trim().split_once('@')?;
        let mut parts = rest.split('/');
        let rate = parts.next()?.parse().ok()?;
        let frames = parts.next()?.parse().ok()?;
        let is_drop = match parts.next() {
            None => false,
            Some("drop") => true,
            Some(_) => return None,
        };
        Some(Self {
            duration: duration.parse().ok().or_else(|| whole(duration))?,
            rate,
            frames,
            is_drop,
        })
        .filter(|_| parts.next().is_none())
    }
}

/// A whole number in scientific notation: `3.6e+03` is on the wire, too.
fn whole(text: &str) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    let whole = number as u32;
    (f64::from(whole) == number).then_some(whole)
}

impl Direction {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "sendrecv" => Some(Self::SendRecv),
            "sendonly" => Some(Self::SendOnly),
            "recvonly" => Some(Self::RecvOnly),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }
}

impl SourceFilter {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let mode = match words.next()? {
            "incl" => FilterMode::Include,
            "excl" => FilterMode::Exclude,
            _ => return None,
        };
        let filter = Self {
            mode,
            network_type: words.next()?.into(),
            address_type: words.next()?.into(),
            destination: words.next()?.into(),
            sources: words.map(String::from).collect(),
        };
        (!filter.sources.is_empty()).then_some(filter)
    }
}

impl Group {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        Some(Self {
            semantics: words.next()?.into(),
            mids: words.map(String::from).collect(),
        })
    }
}

impl fmt::Display for Attribute {
    /// What follows `a=`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RtpMap(map) => {
                write!(f, "rtpmap:{} {}/{}", map.payload_type, map.encoding, map.clock_rate)?;
                map.parameters.as_ref().map_or(Ok(()), |p| write!(f, "/{p}"))
            }
            Self::Fmtp(fmtp) => {
                write!(f, "fmtp:{}", fmtp.format)?;
                for (i, parameter) in fmtp.parameters.iter().enumerate() {
                    f.write_str(if i == 0 { " " } else { "; " })?;
                    f.write_str(&parameter.key)?;
                    parameter.value.as_ref().map_or(Ok(()), |v| write!(f, "={v}"))?;
                }
                Ok(())
            }
            Self::ExtMap(map) => {
                write!(f, "extmap:{}", map.id)?;
                map.direction.map_or(Ok(()), |d| write!(f, "/{d}"))?;
                write!(f, " {}", map.uri)?;
                map.attributes.as_ref().map_or(Ok(()), |a| write!(f, " {a}"))
            }
            Self::ExtMapAllowMixed => f.write_str("extmap-allow-mixed"),
            Self::ReferenceClock(clock) => write!(f, "ts-refclk:{clock}"),
            Self::MediaClock(clock) => write!(f, "mediaclk:{clock}"),
            Self::SourceFilter(filter) => {
                let mode = match filter.mode {
                    FilterMode::Include => "incl",
                    FilterMode::Exclude => "excl",
                };
                let (network, address) = (&filter.network_type, &filter.address_type);
                write!(f, "source-filter: {mode} {network} {address} {}", filter.destination)?;
                filter.sources.iter().try_for_each(|source| write!(f, " {source}"))
            }
            Self::Mid(mid) => write!(f, "mid:{mid}"),
            Self::Group(group) => {
                write!(f, "group:{}", group.semantics)?;
                group.mids.iter().try_for_each(|mid| write!(f, " {mid}"))
            }
            Self::Direction(direction) => write!(f, "{direction}"),
            Self::Other { name, value: None } => f.write_str(name),
            Self::Other {
                name,
                value: Some(value),
            } => write!(f, "{name}:{value}"),
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        })
    }
}

impl fmt::Display for TimecodeParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drop = if self.is_drop { "/drop" } else { "" };
        write!(f, "{}@{}/{}{drop}", self.duration, self.rate, self.frames)
    }
}
