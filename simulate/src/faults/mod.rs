//! Faults: for each rule of the standard one thing that a sender, a network or a session description does wrong.
//!
//! A [`Fault`] is switched on for some Grains of one Flow by an [`Injection`]; a [`Case`] is a small capture that breaks
//! one rule, or comes as near to it as it may ([`Degree::NearMiss`]).

mod apply;
mod case;
mod edit;
mod sdp;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::flow::{Flow, Kind};

pub use case::{Case, all};
pub use sdp::edit_sdp;

macro_rules! faults {
    ($($fault:ident $rule:literal $title:literal;)*) => {
        /// One for each conformance rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $(#[doc = $title] $fault,)* }

        impl Fault {
            /// All of them, in the order of the rules.
            pub const ALL: &[Self] = &[$(Self::$fault,)*];

            /// The rule that it breaks.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$fault => $rule,)* }
            }

            /// What is done, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$fault => $title,)* }
            }
        }
    };
}

faults! {
    ExtensionMissing "rtp.extension-missing" "Grains without a header extension";
    ExtensionProfile "rtp.extension-profile" "header extensions in the two-byte form";
    IdentityMissing "rtp.identity-missing" "header extensions without the source identifier";
    PayloadType "rtp.payload-type" "a static payload type";
    PayloadTypeDiscouraged "rtp.payload-type-discouraged" "the payload type that video uses";
    Loss "rtp.loss" "Grains lost on the way";
    Reordered "rtp.reordered" "Grains overtaken by the next one";
    Duplicate "rtp.duplicate" "packets that come twice";
    UdpSize "rtp.udp-size" "packets one byte over the UDP size limit";
    Timestamp "rtp.timestamp" "RTP timestamps three ticks off";
    GrainIncomplete "grain.incomplete" "a packet lost in the middle of a Grain";
    PayloadPrefix "payload.prefix" "payloads without DICM";
    PayloadPreamble "payload.preamble" "a preamble that is used for something";
    MetaGroupLength "meta.group-length" "a group length that leaves out two bytes";
    MetaMissing "meta.missing" "Meta Information without the SOP Instance UID";
    MetaVersion "meta.version" "an unknown version of the Meta Information";
    MetaSopClass "meta.sop-class" "a SOP class for storage";
    MetaSamplingRate "meta.sampling-rate" "a sampling rate that is not the clock rate";
    MetaUuid "meta.uuid" "a source identifier of 18 bytes";
    MetaIdentityMismatch "meta.identity-mismatch" "another flow identifier than in the header extension";
    MetaPrivate "meta.private" "a private creator without private information";
    SopInstance "session.sop-instance" "another SOP Instance UID in the middle of the session";
    StaticInterval "static.interval" "static parts too far apart";
    DynamicMissing "dynamic.missing" "Grains without a dynamic part";
    DynamicIncomplete "dynamic.incomplete" "a dynamic part without Frame Content";
    DynamicUnexpected "dynamic.unexpected" "a rendition with a dynamic part";
    DynamicOriginMismatch "dynamic.origin-mismatch" "a frame origin timestamp that is not the Grain's";
    RenditionRate "rendition.rate" "a rendition less than once a second";
    DatasetTruncated "dataset.truncated" "data sets that end too early";
    DatasetOrder "dataset.order" "attributes out of order";
    DatasetEncoding "dataset.encoding" "values of odd length";
    DatasetSopMismatch "dataset.sop-mismatch" "another SOP Instance UID in the static part";
    DatasetFlowUnmatched "dataset.flow-unmatched" "a bulk data flow of another rate";
    IodMissing "iod.missing" "static parts without Modality";
    IodEmpty "iod.empty" "static parts with an empty Manufacturer";
    ValueInvalid "value.invalid" "a birth date in the thirteenth month";
    SyncUnpaired "sync.unpaired" "video frames without metadata";
    SyncOffset "sync.offset" "one flow of a rendition 12 ms late";
    SyncRate "sync.rate" "a clock that is 0.012 % slow";
    SyncStep "sync.step" "a clock that steps by 4 ms";
    SdpMedia "sdp.media" "an SDP that names another encoding";
    SdpClockRate "sdp.clock-rate" "an SDP with the clock rate of audio beside video";
    SdpTsRefclk "sdp.ts-refclk" "an SDP without reference clock";
    SdpExtmap "sdp.extmap" "an SDP without extension map";
    SdpMismatch "sdp.mismatch" "an SDP with another port";
}

impl Fault {
    /// The fault that breaks a rule.
    #[must_use]
    pub fn of_rule(rule: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.rule() == rule)
    }

    /// Whether the fault is one of the session description, not of the packets.
    #[must_use]
    pub const fn is_in_sdp(self) -> bool {
        matches!(
            self,
            Self::SdpMedia | Self::SdpClockRate | Self::SdpTsRefclk | Self::SdpExtmap | Self::SdpMismatch
        )
    }

    /// Whether a Flow can have it: metadata flows alone, some faults need a rendition, some a dynamic part.
    #[must_use]
    pub fn fits(self, flow: &Flow) -> bool {
        let Some(metadata) = flow.metadata() else { return false };
        let rendition = metadata.kind == Kind::Rendition;
        match self {
            Self::DynamicUnexpected | Self::RenditionRate => rendition,
            Self::MetaSamplingRate
            | Self::StaticInterval
            | Self::DynamicMissing
            | Self::DynamicOriginMismatch
            | Self::DatasetFlowUnmatched
            | Self::SyncUnpaired
            | Self::SdpClockRate => !rendition,
            Self::DynamicIncomplete => metadata.dynamic.as_ref().is_some_and(|dynamic| dynamic.frame_content),
            _ => true,
        }
    }
}

/// How far a fault goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Degree {
    /// Over the limit: the rule is broken.
    Breaks,
    /// Just inside the limit: the rule is kept.
    NearMiss,
}

/// A fault in some Grains of one Flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    /// What is wrong.
    pub fault: Fault,
    /// How far.
    pub degree: Degree,
    /// Index of the Flow in the scenario.
    pub flow: usize,
    /// The Grains, counted from 0.
    pub grains: Range<u64>,
    /// Only every so many of them, from the first on; 1: all.
    pub every: u64,
}

impl Injection {
    /// The fault in a Flow from Grain `first` on, until it is switched off: in all Grains, but in every 20th where the
    /// Flow would not be there at all, or only later.
    #[must_use]
    pub const fn from(fault: Fault, flow: usize, first: u64) -> Self {
        Self {
            every: match fault {
                Fault::Loss | Fault::Reordered | Fault::SyncUnpaired => 20,
                _ => 1,
            },
            ..Self::within(fault, Degree::Breaks, flow, first..u64::MAX)
        }
    }

    /// The fault in some Grains of a Flow.
    #[must_use]
    pub const fn within(fault: Fault, degree: Degree, flow: usize, grains: Range<u64>) -> Self {
        Self {
            fault,
            degree,
            flow,
            grains,
            every: 1,
        }
    }

    pub(crate) fn hits(&self, flow: usize, index: u64) -> bool {
        self.flow == flow
            && self.grains.contains(&index)
            && (index - self.grains.start).is_multiple_of(self.every.max(1))
    }
}
