//! Sets of rules.

use super::table::{ALL, Id};

/// Some rules, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RuleSet(u64);

const _: () = assert!(ALL.len() <= 64);

impl RuleSet {
    pub(crate) const EMPTY: Self = Self(0);

    pub(crate) const fn of(ids: &[Id]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < ids.len() {
            bits |= 1 << ids[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    pub(crate) const fn has(self, id: Id) -> bool {
        self.0 & (1 << id as u8) != 0
    }

    pub(crate) const fn add(&mut self, id: Id) {
        self.0 |= 1 << id as u8;
    }

    pub(crate) const fn remove(&mut self, id: Id) {
        self.0 &= !(1 << id as u8);
    }

    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Id> {
        ALL.iter().copied().filter(move |id| self.has(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_keep_what_they_are_given() {
        let mut set = RuleSet::of(&[Id::Loss, Id::SdpMismatch]);
        assert!(set.has(Id::Loss) && set.has(Id::SdpMismatch) && !set.has(Id::Duplicate));
        set.remove(Id::Loss);
        set.add(Id::Duplicate);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Id::Duplicate, Id::SdpMismatch]);
        assert_eq!(set.len(), 2);
        assert!(set.without(set).is_empty());
        assert_eq!(RuleSet::EMPTY.and(set), set);
    }
}
