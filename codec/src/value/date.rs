//! Dates and times: DA, TM, DT (PS3.5 6.2). Ranges, which only queries use, are not parsed: their text stands as it is.

use core::fmt;

/// A value of DA: a day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, as the month has them.
    pub day: u8,
}

/// A value of TM, to the precision that it states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: Option<u8>,
    /// 0 to 60; 60 is a leap second. Only with a minute.
    pub second: Option<u8>,
    /// The fraction of the second. Only with a second.
    pub fraction: Option<Fraction>,
}

/// A decimal fraction of a second, of one to six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    /// Microseconds, 0 to 999,999.
    pub microseconds: u32,
    /// How many digits were written, 1 to 6.
    pub digits: u8,
}

/// A value of DT, to the precision that it states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31, as the month has them. Only with a month.
    pub day: Option<u8>,
    /// The time of day. Only with a day.
    pub time: Option<Time>,
    /// Minutes east of UTC, -720 to 840; `None`: as Timezone Offset From UTC (0008,0201) says.
    pub offset_minutes: Option<i16>,
}

impl Date {
    /// The date of `YYYYMMDD`, or of the older `YYYY.MM.DD`, which is not compliant and still met.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Digits(text.as_bytes());
        let year = reader.number(4)? as u16;
        let dotted = reader.skip(b'.');
        let month = reader.number(2)? as u8;
        if dotted && !reader.skip(b'.') {
            return None;
        }
        let day = reader.number(2)? as u8;
        (reader.0.is_empty() && is_day(year, month, day)).then_some(Self { year, month, day })
    }
}

impl Time {
    /// The time of `HH`, `HHMM`, `HHMMSS` or `HHMMSS.FFFFFF`, trailing spaces left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Digits(text.trim_end_matches(' ').as_bytes());
        let time = Self::read(&mut reader)?;
        reader.0.is_empty().then_some(time)
    }

    fn read(reader: &mut Digits<'_>) -> Option<Self> {
        let hour = reader.number(2).filter(|h| *h < 24)? as u8;
        let mut time = Self {
            hour,
            minute: None,
            second: None,
            fraction: None,
        };
        if !reader.at_digit() {
            return Some(time);
        }
        time.minute = Some(reader.number(2).filter(|m| *m < 60)? as u8);
        if !reader.at_digit() {
            return Some(time);
        }
        time.second = Some(reader.number(2).filter(|s| *s <= 60)? as u8);
        if reader.skip(b'.') {
            time.fraction = Some(reader.fraction()?);
        }
        Some(time)
    }
}

impl DateTime {
    /// The time of `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, cut anywhere behind the year; the offset from UTC may follow any precision.
    /// Trailing spaces are left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Digits(text.trim_end_matches(' ').as_bytes());
        let mut value = Self {
            year: reader.number(4)? as u16,
            month: None,
            day: None,
            time: None,
            offset_minutes: None,
        };
        if reader.at_digit() {
            value.month = Some(reader.number(2).filter(|m| (1..=12).contains(m))? as u8);
        }
        if reader.at_digit() {
            let day = reader.number(2)? as u8;
            value.day = Some(day).filter(|day| is_day(value.year, value.month.unwrap_or_default(), *day));
            value.day?;
        }
        if reader.at_digit() {
            value.time = Some(Time::read(&mut reader)?);
        }
        let west = reader.skip(b'-');
        if west || reader.skip(b'+') {
            let (hours, minutes) = (reader.number(2)?, reader.number(2).filter(|m| *m < 60)?);
            let offset = (hours * 60 + minutes) as i16;
            let offset = if west { -offset } else { offset };
            value.offset_minutes = Some(offset).filter(|offset| (-720..=840).contains(offset));
            value.offset_minutes?;
        }
        reader.0.is_empty().then_some(value)
    }
}

impl fmt::Display for Date {
    /// `YYYYMMDD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Time {
    /// `HHMMSS.FFFFFF`, to its precision.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.hour)?;
        for part in [self.minute, self.second].into_iter().flatten() {
            write!(f, "{part:02}")?;
        }
        if let Some(Fraction { microseconds, digits }) = self.fraction {
            let width = usize::from(digits.clamp(1, 6));
            let scale = 10_u32.pow(6 - width as u32);
            write!(f, ".{:0width$}", microseconds / scale)?;
        }
        Ok(())
    }
}

impl fmt::Display for DateTime {
    /// `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, to its precision.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "{part:02}")?;
        }
        if let Some(time) = self.time {
            fmt::Display::fmt(&time, f)?;
        }
        if let Some(offset) = self.offset_minutes {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.unsigned_abs();
            write!(f, "{sign}{:02}{:02}", minutes / 60, minutes % 60)?;
        }
        Ok(())
    }
}

fn is_day(year: u16, month: u8, day: u8) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Reads numbers of fixed width.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn at_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    fn number(&mut self, width: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        digits
            .iter()
            .try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + u32::from(d - b'0')))
    }

    fn fraction(&mut self) -> Option<Fraction> {
        let digits = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=6).contains(&digits) {
            return None;
        }
        let value = self.number(digits)?;
        Some(Fraction {
            microseconds: value * 10_u32.pow(6 - digits as u32),
            digits: digits as u8,
        })
    }

    fn skip(&mut self, wanted: u8) -> bool {
        let found = self.0.first() == Some(&wanted);
        if found {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for right in ["20260102", "20240229", "20000229", "00000101"] {
            assert_eq!(Date::parse(right).unwrap().to_string(), right);
        }
        assert_eq!(
            Date::parse("1993.08.22"),
            Some(Date {
                year: 1993,
                month: 8,
                day: 22
            })
        );
        for wrong in [
            "",
            "2026",
            "20260230",
            "19000229",
            "20261301",
            "20260100",
            "2026010",
            "202601011",
            "2026.0101",
            "2026010é",
        ] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_keep_their_precision() {
        for right in [
            "10",
            "1015",
            "101530",
            "101530.25",
            "235960",
            "101530.000001",
            "070907.0705",
        ] {
            assert_eq!(Time::parse(right).unwrap().to_string(), right);
        }
        assert_eq!(
            Time::parse("101530.25 ").unwrap().fraction,
            Some(Fraction {
                microseconds: 250_000,
                digits: 2
            })
        );
        for wrong in [
            "",
            "1",
            "101",
            "24",
            "1060",
            "101561",
            "1015.5",
            "101530.",
            "101530.1234567",
            "10:15",
            "-1",
        ] {
            assert_eq!(Time::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn date_times_keep_precision_and_offset() {
        for right in [
            "2026",
            "202601",
            "20260102",
            "2026010210",
            "20260102101530.25-0330",
            "2026+0000",
            "20260102101530.123456+1400",
            "202601-1200",
        ] {
            assert_eq!(DateTime::parse(right).unwrap().to_string(), right);
        }
        assert_eq!(DateTime::parse("2026-0330").unwrap().offset_minutes, Some(-210));
        for wrong in [
            "",
            "202",
            "20261",
            "202613",
            "20260230",
            "2026+1401",
            "2026-1201",
            "2026+01",
            "2026+0060",
            "20260102-",
        ] {
            assert_eq!(DateTime::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cut_anywhere_they_still_parse_or_refuse() {
        let text = "20260102101530.123456+0100";
        for end in 0..=text.len() {
            let cut = &text[..end];
            if let Some(value) = DateTime::parse(cut) {
                assert_eq!(value.to_string(), cut);
            }
            let _ = (Date::parse(cut), Time::parse(cut));
        }
    }
}
