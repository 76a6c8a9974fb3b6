//! A table of a capture: rows from the worker in a grid.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use grainscope_inspect::model::Query;
use yew::prelude::*;

use super::client::Client;
use super::grid::{Grid, Head, Line};
use super::rows::{TableRow, use_rows};
use super::same::Same;
use super::state::{Action, Sort, Tab};
use crate::logic::format;
use crate::logic::health::sentence;
use crate::protocol::{CaptureState, Place};

/// What a table shows.
pub trait Table: 'static {
    /// Which of the two it is.
    const TAB: Tab;
    /// Its rows.
    type Row: TableRow;
    /// Class and prefix of ids.
    const ID: &'static str;
    /// Name for screen readers.
    const LABEL: &'static str;
    /// Its columns.
    const HEADS: &'static [Head];
    /// A row as it is shown.
    fn line(capture: &Same<CaptureState>, row: &Self::Row) -> Line;
    /// What stands there where there are no rows, with or without a chosen flow.
    fn empty(capture: &Same<CaptureState>, flow: bool) -> &'static str;
}

/// Properties of [`TableView`].
#[derive(Properties)]
pub struct Props<T> {
    /// The line to the worker.
    pub client: Client,
    /// The capture.
    pub capture: Same<CaptureState>,
    /// Counts up while the capture is read.
    pub revision: u32,
    /// Only this flow.
    pub flow: Option<u32>,
    /// The filter.
    pub filter: AttrValue,
    /// Its order.
    pub sort: Sort,
    /// What is laid open.
    pub place: Option<Place>,
    /// A row to go to, with the number of the wish.
    pub go: Option<(u64, u32)>,
    /// For what happens.
    pub dispatch: Callback<Action>,
    /// Which table.
    #[prop_or_default]
    pub table: PhantomData<T>,
}

impl<T> PartialEq for Props<T> {
    fn eq(&self, other: &Self) -> bool {
        let key = |p: &Self| (p.revision, p.flow, p.sort, p.place, p.go);
        key(self) == key(other)
            && self.filter == other.filter
            && self.capture == other.capture
            && self.client == other.client
            && self.dispatch == other.dispatch
    }
}

/// A table of a capture.
#[component]
pub fn TableView<T: Table>(props: &Props<T>) -> Html {
    let query = Query {
        flow: props.flow,
        filter: props.filter.to_string(),
        sort: props.sort,
        first: 0,
        count: 0,
    };
    let rows = use_rows::<T::Row>(&props.client, props.capture.id, &query, props.revision);

    let line = {
        let (rows, capture, place) = (rows.clone(), props.capture.clone(), props.place);
        Callback::from(move |row: u64| {
            let row = rows.get(row)?;
            let mut line = T::line(&capture, &row);
            line.is_open = place == Some(row.place());
            Some(line)
        })
    };
    let on_row = {
        let (rows, dispatch) = (rows.clone(), props.dispatch.clone());
        Callback::from(move |row: u64| {
            if let Some(row) = rows.get(row) {
                dispatch.emit(Action::Open(row.place(), row.time()));
            }
        })
    };
    let on_sort = props.dispatch.reform(|sort| Action::Sort(T::TAB, sort));
    let empty = if !rows.is_known() {
        "…"
    } else if props.filter.is_empty() {
        T::empty(&props.capture, props.flow.is_some())
    } else {
        "Nothing fits the filter."
    };
    let shape = (props.capture.id, query.flow, &query.filter, format!("{:?}", query.sort));
    let mut hash = DefaultHasher::new();
    shape.hash(&mut hash);
    html! {
        <>
            if let Some(error) = rows.error() {
                <p class="filter-error error" role="alert">{ sentence(&error) }</p>
            }
            <Grid
                label={T::LABEL}
                id={T::ID}
                columns={T::HEADS}
                is_fine={props.capture.summary.time_digits > 6}
                total={rows.total()}
                {line}
                want={rows.want.clone()}
                {on_row}
                sort={props.sort}
                {on_sort}
                go={props.go}
                query={hash.finish()}
                empty={html! { { empty } }}
            />
            <p class="unseen" role="status">{ format::counted(rows.total(), "row") }</p>
        </>
    }
}
