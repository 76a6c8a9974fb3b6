//! Large scenarios, for measuring: as much traffic as one asks for, written in parts.

use crate::flow::Raster;
use crate::scenario::{Options, Scenario};
use crate::time::{MILLISECOND, Period};

/// What a large capture is full of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Whole HD frames: over 97 % of the packets are ST 2110-20.
    Video,
    /// Metadata alone: no video, no audio.
    Metadata,
}

/// An operating room without end.
#[must_use]
pub fn scenario(mix: Mix, seed: u64) -> Scenario {
    let mut scenario = Scenario::operating_room(&Options {
        seed,
        duration_ns: None,
        raster: Raster::Whole,
        audio_packet: Period::new(1, 1000),
        jitter_ns: MILLISECOND / 5,
        ..Options::default()
    });
    if mix == Mix::Metadata {
        scenario.flows.retain(|flow| flow.metadata().is_some());
    }
    scenario
}
