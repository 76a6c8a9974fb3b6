//! The page's state: which captures are open and what of them is looked at.

use std::rc::Rc;

use grainscope_inspect::model::{Column, Direction, Flow};
use yew::{AttrValue, Reducible};

use super::same::Same;
use crate::protocol::{CaptureState, Event, Place, Problem, Status};

/// A table of the middle pane. The number is the index of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Grains.
    Grains,
    /// Packets.
    Packets,
}

/// The order of a table; `None` for that of the capture.
pub type Sort = Option<(Column, Direction)>;

/// A wish to bring a row into view and to make it the current one. Two wishes are never equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Go {
    /// The table.
    pub tab: Tab,
    /// The row.
    pub row: u64,
    /// Its number.
    pub stamp: u32,
}

/// All that the page shows, but for what lies in the tables and on the right.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Open captures.
    pub captures: Vec<Same<CaptureState>>,
    /// The one that shows.
    pub current: Option<u32>,
    /// Counts up with each word about progress, so that views ask again.
    pub revision: u32,
    /// The chosen flow, or all.
    pub flow: Option<u32>,
    /// The table that shows.
    pub tab: Tab,
    /// The filter.
    pub filter: AttrValue,
    /// How the tables are sorted: Grains, packets.
    pub sort: [Sort; 2],
    /// What is laid open on the right.
    pub place: Option<Place>,
    /// Its time, nanoseconds since 1970 UTC.
    pub time: Option<i64>,
    /// The row to go to.
    pub go: Option<Go>,
    /// What the user should know, until it is put away.
    pub notice: Option<AttrValue>,
    /// Why the worker ended, if it did.
    pub crash: Option<Problem>,
    /// A row to take when the flow's table is shown the first time.
    fresh: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            captures: Vec::new(),
            current: None,
            revision: 0,
            flow: None,
            tab: Tab::Grains,
            filter: AttrValue::Static(""),
            sort: [None; 2],
            place: None,
            time: None,
            go: None,
            notice: None,
            crash: None,
            fresh: false,
        }
    }
}

/// What happens to the page.
#[derive(Clone, Debug)]
pub enum Action {
    /// The worker spoke.
    Heard(Event),
    /// Another capture is to show.
    ShowCapture(u32),
    /// A capture is closed.
    Closed(u32),
    /// A flow is chosen, or all are.
    ChooseFlow(Option<u32>),
    /// A table is chosen.
    ChooseTab(Tab),
    /// The filter is another.
    Filter(AttrValue),
    /// A table is to be sorted.
    Sort(Tab, Sort),
    /// Something is laid open; with its time.
    Open(Place, Option<i64>),
    /// A row of a table is wanted, in the table of one flow or of all.
    Go {
        /// The table.
        tab: Tab,
        /// The flow.
        flow: Option<u32>,
        /// The row.
        row: u64,
    },
    /// Something to tell the user.
    Notice(AttrValue),
    /// The notice is put away.
    Noticed,
    /// The worker was started anew.
    Restarted,
}

impl State {
    /// The capture that shows.
    #[must_use]
    pub fn capture(&self) -> Option<&Same<CaptureState>> {
        let current = self.current?;
        self.captures.iter().find(|c| c.id == current)
    }

    /// The chosen flow.
    #[must_use]
    pub fn chosen_flow(&self) -> Option<&Flow> {
        let flow = self.flow?;
        self.capture()?.flows.iter().find(|f| f.id == flow)
    }

    fn heard(&mut self, event: Event) {
        match event {
            Event::Capture(state) => self.take(*state),
            Event::Replaced(id) => self.close(id),
            Event::Notice(text) => self.notice = Some(text.into()),
            Event::Crashed(why) => self.crash = Some(crash(&why)),
            // The client keeps these to itself.
            Event::Ready | Event::Answer(..) => {}
        }
    }

    fn take(&mut self, state: CaptureState) {
        let id = state.id;
        self.revision = self.revision.wrapping_add(1);
        let first_flows = self.fresh && self.current == Some(id) && !state.flows.is_empty();
        let is_done = state.status != Status::Reading;
        let state = Same::new(state);
        match self.captures.iter_mut().find(|c| c.id == id) {
            Some(known) => *known = state,
            None => {
                self.captures.push(state);
                self.show(id);
            }
        }
        if self.fresh && self.current == Some(id) && (first_flows || is_done) {
            self.first_look(is_done);
        }
    }

    /// Where a capture has no Grains, its packets are what there is to see.
    fn first_look(&mut self, is_done: bool) {
        let Some(capture) = self.capture() else { return };
        let grains = capture.summary.grains;
        if grains > 0 || is_done {
            self.fresh = false;
            let tab = if grains > 0 { Tab::Grains } else { Tab::Packets };
            self.tab = tab;
            self.go(tab, 0);
        }
    }

    fn show(&mut self, id: u32) {
        self.current = Some(id);
        self.flow = None;
        self.filter = AttrValue::Static("");
        self.sort = [None; 2];
        self.place = None;
        self.time = None;
        self.go = None;
        self.tab = Tab::Grains;
        self.fresh = true;
        if let Some(capture) = self.capture()
            && capture.status != Status::Reading
        {
            self.first_look(true);
        }
    }

    fn close(&mut self, id: u32) {
        self.captures.retain(|c| c.id != id);
        if self.current == Some(id) {
            self.current = None;
            if let Some(next) = self.captures.last().map(|c| c.id) {
                self.show(next);
            }
        }
    }

    fn choose_flow(&mut self, flow: Option<u32>) {
        self.flow = flow;
        if let Some(chosen) = self.chosen_flow() {
            self.tab = if chosen.kind.is_dicom() {
                Tab::Grains
            } else {
                Tab::Packets
            };
        }
    }

    fn go(&mut self, tab: Tab, row: u64) {
        let stamp = self.go.map_or(0, |go| go.stamp.wrapping_add(1));
        self.go = Some(Go { tab, row, stamp });
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Heard(event) => state.heard(event),
            Action::ShowCapture(id) => state.show(id),
            Action::Closed(id) => state.close(id),
            Action::ChooseFlow(flow) => state.choose_flow(flow),
            Action::ChooseTab(tab) => state.tab = tab,
            Action::Filter(filter) => state.filter = filter,
            Action::Sort(tab, sort) => state.sort[tab as usize] = sort,
            Action::Open(place, time) => {
                state.place = Some(place);
                state.time = time;
            }
            Action::Go { tab, flow, row } => {
                state.flow = flow;
                state.filter = AttrValue::Static("");
                state.sort[tab as usize] = None;
                state.tab = tab;
                state.go(tab, row);
            }
            Action::Notice(text) => state.notice = Some(text),
            Action::Noticed => state.notice = None,
            Action::Restarted => {
                state = Self {
                    revision: state.revision.wrapping_add(1),
                    ..Self::default()
                };
            }
        }
        Rc::new(state)
    }
}

/// What to tell of a worker that ended, from what the browser says.
fn crash(why: &str) -> Problem {
    let memory = ["memory", "allocation", "capacity overflow", "unreachable"];
    let text = if memory.iter().any(|word| why.to_lowercase().contains(word)) {
        format!("It may have run out of memory: close other captures, or open a shorter part of this one. ({why})")
    } else {
        format!("This is a fault of Grainscope, not of your file. ({why})")
    };
    Problem::new("Reading the capture ended unexpectedly", text)
}
