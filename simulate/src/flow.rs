//! Devices, Sources and Flows (PS3.22 6.1): what a scenario sends.

use std::net::{IpAddr, SocketAddr};

use dicom_rtv::dataset::write::LengthForm;
use dicom_rtv::nmos::ExtensionMap;
use dicom_rtv::rtp::Placement;
use uuid::Uuid;

use crate::attributes::Attributes;
use crate::camera::CameraPath;
use crate::network::Mac;
use crate::time::Period;

/// A device: one sender on the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// What people call it.
    pub name: String,
    /// (0008,0070) Manufacturer.
    pub manufacturer: String,
    /// (0008,1090) Manufacturer's Model Name.
    pub model: String,
    /// (0018,1000) Device Serial Number.
    pub serial_number: String,
    /// (0018,1020) Software Versions, split by backslashes.
    pub software: String,
    /// Its address.
    pub address: IpAddr,
    /// Its Ethernet address.
    pub mac: Mac,
}

/// A Flow: the packets of one RTP session.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// What people call it.
    pub label: String,
    /// Index of its device in the scenario.
    pub device: usize,
    /// Identifier of its Source.
    pub source_id: Uuid,
    /// Its own identifier.
    pub flow_id: Uuid,
    /// The group or host it is sent to, and the port.
    pub destination: SocketAddr,
    /// The second path of ST 2022-7: the same packets are sent there as well.
    pub second_path: Option<SocketAddr>,
    /// The UDP port it is sent from.
    pub source_port: u16,
    /// RTP payload type.
    pub payload_type: u8,
    /// RTP synchronization source.
    pub ssrc: u32,
    /// RTP sequence number of the first packet.
    pub first_sequence: u16,
    /// RTP clock rate, Hz.
    pub clock_rate: u32,
    /// The offset of the media clock, `a=mediaclk:direct=`, ticks.
    pub media_clock_offset: u32,
    /// Time from Grain to Grain; of audio from packet to packet.
    pub period: Period,
    /// How long after the scenario's start its first Grain is captured, nanoseconds.
    pub start_ns: u64,
    /// The time from capture of a Grain to its first packet on the wire, nanoseconds.
    pub delay_ns: u64,
    /// Up to so much is added to the delay, at random, nanoseconds; less than a period.
    pub jitter_ns: u64,
    /// How much slower than true time the sender's clock runs, parts in 10^9: 100,000 is 0.01 %.
    pub drift_ppb: i64,
    /// What it carries.
    pub content: Content,
}

/// What a Flow carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Uncompressed video (ST 2110-20).
    Video(Video),
    /// PCM audio (ST 2110-30).
    Audio(Audio),
    /// DICOM-RTV metadata (PS3.22 6.2).
    Metadata(Box<Metadata>),
}

/// Uncompressed progressive video, YCbCr 4:2:2 (ST 2110-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Video {
    /// Samples of a line; even.
    pub width: u16,
    /// Lines of a frame.
    pub height: u16,
    /// Bits a sample: 8, 10, 12 or 16.
    pub depth: u8,
    /// How many packets of each frame are sent.
    pub raster: Raster,
}

/// How much of each video frame is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raster {
    /// All of it, at the pace of a sender with gaps.
    Whole,
    /// So many packets with one short run of samples each, numbered without gaps: a capture stays small.
    Thin {
        /// Packets of a frame; at least 1.
        packets: u16,
        /// Bytes of samples in each.
        bytes: u16,
    },
}

/// PCM audio (ST 2110-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audio {
    /// Channels.
    pub channels: u8,
    /// Bits a sample: 16 or 24.
    pub bits: u8,
}

/// The four SOP classes of PS3.22 7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Video Endoscopic Image Real-Time Communication.
    Endoscopic,
    /// Video Photographic Image Real-Time Communication.
    Photographic,
    /// Audio Waveform Real-Time Communication.
    Audio,
    /// Rendition Selection Document Real-Time Communication.
    Rendition,
}

impl Kind {
    /// The UID of the SOP class.
    #[must_use]
    pub const fn sop_class_uid(self) -> &'static str {
        match self {
            Self::Endoscopic => "1.2.840.10008.10.1",
            Self::Photographic => "1.2.840.10008.10.2",
            Self::Audio => "1.2.840.10008.10.3",
            Self::Rendition => "1.2.840.10008.10.4",
        }
    }
}

/// Transfer Syntax UIDs of bulk flows (PS3.5 A.8, A.10).
pub mod transfer_syntax {
    /// SMPTE ST 2110-20 Uncompressed Progressive Active Video.
    pub const VIDEO_PROGRESSIVE: &str = "1.2.840.10008.1.2.7.1";
    /// SMPTE ST 2110-30 PCM Digital Audio.
    pub const AUDIO_PCM: &str = "1.2.840.10008.1.2.7.3";
}

/// A DICOM-RTV metadata Flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// Its SOP class.
    pub kind: Kind,
    /// (0002,0033) and (0008,0018) SOP Instance UID.
    pub sop_instance_uid: String,
    /// (0002,0010): the transfer syntax of the bulk flow.
    pub transfer_syntax_uid: String,
    /// Whether (0002,0038) Actual Frame Duration is sent.
    pub frame_duration: bool,
    /// (0002,0100) and (0002,0102), where private information is sent.
    pub private: Option<(String, Vec<u8>)>,
    /// The static part.
    pub static_part: Attributes,
    /// Time from one static part to the next, nanoseconds; 0: with every Grain.
    pub static_interval_ns: u64,
    /// The dynamic part; a rendition has none.
    pub dynamic: Option<Dynamic>,
    /// How sequences and Items are closed.
    pub lengths: LengthForm,
    /// How Grains are put into packets.
    pub rtp: RtpOptions,
}

/// The dynamic part: the functional groups of the current frame (PS3.3 C.7.6.27).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dynamic {
    /// Whether there is a Frame Content macro with the acquisition number: video, not audio.
    pub frame_content: bool,
    /// (0020,9158) Frame Comments: from the given time on, nanoseconds after the start.
    pub comments: Vec<(u64, String)>,
    /// Frame Usefulness: whether the imaging subject is seen, from the given time on.
    pub usefulness: Vec<(u64, bool)>,
    /// Camera Position.
    pub camera: Option<CameraPath>,
}

/// How Grains are put into packets.
#[derive(Clone, Debug, PartialEq)]
pub struct RtpOptions {
    /// The local ids of the header extension elements.
    pub extension_map: ExtensionMap,
    /// Which packets of a Grain carry the extension.
    pub placement: Placement,
    /// Whether the Grain flags element is sent.
    pub grain_flags: bool,
    /// Whether the Grain duration element is sent.
    pub grain_duration: bool,
    /// Whether the last packet of a Grain has the marker.
    pub marker: bool,
    /// UDP length that no packet exceeds, header included: 1460, or up to 8960 (ST 2110-10 6.3, 6.4).
    pub udp_limit: u16,
}

impl Default for RtpOptions {
    fn default() -> Self {
        Self {
            extension_map: ExtensionMap::PRESET,
            placement: Placement::FirstAndLast,
            grain_flags: true,
            grain_duration: true,
            marker: true,
            udp_limit: 1460,
        }
    }
}

impl Flow {
    /// Its metadata, if it is a metadata Flow.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        match &self.content {
            Content::Metadata(metadata) => Some(metadata),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn metadata_mut(&mut self) -> Option<&mut Metadata> {
        match &mut self.content {
            Content::Metadata(metadata) => Some(metadata),
            _ => None,
        }
    }
}
