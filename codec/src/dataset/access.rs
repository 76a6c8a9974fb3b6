//! Values as the types that their VR stands for.

use uuid::Uuid;

use super::element::Element;
use crate::time::PtpTimestamp;
use crate::vr::Vr;

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
