//! What the header extension says about a Grain.

use core::fmt;

use uuid::Uuid;

use super::{ExtensionKind, ExtensionMap};
use crate::rtp::Extension;
use crate::time::PtpTimestamp;

const START_BIT: u8 = 0x80;
const END_BIT: u8 = 0x40;

/// Grain Flags: which packet of its Grain this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GrainFlags {
    /// S: the first packet.
    pub start: bool,
    /// E: the last packet.
    pub end: bool,
}

impl GrainFlags {
    /// The flags of their byte; the six reserved bits are ignored.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        Self {
            start: byte & START_BIT != 0,
            end: byte & END_BIT != 0,
        }
    }

    /// Their byte, reserved bits zero.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        (if self.start { START_BIT } else { 0 }) | (if self.end { END_BIT } else { 0 })
    }
}

/// Grain Duration: a fraction of seconds. A numerator of 0 marks an event without duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrainDuration {
    /// Seconds times `denominator`.
    pub numerator: u32,
    /// Parts of a second. 0 breaks the format and is kept as it stands.
    pub denominator: u32,
}

impl GrainDuration {
    /// The duration of its eight bytes.
    #[must_use]
    pub const fn from_bytes(b: [u8; 8]) -> Self {
        Self {
            numerator: u32::from_be_bytes([b[0], b[1], b[2], b[3]]),
            denominator: u32::from_be_bytes([b[4], b[5], b[6], b[7]]),
        }
    }

    /// Its eight bytes, big-endian.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        let n = self.numerator.to_be_bytes();
        let d = self.denominator.to_be_bytes();
        [n[0], n[1], n[2], n[3], d[0], d[1], d[2], d[3]]
    }

    /// Nanoseconds, rounded down; `None` for a denominator of 0.
    #[must_use]
    pub const fn as_ns(self) -> Option<u64> {
        (self.numerator as u64 * 1_000_000_000).checked_div(self.denominator as u64)
    }
}

impl fmt::Display for GrainDuration {
    /// As `1920/48000 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} s", self.numerator, self.denominator)
    }
}

/// Identity and timing of a Grain, as the header extension of one packet tells it. What is absent is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Identity {
    /// PTP Sync Timestamp.
    pub sync: Option<PtpTimestamp>,
    /// PTP Origin Timestamp.
    pub origin: Option<PtpTimestamp>,
    /// Source Identifier.
    pub source_id: Option<Uuid>,
    /// Flow Identifier.
    pub flow_id: Option<Uuid>,
    /// Grain Flags.
    pub flags: Option<GrainFlags>,
    /// Grain Duration.
    pub duration: Option<GrainDuration>,
    /// SMPTE ST 12-1 timecode, the eight bytes of RFC 5484.
    pub timecode: Option<[u8; 8]>,
}

impl Identity {
    /// Reads the elements that `map` knows. An element whose length is not that of its kind is passed over; of two
    /// elements of one kind the first counts.
    #[inline]
    #[must_use]
    pub fn read(extension: &Extension<'_>, map: &ExtensionMap) -> Self {
        let mut identity = Self::default();
        for element in extension.elements() {
            if let Some(kind) = map.get(element.id) {
                identity.take(kind, element.data);
            }
        }
        identity
    }

    #[inline]
    fn take(&mut self, kind: ExtensionKind, data: &[u8]) {
        match kind {
            ExtensionKind::SyncTimestamp => keep(&mut self.sync, data, PtpTimestamp::from_bytes),
            ExtensionKind::OriginTimestamp => keep(&mut self.origin, data, PtpTimestamp::from_bytes),
            ExtensionKind::Timecode => keep(&mut self.timecode, data, |bytes| bytes),
            ExtensionKind::FlowId => keep(&mut self.flow_id, data, Uuid::from_bytes),
            ExtensionKind::SourceId => keep(&mut self.source_id, data, Uuid::from_bytes),
            ExtensionKind::GrainDuration => keep(&mut self.duration, data, GrainDuration::from_bytes),
            ExtensionKind::GrainFlags => keep(&mut self.flags, data, |[byte]| GrainFlags::from_byte(byte)),
        }
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a kind is there.
    #[must_use]
    pub const fn has(&self, kind: ExtensionKind) -> bool {
        match kind {
            ExtensionKind::SyncTimestamp => self.sync.is_some(),
            ExtensionKind::OriginTimestamp => self.origin.is_some(),
            ExtensionKind::Timecode => self.timecode.is_some(),
            ExtensionKind::FlowId => self.flow_id.is_some(),
            ExtensionKind::SourceId => self.source_id.is_some(),
            ExtensionKind::GrainDuration => self.duration.is_some(),
            ExtensionKind::GrainFlags => self.flags.is_some(),
        }
    }

    /// The kinds that PS3.22 6.2.1 requires and that are absent.
    pub fn missing(&self) -> impl Iterator<Item = ExtensionKind> + '_ {
        ExtensionKind::REQUIRED.into_iter().filter(|kind| !self.has(*kind))
    }

    /// The data of the element of `kind`, of [`ExtensionKind::length`] bytes, handed to `write` where there are some.
    pub(crate) fn with_bytes<R>(&self, kind: ExtensionKind, write: impl FnOnce(&[u8]) -> R) -> Option<R> {
        match kind {
            ExtensionKind::SyncTimestamp => self.sync.map(|t| write(&t.to_bytes())),
            ExtensionKind::OriginTimestamp => self.origin.map(|t| write(&t.to_bytes())),
            ExtensionKind::Timecode => self.timecode.map(|t| write(&t)),
            ExtensionKind::FlowId => self.flow_id.map(|u| write(u.as_bytes())),
            ExtensionKind::SourceId => self.source_id.map(|u| write(u.as_bytes())),
            ExtensionKind::GrainDuration => self.duration.map(|d| write(&d.to_bytes())),
            ExtensionKind::GrainFlags => self.flags.map(|f| write(&[f.to_byte()])),
        }
    }
}

#[inline]
fn keep<T, const N: usize>(slot: &mut Option<T>, data: &[u8], read: impl FnOnce([u8; N]) -> T) {
    if slot.is_none()
        && let Ok(bytes) = <[u8; N]>::try_from(data)
    {
        *slot = Some(read(bytes));
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::rtp::RtpPacket;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// First packet of a real NMOS audio Grain (payload left out).
    const AUDIO_FIRST: &str = "906696549a47c3df6ad38af7 bede0011 19000056a89f3b1c9c3800
        3fb9d69df4a0d64b388fea86bcef99b3ac 4f7ad23e98dbdd4dce9dd35cce9d5be723 5080
        79000056a89f3b1c9c3800 97000007800000bb80 0000";
    /// The only packet of a real NMOS ancillary data Grain (payload left out).
    const ANC: &str = "90ea41ab648e6ab45b280ea7 bede0013 19000058072e9f1c9c3800
        3fdb3bd4652772484f8fac830b0471258b 4f0e635152e5014d4ebb879f3fe05eb79a 50c0
        270308080100000001 79000058072e9f1c9c3800 97000003e8000061a8 000001";

    #[test]
    fn reads_a_real_audio_grain() {
        let packet = bytes(AUDIO_FIRST);
        let packet = RtpPacket::parse(&packet).unwrap();
        assert_eq!((packet.sequence_number(), packet.timestamp()), (38484, 2_588_394_463));
        assert_eq!(
            (packet.ssrc(), packet.payload_type(), packet.marker()),
            (0x6ad3_8af7, 102, false)
        );
        let identity = Identity::read(&packet.extension().unwrap(), &ExtensionMap::PRESET);
        let time = PtpTimestamp {
            seconds: 1_453_891_387,
            nanoseconds: 480_000_000,
        };
        assert_eq!(identity.sync, Some(time));
        assert_eq!(identity.origin, Some(time));
        assert_eq!(identity.flow_id, "b9d69df4-a0d6-4b38-8fea-86bcef99b3ac".parse().ok());
        assert_eq!(identity.source_id, "7ad23e98-dbdd-4dce-9dd3-5cce9d5be723".parse().ok());
        assert_eq!(
            identity.flags,
            Some(GrainFlags {
                start: true,
                end: false
            })
        );
        let duration = GrainDuration {
            numerator: 1920,
            denominator: 48_000,
        };
        assert_eq!(identity.duration, Some(duration));
        assert_eq!(duration.as_ns(), Some(40_000_000));
        assert_eq!(identity.timecode, None);
        assert_eq!(identity.missing().count(), 0);
    }

    #[test]
    fn reads_a_real_ancillary_grain() {
        let mut packet = bytes(ANC);
        packet.push(0xd7);
        let packet = RtpPacket::parse(&packet).unwrap();
        assert_eq!((packet.sequence_number(), packet.timestamp()), (16811, 1_687_055_028));
        assert!(packet.marker());
        let identity = Identity::read(&packet.extension().unwrap(), &ExtensionMap::PRESET);
        assert_eq!(identity.flags, Some(GrainFlags { start: true, end: true }));
        assert_eq!(identity.timecode, Some([3, 8, 8, 1, 0, 0, 0, 1]));
        assert_eq!(identity.flow_id, "db3bd465-2772-484f-8fac-830b0471258b".parse().ok());
        assert_eq!(identity.duration.and_then(GrainDuration::as_ns), Some(40_000_000));
    }

    #[test]
    fn passes_over_wrong_lengths_and_repeats() {
        let packet = bytes("90680001 00000000 00000000 bede0004 1100aa 50c0 5080 3100bb 000000000000");
        let packet = RtpPacket::parse(&packet).unwrap();
        let identity = Identity::read(&packet.extension().unwrap(), &ExtensionMap::PRESET);
        let flags = Some(GrainFlags { start: true, end: true });
        assert_eq!(
            identity,
            Identity {
                flags,
                ..Identity::default()
            }
        );
        assert_eq!(identity.missing().collect::<Vec<_>>(), ExtensionKind::REQUIRED);
        assert!(!identity.is_empty());
    }

    #[test]
    fn flags_and_durations_go_both_ways() {
        for byte in 0..=u8::MAX {
            assert_eq!(GrainFlags::from_byte(byte).to_byte(), byte & 0xC0);
        }
        let odd = GrainDuration::from_bytes([0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(odd.as_ns(), None);
        assert_eq!(odd.to_bytes(), [0, 0, 0, 1, 0, 0, 0, 0]);
    }
}
