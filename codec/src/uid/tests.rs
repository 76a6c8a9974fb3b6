use alloc::string::ToString;

use super::{UidKind, UidProblem, check, entries, is_valid, lookup};

#[test]
fn the_rtv_rows_have_their_standard_names() {
    for (uid, name, kind) in [
        (
            super::VIDEO_ENDOSCOPIC_IMAGE_RTC,
            "Video Endoscopic Image Real-Time Communication",
            UidKind::SopClass,
        ),
        (
            super::VIDEO_PHOTOGRAPHIC_IMAGE_RTC,
            "Video Photographic Image Real-Time Communication",
            UidKind::SopClass,
        ),
        (
            super::AUDIO_WAVEFORM_RTC,
            "Audio Waveform Real-Time Communication",
            UidKind::SopClass,
        ),
        (
            super::RENDITION_SELECTION_DOCUMENT_RTC,
            "Rendition Selection Document Real-Time Communication",
            UidKind::SopClass,
        ),
        (
            super::ST_2110_20_PROGRESSIVE,
            "SMPTE ST 2110-20 Uncompressed Progressive Active Video",
            UidKind::TransferSyntax,
        ),
        (
            super::ST_2110_20_INTERLACED,
            "SMPTE ST 2110-20 Uncompressed Interlaced Active Video",
            UidKind::TransferSyntax,
        ),
        (
            super::ST_2110_30_PCM,
            "SMPTE ST 2110-30 PCM Digital Audio",
            UidKind::TransferSyntax,
        ),
        (
            super::EXPLICIT_VR_LITTLE_ENDIAN,
            "Explicit VR Little Endian",
            UidKind::TransferSyntax,
        ),
        (
            super::IMPLICIT_VR_LITTLE_ENDIAN,
            "Implicit VR Little Endian",
            UidKind::TransferSyntax,
        ),
        (
            super::UTC,
            "Universal Coordinated Time",
            UidKind::SynchronizationFrameOfReference,
        ),
    ] {
        let entry = lookup(uid).expect(uid);
        assert_eq!(
            (entry.uid, entry.name, entry.kind, entry.retired),
            (uid, name, kind, false)
        );
    }
}

#[test]
fn every_kind_and_the_retired_flag_are_there() {
    let kind = |uid| lookup(uid).map(|entry| (entry.kind, entry.retired));
    assert_eq!(kind("1.2.840.10008.1.2.2"), Some((UidKind::TransferSyntax, true)));
    assert_eq!(kind("1.2.840.10008.1.2.4.110"), Some((UidKind::TransferSyntax, false)));
    assert_eq!(kind("1.2.840.10008.5.1.1.9"), Some((UidKind::MetaSopClass, false)));
    assert_eq!(kind("1.2.840.10008.1.5.1"), Some((UidKind::SopInstance, false)));
    assert_eq!(kind("1.2.840.10008.4.2"), Some((UidKind::ServiceClass, false)));
    assert_eq!(
        kind("1.2.840.10008.3.1.1.1"),
        Some((UidKind::ApplicationContext, false))
    );
    assert_eq!(
        kind("1.2.840.10008.7.1.1"),
        Some((UidKind::ApplicationHostingModel, false))
    );
    assert_eq!(kind("1.2.840.10008.2.6.1"), Some((UidKind::CodingScheme, false)));
    assert_eq!(kind("1.2.840.10008.2.16.4"), Some((UidKind::CodingScheme, false)));
    assert_eq!(kind("1.2.840.10008.8.1.1"), Some((UidKind::MappingResource, false)));
    assert_eq!(kind("1.2.840.10008.1.4.1.1"), Some((UidKind::FrameOfReference, false)));
    assert_eq!(kind("1.2.840.10008.15.0.3.1"), Some((UidKind::LdapOid, false)));
    assert_eq!(kind("1.2.840.10008.1.2.4.50"), Some((UidKind::TransferSyntax, false)));
    assert_eq!(kind("1.2.3.4"), None);
    assert_eq!(kind(""), None);
    assert_eq!(kind("1.2.840.10008.1.2\0"), None);
}

#[test]
fn the_table_is_sorted_valid_and_complete() {
    assert!(entries().windows(2).all(|pair| pair[0].uid < pair[1].uid));
    assert_eq!(entries().len(), 494);
    for entry in entries() {
        assert_eq!(check(entry.uid), Ok(()), "{}", entry.uid);
        assert!(!entry.name.is_empty(), "{}", entry.uid);
        assert_eq!(lookup(entry.uid), Some(entry));
    }
}

#[test]
fn a_uid_is_digits_and_periods_without_leading_zeros() {
    for good in ["1", "0", "0.0", "1.2.840.10008.1.2", "2.25.302054712", "1.0.2"] {
        assert!(is_valid(good), "{good}");
    }
    assert_eq!(check(""), Err(UidProblem::Empty));
    assert_eq!(check("1.2."), Err(UidProblem::EmptyComponent { component: 2 }));
    assert_eq!(check(".1"), Err(UidProblem::EmptyComponent { component: 0 }));
    assert_eq!(check("1..2"), Err(UidProblem::EmptyComponent { component: 1 }));
    assert_eq!(check("1.02"), Err(UidProblem::LeadingZero { component: 1 }));
    assert_eq!(check("1.00"), Err(UidProblem::LeadingZero { component: 1 }));
    assert_eq!(check("1.2 "), Err(UidProblem::Character { found: ' ', offset: 3 }));
    assert_eq!(check("1.é"), Err(UidProblem::Character { found: 'é', offset: 2 }));
    assert!(is_valid(&"1".repeat(64)));
    assert_eq!(check(&"1".repeat(65)), Err(UidProblem::TooLong { length: 65 }));
}

#[test]
fn problems_are_told_in_one_sentence() {
    assert_eq!(
        check("1.2\n").unwrap_err().to_string(),
        "UID has '\\n' at offset 3: only digits and periods are allowed"
    );
    assert_eq!(
        check("1.02").unwrap_err().to_string(),
        "component 2 of the UID starts with 0"
    );
}
