//! The left pane: devices, and the flows that each sends.

use grainscope_inspect::model::Flow;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::dom;
use super::icon::{Icon, Shape};
use super::same::Same;
use super::state::Action;
use crate::logic::format::{bytes, count, counted};
use crate::logic::groups::{Group, groups, kind_name};
use crate::logic::health::verdict;
use crate::protocol::{CaptureState, Status};

/// Flows of one group that are listed before one asks for more.
const SHOWN: usize = 60;

/// Properties of [`Flows`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The capture.
    pub capture: Same<CaptureState>,
    /// The chosen flow, or all.
    pub chosen: Option<u32>,
    /// For what happens.
    pub dispatch: Callback<Action>,
}

/// The left pane.
#[component]
pub fn Flows(props: &Props) -> Html {
    let capture = &props.capture;
    let all = {
        let summary = &capture.summary;
        let dispatch = props.dispatch.clone();
        html! {
            <button
                type="button"
                class={classes!("flow", "all", props.chosen.is_none().then_some("chosen"))}
                aria-pressed={props.chosen.is_none().to_string()}
                onclick={move |_| dispatch.emit(Action::ChooseFlow(None))}
            >
                <span class="name">{ "All flows" }</span>
                <span class="figures">{ counted(summary.packets, "packet") }</span>
            </button>
        }
    };
    // Arrow keys move from one flow to the next, as in a list.
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        dom::focus_beside(&event, "button.flow", step);
    });
    let groups = groups(&capture.flows);
    let is_reading = capture.status == Status::Reading;
    html! {
        <nav class="flows" aria-label="Flows" {onkeydown}>
            { all }
            { for groups.iter().map(|group| html! {
                <GroupView key={group.name.clone()} group={group.clone()} capture={capture.clone()} chosen={props.chosen} dispatch={props.dispatch.clone()} />
            }) }
            if groups.is_empty() && !is_reading {
                <p class="hint">{ "No flows." }</p>
            }
            { ignored(capture) }
        </nav>
    }
}

/// What could not be read as anything known: counted and shown, never silently dropped.
fn ignored(capture: &CaptureState) -> Html {
    let summary = &capture.summary;
    if summary.ignored.is_empty() && summary.dropped == 0 {
        return Html::default();
    }
    html! {
        <section class="group">
            <h2>{ "Not read" }</h2>
            <ul class="ignored">
                if summary.dropped > 0 {
                    <li>{ format!("{} by the capturing side", counted(summary.dropped, "drop")) }</li>
                }
                { for summary.ignored.iter().map(|c| html! { <li>{ format!("{} {}", count(c.count), c.name) }</li> }) }
            </ul>
        </section>
    }
}

/// Properties of [`GroupView`].
#[derive(Clone, PartialEq, Properties)]
struct GroupProps {
    /// The device, or the rest.
    group: Group,
    /// The capture.
    capture: Same<CaptureState>,
    /// The chosen flow.
    chosen: Option<u32>,
    /// For what happens.
    dispatch: Callback<Action>,
}

/// One device with its flows.
#[component]
fn GroupView(props: &GroupProps) -> Html {
    let more = use_state_eq(|| false);
    let group = &props.group;
    let shown = if *more { group.flows.len() } else { SHOWN };
    let left = group.flows.len().saturating_sub(shown);
    let show_more = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(true))
    };
    html! {
        <section class="group">
            <h2>
                { &group.name }
                if !group.about.is_empty() { <small>{ &group.about }</small> }
            </h2>
            { for group.flows.iter().take(shown).map(|(index, level)| {
                let flow = &props.capture.flows[*index];
                flow_button(flow, *level, props.chosen == Some(flow.id), &props.dispatch)
            }) }
            if left > 0 {
                <button type="button" class="link" onclick={show_more}>{ format!("Show {} more", count(left as u64)) }</button>
            }
        </section>
    }
}

fn flow_button(flow: &Flow, level: u8, chosen: bool, dispatch: &Callback<Action>) -> Html {
    let (level_of, verdict) = verdict(flow);
    let id = flow.id;
    let onclick = dispatch.reform(move |_: MouseEvent| Action::ChooseFlow((!chosen).then_some(id)));
    let units = if flow.kind.is_dicom() || flow.grains > 0 {
        counted(flow.grains, "Grain")
    } else {
        counted(flow.packets, "packet")
    };
    html! {
        <button
            key={id}
            type="button"
            class={classes!("flow", (level > 0).then_some("below"), chosen.then_some("chosen"))}
            aria-pressed={chosen.to_string()}
            title={title(flow)}
            {onclick}
        >
            <span class="name">{ kind_name(flow.kind) }<span class="dim">{ format!(" {id}") }</span></span>
            <span class="address">{ "→ " }{ &flow.destination }</span>
            <span class="figures">{ units }</span>
            <span class={classes!("verdict", level_of.class())}>
                <Icon shape={Shape::from(level_of)} />{ verdict }
            </span>
        </button>
    }
}

/// All that is known of a flow, for the tool tip.
fn title(flow: &Flow) -> String {
    let mut lines = vec![
        format!("Flow {}: {}", flow.id, kind_name(flow.kind)),
        format!("{} → {}", flow.source, flow.destination),
        format!("{}, {}", counted(flow.packets, "packet"), bytes(flow.bytes)),
    ];
    if let (Some(ssrc), Some(payload_type)) = (flow.ssrc, flow.payload_type) {
        lines.push(format!("SSRC {ssrc:08x}, payload type {payload_type}"));
    }
    lines.extend(flow.clock_rate.map(|rate| format!("Clock {rate} Hz")));
    lines.extend(flow.sop_class_name.clone());
    lines.extend(flow.sdp.as_ref().map(|sdp| format!("Described by {sdp}")));
    lines.extend(flow.facts.iter().map(|f| format!("{}: {}", f.name, f.value)));
    if !flow.reason.is_empty() {
        lines.push(format!("Taken for this because: {}", flow.reason));
    }
    lines.join("\n")
}
