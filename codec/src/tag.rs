//! Attribute tags (PS3.5 7.1).

use core::fmt;

/// An attribute tag: group in the high half, element in the low half, so that tags compare as PS3.5 7.1 orders them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag(pub u32);

impl Tag {
    /// Item (FFFE,E000), PS3.5 7.5.
    pub const ITEM: Self = Self(0xFFFE_E000);
    /// Item Delimitation Item (FFFE,E00D), PS3.5 7.5.
    pub const ITEM_DELIMITATION: Self = Self(0xFFFE_E00D);
    /// Sequence Delimitation Item (FFFE,E0DD), PS3.5 7.5.
    pub const SEQUENCE_DELIMITATION: Self = Self(0xFFFE_E0DD);

    /// The tag (group,element).
    #[must_use]
    pub const fn new(group: u16, element: u16) -> Self {
        Self((group as u32) << 16 | element as u32)
    }

    /// The group number.
    #[must_use]
    pub const fn group(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The element number.
    #[must_use]
    pub const fn element(self) -> u16 {
        self.0 as u16
    }

    /// Whether the group is odd: a private attribute (PS3.5 7.8).
    #[must_use]
    pub const fn is_private(self) -> bool {
        self.group() & 1 == 1
    }

    /// Whether this is a Private Creator (gggg,0010-00FF) of an odd group (PS3.5 7.8.1).
    #[must_use]
    pub const fn is_private_creator(self) -> bool {
        self.is_private() && self.element() >= 0x10 && self.element() <= 0xFF
    }

    /// The tag of eight hexadecimal digits, as the DICOM JSON model writes it: `00100010`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(text, 16).ok().map(Self)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:04X},{:04X})", self.group(), self.element())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
