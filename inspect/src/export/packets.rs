//! Packets as pcapng, with findings as comments that Wireshark shows.

use std::collections::HashMap;

use grainscope_capture::LinkType;
use grainscope_capture::write::{InterfaceDescription, Packet, PcapngWriter};

use crate::index::{NO_TIME, NONE};
use crate::model::{Extent, Finding, Severity};
use crate::session::Session;

/// Writes packets of a session.
#[derive(Debug)]
pub struct PacketWriter<'s> {
    session: &'s Session,
    writer: PcapngWriter,
    interfaces: HashMap<LinkType, u32>,
    comments: HashMap<u64, String>,
}

impl<'s> PacketWriter<'s> {
    /// With these findings as comments on the packets that they name.
    #[must_use]
    pub fn new(session: &'s Session, findings: &[Finding]) -> Self {
        let mut comments: HashMap<u64, String> = HashMap::new();
        for finding in findings {
            let grains = finding.occurrences.iter().map(|occurrence| {
                let packets = match (&occurrence.packets[..], finding.flow, occurrence.grain) {
                    ([], Some(flow), Some(grain)) => session.packets_of(flow, grain),
                    (packets, ..) => packets.to_vec(),
                };
                (occurrence.grain, packets)
            });
            for (i, (grain, packets)) in grains.enumerate() {
                for packet in packets {
                    let comment = comments.entry(packet).or_default();
                    if !comment.is_empty() {
                        comment.push('\n');
                    }
                    comment.push_str(&sentence(finding, grain, i));
                }
            }
        }
        Self {
            session,
            writer: PcapngWriter::new(concat!("grainscope ", env!("CARGO_PKG_VERSION"))),
            interfaces: HashMap::new(),
            comments,
        }
    }

    /// Whether a finding names this packet.
    #[must_use]
    pub fn is_commented(&self, ordinal: u64) -> bool {
        self.comments.contains_key(&ordinal)
    }

    /// The packets that findings name.
    pub fn commented(&self) -> impl Iterator<Item = u64> {
        self.comments.keys().copied()
    }

    /// Bytes that [`take`](Self::take) would give.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.writer.bytes().len()
    }

    /// Writes a packet; `data` are its captured bytes.
    pub fn packet(&mut self, ordinal: u64, data: &[u8]) {
        let Some(entry) = self.session.entry(ordinal) else {
            return;
        };
        let link_type = self.session.link_of(entry);
        let next = self.interfaces.len() as u32;
        let interface = *self.interfaces.entry(link_type).or_insert(next);
        if interface == next {
            self.writer.add_interface(&InterfaceDescription {
                link_type,
                snaplen: 0,
                name: "",
                description: "",
            });
        }
        self.writer.packet(&Packet {
            interface,
            time_ns: if entry.time_ns == NO_TIME { 0 } else { entry.time_ns },
            original_len: entry.original,
            data,
            comment: self.comments.get(&ordinal).map_or("", String::as_str),
        });
    }

    /// The bytes written since the last time: whole blocks.
    pub fn take(&mut self) -> Vec<u8> {
        self.writer.take()
    }
}

impl Session {
    /// The bytes of the source that are one packet, and no other fragment of its datagram.
    #[must_use]
    pub fn packet_extent(&self, ordinal: u64) -> Option<Extent> {
        let entry = self.entry(ordinal)?;
        Some(Extent {
            packet: ordinal,
            offset: entry.offset,
            length: entry.captured,
        })
    }

    /// The Grains that some packets carry parts of.
    #[must_use]
    pub fn grains_of(&self, packets: impl Iterator<Item = u64>) -> Vec<u32> {
        packets
            .filter_map(|ordinal| self.entry(ordinal))
            .map(|entry| entry.grain)
            .filter(|&grain| grain != NONE)
            .collect()
    }

    /// The packets of a Grain by the number of its flow and its own in it.
    fn packets_of(&self, flow: u32, index: u32) -> Vec<u64> {
        let wanted =
            |entry: &crate::index::GrainEntry| entry.index == index && self.table.number(entry.flow) == Some(flow);
        match self.grains.iter().position(wanted) {
            Some(grain) => self.grain_packets(grain as u32),
            None => Vec::new(),
        }
    }
}

fn sentence(finding: &Finding, grain: Option<u32>, occurrence: usize) -> String {
    let severity = match finding.severity {
        Severity::E => "E",
        Severity::W => "W",
        Severity::I => "I",
    };
    let place = grain.map_or_else(String::new, |grain| format!(", Grain {grain}"));
    let (rule, clause, message) = (&finding.rule, &finding.clause, &finding.message);
    if occurrence == 0 {
        format!("{severity} {rule} ({clause}){place}: {message}")
    } else {
        format!("{severity} {rule} ({clause}){place}: as in packet {}", first(finding))
    }
}

/// The packet of the first occurrence, or what stands for it.
fn first(finding: &Finding) -> String {
    finding
        .packets
        .first()
        .map_or_else(|| "the first place".into(), |packet| packet.to_string())
}
