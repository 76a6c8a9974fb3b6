//! Value Representations (PS3.5 6.2).

use core::fmt;

macro_rules! vrs {
    ($($name:ident $long:literal $title:literal;)*) => {
        /// One of the 34 Value Representations of PS3.5 6.2.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Vr { $(#[doc = $title] $name,)* }

        impl Vr {
            /// All of them, in alphabetical order.
            pub const ALL: [Self; 34] = [$(Self::$name,)*];

            /// The VR of two bytes of an element header; `None` if PS3.5 does not know it.
            #[must_use]
            #[inline]
            pub const fn from_bytes(bytes: [u8; 2]) -> Option<Self> {
                $(const $name: u16 = u16::from_be_bytes(two(stringify!($name)));)*
                match u16::from_be_bytes(bytes) {
                    $($name => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its two letters.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Its name in PS3.5 Table 6.2-1.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Whether its Explicit VR header has two reserved bytes and a 32-bit length (PS3.5 Table 7.1-1): 12 bytes, else 8.
            #[must_use]
            #[inline]
            pub const fn has_long_length(self) -> bool {
                match self { $(Self::$name => $long,)* }
            }
        }
    };
}

const fn two(text: &str) -> [u8; 2] {
    match text.as_bytes() {
        &[a, b] => [a, b],
        _ => [0, 0],
    }
}

vrs! {
    AE false "Application Entity";
    AS false "Age String";
    AT false "Attribute Tag";
    CS false "Code String";
    DA false "Date";
    DS false "Decimal String";
    DT false "Date Time";
    FD false "Floating Point Double";
    FL false "Floating Point Single";
    IS false "Integer String";
    LO false "Long String";
    LT false "Long Text";
    OB true "Other Byte";
    OD true "Other Double";
    OF true "Other Float";
    OL true "Other Long";
    OV true "Other 64-bit Very Long";
    OW true "Other Word";
    PN false "Person Name";
    SH false "Short String";
    SL false "Signed Long";
    SQ true "Sequence of Items";
    SS false "Signed Short";
    ST false "Short Text";
    SV true "Signed 64-bit Very Long";
    TM false "Time";
    UC true "Unlimited Characters";
    UI false "Unique Identifier (UID)";
    UL false "Unsigned Long";
    UN true "Unknown";
    UR true "Universal Resource Identifier or Universal Resource Locator (URI/URL)";
    US false "Unsigned Short";
    UT true "Unlimited Text";
    UV true "Unsigned 64-bit Very Long";
}

impl fmt::Display for Vr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
