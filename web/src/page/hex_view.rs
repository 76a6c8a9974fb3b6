//! The hex view: bytes in rows, with the chosen field, its value, the current byte and packet boundaries marked.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::dom;
use super::same::Same;
use super::virtual_list::use_virtual;
use crate::logic::hex::{ByteMark, marks, offset_digits, printable, rows};
use crate::logic::selection::Selection;

/// Height of a row in pixels; the style sheet says the same.
const ROW: f64 = 20.0;

/// Bytes of a row.
const PER_ROW: usize = 16;

/// Properties of [`HexView`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What is open.
    pub selection: Same<Selection>,
    /// The field under the pointer.
    pub hover: Option<usize>,
    /// A byte is chosen.
    pub on_byte: Callback<u32>,
    /// The pointer is over a byte, or over none.
    pub on_hover: Callback<Option<u32>>,
}

/// The hex view.
#[component]
pub fn HexView(props: &Props) -> Html {
    let selection = &props.selection;
    let bytes = selection.bytes();
    let length = bytes.len();
    let list = use_virtual(rows(length, PER_ROW), ROW, 0.0);
    {
        let list = list.clone();
        let focus = selection.focus();
        use_effect_with(
            (selection.place, selection.source, selection.field, focus, length),
            move |_| {
                if let Some(at) = focus {
                    list.centre(at as u64 / PER_ROW as u64);
                }
            },
        );
    }
    let onkeydown = {
        let (on_byte, page) = (props.on_byte.clone(), list.page() as i64 * PER_ROW as i64);
        let at = i64::from(selection.cursor.or(selection.focus()).unwrap_or(0));
        Callback::from(move |event: KeyboardEvent| {
            let row = PER_ROW as i64;
            let to = match (event.key().as_str(), event.ctrl_key()) {
                ("ArrowRight", false) => at + 1,
                ("ArrowLeft", false) => at - 1,
                ("ArrowDown", false) => at + row,
                ("ArrowUp", false) => at - row,
                ("PageDown", false) => at + page,
                ("PageUp", false) => at - page,
                ("Home", false) => at - at % row,
                ("End", false) => at - at % row + row - 1,
                ("Home", true) => 0,
                ("End", true) => length as i64 - 1,
                _ => return,
            };
            event.prevent_default();
            if length > 0 {
                on_byte.emit(to.clamp(0, length as i64 - 1) as u32);
            }
        })
    };
    let byte_at = |event: MouseEvent| dom::number_at(&event, "data-offset").map(|at| at as u32);
    let onclick = {
        let on_byte = props.on_byte.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(at) = byte_at(event) {
                on_byte.emit(at);
            }
        })
    };
    let onmouseover = props.on_hover.reform(byte_at);
    let onmouseleave = props.on_hover.reform(|_: MouseEvent| None);
    let wanted = selection.marks(props.hover);
    let segments = selection
        .detail
        .sources
        .get(selection.source as usize)
        .map_or(&[][..], |s| s.segments.as_slice());
    let digits = offset_digits(length);
    let drawn = list.rows.clone().map(|row| {
        let start = row as usize * PER_ROW;
        let end = (start + PER_ROW).min(length);
        let part = bytes.get(start..end).unwrap_or_default();
        let marks = marks(start as u32..end.max(start) as u32, &wanted, segments);
        html! { <HexRow key={row} start={start as u32} {digits} bytes={part.to_vec()} {marks} /> }
    });
    html! {
        <div
            class="hex"
            role="group"
            tabindex="0"
            aria-label="Bytes. Arrow keys move from byte to byte; the field there is chosen."
            ref={list.viewport.clone()}
            onscroll={list.onscroll.clone()}
            {onkeydown} {onclick} {onmouseover} {onmouseleave}
        >
            <div class="spacer" ref={list.spacer.clone()}>
                <div class="layer" ref={list.layer.clone()}>{ for drawn }</div>
            </div>
        </div>
    }
}

/// Properties of [`HexRow`].
#[derive(Clone, PartialEq, Properties)]
struct RowProps {
    /// Offset of the first byte.
    start: u32,
    /// Digits of offsets.
    digits: usize,
    /// The bytes.
    bytes: Vec<u8>,
    /// How each is shown.
    marks: Vec<ByteMark>,
}

/// One row of bytes. It is drawn again only when something in it has changed.
#[component]
fn HexRow(props: &RowProps) -> Html {
    let each = || (props.start..).zip(&props.bytes).zip(&props.marks);
    let digits = props.digits;
    html! {
        <div class="hex-row">
            <span class="offset">{ format!("{:0digits$x}", props.start) }</span>
            <span class="bytes">
                { for each().map(|((at, byte), mark)| html! {
                    <span class={mark.classes()} data-offset={at.to_string()}>{ format!("{byte:02x}") }</span>
                }) }
            </span>
            <span class="chars" aria-hidden="true">
                { for each().map(|((at, byte), mark)| html! {
                    <span class={mark.classes()} data-offset={at.to_string()}>{ printable(*byte) }</span>
                }) }
            </span>
        </div>
    }
}
