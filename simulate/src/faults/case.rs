//! A small scenario for each fault, and one that only just keeps the rule.

use std::net::SocketAddr;
use std::ops::Range;

use dicom_rtv::Result;
use dicom_rtv::dataset::write::LengthForm;
use dicom_rtv::nmos::{ExtensionKind, ExtensionMap};
use dicom_rtv::rtp::Placement;
use uuid::Uuid;

use super::{Degree, Fault, Injection, edit_sdp};
use crate::capture::{CaptureFormat, CaptureOptions, capture};
use crate::flow::{Flow, Metadata};
use crate::scenario::{Options, Scenario};
use crate::time::{MILLISECOND, Period, SECOND};

/// The Grain that most faults hit.
const HIT: Range<u64> = 5..6;
/// Grains of most cases, at 25 Hz.
const DURATION: u64 = 400 * MILLISECOND;

/// A small capture that shows a fault, or how near to it one may come.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The fault.
    pub fault: Fault,
    /// Whether the rule is broken.
    pub degree: Degree,
    /// What is sent.
    pub scenario: Scenario,
    /// What is wrong with it.
    pub injections: Vec<Injection>,
}

/// Both cases of each fault, in the order of the rules.
pub fn all() -> impl Iterator<Item = Case> {
    Fault::ALL
        .iter()
        .flat_map(|&fault| [Degree::Breaks, Degree::NearMiss].map(|degree| Case::new(fault, degree)))
}

impl Case {
    /// The case of one fault.
    #[must_use]
    pub fn new(fault: Fault, degree: Degree) -> Self {
        let options = options(fault);
        let mut case = Self {
            fault,
            degree,
            scenario: small(Scenario::one_flow(&options)),
            injections: Vec::new(),
        };
        case.set_scenario(&options);
        match degree {
            Degree::Breaks => case.break_it(),
            Degree::NearMiss => case.come_near(),
        }
        case
    }

    /// The name of its files: `fault-rtp-loss`, `near-rtp-loss`.
    #[must_use]
    pub fn name(&self) -> String {
        let kind = match self.degree {
            Degree::Breaks => "fault",
            Degree::NearMiss => "near",
        };
        format!("{kind}-{}", self.fault.rule().replace('.', "-"))
    }

    /// The rules that a report names, apart from those of severity I; none for a near miss.
    #[must_use]
    pub fn findings(&self) -> Vec<&'static str> {
        match (self.degree, self.fault) {
            (Degree::NearMiss, _) | (Degree::Breaks, Fault::PayloadPreamble) => Vec::new(),
            // A lost packet is lost as well as it leaves its Grain incomplete.
            (Degree::Breaks, Fault::GrainIncomplete) => vec!["rtp.loss", "grain.incomplete"],
            (Degree::Breaks, fault) => vec![fault.rule()],
        }
    }

    /// The capture, pcap with nanoseconds.
    ///
    /// # Errors
    ///
    /// As [`Packets::new`](crate::Packets::new).
    pub fn capture(&self) -> Result<Vec<u8>> {
        let options = CaptureOptions {
            format: CaptureFormat::PcapNanoseconds,
            ..CaptureOptions::default()
        };
        capture(&self.scenario, &self.injections, options)
    }

    /// The session description.
    #[must_use]
    pub fn sdp(&self) -> String {
        edit_sdp(&crate::sdp::sdp(&self.scenario), self.fault, self.degree)
    }

    /// What both degrees of a fault share.
    fn set_scenario(&mut self, options: &Options) {
        match self.fault {
            Fault::GrainIncomplete => {
                // Four packets for a Grain with a static part, so that there is a middle.
                self.metadata().rtp.udp_limit = 1000;
                self.metadata().static_interval_ns = 5 * Period::HZ_25.ns();
            }
            Fault::ExtensionMissing => self.metadata().static_interval_ns = 5 * Period::HZ_25.ns(),
            Fault::DynamicUnexpected | Fault::RenditionRate => self.take(options, 1600 * MILLISECOND, &[6]),
            Fault::SyncUnpaired => self.scenario = small(Scenario::one_camera(options)),
            Fault::SyncOffset => self.scenario = small(Scenario::two_cameras(options)),
            Fault::SyncRate => {
                self.take(options, 12 * SECOND, &[3]);
                let flow = &mut self.scenario.flows[0];
                flow.period = Period::new(1, 4);
                strip(self.metadata());
            }
            Fault::SyncStep => self.scenario.duration_ns = Some(960 * MILLISECOND),
            Fault::SdpClockRate => {
                self.scenario = small(Scenario::one_camera(options));
            }
            _ => {}
        }
    }

    fn break_it(&mut self) {
        match self.fault {
            Fault::PayloadType => self.flow().payload_type = 95,
            Fault::PayloadTypeDiscouraged => self.flow().payload_type = 96,
            Fault::StaticInterval => self.static_after(Period::new(1006, 25_000)),
            Fault::RenditionRate => {
                self.flow().period = Period::new(1006, 1000);
                self.scenario.duration_ns = Some(2500 * MILLISECOND);
            }
            Fault::UdpSize
            | Fault::DatasetOrder
            | Fault::DatasetEncoding
            | Fault::DatasetSopMismatch
            | Fault::DatasetFlowUnmatched
            | Fault::IodMissing
            | Fault::IodEmpty
            | Fault::ValueInvalid => self.inject(0, 0..1),
            Fault::DynamicUnexpected => self.inject(0, 1..2),
            Fault::SopInstance => self.inject(0, 5..u64::MAX),
            Fault::SyncUnpaired => self.inject(1, HIT),
            Fault::SyncOffset => self.inject(1, 0..u64::MAX),
            Fault::SyncRate => self.inject(0, 0..u64::MAX),
            Fault::SyncStep => self.inject(0, 12..u64::MAX),
            fault if fault.is_in_sdp() => {}
            _ => self.inject(0, HIT),
        }
    }

    fn come_near(&mut self) {
        let options = options(self.fault);
        match self.fault {
            // Two packets after the first of a Grain have none.
            Fault::ExtensionMissing => self.metadata().rtp.placement = Placement::FirstOnly,
            // The four that PS3.22 asks for, and no more.
            Fault::IdentityMissing | Fault::SdpExtmap => {
                self.metadata().rtp.grain_flags = false;
                self.metadata().rtp.grain_duration = false;
            }
            Fault::PayloadType => self.flow().payload_type = 127,
            Fault::PayloadTypeDiscouraged => self.flow().payload_type = 98,
            // 65535 is followed by 0.
            Fault::Loss => self.flow().first_sequence = 65_531,
            // The second path of ST 2022-7 brings every packet again.
            Fault::Duplicate => self.flow().second_path = Some(SocketAddr::from(([239, 22, 3, 2], 5006))),
            // Only the next Grain tells where one ends.
            Fault::GrainIncomplete => {
                self.metadata().rtp.marker = false;
                self.metadata().rtp.grain_flags = false;
            }
            Fault::MetaGroupLength | Fault::MetaPrivate => {
                self.metadata().private = Some(("2.25.1234567890".into(), b"calibrated".to_vec()));
            }
            Fault::MetaMissing => self.metadata().frame_duration = false,
            // Another of the four SOP classes, without the ICC profile that endoscopes alone must have.
            Fault::MetaSopClass | Fault::IodMissing => {
                self.take(&options, DURATION, &[3]);
                strip(self.metadata());
            }
            // A rendition has no dynamic part and so needs no rate.
            Fault::MetaSamplingRate => self.take(&options, 1600 * MILLISECOND, &[6]),
            // Any 16 bytes will do: this UUID has version 1.
            Fault::MetaUuid => self.flow().source_id = Uuid::from_u128(0x6BA7_B814_9DAD_11D1_80B4_00C0_4FD4_30C8),
            Fault::MetaIdentityMismatch => self.metadata().rtp.extension_map = other_map(),
            // Two sessions, two Instances.
            Fault::SopInstance => self.scenario = small(Scenario::two_cameras(&options)),
            Fault::StaticInterval => self.static_after(Period::new(1004, 25_000)),
            Fault::DynamicMissing => {
                if let Some(dynamic) = &mut self.metadata().dynamic {
                    dynamic.usefulness.clear();
                }
            }
            Fault::RenditionRate => {
                self.flow().period = Period::new(1004, 1000);
                self.scenario.duration_ns = Some(2500 * MILLISECOND);
            }
            // The data set's last bytes are delimiters.
            Fault::DatasetTruncated => self.metadata().lengths = LengthForm::Undefined,
            Fault::DatasetSopMismatch => {
                // Of odd length: padded in both places.
                let metadata = self.metadata();
                metadata.sop_instance_uid = "2.25.123456789012345678901234567890".into();
                metadata
                    .static_part
                    .uid(0x0008_0018, "2.25.123456789012345678901234567890");
            }
            // The first frame of the video comes before the first of its metadata.
            Fault::SyncUnpaired => self.scenario.flows[1].start_ns = Period::HZ_25.ns(),
            Fault::SyncOffset => self.inject(1, 0..u64::MAX),
            Fault::SyncRate => self.inject(0, 0..u64::MAX),
            Fault::SyncStep => self.inject(0, 12..u64::MAX),
            // Audio has 48 kHz, in both places.
            Fault::SdpClockRate => self.take(&options, 120 * MILLISECOND, &[4, 5]),
            Fault::DatasetOrder
            | Fault::DatasetEncoding
            | Fault::DatasetFlowUnmatched
            | Fault::IodEmpty
            | Fault::ValueInvalid => {
                self.inject(0, 0..1);
            }
            Fault::DynamicOriginMismatch => self.inject(0, 0..u64::MAX),
            fault if fault.is_in_sdp() => {}
            _ => self.inject(0, HIT),
        }
    }

    /// The operating room's Flows with these numbers, and no others.
    fn take(&mut self, options: &Options, duration: u64, flows: &[usize]) {
        let mut scenario = small(Scenario::operating_room(options));
        scenario.flows = flows.iter().map(|&number| scenario.flows[number].clone()).collect();
        scenario.duration_ns = Some(duration);
        self.scenario = scenario;
    }

    /// Grains of this period, static parts 26 of them apart.
    fn static_after(&mut self, period: Period) {
        self.flow().period = period;
        self.metadata().static_interval_ns = period.at(26);
        self.scenario.duration_ns = Some(period.at(28));
    }

    fn flow(&mut self) -> &mut Flow {
        &mut self.scenario.flows[0]
    }

    fn metadata(&mut self) -> &mut Metadata {
        self.flow()
            .metadata_mut()
            .expect("the first Flow of these cases is one of metadata")
    }

    fn inject(&mut self, flow: usize, grains: Range<u64>) {
        self.injections
            .push(Injection::within(self.fault, self.degree, flow, grains));
    }
}

/// No jitter, so that limits can be hit exactly.
fn options(fault: Fault) -> Options {
    Options {
        seed: 1000 + fault as u64,
        duration_ns: Some(DURATION),
        jitter_ns: 0,
        ..Options::default()
    }
}

/// Without camera positions: the captures stay small.
fn small(mut scenario: Scenario) -> Scenario {
    for flow in &mut scenario.flows {
        if let Some(dynamic) = flow.metadata_mut().and_then(|metadata| metadata.dynamic.as_mut()) {
            dynamic.camera = None;
        }
    }
    scenario
}

/// Takes out of the static part what no IOD asks for.
fn strip(metadata: &mut Metadata) {
    for tag in [
        0x0008_0080,
        0x0008_1030,
        0x0008_103E,
        0x0008_1050,
        0x0020_0020,
        0x0020_0052,
        0x0020_1040,
    ] {
        metadata.static_part.remove(tag);
    }
}

/// Other ids than the usual ones, in another order.
fn other_map() -> ExtensionMap {
    let mut map = ExtensionMap::new();
    for (id, kind) in [
        (1, ExtensionKind::SyncTimestamp),
        (2, ExtensionKind::OriginTimestamp),
        (3, ExtensionKind::SourceId),
        (4, ExtensionKind::FlowId),
        (5, ExtensionKind::GrainFlags),
        (6, ExtensionKind::GrainDuration),
    ] {
        map.set(id, kind);
    }
    map
}
