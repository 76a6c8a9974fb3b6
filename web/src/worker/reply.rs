//! Answers to requests.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::captures::Captures;
use super::{Shared, file_problem};
use crate::logic::extents::reads;
use crate::protocol::{Answer, Place, Problem, Request, Sought, Status};

/// Answers what needs no reading.
pub(super) fn at_once(captures: &mut Captures, request: Request) -> Result<Answer, Problem> {
    Ok(match request {
        Request::Cancel { capture } => {
            let capture = captures.get(capture)?;
            if capture.status == Status::Reading {
                capture.status = Status::Cancelled; // The reader sees it before its next slice.
            }
            Answer::Done
        }
        Request::Close { capture } => {
            captures.close(capture);
            Answer::Done
        }
        Request::Grains { capture, query } => Answer::Grains(captures.get(capture)?.session.grains(&query)),
        Request::Packets { capture, query } => Answer::Packets(captures.get(capture)?.session.packets(&query)),
        Request::Locate { capture, query, sought } => {
            let session = &captures.get(capture)?.session;
            Answer::Row(match sought {
                Sought::Place(Place::Grain(grain)) => session.grain_position(&query, grain),
                Sought::Place(Place::Packet(ordinal)) => session.packet_position(&query, ordinal),
                Sought::GrainAt(ns) => session.grain_at(&query, ns),
                Sought::PacketAt(ns) => session.packet_at(&query, ns),
            })
        }
        Request::Findings { capture } => Answer::Findings(captures.get(capture)?.session.findings()),
        Request::Timeline {
            capture,
            from_ns,
            to_ns,
            columns,
        } => Answer::Timeline(captures.get(capture)?.session.timeline(from_ns, to_ns, columns)),
        // These two read files and are answered elsewhere.
        Request::Open { .. } | Request::Detail { .. } => Answer::Done,
    })
}

/// Lays a Grain or a packet open: reads its bytes from the source again.
pub(super) async fn detail(captures: &Shared, id: u32, place: Place) -> Result<Answer, Problem> {
    let (extents, source, name) = {
        let mut captures = captures.borrow_mut();
        let capture = captures.get(id)?;
        let extents = match place {
            Place::Grain(grain) => capture.session.grain_extents(grain),
            Place::Packet(ordinal) => capture.session.packet_extents(ordinal),
        };
        (extents, capture.source.clone(), capture.name.clone())
    };
    let mut packets = vec![Vec::new(); extents.len()];
    for read in reads(&extents) {
        let slice = slice(&source, read.bytes.start, read.bytes.end).await;
        let bytes = slice.map_err(|error| file_problem(&name, &error))?;
        for (index, range) in read.parts {
            let end = range.end.min(bytes.len());
            packets[index] = bytes[range.start.min(end)..end].to_vec();
        }
    }
    let mut captures = captures.borrow_mut();
    let session = &captures.get(id)?.session;
    let detail = match place {
        Place::Grain(grain) => session.grain_detail(grain, &packets),
        Place::Packet(ordinal) => session.packet_detail(ordinal, &packets),
    };
    Ok(Answer::Detail(Box::new(detail)))
}

async fn slice(source: &Blob, start: u64, end: u64) -> Result<Vec<u8>, wasm_bindgen::JsValue> {
    let part = source.slice_with_f64_and_f64(start as f64, end as f64)?;
    let buffer = JsFuture::from(part.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
