//! The bar at the top: what is open, how far it is read, and what one can do.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icon::{Icon, Shape};
use super::same::Same;
use super::theme::Theme;
use crate::logic::format::{bytes, count, counted, date, duration};
use crate::protocol::{CaptureState, Status};

/// Properties of [`TopBar`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Open captures.
    pub captures: Vec<Same<CaptureState>>,
    /// The one that shows.
    pub current: Option<u32>,
    /// The colours.
    pub theme: Theme,
    /// Another capture is to show.
    pub on_show: Callback<u32>,
    /// The capture that shows is to be closed.
    pub on_close: Callback<u32>,
    /// Its reading is to stop.
    pub on_cancel: Callback<u32>,
    /// Files are to be chosen.
    pub on_open: Callback<()>,
    /// Hex is to be pasted.
    pub on_paste: Callback<()>,
    /// Other colours are wanted.
    pub on_theme: Callback<()>,
    /// Help is wanted.
    pub on_help: Callback<()>,
}

/// The bar at the top.
#[component]
pub fn TopBar(props: &Props) -> Html {
    let current = props.captures.iter().find(|c| Some(c.id) == props.current);
    let button = |shape: Shape, text: &'static str, hint: &'static str, act: &Callback<()>| {
        let onclick = act.reform(|_: MouseEvent| ());
        html! { <button type="button" class="tool" title={hint} {onclick}><Icon {shape} /><span>{ text }</span></button> }
    };
    let quiet = |shape: Shape, hint: AttrValue, act: &Callback<()>| {
        let onclick = act.reform(|_: MouseEvent| ());
        html! { <button type="button" class="tool" title={hint.clone()} aria-label={hint} {onclick}><Icon {shape} /></button> }
    };
    html! {
        <header class="top">
            <h1>{ "Grainscope" }</h1>
            { for current.map(|capture| html! { <>
                { name(props, capture) }
                { facts(capture) }
                { progress(capture, &props.on_cancel) }
            </> }) }
            <div class="tools" role="toolbar" aria-label="Tools">
                { button(Shape::Folder, "Open", "Open captures (o)", &props.on_open) }
                { button(Shape::Clipboard, "Paste hex", "Paste bytes as hex", &props.on_paste) }
                { quiet(Shape::Contrast, props.theme.hint(), &props.on_theme) }
                { quiet(Shape::Question, "Help (?)".into(), &props.on_help) }
            </div>
        </header>
    }
}

fn name(props: &Props, capture: &Same<CaptureState>) -> Html {
    let id = capture.id;
    let close = {
        let label = format!("Close {}", capture.name);
        let onclick = props.on_close.reform(move |_: MouseEvent| id);
        html! { <button type="button" class="tool" title={label.clone()} aria-label={label} {onclick}><Icon shape={Shape::Close} /></button> }
    };
    if props.captures.len() < 2 {
        return html! { <div class="file"><strong title={capture.name.clone()}>{ &capture.name }</strong>{ close }</div> };
    }
    let on_show = props.on_show.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(Ok(id)) = chosen.map(|c| c.value().parse()) {
            on_show.emit(id);
        }
    });
    html! {
        <div class="file">
            <select aria-label="Capture" {onchange}>
                { for props.captures.iter().map(|c| html! {
                    <option key={c.id} value={c.id.to_string()} selected={c.id == id}>{ &c.name }</option>
                }) }
            </select>
            { close }
        </div>
    }
}

fn facts(capture: &CaptureState) -> Html {
    let summary = &capture.summary;
    let mut facts = vec![bytes(capture.size)];
    facts.extend(summary.format.clone());
    if let (Some(start), Some(end)) = (summary.start_ns, summary.end_ns) {
        // Packets without a time count from 1970.
        facts.extend((start > 0).then(|| date(start)));
        facts.push(duration(end.saturating_sub(start)));
    }
    if summary.packets > 0 {
        facts.push(counted(summary.packets, "packet"));
    }
    if summary.grains > 0 {
        facts.push(counted(summary.grains, "Grain"));
    }
    if !capture.sdp.is_empty() {
        facts.push(format!("with {}", capture.sdp.join(", ")));
    }
    html! { <ul class="facts" aria-label="Capture">{ for facts.into_iter().map(|fact| html! { <li>{ fact }</li> }) }</ul> }
}

/// How far the file is read, and a way to stop.
fn progress(capture: &CaptureState, on_cancel: &Callback<u32>) -> Html {
    if capture.status != Status::Reading {
        return Html::default();
    }
    let id = capture.id;
    // Of a compressed file nobody knows how long it is unpacked: the bar then only says that it moves.
    let is_known = capture.read > 0 || capture.summary.bytes == 0;
    let value = is_known.then(|| format!("{:.3}", capture.read as f64 / capture.size.max(1) as f64));
    let text = if is_known {
        format!(
            "{} % read",
            count((capture.read as u128 * 100 / u128::from(capture.size.max(1))) as u64)
        )
    } else {
        format!("{} unpacked", bytes(capture.summary.bytes))
    };
    html! {
        <div class="progress">
            <progress max="1" {value} aria-label="Reading the capture" />
            <span>{ text }</span>
            <button type="button" class="small" onclick={on_cancel.reform(move |_: MouseEvent| id)}>{ "Stop" }</button>
        </div>
    }
}
