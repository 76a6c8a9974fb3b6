//! PTP timestamps (IEEE 1588-2008) in TAI, as NMOS header extensions and (0034,0007) carry them.

use core::fmt;

/// Seconds and nanoseconds since 1970-01-01T00:00:00 TAI: ten bytes on the wire, big-endian (PS3.3 C.7.6.27.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PtpTimestamp {
    /// Seconds, 48 bits on the wire.
    pub seconds: u64,
    /// Nanoseconds. A value of 10^9 or more is kept as it stands.
    pub nanoseconds: u32,
}

impl PtpTimestamp {
    /// Bytes on the wire.
    pub const WIRE_LENGTH: usize = 10;

    /// The timestamp of its ten bytes.
    #[must_use]
    pub const fn from_bytes(b: [u8; 10]) -> Self {
        Self {
            seconds: u64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]]),
            nanoseconds: u32::from_be_bytes([b[6], b[7], b[8], b[9]]),
        }
    }

    /// Its ten bytes; seconds keep their low 48 bits.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 10] {
        let s = self.seconds.to_be_bytes();
        let n = self.nanoseconds.to_be_bytes();
        [s[2], s[3], s[4], s[5], s[6], s[7], n[0], n[1], n[2], n[3]]
    }

    /// Nanoseconds since 1970-01-01T00:00:00 TAI.
    #[must_use]
    pub const fn as_ns(self) -> i128 {
        self.seconds as i128 * 1_000_000_000 + self.nanoseconds as i128
    }

    /// The timestamp of nanoseconds since 1970-01-01T00:00:00 TAI.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self {
            seconds: ns / 1_000_000_000,
            nanoseconds: (ns % 1_000_000_000) as u32,
        }
    }

    /// The RTP timestamp of a clock of `rate` Hz without offset: floor(seconds × rate) modulo 2^32 (ST 2110-10 7.3).
    #[must_use]
    pub const fn to_rtp(self, rate: u32) -> u32 {
        (self.as_ns() * rate as i128 / 1_000_000_000) as u32
    }
}

impl fmt::Display for PtpTimestamp {
    /// Seconds and nine digits, as `1767526074.000000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}

/// When TAI - UTC became one second more, in seconds of UTC since 1970-01-01T00:00:00 (IERS Bulletin C). It was 10 s in 1972.
const LEAP_SECONDS: [u32; 27] = [
    78_796_800,
    94_694_400,
    126_230_400,
    157_766_400,
    189_302_400,
    220_924_800,
    252_460_800,
    283_996_800,
    315_532_800,
    362_793_600,
    394_329_600,
    425_865_600,
    489_024_000,
    567_993_600,
    631_152_000,
    662_688_000,
    709_948_800,
    741_484_800,
    773_020_800,
    820_454_400,
    867_715_200,
    915_148_800,
    1_136_073_600,
    1_230_768_000,
    1_341_100_800,
    1_435_708_800,
    1_483_228_800,
];
/// TAI - UTC before the first of them, in seconds.
const FIRST_OFFSET: u64 = 10;

impl PtpTimestamp {
    /// TAI - UTC at this time, in seconds: 37 since 2017. Before 1972, when there were no whole seconds, 10.
    #[must_use]
    pub fn utc_offset(self) -> u64 {
        // A leap second itself counts as before: it is the last one of its day.
        let began = |&(past, &second): &(usize, &u32)| {
            self.seconds
                > u64::from(second)
                    .saturating_add(FIRST_OFFSET)
                    .saturating_add(past as u64)
        };
        let past = LEAP_SECONDS.iter().enumerate().take_while(began).count();
        FIRST_OFFSET.saturating_add(past as u64)
    }

    /// The same instant in UTC, to be displayed: `2026-01-04T11:27:17.000000000Z`.
    #[must_use]
    pub const fn utc(self) -> Utc {
        Utc(self)
    }
}

/// A time in UTC, as ISO 8601 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc(PtpTimestamp);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: u64 = 86_400;
        let offset = self.0.utc_offset();
        let seconds = self.0.seconds.saturating_sub(offset);
        // In a leap second the day is not over: with the old offset it seems to be the first of the next.
        let next = LEAP_SECONDS.get(offset.saturating_sub(FIRST_OFFSET) as usize);
        let is_leap = next.is_some_and(|&next| u64::from(next) == seconds);
        let seconds = if is_leap { seconds.saturating_sub(1) } else { seconds };
        let (year, month, day) = date_of(seconds / DAY);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let second = if is_leap { 60 } else { second };
        let nanoseconds = self.0.nanoseconds;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}Z"
        )
    }
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar.
fn date_of(day: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that the leap day is the last one; 400 years have 146097 days, 1970-01-01 is day 719468.
    let day = day.saturating_add(719_468);
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn utc(seconds: u64) -> alloc::string::String {
        let nanoseconds = 480_000_000;
        PtpTimestamp { seconds, nanoseconds }.utc().to_string()
    }

    #[test]
    fn utc_is_tai_less_the_leap_seconds() {
        assert_eq!(utc(1_453_891_387), "2016-01-27T10:42:31.480000000Z");
        assert_eq!(utc(1_767_526_074), "2026-01-04T11:27:17.480000000Z");
        assert_eq!(utc(951_782_432), "2000-02-29T00:00:00.480000000Z");
        assert_eq!(utc(0), "1970-01-01T00:00:00.480000000Z");
        assert_eq!(utc(4_102_444_837), "2100-01-01T00:00:00.480000000Z");
    }

    #[test]
    fn a_leap_second_is_the_61st_of_its_minute() {
        assert_eq!(utc(1_483_228_835), "2016-12-31T23:59:59.480000000Z");
        assert_eq!(utc(1_483_228_836), "2016-12-31T23:59:60.480000000Z");
        assert_eq!(utc(1_483_228_837), "2017-01-01T00:00:00.480000000Z");
        assert_eq!(PtpTimestamp::from_ns(1_483_228_836_000_000_000).utc_offset(), 36);
        assert_eq!(PtpTimestamp::from_ns(1_483_228_837_000_000_000).utc_offset(), 37);
    }

    #[test]
    fn the_largest_timestamp_is_displayed() {
        let last = PtpTimestamp::from_bytes([0xFF; 10]);
        assert!(last.utc().to_string().ends_with(".4294967295Z"));
    }
}
