//! The right pane: the field tree over the hex view of one Grain or packet.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::client::Client;
use super::dom;
use super::explanation::Explanation;
use super::hex_view::HexView;
use super::icon::{Icon, Shape};
use super::same::Same;
use super::state::Action;
use super::tree::{Tree, TreeEvent};
use crate::logic::outline::field_at;
use crate::logic::selection::Selection;
use crate::protocol::{Answer, Place, Problem, Request};

/// Properties of [`DetailPane`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The line to the worker.
    pub client: Client,
    /// The capture.
    pub capture: u32,
    /// What to lay open.
    pub place: Option<Place>,
    /// For what happens.
    pub dispatch: Callback<Action>,
    /// A Grain is to be shown in its table.
    pub on_grain: Callback<u32>,
    /// A packet is to be shown in its table.
    pub on_packet: Callback<u64>,
}

/// What the pane knows.
#[derive(Clone, Default, PartialEq)]
struct Open {
    selection: Option<Same<Selection>>,
    problem: Option<Problem>,
    hover: Option<usize>,
}

/// What happens in the pane.
enum Happens {
    Came(Place, Box<grainscope_inspect::model::Detail>),
    Failed(Problem),
    Gone,
    Tree(TreeEvent),
    Byte(u32),
    HoverByte(Option<u32>),
    Source(u32),
}

impl Reducible for Open {
    type Action = Happens;

    fn reduce(self: Rc<Self>, happens: Happens) -> Rc<Self> {
        let mut open = (*self).clone();
        let change = |open: &mut Self, act: &dyn Fn(&mut Selection)| {
            if let Some(selection) = &mut open.selection {
                act(Rc::make_mut(&mut selection.0));
            }
        };
        match happens {
            Happens::Came(place, detail) => {
                let next = Selection::open(open.selection.as_deref(), place, *detail);
                open.selection = Some(Same::new(next));
                open.problem = None;
                open.hover = None;
            }
            Happens::Failed(problem) => open.problem = Some(problem),
            Happens::Gone => open = Self::default(),
            Happens::Tree(TreeEvent::Choose(field)) => change(&mut open, &|s| s.choose_field(field)),
            Happens::Tree(TreeEvent::Fold(field, unfold)) => change(&mut open, &|s| s.set_open(field, unfold)),
            Happens::Tree(TreeEvent::Hover(field)) => open.hover = field,
            Happens::Byte(at) => change(&mut open, &|s| s.choose_byte(at)),
            Happens::HoverByte(at) => {
                let selection = open.selection.as_ref();
                open.hover = at.and_then(|at| field_at(&selection?.detail.fields, selection?.source, at));
            }
            Happens::Source(source) => change(&mut open, &|s| s.choose_source(source)),
        }
        if open == *self { self } else { Rc::new(open) }
    }
}

/// The right pane.
#[component]
pub fn DetailPane(props: &Props) -> Html {
    let open = use_reducer_eq(Open::default);
    // Numbers the requests, so that a late answer does not replace a later one.
    let latest = use_mut_ref(|| 0_u32);
    {
        let (client, dispatcher, latest) = (props.client.clone(), open.dispatcher(), latest.clone());
        use_effect_with((props.capture, props.place), move |(capture, place)| {
            let number = latest.borrow().wrapping_add(1);
            *latest.borrow_mut() = number;
            let (capture, Some(place)) = (*capture, *place) else {
                dispatcher.dispatch(Happens::Gone);
                return;
            };
            spawn_local(async move {
                let answer = client.call(Request::Detail { capture, place }).await;
                if *latest.borrow() != number {
                    return;
                }
                match answer {
                    Ok(Answer::Detail(detail)) => dispatcher.dispatch(Happens::Came(place, detail)),
                    Ok(_) => {}
                    Err(problem) => dispatcher.dispatch(Happens::Failed(problem)),
                }
            });
        });
    }
    let dispatcher = open.dispatcher();
    let send = Callback::from(move |happens: Happens| dispatcher.dispatch(happens));
    let on_event = send.reform(Happens::Tree);
    let on_byte = send.reform(Happens::Byte);
    let on_hover = send.reform(Happens::HoverByte);

    let problem = open.problem.as_ref().map(|problem| {
        html! {
            <div class="trouble error" role="alert">
                <Icon shape={Shape::Cross} /><div><strong>{ &problem.title }</strong><p>{ &problem.text }</p></div>
            </div>
        }
    });
    let Some(selection) = open.selection.clone() else {
        return html! {
            <section class="detail" aria-label="Detail">
                { problem }
                <p class="hint">{ "Choose a Grain or a packet to lay it open." }</p>
            </section>
        };
    };
    html! {
        <section class="detail" aria-label="Detail">
            { problem }
            <header class="detail-head">
                <h2>{ &selection.detail.title }</h2>
                { links(props, &selection) }
            </header>
            <Tree selection={selection.clone()} hover={open.hover} {on_event} />
            <Explanation selection={selection.clone()} />
            { sources(&selection, &send) }
            <HexView selection={selection.clone()} hover={open.hover} {on_byte} {on_hover} />
        </section>
    }
}

/// Ways from here to what belongs to it.
fn links(props: &Props, selection: &Selection) -> Html {
    let detail = &selection.detail;
    let first = match selection.place {
        Place::Grain(_) => detail
            .sources
            .first()
            .and_then(|s| s.segments.first())
            .map(|s| s.packet),
        Place::Packet(_) => None,
    };
    let grain = |grain: u32, text: &str| {
        let onclick = props.on_grain.reform(move |_: MouseEvent| grain);
        html! { <button type="button" class="link" {onclick}>{ text }</button> }
    };
    html! {
        <div class="links">
            if let Some(id) = detail.grain { { grain(id, "Its Grain") } }
            if let Some(id) = detail.static_grain { { grain(id, "Its static part") } }
            if let Some(packet) = first {
                <button type="button" class="link" onclick={props.on_packet.reform(move |_: MouseEvent| packet)}>{ "Its first packet" }</button>
            }
        </div>
    }
}

/// Tabs of the byte strings: the Grain, then each packet.
fn sources(selection: &Selection, send: &Callback<Happens>) -> Html {
    let sources = &selection.detail.sources;
    let now = selection.source;
    let last = sources.len().saturating_sub(1) as u32;
    let onkeydown = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => {
                    if now == last {
                        0
                    } else {
                        now + 1
                    }
                }
                "ArrowLeft" => now.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            send.emit(Happens::Source(next));
            dom::focus_id(&format!("source-{next}"));
        })
    };
    html! {
        <div class="tabs sources" role="tablist" aria-label="Bytes of" {onkeydown}>
            { for (0..).zip(sources).map(|(index, source): (u32, _)| {
                let chosen = index == now;
                html! {
                    <button
                        key={index}
                        id={format!("source-{index}")}
                        type="button"
                        role="tab"
                        aria-selected={chosen.to_string()}
                        tabindex={if chosen { "0" } else { "-1" }}
                        onclick={send.reform(move |_: MouseEvent| Happens::Source(index))}
                    >{ &source.name }</button>
                }
            }) }
        </div>
    }
}
