//! What a sound data set gives.

use alloc::string::ToString;

use super::*;
use crate::charset::CharacterSet;

#[test]
fn gives_every_element_where_it_is() {
    for bytes in samples() {
        let set = explicit(&bytes);
        assert_sound(&set);
        assert_eq!(set.issues(), []);
        assert!(set.is_complete());
        assert_eq!(set.len(), 25);
        assert_eq!(set.elements().count(), 10);

        let sequence = set.get(tag(0x0008, 0x1111)).unwrap();
        assert!(sequence.is_sequence() && sequence.items().count() == 2);
        let second = sequence.item(1).unwrap();
        assert_eq!((second.number(), second.sequence().unwrap().tag()), (1, sequence.tag()));
        assert_eq!(second.get(tag(0x0008, 0x0100)).unwrap().value(), b"bc");
        let rows = set.path(
            &[(tag(0x0008, 0x1111), 1), (tag(0x0040, 0xA170), 0)],
            tag(0x0028, 0x0010),
        );
        assert_eq!(rows.unwrap().u16_array(), Some([1, 2]));
        assert!(
            set.path(
                &[(tag(0x0008, 0x1111), 1), (tag(0x0040, 0xA170), 1)],
                tag(0x0028, 0x0010)
            )
            .is_none()
        );
        assert!(set.path(&[(tag(0x0008, 0x1111), 2)], tag(0x0008, 0x0100)).is_none());
        assert!(set.get(tag(0x0008, 0x1140)).unwrap().items().next().is_none());

        let big = set.get(tag(0x0042, 0x0011)).unwrap();
        assert_eq!(
            (big.value().len(), big.declared_length(), big.wire_vr()),
            (70_000, 70_000, Some(*b"OB"))
        );
        assert_eq!(&bytes[big.start() as usize..big.value_start() as usize][4..6], b"OB");
        assert_eq!(set.get(tag(0x0009, 0x1001)).unwrap().private_creator(), Some("ACME 1"));
        assert_eq!(set.get(tag(0x0010, 0x0011)).map(|e| e.tag()), None);

        let pixels = set.get(tag(0x7FE0, 0x0010)).unwrap();
        assert!(pixels.is_encapsulated() && pixels.has_undefined_length());
        let fragments: Vec<_> = pixels.fragments().map(|f| f.value()).collect();
        assert_eq!(fragments, [[].as_slice(), &[1, 2, 3, 0], &[4; 10]]);
    }
}

#[test]
fn walks_in_pre_order_with_depths() {
    for bytes in samples() {
        let set = explicit(&bytes);
        let walked: Vec<_> = set.walk().map(|(depth, node)| (depth, node.index())).collect();
        let depths: Vec<_> = walked.iter().map(|w| w.0).collect();
        let expected = [
            0, 0, 0, 1, 2, 2, 3, 4, 3, 1, 2, 2, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
        ];
        assert_eq!(depths[..15], expected[..15]);
        assert!(walked.iter().enumerate().all(|(i, w)| w.1 == i as u32));
        let mut walk = set.walk();
        walk.nth(2);
        walk.skip_children();
        assert!(matches!(walk.next(), Some((0, Node::Element(e))) if e.tag() == tag(0x0008, 0x1140)));
    }
}

#[test]
fn length_forms_are_those_of_the_header() {
    let bytes = sample(LengthForm::Explicit, LengthForm::Undefined);
    let set = explicit(&bytes);
    let sequence = set.get(tag(0x0008, 0x1111)).unwrap();
    let item = sequence.item(0).unwrap();
    assert!(!sequence.has_undefined_length() && item.has_undefined_length());
    assert_eq!(
        sequence.declared_length(),
        sequence.value_end() - sequence.value_start()
    );
    assert_eq!(item.declared_length(), UNDEFINED_LENGTH);
    assert_eq!(
        (sequence.end(), item.end()),
        (sequence.value_end(), item.value_end() + 8)
    );
}

#[test]
fn memory_is_used_again() {
    let [first, .., last] = &samples()[..] else { panic!() };
    let arena = explicit(first).into_arena();
    let bytes = arena.capacity_bytes();
    let set = DataSet::parse_in(arena, last, Syntax::ExplicitVrLe, &Limits::default());
    assert_eq!(set.len(), 25);
    assert_eq!(set.into_arena().capacity_bytes(), bytes);
}

#[test]
fn a_part_of_a_structure_keeps_its_offsets() {
    let data = sample(LengthForm::Undefined, LengthForm::Undefined);
    let mut whole = vec![0xEE; 10];
    whole.extend_from_slice(&data);
    whole.extend_from_slice(&[0xEE; 7]);
    let end = 10 + data.len() as u32;
    let set = DataSet::parse_range(Arena::new(), &whole, 10, end, Syntax::ExplicitVrLe, &Limits::default());
    assert_sound(&set);
    assert_eq!((set.start(), set.end(), set.issue_count()), (10, end, 0));
    assert_eq!(set.elements().next().unwrap().start(), 10);
    assert_eq!(set.bytes(), data);
}

#[test]
fn unknown_of_undefined_length_is_a_sequence_in_implicit_vr() {
    // (0120,105F) UN undefined > Item undefined > (0010,0010) without VR, then OW behind it.
    let mut bytes = b"\x20\x01\x5f\x10UN\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff".to_vec();
    bytes.extend_from_slice(b"\x10\0\x10\0\x04\0\0\0Doe \xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0");
    bytes.extend_from_slice(b"\xe0\x7f\x10\0OW\0\0\x02\0\0\0\x01\x02");
    let set = explicit(&bytes);
    assert_sound(&set);
    assert_eq!(set.issues(), []);
    let unknown = set.get(tag(0x0120, 0x105F)).unwrap();
    assert_eq!((unknown.vr(), unknown.wire_vr()), (Vr::SQ, Some(*b"UN")));
    let name = unknown.item(0).unwrap().get(tag(0x0010, 0x0010)).unwrap();
    assert_eq!(
        (name.vr(), name.wire_vr(), name.value()),
        (Vr::PN, None, b"Doe ".as_slice())
    );
    assert_eq!(set.get(tag(0x7FE0, 0x0010)).unwrap().wire_vr(), Some(*b"OW"));
    assert_eq!(encode(&set), bytes);
}

#[test]
fn unknown_of_explicit_length_opens_on_demand() {
    let mut bytes = b"\x09\0\x01\x10UN\0\0\x14\0\0\0\xfe\xff\x00\xe0\x0c\0\0\0\x10\0\x10\0\x04\0\0\0Doe ".to_vec();
    bytes.extend_from_slice(b"\x09\0\x02\x10UN\0\0\x04\0\0\0abcd");
    let set = explicit(&bytes);
    let mut elements = set.elements();
    let first = elements.next().unwrap();
    assert!(!first.is_sequence() && first.items().next().is_none());
    let opened = first.open(&Limits::default()).unwrap();
    assert_sound(&opened);
    let item = opened.root_items().next().unwrap();
    assert_eq!(item.get(tag(0x0010, 0x0010)).unwrap().value(), b"Doe ");
    assert_eq!((item.start(), item.number()), (12, 0));
    assert!(elements.next().unwrap().open(&Limits::default()).is_none());
}

#[test]
fn implicit_vr_takes_vrs_from_the_dictionary() {
    let mut w = DataSetWriter::new(Syntax::ImplicitVrLe);
    w.text(tag(0x0010, 0x0010), Vr::PN, "Doe").unwrap();
    w.begin_sequence(tag(0x0008, 0x1140), LengthForm::Explicit).unwrap_err();
    w.u16(tag(0x0028, 0x0103), &[1]).unwrap();
    w.i16(tag(0x0028, 0x0106), &[-5]).unwrap();
    w.begin_sequence(tag(0x0040, 0xA730), LengthForm::Explicit).unwrap();
    w.begin_item(LengthForm::Undefined).unwrap();
    w.bytes(tag(0x0041, 0x0010), Vr::LO, b"ACME").unwrap();
    w.bytes(tag(0x0041, 0x1001), Vr::LO, b"private ").unwrap();
    w.end_item().unwrap().end_sequence().unwrap();
    w.bytes(tag(0x7FE0, 0x0010), Vr::OW, &[1, 2]).unwrap();
    let bytes = w.finish().unwrap();
    let set = implicit(&bytes);
    assert_sound(&set);
    assert_eq!(set.issues(), []);
    let vrs: Vec<_> = set
        .walk()
        .filter_map(|(_, node)| node.as_element())
        .map(|e| e.vr())
        .collect();
    // (0028,0106) is US or SS: pixels are signed. A private attribute is known to its creator only.
    assert_eq!(vrs, [Vr::PN, Vr::US, Vr::SS, Vr::SQ, Vr::LO, Vr::UN, Vr::OW]);
    assert_eq!(set.get(tag(0x0028, 0x0106)).unwrap().i16(), Some(-5));
    assert_eq!(encode(&set), bytes);
}

#[test]
fn items_have_their_own_character_set_and_do_not_leak_it() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    let mut write = || -> crate::Result<()> {
        w.text(tag(0x0008, 0x0005), Vr::CS, "ISO_IR 192")?;
        w.begin_sequence(tag(0x0008, 0x1111), LengthForm::Explicit)?;
        w.begin_item(LengthForm::Explicit)?
            .text(tag(0x0008, 0x0005), Vr::CS, "ISO_IR 100")?;
        w.bytes(tag(0x0010, 0x0010), Vr::PN, b"M\xfcller ")?.end_item()?;
        w.begin_item(LengthForm::Explicit)?
            .text(tag(0x0010, 0x0010), Vr::PN, "Müller")?
            .end_item()?;
        w.end_sequence()?.text(tag(0x0010, 0x0010), Vr::PN, "Müller")?;
        Ok(())
    };
    write().unwrap();
    let bytes = w.finish().unwrap();
    let set = explicit(&bytes);
    let names: Vec<_> = set
        .walk()
        .filter_map(|(_, node)| node.as_element())
        .filter(|e| e.vr() == Vr::PN)
        .map(|e| e.text(&e.charset(CharacterSet::DEFAULT)).to_string())
        .collect();
    assert_eq!(names, ["Müller"; 3]);

    let alone = &bytes[set.get(tag(0x0010, 0x0010)).unwrap().start() as usize..];
    let set = explicit(alone);
    let name = set.get(tag(0x0010, 0x0010)).unwrap();
    let inherited = CharacterSet::from_value(b"ISO_IR 192").0;
    assert_eq!(name.text(&name.charset(inherited)), "Müller");
    assert_ne!(name.text(&name.charset(CharacterSet::DEFAULT)), "Müller");
}

#[test]
fn values_come_as_their_types() {
    let mut w = DataSetWriter::new(Syntax::ExplicitVrLe);
    w.text(tag(0x0008, 0x0008), Vr::CS, "ORIGINAL\\PRIMARY").unwrap();
    w.uid(tag(0x0008, 0x0018), "1.2.3").unwrap();
    w.text(tag(0x0020, 0x0013), Vr::IS, "12").unwrap();
    w.tags(tag(0x0028, 0x0009), &[tag(0x0018, 0x1063)]).unwrap();
    w.u16(tag(0x0028, 0x0010), &[1080]).unwrap();
    w.timestamp(tag(0x0034, 0x0007), crate::PtpTimestamp::from_ns(5_000_000_001))
        .unwrap();
    w.f64(tag(0x0070, 0x1603), &[1.0, 2.0, 3.0]).unwrap();
    let bytes = w.finish().unwrap();
    let set = explicit(&bytes);
    let get = |group, element| set.get(tag(group, element)).unwrap();
    let strings: Vec<_> = get(0x0008, 0x0008).strings(&CharacterSet::DEFAULT).collect();
    assert_eq!(strings, ["ORIGINAL", "PRIMARY"]);
    assert_eq!(get(0x0008, 0x0018).uid(), Some("1.2.3"));
    assert_eq!(get(0x0020, 0x0013).integer(), Some(12));
    assert_eq!(get(0x0028, 0x0010).integer(), Some(1080));
    assert_eq!(get(0x0028, 0x0009).tags().collect::<Vec<_>>(), [tag(0x0018, 0x1063)]);
    assert_eq!(
        get(0x0034, 0x0007).timestamp(),
        Some(crate::PtpTimestamp::from_ns(5_000_000_001))
    );
    assert_eq!(get(0x0070, 0x1603).f64_array(), Some([1.0, 2.0, 3.0]));
    assert_eq!(get(0x0070, 0x1603).f64_array::<4>(), None);
    assert_eq!(get(0x0028, 0x0010).u32(), None);
    assert_eq!(get(0x0028, 0x0010).uuid(), None);
}
