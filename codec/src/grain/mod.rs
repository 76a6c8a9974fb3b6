//! Grains put together from RTP packets.
//!
//! PS3.22 gives a Grain no header of its own: it is a run of packets with one RTP timestamp. Where one ends and the next
//! starts, several marks may tell, and each of them may be missing: the marker bit, the E flag, a new RTP timestamp, the
//! start of the next Grain (the S flag, or `DICM` at offset 128 of the payload). [`GrainAssembler`] uses whichever are
//! there, and learns which of them a sender uses.
//!
//! # Which Grain a lost packet belonged to
//!
//! RTP does not say, so this is a decision, taken for each run of lost packets:
//!
//! | before the gap | after the gap | the lost packets count for |
//! |---|---|---|
//! | same Grain | same Grain | that Grain |
//! | end of a Grain, marked | start of a Grain, marked | no Grain: whole Grains were lost, [`Event::Lost`] |
//! | end of a Grain, marked | no start | the Grain after: its first packets |
//! | no end | start of a Grain, marked | the Grain before: its last packets |
//! | no end | no start, another timestamp | see below |
//!
//! In the last case one packet counts for the Grain before and the rest for the one after: neither is known to be whole. A
//! single packet is the missing start of the Grain after; but where the sender has shown that it marks no starts, it
//! counts for the one before.
//!
//! Such a gap, and one with an end or a start missing, may also hide whole Grains: [`Grain::missing`] is an upper bound
//! there. A Grain is called complete only when that is certain, and the sum over all Grains and [`Event::Lost`] is
//! exactly the number of packets lost between the first and the last one that came.

mod assembler;
mod framer;

use alloc::vec::Vec;

use crate::wire;

pub use assembler::GrainAssembler;

/// Whether a packet's payload looks like the start of an RTV payload: `DICM` at offset 128 (PS3.22 7.1).
#[inline]
#[must_use]
pub fn looks_like_start(payload: &[u8]) -> bool {
    wire::preamble_and_prefix(payload).is_ok()
}

/// How a [`GrainAssembler`] works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What to keep of each Grain.
    pub keep: Keep,
    /// The packets of one Grain have different timestamps, as audio of ST 2110-30 does: from an S flag on, only the E flag,
    /// the marker or the next S flag end a Grain. Without S flags every timestamp is a Grain all the same.
    pub timestamps_vary: bool,
}

/// What to keep of each Grain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The list of packets and the payload: for metadata flows.
    #[default]
    Payload,
    /// Counts and times only: for audio and video flows.
    Counts,
}

/// What an assembler has to say, in order of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A Grain, complete or not.
    Grain(Grain),
    /// Packets were lost that belong to no Grain of which anything came.
    Lost(Lost),
    /// A packet came after its Grain was given out or given up. It is in no Grain.
    Late {
        /// The caller's key of the packet.
        key: u64,
    },
    /// A single packet far from the sequence. It is in no Grain.
    Stray {
        /// The caller's key of the packet.
        key: u64,
    },
    /// The sender restarted: its sequence begins anew with this packet.
    Restart {
        /// The caller's key of the first packet of the new sequence.
        key: u64,
    },
}

/// Lost packets between two Grains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// How many.
    pub packets: u32,
    /// Extended sequence number of the first of them.
    pub first: u64,
    /// The caller's key of the packet before them.
    pub before_key: u64,
    /// The caller's key of the packet after them.
    pub after_key: u64,
}

/// One Grain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grain {
    /// The RTP timestamp of its first packet.
    pub rtp_timestamp: u32,
    /// The same, unwrapped over the flow: its low 32 bits are `rtp_timestamp`.
    pub extended_timestamp: u64,
    /// Synchronization source.
    pub ssrc: u32,
    /// Payload type of its first packet.
    pub payload_type: u8,
    /// The caller's key of its first packet in sequence order.
    pub first_key: u64,
    /// The caller's key of its last packet in sequence order.
    pub last_key: u64,
    /// When its earliest packet arrived, on the caller's clock.
    pub first_ns: u64,
    /// When its latest packet arrived.
    pub last_ns: u64,
    /// Packets that are there.
    pub packet_count: u32,
    /// Payload bytes of these packets on the wire.
    pub payload_length: u64,
    /// Its packets, in sequence order; empty with [`Keep::Counts`].
    pub packets: Vec<GrainPacket>,
    /// The payload that is there, closed up over holes; empty with [`Keep::Counts`].
    pub payload: Vec<u8>,
    /// Bytes at the start of `payload` that have no hole before or among them: all of a whole Grain, 0 without the first packet.
    pub contiguous: u32,
    /// Packets of this Grain that were lost. See the [module](self) for how lost packets are told apart.
    pub missing: u32,
    /// Every packet of the Grain is there.
    pub complete: bool,
    /// A packet was cut by the capture (snaplen).
    pub truncated: bool,
    /// The capture starts or ends inside this Grain: not complete, and nobody's fault.
    pub at_edge: bool,
    /// Its first packet is there and says so by the S flag or the prefix.
    pub started: bool,
    /// How its end was known.
    pub end: EndedBy,
}

/// One packet of a Grain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrainPacket {
    /// The caller's key.
    pub key: u64,
    /// Extended sequence number.
    pub sequence: u64,
    /// Where its bytes start in the Grain's payload.
    pub start: u32,
    /// How many they are.
    pub length: u32,
}

/// How the end of a Grain was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The marker bit.
    Marker,
    /// The E flag.
    EndFlag,
    /// A packet with another timestamp.
    NextTimestamp,
    /// The start of the next Grain, with the same timestamp.
    NextStart,
    /// A restart of the sender.
    Restart,
    /// The end of the capture.
    Flush,
    /// [`Limits::grain_bytes`](crate::Limits::grain_bytes): what follows is given out as a further, incomplete Grain.
    Limit,
}

impl Grain {
    /// The packet that holds byte `offset` of the payload, as an index into `packets`.
    #[must_use]
    pub fn packet_at(&self, offset: u32) -> Option<usize> {
        let index = self.packets.partition_point(|p| p.start <= offset).checked_sub(1)?;
        let packet = self.packets.get(index)?;
        (offset - packet.start < packet.length).then_some(index)
    }
}
