//! The page's end of the line to the worker.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::protocol::{Answer, Event, Numbered, Problem, Request, decode, encode};

/// A file with its name.
pub type Named = (String, Blob);

/// Asks the worker. Clones speak to the same worker.
#[derive(Clone)]
pub struct Client(Rc<Line>);

struct Line {
    worker: RefCell<Option<Wired>>,
    ready: Cell<bool>,
    /// Messages that wait for the worker to start.
    early: RefCell<Vec<Array>>,
    pending: RefCell<HashMap<u32, Pending>>,
    next: Cell<u32>,
    on_event: Callback<Event>,
}

/// The worker with what listens to it.
struct Wired {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Default)]
struct Pending {
    answer: Option<Result<Answer, Problem>>,
    waker: Option<Waker>,
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Client {
    /// Starts a worker. What it says unasked goes to `on_event`.
    #[must_use]
    pub fn start(on_event: Callback<Event>) -> Self {
        let client = Self(Rc::new(Line {
            worker: RefCell::default(),
            ready: Cell::new(false),
            early: RefCell::default(),
            pending: RefCell::default(),
            next: Cell::new(0),
            on_event,
        }));
        client.restart();
        client
    }

    /// Ends the worker, if there is one, and starts another. What was asked is answered with a problem.
    pub fn restart(&self) {
        self.0.ready.set(false);
        self.0.early.borrow_mut().clear();
        self.drop_pending();
        if let Some(old) = self.0.worker.borrow_mut().take() {
            old.worker.terminate();
        }
        match self.wire() {
            Ok(wired) => *self.0.worker.borrow_mut() = Some(wired),
            Err(error) => self.0.on_event.emit(Event::Crashed(format!("{error:?}"))),
        }
    }

    /// Asks for something.
    ///
    /// # Errors
    ///
    /// The problem that the worker answers with, or that it has ended.
    pub async fn call(&self, request: Request) -> Result<Answer, Problem> {
        self.call_with(request, &[]).await
    }

    /// Hands over files to open.
    ///
    /// # Errors
    ///
    /// If the worker has ended.
    pub async fn open(&self, files: &[Named]) -> Result<Answer, Problem> {
        let names = files.iter().map(|(name, _)| name.clone()).collect();
        let blobs: Vec<&Blob> = files.iter().map(|(_, blob)| blob).collect();
        self.call_with(Request::Open { names }, &blobs).await
    }

    async fn call_with(&self, request: Request, blobs: &[&Blob]) -> Result<Answer, Problem> {
        let line = &self.0;
        let id = line.next.get();
        line.next.set(id.wrapping_add(1));
        let bytes = Uint8Array::from(encode(&Numbered { id, request }).as_slice());
        let message = Array::of1(&bytes.buffer());
        for blob in blobs {
            message.push(blob);
        }
        line.pending.borrow_mut().insert(id, Pending::default());
        if line.ready.get() {
            line.send(&message);
        } else {
            line.early.borrow_mut().push(message);
        }
        poll_fn(|context| {
            let mut pending = line.pending.borrow_mut();
            let Some(waiting) = pending.get_mut(&id) else {
                return Poll::Ready(Err(ended()));
            };
            if let Some(answer) = waiting.answer.take() {
                pending.remove(&id);
                return Poll::Ready(answer);
            }
            waiting.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn wire(&self) -> Result<Wired, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&boot_script()?, &options)?;
        let line = Rc::downgrade(&self.0);
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(line) = line.upgrade() else { return };
            match decode::<Event>(&Uint8Array::new(&message.data()).to_vec()) {
                Ok(event) => line.heard(event),
                Err(problem) => line.crashed(problem.text),
            }
        });
        let line = Rc::downgrade(&self.0);
        let error = Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
            error.prevent_default();
            if let Some(line) = line.upgrade() {
                line.crashed(error.message());
            }
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Wired {
            worker,
            _message: message,
            _error: error,
        })
    }

    fn drop_pending(&self) {
        self.0.drop_pending();
    }
}

impl Line {
    fn send(&self, message: &Array) {
        if let Some(wired) = &*self.worker.borrow() {
            // Bytes and Blobs can always be cloned.
            let _ = wired.worker.post_message(message);
        }
    }

    fn heard(&self, event: Event) {
        match event {
            Event::Ready => {
                self.ready.set(true);
                for message in self.early.take() {
                    self.send(&message);
                }
            }
            Event::Answer(id, answer) => {
                let mut pending = self.pending.borrow_mut();
                let Some(waiting) = pending.get_mut(&id) else { return };
                waiting.answer = Some(answer);
                if let Some(waker) = waiting.waker.take() {
                    drop(pending);
                    waker.wake();
                }
            }
            Event::Crashed(why) => self.crashed(why),
            other => self.on_event.emit(other),
        }
    }

    /// The worker has failed. It may still answer, but not with anything to rely on.
    fn crashed(&self, why: String) {
        if let Some(wired) = self.worker.borrow_mut().take() {
            wired.worker.terminate();
            self.on_event.emit(Event::Crashed(why));
        }
        self.drop_pending();
    }

    fn drop_pending(&self) {
        let wakers: Vec<Waker> = self.pending.take().into_values().filter_map(|p| p.waker).collect();
        for waker in wakers {
            waker.wake();
        }
    }
}

fn ended() -> Problem {
    Problem::new("No answer", "The worker that reads captures has ended.")
}

/// The address of the script that starts both page and worker.
fn boot_script() -> Result<String, JsValue> {
    let document = web_sys::window().and_then(|w| w.document());
    let script = document.and_then(|d| d.get_element_by_id("boot"));
    let script = script.and_then(|s| s.dyn_into::<web_sys::HtmlScriptElement>().ok());
    script
        .map(|s| s.src())
        .ok_or_else(|| JsValue::from_str("the page has no boot script"))
}
