//! Data sets and payloads against other ways to read them: `cargo bench -p dicom-rtv --bench dataset`.
//!
//! The inputs are made here. With DICOM_RTV_BENCH_DIR set to a folder, every `.evrle` file in it (a bare data set in Explicit VR
//! Little Endian) is read too.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use dicom_object::InMemDicomObject;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dataset::{self, Arena, DataSet, Syntax};
use dicom_rtv::meta::{self, Fields};
use dicom_rtv::payload::{self, Payload, PayloadArena};
use dicom_rtv::{Limits, PtpTimestamp, Result, Tag, Vr};
use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;
use nom::bytes::complete::take;
use nom::number::complete::{le_u16, le_u32};
use nom::{IResult, Parser};
use uuid::Uuid;

/// The shape of a Grain's data set: 44 elements, two nested sequences, 1100 bytes.
fn rtv(w: &mut DataSetWriter) -> Result<()> {
    use LengthForm::Explicit;
    w.begin_sequence(Tag(0x0006_0001), Explicit)?.begin_item(Explicit)?;
    w.begin_sequence(Tag(0x0034_000D), Explicit)?.begin_item(Explicit)?;
    w.timestamp(Tag(0x0034_0007), PtpTimestamp::from_ns(1_767_526_074_000_000_000))?;
    w.end_item()?.end_sequence()?.end_item()?.end_sequence()?;
    w.text(Tag(0x0008_0005), Vr::CS, "ISO_IR 192")?;
    w.uid(Tag(0x0008_0016), "1.2.840.10008.10.1")?;
    for element in 0..24 {
        w.text(Tag(0x0010_0010 + element), Vr::LO, "Example University")?;
    }
    for element in 0..6 {
        w.uid(
            Tag(0x0020_000D + element),
            "1.2.826.0.1.3680043.8.498.12345678901234567890",
        )?;
    }
    for element in 0..9 {
        w.u16(Tag(0x0028_0010 + element), &[1080])?;
    }
    Ok(())
}

/// One sequence of Items, each with six elements and a nested sequence of one.
fn items(w: &mut DataSetWriter, count: u32, form: LengthForm) -> Result<()> {
    w.begin_sequence(Tag(0x5200_9230), form)?;
    for number in 0..count {
        w.begin_item(form)?;
        w.begin_sequence(Tag(0x0020_9111), form)?.begin_item(form)?;
        w.u32(Tag(0x0020_9157), &[1, number])?.end_item()?.end_sequence()?;
        for element in 0..4 {
            w.text(Tag(0x0028_0030 + element), Vr::DS, "0.4882812\\0.4882812")?;
        }
        w.end_item()?;
    }
    w.end_sequence()?;
    Ok(())
}

fn written(write: impl FnOnce(&mut DataSetWriter) -> Result<()>) -> Vec<u8> {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    write(&mut w).expect("a sound data set");
    w.finish().expect("a sound data set")
}

fn inputs() -> Vec<(String, Vec<u8>)> {
    let mut inputs = vec![
        ("rtv".to_owned(), written(rtv)),
        (
            "20,000 items, explicit".to_owned(),
            written(|w| items(w, 20_000, LengthForm::Explicit)),
        ),
        (
            "20,000 items, undefined".to_owned(),
            written(|w| items(w, 20_000, LengthForm::Undefined)),
        ),
    ];
    if let Some(folder) = std::env::var_os("DICOM_RTV_BENCH_DIR") {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .expect("DICOM_RTV_BENCH_DIR is a folder")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "evrle"))
            .collect();
        files.sort();
        inputs.extend(files.into_iter().map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a readable file"))
        }));
    }
    inputs
}

/// The least that any reader does: from header to header, into sequences and Items, keeping nothing.
fn bare_walk(mut input: &[u8]) -> usize {
    let mut count = 0;
    while let Ok((rest, ())) = bare_step(input) {
        input = rest;
        count += 1;
    }
    count
}

fn bare_step(input: &[u8]) -> IResult<&[u8], ()> {
    let (rest, (group, element)) = (le_u16, le_u16).parse(input)?;
    if group == 0xFFFE {
        let (rest, _) = le_u32(rest)?;
        return Ok((rest, ()));
    }
    let _ = black_box(element);
    let (rest, vr) = take(2_usize)(rest)?;
    let (rest, length) = match vr {
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV" => {
            let (rest, _) = le_u16(rest)?;
            le_u32(rest)?
        }
        _ => {
            let (rest, length) = le_u16(rest)?;
            (rest, u32::from(length))
        }
    };
    if vr == b"SQ" || length == u32::MAX {
        return Ok((rest, ()));
    }
    let (rest, _) = take(length)(rest)?;
    Ok((rest, ()))
}

fn dicom_object(bytes: &[u8]) -> InMemDicomObject {
    InMemDicomObject::read_dataset_with_ts(bytes, &EXPLICIT_VR_LITTLE_ENDIAN.erased()).expect("dicom-object reads it")
}

fn settings(group: &mut BenchmarkGroup<'_, WallTime>, bytes: &[u8]) {
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.warm_up_time(Duration::from_millis(500));
    group.measurement_time(Duration::from_secs(2));
    group.sample_size(30);
}

fn decode(c: &mut Criterion) {
    let limits = Limits::default();
    for (name, bytes) in inputs() {
        let mut group = c.benchmark_group(format!("decode {name}"));
        settings(&mut group, &bytes);
        group.bench_function("dicom-rtv", |b| {
            b.iter(|| DataSet::parse(black_box(&bytes), Syntax::ExplicitVrLe, &limits));
        });
        group.bench_function("dicom-rtv, memory used again", |b| {
            let mut arena = Arena::new();
            b.iter(|| {
                let set = DataSet::parse_in(
                    core::mem::take(&mut arena),
                    black_box(&bytes),
                    Syntax::ExplicitVrLe,
                    &limits,
                );
                arena = black_box(set).into_arena();
            });
        });
        group.bench_function("dicom-rtv events", |b| {
            b.iter(|| EventReader::new(black_box(&bytes), Syntax::ExplicitVrLe, &limits).count());
        });
        group.bench_function("bare nom walk", |b| b.iter(|| bare_walk(black_box(&bytes))));
        if !name.starts_with("deep") {
            group.bench_function("dicom-object", |b| b.iter(|| dicom_object(black_box(&bytes))));
        }
        group.finish();
    }
}

fn encode(c: &mut Criterion) {
    for (name, bytes) in inputs() {
        let mut group = c.benchmark_group(format!("encode {name}"));
        settings(&mut group, &bytes);
        let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
        assert_eq!(dataset::encode(&set), bytes, "{name} is written as it was read");
        group.bench_function("dicom-rtv", |b| b.iter(|| dataset::encode(black_box(&set))));
        if !name.starts_with("deep") {
            let object = dicom_object(&bytes);
            let syntax = EXPLICIT_VR_LITTLE_ENDIAN.erased();
            group.bench_function("dicom-object", |b| {
                b.iter(|| {
                    let mut out = Vec::with_capacity(bytes.len());
                    black_box(&object)
                        .write_dataset_with_ts(&mut out, &syntax)
                        .expect("dicom-object writes it");
                    out
                });
            });
        }
        group.finish();
    }
    let mut group = c.benchmark_group("build rtv");
    settings(&mut group, &written(rtv));
    group.bench_function("dicom-rtv writer", |b| b.iter(|| written(rtv)));
    group.finish();
}

fn whole_payload(c: &mut Criterion) {
    let limits = Limits::default();
    let fields = Fields {
        transfer_syntax_uid: "1.2.840.10008.1.2.7.1",
        sop_class_uid: "1.2.840.10008.10.1",
        sop_instance_uid: "1.2.826.0.1.3680043.8.498.12345678901234567890",
        source_id: Uuid::from_u128(1),
        flow_id: Uuid::from_u128(2),
        sampling_rate: Some(90_000),
        actual_frame_duration: None,
        private: None,
    };
    let data = written(rtv);
    let bytes = payload::encode(&meta::build(&fields).expect("sound meta information"), &data);
    let mut group = c.benchmark_group("payload");
    settings(&mut group, &bytes);
    group.bench_function("data set alone", |b| {
        let mut arena = Arena::new();
        b.iter(|| {
            let set = DataSet::parse_in(
                core::mem::take(&mut arena),
                black_box(&data),
                Syntax::ExplicitVrLe,
                &limits,
            );
            arena = black_box(set).into_arena();
        });
    });
    group.bench_function("payload with its identity", |b| {
        let mut arena = PayloadArena::default();
        b.iter(|| {
            let read = Payload::parse_in(core::mem::take(&mut arena), black_box(&bytes), &limits);
            let meta = read.meta();
            black_box((meta.source_id(), meta.flow_id(), meta.sampling_rate()));
            black_box(read.dynamic().and_then(|dynamic| dynamic.frame_origin_timestamp()));
            arena = black_box(read).into_arena();
        });
    });
    group.finish();
}

criterion_group!(benches, decode, encode, whole_payload);
criterion_main!(benches);
