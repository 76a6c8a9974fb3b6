//! Values by Value Representation (PS3.5 6.2): text, numbers, dates, names, and whether a value fits its VR.
//!
//! Everything here works on the bytes of a value as they stand in a data element, little-endian, padding included.
//!
//! ```
//! use dicom_rtv::charset::CharacterSet;
//! use dicom_rtv::{Vr, value};
//!
//! let set = CharacterSet::DEFAULT;
//! let types: Vec<_> = value::strings(Vr::CS, b"ORIGINAL\\PRIMARY ", &set).collect();
//! assert_eq!(types, ["ORIGINAL", "PRIMARY"]);
//! assert_eq!(value::u16s(&[0x38, 0x04]).next(), Some(1080));
//!
//! let problem = value::check(Vr::DA, None, b"20260230", &set).unwrap();
//! assert_eq!(problem.to_string(), "value 1: expected a date YYYYMMDD");
//! ```

mod age;
mod check;
mod date;
mod display;
mod multiplicity;
mod name;
mod number;
mod problem;
mod text;
mod uuid;

pub use age::{AgeString, AgeUnit};
pub use check::check;
pub use date::{Date, DateTime, Fraction, Time};
pub use display::display;
pub use multiplicity::Multiplicity;
pub use name::{NameGroup, PersonName};
pub use number::{
    Number, NumberValues, Numbers, decimal_string, f32s, f64s, i16s, i32s, i64s, integer_string, number_size, numbers,
    tags, u16s, u32s, u64s,
};
pub use problem::{Problem, ProblemKind};
pub use text::{Strings, is_single_valued, is_text, pad, strings, text, uid, uids};
pub use uuid::{UuidOrder, uuid, uuid_order};
