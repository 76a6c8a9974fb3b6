//! Unique Identifiers: the registry of PS3.6 Annex A with names and kinds, and the form of a UID (PS3.5 9.1).
//!
//! ```
//! use dicom_rtv::uid::{self, UidKind};
//!
//! let entry = uid::lookup("1.2.840.10008.10.1").unwrap();
//! assert_eq!((entry.name, entry.kind), ("Video Endoscopic Image Real-Time Communication", UidKind::SopClass));
//! assert_eq!(uid::check("1.2.840.010"), Err(uid::UidProblem::LeadingZero { component: 3 }));
//! ```

mod check;
mod table;
#[cfg(test)]
mod tests;

use core::fmt;

pub use check::{MAX_LENGTH, UidProblem, check, is_valid};

/// Video Endoscopic Image Real-Time Communication (PS3.22 Table 7.2-1).
pub const VIDEO_ENDOSCOPIC_IMAGE_RTC: &str = "1.2.840.10008.10.1";
/// Video Photographic Image Real-Time Communication (PS3.22 Table 7.2-1).
pub const VIDEO_PHOTOGRAPHIC_IMAGE_RTC: &str = "1.2.840.10008.10.2";
/// Audio Waveform Real-Time Communication (PS3.22 Table 7.2-1).
pub const AUDIO_WAVEFORM_RTC: &str = "1.2.840.10008.10.3";
/// Rendition Selection Document Real-Time Communication (PS3.22 Table 7.2-1).
pub const RENDITION_SELECTION_DOCUMENT_RTC: &str = "1.2.840.10008.10.4";
/// SMPTE ST 2110-20 Uncompressed Progressive Active Video (PS3.5 A.8).
pub const ST_2110_20_PROGRESSIVE: &str = "1.2.840.10008.1.2.7.1";
/// SMPTE ST 2110-20 Uncompressed Interlaced Active Video (PS3.5 A.9).
pub const ST_2110_20_INTERLACED: &str = "1.2.840.10008.1.2.7.2";
/// SMPTE ST 2110-30 PCM Digital Audio (PS3.5 A.10).
pub const ST_2110_30_PCM: &str = "1.2.840.10008.1.2.7.3";
/// Implicit VR Little Endian, the default transfer syntax (PS3.5 A.1).
pub const IMPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2";
/// Explicit VR Little Endian (PS3.5 A.2): what every RTV payload is encoded in.
pub const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
/// Universal Coordinated Time: the Synchronization Frame of Reference of clocks that follow UTC (PS3.3 C.7.4.2).
pub const UTC: &str = "1.2.840.10008.15.1.1";

/// A registered UID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UidEntry {
    /// The UID.
    pub uid: &'static str,
    /// Its name in PS3.6, without the suffix "(Retired)".
    pub name: &'static str,
    /// What it identifies.
    pub kind: UidKind,
    /// Whether it is retired.
    pub retired: bool,
}

/// What a registered UID identifies (UID Type of PS3.6 Table A-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum UidKind {
    /// A SOP class.
    SopClass,
    /// A Meta SOP class: several SOP classes negotiated as one.
    MetaSopClass,
    /// A transfer syntax.
    TransferSyntax,
    /// A well-known SOP instance.
    SopInstance,
    /// A service class.
    ServiceClass,
    /// An application context name.
    ApplicationContext,
    /// An application hosting model.
    ApplicationHostingModel,
    /// A coding scheme, the registry of DICOM UIDs as one included.
    CodingScheme,
    /// A mapping resource.
    MappingResource,
    /// A well-known frame of reference.
    FrameOfReference,
    /// A well-known Synchronization Frame of Reference.
    SynchronizationFrameOfReference,
    /// An LDAP object class or attribute (PS3.15 H).
    LdapOid,
}

impl UidKind {
    /// The UID Type as PS3.6 writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SopClass => "SOP Class",
            Self::MetaSopClass => "Meta SOP Class",
            Self::TransferSyntax => "Transfer Syntax",
            Self::SopInstance => "Well-known SOP Instance",
            Self::ServiceClass => "Service Class",
            Self::ApplicationContext => "Application Context Name",
            Self::ApplicationHostingModel => "Application Hosting Model",
            Self::CodingScheme => "Coding Scheme",
            Self::MappingResource => "Mapping Resource",
            Self::FrameOfReference => "Well-known Frame of Reference",
            Self::SynchronizationFrameOfReference => "Synchronization Frame of Reference",
            Self::LdapOid => "LDAP OID",
        }
    }
}

impl fmt::Display for UidKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The entry of a registered UID; padding (PS3.5 6.2: one trailing NUL) must be off. A binary search.
#[must_use]
pub fn lookup(uid: &str) -> Option<&'static UidEntry> {
    let at = table::UIDS.binary_search_by(|entry| entry.uid.cmp(uid)).ok()?;
    table::UIDS.get(at)
}

/// Every registered UID, sorted as text.
#[must_use]
pub fn entries() -> &'static [UidEntry] {
    &table::UIDS
}
