//! RTP (RFC 3550), its header extensions (RFC 8285), sequence numbers, media clock and packetizer.
//!
//! Reading: [`RtpPacket::parse`] checks one datagram, [`Extension::elements`] walks its header extension, and a
//! [`SequenceTracker`] per flow tells loss, reordering, duplicates and restarts of the sender apart.
//! Writing: [`PacketBuilder`], [`ExtensionBuilder`] and, for whole Grains, [`Packetizer`].

mod build;
mod clock;
mod extension;
mod fields;
mod packet;
mod packetize;
mod sequence;

pub use build::{ExtensionBuilder, PacketBuilder};
pub use clock::{MediaClock, TimestampUnwrapper};
pub use extension::{Elements, ElementsEnd, Extension, ExtensionElement, Form};
pub use fields::fields;
pub use packet::{FixedHeader, RtpPacket, is_rtcp};
pub use packetize::{PacketizeOptions, Packetizer, Placement};
pub use sequence::{Arrival, Loss, SequenceCounters, SequenceTracker};

/// Bytes of the fixed RTP header (RFC 3550 5.1).
pub const FIXED_HEADER_LENGTH: usize = 12;
/// Bytes of a UDP header; the UDP size limits of ST 2110-10 count it.
pub const UDP_HEADER_LENGTH: usize = 8;
/// The Standard UDP Size Limit, UDP header included (ST 2110-10 6.3).
pub const STANDARD_UDP_LIMIT: usize = 1460;
/// The Extended UDP Size Limit, UDP header included; a sender announces it with MAXUDP (ST 2110-10 6.4).
pub const EXTENDED_UDP_LIMIT: usize = 8960;
/// "Defined by profile" of the one-byte form (RFC 8285 4.2).
pub const ONE_BYTE_PROFILE: u16 = 0xBEDE;
/// "Defined by profile" of the two-byte form, appbits zero (RFC 8285 4.3).
pub const TWO_BYTE_PROFILE: u16 = 0x1000;
