//! The first visit: what this is, and the ways in.

use yew::prelude::*;

use super::example::{EXAMPLE, FAULTY};
use super::icon::{Icon, Shape};

/// Properties of [`Welcome`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Files are to be chosen.
    pub on_open: Callback<()>,
    /// Hex is to be pasted.
    pub on_paste: Callback<()>,
    /// The example of that name is to be opened.
    pub on_example: Callback<&'static str>,
    /// What stands in the way, if something does.
    #[prop_or_default]
    pub trouble: Html,
}

/// The first visit.
#[component]
pub fn Welcome(props: &Props) -> Html {
    let click = |act: &Callback<()>| act.reform(|_: MouseEvent| ());
    let example = |name: &'static str, text: &'static str| {
        let onclick = props.on_example.reform(move |_: MouseEvent| name);
        html! { <button type="button" {onclick}><Icon shape={Shape::Play} />{ text }</button> }
    };
    html! {
        <main class="welcome">
            { props.trouble.clone() }
            <div class="drop">
                <h2>{ "See what is in DICOM Real-Time Video, down to the byte" }</h2>
                <p>{ "Drop a capture here: patient, device, frame times and camera positions of every Grain, and where the stream breaks the standard." }</p>
                <div class="ways">
                    <button type="button" class="main" onclick={click(&props.on_open)}><Icon shape={Shape::Folder} />{ "Open a capture" }</button>
                    { example(EXAMPLE, "Show the example") }
                    { example(FAULTY, "One with faults") }
                    <button type="button" onclick={click(&props.on_paste)}><Icon shape={Shape::Clipboard} />{ "Paste hex" }</button>
                </div>
                <p class="hint">{ "pcap, pcapng, gzip of them, SDP beside them, Part 10 files, single packets. Files of any size; nothing leaves your browser." }</p>
            </div>
        </main>
    }
}
