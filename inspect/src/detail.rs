//! A Grain or a packet laid open: byte strings and the fields that lie in them.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::DataSet;
use dicom_rtv::field::{Field, FieldKind};
use dicom_rtv::part10::Part10;
use dicom_rtv::payload::{self, Payload};
use dicom_rtv::rtp::{self, RtpPacket};
use dicom_rtv::{FieldTree, nmos::ExtensionMap};
use grainscope_capture::LinkType;
use grainscope_capture::fragments::Fragments;
use grainscope_capture::frame::{self, Datagram, Frame, HeaderField};

use crate::document;
use crate::index::{GrainEntry, NONE, PacketEntry};
use crate::json;
use crate::model::{ByteSource, Detail, Extent, FieldRow, Segment};
use crate::session::Session;

/// The data sets of a Grain.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// Group 0002.
    pub meta: &'a DataSet<'a>,
    /// The rest: dynamic and static part. `None` for a DICOM file in a transfer syntax that is not read.
    pub data_set: Option<&'a DataSet<'a>>,
    /// The character set that holds where the data set does not say one.
    pub charset: CharacterSet,
}

impl<'a> Decoded<'a> {
    pub(crate) fn sets(&self) -> impl Iterator<Item = &'a DataSet<'a>> {
        [Some(self.meta), self.data_set].into_iter().flatten()
    }
}

impl Session {
    /// Decodes a Grain and looks at it. `packets` are the bytes of its extents; `None` for an unknown Grain.
    pub fn with_grain<R>(&self, grain: u32, packets: &[Vec<u8>], look: impl FnOnce(&Decoded<'_>) -> R) -> Option<R> {
        let entry = self.grains.get(grain as usize)?;
        let limits = &self.decoder.limits;
        if self.document().is_none() {
            let bytes = self.grain_payload(grain, packets);
            let payload = Payload::parse(&bytes, limits);
            return Some(look(&Decoded {
                meta: payload.meta().data_set(),
                data_set: Some(payload.data_set()),
                charset: self.charset_before(entry),
            }));
        }
        let bytes = packets.first().map(Vec::as_slice).unwrap_or_default();
        if document::is_payload(bytes) {
            let payload = Payload::parse(bytes, limits);
            return Some(look(&Decoded {
                meta: payload.meta().data_set(),
                data_set: Some(payload.data_set()),
                charset: CharacterSet::DEFAULT,
            }));
        }
        let file = Part10::parse(bytes, limits).ok()?;
        Some(look(&Decoded {
            meta: file.file_meta(),
            data_set: file.data_set().ok(),
            charset: CharacterSet::DEFAULT,
        }))
    }

    /// The bytes of the source that [`grain_detail`](Self::grain_detail) needs; empty for an unknown Grain.
    #[must_use]
    pub fn grain_extents(&self, grain: u32) -> Vec<Extent> {
        if self.document().is_some() {
            let length = self.grains.get(grain as usize).map(|entry| entry.payload_bytes);
            return length
                .map(|length| Extent {
                    packet: 0,
                    offset: 0,
                    length,
                })
                .into_iter()
                .collect();
        }
        self.grain_packets(grain)
            .into_iter()
            .flat_map(|ordinal| self.packet_extents(ordinal))
            .collect()
    }

    /// The bytes of the source that [`packet_detail`](Self::packet_detail) needs: those of the packet, or of all IP
    /// fragments that it completes. Empty for an unknown packet.
    #[must_use]
    pub fn packet_extents(&self, ordinal: u64) -> Vec<Extent> {
        let pieces = self.fragmented.get(&ordinal).cloned().unwrap_or_else(|| vec![ordinal]);
        let extent = |packet: u64| {
            let entry = self.entry(packet)?;
            Some(Extent {
                packet,
                offset: entry.offset,
                length: entry.captured,
            })
        };
        pieces.into_iter().filter_map(extent).collect()
    }

    /// The ordinals of the packets that carry a Grain, in the order of their sequence numbers.
    #[must_use]
    pub fn grain_packets(&self, grain: u32) -> Vec<u64> {
        let Some(entry) = self.grains.get(grain as usize) else {
            return Vec::new();
        };
        let (first, count) = entry.packets;
        (first..first + count)
            .filter_map(|i| self.grain_packets.get(i as usize))
            .map(|&o| u64::from(o))
            .collect()
    }

    /// A Grain laid open. `packets` are the bytes of its extents, in their order.
    #[must_use]
    pub fn grain_detail(&self, grain: u32, packets: &[Vec<u8>]) -> Detail {
        let Some(entry) = self.grains.get(grain as usize) else {
            return Detail::default();
        };
        if self.document().is_some() {
            return self.document_detail(packets.first().map(Vec::as_slice).unwrap_or_default());
        }
        let Assembled {
            bytes,
            segments,
            sources,
            headers,
        } = self.reassemble(grain, packets);
        let payload = Payload::parse(&bytes, &self.decoder.limits);
        let tree = payload::fields(&payload, self.charset_before(entry));
        let number = self.table.number(entry.flow).unwrap_or_default();
        let name = format!("Grain {}, {} bytes", entry.index, bytes.len());
        // What the Grain says comes first; how it travelled, behind it.
        let mut fields: Vec<FieldRow> = rows(tree, 0).collect();
        fields.extend(headers);
        let mut detail = Detail {
            title: format!(
                "Grain {} of flow {number}, {}",
                entry.index,
                count(segments.len(), "packet")
            ),
            sources: vec![ByteSource {
                name,
                bytes: bytes.clone(),
                segments,
            }],
            fields,
            static_grain: (entry.static_grain != NONE && entry.static_grain != grain).then_some(entry.static_grain),
            grain: None,
        };
        detail.sources.extend(sources);
        detail
    }

    fn document_detail(&self, bytes: &[u8]) -> Detail {
        let what = self.summary().format.unwrap_or_default();
        let name = format!("{what}, {} bytes", bytes.len());
        Detail {
            title: name.clone(),
            fields: rows(document::fields(bytes, &self.decoder.limits), 0).collect(),
            sources: vec![ByteSource {
                name,
                bytes: bytes.to_vec(),
                segments: Vec::new(),
            }],
            ..Detail::default()
        }
    }

    /// A packet laid open. `packets` are the bytes of its extents, in their order.
    #[must_use]
    pub fn packet_detail(&self, ordinal: u64, packets: &[Vec<u8>]) -> Detail {
        let Some(entry) = self.entry(ordinal) else {
            return Detail::default();
        };
        let extents = self.packet_extents(ordinal);
        let mut detail = Detail {
            title: format!("Packet {ordinal}, {} bytes", entry.original),
            grain: (entry.grain != NONE).then_some(entry.grain),
            ..Detail::default()
        };
        for (source, (extent, bytes)) in extents.iter().zip(packets).enumerate() {
            detail.sources.push(packet_source(extent.packet, bytes));
            let link = self
                .entry(extent.packet)
                .map_or(LinkType(u32::MAX), |e| self.link_of(e));
            detail
                .fields
                .extend(header_rows(frame::fields(link, bytes), source as u32, 0));
        }
        let map = self.extension_map(entry);
        self.with_datagram(entry, &extents, packets, |datagram| {
            let Some(packet) = self.rtp_of(entry, datagram) else {
                return;
            };
            let source = if datagram.pieces.is_empty() {
                0
            } else {
                detail.sources.push(ByteSource {
                    name: format!("Reassembled datagram, {} bytes", datagram.payload.len()),
                    bytes: datagram.payload.to_vec(),
                    segments: Vec::new(),
                });
                detail.sources.len() as u32 - 1
            };
            let start = if datagram.pieces.is_empty() {
                datagram.payload_offset
            } else {
                0
            };
            let mut tree = FieldTree::new();
            tree.append(rtp::fields(&packet, &map), 0, start);
            detail.fields.extend(rows(tree, source));
        });
        detail
    }

    /// The data sets of a Grain in the DICOM JSON model: group 0002, and the rest; `null` for what cannot be read.
    #[must_use]
    pub fn grain_json(&self, grain: u32, packets: &[Vec<u8>]) -> (String, String) {
        let write = |decoded: &Decoded<'_>| {
            let set = |set| json::to_string(set, decoded.charset);
            (set(decoded.meta), decoded.data_set.map_or_else(|| "null".into(), set))
        };
        self.with_grain(grain, packets, write)
            .unwrap_or_else(|| ("null".into(), "null".into()))
    }

    /// The fields of a Grain's payload alone: of its data sets, without the headers of the packets.
    #[must_use]
    pub fn grain_attributes(&self, grain: u32, packets: &[Vec<u8>]) -> Vec<FieldRow> {
        let Some(entry) = self.grains.get(grain as usize) else {
            return Vec::new();
        };
        let limits = &self.decoder.limits;
        if self.document().is_some() {
            let bytes = packets.first().map(Vec::as_slice).unwrap_or_default();
            return rows(document::fields(bytes, limits), 0).collect();
        }
        let bytes = self.grain_payload(grain, packets);
        let tree = payload::fields(&Payload::parse(&bytes, limits), self.charset_before(entry));
        rows(tree, 0).collect()
    }

    /// The payload of a Grain, put together again from its packets.
    #[must_use]
    pub fn grain_payload(&self, grain: u32, packets: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = packets;
        for ordinal in self.grain_packets(grain) {
            let Some(entry) = self.entry(ordinal) else { continue };
            let extents = self.packet_extents(ordinal);
            let (own, behind) = rest.split_at(extents.len().min(rest.len()));
            rest = behind;
            self.with_datagram(entry, &extents, own, |datagram| {
                if let Some(packet) = self.rtp_of(entry, datagram) {
                    bytes.extend_from_slice(packet.payload());
                }
            });
        }
        bytes
    }

    fn reassemble(&self, grain: u32, packets: &[Vec<u8>]) -> Assembled {
        let mut assembled = Assembled::default();
        let mut rest = packets;
        for ordinal in self.grain_packets(grain) {
            let Some(entry) = self.entry(ordinal) else { continue };
            let extents = self.packet_extents(ordinal);
            let (own, behind) = rest.split_at(extents.len().min(rest.len()));
            rest = behind;
            // The Grain itself is source 0; packets follow.
            let source = assembled.sources.len() as u32 + 1;
            let map = self.extension_map(entry);
            let title = format!("Packet {ordinal}, {} bytes", entry.original);
            let length = own.first().map_or(0, |bytes| bytes.len() as u32);
            assembled.headers.push(row(
                Field::new(0, "Packet", 0, length, title).of_kind(FieldKind::Group),
                source,
            ));
            for (i, (extent, bytes)) in extents.iter().zip(own).enumerate() {
                let link = self
                    .entry(extent.packet)
                    .map_or(LinkType(u32::MAX), |e| self.link_of(e));
                assembled
                    .headers
                    .extend(header_rows(frame::fields(link, bytes), source + i as u32, 1));
            }
            self.with_datagram(entry, &extents, own, |datagram| {
                let Some(packet) = self.rtp_of(entry, datagram) else {
                    return;
                };
                let is_whole = datagram.pieces.is_empty();
                let start = if is_whole { datagram.payload_offset } else { 0 };
                if is_whole {
                    let mut tree = FieldTree::new();
                    tree.append(rtp::fields(&packet, &map), 1, start);
                    assembled.headers.extend(rows(tree, source));
                }
                assembled.segments.push(Segment {
                    packet: ordinal,
                    start: assembled.bytes.len() as u32,
                    length: packet.payload().len() as u32,
                    source,
                    source_start: start + packet.payload_offset() as u32,
                });
                assembled.bytes.extend_from_slice(packet.payload());
            });
            assembled
                .sources
                .extend(extents.iter().zip(own).map(|(e, bytes)| packet_source(e.packet, bytes)));
        }
        assembled
    }

    /// Decodes the datagram of a packet again, putting fragments together where it came in several.
    pub(crate) fn with_datagram(
        &self,
        entry: &PacketEntry,
        extents: &[Extent],
        packets: &[Vec<u8>],
        mut then: impl FnMut(&Datagram<'_>),
    ) {
        if let [bytes] = packets {
            if let Frame::Datagram(datagram) = frame::decode(self.link_of(entry), bytes) {
                then(&datagram);
            }
            return;
        }
        let mut fragments = Fragments::new(&grainscope_capture::Limits::default());
        for (extent, bytes) in extents.iter().zip(packets) {
            let link = self
                .entry(extent.packet)
                .map_or(LinkType(u32::MAX), |e| self.link_of(e));
            if let Frame::Fragment(fragment) = frame::decode(link, bytes)
                && let Some(datagram) = fragments.push(extent.packet, None, &fragment)
            {
                then(&datagram);
            }
        }
    }

    pub(crate) fn rtp_of<'a>(&self, entry: &PacketEntry, datagram: &Datagram<'a>) -> Option<RtpPacket<'a>> {
        let flow = self.table.flows.get(entry.flow as usize)?;
        if flow.rtp.is_none() || flow.merged_into.is_some() || !datagram.is_udp() {
            return None;
        }
        if datagram.truncated {
            RtpPacket::parse_truncated(datagram.payload, datagram.payload_length as usize).ok()
        } else {
            RtpPacket::parse(datagram.payload).ok()
        }
    }

    pub(crate) fn extension_map(&self, entry: &PacketEntry) -> ExtensionMap {
        let Some(flow) = self.table.flows.get(entry.flow as usize) else {
            return ExtensionMap::PRESET;
        };
        match &flow.metadata {
            Some(metadata) => *metadata.map(),
            None => {
                let map = flow
                    .sdp
                    .and_then(|s| self.descriptions.view(s))
                    .map(|v| v.extension_map());
                map.filter(|map| !map.is_empty()).unwrap_or(ExtensionMap::PRESET)
            }
        }
    }

    pub(crate) fn link_of(&self, entry: &PacketEntry) -> LinkType {
        self.links
            .get(usize::from(entry.link))
            .copied()
            .unwrap_or(LinkType(u32::MAX))
    }

    /// The character set that holds for a Grain's dynamic part: that of the flow's static part.
    pub(crate) fn charset_before(&self, entry: &GrainEntry) -> CharacterSet {
        self.table
            .flows
            .get(entry.flow as usize)
            .and_then(|flow| flow.metadata.as_ref())
            .map(|metadata| metadata.charset)
            .unwrap_or_default()
    }
}

/// A Grain put together again.
#[derive(Default)]
struct Assembled {
    bytes: Vec<u8>,
    segments: Vec<Segment>,
    sources: Vec<ByteSource>,
    headers: Vec<FieldRow>,
}

fn packet_source(ordinal: u64, bytes: &[u8]) -> ByteSource {
    ByteSource {
        name: format!("Packet {ordinal}, {} bytes", bytes.len()),
        bytes: bytes.to_vec(),
        segments: Vec::new(),
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn rows(tree: FieldTree, source: u32) -> impl Iterator<Item = FieldRow> {
    tree.fields.into_iter().map(move |field| row(field, source))
}

fn row(field: Field, source: u32) -> FieldRow {
    let kind = match field.kind {
        FieldKind::Group => "group",
        FieldKind::Value => "value",
        FieldKind::Element => "element",
        FieldKind::Sequence => "sequence",
        FieldKind::Item => "item",
        FieldKind::Padding => "padding",
        FieldKind::Error => "error",
    };
    FieldRow {
        depth: field.depth,
        kind: kind.to_owned(),
        name: field.name.into_owned(),
        source,
        start: field.start,
        length: field.length,
        value_start: field.value_start,
        bits: field.bits,
        value: field.value,
        clause: field.clause.to_owned(),
        tag: field.tag.map(|tag| tag.to_string()),
        vr: field.vr.map(|vr| vr.to_string()),
        notes: field
            .notes
            .into_iter()
            .map(|note| (note.is_error, note.text.into_owned()))
            .collect(),
    }
}

fn header_rows(fields: Vec<HeaderField>, source: u32, depth: u16) -> impl Iterator<Item = FieldRow> {
    fields.into_iter().map(move |field| FieldRow {
        depth: field.depth + depth,
        kind: if field.bits.is_none() && field.value.is_empty() {
            "group"
        } else {
            "value"
        }
        .to_owned(),
        name: field.name.to_owned(),
        source,
        start: field.start,
        length: field.length,
        value_start: field.start,
        bits: field.bits,
        value: field.value,
        clause: field.clause.to_owned(),
        notes: field.error.map(|text| (true, text.to_owned())).into_iter().collect(),
        ..FieldRow::default()
    })
}
