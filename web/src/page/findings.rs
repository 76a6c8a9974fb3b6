//! The bottom pane: rules that do not hold, each leading to the Grain or the packet.

use std::collections::HashMap;

use grainscope_inspect::model::{Finding, Severity};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::client::Client;
use super::icon::{Icon, Shape};
use super::same::Same;
use super::state::{Action, Tab};
use crate::logic::format::{count, counted};
use crate::protocol::{Answer, CaptureState, Request, Status};

/// Properties of [`Findings`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The line to the worker.
    pub client: Client,
    /// The capture.
    pub capture: Same<CaptureState>,
    /// Counts up while the capture is read.
    pub revision: u32,
    /// For what happens.
    pub dispatch: Callback<Action>,
}

/// The bottom pane.
#[component]
pub fn Findings(props: &Props) -> Html {
    let findings = use_state(|| Same::new(Vec::<Finding>::new()));
    let is_open = use_state_eq(|| true);
    // The occurrence of each finding that was shown last.
    let shown = use_state(HashMap::<usize, usize>::new);
    {
        let (client, findings) = (props.client.clone(), findings.setter());
        use_effect_with((props.capture.id, props.revision), move |(capture, _)| {
            let capture = *capture;
            spawn_local(async move {
                if let Ok(Answer::Findings(all)) = client.call(Request::Findings { capture }).await {
                    findings.set(Same::new(all));
                }
            });
        });
    }
    let [errors, warnings, infos] = props.capture.summary.findings;
    let toggle = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let nothing = findings.is_empty();
    let words = if !nothing {
        [(errors, "error"), (warnings, "warning"), (infos, "remark")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, noun)| counted(number.into(), noun))
            .collect::<Vec<_>>()
            .join(", ")
    } else if props.capture.status == Status::Reading {
        "none so far".into()
    } else {
        "none".into()
    };
    html! {
        <section class={classes!("findings", (!*is_open || nothing).then_some("folded"))} aria-label="Findings">
            <header>
                <h2>{ "Findings" }</h2><span class="dim">{ words }</span>
                if !nothing {
                    <button type="button" class="small" aria-expanded={is_open.to_string()} onclick={toggle}>
                        { if *is_open { "Fold" } else { "Unfold" } }
                    </button>
                }
            </header>
            if *is_open && !nothing {
                <div class="scroll" tabindex="0" role="group" aria-label="List of findings">
                    <table>
                        <thead><tr>
                            <th scope="col">{ "Rule" }</th><th scope="col">{ "Clause" }</th><th scope="col">{ "Flow" }</th>
                            <th scope="col" class="number">{ "Times" }</th><th scope="col">{ "What was found" }</th><th scope="col">{ "Where" }</th>
                        </tr></thead>
                        <tbody>
                            { for findings.iter().enumerate().map(|(index, finding)| row(index, finding, &shown, &props.dispatch)) }
                        </tbody>
                    </table>
                </div>
            }
        </section>
    }
}

fn row(
    index: usize,
    finding: &Finding,
    shown: &UseStateHandle<HashMap<usize, usize>>,
    dispatch: &Callback<Action>,
) -> Html {
    let (shape, word) = match finding.severity {
        Severity::E => (Shape::Cross, "E"),
        Severity::W => (Shape::Triangle, "W"),
        Severity::I => (Shape::Info, "I"),
    };
    let places = finding.occurrences.len().max(1);
    let last = shown.get(&index).copied();
    let next = last.map_or(0, |last| (last + 1) % places);
    let target = target(finding, next);
    let text = match (finding.grain, last) {
        (_, Some(last)) if places > 1 => format!("Next ({} of {places})", last + 1),
        (Some(grain), _) => format!("Grain {grain}"),
        (None, _) => finding
            .packets
            .first()
            .map_or_else(String::new, |p| format!("Packet {p}")),
    };
    let onclick = {
        let (shown, dispatch) = (shown.clone(), dispatch.clone());
        let target = target.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(target) = target.clone() {
                let mut now = (*shown).clone();
                now.insert(index, next);
                shown.set(now);
                dispatch.emit(target);
            }
        })
    };
    html! {
        <tr key={index}>
            <th scope="row"><Icon {shape} /><span class="severity">{ word }</span>{ " " }<code>{ &finding.rule }</code></th>
            <td class="clause">{ &finding.clause }</td>
            <td class="number">{ finding.flow.map_or_else(String::new, |f| f.to_string()) }</td>
            <td class="number">{ count(finding.count) }</td>
            <td class="message">{ &finding.message }</td>
            <td>if target.is_some() { <button type="button" class="link" {onclick}>{ text }</button> }</td>
        </tr>
    }
}

/// Where an occurrence of a finding is shown.
fn target(finding: &Finding, occurrence: usize) -> Option<Action> {
    let place = finding.occurrences.get(occurrence);
    let grain = place.map_or(finding.grain, |p| p.grain);
    let packet = place.map_or(&finding.packets, |p| &p.packets).first();
    match (finding.flow, grain, packet) {
        (Some(flow), Some(grain), _) => Some(Action::Go {
            tab: Tab::Grains,
            flow: Some(flow),
            row: grain.into(),
        }),
        (_, _, Some(ordinal)) => Some(Action::Go {
            tab: Tab::Packets,
            flow: None,
            row: ordinal.saturating_sub(1),
        }),
        _ => None,
    }
}
