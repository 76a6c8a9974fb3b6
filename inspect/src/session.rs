//! The session: bytes in, answers out.

use crate::model::{Detail, Extent, Finding, Flow, GrainRow, Lane, PacketRow, Query, Summary, Window};

/// What a session should know beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Session descriptions: a name for people, and the text.
    pub sdp: Vec<(String, String)>,
}

/// One capture, or one live stream, under inspection.
#[derive(Debug, Default)]
pub struct Session {}

impl Session {
    /// A session that has seen nothing.
    #[must_use]
    pub fn new(_options: Options) -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream. Never fails: damage is part of the [`summary`](Self::summary).
    pub fn push(&mut self, _bytes: &[u8]) {}

    /// The stream has ended: pending Grains are given out, flows are judged.
    pub fn finish(&mut self) {}

    /// The capture as a whole.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::default()
    }

    /// All flows.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        Vec::new()
    }

    /// Some rows of the table of Grains. An error is a sentence about the filter.
    pub fn grains(&self, query: &Query) -> Result<Window<GrainRow>, String> {
        Ok(Window {
            total: 0,
            first: query.first,
            rows: Vec::new(),
        })
    }

    /// Some rows of the table of packets. An error is a sentence about the filter.
    pub fn packets(&self, query: &Query) -> Result<Window<PacketRow>, String> {
        Ok(Window {
            total: 0,
            first: query.first,
            rows: Vec::new(),
        })
    }

    /// All findings, gravest first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// The timeline between two times (nanoseconds since 1970 UTC) in `columns` equal steps.
    #[must_use]
    pub fn timeline(&self, _from_ns: i64, _to_ns: i64, _columns: u32) -> Vec<Lane> {
        Vec::new()
    }

    /// The bytes of the source that [`grain_detail`](Self::grain_detail) needs; empty for an unknown Grain.
    #[must_use]
    pub fn grain_extents(&self, _grain: u32) -> Vec<Extent> {
        Vec::new()
    }

    /// The bytes of the source that [`packet_detail`](Self::packet_detail) needs; empty for an unknown packet.
    #[must_use]
    pub fn packet_extents(&self, _ordinal: u64) -> Vec<Extent> {
        Vec::new()
    }

    /// A Grain laid open. `packets` are the bytes of its extents, in their order.
    #[must_use]
    pub fn grain_detail(&self, _grain: u32, _packets: &[Vec<u8>]) -> Detail {
        Detail::default()
    }

    /// A packet laid open. `packets` are the bytes of its extents, in their order.
    #[must_use]
    pub fn packet_detail(&self, _ordinal: u64, _packets: &[Vec<u8>]) -> Detail {
        Detail::default()
    }
}
