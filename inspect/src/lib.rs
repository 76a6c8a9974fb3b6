//! From a stream of capture bytes to flows, Grains, findings and field trees: one [`Session`], no I/O.
//!
//! A session is fed with the bytes of a capture in order, in chunks of any size, and answers queries at any time. It keeps
//! an index, not the packets: [`Session::grain_extents`] and [`Session::packet_extents`] say which bytes of the source a
//! view needs, the caller reads them from wherever they are (a file, a `Blob`, a ring), and [`Session::grain_detail`] and
//! [`Session::packet_detail`] turn them into a field tree.

mod attribute;
pub mod compare;
mod describe;
mod detail;
mod document;
pub mod export;
mod filter;
mod findings;
mod flow;
mod grains;
mod import;
mod index;
mod intake;
mod json;
mod merge;
pub mod model;
mod privacy;
mod query;
pub mod report;
mod rows;
pub mod rules;
mod sdp;
mod session;
pub mod time;

pub use describe::{Describe, MediaFacts};
pub use detail::Decoded;
pub use filter::{PROPERTIES, Selector};
pub use import::{Imported, as_capture};
pub use merge::FILE_BITS;
pub use privacy::{Concealer, Privacy};
pub use session::{Options, Session};
