use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Entry, by_keyword, by_name, entries, lookup, tags, vr};
use crate::{Tag, Vr};

#[track_caller]
fn found(group: u16, element: u16) -> Entry {
    lookup(Tag::new(group, element)).expect("an entry")
}

#[track_caller]
fn assert_row(tag: u32, name: &str, vr: Vr, vm: &str) {
    let entry = lookup(Tag(tag)).unwrap_or_else(|| panic!("{} is missing", Tag(tag)));
    assert_eq!(
        (entry.tag, entry.name, entry.vrs, entry.vm.text),
        (Tag(tag), name, &[vr][..], vm)
    );
    assert!(!entry.retired && !entry.is_repeating());
    assert_eq!(super::vr(Tag(tag)), Some(vr));
}

#[test]
fn group_0002_is_complete() {
    for (tag, name, vr) in [
        (0x0002_0000, "File Meta Information Group Length", Vr::UL),
        (0x0002_0001, "File Meta Information Version", Vr::OB),
        (0x0002_0002, "Media Storage SOP Class UID", Vr::UI),
        (0x0002_0003, "Media Storage SOP Instance UID", Vr::UI),
        (0x0002_0010, "Transfer Syntax UID", Vr::UI),
        (0x0002_0012, "Implementation Class UID", Vr::UI),
        (0x0002_0013, "Implementation Version Name", Vr::SH),
        (0x0002_0031, "RTV Meta Information Version", Vr::OB),
        (0x0002_0032, "RTV Communication SOP Class UID", Vr::UI),
        (0x0002_0033, "RTV Communication SOP Instance UID", Vr::UI),
        (0x0002_0035, "RTV Source Identifier", Vr::OB),
        (0x0002_0036, "RTV Flow Identifier", Vr::OB),
        (0x0002_0037, "RTV Flow RTP Sampling Rate", Vr::UL),
        (0x0002_0038, "RTV Flow Actual Frame Duration", Vr::FD),
        (0x0002_0100, "Private Information Creator UID", Vr::UI),
        (0x0002_0102, "Private Information", Vr::OB),
    ] {
        assert_row(tag, name, vr, "1");
    }
    assert_eq!(lookup(Tag(0x0002_0034)), None, "PS3.6 left this one out");
}

#[test]
fn groups_0006_and_0034_are_complete() {
    for (tag, name, vr) in [
        (0x0006_0001, "Current Frame Functional Groups Sequence", Vr::SQ),
        (0x0034_0001, "Flow Identifier Sequence", Vr::SQ),
        (0x0034_0002, "Flow Identifier", Vr::OB),
        (0x0034_0003, "Flow Transfer Syntax UID", Vr::UI),
        (0x0034_0004, "Flow RTP Sampling Rate", Vr::UL),
        (0x0034_0005, "Source Identifier", Vr::OB),
        (0x0034_0007, "Frame Origin Timestamp", Vr::OB),
        (0x0034_0008, "Includes Imaging Subject", Vr::CS),
        (0x0034_0009, "Frame Usefulness Group Sequence", Vr::SQ),
        (0x0034_000A, "Real-Time Bulk Data Flow Sequence", Vr::SQ),
        (0x0034_000B, "Camera Position Group Sequence", Vr::SQ),
        (0x0034_000C, "Includes Information", Vr::CS),
        (0x0034_000D, "Time of Frame Group Sequence", Vr::SQ),
    ] {
        assert_row(tag, name, vr, "1");
    }
    assert_eq!(lookup(Tag(0x0034_0006)), None, "PS3.6 left this one out");
    let of_group = |group| entries().filter(|entry| entry.tag.group() == group).count();
    assert_eq!((of_group(0x0006), of_group(0x0034)), (1, 12));
}

#[test]
fn the_other_attributes_of_the_rtv_modules_are_there() {
    for (tag, name, vr, vm) in [
        (0x0070_1602, "Render Projection", Vr::CS, "1"),
        (0x0070_1603, "Viewpoint Position", Vr::FD, "3"),
        (0x0070_1604, "Viewpoint LookAt Point", Vr::FD, "3"),
        (0x0070_1605, "Viewpoint Up Direction", Vr::FD, "3"),
        (0x0070_1606, "Render Field of View", Vr::FD, "6"),
        (0x0020_9111, "Frame Content Sequence", Vr::SQ, "1"),
        (0x0020_9156, "Frame Acquisition Number", Vr::US, "1"),
        (0x0018_9151, "Frame Reference DateTime", Vr::DT, "1"),
        (0x0018_9074, "Frame Acquisition DateTime", Vr::DT, "1"),
        (0x0018_9220, "Frame Acquisition Duration", Vr::FD, "1"),
        (0x0018_9236, "Cardiac Cycle Position", Vr::CS, "1"),
        (0x0018_9214, "Respiratory Cycle Position", Vr::CS, "1"),
        (0x0020_9157, "Dimension Index Values", Vr::UL, "1-n"),
        (0x0020_9128, "Temporal Position Index", Vr::UL, "1"),
        (0x0020_9056, "Stack ID", Vr::SH, "1"),
        (0x0020_9057, "In-Stack Position Number", Vr::UL, "1"),
        (0x0020_9158, "Frame Comments", Vr::LT, "1"),
        (0x0020_9453, "Frame Label", Vr::LO, "1"),
        (0x5200_9229, "Shared Functional Groups Sequence", Vr::SQ, "1"),
        (0x0022_0028, "Stereo Pairs Present", Vr::CS, "1"),
        (0x0020_0200, "Synchronization Frame of Reference UID", Vr::UI, "1"),
        (0x0018_106A, "Synchronization Trigger", Vr::CS, "1"),
        (0x0018_1061, "Trigger Source or Type", Vr::LO, "1"),
        (0x0018_106C, "Synchronization Channel", Vr::US, "2"),
        (0x0018_1800, "Acquisition Time Synchronized", Vr::CS, "1"),
        (0x0018_1801, "Time Source", Vr::SH, "1"),
        (0x0018_1802, "Time Distribution Protocol", Vr::CS, "1"),
        (0x0018_1803, "NTP Source Address", Vr::LO, "1"),
        (0x0028_2000, "ICC Profile", Vr::OB, "1"),
        (0x0008_0005, "Specific Character Set", Vr::CS, "1-n"),
        (0x0020_0013, "Instance Number", Vr::IS, "1"),
        (0x0008_0023, "Content Date", Vr::DA, "1"),
        (0x0008_0033, "Content Time", Vr::TM, "1"),
        (0x0008_002A, "Acquisition DateTime", Vr::DT, "1"),
        (0x0008_1111, "Referenced Performed Procedure Step Sequence", Vr::SQ, "1"),
        (
            0x0040_A375,
            "Current Requested Procedure Evidence Sequence",
            Vr::SQ,
            "1",
        ),
        (0x0010_0010, "Patient's Name", Vr::PN, "1"),
        (0x0010_0041, "Gender Identity Sequence", Vr::SQ, "1"),
        (0x0010_2162, "Ethnic Groups", Vr::UC, "1-n"),
        (0x003A_001A, "Sampling Frequency", Vr::DS, "1"),
    ] {
        assert_row(tag, name, vr, vm);
    }
}

#[test]
fn several_vrs_are_listed_and_the_first_one_is_the_vr() {
    let lut = found(0x0028, 0x1201);
    assert_eq!((lut.vr, lut.vrs), (Vr::OW, &[Vr::OW][..]));
    assert_eq!(found(0x0028, 0x0106).vrs, [Vr::US, Vr::SS]);
    assert_eq!(found(0x7FE0, 0x0010).vrs, [Vr::OB, Vr::OW]);
    assert_eq!(found(0x0028, 0x1200).vrs, [Vr::US, Vr::SS, Vr::OW]);
    assert_eq!(vr(Tag(0x0028_0106)), Some(Vr::US));
    let item = lookup(Tag::ITEM).expect("an entry");
    assert_eq!((item.name, item.vrs, vr(Tag::ITEM)), ("Item", &[][..], None));
}

#[test]
fn value_multiplicities_are_read() {
    let vm = |group, element| {
        let vm = found(group, element).vm;
        (vm.min, vm.max, vm.step, vm.text)
    };
    assert_eq!(vm(0x0008, 0x0008), (2, None, 1, "2-n"));
    assert_eq!(vm(0x0040, 0xA0B0), (2, None, 2, "2-2n"));
    assert_eq!(vm(0x0028, 0x0034), (2, Some(2), 1, "2"));
    let pairs = found(0x0040, 0xA0B0).vm;
    assert!(pairs.allows(2) && pairs.allows(4) && !pairs.allows(3) && !pairs.allows(0));
    let at_most_two = found(0x0018, 0x1164).vm;
    assert!(at_most_two.allows(2) && !at_most_two.allows(1) && !at_most_two.allows(3));
    assert_eq!(pairs.to_string(), "2-2n");
}

#[test]
fn repeating_groups_are_found_by_their_mask() {
    let overlay = found(0x6002, 0x3000);
    assert_eq!(
        (overlay.tag, overlay.mask, overlay.keyword),
        (Tag(0x6000_3000), 0xFF00_FFFF, "OverlayData")
    );
    assert!(overlay.is_repeating() && overlay.matches(Tag(0x601E_3000)) && !overlay.matches(Tag(0x5002_3000)));
    assert_eq!(found(0x5010, 0x0005).name, "Curve Dimensions");
    assert_eq!(found(0x0020, 0x3142).name, "Source Image IDs");
    assert_eq!(found(0x1000, 0x0123).name, "Huffman Table Triplet");
    assert_eq!(found(0x1010, 0x1234).name, "Zonal Map");
    assert_eq!(found(0x7F02, 0x0010).name, "Variable Pixel Data");
    assert_eq!(found(0x7FE0, 0x0010).name, "Pixel Data", "an exact tag comes first");
    assert_eq!(found(0x0028, 0x0402).name, "Number of Transform Steps");
    assert_eq!(
        (found(0x0028, 0x0422).name, found(0x0028, 0x0422).tag.0),
        ("Coefficient Coding", 0x0028_0412)
    );
    assert_eq!(lookup(Tag(0x6001_3000)), None, "an odd group is private");
    assert_eq!(vr(Tag(0x6002_0010)), Some(Vr::US));
}

#[test]
fn group_lengths_and_private_creators_have_general_entries() {
    let length = found(0x0008, 0x0000);
    assert_eq!((length.name, length.vr, length.retired), ("Group Length", Vr::UL, true));
    assert_eq!(found(0x0009, 0x0000).name, "Group Length");
    assert_eq!(found(0x0000, 0x0000).name, "Command Group Length");
    let creator = found(0x0009, 0x0010);
    assert_eq!(
        (creator.name, creator.vr, creator.vm.text),
        ("Private Creator", Vr::LO, "1")
    );
    assert!(creator.matches(Tag(0x0029_00FF)));
    assert_eq!(lookup(Tag(0x0009_1001)), None);
    assert_eq!(lookup(Tag(0x0009_000F)), None);
    assert_eq!(lookup(Tag(0x0008_FFFE)), None);
    assert_eq!(
        (vr(Tag(0x0009_0010)), vr(Tag(0x0009_1001)), vr(Tag(0x0010_0000))),
        (Some(Vr::LO), None, Some(Vr::UL))
    );
}

#[test]
fn the_table_is_sorted_and_every_row_is_found_again() {
    let all: Vec<Entry> = entries().collect();
    let single = all.iter().take_while(|entry| !entry.is_repeating()).count();
    assert_eq!((single, all.len() - single), (5267, 88));
    assert_eq!(entries().len(), all.len());
    assert!(all[..single].windows(2).all(|pair| pair[0].tag < pair[1].tag));
    assert!(all[single..].iter().all(Entry::is_repeating));
    assert!(
        all.iter()
            .all(|entry| !entry.name.is_empty() && !entry.name.contains(['\n', '\t']))
    );
    assert_eq!(all.iter().filter(|entry| entry.keyword.is_empty()).count(), 6);
    for entry in &all {
        assert_eq!(lookup(entry.tag).as_ref(), Some(entry));
        assert_eq!(vr(entry.tag), entry.vrs.first().copied());
        assert!(
            (1..=3).contains(&entry.vrs.len()) || entry.tag.group() == 0xFFFE,
            "{}",
            entry.tag
        );
        assert!(entry.vm.allows(entry.vm.min) && entry.vm.max.is_none_or(|max| max >= entry.vm.min));
        assert_eq!(by_keyword(entry.keyword), (!entry.keyword.is_empty()).then_some(*entry));
        assert!(by_name(entry.name).is_some(), "{}", entry.name);
    }
    assert_eq!(all.last().map(|entry| entry.keyword), Some("VariableCoefficientsSDDN"));
}

#[test]
fn no_tag_fails() {
    for group in 0..=u16::MAX {
        for element in [0x0000, 0x0001, 0x0010, 0x00FF, 0x1000, 0x3000, 0xFFFF] {
            let tag = Tag::new(group, element);
            assert_eq!(lookup(tag).and_then(|entry| entry.vrs.first().copied()), vr(tag));
        }
    }
}

#[test]
fn retired_attributes_say_so() {
    assert!(found(0x0010, 0x2160).retired);
    assert!(found(0x0008, 0x0040).retired);
    assert!(found(0x5000, 0x0005).retired);
    assert_eq!(found(0x0018, 0x0061).name, "Retired-blank");
    assert!(!found(0x6000, 0x3000).retired);
}

#[test]
fn names_are_found_without_regard_to_case_and_apostrophes() {
    for name in ["Patient's Name", "patient’s name", "PATIENTS NAME", "  Patient's Name "] {
        assert_eq!(by_name(name).map(|entry| entry.tag), Some(tags::PATIENT_NAME), "{name}");
    }
    assert_eq!(
        by_name("frame origin timestamp").map(|entry| entry.tag),
        Some(tags::FRAME_ORIGIN_TIMESTAMP)
    );
    assert_eq!(by_name("overlay data").map(|entry| entry.mask), Some(0xFF00_FFFF));
    for name in ["", " ", "'", "patient", "Patient's Nam", "PatientName"] {
        assert_eq!(by_name(name), None, "{name}");
    }
    for keyword in ["", "patientname", "PatientNam", "Patient's Name"] {
        assert_eq!(by_keyword(keyword), None, "{keyword}");
    }
}

#[test]
fn constants_are_named_after_keywords() {
    for (tag, keyword) in [
        (tags::PATIENT_NAME, "PatientName"),
        (tags::SOP_INSTANCE_UID, "SOPInstanceUID"),
        (tags::RTV_FLOW_RTP_SAMPLING_RATE, "RTVFlowRTPSamplingRate"),
        (tags::REAL_TIME_BULK_DATA_FLOW_SEQUENCE, "RealTimeBulkDataFlowSequence"),
        (
            tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            "CurrentFrameFunctionalGroupsSequence",
        ),
        (tags::VIEWPOINT_LOOK_AT_POINT, "ViewpointLookAtPoint"),
        (tags::OVERLAY_DATA, "OverlayData"),
        (tags::ICC_PROFILE, "ICCProfile"),
        (tags::SOURCE_IMAGE_IDS, "SourceImageIDs"),
    ] {
        assert_eq!(lookup(tag).map(|entry| entry.keyword), Some(keyword));
    }
}
