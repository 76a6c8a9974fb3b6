//! Files from data sets.

use alloc::vec::Vec;

use super::{MEDIA_STORAGE_SOP_CLASS_UID, MEDIA_STORAGE_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID};
use crate::dataset::Syntax;
use crate::dataset::write::DataSetWriter;
use crate::error::Result;
use crate::meta::with_group_length;
use crate::tag::Tag;
use crate::{Vr, payload};

/// File Meta Information Version.
const FILE_META_INFORMATION_VERSION: Tag = Tag::new(0x0002, 0x0001);
/// Implementation Class UID.
const IMPLEMENTATION_CLASS_UID: Tag = Tag::new(0x0002, 0x0012);
/// Implementation Version Name.
const IMPLEMENTATION_VERSION_NAME: Tag = Tag::new(0x0002, 0x0013);

/// This crate as the writer of a file: a UID made of a UUID (PS3.5 B.2).
const IMPLEMENTATION: &str = "2.25.213459780318452687914602793215078331470";
/// This crate's name, 16 characters at most.
const IMPLEMENTATION_NAME: &str = concat!(
    "DICOM_RTV_",
    env!("CARGO_PKG_VERSION_MAJOR"),
    "_",
    env!("CARGO_PKG_VERSION_MINOR")
);

/// What the File Meta Information of a file says (PS3.10 Table 7.1-1). The rest is not chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMeta<'a> {
    /// Media Storage SOP Class UID: (0008,0016) of the data set.
    pub sop_class_uid: &'a str,
    /// Media Storage SOP Instance UID: (0008,0018) of the data set.
    pub sop_instance_uid: &'a str,
    /// How the data set is encoded.
    pub syntax: Syntax,
}

/// Writes a file around an encoded data set.
///
/// # Errors
/// If a UID is too long for its header.
pub fn write(meta: &FileMeta<'_>, data_set: &[u8]) -> Result<Vec<u8>> {
    let mut rest = DataSetWriter::new(Syntax::ExplicitVrLe);
    rest.bytes(FILE_META_INFORMATION_VERSION, Vr::OB, &[0, 1])?
        .uid(MEDIA_STORAGE_SOP_CLASS_UID, meta.sop_class_uid)?
        .uid(MEDIA_STORAGE_SOP_INSTANCE_UID, meta.sop_instance_uid)?
        .uid(TRANSFER_SYNTAX_UID, meta.syntax.uid())?
        .uid(IMPLEMENTATION_CLASS_UID, IMPLEMENTATION)?
        .text(IMPLEMENTATION_VERSION_NAME, Vr::SH, IMPLEMENTATION_NAME)?;
    Ok(payload::encode(&with_group_length(&rest.finish()?)?, data_set))
}
