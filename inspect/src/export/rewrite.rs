//! A data set written anew: in ascending order, Explicit VR Little Endian, with additions and omissions.

use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
use dicom_rtv::dataset::{DataSet, Element, Syntax};
use dicom_rtv::dictionary::tags;
use dicom_rtv::{Result, Tag, Vr};

/// Frame Origin Timestamp: ten bytes.
const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);

/// What is changed on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rewrite {
    /// The Current Frame Functional Groups Sequence (0006,0001) is not to be persisted as it is: its Item becomes one of the
    /// Per-frame Functional Groups Sequence (5200,9230), as PS3.3 C.7.6.27 asks for.
    pub(crate) persist: bool,
    /// Without private attributes, and with Frame Origin Timestamps of zero.
    pub(crate) hide: bool,
    /// Elements that are written instead of those of the data set, or beside them: tag, VR, value.
    pub(crate) set: Vec<(Tag, Vr, Vec<u8>)>,
    /// The same, where the data set has none.
    pub(crate) default: Vec<(Tag, Vr, Vec<u8>)>,
}

enum Source<'d, 'a> {
    Read(Element<'d, 'a>),
    Given(Vr, &'d [u8]),
}

impl Rewrite {
    /// For what is shown or written with `--hide-patient`: with the attributes that PS3.15 E.1.1 asks for.
    pub(crate) fn hiding() -> Self {
        Self {
            hide: true,
            set: vec![
                (tags::PATIENT_IDENTITY_REMOVED, Vr::CS, b"YES".to_vec()),
                (
                    tags::DEIDENTIFICATION_METHOD,
                    Vr::LO,
                    b"Grainscope: values of the PS3.15 E.1 Basic Profile replaced".to_vec(),
                ),
            ],
            ..Self::default()
        }
    }

    /// The data set. Elements that are cut or cannot be written are left out.
    pub(crate) fn data_set(&self, set: &DataSet<'_>) -> Vec<u8> {
        let read = set
            .elements()
            .map(|element| (self.target(&element), Source::Read(element)));
        let mut sources: Vec<(Tag, Source<'_, '_>)> = Vec::new();
        for (tag, vr, value) in &self.set {
            sources.push((*tag, Source::Given(*vr, value)));
        }
        sources.extend(read);
        for (tag, vr, value) in &self.default {
            sources.push((*tag, Source::Given(*vr, value)));
        }
        let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
        self.level(sources, &mut writer);
        writer.finish().unwrap_or_default()
    }

    fn target(&self, element: &Element<'_, '_>) -> Tag {
        match element.tag() {
            tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE if self.persist => {
                tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE
            }
            tag => tag,
        }
    }

    /// The elements of the data set or of an Item. The first of equal tags holds.
    fn level(&self, mut sources: Vec<(Tag, Source<'_, '_>)>, writer: &mut DataSetWriter) {
        sources.sort_by_key(|(tag, _)| *tag);
        sources.dedup_by_key(|(tag, _)| *tag);
        for (tag, source) in sources {
            // Group lengths would be wrong now; PS3.5 7.2 retired them.
            if tag.element() == 0 || self.hide && tag.is_private() {
                continue;
            }
            // What cannot be written leaves nothing behind: the writer refuses it as a whole.
            _ = match source {
                Source::Given(vr, value) => writer.bytes(tag, vr, value).map(|_| ()),
                Source::Read(element) => self.element(tag, &element, writer),
            };
        }
    }

    fn element(&self, tag: Tag, element: &Element<'_, '_>, writer: &mut DataSetWriter) -> Result<()> {
        if element.is_clamped() || element.is_opaque() {
            return Ok(());
        }
        if element.is_sequence() {
            let form = |is_undefined: bool| match is_undefined {
                true => LengthForm::Undefined,
                false => LengthForm::Explicit,
            };
            writer.begin_sequence(tag, form(element.has_undefined_length()))?;
            for item in element.items() {
                writer.begin_item(form(item.has_undefined_length()))?;
                let elements = item.elements().map(|e| (e.tag(), Source::Read(e)));
                self.level(elements.collect(), writer);
                writer.end_item()?;
            }
            writer.end_sequence()?;
        } else if element.is_encapsulated() {
            writer.element(element)?;
        } else if self.hide && tag == FRAME_ORIGIN_TIMESTAMP {
            writer.bytes(tag, element.vr(), &vec![0; element.value().len()])?;
        } else {
            writer.bytes(tag, element.vr(), element.value())?;
        }
        Ok(())
    }
}
