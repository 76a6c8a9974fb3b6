//! Rows of a table, asked from the worker as they come into view.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use grainscope_inspect::model::{GrainRow, PacketRow, Query, Window};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::client::Client;
use crate::logic::pages::{PAGE_ROWS, Pages};
use crate::protocol::{Answer, Place, Request};

/// A kind of row that the worker has tables of.
pub trait TableRow: Clone + 'static {
    /// The request for some rows.
    fn request(capture: u32, query: Query) -> Request;
    /// The rows in an answer.
    fn rows(answer: Answer) -> Option<Result<Window<Self>, String>>;
    /// What the row stands for.
    fn place(&self) -> Place;
    /// Its time of capture.
    fn time(&self) -> Option<i64>;
}

impl TableRow for GrainRow {
    fn request(capture: u32, query: Query) -> Request {
        Request::Grains { capture, query }
    }

    fn rows(answer: Answer) -> Option<Result<Window<Self>, String>> {
        match answer {
            Answer::Grains(rows) => Some(rows),
            _ => None,
        }
    }

    fn place(&self) -> Place {
        Place::Grain(self.id)
    }

    fn time(&self) -> Option<i64> {
        self.arrival_ns
    }
}

impl TableRow for PacketRow {
    fn request(capture: u32, query: Query) -> Request {
        Request::Packets { capture, query }
    }

    fn rows(answer: Answer) -> Option<Result<Window<Self>, String>> {
        match answer {
            Answer::Packets(rows) => Some(rows),
            _ => None,
        }
    }

    fn place(&self) -> Place {
        Place::Packet(self.ordinal)
    }

    fn time(&self) -> Option<i64> {
        self.time_ns
    }
}

/// The rows of one table under one query.
#[derive(Clone)]
pub struct Rows<T> {
    store: Rc<RefCell<Store<T>>>,
    /// Says which rows are in view.
    pub want: Callback<Range<u64>>,
}

/// What is held of one table.
struct Store<T> {
    key: Option<(u32, Query)>,
    /// Counts the queries, so that an answer to an earlier one is known as such.
    generation: u32,
    pages: Pages<T>,
    error: Option<AttrValue>,
    wanted: Range<u64>,
}

impl<T> Rows<T> {
    /// Rows in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.store.borrow().pages.total()
    }

    /// Whether anything was heard yet.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.store.borrow().pages.is_known()
    }

    /// What is wrong with the filter.
    #[must_use]
    pub fn error(&self) -> Option<AttrValue> {
        self.store.borrow().error.clone()
    }
}

impl<T: Clone> Rows<T> {
    /// A row, if it is here.
    #[must_use]
    pub fn get(&self, row: u64) -> Option<T> {
        self.store.borrow().pages.get(row).cloned()
    }
}

/// The rows of a capture that `query` selects. With each new `revision` those in view are asked for again.
#[hook]
pub fn use_rows<T: TableRow>(client: &Client, capture: u32, query: &Query, revision: u32) -> Rows<T> {
    let update = use_force_update();
    let store = use_mut_ref(|| Store::<T> {
        key: None,
        generation: 0,
        pages: Pages::default(),
        error: None,
        wanted: 0..0,
    });
    let key = (capture, query.clone());
    {
        let mut store = store.borrow_mut();
        if store.key.as_ref() != Some(&key) {
            store.key = Some(key.clone());
            store.generation = store.generation.wrapping_add(1);
            store.pages = Pages::default();
            store.error = None;
        }
    }
    let pump = {
        let (client, store) = (client.clone(), store.clone());
        Rc::new(move || pump(&client, &store, &update))
    };
    {
        let (store, pump) = (store.clone(), pump.clone());
        use_effect_with((key, revision), move |(_, revision)| {
            let wanted = store.borrow().wanted.clone();
            store.borrow_mut().pages.want(wanted, *revision);
            pump();
        });
    }
    let want = {
        let store = store.clone();
        Callback::from(move |rows: Range<u64>| {
            {
                let mut store = store.borrow_mut();
                store.wanted = rows.clone();
                store.pages.want(rows, revision);
            }
            pump();
        })
    };
    Rows { store, want }
}

/// Asks for pages that are wanted and missing, and again when they have come.
fn pump<T: TableRow>(client: &Client, store: &Rc<RefCell<Store<T>>>, update: &UseForceUpdateHandle) {
    loop {
        let (page, revision, generation, capture, query) = {
            let mut store = store.borrow_mut();
            let Some((capture, query)) = store.key.clone() else {
                return;
            };
            let Some((page, revision)) = store.pages.ask() else {
                return;
            };
            (page, revision, store.generation, capture, query)
        };
        let query = Query {
            first: page * PAGE_ROWS,
            count: PAGE_ROWS as u32,
            ..query
        };
        let (client, store, update) = (client.clone(), store.clone(), update.clone());
        spawn_local(async move {
            let answer = client.call(T::request(capture, query)).await;
            let went_well = {
                let mut store = store.borrow_mut();
                if store.generation != generation {
                    return;
                }
                match answer.ok().and_then(T::rows) {
                    Some(Ok(window)) => {
                        store.error = None;
                        store.pages.put(page, revision, window.total, window.rows);
                        true
                    }
                    Some(Err(why)) => {
                        store.error = Some(why.into());
                        store.pages.put(page, revision, 0, Vec::new());
                        false
                    }
                    None => {
                        store.pages.fail(page);
                        false
                    }
                }
            };
            update.force_update();
            if went_well {
                pump(&client, &store, &update);
            }
        });
    }
}
