use alloc::vec::Vec;

use super::*;
use crate::LinkType;
use crate::frame::{Protocol, decode};
use crate::testing::{Random, V4, V6, ethernet, ipv4, ipv6, pattern, udp};

/// The frames of an IPv4 datagram cut into parts of `part` bytes.
fn frames(identification: u16, payload: &[u8], part: usize) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = payload.chunks(part).collect();
    let last = parts.len() - 1;
    let frame = |(index, bytes): (usize, &&[u8])| {
        let more = if index < last { 0x2000 } else { 0 };
        let place = more | (index * part / 8) as u16;
        ethernet(&[5], 0x0800, &ipv4(17, identification, place, &[], bytes))
    };
    parts.iter().enumerate().map(frame).collect()
}

/// The same with IPv6.
fn frames6(identification: u32, payload: &[u8], part: usize) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = payload.chunks(part).collect();
    let last = parts.len() - 1;
    let frame = |(index, bytes): (usize, &&[u8])| {
        let place = (index * part) as u16 | u16::from(index < last);
        let mut body = Vec::from([17, 0]);
        body.extend(place.to_be_bytes());
        body.extend(identification.to_be_bytes());
        body.extend_from_slice(bytes);
        ethernet(&[], 0x86dd, &ipv6(44, &body))
    };
    parts.iter().enumerate().map(frame).collect()
}

fn fragment(frame: &[u8]) -> Fragment<'_> {
    match decode(LinkType::ETHERNET, frame) {
        Frame::Fragment(fragment) => fragment,
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_order_and_repetition_gives_the_datagram() {
    let mut random = Random(7);
    let payload = pattern(5000);
    let whole = udp(&payload);
    let both = [frames(9, &whole, 1480), frames6(9, &whole, 1232)];
    for (round, frames) in both.iter().cycle().take(100).enumerate() {
        let mut fragments = Fragments::new(&Limits::default());
        let mut order: Vec<usize> = (0..frames.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        order.insert(0, order[0]);
        let (last, first) = order.split_last().unwrap();
        for index in first {
            assert!(
                fragments
                    .push(*index as u64 + 100, Some(0), &fragment(&frames[*index]))
                    .is_none()
            );
        }
        let datagram = fragments
            .push(*last as u64 + 100, Some(0), &fragment(&frames[*last]))
            .unwrap();
        assert_eq!(datagram.payload, payload, "round {round}");
        assert_eq!(datagram.protocol, Protocol::Udp { length: 5008 });
        assert_eq!((datagram.source.port, datagram.destination.port), (5004, 5006));
        assert_eq!((datagram.truncated, datagram.payload_length), (false, 5000));
        assert_eq!(datagram.pieces.len(), frames.len());
        if datagram.source.addr.is_ipv4() {
            assert_eq!((datagram.source.addr, datagram.vlans.ids()), (V4.0.into(), &[5][..]));
        } else {
            assert_eq!(datagram.destination.addr, V6.1);
        }
        // Every byte is found again in the frame that it came in.
        for (at, byte) in payload.iter().enumerate() {
            let place = datagram.locate(at as u32).unwrap();
            let frame = &frames[place.key.unwrap() as usize - 100];
            assert_eq!(frame[place.frame_offset as usize], *byte);
            assert!(place.left > 0 && place.left as usize <= payload.len() - at);
        }
        assert_eq!(datagram.locate(5000), None);
        let statistics = fragments.statistics();
        assert_eq!(
            (statistics.completed, statistics.pending, statistics.overlapping),
            (1, 0, 1)
        );
        assert_eq!(fragments.bytes, 0);
    }
}

#[test]
fn bytes_that_came_first_stay() {
    let mut fragments = Fragments::new(&Limits::default());
    let whole = udp(&pattern(40));
    let place = |offset: u16, more: bool| (offset / 8) | if more { 0x2000 } else { 0 };
    let part = |offset: u16, more, bytes: &[u8]| ethernet(&[], 0x0800, &ipv4(17, 1, place(offset, more), &[], bytes));
    let second = part(16, true, &whole[16..32]);
    let across = part(8, true, &[0xee; 32]);
    let first = part(0, true, &whole[..8]);
    let last = part(40, false, &whole[40..]);
    for (key, frame) in [(1, &second), (2, &across), (3, &last)] {
        assert!(fragments.push(key, None, &fragment(frame)).is_none());
    }
    let datagram = fragments.push(4, None, &fragment(&first)).unwrap();
    let mut expected = [0xee; 40];
    expected[8..24].copy_from_slice(&whole[16..32]);
    expected[32..].copy_from_slice(&whole[40..]);
    assert_eq!(datagram.payload, expected);
    let keys: Vec<u64> = datagram.pieces.iter().map(|piece| piece.key).collect();
    assert_eq!(keys, [4, 2, 1, 2, 3]);
}

#[test]
fn an_identification_used_again_starts_anew() {
    let mut fragments = Fragments::new(&Limits::default());
    let old = frames(3, &udp(&[1; 100]), 56);
    let new = frames(3, &udp(&[2; 100]), 56);
    assert!(fragments.push(1, Some(0), &fragment(&old[1])).is_none());
    assert!(fragments.push(2, Some(1), &fragment(&new[1])).is_none());
    let datagram = fragments.push(3, Some(1), &fragment(&new[0])).unwrap();
    assert_eq!(datagram.payload, [2; 100]);
    assert_eq!(fragments.statistics().evicted, 1);
}

#[test]
fn what_the_snaplen_cut_is_missing_and_marked() {
    let whole = udp(&pattern(3000));
    let frames = frames(3, &whole, 1480);
    let mut fragments = Fragments::new(&Limits::default());
    for (key, frame) in frames.iter().enumerate() {
        let cut = &frame[..frame.len().min(138)];
        if let Some(datagram) = fragments.push(key as u64, None, &fragment(cut)) {
            assert!(datagram.truncated);
            assert_eq!(datagram.payload_length, 3000);
            assert_eq!(datagram.payload, &whole[8..100]);
        }
    }
    assert_eq!(fragments.statistics().completed, 1);
}

#[test]
fn what_contradicts_itself_is_counted() {
    let mut fragments = Fragments::new(&Limits::default());
    let cases = [
        ipv4(17, 1, 0x2000, &[], &[0; 13]),
        ipv4(17, 1, 0x2000, &[], &[]),
        ipv4(17, 1, 0x1fff, &[], &[0; 100]),
    ];
    for packet in &cases {
        let frame = ethernet(&[], 0x0800, packet);
        assert!(fragments.push(1, None, &fragment(&frame)).is_none());
    }
    // Beyond the end, and an end before what is there.
    for (place, length) in [(4, 8), (5, 8), (0x2005, 8), (2, 8)] {
        let frame = ethernet(&[], 0x0800, &ipv4(17, 2, place, &[], &pattern(length)));
        assert!(fragments.push(1, None, &fragment(&frame)).is_none());
    }
    assert_eq!(fragments.statistics().invalid, 6);
    assert_eq!(fragments.statistics().pending, 1);
}

#[test]
fn datagrams_without_an_end_cost_bounded_memory() {
    let limits = Limits {
        fragment_datagrams: 500,
        fragment_bytes: 300_000,
        ..Limits::default()
    };
    let mut fragments = Fragments::new(&limits);
    let mut random = Random(1);
    let body = pattern(1480);
    for key in 0..100_000u64 {
        let length = 8 * (1 + random.below(180));
        let place = 0x2000 | random.below(8000) as u16;
        let frame = ethernet(
            &[],
            0x0800,
            &ipv4(17, random.next() as u16, place, &[], &body[..length]),
        );
        assert!(fragments.push(key, Some(key as i64), &fragment(&frame)).is_none());
        assert!(fragments.bytes <= 300_000 && fragments.pending.len() <= 500);
        assert_eq!(fragments.pending.len(), fragments.by_age.len());
    }
    let statistics = fragments.statistics();
    assert_eq!(statistics.fragments, 100_000);
    assert!(statistics.evicted > 90_000, "{statistics:?}");
    fragments.finish();
    let end = fragments.statistics();
    assert_eq!((end.pending, end.expired), (0, statistics.pending));
}

#[test]
fn waiting_ends_by_capture_time() {
    let mut fragments = Fragments::new(&Limits::default());
    let frames = frames(3, &udp(&pattern(100)), 56);
    assert!(fragments.push(1, Some(0), &fragment(&frames[0])).is_none());
    // A clock that steps back does no harm; one that moves on does.
    assert!(fragments.push(2, Some(-5), &fragment(&frames[0])).is_none());
    assert_eq!(fragments.statistics().pending, 1);
    assert!(fragments.push(3, Some(30_000_000_001), &fragment(&frames[1])).is_none());
    let statistics = fragments.statistics();
    assert_eq!((statistics.expired, statistics.pending), (1, 1));
}

#[test]
fn random_fragments_never_fail() {
    let mut random = Random(11);
    let mut fragments = Fragments::new(&Limits::default());
    let whole = udp(&pattern(600));
    for key in 0..200_000 {
        let offset = random.below(76) * 8;
        let end = (offset + 1 + random.below(200)).min(whole.len());
        let more = if random.below(3) == 0 { 0 } else { 0x2000 };
        let bytes = &whole[offset.min(end)..end];
        let place = more | (offset / 8) as u16;
        let frame = ethernet(&[], 0x0800, &ipv4(17, random.below(20) as u16, place, &[], bytes));
        let cut = frame.len() - random.below(30).min(bytes.len());
        if let Frame::Fragment(fragment) = decode(LinkType::ETHERNET, &frame[..cut])
            && let Some(datagram) = fragments.push(key, None, &fragment)
        {
            assert!(whole[8..].starts_with(datagram.payload));
            assert!(datagram.locate(0).is_some() || datagram.payload.is_empty());
        }
    }
    assert!(fragments.statistics().completed > 100);
}
