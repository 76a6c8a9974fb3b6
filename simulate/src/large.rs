//! Large scenarios, for measuring: as much traffic as one asks for, written in parts.

use crate::flow::Raster;
use crate::scenario::{Options, Scenario};
use crate::time::MILLISECOND;

/// What a large capture is full of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// 97 % of the packets are ST 2110-20, of full size; there are fewer of them in a frame than HD has, so that a capture
    /// of moderate size holds thousands of Grains.
    Video,
    /// Whole HD frames: 5 MB each, one Grain of metadata in 2,000 packets.
    Frames,
    /// Metadata alone: no video, no audio.
    Metadata,
}

/// An operating room without end.
#[must_use]
pub fn scenario(mix: Mix, seed: u64) -> Scenario {
    let raster = match mix {
        Mix::Video => Raster::Thin {
            packets: 80,
            bytes: 1200,
        },
        Mix::Frames | Mix::Metadata => Raster::Whole,
    };
    let mut scenario = Scenario::operating_room(&Options {
        seed,
        duration_ns: None,
        raster,
        jitter_ns: MILLISECOND / 5,
        ..Options::default()
    });
    if mix == Mix::Metadata {
        scenario.flows.retain(|flow| flow.metadata().is_some());
    }
    scenario
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Content;
    use crate::packets::Packets;

    #[test]
    fn the_mixes_are_what_they_say() {
        let share = |mix| {
            let scenario = scenario(mix, 1);
            let video: Vec<bool> = scenario
                .flows
                .iter()
                .map(|f| matches!(f.content, Content::Video(_)))
                .collect();
            let packets = Packets::new(&scenario).unwrap().take(20_000);
            packets.filter(|packet| video[packet.flow]).count() as f64 / 20_000.0
        };
        assert!((0.968..0.975).contains(&share(Mix::Video)), "{}", share(Mix::Video));
        assert!(share(Mix::Frames) > 0.99);
        assert_eq!(share(Mix::Metadata), 0.0);
    }
}
