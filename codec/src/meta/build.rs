//! RTV Meta Information to bytes.

use alloc::vec::Vec;

use uuid::Uuid;

use super::{
    GROUP_LENGTH, PRIVATE_INFORMATION, PRIVATE_INFORMATION_CREATOR_UID, RTV_COMMUNICATION_SOP_CLASS_UID,
    RTV_COMMUNICATION_SOP_INSTANCE_UID, RTV_FLOW_ACTUAL_FRAME_DURATION, RTV_FLOW_IDENTIFIER,
    RTV_FLOW_RTP_SAMPLING_RATE, RTV_META_INFORMATION_VERSION, RTV_SOURCE_IDENTIFIER, TRANSFER_SYNTAX_UID, VERSION,
};
use crate::dataset::Syntax;
use crate::dataset::write::DataSetWriter;
use crate::error::Result;

/// What RTV Meta Information says (PS3.22 Table 7.1-1). Group length and version are not chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields<'a> {
    /// Transfer Syntax UID of the described flow.
    pub transfer_syntax_uid: &'a str,
    /// RTV Communication SOP Class UID.
    pub sop_class_uid: &'a str,
    /// RTV Communication SOP Instance UID.
    pub sop_instance_uid: &'a str,
    /// RTV Source Identifier of the metadata flow.
    pub source_id: Uuid,
    /// RTV Flow Identifier of the metadata flow.
    pub flow_id: Uuid,
    /// RTV Flow RTP Sampling Rate in Hz: required where the payload has a dynamic part.
    pub sampling_rate: Option<u32>,
    /// RTV Flow Actual Frame Duration in milliseconds.
    pub actual_frame_duration: Option<f64>,
    /// Private Information Creator UID and Private Information.
    pub private: Option<(&'a str, &'a [u8])>,
}

/// Writes group 0002 with its group length, without preamble and prefix ([`payload::encode`](crate::payload::encode) adds them).
///
/// # Errors
/// If a UID is too long for its header.
pub fn build(fields: &Fields<'_>) -> Result<Vec<u8>> {
    let mut rest = DataSetWriter::new(Syntax::ExplicitVrLe);
    rest.uid(TRANSFER_SYNTAX_UID, fields.transfer_syntax_uid)?
        .bytes(RTV_META_INFORMATION_VERSION, crate::Vr::OB, &VERSION)?
        .uid(RTV_COMMUNICATION_SOP_CLASS_UID, fields.sop_class_uid)?
        .uid(RTV_COMMUNICATION_SOP_INSTANCE_UID, fields.sop_instance_uid)?
        .uuid(RTV_SOURCE_IDENTIFIER, fields.source_id)?
        .uuid(RTV_FLOW_IDENTIFIER, fields.flow_id)?;
    if let Some(rate) = fields.sampling_rate {
        rest.u32(RTV_FLOW_RTP_SAMPLING_RATE, &[rate])?;
    }
    if let Some(duration) = fields.actual_frame_duration {
        rest.f64(RTV_FLOW_ACTUAL_FRAME_DURATION, &[duration])?;
    }
    if let Some((creator, information)) = fields.private {
        rest.uid(PRIVATE_INFORMATION_CREATOR_UID, creator)?
            .bytes(PRIVATE_INFORMATION, crate::Vr::OB, information)?;
    }
    with_group_length(&rest.finish()?)
}

/// Puts (0002,0000) in front of the other elements of group 0002.
///
/// # Errors
/// If they are longer than 2^32 - 1 bytes.
pub(crate) fn with_group_length(rest: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(rest.len()).map_err(|_| {
        let found = crate::Found::Number(rest.len() as u64);
        crate::Error::invalid("File Meta Information", 0, "at most 2^32 - 1 bytes", found)
    })?;
    let mut first = DataSetWriter::new(Syntax::ExplicitVrLe);
    first.u32(GROUP_LENGTH, &[length])?;
    let mut out = first.finish()?;
    out.extend_from_slice(rest);
    Ok(out)
}
