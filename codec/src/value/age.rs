//! Age String (PS3.5 6.2).

use core::fmt;

/// A value of AS, as `018M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgeString {
    /// 0 to 999 of the unit.
    pub value: u16,
    /// The unit.
    pub unit: AgeUnit,
}

/// The unit of an Age String.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgeUnit {
    /// D.
    Days,
    /// W.
    Weeks,
    /// M.
    Months,
    /// Y.
    Years,
}

impl AgeString {
    /// The age of three digits and one of D, W, M, Y.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let &[a, b, c, unit] = text.as_bytes() else { return None };
        let digit = |d: u8| d.is_ascii_digit().then(|| u16::from(d - b'0'));
        let unit = match unit {
            b'D' => AgeUnit::Days,
            b'W' => AgeUnit::Weeks,
            b'M' => AgeUnit::Months,
            b'Y' => AgeUnit::Years,
            _ => return None,
        };
        Some(Self {
            value: digit(a)? * 100 + digit(b)? * 10 + digit(c)?,
            unit,
        })
    }
}

impl fmt::Display for AgeString {
    /// As AS writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            AgeUnit::Days => 'D',
            AgeUnit::Weeks => 'W',
            AgeUnit::Months => 'M',
            AgeUnit::Years => 'Y',
        };
        write!(f, "{:03}{unit}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn ages() {
        let age = AgeString::parse("018M").unwrap();
        assert_eq!(
            age,
            AgeString {
                value: 18,
                unit: AgeUnit::Months
            }
        );
        assert_eq!(age.to_string(), "018M");
        for wrong in ["", "18M", "018m", "0018M", "018", "O18Y", "é1Y"] {
            assert_eq!(AgeString::parse(wrong), None, "{wrong}");
        }
    }
}
