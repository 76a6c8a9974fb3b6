//! Captures and live streams of packets, from bytes to UDP datagrams and TCP segments.
//!
//! The way of a byte:
//!
//! ```text
//! chunk -> Reader -> Record -> frame::decode -> Datagram                    (UDP, TCP segment, other IP)
//!                                            -> Fragment -> Fragments -> Datagram
//!                                            -> Other                       (ARP, PTP over Ethernet, ...)
//! ```
//!
//! 1. [`Reader`] takes a pcap or pcapng stream in chunks of any size and gives its packets as [`Record`]s. It does no I/O,
//!    so a file, an upload in slices and a live WebSocket are one code path.
//! 2. [`frame::decode`] looks through the link layer and IP of one record. It allocates nothing.
//! 3. [`Fragments`] puts IP fragments together and remembers which packet each byte came from.
//! 4. [`write`](mod@write) makes captures: for a relay, an export, a generator.
//!
//! Every function here is total: no input makes it panic, loop or claim more memory than [`Limits`] allows.
//!
//! ```
//! use grainscope_capture::{Limits, LinkType, Reader, frame, write};
//!
//! let mut writer = write::PcapWriter::new(LinkType::ETHERNET, write::Resolution::Nanoseconds, 0);
//! writer.packet(1_700_000_000_000_000_000, 14, &[0; 14]);
//! let capture = writer.into_bytes();
//!
//! let mut reader = Reader::new(Limits::default());
//! for chunk in capture.chunks(5) {
//!     let mut rest = chunk;
//!     while let Some(record) = reader.next(&mut rest) {
//!         assert_eq!((record.ordinal, record.data.len()), (1, 14));
//!         let _frame = frame::decode(record.link_type, record.data);
//!     }
//! }
//! reader.finish()?;
//! # Ok::<(), grainscope_capture::Error>(())
//! ```
//!
//! # Why the block parsing is our own
//!
//! The crate pcap-parser reads the same blocks, and the bench `walk` compares both. Three things decide: its
//! `parse_enhancedpacketblock` collects the options of every packet into a `Vec`; its streaming functions say that bytes
//! are missing, not how long the block will be, so that a block that straddles chunks is read again and again; and the
//! bound on a block's length must be checked before its body is asked for. What is left is a few fixed headers, for which
//! `slice::first_chunk` says it all. The same holds for etherparse: it serves as a second opinion in the tests.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod error;
pub mod format;
pub mod fragments;
pub mod frame;
pub mod limits;
pub mod link_type;
pub mod reader;
pub mod record;
pub mod write;

mod bytes;
mod pcap;
mod pcapng;
#[cfg(test)]
mod testing;

pub use error::{Damage, Error};
pub use format::Format;
pub use fragments::{FragmentStatistics, Fragments};
pub use frame::{Datagram, Endpoint, Fragment, Frame};
pub use limits::Limits;
pub use link_type::LinkType;
pub use reader::Reader;
pub use record::{BlockKind, Interface, Record};
