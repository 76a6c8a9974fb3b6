//! The DICOM JSON model (PS3.18 F.2), as pydicom 3 writes it.
//!
//! Elements come in the order of the data set. Spaces stand where Python's `json` puts them. Nothing is decoded twice and
//! nothing is collected: the text streams into a [`core::fmt::Write`].
//!
//! ```
//! use dicom_rtv::charset::CharacterSet;
//! use dicom_rtv::dataset::{DataSet, Syntax};
//! use dicom_rtv::{Limits, json};
//!
//! let bytes = b"\x10\0\x10\0PN\x08\0Doe^Jane\x28\0\x10\0US\x02\0\x38\x04";
//! let set = DataSet::parse(bytes, Syntax::ExplicitVrLe, &Limits::default());
//! let text = json::to_string(&set, CharacterSet::DEFAULT);
//! assert_eq!(
//!     text,
//!     r#"{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane"}]}, "00280010": {"vr": "US", "Value": [1080]}}"#
//! );
//! ```

mod text;
mod value;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

pub use value::write_value;

use crate::charset::CharacterSet;
use crate::dataset::{DataSet, Element, Elements, Items};
use crate::dictionary;
use crate::tag::Tag;
use crate::vr::Vr;

/// How numbers that JSON does not have are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum NonFinite {
    /// `NaN`, `Infinity`, `-Infinity`, as Python writes and reads them. Strict JSON readers refuse that.
    #[default]
    Bare,
    /// `"NaN"`, `"inf"`, `"-inf"`, which is valid JSON: for JavaScript and the like.
    Quoted,
}

/// The data set as JSON, numbers that JSON does not have [bare](NonFinite::Bare). `default` is what holds where the data set
/// has no (0008,0005); its decoder of multi-byte sets is used everywhere.
#[must_use]
pub fn to_string(set: &DataSet<'_>, default: CharacterSet) -> String {
    let mut out = String::with_capacity(set.bytes().len().saturating_mul(2));
    // Writing to a String cannot fail.
    let _ = write(set, default, NonFinite::Bare, &mut out);
    out
}

/// Writes a data set as a JSON object.
///
/// UN of a standard attribute, as a system leaves it that did not know the attribute, is written in the VR of the dictionary.
/// A tag that comes twice is written twice; JSON readers keep the last. A sequence in which no Item was read, for it
/// lies too deep or is none, is written as UN, whole.
///
/// # Errors
/// Those of `out`.
pub fn write(set: &DataSet<'_>, default: CharacterSet, non_finite: NonFinite, out: &mut impl Write) -> fmt::Result {
    let in_force = in_force(set.get(SPECIFIC_CHARACTER_SET), default);
    write_elements(set.elements(), in_force, non_finite, out)
}

/// Writes elements of one level, and all below them, as a JSON object. `set` is the character set in force on that level.
///
/// # Errors
/// Those of `out`.
pub fn write_elements<'d, 'a: 'd>(
    elements: impl IntoIterator<Item = Element<'d, 'a>>,
    set: CharacterSet,
    non_finite: NonFinite,
    out: &mut impl Write,
) -> fmt::Result {
    let mut writer = Writer { non_finite, out };
    let mut open = Vec::new();
    writer.out.write_char('{')?;
    for (index, element) in elements.into_iter().enumerate() {
        open.extend(writer.element(element, index == 0, set)?);
        while let Some(level) = open.pop() {
            writer.level(level, &mut open)?;
        }
    }
    writer.out.write_char('}')
}

const SPECIFIC_CHARACTER_SET: Tag = Tag::new(0x0008, 0x0005);

/// The character set of a level, from its own (0008,0005) or from around it (PS3.5 7.5.3).
fn in_force(own: Option<Element<'_, '_>>, around: CharacterSet) -> CharacterSet {
    own.map_or(around, |element| around.with_value(element.value()).0)
}

/// From this length on a value of UN stays closed: another VR may not have had room for it in its length field.
const UN_LIMIT: usize = 0xFFFF;

/// What the dictionary knows of an element that somebody on its way did not know; a sequence stays closed.
fn known_vr(tag: Tag) -> Option<Vr> {
    dictionary::vr(tag).filter(|vr| *vr != Vr::SQ)
}

/// What is open around the place of writing, with what is left of it.
enum Level<'d, 'a> {
    Item {
        elements: Elements<'d, 'a>,
        is_first: bool,
        set: CharacterSet,
    },
    Sequence {
        items: Items<'d, 'a>,
        is_first: bool,
        set: CharacterSet,
    },
}

struct Writer<'o, W> {
    non_finite: NonFinite,
    out: &'o mut W,
}

impl<W: Write> Writer<'_, W> {
    /// Goes on with one level up to the next deeper one, or closes it.
    fn level<'d, 'a>(&mut self, level: Level<'d, 'a>, open: &mut Vec<Level<'d, 'a>>) -> fmt::Result {
        match level {
            Level::Item {
                mut elements,
                mut is_first,
                set,
            } => {
                while let Some(element) = elements.next() {
                    if let Some(sequence) = self.element(element, is_first, set)? {
                        let is_first = false;
                        open.push(Level::Item {
                            elements,
                            is_first,
                            set,
                        });
                        open.push(sequence);
                        return Ok(());
                    }
                    is_first = false;
                }
                self.out.write_char('}')
            }
            Level::Sequence {
                mut items,
                is_first,
                set,
            } => match items.next() {
                Some(item) => {
                    self.out.write_str(if is_first { "{" } else { ", {" })?;
                    open.push(Level::Sequence {
                        items,
                        is_first: false,
                        set,
                    });
                    let set = in_force(item.get(SPECIFIC_CHARACTER_SET), set);
                    open.push(Level::Item {
                        elements: item.elements(),
                        is_first: true,
                        set,
                    });
                    Ok(())
                }
                None => self.out.write_str("]}"),
            },
        }
    }

    /// Writes an element; of a sequence only the beginning, and answers the rest.
    fn element<'d, 'a>(
        &mut self,
        element: Element<'d, 'a>,
        is_first: bool,
        set: CharacterSet,
    ) -> Result<Option<Level<'d, 'a>>, fmt::Error> {
        self.out.write_str(if is_first { "\"" } else { ", \"" })?;
        text::tag(element.tag(), self.out)?;
        self.out.write_str("\": ")?;
        if element.is_sequence() && (element.is_empty() || element.item(0).is_some()) {
            self.out.write_str("{\"vr\": \"SQ\", \"Value\": [")?;
            let (items, is_first) = (element.items(), true);
            return Ok(Some(Level::Sequence { items, is_first, set }));
        }
        let vr = match element.vr() {
            // Too deep to be entered, or no Items in it: its bytes are not hidden.
            Vr::SQ if !element.is_empty() => Vr::UN,
            Vr::UN if element.value().len() < UN_LIMIT => known_vr(element.tag()).unwrap_or(Vr::UN),
            vr => vr,
        };
        write_value(vr, element.value(), &set, self.non_finite, self.out)?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
