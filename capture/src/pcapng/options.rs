//! Options of pcapng blocks (pcapng 3.5): code, length, value, padding.

use crate::bytes::{Endian, padded};

/// opt_endofopt.
const END: u16 = 0;
/// opt_comment.
pub(crate) const COMMENT: u16 = 1;
pub(crate) const IF_NAME: u16 = 2;
pub(crate) const IF_DESCRIPTION: u16 = 3;
pub(crate) const IF_TSRESOL: u16 = 9;
pub(crate) const IF_TSOFFSET: u16 = 14;
pub(crate) const EPB_FLAGS: u16 = 2;
pub(crate) const EPB_DROPCOUNT: u16 = 4;
pub(crate) const ISB_IFRECV: u16 = 4;
pub(crate) const ISB_IFDROP: u16 = 5;
pub(crate) const ISB_OSDROP: u16 = 7;
pub(crate) const SHB_USERAPPL: u16 = 4;

/// The options of one block: an iterator of code and value. An option that overruns its block ends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options<'a> {
    rest: &'a [u8],
    pub(crate) endian: Endian,
}

impl<'a> Options<'a> {
    pub(crate) const fn new(bytes: &'a [u8], endian: Endian) -> Self {
        Self { rest: bytes, endian }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (code, length) = (self.endian.u16(self.rest)?, self.endian.u16_at(self.rest, 2)?);
        if code == END {
            self.rest = &[];
            return None;
        }
        let (_, behind) = self.rest.split_at_checked(4)?;
        let Some(value) = behind.get(..usize::from(length)) else {
            self.rest = &[];
            return None;
        };
        // The last option's padding may be missing.
        self.rest = behind.get(padded(value.len())..).unwrap_or_default();
        Some((code, value))
    }
}
