//! Packets with what identifies replaced: lengths, sequence numbers and times stay, UDP checksums follow.

use std::collections::{HashMap, VecDeque};

use dicom_rtv::nmos::ExtensionKind;
use grainscope_capture::LinkType;
use grainscope_capture::frame::{self, Datagram, Frame, OtherKind};

use super::Privacy;
use crate::index::{NONE, PacketEntry};
use crate::model::{Extent, FlowKind};
use crate::session::Session;

/// Packets that wait to be asked for after their Grain was done.
const READY: usize = 16_384;

/// Payloads that are remembered for packets that came twice.
const LATEST: usize = 8192;

/// Bytes of an UDP header's checksum before the payload.
const CHECKSUM: u32 = 2;

/// Conceals the packets of a session. What it cannot read it blanks.
#[derive(Debug)]
pub struct Concealer<'s> {
    session: &'s Session,
    privacy: &'s Privacy,
    /// The last fragment of the datagram that a fragment belongs to.
    datagrams: HashMap<u64, u64>,
    ready: HashMap<u64, Vec<u8>>,
    payloads: HashMap<(u32, u16, u32), Vec<u8>>,
    order: VecDeque<(u32, u16, u32)>,
}

impl<'s> Concealer<'s> {
    /// For the packets of one session.
    #[must_use]
    pub fn new(session: &'s Session, privacy: &'s Privacy) -> Self {
        let pieces = session.fragmented.iter();
        Self {
            session,
            privacy,
            datagrams: pieces
                .flat_map(|(&last, pieces)| pieces.iter().map(move |&piece| (piece, last)))
                .collect(),
            ready: HashMap::new(),
            payloads: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// The bytes of a Grain's extents, concealed.
    #[must_use]
    pub fn grain(&mut self, grain: u32, mut packets: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let session = self.session;
        let Some(entry) = session.grains.get(grain as usize) else {
            return Vec::new();
        };
        let limits = &session.decoder.limits;
        if session.document().is_some() {
            for bytes in &mut packets {
                *bytes = self.privacy.object(bytes, session.charset_before(entry), limits);
            }
            return packets;
        }
        let original = session.grain_payload(grain, &packets);
        let payload = if entry.complete && !entry.truncated {
            self.privacy.payload(&original, session.charset_before(entry), limits)
        } else {
            vec![0; original.len()]
        };
        let mut rest = packets.as_mut_slice();
        let mut start = 0;
        for ordinal in session.grain_packets(grain) {
            let Some(packet) = session.entry(ordinal).copied() else {
                continue;
            };
            let extents = session.packet_extents(ordinal);
            let (own, behind) = rest.split_at_mut(extents.len().min(rest.len()));
            rest = behind;
            let part = payload.get(start..).unwrap_or_default();
            start += self.rtp(&packet, &extents, own, Some(part));
        }
        packets
    }

    /// The captured bytes of one packet, concealed. `read` gives the bytes of extents.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn packet<E>(
        &mut self,
        ordinal: u64,
        mut read: impl FnMut(&[Extent]) -> Result<Vec<Vec<u8>>, E>,
    ) -> Result<Vec<u8>, E> {
        if !self.ready.contains_key(&ordinal) {
            if self.ready.len() > READY {
                self.ready.clear();
            }
            let session = self.session;
            let whole = self.datagrams.get(&ordinal).copied().unwrap_or(ordinal);
            let grain = session.entry(whole).map_or(NONE, |entry| entry.grain);
            let (extents, packets) = if grain == NONE {
                let extents = session.packet_extents(whole);
                let mut packets = read(&extents)?;
                if let Some(entry) = session.entry(whole) {
                    self.other(entry, &extents, &mut packets);
                }
                (extents, packets)
            } else {
                let extents = session.grain_extents(grain);
                let packets = read(&extents)?;
                (extents, self.grain(grain, packets))
            };
            let done = extents.iter().map(|extent| extent.packet).zip(packets);
            self.ready.extend(done);
        }
        Ok(self.ready.remove(&ordinal).unwrap_or_default())
    }

    /// A packet that no Grain has.
    fn other(&mut self, entry: &PacketEntry, extents: &[Extent], packets: &mut [Vec<u8>]) {
        let flow = self.session.table.flows.get(entry.flow as usize);
        let flow = flow.filter(|flow| flow.merged_into.is_none());
        match flow.map(|flow| flow.kind()) {
            Some(kind) if kind.is_dicom() => _ = self.rtp(entry, extents, packets, None),
            Some(FlowKind::Video | FlowKind::Audio | FlowKind::Anc) => {
                _ = self.rewrite(entry, extents, packets, |_, _| {});
            }
            Some(FlowKind::Ptp | FlowKind::Ntp | FlowKind::Igmp | FlowKind::Rtcp) => {}
            _ => {
                for (extent, bytes) in extents.iter().zip(packets) {
                    let link = self
                        .session
                        .entry(extent.packet)
                        .map(|entry| self.session.link_of(entry));
                    blank_payload(link.unwrap_or(LinkType(u32::MAX)), bytes);
                }
            }
        }
    }

    /// Replaces the payload of a packet of a metadata flow: by the first bytes of `part`, else by that of the packet that
    /// this one repeats, else by zeros. Answers how many bytes it was.
    fn rtp(&mut self, entry: &PacketEntry, extents: &[Extent], packets: &mut [Vec<u8>], part: Option<&[u8]>) -> usize {
        let key = (entry.flow, entry.sequence, entry.rtp_timestamp);
        let known = match part {
            Some(part) => part.to_vec(),
            None => self.payloads.get(&key).cloned().unwrap_or_default(),
        };
        let mut used = Vec::new();
        let is_rtp = self.rewrite(entry, extents, packets, |payload, is_whole| {
            let length = payload.len();
            match known.get(..length) {
                Some(known) if is_whole || part.is_some() => payload.copy_from_slice(known),
                _ => payload.fill(0),
            }
            used = payload.to_vec();
        });
        let length = used.len();
        if is_rtp && part.is_some() {
            if self.order.len() >= LATEST
                && let Some(oldest) = self.order.pop_front()
            {
                self.payloads.remove(&oldest);
            }
            self.order.push_back(key);
            self.payloads.insert(key, used);
        } else if !is_rtp {
            for bytes in packets {
                bytes.fill(0);
            }
        }
        length
    }

    /// Maps the identifiers in the header extension, lets `edit` change the RTP payload (with whether it is whole), and writes
    /// both back into the frames. `false` if this is no RTP.
    fn rewrite(
        &self,
        entry: &PacketEntry,
        extents: &[Extent],
        packets: &mut [Vec<u8>],
        edit: impl FnOnce(&mut [u8], bool),
    ) -> bool {
        let map = self.session.extension_map(entry);
        let mut changes = Changes::default();
        let mut edit = Some(edit);
        self.session.with_datagram(entry, extents, packets, |datagram| {
            let Some(packet) = self.session.rtp_of(entry, datagram) else {
                return;
            };
            let mut bytes = datagram.payload.to_vec();
            for element in packet.extension().iter().flat_map(|extension| extension.elements()) {
                let is_id = matches!(
                    map.get(element.id),
                    Some(ExtensionKind::FlowId | ExtensionKind::SourceId)
                );
                if let Ok(uuid) = element.data.try_into()
                    && is_id
                {
                    let start = element.offset + usize::from(element.header_length);
                    super::put(&mut bytes, start, &self.privacy.uuid(uuid));
                }
            }
            let start = packet.payload_offset();
            if let Some(payload) = bytes.get_mut(start..start + packet.payload().len())
                && let Some(edit) = edit.take()
            {
                edit(payload, !packet.is_truncated());
            }
            changes = differences(datagram, &bytes);
        });
        let frame = |key: Option<u64>| match key {
            None => Some(0),
            Some(key) => extents.iter().position(|extent| extent.packet == key),
        };
        for Edit { packet, offset, byte } in &changes.edits {
            if let Some(place) = frame(*packet).and_then(|at| packets.get_mut(at)?.get_mut(*offset as usize)) {
                *place = *byte;
            }
        }
        if let Some([high, low]) = changes.checksum.filter(|_| !changes.edits.is_empty()) {
            let mut byte = |(key, offset): (Option<u64>, u32), new: Option<u8>| {
                let place = packets.get_mut(frame(key)?)?.get_mut(offset as usize)?;
                if let Some(new) = new {
                    *place = new;
                }
                Some(*place)
            };
            // 0: the sender gave no checksum (RFC 768).
            if let (Some(h), Some(l)) = (byte(high, None), byte(low, None))
                && (h, l) != (0, 0)
            {
                let [h, l] = changes.checksum(u16::from_be_bytes([h, l])).to_be_bytes();
                byte(high, Some(h));
                byte(low, Some(l));
            }
        }
        edit.is_none()
    }
}

/// One byte of a frame to be written.
struct Edit {
    /// The fragment; `None` for a datagram in one frame.
    packet: Option<u64>,
    offset: u32,
    byte: u8,
}

/// What to write where.
#[derive(Default)]
struct Changes {
    edits: Vec<Edit>,
    /// Where the two bytes of the UDP checksum are.
    checksum: Option<[(Option<u64>, u32); 2]>,
    /// Sum of the new words and of the complements of the old ones.
    sum: u64,
}

impl Changes {
    /// The checksum afterwards, which is right if it was right before (RFC 1624 3).
    fn checksum(&self, old: u16) -> u16 {
        let mut sum = self.sum + u64::from(!old);
        while sum > 0xFFFF {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        match !(sum as u16) {
            0 => 0xFFFF,
            new => new,
        }
    }
}

/// What to write where, so that the payload of a datagram becomes `new`.
fn differences(datagram: &Datagram<'_>, new: &[u8]) -> Changes {
    let mut changes = Changes {
        checksum: checksum_places(datagram).filter(|_| datagram.is_udp()),
        ..Changes::default()
    };
    let mut index = 0;
    while let Some(place) = datagram.locate(index) {
        let end = index + place.left;
        for i in index..end {
            let (Some(&old), Some(&byte)) = (datagram.payload.get(i as usize), new.get(i as usize)) else {
                continue;
            };
            if old == byte {
                continue;
            }
            changes.edits.push(Edit {
                packet: place.key,
                offset: place.frame_offset + (i - index),
                byte,
            });
            let shift = if i % 2 == 0 { 8 } else { 0 };
            changes.sum += (u64::from(byte) << shift) + u64::from(0xFFFF ^ (u16::from(old) << shift));
        }
        index = end;
    }
    changes
}

/// Where the two bytes of the UDP checksum are.
fn checksum_places(datagram: &Datagram<'_>) -> Option<[(Option<u64>, u32); 2]> {
    let start = datagram.payload_offset.checked_sub(CHECKSUM)?;
    if datagram.pieces.is_empty() {
        return Some([(None, start), (None, start + 1)]);
    }
    let place = |at: u32| {
        let piece = datagram
            .pieces
            .iter()
            .find(|p| p.start <= at && at < p.start + p.length)?;
        Some((Some(piece.key), piece.frame_offset + at - piece.start))
    };
    Some([place(start)?, place(start + 1)?])
}

/// Blanks what a frame carries above its headers, or all of it where those are not known.
fn blank_payload(link: LinkType, bytes: &mut [u8]) {
    let start = match frame::decode(link, bytes) {
        Frame::Datagram(datagram) => datagram.payload_offset as usize,
        Frame::Fragment(fragment) => fragment.payload_offset as usize,
        Frame::Other(other) => match other.kind {
            OtherKind::Arp | OtherKind::Ptp | OtherKind::Lldp => return,
            _ => 0,
        },
    };
    let end = bytes.len();
    super::blank(bytes, start, end);
}
