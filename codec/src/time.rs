//! PTP timestamps (IEEE 1588-2008) in TAI, as NMOS header extensions and (0034,0007) carry them, and UTC.

use alloc::string::String;
use core::fmt;

const NS_PER_SECOND: i128 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// TAI − UTC in seconds, from the start of each of these days in UTC on (IERS Bulletin C). None is announced since 2017.
const LEAP_SECONDS: [(i64, i64); 28] = [
    (start_of(1972, 1, 1), 10),
    (start_of(1972, 7, 1), 11),
    (start_of(1973, 1, 1), 12),
    (start_of(1974, 1, 1), 13),
    (start_of(1975, 1, 1), 14),
    (start_of(1976, 1, 1), 15),
    (start_of(1977, 1, 1), 16),
    (start_of(1978, 1, 1), 17),
    (start_of(1979, 1, 1), 18),
    (start_of(1980, 1, 1), 19),
    (start_of(1981, 7, 1), 20),
    (start_of(1982, 7, 1), 21),
    (start_of(1983, 7, 1), 22),
    (start_of(1985, 7, 1), 23),
    (start_of(1988, 1, 1), 24),
    (start_of(1990, 1, 1), 25),
    (start_of(1991, 1, 1), 26),
    (start_of(1992, 7, 1), 27),
    (start_of(1993, 7, 1), 28),
    (start_of(1994, 7, 1), 29),
    (start_of(1996, 1, 1), 30),
    (start_of(1997, 7, 1), 31),
    (start_of(1999, 1, 1), 32),
    (start_of(2006, 1, 1), 33),
    (start_of(2009, 1, 1), 34),
    (start_of(2012, 7, 1), 35),
    (start_of(2015, 7, 1), 36),
    (start_of(2017, 1, 1), 37),
];

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

    /// TAI − UTC at this instant, in seconds: 37 since 2017. Before 1972, when it was no whole number, it is taken as 10.
    #[must_use]
    pub fn utc_offset(self) -> i64 {
        let seconds = i64::try_from(self.seconds).unwrap_or(i64::MAX);
        let mut steps = LEAP_SECONDS.iter().rev();
        let step = steps.find(|(start, offset)| seconds >= start.saturating_add(*offset));
        step.map_or(10, |(_, offset)| *offset)
    }

    /// Nanoseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted (Unix time). A leap second has the same values
    /// as the second after it.
    #[must_use]
    pub fn to_utc_ns(self) -> i128 {
        self.as_ns() - i128::from(self.utc_offset()) * NS_PER_SECOND
    }

    /// The timestamp of Unix time in nanoseconds; `None` before 1970 TAI and behind 48 bits of seconds.
    #[must_use]
    pub fn from_utc_ns(utc_ns: i128) -> Option<Self> {
        let utc_seconds = utc_ns.div_euclid(NS_PER_SECOND);
        let mut steps = LEAP_SECONDS.iter().rev();
        let step = steps.find(|(start, _)| utc_seconds >= i128::from(*start));
        let seconds = u64::try_from(utc_seconds + i128::from(step.map_or(10, |(_, offset)| *offset))).ok()?;
        let nanoseconds = u32::try_from(utc_ns.rem_euclid(NS_PER_SECOND)).ok()?;
        (seconds < 1 << 48).then_some(Self { seconds, nanoseconds })
    }
}

/// Unix time in nanoseconds as ISO 8601 with so many digits of the second (9 at most, the rest cut off):
/// `2026-01-04T11:27:17.000700Z`.
#[must_use]
pub fn iso8601(utc_ns: i128, digits: u8) -> String {
    use fmt::Write;
    let seconds = i64::try_from(utc_ns.div_euclid(NS_PER_SECOND)).unwrap_or(i64::MAX);
    let nanoseconds = utc_ns.rem_euclid(NS_PER_SECOND);
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
    let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    let mut text = String::with_capacity(32);
    // Writing to a String does not fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    let digits = usize::from(digits.min(9));
    if digits > 0 {
        let fraction = alloc::format!("{nanoseconds:09}");
        text.push('.');
        text.push_str(fraction.get(..digits).unwrap_or_default());
    }
    text.push('Z');
    text
}

/// Unix time of the start of a day of the Gregorian calendar.
const fn start_of(year: i64, month: i64, day: i64) -> i64 {
    // Years from March on, so that the leap day is the last of its year; 400 years have 146097 days.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    // 719468 days from 0000-03-01 to 1970-01-01.
    (era * 146_097 + day_of_era - 719_468) * SECONDS_PER_DAY
}

/// Year, month and day of a count of days since 1970-01-01: the way back.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

impl fmt::Display for PtpTimestamp {
    /// Seconds and nine digits, as `1767526074.000000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        assert_eq!(start_of(1970, 1, 1), 0);
        assert_eq!(start_of(2017, 1, 1), 1_483_228_800);
        assert_eq!(start_of(2000, 2, 29), 951_782_400);
        for days in (-800_000..800_000).step_by(13) {
            let (year, month, day) = civil(days);
            assert_eq!(start_of(year, month, day), days * SECONDS_PER_DAY);
        }
    }

    #[test]
    fn iso_dates() {
        let ns = 1_767_526_037_000_700_000;
        assert_eq!(iso8601(ns, 6), "2026-01-04T11:27:17.000700Z");
        assert_eq!(iso8601(ns, 9), "2026-01-04T11:27:17.000700000Z");
        assert_eq!(iso8601(ns + 999, 0), "2026-01-04T11:27:17Z");
        assert_eq!(iso8601(-1, 3), "1969-12-31T23:59:59.999Z");
        assert_eq!(iso8601(i128::MAX, 200).len(), iso8601(i128::MAX, 9).len());
    }

    #[test]
    fn utc_of_real_grains() {
        // The origin timestamps of two captures, from before and after the leap second of 2017.
        for (seconds, offset, utc) in [
            (1_453_891_387, 36, "2016-01-27T10:42:31Z"),
            (1_767_526_074, 37, "2026-01-04T11:27:17Z"),
        ] {
            let time = PtpTimestamp {
                seconds,
                nanoseconds: 0,
            };
            assert_eq!(time.utc_offset(), offset);
            assert_eq!(iso8601(time.to_utc_ns(), 0), utc);
            assert_eq!(PtpTimestamp::from_utc_ns(time.to_utc_ns()), Some(time));
        }
    }

    #[test]
    fn around_a_leap_second() {
        let at = |seconds| PtpTimestamp {
            seconds,
            nanoseconds: 0,
        };
        let new_year = 1_483_228_800;
        assert_eq!(at(new_year + 35).to_utc_ns(), i128::from(new_year - 1) * NS_PER_SECOND);
        // 23:59:60 and 00:00:00 have the same Unix time.
        assert_eq!(at(new_year + 36).to_utc_ns(), i128::from(new_year) * NS_PER_SECOND);
        assert_eq!(at(new_year + 37).to_utc_ns(), i128::from(new_year) * NS_PER_SECOND);
        assert_eq!(
            PtpTimestamp::from_utc_ns(i128::from(new_year) * NS_PER_SECOND),
            Some(at(new_year + 37))
        );
        assert_eq!(at(0).utc_offset(), 10);
        assert_eq!(PtpTimestamp::from_utc_ns(-11 * NS_PER_SECOND), None);
        assert_eq!(PtpTimestamp::from_utc_ns(i128::MAX), None);
        assert_eq!(at(u64::MAX).utc_offset(), 37);
    }

    #[test]
    fn ten_bytes() {
        let time = PtpTimestamp {
            seconds: 0x0000_56A8_9F3B,
            nanoseconds: 0x1C9C_3800,
        };
        assert_eq!(PtpTimestamp::from_bytes(time.to_bytes()), time);
        assert_eq!(time.to_bytes(), [0, 0, 0x56, 0xA8, 0x9F, 0x3B, 0x1C, 0x9C, 0x38, 0]);
        assert_eq!(PtpTimestamp::from_ns(1_453_891_387_480_000_000), time);
    }
}
