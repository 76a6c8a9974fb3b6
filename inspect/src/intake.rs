//! From a record of the capture to its flow: what happens to each packet, once, as it is pushed.

use dicom_rtv::grain::{Event, looks_like_start};
use dicom_rtv::nmos::{Evidence, ExtensionGuess, Identity};
use dicom_rtv::rtp::{Arrival, RtpPacket, SequenceTracker, is_rtcp};
use grainscope_capture::Record;
use grainscope_capture::fragments::Fragments;
use grainscope_capture::frame::{self, Datagram, Frame, OtherKind, Protocol, ip_protocol};

use crate::findings;
use crate::flow::metadata::Metadata;
use crate::flow::state::Stage;
use crate::flow::table::Key;
use crate::index::{NO_TIME, NONE, PacketEntry, flags};
use crate::model::FlowKind;
use crate::rules::Id;
use crate::session::Session;

/// Bytes that all undecided flows together may hold back.
const HELD_BYTES: u64 = 32 << 20;

/// Losses that an undecided flow remembers.
const HELD_LOSSES: usize = 64;

/// Bytes of a UDP header.
const UDP_HEADER: u32 = 8;

/// Packets before a duplicate among which its original is looked for.
const SEARCHED: usize = 4096;

impl Session {
    /// Takes one record of the capture.
    pub(crate) fn record(&mut self, record: &Record<'_>) {
        self.skip_to(record.ordinal);
        let time_ns = record.time_ns.map(|ns| ns.saturating_add(self.clock_offset_ns));
        let entry = PacketEntry {
            offset: record.file_offset,
            time_ns: time_ns.unwrap_or(NO_TIME),
            captured: record.captured_len,
            original: record.original_len,
            flow: NONE,
            grain: NONE,
            rtp_timestamp: 0,
            sequence: 0,
            link: self.link(record.link_type),
            flags: if record.is_truncated() { flags::TRUNCATED } else { 0 },
        };
        self.time_ns = entry.time_ns;
        if let Some(ns) = time_ns {
            self.start_ns = Some(self.start_ns.map_or(ns, |t| t.min(ns)));
            self.end_ns = Some(self.end_ns.map_or(ns, |t| t.max(ns)));
        }
        self.digits = self.digits.max(record.time_digits);
        self.packets.push(entry);
        match frame::decode(record.link_type, record.data) {
            Frame::Datagram(datagram) => self.datagram(record.ordinal, &datagram),
            Frame::Fragment(fragment) => {
                self.mark(record.ordinal, flags::FRAGMENT);
                // The reassembler is taken out while its datagram is looked at, for that borrows it.
                let mut fragments = std::mem::replace(
                    &mut self.fragments,
                    Fragments::new(&grainscope_capture::Limits::default()),
                );
                if let Some(datagram) = fragments.push(record.ordinal, time_ns, &fragment) {
                    let pieces = datagram.pieces.iter().map(|piece| piece.key).collect();
                    self.fragmented.insert(record.ordinal, pieces);
                    self.datagram(record.ordinal, &datagram);
                }
                self.fragments = fragments;
            }
            Frame::Other(other) => {
                let name = match other.kind {
                    OtherKind::Arp => "ARP",
                    OtherKind::Ptp => "PTP over Ethernet",
                    OtherKind::Lldp => "LLDP",
                    OtherKind::Llc => "LLC",
                    OtherKind::EtherType(_) => "other EtherType",
                    OtherKind::LinkType(_) => "link type not supported",
                    OtherKind::Truncated(_) => "cut inside the headers",
                    OtherKind::Malformed(_) => "malformed headers",
                    _ => "other frames",
                };
                if matches!(other.kind, OtherKind::Truncated(_) | OtherKind::Malformed(_)) {
                    self.mark(record.ordinal, flags::MALFORMED);
                }
                *self.ignored.entry(name).or_default() += 1;
            }
        }
    }

    /// Blocks of pcapng that carry no packet take a number too, as in Wireshark: their entries are empty.
    fn skip_to(&mut self, ordinal: u64) {
        while (self.packets.len() as u64) + 1 < ordinal {
            self.packets.push(PacketEntry {
                offset: 0,
                time_ns: NO_TIME,
                captured: 0,
                original: 0,
                flow: NONE,
                grain: NONE,
                rtp_timestamp: 0,
                sequence: 0,
                link: 0,
                flags: 0,
            });
            self.without_packet += 1;
        }
    }

    fn datagram(&mut self, ordinal: u64, datagram: &Datagram<'_>) {
        let protocol = datagram.protocol.number();
        let key = Key {
            source: datagram.source,
            destination: datagram.destination,
            protocol,
        };
        let slot = match datagram.protocol {
            Protocol::Udp { .. } => match self.rtp(ordinal, key, datagram) {
                Some(slot) => Some(slot),
                None => self.plain(key, datagram, udp_kind(datagram)),
            },
            Protocol::Tcp(_) => self.plain(key, datagram, tcp_kind(datagram)),
            Protocol::Other(ip_protocol::IGMP) => self.plain(key, datagram, FlowKind::Igmp),
            Protocol::Other(_) => self.plain(key, datagram, FlowKind::Other),
        };
        if slot.is_none() {
            self.table.overflow += 1;
        }
        if let Some(entry) = self.entry_mut(ordinal) {
            entry.flow = slot.unwrap_or(NONE);
        }
    }

    fn plain(&mut self, key: Key, datagram: &Datagram<'_>, kind: FlowKind) -> Option<u32> {
        let slot = self.table.plain_slot(key)?;
        let flow = self.table.flows.get_mut(slot as usize)?;
        if flow.packets == 0 || flow.plain_kind == FlowKind::Tcp && kind == FlowKind::DicomUl {
            flow.plain_kind = kind;
        }
        flow.packets += 1;
        flow.bytes += u64::from(datagram.payload_length);
        flow.saw(self.time_ns);
        Some(slot)
    }

    /// Takes a datagram as RTP; `None` if it is none.
    fn rtp(&mut self, ordinal: u64, key: Key, datagram: &Datagram<'_>) -> Option<u32> {
        if is_rtcp(datagram.payload) || udp_kind(datagram) != FlowKind::Udp {
            return None;
        }
        let packet = if datagram.truncated {
            RtpPacket::parse_truncated(datagram.payload, datagram.payload_length as usize).ok()?
        } else {
            RtpPacket::parse(datagram.payload).ok()?
        };
        let slot = self.table.rtp_slot(key, packet.ssrc(), packet.payload_type())?;
        let flow = self.table.flows.get_mut(slot as usize)?;
        if flow.packets == 0 {
            flow.sdp = self.descriptions.find(key.destination, packet.payload_type());
            let view = flow.sdp.and_then(|section| self.descriptions.view(section));
            flow.sdp_kind = view.map(|view| crate::sdp::kind(view, packet.payload_type()));
            let declared = view.filter(|view| view.max_udp(packet.payload_type()).is_some());
            flow.udp_limit = declared.map_or(self.thresholds.udp_size, |view| {
                view.udp_limit(packet.payload_type()) as u32
            });
        }
        let udp_length = datagram.payload_length.saturating_add(UDP_HEADER);
        if udp_length > flow.udp_limit {
            let limit = flow.udp_limit;
            let record = flow.oversize.get_or_insert_with(|| {
                Box::new(findings::Record {
                    message: format!("expected a UDP length of at most {limit} bytes, found {udp_length}"),
                    ..findings::Record::default()
                })
            });
            record.add(None, std::iter::once(ordinal));
        }
        flow.packets += 1;
        flow.bytes += u64::from(datagram.payload_length);
        flow.saw(self.time_ns);
        let arrival = if flow.stage == Stage::Bulk {
            self.count(ordinal, slot, &packet)
        } else {
            self.assemble(ordinal, slot, &packet)
        };
        let mark = flags::RTP
            | if packet.marker() { flags::MARKER } else { 0 }
            | if datagram.truncated { flags::TRUNCATED } else { 0 }
            | match arrival {
                Some(Arrival::Gap { .. }) => flags::AFTER_GAP,
                Some(Arrival::Reordered { .. }) => flags::REORDERED,
                Some(Arrival::Duplicate { .. }) => flags::DUPLICATE,
                _ => 0,
            };
        if let Some(entry) = self.entry_mut(ordinal) {
            entry.rtp_timestamp = packet.timestamp();
            entry.sequence = packet.sequence_number();
            entry.flags |= mark;
        }
        if let Some(Arrival::Reordered { .. } | Arrival::Duplicate { .. }) = arrival {
            self.note_order(ordinal, slot, &packet, mark & flags::DUPLICATE != 0);
        }
        self.drain(slot);
        Some(slot)
    }

    /// Counts a packet of a flow that is known not to be DICOM.
    fn count(&mut self, ordinal: u64, slot: u32, packet: &RtpPacket<'_>) -> Option<Arrival> {
        let limits = self.decoder.limits;
        let flow = self.table.flows.get_mut(slot as usize)?;
        let is_new = flow
            .frames
            .add(packet.timestamp(), self.time_ns, flow.kind() != FlowKind::Audio);
        // Only the first packet of a Grain can start one: the others' payload is not touched.
        if is_new && looks_like_start(packet.payload()) {
            self.report_losses(slot, true);
            self.table.flows.get_mut(slot as usize)?.reconsider();
            return self.assemble(ordinal, slot, packet);
        }
        let tracker = flow
            .tracker
            .get_or_insert_with(|| Box::new(SequenceTracker::new(&limits)));
        let arrival = tracker.push(packet.sequence_number(), packet.timestamp(), now(self.time_ns));
        if let Arrival::Gap { missing } = arrival {
            flow.gaps.open(tracker.extended(), missing, ordinal);
        }
        if !flow.gaps.is_empty() {
            self.report_losses(slot, false);
        }
        Some(arrival)
    }

    /// Reports what the sequence numbers of a flow that is not DICOM show as lost.
    fn report_losses(&mut self, slot: u32, is_end: bool) {
        let Some(flow) = self.table.flows.get_mut(slot as usize) else {
            return;
        };
        let Some(tracker) = flow.tracker.as_mut() else { return };
        if is_end {
            tracker.flush();
        }
        while let Some(loss) = tracker.next_loss() {
            let after = flow.gaps.packet_after(loss.first);
            let message = || {
                format!(
                    "expected consecutive sequence numbers, found {} missing",
                    packets(loss.count)
                )
            };
            self.findings.add(Id::Loss, slot, None, after.into_iter(), message);
        }
        flow.gaps.settle(tracker.settled());
    }

    /// Reports a packet that came late or twice.
    fn note_order(&mut self, ordinal: u64, slot: u32, packet: &RtpPacket<'_>, is_duplicate: bool) {
        let is_proven = |flow: &&crate::flow::state::FlowState| flow.stage != Stage::Candidate;
        if self.table.flows.get(slot as usize).filter(is_proven).is_none() {
            return;
        }
        let sequence = packet.sequence_number();
        if !is_duplicate {
            let message = || format!("expected packets in order, found sequence number {sequence} after later ones");
            self.findings
                .add(Id::Reordered, slot, None, std::iter::once(ordinal), message);
            return;
        }
        let packets = &self.packets;
        let index = usize::try_from(ordinal).unwrap_or(usize::MAX).saturating_sub(1);
        let is_original = |at: &usize| {
            packets.get(*at).is_some_and(|entry| {
                entry.flow == slot && entry.sequence == sequence && entry.flags & flags::DUPLICATE == 0
            })
        };
        // Looked for only as long as occurrences are kept.
        let original = std::iter::once_with(|| (index.saturating_sub(SEARCHED)..index).rev().find(is_original));
        let both = original
            .flatten()
            .map(|at| at as u64 + 1)
            .chain(std::iter::once(ordinal));
        let message = || format!("expected each packet once, found sequence number {sequence} again");
        self.findings.add(Id::Duplicate, slot, None, both, message);
    }

    /// Gives a packet of a flow that is, or may be, DICOM to its assembler.
    fn assemble(&mut self, ordinal: u64, slot: u32, packet: &RtpPacket<'_>) -> Option<Arrival> {
        let limits = self.decoder.limits;
        let starts_dicom = looks_like_start(packet.payload());
        let flow = self.table.flows.get_mut(slot as usize)?;
        let view = flow.sdp.and_then(|section| self.descriptions.view(section));
        if flow.stage == Stage::Candidate && flow.prove(packet, starts_dicom || self.assume_rtp) {
            flow.stage = Stage::Undecided;
            self.table.publish(slot);
        }
        let flow = self.table.flows.get_mut(slot as usize)?;
        if flow.stage != Stage::Dicom {
            flow.undecided += 1;
            flow.evidence.add(
                packet.timestamp(),
                packet.marker(),
                packet.payload(),
                packet.payload_length() as u32,
            );
            flow.frames.add(packet.timestamp(), self.time_ns, true);
            if let Some(extension) = packet.extension()
                && flow.bulk_identity.1.is_none()
            {
                let known = view.map(|view| view.extension_map()).unwrap_or_default();
                let mut guess = ExtensionGuess::new(known);
                guess.observe(
                    &extension,
                    &Evidence {
                        rtp_timestamp: packet.timestamp(),
                        ..Evidence::default()
                    },
                );
                let identity = Identity::read(&extension, &guess.map());
                flow.bulk_identity = (identity.source_id, identity.flow_id);
            }
        }
        let metadata = flow
            .metadata
            .get_or_insert_with(|| Box::new(Metadata::new(view, packet.payload_type())));
        metadata.keep_header(ordinal, packet);
        let flags = packet.extension().and_then(|extension| metadata.flags(&extension));
        let arrival = flow
            .assembler(&limits)
            .push(now(self.time_ns), ordinal, packet, flags, starts_dicom);
        if flow.stage != Stage::Dicom {
            if let (Arrival::Gap { missing }, Some(assembler)) = (arrival, &flow.assembler) {
                flow.gaps.open(assembler.sequence().extended(), missing, ordinal);
            }
            let bytes = packet.payload().len() as u64;
            flow.held_bytes += bytes;
            self.table.held_bytes += bytes;
            if flow.is_something_else() || self.table.held_bytes > HELD_BYTES {
                // Grains that are complete by now may say otherwise.
                self.drain(slot);
                self.table.give_up(slot);
            }
        }
        Some(arrival)
    }

    /// Takes what a flow's assembler has ready.
    pub(crate) fn drain(&mut self, slot: u32) {
        loop {
            let Some(flow) = self.table.flows.get_mut(slot as usize) else {
                return;
            };
            let Some(event) = flow.assembler.as_mut().and_then(|assembler| assembler.poll()) else {
                return;
            };
            let grain = match event {
                Event::Grain(grain) => grain,
                Event::Lost(lost) => {
                    if flow.stage == Stage::Dicom {
                        self.lost(slot, lost);
                    } else if flow.held_losses.len() < HELD_LOSSES {
                        flow.held_losses.push(lost);
                    }
                    continue;
                }
                _ => continue,
            };
            if flow.stage == Stage::Dicom {
                self.complete(slot, grain);
            } else if looks_like_start(&grain.payload) || flow.sdp_kind.is_some_and(FlowKind::is_dicom) {
                let losses = std::mem::take(&mut flow.held_losses);
                let held = self.table.become_dicom(slot);
                for lost in losses {
                    self.lost(slot, lost);
                }
                for grain in held {
                    self.complete(slot, grain);
                }
                self.complete(slot, grain);
            } else {
                flow.held.push(grain);
            }
        }
    }

    /// The capture has ended: pending Grains are given out and flows judged.
    pub(crate) fn end(&mut self) {
        for slot in 0..self.table.flows.len() as u32 {
            if let Some(assembler) = self
                .table
                .flows
                .get_mut(slot as usize)
                .and_then(|f| f.assembler.as_mut())
            {
                assembler.flush();
            }
            self.drain(slot);
            if self
                .table
                .flows
                .get(slot as usize)
                .is_some_and(|f| f.stage == Stage::Undecided)
            {
                self.table.give_up(slot);
            }
            self.report_losses(slot, true);
            self.settle(slot);
        }
        self.table.merge_candidates();
        self.fragments.finish();
        self.judge();
    }
}

/// "1 packet", "2 packets".
pub(crate) fn packets(count: u64) -> String {
    if count == 1 {
        "1 packet".into()
    } else {
        format!("{count} packets")
    }
}

/// A packet's time as the assembler's clock.
fn now(time_ns: i64) -> u64 {
    time_ns.max(0).cast_unsigned()
}

/// What a datagram that is not RTP carries, by its port.
fn udp_kind(datagram: &Datagram<'_>) -> FlowKind {
    let is = |port: u16| datagram.source.port == port || datagram.destination.port == port;
    if is(319) || is(320) {
        FlowKind::Ptp
    } else if is(123) {
        FlowKind::Ntp
    } else if is(161) || is(162) {
        FlowKind::Snmp
    } else if is_rtcp(datagram.payload) {
        FlowKind::Rtcp
    } else {
        FlowKind::Udp
    }
}

/// What a segment carries: DICOM Upper Layer if it starts with an A-ASSOCIATE-RQ (PS3.8 9.3.2).
fn tcp_kind(datagram: &Datagram<'_>) -> FlowKind {
    match datagram.payload.first_chunk::<8>() {
        Some([1 | 2, 0, _, _, _, _, 0, 1]) => FlowKind::DicomUl,
        _ => FlowKind::Tcp,
    }
}
