//! What a [`Session`](crate::Session) answers: plain serialisable values that views show as they are.

use serde::{Deserialize, Serialize};

/// The capture as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// `pcap`, `pcapng`, or another name once the first bytes were seen.
    pub format: Option<String>,
    /// Bytes pushed so far.
    pub bytes: u64,
    /// Packets read so far.
    pub packets: u64,
    /// Time of the earliest packet, nanoseconds since 1970-01-01T00:00:00 UTC.
    pub start_ns: Option<i64>,
    /// Time of the latest packet, likewise.
    pub end_ns: Option<i64>,
    /// Decimal digits that the capture's times have after the second: 6 or 9.
    pub time_digits: u8,
    /// Grains of all DICOM metadata flows.
    pub grains: u64,
    /// Flows of any kind.
    pub flows: u32,
    /// Records that break a "shall", a recommendation, or are worth knowing: severities E, W, I.
    pub findings: [u32; 3],
    /// Packets that the capturing side says it dropped.
    pub dropped: u64,
    /// Packets whose bytes could not be read as any known protocol, and the like, each with its count.
    pub ignored: Vec<Count>,
    /// Where and why reading stopped, if it did before the end.
    pub damage: Option<Damage>,
    /// Whether `finish` was called.
    pub finished: bool,
}

/// A named count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// What is counted, in a few words.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Where a capture file is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Byte offset in the stream.
    pub offset: u64,
    /// Why, in one sentence.
    pub reason: String,
}

/// What a flow carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowKind {
    /// DICOM-RTV metadata of a video flow.
    DicomVideo,
    /// DICOM-RTV metadata of an audio flow.
    DicomAudio,
    /// DICOM-RTV rendition metadata.
    DicomRendition,
    /// ST 2110-20 video, or other video that an SDP names.
    Video,
    /// ST 2110-30 audio, or other audio that an SDP names.
    Audio,
    /// ST 2110-40 ancillary data.
    Anc,
    /// RTP of another kind.
    Rtp,
    /// RTP Control Protocol.
    Rtcp,
    /// Precision Time Protocol over UDP.
    Ptp,
    /// Network Time Protocol.
    Ntp,
    /// Simple Network Management Protocol.
    Snmp,
    /// Internet Group Management Protocol (or MLD): joins and leaves.
    Igmp,
    /// DICOM Upper Layer over TCP.
    DicomUl,
    /// Other UDP.
    Udp,
    /// Other TCP.
    Tcp,
    /// Whatever is none of these.
    Other,
}

impl FlowKind {
    /// Its name in reports: `dicom-video`, `rtp`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DicomVideo => "dicom-video",
            Self::DicomAudio => "dicom-audio",
            Self::DicomRendition => "dicom-rendition",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Anc => "anc",
            Self::Rtp => "rtp",
            Self::Rtcp => "rtcp",
            Self::Ptp => "ptp",
            Self::Ntp => "ntp",
            Self::Snmp => "snmp",
            Self::Igmp => "igmp",
            Self::DicomUl => "dicom-ul",
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Other => "other",
        }
    }

    /// Whether this is a DICOM Metadata Flow.
    #[must_use]
    pub const fn is_dicom(self) -> bool {
        matches!(self, Self::DicomVideo | Self::DicomAudio | Self::DicomRendition)
    }

    /// Whether its packets are RTP.
    #[must_use]
    pub const fn is_rtp(self) -> bool {
        self.is_dicom() || matches!(self, Self::Video | Self::Audio | Self::Anc | Self::Rtp)
    }
}

/// One flow: packets of one source, destination and SSRC (RTP), or of one pair of addresses and ports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Its number, in order of first appearance.
    pub id: u32,
    /// What it carries.
    pub kind: FlowKind,
    /// How the kind was found: from which SDP section, or from which bytes.
    pub reason: String,
    /// Address and port, as `10.1.1.10:5006` or `[2001:db8::1]:5006`.
    pub source: String,
    /// Address and port.
    pub destination: String,
    /// RTP synchronisation source.
    pub ssrc: Option<u32>,
    /// RTP payload type, that of the first packet.
    pub payload_type: Option<u8>,
    /// RTP clock rate, Hz.
    pub clock_rate: Option<u32>,
    /// Source Identifier of the header extension, as UUID.
    pub source_id: Option<String>,
    /// Flow Identifier of the header extension, as UUID.
    pub flow_id: Option<String>,
    /// RTV Communication SOP Class UID (0002,0032).
    pub sop_class: Option<String>,
    /// Its name.
    pub sop_class_name: Option<String>,
    /// RTV Communication SOP Instance UID (0002,0033).
    pub sop_instance: Option<String>,
    /// Packets seen, duplicates included.
    pub packets: u64,
    /// Bytes of UDP payload (TCP: segment payload).
    pub bytes: u64,
    /// Packets missing in the sequence numbers.
    pub lost: u64,
    /// Packets that came after a later one.
    pub reordered: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Grains: assembled ones of a metadata flow; counted by timestamp in other RTP flows.
    pub grains: u64,
    /// The flow that this metadata flow describes.
    pub describes: Option<u32>,
    /// The rendition flow that refers to this one.
    pub rendition: Option<u32>,
    /// The flow that it goes on from: the same sender and destination with another SSRC, which ended before.
    #[serde(default)]
    pub restart_of: Option<u32>,
    /// Number of the device (by source address) that sends it.
    pub device: Option<u32>,
    /// Time of its first packet, nanoseconds since 1970 UTC.
    pub first_ns: Option<i64>,
    /// Time of its last packet.
    pub last_ns: Option<i64>,
    /// Media section of the SDP that describes it, as "or.sdp, m=application 5006".
    pub sdp: Option<String>,
    /// What the last static part says, for people: Patient's Name, Patient ID, Manufacturer, Modality…
    pub facts: Vec<Fact>,
    /// Findings of severities E, W, I.
    pub findings: [u32; 3],
}

/// A name and a value for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Name of the attribute or figure.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One Grain of a metadata flow, as a row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrainRow {
    /// Its number over all flows, in order of completion: the handle for [`Session::grain_extents`](crate::Session::grain_extents).
    pub id: u32,
    /// Its flow; `None` for one object without packets.
    pub flow: Option<u32>,
    /// Its number in its flow, from 0.
    pub index: u32,
    /// RTP timestamp.
    pub rtp_timestamp: u32,
    /// PTP Sync Timestamp, nanoseconds since 1970 TAI.
    pub sync_ns: Option<i64>,
    /// PTP Origin Timestamp, likewise.
    pub origin_ns: Option<i64>,
    /// Capture time of its first packet, nanoseconds since 1970 UTC.
    pub arrival_ns: Option<i64>,
    /// Arrival of the first packet minus origin timestamp, TAI − UTC taken into account.
    pub latency_ns: Option<i64>,
    /// Packets that carry it.
    pub packets: u32,
    /// Ordinal of its first packet.
    pub first_packet: u64,
    /// Bytes of payload over all packets.
    pub payload_bytes: u32,
    /// Whether every packet arrived.
    pub complete: bool,
    /// Whether a packet was cut by the capture (snaplen).
    pub truncated: bool,
    /// Whether it carries the static part.
    pub is_static: bool,
    /// Whether it carries the dynamic part.
    pub is_dynamic: bool,
    /// Findings that name it.
    pub findings: u32,
}

/// One packet, as a row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketRow {
    /// Its number in the capture, from 1.
    pub ordinal: u64,
    /// Capture time, nanoseconds since 1970 UTC.
    pub time_ns: Option<i64>,
    /// Its flow.
    pub flow: Option<u32>,
    /// What its flow carries.
    pub kind: FlowKind,
    /// Address and port.
    pub source: String,
    /// Address and port.
    pub destination: String,
    /// Bytes on the wire.
    pub length: u32,
    /// RTP sequence number.
    pub sequence: Option<u16>,
    /// RTP timestamp.
    pub rtp_timestamp: Option<u32>,
    /// RTP marker.
    pub marker: bool,
    /// Whether the capture cut it (snaplen).
    pub truncated: bool,
    /// Whether it is a duplicate, came late, or follows a gap; and anything else worth a word.
    pub note: String,
    /// The Grain that it carries a part of.
    pub grain: Option<u32>,
}

/// Some rows of a table and the size of the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window<T> {
    /// Rows in all that the query selects.
    pub total: u64,
    /// Number of the first row here.
    pub first: u64,
    /// The rows.
    pub rows: Vec<T>,
}

/// Which rows of a table, in which order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Only of this flow.
    pub flow: Option<u32>,
    /// Only what this expression selects (see the filter language in docs); empty for all.
    pub filter: String,
    /// Column to sort by, with its direction; `None` for capture order.
    pub sort: Option<(Column, Direction)>,
    /// First row wanted.
    pub first: u64,
    /// Rows wanted.
    pub count: u32,
}

/// A column that tables can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Capture time.
    Time,
    /// Flow number.
    Flow,
    /// RTP timestamp.
    RtpTimestamp,
    /// Bytes.
    Size,
    /// Count of packets.
    Packets,
    /// Latency.
    Latency,
    /// Count of findings.
    Findings,
}

/// Order of a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Bytes of the source that a view needs: the captured bytes of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Ordinal of the packet.
    pub packet: u64,
    /// Offset of its first byte in the stream of bytes that was pushed.
    pub offset: u64,
    /// Bytes.
    pub length: u32,
}

/// A structure laid open: byte sources and the fields that lie in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// What this is, as "Grain 179 of flow 1, 3 packets".
    pub title: String,
    /// The byte strings that fields point into: the reassembled Grain first, then each packet as captured.
    pub sources: Vec<ByteSource>,
    /// The fields in pre-order; `depth` gives the tree.
    pub fields: Vec<FieldRow>,
    /// The Grain with the static part that holds for this one, if it is another.
    pub static_grain: Option<u32>,
    /// The Grain that this packet carries a part of (packets only).
    pub grain: Option<u32>,
}

/// One byte string of a [`Detail`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ByteSource {
    /// "Grain, 3562 bytes" or "Packet 12, 1414 bytes".
    pub name: String,
    /// The bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// For a reassembled Grain: where each packet's part starts.
    pub segments: Vec<Segment>,
}

/// A part of a reassembled Grain that one packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Ordinal of the packet.
    pub packet: u64,
    /// First byte in the Grain.
    pub start: u32,
    /// Bytes.
    pub length: u32,
    /// Index in [`Detail::sources`] of the packet's own bytes, and where the part starts there.
    pub source: u32,
    /// Where the part starts in that source.
    pub source_start: u32,
}

/// One field of a [`Detail`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldRow {
    /// 0 for a root; children follow with a greater depth.
    pub depth: u16,
    /// `group`, `value`, `element`, `sequence`, `item`, `padding`, `error`.
    pub kind: String,
    /// Its name in the standard.
    pub name: String,
    /// Index in [`Detail::sources`].
    pub source: u32,
    /// First byte there.
    pub start: u32,
    /// Bytes, header and value together.
    pub length: u32,
    /// Where the value starts (elements), else `start`.
    pub value_start: u32,
    /// First bit from the most significant bit of the first byte, and count.
    pub bits: Option<(u8, u8)>,
    /// The value as people read it.
    pub value: String,
    /// Clause of the standard.
    pub clause: String,
    /// `(0010,0010)`.
    pub tag: Option<String>,
    /// Value Representation.
    pub vr: Option<String>,
    /// What is wrong or odd here; `true` where a rule is broken.
    pub notes: Vec<(bool, String)>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// A "shall" is broken.
    E,
    /// A recommendation is broken, or data was lost.
    W,
    /// Worth knowing.
    I,
}

/// A rule that does not hold, with the places where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifier, as `rtp.loss`.
    pub rule: String,
    /// How grave.
    pub severity: Severity,
    /// The flow, where there is one.
    pub flow: Option<u32>,
    /// Index in the flow of the first Grain concerned.
    pub grain: Option<u32>,
    /// Ordinals of the packets it rests on, first occurrence.
    pub packets: Vec<u64>,
    /// Clause of the standard.
    pub clause: String,
    /// How often.
    pub count: u64,
    /// The first occurrences.
    pub occurrences: Vec<Occurrence>,
    /// What was expected and what was found, in one sentence.
    pub message: String,
    /// Why this deviation is accepted, if it is: it does not count then.
    #[serde(default)]
    pub accepted: Option<String>,
}

/// One place where a rule does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Index of the Grain in its flow.
    pub grain: Option<u32>,
    /// Ordinals of the packets.
    pub packets: Vec<u64>,
}

/// One lane of the timeline: what a flow did in each column of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// The flow.
    pub flow: u32,
    /// One entry per column of the query.
    pub columns: Vec<LaneColumn>,
}

/// What a flow did in one column of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneColumn {
    /// Packets.
    pub packets: u32,
    /// Grains that begin here.
    pub grains: u32,
    /// Grains with a static part.
    pub statics: u32,
    /// Grains that are incomplete.
    pub incomplete: u32,
    /// Findings that name a Grain here.
    pub findings: u32,
}
