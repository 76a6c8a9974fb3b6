//! An arbitrary schedule of packets: no packet is in two Grains, and Grains hold what their packets carried.
#![no_main]

use std::collections::BTreeSet;

use dicom_rtv::Limits;
use dicom_rtv::grain::{Event, GrainAssembler, looks_like_start};
use dicom_rtv::rtp::{PacketBuilder, RtpPacket};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|schedule: Vec<(u8, u16, u8, bool, u8)>| {
    let mut assembler = GrainAssembler::new(&Limits::default());
    let mut seen = BTreeSet::new();
    let mut now = 0;
    let mut drain = |assembler: &mut GrainAssembler| {
        while let Some(event) = assembler.poll() {
            if let Event::Grain(grain) = event {
                for packet in &grain.packets {
                    assert!(seen.insert(packet.key), "packet {} is in two Grains", packet.key);
                    let end = packet.start as usize + packet.length as usize;
                    assert!(end <= grain.payload.len());
                }
                assembler.recycle(grain);
            }
        }
    };
    for (key, (step, sequence, timestamp, marker, size)) in schedule.into_iter().enumerate() {
        now += u64::from(step) * 1_000_000;
        let payload = vec![0; usize::from(size)];
        let builder = PacketBuilder::new(104, sequence, u32::from(timestamp) * 1500, 1);
        let bytes = builder
            .marker(marker)
            .payload(&payload)
            .build()
            .expect("a packet of this size can be built");
        let packet = RtpPacket::parse(&bytes).expect("what was built can be read");
        assembler.push(now, key as u64, &packet, None, looks_like_start(packet.payload()));
        drain(&mut assembler);
    }
    assembler.flush();
    drain(&mut assembler);
});
