//! The attribute dictionary of PS3.6: tag, keyword, name, VR, VM and whether retired.
//!
//! It holds every attribute of groups 0000 and 0002 to FFFE with the RTV groups 0002, 0006 and 0034, and the repeating
//! groups (50xx, 60xx and others). [`lookup`] is a binary search over static tables: no set-up, no allocation.
//!
//! ```
//! use dicom_rtv::{Tag, Vr, dictionary};
//!
//! let entry = dictionary::lookup(Tag::new(0x0034, 0x0007)).unwrap();
//! assert_eq!((entry.keyword, entry.name, entry.vr), ("FrameOriginTimestamp", "Frame Origin Timestamp", Vr::OB));
//! assert_eq!(dictionary::by_keyword("PatientName").unwrap().tag, dictionary::tags::PATIENT_NAME);
//! assert_eq!(dictionary::by_name("patients name").unwrap().tag, dictionary::tags::PATIENT_NAME);
//! ```

mod entry;
#[cfg(feature = "explain")]
mod explain;
mod search;
mod table;
pub mod tags;
#[cfg(test)]
mod tests;

pub use entry::{Entry, Vm};
#[cfg(feature = "explain")]
pub use explain::{explain, explained};
pub use search::{by_keyword, by_name};

use crate::{Tag, Vr};

/// The entry of an attribute.
///
/// Exact tags first, then repeating groups. A group length (gggg,0000) that PS3.6 does not list and a Private Creator
/// (gggg,0010-00FF) of an odd group get a general entry (PS3.5 7.2, 7.8.1). Other private attributes have none: what
/// they mean is known only to their creator.
#[must_use]
pub fn lookup(tag: Tag) -> Option<Entry> {
    match index_of(tag) {
        Some(index) => entry::at(index),
        None => entry::general(tag),
    }
}

/// The VR of an attribute, the first one where PS3.6 allows several: `lookup(tag)` without the rest of the entry.
///
/// `None` also for the delimiters of group FFFE, which have no VR.
#[must_use]
pub fn vr(tag: Tag) -> Option<Vr> {
    match index_of(tag) {
        Some(index) => entry::vrs_at(index).first().copied(),
        None => entry::general(tag).map(|entry| entry.vr),
    }
}

/// Every entry: by ascending tag, the repeating groups last. The general ones of [`lookup`] are not among them.
pub fn entries() -> impl ExactSizeIterator<Item = Entry> {
    entry::Entries::new()
}

fn index_of(tag: Tag) -> Option<usize> {
    if tag.is_private() {
        return None;
    }
    table::TAGS.binary_search(&tag.0).ok().or_else(|| repeating(tag))
}

fn repeating(tag: Tag) -> Option<usize> {
    // All repeating groups have one of these first bytes; an unknown attribute elsewhere needs no second search.
    if !matches!(tag.0 >> 24, 0x00 | 0x10 | 0x50 | 0x60 | 0x7F) {
        return None;
    }
    let at = table::REPEATING
        .iter()
        .position(|&(lowest, mask)| (tag.0 ^ lowest) & mask == 0)?;
    Some(table::TAGS.len() + at)
}
