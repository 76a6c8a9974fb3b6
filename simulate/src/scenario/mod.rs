//! Scenarios: which devices are there and what they send.

mod builder;

use std::net::SocketAddr;

use dicom_rtv::PtpTimestamp;
use dicom_rtv::dataset::write::LengthForm;
use dicom_rtv::sdp::ReferenceClock;

use crate::camera::CameraPath;
use crate::content::Patient;
use crate::flow::{Device, Flow, Kind, Raster, RtpOptions, Video};
use crate::network::Wrapping;
use crate::time::{MICROSECOND, Period, SECOND};

pub use builder::Builder;

/// Devices, their Flows, and when they run.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The session's name in the SDP.
    pub name: String,
    /// What all random numbers follow from.
    pub seed: u64,
    /// Capture time of the first Grains, TAI.
    pub start: PtpTimestamp,
    /// How long it runs, nanoseconds; `None`: without end.
    pub duration_ns: Option<u64>,
    /// The senders.
    pub devices: Vec<Device>,
    /// What they send, in the order of the SDP.
    pub flows: Vec<Flow>,
    /// The clock they follow.
    pub clock: ReferenceClock,
    /// The VLAN's id, if there is one.
    pub vlan: Option<u16>,
    /// Time to live, or hop limit.
    pub ttl: u8,
}

/// What to vary in a ready-made scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What all random numbers (identifiers, sequence numbers, jitter) follow from.
    pub seed: u64,
    /// Capture time of the first Grains, TAI.
    pub start: PtpTimestamp,
    /// How long it runs, nanoseconds; `None`: without end.
    pub duration_ns: Option<u64>,
    /// IP version.
    pub addressing: Addressing,
    /// The VLAN's id, if there is one.
    pub vlan: Option<u16>,
    /// Random delay of each Grain, up to so many nanoseconds, at most half a period.
    pub jitter_ns: u64,
    /// The patient.
    pub patient: Patient,
    /// How Grains are put into packets.
    pub rtp: RtpOptions,
    /// How sequences and Items are closed.
    pub lengths: LengthForm,
    /// How much of each video frame is sent.
    pub raster: Raster,
    /// Time of one audio packet.
    pub audio_packet: Period,
}

/// The family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// IPv4 multicast, administratively scoped.
    V4,
    /// IPv6 multicast.
    V6,
}

impl Default for Options {
    /// 3 s from 2026-03-09T08:30:00Z, IPv4, 40 µs jitter, two thin packets a frame.
    fn default() -> Self {
        Self {
            seed: 1,
            start: PtpTimestamp {
                seconds: 1_773_045_037,
                nanoseconds: 0,
            },
            duration_ns: Some(3 * SECOND),
            addressing: Addressing::V4,
            vlan: None,
            jitter_ns: 40 * MICROSECOND,
            patient: Patient::default(),
            rtp: RtpOptions::default(),
            lengths: LengthForm::Explicit,
            raster: Raster::Thin { packets: 2, bytes: 240 },
            audio_packet: Period::new(1, 100),
        }
    }
}

/// Raster of both cameras.
const HD: Video = Video {
    width: 1920,
    height: 1080,
    depth: 10,
    raster: Raster::Whole,
};

impl Scenario {
    /// An operating room: an endoscope (59.94 Hz) and a room camera (50 Hz) with camera positions, a microphone
    /// (L16/48000/1), the metadata Flow of each, and a rendition Flow that refers to the three.
    #[must_use]
    pub fn operating_room(options: &Options) -> Self {
        let mut build = Builder::new("operating room", options);
        let video = Video {
            raster: options.raster,
            ..HD
        };
        let endoscope = build.video("endoscope", Period::HZ_59_94, video);
        let endoscope_metadata = build.video_metadata(
            "endoscope metadata",
            Kind::Endoscopic,
            endoscope,
            CameraPath::laparoscope(),
        );
        let room = build.video("room camera", Period::HZ_50, video);
        let room_metadata = build.video_metadata("room camera metadata", Kind::Photographic, room, CameraPath::room());
        let microphone = build.audio("microphone");
        let microphone_metadata = build.audio_metadata("microphone metadata", microphone);
        build.rendition("rendition", &[endoscope_metadata, room_metadata, microphone_metadata]);
        build.finish()
    }

    /// One metadata Flow of an endoscope at 25 Hz; its video is sent, but not here.
    #[must_use]
    pub fn one_flow(options: &Options) -> Self {
        let mut scenario = Self::one_camera(options);
        scenario.name = "one flow".into();
        scenario.flows.remove(0);
        scenario
    }

    /// An endoscope at 25 Hz with its metadata Flow.
    #[must_use]
    pub fn one_camera(options: &Options) -> Self {
        let mut build = Builder::new("one camera", options);
        let video = Video {
            raster: options.raster,
            ..HD
        };
        let camera = build.video("endoscope", Period::HZ_25, video);
        build.video_metadata(
            "endoscope metadata",
            Kind::Endoscopic,
            camera,
            CameraPath::laparoscope(),
        );
        build.finish()
    }

    /// The metadata Flows of two cameras that run at 25 Hz in step, and the rendition Flow that refers to both.
    #[must_use]
    pub fn two_cameras(options: &Options) -> Self {
        let mut build = Builder::new("two cameras", options);
        let endoscope = build.video("endoscope", Period::HZ_25, HD);
        let endoscope = build.video_metadata(
            "endoscope metadata",
            Kind::Endoscopic,
            endoscope,
            CameraPath::laparoscope(),
        );
        let room = build.video("room camera", Period::HZ_25, HD);
        let room = build.video_metadata("room camera metadata", Kind::Photographic, room, CameraPath::room());
        build.rendition("rendition", &[endoscope, room]);
        let mut scenario = build.finish();
        scenario.flows.retain(|flow| flow.metadata().is_some());
        scenario
    }

    /// How the packets of a Flow are wrapped; on its second path where `second` is true.
    #[must_use]
    pub fn wrapping(&self, flow: usize, second: bool) -> Wrapping {
        let flow = &self.flows[flow];
        let device = &self.devices[flow.device];
        let destination = match flow.second_path {
            Some(path) if second => path,
            _ => flow.destination,
        };
        Wrapping {
            source: SocketAddr::new(device.address, flow.source_port),
            destination,
            mac: device.mac,
            vlan: self.vlan,
            ttl: self.ttl,
        }
    }
}
