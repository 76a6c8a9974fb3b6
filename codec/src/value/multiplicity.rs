//! Value Multiplicity (PS3.5 6.4).

use core::fmt;

use crate::dictionary::Vm;

/// How many values an attribute may have: `1`, `3`, `1-n`, `2-2n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Multiplicity {
    /// The least.
    pub min: u16,
    /// The most; `None` for n.
    pub max: Option<u16>,
    /// What the count grows by, from `min` on: 1, or 2 for `2-2n`.
    pub step: u16,
}

impl Multiplicity {
    /// Exactly one.
    pub const ONE: Self = Self {
        min: 1,
        max: Some(1),
        step: 1,
    };
    /// One or more.
    pub const ONE_OR_MORE: Self = Self {
        min: 1,
        max: None,
        step: 1,
    };

    /// Whether an element may have `count` values. No value at all is always allowed here: types 1 and 2 decide on that.
    #[must_use]
    pub fn allows(self, count: usize) -> bool {
        let (min, step) = (usize::from(self.min), usize::from(self.step.max(1)));
        let above = count.checked_sub(min);
        count == 0
            || (above.is_some_and(|above| above % step == 0) && self.max.is_none_or(|max| count <= usize::from(max)))
    }
}

impl From<Vm> for Multiplicity {
    /// That of an attribute of the dictionary.
    fn from(vm: Vm) -> Self {
        let narrow = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        Self {
            min: narrow(vm.min),
            max: vm.max.map(narrow),
            step: narrow(vm.step),
        }
    }
}

impl fmt::Display for Multiplicity {
    /// As PS3.6 writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) if max == self.min => write!(f, "{max}"),
            Some(max) => write!(f, "{}-{max}", self.min),
            None if self.step > 1 => write!(f, "{}-{}n", self.min, self.step),
            None => write!(f, "{}-n", self.min),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn counts() {
        let pairs = Multiplicity {
            min: 2,
            max: None,
            step: 2,
        };
        assert!([0, 2, 4, 1000].into_iter().all(|n| pairs.allows(n)));
        assert!(![1, 3, 5].into_iter().any(|n| pairs.allows(n)));
        let few = Multiplicity {
            min: 1,
            max: Some(3),
            step: 1,
        };
        assert!(few.allows(3) && !few.allows(4));
        assert!(Multiplicity::ONE_OR_MORE.allows(usize::MAX));
        let texts = [pairs, few, Multiplicity::ONE, Multiplicity::ONE_OR_MORE].map(|m| m.to_string());
        assert_eq!(texts, ["2-2n", "1-3", "1", "1-n"]);
    }
}
