//! Times of a scenario: TAI for what senders stamp, UTC for what captures show, calendar dates for data sets.

use dicom_rtv::PtpTimestamp;

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: u64 = 1_000_000;
/// Nanoseconds in a microsecond.
pub const MICROSECOND: u64 = 1_000;

/// TAI is this far ahead of UTC since 1 January 2017, in seconds (IERS Bulletin C). Scenarios start after that.
pub const TAI_MINUS_UTC: u64 = 37;

/// UTC nanoseconds since 1970, as captures have them, of a TAI time.
#[must_use]
pub fn utc_ns(tai_ns: u64) -> i64 {
    tai_ns as i64 - (TAI_MINUS_UTC * SECOND) as i64
}

/// TAI nanoseconds since 1970 of a UTC time, as a computer's clock has it.
#[must_use]
pub fn tai_ns(utc_ns: u64) -> u64 {
    utc_ns + TAI_MINUS_UTC * SECOND
}

/// The time from one Grain to the next, in seconds, as a fraction: 1001/60000 for 59.94 Hz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Seconds above the line.
    pub numerator: u32,
    /// Seconds below the line; never 0.
    pub denominator: u32,
}

impl Period {
    /// 59.94 Hz.
    pub const HZ_59_94: Self = Self::new(1001, 60_000);
    /// 50 Hz.
    pub const HZ_50: Self = Self::new(1, 50);
    /// 25 Hz.
    pub const HZ_25: Self = Self::new(1, 25);

    /// The period of `numerator / denominator` seconds.
    ///
    /// # Panics
    ///
    /// If one of the two is 0.
    #[must_use]
    pub const fn new(numerator: u32, denominator: u32) -> Self {
        assert!(
            numerator > 0 && denominator > 0,
            "a period is a positive fraction of a second"
        );
        Self { numerator, denominator }
    }

    /// Nanoseconds from Grain 0 to Grain `index`, rounded down.
    #[must_use]
    pub const fn at(self, index: u64) -> u64 {
        (index as u128 * self.numerator as u128 * SECOND as u128 / self.denominator as u128) as u64
    }

    /// One period in nanoseconds, rounded down.
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.at(1)
    }

    /// One period in milliseconds, as (0002,0038) has it.
    #[must_use]
    pub fn milliseconds(self) -> f64 {
        f64::from(self.numerator) * 1000.0 / f64::from(self.denominator)
    }
}

/// A date and time of day in UTC, for DA, TM and DT values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// DA: `YYYYMMDD`.
    pub date: String,
    /// TM: `HHMMSS`.
    pub time: String,
}

impl Calendar {
    /// The UTC date and time of a TAI time.
    #[must_use]
    pub fn of(time: PtpTimestamp) -> Self {
        let seconds = time.seconds.saturating_sub(TAI_MINUS_UTC);
        let (year, month, day) = civil(seconds / 86_400);
        let second = seconds % 86_400;
        Self {
            date: format!("{year:04}{month:02}{day:02}"),
            time: format!("{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60),
        }
    }

    /// DT: date and time with the offset of UTC.
    #[must_use]
    pub fn date_time(&self) -> String {
        format!("{}{}+0000", self.date, self.time)
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from March, so that
/// the leap day comes last.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_does_not_drift() {
        assert_eq!(Period::HZ_59_94.ns(), 16_683_333);
        assert_eq!(Period::HZ_59_94.at(60_000), 1001 * SECOND);
        assert_eq!(Period::HZ_50.milliseconds(), 20.0);
    }

    #[test]
    fn calendar_dates_are_right() {
        for (seconds, date, time) in [
            (0, "19700101", "000000"),
            (951_782_400, "20000229", "000000"),
            (951_868_799, "20000229", "235959"),
            (951_868_800, "20000301", "000000"),
            (1_798_761_599, "20261231", "235959"),
            (4_107_542_400, "21000301", "000000"),
        ] {
            let calendar = Calendar::of(PtpTimestamp::from_ns(tai_ns(seconds * SECOND)));
            assert_eq!((calendar.date.as_str(), calendar.time.as_str()), (date, time));
        }
        assert_eq!(
            Calendar::of(PtpTimestamp::from_ns(0)).date_time(),
            "19700101000000+0000"
        );
    }
}
