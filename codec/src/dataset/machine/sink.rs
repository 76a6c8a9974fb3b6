//! What the machine tells, and to whom.

use crate::dataset::arena::Form;
use crate::dataset::issue::IssueKind;
use crate::error::Error;
use crate::vr::Vr;

/// Something with a value: an element, an Item, a fragment.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) tag: u32,
    pub(crate) vr: Vr,
    pub(crate) form: Form,
    pub(crate) flags: u16,
    pub(crate) start: usize,
    /// Clamped to the level that the part is in. Of an undefined length: the end of that level.
    pub(crate) value_end: usize,
}

/// What a level consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// Elements of the whole data set.
    Root,
    /// Elements of an Item.
    Item,
    /// Items.
    Sequence,
    /// Fragments.
    Fragments,
    /// Items, and nothing around them.
    RootItems,
}

impl Content {
    pub(super) const fn is_root(self) -> bool {
        matches!(self, Self::Root | Self::RootItems)
    }
}

/// What is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Root {
    /// A data set that ends with its bytes.
    DataSet,
    /// The elements of group 0002: the first other one ends it.
    Group0002,
    /// The content of a sequence.
    Items,
}

impl Root {
    pub(crate) const fn content(self) -> Content {
        match self {
            Self::Items => Content::RootItems,
            _ => Content::Root,
        }
    }

    /// The least and the greatest tag of the top level.
    pub(super) const fn tags(self) -> (u32, u32) {
        match self {
            Self::Group0002 => (0x0002_0000, 0x0002_FFFF),
            _ => (0, u32::MAX),
        }
    }
}

/// The level that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    pub(crate) content: Content,
    pub(crate) implicit: bool,
    /// It ends with a delimiter.
    pub(crate) undefined: bool,
    /// The least tag that may come next.
    pub(crate) least: u32,
    /// Nothing of this level is behind it.
    pub(crate) limit: usize,
}

/// Which node an issue belongs to.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// The part that the sink is given next.
    Next,
    /// The part that is open.
    Open,
    /// None.
    Gap,
}

/// Who is told.
pub(crate) trait Sink {
    /// A part with nothing below it. `false`: no more, a limit is reached.
    fn leaf(&mut self, part: Part) -> bool;
    /// A part with a level of its own; `outer` is the level around it, to be given back by [`Self::close`].
    fn open(&mut self, part: Part, outer: Level) -> bool;
    /// The open part's value ends at `end`, a delimiter may follow. Returns the level around it.
    fn close(&mut self, end: usize, delimited: bool) -> Level;
    /// A rule is broken.
    fn issue(&mut self, kind: IssueKind, error: Error, at: At);
}
