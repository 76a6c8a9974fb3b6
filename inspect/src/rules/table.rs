//! The registry: identifier, severity, clause and statement of every rule.

use super::{Rule, explain};
use crate::model::Severity;

macro_rules! rules {
    ($($name:ident $id:literal $severity:ident $clause:literal $statement:literal;)*) => {
        /// A rule, by its place in the registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum Id { $($name,)* }

        pub(super) const ALL: &[Id] = &[$(Id::$name,)*];

        pub(super) static RULES: [Rule; ALL.len()] = [$(Rule {
            id: $id,
            severity: Severity::$severity,
            clause: $clause,
            statement: $statement,
            explanation: explain::text(Id::$name),
        },)*];
    };
}

rules! {
    ExtensionMissing "rtp.extension-missing" E "PS3.22 6.2.1"
        "The first packet of every metadata Grain has X = 1 and a header extension.";
    ExtensionProfile "rtp.extension-profile" E "PS3.22 6.2.1, RFC 8285"
        "The header extension has the one-byte form: its profile is 0xBEDE.";
    IdentityMissing "rtp.identity-missing" E "PS3.22 6.2.1"
        "Sync timestamp, origin timestamp, source and flow identifier are all on the first packet of a Grain.";
    PayloadType "rtp.payload-type" E "PS3.22 6.2.1"
        "The payload type is dynamic: 96 to 127.";
    PayloadTypeDiscouraged "rtp.payload-type-discouraged" W "PS3.22 6.2.1"
        "The payload type is neither 96 nor 97, which video and audio use.";
    Loss "rtp.loss" W "RFC 3550 5.1"
        "There is no gap in the sequence numbers. 65535 is followed by 0.";
    Reordered "rtp.reordered" W "RFC 3550 5.1"
        "Packets arrive in the order of their sequence numbers.";
    Duplicate "rtp.duplicate" W "RFC 3550 5.1, ST 2022-7"
        "No packet arrives twice on one path.";
    UdpSize "rtp.udp-size" E "ST 2110-10 6.3, 6.4"
        "The UDP length is at most 1460 bytes, or MAXUDP (at most 8960) where the SDP declares it.";
    Timestamp "rtp.timestamp" E "ST 2110-10 7, NMOS"
        "The RTP timestamp is the sync timestamp in ticks of the clock rate plus the mediaclk offset, within 2 ticks.";
    GrainIncomplete "grain.incomplete" W "–"
        "Every packet of the Grain arrived.";
    PayloadPrefix "payload.prefix" E "PS3.22 7.1"
        "A Grain has DICM at byte 128.";
    PayloadPreamble "payload.preamble" I "PS3.22 7.1"
        "The 128 bytes before DICM are all 00H.";
    MetaGroupLength "meta.group-length" E "PS3.22 7.1"
        "(0002,0000) is the number of bytes from its end to the end of group 0002.";
    MetaMissing "meta.missing" E "PS3.22 7.1"
        "Every type 1 attribute of the RTV Meta Information is there and not empty.";
    MetaVersion "meta.version" E "PS3.22 7.1"
        "RTV Meta Information Version (0002,0031) is 00H 01H.";
    MetaSopClass "meta.sop-class" E "PS3.22 7.2"
        "RTV Communication SOP Class UID (0002,0032) is one of the four of PS3.22 Table 7.2-1.";
    MetaSamplingRate "meta.sampling-rate" E "PS3.22 7.1"
        "RTV Flow RTP Sampling Rate (0002,0037) is there where a dynamic part is, and is the flow's clock rate.";
    MetaUuid "meta.uuid" E "PS3.3 C.7.6.26"
        "RTV Source and Flow Identifier (0002,0035), (0002,0036) have 16 bytes.";
    MetaIdentityMismatch "meta.identity-mismatch" E "PS3.22 6.2.1, 7.1"
        "RTV Source and Flow Identifier are those of the header extension.";
    MetaPrivate "meta.private" E "PS3.22 7.1"
        "Private Information Creator UID (0002,0100) and Private Information (0002,0102) are both there or both absent.";
    SopInstance "session.sop-instance" E "PS3.22 7"
        "One RTP session carries one SOP Instance UID.";
    StaticInterval "static.interval" E "PS3.22 6.2.2"
        "A complete static part comes at least once a second, from the first Grain on.";
    DynamicMissing "dynamic.missing" E "PS3.22 6.2.2"
        "Every Grain of audio or video metadata has its dynamic part, (0006,0001).";
    DynamicIncomplete "dynamic.incomplete" E "PS3.3 C.7.6.27"
        "(0006,0001) has one Item with the mandatory macros of its IOD; Frame Origin Timestamp has 10 bytes.";
    DynamicUnexpected "dynamic.unexpected" E "PS3.22 6.2.2"
        "A rendition flow has no dynamic part.";
    DynamicOriginMismatch "dynamic.origin-mismatch" E "PS3.3 C.7.6.27"
        "Frame Origin Timestamp (0034,0007) is the origin timestamp of the header extension.";
    RenditionRate "rendition.rate" E "PS3.22 6.2.2"
        "A rendition flow sends at least one Grain a second.";
    DatasetTruncated "dataset.truncated" E "PS3.5 7"
        "Every element and Item ends inside the payload.";
    DatasetOrder "dataset.order" E "PS3.5 7.1"
        "Tags ascend on each level, and none comes twice.";
    DatasetEncoding "dataset.encoding" E "PS3.5 6.2, 7.1.2"
        "VRs are known, lengths even, delimiters empty, and undefined lengths only where the VR allows them.";
    DatasetSopMismatch "dataset.sop-mismatch" E "PS3.22 7.1"
        "SOP Class and SOP Instance UID of the static part are those of the RTV Meta Information.";
    DatasetFlowUnmatched "dataset.flow-unmatched" E "PS3.3 C.7.6.26.1.3"
        "One of the flows in (0034,000A) has the Transfer Syntax UID and the sampling rate of the RTV Meta Information.";
    IodMissing "iod.missing" E "PS3.3 A.32.9, A.32.10, A.34.11, A.35.21"
        "Every type 1 and type 2 attribute of the IOD's mandatory modules is in the static part.";
    IodEmpty "iod.empty" E "PS3.3, PS3.5 7.4"
        "Type 1 attributes have a value.";
    ValueInvalid "value.invalid" W "PS3.5 6.2"
        "Values fit their VR: characters, length, form of numbers, dates and times, number of values.";
    SyncUnpaired "sync.unpaired" W "PS3.17 PPPP.7"
        "Each metadata Grain has the RTP timestamp of a frame of the flow it describes, and each frame has its Grain.";
    SyncOffset "sync.offset" W "PS3.17 R.6.1"
        "Flows of one rendition that belong to the same instant arrive within 10 ms of each other.";
    SyncRate "sync.rate" W "PS3.17 R.6.1"
        "The sender's time base runs within 0.01 % of the capture's, over at least 10 s.";
    SyncStep "sync.step" W "PS3.17 R.6.1"
        "The sender's time base does not step by more than 3 ms.";
    SdpMedia "sdp.media" E "PS3.22 6.2.1"
        "The SDP has m=application and a=rtpmap:PT dicom/RATE for a DICOM flow.";
    SdpClockRate "sdp.clock-rate" E "PS3.22 6.2.1"
        "The clock rate that the SDP gives a DICOM flow is that of the flow it describes.";
    SdpTsRefclk "sdp.ts-refclk" E "ST 2110-10 8"
        "The SDP has a=ts-refclk and a=mediaclk for a DICOM flow.";
    SdpExtmap "sdp.extmap" W "RFC 8285"
        "The SDP names the four identity extensions with a=extmap.";
    SdpMismatch "sdp.mismatch" E "–"
        "Address, port and payload type of a flow are those of its section of the SDP.";
}

impl Id {
    pub(crate) const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn identifiers_are_unique_and_found() {
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for (id, rule) in ALL.iter().zip(&RULES) {
            assert_eq!(id.rule(), rule);
            assert_eq!(super::super::rule(rule.id), Some(rule));
            assert!(
                rule.statement.ends_with('.') && rule.explanation.len() > 80,
                "{}",
                rule.id
            );
        }
        assert_eq!(super::super::rule("rtp.nothing"), None);
    }
}
