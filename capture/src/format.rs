//! What kind of file a stream of bytes is, by its first bytes.

/// A file format, as far as a user of captures may meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The classic capture format of libpcap (draft-ietf-opsawg-pcap), any byte order and resolution.
    Pcap,
    /// The block format (draft-ietf-opsawg-pcapng).
    Pcapng,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstandard,
    /// The container of LZMA2.
    Xz,
    /// bzip2.
    Bzip2,
    /// LZ4 frames.
    Lz4,
    /// A zip archive.
    Zip,
    /// A JPEG image.
    Jpeg,
    /// A PNG image.
    Png,
    /// A PDF document.
    Pdf,
    /// "DICM" behind 128 bytes: a DICOM file (PS3.10) or an RTV payload (PS3.22).
    Dicom,
    /// Readable text.
    Text,
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown,
}

/// First bytes and what they mean.
const MAGIC: &[(&[u8], Format)] = &[
    (&[0xd4, 0xc3, 0xb2, 0xa1], Format::Pcap),
    (&[0xa1, 0xb2, 0xc3, 0xd4], Format::Pcap),
    (&[0x4d, 0x3c, 0xb2, 0xa1], Format::Pcap),
    (&[0xa1, 0xb2, 0x3c, 0x4d], Format::Pcap),
    (&[0x34, 0xcd, 0xb2, 0xa1], Format::Pcap),
    (&[0xa1, 0xb2, 0xcd, 0x34], Format::Pcap),
    (&[0x0a, 0x0d, 0x0d, 0x0a], Format::Pcapng),
    (&[0x1f, 0x8b], Format::Gzip),
    (&[0x28, 0xb5, 0x2f, 0xfd], Format::Zstandard),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], Format::Xz),
    (b"BZh", Format::Bzip2),
    (&[0x04, 0x22, 0x4d, 0x18], Format::Lz4),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (&[0xff, 0xd8, 0xff], Format::Jpeg),
    (b"\x89PNG", Format::Png),
    (b"%PDF-", Format::Pdf),
];

/// Length of the DICOM preamble (PS3.10 7.1).
const PREAMBLE: usize = 128;

impl Format {
    /// Bytes from the start of a stream that [`detect`](Self::detect) can make use of.
    pub const PREFIX: usize = PREAMBLE + 4;

    /// The format of the stream that starts with `first`: its first [`PREFIX`](Self::PREFIX) bytes, or all of them.
    #[must_use]
    pub fn detect(first: &[u8]) -> Self {
        if first.is_empty() {
            return Self::Empty;
        }
        if first.get(PREAMBLE..Self::PREFIX) == Some(b"DICM") {
            return Self::Dicom;
        }
        match MAGIC.iter().find(|(magic, _)| first.starts_with(magic)) {
            Some(&(_, format)) => format,
            // A byte or two of text would be a guess.
            None if first.len() >= 4 && is_text(first) => Self::Text,
            None => Self::Unknown,
        }
    }

    /// Its name within a sentence: "gzip", "a JPEG image".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Pcapng => "pcapng",
            Self::Gzip => "gzip",
            Self::Zstandard => "Zstandard",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "LZ4",
            Self::Zip => "a zip archive",
            Self::Jpeg => "a JPEG image",
            Self::Png => "a PNG image",
            Self::Pdf => "a PDF document",
            Self::Dicom => "a DICOM file or an RTV payload",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "of an unknown format",
        }
    }

    /// Whether [`Reader`](crate::Reader) reads it.
    #[must_use]
    pub const fn is_capture(self) -> bool {
        matches!(self, Self::Pcap | Self::Pcapng)
    }

    /// Whether it is one compressed stream, which may hold a capture.
    #[must_use]
    pub const fn is_compression(self) -> bool {
        matches!(self, Self::Gzip | Self::Zstandard | Self::Xz | Self::Bzip2 | Self::Lz4)
    }
}

/// UTF-8 without control characters; a character that the prefix cuts in two does no harm.
fn is_text(first: &[u8]) -> bool {
    let valid = match core::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let (valid, _) = first.split_at(error.valid_up_to());
            core::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty()
        && !valid
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart() {
        let mut dicom = [0; 140];
        dicom[128..132].copy_from_slice(b"DICM");
        let cases: [(&[u8], Format); 12] = [
            (&[], Format::Empty),
            (&[0x0a], Format::Unknown),
            (&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0], Format::Pcap),
            (&[0xa1, 0xb2, 0x3c, 0x4d], Format::Pcap),
            (&[0x0a, 0x0d, 0x0d, 0x0a], Format::Pcapng),
            (&[0x1f, 0x8b, 8, 0], Format::Gzip),
            (&[0xff, 0xd8, 0xff, 0xe0], Format::Jpeg),
            (b"v=0\r\no=- 1", Format::Text),
            ("Größe ü".as_bytes(), Format::Text),
            (&dicom, Format::Dicom),
            (&[0; 200], Format::Unknown),
            (&[0x80, 0x68, 0, 1], Format::Unknown),
        ];
        for (bytes, format) in cases {
            assert_eq!(Format::detect(bytes), format, "{bytes:02x?}");
        }
    }

    #[test]
    fn text_cut_within_a_character_is_text() {
        let text = "12345ü".as_bytes();
        assert_eq!(Format::detect(&text[..6]), Format::Text);
    }
}
