//! Building data sets.
//!
//! ```
//! use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
//! use dicom_rtv::dataset::{DataSet, Syntax};
//! use dicom_rtv::{Limits, Tag, Vr};
//!
//! # fn main() -> dicom_rtv::Result<()> {
//! let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
//! writer.text(Tag::new(0x0010, 0x0010), Vr::PN, "Doe^John")?;
//! writer.begin_sequence(Tag::new(0x0034, 0x000A), LengthForm::Explicit)?;
//! writer.begin_item(LengthForm::Undefined)?;
//! writer.bytes(Tag::new(0x0034, 0x0005), Vr::OB, &[7; 16])?;
//! writer.end_item()?.end_sequence()?;
//! let bytes = writer.finish()?;
//!
//! let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
//! let source = set.path(&[(Tag::new(0x0034, 0x000A), 0)], Tag::new(0x0034, 0x0005));
//! assert_eq!(source.unwrap().value(), [7; 16]);
//! # Ok(())
//! # }
//! ```

use alloc::vec::Vec;

use uuid::Uuid;

use super::Syntax;
use super::element::Element;
use super::encode::{self, item_header, letters};
use super::header::UNDEFINED_LENGTH;
use crate::error::{Error, Found, Result};
use crate::tag::Tag;
use crate::time::PtpTimestamp;
use crate::value;
use crate::vr::Vr;

/// How the length of a sequence or Item is written (PS3.5 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum LengthForm {
    /// The count of bytes.
    #[default]
    Explicit,
    /// FFFFFFFFH, and a delimiter behind the value.
    Undefined,
}

/// Writes a data set element by element, in ascending order of tags. Values are padded to even length by their VR.
///
/// Each method fails at once, and then has written nothing, when the element would break PS3.5 7.1: a tag that does not ascend,
/// a value too long for the header of its VR, an element outside of an Item. Whether a value suits its VR is not checked here.
#[derive(Clone, Debug)]
pub struct DataSetWriter {
    out: Vec<u8>,
    syntax: Syntax,
    open: Vec<Open>,
    least: u32,
}

/// A sequence, Item or encapsulated pixel data that is being written.
#[derive(Clone, Copy, Debug)]
struct Open {
    what: What,
    /// Where its length goes; `None` for an undefined one.
    length_at: Option<usize>,
    /// The least tag of the level around it.
    least: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Sequence,
    Item,
    Fragments,
}

macro_rules! numbers {
    ($($name:ident $type:ty, $vr:ident, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            ///
            /// # Errors
            /// See [`DataSetWriter`].
            pub fn $name(&mut self, tag: Tag, values: &[$type]) -> Result<&mut Self> {
                let length = values.len().saturating_mul(size_of::<$type>());
                self.header(tag, Vr::$vr, length)?;
                for value in values {
                    self.out.extend_from_slice(&value.to_le_bytes());
                }
                Ok(self)
            }
        )*
    };
}

impl DataSetWriter {
    /// An empty data set.
    #[must_use]
    pub const fn new(syntax: Syntax) -> Self {
        Self::into(Vec::new(), syntax)
    }

    /// A data set behind bytes that are already there.
    #[must_use]
    pub const fn into(out: Vec<u8>, syntax: Syntax) -> Self {
        Self {
            out,
            syntax,
            open: Vec::new(),
            least: 0,
        }
    }

    /// Bytes so far, those that were there included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether there is no byte so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// A value as it is on the wire (little-endian), of any VR but SQ.
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn bytes(&mut self, tag: Tag, vr: Vr, bytes: &[u8]) -> Result<&mut Self> {
        if vr == Vr::SQ {
            return Err(self.invalid("a VR other than SQ", Found::Tag(tag)));
        }
        self.header(tag, vr, bytes.len())?;
        self.out.extend_from_slice(bytes);
        if bytes.len() & 1 == 1 {
            self.out.push(value::pad(vr));
        }
        Ok(self)
    }

    /// Text, with the bytes that it has here: UTF-8. That is right for ASCII, and where (0008,0005) says ISO_IR 192;
    /// else encode it with its character set, and use [`Self::bytes`].
    ///
    /// # Errors
    /// See [`DataSetWriter`]; also for a VR that holds no text.
    pub fn text(&mut self, tag: Tag, vr: Vr, text: &str) -> Result<&mut Self> {
        if !value::is_text(vr) {
            return Err(self.invalid("a VR that holds text", Found::Text(vr.as_str())));
        }
        self.bytes(tag, vr, text.as_bytes())
    }

    /// UIDs, several of them separated by backslashes (UI).
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn uid(&mut self, tag: Tag, uid: &str) -> Result<&mut Self> {
        self.bytes(tag, Vr::UI, uid.as_bytes())
    }

    /// A UUID as its 16 bytes in the order of RFC 9562 (OB), as (0002,0035) or (0034,0002) have it.
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn uuid(&mut self, tag: Tag, uuid: Uuid) -> Result<&mut Self> {
        self.bytes(tag, Vr::OB, uuid.as_bytes())
    }

    /// A PTP timestamp as its ten bytes (OB), as (0034,0007) has it (PS3.3 C.7.6.27.1.1).
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn timestamp(&mut self, tag: Tag, timestamp: PtpTimestamp) -> Result<&mut Self> {
        self.bytes(tag, Vr::OB, &timestamp.to_bytes())
    }

    /// Attribute tags (AT).
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn tags(&mut self, tag: Tag, values: &[Tag]) -> Result<&mut Self> {
        self.header(tag, Vr::AT, values.len().saturating_mul(4))?;
        for value in values {
            let [a, b, c, d] = value.0.to_le_bytes();
            self.out.extend_from_slice(&[c, d, a, b]);
        }
        Ok(self)
    }

    numbers! {
        u16 u16, US, "Unsigned Short values (US).";
        i16 i16, SS, "Signed Short values (SS).";
        u32 u32, UL, "Unsigned Long values (UL).";
        i32 i32, SL, "Signed Long values (SL).";
        u64 u64, UV, "Unsigned 64-bit Very Long values (UV).";
        i64 i64, SV, "Signed 64-bit Very Long values (SV).";
        f32 f32, FL, "Floating Point Single values (FL).";
        f64 f64, FD, "Floating Point Double values (FD).";
    }

    /// Starts a sequence. Items follow, then [`Self::end_sequence`].
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn begin_sequence(&mut self, tag: Tag, form: LengthForm) -> Result<&mut Self> {
        let outer = self.long_header(tag, Vr::SQ)?;
        self.begin(What::Sequence, form, outer)
    }

    /// Ends the sequence that was begun last.
    ///
    /// # Errors
    /// If no sequence is open, or an Item is; if it is longer than 2^32 - 2 bytes.
    pub fn end_sequence(&mut self) -> Result<&mut Self> {
        self.end(What::Sequence, Tag::SEQUENCE_DELIMITATION)
    }

    /// Starts an Item. Elements follow, their tags beginning anew, then [`Self::end_item`].
    ///
    /// # Errors
    /// If no sequence is open.
    pub fn begin_item(&mut self, form: LengthForm) -> Result<&mut Self> {
        self.inside(What::Sequence)?;
        item_header(Tag::ITEM, UNDEFINED_LENGTH, &mut self.out);
        self.begin(What::Item, form, 0)
    }

    /// Ends the Item that was begun last.
    ///
    /// # Errors
    /// If no Item is open, or a sequence in it is; if it is longer than 2^32 - 2 bytes.
    pub fn end_item(&mut self) -> Result<&mut Self> {
        self.end(What::Item, Tag::ITEM_DELIMITATION)
    }

    /// Starts encapsulated pixel data, OB or OW (PS3.5 A.4). The Basic Offset Table is the first fragment, be it empty.
    ///
    /// # Errors
    /// See [`DataSetWriter`]; also for another VR.
    pub fn begin_fragments(&mut self, tag: Tag, vr: Vr) -> Result<&mut Self> {
        if !matches!(vr, Vr::OB | Vr::OW) {
            return Err(self.invalid("VR OB or OW", Found::Text(vr.as_str())));
        }
        let outer = self.long_header(tag, vr)?;
        self.begin(What::Fragments, LengthForm::Undefined, outer)
    }

    /// A fragment, padded with a zero byte.
    ///
    /// # Errors
    /// If no pixel data is open; if it is longer than 2^32 - 2 bytes.
    pub fn fragment(&mut self, value: &[u8]) -> Result<&mut Self> {
        self.inside(What::Fragments)?;
        let length = self.length(value.len(), UNDEFINED_LENGTH - 1)?;
        item_header(Tag::ITEM, length, &mut self.out);
        self.out.extend_from_slice(value);
        if value.len() & 1 == 1 {
            self.out.push(0);
        }
        Ok(self)
    }

    /// Ends encapsulated pixel data.
    ///
    /// # Errors
    /// If none is open.
    pub fn end_fragments(&mut self) -> Result<&mut Self> {
        self.end(What::Fragments, Tag::SEQUENCE_DELIMITATION)
    }

    /// An element that was read, with all below it and with its length forms.
    ///
    /// # Errors
    /// See [`DataSetWriter`].
    pub fn element(&mut self, element: &Element<'_, '_>) -> Result<&mut Self> {
        self.ascends(element.tag())?;
        encode::element(element, self.syntax, &mut self.out);
        Ok(self)
    }

    /// The bytes.
    ///
    /// # Errors
    /// If a sequence, Item or pixel data is still open.
    pub fn finish(self) -> Result<Vec<u8>> {
        if self.open.is_empty() {
            Ok(self.out)
        } else {
            Err(self.invalid("an end for every begin", Found::Number(self.open.len() as u64)))
        }
    }

    fn begin(&mut self, what: What, form: LengthForm, outer: u32) -> Result<&mut Self> {
        let length_at = match form {
            LengthForm::Explicit => self.out.len().checked_sub(4),
            LengthForm::Undefined => None,
        };
        let least = outer;
        self.open.push(Open { what, length_at, least });
        self.least = 0;
        Ok(self)
    }

    fn end(&mut self, what: What, delimiter: Tag) -> Result<&mut Self> {
        let Some(open) = self.open.last().copied().filter(|open| open.what == what) else {
            return Err(self.invalid("what was begun last", Found::Tag(delimiter)));
        };
        match open.length_at {
            Some(at) => patch_length(&mut self.out, at)?,
            None => item_header(delimiter, 0, &mut self.out),
        }
        self.least = open.least;
        self.open.pop();
        Ok(self)
    }

    fn inside(&self, what: What) -> Result<()> {
        match self.open.last() {
            Some(open) if open.what == what => Ok(()),
            _ => Err(self.invalid("a place inside of a sequence or of pixel data", Found::Text("none"))),
        }
    }

    /// Checks that an element of this tag may come here, and notes it.
    fn ascends(&mut self, tag: Tag) -> Result<()> {
        if self.open.last().is_some_and(|open| open.what != What::Item) {
            return Err(self.invalid("an Item around the element", Found::Tag(tag)));
        }
        if tag.0 < self.least || tag.group() == 0xFFFE {
            return Err(self.invalid("a tag greater than the one before", Found::Tag(tag)));
        }
        self.least = tag.0.saturating_add(1);
        Ok(())
    }

    /// Writes the header of a value of `length` bytes before padding.
    fn header(&mut self, tag: Tag, vr: Vr, length: usize) -> Result<()> {
        let is_short = self.syntax == Syntax::ExplicitVrLe && !vr.has_long_length();
        let length = self.length(length, if is_short { 0xFFFE } else { UNDEFINED_LENGTH - 1 })?;
        self.ascends(tag)?;
        let [a, b, c, d] = tag.0.to_le_bytes();
        let [e, f, g, h] = length.to_le_bytes();
        let [v, r] = letters(vr);
        match self.syntax {
            Syntax::ImplicitVrLe => self.out.extend_from_slice(&[c, d, a, b, e, f, g, h]),
            Syntax::ExplicitVrLe if is_short => self.out.extend_from_slice(&[c, d, a, b, v, r, e, f]),
            Syntax::ExplicitVrLe => self.out.extend_from_slice(&[c, d, a, b, v, r, 0, 0, e, f, g, h]),
        }
        Ok(())
    }

    /// Writes the header of something whose length comes later. Returns the least tag behind it.
    fn long_header(&mut self, tag: Tag, vr: Vr) -> Result<u32> {
        self.header(tag, vr, 0)?;
        let at = self.out.len().saturating_sub(4);
        set_length(&mut self.out, at, UNDEFINED_LENGTH);
        Ok(self.least)
    }

    /// The even length of a value, if it is not over `longest`.
    fn length(&self, length: usize, longest: u32) -> Result<u32> {
        let even = length.saturating_add(length & 1);
        match u32::try_from(even) {
            Ok(length) if length <= longest => Ok(length),
            _ => Err(self.invalid(
                "a value that fits the length field of its VR",
                Found::Number(length as u64),
            )),
        }
    }

    fn invalid(&self, expected: &'static str, found: Found) -> Error {
        Error::invalid("data set to write", self.out.len() as u64, expected, found)
    }
}

/// Writes the count of bytes behind the length field at `at` into it.
pub(crate) fn patch_length(out: &mut [u8], at: usize) -> Result<()> {
    let length = out.len().saturating_sub(at).saturating_sub(4);
    match u32::try_from(length) {
        Ok(length) if length != UNDEFINED_LENGTH => {
            set_length(out, at, length);
            Ok(())
        }
        _ => {
            let found = Found::Number(length as u64);
            Err(Error::invalid(
                "data set to write",
                at as u64,
                "at most 2^32 - 2 bytes",
                found,
            ))
        }
    }
}

fn set_length(out: &mut [u8], at: usize, length: u32) {
    if let Some(field) = out.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
        *field = length.to_le_bytes();
    }
}
