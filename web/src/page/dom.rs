//! Small dealings with the browser.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Window};
use yew::NodeRef;

/// The window. The page runs nowhere else.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
#[must_use]
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Sets a style of an element by the object model: the page's security policy forbids `style` attributes.
pub fn style(node: &NodeRef, property: &str, value: &str) {
    if let Some(element) = node.cast::<HtmlElement>() {
        // Fails only for a declaration that may not be changed, which an element's own never is.
        let _ = element.style().set_property(property, value);
    }
}

/// Puts the keyboard's focus on an element, without scrolling to it.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Whether keys go into a text that is being written, or to an open dialog, so that shortcuts must keep quiet.
#[must_use]
pub fn is_writing() -> bool {
    let Some(document) = document() else { return false };
    let in_dialog = document.query_selector("dialog[open]").is_ok_and(|d| d.is_some());
    let active = document.active_element().map(|e| e.tag_name()).unwrap_or_default();
    in_dialog || matches!(active.as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// The nearest element at or above an event's target that has this attribute, and its value as a number.
#[must_use]
pub fn number_at(event: &web_sys::Event, attribute: &str) -> Option<u64> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let holder = target.closest(&format!("[{attribute}]")).ok()??;
    holder.get_attribute(attribute)?.parse().ok()
}

/// A setting kept from visit to visit.
#[must_use]
pub fn setting(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

/// Keeps a setting. Where the browser keeps none, it holds for this visit only.
pub fn keep_setting(name: &str, value: &str) {
    if let Some(Ok(Some(storage))) = window().map(|w| w.local_storage()) {
        let _ = storage.set_item(name, value);
    }
}

/// Moves the focus from the element in focus to the one `step` places away among those that `selector` finds.
pub fn focus_beside(event: &web_sys::Event, selector: &str, step: isize) {
    let Some(document) = document() else { return };
    let list: Option<Element> = event.current_target().and_then(|t| t.dyn_into().ok());
    let (Some(list), Some(active)) = (list, document.active_element()) else {
        return;
    };
    let Ok(found) = list.query_selector_all(selector) else {
        return;
    };
    let all: Vec<HtmlElement> = (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect();
    let at = all.iter().position(|e| e.is_same_node(Some(&active)));
    let next = at
        .and_then(|at| at.checked_add_signed(step))
        .and_then(|next| all.get(next));
    if let Some(next) = next {
        let _ = next.focus();
    }
}

/// Whether an event happened in an element that `selector` finds.
#[must_use]
pub fn is_at(event: &web_sys::Event, selector: &str) -> bool {
    let target: Option<Element> = event.target().and_then(|t| t.dyn_into().ok());
    target.is_some_and(|t| t.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Puts the keyboard's focus on the element of that id.
pub fn focus_id(id: &str) {
    let element = document().and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Puts the keyboard's focus on the first element that `selector` finds, unless it is already somewhere.
pub fn focus_first(selector: &str) {
    let Some(document) = document() else { return };
    let is_free = document.active_element().is_none_or(|e| e.tag_name() == "BODY");
    let found = document.query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()).filter(|_| is_free) {
        let _ = element.focus();
    }
}
