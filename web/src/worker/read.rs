//! Reading files into sessions.

use std::collections::VecDeque;

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ReadableStreamDefaultReader, ReadableWritablePair};

use super::{Shared, file_problem, post};
use crate::protocol::{Event, Problem, Status};

/// Bytes of the first read: few, so that the first rows show at once.
const FIRST: f64 = 256.0 * 1024.0;

/// Bytes of each further read.
const SLICE: f64 = 4.0 * 1024.0 * 1024.0;

/// Reads under way at a time.
const AHEAD: usize = 3;

/// Unpacked bytes that are taken at once.
const UNPACKED: usize = 1024 * 1024;

/// The longest text that is taken for a session description.
const LONGEST_SDP: f64 = 1024.0 * 1024.0;

/// The most bytes that one packet without a capture around it can have.
const LONGEST_PACKET: f64 = 65_600.0;

/// Milliseconds between two words about progress.
const PROGRESS: f64 = 200.0;

/// Opens files: captures, each with the session descriptions that came with them.
pub(super) async fn open(captures: Shared, files: Vec<(String, Blob)>) {
    let mut sdp = std::mem::take(&mut captures.borrow_mut().waiting_sdp);
    let mut opened = Vec::new();
    for (name, file) in files {
        let is_small = file.size() <= LONGEST_SDP;
        match head(&file).await {
            Ok(head) if is_small && (head.starts_with(b"v=0") || name.to_lowercase().ends_with(".sdp")) => {
                match JsFuture::from(file.text()).await {
                    Ok(text) => sdp.push((name, text.as_string().unwrap_or_default())),
                    Err(error) => post(&Event::Notice(file_problem(&name, &error).title)),
                }
            }
            Ok(head) => opened.push((name, file, head.starts_with(&[0x1f, 0x8b]))),
            Err(error) => {
                let mut captures = captures.borrow_mut();
                let problem = file_problem(&name, &error);
                let id = captures.add(name, file, Vec::new());
                if let Ok(capture) = captures.get(id) {
                    capture.end(Status::Failed(problem));
                }
            }
        }
    }
    if opened.is_empty() && !sdp.is_empty() {
        describe(&captures, sdp).await;
        return;
    }
    for (name, file, packed) in opened {
        start(&captures, name, file, sdp.clone(), packed);
    }
}

/// Session descriptions came alone: the open captures are read anew with them, or they wait for the next.
async fn describe(captures: &Shared, sdp: Vec<(String, String)>) {
    let ids = captures.borrow().ids();
    if ids.is_empty() {
        let names = sdp.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        post(&Event::Notice(format!(
            "{names} will be used for the next capture that you open."
        )));
        captures.borrow_mut().waiting_sdp = sdp;
        return;
    }
    for id in ids {
        let (name, file, mut all) = {
            let mut captures = captures.borrow_mut();
            let Ok(capture) = captures.get(id) else { continue };
            let kept = (capture.name.clone(), capture.file.clone(), capture.sdp.clone());
            captures.close(id);
            kept
        };
        all.retain(|(name, _)| sdp.iter().all(|(new, _)| new != name));
        all.extend(sdp.iter().cloned());
        let packed = head(&file).await.is_ok_and(|head| head.starts_with(&[0x1f, 0x8b]));
        post(&Event::Replaced(id));
        start(captures, name, file, all, packed);
    }
}

fn start(captures: &Shared, name: String, file: Blob, sdp: Vec<(String, String)>, packed: bool) {
    let id = captures.borrow_mut().add(name.clone(), file.clone(), sdp);
    if let Ok(capture) = captures.borrow_mut().get(id) {
        capture.tell();
    }
    let captures = captures.clone();
    spawn_local(async move {
        let read = if packed {
            unpack(&captures, id, &file).await
        } else {
            plain(&captures, id, &file).await
        };
        let whole = if file.size() <= LONGEST_PACKET {
            slice(&file, LONGEST_PACKET).await
        } else {
            Ok(Vec::new())
        };
        let whole = whole.unwrap_or_default();
        let mut captures = captures.borrow_mut();
        // The capture may have been closed meanwhile; then nobody asks any more.
        let Ok(capture) = captures.get(id) else { return };
        match read {
            Ok(()) if capture.status == Status::Reading => {
                capture.session.finish();
                if capture.session.error().is_some() && !whole.is_empty() {
                    capture.import(&whole);
                }
                capture.end(Status::Done);
            }
            Ok(()) => capture.end(capture.status.clone()),
            Err(problem) => capture.end(Status::Failed(problem.named(&name, packed))),
        }
    });
}

/// Why reading stopped early.
enum Stopped {
    /// An exception of the browser.
    Exception(JsValue),
}

impl Stopped {
    fn named(self, name: &str, packed: bool) -> Problem {
        let Self::Exception(error) = self;
        let is_data = error.is_instance_of::<js_sys::TypeError>();
        if packed && is_data {
            let text = "The compressed data is damaged or cut off.";
            return Problem::new(format!("{name} cannot be unpacked to its end"), text);
        }
        file_problem(name, &error)
    }
}

impl From<JsValue> for Stopped {
    fn from(error: JsValue) -> Self {
        Self::Exception(error)
    }
}

/// The first bytes of a file.
async fn head(file: &Blob) -> Result<Vec<u8>, JsValue> {
    slice(file, 16.0).await
}

async fn slice(file: &Blob, length: f64) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(file.slice_with_f64_and_f64(0.0, length)?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Reads a file in slices, a few ahead.
async fn plain(captures: &Shared, id: u32, file: &Blob) -> Result<(), Stopped> {
    let size = file.size();
    let mut next = 0.0;
    let mut ahead = VecDeque::new();
    let mut buffer = Vec::new();
    let mut progress = Progress::new();
    loop {
        while ahead.len() < AHEAD && next < size {
            let end = (next + if next == 0.0 { FIRST } else { SLICE }).min(size);
            // The read begins now, not when it is waited for.
            ahead.push_back(JsFuture::from(file.slice_with_f64_and_f64(next, end)?.array_buffer()));
            next = end;
        }
        let Some(read) = ahead.pop_front() else { return Ok(()) };
        let bytes = Uint8Array::new(&read.await?.unchecked_into::<ArrayBuffer>());
        buffer.resize(bytes.length() as usize, 0);
        bytes.copy_to(&mut buffer);
        let mut captures = captures.borrow_mut();
        let Ok(capture) = captures.get(id) else { return Ok(()) };
        if capture.status != Status::Reading {
            return Ok(());
        }
        capture.session.push(&buffer);
        capture.read += buffer.len() as u64;
        if capture.session.summary().damage.is_some() {
            return Ok(()); // Nothing behind the damage can be read.
        }
        if progress.is_due() {
            capture.tell();
        }
    }
}

/// Reads a gzip file through the browser's own unpacker; what comes out is kept as a `Blob`, for later looks at packets.
async fn unpack(captures: &Shared, id: u32, file: &Blob) -> Result<(), Stopped> {
    captures.borrow_mut().get(id).map(|c| c.source = empty()).ok();
    let reader: ReadableStreamDefaultReader = file.stream().pipe_through(&unpacker()?).get_reader().unchecked_into();
    let mut buffer: Vec<u8> = Vec::new();
    let mut progress = Progress::new();
    loop {
        let next = JsFuture::from(reader.read()).await;
        let chunk = match &next {
            Ok(next) => Reflect::get(next, &"value".into())?,
            Err(_) => JsValue::UNDEFINED,
        };
        if !chunk.is_undefined() {
            let bytes: Uint8Array = chunk.unchecked_into();
            let start = buffer.len();
            buffer.resize(start + bytes.length() as usize, 0);
            bytes.copy_to(&mut buffer[start..]);
            if buffer.len() < UNPACKED && progress.said_something {
                continue;
            }
        }
        let ended = next.as_ref().map_or(true, |next| {
            Reflect::get(next, &"done".into()).is_ok_and(|d| d.is_truthy())
        });
        {
            let mut captures = captures.borrow_mut();
            let Ok(capture) = captures.get(id) else { break };
            if capture.status != Status::Reading {
                break;
            }
            let bytes = Uint8Array::from(buffer.as_slice());
            capture.source = Blob::new_with_blob_sequence(&Array::of2(&capture.source, &bytes))?;
            capture.session.push(&buffer);
            buffer.clear();
            if progress.is_due() && !ended {
                capture.tell();
            }
            if ended {
                capture.read = file.size() as u64;
            }
        }
        if ended {
            next?;
            return Ok(());
        }
    }
    // Nobody waits for the rest: the unpacker may stop. That it was stopped is no news.
    let _ = reader.cancel();
    Ok(())
}

/// The browser's unpacker of gzip, for which web-sys has no name yet. It is a pair of a readable and a writable stream.
fn unpacker() -> Result<ReadableWritablePair, JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &"DecompressionStream".into())?.dyn_into()?;
    Ok(Reflect::construct(&class, &Array::of1(&"gzip".into()))?.unchecked_into())
}

fn empty() -> Blob {
    // Making an empty Blob needs no memory that could be missing.
    Blob::new().unwrap_or_else(|_| JsValue::UNDEFINED.unchecked_into())
}

/// When to speak of progress.
struct Progress {
    last: f64,
    said_something: bool,
}

impl Progress {
    fn new() -> Self {
        Self {
            last: 0.0,
            said_something: false,
        }
    }

    /// Whether it is time; the first time it is.
    fn is_due(&mut self) -> bool {
        let now = js_sys::Date::now();
        let due = now - self.last >= PROGRESS;
        if due {
            self.last = now;
            self.said_something = true;
        }
        due
    }
}
