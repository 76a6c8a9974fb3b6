//! Scenarios: which devices are there and what they send.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use dicom_rtv::PtpTimestamp;
use dicom_rtv::dataset::write::LengthForm;
use dicom_rtv::sdp::{PtpSource, ReferenceClock};

use crate::camera::CameraPath;
use crate::content::{self, Context, Instance, Patient, Study};
use crate::flow::{Audio, Content, Device, Dynamic, Flow, Kind, Metadata, Raster, RtpOptions, Video, transfer_syntax};
use crate::network::Wrapping;
use crate::random::Random;
use crate::time::{Calendar, MICROSECOND, Period, SECOND};

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
        build.scenario
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
        build.scenario
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
        build.scenario.flows.retain(|flow| flow.metadata().is_some());
        build.scenario
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

/// Puts Flows of one device into a scenario; identifiers follow from the seed and the place of the Flow.
struct Builder<'o> {
    options: &'o Options,
    scenario: Scenario,
    study: Study,
}

impl<'o> Builder<'o> {
    fn new(name: &str, options: &'o Options) -> Self {
        let mut random = Random::new(options.seed, 0);
        let device = Device {
            name: "Operating room 2".into(),
            manufacturer: "Grainscope".into(),
            model: "Synthetic operating room".into(),
            serial_number: format!("{:08}", random.below(100_000_000)),
            software: env!("CARGO_PKG_VERSION").into(),
            address: match options.addressing {
                Addressing::V4 => IpAddr::V4(Ipv4Addr::new(10, 2, 0, 20)),
                Addressing::V6 => IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 2, 0, 0, 0, 0x20)),
            },
            mac: [0x02, 0x00, 0x0A, 0x02, 0x00, 0x14],
        };
        let study = Study {
            instance_uid: random.uid(),
            id: "OR2-0309".into(),
            accession_number: "A-20260309-07".into(),
            description: "Laparoscopic cholecystectomy".into(),
            referring_physician: "Lindqvist^Astrid".into(),
            performing_physician: "Okafor^Chidi^^Dr.".into(),
            institution: "Example Hospital".into(),
            began: Calendar::of(options.start),
            synchronization_uid: random.uid(),
        };
        let scenario = Scenario {
            name: name.into(),
            seed: options.seed,
            start: options.start,
            duration_ns: options.duration_ns,
            devices: vec![device],
            flows: Vec::new(),
            clock: ReferenceClock::Ptp {
                version: "IEEE1588-2008".into(),
                source: PtpSource::Grandmaster {
                    identity: [0x08, 0x00, 0x11, 0xFF, 0xFE, 0x22, 0x39, 0xE4],
                    domain: Some(127),
                },
            },
            vlan: options.vlan,
            ttl: 32,
        };
        Self {
            options,
            scenario,
            study,
        }
    }

    fn video(&mut self, label: &str, period: Period, video: Video) -> usize {
        self.flow(label, 96, 90_000, period, 700 * MICROSECOND, Content::Video(video))
    }

    fn audio(&mut self, label: &str) -> usize {
        let audio = Audio { channels: 1, bits: 16 };
        let period = self.options.audio_packet;
        self.flow(label, 97, 48_000, period, 750 * MICROSECOND, Content::Audio(audio))
    }

    fn video_metadata(&mut self, label: &str, kind: Kind, bulk: usize, camera: CameraPath) -> usize {
        let flow = &self.scenario.flows[bulk];
        let Content::Video(video) = flow.content else {
            return bulk;
        };
        let (period, rate) = (flow.period, flow.clock_rate);
        let frame_of_reference = self.random(100 + bulk).uid();
        let static_part = |context: Context<'_>, instance: Instance<'_>, flows: &[Flow]| {
            content::video(context, instance, &[&flows[bulk]], video, Some(&frame_of_reference))
        };
        let dynamic = Dynamic {
            frame_content: true,
            comments: Vec::new(),
            usefulness: vec![(0, true)],
            camera: Some(camera),
        };
        self.metadata(
            label,
            kind,
            104,
            rate,
            period,
            Some(dynamic),
            transfer_syntax::VIDEO_PROGRESSIVE,
            static_part,
        )
    }

    fn audio_metadata(&mut self, label: &str, bulk: usize) -> usize {
        let flow = &self.scenario.flows[bulk];
        let Content::Audio(audio) = flow.content else {
            return bulk;
        };
        let rate = flow.clock_rate;
        let static_part = |context: Context<'_>, instance: Instance<'_>, flows: &[Flow]| {
            content::audio(context, instance, &[&flows[bulk]], audio)
        };
        let dynamic = Some(Dynamic::default());
        self.metadata(
            label,
            Kind::Audio,
            105,
            rate,
            Period::HZ_50,
            dynamic,
            transfer_syntax::AUDIO_PCM,
            static_part,
        )
    }

    fn rendition(&mut self, label: &str, rendered: &[usize]) -> usize {
        let static_part = |context: Context<'_>, instance: Instance<'_>, flows: &[Flow]| {
            let rendered: Vec<&Metadata> = rendered.iter().filter_map(|&i| flows[i].metadata()).collect();
            content::rendition(context, instance, &rendered)
        };
        let syntax = transfer_syntax::VIDEO_PROGRESSIVE;
        self.metadata(
            label,
            Kind::Rendition,
            106,
            90_000,
            Period::new(1, 2),
            None,
            syntax,
            static_part,
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private caller for each kind of Flow, each with all of them"
    )]
    fn metadata(
        &mut self,
        label: &str,
        kind: Kind,
        payload_type: u8,
        clock_rate: u32,
        period: Period,
        dynamic: Option<Dynamic>,
        transfer_syntax_uid: &str,
        static_part: impl FnOnce(Context<'_>, Instance<'_>, &[Flow]) -> crate::attributes::Attributes,
    ) -> usize {
        let number = self.scenario.flows.len();
        let mut random = self.random(200 + number);
        let sop_instance_uid = random.uid();
        let instance = Instance {
            kind,
            sop_instance_uid: &sop_instance_uid,
            series_instance_uid: &random.uid(),
            series_number: number as u16,
            series_description: label,
        };
        let context = Context {
            patient: &self.options.patient,
            study: &self.study,
            device: &self.scenario.devices[0],
        };
        let static_part = static_part(context, instance, &self.scenario.flows);
        let metadata = Metadata {
            kind,
            sop_instance_uid,
            transfer_syntax_uid: transfer_syntax_uid.into(),
            frame_duration: matches!(kind, Kind::Endoscopic | Kind::Photographic),
            private: None,
            static_part,
            static_interval_ns: if kind == Kind::Rendition { 0 } else { SECOND },
            dynamic,
            lengths: self.options.lengths,
            rtp: self.options.rtp.clone(),
        };
        let content = Content::Metadata(Box::new(metadata));
        self.flow(label, payload_type, clock_rate, period, 800 * MICROSECOND, content)
    }

    fn flow(
        &mut self,
        label: &str,
        payload_type: u8,
        clock_rate: u32,
        period: Period,
        delay_ns: u64,
        content: Content,
    ) -> usize {
        let number = self.scenario.flows.len();
        let mut random = self.random(1 + number);
        let port = 5004 + 2 * number as u16;
        let group = match self.options.addressing {
            Addressing::V4 => IpAddr::V4(Ipv4Addr::new(239, 22, 2, 1 + number as u8)),
            Addressing::V6 => IpAddr::V6(Ipv6Addr::new(0xff3e, 0, 0, 0, 0, 0, 2, 1 + number as u16)),
        };
        self.scenario.flows.push(Flow {
            label: label.into(),
            device: 0,
            source_id: random.uuid(),
            flow_id: random.uuid(),
            destination: SocketAddr::new(group, port),
            second_path: None,
            source_port: port,
            payload_type,
            ssrc: random.next_u32(),
            first_sequence: random.next_u32() as u16,
            clock_rate,
            media_clock_offset: 0,
            period,
            start_ns: 0,
            delay_ns,
            jitter_ns: self.options.jitter_ns.min(period.ns() / 2),
            drift_ppb: 0,
            content,
        });
        number
    }

    fn random(&self, stream: usize) -> Random {
        Random::new(self.options.seed, stream as u64)
    }
}
