//! Filters: which flows, Grains and packets are shown.

use std::collections::HashSet;

use grainscope_inspect::model::{Finding, Flow, GrainRow};
use grainscope_inspect::{Decoded, PROPERTIES, Selector, Session};

use crate::Failure;
use crate::capture::Capture;
use crate::input::Bytes;

/// What is shown. Rules are judged over the whole capture all the same.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArguments {
    /// Only this flow: its number, or a kind such as dicom-video, video, or dicom for all metadata; may be given more than once
    #[arg(long, value_name = "N|KIND")]
    flow: Vec<String>,
    /// Only from this time on: seconds from the first packet, or 2026-01-04T11:27:17.5Z
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = time)]
    from: Option<Time>,
    /// Only Grains, and packets of Grains, for which this holds: 'PatientID == "X"', 'Modality == ES and grain.static'
    #[arg(long = "where", value_name = "FILTER", long_help = where_help(), value_parser = selector)]
    selector: Option<Selector>,
}

fn where_help() -> String {
    let mut text = String::from(
        "Only Grains, and packets of Grains, for which this holds.\n\n\
         Attributes by keyword, tag or name, nested ones joined by dots, Items counted from 0:\n\
         \x20 'PatientID == \"X\"'   '(0010,0020) == \"X\"'   '\"Patient ID\" == \"X\"'\n\
         \x20 'CurrentFrameFunctionalGroupsSequence[0].FrameContentSequence.FrameAcquisitionNumber > 10'\n\n\
         Operators: == != < <= > >= ~ (contains), and, or, not, brackets. A name alone asks whether it is there.\n\n\
         Properties:\n",
    );
    for (name, what) in PROPERTIES {
        text.push_str(&format!("  {name:<18} {what}\n"));
    }
    text
}

fn selector(text: &str) -> Result<Selector, String> {
    Selector::parse(text)
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    /// Nanoseconds since the first packet.
    Relative(i64),
    /// Nanoseconds since 1970 UTC.
    Absolute(i64),
}

/// A filter at work.
pub(crate) struct Filter<'a> {
    arguments: &'a FilterArguments,
    to: Option<Time>,
}

impl FilterArguments {
    /// The filter that ends at a time. Verbs name that end themselves, for `export --to` is a folder.
    pub(crate) const fn filter(&self, to: Option<Time>) -> Filter<'_> {
        Filter { arguments: self, to }
    }
}

impl Filter<'_> {
    /// Whether nothing is left out.
    pub(crate) fn is_empty(&self) -> bool {
        let FilterArguments { flow, from, selector } = self.arguments;
        flow.is_empty() && from.is_none() && self.to.is_none() && selector.is_none()
    }

    /// Whether Grains are chosen by more than their flow.
    fn chooses_grains(&self) -> bool {
        self.arguments.from.is_some() || self.to.is_some() || self.arguments.selector.is_some()
    }

    /// Whether flows were chosen.
    pub(crate) fn chooses_flows(&self) -> bool {
        !self.arguments.flow.is_empty()
    }

    /// Says so when a flow was asked for that there is none of.
    pub(crate) fn check(&self, flows: &[Flow]) -> Result<(), Failure> {
        check_flows(&self.arguments.flow, flows)
    }

    pub(crate) fn flow(&self, flow: &Flow) -> bool {
        is_chosen(&self.arguments.flow, flow)
    }

    pub(crate) fn flow_of(&self, id: Option<u32>, flows: &[Flow]) -> bool {
        !self.chooses_flows()
            || id
                .and_then(|id| flows.get(id as usize))
                .is_some_and(|flow| self.flow(flow))
    }

    pub(crate) fn time(&self, ns: Option<i64>, start_ns: Option<i64>) -> bool {
        let at = |time: Time| match time {
            Time::Absolute(ns) => Some(ns),
            Time::Relative(ns) => Some(start_ns?.saturating_add(ns)),
        };
        let (from, to) = (self.arguments.from, self.to);
        if from.is_none() && to.is_none() {
            return true;
        }
        let Some(ns) = ns else { return false };
        from.and_then(at).is_none_or(|from| ns >= from) && to.and_then(at).is_none_or(|to| ns <= to)
    }

    /// Whether a Grain is shown.
    pub(crate) fn grain(
        &self,
        session: &Session,
        bytes: &mut Bytes,
        flows: &[Flow],
        row: &GrainRow,
    ) -> Result<bool, Failure> {
        if !self.flow_of(row.flow, flows) || !self.time(row.arrival_ns, session.start_ns()) {
            return Ok(false);
        }
        self.selects(session, bytes, Some(row.id), |selector, decoded| {
            selector.selects_grain(session, row.id, decoded)
        })
    }

    /// Whether a packet is shown, as far as the attributes of its Grain go.
    pub(crate) fn packet(
        &self,
        session: &Session,
        bytes: &mut Bytes,
        ordinal: u64,
        grain: Option<u32>,
    ) -> Result<bool, Failure> {
        self.selects(session, bytes, grain, |selector, decoded| {
            selector.selects_packet(session, ordinal, decoded)
        })
    }

    fn selects(
        &self,
        session: &Session,
        bytes: &mut Bytes,
        grain: Option<u32>,
        select: impl Fn(&Selector, Option<&Decoded<'_>>) -> bool,
    ) -> Result<bool, Failure> {
        let Some(selector) = &self.arguments.selector else {
            return Ok(true);
        };
        let Some(grain) = grain.filter(|_| selector.needs_data_set()) else {
            return Ok(select(selector, None));
        };
        let packets = bytes.read(&session.grain_extents(grain))?;
        Ok(session
            .with_grain(grain, &packets, |decoded| select(selector, Some(decoded)))
            .unwrap_or(false))
    }

    /// The Grains that are shown; `None` for all.
    pub(crate) fn chosen(&self, capture: &mut Capture, flows: &[Flow]) -> Result<Option<Chosen>, Failure> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut chosen = Chosen::default();
        let mut first = 0;
        loop {
            let rows = capture.grain_rows(first);
            if rows.is_empty() {
                return Ok(Some(chosen));
            }
            first += rows.len() as u64;
            for row in &rows {
                if self.grain(&capture.session, &mut capture.bytes, flows, row)? {
                    chosen.ids.insert(row.id);
                    if let Some(flow) = row.flow {
                        chosen.places.insert((flow, row.index));
                    }
                }
            }
        }
    }

    /// The findings of what is shown: those of its flows and Grains, and those that name neither.
    pub(crate) fn findings(&self, findings: Vec<Finding>, flows: &[Flow], chosen: Option<&Chosen>) -> Vec<Finding> {
        let Some(chosen) = chosen else { return findings };
        let is_shown = |finding: &Finding| {
            if finding.flow.is_some() && !self.flow_of(finding.flow, flows) {
                return false;
            }
            let mut grains = finding.occurrences.iter().filter_map(|o| o.grain).peekable();
            let (Some(flow), Some(_)) = (finding.flow, grains.peek()) else {
                return true;
            };
            !self.chooses_grains() || grains.any(|grain| chosen.places.contains(&(flow, grain)))
        };
        findings.into_iter().filter(is_shown).collect()
    }
}

/// Grains that are shown.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) ids: HashSet<u32>,
    /// Flow and number in it.
    places: HashSet<(u32, u32)>,
}

/// Says so when a flow is wanted that there is none of.
pub(crate) fn check_flows(wanted: &[String], flows: &[Flow]) -> Result<(), Failure> {
    let Some(missing) = wanted
        .iter()
        .find(|wanted| !flows.iter().any(|flow| is_flow(wanted, flow)))
    else {
        return Ok(());
    };
    let mut kinds: Vec<&str> = flows.iter().map(|flow| flow.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let there = match flows.len() {
        0 => "the capture has none".to_owned(),
        1 => format!("the capture has flow 0 only: {}", kinds.join(", ")),
        n => format!("the capture has flows 0 to {}: {}", n - 1, kinds.join(", ")),
    };
    Err(Failure::input(format!("there is no flow {missing}; {there}")))
}

/// Whether a flow is one of those that are wanted; all are, if none is named.
pub(crate) fn is_chosen(wanted: &[String], flow: &Flow) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| is_flow(wanted, flow))
}

fn is_flow(wanted: &str, flow: &Flow) -> bool {
    match wanted.parse::<u32>() {
        Ok(number) => flow.id == number,
        Err(_) if wanted.eq_ignore_ascii_case("dicom") => flow.kind.is_dicom(),
        Err(_) => wanted.eq_ignore_ascii_case(flow.kind.as_str()),
    }
}

/// Seconds from the start, or a date and time of ISO 8601 with `Z` or an offset.
pub(crate) fn time(text: &str) -> Result<Time, String> {
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.abs() < 9e9
    {
        return Ok(Time::Relative((seconds * 1e9).round() as i64));
    }
    iso(text).map(Time::Absolute).ok_or_else(|| {
        "neither seconds from the first packet, such as 1.5, nor a time such as 2026-01-04T11:27:17.5Z".into()
    })
}

fn iso(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, offset) = match clock.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => match clock.rfind(['+', '-']) {
            Some(at) => {
                let (clock, offset) = clock.split_at(at);
                let (hours, minutes) = offset.get(1..)?.split_once(':')?;
                let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
                (clock, if offset.starts_with('-') { -minutes } else { minutes })
            }
            None => (clock, 0),
        },
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    let seconds = parts.next().unwrap_or("0");
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = second.parse::<i64>().ok()?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let ns = format!("{fraction:0<9}").parse::<i64>().ok()?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    if !fits || !(1970..2262).contains(&year) || hour < 0 || minute < 0 || second < 0 {
        return None;
    }
    // Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era_days = y * 365 + y / 4 - y / 100 + y / 400;
    let days = era_days + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute - offset) * 60_000_000_000 + second * 1_000_000_000 + ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_or_absolute() {
        assert_eq!(time("1.5"), Ok(Time::Relative(1_500_000_000)));
        assert_eq!(time("-2"), Ok(Time::Relative(-2_000_000_000)));
        let second = 1_767_526_037_000_000_000;
        assert_eq!(time("2026-01-04T11:27:17Z"), Ok(Time::Absolute(second)));
        assert_eq!(
            time("2026-01-04 12:27:17.5+01:00"),
            Ok(Time::Absolute(second + 500_000_000))
        );
        assert_eq!(time("1970-01-01T00:00:00Z"), Ok(Time::Absolute(0)));
        assert_eq!(
            time("2024-02-29T00:00:00.000000001Z"),
            Ok(Time::Absolute(1_709_164_800_000_000_001))
        );
        for bad in [
            "",
            "soon",
            "2026-13-01T00:00:00Z",
            "2026-01-04",
            "2026-01-04T25:00:00Z",
            "2026-01-04T1:0:0.x",
        ] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
