//! The storage of a data set: one flat list of nodes in pre-order.

use alloc::vec::Vec;

use super::issue::Issues;
use crate::vr::Vr;

/// The memory of a [`DataSet`](super::DataSet), to use again for the next one: reading then allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) issues: Issues,
}

impl Arena {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes of memory that it holds.
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.nodes.capacity().saturating_mul(size_of::<NodeData>())
    }
}

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// One element, Item or fragment. What the input says at `start` (declared length, VR) is read there again when asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeData {
    /// Elements: the tag. Items: the index of their own (0008,0005), 0 if they have none. Fragments: 0.
    pub(crate) tag: u32,
    /// First byte of the header.
    pub(crate) start: u32,
    /// The byte behind the value; a delimiter of 8 bytes may follow.
    pub(crate) value_end: u32,
    /// The index behind the last node below this one.
    pub(crate) next: u32,
    /// The index of the node around this one, or [`NONE`].
    pub(crate) parent: u32,
    pub(crate) vr: Vr,
    pub(crate) form: Form,
    pub(crate) flags: u16,
}

const _: () = assert!(size_of::<NodeData>() == 24);

/// What a node is and how its header is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Form {
    /// Tag, 32-bit length.
    Implicit,
    /// Tag, VR, 16-bit length.
    Short,
    /// Tag, VR, 2 reserved bytes, 32-bit length.
    Long,
    /// Item of a sequence: tag, 32-bit length.
    Item,
    /// Item of encapsulated pixel data: tag, 32-bit length.
    Fragment,
}

impl Form {
    /// Bytes of the header.
    #[inline]
    pub(crate) const fn header_length(self) -> u32 {
        match self {
            Self::Long => 12,
            _ => 8,
        }
    }
}

/// Flags of a node.
pub(crate) mod flag {
    /// A delimiter follows the value.
    pub(crate) const DELIMITED: u16 = 1;
    /// The length was declared as undefined.
    pub(crate) const UNDEFINED: u16 = 2;
    /// The value was cut at the end of the parent.
    pub(crate) const CLAMPED: u16 = 4;
    /// The value is Items (also when there are none).
    pub(crate) const SEQUENCE: u16 = 8;
    /// The value is fragments.
    pub(crate) const FRAGMENTS: u16 = 16;
    /// A sequence that was not entered: its value is unread.
    pub(crate) const OPAQUE: u16 = 32;
    /// What is below is in Implicit VR.
    pub(crate) const IMPLICIT: u16 = 64;
    /// The two bytes of the VR are none of PS3.5.
    pub(crate) const UNKNOWN_VR: u16 = 128;
}
