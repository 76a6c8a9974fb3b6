//! The worker: owns the sessions, reads the files, answers the page.

mod captures;
mod read;
mod reply;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

use self::captures::Captures;
use crate::protocol::{Answer, Event, Numbered, Problem, Request, decode, encode};

/// The captures, shared by the tasks that read them and the requests that ask about them.
type Shared = Rc<RefCell<Captures>>;

/// Starts the worker: listens for requests until it is ended.
pub fn run() {
    std::panic::set_hook(Box::new(|info| post(&Event::Crashed(info.to_string()))));
    let captures = Shared::default();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let parts: Array = message.data().unchecked_into();
        let bytes = Uint8Array::new(&parts.get(0)).to_vec();
        let blobs = parts.iter().skip(1).map(|blob| blob.unchecked_into::<Blob>()).collect();
        match decode::<Numbered>(&bytes) {
            Ok(Numbered { id, request }) => answer(&captures, id, request, blobs),
            Err(problem) => post(&Event::Crashed(problem.text)),
        }
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget(); // It listens as long as the worker lives.
    post(&Event::Ready);
}

fn answer(captures: &Shared, id: u32, request: Request, blobs: Vec<Blob>) {
    match request {
        Request::Open { names } => {
            spawn_local(read::open(Rc::clone(captures), names.into_iter().zip(blobs).collect()));
            post(&Event::Answer(id, Ok(Answer::Done)));
        }
        Request::Detail { capture, place } => {
            let captures = Rc::clone(captures);
            spawn_local(async move { post(&Event::Answer(id, reply::detail(&captures, capture, place).await)) });
        }
        other => {
            let answer = reply::at_once(&mut captures.borrow_mut(), other);
            post(&Event::Answer(id, answer));
        }
    }
}

/// Sends a message to the page; its bytes are handed over, not copied.
fn post(event: &Event) {
    let bytes = Uint8Array::from(encode(event).as_slice()).buffer();
    // Only a value that cannot be cloned fails here, which bytes are not.
    let _ = scope().post_message_with_transfer(&bytes, &Array::of1(&bytes));
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The problem behind an exception of the browser's file functions.
fn file_problem(name: &str, error: &wasm_bindgen::JsValue) -> Problem {
    let text = |key: &str| {
        js_sys::Reflect::get(error, &key.into())
            .ok()
            .and_then(|v| v.as_string())
            .unwrap_or_default()
    };
    let why = match text("name").as_str() {
        "NotFoundError" => "It was moved or removed since it was opened. Open it again from where it is now.".into(),
        "NotReadableError" => "It was changed or its disk was taken away since it was opened. Open it again.".into(),
        _ => format!("The browser says: {}", text("message")),
    };
    Problem::new(format!("{name} cannot be read any more"), why)
}
