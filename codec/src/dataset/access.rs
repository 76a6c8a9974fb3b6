//! Values as the types that their VR stands for, and the character set that holds for text.

use alloc::borrow::Cow;

use uuid::Uuid;

use super::DataSet;
use super::arena::Form;
use super::element::Element;
use crate::charset::CharacterSet;
use crate::tag::Tag;
use crate::time::PtpTimestamp;
use crate::value::{self, NumberValues, Strings};
use crate::vr::Vr;

/// Specific Character Set (PS3.3 C.12.1).
pub(crate) const SPECIFIC_CHARACTER_SET: Tag = Tag::new(0x0008, 0x0005);

impl DataSet<'_> {
    /// The character set that holds for the node of this index: the (0008,0005) of the nearest Item around it, else the data
    /// set's own, else `default`. For the dynamic part of an RTV payload `default` is that of the flow's last static part.
    ///
    /// A set found here keeps the multi-byte decoder of `default`.
    #[must_use]
    pub fn charset_at(&self, index: u32, default: CharacterSet) -> CharacterSet {
        let mut at = index;
        while let Some(node) = self.data(at) {
            // An Item's tag field tells where its (0008,0005) is; element 0 is never in an Item.
            if node.form == Form::Item
                && node.tag != 0
                && let Some(element) = self.node(node.tag).and_then(|node| node.as_element())
            {
                return declared(&element, default);
            }
            at = node.parent;
        }
        self.charset(default)
    }

    /// The character set of the top level: its (0008,0005), else `default`.
    #[must_use]
    pub fn charset(&self, default: CharacterSet) -> CharacterSet {
        match self.node(self.charset).and_then(|node| node.as_element()) {
            Some(element) => declared(&element, default),
            None => default,
        }
    }
}

/// Bytes of a (0008,0005) that are looked at: all terms there are take less. Every text element asks for its set anew, so
/// that without a bound a long value would cost quadratic time.
const CHARACTER_SET_BYTES: usize = 1024;

/// The set that a (0008,0005) declares.
fn declared(element: &Element<'_, '_>, default: CharacterSet) -> CharacterSet {
    let value = element.value();
    default.with_value(value.get(..CHARACTER_SET_BYTES).unwrap_or(value)).0
}

macro_rules! numbers {
    ($($one:ident $array:ident $type:ty, $vr:ident;)*) => {
        $(
            #[doc = concat!("The first value of ", stringify!($vr), ". `None` for another VR (but UN) or where it is cut.")]
            #[must_use]
            pub fn $one(&self) -> Option<$type> {
                self.$array::<1>().map(|[first]| first)
            }

            #[doc = concat!("The first `N` values of ", stringify!($vr), ". `None` for another VR (but UN) or where there are fewer.")]
            #[must_use]
            pub fn $array<const N: usize>(&self) -> Option<[$type; N]> {
                if !matches!(self.vr(), Vr::$vr | Vr::UN) {
                    return None;
                }
                let mut values = [<$type>::default(); N];
                let mut rest = self.value();
                for value in &mut values {
                    let (head, tail) = rest.split_first_chunk()?;
                    *value = <$type>::from_le_bytes(*head);
                    rest = tail;
                }
                Some(values)
            }
        )*
    };
}

impl<'a> Element<'_, 'a> {
    /// The value of UI without its padding, as it stands (several UIDs: with their backslashes). `None` if it is not ASCII.
    #[must_use]
    pub fn uid(&self) -> Option<&'a str> {
        let text = core::str::from_utf8(self.value()).ok().filter(|text| text.is_ascii())?;
        Some(text.trim_end_matches(['\0', ' ']))
    }

    /// A UUID of 16 bytes in the order of RFC 9562, as (0002,0035) or (0034,0002) have it. `None` for any other length.
    #[must_use]
    pub fn uuid(&self) -> Option<Uuid> {
        self.value().try_into().ok().map(Uuid::from_bytes)
    }

    /// A PTP timestamp of ten bytes, as (0034,0007) has it (PS3.3 C.7.6.27.1.1). `None` for any other length.
    #[must_use]
    pub fn timestamp(&self) -> Option<PtpTimestamp> {
        self.value().try_into().ok().map(PtpTimestamp::from_bytes)
    }

    /// The character set that holds for its text ([`DataSet::charset_at`]).
    #[must_use]
    pub fn charset(&self, default: CharacterSet) -> CharacterSet {
        self.set().charset_at(self.index(), default)
    }

    /// The whole text of its value, without padding; values stay separated by backslashes. `charset` is the one of
    /// [`Self::charset`].
    #[must_use]
    pub fn text(&self, charset: &CharacterSet) -> Cow<'a, str> {
        value::text(self.vr(), self.value(), charset)
    }

    /// The values of its text, split after decoding, without padding.
    #[must_use]
    pub fn strings(&self, charset: &CharacterSet) -> Strings<'a> {
        value::strings(self.vr(), self.value(), charset)
    }

    /// Its numbers, as the VR has them. `None` for a VR without numbers.
    #[must_use]
    pub fn numbers(&self) -> Option<NumberValues<'a>> {
        value::numbers(self.vr(), self.value())
    }

    /// Its first value as an integer: of a binary integer VR, of IS, or of AT. `None` for another VR, or one that is no integer.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        use value::Number;
        if self.vr() == Vr::IS {
            let text = self.text(&CharacterSet::DEFAULT);
            return value::integer_string(text.split('\\').next()?).map(i64::from);
        }
        match self.numbers()?.next()? {
            Number::Unsigned(number) => i64::try_from(number).ok(),
            Number::Signed(number) => Some(number),
            Number::Tag(tag) => Some(tag.0.into()),
            _ => None,
        }
    }

    /// The attribute tags of AT.
    #[must_use]
    pub fn tags(&self) -> value::Numbers<'a, Tag> {
        value::tags(if self.vr() == Vr::AT { self.value() } else { &[] })
    }

    numbers! {
        u16 u16_array u16, US;
        i16 i16_array i16, SS;
        u32 u32_array u32, UL;
        i32 i32_array i32, SL;
        u64 u64_array u64, UV;
        i64 i64_array i64, SV;
        f32 f32_array f32, FL;
        f64 f64_array f64, FD;
    }
}
