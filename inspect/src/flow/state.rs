//! What is known of one flow.

use dicom_rtv::Limits;
use dicom_rtv::grain::{Grain, GrainAssembler, Lost};
use dicom_rtv::rtp::{RtpPacket, SequenceCounters, SequenceTracker};
use uuid::Uuid;

use super::bulk::{Evidence, Frames};
use super::gaps::Gaps;
use super::metadata::Metadata;
use super::table::Key;
use crate::findings::Record;
use crate::index::NO_TIME;
use crate::model::FlowKind;
use crate::sdp::SectionRef;

/// Packets that a flow may show without a Grain of DICOM before it is taken for something else.
const UNDECIDED_PACKETS: u64 = 64;

/// How far a flow is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not RTP.
    Plain,
    /// Looks like RTP, not proven.
    Candidate,
    /// RTP; whether it is DICOM is not decided.
    Undecided,
    /// RTP of another kind.
    Bulk,
    /// A DICOM Metadata Flow.
    Dicom,
}

/// One flow.
#[derive(Debug)]
pub(crate) struct FlowState {
    pub(crate) key: Key,
    /// SSRC, and the payload type of the first packet.
    pub(crate) rtp: Option<(u32, u8)>,
    /// Its public number, once it is shown.
    pub(crate) number: Option<u32>,
    pub(crate) stage: Stage,
    /// The plain flow that an unproven candidate was counted with.
    pub(crate) merged_into: Option<u32>,
    /// The kind of a plain flow; of RTP see [`kind`](Self::kind).
    pub(crate) plain_kind: FlowKind,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) first_ns: i64,
    pub(crate) last_ns: i64,
    /// The section of an SDP that describes it.
    pub(crate) sdp: Option<SectionRef>,
    /// What that section says it carries.
    pub(crate) sdp_kind: Option<FlowKind>,
    pub(crate) evidence: Evidence,
    pub(crate) frames: Frames,
    /// While it may be DICOM.
    pub(crate) assembler: Option<Box<GrainAssembler>>,
    /// Once it is not.
    pub(crate) tracker: Option<Box<SequenceTracker>>,
    /// Counters of the tracker or assembler that went before.
    carried: SequenceCounters,
    /// Grains that wait for the decision.
    pub(crate) held: Vec<Grain>,
    /// Losses between them.
    pub(crate) held_losses: Vec<Lost>,
    /// Gaps in the sequence that may still be filled, for flows that are not DICOM.
    pub(crate) gaps: Gaps,
    /// UDP bytes that a datagram may have, its header included.
    pub(crate) udp_limit: u32,
    /// Datagrams that have more.
    pub(crate) oversize: Option<Box<Record>>,
    /// Bytes of payload that it holds back until then.
    pub(crate) held_bytes: u64,
    /// Packets since the flow began or was last looked at afresh.
    pub(crate) undecided: u64,
    /// Sequence numbers that followed the one before, for the proof of a candidate.
    consecutive: u64,
    latest_sequence: u16,
    pub(crate) metadata: Option<Box<Metadata>>,
    /// Source and Flow Identifier of a bulk flow's header extension, if it has one.
    pub(crate) bulk_identity: (Option<Uuid>, Option<Uuid>),
}

impl FlowState {
    pub(crate) fn new(key: Key, rtp: Option<(u32, u8)>) -> Self {
        Self {
            key,
            rtp,
            number: None,
            stage: if rtp.is_some() { Stage::Candidate } else { Stage::Plain },
            merged_into: None,
            plain_kind: FlowKind::Other,
            packets: 0,
            bytes: 0,
            first_ns: NO_TIME,
            last_ns: NO_TIME,
            sdp: None,
            sdp_kind: None,
            evidence: Evidence::default(),
            frames: Frames::default(),
            assembler: None,
            tracker: None,
            carried: SequenceCounters::default(),
            held: Vec::new(),
            held_losses: Vec::new(),
            gaps: Gaps::default(),
            udp_limit: u32::MAX,
            oversize: None,
            held_bytes: 0,
            undecided: 0,
            consecutive: 0,
            latest_sequence: 0,
            metadata: None,
            bulk_identity: (None, None),
        }
    }

    /// Notes a packet's time.
    pub(crate) fn saw(&mut self, time_ns: i64) {
        if time_ns != NO_TIME {
            self.first_ns = if self.first_ns == NO_TIME {
                time_ns
            } else {
                self.first_ns.min(time_ns)
            };
            self.last_ns = self.last_ns.max(time_ns);
        }
    }

    /// Counts a packet of a candidate; `true` once it is proven to be RTP: an RFC 8285 extension or a Grain of DICOM, or
    /// three packets and more of which 80 % follow each other.
    pub(crate) fn prove(&mut self, packet: &RtpPacket<'_>, is_known: bool) -> bool {
        let sequence = packet.sequence_number();
        if self.packets > 1 && sequence == self.latest_sequence.wrapping_add(1) {
            self.consecutive += 1;
        }
        self.latest_sequence = sequence;
        is_known
            || self.sdp.is_some()
            || packet.extension().is_some_and(|e| e.profile() == 0xBEDE)
            || self.packets >= 3 && (self.consecutive + 1) * 10 >= self.packets * 8
    }

    /// The assembler of a flow that may be DICOM.
    pub(crate) fn assembler(&mut self, limits: &Limits) -> &mut GrainAssembler {
        self.assembler
            .get_or_insert_with(|| Box::new(GrainAssembler::new(limits)))
    }

    /// Whether enough was seen to say that this is no DICOM Metadata Flow.
    pub(crate) fn is_something_else(&self) -> bool {
        if self.sdp_kind.is_some_and(FlowKind::is_dicom) {
            return false;
        }
        let (_, payload_type) = self.rtp.unwrap_or_default();
        self.undecided >= UNDECIDED_PACKETS
            || self.evidence.is_enough() && self.evidence.kind(payload_type) != FlowKind::Rtp
    }

    /// Goes on without keeping payload.
    pub(crate) fn become_bulk(&mut self) {
        self.stage = Stage::Bulk;
        if let Some(assembler) = self.assembler.take() {
            self.tracker = Some(Box::new(assembler.sequence().clone()));
        }
        self.held = Vec::new();
        self.held_losses = Vec::new();
        self.metadata = None;
    }

    /// Looks again whether it is DICOM, for a Grain of DICOM came where none was expected.
    pub(crate) fn reconsider(&mut self) {
        if let Some(mut tracker) = self.tracker.take() {
            tracker.flush();
            self.carried = add(self.carried, tracker.counters());
        }
        self.stage = Stage::Undecided;
        self.undecided = 0;
    }

    /// Frees what only a live flow needs.
    pub(crate) fn drop_buffers(&mut self) {
        self.assembler = None;
        self.tracker = None;
        self.held = Vec::new();
        self.held_losses = Vec::new();
        self.metadata = None;
    }

    /// Lost, reordered and duplicate packets and the like, so far.
    pub(crate) fn counters(&self) -> SequenceCounters {
        let live = match (&self.assembler, &self.tracker) {
            (Some(assembler), _) => assembler.sequence().counters(),
            (None, Some(tracker)) => tracker.counters(),
            (None, None) => SequenceCounters::default(),
        };
        add(self.carried, live)
    }

    /// What it carries, as far as can be said now.
    pub(crate) fn kind(&self) -> FlowKind {
        match self.stage {
            Stage::Plain => self.plain_kind,
            Stage::Dicom => self
                .metadata
                .as_ref()
                .and_then(|m| m.kind())
                .or(self.sdp_kind.filter(|k| k.is_dicom()))
                .unwrap_or(FlowKind::DicomVideo),
            Stage::Candidate | Stage::Undecided | Stage::Bulk => {
                let (_, payload_type) = self.rtp.unwrap_or_default();
                self.sdp_kind.unwrap_or_else(|| self.evidence.kind(payload_type))
            }
        }
    }
}

/// Two sets of counters together.
fn add(a: SequenceCounters, b: SequenceCounters) -> SequenceCounters {
    SequenceCounters {
        received: a.received + b.received,
        lost: a.lost + b.lost,
        pending: a.pending + b.pending,
        reordered: a.reordered + b.reordered,
        late: a.late + b.late,
        duplicates: a.duplicates + b.duplicates,
        strays: a.strays + b.strays,
        restarts: a.restarts + b.restarts,
    }
}
