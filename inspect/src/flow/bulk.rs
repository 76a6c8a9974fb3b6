//! Audio, video and ancillary flows: what kind they are when no SDP says so, and their frames over time.
//!
//! Their payload is looked at only as far as its header goes.

use crate::index::NO_TIME;
use crate::model::FlowKind;

/// Packets looked at before a flow without SDP is called by a name.
const ENOUGH: u32 = 24;

/// Frames remembered of one flow: 13 hours at 60 Hz.
const FRAMES: usize = 1 << 22;

/// What the packets of an RTP flow look like so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    packets: u32,
    video: u32,
    anc: u32,
    markers: u32,
    /// Packets whose RTP timestamp went on by as much as that of the packet before, and the size that all had.
    steady: u32,
    latest: Option<u32>,
    step: u32,
    size: u32,
}

impl Evidence {
    /// Ticks between the latest two packets.
    pub(crate) const fn step(&self) -> u32 {
        self.step
    }

    /// Whether enough was seen.
    pub(crate) const fn is_enough(&self) -> bool {
        self.packets >= ENOUGH
    }

    pub(crate) fn add(&mut self, timestamp: u32, marker: bool, payload: &[u8], payload_length: u32) {
        self.packets += 1;
        self.markers += u32::from(marker);
        self.video += u32::from(is_raw_video(payload, payload_length));
        self.anc += u32::from(is_ancillary(payload, payload_length));
        if let Some(latest) = self.latest {
            let step = timestamp.wrapping_sub(latest);
            if step > 0 && (self.step == 0 || step == self.step) && (self.size == 0 || self.size == payload_length) {
                self.steady += 1;
            }
            self.step = step;
            self.size = payload_length;
        }
        self.latest = Some(timestamp);
    }

    /// What these packets are, by their form.
    pub(crate) fn kind(&self, payload_type: u8) -> FlowKind {
        let most = |n: u32| n * 10 >= self.packets * 9;
        if self.packets == 0 || payload_type < 96 {
            FlowKind::Rtp
        } else if most(self.anc) {
            FlowKind::Anc
        } else if most(self.video) {
            FlowKind::Video
        } else if self.packets >= 3 && most(self.steady + 1) && self.markers == 0 && self.is_pcm() {
            FlowKind::Audio
        } else {
            FlowKind::Rtp
        }
    }

    /// Whether the payload divides into samples of 16 or 24 bits, one to 64 channels, for each tick of the clock.
    fn is_pcm(&self) -> bool {
        if self.step == 0 || self.size == 0 || !self.size.is_multiple_of(self.step) {
            return false;
        }
        let frame = self.size / self.step;
        (2..=64 * 3).contains(&frame) && (frame.is_multiple_of(2) || frame.is_multiple_of(3))
    }
}

/// Whether a payload has the header of ST 2110-20 (RFC 4175 4.2): an extended sequence number, then one to three sample
/// row headers whose lengths add up to what follows them.
fn is_raw_video(payload: &[u8], length: u32) -> bool {
    let mut rest = payload.get(2..).unwrap_or_default();
    let (mut sum, mut headers) = (0u32, 0u32);
    while let Some((header, behind)) = rest.split_first_chunk::<6>() {
        let [l0, l1, _, _, more, _] = *header;
        sum += u32::from(u16::from_be_bytes([l0, l1]));
        headers += 1;
        rest = behind;
        if more & 0x80 == 0 {
            return sum > 0 && 2 + headers * 6 + sum == length;
        }
        if headers == 3 {
            return false;
        }
    }
    false
}

/// Whether a payload has the header of ST 2110-40 (RFC 8331 2.1): length and count of the ANC packets, and 22 zero bits.
fn is_ancillary(payload: &[u8], length: u32) -> bool {
    let Some(&[_, _, l0, l1, count, field, r0, r1]) = payload.first_chunk::<8>() else {
        return false;
    };
    let data = u32::from(u16::from_be_bytes([l0, l1]));
    field & 0x3F == 0
        && r0 == 0
        && r1 == 0
        && (count == 0) == (data == 0)
        && 8 + data <= length
        && length < 8 + data + 4
}

/// The frames of a bulk flow, to find the Grain of metadata that belongs to each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frames {
    /// RTP timestamp and arrival of each frame's first packet, in order of arrival.
    pub(crate) list: Vec<(u32, i64)>,
    latest: Option<u32>,
    /// Frames in all, also those beyond what is remembered.
    pub(crate) count: u64,
    /// First and last RTP timestamp, unwrapped from the first.
    pub(crate) range: Option<(u64, u64)>,
    first_ns: Option<i64>,
    last_ns: Option<i64>,
}

impl Frames {
    /// A packet came: whether it is the first of a new frame. `keep` says whether single frames matter (video) or only
    /// their range (audio).
    pub(crate) fn add(&mut self, timestamp: u32, time_ns: i64, keep: bool) -> bool {
        if self.latest == Some(timestamp) {
            return false;
        }
        let extended = match (self.range, self.latest) {
            (Some((_, last)), Some(latest)) => {
                last.saturating_add_signed(i64::from(timestamp.wrapping_sub(latest).cast_signed()))
            }
            // Room below, for packets that come late.
            _ => (1 << 32) | u64::from(timestamp),
        };
        let is_late = self.range.is_some_and(|(_, last)| extended < last);
        self.range = Some(
            self.range
                .map_or((extended, extended), |(a, b)| (a.min(extended), b.max(extended))),
        );
        if is_late {
            return false;
        }
        self.latest = Some(timestamp);
        if time_ns != NO_TIME {
            self.first_ns.get_or_insert(time_ns);
            self.last_ns = Some(time_ns);
        }
        self.count += 1;
        if keep && self.list.len() < FRAMES {
            self.list.push((timestamp, time_ns));
        }
        true
    }

    /// The usual rate (Hz) of audio that is nearest to what the timestamps did between the first and the last packet.
    pub(crate) fn audio_rate(&self) -> Option<u32> {
        const RATES: [u32; 3] = [44_100, 48_000, 96_000];
        let (first, last) = self.range?;
        let (from, to) = (self.first_ns?, self.last_ns?);
        let seconds = (to - from) as f64 / 1e9;
        let rate = (last - first) as f64 / seconds;
        RATES
            .into_iter()
            .find(|&usual| seconds > 0.0 && (rate / f64::from(usual) - 1.0).abs() < 0.03)
    }

    /// Whether an audio flow has samples at this RTP timestamp.
    pub(crate) fn covers(&self, timestamp: u32) -> bool {
        let (Some((first, last)), Some(latest)) = (self.range, self.latest) else {
            return false;
        };
        let extended = last.saturating_add_signed(i64::from(timestamp.wrapping_sub(latest).cast_signed()));
        first <= extended && extended <= last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_video_is_known_by_its_row_headers() {
        let mut payload = vec![0, 0, 0, 10, 0, 0, 0x80, 0, 0, 5, 0, 1, 0, 0];
        payload.extend([0; 15]);
        assert!(is_raw_video(&payload, 29));
        assert!(!is_raw_video(&payload, 30));
        assert!(!is_raw_video(&payload[..9], 29));
        // A capture that cut the packet still shows the header.
        assert!(is_raw_video(&payload[..20], 29));
    }

    #[test]
    fn audio_is_steady_and_divides_into_samples() {
        let mut evidence = Evidence::default();
        for i in 0..30u32 {
            evidence.add(i * 48, false, &[1; 288], 288);
        }
        assert_eq!(evidence.kind(97), FlowKind::Audio);
        assert_eq!(evidence.kind(0), FlowKind::Rtp, "static payload types are other media");
    }

    #[test]
    fn frames_unwrap_and_forgive_late_packets() {
        let mut frames = Frames::default();
        for timestamp in [u32::MAX - 10, 5, u32::MAX - 10, 20] {
            frames.add(timestamp, 0, true);
        }
        assert_eq!(frames.count, 3);
        assert!(frames.covers(0) && frames.covers(20) && !frames.covers(21) && !frames.covers(u32::MAX - 11));
    }
}
