//! The four Information Object Definitions of DICOM-RTV: their modules, functional groups and attributes with types.
//!
//! From PS3.3 A.32.9, A.32.10, A.34.11 and A.35.21 (edition 2025e), macros expanded five levels deep.
//!
//! ```
//! use dicom_rtv::{dictionary::tags, iod, iod::AttributeType, uid};
//!
//! let iod = iod::by_sop_class(uid::VIDEO_ENDOSCOPIC_IMAGE_RTC).unwrap();
//! assert_eq!(iod.name, "Real-Time Video Endoscopic Image");
//! let profile = iod.required_top_level().find(|row| row.tag == tags::ICC_PROFILE).unwrap();
//! assert_eq!((profile.kind, profile.module), (AttributeType::One, "ICC Profile"));
//! ```

mod attribute;
mod table;
#[cfg(test)]
mod tests;

use core::fmt;

pub use attribute::{Attribute, AttributeType, MAX_DEPTH, Walk};

use crate::Tag;
use crate::dictionary::tags;

/// An Information Object Definition of DICOM-RTV.
#[derive(Debug)]
#[non_exhaustive]
pub struct Iod {
    /// The name in PS3.3, such as `Real-Time Video Endoscopic Image`.
    pub name: &'static str,
    /// The SOP class that transports it (PS3.22 Table 7.2-1): see [`crate::uid::lookup`] for its name.
    pub sop_class: &'static str,
    modules: &'static [Module],
    functional_groups: &'static [Module],
    required: &'static [Required],
}

/// A module of an IOD, or a functional group macro of its Current Frame Functional Groups.
#[derive(Debug)]
#[non_exhaustive]
pub struct Module {
    /// The name in PS3.3, such as `General Study` or `Time of Frame`.
    pub name: &'static str,
    /// Whether this IOD needs it.
    pub usage: Usage,
    list: u8,
}

/// Whether an IOD needs a module (PS3.3 A.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Usage {
    /// M: always.
    Mandatory,
    /// C: under a condition, in our words.
    Conditional(&'static str),
    /// U: as the sender likes.
    UserOption,
}

impl Usage {
    /// The letter of PS3.3: `M`, `C` or `U`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mandatory => "M",
            Self::Conditional(_) => "C",
            Self::UserOption => "U",
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An attribute that every static part of an IOD has at top level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Required {
    /// The attribute.
    pub tag: Tag,
    /// Type 1 or 2, the stricter one where modules differ.
    pub kind: AttributeType,
    /// The module that asks for it: the first of those with the strictest type.
    pub module: &'static str,
}

/// What a module of an IOD says about one attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Use {
    /// The module, or the functional group macro.
    pub module: &'static Module,
    /// The attribute in it.
    pub attribute: Attribute,
}

/// All four.
#[must_use]
pub fn all() -> &'static [Iod] {
    &table::IODS
}

/// The IOD of a SOP class, such as (0002,0032) names one.
#[must_use]
pub fn by_sop_class(uid: &str) -> Option<&'static Iod> {
    all().iter().find(|iod| iod.sop_class == uid)
}

impl Iod {
    /// The modules, in the order of the IOD's module table.
    #[must_use]
    pub const fn modules(&self) -> &'static [Module] {
        self.modules
    }

    /// The module of this name.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&'static Module> {
        self.modules.iter().find(|module| module.name == name)
    }

    /// The functional group macros of the item of (0006,0001): what a dynamic part has. None for a rendition.
    #[must_use]
    pub const fn functional_groups(&self) -> &'static [Module] {
        self.functional_groups
    }

    /// Whether Grains of this IOD have a dynamic part (PS3.22 6.2.2): all but renditions.
    #[must_use]
    pub const fn has_dynamic_part(&self) -> bool {
        !self.functional_groups.is_empty()
    }

    /// What every static part has at top level: the type 1 and type 2 attributes of the modules with usage M, by
    /// ascending tag.
    ///
    /// Types 1C and 2C depend on their conditions and are left out, as is (0006,0001), which is the dynamic part. Of
    /// SR Document Content, whose table holds the rows of every value type, it is what a root CONTAINER has:
    /// (0040,A040), (0040,A043), (0040,A050). A conditional module's attributes are those of
    /// [`Module::required`]: ask `iod.module("Frame of Reference")` when a Camera Position is present.
    pub fn required_top_level(&self) -> impl ExactSizeIterator<Item = &'static Required> + use<> {
        self.required.iter()
    }

    /// What the modules say about the attribute at this path of tags (sequence, …, attribute), mandatory ones and
    /// others. Attributes of the dynamic part are found under (0006,0001).
    pub fn attribute(&self, path: &[Tag]) -> impl Iterator<Item = Use> {
        let inside = match path {
            [tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, rest @ ..] => rest,
            _ => &[],
        };
        let static_part = self.modules.iter().map(move |module| (module, path));
        let groups = self.functional_groups.iter().map(move |module| (module, inside));
        static_part.chain(groups).filter_map(|(module, path)| {
            Some(Use {
                module,
                attribute: module.attribute(path)?,
            })
        })
    }
}

impl Module {
    /// Its attributes at top level; of a functional group macro: those of the item of (0006,0001), its sequence.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = Attribute> + use<> {
        attribute::of_list(self.list)
    }

    /// Its type 1 and type 2 attributes at top level.
    pub fn required(&self) -> impl Iterator<Item = Attribute> + use<> {
        self.attributes()
            .filter(|row| matches!(row.kind, AttributeType::One | AttributeType::Two))
    }

    /// The attribute at a path of tags (sequence, …, attribute) within the module.
    #[must_use]
    pub fn attribute(&self, path: &[Tag]) -> Option<Attribute> {
        let (first, rest) = path.split_first()?;
        let top = self.attributes().find(|row| row.tag == *first)?;
        rest.iter()
            .try_fold(top, |at, tag| at.items().find(|row| row.tag == *tag))
    }

    /// All its attributes, each before those of its items.
    #[must_use]
    pub fn walk(&self) -> Walk {
        Walk::new(self.list)
    }

    /// Whether one of its attributes, at any depth, has this tag.
    #[must_use]
    pub fn contains(&self, tag: Tag) -> bool {
        self.walk().any(|(_, row)| row.tag == tag)
    }
}
