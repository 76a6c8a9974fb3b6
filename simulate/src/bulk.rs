//! Payloads of the flows that metadata describes: uncompressed video (ST 2110-20) and PCM audio (ST 2110-30).

use crate::flow::{Audio, Raster, Video};

/// Room for samples in one video packet: the standard UDP limit less UDP, RTP and payload headers, rounded down.
const SAMPLES_PER_PACKET: usize = 1200;
/// Extended sequence number and one sample row header (RFC 4175 4.2).
const ROW_HEADER: usize = 8;
/// Length of the pattern that pictures are cut from.
const PATTERN: usize = 4096;

/// Cuts video frames into RTP payloads.
#[derive(Clone, Debug)]
pub struct VideoPayloads {
    video: Video,
    /// Twice the pattern, so that any row is one slice of it.
    pattern: Vec<u8>,
}

impl VideoPayloads {
    /// For frames of that format.
    #[must_use]
    pub fn new(video: Video) -> Self {
        // A slow ramp up and down, as a picture has: it neither compresses to nothing nor looks like noise.
        let pattern = (0..PATTERN * 2)
            .map(|i| {
                let ramp = i % 512;
                (if ramp < 256 { ramp } else { 511 - ramp }) as u8
            })
            .collect();
        Self { video, pattern }
    }

    /// Packets of a frame.
    #[must_use]
    pub fn packets(&self) -> u32 {
        match self.video.raster {
            Raster::Whole => u32::from(self.video.height) * self.packets_per_line() as u32,
            Raster::Thin { packets, .. } => u32::from(packets.max(1)),
        }
    }

    /// The RTP payload of packet `packet` of frame `frame`; `sequence` is its extended sequence number.
    pub fn payload(&self, frame: u64, packet: u32, sequence: u64, out: &mut Vec<u8>) {
        let (line, first, bytes) = match self.video.raster {
            Raster::Whole => {
                let per_line = self.packets_per_line() as u32;
                let start = (packet % per_line) as usize * self.run();
                let bytes = self.run().min(self.line_bytes() - start);
                (packet / per_line, start, bytes)
            }
            Raster::Thin { packets, bytes } => {
                let line = u32::from(self.video.height) * packet / u32::from(packets.max(1));
                let bytes = usize::from(bytes).min(self.run());
                (line, 0, bytes - bytes % self.group())
            }
        };
        out.reserve(ROW_HEADER + bytes);
        out.extend_from_slice(&((sequence >> 16) as u16).to_be_bytes());
        out.extend_from_slice(&(bytes as u16).to_be_bytes());
        out.extend_from_slice(&(line as u16 & 0x7FFF).to_be_bytes());
        // Offset in samples: each group has two.
        out.extend_from_slice(&((first / self.group() * 2) as u16 & 0x7FFF).to_be_bytes());
        let from = (line as usize * 3 + first + frame as usize * 7) % PATTERN;
        out.extend_from_slice(&self.pattern[from..from + bytes]);
    }

    /// Bytes of a pixel group: two pixels of four samples, Cb Y Cr Y (ST 2110-20 Table 2).
    fn group(&self) -> usize {
        match self.video.depth {
            8 => 4,
            12 => 6,
            16 => 8,
            _ => 5,
        }
    }

    fn line_bytes(&self) -> usize {
        usize::from(self.video.width) / 2 * self.group()
    }

    /// Bytes of one run of samples: whole groups, so many as fit.
    fn run(&self) -> usize {
        SAMPLES_PER_PACKET / self.group() * self.group()
    }

    fn packets_per_line(&self) -> usize {
        self.line_bytes().div_ceil(self.run()).max(1)
    }
}

/// Samples of audio: a quiet tone in each channel.
#[derive(Clone, Copy, Debug)]
pub struct AudioPayloads {
    audio: Audio,
}

impl AudioPayloads {
    /// For audio of that format.
    #[must_use]
    pub fn new(audio: Audio) -> Self {
        Self { audio }
    }

    /// Appends `samples` samples of each channel, the first of them number `first`.
    pub fn payload(&self, first: u64, samples: u64, out: &mut Vec<u8>) {
        for sample in first..first + samples {
            for channel in 0..u64::from(self.audio.channels) {
                let value = tone(sample, 96 << channel.min(6));
                if self.audio.bits == 24 {
                    out.extend_from_slice(&(i32::from(value) << 8).to_be_bytes()[1..]);
                } else {
                    out.extend_from_slice(&value.to_be_bytes());
                }
            }
        }
    }
}

/// A parabola up, a parabola down: nearly a sine, from integers alone. `period` is in samples.
fn tone(sample: u64, period: u64) -> i16 {
    let half = (period / 2) as i64;
    let place = (sample % period) as i64;
    let (x, sign) = if place < half { (place, 1) } else { (place - half, -1) };
    (sign * 8000 * 4 * x * (half - x) / (half * half)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    const HD: Video = Video {
        width: 1920,
        height: 1080,
        depth: 10,
        raster: Raster::Whole,
    };

    #[test]
    fn whole_frames_hold_every_sample_once() {
        for depth in [8, 10, 12, 16] {
            let video = VideoPayloads::new(Video { depth, ..HD });
            let mut next = 0;
            for packet in 0..video.packets() {
                let mut payload = Vec::new();
                video.payload(3, packet, 70_000, &mut payload);
                assert_eq!(payload[..2], [0, 1], "high half of the extended sequence number");
                let word = |at: usize| usize::from(u16::from_be_bytes([payload[at], payload[at + 1]]));
                assert_eq!(word(2), payload.len() - 8);
                let start = (word(4) * 1920 + word(6)) / 2 * video.group();
                assert_eq!(start, next);
                next = start + word(2);
            }
            assert_eq!(next, 1920 * 1080 / 2 * video.group());
        }
    }

    #[test]
    fn a_thin_frame_has_what_was_asked_for() {
        let raster = Raster::Thin { packets: 2, bytes: 242 };
        let video = VideoPayloads::new(Video { raster, ..HD });
        assert_eq!(video.packets(), 2);
        let mut payload = Vec::new();
        video.payload(0, 1, 5, &mut payload);
        assert_eq!(payload.len(), 248, "whole pixel groups only");
        assert_eq!(u16::from_be_bytes([payload[4], payload[5]]), 540);
    }

    #[test]
    fn audio_is_a_tone_without_steps() {
        let mut bytes = Vec::new();
        AudioPayloads::new(Audio { channels: 1, bits: 16 }).payload(0, 480, &mut bytes);
        assert_eq!(bytes.len(), 960);
        let samples: Vec<i16> = bytes.chunks(2).map(|b| i16::from_be_bytes([b[0], b[1]])).collect();
        assert!(samples.iter().max() > Some(&7900) && samples.iter().min() < Some(&-7900));
        assert!(
            samples
                .windows(2)
                .all(|w| (i32::from(w[1]) - i32::from(w[0])).abs() < 700)
        );
        bytes.clear();
        AudioPayloads::new(Audio { channels: 2, bits: 24 }).payload(7, 48, &mut bytes);
        assert_eq!(bytes.len(), 48 * 6);
    }
}
