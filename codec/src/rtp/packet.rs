//! One RTP packet: a view on a datagram that is checked once and read freely (RFC 3550 5.1).

use core::iter::FusedIterator;

use super::{Extension, FIXED_HEADER_LENGTH};
use crate::error::{Error, Found, Result};
use crate::wire;

const VERSION: u8 = 2;
const VERSION_SHIFT: u8 = 6;
const PADDING_BIT: u8 = 0x20;
const EXTENSION_BIT: u8 = 0x10;
const CSRC_COUNT_MASK: u8 = 0x0F;
const MARKER_BIT: u8 = 0x80;
const PAYLOAD_TYPE_MASK: u8 = 0x7F;
const EXTENSION_HEADER_LENGTH: usize = 4;
/// RTCP packet types that stand where RTP has marker and payload type (RFC 5761 4).
const RTCP_PACKET_TYPES: core::ops::RangeInclusive<u8> = 200..=213;

/// Whether a datagram that shares a port with RTP is RTCP: version 2 and a packet type of 200 to 213 (RFC 5761 4).
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    match datagram {
        [first, packet_type, _, _, ..] => first >> VERSION_SHIFT == VERSION && RTCP_PACKET_TYPES.contains(packet_type),
        _ => false,
    }
}

/// The twelve bytes that every RTP packet starts with (RFC 3550 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedHeader<'a>(&'a [u8; FIXED_HEADER_LENGTH]);

impl<'a> FixedHeader<'a> {
    /// Reads the fixed header alone: enough to count and time a packet that a capture has cut inside its headers.
    ///
    /// # Errors
    /// Incomplete below 12 bytes; Invalid where the version is not 2.
    #[inline]
    pub fn parse(input: &'a [u8]) -> Result<Self> {
        let Ok((_, header)) = wire::octets::<FIXED_HEADER_LENGTH>(input) else {
            return Err(Error::incomplete(
                "RTP header",
                0,
                FIXED_HEADER_LENGTH as u64,
                input.len() as u64,
            ));
        };
        let version = header[0] >> VERSION_SHIFT;
        if version != VERSION {
            return Err(Error::invalid(
                "RTP header",
                0,
                "version 2",
                Found::Number(version as u64),
            ));
        }
        Ok(Self(header))
    }

    /// The version: always 2.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.0[0] >> VERSION_SHIFT
    }

    /// P: the packet ends with padding.
    #[must_use]
    pub const fn has_padding(&self) -> bool {
        self.0[0] & PADDING_BIT != 0
    }

    /// X: a header extension follows the CSRC list.
    #[must_use]
    pub const fn has_extension(&self) -> bool {
        self.0[0] & EXTENSION_BIT != 0
    }

    /// CC: contributing sources, 0 to 15.
    #[must_use]
    pub const fn csrc_count(&self) -> u8 {
        self.0[0] & CSRC_COUNT_MASK
    }

    /// M: in ST 2110-20 and -40 the last packet of a frame or field; PS3.22 does not define it.
    #[must_use]
    pub const fn marker(&self) -> bool {
        self.0[1] & MARKER_BIT != 0
    }

    /// PT, 0 to 127.
    #[must_use]
    pub const fn payload_type(&self) -> u8 {
        self.0[1] & PAYLOAD_TYPE_MASK
    }

    /// The sequence number: one more for each packet, modulo 2^16.
    #[must_use]
    pub const fn sequence_number(&self) -> u16 {
        u16::from_be_bytes([self.0[2], self.0[3]])
    }

    /// The RTP timestamp, in units of the media clock, modulo 2^32.
    #[must_use]
    pub const fn timestamp(&self) -> u32 {
        u32::from_be_bytes([self.0[4], self.0[5], self.0[6], self.0[7]])
    }

    /// The synchronization source identifier.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        u32::from_be_bytes([self.0[8], self.0[9], self.0[10], self.0[11]])
    }
}

/// One RTP packet. All lengths were checked by [`parse`](Self::parse); the getters cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    bytes: &'a [u8],
    header: FixedHeader<'a>,
    csrcs: &'a [[u8; 4]],
    extension: Option<Extension<'a>>,
    payload: &'a [u8],
    payload_offset: usize,
    /// Bytes on the wire, which is more than `bytes` where the capture cut the packet.
    length: usize,
    padding: u8,
}

impl<'a> RtpPacket<'a> {
    /// Reads the payload of one UDP datagram.
    ///
    /// # Errors
    /// Incomplete where header, CSRC list, extension or padding end behind the datagram; Invalid where the version is
    /// not 2 or the padding count is 0. Whether the bytes are RTP at all is for the caller to judge.
    #[inline]
    pub fn parse(input: &'a [u8]) -> Result<Self> {
        Self::parse_truncated(input, input.len())
    }

    /// The same for a packet of which a capture kept only the first bytes (snaplen); `original_length` counts the bytes
    /// that were on the wire. The headers must be whole; of the padding nothing is known then.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    #[inline]
    pub fn parse_truncated(input: &'a [u8], original_length: usize) -> Result<Self> {
        let length = original_length.max(input.len());
        let header = FixedHeader::parse(input)?;
        let (_, rest) = input.split_at_checked(FIXED_HEADER_LENGTH).unwrap_or((input, &[]));
        // At most 15 × 4 + 12 bytes: these sums cannot overflow.
        let csrc_length = usize::from(header.csrc_count()) * 4;
        let Some((csrcs, rest)) = rest.split_at_checked(csrc_length) else {
            return Err(incomplete("CSRC list", FIXED_HEADER_LENGTH, csrc_length, rest.len()));
        };
        let csrcs = csrcs.as_chunks::<4>().0;
        let extension_offset = FIXED_HEADER_LENGTH + csrc_length;
        let (extension, rest, payload_offset) = if header.has_extension() {
            let (extension, rest) = Extension::parse(rest, extension_offset)?;
            (Some(extension), rest, extension_offset + extension.length())
        } else {
            (None, rest, extension_offset)
        };
        let mut packet = Self {
            bytes: input,
            header,
            csrcs,
            extension,
            payload: rest,
            payload_offset,
            length,
            padding: 0,
        };
        if header.has_padding() && !packet.is_truncated() {
            packet.strip_padding()?;
        }
        Ok(packet)
    }

    /// RFC 3550 5.1: the last octet counts the padding octets, itself included.
    fn strip_padding(&mut self) -> Result<()> {
        let last = self.bytes.len().saturating_sub(1) as u64;
        let Some(&count) = self.payload.last() else {
            return Err(Error::incomplete("RTP padding", last, 1, 0));
        };
        if count == 0 {
            return Err(Error::invalid(
                "RTP padding",
                last,
                "a count of 1 or more",
                Found::Number(0),
            ));
        }
        let kept = self.payload.len().checked_sub(usize::from(count));
        let Some((payload, _)) = kept.and_then(|kept| self.payload.split_at_checked(kept)) else {
            let (needed, available) = (u64::from(count), self.payload.len() as u64);
            return Err(Error::incomplete(
                "RTP padding",
                self.payload_offset as u64,
                needed,
                available,
            ));
        };
        self.payload = payload;
        self.padding = count;
        Ok(())
    }

    /// The fixed header.
    #[must_use]
    pub const fn header(&self) -> FixedHeader<'a> {
        self.header
    }

    /// The version: always 2.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.header.version()
    }

    /// P: the packet ends with padding.
    #[must_use]
    pub const fn has_padding(&self) -> bool {
        self.header.has_padding()
    }

    /// X: there is a header extension.
    #[must_use]
    pub const fn has_extension(&self) -> bool {
        self.header.has_extension()
    }

    /// CC: contributing sources, 0 to 15.
    #[must_use]
    pub const fn csrc_count(&self) -> u8 {
        self.header.csrc_count()
    }

    /// M: see [`FixedHeader::marker`].
    #[must_use]
    pub const fn marker(&self) -> bool {
        self.header.marker()
    }

    /// PT, 0 to 127.
    #[must_use]
    pub const fn payload_type(&self) -> u8 {
        self.header.payload_type()
    }

    /// The sequence number, modulo 2^16.
    #[must_use]
    pub const fn sequence_number(&self) -> u16 {
        self.header.sequence_number()
    }

    /// The RTP timestamp, in units of the media clock, modulo 2^32.
    #[must_use]
    pub const fn timestamp(&self) -> u32 {
        self.header.timestamp()
    }

    /// The synchronization source identifier.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.header.ssrc()
    }

    /// The contributing sources, in order.
    pub fn csrcs(&self) -> impl ExactSizeIterator<Item = u32> + FusedIterator + use<'a> {
        self.csrcs.iter().map(|bytes| u32::from_be_bytes(*bytes))
    }

    /// The header extension (RFC 3550 5.3.1).
    #[must_use]
    pub const fn extension(&self) -> Option<Extension<'a>> {
        self.extension
    }

    /// The payload bytes that are there, padding taken off.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Where the payload starts; the length of all headers.
    #[must_use]
    pub const fn payload_offset(&self) -> usize {
        self.payload_offset
    }

    /// The same as [`payload_offset`](Self::payload_offset): bytes of header, CSRC list and extension.
    #[must_use]
    pub const fn header_length(&self) -> usize {
        self.payload_offset
    }

    /// Bytes of the payload on the wire. Of a truncated packet with P set it still counts the padding.
    #[must_use]
    pub const fn payload_length(&self) -> usize {
        self.length
            .saturating_sub(self.payload_offset)
            .saturating_sub(self.padding as usize)
    }

    /// Padding bytes at the end, their count included; 0 without P and for a truncated packet.
    #[must_use]
    pub const fn padding_length(&self) -> u8 {
        self.padding
    }

    /// Whether the capture kept fewer bytes than there were on the wire.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.bytes.len() < self.length
    }

    /// The packet's bytes that are there.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Bytes of the packet on the wire.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }
}

const fn incomplete(what: &'static str, offset: usize, needed: usize, available: usize) -> Error {
    Error::incomplete(what, offset as u64, needed as u64, available as u64)
}

/// Cuts the extension's header and data off `input`, which starts `offset` bytes into the packet.
impl<'a> Extension<'a> {
    #[inline]
    fn parse(input: &'a [u8], offset: usize) -> Result<(Self, &'a [u8])> {
        let Ok((rest, (profile, length))) = wire::extension_header(input) else {
            return Err(incomplete(
                "RTP header extension",
                offset,
                EXTENSION_HEADER_LENGTH,
                input.len(),
            ));
        };
        let Some((data, rest)) = rest.split_at_checked(length) else {
            return Err(incomplete(
                "RTP header extension",
                offset,
                EXTENSION_HEADER_LENGTH + length,
                input.len(),
            ));
        };
        Ok((Self::new(profile, data, offset), rest))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::error::ErrorKind;

    /// Padding 3, two CSRCs, an extension of one word, marker, PT 104, payload "abcde".
    fn full() -> Vec<u8> {
        let mut packet = vec![0xB2, 0xE8, 0x12, 0x34, 0, 0, 0, 9, 0xDE, 0xAD, 0xBE, 0xEF];
        packet.extend([0, 0, 0, 1, 0, 0, 0, 2]);
        packet.extend([0xBE, 0xDE, 0, 1, 0x50, 0x80, 0, 0]);
        packet.extend(*b"abcde");
        packet.extend([0, 0, 3]);
        packet
    }

    #[test]
    fn reads_every_part() {
        let bytes = full();
        let packet = RtpPacket::parse(&bytes).unwrap();
        assert_eq!(packet.version(), 2);
        assert!(packet.has_padding() && packet.has_extension() && packet.marker());
        assert_eq!(packet.payload_type(), 104);
        assert_eq!(packet.sequence_number(), 0x1234);
        assert_eq!(packet.timestamp(), 9);
        assert_eq!(packet.ssrc(), 0xDEAD_BEEF);
        assert_eq!(packet.csrc_count(), 2);
        assert_eq!(packet.csrcs().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(packet.payload(), b"abcde");
        assert_eq!(packet.payload_offset(), 28);
        assert_eq!(packet.payload_length(), 5);
        assert_eq!(packet.padding_length(), 3);
        assert_eq!(packet.length(), bytes.len());
        let extension = packet.extension().unwrap();
        assert_eq!(
            (extension.profile(), extension.offset(), extension.length()),
            (0xBEDE, 20, 8)
        );
        assert_eq!(extension.data(), [0x50, 0x80, 0, 0]);
    }

    #[test]
    fn every_cut_says_what_is_missing_or_reads_a_shorter_payload() {
        let mut bytes = full();
        bytes[0] &= !PADDING_BIT;
        for cut in 0..bytes.len() {
            match RtpPacket::parse(&bytes[..cut]) {
                Ok(packet) => assert_eq!(packet.payload().len() + 28, cut),
                Err(error) => {
                    assert!(cut < 28 && error.is_incomplete(), "cut at {cut}: {error}");
                    let ErrorKind::Incomplete { needed, available } = error.kind else {
                        unreachable!("checked above");
                    };
                    assert!(available < needed);
                    assert_eq!(error.offset + available, cut as u64);
                }
            }
        }
    }

    #[test]
    fn truncated_packet_keeps_its_true_length() {
        let bytes = full();
        let packet = RtpPacket::parse_truncated(&bytes[..30], bytes.len()).unwrap();
        assert!(packet.is_truncated());
        assert_eq!(packet.payload(), b"ab");
        // The padding count was cut off, so padding still counts as payload.
        assert_eq!(packet.payload_length(), 8);
        assert_eq!(packet.padding_length(), 0);
        // A length below what is there is corrected, not believed.
        assert!(!RtpPacket::parse_truncated(&bytes, 3).unwrap().is_truncated());
        // Headers cut: no packet, but the fixed header can still be read.
        assert!(RtpPacket::parse_truncated(&bytes[..26], bytes.len()).is_err());
        assert_eq!(FixedHeader::parse(&bytes[..26]).unwrap().sequence_number(), 0x1234);
    }

    #[test]
    fn refuses_other_versions() {
        for first in [0x00_u8, 0x40, 0xC0] {
            let mut bytes = full();
            bytes[0] = first;
            let error = RtpPacket::parse(&bytes).unwrap_err();
            assert_eq!(error.offset, 0);
            assert!(!error.is_incomplete());
        }
    }

    #[test]
    fn checks_the_padding_count() {
        let mut bytes = full();
        let last = bytes.len() - 1;
        bytes[last] = 0;
        assert!(!RtpPacket::parse(&bytes).unwrap_err().is_incomplete());
        bytes[last] = 8;
        let all = RtpPacket::parse(&bytes).unwrap();
        assert_eq!((all.payload().len(), all.padding_length()), (0, 8));
        bytes[last] = 9;
        assert!(RtpPacket::parse(&bytes).unwrap_err().is_incomplete());
        // P set and not a byte behind the headers.
        assert!(RtpPacket::parse(&bytes[..28]).unwrap_err().is_incomplete());
    }

    #[test]
    fn tells_rtcp_from_rtp() {
        assert!(is_rtcp(&[0x80, 200, 0, 6]));
        assert!(is_rtcp(&[0x81, 213, 0, 1]));
        assert!(!is_rtcp(&[0x80, 199, 0, 6]));
        assert!(!is_rtcp(&[0x80, 214, 0, 6]));
        assert!(!is_rtcp(&[0x40, 200, 0, 6]));
        assert!(!is_rtcp(&[0x80, 200, 0]));
        assert!(!is_rtcp(&full()));
    }
}
