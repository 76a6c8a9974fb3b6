//! The headers of one frame by name, for people: built on demand, never on the fast path.

mod headers;
mod show;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use self::headers::{Layout, layout};
use super::{Frame, Header, OtherKind, Protocol, Trace, link};
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
    /// Its value as people read it; a header's is a summary.
    pub value: String,
    /// The clause that defines it: "RFC 768".
    pub clause: &'static str,
    /// What is wrong here.
    pub error: Option<&'static str>,
}

/// The headers of a frame with their fields, up to and including UDP or TCP.
///
/// A header that is not there in full, or that contradicts itself, is one field with an `error`.
#[must_use]
pub fn fields(link_type: LinkType, data: &[u8]) -> Vec<HeaderField> {
    let mut headers = Vec::new();
    let frame = link::walk(link_type, data, &mut headers);
    let mut fields = Vec::new();
    for (header, start, length) in headers {
        describe(&mut fields, &layout(header), data, start, length);
    }
    match frame {
        Frame::Datagram(datagram) => {
            if let Protocol::Udp { length } = datagram.protocol
                && datagram.truncated
            {
                let reaches = u32::from(length)
                    .saturating_add(datagram.payload_offset)
                    .saturating_sub(8);
                let is_cut = reaches as usize > data.len();
                mark(
                    &mut fields,
                    "Length",
                    if is_cut { CUT } else { "more than the payload of IP" },
                );
            }
        }
        Frame::Fragment(_) => {}
        Frame::Other(other) => {
            let (name, error) = match other.kind {
                OtherKind::Truncated(name) => (name, "is not there in full"),
                OtherKind::Malformed(name) => (name, "cannot be right"),
                _ => return fields,
            };
            fields.push(HeaderField {
                depth: 0,
                name,
                start: other.payload_offset,
                length: super::offset_u32(other.payload.len()),
                bits: None,
                value: format!("{} bytes left", other.payload.len()),
                clause: "",
                error: Some(error),
            });
        }
    }
    fields
}

/// What a length means that reaches beyond the captured bytes.
const CUT: &str = "more than was captured";

/// Adds a header and its fields.
fn describe(fields: &mut Vec<HeaderField>, layout: &Layout, data: &[u8], start: usize, length: usize) {
    let header = data
        .get(start..)
        .and_then(|rest| rest.get(..length))
        .unwrap_or_default();
    let root = fields.len();
    fields.push(HeaderField {
        depth: 0,
        name: layout.name,
        start: super::offset_u32(start),
        length: super::offset_u32(length),
        bits: None,
        value: String::new(),
        clause: layout.clause,
        error: None,
    });
    for spec in layout.fields {
        let at = usize::from(spec.at);
        let end = if spec.length == 0 {
            length
        } else {
            at + usize::from(spec.length)
        };
        // Optional parts, such as options, are empty in most headers.
        let Some(bytes) = header.get(at..end).filter(|bytes| !bytes.is_empty()) else {
            continue;
        };
        fields.push(HeaderField {
            depth: u16::from(spec.depth),
            name: spec.name,
            start: super::offset_u32(start.saturating_add(at)),
            length: super::offset_u32(bytes.len()),
            bits: spec.bits,
            value: show::value(spec.show, bytes, spec.bits),
            clause: layout.clause,
            error: None,
        });
    }
    let value_of = |name: &str| {
        let mut of_header = fields.iter().skip(root);
        of_header
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
            .unwrap_or_default()
    };
    let summary = match layout.summary {
        [] => String::new(),
        [one] => String::from(value_of(one)),
        [from, to, ..] => format!("{} → {}", value_of(from), value_of(to)),
    };
    if let Some(field) = fields.get_mut(root) {
        field.value = summary;
    }
}

/// Says what is wrong with the last field of that name.
fn mark(fields: &mut [HeaderField], name: &str, error: &'static str) {
    if let Some(field) = fields.iter_mut().rev().find(|field| field.name == name) {
        field.error = Some(error);
    }
}

impl Trace for Vec<(Header, usize, usize)> {
    fn header(&mut self, header: Header, start: usize, length: usize) {
        self.push((header, start, length));
    }
}
