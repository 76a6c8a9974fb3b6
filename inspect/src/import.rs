//! Bytes without a capture around them, such as pasted hex, as a capture of one packet.

use dicom_rtv::rtp::{RtpPacket, is_rtcp};
use grainscope_capture::LinkType;
use grainscope_capture::frame::{self, Frame};
use grainscope_capture::write::{PcapWriter, Resolution};

/// Bytes of an IPv4 and a UDP header.
const HEADERS: usize = 28;

/// Bytes that were recognised, with a capture around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What they are: "RTP packet", "IP packet", "Ethernet frame".
    pub what: &'static str,
    /// A capture (pcap) of one packet without a time.
    pub capture: Vec<u8>,
}

/// Wraps one RTP packet, IP packet or Ethernet frame in a capture. `None` for anything else: a capture, an RTV payload and
/// a DICOM file are taken by a [`Session`](crate::Session) as they are.
///
/// An RTP packet gets an IPv4 and a UDP header of the addresses set aside for documentation (RFC 5737). Give the session
/// [`assume_rtp`](crate::Options::assume_rtp), for one packet proves nothing.
#[must_use]
pub fn as_capture(bytes: &[u8]) -> Option<Imported> {
    let is_datagram = |link| matches!(frame::decode(link, bytes), Frame::Datagram(d) if !d.truncated);
    if matches!(bytes.first()? >> 4, 4 | 6) && is_datagram(LinkType::RAW) {
        return Some(Imported {
            what: "IP packet",
            capture: capture(LinkType::RAW, bytes),
        });
    }
    if is_datagram(LinkType::ETHERNET) {
        return Some(Imported {
            what: "Ethernet frame",
            capture: capture(LinkType::ETHERNET, bytes),
        });
    }
    if !is_rtcp(bytes) && RtpPacket::parse(bytes).is_ok() {
        return Some(Imported {
            what: "RTP packet",
            capture: capture(LinkType::RAW, &in_udp(bytes)?),
        });
    }
    None
}

fn capture(link: LinkType, packet: &[u8]) -> Vec<u8> {
    let mut writer = PcapWriter::new(link, Resolution::Microseconds, 0);
    writer.packet(0, u32::try_from(packet.len()).unwrap_or(u32::MAX), packet);
    writer.into_bytes()
}

/// An IPv4 packet from 192.0.2.1 to 192.0.2.2, port 5004, around a UDP payload. Checksums are left out.
fn in_udp(payload: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(payload.len() + HEADERS).ok()?;
    let [l0, l1] = length.to_be_bytes();
    let [u0, u1] = (length - 20).to_be_bytes();
    let mut packet = vec![0x45, 0, l0, l1, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    packet.extend([0x13, 0x8C, 0x13, 0x8C, u0, u1, 0, 0]);
    packet.extend_from_slice(payload);
    Some(packet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rtp_packet_gets_headers_and_a_capture_around_it() {
        let rtp = [0x80, 104, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9];
        let imported = as_capture(&rtp).unwrap();
        assert_eq!(imported.what, "RTP packet");
        assert!(imported.capture.ends_with(&rtp));
        let ip = in_udp(&rtp).unwrap();
        assert_eq!(as_capture(&ip).unwrap().what, "IP packet");
        assert_eq!(as_capture(b"GIF89a"), None);
        assert_eq!(as_capture(b""), None);
    }
}
