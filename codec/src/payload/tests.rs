//! Payloads made here, whole, cut and damaged.

use alloc::string::ToString;
use alloc::vec::Vec;

use uuid::Uuid;

use super::*;
use crate::Vr;
use crate::charset::CharacterSet;
use crate::dataset::write::{DataSetWriter, LengthForm};
use crate::field::{FieldKind, FieldTree};
use crate::meta::{self, Fields};
use crate::time::PtpTimestamp;

const SOURCE: Uuid = Uuid::from_u128(0xB9D6_9DF4_A0D6_4B38_8FEA_86BC_EF99_B3AC);
const FLOW: Uuid = Uuid::from_u128(0x7AD2_3E98_DBDD_4DCE_9DD3_5CCE_9D5B_E723);

fn fields_of_meta() -> Fields<'static> {
    Fields {
        transfer_syntax_uid: "1.2.840.10008.1.2.7.1",
        sop_class_uid: "1.2.840.10008.10.1",
        sop_instance_uid: "2.25.77",
        source_id: SOURCE,
        flow_id: FLOW,
        sampling_rate: Some(90_000),
        actual_frame_duration: Some(16.5),
        private: Some(("1.2.3.4", &[1, 2])),
    }
}

const fn tag(group: u16, element: u16) -> Tag {
    Tag::new(group, element)
}

fn dynamic_part(w: &mut DataSetWriter) -> crate::Result<()> {
    use LengthForm::{Explicit, Undefined};
    w.begin_sequence(tag(0x0006, 0x0001), Undefined)?
        .begin_item(Undefined)?;
    w.begin_sequence(tag(0x0020, 0x9111), Explicit)?.begin_item(Explicit)?;
    w.u16(tag(0x0020, 0x9156), &[42])?.end_item()?.end_sequence()?;
    w.begin_sequence(tag(0x0034, 0x0009), Explicit)?.begin_item(Explicit)?;
    w.text(tag(0x0034, 0x0008), Vr::CS, "NO")?
        .text(tag(0x0034, 0x000C), Vr::CS, "YES")?;
    w.end_item()?.end_sequence()?;
    w.begin_sequence(tag(0x0034, 0x000B), Explicit)?.begin_item(Explicit)?;
    w.text(tag(0x0070, 0x1602), Vr::CS, "PERSPECTIVE")?;
    w.f64(tag(0x0070, 0x1603), &[1.0, 2.0, 3.0])?
        .f64(tag(0x0070, 0x1604), &[4.0, 5.0, 6.0])?;
    w.f64(tag(0x0070, 0x1605), &[0.0, 1.0, 0.0])?;
    w.f64(tag(0x0070, 0x1606), &[-1.0, 1.0, 2.0, -2.0, 10.0, 500.0])?
        .end_item()?
        .end_sequence()?;
    w.begin_sequence(tag(0x0034, 0x000D), Explicit)?.begin_item(Explicit)?;
    w.timestamp(tag(0x0034, 0x0007), PtpTimestamp::from_ns(1_767_526_074_000_000_000))?;
    w.end_item()?.end_sequence()?.end_item()?.end_sequence()?;
    Ok(())
}

fn static_part(w: &mut DataSetWriter) -> crate::Result<()> {
    use LengthForm::Explicit;
    w.text(tag(0x0008, 0x0005), Vr::CS, "ISO_IR 192")?;
    w.uid(tag(0x0008, 0x0016), "1.2.840.10008.10.1")?
        .uid(tag(0x0008, 0x0018), "2.25.77")?;
    w.text(tag(0x0010, 0x0010), Vr::PN, "Müller")?;
    w.begin_sequence(tag(0x0034, 0x000A), Explicit)?;
    for source in [1_u128, 2] {
        w.begin_item(Explicit)?.begin_sequence(tag(0x0034, 0x0001), Explicit)?;
        for flow in [10_u128, 20] {
            w.begin_item(Explicit)?
                .uuid(tag(0x0034, 0x0002), Uuid::from_u128(source + flow))?;
            w.uid(tag(0x0034, 0x0003), "1.2.840.10008.1.2.7.1")?
                .u32(tag(0x0034, 0x0004), &[90_000])?
                .end_item()?;
        }
        w.end_sequence()?
            .uuid(tag(0x0034, 0x0005), Uuid::from_u128(source))?
            .end_item()?;
    }
    w.end_sequence()?;
    Ok(())
}

fn payload(is_dynamic: bool, is_static: bool) -> Vec<u8> {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    if is_dynamic {
        dynamic_part(&mut w).unwrap();
    }
    if is_static {
        static_part(&mut w).unwrap();
    }
    encode(&meta::build(&fields_of_meta()).unwrap(), &w.finish().unwrap())
}

fn parse(bytes: &[u8]) -> Payload<'_> {
    Payload::parse(bytes, &Limits::default())
}

fn kinds(payload: &Payload<'_>) -> Vec<IssueKind> {
    payload.issues().map(|issue| issue.kind).collect()
}

#[test]
fn gives_the_meta_information() {
    let bytes = payload(true, true);
    let read = parse(&bytes);
    assert_eq!(kinds(&read), []);
    assert!(read.has_prefix() && read.preamble() == Some(&[0; 128]));
    let (meta, expected) = (read.meta(), fields_of_meta());
    assert_eq!(meta.group_length(), meta.measured_group_length());
    assert_eq!(meta.transfer_syntax_uid(), Some(expected.transfer_syntax_uid));
    assert_eq!(meta.version(), Some(meta::VERSION));
    assert_eq!(meta.sop_class_uid(), Some(expected.sop_class_uid));
    assert_eq!(meta.sop_instance_uid(), Some(expected.sop_instance_uid));
    assert_eq!((meta.source_id(), meta.flow_id()), (Some(SOURCE), Some(FLOW)));
    assert_eq!(
        (meta.sampling_rate(), meta.actual_frame_duration()),
        (Some(90_000), Some(16.5))
    );
    assert_eq!(
        (meta.private_creator_uid(), meta.private_information()),
        (Some("1.2.3.4"), Some([1, 2].as_slice()))
    );
    assert_eq!(
        read.data_set().start(),
        META_OFFSET as u32 + 12 + meta.group_length().unwrap()
    );
}

#[test]
fn group_length_is_that_of_the_group() {
    // Elements of 30, 14, 26, 66, 28, 28 and 12 bytes.
    let fields = Fields {
        sop_instance_uid: "1.2.826.0.1.3680043.8.498.12345678901234567890123456789012",
        private: None,
        actual_frame_duration: None,
        ..fields_of_meta()
    };
    let group = meta::build(&fields).unwrap();
    assert_eq!(group[..12], *b"\x02\0\0\0UL\x04\0\xcc\0\0\0");
    assert_eq!(group.len(), 12 + 0xCC);
}

#[test]
fn gives_the_dynamic_part() {
    let bytes = payload(true, false);
    let read = parse(&bytes);
    assert!(read.is_dynamic() && !read.is_static());
    let dynamic = read.dynamic().unwrap();
    assert_eq!(dynamic.item_count(), 1);
    assert_eq!(
        dynamic.frame_origin_timestamp(),
        Some(PtpTimestamp::from_ns(1_767_526_074_000_000_000))
    );
    assert_eq!(dynamic.frame_acquisition_number(), Some(42));
    let usefulness = Usefulness {
        includes_information: Some(true),
        includes_imaging_subject: Some(false),
    };
    assert_eq!(dynamic.usefulness(), Some(usefulness));
    let camera = CameraPosition {
        render_projection: Some("PERSPECTIVE"),
        viewpoint_position: Some([1.0, 2.0, 3.0]),
        look_at_point: Some([4.0, 5.0, 6.0]),
        up_direction: Some([0.0, 1.0, 0.0]),
        field_of_view: Some([-1.0, 1.0, 2.0, -2.0, 10.0, 500.0]),
    };
    assert_eq!(dynamic.camera_position(), Some(camera));
}

#[test]
fn gives_the_static_part_and_its_flows() {
    let bytes = payload(false, true);
    let read = parse(&bytes);
    assert!(!read.is_dynamic() && read.is_static() && read.dynamic().is_none());
    assert_eq!(
        (read.sop_class_uid(), read.sop_instance_uid()),
        (Some("1.2.840.10008.10.1"), Some("2.25.77"))
    );
    let flows: Vec<_> = read.bulk_data_flows().collect();
    let ids: Vec<_> = flows
        .iter()
        .map(|f| (f.source_id.unwrap().as_u128(), f.flow_id.unwrap().as_u128()))
        .collect();
    assert_eq!(ids, [(1, 11), (1, 21), (2, 12), (2, 22)]);
    assert!(flows.iter().all(|f| f.sampling_rate == Some(90_000)));
    assert!(
        flows
            .iter()
            .all(|f| f.transfer_syntax_uid == Some("1.2.840.10008.1.2.7.1"))
    );
}

#[test]
fn is_read_without_its_prefix() {
    let whole = payload(true, true);
    let mut bytes = whole.clone();
    bytes[128..132].copy_from_slice(b"DCIM");
    let read = parse(&bytes);
    assert_eq!(kinds(&read), [IssueKind::Prefix]);
    assert!(!read.has_prefix() && read.preamble().is_some() && read.meta().flow_id() == Some(FLOW));
    for start in [128, 132] {
        let read = parse(&whole[start..]);
        assert_eq!(kinds(&read), [IssueKind::Prefix]);
        assert!(read.preamble().is_none() && read.meta().flow_id() == Some(FLOW) && read.is_static());
    }
    let read = parse(&whole[160..]);
    assert_eq!(kinds(&read), [IssueKind::Prefix]);
    assert!(read.meta().data_set().is_empty() && read.data_set().is_empty());
}

#[test]
fn a_wrong_group_length_does_not_move_the_group() {
    let mut bytes = payload(true, true);
    for length in [0_u32, 1, 187, 5_000, u32::MAX] {
        bytes[140..144].copy_from_slice(&length.to_le_bytes());
        let read = parse(&bytes);
        assert_eq!(kinds(&read), [IssueKind::GroupLength]);
        assert!(read.is_dynamic() && read.is_static());
    }
    let without = encode(&meta::build(&fields_of_meta()).unwrap()[12..], &[]);
    assert_eq!(kinds(&parse(&without)), [IssueKind::GroupLength]);
}

#[test]
fn a_cut_gives_what_is_before_it() {
    let whole = payload(true, true);
    for cut in 0..whole.len() {
        let bytes = &whole[..cut];
        let read = parse(bytes);
        assert!(kinds(&read).len() <= 2, "cut at {cut}");
        let tree = fields(&read, CharacterSet::DEFAULT);
        assert_roots_add_up(&tree, cut as u32);
    }
}

/// Fields of depth 0 lie end to end over the whole payload; children lie in their parents.
fn assert_roots_add_up(tree: &FieldTree, length: u32) {
    let mut at = 0;
    let mut parents: Vec<(u32, u32)> = Vec::new();
    for field in &tree.fields {
        let end = field.start + field.length;
        parents.truncate(field.depth as usize);
        match parents.last() {
            Some(&(start, parent_end)) => assert!(start <= field.start && end <= parent_end, "{field:?}"),
            None => {
                assert_eq!((field.depth, field.start), (0, at), "{field:?}");
                at = end;
            }
        }
        parents.push((field.start, end));
    }
    assert_eq!(at, length);
}

#[test]
fn memory_is_used_again() {
    let bytes = payload(true, true);
    let arena = parse(&bytes).into_arena();
    let read = Payload::parse_in(arena, &bytes, &Limits::default());
    assert_eq!(kinds(&read), []);
}

#[test]
fn every_field_has_a_name_and_a_value() {
    let bytes = payload(true, true);
    let tree = fields(&parse(&bytes), CharacterSet::DEFAULT);
    let roots: Vec<_> = tree
        .fields
        .iter()
        .filter(|f| f.depth == 0)
        .map(|f| f.name.as_ref())
        .collect();
    assert_eq!(
        roots,
        [
            "Preamble",
            "DICOM Prefix",
            "RTV Meta Information",
            "Dynamic Part",
            "Static Part"
        ]
    );
    let value = |tag: Tag| {
        tree.fields
            .iter()
            .find(|f| f.tag == Some(tag))
            .unwrap()
            .value
            .to_string()
    };
    assert_eq!(value(meta::RTV_SOURCE_IDENTIFIER), SOURCE.to_string());
    let class = "1.2.840.10008.10.1 (Video Endoscopic Image Real-Time Communication)";
    assert_eq!(value(meta::RTV_COMMUNICATION_SOP_CLASS_UID), class);
    let origin = "1767526074.000000000 TAI (2026-01-04T11:27:17.000000000Z)";
    assert_eq!(value(tag(0x0034, 0x0007)), origin);
    assert_eq!(value(tag(0x0010, 0x0010)), "Müller");
    assert_eq!(value(tag(0x0070, 0x1603)), "1\\2\\3");
    let item = tree.fields.iter().find(|f| f.kind == FieldKind::Item).unwrap();
    assert_eq!((item.name.as_ref(), item.depth), ("Item 1", 2));
    let delimiters = tree.fields.iter().filter(|f| f.kind == FieldKind::Padding).count();
    assert_eq!(
        delimiters, 3,
        "the preamble, and the delimiters of the dynamic part's Item and sequence"
    );
    // Every byte of a value is found again by its offset.
    let at = tree.fields.iter().find(|f| f.tag == Some(tag(0x0034, 0x0007))).unwrap();
    let index = tree.at(at.value_start).unwrap();
    assert_eq!(tree.fields[index].tag, Some(tag(0x0034, 0x0007)));
}

#[test]
fn faults_are_notes_of_their_fields() {
    let mut bytes = payload(true, true);
    bytes[128] = b'd';
    bytes[140] = 1;
    let cut = bytes.len() - 5;
    let tree = fields(&parse(&bytes[..cut]), CharacterSet::DEFAULT);
    let noted: Vec<_> = tree
        .fields
        .iter()
        .filter(|f| f.notes.iter().any(|note| note.is_error))
        .map(|f| f.name.as_ref())
        .collect();
    let expected = [
        "DICOM Prefix",
        "File Meta Information Group Length",
        "Real-Time Bulk Data Flow Sequence",
    ];
    assert_eq!(noted, expected);
}
