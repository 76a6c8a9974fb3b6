//! Whole payloads through the checks of a Grain.

use dicom_rtv::dataset::Syntax;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dictionary::tags;
use dicom_rtv::grain::{EndedBy, Grain};
use dicom_rtv::meta::{self, Fields};
use dicom_rtv::nmos::Identity;
use dicom_rtv::payload::{Payload, encode};
use dicom_rtv::{Limits, PtpTimestamp, Tag, Vr, iod, uid};
use uuid::Uuid;

use super::grain::{Facts, FlowRules};
use super::ledger::Nature;
use super::memory::Memory;
use super::rtp::{Clock, FirstExtension};
use super::{Id, Thresholds, rule, rules};
use crate::index::NO_TIME;
use crate::model::FlowKind;

const TIME: PtpTimestamp = PtpTimestamp {
    seconds: 1_767_526_074,
    nanoseconds: 0,
};
const SYNTAX: &str = "1.2.840.10008.1.2.7.1";
const INSTANCE: &str = "2.25.1";

fn fields() -> Fields<'static> {
    Fields {
        transfer_syntax_uid: SYNTAX,
        sop_class_uid: uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC,
        sop_instance_uid: INSTANCE,
        source_id: Uuid::from_u128(1),
        flow_id: Uuid::from_u128(2),
        sampling_rate: Some(90_000),
        actual_frame_duration: None,
        private: None,
    }
}

fn set(write: impl FnOnce(&mut DataSetWriter) -> dicom_rtv::Result<()>) -> Vec<u8> {
    let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
    write(&mut writer).unwrap();
    writer.finish().unwrap()
}

fn dynamic() -> Vec<u8> {
    set(|w| {
        w.begin_sequence(Tag::new(0x0006, 0x0001), LengthForm::Explicit)?
            .begin_item(LengthForm::Explicit)?
            .begin_sequence(Tag::new(0x0020, 0x9111), LengthForm::Explicit)?
            .begin_item(LengthForm::Explicit)?
            .end_item()?
            .end_sequence()?
            .begin_sequence(Tag::new(0x0034, 0x000D), LengthForm::Explicit)?
            .begin_item(LengthForm::Explicit)?
            .timestamp(Tag::new(0x0034, 0x0007), TIME)?
            .end_item()?
            .end_sequence()?
            .end_item()?
            .end_sequence()?;
        Ok(())
    })
}

/// A static part with every attribute that photographic video needs; `change` may write another value for one.
fn part(change: impl Fn(Tag, &mut DataSetWriter) -> bool) -> Vec<u8> {
    let iod = iod::by_sop_class(uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC).unwrap();
    set(|w| {
        for required in iod.required_top_level() {
            let tag = required.tag;
            if change(tag, w) {
                continue;
            }
            match dicom_rtv::dictionary::vr(tag).unwrap() {
                Vr::SQ if tag == Tag::new(0x0034, 0x000A) => {
                    w.begin_sequence(tag, LengthForm::Explicit)?
                        .begin_item(LengthForm::Explicit)?
                        .begin_sequence(Tag::new(0x0034, 0x0001), LengthForm::Explicit)?
                        .begin_item(LengthForm::Explicit)?
                        .uuid(Tag::new(0x0034, 0x0002), Uuid::from_u128(3))?
                        .uid(Tag::new(0x0034, 0x0003), SYNTAX)?
                        .u32(Tag::new(0x0034, 0x0004), &[90_000])?
                        .end_item()?
                        .end_sequence()?
                        .uuid(Tag::new(0x0034, 0x0005), Uuid::from_u128(4))?
                        .end_item()?
                        .end_sequence()?;
                }
                Vr::SQ => {
                    w.begin_sequence(tag, LengthForm::Explicit)?
                        .begin_item(LengthForm::Explicit)?
                        .end_item()?
                        .end_sequence()?;
                }
                Vr::US => _ = w.u16(tag, &[1])?,
                Vr::UI if tag == tags::SOP_CLASS_UID => _ = w.uid(tag, uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC)?,
                Vr::UI => _ = w.uid(tag, INSTANCE)?,
                Vr::DA => _ = w.text(tag, Vr::DA, "20260104")?,
                Vr::TM => _ = w.text(tag, Vr::TM, "1127")?,
                vr => {
                    _ = w.text(
                        tag,
                        vr,
                        if tag == tags::IMAGE_TYPE {
                            "ORIGINAL\\PRIMARY"
                        } else {
                            "1"
                        },
                    )?
                }
            }
        }
        Ok(())
    })
}

fn whole() -> Vec<u8> {
    encode(
        &meta::build(&fields()).unwrap(),
        &[dynamic(), part(|_, _| false)].concat(),
    )
}

/// What a flow that consists of these payloads breaks.
fn judge_as(payloads: &[Vec<u8>], kind: FlowKind, change: impl Fn(&mut Grain)) -> Vec<&'static str> {
    let clock = Clock {
        rate: Some(90_000),
        offset: Some(0),
    };
    let mut flow = FlowRules::new(clock, true);
    let mut memory = Memory::default();
    for (index, payload) in (0..).zip(payloads) {
        let mut grain = Grain {
            rtp_timestamp: TIME.to_rtp(90_000),
            extended_timestamp: TIME.to_rtp(90_000).into(),
            ssrc: 1,
            payload_type: 104,
            first_key: 1,
            last_key: 1,
            first_ns: 0,
            last_ns: 0,
            packet_count: 1,
            payload_length: payload.len() as u64,
            packets: Vec::new(),
            payload: payload.clone(),
            contiguous: 0,
            missing: 0,
            complete: true,
            truncated: false,
            at_edge: false,
            started: true,
            end: EndedBy::Marker,
        };
        change(&mut grain);
        let payload = Payload::parse(payload, &Limits::default());
        let facts = Facts {
            id: index,
            index,
            grain: &grain,
            payload: &payload,
            extension: FirstExtension::Present {
                profile: 0xBEDE,
                is_readable: true,
            },
            identity: Identity {
                sync: Some(TIME),
                origin: Some(TIME),
                source_id: Some(Uuid::from_u128(1)),
                flow_id: Some(Uuid::from_u128(2)),
                ..Identity::default()
            },
            arrival_ns: NO_TIME,
            charset: None,
        };
        flow.check(&facts, &Thresholds::default(), &mut memory);
    }
    let class = match kind {
        FlowKind::DicomRendition => uid::RENDITION_SELECTION_DOCUMENT_RTC,
        _ => uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC,
    };
    let nature = Nature {
        kind: Some(kind),
        iod: iod::by_sop_class(class),
        rate: Some(90_000),
        ..Nature::default()
    };
    let found = flow.ledger.list(&nature);
    assert!(
        found
            .values()
            .all(|record| !record.message.is_empty() && record.count > 0)
    );
    found.keys().map(|id| id.rule().id).collect()
}

fn judge(payload: Vec<u8>) -> Vec<&'static str> {
    judge_as(&[payload], FlowKind::DicomVideo, |_| ())
}

fn with_meta(change: impl FnOnce(&mut Fields<'static>)) -> Vec<u8> {
    let mut fields = fields();
    change(&mut fields);
    encode(
        &meta::build(&fields).unwrap(),
        &[dynamic(), part(|_, _| false)].concat(),
    )
}

fn with_part(tag: Tag, write: impl Fn(&mut DataSetWriter)) -> Vec<u8> {
    let part = part(|at, w| {
        if at == tag {
            write(w);
        }
        at == tag
    });
    encode(&meta::build(&fields()).unwrap(), &[dynamic(), part].concat())
}

/// Replaces bytes by as many others, once.
fn patch(mut payload: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = payload.windows(from.len()).position(|bytes| bytes == from).unwrap();
    payload[at..at + to.len()].copy_from_slice(to);
    payload
}

#[test]
fn a_right_payload_breaks_nothing() {
    assert_eq!(judge(whole()), [""; 0]);
    assert_eq!(judge_as(&[whole(), whole()], FlowKind::DicomVideo, |_| ()), [""; 0]);
    // A known rule has its text.
    assert!(rule("meta.version").is_some() && rules().len() > 40);
}

#[test]
fn meta_information() {
    assert_eq!(judge(with_meta(|f| f.sop_class_uid = "1.2.3")), ["meta.sop-class"]);
    assert_eq!(judge(with_meta(|f| f.sop_class_uid = "")), ["meta.missing"]);
    assert_eq!(judge(with_meta(|f| f.sop_instance_uid = "")), ["meta.missing"]);
    assert_eq!(judge(with_meta(|f| f.transfer_syntax_uid = "")), ["meta.missing"]);
    assert_eq!(judge(with_meta(|f| f.sampling_rate = None)), ["meta.sampling-rate"]);
    assert_eq!(
        judge(with_meta(|f| f.sampling_rate = Some(48_000))),
        ["meta.sampling-rate", "dataset.flow-unmatched"]
    );
    assert_eq!(
        judge(with_meta(|f| f.source_id = Uuid::from_u128(9))),
        ["meta.identity-mismatch"]
    );
    assert_eq!(judge(with_meta(|f| f.private = Some(("1.2.3", b"ab")))), [""; 0]);
    assert_eq!(
        judge(with_meta(|f| f.sop_instance_uid = "2.25.2")),
        ["dataset.sop-mismatch"]
    );
    let version = patch(
        whole(),
        &[0x31, 0, b'O', b'B', 0, 0, 2, 0, 0, 0, 0, 1],
        &[0x31, 0, b'O', b'B', 0, 0, 2, 0, 0, 0, 1, 0],
    );
    assert_eq!(judge(version), ["meta.version"]);
    let mut length = whole();
    length[140] -= 2;
    assert_eq!(judge(length), ["meta.group-length"]);
    // Another instance in the middle of the session, in group 0002 alone.
    let other = with_meta(|f| f.sop_instance_uid = "2.25.2");
    let found = judge_as(&[whole(), other], FlowKind::DicomVideo, |_| ());
    assert_eq!(found, ["session.sop-instance", "dataset.sop-mismatch"]);
}

#[test]
fn preamble_and_prefix() {
    assert_eq!(judge(patch(whole(), b"DICM", b"DICN")), ["payload.prefix"]);
    let mut preamble = whole();
    preamble[3] = 1;
    assert_eq!(judge(preamble), ["payload.preamble"]);
    assert_eq!(judge(vec![0; 20]), ["payload.prefix"]);
}

#[test]
fn the_dynamic_part_depends_on_the_kind() {
    let meta = meta::build(&fields()).unwrap();
    let without = encode(&meta, &part(|_, _| false));
    assert_eq!(judge(without), ["dynamic.missing"]);
    // Frame Content is mandatory for video alone; a rendition has no dynamic part at all.
    let mut item = dynamic();
    item = patch(item, &[0x20, 0, 0x11, 0x91], &[0x20, 0, 0x10, 0x91]);
    let only_time = encode(&meta, &item);
    let of = |kind| judge_as(std::slice::from_ref(&only_time), kind, |_| ());
    assert_eq!(of(FlowKind::DicomVideo), ["dynamic.incomplete"]);
    assert_eq!(of(FlowKind::DicomAudio), [""; 0]);
    assert_eq!(of(FlowKind::DicomRendition), ["dynamic.unexpected"]);
    let later = PtpTimestamp { nanoseconds: 1, ..TIME };
    let shifted = patch(whole(), &TIME.to_bytes(), &later.to_bytes());
    assert_eq!(judge(shifted), ["dynamic.origin-mismatch"]);
}

#[test]
fn data_sets_and_their_breaks() {
    let mut cut = whole();
    cut.truncate(cut.len() - 3);
    assert_eq!(judge(cut), ["dataset.truncated"]);
    let absent = with_part(tags::PATIENT_ID, |_| ());
    assert_eq!(judge(absent), ["iod.missing"]);
    // Unknown VR of a known attribute.
    let vr = patch(
        whole(),
        &[0x10, 0, 0x20, 0, b'L', b'O'],
        &[0x10, 0, 0x20, 0, b'Z', b'Z'],
    );
    assert_eq!(judge(vr), ["dataset.encoding"]);
    // The same tag twice.
    let twice = with_part(tags::PATIENT_ID, |w| {
        _ = w.text(tags::PATIENT_ID, Vr::LO, "12").unwrap()
    });
    let twice = patch(twice, &[0x10, 0, 0x30, 0, b'D', b'A'], &[0x10, 0, 0x20, 0, b'D', b'A']);
    assert_eq!(judge(twice), ["dataset.order", "iod.missing"]);
}

#[test]
fn attributes_and_values() {
    let text = |tag: Tag, vr, text: &'static str| with_part(tag, move |w| _ = w.text(tag, vr, text).unwrap());
    assert_eq!(judge(text(tags::MODALITY, Vr::CS, "")), ["iod.empty"]);
    assert_eq!(judge(text(tags::PATIENT_NAME, Vr::PN, "")), [""; 0]);
    assert_eq!(
        judge(text(tags::PATIENT_BIRTH_DATE, Vr::DA, "20261301")),
        ["value.invalid"]
    );
    assert_eq!(judge(text(tags::MODALITY, Vr::CS, "es")), ["value.invalid"]);
    // Bytes over 7FH without a character set: one cause, one finding.
    let wide = with_part(tags::PATIENT_NAME, |w| {
        _ = w.bytes(tags::PATIENT_NAME, Vr::PN, b"D\xF6e ").unwrap()
    });
    assert_eq!(judge(wide), ["iod.missing"]);
    let colour = with_part(Tag::new(0x0028, 0x0002), |w| {
        _ = w.u16(Tag::new(0x0028, 0x0002), &[3]).unwrap()
    });
    assert_eq!(judge(colour), ["iod.missing"]);
}

#[test]
fn grains_that_are_not_whole_are_not_judged_by_their_payload() {
    let wrong = with_meta(|f| f.sop_class_uid = "1.2.3");
    let of = |change: fn(&mut Grain)| judge_as(std::slice::from_ref(&wrong), FlowKind::DicomVideo, change);
    assert_eq!(of(|g| (g.complete, g.missing) = (false, 1)), ["grain.incomplete"]);
    assert_eq!(of(|g| (g.complete, g.at_edge) = (false, true)), [""; 0]);
    assert_eq!(of(|g| g.truncated = true), [""; 0]);
    assert_eq!(
        of(|g| g.payload_type = 97),
        ["rtp.payload-type-discouraged", "meta.sop-class"]
    );
    assert_eq!(of(|g| g.rtp_timestamp += 3), ["rtp.timestamp", "meta.sop-class"]);
}

#[test]
fn a_hostile_flow_has_bounded_memory() {
    let payloads: Vec<Vec<u8>> = (0..3000u32)
        .map(|n| with_meta(|f| f.sampling_rate = Some(n + 1)))
        .collect();
    let found = judge_as(&payloads, FlowKind::DicomVideo, |_| ());
    assert_eq!(found, ["meta.sampling-rate", "dataset.flow-unmatched"]);
}

#[test]
fn any_bytes_are_judged() {
    let payload = whole();
    let mut state = 1_u64;
    for round in 0..3000 {
        let mut broken = payload.clone();
        for _ in 0..=round % 4 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % broken.len();
            broken[at] = (state >> 8) as u8;
        }
        broken.truncate(broken.len() - round % 50);
        for kind in [FlowKind::DicomVideo, FlowKind::DicomAudio, FlowKind::DicomRendition] {
            judge_as(std::slice::from_ref(&broken), kind, |_| ());
        }
    }
    assert_eq!(Id::PayloadPrefix.rule().id, "payload.prefix");
}
