use alloc::vec;

use super::super::{EndedBy, looks_like_start};
use super::*;
use crate::rtp::PacketBuilder;

const START: Option<GrainFlags> = Some(GrainFlags {
    start: true,
    end: false,
});
const END: Option<GrainFlags> = Some(GrainFlags {
    start: false,
    end: true,
});
const WHOLE: Option<GrainFlags> = Some(GrainFlags { start: true, end: true });

/// One packet of a test flow; its payload is its sequence number, twice.
#[derive(Clone, Copy)]
struct P {
    sequence: u16,
    timestamp: u32,
    marker: bool,
    flags: Option<GrainFlags>,
    prefix: bool,
}

const fn p(sequence: u16, timestamp: u32) -> P {
    P {
        sequence,
        timestamp,
        marker: false,
        flags: None,
        prefix: false,
    }
}

impl P {
    const fn m(mut self) -> Self {
        self.marker = true;
        self
    }
    const fn dicm(mut self) -> Self {
        self.prefix = true;
        self
    }
    const fn f(mut self, flags: Option<GrainFlags>) -> Self {
        self.flags = flags;
        self
    }
    fn push(self, assembler: &mut GrainAssembler, key: u64) -> Arrival {
        let payload = [self.sequence.to_be_bytes(), self.sequence.to_be_bytes()].concat();
        let bytes = PacketBuilder::new(104, self.sequence, self.timestamp, 1)
            .marker(self.marker)
            .payload(&payload)
            .build()
            .unwrap();
        let packet = RtpPacket::parse(&bytes).unwrap();
        assembler.push(key * 10_000_000, key, &packet, self.flags, self.prefix)
    }
}

/// What came out: "ts:numbers" with `?n` for missing, `!` incomplete, `|` cut by an edge, and how it ended.
fn run(packets: &[P]) -> Vec<alloc::string::String> {
    run_with(Options::default(), packets)
}

fn run_with(options: Options, packets: &[P]) -> Vec<alloc::string::String> {
    let mut assembler = GrainAssembler::with_options(&Limits::default(), options);
    let mut out = Vec::new();
    for (key, packet) in (1..).zip(packets) {
        packet.push(&mut assembler, key);
        drain(&mut assembler, &mut out);
    }
    assembler.flush();
    drain(&mut assembler, &mut out);
    out
}

fn drain(assembler: &mut GrainAssembler, out: &mut Vec<alloc::string::String>) {
    while let Some(event) = assembler.poll() {
        out.push(match event {
            Event::Grain(grain) => {
                let text = describe(&grain);
                assembler.recycle(grain);
                text
            }
            Event::Lost(lost) => alloc::format!("lost {}", lost.packets),
            Event::Late { key } => alloc::format!("late {key}"),
            Event::Stray { key } => alloc::format!("stray {key}"),
            Event::Restart { key } => alloc::format!("restart {key}"),
        });
    }
}

fn describe(grain: &Grain) -> alloc::string::String {
    use core::fmt::Write;
    let mut text = alloc::format!("{}:", grain.rtp_timestamp);
    for packet in &grain.packets {
        let bytes = &grain.payload[packet.start as usize..][..packet.length as usize];
        assert_eq!(bytes[..2], (packet.sequence as u16).to_be_bytes());
        write!(text, " {}", packet.sequence as u16).unwrap();
    }
    assert_eq!(grain.payload.len(), grain.packets.len() * 4);
    assert_eq!(grain.payload_length, grain.payload.len() as u64);
    assert_eq!(grain.packet_count as usize, grain.packets.len());
    assert_eq!(grain.first_key, grain.packets[0].key);
    assert_eq!(grain.last_key, grain.packets[grain.packets.len() - 1].key);
    if grain.missing > 0 {
        write!(text, " ?{}", grain.missing).unwrap();
    }
    if grain.complete {
        assert_eq!(grain.contiguous as usize, grain.payload.len());
    } else {
        text.push_str(if grain.at_edge { " |" } else { " !" });
    }
    write!(text, " {:?}", grain.end).unwrap();
    text
}

#[test]
fn knows_the_prefix() {
    let mut payload = vec![0; 132];
    assert!(!looks_like_start(&payload));
    payload[128..].copy_from_slice(b"DICM");
    assert!(looks_like_start(&payload));
    assert!(!looks_like_start(&payload[..131]));
}

#[test]
fn ends_by_marker() {
    let out = run(&[
        p(1, 10).dicm(),
        p(2, 10),
        p(3, 10).m(),
        p(4, 20).dicm().m(),
        p(5, 30).dicm(),
        p(6, 30).m(),
    ]);
    assert_eq!(out, ["10: 1 2 3 Marker", "20: 4 Marker", "30: 5 6 Marker"]);
}

#[test]
fn ends_by_end_flag_as_audio_does() {
    let vary = Options {
        timestamps_vary: true,
        ..Options::default()
    };
    let packets = [
        p(1, 10).f(START),
        p(2, 11),
        p(3, 12).f(END),
        p(4, 13).f(WHOLE),
        p(5, 14).f(START),
        p(6, 15).f(END),
    ];
    assert_eq!(
        run_with(vary, &packets),
        ["10: 1 2 3 EndFlag", "13: 4 EndFlag", "14: 5 6 EndFlag"]
    );
    // The end lost: the next S flag tells.
    let packets = [p(1, 10).f(START), p(2, 11), p(4, 13).f(START), p(5, 14).f(END)];
    assert_eq!(
        run_with(vary, &packets),
        [
            "10: 1 2 ?1 ! NextStart".replace("NextStart", "NextTimestamp"),
            "13: 4 5 EndFlag".into()
        ]
    );
    // No flags at all: each timestamp is a Grain.
    assert_eq!(
        run_with(vary, &[p(1, 10), p(2, 11).m()]),
        ["10: 1 | NextTimestamp", "11: 2 Marker"]
    );
}

#[test]
fn ends_by_the_next_timestamp_alone() {
    let out = run(&[p(1, 10).dicm(), p(2, 10), p(3, 20).dicm(), p(4, 30).dicm(), p(5, 30)]);
    assert_eq!(out, ["10: 1 2 NextTimestamp", "20: 3 NextTimestamp", "30: 4 5 | Flush"]);
}

#[test]
fn two_grains_with_one_timestamp() {
    let out = run(&[p(1, 10).dicm(), p(2, 10).m(), p(3, 10).dicm(), p(4, 10).m()]);
    assert_eq!(out, ["10: 1 2 Marker", "10: 3 4 Marker"]);
    let out = run(&[
        p(1, 10).dicm(),
        p(2, 10),
        p(3, 10).f(START),
        p(4, 10),
        p(5, 20).dicm().m(),
    ]);
    assert_eq!(out, ["10: 1 2 NextStart", "10: 3 4 NextTimestamp", "20: 5 Marker"]);
}

#[test]
fn a_mark_on_every_packet_means_nothing() {
    let out = run(&[
        p(1, 10).dicm().m(),
        p(2, 10).m(),
        p(3, 10).m(),
        p(4, 20).dicm().m(),
        p(5, 20).m(),
        p(6, 30).dicm().m(),
    ]);
    assert_eq!(
        out,
        ["10: 1 2 3 NextTimestamp", "20: 4 5 NextTimestamp", "30: 6 | Flush"]
    );
    // The same extension with S on every packet.
    let out = run(&[
        p(1, 10).f(START),
        p(2, 10).f(START),
        p(3, 10).f(START).m(),
        p(4, 20).f(START).m(),
    ]);
    assert_eq!(out, ["10: 1 2 3 Marker", "20: 4 Marker"]);
}

#[test]
fn first_packet_lost_behind_a_marker() {
    let out = run(&[
        p(1, 10).dicm(),
        p(2, 10).m(),
        p(3, 20).dicm().m(),
        p(5, 30),
        p(6, 30).m(),
        p(7, 40).dicm().m(),
    ]);
    assert_eq!(
        out,
        ["10: 1 2 Marker", "20: 3 Marker", "30: 5 6 ?1 ! Marker", "40: 7 Marker"]
    );
}

#[test]
fn whole_grains_lost() {
    let out = run(&[p(1, 10).dicm(), p(2, 10).m(), p(5, 50).dicm().m()]);
    assert_eq!(out, ["10: 1 2 Marker", "lost 2", "50: 5 Marker"]);
}

#[test]
fn marker_packet_lost() {
    let out = run(&[
        p(1, 10).dicm(),
        p(2, 10).m(),
        p(3, 20).dicm(),
        p(5, 30).dicm(),
        p(6, 30).m(),
    ]);
    assert_eq!(out, ["10: 1 2 Marker", "20: 3 ?1 ! NextTimestamp", "30: 5 6 Marker"]);
}

#[test]
fn middle_packet_lost() {
    let out = run(&[p(1, 10).dicm(), p(3, 10), p(4, 10).m(), p(5, 20).dicm().m()]);
    assert_eq!(out, ["10: 1 3 4 ?1 ! Marker", "20: 5 Marker"]);
}

#[test]
fn end_and_next_start_lost() {
    let out = run(&[p(1, 10).dicm(), p(2, 10).m(), p(3, 20).dicm(), p(6, 30), p(7, 30).m()]);
    assert_eq!(
        out,
        ["10: 1 2 Marker", "20: 3 ?1 ! NextTimestamp", "30: 6 7 ?1 ! Marker"]
    );
    // Ends are not marked in this flow: the start is what is missing for certain.
    let out = run(&[p(1, 10).dicm(), p(2, 10), p(4, 20), p(5, 30).dicm(), p(6, 40).dicm()]);
    assert_eq!(
        out,
        [
            "10: 1 2 NextTimestamp",
            "20: 4 ?1 ! NextTimestamp",
            "30: 5 NextTimestamp",
            "40: 6 | Flush"
        ]
    );
}

#[test]
fn reordered_within_and_across_grains() {
    let out = run(&[
        p(1, 10).dicm(),
        p(3, 10).m(),
        p(2, 10),
        p(5, 30).dicm().m(),
        p(4, 20).dicm().m(),
        p(6, 40).dicm().m(),
    ]);
    assert_eq!(
        out,
        ["10: 1 2 3 Marker", "20: 4 Marker", "30: 5 Marker", "40: 6 Marker"]
    );
}

#[test]
fn packets_that_the_first_overtook() {
    let out = run(&[p(3, 10), p(1, 10).dicm(), p(2, 10), p(4, 10).m(), p(5, 20).dicm().m()]);
    assert_eq!(out, ["10: 1 2 3 4 Marker", "20: 5 Marker"]);
    let out = run(&[p(3, 10), p(1, 10).dicm(), p(4, 10).m(), p(5, 20).dicm().m()]);
    assert_eq!(out, ["10: 1 3 4 ?1 ! Marker", "20: 5 Marker"]);
    // Of an earlier Grain: too late for it.
    let out = run(&[p(3, 20).dicm(), p(2, 10).m(), p(4, 20).m()]);
    assert_eq!(out, ["late 2", "20: 3 4 Marker"]);
}

#[test]
fn duplicates_are_dropped() {
    let out = run(&[
        p(1, 10).dicm(),
        p(1, 10).dicm(),
        p(2, 10).m(),
        p(2, 10).m(),
        p(1, 10).dicm(),
        p(3, 20).dicm().m(),
    ]);
    assert_eq!(out, ["10: 1 2 Marker", "20: 3 Marker"]);
}

#[test]
fn late_packet_after_its_grain_was_given_up() {
    let mut packets = vec![p(0, 0).dicm().m()];
    packets.extend((2..200).map(|n| p(n, u32::from(n)).dicm().m()));
    packets.push(p(1, 1).dicm().m());
    packets.push(p(200, 200).dicm().m());
    let out = run(&packets);
    assert!(out.contains(&"lost 1".into()) && out.contains(&"late 200".into()));
    assert_eq!(out.len(), 202);
}

#[test]
fn cut_by_the_edges_of_the_capture() {
    let out = run(&[p(2, 10), p(3, 10).m(), p(4, 20).dicm(), p(5, 20).m(), p(6, 30).dicm()]);
    assert_eq!(out, ["10: 2 3 | Marker", "20: 4 5 Marker", "30: 6 | Flush"]);
}

#[test]
fn sequence_and_timestamp_wrap() {
    let mut assembler = GrainAssembler::new(&Limits::default());
    let mut grains = Vec::new();
    for n in 0..8_u16 {
        let timestamp = 0xFFFF_F000_u32.wrapping_add(u32::from(n / 2) * 3600);
        let packet = p(65_532_u16.wrapping_add(n), timestamp);
        let packet = if n % 2 == 0 { packet.dicm() } else { packet.m() };
        packet.push(&mut assembler, u64::from(n));
        while let Some(Event::Grain(grain)) = assembler.poll() {
            assert!(grain.complete);
            grains.push((grain.rtp_timestamp, grain.extended_timestamp));
        }
    }
    assert_eq!(grains.len(), 4);
    for pair in grains.windows(2) {
        assert_eq!(pair[1].1 - pair[0].1, 3600);
        assert_eq!(pair[1].1 as u32, pair[1].0);
    }
}

#[test]
fn restart_of_the_sender() {
    let out = run(&[
        p(1, 10).dicm(),
        p(2, 10).m(),
        p(3, 20).dicm(),
        p(40_000, 30).dicm(),
        p(40_001, 30).m(),
        p(40_002, 40).dicm().m(),
    ]);
    assert_eq!(
        out,
        [
            "10: 1 2 Marker",
            "20: 3 ! Restart",
            "restart 4",
            "30: 40000 40001 Marker",
            "40: 40002 Marker"
        ]
    );
    let out = run(&[p(1, 10).dicm(), p(40_000, 9), p(2, 10).m(), p(3, 20).dicm().m()]);
    assert_eq!(out, ["stray 2", "10: 1 2 Marker", "20: 3 Marker"]);
}

#[test]
fn limits_hold() {
    let limits = Limits {
        grain_bytes: 1000,
        ..Limits::default()
    };
    let mut assembler = GrainAssembler::new(&limits);
    let mut packets = 0;
    for n in 0..5000_u16 {
        p(n, 7).push(&mut assembler, u64::from(n));
        while let Some(Event::Grain(grain)) = assembler.poll() {
            assert!(grain.payload.len() <= 1000 && !grain.complete);
            assert_eq!(grain.end, EndedBy::Limit);
            packets += grain.packet_count;
        }
    }
    assembler.flush();
    let Some(Event::Grain(last)) = assembler.poll() else {
        panic!("the rest")
    };
    assert_eq!(packets + last.packet_count, 5000);
}

#[test]
fn counts_alone_keep_nothing() {
    let counts = Options {
        keep: Keep::Counts,
        ..Options::default()
    };
    let mut assembler = GrainAssembler::with_options(&Limits::default(), counts);
    for packet in [p(1, 10), p(3, 10).m(), p(2, 10)] {
        packet.push(&mut assembler, u64::from(packet.sequence));
    }
    assembler.flush();
    let Some(Event::Grain(grain)) = assembler.poll() else {
        panic!("one Grain")
    };
    assert_eq!(
        (
            grain.packet_count,
            grain.payload_length,
            grain.first_key,
            grain.last_key
        ),
        (3, 12, 1, 3)
    );
    assert!(grain.packets.is_empty() && grain.payload.is_empty());
}
