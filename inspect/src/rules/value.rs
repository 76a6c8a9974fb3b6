//! Values against their VR (PS3.5 6.2).

use dicom_rtv::charset::{self, CharacterSet};
use dicom_rtv::dataset::{DataSet, Element, Node};
use dicom_rtv::value::{self, Multiplicity, ProblemKind};
use dicom_rtv::{Tag, Vr, dictionary};

use super::Id;
use super::ledger::Verdict;

/// What the dictionary says about the tags seen lately: the same attributes come again with every Grain.
#[derive(Debug)]
pub(crate) struct Multiplicities {
    slots: [Option<(Tag, Option<Multiplicity>)>; 256],
}

impl Default for Multiplicities {
    fn default() -> Self {
        Self { slots: [None; 256] }
    }
}

impl Multiplicities {
    /// How many values an attribute may have; `None` for one that the dictionary does not know.
    pub(crate) fn of(&mut self, tag: Tag) -> Option<Multiplicity> {
        let hash = (tag.0.wrapping_mul(0x9E37_79B1) >> 24) as usize;
        match self.slots.get_mut(hash) {
            Some(Some((known, multiplicity))) if *known == tag => *multiplicity,
            slot => {
                let multiplicity = dictionary::lookup(tag).map(|entry| entry.vm.into());
                if let Some(slot) = slot {
                    *slot = Some((tag, multiplicity));
                }
                multiplicity
            }
        }
    }
}

/// Checks the values that begin in bytes `start..end` of a payload. `charset` is that of the flow's last static part;
/// `undeclared` says that the static part has text but no Specific Character Set, which is told elsewhere.
pub(crate) fn check(
    set: &DataSet<'_>,
    range: (u32, u32),
    charset: CharacterSet,
    undeclared: bool,
    known: &mut Multiplicities,
    verdict: &mut Verdict<'_>,
) {
    let top = set.charset(charset);
    let mut walk = set.walk();
    while let Some((depth, node)) = walk.next() {
        if node.start() >= range.1 {
            break;
        }
        if node.start() < range.0 {
            if depth == 0 && node.end() <= range.0 {
                walk.skip_children();
            }
            continue;
        }
        let Node::Element(element) = node else { continue };
        if element.is_sequence() || element.is_empty() || element.end() > range.1 {
            continue;
        }
        let own;
        let in_force = if depth > 0 && value::is_text(element.vr()) {
            own = element.charset(charset);
            &own
        } else {
            &top
        };
        check_element(&element, known.of(element.tag()), in_force, undeclared, verdict);
    }
}

/// Checks one value.
pub(crate) fn check_element(
    element: &Element<'_, '_>,
    multiplicity: Option<Multiplicity>,
    charset: &CharacterSet,
    undeclared: bool,
    verdict: &mut Verdict<'_>,
) {
    // Of most numbers there is one, and most attributes may have one.
    let Some(problem) = value::check(element.vr(), multiplicity, element.value(), charset) else {
        return;
    };
    if undeclared && matches!(problem.kind, ProblemKind::Encoding(_)) {
        return;
    }
    verdict.breaks(Id::ValueInvalid, || {
        format!("{}, {}: {problem}", super::meta::name(element.tag()), element.vr())
    });
}

/// Whether a value is text that the Specific Character Set is for, with bytes over 7FH.
pub(crate) fn needs_character_set(vr: Vr, bytes: &[u8]) -> bool {
    charset::is_affected(vr) && !bytes.is_ascii()
}
