//! Numbers, sizes and times in words.

const NS: i64 = 1_000_000_000;

/// A number with its thousands apart: `1,234,567`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 Grain`, `2 Grains`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", count(number))
}

/// Bytes with a decimal unit and three figures: `3562 B`, `1.20 MB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 10_000 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// Time of day of nanoseconds since 1970: `12:00:03.123456`. `digits` after the second, up to 9.
#[must_use]
pub fn clock(ns: i64, digits: u8) -> String {
    let second = ns.div_euclid(NS).rem_euclid(86_400);
    let fraction = format!("{:09}", ns.rem_euclid(NS));
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    match usize::from(digits.min(9)) {
        0 => format!("{h:02}:{m:02}:{s:02}"),
        digits => format!("{h:02}:{m:02}:{s:02}.{}", &fraction[..digits]),
    }
}

/// Date of nanoseconds since 1970: `2026-01-31`.
#[must_use]
pub fn date(ns: i64) -> String {
    // Days to a civil date, counted in eras of 400 years that start on 1 March.
    let days = ns.div_euclid(NS * 86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A span of time with a fitting unit: `12.3 ms`, `1.50 s`, `3 min 12 s`.
#[must_use]
pub fn duration(ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let size = ns.unsigned_abs();
    let seconds = size / 1_000_000_000;
    let text = match size {
        0 => "0 s".into(),
        1..1_000 => format!("{size} ns"),
        1_000..1_000_000 => format!("{} µs", figures(size as f64 / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", figures(size as f64 / 1e6)),
        1_000_000_000..60_000_000_000 => format!("{} s", figures(size as f64 / 1e9)),
        _ if seconds < 3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    };
    format!("{sign}{text}")
}

/// A span in milliseconds with three digits behind the point, for columns: `1.234`, `−0.050`.
#[must_use]
pub fn milliseconds(ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let micros = (ns.unsigned_abs() + 500) / 1000;
    format!("{sign}{}.{:03}", micros / 1000, micros % 1000)
}

fn figures(value: f64) -> String {
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_sizes() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "Grain"), "1 Grain");
        assert_eq!(counted(0, "Grain"), "0 Grains");
        assert_eq!(bytes(3562), "3562 B");
        assert_eq!(bytes(12_345), "12.3 kB");
        assert_eq!(bytes(999_600), "1.00 MB");
        assert_eq!(bytes(1_234_567_890), "1.23 GB");
    }

    #[test]
    fn times_of_day() {
        assert_eq!(clock(0, 6), "00:00:00.000000");
        assert_eq!(clock(86_399 * NS + 123_456_789, 9), "23:59:59.123456789");
        assert_eq!(clock(43_203 * NS + 120_000_000, 0), "12:00:03");
        assert_eq!(clock(-1, 3), "23:59:59.999");
        assert_eq!(clock(i64::MAX, 9).len(), 18);
        assert_eq!(clock(i64::MIN, 9).len(), 18);
    }

    #[test]
    fn dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(951_782_400 * NS), "2000-02-29");
        assert_eq!(date(1_767_225_599 * NS), "2025-12-31");
        assert_eq!(date(i64::MAX), "2262-04-11");
    }

    #[test]
    fn spans() {
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(999), "999 ns");
        assert_eq!(duration(12_345), "12.3 µs");
        assert_eq!(duration(-16_683_000), "−16.7 ms");
        assert_eq!(duration(1_600_000_000), "1.60 s");
        assert_eq!(duration(192 * NS), "3 min 12 s");
        assert_eq!(duration(3_700 * NS), "1 h 1 min");
        assert!(!duration(i64::MIN).is_empty());
        assert_eq!(milliseconds(1_234_400), "1.234");
        assert_eq!(milliseconds(-50_000), "−0.050");
        assert_eq!(milliseconds(999_999_999), "1000.000");
    }
}
