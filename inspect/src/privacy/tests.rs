use dicom_rtv::dataset::Syntax;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dictionary::tags;

use super::*;

fn privacy() -> Privacy {
    Privacy::new(b"key")
}

fn hide(bytes: &[u8]) -> (Privacy, Vec<u8>) {
    let privacy = privacy();
    let set = DataSet::parse(bytes, Syntax::ExplicitVrLe, &Limits::default());
    let mut out = bytes.to_vec();
    privacy.data_set(&set, CharacterSet::DEFAULT, &mut out);
    assert_eq!(out.len(), bytes.len());
    (privacy, out)
}

#[test]
fn uids_are_mapped_alike_in_the_same_length() {
    let privacy = privacy();
    let mut seen = std::collections::HashSet::new();
    for length in 1..=64 {
        let original: String = "1.23456789".repeat(7).chars().take(length).collect();
        let original = original.trim_end_matches('.');
        let mapped = privacy.uid(original);
        assert_eq!(mapped.len(), original.len(), "{mapped}");
        assert!(length < 6 || mapped.starts_with("2.25."), "{mapped}");
        let components = mapped.split('.');
        for component in components {
            assert!(
                !component.is_empty() && (component == "0" || !component.starts_with('0')),
                "{mapped}"
            );
        }
        assert_eq!(privacy.uid(original), mapped);
        if length > 12 {
            assert_ne!(Privacy::new(b"other").uid(original), mapped);
            seen.insert(mapped);
        }
    }
    assert!(seen.len() > 45);
    assert_eq!(
        privacy.uid("1.2.840.10008.10.1"),
        "1.2.840.10008.10.1",
        "the standard's own"
    );
    assert_eq!(privacy.uid(""), "");
}

#[test]
fn what_identifies_is_replaced_in_sequences_too() {
    let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
    let build = |writer: &mut DataSetWriter| -> dicom_rtv::Result<()> {
        writer
            .text(tags::MODALITY, Vr::CS, "ES")?
            .text(tags::INSTITUTION_NAME, Vr::LO, "St. Elsewhere")?
            .begin_sequence(tags::REFERENCED_PATIENT_SEQUENCE, LengthForm::Explicit)?
            .begin_item(LengthForm::Explicit)?
            .uid(tags::REFERENCED_SOP_INSTANCE_UID, "1.2.826.0.1.3680043.2.1")?
            .text(tags::PATIENT_COMMENTS, Vr::LT, "in a marked sequence")?
            .end_item()?
            .end_sequence()?
            .text(Tag(0x0009_0010), Vr::LO, "ACME")?
            .text(Tag(0x0009_1001), Vr::LO, "private Jane")?
            .text(tags::PATIENT_NAME, Vr::PN, "Doe^Jane")?
            .text(tags::PATIENT_ID, Vr::LO, "4711")?
            .text(tags::PATIENT_BIRTH_DATE, Vr::DA, "19700101")?
            .text(tags::PATIENT_SEX, Vr::CS, "F")?
            .text(tags::PATIENT_AGE, Vr::AS, "055Y")?
            .u16(tags::ROWS, &[1080])?;
        writer.begin_sequence(tags::ACQUISITION_CONTEXT_SEQUENCE, LengthForm::Undefined)?;
        writer.begin_item(LengthForm::Undefined)?;
        writer.text(Tag(0x0040_A123), Vr::PN, "Jane's sister")?;
        writer.end_item()?.end_sequence()?;
        Ok(())
    };
    build(&mut writer).unwrap();
    let bytes = writer.finish().unwrap();
    let (privacy, out) = hide(&bytes);
    for secret in [
        "Jane",
        "Doe",
        "4711",
        "Elsewhere",
        "19700101",
        "ACME",
        "3680043",
        "marked sequence",
        "055Y",
    ] {
        assert!(!String::from_utf8_lossy(&out).contains(secret), "{secret}");
    }
    let set = DataSet::parse(&out, Syntax::ExplicitVrLe, &Limits::default());
    assert!(set.is_complete());
    assert_eq!(set.get(tags::MODALITY).unwrap().value(), b"ES");
    assert_eq!(set.get(tags::ROWS).unwrap().u16(), Some(1080));
    for element in set.elements().filter(|e| !e.is_sequence() && !e.tag().is_private()) {
        let problem = value::check(element.vr(), None, element.value(), &CharacterSet::DEFAULT);
        assert!(problem.is_none(), "{} {problem:?}", element.tag());
    }
    assert_eq!(
        privacy.text("Patient ID \"4711\" of Doe^Jane is not that of packet 47112"),
        "Patient ID \"hidden\" of hidden is not that of packet 47112"
    );
}

#[test]
fn dummies_are_valid_values_of_their_vr() {
    let privacy = privacy();
    let charset = CharacterSet::DEFAULT;
    for vr in [
        Vr::AE,
        Vr::AS,
        Vr::CS,
        Vr::DA,
        Vr::DS,
        Vr::DT,
        Vr::IS,
        Vr::LO,
        Vr::LT,
        Vr::PN,
        Vr::SH,
        Vr::ST,
        Vr::TM,
        Vr::UT,
    ] {
        for length in (0..=90).step_by(2) {
            let value = dummy(&privacy, vr, &vec![b'1'; length]);
            assert_eq!(value.len(), length);
            // Trailing spaces beyond the longest value are padding.
            let text = value.trim_ascii_end();
            let problem = value::check(vr, None, text, &charset);
            assert!(
                problem.is_none(),
                "{vr} {length} {problem:?} {:?}",
                String::from_utf8_lossy(&value)
            );
        }
    }
}

#[test]
fn what_cannot_be_read_is_blanked() {
    let garbage = b"Patient Jane Doe, not a data set at all, but long enough to look at".repeat(4);
    let out = privacy().payload(&garbage, CharacterSet::DEFAULT, &Limits::default());
    assert_eq!(out.len(), garbage.len());
    assert!(!String::from_utf8_lossy(&out).contains("Jane"));
    let id = privacy().uuid(&[7; 16]);
    assert_eq!((id[6] >> 4, id[8] >> 6), (8, 2));
    assert_eq!(privacy().uuid(&[0; 16]), [0; 16]);
}
