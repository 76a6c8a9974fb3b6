//! The dialog that takes pasted hex.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::logic::format::counted;
use crate::logic::paste::bytes;

/// Properties of [`Paste`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Bytes were pasted.
    pub on_bytes: Callback<Vec<u8>>,
    /// It is closed.
    pub on_close: Callback<()>,
}

/// The dialog that takes pasted hex.
#[component]
pub fn Paste(props: &Props) -> Html {
    let text = use_state(String::new);
    let area = use_node_ref();
    {
        let area = area.clone();
        use_effect_with((), move |()| super::dom::focus(&area));
    }
    let oninput = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                text.set(area.value());
            }
        })
    };
    let read = bytes(&text);
    let onsubmit = {
        let (on_bytes, read) = (props.on_bytes.clone(), read.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(bytes) = &read {
                on_bytes.emit(bytes.clone());
            }
        })
    };
    let is_empty = text.trim().is_empty();
    let (class, words) = match &read {
        _ if is_empty => (
            "hint",
            "Offsets, colons, 0x and C arrays are understood, and the dumps of Wireshark, tcpdump and xxd.".to_owned(),
        ),
        Ok(bytes) => ("hint", counted(bytes.len() as u64, "byte")),
        Err(why) => ("error", why.clone()),
    };
    html! {
        <Dialog title="Paste bytes as hex" on_close={props.on_close.clone()}>
            <form {onsubmit}>
                <label for="paste-text">{ "A capture, a frame, an RTP packet, an RTV payload or a Part 10 file" }</label>
                <textarea id="paste-text" ref={area} rows="12" spellcheck="false" autocomplete="off" {oninput} aria-describedby="paste-says" />
                <p id="paste-says" class={class} role="status">{ words }</p>
                <div class="buttons">
                    <button type="submit" class="main" disabled={read.is_err()}>{ "Open" }</button>
                </div>
            </form>
        </Dialog>
    }
}
