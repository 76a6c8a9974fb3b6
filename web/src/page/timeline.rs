//! The timeline: a lane per RTP flow. The wheel and keys zoom, dragging pans, a click chooses.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use grainscope_inspect::model::Lane;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlCanvasElement, HtmlElement, KeyboardEvent, WheelEvent};
use yew::prelude::*;

use super::client::Client;
use super::lanes::{LANE, Picture, SCALE, draw};
use super::same::Same;
use super::size::use_width;
use crate::logic::format;
use crate::logic::groups::{groups, is_media, kind_name};
use crate::logic::span::Span;
use crate::protocol::{Answer, CaptureState, Request};

/// Pixels that the pointer may move between press and release and still click.
const CLICK: f64 = 4.0;

/// Properties of [`Timeline`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The line to the worker.
    pub client: Client,
    /// The capture.
    pub capture: Same<CaptureState>,
    /// Counts up while the capture is read.
    pub revision: u32,
    /// The chosen flow.
    pub flow: Option<u32>,
    /// The moment that is marked.
    pub time: Option<i64>,
    /// Changes with the colours.
    pub theme: AttrValue,
    /// A moment of a flow is chosen.
    pub on_choose: Callback<(u32, i64)>,
}

/// The lanes as last heard, and the span that they were asked for.
type Heard = Same<(Span, Vec<Lane>)>;

/// The timeline.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let frame = use_node_ref();
    let canvas = use_node_ref();
    let width = use_width(&frame);
    let update = use_force_update();
    let zoomed = use_mut_ref(|| None::<Span>);
    let heard = use_state_eq(|| None::<Heard>);

    let summary = &props.capture.summary;
    let whole = Span::whole(summary.start_ns.unwrap_or(0), summary.end_ns.unwrap_or(0));
    let span = zoomed.borrow().unwrap_or(whole);
    let flows: Rc<Vec<u32>> = {
        let all = &props.capture.flows;
        let ordered = groups(all).into_iter().flat_map(|g| g.flows);
        Rc::new(
            ordered
                .filter(|(i, _)| is_media(all[*i].kind))
                .map(|(i, _)| all[i].id)
                .collect(),
        )
    };

    {
        let zoomed = zoomed.clone();
        use_effect_with(props.capture.id, move |_| *zoomed.borrow_mut() = None);
    }
    // A chosen moment comes into view.
    {
        let (zoomed, update) = (zoomed.clone(), update.clone());
        use_effect_with(props.time, move |time| {
            let now = *zoomed.borrow();
            if let (Some(span), Some(time)) = (now, time) {
                *zoomed.borrow_mut() = Some(span.showing(*time, whole));
                update.force_update();
            }
        });
    }
    use_lanes(props, span, width, &heard);
    {
        let (canvas, flows, chosen, time) = (canvas.clone(), flows.clone(), props.flow, props.time);
        let heard = (*heard).clone();
        let key = (
            heard.clone(),
            span,
            width,
            chosen,
            time,
            (flows.clone(), props.theme.clone()),
        );
        use_effect_with(key, move |_| {
            let Some(canvas) = canvas.cast::<HtmlCanvasElement>() else {
                return;
            };
            let (asked, lanes) = heard.as_ref().map_or((span, &[][..]), |h| (h.0.0, h.0.1.as_slice()));
            let lanes = flows
                .iter()
                .map(|id| (lanes.iter().find(|l| l.flow == *id), chosen == Some(*id)));
            let lanes = lanes.collect();
            let picture = Picture {
                width,
                span,
                lanes,
                asked,
                time,
            };
            draw(&canvas, &picture);
        });
    }
    let change = {
        let (zoomed, update) = (zoomed.clone(), update.clone());
        Rc::new(move |act: &dyn Fn(Span) -> Span| {
            let next = act(zoomed.borrow().unwrap_or(whole));
            *zoomed.borrow_mut() = (next != whole).then_some(next);
            update.force_update();
        })
    };
    use_wheel(&canvas, whole, &zoomed, &update);
    let onkeydown = {
        let change = change.clone();
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "+" | "=" => change(&|s| s.zoomed(0.5, 0.5, whole)),
                "-" => change(&|s| s.zoomed(2.0, 0.5, whole)),
                "ArrowLeft" => change(&|s| s.moved(-0.1, whole)),
                "ArrowRight" => change(&|s| s.moved(0.1, whole)),
                "Home" | "0" => change(&|_| whole),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let button = |text: &'static str, label: &'static str, act: fn(Span, Span) -> Span| {
        let change = change.clone();
        let onclick = move |_: MouseEvent| change(&|s| act(s, whole));
        html! { <button type="button" class="small" aria-label={label} title={label} {onclick}>{ text }</button> }
    };
    let pointer = use_pointer(&flows, span, whole, &zoomed, &update, &props.on_choose);
    let names = flows
        .iter()
        .filter_map(|id| props.capture.flows.iter().find(|f| f.id == *id))
        .map(|flow| {
            html! {
                <li key={flow.id} class={(props.flow == Some(flow.id)).then_some("chosen")}>
                    { kind_name(flow.kind) }<span class="dim">{ format!(" {}", flow.id) }</span>
                </li>
            }
        });
    let digits = if span.length() < 10_000_000_000 { 3 } else { 0 };
    html! {
        <section class="timeline" aria-label="Timeline">
            <div class="timeline-head">
                <span class="figures">
                    { format!("{} – {} UTC, {}", format::clock(span.from, digits), format::clock(span.to, digits), format::duration(span.length())) }
                </span>
                <ul class="legend" aria-label="Legend">
                    <li class="grain">{ "Grain" }</li>
                    <li class="part">{ "static part" }</li>
                    <li class="gap">{ "incomplete" }</li>
                    <li class="finding">{ "finding" }</li>
                </ul>
                { button("−", "Zoom out", |s, whole| s.zoomed(2.0, 0.5, whole)) }
                { button("+", "Zoom in", |s, whole| s.zoomed(0.5, 0.5, whole)) }
                { button("All", "All of the capture", |_, whole| whole) }
            </div>
            <div class="lanes">
                <ul class="lane-names" aria-hidden="true">{ for names }</ul>
                <div
                    class="lane-frame"
                    role="group"
                    tabindex="0"
                    aria-label={format!("Timeline of {}. Plus and minus zoom, arrow keys move, Home shows all.", format::counted(flows.len() as u64, "flow"))}
                    ref={frame}
                    {onkeydown}
                    onpointerdown={pointer.down}
                    onpointermove={pointer.moved}
                    onpointerup={pointer.up}
                >
                    <canvas ref={canvas} />
                </div>
            </div>
        </section>
    }
}

/// Asks for the lanes whenever what shows has changed: one request at a time, the last wish next.
#[hook]
fn use_lanes(props: &Props, span: Span, width: u32, heard: &UseStateHandle<Option<Heard>>) {
    let wish = use_mut_ref(|| None::<(u32, Span, u32)>);
    let busy = use_mut_ref(|| false);
    let (client, setter) = (props.client.clone(), heard.setter());
    use_effect_with(
        (props.capture.id, props.revision, span, width),
        move |(capture, _, span, width)| {
            *wish.borrow_mut() = Some((*capture, *span, (*width).clamp(1, 4000)));
            if busy.replace(true) {
                return;
            }
            spawn_local(async move {
                loop {
                    let next = wish.borrow_mut().take();
                    let Some((capture, span, columns)) = next else { break };
                    let request = Request::Timeline {
                        capture,
                        from_ns: span.from,
                        to_ns: span.to,
                        columns,
                    };
                    if let Ok(Answer::Timeline(lanes)) = client.call(request).await {
                        setter.set(Some(Same::new((span, lanes))));
                    }
                }
                busy.replace(false);
            });
        },
    );
}

/// The wheel zooms around the pointer; with Shift, or turned sideways, it pans.
#[hook]
fn use_wheel(canvas: &NodeRef, whole: Span, zoomed: &Rc<RefCell<Option<Span>>>, update: &UseForceUpdateHandle) {
    let (canvas, zoomed, update) = (canvas.clone(), zoomed.clone(), update.clone());
    use_effect_with(whole, move |whole| {
        let whole = *whole;
        let listener = canvas.cast::<HtmlElement>().map(|element| {
            let target = element.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&target, "wheel", options, move |event| {
                let Some(wheel) = event.dyn_ref::<WheelEvent>() else {
                    return;
                };
                event.prevent_default();
                let wide = f64::from(element.client_width()).max(1.0);
                let span = zoomed.borrow().unwrap_or(whole);
                let sideways = if wheel.shift_key() { wheel.delta_y() } else { 0.0 } + wheel.delta_x();
                let next = if sideways == 0.0 {
                    span.zoomed(
                        1.0015_f64.powf(wheel.delta_y()),
                        f64::from(wheel.offset_x()) / wide,
                        whole,
                    )
                } else {
                    span.moved(sideways / wide, whole)
                };
                *zoomed.borrow_mut() = (next != whole).then_some(next);
                update.force_update();
            })
        });
        move || drop(listener)
    });
}

/// What the pointer does.
struct Pointer {
    down: Callback<PointerEvent>,
    moved: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
}

/// A press: where it began, and what showed then.
#[derive(Clone, Copy)]
struct Press {
    x: f64,
    span: Span,
    drags: bool,
}

/// Dragging pans; a press and release in one place chooses a moment.
#[hook]
fn use_pointer(
    flows: &Rc<Vec<u32>>,
    span: Span,
    whole: Span,
    zoomed: &Rc<RefCell<Option<Span>>>,
    update: &UseForceUpdateHandle,
    on_choose: &Callback<(u32, i64)>,
) -> Pointer {
    let press = use_mut_ref(|| None::<Press>);
    let down = {
        let press = press.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let x = f64::from(event.client_x());
                *press.borrow_mut() = Some(Press { x, span, drags: false });
                if let Some(frame) = frame(&event) {
                    let _ = frame.set_pointer_capture(event.pointer_id());
                }
            }
        })
    };
    let moved = {
        let (press, zoomed, update) = (press.clone(), zoomed.clone(), update.clone());
        Callback::from(move |event: PointerEvent| {
            let mut press = press.borrow_mut();
            let (Some(press), Some(frame)) = (press.as_mut(), frame(&event)) else {
                return;
            };
            let way = press.x - f64::from(event.client_x());
            press.drags |= way.abs() > CLICK;
            if press.drags {
                let next = press.span.moved(way / f64::from(frame.client_width()).max(1.0), whole);
                *zoomed.borrow_mut() = (next != whole).then_some(next);
                update.force_update();
            }
        })
    };
    let up = {
        let (flows, on_choose) = (flows.clone(), on_choose.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(Press { drags: false, .. }) = press.borrow_mut().take() else {
                return;
            };
            let Some(frame) = frame(&event) else { return };
            let area = frame.get_bounding_client_rect();
            let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
            let lane = (f64::from(event.client_y()) - area.top() - SCALE) / LANE;
            let lane = if lane < 0.0 { None } else { flows.get(lane as usize) };
            if let Some(flow) = lane.or(flows.first()) {
                on_choose.emit((*flow, span.at(x)));
            }
        })
    };
    Pointer { down, moved, up }
}

/// The element that the timeline is drawn in.
fn frame(event: &PointerEvent) -> Option<HtmlElement> {
    let target: HtmlElement = event.target()?.dyn_into().ok()?;
    target.closest(".lane-frame").ok()??.dyn_into().ok()
}
