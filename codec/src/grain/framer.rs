//! Packets in sequence order, with the gaps that are certain, cut into Grains.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{EndedBy, Event, Grain, GrainPacket, Keep, Lost, Options};
use crate::limits::Limits;
use crate::nmos::GrainFlags;
use crate::rtp::TimestampUnwrapper;

/// A Grain's list of packets is limited along with its bytes, as if no packet had fewer bytes than this.
const MIN_PACKET_BYTES: u32 = 64;
/// Buffers that wait to be used again.
const MAX_SPARE: usize = 8;

/// What the framer needs to know of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) key: u64,
    pub(super) now_ns: u64,
    pub(super) sequence: u64,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
    pub(super) marker: bool,
    pub(super) flags: GrainFlags,
    pub(super) has_prefix: bool,
    pub(super) truncated: bool,
    pub(super) wire_length: u32,
    pub(super) payload: &'a [u8],
}

impl Piece<'_> {
    const fn starts(&self) -> bool {
        self.has_prefix || self.flags.start
    }
}

/// Whether a mark for the end of a Grain means what it says. Senders exist that set the marker on every packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Trust {
    /// No Grain has told yet: the packet after the mark is waited for.
    #[default]
    Open,
    /// A Grain had packets without the mark and ended with it.
    Proven,
    /// A Grain went on behind the mark.
    Refuted,
}

/// Whether a sender marks the starts of its Grains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Starts {
    /// No start has been seen, and no Grain without one either.
    Unknown,
    /// A start was marked.
    Marked,
    /// A Grain began without a mark, and none was lost before it.
    Unmarked,
}

#[derive(Debug)]
pub(super) struct Framer {
    options: Options,
    max_bytes: u32,
    open: Option<Open>,
    marker: Trust,
    end_flag: Trust,
    /// Whether the sender marks starts.
    starts: Starts,
    /// The sender marks ends.
    marks_ends: bool,
    is_first: bool,
    last_key: u64,
    timestamps: TimestampUnwrapper,
    events: VecDeque<Event>,
    spare: Vec<(Vec<GrainPacket>, Vec<u8>)>,
}

/// The Grain that is being put together.
#[derive(Debug)]
struct Open {
    grain: Grain,
    /// How it ended, where that awaits confirmation by the next packet.
    ended: Option<EndedBy>,
    /// It is the flow's first Grain; its first number when it was opened.
    flow_first: Option<u64>,
    /// Packets put before that number, and the lowest of them.
    before: u32,
    lowest: u64,
    /// Not whole although nothing counts as missing: it goes on from a limit, or that is in doubt.
    is_cut: bool,
    last_marker: bool,
    last_flags: GrainFlags,
    /// It has a packet without the marker, without the E flag.
    has_unmarked: bool,
    has_unflagged: bool,
    has_start_flag: bool,
    has_hole: bool,
}

impl Framer {
    pub(super) fn new(limits: &Limits, options: Options) -> Self {
        Self {
            options,
            max_bytes: limits.grain_bytes,
            open: None,
            marker: Trust::Open,
            end_flag: Trust::Open,
            starts: Starts::Unknown,
            marks_ends: false,
            is_first: true,
            last_key: 0,
            timestamps: TimestampUnwrapper::new(),
            events: VecDeque::new(),
            spare: Vec::new(),
        }
    }

    pub(super) fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(super) fn recycle(&mut self, mut grain: Grain) {
        if self.spare.len() < MAX_SPARE {
            grain.packets.clear();
            grain.payload.clear();
            self.spare.push((grain.packets, grain.payload));
        }
    }

    /// Takes the next packet in sequence order; `gap` packets before it are lost.
    #[inline]
    pub(super) fn push(&mut self, piece: &Piece<'_>, gap: u32) {
        let starts = piece.starts();
        if starts {
            self.starts = Starts::Marked;
        }
        let goes_on = self.confirm_end(piece) && self.continues(piece, gap);
        if !goes_on {
            self.begin(piece, gap);
        }
        self.append(piece);
        self.last_key = piece.key;
    }

    /// Settles an end that awaited this packet. True where a Grain is still open.
    fn confirm_end(&mut self, piece: &Piece<'_>) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        let Some(end) = open.ended else {
            return true;
        };
        if piece.timestamp == open.grain.rtp_timestamp && !piece.starts() {
            // The Grain goes on: what the mark said was not so.
            if open.last_marker {
                self.marker = Trust::Refuted;
            }
            if open.last_flags.end {
                self.end_flag = Trust::Refuted;
            }
            open.ended = None;
            return true;
        }
        self.marks_ends = true;
        self.close(end);
        false
    }

    /// Whether the packet belongs to the open Grain; closes that one where not, and shares out the gap.
    fn continues(&mut self, piece: &Piece<'_>, gap: u32) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        let end = if piece.timestamp != open.grain.rtp_timestamp
            && !(self.options.timestamps_vary && open.has_start_flag && !piece.starts())
        {
            EndedBy::NextTimestamp
        } else if piece.has_prefix || (piece.flags.start && !open.last_flags.start) {
            EndedBy::NextStart
        } else {
            open.grain.missing = open.grain.missing.saturating_add(gap);
            open.has_hole |= gap > 0;
            return true;
        };
        let (before, after) = match gap {
            _ if piece.starts() => (gap, 0),
            2.. => (1, gap - 1),
            _ if self.starts != Starts::Unmarked => (0, gap),
            _ => (gap, 0),
        };
        // Neither starts nor ends are marked: the lost packet may as well have been the start of this one.
        let is_doubtful = gap > 0 && self.starts == Starts::Unmarked && !self.marks_ends;
        open.grain.missing = open.grain.missing.saturating_add(before);
        self.close(end);
        self.begin_with(piece, after);
        if let Some(open) = &mut self.open {
            open.is_cut |= is_doubtful;
            open.has_hole |= is_doubtful;
        }
        true
    }

    /// Opens a Grain behind a marked end, or the flow's first.
    fn begin(&mut self, piece: &Piece<'_>, gap: u32) {
        if gap > 0 && piece.starts() {
            self.events.push_back(Event::Lost(Lost {
                packets: gap,
                first: piece.sequence.saturating_sub(u64::from(gap)),
                before_key: self.last_key,
                after_key: piece.key,
            }));
            self.begin_with(piece, 0);
        } else {
            self.begin_with(piece, gap);
        }
    }

    fn begin_with(&mut self, piece: &Piece<'_>, missing: u32) {
        let (packets, payload) = self.spare.pop().unwrap_or_default();
        let starts = piece.starts();
        let is_flow_first = core::mem::take(&mut self.is_first);
        if !starts && !is_flow_first && missing == 0 && self.starts == Starts::Unknown {
            self.starts = Starts::Unmarked;
        }
        self.open = Some(Open {
            grain: Grain {
                rtp_timestamp: piece.timestamp,
                extended_timestamp: self.timestamps.push(piece.timestamp),
                ssrc: piece.ssrc,
                payload_type: piece.payload_type,
                first_key: piece.key,
                last_key: piece.key,
                first_ns: piece.now_ns,
                last_ns: piece.now_ns,
                packet_count: 0,
                payload_length: 0,
                packets,
                payload,
                contiguous: 0,
                missing,
                complete: false,
                truncated: false,
                at_edge: is_flow_first && !starts,
                started: starts,
                end: EndedBy::Flush,
            },
            ended: None,
            flow_first: is_flow_first.then_some(piece.sequence),
            before: 0,
            lowest: piece.sequence,
            is_cut: false,
            last_marker: false,
            last_flags: GrainFlags::default(),
            has_unmarked: false,
            has_unflagged: false,
            has_start_flag: piece.flags.start,
            has_hole: missing > 0 || (is_flow_first && !starts),
        });
    }

    fn append(&mut self, piece: &Piece<'_>) {
        if self.is_over_limit(piece) {
            self.close(EndedBy::Limit);
            self.begin_with(piece, 0);
            if let Some(open) = &mut self.open {
                open.is_cut = true;
                open.has_hole = true;
            }
        }
        let Some(open) = &mut self.open else {
            return;
        };
        let grain = &mut open.grain;
        grain.last_key = piece.key;
        grain.first_ns = grain.first_ns.min(piece.now_ns);
        grain.last_ns = grain.last_ns.max(piece.now_ns);
        grain.packet_count = grain.packet_count.saturating_add(1);
        grain.payload_length = grain.payload_length.saturating_add(u64::from(piece.wire_length));
        grain.truncated |= piece.truncated;
        if self.options.keep == Keep::Payload {
            let (start, length) = (grain.payload.len() as u32, piece.payload.len() as u32);
            grain.packets.push(GrainPacket {
                key: piece.key,
                sequence: piece.sequence,
                start,
                length,
            });
            grain.payload.extend_from_slice(piece.payload);
            if !open.has_hole {
                grain.contiguous = grain.payload.len() as u32;
            }
        }
        open.has_hole |= piece.truncated;
        open.last_marker = piece.marker;
        open.last_flags = piece.flags;
        self.end(piece);
    }

    /// Ends the open Grain with this packet where its marks say so.
    fn end(&mut self, piece: &Piece<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        if piece.marker && open.has_unmarked && self.marker == Trust::Open {
            self.marker = Trust::Proven;
        }
        if piece.flags.end && open.has_unflagged && self.end_flag == Trust::Open {
            self.end_flag = Trust::Proven;
        }
        open.has_unmarked |= !piece.marker;
        open.has_unflagged |= !piece.flags.end;
        let marker = piece.marker && self.marker != Trust::Refuted;
        let end_flag = piece.flags.end && self.end_flag != Trust::Refuted;
        let end = match (marker, end_flag) {
            (true, _) => EndedBy::Marker,
            (false, true) => EndedBy::EndFlag,
            (false, false) => return,
        };
        // S and E on one packet: a Grain of one packet, nothing to wait for.
        let is_whole = end_flag && piece.flags.start && open.grain.packet_count == 1;
        let is_certain =
            (marker && self.marker == Trust::Proven) || (end_flag && (self.end_flag == Trust::Proven || is_whole));
        if is_certain {
            self.marks_ends = true;
            self.close(end);
        } else {
            open.ended = Some(end);
        }
    }

    fn is_over_limit(&self, piece: &Piece<'_>) -> bool {
        if self.options.keep == Keep::Counts {
            return false;
        }
        let Some(open) = &self.open else {
            return false;
        };
        let bytes = open.grain.payload.len().saturating_add(piece.payload.len());
        let packets = open.grain.packets.len();
        packets > 0
            && (bytes > self.max_bytes as usize || packets >= (self.max_bytes / MIN_PACKET_BYTES).max(1) as usize)
    }

    /// Puts a packet that the flow's first packet overtook where it belongs. False where that is no longer possible.
    pub(super) fn prepend(&mut self, piece: &Piece<'_>) -> bool {
        let is_over_limit = self.is_over_limit(piece);
        let Some(open) = &mut self.open else {
            return false;
        };
        let Some(first) = open.flow_first else {
            return false;
        };
        // A start in front of which others are is not a start: the two do not belong together.
        let fits = piece.sequence < first
            && piece.timestamp == open.grain.rtp_timestamp
            && (!open.grain.started || piece.sequence > open.lowest)
            && !is_over_limit;
        if !fits {
            return false;
        }
        if piece.starts() {
            self.starts = Starts::Marked;
        }
        let grain = &mut open.grain;
        if piece.sequence < open.lowest {
            open.lowest = piece.sequence;
            grain.first_key = piece.key;
            grain.started = piece.starts();
            grain.at_edge = !piece.starts();
        }
        open.before = open.before.saturating_add(1);
        open.has_start_flag |= piece.flags.start;
        open.has_unmarked |= !piece.marker;
        open.has_unflagged |= !piece.flags.end;
        grain.first_ns = grain.first_ns.min(piece.now_ns);
        grain.last_ns = grain.last_ns.max(piece.now_ns);
        grain.packet_count = grain.packet_count.saturating_add(1);
        grain.payload_length = grain.payload_length.saturating_add(u64::from(piece.wire_length));
        grain.truncated |= piece.truncated;
        if self.options.keep == Keep::Payload {
            insert(grain, piece);
        }
        true
    }

    /// The sender restarted: the open Grain will not go on.
    pub(super) fn restart(&mut self) {
        self.finish(EndedBy::Restart);
    }

    /// The capture has ended.
    pub(super) fn flush(&mut self) {
        self.finish(EndedBy::Flush);
    }

    fn finish(&mut self, end: EndedBy) {
        let Some(open) = &mut self.open else {
            return;
        };
        let end = match open.ended {
            Some(marked) => {
                self.marks_ends = true;
                marked
            }
            None => end,
        };
        open.grain.at_edge |= end == EndedBy::Flush;
        self.close(end);
    }

    fn close(&mut self, end: EndedBy) {
        let Some(open) = self.open.take() else {
            return;
        };
        let mut grain = open.grain;
        grain.end = end;
        if let Some(first) = open.flow_first {
            // Holes among the packets that the first one overtook.
            let span = u32::try_from(first.saturating_sub(open.lowest)).unwrap_or(u32::MAX);
            grain.missing = grain.missing.saturating_add(span.saturating_sub(open.before));
            if open.before > 0 {
                grain.contiguous = contiguous(&grain);
            }
        }
        let is_cut_here = match end {
            EndedBy::Limit | EndedBy::Flush => true,
            EndedBy::Restart => self.marks_ends,
            _ => false,
        };
        grain.complete = grain.missing == 0 && !grain.at_edge && !open.is_cut && !is_cut_here;
        self.events.push_back(Event::Grain(grain));
    }
}

/// Inserts a packet at its place by sequence number.
fn insert(grain: &mut Grain, piece: &Piece<'_>) {
    let index = grain.packets.partition_point(|p| p.sequence < piece.sequence);
    let start = grain
        .packets
        .get(index)
        .map_or(grain.payload.len(), |packet| packet.start as usize)
        .min(grain.payload.len());
    let length = piece.payload.len() as u32;
    grain.payload.splice(start..start, piece.payload.iter().copied());
    grain.packets.insert(
        index,
        GrainPacket {
            key: piece.key,
            sequence: piece.sequence,
            start: start as u32,
            length,
        },
    );
    for packet in grain.packets.iter_mut().skip(index + 1) {
        packet.start = packet.start.saturating_add(length);
    }
}

/// Bytes before the first hole in the numbers.
fn contiguous(grain: &Grain) -> u32 {
    if !grain.started || grain.truncated {
        return 0;
    }
    let mut end = 0;
    let mut next = None;
    for packet in &grain.packets {
        if next.is_some_and(|next| next != packet.sequence) {
            break;
        }
        end = packet.start.saturating_add(packet.length);
        next = Some(packet.sequence + 1);
    }
    end
}
