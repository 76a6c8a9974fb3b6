//! A dialog over the page.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{Icon, Shape};

/// Properties of [`Dialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Its title.
    pub title: AttrValue,
    /// It is closed.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A dialog over the page, open as long as it exists. The browser keeps the focus in it and gives it back afterwards.
#[component]
pub fn Dialog(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // Fails only where it is open already.
                let _ = dialog.show_modal();
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <dialog ref={node} aria-labelledby="dialog-title" onclose={props.on_close.reform(|_| ())}>
            <header>
                <h2 id="dialog-title">{ &props.title }</h2>
                <button type="button" class="tool" aria-label="Close" onclick={close}><Icon shape={Shape::Close} /></button>
            </header>
            { props.children.clone() }
        </dialog>
    }
}
