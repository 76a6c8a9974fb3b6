//! RTV Meta Information (PS3.22 7.1, 7.2).

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::meta::{self, MetaInformation};
use dicom_rtv::{Tag, dictionary, iod};

use super::Id;
use super::ledger::Verdict;

/// The attributes of type 1 (PS3.22 Table 7.1-1).
const TYPE_1: [Tag; 7] = [
    meta::GROUP_LENGTH,
    meta::TRANSFER_SYNTAX_UID,
    meta::RTV_META_INFORMATION_VERSION,
    meta::RTV_COMMUNICATION_SOP_CLASS_UID,
    meta::RTV_COMMUNICATION_SOP_INSTANCE_UID,
    meta::RTV_SOURCE_IDENTIFIER,
    meta::RTV_FLOW_IDENTIFIER,
];

/// Judges group 0002. `fault` is the offset of a break in it: what lies behind is not missed.
pub(crate) fn check(meta: &MetaInformation<'_>, fault: Option<u64>, verdict: &mut Verdict<'_>) {
    let is_behind = |tag: Tag| fault.is_some() && meta.data_set().elements().all(|element| element.tag() < tag);
    let missing = |tag: &Tag| meta.get(*tag).is_none_or(|e| e.is_empty()) && !is_behind(*tag);
    if TYPE_1.iter().any(missing) {
        verdict.breaks(Id::MetaMissing, || {
            let names: Vec<String> = TYPE_1.into_iter().filter(missing).map(name).collect();
            format!("expected {} with a value, found none", names.join(" and "))
        });
    }
    if fault.is_none()
        && let Some(found) = meta.get(meta::GROUP_LENGTH).filter(|e| !e.is_empty())
        && let Some(measured) = meta.measured_group_length()
        && meta.group_length() != Some(measured)
    {
        verdict.breaks(Id::MetaGroupLength, || match found.u32() {
            Some(length) => format!("expected (0002,0000) to be {measured}, found {length}"),
            None => format!("expected (0002,0000) to be {measured}, found no UL"),
        });
    }
    if let Some(version) = meta.get(meta::RTV_META_INFORMATION_VERSION).filter(|e| !e.is_empty())
        && version.value() != meta::VERSION
    {
        verdict.breaks(Id::MetaVersion, || {
            format!("expected (0002,0031) to be 00H 01H, found {}", hex(version.value()))
        });
    }
    if let Some(class) = sop_class(meta).filter(|class| iod::by_sop_class(class).is_none()) {
        verdict.breaks(Id::MetaSopClass, || {
            format!("expected one of the four SOP classes of DICOM-RTV in (0002,0032), found {class}")
        });
    }
    for tag in [meta::RTV_SOURCE_IDENTIFIER, meta::RTV_FLOW_IDENTIFIER] {
        if let Some(element) = meta.get(tag)
            && !matches!(element.value().len(), 0 | 16)
        {
            verdict.breaks(Id::MetaUuid, || {
                format!("expected 16 bytes in {}, found {}", name(tag), element.value().len())
            });
        }
    }
    let has = |tag| meta.get(tag).is_some();
    let (creator, information) = (
        has(meta::PRIVATE_INFORMATION_CREATOR_UID),
        has(meta::PRIVATE_INFORMATION),
    );
    if creator != information && !is_behind(meta::PRIVATE_INFORMATION) {
        verdict.breaks(Id::MetaPrivate, || {
            let (there, absent) = if creator {
                (meta::PRIVATE_INFORMATION_CREATOR_UID, meta::PRIVATE_INFORMATION)
            } else {
                (meta::PRIVATE_INFORMATION, meta::PRIVATE_INFORMATION_CREATOR_UID)
            };
            format!("expected {} beside {}, found none", name(absent), name(there))
        });
    }
    check_values(meta, fault, verdict);
}

/// (0002,0032), where it has a value.
pub(crate) fn sop_class<'a>(meta: &MetaInformation<'a>) -> Option<&'a str> {
    let element = meta.get(meta::RTV_COMMUNICATION_SOP_CLASS_UID)?;
    // A class that is no ASCII text is none of the four either.
    (!element.is_empty()).then(|| element.uid().unwrap_or("bytes that are no UID"))
}

fn check_values(meta: &MetaInformation<'_>, fault: Option<u64>, verdict: &mut Verdict<'_>) {
    for element in meta.data_set().elements() {
        let is_broken = fault.is_some_and(|at| u64::from(element.end()) > at);
        // Its own rules tell what is wrong with these.
        let is_told = element.tag() == meta::GROUP_LENGTH
            || element.tag() == meta::RTV_COMMUNICATION_SOP_CLASS_UID && verdict.broken.has(Id::MetaSopClass)
            || element.tag() == meta::RTV_META_INFORMATION_VERSION;
        if !is_broken && !is_told {
            let multiplicity = dictionary::lookup(element.tag()).map(|entry| entry.vm.into());
            super::value::check_element(&element, multiplicity, &CharacterSet::DEFAULT, false, verdict);
        }
    }
}

/// `Patient's Name (0010,0010)`.
pub(crate) fn name(tag: Tag) -> String {
    match dictionary::lookup(tag) {
        Some(entry) => format!("{} {tag}", entry.name),
        None => tag.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02X}H")).collect();
    if bytes.len() > 8 {
        text.push("…".into());
    }
    text.join(" ")
}
