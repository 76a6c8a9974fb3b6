//! One section together with what it inherits from the session.

use super::{
    Attribute, Connection, Direction, ExtMap, Fmtp, Media, MediaClockSource, ReferenceClock, RtpMap,
    SessionDescription, SourceFilter,
};
use crate::nmos::ExtensionMap;
use crate::rtp::{EXTENDED_UDP_LIMIT, STANDARD_UDP_LIMIT};

/// One m= section. Attributes of the session count where the section has none of that kind.
#[derive(Clone, Copy, Debug)]
pub struct MediaView<'a> {
    session: &'a SessionDescription,
    media: &'a Media,
    index: usize,
}

impl<'a> MediaView<'a> {
    pub(super) const fn new(session: &'a SessionDescription, media: &'a Media, index: usize) -> Self {
        Self { session, media, index }
    }

    /// The section itself.
    #[must_use]
    pub const fn media(&self) -> &'a Media {
        self.media
    }

    /// Its place among the sections, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The payload types, for RTP.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + 'a {
        self.media.formats.iter().filter_map(|format| format.parse().ok())
    }

    /// c= of the section, else of the session.
    #[must_use]
    pub fn connections(&self) -> &'a [Connection] {
        if self.media.connections.is_empty() {
            &self.session.connections
        } else {
            &self.media.connections
        }
    }

    /// What a payload type stands for.
    #[must_use]
    pub fn rtpmap(&self, payload_type: u8) -> Option<&'a RtpMap> {
        self.media.attributes.iter().find_map(|a| match a {
            Attribute::RtpMap(map) if map.payload_type == payload_type => Some(map),
            _ => None,
        })
    }

    /// The parameters of a payload type.
    #[must_use]
    pub fn fmtp(&self, payload_type: u8) -> Option<&'a Fmtp> {
        self.media.attributes.iter().find_map(|a| match a {
            Attribute::Fmtp(fmtp) if fmtp.format.parse() == Ok(payload_type) => Some(fmtp),
            _ => None,
        })
    }

    /// MAXUDP of a payload type, as it stands (ST 2110-10 6.4).
    #[must_use]
    pub fn max_udp(&self, payload_type: u8) -> Option<u32> {
        self.fmtp(payload_type)?.value("MAXUDP")?.parse().ok()
    }

    /// Bytes of a UDP datagram at most, its header included: MAXUDP up to 8960, else 1460 (ST 2110-10 6.3, 6.4).
    #[must_use]
    pub fn udp_limit(&self, payload_type: u8) -> usize {
        let limit = self.max_udp(payload_type).and_then(|limit| usize::try_from(limit).ok());
        limit.map_or(STANDARD_UDP_LIMIT, |limit| limit.min(EXTENDED_UDP_LIMIT))
    }

    /// Whether the section speaks of ST 2110: a media clock, a reference clock, or SSN in its parameters.
    #[must_use]
    pub fn is_st2110(&self) -> bool {
        self.media_clock().is_some()
            || self.reference_clocks().next().is_some()
            || self.media.attributes.iter().any(|a| match a {
                Attribute::Fmtp(fmtp) => fmtp.value("SSN").is_some_and(|ssn| ssn.starts_with("ST2110")),
                _ => false,
            })
    }

    /// a=extmap of the section and of the session; an id of the section comes first.
    pub fn extmaps(&self) -> impl Iterator<Item = &'a ExtMap> + use<'a> {
        let all = self.media.attributes.iter().chain(&self.session.attributes);
        all.filter_map(|a| match a {
            Attribute::ExtMap(map) => Some(map),
            _ => None,
        })
    }

    /// The ids whose URI is one of the NMOS mapping.
    #[must_use]
    pub fn extension_map(&self) -> ExtensionMap {
        let mut map = ExtensionMap::new();
        for line in self.extmaps() {
            if let (Some(kind), Ok(id)) = (line.kind(), u8::try_from(line.id))
                && map.get(id).is_none()
            {
                map.set(id, kind);
            }
        }
        map
    }

    /// a=extmap-allow-mixed, of the section or the session.
    #[must_use]
    pub fn allows_mixed_extensions(&self) -> bool {
        self.pick(|a| matches!(a, Attribute::ExtMapAllowMixed).then_some(()))
            .next()
            .is_some()
    }

    /// a=ts-refclk; several name alternatives.
    pub fn reference_clocks(&self) -> impl Iterator<Item = &'a ReferenceClock> + use<'a> {
        self.pick(|a| match a {
            Attribute::ReferenceClock(clock) => Some(clock),
            _ => None,
        })
    }

    /// a=mediaclk.
    #[must_use]
    pub fn media_clock(&self) -> Option<&'a MediaClockSource> {
        self.pick(|a| match a {
            Attribute::MediaClock(clock) => Some(clock),
            _ => None,
        })
        .next()
    }

    /// The offset of a=mediaclk:direct, modulo 2^32.
    #[must_use]
    pub fn media_clock_offset(&self) -> Option<u32> {
        match self.media_clock()? {
            MediaClockSource::Direct { offset, .. } => Some(*offset as u32),
            _ => None,
        }
    }

    /// a=source-filter.
    pub fn source_filters(&self) -> impl Iterator<Item = &'a SourceFilter> + use<'a> {
        self.pick(|a| match a {
            Attribute::SourceFilter(filter) => Some(filter),
            _ => None,
        })
    }

    /// a=sendonly and the like.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.pick(|a| match a {
            Attribute::Direction(direction) => Some(*direction),
            _ => None,
        })
        .next()
    }

    /// a=mid.
    #[must_use]
    pub fn mid(&self) -> Option<&'a str> {
        self.media.attributes.iter().find_map(|a| match a {
            Attribute::Mid(mid) => Some(mid.as_str()),
            _ => None,
        })
    }

    /// The sections that carry the same packets on another path: a=group:DUP (RFC 7104, ST 2022-7).
    pub fn duplicates(&self) -> impl Iterator<Item = MediaView<'a>> + use<'a> {
        let (session, own, index) = (self.session, self.mid(), self.index);
        let group = session
            .groups()
            .filter(|g| g.semantics == "DUP")
            .find(|g| own.is_some_and(|own| g.mids.iter().any(|mid| mid == own)));
        session.views().filter(move |view| {
            let is_in_group = |mid: &str| group.is_some_and(|g| g.mids.iter().any(|m| m == mid));
            view.index != index && view.mid().is_some_and(is_in_group)
        })
    }

    /// The attributes of one kind: those of the section if it has some, else those of the session.
    fn pick<T, F>(self, select: F) -> impl Iterator<Item = T> + use<'a, T, F>
    where
        T: 'a,
        F: Fn(&'a Attribute) -> Option<T> + 'a,
    {
        let has_own = self.media.attributes.iter().any(|a| select(a).is_some());
        let attributes = if has_own {
            &self.media.attributes
        } else {
            &self.session.attributes
        };
        attributes.iter().filter_map(select)
    }
}
