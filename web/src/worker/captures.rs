//! The captures that the worker holds.

use grainscope_inspect::{Options, Session, as_capture};
use js_sys::{Array, Uint8Array};
use web_sys::Blob;

use super::post;
use crate::protocol::{CaptureState, Event, Problem, Status};

/// All open captures.
#[derive(Default)]
pub(super) struct Captures {
    list: Vec<Capture>,
    next: u32,
    /// Session descriptions that came before any capture, for the next one.
    pub(super) waiting_sdp: Vec<(String, String)>,
}

/// One open capture.
pub(super) struct Capture {
    pub(super) id: u32,
    pub(super) name: String,
    /// The file as it was given.
    pub(super) file: Blob,
    /// The bytes that the session counts offsets in: the file itself, or what is unpacked of it so far.
    pub(super) source: Blob,
    pub(super) sdp: Vec<(String, String)>,
    pub(super) session: Session,
    pub(super) read: u64,
    pub(super) status: Status,
}

impl Captures {
    /// Adds a capture that is about to be read.
    pub(super) fn add(&mut self, name: String, file: Blob, sdp: Vec<(String, String)>) -> u32 {
        let id = self.next;
        self.next += 1;
        self.list.push(Capture {
            id,
            name,
            source: file.clone(),
            file,
            session: session(&sdp, false),
            sdp,
            read: 0,
            status: Status::Reading,
        });
        id
    }

    /// The capture of that number.
    pub(super) fn get(&mut self, id: u32) -> Result<&mut Capture, Problem> {
        let gone = || Problem::new("The capture is closed", "It was closed before this could be answered.");
        self.list.iter_mut().find(|c| c.id == id).ok_or_else(gone)
    }

    /// Forgets a capture.
    pub(super) fn close(&mut self, id: u32) {
        self.list.retain(|c| c.id != id);
    }

    /// Numbers of all captures.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.list.iter().map(|c| c.id).collect()
    }
}

/// A session that knows these descriptions, and whether all that can be RTP is RTP.
fn session(sdp: &[(String, String)], assume_rtp: bool) -> Session {
    Session::new(Options {
        sdp: sdp.to_vec(),
        assume_rtp,
        ..Options::default()
    })
}

impl Capture {
    /// Takes one packet without a capture around it, such as pasted hex. Gives `false` if the bytes are none.
    pub(super) fn import(&mut self, bytes: &[u8]) -> bool {
        let Some(imported) = as_capture(bytes) else {
            return false;
        };
        let parts = Array::of1(&Uint8Array::from(imported.capture.as_slice()));
        let Ok(source) = Blob::new_with_u8_array_sequence(&parts) else {
            return false;
        };
        self.name = format!("{} ({})", self.name, imported.what);
        self.source = source;
        self.session = session(&self.sdp, true);
        self.session.push(&imported.capture);
        true
    }

    /// Tells the page how this capture stands.
    pub(super) fn tell(&self) {
        post(&Event::Capture(Box::new(CaptureState {
            id: self.id,
            name: self.name.clone(),
            size: self.file.size() as u64,
            read: self.read,
            status: self.status.clone(),
            error: self.session.error().or_else(|| self.session.unsupported()),
            sdp: self.sdp.iter().map(|(name, _)| name.clone()).collect(),
            summary: self.session.summary(),
            flows: self.session.flows(),
        })));
    }

    /// Ends the reading: pending Grains are given out, and the page hears of it.
    pub(super) fn end(&mut self, status: Status) {
        self.session.finish();
        self.status = status;
        self.tell();
    }
}
