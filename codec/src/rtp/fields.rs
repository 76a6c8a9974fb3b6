//! The field tree of an RTP packet. Every byte of the packet that is there is in one leaf.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use uuid::Uuid;

use super::{ElementsEnd, Extension, ExtensionElement, FIXED_HEADER_LENGTH, Form, RtpPacket};
use crate::field::{Field, FieldKind, FieldTree};
use crate::nmos::{ExtensionKind, ExtensionMap, GrainDuration, GrainFlags};
use crate::time::{PtpTimestamp, iso8601};

const RTP_HEADER: &str = "RFC 3550 5.1";
const RTP_EXTENSION: &str = "RFC 3550 5.3.1";
const ONE_BYTE: &str = "RFC 8285 4.2";
const TWO_BYTE: &str = "RFC 8285 4.3";
const NMOS: &str = "NMOS RTP mapping; PS3.22 6.2.1";
/// Bytes of a value that are shown.
const SHOWN_BYTES: usize = 48;

/// The fields of a packet; byte 0 is the first byte of the RTP header. `map` says what the ids of extension elements mean.
#[must_use]
pub fn fields(packet: &RtpPacket<'_>, map: &ExtensionMap) -> FieldTree {
    let mut tree = FieldTree::new();
    header(&mut tree, packet);
    if let Some(extension) = packet.extension() {
        extension_fields(&mut tree, &extension, map);
    }
    payload(&mut tree, packet);
    tree
}

fn header(tree: &mut FieldTree, packet: &RtpPacket<'_>) {
    let length = FIXED_HEADER_LENGTH + usize::from(packet.csrc_count()) * 4;
    let summary = format!(
        "sequence {}, timestamp {}, payload type {}{}",
        packet.sequence_number(),
        packet.timestamp(),
        packet.payload_type(),
        if packet.marker() { ", marker" } else { "" }
    );
    tree.push(
        Field::new(0, "RTP Header", 0, length as u32, summary)
            .of_kind(FieldKind::Group)
            .with_clause(RTP_HEADER),
    );
    let mut bits = |name, byte, first, count, value: String| {
        tree.push(
            Field::new(1, name, byte, 1, value)
                .with_bits(first, count)
                .with_clause(RTP_HEADER),
        );
    };
    bits("Version", 0, 0, 2, format!("{}", packet.version()));
    bits("Padding", 0, 2, 1, flag(packet.has_padding()));
    bits("Extension", 0, 3, 1, flag(packet.has_extension()));
    bits("CSRC Count", 0, 4, 4, format!("{}", packet.csrc_count()));
    bits("Marker", 1, 0, 1, flag(packet.marker()));
    bits("Payload Type", 1, 1, 7, format!("{}", packet.payload_type()));
    let mut value = |name, start, length, value: String| {
        tree.push(Field::new(1, name, start, length, value).with_clause(RTP_HEADER));
    };
    value("Sequence Number", 2, 2, format!("{}", packet.sequence_number()));
    value("Timestamp", 4, 4, format!("{}", packet.timestamp()));
    value("SSRC", 8, 4, format!("0x{:08x}", packet.ssrc()));
    for (start, csrc) in (FIXED_HEADER_LENGTH as u32..).step_by(4).zip(packet.csrcs()) {
        value("CSRC", start, 4, format!("0x{csrc:08x}"));
    }
}

fn flag(is_set: bool) -> String {
    if is_set { "1 (yes)" } else { "0 (no)" }.into()
}

fn extension_fields(tree: &mut FieldTree, extension: &Extension<'_>, map: &ExtensionMap) {
    let start = extension.offset() as u32;
    let data_start = start + 4;
    let (form, clause) = match extension.form() {
        Form::OneByte => (Cow::Borrowed("one-byte form"), ONE_BYTE),
        Form::TwoByte { appbits } => (Cow::Owned(format!("two-byte form, appbits {appbits}")), TWO_BYTE),
        Form::Other => (Cow::Borrowed("not of RFC 8285"), RTP_EXTENSION),
    };
    tree.push(
        Field::new(
            0,
            "RTP Header Extension",
            start,
            extension.length() as u32,
            form.clone(),
        )
        .of_kind(FieldKind::Group)
        .with_clause(RTP_EXTENSION),
    );
    let profile = format!("0x{:04x} ({form})", extension.profile());
    tree.push(Field::new(1, "Defined by Profile", start, 2, profile).with_clause(clause));
    let words = extension.data().len() / 4;
    let length = format!("{words} words ({} bytes)", extension.data().len());
    tree.push(Field::new(1, "Length", start + 2, 2, length).with_clause(RTP_EXTENSION));
    let mut elements = extension.elements();
    let mut next = data_start;
    for element in elements.by_ref() {
        padding(tree, next, element.offset as u32);
        element_fields(tree, &element, extension.form(), map);
        next = (element.offset + element.length()) as u32;
    }
    rest(tree, extension, elements.end(), next);
}

/// Zero bytes between elements.
fn padding(tree: &mut FieldTree, start: u32, end: u32) {
    if let Some(length) = end.checked_sub(start).filter(|length| *length > 0) {
        tree.push(
            Field::new(1, "Padding", start, length, format!("{length} bytes"))
                .of_kind(FieldKind::Padding)
                .with_clause("RFC 8285 4.1.2"),
        );
    }
}

/// What follows the last element, from `next` on.
fn rest(tree: &mut FieldTree, extension: &Extension<'_>, end: ElementsEnd, next: u32) {
    let data_end = (extension.offset() + extension.length()) as u32;
    let (stop, kind, note) = match end {
        ElementsEnd::Open | ElementsEnd::Complete => return padding(tree, next, data_end),
        ElementsEnd::NotElements => {
            let value = hex(extension.data());
            let length = extension.data().len() as u32;
            if length > 0 {
                tree.push(Field::new(1, "Data", next, length, value).with_clause(RTP_EXTENSION));
            }
            return;
        }
        ElementsEnd::ReservedId { offset } => (
            offset,
            FieldKind::Padding,
            Cow::Borrowed("ID 15 is reserved: this and what follows must be ignored"),
        ),
        ElementsEnd::PaddingWithLength { offset } => (
            offset,
            FieldKind::Padding,
            Cow::Borrowed("ID 0 with a length: this and what follows must be ignored"),
        ),
        ElementsEnd::Overrun {
            offset,
            declared,
            available,
        } => (
            offset,
            FieldKind::Error,
            Cow::Owned(format!(
                "the element claims {declared} bytes, the extension has {available} left"
            )),
        ),
    };
    padding(tree, next, stop as u32);
    let length = data_end.saturating_sub(stop as u32);
    let is_error = kind == FieldKind::Error;
    let bytes = extension.data().len().checked_sub(length as usize);
    let value = bytes.and_then(|skip| extension.data().get(skip..)).map(hex);
    let field = Field::new(1, "Unread", stop as u32, length, value.unwrap_or_default())
        .of_kind(kind)
        .with_clause(ONE_BYTE);
    tree.push(if is_error {
        field.with_error(note)
    } else {
        field.with_note(note)
    });
}

fn element_fields(tree: &mut FieldTree, element: &ExtensionElement<'_>, form: Form, map: &ExtensionMap) {
    let start = element.offset as u32;
    let kind = map.get(element.id);
    let mut group = Field::new(1, "", start, element.length() as u32, summary(kind, element.data))
        .of_kind(FieldKind::Group)
        .with_clause(if kind.is_some() { NMOS } else { ONE_BYTE });
    group.name = match kind {
        Some(kind) => Cow::Borrowed(kind.name()),
        None => Cow::Owned(format!("Element {}", element.id)),
    };
    group.value_start = element.data_offset() as u32;
    if let Some(kind) = kind.filter(|kind| kind.length() != element.data.len()) {
        let text = format!(
            "{} has {} bytes, not {}",
            kind.name(),
            kind.length(),
            element.data.len()
        );
        group = group.with_error(text);
    }
    tree.push(group);
    let length = element.data.len();
    if form == Form::OneByte {
        let text = format!("{} ({length} bytes)", length.saturating_sub(1));
        tree.push(
            Field::new(2, "ID", start, 1, format!("{}", element.id))
                .with_bits(0, 4)
                .with_clause(ONE_BYTE),
        );
        tree.push(
            Field::new(2, "Length", start, 1, text)
                .with_bits(4, 4)
                .with_clause(ONE_BYTE),
        );
    } else {
        tree.push(Field::new(2, "ID", start, 1, format!("{}", element.id)).with_clause(TWO_BYTE));
        tree.push(Field::new(2, "Length", start + 1, 1, format!("{length} bytes")).with_clause(TWO_BYTE));
    }
    if !element.data.is_empty() {
        data(tree, kind, element.data, element.data_offset() as u32);
    }
}

/// The value of an element in one line.
fn summary(kind: Option<ExtensionKind>, data: &[u8]) -> String {
    let known = match kind {
        Some(ExtensionKind::SyncTimestamp | ExtensionKind::OriginTimestamp) => ptp(data).map(|t| {
            let utc = iso8601(t.to_utc_ns(), 9);
            format!("{t} TAI ({utc})")
        }),
        Some(ExtensionKind::FlowId | ExtensionKind::SourceId) => {
            Uuid::from_slice(data).ok().map(|uuid| format!("{uuid}"))
        }
        Some(ExtensionKind::GrainDuration) => duration(data).map(|d| match d.as_ns() {
            Some(ns) => format!("{d} ({}.{:09} s)", ns / 1_000_000_000, ns % 1_000_000_000),
            None => format!("{d}"),
        }),
        Some(ExtensionKind::GrainFlags) => flags(data).map(|(_, flags)| {
            match (flags.start, flags.end) {
                (true, true) => "first and last packet",
                (true, false) => "first packet",
                (false, true) => "last packet",
                (false, false) => "neither first nor last packet",
            }
            .into()
        }),
        Some(ExtensionKind::Timecode) | None => None,
    };
    known.unwrap_or_else(|| hex(data))
}

/// The parts of an element's data.
fn data(tree: &mut FieldTree, kind: Option<ExtensionKind>, data: &[u8], start: u32) {
    let length = data.len() as u32;
    match kind {
        Some(ExtensionKind::SyncTimestamp | ExtensionKind::OriginTimestamp) if ptp(data).is_some() => {
            let time = ptp(data).unwrap_or_default();
            let nanoseconds = Field::new(2, "Nanoseconds", start + 6, 4, format!("{}", time.nanoseconds));
            tree.push(Field::new(2, "Seconds", start, 6, format!("{} (TAI)", time.seconds)).with_clause(NMOS));
            let nanoseconds = nanoseconds.with_clause(NMOS);
            tree.push(if time.nanoseconds >= 1_000_000_000 {
                nanoseconds.with_error("a second has 10^9 nanoseconds")
            } else {
                nanoseconds
            });
        }
        Some(ExtensionKind::GrainDuration) if duration(data).is_some() => {
            let zero = GrainDuration {
                numerator: 0,
                denominator: 0,
            };
            let value = duration(data).unwrap_or(zero);
            tree.push(Field::new(2, "Numerator", start, 4, format!("{}", value.numerator)).with_clause(NMOS));
            let denominator = Field::new(2, "Denominator", start + 4, 4, format!("{}", value.denominator));
            let denominator = denominator.with_clause(NMOS);
            tree.push(if value.denominator == 0 {
                denominator.with_error("a fraction has no denominator of 0")
            } else {
                denominator
            });
        }
        Some(ExtensionKind::GrainFlags) if flags(data).is_some() => {
            let (byte, value) = flags(data).unwrap_or_default();
            let reserved = byte & 0x3F;
            let bits = |name, first, count, text| {
                Field::new(2, name, start, 1, text)
                    .with_bits(first, count)
                    .with_clause(NMOS)
            };
            tree.push(bits("Start (S)", 0, 1, flag(value.start)));
            tree.push(bits("End (E)", 1, 1, flag(value.end)));
            let rest = bits("Reserved", 2, 6, format!("{reserved}"));
            tree.push(if reserved == 0 {
                rest
            } else {
                rest.with_note("the reserved bits should be 0")
            });
        }
        Some(ExtensionKind::FlowId | ExtensionKind::SourceId) if data.len() == 16 => {
            tree.push(Field::new(2, "UUID", start, length, summary(kind, data)).with_clause("RFC 4122 4.1.2"));
        }
        Some(ExtensionKind::Timecode) => {
            tree.push(Field::new(2, "Timecode", start, length, hex(data)).with_clause("RFC 5484 4.1"));
        }
        _ => {
            tree.push(Field::new(2, "Data", start, length, hex(data)).with_clause(ONE_BYTE));
        }
    }
}

fn ptp(data: &[u8]) -> Option<PtpTimestamp> {
    data.try_into().ok().map(PtpTimestamp::from_bytes)
}

fn duration(data: &[u8]) -> Option<GrainDuration> {
    data.try_into().ok().map(GrainDuration::from_bytes)
}

fn flags(data: &[u8]) -> Option<(u8, GrainFlags)> {
    match data {
        [byte] => Some((*byte, GrainFlags::from_byte(*byte))),
        _ => None,
    }
}

fn payload(tree: &mut FieldTree, packet: &RtpPacket<'_>) {
    let start = packet.payload_offset() as u32;
    let length = packet.payload().len() as u32;
    if length > 0 || packet.is_truncated() {
        let value = format!("{} bytes", packet.payload_length());
        let field = Field::new(0, "RTP Payload", start, length, value).with_clause(RTP_HEADER);
        tree.push(if packet.is_truncated() {
            let text = format!("the capture kept {length} of {} bytes", packet.payload_length());
            field.with_note(text)
        } else {
            field
        });
    }
    let padding = u32::from(packet.padding_length());
    if padding == 0 {
        return;
    }
    let start = start.saturating_add(length);
    let kind = FieldKind::Padding;
    let group = Field::new(0, "RTP Padding", start, padding, format!("{padding} bytes"));
    tree.push(group.of_kind(kind).with_clause(RTP_HEADER));
    if padding > 1 {
        tree.push(
            Field::new(1, "Padding", start, padding - 1, "")
                .of_kind(kind)
                .with_clause(RTP_HEADER),
        );
    }
    let count = Field::new(
        1,
        "Padding Count",
        start.saturating_add(padding - 1),
        1,
        format!("{padding}"),
    );
    tree.push(count.with_clause(RTP_HEADER));
}

/// Bytes as people read them, the first ones of many.
fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    let mut text = String::new();
    for (i, byte) in bytes.iter().take(SHOWN_BYTES).enumerate() {
        let space = if i > 0 { " " } else { "" };
        // Writing to a String does not fail.
        let _ = write!(text, "{space}{byte:02x}");
    }
    if bytes.len() > SHOWN_BYTES {
        let _ = write!(text, " … ({} bytes)", bytes.len());
    }
    text
}
