//! The explanation of the chosen field.

use grainscope_inspect::model::FieldRow;
use yew::prelude::*;

use super::icon::{Icon, Shape};
use super::same::Same;
use crate::logic::format::counted;
use crate::logic::hex::{segment_at, spaced};
use crate::logic::selection::Selection;

/// Raw bytes that are written out.
const RAW: usize = 48;

/// Properties of [`Explanation`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What is open.
    pub selection: Same<Selection>,
}

/// The explanation of the chosen field.
#[component]
pub fn Explanation(props: &Props) -> Html {
    let selection = &props.selection;
    let body = match (selection.chosen(), selection.cursor) {
        (Some(field), _) => of_field(selection, field),
        (None, Some(at)) => html! {
            <p class="hint">{ format!("Byte {at} (0x{at:x}) belongs to no field.") }</p>
        },
        (None, None) => html! {
            <p class="hint">{ "Choose a field to see its bytes, or a byte to see its field." }</p>
        },
    };
    html! { <section class="explanation" tabindex="0" aria-label="Chosen field" aria-live="polite">{ body }</section> }
}

fn of_field(selection: &Selection, field: &FieldRow) -> Html {
    let raw = selection.raw(field);
    let header = field.value_start.saturating_sub(field.start).min(field.length);
    let value = raw.get(header as usize..).unwrap_or_default();
    let mut place = format!(
        "offset {} (0x{:x}), {}",
        field.start,
        field.start,
        counted(field.length.into(), "byte")
    );
    if header > 0 && header < field.length {
        place.push_str(&format!(": {header} of header, {} of value", field.length - header));
    }
    if let Some((first, count)) = field.bits {
        place.push_str(&format!(", {} from bit {first}", counted(count.into(), "bit")));
    }
    let segments = selection
        .detail
        .sources
        .get(field.source as usize)
        .map_or(&[][..], |s| s.segments.as_slice());
    let packet = segment_at(segments, selection.cursor.unwrap_or(field.start)).map(|i| segments[i].packet);
    let kind = [field.tag.clone(), field.vr.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let row = |name: &str, class: &'static str, value: String| {
        if value.is_empty() {
            return Html::default();
        }
        html! { <><dt>{ name }</dt><dd {class}>{ value }</dd></> }
    };
    html! {
        <>
            <h3>{ &field.name }if !kind.is_empty() { <span class="tag">{ kind }</span> }</h3>
            <dl>
                { row("Value", "decoded", field.value.clone()) }
                { row("Raw", "mono", spaced(value, RAW)) }
                { row("Place", "", place) }
                { row("Packet", "", packet.map_or_else(String::new, |p| p.to_string())) }
                { row("Clause", "", field.clause.clone()) }
            </dl>
            { for field.notes.iter().map(|(is_error, text)| html! {
                <p class={classes!("note", if *is_error { "error" } else { "info" })}>
                    <Icon shape={if *is_error { Shape::Cross } else { Shape::Info }} />{ text }
                </p>
            }) }
        </>
    }
}
