//! Headers of data elements (PS3.5 7.1): the two explicit forms, the implicit one, and what to make of a VR nobody knows.

use super::arena::Form;
use crate::dictionary;
use crate::tag::Tag;
use crate::vr::Vr;
use crate::wire;

/// The length of Items, sequences and encapsulated pixel data that end with a delimiter (PS3.5 7.1.1).
pub const UNDEFINED_LENGTH: u32 = 0xFFFF_FFFF;

/// The header of a data element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tag: u32,
    pub(crate) vr: Vr,
    pub(crate) form: Form,
    /// The VR's two bytes are no VR.
    pub(crate) unknown_vr: bool,
    pub(crate) length: u32,
}

/// How a VR's header goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Short,
    Long,
    Sequence,
    Unknown,
}

/// VR and class by the low five bits of both letters.
static VRS: [(Vr, Class); 1024] = {
    let mut table = [(Vr::UN, Class::Unknown); 1024];
    let mut i = 0;
    while i < Vr::ALL.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        let vr = Vr::ALL[i];
        let class = match vr {
            Vr::SQ => Class::Sequence,
            _ if vr.has_long_length() => Class::Long,
            _ => Class::Short,
        };
        if let &[a, b] = vr.as_str().as_bytes() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            {
                table[((a & 31) as usize) << 5 | (b & 31) as usize] = (vr, class);
            }
        }
        i += 1;
    }
    table
};

/// The VR of two letters in wire order.
#[inline(always)]
pub(crate) fn vr_of(low: u8, high: u8) -> (Vr, Class) {
    if ((low ^ 0x40) | (high ^ 0x40)) & 0xE0 != 0 {
        return (Vr::UN, Class::Unknown);
    }
    let index = usize::from(low & 31) << 5 | usize::from(high & 31);
    VRS.get(index).copied().unwrap_or((Vr::UN, Class::Unknown))
}

/// The tag of the first four bytes.
#[inline(always)]
pub(crate) const fn tag_of(head: &[u8; 8]) -> u32 {
    let &[a, b, c, d, ..] = head;
    u32::from_le_bytes([c, d, a, b])
}

/// The 32-bit length behind the tag: Items, delimiters, Implicit VR.
#[inline(always)]
pub(crate) const fn length32(head: &[u8; 8]) -> u32 {
    let &[.., a, b, c, d] = head;
    u32::from_le_bytes([a, b, c, d])
}

/// The first eight bytes at `at`.
#[inline(always)]
pub(crate) fn head8(window: &[u8], at: usize) -> Option<&[u8; 8]> {
    wire::octets(window.get(at..)?).ok().map(|(_, head)| head)
}

/// The first twelve bytes at `at`.
#[inline(always)]
fn head12(window: &[u8], at: usize) -> Option<&[u8; 12]> {
    wire::octets(window.get(at..)?).ok().map(|(_, head)| head)
}

/// Reads an Explicit VR header at `at`; `window` ends where the element must end. `None`: the header itself is cut.
#[inline]
pub(crate) fn explicit(window: &[u8], at: usize) -> Option<Header> {
    let (rest, (tag, &[v0, v1], short)) = wire::explicit_header(window.get(at..)?).ok()?;
    let (vr, class) = vr_of(v0, v1);
    let (form, length) = match class {
        Class::Short => (Form::Short, u32::from(short)),
        Class::Long | Class::Sequence => (Form::Long, wire::long_length(rest).ok()?.1),
        Class::Unknown => return Some(unknown(window, at, head8(window, at)?)),
    };
    Some(Header {
        tag,
        vr,
        form,
        unknown_vr: false,
        length,
    })
}

/// Reads an Implicit VR header at `at`. An explicit one is taken where its letters are a VR and what follows proves it.
#[inline]
pub(crate) fn implicit(window: &[u8], at: usize) -> Option<Header> {
    let &[_, _, _, _, v0, v1, ..] = head8(window, at)?;
    let (_, (tag, length)) = wire::implicit_header(window.get(at..)?).ok()?;
    if vr_of(v0, v1).1 != Class::Unknown
        && let Some(header) = explicit(window, at)
        && (is_confirmed(window, at, &header)
            || !fits(window, at, Form::Implicit, length) && fits_header(window, at, &header))
    {
        return Some(header);
    }
    Some(Header {
        tag,
        vr: implicit_vr(Tag(tag), length),
        form: Form::Implicit,
        unknown_vr: false,
        length,
    })
}

/// An element whose VR is none of PS3.5: which of the three layouts is it?
///
/// Two letters are a VR of a later edition, which has the 32-bit length (PS3.5 6.2); anything else is more likely the length
/// of an Implicit VR element. The first layout that a readable header follows is taken; else the first that fits.
#[cold]
fn unknown(window: &[u8], at: usize, head: &[u8; 8]) -> Header {
    let &[_, _, _, _, v0, v1, l0, l1] = head;
    let tag = tag_of(head);
    let long = head12(window, at).map(|&[.., a, b, c, d]| Header {
        tag,
        vr: Vr::UN,
        form: Form::Long,
        unknown_vr: true,
        length: u32::from_le_bytes([a, b, c, d]),
    });
    let short = Header {
        tag,
        vr: Vr::UN,
        form: Form::Short,
        unknown_vr: true,
        length: u32::from(u16::from_le_bytes([l0, l1])),
    };
    let length = length32(head);
    let without = Header {
        tag,
        vr: implicit_vr(Tag(tag), length),
        form: Form::Implicit,
        unknown_vr: false,
        length,
    };
    let (order, fallback) = if v0.is_ascii_uppercase() && v1.is_ascii_uppercase() {
        let long = long.filter(|_| l0 == 0 && l1 == 0);
        ([long, Some(short), Some(without)], long.unwrap_or(short))
    } else if matches!((v0, v1), (b' '..=b'~', b' '..=b'~')) {
        // Blanks and "??" are in the wild, with a 16-bit length.
        ([Some(short), long, Some(without)], short)
    } else {
        ([Some(without), Some(short), long], without)
    };
    let candidates = || order.iter().flatten();
    candidates()
        .find(|header| is_confirmed(window, at, header))
        .or_else(|| candidates().find(|header| fits_header(window, at, header)))
        .copied()
        .unwrap_or(fallback)
}

/// Whether the element ends exactly with the window, or something that looks like a header with a greater tag follows.
fn is_confirmed(window: &[u8], at: usize, header: &Header) -> bool {
    let behind = at.saturating_add(header.form.header_length() as usize);
    let end = if header.length == UNDEFINED_LENGTH {
        let item = head8(window, behind).map(tag_of);
        return item == Some(Tag::ITEM.0) || item == Some(Tag::SEQUENCE_DELIMITATION.0);
    } else {
        behind as u64 + u64::from(header.length)
    };
    if end == window.len() as u64 {
        return true;
    }
    let Some(next) = usize::try_from(end).ok().and_then(|end| head8(window, end)) else {
        return false;
    };
    let &[_, _, _, _, v0, v1, ..] = next;
    let tag = tag_of(next);
    // Elements in Implicit VR come in company.
    let is_header = vr_of(v0, v1).1 != Class::Unknown
        || header.form == Form::Implicit && u64::from(length32(next)) <= window.len() as u64 - end;
    let is_delimiter = tag == Tag::ITEM_DELIMITATION.0 || tag == Tag::SEQUENCE_DELIMITATION.0;
    is_delimiter || (tag < Tag::ITEM.0 && tag > header.tag && is_header)
}

fn fits_header(window: &[u8], at: usize, header: &Header) -> bool {
    fits(window, at, header.form, header.length)
}

fn fits(window: &[u8], at: usize, form: Form, length: u32) -> bool {
    at as u64 + u64::from(form.header_length()) + u64::from(length) <= window.len() as u64
}

/// The VR of an element in Implicit VR. Where the dictionary allows OB and OW it is OW (PS3.5 A.1).
fn implicit_vr(tag: Tag, length: u32) -> Vr {
    match dictionary::vr(tag) {
        Some(Vr::OB) if dictionary::lookup(tag).is_some_and(|entry| entry.vrs.contains(&Vr::OW)) => Vr::OW,
        Some(vr) => vr,
        None if length == UNDEFINED_LENGTH => Vr::SQ,
        None => Vr::UN,
    }
}
