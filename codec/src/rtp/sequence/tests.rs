use super::*;

const MS: u64 = 1_000_000;

fn tracker() -> SequenceTracker {
    SequenceTracker::new(&Limits::default())
}

/// Pushes the numbers at 1 ms steps; the RTP timestamp is the same for all.
fn push_all(tracker: &mut SequenceTracker, numbers: impl IntoIterator<Item = u16>) -> alloc::vec::Vec<Arrival> {
    let start = tracker.counters().received;
    (start..)
        .zip(numbers)
        .map(|(i, n)| tracker.push(n, 0, i * MS))
        .collect()
}

#[test]
fn in_order_across_the_wrap() {
    let mut tracker = tracker();
    let arrivals = push_all(&mut tracker, (0..200_000_u32).map(|n| (n + 65_000) as u16));
    assert_eq!(arrivals[0], Arrival::First);
    assert!(arrivals[1..].iter().all(|a| *a == Arrival::InOrder));
    assert_eq!(tracker.extended(), 65_536 + 65_000 + 199_999);
    tracker.flush();
    let expected = SequenceCounters {
        received: 200_000,
        ..SequenceCounters::default()
    };
    assert_eq!(tracker.counters(), expected);
    assert_eq!(tracker.next_loss(), None);
}

#[test]
fn loss_is_decided_when_packets_and_time_have_passed() {
    let mut tracker = tracker();
    assert_eq!(push_all(&mut tracker, [10, 11, 14])[2], Arrival::Gap { missing: 2 });
    push_all(&mut tracker, 15..=200);
    // Far more than 64 packets, but only 189 ms.
    assert_eq!((tracker.counters().lost, tracker.counters().pending), (0, 2));
    assert_eq!(tracker.settled(), 65_536 + 12);
    push_all(&mut tracker, 201..=300);
    assert_eq!((tracker.counters().lost, tracker.counters().pending), (2, 0));
    let loss = tracker.next_loss().unwrap();
    assert_eq!((loss.first, loss.count, loss.opened_ns), (65_536 + 12, 2, 2 * MS));
    assert_eq!(tracker.settled(), 65_536 + 301);
}

#[test]
fn loss_in_a_slow_flow_waits_for_the_packets() {
    let mut tracker = tracker();
    for n in (0..70_u16).filter(|n| *n != 3) {
        tracker.push(n, 0, u64::from(n) * 40 * MS);
        // Packet 4 shows the gap; with packet 67, 64 higher numbers have come.
        assert_eq!(tracker.counters().lost, u64::from(n >= 67), "packet {n}");
    }
}

#[test]
fn a_packet_that_comes_late_takes_its_loss_back() {
    let mut tracker = tracker();
    push_all(&mut tracker, (0..500).filter(|n| ![5, 6, 7].contains(n)));
    assert_eq!(tracker.counters().lost, 3);
    assert_eq!(push_all(&mut tracker, [6])[0], Arrival::Reordered { behind: 493 });
    let counters = tracker.counters();
    assert_eq!((counters.lost, counters.late, counters.reordered), (2, 1, 1));
    assert_eq!(push_all(&mut tracker, [6])[0], Arrival::Duplicate { behind: 493 });
    push_all(&mut tracker, [5, 7]);
    assert_eq!((tracker.counters().lost, tracker.counters().late), (0, 3));
}

#[test]
fn reordering_and_duplicates() {
    let mut tracker = tracker();
    let arrivals = push_all(&mut tracker, [1, 2, 4, 3, 3, 5, 5, 4]);
    assert_eq!(
        arrivals,
        [
            Arrival::First,
            Arrival::InOrder,
            Arrival::Gap { missing: 1 },
            Arrival::Reordered { behind: 1 },
            Arrival::Duplicate { behind: 1 },
            Arrival::InOrder,
            Arrival::Duplicate { behind: 0 },
            Arrival::Duplicate { behind: 1 },
        ]
    );
    tracker.flush();
    let counters = tracker.counters();
    assert_eq!((counters.lost, counters.reordered, counters.duplicates), (0, 1, 3));
    assert_eq!(counters.received, 8);
}

#[test]
fn every_packet_twice_on_one_path_with_a_delay() {
    let mut tracker = tracker();
    for n in 0..100_000_u32 {
        tracker.push(n as u16, n, u64::from(n) * 10_000);
        if n >= 5000 {
            let again = tracker.push((n - 5000) as u16, n - 5000, u64::from(n) * 10_000);
            assert_eq!(again, Arrival::Duplicate { behind: 5000 });
        }
    }
    tracker.flush();
    assert_eq!((tracker.counters().lost, tracker.counters().duplicates), (0, 95_000));
}

#[test]
fn packets_overtaken_by_the_first() {
    let mut tracker = tracker();
    let arrivals = push_all(&mut tracker, [3, 0, 1, 2, 4]);
    assert_eq!(arrivals[1], Arrival::Reordered { behind: 3 });
    tracker.flush();
    let counters = tracker.counters();
    assert_eq!((counters.lost, counters.pending, counters.reordered), (0, 0, 3));
}

#[test]
fn restart_and_stray() {
    let mut tracker = tracker();
    push_all(&mut tracker, 0..100);
    assert_eq!(
        push_all(&mut tracker, [40_000, 100]),
        [Arrival::Stray, Arrival::InOrder]
    );
    assert_eq!(tracker.counters().strays, 1);
    let arrivals = push_all(&mut tracker, [40_000, 40_001, 40_002]);
    assert_eq!(arrivals, [Arrival::Stray, Arrival::Restart, Arrival::InOrder]);
    let counters = tracker.counters();
    assert_eq!((counters.strays, counters.restarts, counters.lost), (1, 1, 0));
    assert_eq!(tracker.extended() as u16, 40_002);
    assert!(tracker.extended() > 131_072);
}

#[test]
fn restart_at_a_low_number_is_no_row_of_duplicates() {
    let mut tracker = tracker();
    for n in 0..40_u32 {
        tracker.push(n as u16, n * 3600, u64::from(n) * 40 * MS);
    }
    // The sender begins at 0 again; its clock is PTP, so timestamps go on.
    let arrivals: alloc::vec::Vec<_> = (0..40_u32)
        .map(|n| tracker.push(n as u16, (n + 100) * 3600, u64::from(n + 100) * 40 * MS))
        .collect();
    assert_eq!(arrivals[..3], [Arrival::Stray, Arrival::Restart, Arrival::InOrder]);
    assert_eq!((tracker.counters().duplicates, tracker.counters().restarts), (0, 1));
}

#[test]
fn how_far_is_loss_goes_by_the_rate() {
    // 100,000 packets a second, then a pause of 100 ms: 10,000 packets lost.
    let mut fast = tracker();
    for n in 0..20_000_u32 {
        fast.push(n as u16, 0, u64::from(n) * 10_000);
    }
    assert_eq!(fast.push(30_000, 0, 300 * MS), Arrival::Gap { missing: 10_000 });
    // 25 packets a second: the same step is no loss.
    let mut slow = tracker();
    for n in 0..50_u32 {
        slow.push(n as u16, 0, u64::from(n) * 40 * MS);
    }
    assert_eq!(slow.push(10_050, 0, 2000 * MS), Arrival::Stray);
}

#[test]
fn random_input_stays_bounded_and_consistent() {
    let mut state = 0x1234_5678_9ABC_DEF0_u64;
    let mut tracker = tracker();
    for i in 0..300_000_u64 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let sequence = if state & 0x300 == 0 {
            state as u16
        } else {
            tracker.extended() as u16 + (state as u16 & 7)
        };
        let before = tracker.settled();
        let arrival = tracker.push(sequence, (state >> 32) as u32, i * 5_000);
        if !matches!(arrival, Arrival::Stray) && sequence == tracker.extended() as u16 {
            assert!(tracker.settled() >= before.min(tracker.lowest));
        }
        assert!(tracker.gaps.len() <= MAX_GAPS + 1 && tracker.losses.len() <= MAX_LOSSES);
        let pending: u64 = tracker.gaps.iter().skip(tracker.decided).map(|g| g.end - g.first).sum();
        assert_eq!(pending, tracker.counters().pending);
    }
    tracker.flush();
    assert_eq!(tracker.counters().pending, 0);
    assert_eq!(tracker.counters().received, 300_000);
}
