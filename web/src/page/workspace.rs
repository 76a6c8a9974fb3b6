//! The panes around an open capture.

use grainscope_inspect::model::Query;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::client::Client;
use super::detail_pane::DetailPane;
use super::dom;
use super::findings::Findings;
use super::flows::Flows;
use super::grain_table::Grains;
use super::packet_table::Packets;
use super::same::Same;
use super::state::{Action, State, Tab};
use super::table::TableView;
use super::timeline::Timeline;
use super::trouble::Trouble;
use crate::logic::groups::kind_name;
use crate::logic::health::trouble;
use crate::protocol::{Answer, CaptureState, Place, Request, Sought};

/// Id of the filter, for its key.
pub const FILTER: &str = "filter";

/// Properties of [`Workspace`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The line to the worker.
    pub client: Client,
    /// The page's state.
    pub state: Same<State>,
    /// The capture that shows.
    pub capture: Same<CaptureState>,
    /// Changes with the colours.
    pub theme: AttrValue,
    /// For what happens.
    pub dispatch: Callback<Action>,
}

/// The panes around an open capture.
#[component]
pub fn Workspace(props: &Props) -> Html {
    let Props {
        client,
        state,
        capture,
        dispatch,
        ..
    } = props;
    let id = capture.id;
    // From the keyboard one is at once where one wants to be.
    use_effect_with(id, |_| dom::focus_first(".grid"));

    let on_choose = {
        let (client, dispatch, capture) = (client.clone(), dispatch.clone(), capture.clone());
        Callback::from(move |(flow, ns): (u32, i64)| {
            let is_dicom = capture.flows.iter().any(|f| f.id == flow && f.kind.is_dicom());
            let (tab, sought) = if is_dicom {
                (Tab::Grains, Sought::GrainAt(ns))
            } else {
                (Tab::Packets, Sought::PacketAt(ns))
            };
            let (client, dispatch, flow) = (client.clone(), dispatch.clone(), Some(flow));
            spawn_local(async move {
                match row_of(&client, id, flow, sought).await {
                    Some(row) => dispatch.emit(Action::Go { tab, flow, row }),
                    None => dispatch.emit(Action::ChooseFlow(flow)),
                }
            });
        })
    };
    let on_grain = {
        let (client, dispatch, flow) = (client.clone(), dispatch.clone(), state.flow);
        Callback::from(move |grain: u32| {
            let (client, dispatch) = (client.clone(), dispatch.clone());
            let (tab, sought) = (Tab::Grains, Sought::Place(Place::Grain(grain)));
            spawn_local(async move {
                // It may not be of the chosen flow: then it is shown among those of all.
                if let Some(row) = row_of(&client, id, flow, sought).await {
                    dispatch.emit(Action::Go { tab, flow, row });
                } else if let Some(row) = row_of(&client, id, None, sought).await {
                    dispatch.emit(Action::Go { tab, flow: None, row });
                }
            });
        })
    };
    let on_packet = dispatch.reform(|ordinal: u64| Action::Go {
        tab: Tab::Packets,
        flow: None,
        row: ordinal.saturating_sub(1),
    });
    let wrong = trouble(capture).map(|(all, problem)| html! { <Trouble {problem} is_partial={!all} /> });
    html! {
        <main class="work">
            <Flows capture={capture.clone()} chosen={state.flow} dispatch={dispatch.clone()} />
            <div class="middle">
                { wrong }
                <Timeline
                    client={client.clone()} capture={capture.clone()} revision={state.revision}
                    flow={state.flow} time={state.time} theme={props.theme.clone()} {on_choose}
                />
                { tabs(state, dispatch) }
                { table(props) }
            </div>
            <DetailPane
                client={client.clone()} capture={id} place={state.place}
                dispatch={dispatch.clone()} {on_grain} {on_packet}
            />
            <Findings client={client.clone()} capture={capture.clone()} revision={state.revision} dispatch={dispatch.clone()} />
        </main>
    }
}

/// The row of something in the table of a flow, or of all flows, in the capture's order.
async fn row_of(client: &Client, capture: u32, flow: Option<u32>, sought: Sought) -> Option<u64> {
    let query = Query {
        flow,
        ..Query::default()
    };
    match client.call(Request::Locate { capture, query, sought }).await {
        Ok(Answer::Row(Ok(row))) => row,
        _ => None,
    }
}

/// Tabs of the tables, what they are limited to, and the filter.
fn tabs(state: &State, dispatch: &Callback<Action>) -> Html {
    let tab = |tab: Tab, text: &'static str, id: &'static str| {
        let chosen = state.tab == tab;
        let onclick = dispatch.reform(move |_: MouseEvent| Action::ChooseTab(tab));
        html! {
            <button
                type="button" role="tab" {id} {onclick}
                aria-selected={chosen.to_string()}
                aria-controls="table"
                tabindex={if chosen { "0" } else { "-1" }}
            >{ text }</button>
        }
    };
    let onkeydown = {
        let (dispatch, now) = (dispatch.clone(), state.tab);
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight" | "Home" | "End") {
                event.prevent_default();
                let (next, id) = match now {
                    Tab::Grains => (Tab::Packets, "tab-packets"),
                    Tab::Packets => (Tab::Grains, "tab-grains"),
                };
                dispatch.emit(Action::ChooseTab(next));
                dom::focus_id(id);
            }
        })
    };
    let limit = state.chosen_flow().map(|flow| {
        let onclick = dispatch.reform(|_: MouseEvent| Action::ChooseFlow(None));
        let text = format!("Flow {}: {}", flow.id, kind_name(flow.kind));
        html! {
            <button type="button" class="small limit" title="Show all flows" {onclick}>{ text }<span aria-hidden="true">{ " ×" }</span></button>
        }
    });
    let onchange = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                dispatch.emit(Action::Filter(input.value().trim().to_owned().into()));
            }
        })
    };
    html! {
        <div class="table-head">
            <div class="tabs" role="tablist" aria-label="Tables" {onkeydown}>
                { tab(Tab::Grains, "Grains", "tab-grains") }
                { tab(Tab::Packets, "Packets", "tab-packets") }
            </div>
            { limit }
            <input
                id={FILTER} class="filter" type="search" placeholder="Filter, then Enter" spellcheck="false" autocomplete="off"
                aria-label="Filter" value={state.filter.clone()} {onchange}
            />
        </div>
    }
}

fn table(props: &Props) -> Html {
    let state = &props.state;
    let go = state.go.filter(|go| go.tab == state.tab).map(|go| (go.row, go.stamp));
    let (client, capture, dispatch) = (props.client.clone(), props.capture.clone(), props.dispatch.clone());
    let filter = state.filter.clone();
    let sort = state.sort[state.tab as usize];
    let label = match state.tab {
        Tab::Grains => "tab-grains",
        Tab::Packets => "tab-packets",
    };
    html! {
        <div id="table" class="table" role="tabpanel" aria-labelledby={label}>
            if state.tab == Tab::Grains {
                <TableView<Grains> {client} {capture} revision={state.revision} flow={state.flow} {filter} {sort} place={state.place} {go} {dispatch} />
            } else {
                <TableView<Packets> {client} {capture} revision={state.revision} flow={state.flow} {filter} {sort} place={state.place} {go} {dispatch} />
            }
        </div>
    }
}
