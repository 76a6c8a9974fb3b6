//! The fixed layouts of the wire as nom parsers: what stands where, in which order and byte order, and nothing else.
//!
//! They take as much as they need from the front and fail without a word where that is not there. What it means, and what
//! an error is called, is for the modules that use them.

use nom::bytes::complete::{tag, take};
use nom::combinator::map_opt;
use nom::number::complete::{be_u16, le_u16, le_u32, u8};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// What is left, and what was read.
pub(crate) type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// `N` octets as they are.
#[inline(always)]
pub(crate) fn octets<const N: usize>(input: &[u8]) -> Parsed<'_, &[u8; N]> {
    map_opt(take(N), <[u8]>::first_chunk::<N>).parse(input)
}

/// The header of an RTP header extension (RFC 3550 5.3.1): "defined by profile", and the octets of data that follow.
#[inline(always)]
pub(crate) fn extension_header(input: &[u8]) -> Parsed<'_, (u16, usize)> {
    (be_u16, be_u16.map(|words| usize::from(words) * 4)).parse(input)
}

/// The header of a one-byte element (RFC 8285 4.2): ID, and octets of data.
#[inline(always)]
pub(crate) fn one_byte_element(input: &[u8]) -> Parsed<'_, (u8, usize)> {
    u8.map(|octet: u8| (octet >> 4, usize::from(octet & 0x0F) + 1))
        .parse(input)
}

/// The header of a two-byte element (RFC 8285 4.3): ID, and octets of data.
#[inline(always)]
pub(crate) fn two_byte_element(input: &[u8]) -> Parsed<'_, (u8, usize)> {
    (u8, u8.map(usize::from)).parse(input)
}

/// An attribute tag in Little Endian (PS3.5 7.1): group, then element.
#[inline(always)]
pub(crate) fn attribute_tag(input: &[u8]) -> Parsed<'_, u32> {
    (le_u16, le_u16)
        .map(|(group, element)| u32::from(group) << 16 | u32::from(element))
        .parse(input)
}

/// The first eight octets of an Explicit VR element (PS3.5 7.1.2): tag, VR, and the length of the short form, which is
/// reserved in the long one.
#[inline(always)]
pub(crate) fn explicit_header(input: &[u8]) -> Parsed<'_, (u32, &[u8; 2], u16)> {
    (attribute_tag, octets::<2>, le_u16).parse(input)
}

/// The 32-bit length of an Explicit VR element of the long form, behind its first eight octets (PS3.5 7.1.2).
#[inline(always)]
pub(crate) fn long_length(input: &[u8]) -> Parsed<'_, u32> {
    le_u32(input)
}

/// An Implicit VR element, an Item or a delimiter (PS3.5 7.1.3, 7.5): tag and 32-bit length.
#[inline(always)]
pub(crate) fn implicit_header(input: &[u8]) -> Parsed<'_, (u32, u32)> {
    (attribute_tag, le_u32).parse(input)
}

/// The preamble of 128 octets and the prefix "DICM" (PS3.22 7.1, PS3.10 7.1).
#[inline(always)]
pub(crate) fn preamble_and_prefix(input: &[u8]) -> Parsed<'_, &[u8]> {
    preceded(take(128_usize), tag(&b"DICM"[..])).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_take_what_they_need_and_no_more() {
        assert_eq!(extension_header(&[0xBE, 0xDE, 0, 2, 9]), Ok((&[9][..], (0xBEDE, 8))));
        assert_eq!(one_byte_element(&[0x5F, 1]), Ok((&[1][..], (5, 16))));
        assert_eq!(two_byte_element(&[0xFF, 0, 1]), Ok((&[1][..], (255, 0))));
        let element = [0x10, 0, 0x20, 0, b'L', b'O', 4, 0, 7];
        assert_eq!(explicit_header(&element), Ok((&[7][..], (0x0010_0020, b"LO", 4))));
        let item = [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(implicit_header(&item), Ok((&[][..], (0xFFFE_E000, u32::MAX))));
        let mut start = [0; 132];
        start[128..].copy_from_slice(b"DICM");
        assert!(preamble_and_prefix(&start).is_ok() && preamble_and_prefix(&start[..131]).is_err());
    }

    #[test]
    fn every_cut_fails() {
        let bytes = [1; 12];
        assert!((0..4).all(|n| extension_header(&bytes[..n]).is_err() && attribute_tag(&bytes[..n]).is_err()));
        assert!((0..8).all(|n| explicit_header(&bytes[..n]).is_err() && implicit_header(&bytes[..n]).is_err()));
        assert!(
            one_byte_element(&[]).is_err() && two_byte_element(&[1]).is_err() && octets::<12>(&bytes[..11]).is_err()
        );
    }
}
