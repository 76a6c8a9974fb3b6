//! The index: what is remembered of each packet and each Grain, so that their bytes can be asked for again.

/// A growing list that never moves what it holds, so that a large index does not need twice its size while it grows.
#[derive(Debug)]
pub(crate) struct Chunked<T> {
    chunks: Vec<Vec<T>>,
}

/// Entries in one chunk.
const CHUNK: usize = 16_384;

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> Chunked<T> {
    pub(crate) fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(value),
            first => {
                // The first chunk grows from small, so that many small sessions stay small.
                let mut chunk = Vec::with_capacity(if first.is_some() { CHUNK } else { 0 });
                chunk.push(value);
                self.chunks.push(chunk);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks
            .last()
            .map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.chunks.get_mut(index / CHUNK)?.get_mut(index % CHUNK)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }
}

/// No flow, no Grain.
pub(crate) const NONE: u32 = u32::MAX;

/// No time: the capture does not say when a packet came.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// One packet: 40 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketEntry {
    /// Offset of its captured bytes in the stream.
    pub(crate) offset: u64,
    /// Capture time, nanoseconds since 1970 UTC, or [`NO_TIME`].
    pub(crate) time_ns: i64,
    /// Captured bytes.
    pub(crate) captured: u32,
    /// Bytes on the wire.
    pub(crate) original: u32,
    /// Its flow before merging, or [`NONE`].
    pub(crate) flow: u32,
    /// Its Grain, or [`NONE`].
    pub(crate) grain: u32,
    /// RTP timestamp.
    pub(crate) rtp_timestamp: u32,
    /// RTP sequence number.
    pub(crate) sequence: u16,
    /// Index in the session's list of link types.
    pub(crate) link: u8,
    /// Bits of [`flags`].
    pub(crate) flags: u8,
}

/// Bits of [`PacketEntry::flags`].
pub(crate) mod flags {
    /// RTP with sequence number and timestamp.
    pub(crate) const RTP: u8 = 1;
    /// The RTP marker.
    pub(crate) const MARKER: u8 = 2;
    /// Cut by the capture.
    pub(crate) const TRUNCATED: u8 = 4;
    /// Came after a later one.
    pub(crate) const REORDERED: u8 = 8;
    /// Came before.
    pub(crate) const DUPLICATE: u8 = 16;
    /// Packets before it are missing.
    pub(crate) const AFTER_GAP: u8 = 32;
    /// One of several IP fragments.
    pub(crate) const FRAGMENT: u8 = 64;
    /// Not decodable as IP and UDP.
    pub(crate) const MALFORMED: u8 = 128;
}

/// One Grain of a metadata flow.
#[derive(Clone, Debug)]
pub(crate) struct GrainEntry {
    pub(crate) flow: u32,
    /// Number in its flow.
    pub(crate) index: u32,
    pub(crate) rtp_timestamp: u32,
    /// The same, unwrapped over the flow.
    pub(crate) extended: u64,
    pub(crate) sync_ns: Option<i64>,
    pub(crate) origin_ns: Option<i64>,
    /// Capture time of its first packet, or [`NO_TIME`].
    pub(crate) arrival_ns: i64,
    /// Its packets: a range of the session's list of packet ordinals.
    pub(crate) packets: (u32, u32),
    pub(crate) payload_bytes: u32,
    pub(crate) complete: bool,
    pub(crate) truncated: bool,
    pub(crate) is_static: bool,
    pub(crate) is_dynamic: bool,
    /// The latest Grain of the flow, up to this one, with a static part.
    pub(crate) static_grain: u32,
    /// What was seen of it, as a number of its flow's ledger.
    pub(crate) signature: u16,
    /// Rules that it breaks apart from those that its signature tells: loss, order, intervals.
    pub(crate) direct: u16,
    /// Rules that it breaks together with other flows.
    pub(crate) compared: u16,
    /// All of them.
    pub(crate) findings: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_costs_forty_bytes() {
        assert_eq!(size_of::<PacketEntry>(), 40);
    }

    #[test]
    fn chunked_keeps_order_over_chunks() {
        let mut list = Chunked::default();
        for i in 0..CHUNK * 2 + 3 {
            list.push(i);
        }
        assert_eq!(list.len(), CHUNK * 2 + 3);
        assert_eq!(list.get(CHUNK), Some(&CHUNK));
        assert_eq!(list.get(CHUNK * 2 + 3), None);
        assert!(list.iter().copied().eq(0..CHUNK * 2 + 3));
        *list.get_mut(CHUNK).unwrap() = 7;
        assert_eq!(list.get(CHUNK), Some(&7));
    }
}
