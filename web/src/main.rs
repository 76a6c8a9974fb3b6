//! The page and its worker: one program, which finds out where it runs.
use yew::prelude::*;

/// The page until it is built.
#[component]
fn App() -> Html {
    html! { <main><h1>{ "Grainscope" }</h1></main> }
}

fn main() {
    if web_sys::window().is_some() {
        yew::Renderer::<App>::new().render();
    }
}
