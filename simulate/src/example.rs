//! The built-in examples: what a newcomer opens first.

use crate::capture::{CaptureOptions, capture};
use crate::faults::{Degree, Fault, Injection};
use crate::flow::Dynamic;
use crate::scenario::{Options, Scenario};
use crate::time::{MILLISECOND, SECOND};

/// Captured bytes of video and audio packets in the examples: RTP and payload headers, as the relay of a live view sends
/// them.
const BULK_BYTES: u32 = 24;

/// Two seconds of an operating room as pcapng, about 300 KB: seven flows, a moving camera, four static parts a flow.
#[must_use]
pub fn example() -> Vec<u8> {
    write(&scenario(), &[])
}

/// The SDP object of [`example`].
#[must_use]
pub fn example_sdp() -> String {
    crate::sdp::sdp(&scenario())
}

/// The same operating room on a bad day: findings of several kinds in three flows.
#[must_use]
pub fn example_with_faults() -> Vec<u8> {
    let hit = |fault, flow, grains| Injection::within(fault, Degree::Breaks, flow, grains);
    let faults = [
        hit(Fault::Loss, 1, 31..32),
        hit(Fault::Reordered, 1, 44..45),
        hit(Fault::StaticInterval, 1, 1..u64::MAX),
        hit(Fault::DynamicOriginMismatch, 1, 70..80),
        hit(Fault::Duplicate, 3, 20..21),
        hit(Fault::ValueInvalid, 3, 0..u64::MAX),
        hit(Fault::IodMissing, 3, 50..51),
        hit(Fault::SyncStep, 5, 40..u64::MAX),
        hit(Fault::DynamicUnexpected, 6, 2..3),
    ];
    write(&scenario(), &faults)
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::operating_room(&Options {
        seed: 20_260_309,
        duration_ns: Some(2 * SECOND),
        ..Options::default()
    });
    if let Some(dynamic) = scenario.flows[1]
        .metadata_mut()
        .and_then(|metadata| metadata.dynamic.as_mut())
    {
        tell_a_story(dynamic);
    }
    scenario
}

/// The scope goes in, looks, and finds what it came for; in the words of the data set's character set.
fn tell_a_story(dynamic: &mut Dynamic) {
    dynamic.usefulness = vec![(0, false), (400 * MILLISECOND, true)];
    dynamic.comments = vec![
        (0, "Port 1, scope outside the patient".into()),
        (400 * MILLISECOND, "Overview".into()),
        (1200 * MILLISECOND, "胆嚢 Gallbladder, Calot's triangle".into()),
    ];
    if let Some(camera) = &mut dynamic.camera {
        camera.lap_ns = 4 * SECOND;
    }
}

fn write(scenario: &Scenario, injections: &[Injection]) -> Vec<u8> {
    let options = CaptureOptions {
        bulk_bytes: BULK_BYTES,
        ..CaptureOptions::default()
    };
    capture(scenario, injections, options).expect("the examples can be encoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_small_and_differ() {
        let (clean, faulty) = (example(), example_with_faults());
        assert!((250_000..350_000).contains(&clean.len()), "{}", clean.len());
        assert!((200_000..350_000).contains(&faulty.len()), "{}", faulty.len());
        assert_ne!(clean, faulty);
        assert_eq!(clean, example(), "always the same");
    }
}
