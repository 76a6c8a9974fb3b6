//! The table of Grains.

use grainscope_inspect::model::{Column, GrainRow};
use yew::prelude::*;

use super::grid::{Head, Line};
use super::icon::Shape;
use super::same::Same;
use super::state::Tab;
use super::table::Table;
use crate::logic::format;
use crate::protocol::CaptureState;

/// The table of Grains.
#[derive(Debug)]
pub enum Grains {}

const HEADS: &[Head] = &[
    Head::number("#", "Number of the Grain in its flow"),
    Head::number("Flow", "Number of the flow").by(Column::Flow),
    Head::text("Time", "Capture time of its first packet, UTC").by(Column::Time),
    Head::number("RTP time", "RTP timestamp").by(Column::RtpTimestamp),
    Head::text("Origin (TAI)", "PTP Origin Timestamp, TAI"),
    Head::number(
        "Latency",
        "Capture time of the first packet less the origin timestamp, milliseconds",
    )
    .by(Column::Latency),
    Head::text("Static", "Whether the Grain carries the static part"),
    Head::number("Pkts", "Packets that carry it").by(Column::Packets),
    Head::number("Bytes", "Bytes of payload").by(Column::Size),
    Head::text("Remarks", "What is wrong or odd with it").by(Column::Findings),
];

impl Table for Grains {
    type Row = GrainRow;

    const TAB: Tab = Tab::Grains;
    const ID: &'static str = "grains";
    const LABEL: &'static str = "Grains";
    const HEADS: &'static [Head] = HEADS;

    fn line(capture: &Same<CaptureState>, row: &GrainRow) -> Line {
        let digits = capture.summary.time_digits.clamp(3, 9);
        let mut remarks = Vec::new();
        if !row.complete {
            remarks.push("incomplete".to_owned());
        }
        if row.complete && !row.is_dynamic {
            remarks.push("no dynamic part".to_owned());
        }
        if row.truncated {
            remarks.push("cut by the capture".to_owned());
        }
        if row.findings > 0 {
            remarks.push(format::counted(row.findings.into(), "finding"));
        }
        let mark = if row.findings > 0 {
            Some(Shape::Cross)
        } else if !row.complete || row.truncated {
            Some(Shape::Triangle)
        } else {
            None
        };
        let cells = [
            row.index.to_string(),
            row.flow.map_or_else(String::new, |f| f.to_string()),
            row.arrival_ns.map_or_else(String::new, |ns| format::clock(ns, digits)),
            row.rtp_timestamp.to_string(),
            row.origin_ns.map_or_else(|| "–".into(), |ns| format::clock(ns, 6)),
            row.latency_ns.map_or_else(|| "–".into(), format::milliseconds),
            (if row.is_static { "yes" } else { "" }).into(),
            row.packets.to_string(),
            row.payload_bytes.to_string(),
            remarks.join(", "),
        ];
        Line {
            cells: cells.into_iter().map(AttrValue::from).collect(),
            mark,
            class: "",
            is_open: false,
        }
    }

    fn empty(capture: &Same<CaptureState>, flow: bool) -> &'static str {
        if flow {
            "This flow has no DICOM Grains. Its packets are in the other table."
        } else if capture.summary.packets > 0 {
            "No DICOM Real-Time Video metadata was found in this capture. Its packets are in the other table."
        } else {
            "Nothing read yet."
        }
    }
}
