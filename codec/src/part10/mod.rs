//! DICOM files (PS3.10 7): preamble, "DICM", File Meta Information, data set.
//!
//! Explicit and Implicit VR Little Endian data sets are read. Of others the File Meta Information is, and the answer names
//! their transfer syntax.

mod write;

pub use write::{FileMeta, write};

use alloc::format;
use alloc::string::String;

use crate::dataset::{Arena, DataSet, Issue, IssueKind, Syntax, UNDEFINED_LENGTH};
use crate::error::{Error, Found, Result};
use crate::limits::Limits;
use crate::meta::MetaInformation;
use crate::payload::{check_group_length, find_meta, prefix_issue};
use crate::tag::Tag;
use crate::{Vr, uid};

/// Media Storage SOP Class UID (0002,0002), UI.
pub const MEDIA_STORAGE_SOP_CLASS_UID: Tag = Tag::new(0x0002, 0x0002);
/// Media Storage SOP Instance UID (0002,0003), UI.
pub const MEDIA_STORAGE_SOP_INSTANCE_UID: Tag = Tag::new(0x0002, 0x0003);
/// Transfer Syntax UID (0002,0010), UI.
pub const TRANSFER_SYNTAX_UID: Tag = crate::meta::TRANSFER_SYNTAX_UID;

/// A file that borrows its bytes. All offsets are those of the file.
#[derive(Clone, Debug)]
pub struct Part10<'a> {
    meta: MetaInformation<'a>,
    data_set: Option<DataSet<'a>>,
    prefix_issue: Option<Issue>,
    length_issue: Option<Issue>,
}

impl<'a> Part10<'a> {
    /// Reads a file. What real files lack is made up for, and told by [`Self::issues`]: the preamble and prefix, the group
    /// length, the whole File Meta Information of a bare data set. Without a Transfer Syntax UID the first element tells
    /// whether there are VRs.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) or [`Incomplete`](crate::ErrorKind::Incomplete) if there is neither File Meta
    /// Information nor anything that looks like a data set.
    pub fn parse(input: &'a [u8], limits: &Limits) -> Result<Self> {
        let (start, has_prefix) = find_meta(input);
        let mut prefix_issue = (!has_prefix).then(|| prefix_issue(input));
        let mut is_bare = start as usize >= input.len() && prefix_issue.is_some();
        if prefix_issue.is_none()
            && !is_group_0002(input, start as usize)
            && guess_syntax(input, 0) == Some(Syntax::ExplicitVrLe)
        {
            // "DICM" is by chance at byte 128 of a bare data set.
            is_bare = true;
            prefix_issue = Some(Issue {
                kind: IssueKind::Prefix,
                error: Error::invalid("DICM prefix", 0, "a preamble", Found::Text("a data element")),
                node: None,
            });
        }
        let start = if is_bare { 0 } else { start };
        let meta = MetaInformation::parse(Arena::new(), input, start, limits);
        let behind = meta.data_set().end();
        let guess = guess_syntax(input, behind as usize);
        if let Some(issue) = prefix_issue
            && is_bare
            && guess.is_none()
        {
            return Err(issue.error);
        }
        let syntax = match meta.transfer_syntax_uid().filter(|uid| !uid.is_empty()) {
            Some(uid) => Syntax::from_uid(uid),
            None => Some(guess.unwrap_or_default()),
        };
        let data_set = syntax.map(|syntax| DataSet::parse_range(Arena::new(), input, behind, u32::MAX, syntax, limits));
        Ok(Self {
            length_issue: if is_bare { None } else { check_group_length(&meta) },
            meta,
            data_set,
            prefix_issue,
        })
    }

    /// The File Meta Information: group 0002; empty in a bare data set.
    #[must_use]
    pub const fn file_meta(&self) -> &DataSet<'a> {
        self.meta.data_set()
    }

    /// The Transfer Syntax UID of the data set.
    #[must_use]
    pub fn transfer_syntax_uid(&self) -> Option<&'a str> {
        self.meta.transfer_syntax_uid()
    }

    /// The SOP Class UID of the File Meta Information.
    #[must_use]
    pub fn sop_class_uid(&self) -> Option<&'a str> {
        self.meta.get(MEDIA_STORAGE_SOP_CLASS_UID)?.uid()
    }

    /// The SOP Instance UID of the File Meta Information.
    #[must_use]
    pub fn sop_instance_uid(&self) -> Option<&'a str> {
        self.meta.get(MEDIA_STORAGE_SOP_INSTANCE_UID)?.uid()
    }

    /// The data set.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) with the name of its transfer syntax; [`Self::unsupported`] has the UID too.
    pub fn data_set(&self) -> Result<&DataSet<'a>> {
        let offset = u64::from(self.meta.data_set().end());
        self.data_set
            .as_ref()
            .ok_or_else(|| Error::unsupported("data set", offset, self.transfer_syntax_name()))
    }

    /// "NAME (UID)" of a transfer syntax that is not read here.
    #[must_use]
    pub fn unsupported(&self) -> Option<String> {
        if self.data_set.is_some() {
            return None;
        }
        let uid = self.transfer_syntax_uid().unwrap_or_default();
        Some(format!("{} ({uid})", self.transfer_syntax_name()))
    }

    /// What is wrong: with the prefix, the group length, the File Meta Information, the data set.
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        let own = self.prefix_issue.iter().chain(&self.length_issue);
        let data_set = self.data_set.iter().flat_map(|set| set.issues());
        own.chain(self.meta.data_set().issues()).chain(data_set)
    }

    fn transfer_syntax_name(&self) -> &'static str {
        let uid = self.transfer_syntax_uid().unwrap_or_default();
        uid::lookup(uid).map_or("Unknown transfer syntax", |entry| entry.name)
    }
}

/// The syntax of a data set by its first element: two letters that are a VR, or a length that fits. `None`: neither.
fn guess_syntax(input: &[u8], start: usize) -> Option<Syntax> {
    let rest = input.get(start..)?;
    let &[g, _, _, _, a, b, c, d] = rest.first_chunk()?;
    if Vr::from_bytes([a, b]).is_some() {
        return Some(Syntax::ExplicitVrLe);
    }
    let length = u32::from_le_bytes([a, b, c, d]);
    // A data set begins with a low group: 0000 to 00FF, in fact mostly 0008.
    let is_low = rest.get(1) == Some(&0) && g != 0;
    let fits = length == UNDEFINED_LENGTH || u64::from(length).saturating_add(8) <= rest.len() as u64;
    (is_low && fits).then_some(Syntax::ImplicitVrLe)
}

fn is_group_0002(input: &[u8], start: usize) -> bool {
    input
        .get(start..)
        .is_none_or(|rest| rest.is_empty() || rest.starts_with(&[2, 0]))
}

#[cfg(test)]
mod tests;
