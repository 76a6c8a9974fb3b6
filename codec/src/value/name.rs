//! Person Name (PS3.5 6.2.1): three component groups of five components each.

/// One value of PN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct PersonName<'a> {
    /// The alphabetic group: single-byte characters, mostly.
    pub alphabetic: NameGroup<'a>,
    /// The ideographic group.
    pub ideographic: NameGroup<'a>,
    /// The phonetic group.
    pub phonetic: NameGroup<'a>,
}

impl<'a> PersonName<'a> {
    /// The name of one decoded value. A fourth `=` and what follows is no part of a name and left out.
    #[must_use]
    pub fn parse(value: &'a str) -> Self {
        let mut groups = value.split('=').map(|group| NameGroup(group.trim_matches([' ', '\0'])));
        let mut next = || groups.next().unwrap_or_default();
        Self {
            alphabetic: next(),
            ideographic: next(),
            phonetic: next(),
        }
    }
}

/// One component group of a name: `family^given^middle^prefix^suffix`, without spaces around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct NameGroup<'a>(&'a str);

impl<'a> NameGroup<'a> {
    /// The group as it stands in the value.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether the group is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The family name; "" where absent, as for the others.
    #[must_use]
    pub fn family(self) -> &'a str {
        self.component(0)
    }

    /// The given names.
    #[must_use]
    pub fn given(self) -> &'a str {
        self.component(1)
    }

    /// The middle names.
    #[must_use]
    pub fn middle(self) -> &'a str {
        self.component(2)
    }

    /// The prefix, as `Dr.`.
    #[must_use]
    pub fn prefix(self) -> &'a str {
        self.component(3)
    }

    /// The suffix, as `PhD`.
    #[must_use]
    pub fn suffix(self) -> &'a str {
        self.component(4)
    }

    fn component(self, index: usize) -> &'a str {
        self.0.split('^').nth(index).unwrap_or_default().trim_matches(' ')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_components() {
        let name = PersonName::parse("Adams^John Robert Quincy^^Rev.^B.A. M.Div. ");
        assert_eq!(name.alphabetic.family(), "Adams");
        assert_eq!(name.alphabetic.given(), "John Robert Quincy");
        assert_eq!(name.alphabetic.middle(), "");
        assert_eq!(name.alphabetic.prefix(), "Rev.");
        assert_eq!(name.alphabetic.suffix(), "B.A. M.Div.");
        assert!(name.ideographic.is_empty());

        let name = PersonName::parse("Yamada^Tarou=山田^太郎=やまだ^たろう=x");
        assert_eq!(name.ideographic.family(), "山田");
        assert_eq!(name.phonetic.as_str(), "やまだ^たろう");
        assert_eq!(PersonName::parse(""), PersonName::default());
        assert_eq!(PersonName::parse("==x").phonetic.as_str(), "x");
    }
}
