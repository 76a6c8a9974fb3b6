//! RTP timestamps against PTP time (RFC 7273, ST 2110-10 7), and their wrap.

use crate::time::PtpTimestamp;

const NS_PER_SECOND: i128 = 1_000_000_000;
const WRAP: u64 = 1 << 32;

/// The media clock of a flow: RTP timestamp = floor(TAI seconds × `rate`) + `offset`, modulo 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaClock {
    /// Ticks a second, as `a=rtpmap` says.
    pub rate: u32,
    /// The offset of `a=mediaclk:direct=`, in ticks; 0 in ST 2110-10.
    pub offset: u32,
}

impl MediaClock {
    /// The RTP timestamp of an instant.
    #[must_use]
    pub const fn rtp_timestamp(&self, time: PtpTimestamp) -> u32 {
        time.to_rtp(self.rate).wrapping_add(self.offset)
    }

    /// Ticks from the RTP timestamp of `time` to `rtp`: positive where `rtp` is later. Differences of 2^31 and more wrap.
    #[must_use]
    pub const fn difference(&self, rtp: u32, time: PtpTimestamp) -> i32 {
        rtp.wrapping_sub(self.rtp_timestamp(time)) as i32
    }

    /// The instant of `rtp` that is closest to `near`, which resolves the wrap of 2^32 ticks. Rounded down to
    /// nanoseconds; `near` itself where the rate is 0.
    #[must_use]
    pub fn ptp_near(&self, rtp: u32, near: PtpTimestamp) -> PtpTimestamp {
        if self.rate == 0 {
            return near;
        }
        let rate = i128::from(self.rate);
        // Seconds have 48 bits and rates 32: all of this fits 128 bits by far.
        let near_ticks = near.as_ns() * rate / NS_PER_SECOND;
        let ticks = (near_ticks + i128::from(self.difference(rtp, near))).max(0);
        let seconds = ticks / rate;
        // Up, so that going back to ticks with floor gives the same tick.
        let ns = ((ticks % rate) * NS_PER_SECOND + rate - 1) / rate;
        let carry = ns / NS_PER_SECOND;
        PtpTimestamp {
            seconds: u64::try_from(seconds + carry).unwrap_or(u64::MAX),
            nanoseconds: u32::try_from(ns % NS_PER_SECOND).unwrap_or(0),
        }
    }

    /// The offset that makes `rtp` the RTP timestamp of `time`: what a stream without SDP lets one learn.
    #[must_use]
    pub const fn offset_of(rtp: u32, time: PtpTimestamp, rate: u32) -> u32 {
        rtp.wrapping_sub(time.to_rtp(rate))
    }
}

/// Extends 32-bit RTP timestamps to 64 bits. The low 32 bits of what it gives are those it was given.
///
/// Each timestamp is taken as the one closest to the timestamp before it, so steps backward work as well. It starts at
/// 2^32 plus the first timestamp, to leave room for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimestampUnwrapper {
    last: Option<u64>,
}

impl TimestampUnwrapper {
    /// An unwrapper that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { last: None }
    }

    /// Extends the next timestamp.
    #[inline]
    pub const fn push(&mut self, timestamp: u32) -> u64 {
        let extended = match self.last {
            None => WRAP + timestamp as u64,
            Some(last) => {
                let step = timestamp.wrapping_sub(last as u32) as i32;
                match last.checked_add_signed(step as i64) {
                    Some(extended) => extended,
                    // Below the first possible value, or above the last: one wrap further keeps the low bits.
                    None => (last ^ (last as u32 as u64)).wrapping_add(timestamp as u64),
                }
            }
        };
        self.last = Some(extended);
        extended
    }

    /// The timestamp extended last.
    #[must_use]
    pub const fn last(&self) -> Option<u64> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_as_a_known_sender_did() {
        // An ST 2110-30 sender of 48 kHz at 1724943228.343008611 s TAI sent 3190395472.
        let time = PtpTimestamp::from_ns(1_724_943_228_343_008_611);
        let clock = MediaClock {
            rate: 48_000,
            offset: 0,
        };
        assert_eq!(clock.rtp_timestamp(time), 3_190_395_472);
        assert_eq!(clock.difference(3_190_395_474, time), 2);
        assert_eq!(clock.difference(3_190_395_470, time), -2);
        assert_eq!(MediaClock::offset_of(3_190_395_479, time, 48_000), 7);
    }

    #[test]
    fn finds_the_instant_of_a_timestamp_again() {
        let near = PtpTimestamp::from_ns(1_767_526_074_000_000_000);
        for rate in [44_100, 48_000, 90_000, 96_000, u32::MAX] {
            for offset in [0, 1, 706_968_530, u32::MAX] {
                let clock = MediaClock { rate, offset };
                let base = clock.rtp_timestamp(near);
                for step in [0_i32, 1, -1, 12_345, -12_345, i32::MAX, -i32::MAX] {
                    let rtp = base.wrapping_add_signed(step);
                    let found = clock.ptp_near(rtp, near);
                    if rate < 1_000_000_000 {
                        assert_eq!(
                            clock.rtp_timestamp(found),
                            rtp,
                            "rate {rate} offset {offset} step {step}"
                        );
                    }
                }
            }
        }
        let still = MediaClock { rate: 0, offset: 5 };
        assert_eq!(still.ptp_near(9, near), near);
        assert_eq!(still.rtp_timestamp(near), 5);
    }

    #[test]
    fn unwraps_forward_and_backward() {
        let mut unwrapper = TimestampUnwrapper::new();
        let first = unwrapper.push(0xFFFF_FFF0);
        assert_eq!(first, WRAP + 0xFFFF_FFF0);
        assert_eq!(unwrapper.push(0x10), first + 0x20);
        assert_eq!(unwrapper.push(0xFFFF_FFFF), first + 0x0F);
        assert_eq!(unwrapper.last(), Some(first + 0x0F));
    }

    #[test]
    fn unwrapping_backward_for_ever_keeps_the_low_bits() {
        let mut unwrapper = TimestampUnwrapper::new();
        let mut timestamp = 5_u32;
        for _ in 0..20 {
            assert_eq!(unwrapper.push(timestamp) as u32, timestamp);
            timestamp = timestamp.wrapping_sub(0x7FFF_FFFF);
        }
        let mut near_the_end = TimestampUnwrapper {
            last: Some(u64::MAX - 1),
        };
        assert_eq!(near_the_end.push(7) as u32, 7);
    }
}
