//! Data sets: their encoding (PS3.5 7), and what static part and RTV Meta Information say of each other.

use dicom_rtv::dataset::{Issue, IssueKind};
use dicom_rtv::dictionary::tags;
use dicom_rtv::iod;
use dicom_rtv::payload::Payload;

use super::Id;
use super::ledger::Verdict;

/// Real-Time Bulk Data Flow Sequence.
const BULK_DATA_FLOWS: dicom_rtv::Tag = dicom_rtv::Tag::new(0x0034, 0x000A);

/// Where a payload breaks: the first place behind which it cannot be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Breaks {
    /// In group 0002: offset in the payload.
    pub(crate) meta: Option<u64>,
    /// Anywhere: offset in the payload.
    pub(crate) any: Option<u64>,
}

/// Judges how a payload is encoded. What lies behind the first break is a consequence of it.
pub(crate) fn check(payload: &Payload<'_>, verdict: &mut Verdict<'_>) -> Breaks {
    let meta = payload.meta().data_set();
    let data = payload.data_set();
    if meta.issue_count() == 0 && data.issue_count() == 0 {
        return Breaks::default();
    }
    let first = |issues: &[Issue]| {
        issues
            .iter()
            .filter(|i| is_break(i.kind))
            .min_by_key(|i| i.error.offset)
            .copied()
    };
    let in_meta = first(meta.issues());
    let found = in_meta.or_else(|| first(data.issues()));
    if let Some(issue) = found {
        match issue.kind {
            IssueKind::Limit => {}
            IssueKind::Truncated => verdict.breaks(Id::DatasetTruncated, || issue.to_string()),
            _ => verdict.breaks(Id::DatasetEncoding, || issue.to_string()),
        }
    }
    let offset = found.map(|issue| issue.error.offset);
    let is_before =
        |issue: &&Issue| issue.kind == IssueKind::Order && offset.is_none_or(|offset| issue.error.offset < offset);
    if let Some(issue) = meta.issues().iter().chain(data.issues()).find(is_before) {
        verdict.breaks(Id::DatasetOrder, || issue.to_string());
    }
    Breaks {
        meta: in_meta.map(|issue| issue.error.offset),
        any: offset,
    }
}

const fn is_break(kind: IssueKind) -> bool {
    !matches!(kind, IssueKind::Order | IssueKind::Prefix | IssueKind::GroupLength)
}

/// Compares the static part with the RTV Meta Information. An absent value is never unequal.
pub(crate) fn check_references(payload: &Payload<'_>, fault: Option<u64>, verdict: &mut Verdict<'_>) {
    let meta = payload.meta();
    let data = payload.data_set();
    let is_sound = |end: u32| fault.is_none_or(|offset| u64::from(end) <= offset);
    let uid = |tag| {
        let element = data.get(tag).filter(|e| is_sound(e.end()))?;
        element.uid().filter(|uid| !uid.is_empty())
    };
    let class = meta.sop_class_uid().filter(|class| iod::by_sop_class(class).is_some());
    let instance = meta.sop_instance_uid().filter(|instance| !instance.is_empty());
    for (tag, found, other, expected) in [
        ("(0008,0016)", uid(tags::SOP_CLASS_UID), "(0002,0032)", class),
        ("(0008,0018)", uid(tags::SOP_INSTANCE_UID), "(0002,0033)", instance),
    ] {
        if let (Some(found), Some(expected)) = (found, expected)
            && found != expected
        {
            verdict.breaks(Id::DatasetSopMismatch, || {
                format!("expected {tag} to be {other}, {expected}, found {found}")
            });
        }
    }
    let syntax = meta.transfer_syntax_uid().filter(|syntax| !syntax.is_empty());
    if let (Some(syntax), Some(rate)) = (syntax, meta.sampling_rate())
        && let Some(flows) = data.get(BULK_DATA_FLOWS)
        && flows.item(0).is_some()
        && is_sound(flows.end())
    {
        let is_it = |flow: dicom_rtv::payload::BulkDataFlow<'_>| {
            flow.transfer_syntax_uid == Some(syntax) && flow.sampling_rate == Some(rate)
        };
        if !payload.bulk_data_flows().any(is_it) {
            verdict.breaks(Id::DatasetFlowUnmatched, || {
                let found: Vec<String> = payload
                    .bulk_data_flows()
                    .take(4)
                    .map(|flow| {
                        let rate = flow.sampling_rate.map_or_else(|| "no rate".into(), |rate| format!("{rate} Hz"));
                        format!("{} at {rate}", flow.transfer_syntax_uid.unwrap_or("no transfer syntax"))
                    })
                    .collect();
                format!(
                    "expected a flow of {syntax} at {rate} Hz in (0034,000A), as (0002,0010) and (0002,0037) say, found {}",
                    found.join(", ")
                )
            });
        }
    }
}
