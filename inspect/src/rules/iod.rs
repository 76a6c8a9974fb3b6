//! What the Information Object Definitions ask of a static part (PS3.3 A.32.9, A.32.10, A.34.11, A.35.21).
//!
//! A static part is taken in as a [`Summary`]: which of the attributes that any of the four IODs asks for are there. Which
//! of them its own IOD asks for is decided when the flow is known.

use std::sync::LazyLock;

use dicom_rtv::dataset::{DataSet, Element, Node};
use dicom_rtv::dictionary::tags;
use dicom_rtv::iod::{self, AttributeType, Iod, Usage};
use dicom_rtv::{Tag, Vr};

use super::meta::name;
use super::value::needs_character_set;

/// Specific Character Set.
const CHARACTER_SET: Tag = Tag::new(0x0008, 0x0005);
/// Samples per Pixel.
const SAMPLES_PER_PIXEL: Tag = Tag::new(0x0028, 0x0002);
/// Planar Configuration.
const PLANAR_CONFIGURATION: Tag = Tag::new(0x0028, 0x0006);
/// Frame of Reference, which a Camera Position makes mandatory.
const FRAME_OF_REFERENCE: &str = "Frame of Reference";
/// Empty attributes inside Items that are remembered.
const EMPTY_PATHS: usize = 16;

/// The attributes that one of the IODs asks for, by ascending tag. A bit each in [`Summary`].
static ASKED: LazyLock<Vec<Tag>> = LazyLock::new(|| {
    let mut asked = vec![CHARACTER_SET, PLANAR_CONFIGURATION];
    for iod in iod::all() {
        asked.extend(iod.required_top_level().map(|required| required.tag));
        asked.extend(conditional(iod).map(|(tag, _)| tag));
    }
    asked.sort_unstable();
    asked.dedup();
    debug_assert!(asked.len() <= 128, "{} attributes", asked.len());
    asked
});

/// Which attributes a static part has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    present: u128,
    filled: u128,
    /// Samples per Pixel is more than 1.
    is_colour: bool,
    /// Text at the top level, or in Items without a set of their own, has bytes over 7FH.
    has_wide_text: bool,
    /// Paths of empty attributes inside Items.
    empty: Vec<Vec<Tag>>,
}

/// What a static part lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) missing: Vec<Tag>,
    pub(crate) empty: Vec<Vec<Tag>>,
}

impl Summary {
    /// Takes in the static part of a data set, which begins at byte `start`.
    pub(crate) fn of(set: &DataSet<'_>, start: u32) -> Self {
        let mut summary = Self::default();
        let mut next = 0;
        for element in set.elements().filter(|element| element.start() >= start) {
            // Tags mostly ascend, so the place of the last one is where to look.
            let rest = ASKED.get(next..).unwrap_or_default();
            let found = match rest.binary_search(&element.tag()) {
                Ok(at) => Some(next + at),
                Err(at) => {
                    next += at;
                    if at == 0 {
                        ASKED.binary_search(&element.tag()).ok()
                    } else {
                        None
                    }
                }
            };
            if let Some(at) = found {
                summary.present |= 1 << at;
                let has_value = if element.is_sequence() {
                    element.items().next().is_some()
                } else {
                    !is_blank(&element)
                };
                if has_value {
                    summary.filled |= 1 << at;
                }
            }
            if element.tag() == SAMPLES_PER_PIXEL {
                summary.is_colour = element.u16().is_some_and(|samples| samples > 1);
            }
        }
        summary.look_inside(set, start);
        summary
    }

    fn look_inside(&mut self, set: &DataSet<'_>, start: u32) {
        for (depth, node) in set.walk() {
            let Node::Element(element) = node else { continue };
            if element.start() < start || element.is_sequence() && !element.is_empty() {
                continue;
            }
            if !self.has_wide_text && needs_character_set(element.vr(), element.value()) {
                self.has_wide_text = depth == 0 || !has_own_character_set(element);
            }
            if depth > 0 && is_blank(&element) && self.empty.len() < EMPTY_PATHS {
                let path = path(element);
                if !self.empty.contains(&path) {
                    self.empty.push(path);
                }
            }
        }
    }

    fn has(&self, tag: Tag) -> bool {
        bit(tag).is_some_and(|bit| self.present & bit != 0)
    }

    /// Whether text needs a Specific Character Set (0008,0005) and there is none.
    pub(crate) fn lacks_character_set(&self) -> bool {
        self.has_wide_text && !self.has(CHARACTER_SET)
    }

    /// What it lacks for an IOD. With a Camera Position in the flow, Frame of Reference is mandatory.
    pub(crate) fn judge(&self, iod: &Iod, has_camera: bool) -> Judged {
        let mut judged = Judged::default();
        let required = iod.required_top_level().map(|required| (required.tag, required.kind));
        let conditional = conditional(iod).filter(|_| has_camera);
        for (tag, kind) in required.chain(conditional) {
            let Some(bit) = bit(tag) else { continue };
            if self.present & bit == 0 {
                judged.missing.push(tag);
            } else if kind == AttributeType::One && self.filled & bit == 0 {
                judged.empty.push(vec![tag]);
            }
        }
        if self.lacks_character_set() {
            judged.missing.push(CHARACTER_SET);
        }
        let asks_for_planes = iod.attribute(&[PLANAR_CONFIGURATION]).next().is_some();
        if self.is_colour && asks_for_planes && !self.has(PLANAR_CONFIGURATION) {
            judged.missing.push(PLANAR_CONFIGURATION);
        }
        judged.missing.sort_unstable();
        let inside = self.empty.iter().filter(|path| is_type_1(iod, path, has_camera));
        judged.empty.extend(inside.cloned());
        judged
    }
}

impl Judged {
    pub(crate) fn missing_text(&self, iod: Option<&Iod>) -> String {
        let iod = iod.map_or("the IOD", |iod| iod.name);
        format!(
            "expected the mandatory attributes of {iod} in the static part, found no {}",
            list(self.missing.iter().map(|tag| name(*tag)))
        )
    }

    pub(crate) fn empty_text(&self) -> String {
        let names = self.empty.iter().map(|path| {
            let names: Vec<String> = path.iter().map(|tag| name(*tag)).collect();
            names.join(" > ")
        });
        format!("expected a value in type 1 attributes, found none in {}", list(names))
    }
}

/// Names with commas, not too many.
fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    let rest = names.len().saturating_sub(8);
    names.truncate(8);
    let mut text = names.join(", ");
    if rest > 0 {
        text.push_str(&format!(" and {rest} more"));
    }
    text
}

fn bit(tag: Tag) -> Option<u128> {
    ASKED.binary_search(&tag).ok().map(|at| 1 << at)
}

/// What the Frame of Reference module asks for, where an IOD has it.
fn conditional(iod: &Iod) -> impl Iterator<Item = (Tag, AttributeType)> + use<> {
    let module = iod.module(FRAME_OF_REFERENCE);
    module
        .into_iter()
        .flat_map(|module| module.required().map(|row| (row.tag, row.kind)))
}

/// Whether a mandatory module gives the attribute at this path type 1.
fn is_type_1(iod: &Iod, path: &[Tag], has_camera: bool) -> bool {
    iod.attribute(path).any(|found| {
        let is_mandatory =
            found.module.usage == Usage::Mandatory || has_camera && found.module.name == FRAME_OF_REFERENCE;
        is_mandatory && found.attribute.kind == AttributeType::One
    })
}

/// Whether an attribute has no value: no byte, or padding alone.
pub(crate) fn is_blank(element: &Element<'_, '_>) -> bool {
    element.is_empty()
        || dicom_rtv::value::is_text(element.vr())
            && element
                .value()
                .iter()
                .all(|byte| *byte == b' ' || element.vr() == Vr::UI && *byte == 0)
}

/// The sequences that lead to an element, and the element.
pub(crate) fn path(element: Element<'_, '_>) -> Vec<Tag> {
    let mut path = vec![element.tag()];
    let mut parent = element.parent();
    while let Some(sequence) = parent.and_then(|item| item.sequence()) {
        path.push(sequence.tag());
        parent = sequence.parent();
    }
    path.reverse();
    path
}

fn has_own_character_set(element: Element<'_, '_>) -> bool {
    let mut parent = element.parent();
    while let Some(item) = parent {
        if item.get(tags::SPECIFIC_CHARACTER_SET).is_some() {
            return true;
        }
        parent = item.sequence().and_then(|sequence| sequence.parent());
    }
    false
}

#[cfg(test)]
mod tests {
    use dicom_rtv::dataset::Syntax;
    use dicom_rtv::dataset::write::{DataSetWriter, LengthForm};
    use dicom_rtv::{Limits, uid};

    use super::*;

    fn judge(write: impl FnOnce(&mut DataSetWriter), class: &str, has_camera: bool) -> Judged {
        let mut writer = DataSetWriter::new(Syntax::ExplicitVrLe);
        write(&mut writer);
        let bytes = writer.finish().unwrap();
        let set = DataSet::parse(&bytes, Syntax::ExplicitVrLe, &Limits::default());
        Summary::of(&set, 0).judge(iod::by_sop_class(class).unwrap(), has_camera)
    }

    #[test]
    fn every_asked_attribute_has_its_bit() {
        assert!((40..=128).contains(&ASKED.len()), "{}", ASKED.len());
    }

    #[test]
    fn an_empty_static_part_lacks_all() {
        let judged = judge(|_| (), uid::VIDEO_ENDOSCOPIC_IMAGE_RTC, false);
        let required = iod::by_sop_class(uid::VIDEO_ENDOSCOPIC_IMAGE_RTC)
            .unwrap()
            .required_top_level();
        assert_eq!(judged.missing.len(), required.len());
        let with_camera = judge(|_| (), uid::VIDEO_ENDOSCOPIC_IMAGE_RTC, true);
        assert_eq!(
            with_camera.missing.len(),
            judged.missing.len() + 2,
            "Frame of Reference"
        );
    }

    #[test]
    fn conditions_are_those_of_the_rule() {
        let class = uid::VIDEO_PHOTOGRAPHIC_IMAGE_RTC;
        let colour = |samples: u16| move |w: &mut DataSetWriter| _ = w.u16(SAMPLES_PER_PIXEL, &[samples]);
        assert!(!judge(colour(1), class, false).missing.contains(&PLANAR_CONFIGURATION));
        assert!(judge(colour(3), class, false).missing.contains(&PLANAR_CONFIGURATION));
        let patient = |text: &'static [u8]| move |w: &mut DataSetWriter| _ = w.bytes(tags::PATIENT_NAME, Vr::PN, text);
        assert!(!judge(patient(b"Doe^J "), class, false).missing.contains(&CHARACTER_SET));
        assert!(
            judge(patient(b"D\xC3\xB6^J"), class, false)
                .missing
                .contains(&CHARACTER_SET)
        );
    }

    #[test]
    fn type_1_needs_a_value_and_type_2_does_not() {
        let judged = judge(
            |w| {
                _ = w.bytes(tags::MODALITY, Vr::CS, b"  ");
                _ = w.bytes(tags::PATIENT_NAME, Vr::PN, b"");
                _ = w.begin_sequence(Tag::new(0x0034, 0x000A), LengthForm::Explicit);
                _ = w.begin_item(LengthForm::Explicit);
                _ = w.bytes(Tag::new(0x0034, 0x0005), Vr::OB, b"");
                _ = w.end_item();
                _ = w.end_sequence();
            },
            uid::VIDEO_ENDOSCOPIC_IMAGE_RTC,
            false,
        );
        let paths = [
            vec![tags::MODALITY],
            vec![Tag::new(0x0034, 0x000A), Tag::new(0x0034, 0x0005)],
        ];
        assert_eq!(judged.empty, paths);
        assert!(
            judged.empty_text().contains("Modality (0008,0060)"),
            "{}",
            judged.empty_text()
        );
    }
}
