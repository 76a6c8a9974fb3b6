//! Header extensions: the block of RFC 3550 5.3.1 and the elements of RFC 8285 in it.

use core::iter::FusedIterator;

use super::{ONE_BYTE_PROFILE, TWO_BYTE_PROFILE};
use crate::wire;

/// Bytes of "defined by profile" and length.
const HEADER_LENGTH: usize = 4;
const TWO_BYTE_MASK: u16 = 0xFFF0;
/// ID 15 of the one-byte form: reserved, ends the elements (RFC 8285 4.2).
const RESERVED_ID: u8 = 15;

/// The header extension of one packet (RFC 3550 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    data: &'a [u8],
    offset: u32,
    profile: u16,
}

/// How an extension codes its elements (RFC 8285 4.2, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Profile BEDEH: IDs 1 to 14, 1 to 16 bytes each. PS3.22 6.2.1 asks for it.
    OneByte,
    /// Profile 100xH: IDs 1 to 255, 0 to 255 bytes each.
    TwoByte {
        /// The low four bits of the profile, free for the application.
        appbits: u8,
    },
    /// Not an extension of RFC 8285; its data have no elements.
    Other,
}

/// One element of a header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionElement<'a> {
    /// The local identifier that an `a=extmap` line maps to a meaning.
    pub id: u8,
    /// The data, without the element's header.
    pub data: &'a [u8],
    /// Where the element's header starts, from the start of the packet.
    pub offset: usize,
    /// Bytes of the element's header: 1 or 2.
    pub header_length: u8,
}

/// Why the elements of an extension ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementsEnd {
    /// They have not: the iterator has more to give.
    Open,
    /// All data was read.
    Complete,
    /// ID 15 of the one-byte form: what follows must be ignored (RFC 8285 4.2).
    ReservedId {
        /// Where, from the start of the packet.
        offset: usize,
    },
    /// ID 0 with a length in the one-byte form: what follows must be ignored (RFC 8285 4.2).
    PaddingWithLength {
        /// Where, from the start of the packet.
        offset: usize,
    },
    /// An element claims more bytes than the extension has.
    Overrun {
        /// Where its header starts, from the start of the packet.
        offset: usize,
        /// Data bytes that it claims.
        declared: usize,
        /// Data bytes that are left.
        available: usize,
    },
    /// The profile is not one of RFC 8285: there are no elements.
    NotElements,
}

/// The elements of an extension, in order. Padding bytes are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    /// Where the extension's data end, from the start of the packet.
    data_end: usize,
    form: Form,
    end: ElementsEnd,
}

impl<'a> Extension<'a> {
    /// The caller has checked that the packet holds `data`, `offset + 4` bytes in.
    #[inline]
    pub(super) const fn new(profile: u16, data: &'a [u8], offset: usize) -> Self {
        Self {
            data,
            // A packet's headers are below 2^19 bytes long.
            offset: offset as u32,
            profile,
        }
    }

    /// "Defined by profile": BEDEH for the one-byte form.
    #[must_use]
    pub const fn profile(&self) -> u16 {
        self.profile
    }

    /// The data behind the four bytes of profile and length; a multiple of four bytes.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Where the extension starts (its profile field), from the start of the packet.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset as usize
    }

    /// Bytes of the extension, profile and length fields included.
    #[must_use]
    pub const fn length(&self) -> usize {
        HEADER_LENGTH + self.data.len()
    }

    /// How its elements are coded.
    #[must_use]
    pub const fn form(&self) -> Form {
        match self.profile {
            ONE_BYTE_PROFILE => Form::OneByte,
            p if p & TWO_BYTE_MASK == TWO_BYTE_PROFILE => Form::TwoByte {
                appbits: (p & !TWO_BYTE_MASK) as u8,
            },
            _ => Form::Other,
        }
    }

    /// Its elements; none for [`Form::Other`].
    #[inline]
    #[must_use]
    pub const fn elements(&self) -> Elements<'a> {
        let form = self.form();
        let (rest, end): (&[u8], _) = match form {
            Form::Other => (&[], ElementsEnd::NotElements),
            _ => (self.data, ElementsEnd::Open),
        };
        Elements {
            rest,
            data_end: self.offset as usize + HEADER_LENGTH + self.data.len(),
            form,
            end,
        }
    }
}

impl ExtensionElement<'_> {
    /// Where the data start, from the start of the packet.
    #[must_use]
    pub const fn data_offset(&self) -> usize {
        self.offset + self.header_length as usize
    }

    /// Bytes of header and data.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.header_length as usize + self.data.len()
    }
}

impl Elements<'_> {
    /// Why the iterator ended; [`ElementsEnd::Open`] before it has.
    #[must_use]
    pub const fn end(&self) -> ElementsEnd {
        self.end
    }

    #[cold]
    fn stop<T>(&mut self, end: ElementsEnd) -> Option<T> {
        self.rest = &[];
        self.end = end;
        None
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = ExtensionElement<'a>;

    #[inline]
    fn next(&mut self) -> Option<ExtensionElement<'a>> {
        let one_byte = self.form == Form::OneByte;
        loop {
            let Some((&first, rest)) = self.rest.split_first() else {
                if self.end == ElementsEnd::Open {
                    self.end = ElementsEnd::Complete;
                }
                return None;
            };
            if first == 0 {
                // One padding byte; it may stand between elements, too (RFC 8285 4.1.2).
                self.rest = rest;
                continue;
            }
            let offset = self.data_end - self.rest.len();
            let (id, declared, rest, header_length) = if one_byte {
                let Ok((rest, (id, declared))) = wire::one_byte_element(self.rest) else {
                    return None;
                };
                if id == 0 {
                    return self.stop(ElementsEnd::PaddingWithLength { offset });
                }
                if id == RESERVED_ID {
                    return self.stop(ElementsEnd::ReservedId { offset });
                }
                (id, declared, rest, 1)
            } else {
                let Ok((rest, (id, declared))) = wire::two_byte_element(self.rest) else {
                    return self.stop(ElementsEnd::Overrun {
                        offset,
                        declared: 1,
                        available: 0,
                    });
                };
                (id, declared, rest, 2)
            };
            let Some((data, rest)) = rest.split_at_checked(declared) else {
                let available = rest.len();
                return self.stop(ElementsEnd::Overrun {
                    offset,
                    declared,
                    available,
                });
            };
            self.rest = rest;
            return Some(ExtensionElement {
                id,
                data,
                offset,
                header_length,
            });
        }
    }
}

impl FusedIterator for Elements<'_> {}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn scan(profile: u16, data: &[u8]) -> (Vec<(u8, &[u8])>, ElementsEnd) {
        let extension = Extension::new(profile, data, 12);
        let mut elements = extension.elements();
        let mut found = Vec::new();
        for element in elements.by_ref() {
            assert_eq!(element.data, &data[element.data_offset() - 16..][..element.data.len()]);
            found.push((element.id, element.data));
        }
        (found, elements.end())
    }

    #[test]
    fn forms_by_profile() {
        assert_eq!(Extension::new(0xBEDE, &[], 12).form(), Form::OneByte);
        for appbits in 0..16 {
            let form = Extension::new(0x1000 | u16::from(appbits), &[], 12).form();
            assert_eq!(form, Form::TwoByte { appbits });
        }
        for profile in [0x0000, 0xBEDF, 0x1010, 0x0100, 0xFFFF] {
            assert_eq!(Extension::new(profile, &[], 12).form(), Form::Other);
            assert_eq!(scan(profile, &[0x10, 0xAA]), (Vec::new(), ElementsEnd::NotElements));
        }
    }

    #[test]
    fn one_byte_length_is_the_nibble_plus_one() {
        let data = [
            0x10, 0xAA, 0x2F, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xE0, 0xBB,
        ];
        let (found, end) = scan(0xBEDE, &data);
        assert_eq!(found, [(1, &data[1..2]), (2, &data[3..19]), (14, &data[20..21])]);
        assert_eq!(end, ElementsEnd::Complete);
    }

    #[test]
    fn padding_between_and_behind_elements() {
        let (found, end) = scan(0xBEDE, &[0, 0, 0x50, 0x80, 0, 0x51, 1, 2, 0, 0, 0, 0]);
        assert_eq!(found, [(5, &[0x80][..]), (5, &[1, 2][..])]);
        assert_eq!(end, ElementsEnd::Complete);
    }

    #[test]
    fn id_15_ends_the_elements_and_keeps_the_prior_ones() {
        let (found, end) = scan(0xBEDE, &[0x50, 0x80, 0xF3, 0x10, 0xAA, 0, 0, 0]);
        assert_eq!(found, [(5, &[0x80][..])]);
        assert_eq!(end, ElementsEnd::ReservedId { offset: 18 });
    }

    #[test]
    fn id_0_with_a_length_ends_the_elements() {
        let (found, end) = scan(0xBEDE, &[0x50, 0x80, 0x01, 0x10, 0xAA, 0, 0, 0]);
        assert_eq!(found, [(5, &[0x80][..])]);
        assert_eq!(end, ElementsEnd::PaddingWithLength { offset: 18 });
    }

    #[test]
    fn two_byte_form_has_plain_lengths_and_all_ids() {
        let (found, end) = scan(0x1000, &[0, 1, 0, 15, 1, 0xAA, 255, 2, 1, 2, 0, 0]);
        assert_eq!(found, [(1, &[][..]), (15, &[0xAA][..]), (255, &[1, 2][..])]);
        assert_eq!(end, ElementsEnd::Complete);
    }

    #[test]
    fn overruns_are_told_and_not_given() {
        let overrun = |offset, declared, available| ElementsEnd::Overrun {
            offset,
            declared,
            available,
        };
        assert_eq!(
            scan(0xBEDE, &[0x50, 0x80, 0x1F, 1]),
            (Vec::from([(5, &[0x80][..])]), overrun(18, 16, 1))
        );
        assert_eq!(scan(0x1000, &[7, 200, 1, 2]), (Vec::new(), overrun(16, 200, 2)));
        assert_eq!(scan(0x1000, &[0, 0, 0, 7]), (Vec::new(), overrun(19, 1, 0)));
    }

    #[test]
    fn no_data_is_legal() {
        assert_eq!(scan(0xBEDE, &[]), (Vec::new(), ElementsEnd::Complete));
        let mut elements = Extension::new(0xBEDE, &[0; 4], 12).elements();
        assert_eq!(elements.end(), ElementsEnd::Open);
        assert!(elements.next().is_none() && elements.next().is_none());
    }
}
