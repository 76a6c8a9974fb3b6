//! The table of packets.

use grainscope_inspect::model::{Column, PacketRow};
use yew::prelude::*;

use super::grid::{Head, Line};
use super::icon::Shape;
use super::same::Same;
use super::state::Tab;
use super::table::Table;
use crate::logic::{format, groups};
use crate::protocol::CaptureState;

/// The table of packets.
#[derive(Debug)]
pub enum Packets {}

const HEADS: &[Head] = &[
    Head::number("No.", "Number of the packet in the capture"),
    Head::text("Time", "Capture time, UTC").by(Column::Time),
    Head::text("Source", "Address and port"),
    Head::text("Destination", "Address and port"),
    Head::text("Kind", "What its flow carries").by(Column::Flow),
    Head::number("Seq", "RTP sequence number"),
    Head::number("RTP time", "RTP timestamp").by(Column::RtpTimestamp),
    Head::text("M", "RTP marker"),
    Head::number("Bytes", "Bytes on the wire").by(Column::Size),
    Head::number(
        "Grain",
        "Number of the Grain, over all flows, that it carries a part of",
    ),
    Head::text("Remarks", "Duplicate, late, behind a gap"),
];

impl Table for Packets {
    type Row = PacketRow;

    const TAB: Tab = Tab::Packets;
    const ID: &'static str = "packets";
    const LABEL: &'static str = "Packets";
    const HEADS: &'static [Head] = HEADS;

    fn line(capture: &Same<CaptureState>, row: &PacketRow) -> Line {
        let digits = capture.summary.time_digits.clamp(3, 9);
        let mut remarks = row.note.clone();
        if row.truncated {
            let comma = if remarks.is_empty() { "" } else { ", " };
            remarks = format!("{remarks}{comma}cut by the capture");
        }
        let cells = [
            row.ordinal.to_string(),
            row.time_ns.map_or_else(String::new, |ns| format::clock(ns, digits)),
            row.source.clone(),
            row.destination.clone(),
            groups::kind_name(row.kind).into(),
            row.sequence.map_or_else(String::new, |s| s.to_string()),
            row.rtp_timestamp.map_or_else(String::new, |t| t.to_string()),
            (if row.marker { "M" } else { "" }).into(),
            row.length.to_string(),
            row.grain.map_or_else(String::new, |g| g.to_string()),
            remarks,
        ];
        Line {
            mark: (!row.note.is_empty()).then_some(Shape::Triangle),
            cells: cells.into_iter().map(AttrValue::from).collect(),
            class: "",
            is_open: false,
        }
    }

    fn empty(_: &Same<CaptureState>, flow: bool) -> &'static str {
        if flow {
            "No packet of this flow."
        } else {
            "No packets read yet."
        }
    }
}
