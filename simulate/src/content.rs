//! The static parts of the four IODs: all attributes of type 1 and 2 of the modules with usage M, and what else a real
//! device would tell (PS3.3 A.32.9, A.32.10, A.34.11, A.35.21).

use dicom_rtv::Vr;

use crate::attributes::Attributes;
use crate::flow::{Device, Flow, Kind, Metadata, Video};
use crate::icc;
use crate::time::Calendar;

/// Who is operated on.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// (0010,0010), with its component groups.
    pub name: String,
    /// (0010,0020).
    pub id: String,
    /// (0010,0030), `YYYYMMDD` or empty.
    pub birth_date: String,
    /// (0010,0040): M, F, O or empty.
    pub sex: String,
    /// (0008,0005) of all data sets: a defined term of PS3.3 C.12.1.1.2, several split by backslashes; empty for ISO_IR 6.
    pub character_set: String,
}

impl Default for Patient {
    fn default() -> Self {
        Self {
            name: "Yamada^Tarou=山田^太郎=やまだ^たろう".into(),
            id: "PID-20417".into(),
            birth_date: "19640518".into(),
            sex: "M".into(),
            character_set: "ISO_IR 192".into(),
        }
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// (0020,000D).
    pub instance_uid: String,
    /// (0020,0010).
    pub id: String,
    /// (0008,0050).
    pub accession_number: String,
    /// (0008,1030).
    pub description: String,
    /// (0008,0090).
    pub referring_physician: String,
    /// (0008,1050).
    pub performing_physician: String,
    /// (0008,0080).
    pub institution: String,
    /// (0008,0020), (0008,0030): when it began.
    pub began: Calendar,
    /// (0020,0200).
    pub synchronization_uid: String,
}

/// What all Instances of one device share with one another.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The patient.
    pub patient: &'a Patient,
    /// The study.
    pub study: &'a Study,
    /// The device.
    pub device: &'a Device,
}

/// What tells one Instance from the others.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a> {
    /// Its SOP class.
    pub kind: Kind,
    /// Its UID.
    pub sop_instance_uid: &'a str,
    /// (0020,000E).
    pub series_instance_uid: &'a str,
    /// (0020,0011).
    pub series_number: u16,
    /// (0008,103E).
    pub series_description: &'a str,
}

/// The static part of a video IOD. `frame_of_reference_uid` goes with a camera position.
#[must_use]
pub fn video(
    context: Context<'_>,
    instance: Instance<'_>,
    bulk: &[&Flow],
    video: Video,
    frame_of_reference_uid: Option<&str>,
) -> Attributes {
    let mut a = common(context, instance);
    let endoscopic = instance.kind == Kind::Endoscopic;
    let (allocated, stored) = if video.depth == 8 {
        (8, 8)
    } else {
        (16, u16::from(video.depth))
    };
    a.text(0x0008_0008, Vr::CS, "ORIGINAL\\PRIMARY")
        .text(0x0008_0060, Vr::CS, if endoscopic { "ES" } else { "XC" })
        .text(0x0020_0020, Vr::CS, "")
        .text(0x0022_0028, Vr::CS, "NO")
        .u16(0x0028_0002, 3)
        .text(0x0028_0004, Vr::CS, "YBR_FULL_422")
        .u16(0x0028_0006, 0)
        .u16(0x0028_0010, video.height)
        .u16(0x0028_0011, video.width)
        .u16(0x0028_0100, allocated)
        .u16(0x0028_0101, stored)
        .u16(0x0028_0102, stored.saturating_sub(1))
        .u16(0x0028_0103, 0)
        .text(0x0028_2110, Vr::CS, "00")
        .items(0x0040_0555, Vec::new())
        .item(0x5200_9229, |_| ());
    if endoscopic {
        a.text(0x0018_0015, Vr::CS, "ABDOMEN")
            .bytes(0x0028_2000, Vr::OB, &icc::profile())
            .text(0x0028_2002, Vr::CS, "SRGB")
            .item(0x0008_2218, |region| {
                code(region, "28231008", "SCT", "Gallbladder");
            });
    }
    if let Some(uid) = frame_of_reference_uid {
        a.uid(0x0020_0052, uid).text(0x0020_1040, Vr::LO, "");
    }
    bulk_data_flows(&mut a, bulk, crate::flow::transfer_syntax::VIDEO_PROGRESSIVE);
    a
}

/// The static part of the audio IOD.
#[must_use]
pub fn audio(context: Context<'_>, instance: Instance<'_>, bulk: &[&Flow]) -> Attributes {
    let mut a = common(context, instance);
    content_date(&mut a, &context.study.began);
    a.text(0x0008_002A, Vr::DT, &context.study.began.date_time())
        .text(0x0008_0060, Vr::CS, "AU")
        .items(0x0040_0555, Vec::new());
    bulk_data_flows(&mut a, bulk, crate::flow::transfer_syntax::AUDIO_PCM);
    a
}

/// The static part of a rendition: a key object document that refers to the Instances rendered together.
#[must_use]
pub fn rendition(context: Context<'_>, instance: Instance<'_>, rendered: &[&Metadata]) -> Attributes {
    let mut a = common(context, instance);
    content_date(&mut a, &context.study.began);
    let (value, meaning) = if rendered.iter().any(|m| m.kind == Kind::Audio) {
        ("130371", "RTV Audio and Video Rendition")
    } else {
        ("130370", "RTV Rendition")
    };
    let study = &context.study.instance_uid;
    a.text(0x0008_0060, Vr::CS, "KO")
        .items(0x0008_1111, Vec::new())
        .text(0x0040_A040, Vr::CS, "CONTAINER")
        .item(0x0040_A043, |title| {
            code(title, value, "DCM", meaning);
        })
        .text(0x0040_A050, Vr::CS, "SEPARATE")
        .item(0x0040_A375, |evidence| {
            evidence
                .uid(0x0020_000D, study)
                .items(0x0008_1115, rendered.iter().map(|m| series_reference(m)).collect());
        })
        .item(0x0040_A504, |template| {
            template
                .text(0x0008_0105, Vr::CS, "DCMR")
                .text(0x0040_DB00, Vr::CS, "2010");
        })
        .items(0x0040_A730, rendered.iter().map(|m| content_item(m)).collect());
    a
}

/// (0034,000A): the bulk flows that a metadata flow describes (PS3.3 C.7.6.26). They are of one Source.
pub fn bulk_data_flows(a: &mut Attributes, flows: &[&Flow], transfer_syntax_uid: &str) {
    let items = flows
        .iter()
        .map(|flow| {
            let mut item = Attributes::new();
            item.uuid(0x0034_0005, flow.source_id).item(0x0034_0001, |f| {
                f.uuid(0x0034_0002, flow.flow_id)
                    .uid(0x0034_0003, transfer_syntax_uid)
                    .u32(0x0034_0004, flow.clock_rate);
            });
            item
        })
        .collect();
    a.items(0x0034_000A, items);
}

/// Patient, General Study, General Series, both General Equipments, Synchronization and SOP Common.
fn common(context: Context<'_>, instance: Instance<'_>) -> Attributes {
    let Context { patient, study, device } = context;
    let mut a = Attributes::new();
    if !patient.character_set.is_empty() {
        a.text(0x0008_0005, Vr::CS, &patient.character_set);
    }
    a.uid(0x0008_0016, instance.kind.sop_class_uid())
        .uid(0x0008_0018, instance.sop_instance_uid)
        .text(0x0008_0020, Vr::DA, &study.began.date)
        .text(0x0008_0030, Vr::TM, &study.began.time)
        .text(0x0008_0050, Vr::SH, &study.accession_number)
        .text(0x0008_0070, Vr::LO, &device.manufacturer)
        .text(0x0008_0080, Vr::LO, &study.institution)
        .text(0x0008_0090, Vr::PN, &study.referring_physician)
        .text(0x0008_1030, Vr::LO, &study.description)
        .text(0x0008_103E, Vr::LO, instance.series_description)
        .text(0x0008_1050, Vr::PN, &study.performing_physician)
        .text(0x0008_1090, Vr::LO, &device.model)
        .text(0x0010_0010, Vr::PN, &patient.name)
        .text(0x0010_0020, Vr::LO, &patient.id)
        .text(0x0010_0030, Vr::DA, &patient.birth_date)
        .text(0x0010_0040, Vr::CS, &patient.sex)
        .text(0x0018_1000, Vr::LO, &device.serial_number)
        .text(0x0018_1020, Vr::LO, &device.software)
        .text(0x0018_106A, Vr::CS, "NO TRIGGER")
        .text(0x0018_1800, Vr::CS, "Y")
        .text(0x0018_1802, Vr::CS, "PTP")
        .uid(0x0020_000D, &study.instance_uid)
        .uid(0x0020_000E, instance.series_instance_uid)
        .text(0x0020_0010, Vr::SH, &study.id)
        .text(0x0020_0011, Vr::IS, &instance.series_number.to_string())
        .text(0x0020_0013, Vr::IS, "1")
        .uid(0x0020_0200, &study.synchronization_uid);
    a
}

fn content_date(a: &mut Attributes, began: &Calendar) {
    a.text(0x0008_0023, Vr::DA, &began.date)
        .text(0x0008_0033, Vr::TM, &began.time);
}

/// A code (PS3.3 8.8).
fn code(a: &mut Attributes, value: &str, scheme: &str, meaning: &str) {
    a.text(0x0008_0100, Vr::SH, value)
        .text(0x0008_0102, Vr::SH, scheme)
        .text(0x0008_0104, Vr::LO, meaning);
}

fn series_reference(rendered: &Metadata) -> Attributes {
    let mut series = Attributes::new();
    if let Some(uid) = rendered.static_part.get(0x0020_000E) {
        series.set(uid.tag, uid.vr, uid.value.clone());
    }
    sop_reference(&mut series, rendered);
    series
}

fn content_item(rendered: &Metadata) -> Attributes {
    let mut item = Attributes::new();
    let value_type = if rendered.kind == Kind::Audio {
        "WAVEFORM"
    } else {
        "IMAGE"
    };
    item.text(0x0040_A010, Vr::CS, "CONTAINS")
        .text(0x0040_A040, Vr::CS, value_type);
    sop_reference(&mut item, rendered);
    item
}

fn sop_reference(a: &mut Attributes, rendered: &Metadata) {
    a.item(0x0008_1199, |sop| {
        sop.uid(0x0008_1150, rendered.kind.sop_class_uid())
            .uid(0x0008_1155, &rendered.sop_instance_uid);
    });
}
