//! The rules of one Grain, checked once when it is whole.
//!
//! Group 0002 and the static part come again and again with the same bytes, so what was found in them is kept: the steady
//! state looks at the dynamic part and compares the rest.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::grain::Grain;
use dicom_rtv::nmos::Identity;
use dicom_rtv::payload::{CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, Payload};
use dicom_rtv::{PtpTimestamp, Tag};

use super::cadence::{Beat, Cadence, Late, Static};
use super::ledger::{Ledger, NO_SUMMARY, Nature, OVERFLOW, Signature, Verdict};
use super::memory::{Cached, Memory};
use super::rtp::{Clock, FirstExtension, Stated};
use super::{Id, RuleSet, Thresholds, dataset, dynamic, iod, meta, payload, rtp, value};
use crate::findings::PACKETS;
use crate::model::FlowKind;

/// Grains that wait until the meaning of the extension ids is settled.
const HELD: usize = 64;

/// One Grain, as its flow sees it.
pub(crate) struct Facts<'a, 'p> {
    /// Number over all flows.
    pub(crate) id: u32,
    /// Number in the flow.
    pub(crate) index: u32,
    pub(crate) grain: &'a Grain,
    pub(crate) payload: &'a Payload<'p>,
    pub(crate) extension: FirstExtension,
    pub(crate) identity: Identity,
    pub(crate) arrival_ns: i64,
    /// The character set of the flow's last static part; `None` before there is one.
    pub(crate) charset: Option<CharacterSet>,
}

/// What came of a Grain.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Grains and the signatures that they have, this one and others that waited.
    pub(crate) committed: Vec<(u32, u16)>,
    pub(crate) late: Late,
}

/// What the rules remember of one flow.
#[derive(Debug)]
pub(crate) struct FlowRules {
    pub(crate) ledger: Ledger,
    pub(crate) cadence: Cadence,
    /// The clock, as the SDP states it.
    pub(crate) stated: Clock,
    /// The clock that RTP timestamps are judged by, once it is settled.
    clock: Clock,
    /// The rate that RTP timestamps have against sync timestamps.
    measured: Option<u32>,
    meta: Cached<MetaVerdict>,
    part: Cached<PartVerdict>,
    instance: Option<String>,
    held: Vec<Held>,
    holds: bool,
    last_sequence: Option<u64>,
    counts: (usize, Option<FlowKind>, Vec<u32>),
}

#[derive(Clone, Copy, Debug)]
struct MetaVerdict {
    broken: RuleSet,
    rate: u32,
    /// (0002,0032) is one of the four.
    has_class: bool,
}

#[derive(Clone, Copy, Debug)]
struct PartVerdict {
    broken: RuleSet,
    summary: u16,
}

/// A Grain that waits.
#[derive(Debug)]
struct Held {
    id: u32,
    index: u32,
    signature: Signature,
    packets: Vec<u64>,
    link: Link,
}

/// What joins header and payload of a Grain.
#[derive(Clone, Copy, Debug)]
struct Link {
    rtp_timestamp: u32,
    extension: FirstExtension,
    identity: Identity,
    stated: Stated,
    /// The sampling rate that should be there is absent: the clock is in doubt.
    lacks_rate: bool,
}

impl FlowRules {
    /// The rules of a flow whose clock and extension ids are known as far as an SDP says.
    pub(crate) fn new(stated: Clock, knows_ids: bool) -> Self {
        Self {
            ledger: Ledger::default(),
            cadence: Cadence::default(),
            stated,
            clock: stated,
            measured: None,
            meta: Cached::default(),
            part: Cached::default(),
            instance: None,
            held: Vec::new(),
            holds: !knows_ids || stated.offset.is_none() || stated.rate.is_none(),
            last_sequence: None,
            counts: (0, None, Vec::new()),
        }
    }

    /// Judges a Grain.
    pub(crate) fn check(&mut self, facts: &Facts<'_, '_>, limits: &Thresholds, memory: &mut Memory) -> Outcome {
        let grain = facts.grain;
        let mut signature = Signature::default();
        let mut verdict = Verdict {
            broken: RuleSet::EMPTY,
            texts: &mut self.ledger.texts,
        };
        rtp::check_payload_type(grain.payload_type, &mut verdict);
        let is_cut = grain.at_edge || grain.missing == 0 && grain.end == dicom_rtv::grain::EndedBy::Limit;
        if !grain.complete && !is_cut {
            verdict.breaks(Id::GrainIncomplete, || match grain.missing {
                0 => "the sender restarted in the middle of the Grain".into(),
                1 => "1 packet of the Grain is missing".into(),
                n => format!("{n} packets of the Grain are missing"),
            });
        }
        signature.broken = verdict.broken;
        let mut link = Link {
            rtp_timestamp: grain.rtp_timestamp,
            extension: facts.extension,
            identity: facts.identity,
            stated: Stated::default(),
            lacks_rate: false,
        };
        let mut part = Static::Perhaps;
        if grain.complete && !grain.truncated {
            part = self.check_payload(facts, memory, &mut signature, &mut link);
        }
        let late = self.keep_time(facts, part, signature.rate, limits);
        let mut outcome = Outcome {
            committed: Vec::new(),
            late,
        };
        let packets = grain.packets.iter().map(|packet| packet.key).take(PACKETS);
        if self.holds {
            self.held.push(Held {
                id: facts.id,
                index: facts.index,
                signature,
                packets: packets.collect(),
                link,
            });
            if self.held.len() >= HELD {
                self.settle(limits, &mut outcome.committed);
            }
        } else {
            self.check_link(&mut signature, &link, limits);
            let number = self.ledger.commit(signature, facts.index, packets);
            outcome.committed.push((facts.id, number));
        }
        outcome
    }

    /// The identity of an earlier Grain reads differently now.
    pub(crate) fn reread(&mut self, grain: u32, identity: Identity) {
        if let Some(held) = self.held.iter_mut().find(|held| held.id == grain) {
            held.link.identity = identity;
        }
    }

    /// Judges the Grains that waited: the extension ids mean what they mean now.
    pub(crate) fn settle(&mut self, limits: &Thresholds, committed: &mut Vec<(u32, u16)>) {
        if self.held.is_empty() {
            return;
        }
        let samples: Vec<(u32, PtpTimestamp)> = self
            .held
            .iter()
            .filter_map(|held| Some((held.link.rtp_timestamp, held.link.identity.sync?)))
            .collect();
        let stated = || {
            let mut rates: Vec<u32> = self.held.iter().map(|held| held.signature.rate).collect();
            rates.retain(|rate| *rate > 0);
            rates.sort_unstable();
            // The commonest: a run of equal rates is longest where the median is, if most Grains agree.
            rates.get(rates.len() / 2).copied()
        };
        self.measured = rtp::measured_rate(&samples);
        let rate = self.clock.rate.or_else(stated).or(self.measured);
        self.clock.rate = rate;
        if self.clock.offset.is_none() {
            self.clock.offset = rate.and_then(|rate| rtp::offset(&samples, rate));
        }
        for mut held in std::mem::take(&mut self.held) {
            self.check_link(&mut held.signature, &held.link, limits);
            let number = self.ledger.commit(held.signature, held.index, held.packets.into_iter());
            committed.push((held.id, number));
        }
        self.holds = false;
    }

    /// How many rules a Grain of this signature breaks, going by what the flow is now.
    pub(crate) fn count(&mut self, signature: u16, nature: &Nature) -> u32 {
        if signature == OVERFLOW {
            return 1;
        }
        let (entries, kind, counts) = &mut self.counts;
        if usize::from(signature) >= *entries || *kind != nature.kind {
            *counts = self.ledger.counts(nature);
            *entries = counts.len();
            *kind = nature.kind;
        }
        counts.get(usize::from(signature)).copied().unwrap_or(1)
    }

    /// The rate that turns RTP timestamps into time: of the SDP, else as they show it, else as the payload states it.
    pub(crate) fn rate(&self) -> Option<u32> {
        let rate = self.stated.rate.or(self.measured).or(self.clock.rate);
        rate.filter(|rate| *rate > 0)
    }

    fn check_link(&mut self, signature: &mut Signature, link: &Link, limits: &Thresholds) {
        let mut verdict = Verdict {
            broken: signature.broken,
            texts: &mut self.ledger.texts,
        };
        rtp::check_extension(link.extension, &link.identity, &link.stated, &mut verdict);
        if !link.lacks_rate && matches!(link.extension, FirstExtension::Present { .. }) {
            let (sync, ticks) = (link.identity.sync, limits.timestamp_ticks);
            rtp::check_timestamp(link.rtp_timestamp, sync, self.clock, ticks, &mut verdict);
        }
        signature.broken = verdict.broken;
    }

    /// Judges a payload that is whole; says whether it has a static part.
    fn check_payload(
        &mut self,
        facts: &Facts<'_, '_>,
        memory: &mut Memory,
        signature: &mut Signature,
        link: &mut Link,
    ) -> Static {
        let payload = facts.payload;
        let mut verdict = Verdict {
            broken: signature.broken,
            texts: &mut self.ledger.texts,
        };
        payload::check(payload, &mut verdict);
        if verdict.broken.has(Id::PayloadPrefix) {
            signature.broken = verdict.broken;
            return match payload.meta().data_set().is_empty() {
                true => Static::Perhaps,
                false => part(payload),
            };
        }
        let breaks = dataset::check(payload, &mut verdict);
        signature.broken = verdict.broken;
        let meta = self.check_meta(payload, breaks.meta, memory);
        signature.broken = signature.broken.and(meta.broken);
        signature.rate = meta.rate;

        let mut verdict = Verdict {
            broken: signature.broken,
            texts: &mut self.ledger.texts,
        };
        let seen = dynamic::check(payload, breaks.any, &mut verdict);
        signature.flaws = seen.flaws;
        link.lacks_rate = payload.is_dynamic() && meta.rate == 0;
        if link.lacks_rate && breaks.meta.is_none() {
            verdict.breaks(Id::MetaSamplingRate, || {
                "expected (0002,0037) in a Grain with a dynamic part, found none".into()
            });
        }
        let static_start = static_start(payload);
        let end = breaks
            .any
            .map_or(u32::MAX, |offset| u32::try_from(offset).unwrap_or(u32::MAX));
        let data = payload.data_set();
        let charset = facts.charset.unwrap_or(CharacterSet::DEFAULT);
        if data.start() < static_start {
            let range = (data.start(), static_start.min(end));
            // Before the first static part nobody knows the character set.
            value::check(
                data,
                range,
                charset,
                facts.charset.is_none(),
                &mut memory.known,
                &mut verdict,
            );
        }
        if static_start < data.end() {
            dataset::check_references(payload, breaks.any, &mut verdict);
        }
        let origin = data
            .get(CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
            .is_none_or(|sequence| u64::from(sequence.end()) <= breaks.any.unwrap_or(u64::MAX));
        link.stated = Stated {
            source_id: payload.meta().source_id(),
            flow_id: payload.meta().flow_id(),
            origin: payload
                .dynamic()
                .filter(|_| origin)
                .and_then(|dynamic| dynamic.frame_origin_timestamp()),
        };
        signature.broken = verdict.broken;
        self.ledger.has_camera |= seen.has_camera;
        if static_start < data.end() {
            let found = self.check_static(facts, static_start, breaks.any, memory);
            signature.broken = signature.broken.and(found.broken);
            if meta.has_class {
                signature.summary = found.summary;
            }
        }
        if breaks.any.is_some() {
            Static::Perhaps
        } else {
            part(payload)
        }
    }

    /// Judges group 0002, if it is not that of the Grain before.
    fn check_meta(&mut self, payload: &Payload<'_>, fault: Option<u64>, memory: &mut Memory) -> MetaVerdict {
        let meta = payload.meta();
        let bytes = meta.data_set().bytes();
        if let Some(found) = self.meta.get(bytes) {
            return found;
        }
        let mut verdict = Verdict {
            broken: RuleSet::EMPTY,
            texts: &mut self.ledger.texts,
        };
        meta::check(meta, fault, &mut verdict);
        if let Some(instance) = meta.sop_instance_uid().filter(|instance| !instance.is_empty()) {
            match &self.instance {
                Some(first) if first != instance => verdict.breaks(Id::SopInstance, || {
                    format!("expected SOP Instance UID {first} in the whole session, found {instance}")
                }),
                Some(_) => {}
                None => self.instance = Some(instance.to_owned()),
            }
        }
        let found = MetaVerdict {
            broken: verdict.broken,
            rate: meta.sampling_rate().unwrap_or(0),
            has_class: meta::sop_class(meta).is_some() && !verdict.broken.has(Id::MetaSopClass),
        };
        self.meta.keep(bytes, found, &mut memory.cached);
        found
    }

    /// Judges the static part, if it is not the last one again.
    fn check_static(
        &mut self,
        facts: &Facts<'_, '_>,
        start: u32,
        fault: Option<u64>,
        memory: &mut Memory,
    ) -> PartVerdict {
        let data = facts.payload.data_set();
        let bytes = data
            .input()
            .get(start as usize..data.end() as usize)
            .unwrap_or_default();
        if fault.is_none()
            && let Some(found) = self.part.get(bytes)
        {
            return found;
        }
        let mut verdict = Verdict {
            broken: RuleSet::EMPTY,
            texts: &mut self.ledger.texts,
        };
        let summary = iod::Summary::of(data, start);
        let charset = facts.charset.unwrap_or(CharacterSet::DEFAULT);
        let end = fault.map_or(u32::MAX, |offset| u32::try_from(offset).unwrap_or(u32::MAX));
        let undeclared = summary.lacks_character_set();
        value::check(data, (start, end), charset, undeclared, &mut memory.known, &mut verdict);
        let broken = verdict.broken;
        if fault.is_some() {
            // What lies behind the break is not missed.
            return PartVerdict {
                broken,
                summary: NO_SUMMARY,
            };
        }
        let found = PartVerdict {
            broken,
            summary: self.ledger.summary(summary),
        };
        self.part.keep(bytes, found, &mut memory.cached);
        found
    }

    fn keep_time(&mut self, facts: &Facts<'_, '_>, part: Static, rate: u32, limits: &Thresholds) -> Late {
        let packets = &facts.grain.packets;
        let first = packets.first().map(|packet| packet.sequence);
        let expected = self.last_sequence.map(|last| last + 1);
        // Of packets of a Grain that are missing at its end nothing comes after.
        self.last_sequence = packets.last().map(|packet| packet.sequence).or(self.last_sequence);
        let beat = Beat {
            sync_ns: facts.identity.sync.and_then(|sync| i64::try_from(sync.as_ns()).ok()),
            extended: facts.grain.extended_timestamp,
            arrival_ns: facts.arrival_ns,
            follows: expected.is_some() && expected == first,
            part,
        };
        let rate = self.clock.rate.or((rate > 0).then_some(rate));
        self.cadence.push(beat, rate, limits)
    }
}

/// Where the static part begins; behind the end where there is none.
fn static_start(payload: &Payload<'_>) -> u32 {
    const STATIC: Tag = Tag::new(0x0008, 0x0000);
    let data = payload.data_set();
    let first = data.elements().find(|element| element.tag() >= STATIC);
    first.map_or(data.end(), |element| element.start())
}

fn part(payload: &Payload<'_>) -> Static {
    if payload.is_static() { Static::Yes } else { Static::No }
}
