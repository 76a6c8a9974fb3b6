//! The field tree, by the ARIA pattern of a tree view.

use grainscope_inspect::model::FieldRow;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::dom;
use super::icon::{Icon, Shape};
use super::same::Same;
use super::virtual_list::use_virtual;
use crate::logic::selection::Selection;

/// Height of a row in pixels; the style sheet says the same.
const ROW: f64 = 22.0;

/// Deepest level that is indented further.
const DEEPEST: usize = 14;

/// What happens in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeEvent {
    /// A field is chosen.
    Choose(usize),
    /// A branch is opened or folded.
    Fold(usize, bool),
    /// The pointer is over a field, or over none.
    Hover(Option<usize>),
}

/// Properties of [`Tree`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What is open.
    pub selection: Same<Selection>,
    /// The field under the pointer.
    pub hover: Option<usize>,
    /// For what happens.
    pub on_event: Callback<TreeEvent>,
}

/// The field tree.
#[component]
pub fn Tree(props: &Props) -> Html {
    let selection = &props.selection;
    let visible = selection.folds.visible(&selection.outline);
    let list = use_virtual(visible.len() as u64, ROW, 0.0);
    let at = selection.field.and_then(|field| visible.binary_search(&field).ok());
    {
        let list = list.clone();
        use_effect_with((selection.field, selection.place, visible.len()), move |_| {
            if let Some(at) = at {
                list.centre(at as u64);
            }
        });
    }
    let onkeydown = {
        let (on_event, selection, visible, page) = (
            props.on_event.clone(),
            selection.clone(),
            visible.clone(),
            list.page() as usize,
        );
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            if let Some(happens) = key(&event.key(), &selection, &visible, at, page) {
                on_event.emit(happens);
            } else if !matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                return;
            }
            event.prevent_default();
        })
    };
    let onclick = {
        let (on_event, selection) = (props.on_event.clone(), selection.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(index) = dom::number_at(&event, "data-field").map(|i| i as usize) else {
                return;
            };
            if dom::is_at(&event, ".twisty") {
                on_event.emit(TreeEvent::Fold(
                    index,
                    !selection.folds.is_open(&selection.outline, index),
                ));
            } else {
                on_event.emit(TreeEvent::Choose(index));
            }
        })
    };
    let ondblclick = {
        let (on_event, selection) = (props.on_event.clone(), selection.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(index) = dom::number_at(&event, "data-field").map(|i| i as usize) {
                on_event.emit(TreeEvent::Fold(
                    index,
                    !selection.folds.is_open(&selection.outline, index),
                ));
            }
        })
    };
    let onmouseover = props
        .on_event
        .reform(|event: MouseEvent| TreeEvent::Hover(dom::number_at(&event, "data-field").map(|i| i as usize)));
    let onmouseleave = props.on_event.reform(|_: MouseEvent| TreeEvent::Hover(None));
    let drawn = visible
        .get(list.rows.start as usize..list.rows.end as usize)
        .unwrap_or_default();
    let active = selection
        .field
        .filter(|field| drawn.contains(field))
        .map(|field| format!("field-{field}"));
    html! {
        <div
            class="tree"
            role="tree"
            tabindex="0"
            aria-label="Fields"
            aria-activedescendant={active}
            ref={list.viewport.clone()}
            onscroll={list.onscroll.clone()}
            {onkeydown} {onclick} {ondblclick} {onmouseover} {onmouseleave}
        >
            <div class="spacer" role="presentation" ref={list.spacer.clone()}>
                <div class="layer" role="presentation" ref={list.layer.clone()}>
                    { for drawn.iter().map(|&index| row(selection, index, props.hover == Some(index))) }
                </div>
            </div>
        </div>
    }
}

/// What a key does, by the ARIA pattern.
fn key(key: &str, selection: &Selection, visible: &[usize], at: Option<usize>, page: usize) -> Option<TreeEvent> {
    let last = visible.len().checked_sub(1)?;
    let choose = |position: usize| Some(TreeEvent::Choose(visible[position.min(last)]));
    let Some(at) = at else {
        return matches!(key, "ArrowDown" | "ArrowUp" | "Home" | "End").then(|| TreeEvent::Choose(visible[0]));
    };
    let field = visible[at];
    let outline = &selection.outline;
    let has_children = outline.has_children(field);
    let is_open = selection.folds.is_open(outline, field);
    match key {
        "ArrowDown" => choose(at + 1),
        "ArrowUp" => choose(at.saturating_sub(1)),
        "PageDown" => choose(at + page),
        "PageUp" => choose(at.saturating_sub(page)),
        "Home" => choose(0),
        "End" => choose(last),
        "ArrowRight" if has_children && !is_open => Some(TreeEvent::Fold(field, true)),
        "ArrowRight" if has_children => choose(at + 1),
        "ArrowLeft" if has_children && is_open => Some(TreeEvent::Fold(field, false)),
        "ArrowLeft" => outline.parent(field).map(TreeEvent::Choose),
        "Enter" | " " if has_children => Some(TreeEvent::Fold(field, !is_open)),
        _ => None,
    }
}

fn row(selection: &Selection, index: usize, hover: bool) -> Html {
    let field: &FieldRow = &selection.detail.fields[index];
    let outline = &selection.outline;
    let has_children = outline.has_children(index);
    let is_open = selection.folds.is_open(outline, index);
    let is_chosen = selection.field == Some(index);
    let level = outline.level(index);
    let (place, siblings) = outline.place(index);
    let class = classes!(
        "field-row",
        format!("l{}", level.min(DEEPEST)),
        field.kind.clone(),
        is_chosen.then_some("chosen"),
        hover.then_some("hover"),
        (has_children && is_open).then_some("unfolded"),
    );
    let mark = field.notes.iter().map(|(is_error, _)| *is_error).max();
    html! {
        <div
            key={index}
            id={format!("field-{index}")}
            {class}
            role="treeitem"
            aria-level={level.to_string()}
            aria-posinset={place.to_string()}
            aria-setsize={siblings.to_string()}
            aria-selected={is_chosen.to_string()}
            aria-expanded={has_children.then(|| is_open.to_string())}
            data-field={index.to_string()}
        >
            <span class="twisty">if has_children { <Icon shape={Shape::Chevron} /> }</span>
            if let Some(is_error) = mark { <Icon shape={if is_error { Shape::Cross } else { Shape::Info }} /> }
            <span class="field-name">{ &field.name }</span>
            if let Some(tag) = &field.tag { <span class="tag">{ tag }</span> }
            <span class="field-value">{ &field.value }</span>
        </div>
    }
}
