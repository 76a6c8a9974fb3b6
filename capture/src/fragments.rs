//! IP fragments put together again (RFC 791 3.2, RFC 8200 4.5), in bounded memory.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem::size_of;
use core::net::IpAddr;

use crate::frame::{Datagram, Fragment, Frame, Ip, Piece, Vlans, upper_layer};
use crate::limits::Limits;

/// The longest payload that IP can carry, in bytes: the fields that say so have 16 bits.
const LONGEST_PAYLOAD: u32 = 65_535;
/// Every fragment but the last is a multiple of this long (RFC 791 3.2).
const UNIT: u32 = 8;
/// Parts of one datagram. An Ethernet needs 45 for the longest one, the least IPv4 link (68 bytes) 1366.
const MOST_PIECES: usize = 2_048;
/// What an entry costs beside its bytes: an estimate of the map's share.
const ENTRY_COST: usize = size_of::<Key>() * 2 + size_of::<Pending>();

/// Puts fragments together.
///
/// Where fragments overlap, the bytes that came first stay. A fragment that repeats an earlier one's place with other
/// bytes shows that the sender has used the identification again: what was waiting is given up. A datagram of which
/// something was cut by the snaplen comes out as far as its bytes go, marked as truncated.
#[derive(Debug)]
pub struct Fragments {
    limits: Limits,
    pending: BTreeMap<Key, Pending>,
    /// The same by age: serial number of the first fragment to arrive.
    by_age: BTreeMap<u64, Key>,
    next_serial: u64,
    bytes: usize,
    statistics: FragmentStatistics,
    /// The datagram that was completed last, and where it came from.
    whole: Vec<u8>,
    pieces: Vec<Piece>,
}

/// What became of the fragments so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentStatistics {
    /// Fragments that were pushed.
    pub fragments: u64,
    /// Datagrams that were put together.
    pub completed: u64,
    /// Datagrams given up because fragments did not come in time, or before the end.
    pub expired: u64,
    /// Datagrams given up because of a limit, or because their identification was used again.
    pub evicted: u64,
    /// Fragments of which some bytes were there already, repeated ones included.
    pub overlapping: u64,
    /// Fragments and datagrams that contradict themselves.
    pub invalid: u64,
    /// Datagrams that wait.
    pub pending: u64,
}

/// What the fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    identification: u32,
    source: IpAddr,
    destination: IpAddr,
    /// 0 for IPv6, where only the first fragment's counts.
    protocol: u8,
    vlans: Vlans,
}

/// A datagram that waits for fragments.
#[derive(Debug)]
struct Pending {
    serial: u64,
    since_ns: Option<i64>,
    ip: Ip,
    protocol: u8,
    /// Its length, once the last fragment has come.
    total: Option<u32>,
    /// Bytes that the slices cover.
    covered: u32,
    /// Without overlap, in order.
    slices: Vec<Slice>,
    /// The slices' captured bytes, in the order of arrival.
    data: Vec<u8>,
}

/// A part that has come.
#[derive(Clone, Copy, Debug)]
struct Slice {
    key: u64,
    start: u32,
    length: u32,
    /// Less than `length` if the snaplen has cut it.
    captured: u32,
    data_start: usize,
    frame_offset: u32,
}

impl Fragments {
    /// A reassembler within `limits`.
    #[must_use]
    pub const fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            pending: BTreeMap::new(),
            by_age: BTreeMap::new(),
            next_serial: 0,
            bytes: 0,
            statistics: FragmentStatistics {
                fragments: 0,
                completed: 0,
                expired: 0,
                evicted: 0,
                overlapping: 0,
                invalid: 0,
                pending: 0,
            },
            whole: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Takes a fragment of the record that the caller knows as `key`, captured at `time_ns`. Answers the datagram that it
    /// completes, which is valid until the next call.
    pub fn push(&mut self, key: u64, time_ns: Option<i64>, fragment: &Fragment<'_>) -> Option<Datagram<'_>> {
        self.statistics.fragments = self.statistics.fragments.saturating_add(1);
        self.expire(time_ns);
        let Some(end) = sound_end(fragment) else {
            self.statistics.invalid += 1;
            return None;
        };
        let datagram = Key::of(fragment);
        if self
            .pending
            .get(&datagram)
            .is_some_and(|pending| pending.contradicts(fragment))
        {
            self.remove(datagram);
            self.statistics.evicted += 1;
        }
        if !self.pending.contains_key(&datagram) {
            self.begin(datagram, time_ns, fragment);
        }
        let pending = self.pending.get_mut(&datagram)?;
        let before = pending.cost();
        match pending.insert(key, fragment, end) {
            Inserted::Invalid => self.statistics.invalid += 1,
            Inserted::Overlapping => self.statistics.overlapping += 1,
            Inserted::New => {}
        }
        let is_whole = pending.total == Some(pending.covered);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(pending.cost());
        if is_whole {
            let pending = self.remove(datagram)?;
            return self.complete(&pending);
        }
        while self.bytes > self.limits.fragment_bytes as usize && self.evict_oldest() {}
        None
    }

    /// What became of the fragments so far.
    #[must_use]
    pub fn statistics(&self) -> FragmentStatistics {
        FragmentStatistics {
            pending: self.pending.len() as u64,
            ..self.statistics
        }
    }

    /// Gives up what still waits: nothing more will come.
    pub fn finish(&mut self) {
        self.statistics.expired = self.statistics.expired.saturating_add(self.pending.len() as u64);
        self.pending.clear();
        self.by_age.clear();
        self.bytes = 0;
    }

    fn begin(&mut self, key: Key, time_ns: Option<i64>, fragment: &Fragment<'_>) {
        while self.pending.len() >= self.limits.fragment_datagrams as usize && self.evict_oldest() {}
        let serial = self.next_serial;
        self.next_serial = serial.wrapping_add(1);
        let pending = Pending {
            serial,
            since_ns: time_ns,
            ip: Ip {
                source: fragment.source,
                destination: fragment.destination,
                ttl: fragment.ttl,
                dscp: fragment.dscp,
                vlans: fragment.vlans,
            },
            protocol: fragment.protocol,
            total: None,
            covered: 0,
            slices: Vec::new(),
            data: Vec::new(),
        };
        self.bytes = self.bytes.saturating_add(pending.cost());
        self.pending.insert(key, pending);
        self.by_age.insert(serial, key);
    }

    fn complete(&mut self, pending: &Pending) -> Option<Datagram<'_>> {
        self.whole.clear();
        self.pieces.clear();
        for slice in &pending.slices {
            let end = slice.data_start.saturating_add(slice.captured as usize);
            self.whole.extend_from_slice(pending.data.get(slice.data_start..end)?);
            self.pieces.push(Piece {
                key: slice.key,
                start: slice.start,
                length: slice.captured,
                frame_offset: slice.frame_offset,
            });
            if slice.captured < slice.length {
                break;
            }
        }
        let total = pending.total?;
        match upper_layer(&pending.ip, pending.protocol, &self.whole, total) {
            Frame::Datagram(datagram) => {
                self.statistics.completed += 1;
                Some(Datagram {
                    pieces: &self.pieces,
                    ..datagram
                })
            }
            // A header that is cut or wrong, or fragments within fragments.
            Frame::Fragment(_) | Frame::Other(_) => {
                self.statistics.invalid += 1;
                None
            }
        }
    }

    fn expire(&mut self, now_ns: Option<i64>) {
        let Some(now_ns) = now_ns else { return };
        while let Some((_, key)) = self.by_age.first_key_value() {
            let key = *key;
            let since = self.pending.get(&key).and_then(|pending| pending.since_ns);
            // A capture's clock may step back.
            let age = since.map_or(0, |since| u64::try_from(now_ns.saturating_sub(since)).unwrap_or(0));
            if age <= self.limits.fragment_ns {
                return;
            }
            self.by_age.pop_first();
            self.remove(key);
            self.statistics.expired += 1;
        }
    }

    /// Makes room; false if nothing waits.
    fn evict_oldest(&mut self) -> bool {
        let Some((_, key)) = self.by_age.pop_first() else {
            return false;
        };
        self.remove(key);
        self.statistics.evicted += 1;
        true
    }

    fn remove(&mut self, key: Key) -> Option<Pending> {
        let pending = self.pending.remove(&key)?;
        self.by_age.remove(&pending.serial);
        self.bytes = self.bytes.saturating_sub(pending.cost());
        Some(pending)
    }
}

enum Inserted {
    New,
    Overlapping,
    Invalid,
}

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        Self {
            identification: fragment.identification,
            source: fragment.source,
            destination: fragment.destination,
            protocol: if fragment.source.is_ipv4() {
                fragment.protocol
            } else {
                0
            },
            vlans: fragment.vlans,
        }
    }
}

impl Pending {
    fn cost(&self) -> usize {
        ENTRY_COST + self.slices.capacity() * size_of::<Slice>() + self.data.capacity()
    }

    /// Whether a fragment of the same place has come, with other bytes.
    fn contradicts(&self, fragment: &Fragment<'_>) -> bool {
        let Ok(index) = self.slices.binary_search_by_key(&fragment.offset, |slice| slice.start) else {
            return false;
        };
        let Some(slice) = self
            .slices
            .get(index)
            .filter(|slice| slice.length == fragment.payload_length)
        else {
            return false;
        };
        let there = self.data.get(slice.data_start..).unwrap_or_default();
        let captured = slice.captured as usize;
        there
            .iter()
            .take(captured)
            .zip(fragment.payload)
            .any(|(old, new)| old != new)
    }

    /// Adds what of `fragment`, which ends at `end`, is not there yet.
    fn insert(&mut self, key: u64, fragment: &Fragment<'_>, end: u32) -> Inserted {
        let last_end = self.slices.last().map_or(0, |slice| slice.start + slice.length);
        let beyond = self.total.is_some_and(|total| end > total);
        let conflicting = !fragment.more && (last_end > end || self.total.is_some_and(|total| total != end));
        if beyond || conflicting {
            return Inserted::Invalid;
        }
        if fragment.offset == 0 {
            self.protocol = fragment.protocol;
        }
        let mut at = fragment.offset;
        let mut index = self.slices.partition_point(|slice| slice.start + slice.length <= at);
        let mut inserted = Inserted::New;
        while at < end {
            let next = self.slices.get(index);
            if let Some(slice) = next.filter(|slice| slice.start <= at) {
                at = slice.start + slice.length;
                inserted = Inserted::Overlapping;
            } else {
                let gap_end = next.map_or(end, |slice| slice.start.min(end));
                if self.slices.len() >= MOST_PIECES {
                    return Inserted::Invalid;
                }
                let slice = self.store(key, fragment, at, gap_end);
                self.slices.insert(index, slice);
                at = gap_end;
            }
            index += 1;
        }
        if !fragment.more {
            self.total = Some(end);
        }
        inserted
    }

    /// Keeps the bytes of `fragment` from `start` to `end`, both counted in the whole payload.
    fn store(&mut self, key: u64, fragment: &Fragment<'_>, start: u32, end: u32) -> Slice {
        let skipped = start - fragment.offset;
        let length = end - start;
        let behind = fragment.payload.get(skipped as usize..).unwrap_or_default();
        let bytes = behind.get(..length as usize).unwrap_or(behind);
        let data_start = self.data.len();
        self.data.extend_from_slice(bytes);
        self.covered += length;
        Slice {
            key,
            start,
            length,
            // No longer than `length`.
            captured: u32::try_from(bytes.len()).unwrap_or(length),
            data_start,
            frame_offset: fragment.payload_offset.saturating_add(skipped),
        }
    }
}

/// Where a fragment ends in the whole payload, if its numbers make sense.
fn sound_end(fragment: &Fragment<'_>) -> Option<u32> {
    let length = fragment.payload_length;
    let end = fragment.offset.checked_add(length)?;
    let is_sound = length > 0 && end <= LONGEST_PAYLOAD && (!fragment.more || length.is_multiple_of(UNIT));
    is_sound.then_some(end)
}

#[cfg(test)]
mod tests;
