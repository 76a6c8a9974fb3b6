use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{AttributeType, Iod, MAX_DEPTH, Usage, all, by_sop_class};
use crate::dictionary::{self, tags};
use crate::{Tag, Vr, uid};

fn endoscopic() -> &'static Iod {
    by_sop_class(uid::VIDEO_ENDOSCOPIC_IMAGE_RTC).expect("an IOD")
}
fn photographic() -> &'static Iod {
    by_sop_class(uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC).expect("an IOD")
}
fn audio() -> &'static Iod {
    by_sop_class(uid::AUDIO_WAVEFORM_RTC).expect("an IOD")
}
fn rendition() -> &'static Iod {
    by_sop_class(uid::RENDITION_SELECTION_DOCUMENT_RTC).expect("an IOD")
}

/// `M`, `U`, `C`, `-` for the four IODs.
fn usages(module: &str) -> String {
    all()
        .iter()
        .map(|iod| iod.module(module).map_or("-", |module| module.usage.as_str()))
        .collect()
}

fn required(iod: &Iod) -> Vec<(u32, &'static str)> {
    iod.required_top_level()
        .map(|row| (row.tag.0, row.kind.as_str()))
        .collect()
}

#[test]
fn each_sop_class_has_its_iod() {
    assert_eq!(endoscopic().name, "Real-Time Video Endoscopic Image");
    assert_eq!(photographic().name, "Real-Time Video Photographic Image");
    assert_eq!(audio().name, "Real-Time Audio Waveform");
    assert_eq!(rendition().name, "Rendition Selection Document");
    assert!(by_sop_class("1.2.840.10008.5.1.4.1.1.77.1.1.1").is_none());
    assert!(
        all()
            .iter()
            .all(|iod| uid::lookup(iod.sop_class).is_some_and(|entry| !entry.retired))
    );
    let dynamic: Vec<bool> = all().iter().map(Iod::has_dynamic_part).collect();
    assert_eq!(dynamic, [true, true, true, false]);
}

#[test]
fn modules_have_the_usages_of_the_module_tables() {
    for (module, usage) in [
        ("Patient", "MMMM"),
        ("Clinical Trial Subject", "UUUU"),
        ("General Study", "MMMM"),
        ("Patient Study", "UUUU"),
        ("Clinical Trial Study", "UUUU"),
        ("General Series", "MMM-"),
        ("Key Object Document Series", "---M"),
        ("Clinical Trial Series", "UUUU"),
        ("General Equipment", "MMMM"),
        ("Enhanced General Equipment", "MMMM"),
        ("Frame of Reference", "CC--"),
        ("Synchronization", "MMMM"),
        ("General Acquisition", "MM--"),
        ("General Image", "MM--"),
        ("General Reference", "UU--"),
        ("Waveform Identification", "--M-"),
        ("Real-Time Bulk Data Flow", "MMM-"),
        ("Acquisition Context", "MMM-"),
        ("Device", "UU--"),
        ("Specimen", "CC--"),
        ("VL Image", "MM--"),
        ("ICC Profile", "MU--"),
        ("Key Object Document", "---M"),
        ("SR Document Content", "---M"),
        ("SOP Common", "MMMM"),
        ("Common Instance Reference", "MM--"),
        ("Real-Time Acquisition", "MM--"),
        ("Current Frame Functional Groups", "MMM-"),
    ] {
        assert_eq!(usages(module), usage, "{module}");
    }
    let counts: Vec<usize> = all().iter().map(|iod| iod.modules().len()).collect();
    assert_eq!(counts, [24, 24, 15, 13]);
    let condition = endoscopic().module("Frame of Reference").map(|module| module.usage);
    assert!(matches!(condition, Some(Usage::Conditional(text)) if text.contains("Camera Position")));
}

#[test]
fn functional_groups_have_the_usages_of_the_current_frame() {
    let groups = |iod: &Iod| -> Vec<(&str, &str, Tag)> {
        let sequence = |module: &super::Module| module.attributes().next().map_or(Tag(0), |row| row.tag);
        iod.functional_groups()
            .iter()
            .map(|group| (group.name, group.usage.as_str(), sequence(group)))
            .collect()
    };
    let video = [
        ("Time of Frame", "M", Tag(0x0034_000D)),
        ("Frame Content", "M", Tag(0x0020_9111)),
        ("Frame Usefulness", "U", Tag(0x0034_0009)),
        ("Camera Position", "U", Tag(0x0034_000B)),
    ];
    assert_eq!(groups(endoscopic()), video);
    assert_eq!(groups(photographic()), video);
    assert_eq!(groups(audio()), video[..1]);
    assert_eq!(groups(rendition()), []);
}

#[test]
fn the_static_part_of_a_video_needs_these() {
    let common = [
        (0x0008_0016, "1"),
        (0x0008_0018, "1"),
        (0x0008_0020, "2"),
        (0x0008_0030, "2"),
        (0x0008_0050, "2"),
        (0x0008_0060, "1"),
        (0x0008_0070, "1"),
        (0x0008_0090, "2"),
        (0x0008_1090, "1"),
        (0x0010_0010, "2"),
        (0x0010_0020, "2"),
        (0x0010_0030, "2"),
        (0x0010_0040, "2"),
        (0x0018_1000, "1"),
        (0x0018_1020, "1"),
        (0x0018_106A, "1"),
        (0x0018_1800, "1"),
        (0x0020_000D, "1"),
        (0x0020_000E, "1"),
        (0x0020_0010, "2"),
        (0x0020_0200, "1"),
    ];
    let video = [
        (0x0008_0008, "1"),
        (0x0020_0011, "2"),
        (0x0020_0013, "2"),
        (0x0022_0028, "1"),
        (0x0028_0002, "1"),
        (0x0028_0004, "1"),
        (0x0028_0100, "1"),
        (0x0028_0101, "1"),
        (0x0028_0102, "1"),
        (0x0028_0103, "1"),
        (0x0028_2110, "2"),
        (0x0034_000A, "1"),
        (0x0040_0555, "2"),
        (0x5200_9229, "1"),
    ];
    let sorted = |rows: &[&[(u32, &'static str)]]| {
        let mut rows = rows.concat();
        rows.sort_unstable();
        rows
    };
    assert_eq!(
        required(endoscopic()),
        sorted(&[&common, &video, &[(0x0028_2000, "1")]])
    );
    assert_eq!(required(photographic()), sorted(&[&common, &video]));
    let waveform: [(u32, &'static str); 7] = [
        (0x0008_0023, "1"),
        (0x0008_0033, "1"),
        (0x0008_002A, "1"),
        (0x0020_0011, "2"),
        (0x0020_0013, "1"),
        (0x0034_000A, "1"),
        (0x0040_0555, "2"),
    ];
    assert_eq!(required(audio()), sorted(&[&common, &waveform]));
    let document: [(u32, &'static str); 9] = [
        (0x0008_0023, "1"),
        (0x0008_0033, "1"),
        (0x0008_1111, "2"),
        (0x0020_0011, "1"),
        (0x0020_0013, "1"),
        (0x0040_A040, "1"),
        (0x0040_A043, "1"),
        (0x0040_A050, "1"),
        (0x0040_A375, "1"),
    ];
    assert_eq!(required(rendition()), sorted(&[&common, &document]));
}

#[test]
fn required_attributes_name_the_module_that_asks_for_them() {
    let module = |iod: &Iod, tag| {
        iod.required_top_level()
            .find(|row| row.tag == tag)
            .map(|row| row.module)
    };
    assert_eq!(
        module(endoscopic(), tags::DEVICE_SERIAL_NUMBER),
        Some("Enhanced General Equipment")
    );
    assert_eq!(module(endoscopic(), tags::MODALITY), Some("General Series"));
    assert_eq!(module(rendition(), tags::MODALITY), Some("Key Object Document Series"));
    assert_eq!(module(rendition(), tags::VALUE_TYPE), Some("SR Document Content"));
    let frame_of_reference = endoscopic().module("Frame of Reference").expect("a module");
    let rows: Vec<(Tag, AttributeType)> = frame_of_reference.required().map(|row| (row.tag, row.kind)).collect();
    assert_eq!(
        rows,
        [
            (tags::FRAME_OF_REFERENCE_UID, AttributeType::One),
            (tags::POSITION_REFERENCE_INDICATOR, AttributeType::Two)
        ]
    );
}

#[test]
fn attributes_are_found_by_their_path() {
    let uses = |iod: &'static Iod, path: &[u32]| -> Vec<(&str, &str, &str)> {
        let path: Vec<Tag> = path.iter().map(|&tag| Tag(tag)).collect();
        iod.attribute(&path)
            .map(|found| {
                (
                    found.module.name,
                    found.module.usage.as_str(),
                    found.attribute.kind.as_str(),
                )
            })
            .collect()
    };
    let bulk = "Real-Time Bulk Data Flow";
    assert_eq!(uses(audio(), &[0x0034_000A]), [(bulk, "M", "1")]);
    assert_eq!(uses(audio(), &[0x0034_000A, 0x0034_0005]), [(bulk, "M", "1")]);
    assert_eq!(uses(audio(), &[0x0034_000A, 0x0034_0001]), [(bulk, "M", "1")]);
    for flow in [0x0034_0002, 0x0034_0003, 0x0034_0004] {
        assert_eq!(
            uses(endoscopic(), &[0x0034_000A, 0x0034_0001, flow]),
            [(bulk, "M", "1")]
        );
    }
    assert_eq!(
        uses(audio(), &[0x0006_0001]),
        [("Current Frame Functional Groups", "M", "1")]
    );
    assert_eq!(uses(rendition(), &[0x0006_0001]), []);
    assert_eq!(
        uses(audio(), &[0x0006_0001, 0x0034_000D, 0x0034_0007]),
        [("Time of Frame", "M", "1")]
    );
    assert_eq!(
        uses(endoscopic(), &[0x0006_0001, 0x0020_9111, 0x0020_9157]),
        [("Frame Content", "M", "1C")]
    );
    assert_eq!(
        uses(endoscopic(), &[0x0006_0001, 0x0034_0009, 0x0034_0008]),
        [("Frame Usefulness", "U", "3")]
    );
    for camera in [0x0070_1602, 0x0070_1603, 0x0070_1604, 0x0070_1605, 0x0070_1606] {
        assert_eq!(
            uses(photographic(), &[0x0006_0001, 0x0034_000B, camera]),
            [("Camera Position", "U", "1")]
        );
    }
    assert_eq!(uses(audio(), &[0x0006_0001, 0x0034_000B]), []);
    assert_eq!(uses(audio(), &[0x0034_000D]), [], "not outside the dynamic part");
    assert_eq!(
        uses(endoscopic(), &[0x0018_1000]),
        [
            ("General Equipment", "M", "3"),
            ("Enhanced General Equipment", "M", "1")
        ]
    );
    assert_eq!(uses(endoscopic(), &[]), []);
    assert_eq!(uses(endoscopic(), &[0x0010_0010, 0x0010_0010]), []);
    for (tag, kind) in [
        (0x0018_106C, "1C"),
        (0x0018_1061, "3"),
        (0x0018_1801, "3"),
        (0x0018_1802, "3"),
        (0x0018_1803, "3"),
    ] {
        assert_eq!(uses(rendition(), &[tag]), [("Synchronization", "M", kind)]);
    }
    assert_eq!(uses(photographic(), &[0x0028_2000]), [("ICC Profile", "U", "1")]);
    let frame = [0x0040_A730, 0x0008_1199, 0x0008_1160];
    assert_eq!(uses(rendition(), &frame), [("SR Document Content", "M", "1C")]);
    assert_eq!(uses(rendition(), &[0x0008_1160]), []);
    assert_eq!(uses(rendition(), &[0x0040_A370]), [("Key Object Document", "M", "1C")]);
}

#[test]
fn a_walk_visits_each_attribute_once_and_knows_its_depth() {
    let bulk = audio().module("Real-Time Bulk Data Flow").expect("a module");
    let rows: Vec<(usize, u32)> = bulk.walk().map(|(depth, row)| (depth, row.tag.0)).collect();
    assert_eq!(
        rows,
        [
            (0, 0x0034_000A),
            (1, 0x0034_0005),
            (1, 0x0034_0001),
            (2, 0x0034_0002),
            (2, 0x0034_0003),
            (2, 0x0034_0004)
        ]
    );
    assert!(bulk.contains(tags::FLOW_IDENTIFIER) && !bulk.contains(tags::PATIENT_NAME));
    let totals: Vec<usize> = all()
        .iter()
        .map(|iod| {
            iod.modules()
                .iter()
                .chain(iod.functional_groups())
                .map(|module| module.walk().count())
                .sum::<usize>()
        })
        .collect();
    // Rows of the source, less the one without a tag, less 18 that SR Document Content has more than once.
    assert_eq!(totals, [4517, 4517, 3148, 3093 - 18]);
}

#[test]
fn every_attribute_is_in_the_dictionary_and_only_sequences_have_items() {
    let mut deepest = 0;
    for iod in all() {
        for module in iod.modules().iter().chain(iod.functional_groups()) {
            for (depth, row) in module.walk() {
                let entry = dictionary::lookup(row.tag).expect("an entry");
                assert!(entry.vr == Vr::SQ || row.items().len() == 0, "{}", row.tag);
                deepest = deepest.max(depth);
            }
        }
    }
    assert_eq!(deepest + 1, MAX_DEPTH);
}

#[test]
fn letters_are_those_of_the_standard() {
    assert_eq!(AttributeType::OneC.to_string(), "1C");
    assert_eq!(Usage::UserOption.to_string(), "U");
    assert!(AttributeType::One < AttributeType::Two && AttributeType::Two < AttributeType::OneC);
}
