//! What was found in the Grains of one flow.
//!
//! What a Grain breaks depends on what its flow turns out to be, which only the commonest SOP class of all its Grains
//! tells. So Grains are grouped by what was seen of them, their [`Signature`], and which rules that breaks is decided when
//! somebody asks. A clean flow has a handful of signatures, whatever its length.

use std::collections::BTreeMap;

use dicom_rtv::iod::Iod;

use super::{Id, RuleSet, dynamic, iod};
use crate::findings::Record;
use crate::model::FlowKind;

/// Signatures told apart in one flow; a hostile flow has as many as it has Grains.
const SIGNATURES: usize = 64;

/// Different static parts whose attributes are remembered.
const SUMMARIES: usize = 64;

/// A Grain whose signature was one too many.
pub(crate) const OVERFLOW: u16 = u16::MAX;

/// No static part, or none that can be judged.
pub(crate) const NO_SUMMARY: u16 = u16::MAX;

/// What was seen of a Grain, as far as rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// Rules that are broken if they apply to the flow's kind.
    pub(crate) broken: RuleSet,
    /// (0002,0037), 0 without.
    pub(crate) rate: u32,
    /// Number of the summary of its static part, or [`NO_SUMMARY`].
    pub(crate) summary: u16,
    /// What the dynamic part lacks: bits of [`dynamic`].
    pub(crate) flaws: u8,
}

impl Default for Signature {
    fn default() -> Self {
        Self {
            broken: RuleSet::EMPTY,
            rate: 0,
            summary: NO_SUMMARY,
            flaws: 0,
        }
    }
}

/// What the flow is, as far as is known when findings are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nature {
    /// What it carries, by its SOP class; `None` if no Grain names one that is known.
    pub(crate) kind: Option<FlowKind>,
    /// The Information Object Definition of that SOP class.
    pub(crate) iod: Option<&'static Iod>,
    /// The clock rate that the SDP states.
    pub(crate) rate: Option<u32>,
    /// Rules that something else silences in the whole flow.
    pub(crate) hidden: RuleSet,
}

/// The messages of the first time that each rule is broken.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    told: RuleSet,
    list: Vec<(Id, String)>,
}

impl Texts {
    pub(crate) fn tell(&mut self, id: Id, message: impl FnOnce() -> String) {
        if !self.told.has(id) {
            self.told.add(id);
            self.list.push((id, message()));
        }
    }

    fn get(&self, id: Id) -> Option<&str> {
        let found = self.list.iter().find(|(told, _)| *told == id);
        found.map(|(_, text)| text.as_str())
    }
}

/// Collects what one check finds in one Grain.
pub(crate) struct Verdict<'t> {
    pub(crate) broken: RuleSet,
    pub(crate) texts: &'t mut Texts,
}

impl Verdict<'_> {
    /// A rule does not hold. The message is made for the flow's first time only.
    pub(crate) fn breaks(&mut self, id: Id, message: impl FnOnce() -> String) {
        self.broken.add(id);
        self.texts.tell(id, message);
    }
}

#[derive(Debug)]
struct Entry {
    signature: Signature,
    record: Record,
}

/// The Grains of one flow by signature.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    overflow: BTreeMap<Id, Record>,
    pub(crate) texts: Texts,
    summaries: Vec<iod::Summary>,
    /// Whether a Grain carries a Camera Position (0034,000B).
    pub(crate) has_camera: bool,
}

impl Ledger {
    /// The number of a summary of a static part; [`NO_SUMMARY`] if it is one too many.
    pub(crate) fn summary(&mut self, summary: iod::Summary) -> u16 {
        if let Some(at) = self.summaries.iter().position(|known| *known == summary) {
            return at as u16;
        }
        if self.summaries.len() >= SUMMARIES {
            return NO_SUMMARY;
        }
        self.summaries.push(summary);
        (self.summaries.len() - 1) as u16
    }

    /// Takes a Grain: its number in the flow and its packets. Gives the number of its signature.
    pub(crate) fn commit(&mut self, signature: Signature, grain: u32, packets: impl Iterator<Item = u64>) -> u16 {
        let known = self.entries.iter().position(|entry| entry.signature == signature);
        let at = match known {
            Some(at) => at,
            None if self.entries.len() < SIGNATURES => {
                self.entries.push(Entry {
                    signature,
                    record: Record::default(),
                });
                self.entries.len() - 1
            }
            None => {
                let packets: Vec<u64> = packets.collect();
                for id in signature.broken.iter() {
                    let record = self.overflow.entry(id).or_default();
                    record.add(Some(grain), packets.iter().copied());
                }
                return OVERFLOW;
            }
        };
        if let Some(entry) = self.entries.get_mut(at) {
            entry.record.add(Some(grain), packets);
        }
        at as u16
    }

    /// The sampling rate that most Grains state.
    pub(crate) fn commonest_rate(&self) -> Option<u32> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.signature.rate > 0) {
            *counts.entry(entry.signature.rate).or_default() += entry.record.count;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(rate, _)| rate)
    }

    /// The nature of the flow with its clock rate: of the SDP, else what most Grains state.
    fn settled(&self, nature: &Nature) -> Nature {
        Nature {
            rate: nature.rate.or_else(|| self.commonest_rate()),
            ..*nature
        }
    }

    /// The rules that a signature breaks in a flow of this nature, which is settled.
    fn visible(&self, signature: &Signature, nature: &Nature) -> RuleSet {
        let mut broken = applicable(signature.broken, nature.kind);
        let is_unexpected = broken.has(Id::DynamicUnexpected);
        if signature.rate > 0 && nature.rate.is_some_and(|rate| rate != signature.rate) {
            broken.add(Id::MetaSamplingRate);
        }
        if is_unexpected {
            broken = broken.without(RuleSet::of(&[Id::MetaSamplingRate, Id::DynamicOriginMismatch]));
        } else if nature.kind.is_some() && signature.flaws & dynamic::expected(nature.kind) != 0 {
            broken.add(Id::DynamicIncomplete);
        }
        if broken.has(Id::DynamicMissing) || broken.has(Id::DynamicIncomplete) {
            broken.remove(Id::DynamicOriginMismatch);
        }
        if let Some(judged) = self.judge_static(signature, nature) {
            if !judged.missing.is_empty() {
                broken.add(Id::IodMissing);
            }
            if !judged.empty.is_empty() {
                broken.add(Id::IodEmpty);
            }
        }
        broken.without(nature.hidden)
    }

    fn judge_static(&self, signature: &Signature, nature: &Nature) -> Option<iod::Judged> {
        let summary = self.summaries.get(usize::from(signature.summary))?;
        Some(summary.judge(nature.iod?, self.has_camera))
    }

    /// How many rules the Grains of each signature break.
    pub(crate) fn counts(&self, nature: &Nature) -> Vec<u32> {
        let nature = self.settled(nature);
        let count = |entry: &Entry| self.visible(&entry.signature, &nature).len();
        self.entries.iter().map(count).collect()
    }

    /// The findings, each with its message.
    pub(crate) fn list(&self, nature: &Nature) -> BTreeMap<Id, Record> {
        let mut list: BTreeMap<Id, Record> = BTreeMap::new();
        let nature = &self.settled(nature);
        for entry in &self.entries {
            for id in self.visible(&entry.signature, nature).iter() {
                let found = list.entry(id).or_default();
                let is_first = found.is_later_than(&entry.record);
                found.merge(&entry.record);
                if is_first {
                    found.message = self.message(id, &entry.signature, nature);
                }
            }
        }
        for (&id, record) in &self.overflow {
            if !applicable(RuleSet::of(&[id]), nature.kind)
                .without(nature.hidden)
                .is_empty()
            {
                let found = list.entry(id).or_default();
                found.merge(record);
                if found.message.is_empty() {
                    found.message = self.message(id, &Signature::default(), nature);
                }
            }
        }
        list
    }

    fn message(&self, id: Id, signature: &Signature, nature: &Nature) -> String {
        let judged = || self.judge_static(signature, nature).unwrap_or_default();
        match id {
            Id::IodMissing => judged().missing_text(nature.iod),
            Id::IodEmpty if self.texts.get(id).is_none() => judged().empty_text(),
            Id::DynamicIncomplete => dynamic::flaws_text(signature.flaws & dynamic::expected(nature.kind)),
            Id::MetaSamplingRate if signature.rate > 0 => {
                let rate = nature.rate.unwrap_or_default();
                format!(
                    "expected (0002,0037) to be the clock rate of the flow, {rate} Hz, found {} Hz",
                    signature.rate
                )
            }
            _ => match self.texts.get(id) {
                Some(text) => text.to_owned(),
                None => id.rule().statement.to_owned(),
            },
        }
    }
}

/// What of this can be broken in a flow of a kind.
pub(crate) fn applicable(broken: RuleSet, kind: Option<FlowKind>) -> RuleSet {
    const MEDIA: RuleSet = RuleSet::of(&[
        Id::DynamicMissing,
        Id::DynamicIncomplete,
        Id::DynamicOriginMismatch,
        Id::DatasetFlowUnmatched,
        Id::StaticInterval,
    ]);
    const RENDITION: RuleSet = RuleSet::of(&[Id::DynamicUnexpected, Id::RenditionRate]);
    const RATE: RuleSet = RuleSet::of(&[Id::MetaSamplingRate]);
    match kind {
        Some(FlowKind::DicomRendition) if broken.has(Id::DynamicUnexpected) => broken.without(MEDIA).without(RATE),
        Some(FlowKind::DicomRendition) => broken.without(MEDIA),
        Some(_) => broken.without(RENDITION),
        None => broken.without(MEDIA).without(RENDITION),
    }
}
