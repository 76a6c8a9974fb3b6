//! A synthetic operating room: the packets of DICOM-RTV senders (PS3.22 6) and their faults.
//!
//! 1. A [`Scenario`] says which devices there are and what they send. [`Scenario::operating_room`] is one; every field
//!    can be changed, the static part of each data set included.
//! 2. [`Packets`] gives its packets with their times, one after the other: a live sender paces them, [`capture()`] puts
//!    Ethernet, IP and UDP around them and writes pcap or pcapng. [`sdp()`] is the session description.
//! 3. [`faults`] break one rule each, in a capture or while a sender runs.
//!
//! Nothing here reads a clock, a file or a random device: the same scenario always gives the same bytes, on every
//! platform.
//!
//! ```
//! use grainscope_simulate::{CaptureOptions, Options, Packets, Scenario, capture, sdp};
//!
//! let options = Options { duration_ns: Some(100_000_000), ..Options::default() };
//! let scenario = Scenario::operating_room(&options);
//! let first = Packets::new(&scenario)?.next().unwrap();
//! assert_eq!(first.payload[0] >> 6, 2, "the version of RTP");
//! let file = capture(&scenario, &[], CaptureOptions::default())?;
//! assert!(sdp(&scenario).contains("dicom/90000"));
//! # Ok::<(), dicom_rtv::Error>(())
//! ```

pub mod attributes;
pub mod bulk;
pub mod camera;
pub mod capture;
pub mod content;
mod dynamic;
pub mod encode;
pub mod example;
pub mod faults;
pub mod flow;
mod grain;
pub mod icc;
pub mod large;
pub mod network;
pub mod packets;
pub mod random;
pub mod scenario;
pub mod sdp;
pub mod time;
pub mod vectors;

pub use capture::{Capture, CaptureFormat, CaptureOptions, capture};
pub use packets::{Packets, TimedPacket};
pub use scenario::{Addressing, Options, Scenario};
pub use sdp::sdp;
