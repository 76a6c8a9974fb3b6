//! Layout of a hex view: rows, offsets, marks.

use std::ops::Range;

use grainscope_inspect::model::Segment;

/// Rows of `per_row` bytes that `length` bytes take.
#[must_use]
pub const fn rows(length: usize, per_row: usize) -> u64 {
    length.div_ceil(per_row) as u64
}

/// Hex digits that offsets need: four, or more where four are too few.
#[must_use]
pub const fn offset_digits(length: usize) -> usize {
    match length {
        0..=0x1_0000 => 4,
        0x1_0001..=0x100_0000 => 6,
        _ => 8,
    }
}

/// The character that stands for a byte in the text column.
#[must_use]
pub const fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        byte as char
    } else {
        '·'
    }
}

/// Bytes in hex with a space between, `limit` at most; then an ellipsis.
#[must_use]
pub fn spaced(bytes: &[u8], limit: usize) -> String {
    let mut text = bytes
        .iter()
        .take(limit)
        .map(|b| format!("{b:02x}"))
        .collect::<Vec<_>>()
        .join(" ");
    if bytes.len() > limit {
        text.push_str(" …");
    }
    text
}

/// What is marked in a byte string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Header and value of the selected field.
    pub field: Range<u32>,
    /// Its value alone.
    pub value: Range<u32>,
    /// The field under the pointer.
    pub hover: Range<u32>,
    /// The byte that was clicked or moved to.
    pub cursor: Option<u32>,
}

/// How one byte is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteMark {
    /// In the selected field.
    pub field: bool,
    /// In its value.
    pub value: bool,
    /// In the field under the pointer.
    pub hover: bool,
    /// The current byte.
    pub cursor: bool,
    /// In a packet of odd number, for a tint that changes at packet boundaries.
    pub odd: bool,
    /// First byte of a packet's part.
    pub boundary: bool,
}

impl ByteMark {
    /// The classes for it.
    #[must_use]
    pub fn classes(self) -> String {
        let named = [
            (self.field, "field"),
            (self.value, "value"),
            (self.hover, "hover"),
            (self.cursor, "cursor"),
            (self.odd, "odd"),
            (self.boundary, "boundary"),
        ];
        let mut classes = String::from("b");
        for (_, name) in named.iter().filter(|(on, _)| *on) {
            classes.push(' ');
            classes.push_str(name);
        }
        classes
    }
}

/// The marks of the bytes `range`, those of packets included where there is more than one.
#[must_use]
pub fn marks(range: Range<u32>, marks: &Marks, segments: &[Segment]) -> Vec<ByteMark> {
    range
        .map(|at| {
            let part = (segments.len() > 1).then(|| segment_at(segments, at)).flatten();
            ByteMark {
                field: marks.field.contains(&at),
                value: marks.value.contains(&at),
                hover: marks.hover.contains(&at),
                cursor: marks.cursor == Some(at),
                odd: part.is_some_and(|i| i % 2 == 1),
                boundary: part.is_some_and(|i| i > 0 && segments[i].start == at),
            }
        })
        .collect()
}

/// The index of the segment that carries byte `at`. Segments lie in ascending order.
#[must_use]
pub fn segment_at(segments: &[Segment], at: u32) -> Option<usize> {
    let behind = segments.partition_point(|s| s.start <= at);
    let index = behind.checked_sub(1)?;
    let segment = &segments[index];
    (at - segment.start < segment.length).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(packet: u64, start: u32, length: u32) -> Segment {
        Segment {
            packet,
            start,
            length,
            source: 1,
            source_start: 66,
        }
    }

    #[test]
    fn rows_and_digits() {
        assert_eq!(rows(0, 16), 0);
        assert_eq!(rows(16, 16), 1);
        assert_eq!(rows(17, 16), 2);
        assert_eq!(offset_digits(3562), 4);
        assert_eq!(offset_digits(65_536), 4);
        assert_eq!(offset_digits(65_537), 6);
        assert_eq!(offset_digits(20_000_000), 8);
    }

    #[test]
    fn bytes_as_text() {
        assert_eq!(spaced(b"DICM", 8), "44 49 43 4d");
        assert_eq!(spaced(b"DICM", 2), "44 49 …");
        assert_eq!(printable(b'A'), 'A');
        assert_eq!(printable(0), '·');
        assert_eq!(printable(0xe9), '·');
    }

    #[test]
    fn a_field_its_value_and_the_packets_are_told_apart() {
        let segments = [segment(4, 0, 10), segment(5, 10, 10)];
        let wanted = Marks {
            field: 6..12,
            value: 10..12,
            cursor: Some(11),
            ..Marks::default()
        };
        let got = marks(5..13, &wanted, &segments);
        assert_eq!(
            got.iter().map(|m| m.field).collect::<Vec<_>>(),
            [false, true, true, true, true, true, true, false]
        );
        assert_eq!(got.iter().filter(|m| m.value).count(), 2);
        assert_eq!(got.iter().position(|m| m.boundary), Some(5));
        assert!(got[5..].iter().all(|m| m.odd) && got[..5].iter().all(|m| !m.odd));
        assert_eq!(got[6].classes(), "b field value cursor odd");
        assert_eq!(got[0].classes(), "b");
    }

    #[test]
    fn one_packet_needs_no_boundary() {
        let got = marks(0..4, &Marks::default(), &[segment(4, 0, 4)]);
        assert!(got.iter().all(|m| *m == ByteMark::default()));
    }

    #[test]
    fn bytes_between_segments_belong_to_none() {
        let segments = [segment(4, 0, 10), segment(6, 20, 5)];
        assert_eq!(segment_at(&segments, 9), Some(0));
        assert_eq!(segment_at(&segments, 10), None);
        assert_eq!(segment_at(&segments, 24), Some(1));
        assert_eq!(segment_at(&segments, 25), None);
        assert_eq!(segment_at(&[], 0), None);
    }
}
