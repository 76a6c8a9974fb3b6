//! How a capture and its flows fare, in words.

use grainscope_inspect::model::{Flow, Summary};

use super::format::{bytes, count, counted};
use crate::protocol::{CaptureState, Problem, Status};

/// How grave something is. Shown by colour, shape and word together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to judge.
    Quiet,
    /// All is well.
    Good,
    /// Worth knowing.
    Info,
    /// A recommendation is broken, or data was lost.
    Warning,
    /// A rule is broken.
    Error,
}

impl Level {
    /// Its class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Good => "good",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The verdict on a flow: how grave, and why in a few words.
#[must_use]
pub fn verdict(flow: &Flow) -> (Level, String) {
    let [errors, warnings, infos] = flow.findings;
    let mut words = Vec::new();
    if errors > 0 {
        words.push(format!("{} broken", counted(errors.into(), "rule")));
    }
    if flow.lost > 0 {
        words.push(format!("{} lost", count(flow.lost)));
    }
    if warnings > 0 {
        words.push(counted(warnings.into(), "warning"));
    }
    if flow.duplicates > 0 && words.is_empty() {
        words.push(counted(flow.duplicates, "duplicate"));
    }
    if flow.reordered > 0 && words.is_empty() {
        words.push(format!("{} reordered", count(flow.reordered)));
    }
    if infos > 0 && words.is_empty() {
        words.push(counted(infos.into(), "remark"));
    }
    let level = if errors > 0 {
        Level::Error
    } else if flow.lost > 0 || warnings > 0 {
        Level::Warning
    } else if !words.is_empty() {
        Level::Info
    } else if flow.kind.is_dicom() {
        words.push("no rule broken".into());
        Level::Good
    } else if flow.kind.is_rtp() {
        words.push("nothing lost".into());
        Level::Good
    } else {
        Level::Quiet
    };
    (level, words.join(", "))
}

/// What must be said about a capture as a whole, if anything. `true` means that there is nothing else to show.
#[must_use]
pub fn trouble(state: &CaptureState) -> Option<(bool, Problem)> {
    let nothing = state.summary.packets == 0 && state.summary.grains == 0;
    if state.size == 0 && state.status != Status::Reading {
        let text = "It has 0 bytes. Perhaps the recording was never written, or the copy failed.";
        return Some((true, Problem::new(format!("{} is empty", state.name), text)));
    }
    match &state.status {
        Status::Failed(problem) => {
            let kept = format!("{} {}", problem.text, kept(&state.summary));
            return Some((nothing, Problem::new(problem.title.clone(), kept.trim_end())));
        }
        Status::Cancelled => {
            let title = format!("Stopped after {} of {}", bytes(state.read), bytes(state.size));
            return Some((nothing, Problem::new(title, kept(&state.summary))));
        }
        Status::Reading | Status::Done => {}
    }
    if let Some(error) = &state.error {
        let what = if nothing { "cannot be read" } else { "is not decoded" };
        return Some((nothing, Problem::new(format!("{} {what}", state.name), sentence(error))));
    }
    if let Some(damage) = &state.summary.damage {
        let reason = sentence(&damage.reason);
        let title = format!("{} is damaged at byte {}", state.name, count(damage.offset));
        return Some((
            nothing,
            Problem::new(title, format!("{reason} {}", kept(&state.summary)).trim_end()),
        ));
    }
    if nothing && state.status == Status::Done {
        let text = "The file can be read, but there is not one packet in it.";
        return Some((true, Problem::new(format!("{} has no packets", state.name), text)));
    }
    None
}

fn kept(summary: &Summary) -> String {
    if summary.packets == 0 {
        return String::new();
    }
    format!("What was read before is shown: {}.", counted(summary.packets, "packet"))
}

/// A text with a capital and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut text: String = first.to_uppercase().chain(chars).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use grainscope_inspect::model::{Damage, FlowKind};

    use super::*;

    pub(crate) fn flow(id: u32, kind: FlowKind) -> Flow {
        Flow {
            id,
            kind,
            reason: String::new(),
            source: "10.1.1.10:5004".into(),
            destination: "239.1.1.1:5004".into(),
            ssrc: None,
            payload_type: None,
            clock_rate: None,
            source_id: None,
            flow_id: None,
            sop_class: None,
            sop_class_name: None,
            sop_instance: None,
            packets: 1,
            bytes: 1,
            lost: 0,
            reordered: 0,
            duplicates: 0,
            grains: 0,
            describes: None,
            rendition: None,
            restart_of: None,
            device: None,
            first_ns: None,
            last_ns: None,
            sdp: None,
            facts: Vec::new(),
            findings: [0; 3],
        }
    }

    fn state(size: u64, status: Status, summary: Summary) -> CaptureState {
        CaptureState {
            id: 1,
            name: "a.pcap".into(),
            size,
            read: size,
            status,
            error: None,
            sdp: Vec::new(),
            summary,
            flows: Vec::new(),
        }
    }

    fn damaged(packets: u64, offset: u64) -> Summary {
        Summary {
            packets,
            damage: Some(Damage {
                offset,
                reason: "no such block".into(),
            }),
            ..Summary::default()
        }
    }

    #[test]
    fn verdicts_name_the_gravest_first() {
        let mut flow = flow(0, FlowKind::DicomVideo);
        assert_eq!(verdict(&flow), (Level::Good, "no rule broken".into()));
        flow.duplicates = 4;
        assert_eq!(verdict(&flow), (Level::Info, "4 duplicates".into()));
        flow.lost = 1200;
        assert_eq!(verdict(&flow), (Level::Warning, "1,200 lost".into()));
        flow.findings = [1, 2, 0];
        assert_eq!(
            verdict(&flow),
            (Level::Error, "1 rule broken, 1,200 lost, 2 warnings".into())
        );
        assert_eq!(verdict(&self::flow(1, FlowKind::Ptp)).0, Level::Quiet);
    }

    #[test]
    fn an_empty_file_is_called_empty() {
        let (all, problem) = trouble(&state(0, Status::Done, Summary::default())).unwrap();
        assert!(all);
        assert_eq!(problem.title, "a.pcap is empty");
    }

    #[test]
    fn what_is_no_capture_is_told_from_a_damaged_one() {
        let mut none = state(9, Status::Done, Summary::default());
        none.error = Some("this is a JPEG image".into());
        let (all, problem) = trouble(&none).unwrap();
        assert!(all);
        assert_eq!(problem, Problem::new("a.pcap cannot be read", "This is a JPEG image."));
        let (all, problem) = trouble(&state(9, Status::Done, damaged(3, 1234))).unwrap();
        assert!(!all);
        assert_eq!(problem.title, "a.pcap is damaged at byte 1,234");
        assert_eq!(problem.text, "No such block. What was read before is shown: 3 packets.");
    }

    #[test]
    fn a_stop_and_a_failure_keep_what_was_read() {
        let summary = Summary {
            packets: 1,
            ..Summary::default()
        };
        let (all, problem) = trouble(&state(9, Status::Cancelled, summary.clone())).unwrap();
        assert!(!all && problem.text.contains("1 packet."), "{problem:?}");
        let failed = Status::Failed(Problem::new("Gone", "The file was removed."));
        let (all, problem) = trouble(&state(9, failed, summary)).unwrap();
        assert!(
            !all && problem.text.starts_with("The file was removed. What"),
            "{problem:?}"
        );
    }

    #[test]
    fn a_good_capture_needs_no_word() {
        let summary = Summary {
            packets: 1,
            ..Summary::default()
        };
        assert_eq!(trouble(&state(9, Status::Done, summary)), None);
        assert_eq!(trouble(&state(9, Status::Reading, Summary::default())), None);
        assert!(trouble(&state(9, Status::Done, Summary::default())).is_some());
    }
}
