//! A small ICC profile of sRGB-like colour, for (0028,2000).
//!
//! Version 4.3 (ICC.1:2010), an input device profile (PS3.3 C.11.15 asks for that class), with the ten tags that a
//! three-component matrix profile needs, and always the same 492 bytes.

/// An XYZ number: three s15Fixed16 values.
type Xyz = [i32; 3];

/// The D50 illuminant of the profile connection space.
const D50: Xyz = [0xF6D6, 0x1_0000, 0xD32D];
/// The sRGB primaries, adapted to D50.
const RED: Xyz = [0x6FA0, 0x38F5, 0x0390];
const GREEN: Xyz = [0x6297, 0xB787, 0x18DA];
const BLUE: Xyz = [0x249F, 0x0F84, 0xB6C3];
/// The Bradford matrix from D65 to D50.
const ADAPTATION: [i32; 9] = [
    0x1_0C42, 0x05DE, -0x0CDB, 0x0793, 0xFD90, -0x045E, -0x025D, 0x03DC, 0xC06E,
];
/// The sRGB curve as a parametric curve of type 3: g, a, b, c, d.
const CURVE: [i32; 5] = [0x2_6666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B];

const HEADER_LENGTH: usize = 128;

/// The bytes of the profile.
#[must_use]
pub fn profile() -> Vec<u8> {
    let curve = element(b"para", &[&[0, 3, 0, 0], &*fixed(&CURVE)].concat());
    let tags: [(&[u8; 4], Vec<u8>); 7] = [
        (b"desc", text("Camera RGB")),
        (b"cprt", text("CC0")),
        (b"wtpt", element(b"XYZ ", &fixed(&D50))),
        (b"chad", element(b"sf32", &fixed(&ADAPTATION))),
        (b"rXYZ", element(b"XYZ ", &fixed(&RED))),
        (b"gXYZ", element(b"XYZ ", &fixed(&GREEN))),
        (b"bXYZ", element(b"XYZ ", &fixed(&BLUE))),
    ];
    // The three curves are one element that three tags name.
    let curves: [&[u8; 4]; 3] = [b"rTRC", b"gTRC", b"bTRC"];
    let count = tags.len() + curves.len();
    let mut table = (count as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = HEADER_LENGTH + 4 + 12 * count;
    for (signature, element) in &tags {
        table.extend(tag_entry(signature, start + data.len(), element.len()));
        data.extend_from_slice(element);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    for signature in curves {
        table.extend(tag_entry(signature, start + data.len(), curve.len()));
    }
    data.extend_from_slice(&curve);
    let mut profile = header(start + data.len());
    profile.extend(table);
    profile.extend(data);
    profile
}

fn header(size: usize) -> Vec<u8> {
    let mut header = (size as u32).to_be_bytes().to_vec();
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&[4, 0x30, 0, 0]);
    header.extend_from_slice(b"scnrRGB XYZ ");
    for part in [2026u16, 1, 1, 0, 0, 0] {
        header.extend_from_slice(&part.to_be_bytes());
    }
    header.extend_from_slice(b"acsp");
    header.resize(68, 0);
    header.extend(fixed(&D50));
    header.resize(HEADER_LENGTH, 0);
    header
}

fn tag_entry(signature: &[u8; 4], offset: usize, size: usize) -> Vec<u8> {
    [*signature, (offset as u32).to_be_bytes(), (size as u32).to_be_bytes()].concat()
}

fn element(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&kind[..], &[0; 4], data].concat()
}

/// A multiLocalizedUnicodeType with one record, en-US.
fn text(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut data = Vec::new();
    for word in [1, 12, u32::from_be_bytes(*b"enUS"), utf16.len() as u32, 28] {
        data.extend_from_slice(&word.to_be_bytes());
    }
    data.extend(utf16);
    element(b"mluc", &data)
}

fn fixed(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(bytes: &[u8], at: usize) -> usize {
        u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    }

    #[test]
    fn every_tag_lies_in_the_profile_and_starts_with_its_type() {
        let profile = profile();
        assert_eq!(word(&profile, 0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        assert_eq!(profile.len() % 2, 0, "(0028,2000) needs no padding");
        let count = word(&profile, 128);
        assert_eq!(count, 10);
        for tag in 0..count {
            let entry = 132 + 12 * tag;
            let (offset, size) = (word(&profile, entry + 4), word(&profile, entry + 8));
            assert_eq!(offset % 4, 0);
            let kind = &profile[offset..offset + size][..4];
            let expected: &[u8] = match &profile[entry..entry + 4] {
                b"desc" | b"cprt" => b"mluc",
                b"chad" => b"sf32",
                b"rTRC" | b"gTRC" | b"bTRC" => b"para",
                _ => b"XYZ ",
            };
            assert_eq!(kind, expected);
        }
    }

    #[test]
    fn white_is_the_sum_of_the_primaries() {
        for i in 0..3 {
            let sum = RED[i] + GREEN[i] + BLUE[i];
            assert!((sum - D50[i]).abs() <= 2, "{i}: {sum:#x}");
        }
    }
}
