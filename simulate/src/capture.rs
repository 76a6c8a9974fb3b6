//! Captures of a scenario: pcap and pcapng, as a switch's mirror port would give them.

use dicom_rtv::Result;
use grainscope_capture::LinkType;
use grainscope_capture::write::{InterfaceDescription, Packet, PcapWriter, PcapngWriter, Resolution};

use crate::faults::Injection;
use crate::flow::Content;
use crate::packets::Packets;
use crate::scenario::Scenario;

/// The application that pcapng section headers name.
const APPLICATION: &str = "grainscope-simulate";

/// How a capture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureOptions {
    /// The file format.
    pub format: CaptureFormat,
    /// Bytes that are captured of the RTP packets of video and audio; 0: all. Metadata is never cut.
    pub bulk_bytes: u32,
}

/// A file format and its resolution of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureFormat {
    /// pcap, little-endian, microseconds.
    PcapMicroseconds,
    /// pcap, little-endian, nanoseconds.
    PcapNanoseconds,
    /// pcap, big-endian, microseconds.
    PcapBigEndianMicroseconds,
    /// pcap, big-endian, nanoseconds.
    PcapBigEndianNanoseconds,
    /// pcapng, nanoseconds.
    Pcapng,
}

impl CaptureFormat {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PcapMicroseconds => "pcap, little-endian, µs",
            Self::PcapNanoseconds => "pcap, little-endian, ns",
            Self::PcapBigEndianMicroseconds => "pcap, big-endian, µs",
            Self::PcapBigEndianNanoseconds => "pcap, big-endian, ns",
            Self::Pcapng => "pcapng, ns",
        }
    }
}

impl Default for CaptureOptions {
    /// pcapng with whole packets.
    fn default() -> Self {
        Self {
            format: CaptureFormat::Pcapng,
            bulk_bytes: 0,
        }
    }
}

/// The capture of a scenario that ends.
///
/// # Errors
///
/// As [`Packets::new`].
pub fn capture(scenario: &Scenario, injections: &[Injection], options: CaptureOptions) -> Result<Vec<u8>> {
    let mut capture = Capture::new(scenario, injections, options)?;
    let mut bytes = Vec::new();
    while let Some(part) = capture.next_part() {
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// A capture in parts, so that one larger than memory can be written to a file.
#[derive(Debug)]
pub struct Capture {
    packets: Packets,
    writer: Writer,
    /// Captured bytes of the RTP packets of each Flow; 0: all.
    kept: Vec<u32>,
    identification: u16,
    frame: Vec<u8>,
    ended: bool,
}

#[derive(Debug)]
enum Writer {
    Pcap {
        writer: PcapWriter,
        swapped: bool,
        header: bool,
    },
    Pcapng(PcapngWriter),
}

/// Size of a part, bytes, about.
const PART: usize = 1 << 20;

impl Capture {
    /// The capture of a scenario; without end if the scenario has none.
    ///
    /// # Errors
    ///
    /// As [`Packets::new`].
    pub fn new(scenario: &Scenario, injections: &[Injection], options: CaptureOptions) -> Result<Self> {
        let pcap = |resolution, swapped| Writer::Pcap {
            writer: PcapWriter::new(LinkType::ETHERNET, resolution, 0),
            swapped,
            header: true,
        };
        let writer = match options.format {
            CaptureFormat::PcapMicroseconds => pcap(Resolution::Microseconds, false),
            CaptureFormat::PcapNanoseconds => pcap(Resolution::Nanoseconds, false),
            CaptureFormat::PcapBigEndianMicroseconds => pcap(Resolution::Microseconds, true),
            CaptureFormat::PcapBigEndianNanoseconds => pcap(Resolution::Nanoseconds, true),
            CaptureFormat::Pcapng => {
                let mut writer = PcapngWriter::new(APPLICATION);
                writer.add_interface(&InterfaceDescription {
                    link_type: LinkType::ETHERNET,
                    snaplen: 0,
                    name: "mirror",
                    description: &scenario.name,
                });
                Writer::Pcapng(writer)
            }
        };
        let cut = |content: &Content| match content {
            Content::Metadata(_) => 0,
            _ => options.bulk_bytes,
        };
        Ok(Self {
            packets: Packets::with_faults(scenario, injections)?,
            writer,
            kept: scenario.flows.iter().map(|flow| cut(&flow.content)).collect(),
            identification: 0,
            frame: Vec::new(),
            ended: false,
        })
    }

    /// The next part of the file, about 1 MiB; `None` at the end.
    pub fn next_part(&mut self) -> Option<Vec<u8>> {
        if self.ended {
            return None;
        }
        while self.writer.len() < PART {
            let Some(packet) = self.packets.next() else {
                self.ended = true;
                break;
            };
            self.frame.clear();
            let wrapping = self.packets.scenario().wrapping(packet.flow, packet.second_path);
            self.identification = self.identification.wrapping_add(1);
            wrapping.frame(&packet.payload, self.identification, &mut self.frame);
            let captured = match self.kept[packet.flow] {
                0 => self.frame.len(),
                kept => self.frame.len() - packet.payload.len().saturating_sub(kept as usize),
            };
            self.writer
                .packet(packet.time_ns, self.frame.len() as u32, &self.frame[..captured]);
        }
        Some(self.writer.take())
    }
}

impl Writer {
    fn packet(&mut self, time_ns: i64, original_len: u32, data: &[u8]) {
        match self {
            Self::Pcap { writer, .. } => writer.packet(time_ns, original_len, data),
            Self::Pcapng(writer) => writer.packet(&Packet {
                interface: 0,
                time_ns,
                original_len,
                data,
                comment: "",
            }),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Pcap { writer, .. } => writer.bytes().len(),
            Self::Pcapng(writer) => writer.bytes().len(),
        }
    }

    fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Pcap {
                writer,
                swapped,
                header,
            } => {
                let mut bytes = writer.take();
                if *swapped {
                    swap_pcap(&mut bytes, *header);
                }
                *header = false;
                bytes
            }
            Self::Pcapng(writer) => writer.take(),
        }
    }
}

/// Turns a little-endian pcap file, or its records alone, into big-endian.
fn swap_pcap(bytes: &mut [u8], header: bool) {
    let mut rest = bytes;
    let swap = |rest: &mut [u8], fields: &[usize]| {
        let mut at = 0;
        for &length in fields {
            rest[at..at + length].reverse();
            at += length;
        }
    };
    if header && rest.len() >= 24 {
        swap(rest, &[4, 2, 2, 4, 4, 4, 4]);
        rest = &mut rest[24..];
    }
    while rest.len() >= 16 {
        let captured = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        swap(rest, &[4, 4, 4, 4]);
        rest = &mut rest[16 + captured..];
    }
}
