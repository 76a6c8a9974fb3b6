//! Numbers: binary ones, little-endian, and those written as text (IS, DS).

use core::fmt;
use core::marker::PhantomData;

use crate::tag::Tag;
use crate::vr::Vr;

/// A number of a fixed size on the wire. Sealed: implemented for the ones of PS3.5 6.2.
pub trait WireNumber: sealed::Sealed + Copy {}

mod sealed {
    pub trait Sealed {
        const SIZE: usize;
        fn read(bytes: &[u8]) -> Option<Self>
        where
            Self: Sized;
    }
}

macro_rules! wire_numbers {
    ($($function:ident $type:ty, $size:literal, $vrs:literal;)*) => {$(
        impl WireNumber for $type {}

        impl sealed::Sealed for $type {
            const SIZE: usize = $size;
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_le_bytes(bytes.try_into().ok()?))
            }
        }

        #[doc = concat!("The values of ", $vrs, ", ", $size, " bytes each, little-endian. Allocates nothing.")]
        #[must_use]
        pub const fn $function(bytes: &[u8]) -> Numbers<'_, $type> {
            Numbers { bytes, kind: PhantomData }
        }
    )*};
}

wire_numbers! {
    u16s u16, 2, "US and OW";
    i16s i16, 2, "SS";
    u32s u32, 4, "UL and OL";
    i32s i32, 4, "SL";
    u64s u64, 8, "UV and OV";
    i64s i64, 8, "SV";
    f32s f32, 4, "FL and OF";
    f64s f64, 8, "FD and OD";
}

impl WireNumber for Tag {}

impl sealed::Sealed for Tag {
    const SIZE: usize = 4;
    fn read(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c, d] = bytes else { return None };
        Some(Self::new(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])))
    }
}

/// The values of AT, 4 bytes each: group, then element, each little-endian (PS3.5 6.2). Allocates nothing.
#[must_use]
pub const fn tags(bytes: &[u8]) -> Numbers<'_, Tag> {
    Numbers {
        bytes,
        kind: PhantomData,
    }
}

/// The whole numbers in the bytes of a value.
#[derive(Clone, Debug)]
pub struct Numbers<'a, T> {
    bytes: &'a [u8],
    kind: PhantomData<T>,
}

impl<'a, T: WireNumber> Numbers<'a, T> {
    /// The bytes behind the last whole number; empty in a valid value.
    #[must_use]
    pub fn remainder(&self) -> &'a [u8] {
        self.bytes.chunks_exact(T::SIZE).remainder()
    }
}

impl<T: WireNumber> Iterator for Numbers<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let (number, rest) = self.bytes.split_at_checked(T::SIZE)?;
        self.bytes = rest;
        T::read(number)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.bytes.len() / T::SIZE;
        (count, Some(count))
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        let skipped = n.saturating_mul(T::SIZE).min(self.bytes.len());
        self.bytes = self.bytes.get(skipped..).unwrap_or_default();
        self.next()
    }
}

impl<T: WireNumber> ExactSizeIterator for Numbers<'_, T> {}
impl<T: WireNumber> core::iter::FusedIterator for Numbers<'_, T> {}

/// A binary number of any VR.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// US UL UV OW OL OV.
    Unsigned(u64),
    /// SS SL SV.
    Signed(i64),
    /// FL OF.
    Single(f32),
    /// FD OD.
    Double(f64),
    /// AT.
    Tag(Tag),
}

impl fmt::Display for Number {
    /// Decimal, floating-point numbers with the fewest digits that give them back; tags as `(0010,0010)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(n) => fmt::Display::fmt(n, f),
            Self::Signed(n) => fmt::Display::fmt(n, f),
            Self::Single(n) if is_short_integer((*n).into()) => fmt::Display::fmt(n, f),
            Self::Double(n) if is_short_integer(*n) => fmt::Display::fmt(n, f),
            Self::Single(n) => fmt::Debug::fmt(n, f),
            Self::Double(n) => fmt::Debug::fmt(n, f),
            Self::Tag(tag) => fmt::Display::fmt(tag, f),
        }
    }
}

/// Whether a number is an integer of at most 15 digits: those need no `.0`, longer ones are shorter with an exponent.
fn is_short_integer(n: f64) -> bool {
    n.abs() < 1e15 && (n as i64) as f64 == n
}

/// Bytes of one number of a VR; `None` if its values are no binary numbers.
#[must_use]
pub const fn number_size(vr: Vr) -> Option<usize> {
    match vr {
        Vr::US | Vr::SS | Vr::OW => Some(2),
        Vr::UL | Vr::SL | Vr::FL | Vr::AT | Vr::OL | Vr::OF => Some(4),
        Vr::UV | Vr::SV | Vr::FD | Vr::OV | Vr::OD => Some(8),
        _ => None,
    }
}

/// The binary numbers of a value, whatever its VR; `None` if its values are no binary numbers. Allocates nothing.
#[must_use]
pub const fn numbers(vr: Vr, bytes: &[u8]) -> Option<NumberValues<'_>> {
    Some(NumberValues(match vr {
        Vr::US | Vr::OW => Any::U16(u16s(bytes)),
        Vr::SS => Any::I16(i16s(bytes)),
        Vr::UL | Vr::OL => Any::U32(u32s(bytes)),
        Vr::SL => Any::I32(i32s(bytes)),
        Vr::UV | Vr::OV => Any::U64(u64s(bytes)),
        Vr::SV => Any::I64(i64s(bytes)),
        Vr::FL | Vr::OF => Any::F32(f32s(bytes)),
        Vr::FD | Vr::OD => Any::F64(f64s(bytes)),
        Vr::AT => Any::Tag(tags(bytes)),
        _ => return None,
    }))
}

/// The iterator of [`numbers`].
#[derive(Clone, Debug)]
pub struct NumberValues<'a>(Any<'a>);

#[derive(Clone, Debug)]
enum Any<'a> {
    U16(Numbers<'a, u16>),
    I16(Numbers<'a, i16>),
    U32(Numbers<'a, u32>),
    I32(Numbers<'a, i32>),
    U64(Numbers<'a, u64>),
    I64(Numbers<'a, i64>),
    F32(Numbers<'a, f32>),
    F64(Numbers<'a, f64>),
    Tag(Numbers<'a, Tag>),
}

impl Iterator for NumberValues<'_> {
    type Item = Number;

    fn next(&mut self) -> Option<Number> {
        match &mut self.0 {
            Any::U16(n) => n.next().map(|n| Number::Unsigned(n.into())),
            Any::I16(n) => n.next().map(|n| Number::Signed(n.into())),
            Any::U32(n) => n.next().map(|n| Number::Unsigned(n.into())),
            Any::I32(n) => n.next().map(|n| Number::Signed(n.into())),
            Any::U64(n) => n.next().map(Number::Unsigned),
            Any::I64(n) => n.next().map(Number::Signed),
            Any::F32(n) => n.next().map(Number::Single),
            Any::F64(n) => n.next().map(Number::Double),
            Any::Tag(n) => n.next().map(Number::Tag),
        }
    }
}

impl core::iter::FusedIterator for NumberValues<'_> {}

/// The number of an Integer String: digits after an optional sign, -2^31 to 2^31 - 1, spaces around it (PS3.5 6.2).
#[must_use]
pub fn integer_string(text: &str) -> Option<i32> {
    text.trim_matches(' ').parse().ok()
}

/// The number of a Decimal String: fixed-point, or floating-point with E or e, spaces around it (PS3.5 6.2).
#[must_use]
pub fn decimal_string(text: &str) -> Option<f64> {
    let text = text.trim_matches(' ');
    // `parse` also takes "inf" and "nan", which no Decimal String may be.
    let allowed = |b: u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'E' | b'e');
    if text.bytes().all(allowed) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn numbers_are_little_endian() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 0x80];
        assert_eq!(u16s(&bytes).collect::<Vec<_>>(), [0x0201, 0x0403, 0x0605, 0x8007]);
        assert_eq!(i16s(&bytes).last(), Some(0x8007_u16 as i16));
        assert_eq!(u32s(&bytes).collect::<Vec<_>>(), [0x0403_0201, 0x8007_0605]);
        assert_eq!(i32s(&bytes).nth(1), Some(0x8007_0605_u32 as i32));
        assert_eq!(u64s(&bytes).next(), Some(0x8007_0605_0403_0201));
        assert_eq!(i64s(&bytes).next(), Some(0x8007_0605_0403_0201_u64 as i64));
        assert_eq!(f64s(&1.5_f64.to_le_bytes()).next(), Some(1.5));
        assert_eq!(f32s(&1.5_f32.to_le_bytes()).next(), Some(1.5));
        assert_eq!(tags(&[0x08, 0x00, 0x18, 0x00]).next(), Some(Tag::new(8, 0x18)));
    }

    #[test]
    fn a_remainder_is_told_and_never_read() {
        for length in 0..24 {
            let bytes = &[7; 24][..length];
            let numbers = u64s(bytes);
            assert_eq!(numbers.len(), length / 8);
            assert_eq!(numbers.remainder().len(), length % 8);
            assert_eq!(numbers.count(), length / 8);
            assert_eq!(u64s(bytes).nth(usize::MAX), None);
        }
    }

    #[test]
    fn every_binary_vr_has_numbers() {
        for vr in Vr::ALL {
            let bytes = [0; 16];
            assert_eq!(
                numbers(vr, &bytes).map(Iterator::count),
                number_size(vr).map(|size| 16 / size),
                "{vr}"
            );
        }
    }

    #[test]
    fn numbers_print_short() {
        for (number, text) in [
            (Number::Single(1.1), "1.1"),
            (Number::Double(40.0), "40"),
            (Number::Double(1e300), "1e300"),
            (Number::Double(f64::NAN), "NaN"),
            (Number::Signed(-3), "-3"),
            (Number::Tag(Tag::new(0x10, 0x10)), "(0010,0010)"),
        ] {
            assert_eq!(number.to_string(), text);
        }
    }

    #[test]
    fn numbers_as_text() {
        assert_eq!(integer_string(" -12 "), Some(-12));
        assert_eq!(integer_string("+7"), Some(7));
        assert_eq!(integer_string("-2147483648"), Some(i32::MIN));
        assert_eq!(integer_string("2147483648"), None);
        assert_eq!(integer_string("1.0"), None);
        assert_eq!(decimal_string(" 1.5E3"), Some(1500.0));
        assert_eq!(decimal_string(".5"), Some(0.5));
        for wrong in ["", "inf", "nan", "1,5", "1 2", "0x1", "e", "1_0"] {
            assert_eq!(decimal_string(wrong), None, "{wrong}");
        }
    }
}
