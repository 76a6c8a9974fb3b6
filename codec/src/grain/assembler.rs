//! Packets of one flow in order of arrival, put in sequence order and then cut into Grains.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::framer::{Framer, Piece};
use super::{Event, Grain, Keep, Options};
use crate::limits::Limits;
use crate::nmos::GrainFlags;
use crate::rtp::{Arrival, RtpPacket, SequenceTracker};

/// Packets that wait for one that is missing: half the number space is all that can be told apart.
const MAX_HELD: usize = 0x8000;
/// Buffers of held packets that wait to be used again.
const MAX_SPARE: usize = 64;

/// Puts the Grains of one flow together.
///
/// 1. Give it every packet of the flow (one SSRC on one 5-tuple) with [`push`](Self::push), in order of arrival.
/// 2. After each, drain [`poll`](Self::poll).
/// 3. At the end, [`flush`](Self::flush) and drain once more.
///
/// Packets of a Grain whose numbers arrive in order are taken at once. A packet behind a gap waits until the gap is filled
/// or decided lost (see [`SequenceTracker`]), so Grains come out in order. Time is an argument.
#[derive(Debug)]
pub struct GrainAssembler {
    tracker: SequenceTracker,
    framer: Framer,
    keep: Keep,
    next: u64,
    held: BTreeMap<u64, Held>,
    held_bytes: usize,
    max_held_bytes: usize,
    stray: Option<Held>,
    spare: Vec<Vec<u8>>,
}

/// A packet that waits.
#[derive(Debug)]
struct Held {
    piece: Piece<'static>,
    payload: Vec<u8>,
}

impl GrainAssembler {
    /// An assembler that keeps payloads, for a metadata flow.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self::with_options(limits, Options::default())
    }

    /// An assembler with options.
    #[must_use]
    pub fn with_options(limits: &Limits, options: Options) -> Self {
        Self {
            tracker: SequenceTracker::new(limits),
            framer: Framer::new(limits, options),
            keep: options.keep,
            next: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            max_held_bytes: limits.grain_bytes as usize,
            stray: None,
            spare: Vec::new(),
        }
    }

    /// Takes the next packet in order of arrival.
    ///
    /// `now_ns` is its time of arrival; `key` is the caller's name for it and comes back with its Grain; `flags` are its
    /// Grain Flags, where its extension has some; `looks_like_start` is [`looks_like_start`](super::looks_like_start) of its
    /// payload, or whatever else tells the caller that a Grain starts here.
    #[inline]
    pub fn push(
        &mut self,
        now_ns: u64,
        key: u64,
        packet: &RtpPacket<'_>,
        flags: Option<GrainFlags>,
        looks_like_start: bool,
    ) -> Arrival {
        let arrival = self.tracker.push(packet.sequence_number(), packet.timestamp(), now_ns);
        let sequence = self.tracker.extended();
        let piece = Piece {
            key,
            now_ns,
            sequence,
            timestamp: packet.timestamp(),
            ssrc: packet.ssrc(),
            payload_type: packet.payload_type(),
            marker: packet.marker(),
            flags: flags.unwrap_or_default(),
            has_prefix: looks_like_start,
            truncated: packet.is_truncated(),
            wire_length: u32::try_from(packet.payload_length()).unwrap_or(u32::MAX),
            payload: match self.keep {
                Keep::Payload => packet.payload(),
                Keep::Counts => &[],
            },
        };
        if arrival == Arrival::InOrder && sequence == self.next && self.held.is_empty() && self.stray.is_none() {
            self.next += 1;
            self.framer.push(&piece, 0);
        } else {
            self.push_other(arrival, &piece);
        }
        arrival
    }

    /// The next thing to say, in order of the flow.
    pub fn poll(&mut self) -> Option<Event> {
        self.framer.poll()
    }

    /// The capture has ended: what is missing is lost, and the open Grain is cut by the edge.
    pub fn flush(&mut self) {
        self.tracker.flush();
        self.release_all();
        self.drop_stray();
        self.framer.flush();
    }

    /// The sequence numbers of the flow and their counts.
    #[must_use]
    pub const fn sequence(&self) -> &SequenceTracker {
        &self.tracker
    }

    /// The same, to ask for [`SequenceTracker::next_loss`]. Do not push to it.
    pub const fn sequence_mut(&mut self) -> &mut SequenceTracker {
        &mut self.tracker
    }

    /// Takes a Grain's buffers back to use them again: then the steady state allocates nothing.
    pub fn recycle(&mut self, grain: Grain) {
        self.framer.recycle(grain);
    }

    fn push_other(&mut self, arrival: Arrival, piece: &Piece<'_>) {
        match arrival {
            Arrival::First => {
                self.next = piece.sequence + 1;
                self.framer.push(piece, 0);
            }
            Arrival::InOrder | Arrival::Gap { .. } => {
                self.drop_stray();
                self.place(piece);
            }
            Arrival::Reordered { .. } => self.place(piece),
            // The sequence tracker counts it; its bytes are those that are there.
            Arrival::Duplicate { .. } => {}
            Arrival::Stray => {
                self.drop_stray();
                self.stray = Some(self.hold(piece));
            }
            Arrival::Restart => self.restart(piece),
        }
        self.release(self.tracker.settled());
    }

    /// Gives the packet to the framer if it is the next, keeps it if it is a later one.
    fn place(&mut self, piece: &Piece<'_>) {
        if piece.sequence == self.next {
            self.next += 1;
            self.framer.push(piece, 0);
        } else if piece.sequence > self.next {
            self.held_bytes = self.held_bytes.saturating_add(piece.payload.len());
            let held = self.hold(piece);
            self.held.insert(piece.sequence, held);
        } else if !self.framer.prepend(piece) {
            self.framer.event(Event::Late { key: piece.key });
        }
    }

    fn hold(&mut self, piece: &Piece<'_>) -> Held {
        let mut payload = self.spare.pop().unwrap_or_default();
        payload.extend_from_slice(piece.payload);
        Held {
            piece: Piece { payload: &[], ..*piece },
            payload,
        }
    }

    /// Lets go of held packets that nothing can come before any more.
    fn release(&mut self, settled: u64) {
        loop {
            let is_full = self.held_bytes > self.max_held_bytes || self.held.len() > MAX_HELD;
            let Some(entry) = self.held.first_entry() else {
                break;
            };
            if *entry.key() > self.next && *entry.key() > settled && !is_full {
                break;
            }
            let held = entry.remove();
            self.release_one(held);
        }
    }

    fn release_all(&mut self) {
        while let Some((_, held)) = self.held.pop_first() {
            self.release_one(held);
        }
    }

    fn release_one(&mut self, held: Held) {
        self.held_bytes = self.held_bytes.saturating_sub(held.payload.len());
        let gap = held.piece.sequence.saturating_sub(self.next);
        self.next = held.piece.sequence + 1;
        self.give(held, u32::try_from(gap).unwrap_or(u32::MAX));
    }

    fn give(&mut self, held: Held, gap: u32) {
        let mut payload = held.payload;
        let piece = Piece {
            payload: &payload,
            ..held.piece
        };
        self.framer.push(&piece, gap);
        if self.spare.len() < MAX_SPARE {
            payload.clear();
            self.spare.push(payload);
        }
    }

    fn restart(&mut self, piece: &Piece<'_>) {
        self.release_all();
        self.framer.restart();
        if let Some(mut first) = self.stray.take() {
            self.framer.event(Event::Restart { key: first.piece.key });
            first.piece.sequence = piece.sequence.saturating_sub(1);
            self.give(first, 0);
        }
        self.next = piece.sequence + 1;
        self.framer.push(piece, 0);
    }

    fn drop_stray(&mut self) {
        if let Some(stray) = self.stray.take() {
            self.framer.event(Event::Stray { key: stray.piece.key });
        }
    }
}
