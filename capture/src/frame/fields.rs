//! The headers of one frame by name, for people: built on demand, never on the fast path.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Header, Trace};
use crate::link_type::LinkType;

/// One field of a header, or a whole header. A list of them is a tree in pre-order, as `depth` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderField {
    /// 0 for a header, 1 for its fields, 2 for parts of these.
    pub depth: u16,
    /// Its name in its standard.
    pub name: &'static str,
    /// Offset of its first byte in the frame.
    pub start: u32,
    /// Bytes.
    pub length: u32,
    /// For a field narrower than its bytes: first bit from the most significant one of byte `start`, and the count of bits.
    pub bits: Option<(u8, u8)>,
    /// Its value as people read it; empty where its parts say it all.
    pub value: String,
    /// The clause that defines it: "RFC 768".
    pub clause: &'static str,
    /// What is wrong here.
    pub error: Option<&'static str>,
}

/// The headers of a frame with their fields, up to and including UDP or TCP.
#[must_use]
pub fn fields(_link_type: LinkType, _data: &[u8]) -> Vec<HeaderField> {
    Vec::new()
}

impl Trace for Vec<(Header, usize, usize)> {
    fn header(&mut self, header: Header, start: usize, length: usize) {
        self.push((header, start, length));
    }
}
