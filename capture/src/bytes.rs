//! Numbers at fixed places of a header. Reading past the end answers `None`, never a panic.

/// The byte order of a file or section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

impl Endian {
    /// The 16-bit number in the first two bytes.
    #[inline]
    pub(crate) fn u16(self, bytes: &[u8]) -> Option<u16> {
        let raw = *bytes.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// The 32-bit number in the first four bytes.
    #[inline]
    pub(crate) fn u32(self, bytes: &[u8]) -> Option<u32> {
        let raw = *bytes.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    /// The 16-bit number `at` bytes in.
    #[inline]
    pub(crate) fn u16_at(self, bytes: &[u8], at: usize) -> Option<u16> {
        self.u16(bytes.get(at..)?)
    }

    /// The 32-bit number `at` bytes in.
    #[inline]
    pub(crate) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        self.u32(bytes.get(at..)?)
    }

    /// The 64-bit number `at` bytes in.
    #[inline]
    pub(crate) fn u64_at(self, bytes: &[u8], at: usize) -> Option<u64> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(raw),
            Self::Big => u64::from_be_bytes(raw),
        })
    }
}

/// `length` rounded up to a multiple of four; what cannot be represented is clamped, which no slice can satisfy.
pub(crate) const fn padded(length: usize) -> usize {
    length.saturating_add(3) & !3
}
