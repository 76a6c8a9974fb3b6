//! Help: what this is, and the keys.

use yew::prelude::*;

use super::dialog::Dialog;

/// Keys and what they do.
const KEYS: &[(&str, &str)] = &[
    ("o", "Open captures"),
    ("/", "Go to the filter"),
    ("?", "This help"),
    ("Tab", "From pane to pane"),
    ("↑ ↓ PgUp PgDn Home End", "Move in tables, the tree and the bytes"),
    ("← →", "Fold and unfold in the tree; next tab; next byte"),
    ("+ − 0", "Zoom the timeline; show all of it"),
    ("Esc", "Close a dialog"),
];

/// Properties of [`Help`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// It is closed.
    pub on_close: Callback<()>,
}

/// Help.
#[component]
pub fn Help(props: &Props) -> Html {
    html! {
        <Dialog title="Grainscope" on_close={props.on_close.clone()}>
            <p>
                { "Reads DICOM Real-Time Video (DICOM PS3.22) on the wire: flows, Grains, the metadata of patient, device and frame in them, and every byte of it. " }
                { "Nothing leaves your browser: captures are read on this machine." }
            </p>
            <p>{ "It opens pcap and pcapng, also compressed with gzip; DICOM Part 10 files; single packets and payloads. Drop SDP files with a capture, or later, and its flows are known by them." }</p>
            <h3>{ "Keys" }</h3>
            <dl class="keys">
                { for KEYS.iter().map(|(keys, what)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></> }) }
            </dl>
            <h3>{ "Words" }</h3>
            <dl class="keys">
                <dt>{ "Flow" }</dt><dd>{ "Packets from one sender to one address, port, SSRC and payload type." }</dd>
                <dt>{ "Grain" }</dt><dd>{ "What belongs to one moment of a flow: here, the metadata of one video frame or one stretch of audio. It may take several packets." }</dd>
                <dt>{ "Static part" }</dt><dd>{ "Metadata that seldom change, such as the patient. It need not be in every Grain." }</dd>
                <dt>{ "Dynamic part" }</dt><dd>{ "Metadata of this very frame, such as its time of origin." }</dd>
            </dl>
        </Dialog>
    }
}
