//! UUIDs in OB: 16 bytes, most significant first (PS3.3 C.7.6.26.1, RFC 9562 4).

use uuid::Uuid;

/// The UUID of a value of exactly 16 bytes.
#[must_use]
pub fn uuid(bytes: &[u8]) -> Option<Uuid> {
    bytes.try_into().ok().map(Uuid::from_bytes)
}

/// In which order the bytes of a UUID seem to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UuidOrder {
    /// As RFC 9562 and DICOM have them.
    Rfc,
    /// As a Microsoft GUID structure has them: the first three fields little-endian.
    MixedEndian,
    /// Neither shows a version of RFC 9562.
    Unknown,
}

/// Guesses the byte order from the version, a number from 1 to 8 in the high half of byte 6, or of byte 7 in a GUID
/// structure. Where both could be, the order of the RFC holds.
#[must_use]
pub const fn uuid_order(bytes: &[u8; 16]) -> UuidOrder {
    let &[_, _, _, _, _, _, six, seven, variant, ..] = bytes;
    if variant >> 6 != 0b10 {
        UuidOrder::Unknown
    } else if matches!(six >> 4, 1..=8) {
        UuidOrder::Rfc
    } else if matches!(seven >> 4, 1..=8) {
        UuidOrder::MixedEndian
    } else {
        UuidOrder::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn order_shows_in_the_version() {
        let bytes = [
            0x51, 0xe7, 0x3a, 0x0c, 0x48, 0x56, 0x49, 0xf7, 0xa7, 0x84, 0xc8, 0x5d, 0x81, 0xc1, 0x70, 0x5f,
        ];
        assert_eq!(
            uuid(&bytes).unwrap().to_string(),
            "51e73a0c-4856-49f7-a784-c85d81c1705f"
        );
        assert_eq!(uuid_order(&bytes), UuidOrder::Rfc);
        let mut swapped = bytes;
        swapped[..4].reverse();
        swapped[4..6].reverse();
        swapped[6..8].reverse();
        assert_eq!(uuid_order(&swapped), UuidOrder::MixedEndian);
        assert_eq!(uuid_order(&[0; 16]), UuidOrder::Unknown);
        assert_eq!(uuid(&bytes[1..]), None);
    }
}
