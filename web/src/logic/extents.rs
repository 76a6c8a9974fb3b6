//! Reading scattered packets with few reads.

use std::ops::Range;

use grainscope_inspect::model::Extent;

/// Packets whose bytes lie no farther apart than this are read at once.
const GAP: u64 = 64 * 1024;

/// The most that is read at once, unless one packet alone is longer.
const LONGEST: u64 = 8 * 1024 * 1024;

/// One read of the source, and the packets in it: index of the extent, and where its bytes lie in what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Bytes of the source.
    pub bytes: Range<u64>,
    /// Extents served.
    pub parts: Vec<(usize, Range<usize>)>,
}

/// The reads that serve `extents`.
#[must_use]
pub fn reads(extents: &[Extent]) -> Vec<Read> {
    let mut order: Vec<(usize, &Extent)> = extents.iter().enumerate().collect();
    order.sort_by_key(|(_, e)| e.offset);
    let mut reads: Vec<Read> = Vec::new();
    for (index, extent) in order {
        let end = extent.offset.saturating_add(u64::from(extent.length));
        let joined = reads.last_mut().filter(|read| {
            let near = extent.offset <= read.bytes.end.saturating_add(GAP);
            near && end.max(read.bytes.end) - read.bytes.start <= LONGEST
        });
        let read = match joined {
            Some(read) => read,
            None => {
                reads.push(Read {
                    bytes: extent.offset..end,
                    parts: Vec::new(),
                });
                let Some(read) = reads.last_mut() else { continue };
                read
            }
        };
        read.bytes.end = read.bytes.end.max(end);
        let start = (extent.offset - read.bytes.start) as usize;
        read.parts.push((index, start..start + extent.length as usize));
    }
    reads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(packet: u64, offset: u64, length: u32) -> Extent {
        Extent { packet, offset, length }
    }

    #[test]
    fn near_packets_are_read_at_once_and_far_ones_apart() {
        let extents = [extent(1, 100, 50), extent(2, 200, 50), extent(3, 10_000_000, 10)];
        let reads = reads(&extents);
        assert_eq!(reads.len(), 2);
        assert_eq!(reads[0].bytes, 100..250);
        assert_eq!(reads[0].parts, [(0, 0..50), (1, 100..150)]);
        assert_eq!(reads[1].parts, [(2, 0..10)]);
    }

    #[test]
    fn order_of_the_extents_does_not_matter_and_overlaps_are_fine() {
        let extents = [extent(2, 200, 50), extent(1, 100, 150), extent(1, 100, 150)];
        let reads = reads(&extents);
        assert_eq!(reads.len(), 1);
        assert_eq!(reads[0].bytes, 100..250);
        assert!(reads[0].parts.contains(&(0, 100..150)));
        assert_eq!(reads[0].parts.iter().filter(|(_, r)| *r == (0..150)).count(), 2);
    }

    #[test]
    fn a_read_is_not_without_end() {
        let extents: Vec<Extent> = (0..1000).map(|i| extent(i, i * 60_000, 1400)).collect();
        let reads = reads(&extents);
        assert!(reads.len() > 5);
        assert!(reads.iter().all(|r| r.bytes.end - r.bytes.start <= LONGEST));
        assert_eq!(reads.iter().map(|r| r.parts.len()).sum::<usize>(), 1000);
    }
}
