//! Flows put together one by one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use dicom_rtv::sdp::{PtpSource, ReferenceClock};

use super::{Addressing, Options, Scenario};
use crate::camera::CameraPath;
use crate::content::{self, Context, Instance, Study};
use crate::flow::{Audio, Content, Device, Dynamic, Flow, Kind, Metadata, Video, transfer_syntax};
use crate::random::Random;
use crate::time::{Calendar, MICROSECOND, Period, SECOND};

/// Puts Flows of one device into a scenario; identifiers, addresses and ports follow from the seed and the place of the
/// Flow, 255 of them at most.
#[derive(Debug)]
pub struct Builder<'o> {
    options: &'o Options,
    scenario: Scenario,
    study: Study,
}

impl<'o> Builder<'o> {
    /// A scenario without Flows.
    #[must_use]
    pub fn new(name: &str, options: &'o Options) -> Self {
        let mut random = Random::new(options.seed, 0);
        let device = Device {
            name: "Operating room 2".into(),
            manufacturer: "Grainscope".into(),
            model: "Synthetic operating room".into(),
            serial_number: format!("{:08}", random.below(100_000_000)),
            software: "1.0\\2026.03".into(),
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

    /// The scenario with the Flows that were added.
    #[must_use]
    pub fn finish(self) -> Scenario {
        self.scenario
    }

    /// Adds a video Flow; gives its index, as the others do.
    pub fn video(&mut self, label: &str, period: Period, video: Video) -> usize {
        self.flow(label, 96, 90_000, period, 700 * MICROSECOND, Content::Video(video))
    }

    /// Adds an audio Flow, mono, 16 bits, 48 kHz.
    pub fn audio(&mut self, label: &str) -> usize {
        let audio = Audio { channels: 1, bits: 16 };
        let period = self.options.audio_packet;
        self.flow(label, 97, 48_000, period, 750 * MICROSECOND, Content::Audio(audio))
    }

    /// Adds the metadata Flow of the video Flow `bulk`, at the same rate. Nothing is added where `bulk` is no video.
    pub fn video_metadata(&mut self, label: &str, kind: Kind, bulk: usize, camera: CameraPath) -> usize {
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

    /// Adds the metadata Flow of the audio Flow `bulk`, 50 Grains a second. Nothing is added where `bulk` is no audio.
    pub fn audio_metadata(&mut self, label: &str, bulk: usize) -> usize {
        let flow = &self.scenario.flows[bulk];
        if !matches!(flow.content, Content::Audio(_)) {
            return bulk;
        }
        let rate = flow.clock_rate;
        let static_part = |context: Context<'_>, instance: Instance<'_>, flows: &[Flow]| {
            content::audio(context, instance, &[&flows[bulk]])
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

    /// Adds a rendition Flow, two Grains a second, that refers to the metadata Flows `rendered`.
    pub fn rendition(&mut self, label: &str, rendered: &[usize]) -> usize {
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
            Addressing::V4 => IpAddr::V4(Ipv4Addr::new(239, 22, 2, (number + 1) as u8)),
            Addressing::V6 => IpAddr::V6(Ipv6Addr::new(0xff3e, 0, 0, 0, 0, 0, 2, (number + 1) as u16)),
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
