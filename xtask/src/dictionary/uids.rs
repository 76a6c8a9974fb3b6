//! The UID registry.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::source::Uid;
use super::{Generated, rust};

pub(super) fn generate(uids: &[Uid]) -> Result<Generated> {
    let mut out = rust::head("The registered UIDs, sorted as text.", None);
    out.push_str("#![cfg_attr(rustfmt, rustfmt_skip)]\n\nuse super::UidEntry;\nuse super::UidKind::*;\n\n");
    let _ = writeln!(out, "pub(super) static UIDS: [UidEntry; {}] = [", uids.len());
    for row in uids {
        let Uid { uid, name, retired, .. } = row;
        let _ = writeln!(
            out,
            "    UidEntry {{ uid: {uid:?}, name: {name:?}, kind: {}, retired: {retired} }},",
            kind(&row.kind)?
        );
    }
    out.push_str("];\n");
    Ok(Generated {
        path: "codec/src/uid/table.rs",
        text: out,
    })
}

fn kind(text: &str) -> Result<&'static str> {
    Ok(match text {
        "SOP Class" => "SopClass",
        "Meta SOP Class" => "MetaSopClass",
        "Transfer Syntax" => "TransferSyntax",
        "Well-known SOP Instance" => "SopInstance",
        "Service Class" => "ServiceClass",
        "Application Context Name" => "ApplicationContext",
        "Application Hosting Model" => "ApplicationHostingModel",
        "Coding Scheme" | "DICOM UIDs as a Coding Scheme" => "CodingScheme",
        "Mapping Resource" => "MappingResource",
        "Well-known frame of reference" => "FrameOfReference",
        "Synchronization Frame of Reference" => "SynchronizationFrameOfReference",
        "LDAP OID" => "LdapOid",
        _ => bail!("unknown kind of UID: {text}"),
    })
}
