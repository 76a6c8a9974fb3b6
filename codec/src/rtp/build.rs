//! RTP packets and header extensions, written.

use alloc::vec::Vec;

use super::{FIXED_HEADER_LENGTH, ONE_BYTE_PROFILE, TWO_BYTE_PROFILE};
use crate::error::{Error, Found, Result};
use crate::nmos::{ExtensionKind, ExtensionMap, Identity};

const VERSION_BITS: u8 = 2 << 6;
const MAX_CSRCS: usize = 15;
const MAX_EXTENSION_WORDS: usize = 0xFFFF;

/// Writes one RTP packet (RFC 3550 5.1).
///
/// ```
/// use dicom_rtv::rtp::{PacketBuilder, RtpPacket};
///
/// let bytes = PacketBuilder::new(104, 7, 90_000, 1).marker(true).payload(b"hello").build()?;
/// assert_eq!(RtpPacket::parse(&bytes)?.payload(), b"hello");
/// # Ok::<(), dicom_rtv::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PacketBuilder<'a> {
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    marker: bool,
    csrcs: Vec<u32>,
    extension: Option<&'a ExtensionBuilder>,
    payload: &'a [u8],
    padding: u8,
}

impl<'a> PacketBuilder<'a> {
    /// A packet without payload.
    #[must_use]
    pub const fn new(payload_type: u8, sequence: u16, timestamp: u32, ssrc: u32) -> Self {
        Self {
            payload_type,
            sequence,
            timestamp,
            ssrc,
            marker: false,
            csrcs: Vec::new(),
            extension: None,
            payload: &[],
            padding: 0,
        }
    }

    /// Sets the marker bit.
    #[must_use]
    pub const fn marker(mut self, marker: bool) -> Self {
        self.marker = marker;
        self
    }

    /// Adds a contributing source; 15 at most.
    #[must_use]
    pub fn csrc(mut self, csrc: u32) -> Self {
        self.csrcs.push(csrc);
        self
    }

    /// Sets the header extension.
    #[must_use]
    pub const fn extension(mut self, extension: &'a ExtensionBuilder) -> Self {
        self.extension = Some(extension);
        self
    }

    /// Sets the payload.
    #[must_use]
    pub const fn payload(mut self, payload: &'a [u8]) -> Self {
        self.payload = payload;
        self
    }

    /// Adds padding of so many bytes, its count included; 0 for none.
    #[must_use]
    pub const fn padding(mut self, length: u8) -> Self {
        self.padding = length;
        self
    }

    /// Bytes of the packet.
    #[must_use]
    pub fn length(&self) -> usize {
        FIXED_HEADER_LENGTH
            + self.csrcs.len() * 4
            + self.extension.map_or(0, ExtensionBuilder::length)
            + self.payload.len()
            + usize::from(self.padding)
    }

    /// The packet.
    ///
    /// # Errors
    /// Invalid where the payload type is above 127, there are more than 15 CSRCs, or the extension is over 65535 words.
    pub fn build(&self) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(self.length());
        self.build_into(&mut out)?;
        Ok(out)
    }

    /// Adds the packet to `out`, which is left alone on an error.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_into(&self, out: &mut Vec<u8>) -> Result<()> {
        if self.payload_type > 127 {
            let found = Found::Number(u64::from(self.payload_type));
            return Err(Error::invalid("Payload Type", 1, "0 to 127", found));
        }
        if self.csrcs.len() > MAX_CSRCS {
            let found = Found::Number(self.csrcs.len() as u64);
            return Err(Error::invalid("CSRC list", 0, "15 at most", found));
        }
        if let Some(extension) = self.extension {
            extension.check()?;
        }
        let padding_bit = u8::from(self.padding > 0) << 5;
        let extension_bit = u8::from(self.extension.is_some()) << 4;
        out.push(VERSION_BITS | padding_bit | extension_bit | self.csrcs.len() as u8);
        out.push(u8::from(self.marker) << 7 | self.payload_type);
        out.extend(self.sequence.to_be_bytes());
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.ssrc.to_be_bytes());
        for csrc in &self.csrcs {
            out.extend(csrc.to_be_bytes());
        }
        if let Some(extension) = self.extension {
            extension.write(out);
        }
        out.extend_from_slice(self.payload);
        if let Some(zeros) = self.padding.checked_sub(1) {
            out.resize(out.len() + usize::from(zeros), 0);
            out.push(self.padding);
        }
        Ok(())
    }
}

/// Writes a header extension: elements of RFC 8285, or plain data under another profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionBuilder {
    profile: u16,
    data: Vec<u8>,
}

impl ExtensionBuilder {
    /// Elements in the one-byte form (RFC 8285 4.2), the one that PS3.22 6.2.1 asks for.
    #[must_use]
    pub const fn one_byte() -> Self {
        Self::other(ONE_BYTE_PROFILE)
    }

    /// Elements in the two-byte form (RFC 8285 4.3); the low four bits of `appbits` count.
    #[must_use]
    pub const fn two_byte(appbits: u8) -> Self {
        Self::other(TWO_BYTE_PROFILE | (appbits & 0x0F) as u16)
    }

    /// Data of another profile (RFC 3550 5.3.1).
    #[must_use]
    pub const fn other(profile: u16) -> Self {
        Self {
            profile,
            data: Vec::new(),
        }
    }

    /// Adds an element.
    ///
    /// # Errors
    /// Invalid where id or length do not fit the form: one-byte 1 to 14 and 1 to 16 bytes, two-byte 1 to 255 and 0 to 255
    /// bytes; Unsupported where the profile has no elements.
    pub fn element(mut self, id: u8, data: &[u8]) -> Result<Self> {
        self.push(id, data)?;
        Ok(self)
    }

    /// Adds what `identity` says, under the ids of `map`, by ascending id. What `map` has no id for is left out.
    ///
    /// # Errors
    /// As [`element`](Self::element).
    pub fn identity(mut self, identity: &Identity, map: &ExtensionMap) -> Result<Self> {
        let mut written = [false; ExtensionKind::ALL.len()];
        for (id, kind) in map.iter() {
            let index = ExtensionKind::ALL.iter().position(|k| *k == kind);
            let Some(is_written) = index.and_then(|i| written.get_mut(i)) else {
                continue;
            };
            if !core::mem::replace(is_written, true) {
                identity
                    .with_bytes(kind, |data| self.push(id, data))
                    .unwrap_or(Ok(()))?;
            }
        }
        Ok(self)
    }

    /// Adds bytes as they stand: padding between elements, or the data of another profile.
    #[must_use]
    pub fn data(mut self, bytes: &[u8]) -> Self {
        self.data.extend_from_slice(bytes);
        self
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Bytes of the extension, its header and the padding to a whole word included.
    #[must_use]
    pub const fn length(&self) -> usize {
        4 + self.data.len().next_multiple_of(4)
    }

    /// The extension: profile, length, data, padding.
    ///
    /// # Errors
    /// Invalid above 65535 words.
    pub fn build(&self) -> Result<Vec<u8>> {
        self.check()?;
        let mut out = Vec::with_capacity(self.length());
        self.write(&mut out);
        Ok(out)
    }

    fn push(&mut self, id: u8, data: &[u8]) -> Result<()> {
        let what = "RTP header extension element";
        let is_one_byte = self.profile == ONE_BYTE_PROFILE;
        if !is_one_byte && self.profile & 0xFFF0 != TWO_BYTE_PROFILE {
            return Err(Error::unsupported(
                what,
                0,
                "elements under a profile that is not of RFC 8285",
            ));
        }
        if id == 0 || (is_one_byte && id > 14) {
            let expected = if is_one_byte {
                "an id of 1 to 14"
            } else {
                "an id of 1 to 255"
            };
            return Err(Error::invalid(what, 0, expected, Found::Number(u64::from(id))));
        }
        let found = Found::Number(data.len() as u64);
        if is_one_byte {
            let length = u8::try_from(data.len()).ok().filter(|n| (1..=16).contains(n));
            let length = length.ok_or(Error::invalid(what, 0, "1 to 16 bytes", found))?;
            self.data.push(id << 4 | (length - 1));
        } else {
            let length = u8::try_from(data.len());
            let length = length.map_err(|_| Error::invalid(what, 0, "255 bytes at most", found))?;
            self.data.extend([id, length]);
        }
        self.data.extend_from_slice(data);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let words = self.data.len().div_ceil(4);
        if words > MAX_EXTENSION_WORDS {
            let found = Found::Number(words as u64);
            return Err(Error::invalid("RTP header extension", 2, "65535 words at most", found));
        }
        Ok(())
    }

    /// After [`check`](Self::check).
    fn write(&self, out: &mut Vec<u8>) {
        let words = self.data.len().div_ceil(4);
        out.extend(self.profile.to_be_bytes());
        out.extend((words as u16).to_be_bytes());
        out.extend_from_slice(&self.data);
        out.resize(out.len() + words * 4 - self.data.len(), 0);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::rtp::{Form, RtpPacket};

    #[test]
    fn a_full_packet_reads_back() {
        let extension = ExtensionBuilder::one_byte()
            .element(5, &[0x80])
            .and_then(|e| e.element(14, &[7; 16]))
            .unwrap();
        let mut builder = PacketBuilder::new(104, 0xABCD, 0x0102_0304, 0xDEAD_BEEF)
            .marker(true)
            .extension(&extension)
            .payload(b"payload")
            .padding(5);
        for csrc in 0..15 {
            builder = builder.csrc(csrc);
        }
        let bytes = builder.build().unwrap();
        assert_eq!(bytes.len(), builder.length());
        let packet = RtpPacket::parse(&bytes).unwrap();
        assert_eq!(
            (packet.sequence_number(), packet.timestamp(), packet.ssrc()),
            (0xABCD, 0x0102_0304, 0xDEAD_BEEF)
        );
        assert_eq!(
            (packet.payload(), packet.padding_length(), packet.payload_type()),
            (&b"payload"[..], 5, 104)
        );
        assert_eq!(packet.csrcs().collect::<Vec<_>>(), (0..15).collect::<Vec<_>>());
        assert_eq!(extension.build().unwrap(), bytes[72..72 + extension.length()]);
        let elements: Vec<_> = packet.extension().unwrap().elements().map(|e| (e.id, e.data)).collect();
        assert_eq!(elements, [(5, &[0x80][..]), (14, &[7; 16][..])]);
        assert!(builder.csrc(16).build().is_err());
    }

    #[test]
    fn the_bytes_of_a_real_extension() {
        // Last packet of a real NMOS audio Grain.
        let extension = ExtensionBuilder::one_byte().element(5, &[0x40]).unwrap();
        assert_eq!(extension.build().unwrap(), [0xBE, 0xDE, 0, 1, 0x50, 0x40, 0, 0]);
    }

    #[test]
    fn elements_must_fit_their_form() {
        for (id, length, one_byte, two_byte) in [
            (0, 1, false, false),
            (1, 0, false, true),
            (1, 1, true, true),
            (14, 16, true, true),
            (14, 17, false, true),
            (15, 1, false, true),
            (255, 255, false, true),
            (255, 256, false, false),
        ] {
            let data = vec![1; length];
            assert_eq!(
                ExtensionBuilder::one_byte().element(id, &data).is_ok(),
                one_byte,
                "{id} {length}"
            );
            assert_eq!(
                ExtensionBuilder::two_byte(3).element(id, &data).is_ok(),
                two_byte,
                "{id} {length}"
            );
            assert!(ExtensionBuilder::other(0x1234).element(id, &data).is_err());
        }
        let bytes = ExtensionBuilder::two_byte(0xF3)
            .element(1, &[])
            .unwrap()
            .build()
            .unwrap();
        assert_eq!(bytes, [0x10, 0x03, 0, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn other_profiles_and_sizes() {
        let extension = ExtensionBuilder::other(0x1234).data(&[1, 2, 3, 4, 5]);
        let bytes = PacketBuilder::new(96, 1, 2, 3).extension(&extension).build().unwrap();
        let read = RtpPacket::parse(&bytes).unwrap().extension().unwrap();
        assert_eq!((read.form(), read.data()), (Form::Other, &[1, 2, 3, 4, 5, 0, 0, 0][..]));
        let largest = ExtensionBuilder::other(1).data(&vec![0; 65_535 * 4]);
        assert!(largest.build().is_ok());
        assert!(largest.data(&[0]).build().is_err());
        let mut kept = vec![9];
        assert!(PacketBuilder::new(128, 1, 2, 3).build_into(&mut kept).is_err());
        assert_eq!(kept, [9]);
    }
}
