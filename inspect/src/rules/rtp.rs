//! What the RTP header and its extension say of a Grain (PS3.22 6.2.1).

use dicom_rtv::PtpTimestamp;
use dicom_rtv::nmos::Identity;
use dicom_rtv::rtp::MediaClock;
use uuid::Uuid;

use super::Id;
use super::ledger::Verdict;

/// The profile of the one-byte form (RFC 8285 4.2).
const ONE_BYTE: u16 = 0xBEDE;

/// The header extension of a Grain's first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstExtension {
    /// The first packet is not there.
    Unknown,
    /// It has none.
    Absent,
    /// It has one: its profile, and whether elements can be read from it.
    Present { profile: u16, is_readable: bool },
}

/// What the payload says that the extension must say, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    /// (0002,0035).
    pub(crate) source_id: Option<Uuid>,
    /// (0002,0036).
    pub(crate) flow_id: Option<Uuid>,
    /// (0034,0007).
    pub(crate) origin: Option<PtpTimestamp>,
}

/// The clock that RTP timestamps follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Ticks a second.
    pub(crate) rate: Option<u32>,
    /// The offset of a=mediaclk, or the one that the flow showed.
    pub(crate) offset: Option<u32>,
}

/// Judges the payload type, which every packet of a flow has in common.
pub(crate) fn check_payload_type(payload_type: u8, verdict: &mut Verdict<'_>) {
    if payload_type < 96 {
        verdict.breaks(Id::PayloadType, || {
            format!("expected a payload type from 96 to 127, found {payload_type}")
        });
    } else if payload_type < 98 {
        verdict.breaks(Id::PayloadTypeDiscouraged, || {
            format!("expected another payload type than 96 (video) and 97 (audio), found {payload_type}")
        });
    }
}

/// Judges the extension of a Grain's first packet, and whether the payload agrees with it.
pub(crate) fn check_extension(
    extension: FirstExtension,
    identity: &Identity,
    stated: &Stated,
    verdict: &mut Verdict<'_>,
) {
    let FirstExtension::Present { profile, is_readable } = extension else {
        if extension == FirstExtension::Absent {
            verdict.breaks(Id::ExtensionMissing, || {
                "expected a header extension on the first packet of the Grain, found none".into()
            });
        }
        return;
    };
    if profile != ONE_BYTE {
        verdict.breaks(Id::ExtensionProfile, || {
            format!("expected a header extension of profile 0xBEDE, found 0x{profile:04X}")
        });
    }
    if is_readable && identity.missing().next().is_some() {
        verdict.breaks(Id::IdentityMissing, || {
            let names: Vec<&str> = identity.missing().map(|kind| kind.name()).collect();
            format!("expected {} in the header extension, found none", names.join(" and "))
        });
    }
    for (what, tag, ours, theirs) in [
        ("Source Identifier", "(0002,0035)", stated.source_id, identity.source_id),
        ("Flow Identifier", "(0002,0036)", stated.flow_id, identity.flow_id),
    ] {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours != theirs
        {
            verdict.breaks(Id::MetaIdentityMismatch, || {
                format!("expected {tag} to be the {what} of the header extension, {theirs}, found {ours}")
            });
        }
    }
    if let (Some(ours), Some(theirs)) = (stated.origin, identity.origin)
        && ours != theirs
    {
        verdict.breaks(Id::DynamicOriginMismatch, || {
            format!("expected (0034,0007) to be the origin timestamp of the header extension, {theirs}, found {ours}")
        });
    }
}

/// Judges the RTP timestamp against the sync timestamp, where both and the clock are known.
pub(crate) fn check_timestamp(
    rtp_timestamp: u32,
    sync: Option<PtpTimestamp>,
    clock: Clock,
    ticks: u32,
    verdict: &mut Verdict<'_>,
) {
    if let (Some(sync), Some(rate), Some(offset)) = (sync, clock.rate, clock.offset) {
        let clock = MediaClock { rate, offset };
        let difference = clock.difference(rtp_timestamp, sync);
        if difference.unsigned_abs() > ticks {
            verdict.breaks(Id::Timestamp, || {
                format!(
                    "expected RTP timestamp {} for sync timestamp {sync} at {rate} Hz, found {rtp_timestamp}, {difference:+} ticks",
                    clock.rtp_timestamp(sync)
                )
            });
        }
    }
}

/// The offset that most of these RTP timestamps have from their sync timestamps: what a flow without a=mediaclk shows.
pub(crate) fn offset(samples: &[(u32, PtpTimestamp)], rate: u32) -> Option<u32> {
    let mut offsets = samples
        .iter()
        .map(|&(rtp, sync)| MediaClock::offset_of(rtp, sync, rate));
    let first = offsets.next()?;
    let mut steps: Vec<i32> = offsets.map(|offset| offset.wrapping_sub(first).cast_signed()).collect();
    steps.push(0);
    steps.sort_unstable();
    let median = steps.get(steps.len() / 2).copied()?;
    Some(first.wrapping_add_signed(median))
}

/// The usual clock rate that RTP timestamps follow, going by their sync timestamps; `None` if it is none of them.
pub(crate) fn measured_rate(samples: &[(u32, PtpTimestamp)]) -> Option<u32> {
    const USUAL: [u32; 4] = [90_000, 48_000, 44_100, 96_000];
    let (first, last) = (samples.first()?, samples.last()?);
    let ns = last.1.as_ns() - first.1.as_ns();
    // Half a second tells the usual rates apart; after hours the timestamp has wrapped.
    if !(500_000_000..40_000_000_000_000).contains(&ns) {
        return None;
    }
    let ticks = f64::from(last.0.wrapping_sub(first.0));
    let rate = ticks / (ns as f64 / 1e9);
    USUAL
        .into_iter()
        .find(|usual| (rate / f64::from(*usual) - 1.0).abs() < 1e-3)
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Texts;
    use super::super::{Id, RuleSet};
    use super::*;

    fn broken(check: impl FnOnce(&mut Verdict<'_>)) -> RuleSet {
        let mut texts = Texts::default();
        let mut verdict = Verdict {
            broken: RuleSet::EMPTY,
            texts: &mut texts,
        };
        check(&mut verdict);
        verdict.broken
    }

    #[test]
    fn payload_types_at_their_limits() {
        let of = |payload_type| broken(|v| check_payload_type(payload_type, v));
        assert_eq!(of(95), RuleSet::of(&[Id::PayloadType]));
        assert_eq!(of(96), RuleSet::of(&[Id::PayloadTypeDiscouraged]));
        assert_eq!(of(97), RuleSet::of(&[Id::PayloadTypeDiscouraged]));
        assert!(of(98).is_empty() && of(127).is_empty());
    }

    #[test]
    fn timestamps_wrap_and_have_two_ticks_of_room() {
        // 2^32 ticks of 90 kHz are 47721.858844 s.
        for seconds in [0, 47_721, 47_722, 1_767_526_074] {
            let sync = PtpTimestamp::from_ns(seconds * 1_000_000_000);
            let clock = Clock {
                rate: Some(90_000),
                offset: Some(7),
            };
            let exact = sync.to_rtp(90_000).wrapping_add(7);
            for (step, is_fine) in [(0, true), (2, true), (-2, true), (3, false), (-3, false)] {
                let found = broken(|v| check_timestamp(exact.wrapping_add_signed(step), Some(sync), clock, 2, v));
                assert_eq!(found.is_empty(), is_fine, "{seconds} s {step:+}");
            }
        }
    }

    #[test]
    fn offset_and_rate_are_learned() {
        let samples: Vec<(u32, PtpTimestamp)> = (0..40u64)
            .map(|i| {
                let sync = PtpTimestamp::from_ns(47_721_000_000_000 + i * 40_000_000);
                let fault = if i == 0 { 500 } else { 0 };
                (sync.to_rtp(48_000).wrapping_add(1000 + fault), sync)
            })
            .collect();
        assert_eq!(offset(&samples, 48_000), Some(1000));
        assert_eq!(measured_rate(&samples[1..]), Some(48_000));
        assert_eq!(measured_rate(&samples[..5]), None, "too short to tell");
    }

    #[test]
    fn no_extension_is_one_finding() {
        let id = Some(Uuid::from_u128(1));
        let stated = Stated {
            source_id: id,
            flow_id: id,
            origin: Some(PtpTimestamp::from_ns(5)),
        };
        let of = |extension| broken(|v| check_extension(extension, &Identity::default(), &stated, v));
        assert_eq!(of(FirstExtension::Absent), RuleSet::of(&[Id::ExtensionMissing]));
        assert!(of(FirstExtension::Unknown).is_empty());
        let two_byte = FirstExtension::Present {
            profile: 0x1000,
            is_readable: true,
        };
        assert_eq!(of(two_byte), RuleSet::of(&[Id::ExtensionProfile, Id::IdentityMissing]));
    }
}
