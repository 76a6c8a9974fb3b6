//! Timestamps of pcapng: ticks of any decimal or binary fraction of a second, from any origin (pcapng 4.2).

/// if_tsresol and if_tsoffset of one interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    tick: Tick,
    offset_ns: i128,
}

/// What one tick is worth. The first two are all but all captures, and cost one multiplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    /// This many nanoseconds.
    Nanoseconds(u64),
    /// One of this many parts of a nanosecond.
    Part(u128),
    /// 2 to the power of minus this many seconds.
    Binary(u32),
}

const NS_PER_SECOND: u32 = 1_000_000_000;
/// if_tsresol: the most significant bit says that the exponent's base is 2.
const BINARY: u8 = 0x80;

impl Clock {
    /// The clock of an interface that has neither option: microseconds since 1970.
    pub(crate) const DEFAULT_RESOLUTION: u8 = 6;

    pub(crate) fn new(resolution: u8, offset_s: i64) -> Self {
        let exponent = u32::from(resolution & !BINARY);
        let tick = if resolution & BINARY != 0 {
            Tick::Binary(exponent)
        } else if exponent <= 9 {
            Tick::Nanoseconds(10u64.pow(9 - exponent))
        } else {
            // No 64-bit count of ticks finer than 10^-47 s reaches a nanosecond.
            Tick::Part(10u128.checked_pow(exponent - 9).unwrap_or(u128::MAX))
        };
        Self {
            tick,
            offset_ns: i128::from(offset_s) * i128::from(NS_PER_SECOND),
        }
    }

    /// Nanoseconds since 1970 UTC; `None` where 64 bits cannot hold them.
    #[inline]
    pub(crate) fn time_ns(self, ticks: u64) -> Option<i64> {
        let ns = match self.tick {
            Tick::Nanoseconds(worth) if self.offset_ns == 0 => {
                return i64::try_from(ticks.checked_mul(worth)?).ok();
            }
            // Each of these products is below 2^94 (a billion is below 2^30).
            Tick::Nanoseconds(worth) => u128::from(ticks) * u128::from(worth),
            Tick::Part(parts) => u128::from(ticks) / parts,
            Tick::Binary(exponent) => (u128::from(ticks) * u128::from(NS_PER_SECOND)) >> exponent,
        };
        i64::try_from(i128::try_from(ns).ok()?.checked_add(self.offset_ns)?).ok()
    }

    /// Decimals of a second that it takes to write a tick, at most 9.
    pub(crate) fn digits(resolution: u8) -> u8 {
        let exponent = resolution & !BINARY;
        if resolution & BINARY == 0 {
            return exponent.min(9);
        }
        // ceil(exponent × log10 2), and 2^30 passes a billion.
        u8::try_from((u32::from(exponent.min(30)) * 30_103).div_ceil(100_000))
            .unwrap_or(9)
            .min(9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_and_binary_ticks_become_nanoseconds() {
        let cases = [
            (6, 0, 1_340_954_905_298_858, Some(1_340_954_905_298_858_000)),
            (9, 0, 1_340_954_905_298_858_123, Some(1_340_954_905_298_858_123)),
            (0, 0, 7, Some(7_000_000_000)),
            (3, 5, 1_500, Some(6_500_000_000)),
            (3, -2, 1_500, Some(-500_000_000)),
            (12, 0, 1_999, Some(1)),
            (127, 0, u64::MAX, Some(0)),
            (0x80 | 8, 0, 0x0180, Some(1_500_000_000)),
            (0x80 | 30, 0, 1 << 30, Some(1_000_000_000)),
            (0x80 | 127, 0, u64::MAX, Some(0)),
            (0x80, 0, 3, Some(3_000_000_000)),
            (0, 0, u64::MAX, None),
            (6, i64::MAX, 1, None),
            (6, i64::MIN, 1, None),
            (9, 0, u64::MAX, None),
        ];
        for (resolution, offset, ticks, expected) in cases {
            let clock = Clock::new(resolution, offset);
            assert_eq!(
                clock.time_ns(ticks),
                expected,
                "resolution {resolution:#x}, offset {offset}, {ticks}"
            );
        }
    }

    #[test]
    fn digits_follow_the_resolution() {
        for (resolution, digits) in [
            (6, 6),
            (9, 9),
            (3, 3),
            (12, 9),
            (0x80 | 8, 3),
            (0x80 | 20, 7),
            (0x80 | 63, 9),
        ] {
            assert_eq!(Clock::digits(resolution), digits, "{resolution:#x}");
        }
    }
}
