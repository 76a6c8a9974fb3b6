//! Each case breaks what it says, by as much as it says.

use dicom_rtv::nmos::{ExtensionMap, Identity};
use dicom_rtv::payload::Payload;
use dicom_rtv::rtp::{Form, MediaClock, RtpPacket};
use dicom_rtv::{Limits, meta};

use super::*;
use crate::packets::{Packets, TimedPacket};
use crate::time::{MILLISECOND, Period};

fn packets(case: &Case) -> Vec<TimedPacket> {
    Packets::with_faults(&case.scenario, &case.injections)
        .unwrap()
        .collect()
}

/// Time of the first packet, RTP timestamp and payload of each Grain of a Flow.
fn grains(case: &Case, flow: usize) -> Vec<(i64, u32, Vec<u8>)> {
    let mut grains: Vec<(i64, u32, Vec<u8>)> = Vec::new();
    for packet in packets(case)
        .into_iter()
        .filter(|packet| packet.flow == flow && !packet.second_path)
    {
        let rtp = RtpPacket::parse(&packet.payload).unwrap();
        match grains.last_mut() {
            Some((_, timestamp, payload)) if *timestamp == rtp.timestamp() => payload.extend_from_slice(rtp.payload()),
            _ => grains.push((packet.time_ns, rtp.timestamp(), rtp.payload().to_vec())),
        }
    }
    grains
}

fn both(fault: Fault) -> [Case; 2] {
    [Degree::Breaks, Degree::NearMiss].map(|degree| Case::new(fault, degree))
}

#[test]
fn every_rule_has_one_fault() {
    let mut rules: Vec<&str> = Fault::ALL.iter().map(|fault| fault.rule()).collect();
    rules.sort_unstable();
    rules.dedup();
    assert_eq!(rules.len(), Fault::ALL.len());
    for &fault in Fault::ALL {
        assert_eq!(Fault::of_rule(fault.rule()), Some(fault));
    }
    assert_eq!(Fault::of_rule("rtp"), None);
}

#[test]
fn every_case_is_small_and_the_two_of_a_fault_differ() {
    for &fault in Fault::ALL {
        let [breaks, near] = both(fault).map(|case| (case.capture().unwrap(), case.sdp(), case.name()));
        assert!(breaks.0.len() < 60_000 && near.0.len() < 60_000, "{}", breaks.2);
        assert!(breaks.0 != near.0 || breaks.1 != near.1, "{}", breaks.2);
        assert_ne!(breaks.2, near.2);
    }
    assert_eq!(all().count(), 2 * Fault::ALL.len());
}

#[test]
fn only_faults_of_data_sets_puzzle_the_decoder() {
    for case in all() {
        let decodable = !matches!(
            (case.fault, case.degree),
            (
                // Its payload comes twice.
                Fault::Duplicate
                    | Fault::PayloadPrefix
                    | Fault::MetaGroupLength
                    | Fault::GrainIncomplete
                    | Fault::DatasetTruncated
                    | Fault::DatasetOrder
                    | Fault::DatasetEncoding,
                Degree::Breaks
            )
        );
        let metadata = case
            .scenario
            .flows
            .iter()
            .enumerate()
            .filter(|(_, flow)| flow.metadata().is_some());
        let mut issues = 0;
        for (flow, _) in metadata {
            for (_, _, payload) in grains(&case, flow) {
                issues += Payload::parse(&payload, &Limits::default()).issues().count();
            }
        }
        assert_eq!(issues == 0, decodable, "{}: {issues} issues", case.name());
    }
}

#[test]
fn meta_information_is_that_of_the_codec() {
    for case in all().filter(|case| case.degree == Degree::NearMiss && case.fault != Fault::MetaVersion) {
        for (number, flow) in case.scenario.flows.iter().enumerate() {
            let Some(metadata) = flow.metadata() else { continue };
            let fields = meta::Fields {
                transfer_syntax_uid: &metadata.transfer_syntax_uid,
                sop_class_uid: metadata.kind.sop_class_uid(),
                sop_instance_uid: &metadata.sop_instance_uid,
                source_id: flow.source_id,
                flow_id: flow.flow_id,
                sampling_rate: metadata.dynamic.is_some().then_some(flow.clock_rate),
                actual_frame_duration: metadata.frame_duration.then(|| flow.period.milliseconds()),
                private: metadata
                    .private
                    .as_ref()
                    .map(|(uid, bytes)| (uid.as_str(), bytes.as_slice())),
            };
            let built = meta::build(&fields).unwrap();
            for (_, _, payload) in grains(&case, number) {
                assert_eq!(payload.get(132..132 + built.len()), Some(&*built), "{}", case.name());
            }
        }
    }
}

#[test]
fn udp_lengths_are_1461_and_1460() {
    let longest = both(Fault::UdpSize).map(|case| packets(&case).iter().map(|p| p.payload.len() + 8).max());
    assert_eq!(longest, [Some(1461), Some(1460)]);
}

#[test]
fn rtp_timestamps_are_3_and_2_ticks_off() {
    let clock = MediaClock {
        rate: 90_000,
        offset: 0,
    };
    let off = both(Fault::Timestamp).map(|case| {
        packets(&case)
            .iter()
            .filter_map(|packet| {
                let rtp = RtpPacket::parse(&packet.payload).unwrap();
                let identity = Identity::read(&rtp.extension()?, &ExtensionMap::PRESET);
                Some(clock.difference(rtp.timestamp(), identity.sync?))
            })
            .collect::<Vec<i32>>()
    });
    for (off, ticks) in off.iter().zip([3, 2]) {
        assert_eq!(off.iter().filter(|&&d| d == ticks).count(), 1);
        assert!(off.iter().all(|&d| d == 0 || d == ticks), "{off:?}");
    }
}

#[test]
fn sequence_numbers_wrap_without_loss_and_the_second_path_is_no_duplicate() {
    let near = Case::new(Fault::Loss, Degree::NearMiss);
    let numbers: Vec<u16> = packets(&near)
        .iter()
        .map(|p| RtpPacket::parse(&p.payload).unwrap().sequence_number())
        .collect();
    assert!(numbers.windows(2).any(|w| w == [65_535, 0]));
    assert!(numbers.windows(2).all(|w| w[1] == w[0].wrapping_add(1)));
    let [breaks, near] = both(Fault::Duplicate).map(|case| packets(&case));
    assert!(breaks.iter().all(|p| !p.second_path));
    assert_eq!(near.iter().filter(|p| p.second_path).count() * 2, near.len());
}

#[test]
fn static_parts_are_one_millisecond_over_and_under_the_limit() {
    for (case, over) in both(Fault::StaticInterval).iter().zip([1, -1]) {
        let limit = 1005 * MILLISECOND as i64 + case.scenario.flows[0].period.ns() as i64;
        let times: Vec<i64> = grains(case, 0)
            .into_iter()
            .filter(|(_, _, payload)| Payload::parse(payload, &Limits::default()).is_static())
            .map(|(time, ..)| time)
            .collect();
        assert_eq!(times.len(), 2);
        assert_eq!(times[1] - times[0] - limit, over * MILLISECOND as i64);
    }
}

#[test]
fn renditions_are_1006_and_1004_milliseconds_apart() {
    let gaps = both(Fault::RenditionRate).map(|case| {
        let times: Vec<i64> = grains(&case, 0).iter().map(|(time, ..)| *time).collect();
        times
            .windows(2)
            .map(|w| (w[1] - w[0]) / MILLISECOND as i64)
            .collect::<Vec<_>>()
    });
    assert_eq!(gaps, [vec![1006; 2], vec![1004; 2]]);
}

#[test]
fn clocks_are_off_by_the_stated_amounts() {
    /// Arrival less capture time of each Grain, nanoseconds, less that of the first.
    fn offsets(case: &Case, flow: usize) -> Vec<i64> {
        let period = case.scenario.flows[flow].period;
        let times: Vec<i64> = grains(case, flow).iter().map(|(time, ..)| *time).collect();
        times
            .iter()
            .zip(0..)
            .map(|(time, i)| time - times[0] - period.at(i) as i64)
            .collect()
    }
    let [breaks, near] = both(Fault::SyncStep).map(|case| offsets(&case, 0));
    assert_eq!((breaks[11], breaks[12], breaks.len()), (0, 4_000_000, 24));
    assert_eq!((near[11], near[12], near[23]), (0, 3_000_000, 3_000_000));
    let [breaks, near] = both(Fault::SyncRate).map(|case| offsets(&case, 0));
    assert_eq!(
        (breaks[40], near[40]),
        (1_200_000, 900_000),
        "0.012 % and 0.009 % of 10 s"
    );
    assert!(breaks.len() > 41);
    let late = both(Fault::SyncOffset).map(|case| grains(&case, 1)[0].0 - grains(&case, 0)[0].0);
    assert_eq!(late, [12_000_000, 10_000_000]);
}

#[test]
fn the_forms_of_extensions_are_what_they_should_be() {
    for (case, expected) in both(Fault::ExtensionProfile)
        .iter()
        .zip([Form::TwoByte { appbits: 0 }, Form::OneByte])
    {
        let hit = &packets(case)
            .into_iter()
            .filter(|p| p.payload[0] & 0x10 != 0)
            .nth(6)
            .unwrap();
        let rtp = RtpPacket::parse(&hit.payload).unwrap();
        let extension = rtp.extension().unwrap();
        assert_eq!(extension.form(), expected);
        let identity = Identity::read(&extension, &ExtensionMap::PRESET);
        assert_eq!(identity.missing().count(), 0);
        assert!(identity.flags.is_some());
    }
    let near = Case::new(Fault::IdentityMissing, Degree::NearMiss);
    let first = &packets(&near)[0];
    let rtp = RtpPacket::parse(&first.payload).unwrap();
    assert_eq!(
        rtp.extension().unwrap().elements().count(),
        4,
        "the four that are required and no more"
    );
}

#[test]
fn a_reordered_grain_comes_after_the_next_one() {
    let order = both(Fault::Reordered).map(|case| {
        let numbers: Vec<u16> = packets(&case)
            .iter()
            .map(|p| RtpPacket::parse(&p.payload).unwrap().sequence_number())
            .collect();
        numbers.windows(2).filter(|w| w[1] != w[0].wrapping_add(1)).count()
    });
    assert_eq!(order, [3, 0], "away from its place, back to it, and on");
}

#[test]
fn faults_of_the_sdp_leave_the_packets_alone() {
    for &fault in Fault::ALL.iter().filter(|fault| fault.is_in_sdp()) {
        let case = Case::new(fault, Degree::Breaks);
        assert!(case.injections.is_empty());
        assert_ne!(case.sdp(), crate::sdp(&case.scenario), "{}", fault.rule());
    }
    let [breaks, near] = both(Fault::SdpTsRefclk).map(|case| case.sdp());
    assert!(!breaks.contains("a=ts-refclk"));
    assert!(near.find("a=ts-refclk") < near.find("m="), "on the session's level");
    assert!(
        Case::new(Fault::SdpMismatch, Degree::Breaks)
            .sdp()
            .contains("m=application 6006 ")
    );
}

#[test]
fn faults_fit_the_flows_that_can_have_them() {
    let room = crate::Scenario::operating_room(&crate::Options::default());
    for &fault in Fault::ALL {
        let fits: Vec<bool> = room.flows.iter().map(|flow| fault.fits(flow)).collect();
        assert_eq!([fits[0], fits[2], fits[4]], [false; 3], "video and audio");
        assert!(fits.contains(&true), "{}", fault.rule());
    }
    assert!(!Fault::DynamicUnexpected.fits(&room.flows[1]) && Fault::DynamicUnexpected.fits(&room.flows[6]));
    assert_eq!(room.flows[1].period, Period::HZ_59_94);
}
