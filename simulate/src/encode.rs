//! From attributes to the bytes of a Grain's payload (PS3.22 7.1).

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::Syntax;
use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::{Result, Tag, Vr, payload};

use crate::attributes::{Attribute, Attributes, Value};
use crate::flow::{Flow, Metadata};

/// (0002,0000) File Meta Information Group Length.
const GROUP_LENGTH: Tag = Tag(0x0002_0000);
/// (0008,0005) Specific Character Set.
const SPECIFIC_CHARACTER_SET: u32 = 0x0008_0005;

/// The attributes as a data set in Explicit VR Little Endian.
///
/// # Errors
///
/// A value that its VR or the character set cannot hold.
pub fn data_set(attributes: &Attributes, lengths: LengthForm, charset: &CharacterSet) -> Result<Vec<u8>> {
    let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
    write(&mut writer, attributes, lengths, charset)?;
    writer.finish()
}

/// The character set that the attributes name; ISO_IR 6 without one.
#[must_use]
pub fn character_set(attributes: &Attributes) -> CharacterSet {
    match attributes.get(SPECIFIC_CHARACTER_SET).map(|a| &a.value) {
        Some(Value::Text(terms)) => CharacterSet::from_value(terms.as_bytes()).0,
        _ => CharacterSet::DEFAULT,
    }
}

/// Group 0002 with its group length.
///
/// # Errors
///
/// A value that its VR cannot hold.
pub fn meta(attributes: &Attributes) -> Result<Vec<u8>> {
    let rest = data_set(attributes, LengthForm::Explicit, &CharacterSet::DEFAULT)?;
    let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
    writer.u32(GROUP_LENGTH, &[rest.len() as u32])?;
    let mut meta = writer.finish()?;
    meta.extend(rest);
    Ok(meta)
}

/// The RTV Meta Information of a Flow, without the group length (PS3.22 Table 7.1-1).
#[must_use]
pub fn meta_attributes(flow: &Flow, metadata: &Metadata) -> Attributes {
    let mut a = Attributes::new();
    a.uid(0x0002_0010, &metadata.transfer_syntax_uid)
        .bytes(0x0002_0031, Vr::OB, &[0, 1])
        .uid(0x0002_0032, metadata.kind.sop_class_uid())
        .uid(0x0002_0033, &metadata.sop_instance_uid)
        .uuid(0x0002_0035, flow.source_id)
        .uuid(0x0002_0036, flow.flow_id);
    if metadata.dynamic.is_some() {
        a.u32(0x0002_0037, flow.clock_rate);
    }
    if metadata.frame_duration {
        a.f64s(0x0002_0038, &[flow.period.milliseconds()]);
    }
    if let Some((creator, information)) = &metadata.private {
        a.uid(0x0002_0100, creator).bytes(0x0002_0102, Vr::OB, information);
    }
    a
}

/// A whole payload: preamble, prefix, group 0002, dynamic part, static part.
///
/// # Errors
///
/// A value that its VR or the character set cannot hold.
pub fn grain(
    meta_attributes: &Attributes,
    dynamic: Option<&Attributes>,
    static_part: Option<&Attributes>,
    lengths: LengthForm,
    charset: &CharacterSet,
) -> Result<Vec<u8>> {
    let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
    for part in [dynamic, static_part].into_iter().flatten() {
        write(&mut writer, part, lengths, charset)?;
    }
    Ok(payload::encode(&meta(meta_attributes)?, &writer.finish()?))
}

fn write(
    writer: &mut DataSetWriter,
    attributes: &Attributes,
    lengths: LengthForm,
    charset: &CharacterSet,
) -> Result<()> {
    for Attribute { tag, vr, value } in attributes.elements() {
        match value {
            Value::Bytes(bytes) => {
                writer.bytes(*tag, *vr, bytes)?;
            }
            Value::Text(text) => {
                writer.bytes(*tag, *vr, &charset.encode_value(*vr, text)?)?;
            }
            Value::Items(items) => {
                writer.begin_sequence(*tag, lengths)?;
                for item in items {
                    writer.begin_item(lengths)?;
                    write(writer, item, lengths, charset)?;
                    writer.end_item()?;
                }
                writer.end_sequence()?;
            }
        }
    }
    Ok(())
}
