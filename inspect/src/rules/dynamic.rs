//! The dynamic part (PS3.22 6.2.2, PS3.3 C.7.6.27).

use dicom_rtv::Tag;
use dicom_rtv::payload::{CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, Payload};

use super::Id;
use super::ledger::Verdict;
use crate::model::FlowKind;

/// (0006,0001) has not one Item.
const NOT_ONE_ITEM: u8 = 1;
/// No Time of Frame macro, or its timestamp has not 10 bytes.
const NO_TIME: u8 = 2;
/// No Frame Content macro.
const NO_CONTENT: u8 = 4;

/// Time of Frame Group Sequence.
const TIME_OF_FRAME: Tag = Tag::new(0x0034, 0x000D);
/// Frame Origin Timestamp.
const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);
/// Frame Content Sequence.
const FRAME_CONTENT: Tag = Tag::new(0x0020, 0x9111);
/// Camera Position Group Sequence.
const CAMERA_POSITION: Tag = Tag::new(0x0034, 0x000B);

/// The flaws that count in a flow of a kind: the macros of usage M of its IOD.
pub(crate) const fn expected(kind: Option<FlowKind>) -> u8 {
    match kind {
        Some(FlowKind::DicomVideo) => NOT_ONE_ITEM | NO_TIME | NO_CONTENT,
        Some(FlowKind::DicomAudio) => NOT_ONE_ITEM | NO_TIME,
        _ => 0,
    }
}

/// What flaws are, in words.
pub(crate) fn flaws_text(flaws: u8) -> String {
    let all = [
        (NOT_ONE_ITEM, "one Item in (0006,0001)"),
        (
            NO_TIME,
            "Time of Frame (0034,000D) with a Frame Origin Timestamp (0034,0007) of 10 bytes",
        ),
        (NO_CONTENT, "Frame Content (0020,9111)"),
    ];
    let lacking: Vec<&str> = all
        .iter()
        .filter(|(flaw, _)| flaws & flaw != 0)
        .map(|(_, text)| *text)
        .collect();
    format!(
        "expected {} in the dynamic part, found it otherwise",
        lacking.join(" and ")
    )
}

/// What was seen of a dynamic part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) flaws: u8,
    pub(crate) has_camera: bool,
}

/// Judges whether the dynamic part is there, and what it lacks. `fault` is the offset of a break in the payload.
pub(crate) fn check(payload: &Payload<'_>, fault: Option<u64>, verdict: &mut Verdict<'_>) -> Seen {
    let Some(sequence) = payload.data_set().get(CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) else {
        if fault.is_none() {
            verdict.breaks(Id::DynamicMissing, || {
                "expected the dynamic part, (0006,0001), in every Grain, found none".into()
            });
        }
        return Seen::default();
    };
    verdict.breaks(Id::DynamicUnexpected, || {
        "expected no dynamic part in a rendition, found (0006,0001)".into()
    });
    let mut items = sequence.items();
    let (first, second) = (items.next(), items.next());
    let group = |tag| first.and_then(|item| item.get(tag)?.items().next());
    let has_camera = first.is_some_and(|item| item.get(CAMERA_POSITION).is_some());
    if fault.is_some() {
        return Seen { flaws: 0, has_camera };
    }
    let has_time = group(TIME_OF_FRAME)
        .and_then(|item| item.get(FRAME_ORIGIN_TIMESTAMP))
        .is_some_and(|time| time.value().len() == 10);
    let mut flaws = 0;
    if first.is_none() || second.is_some() {
        flaws |= NOT_ONE_ITEM;
    }
    if !has_time {
        flaws |= NO_TIME;
    }
    if group(FRAME_CONTENT).is_none() {
        flaws |= NO_CONTENT;
    }
    Seen { flaws, has_camera }
}
