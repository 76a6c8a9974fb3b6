//! One entry of the dictionary, read from the generated tables.

use core::fmt;

use super::table;
use crate::{Tag, Vr};

/// What PS3.6 says about an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The tag; of a repeating group its lowest one: (6000,3000) for (60xx,3000).
    pub tag: Tag,
    /// The bits of the tag that must be equal: all, but for repeating groups: 0xFF00_FFFF for (60xx,3000).
    pub mask: u32,
    /// The keyword, such as `PatientName`; empty for six retired attributes.
    pub keyword: &'static str,
    /// The name, such as `Patient's Name`.
    pub name: &'static str,
    /// The VR; the first one where there are several; UN for the delimiters of group FFFE, which have none.
    pub vr: Vr,
    /// All VRs: one to three (`US or SS or OW`); none for the delimiters of group FFFE.
    pub vrs: &'static [Vr],
    /// The Value Multiplicity.
    pub vm: Vm,
    /// Whether the attribute is retired: still readable, no longer to be sent.
    pub retired: bool,
}

impl Entry {
    /// Whether this entry stands for more than one tag.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        self.mask != u32::MAX
    }

    /// Whether the tag is this entry's, or one of its repeating group.
    #[must_use]
    pub const fn matches(&self, tag: Tag) -> bool {
        tag.0 & self.mask == self.tag.0 & self.mask
    }
}

/// Value Multiplicity: how many values an attribute may have (PS3.5 6.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Vm {
    /// The fewest values.
    pub min: u32,
    /// The most values; `None` where there is no limit (`1-n`).
    pub max: Option<u32>,
    /// The number of values is a multiple of this: 2 for `2-2n`, else 1.
    pub step: u32,
    /// As PS3.6 writes it: `1`, `1-3`, `2-2n`.
    pub text: &'static str,
}

impl Vm {
    pub(super) const fn new(min: u32, max: Option<u32>, step: u32, text: &'static str) -> Self {
        Self { min, max, step, text }
    }

    /// Whether an attribute that is not empty may have so many values.
    #[must_use]
    pub const fn allows(&self, count: u32) -> bool {
        let few = match self.max {
            Some(max) => count <= max,
            None => true,
        };
        // checked_rem: a step of 0 cannot be generated, and would not panic either.
        few && count >= self.min && matches!(count.checked_rem(self.step), Some(0))
    }
}

impl fmt::Display for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// One line of the text table: keyword, tab, name, line feed.
const SEPARATORS: usize = 2;

/// The entry of a row; rows of repeating groups follow those of single tags.
pub(super) fn at(index: usize) -> Option<Entry> {
    row(index, start_of(index)?)
}

/// The VRs of a row.
pub(super) fn vrs_at(index: usize) -> &'static [Vr] {
    table::VR_OF
        .get(index)
        .and_then(|&set| table::VRS.get(usize::from(set)))
        .copied()
        .unwrap_or_default()
}

/// The keyword and name of a row whose line starts at `start`.
pub(super) fn text(index: usize, start: usize) -> Option<(&'static str, &'static str)> {
    let (keyword, name) = lengths(index)?;
    let name_start = start + keyword + 1;
    Some((
        table::TEXT.get(start..start + keyword)?,
        table::TEXT.get(name_start..name_start + name)?,
    ))
}

/// How many bytes a row's line takes in the text table.
pub(super) fn line_length(index: usize) -> Option<usize> {
    let (keyword, name) = lengths(index)?;
    Some(keyword + name + SEPARATORS)
}

/// The bytes of a row's keyword.
pub(super) fn keyword_length(index: usize) -> Option<usize> {
    table::KEYWORD_LENGTH.get(index).map(|&length| usize::from(length))
}

/// The bytes of a row's name.
pub(super) fn name_length(index: usize) -> Option<usize> {
    lengths(index).map(|(_, name)| name)
}

/// A group length or a Private Creator: entries for any group.
pub(super) const fn general(tag: Tag) -> Option<Entry> {
    if tag.element() == 0 {
        return Some(GROUP_LENGTH);
    }
    if tag.is_private_creator() {
        return Some(PRIVATE_CREATOR);
    }
    None
}

const ONE: Vm = Vm::new(1, Some(1), 1, "1");

const GROUP_LENGTH: Entry = Entry {
    tag: Tag(0),
    mask: 0x0000_FFFF,
    keyword: "GroupLength",
    name: "Group Length",
    vr: Vr::UL,
    vrs: &[Vr::UL],
    vm: ONE,
    retired: true,
};

const PRIVATE_CREATOR: Entry = Entry {
    tag: Tag(0x0001_0010),
    mask: 0x0001_FF00,
    keyword: "PrivateCreator",
    name: "Private Creator",
    vr: Vr::LO,
    vrs: &[Vr::LO],
    vm: ONE,
    retired: false,
};

fn row(index: usize, start: usize) -> Option<Entry> {
    let (tag, mask) = match table::TAGS.get(index) {
        Some(&tag) => (tag, u32::MAX),
        None => *table::REPEATING.get(index.checked_sub(table::TAGS.len())?)?,
    };
    let (keyword, name) = text(index, start)?;
    let vrs = vrs_at(index);
    let vm = *table::VM_OF.get(index)?;
    Some(Entry {
        tag: Tag(tag),
        mask,
        keyword,
        name,
        vr: vrs.first().copied().unwrap_or(Vr::UN),
        vrs,
        vm: *table::VMS.get(usize::from(vm & !table::RETIRED))?,
        retired: vm & table::RETIRED != 0,
    })
}

/// The bytes of a row's keyword and name. A line is stored as what it has more than twice the keyword: it compresses
/// well, since a name is mostly the keyword with spaces.
fn lengths(index: usize) -> Option<(usize, usize)> {
    let keyword = keyword_length(index)?;
    let excess = usize::from(*table::LINE_EXCESS.get(index)?);
    Some((keyword, (keyword + excess).saturating_sub(SEPARATORS)))
}

/// Lengths take two bytes a row, an offset would take four: every eighth is stored, the lengths since then are added up.
fn start_of(index: usize) -> Option<usize> {
    let (block, rows) = (index / table::BLOCK, index % table::BLOCK);
    let start = *table::BLOCK_START.get(block)? as usize;
    let keywords = sum(&table::KEYWORD_LENGTH, block, rows)?;
    let excess = sum(&table::LINE_EXCESS, block, rows)?;
    Some(start + 2 * keywords + excess)
}

/// The sum of the first `rows` bytes of a block of eight: side by side in one word instead of one after the other.
fn sum(lengths: &[u8], block: usize, rows: usize) -> Option<usize> {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    const ONES: u64 = 0x0001_0001_0001_0001;
    let (blocks, _) = lengths.as_chunks::<{ table::BLOCK }>();
    let kept = u64::from_le_bytes(*blocks.get(block)?) & !(u64::MAX << (8 * rows));
    let pairs = (kept & EVEN) + (kept >> 8 & EVEN);
    Some((pairs.wrapping_mul(ONES) >> 48) as usize)
}

/// All rows in order: the next line starts where the last one ended.
pub(super) struct Entries {
    index: usize,
    start: usize,
}

impl Entries {
    pub(super) const fn new() -> Self {
        Self { index: 0, start: 0 }
    }
}

impl Iterator for Entries {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let entry = row(self.index, self.start)?;
        self.start += line_length(self.index)?;
        self.index += 1;
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = table::VM_OF.len().saturating_sub(self.index);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Entries {}
