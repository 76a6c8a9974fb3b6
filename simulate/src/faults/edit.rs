//! Changes to bytes that no encoder would make.

use dicom_rtv::payload::Payload;
use dicom_rtv::rtp::{ExtensionBuilder, PacketBuilder, RtpPacket};
use dicom_rtv::{Limits, Tag};

use crate::packets::Made;

/// Where "DICM" stands in a payload.
pub(super) const PREFIX_AT: usize = 128;
/// Where the value of (0002,0000) stands: after the prefix and 8 bytes of header.
const GROUP_LENGTH_AT: usize = PREFIX_AT + 4 + 8;
/// An id that no extension map of ours uses.
const UNKNOWN_ID: u8 = 14;

/// Puts `bytes` over what stands at `at`.
pub(super) fn overwrite(payload: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = payload.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// Makes the group length two bytes too short.
pub(super) fn shorten_group_length(payload: &mut [u8]) {
    if let Some(value) = payload.get_mut(GROUP_LENGTH_AT..GROUP_LENGTH_AT + 4) {
        let length = u32::from_le_bytes([value[0], value[1], value[2], value[3]]);
        value.copy_from_slice(&length.saturating_sub(2).to_le_bytes());
    }
}

/// Where an attribute of the static part's top level stands in a payload: start, value, end.
fn find(payload: &[u8], tag: u32) -> Option<[usize; 3]> {
    let payload = Payload::parse(payload, &Limits::default());
    let element = payload.data_set().get(Tag(tag))?;
    Some([element.start(), element.value_start(), element.end()].map(|at| at as usize))
}

/// Lets two neighbours change places.
pub(super) fn swap(payload: &mut [u8], first: u32, second: u32) {
    if let (Some([start, ..]), Some([middle, _, end])) = (find(payload, first), find(payload, second)) {
        payload[start..end].rotate_left(middle - start);
    }
}

/// Takes the last byte off a value with a 16-bit length.
pub(super) fn make_odd(payload: &mut Vec<u8>, tag: u32) {
    if let Some([_, value, end]) = find(payload, tag)
        && end > value
    {
        payload.remove(end - 1);
        let length = (end - 1 - value) as u16;
        payload[value - 2..value].copy_from_slice(&length.to_le_bytes());
    }
}

/// The same packet with another extension, or none.
fn with_extension(bytes: &[u8], extension: Option<&ExtensionBuilder>) -> Vec<u8> {
    let Ok(packet) = RtpPacket::parse(bytes) else {
        return bytes.to_vec();
    };
    let mut builder = PacketBuilder::new(
        packet.payload_type(),
        packet.sequence_number(),
        packet.timestamp(),
        packet.ssrc(),
    )
    .marker(packet.marker())
    .payload(packet.payload());
    if let Some(extension) = extension {
        builder = builder.extension(extension);
    }
    builder.build().unwrap_or_else(|_| bytes.to_vec())
}

pub(super) fn without_extension(bytes: &[u8]) -> Vec<u8> {
    with_extension(bytes, None)
}

/// The same elements in the two-byte form (RFC 8285 4.3).
pub(super) fn two_byte_extension(bytes: &[u8]) -> Vec<u8> {
    rebuild(bytes, |elements| {
        elements
            .iter()
            .try_fold(ExtensionBuilder::two_byte(0), |builder, (id, data)| {
                builder.element(*id, data)
            })
            .ok()
    })
}

/// The same elements with padding between them and one that nobody knows (RFC 8285 4.2 allows both).
pub(super) fn padded_extension(bytes: &[u8]) -> Vec<u8> {
    rebuild(bytes, |elements| {
        let mut data = Vec::new();
        for (id, value) in elements.iter().chain([&(UNKNOWN_ID, &[1, 2, 3][..])]) {
            data.extend_from_slice(&[0, id << 4 | (value.len() as u8 - 1)]);
            data.extend_from_slice(value);
        }
        data.resize(data.len().next_multiple_of(4), 0);
        Some(ExtensionBuilder::other(0xBEDE).data(&data))
    })
}

fn rebuild(bytes: &[u8], build: impl FnOnce(&[(u8, &[u8])]) -> Option<ExtensionBuilder>) -> Vec<u8> {
    let extension = RtpPacket::parse(bytes).ok().and_then(|packet| packet.extension());
    let Some(extension) = extension else {
        return bytes.to_vec();
    };
    let elements: Vec<(u8, &[u8])> = extension.elements().map(|element| (element.id, element.data)).collect();
    with_extension(bytes, build(&elements).as_ref())
}

/// Changes the payload type; the marker stays.
pub(super) fn set_payload_type(made: &mut [Made], payload_type: u8) {
    for packet in made {
        packet.payload[1] = packet.payload[1] & 0x80 | payload_type & 0x7F;
    }
}
