//! A Grain cut into RTP packets under the UDP size limit of ST 2110-10 6.3 and 6.4.

use alloc::vec::Vec;

use super::{
    EXTENDED_UDP_LIMIT, ExtensionBuilder, FIXED_HEADER_LENGTH, PacketBuilder, STANDARD_UDP_LIMIT, UDP_HEADER_LENGTH,
};
use crate::error::{Error, Found, Result};
use crate::nmos::{ExtensionMap, GrainFlags, Identity};

/// Which packets of a Grain carry the header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Placement {
    /// The first alone: what the note of PS3.22 6.2.1 says.
    FirstOnly,
    /// Identity on the first, Grain Flags on first and last: the NMOS mapping.
    #[default]
    FirstAndLast,
    /// Identity on every packet: X is always 1, as PS3.22 6.2.1 can be read, too. Grain Flags still tell first and last.
    All,
}

/// How a [`Packetizer`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketizeOptions {
    /// Payload type, 96 to 127 for a metadata flow (PS3.22 6.2.1 suggests 104).
    pub payload_type: u8,
    /// Synchronization source.
    pub ssrc: u32,
    /// Sequence number of the first packet.
    pub sequence: u16,
    /// Bytes of a UDP datagram at most, its header of 8 bytes included: 1460, or MAXUDP up to 8960.
    pub udp_limit: usize,
    /// The ids under which the identity is written. What has no id is left out.
    pub map: ExtensionMap,
    /// Which packets carry the extension.
    pub placement: Placement,
    /// Whether Grain Flags are written, if `map` has an id for them.
    pub flags: bool,
    /// Whether the last packet has the marker bit.
    pub marker: bool,
    /// Whether the extension has the two-byte form. PS3.22 6.2.1 asks for the one-byte form.
    pub two_byte: bool,
}

impl Default for PacketizeOptions {
    fn default() -> Self {
        Self {
            payload_type: 104,
            ssrc: 0,
            sequence: 0,
            udp_limit: STANDARD_UDP_LIMIT,
            map: ExtensionMap::PRESET,
            placement: Placement::default(),
            flags: true,
            marker: true,
            two_byte: false,
        }
    }
}

/// Cuts Grains into packets; the sequence numbers go on from Grain to Grain.
///
/// ```
/// use dicom_rtv::nmos::Identity;
/// use dicom_rtv::rtp::{PacketizeOptions, Packetizer};
///
/// let mut packetizer = Packetizer::new(PacketizeOptions::default())?;
/// let packets = packetizer.packetize(&[0; 3000], 90_000, &Identity::default())?;
/// assert_eq!(packets.len(), 3);
/// # Ok::<(), dicom_rtv::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Packetizer {
    options: PacketizeOptions,
    sequence: u16,
}

impl Packetizer {
    /// A packetizer.
    ///
    /// # Errors
    /// Invalid where the UDP limit is above 8960 (ST 2110-10 6.4) or the payload type above 127.
    pub fn new(options: PacketizeOptions) -> Result<Self> {
        if options.udp_limit > EXTENDED_UDP_LIMIT {
            let found = Found::Number(options.udp_limit as u64);
            return Err(Error::invalid("UDP size limit", 0, "8960 bytes at most", found));
        }
        if options.payload_type > 127 {
            let found = Found::Number(u64::from(options.payload_type));
            return Err(Error::invalid("Payload Type", 0, "0 to 127", found));
        }
        Ok(Self {
            options,
            sequence: options.sequence,
        })
    }

    /// The sequence number of the next packet.
    #[must_use]
    pub const fn sequence(&self) -> u16 {
        self.sequence
    }

    /// Sets it: to lose packets, or to start anew.
    pub const fn set_sequence(&mut self, sequence: u16) {
        self.sequence = sequence;
    }

    /// Its options.
    #[must_use]
    pub const fn options(&self) -> &PacketizeOptions {
        &self.options
    }

    /// The RTP packets of one Grain; one packet for an empty payload. `identity.flags` is not used: the flags are those
    /// of each packet.
    ///
    /// # Errors
    /// Invalid where the UDP limit leaves no room for payload beside the extension. The sequence number stays then.
    pub fn packetize(&mut self, payload: &[u8], rtp_timestamp: u32, identity: &Identity) -> Result<Vec<Vec<u8>>> {
        let mut packets = Vec::new();
        let mut rest = payload;
        let mut sequence = self.sequence;
        loop {
            let is_first = packets.is_empty();
            let (piece, extension) = self.cut(rest, is_first, identity)?;
            let (head, tail) = rest.split_at_checked(piece).unwrap_or((rest, &[]));
            rest = tail;
            let mut packet = PacketBuilder::new(self.options.payload_type, sequence, rtp_timestamp, self.options.ssrc)
                .marker(self.options.marker && rest.is_empty())
                .payload(head);
            if let Some(extension) = &extension {
                packet = packet.extension(extension);
            }
            packets.push(packet.build()?);
            sequence = sequence.wrapping_add(1);
            if rest.is_empty() {
                self.sequence = sequence;
                return Ok(packets);
            }
        }
    }

    /// How many bytes of `rest` the next packet takes, and its extension. Whether it is the last depends on the room, and
    /// the room on whether it is: the last packet has flags that others lack.
    fn cut(&self, rest: &[u8], is_first: bool, identity: &Identity) -> Result<(usize, Option<ExtensionBuilder>)> {
        let last = self.extension(is_first, true, identity)?;
        let room = self.room(last.as_ref())?;
        if rest.len() <= room {
            return Ok((rest.len(), last));
        }
        let more = self.extension(is_first, false, identity)?;
        let room = self.room(more.as_ref())?;
        // Without the last packet's extension all of the rest may fit; then one byte is left for that last packet.
        Ok((room.min(rest.len() - 1), more))
    }

    fn room(&self, extension: Option<&ExtensionBuilder>) -> Result<usize> {
        let headers = UDP_HEADER_LENGTH + FIXED_HEADER_LENGTH + extension.map_or(0, ExtensionBuilder::length);
        let room = self.options.udp_limit.checked_sub(headers).filter(|room| *room > 0);
        let found = Found::Number(self.options.udp_limit as u64);
        room.ok_or(Error::invalid(
            "UDP size limit",
            0,
            "room for payload beside the headers",
            found,
        ))
    }

    fn extension(&self, is_first: bool, is_last: bool, identity: &Identity) -> Result<Option<ExtensionBuilder>> {
        let has_identity = is_first || self.options.placement == Placement::All;
        let has_flags =
            self.options.flags && (has_identity || (is_last && self.options.placement == Placement::FirstAndLast));
        let flags = has_flags.then_some(GrainFlags {
            start: is_first,
            end: is_last,
        });
        let identity = if has_identity {
            Identity { flags, ..*identity }
        } else {
            Identity {
                flags,
                ..Identity::default()
            }
        };
        let builder = if self.options.two_byte {
            ExtensionBuilder::two_byte(0)
        } else {
            ExtensionBuilder::one_byte()
        };
        let builder = builder.identity(&identity, &self.options.map)?;
        Ok((!builder.is_empty()).then_some(builder))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use uuid::Uuid;

    use super::*;
    use crate::nmos::{ExtensionKind, GrainDuration};
    use crate::rtp::RtpPacket;
    use crate::time::PtpTimestamp;

    const TIME: PtpTimestamp = PtpTimestamp {
        seconds: 1_767_526_074,
        nanoseconds: 5,
    };

    /// What PS3.22 6.2.1 requires.
    fn required() -> Identity {
        Identity {
            sync: Some(TIME),
            origin: Some(TIME),
            source_id: Some(Uuid::from_bytes([1; 16])),
            flow_id: Some(Uuid::from_bytes([2; 16])),
            ..Identity::default()
        }
    }

    fn all() -> Identity {
        Identity {
            duration: Some(GrainDuration {
                numerator: 1,
                denominator: 25,
            }),
            timecode: Some([3, 8, 8, 1, 0, 0, 0, 1]),
            ..required()
        }
    }

    fn first_payload(options: PacketizeOptions, identity: &Identity) -> usize {
        let packets = Packetizer::new(options)
            .unwrap()
            .packetize(&[0; 20_000], 0, identity)
            .unwrap();
        for packet in &packets {
            assert!(packet.len() + UDP_HEADER_LENGTH <= options.udp_limit);
        }
        assert_eq!(packets[0].len() + UDP_HEADER_LENGTH, options.udp_limit);
        RtpPacket::parse(&packets[0]).unwrap().payload().len()
    }

    #[test]
    fn sizes_under_the_limits() {
        let plain = PacketizeOptions {
            flags: false,
            ..PacketizeOptions::default()
        };
        let flags = PacketizeOptions::default();
        assert_eq!(first_payload(plain, &required()), 1380);
        assert_eq!(first_payload(flags, &required()), 1376);
        assert_eq!(first_payload(flags, &all()), 1360);
        assert_eq!(first_payload(plain, &Identity::default()), 1440);
        let extended = |options| PacketizeOptions {
            udp_limit: EXTENDED_UDP_LIMIT,
            ..options
        };
        assert_eq!(first_payload(extended(plain), &required()), 8880);
        assert_eq!(first_payload(extended(plain), &Identity::default()), 8940);
    }

    #[test]
    fn identity_first_flags_first_and_last_marker_last() {
        let mut packetizer = Packetizer::new(PacketizeOptions {
            sequence: 65_535,
            ..PacketizeOptions::default()
        })
        .unwrap();
        let payload: Vec<u8> = (0..3562_u32).map(|n| n as u8).collect();
        let packets = packetizer.packetize(&payload, 9, &required()).unwrap();
        assert_eq!(packets.len(), 3);
        assert_eq!(packetizer.sequence(), 2);
        let parsed: Vec<_> = packets.iter().map(|p| RtpPacket::parse(p).unwrap()).collect();
        assert_eq!(
            parsed.iter().map(RtpPacket::sequence_number).collect::<Vec<_>>(),
            [65_535, 0, 1]
        );
        assert_eq!(
            parsed.iter().map(RtpPacket::marker).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(
            parsed.iter().flat_map(|p| p.payload().to_vec()).collect::<Vec<_>>(),
            payload
        );
        let read = |p: &RtpPacket<'_>| p.extension().map(|e| Identity::read(&e, &ExtensionMap::PRESET));
        let start = Some(GrainFlags {
            start: true,
            end: false,
        });
        assert_eq!(
            read(&parsed[0]),
            Some(Identity {
                flags: start,
                ..required()
            })
        );
        assert_eq!(read(&parsed[1]), None);
        let end = Some(GrainFlags {
            start: false,
            end: true,
        });
        assert_eq!(
            read(&parsed[2]),
            Some(Identity {
                flags: end,
                ..Identity::default()
            })
        );
        assert_eq!(parsed[2].extension().unwrap().data(), [0x50, 0x40, 0, 0]);
    }

    #[test]
    fn placements_forms_and_single_packets() {
        for (placement, expected) in [
            (Placement::FirstOnly, [true, false, false]),
            (Placement::FirstAndLast, [true, false, true]),
            (Placement::All, [true, true, true]),
        ] {
            for two_byte in [false, true] {
                let options = PacketizeOptions {
                    placement,
                    two_byte,
                    ..PacketizeOptions::default()
                };
                let packets = Packetizer::new(options)
                    .unwrap()
                    .packetize(&[7; 4000], 1, &all())
                    .unwrap();
                let parsed: Vec<_> = packets.iter().map(|p| RtpPacket::parse(p).unwrap()).collect();
                assert_eq!(
                    parsed.iter().map(RtpPacket::has_extension).collect::<Vec<_>>(),
                    expected
                );
                assert_eq!(parsed[0].extension().unwrap().profile() == 0x1000, two_byte);
                let identity = Identity::read(&parsed[0].extension().unwrap(), &ExtensionMap::PRESET);
                assert_eq!(identity.duration, all().duration);
            }
        }
        let packets = Packetizer::new(PacketizeOptions::default())
            .unwrap()
            .packetize(&[], 1, &required())
            .unwrap();
        assert_eq!(packets.len(), 1);
        let packet = RtpPacket::parse(&packets[0]).unwrap();
        let identity = Identity::read(&packet.extension().unwrap(), &ExtensionMap::PRESET);
        assert_eq!(identity.flags, Some(GrainFlags { start: true, end: true }));
        assert!(packet.marker() && packet.payload().is_empty());
    }

    #[test]
    fn every_size_fits_and_joins_again() {
        for length in 0..4500 {
            let payload = vec![0xA5; length];
            let mut packetizer = Packetizer::new(PacketizeOptions::default()).unwrap();
            let packets = packetizer.packetize(&payload, 1, &required()).unwrap();
            let mut joined = 0;
            for (i, bytes) in packets.iter().enumerate() {
                assert!(bytes.len() + UDP_HEADER_LENGTH <= STANDARD_UDP_LIMIT);
                let packet = RtpPacket::parse(bytes).unwrap();
                assert_eq!(packet.marker(), i + 1 == packets.len());
                assert!(length == 0 || !packet.payload().is_empty());
                joined += packet.payload().len();
            }
            assert_eq!(joined, length);
        }
    }

    #[test]
    fn refuses_what_cannot_be() {
        let limit = |udp_limit| {
            Packetizer::new(PacketizeOptions {
                udp_limit,
                ..PacketizeOptions::default()
            })
        };
        assert!(limit(8961).is_err());
        for small in [0, 8, 20, 83] {
            let mut packetizer = limit(small).unwrap();
            assert!(packetizer.packetize(&[1], 0, &required()).is_err(), "limit {small}");
            assert_eq!(packetizer.sequence(), 0);
        }
        // 8 + 12 + 64 bytes of headers: one byte of payload on the first packet.
        let packets = limit(85).unwrap().packetize(&[1, 2], 0, &required()).unwrap();
        assert_eq!(packets.len(), 2);
        assert!(
            Packetizer::new(PacketizeOptions {
                payload_type: 128,
                ..PacketizeOptions::default()
            })
            .is_err()
        );
        let mut map = ExtensionMap::new();
        map.set(15, ExtensionKind::FlowId);
        let options = PacketizeOptions {
            map,
            ..PacketizeOptions::default()
        };
        assert!(
            Packetizer::new(options)
                .unwrap()
                .packetize(&[1], 0, &required())
                .is_err()
        );
        let options = PacketizeOptions {
            map,
            two_byte: true,
            ..PacketizeOptions::default()
        };
        assert!(
            Packetizer::new(options)
                .unwrap()
                .packetize(&[1], 0, &required())
                .is_ok()
        );
    }
}
