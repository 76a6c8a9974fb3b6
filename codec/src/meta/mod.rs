//! RTV Meta Information (PS3.22 7.1, Table 7.1-1): group 0002 in front of every RTV payload.

mod build;

pub(crate) use build::with_group_length;
pub use build::{Fields, build};

use uuid::Uuid;

use crate::dataset::{Arena, DataSet, Element, Root, Syntax};
use crate::limits::Limits;
use crate::tag::Tag;

/// File Meta Information Group Length (0002,0000), UL.
pub const GROUP_LENGTH: Tag = Tag::new(0x0002, 0x0000);
/// Transfer Syntax UID (0002,0010), UI: that of the described flow, not of this payload.
pub const TRANSFER_SYNTAX_UID: Tag = Tag::new(0x0002, 0x0010);
/// RTV Meta Information Version (0002,0031), OB of 2 bytes.
pub const RTV_META_INFORMATION_VERSION: Tag = Tag::new(0x0002, 0x0031);
/// RTV Communication SOP Class UID (0002,0032), UI.
pub const RTV_COMMUNICATION_SOP_CLASS_UID: Tag = Tag::new(0x0002, 0x0032);
/// RTV Communication SOP Instance UID (0002,0033), UI.
pub const RTV_COMMUNICATION_SOP_INSTANCE_UID: Tag = Tag::new(0x0002, 0x0033);
/// RTV Source Identifier (0002,0035), OB of 16 bytes.
pub const RTV_SOURCE_IDENTIFIER: Tag = Tag::new(0x0002, 0x0035);
/// RTV Flow Identifier (0002,0036), OB of 16 bytes.
pub const RTV_FLOW_IDENTIFIER: Tag = Tag::new(0x0002, 0x0036);
/// RTV Flow RTP Sampling Rate (0002,0037), UL, Hz.
pub const RTV_FLOW_RTP_SAMPLING_RATE: Tag = Tag::new(0x0002, 0x0037);
/// RTV Flow Actual Frame Duration (0002,0038), FD, ms.
pub const RTV_FLOW_ACTUAL_FRAME_DURATION: Tag = Tag::new(0x0002, 0x0038);
/// Private Information Creator UID (0002,0100), UI.
pub const PRIVATE_INFORMATION_CREATOR_UID: Tag = Tag::new(0x0002, 0x0100);
/// Private Information (0002,0102), OB.
pub const PRIVATE_INFORMATION: Tag = Tag::new(0x0002, 0x0102);

/// The only version of RTV Meta Information there is (PS3.22 Table 7.1-1).
pub const VERSION: [u8; 2] = [0x00, 0x01];

/// Group 0002 of an RTV payload. Each value is `None` where its element is absent or has the wrong form.
#[derive(Clone, Debug)]
pub struct MetaInformation<'a> {
    set: DataSet<'a>,
}

impl<'a> MetaInformation<'a> {
    /// Reads group 0002 from byte `start` of a payload on. It ends where the first element of another group begins,
    /// whatever (0002,0000) says.
    #[must_use]
    pub fn parse(arena: Arena, input: &'a [u8], start: u32, limits: &Limits) -> Self {
        let mut meta = Self::empty(arena, input);
        meta.fill(start, limits);
        meta
    }

    /// Nothing of the payload yet.
    pub(crate) const fn empty(arena: Arena, input: &'a [u8]) -> Self {
        Self {
            set: DataSet::empty(arena, input, Syntax::ExplicitVrLe),
        }
    }

    /// Reads group 0002 from byte `start` on.
    pub(crate) fn fill(&mut self, start: u32, limits: &Limits) {
        self.set.fill(start, u32::MAX, Root::Group0002, limits);
    }

    /// Its elements.
    #[must_use]
    pub const fn data_set(&self) -> &DataSet<'a> {
        &self.set
    }

    /// Gives the memory back.
    #[must_use]
    pub fn into_arena(self) -> Arena {
        self.set.into_arena()
    }

    /// One of its elements.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<Element<'_, 'a>> {
        self.set.get(tag)
    }

    /// (0002,0000) as it stands: bytes behind it to the end of the group.
    #[must_use]
    pub fn group_length(&self) -> Option<u32> {
        self.get(GROUP_LENGTH)?.u32()
    }

    /// What (0002,0000) should be; `None` where there is none.
    #[must_use]
    pub fn measured_group_length(&self) -> Option<u32> {
        self.get(GROUP_LENGTH).map(|e| self.set.end().saturating_sub(e.end()))
    }

    /// Transfer Syntax UID: how the described flow is encoded.
    #[must_use]
    pub fn transfer_syntax_uid(&self) -> Option<&'a str> {
        self.get(TRANSFER_SYNTAX_UID)?.uid()
    }

    /// RTV Meta Information Version: [`VERSION`].
    #[must_use]
    pub fn version(&self) -> Option<[u8; 2]> {
        self.get(RTV_META_INFORMATION_VERSION)?.value().try_into().ok()
    }

    /// RTV Communication SOP Class UID.
    #[must_use]
    pub fn sop_class_uid(&self) -> Option<&'a str> {
        self.get(RTV_COMMUNICATION_SOP_CLASS_UID)?.uid()
    }

    /// RTV Communication SOP Instance UID.
    #[must_use]
    pub fn sop_instance_uid(&self) -> Option<&'a str> {
        self.get(RTV_COMMUNICATION_SOP_INSTANCE_UID)?.uid()
    }

    /// RTV Source Identifier: the Source of the metadata flow.
    #[must_use]
    pub fn source_id(&self) -> Option<Uuid> {
        self.get(RTV_SOURCE_IDENTIFIER)?.uuid()
    }

    /// RTV Flow Identifier: the metadata flow itself.
    #[must_use]
    pub fn flow_id(&self) -> Option<Uuid> {
        self.get(RTV_FLOW_IDENTIFIER)?.uuid()
    }

    /// RTV Flow RTP Sampling Rate, in Hz.
    #[must_use]
    pub fn sampling_rate(&self) -> Option<u32> {
        self.get(RTV_FLOW_RTP_SAMPLING_RATE)?.u32()
    }

    /// RTV Flow Actual Frame Duration, in milliseconds.
    #[must_use]
    pub fn actual_frame_duration(&self) -> Option<f64> {
        self.get(RTV_FLOW_ACTUAL_FRAME_DURATION)?.f64()
    }

    /// Private Information Creator UID.
    #[must_use]
    pub fn private_creator_uid(&self) -> Option<&'a str> {
        self.get(PRIVATE_INFORMATION_CREATOR_UID)?.uid()
    }

    /// Private Information.
    #[must_use]
    pub fn private_information(&self) -> Option<&'a [u8]> {
        self.get(PRIVATE_INFORMATION).map(|e| e.value())
    }
}
