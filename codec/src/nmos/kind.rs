//! What an extension element can mean, and the map from local ids to meanings.

use core::fmt;

/// Prefix of the URNs of the draft.
const NMOS_PREFIX: &str = "urn:x-nmos:rtp-hdrext:";
/// Prefix of the same URNs before the draft had its name (BBC IP Studio).
const IPSTUDIO_PREFIX: &str = "urn:x-ipstudio:rtp-hdrext:";
/// URN of the ST 12-1 timecode (RFC 5484 4.1).
const TIMECODE_URN: &str = "urn:ietf:params:rtp-hdrext:smpte-tc";

/// What an element means (NMOS mapping, draft 07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExtensionKind {
    /// PTP Sync Timestamp: capture or playback time, shared by Grains that belong together. 10 bytes.
    SyncTimestamp,
    /// PTP Origin Timestamp: capture time. 10 bytes.
    OriginTimestamp,
    /// SMPTE ST 12-1 timecode, full format of RFC 5484. 8 bytes.
    Timecode,
    /// Flow Identifier, a UUID. 16 bytes.
    FlowId,
    /// Source Identifier, a UUID. 16 bytes.
    SourceId,
    /// Grain Duration: numerator and denominator, in seconds. 8 bytes.
    GrainDuration,
    /// Grain Flags: S (first packet), E (last packet). 1 byte.
    GrainFlags,
}

impl ExtensionKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::SyncTimestamp,
        Self::OriginTimestamp,
        Self::Timecode,
        Self::FlowId,
        Self::SourceId,
        Self::GrainDuration,
        Self::GrainFlags,
    ];

    /// The kinds that PS3.22 6.2.1 requires on the first packet of a metadata Grain.
    pub const REQUIRED: [Self; 4] = [Self::SyncTimestamp, Self::OriginTimestamp, Self::SourceId, Self::FlowId];

    /// Bytes of the element's data.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::SyncTimestamp | Self::OriginTimestamp => 10,
            Self::Timecode | Self::GrainDuration => 8,
            Self::FlowId | Self::SourceId => 16,
            Self::GrainFlags => 1,
        }
    }

    /// Its name in the draft.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SyncTimestamp => "PTP Sync Timestamp",
            Self::OriginTimestamp => "PTP Origin Timestamp",
            Self::Timecode => "SMPTE Timecode",
            Self::FlowId => "Flow Identifier",
            Self::SourceId => "Source Identifier",
            Self::GrainDuration => "Grain Duration",
            Self::GrainFlags => "Grain Flags",
        }
    }

    /// The URN for `a=extmap`, without extension attributes.
    #[must_use]
    pub const fn urn(self) -> &'static str {
        match self {
            Self::SyncTimestamp => "urn:x-nmos:rtp-hdrext:sync-timestamp",
            Self::OriginTimestamp => "urn:x-nmos:rtp-hdrext:origin-timestamp",
            Self::Timecode => TIMECODE_URN,
            Self::FlowId => "urn:x-nmos:rtp-hdrext:flow-id",
            Self::SourceId => "urn:x-nmos:rtp-hdrext:source-id",
            Self::GrainDuration => "urn:x-nmos:rtp-hdrext:grain-duration",
            Self::GrainFlags => "urn:x-nmos:rtp-hdrext:grain-flags",
        }
    }

    /// The kind that a URN of an `a=extmap` line names, under either prefix.
    #[must_use]
    pub fn from_urn(urn: &str) -> Option<Self> {
        if urn == TIMECODE_URN {
            return Some(Self::Timecode);
        }
        let name = urn
            .strip_prefix(NMOS_PREFIX)
            .or_else(|| urn.strip_prefix(IPSTUDIO_PREFIX))?;
        match name {
            "sync-timestamp" => Some(Self::SyncTimestamp),
            "origin-timestamp" => Some(Self::OriginTimestamp),
            "flow-id" => Some(Self::FlowId),
            "source-id" => Some(Self::SourceId),
            "grain-duration" => Some(Self::GrainDuration),
            "grain-flags" => Some(Self::GrainFlags),
            _ => None,
        }
    }
}

impl fmt::Display for ExtensionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which local id (1 to 255) means what. Two ids may mean the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ExtensionMap {
    kinds: [Option<ExtensionKind>; 256],
}

impl ExtensionMap {
    /// The ids of all published captures and of the usual tools: what to fall back on without an SDP.
    pub const PRESET: Self = {
        let mut map = Self::new();
        map.kinds[1] = Some(ExtensionKind::OriginTimestamp);
        map.kinds[2] = Some(ExtensionKind::Timecode);
        map.kinds[3] = Some(ExtensionKind::FlowId);
        map.kinds[4] = Some(ExtensionKind::SourceId);
        map.kinds[5] = Some(ExtensionKind::GrainFlags);
        map.kinds[7] = Some(ExtensionKind::SyncTimestamp);
        map.kinds[9] = Some(ExtensionKind::GrainDuration);
        map
    };

    /// A map without ids.
    #[must_use]
    pub const fn new() -> Self {
        Self { kinds: [None; 256] }
    }

    /// What `id` means.
    #[inline]
    #[must_use]
    pub fn get(&self, id: u8) -> Option<ExtensionKind> {
        self.kinds.get(usize::from(id)).copied().flatten()
    }

    /// Says what `id` means. Id 0 is padding and stays without a meaning.
    pub fn set(&mut self, id: u8, kind: ExtensionKind) {
        if id == 0 {
            return;
        }
        if let Some(slot) = self.kinds.get_mut(usize::from(id)) {
            *slot = Some(kind);
        }
    }

    /// The lowest id of a kind.
    #[must_use]
    pub fn id_of(&self, kind: ExtensionKind) -> Option<u8> {
        self.iter().find(|(_, k)| *k == kind).map(|(id, _)| id)
    }

    /// The ids with their meanings, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (u8, ExtensionKind)> + '_ {
        let ids = 0..=u8::MAX;
        ids.zip(self.kinds.iter()).filter_map(|(id, kind)| Some((id, (*kind)?)))
    }

    /// Whether no id has a meaning.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Default for ExtensionMap {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ExtensionMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn urns_under_both_prefixes() {
        for kind in ExtensionKind::ALL {
            assert_eq!(ExtensionKind::from_urn(kind.urn()), Some(kind));
            let old = kind.urn().replace("x-nmos", "x-ipstudio");
            assert_eq!(ExtensionKind::from_urn(&old), Some(kind));
        }
        assert_eq!(ExtensionKind::from_urn("urn:x-nmos:rtp-hdrext:other"), None);
        assert_eq!(ExtensionKind::from_urn("urn:ietf:params:rtp-hdrext:toffset"), None);
    }

    #[test]
    fn map_keeps_what_it_is_told() {
        let mut map = ExtensionMap::new();
        assert!(map.is_empty());
        map.set(0, ExtensionKind::FlowId);
        assert!(map.is_empty());
        map.set(255, ExtensionKind::FlowId);
        map.set(14, ExtensionKind::FlowId);
        assert_eq!(map.get(255), Some(ExtensionKind::FlowId));
        assert_eq!(map.get(1), None);
        assert_eq!(map.id_of(ExtensionKind::FlowId), Some(14));
        assert_eq!(format!("{map:?}"), "{14: FlowId, 255: FlowId}");
        assert_eq!(ExtensionMap::PRESET.iter().count(), 7);
    }
}
