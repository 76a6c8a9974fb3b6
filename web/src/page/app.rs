//! The page as a whole: state, files that come in, shortcuts, dialogs.

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DragEvent, FileList, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::client::{Client, Named};
use super::dom;
use super::example;
use super::help::Help;
use super::paste::Paste;
use super::same::Same;
use super::state::{Action, State};
use super::theme::Theme;
use super::top_bar::TopBar;
use super::trouble::Trouble;
use super::welcome::Welcome;
use super::workspace::{FILTER, Workspace};
use crate::logic::health::trouble;
use crate::protocol::{CaptureState, Request};

/// A dialog that is open.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Help,
    Paste,
}

/// The page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(State::default);
    let dispatch = {
        let dispatcher = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatcher.dispatch(action))
    };
    let client = {
        let dispatch = dispatch.clone();
        use_memo((), move |()| Client::start(dispatch.reform(Action::Heard)))
    };
    let theme = use_state(Theme::restore);
    let dialog = use_state(|| None::<Open>);
    let dropping = use_state_eq(|| false);
    let input = use_node_ref();
    // Kept to open them again should the worker end.
    let opened = use_mut_ref(Vec::<Named>::new);

    let open_files = {
        let (client, opened, dispatch) = (client.clone(), opened.clone(), dispatch.clone());
        Callback::from(move |files: Vec<Named>| {
            opened.borrow_mut().extend(files.iter().cloned());
            let (client, dispatch) = (client.clone(), dispatch.clone());
            spawn_local(async move {
                if let Err(problem) = client.open(&files).await {
                    dispatch.emit(Action::Notice(problem.title.into()));
                }
            });
        })
    };
    let on_open = {
        let input = input.clone();
        Callback::from(move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let on_example = {
        let (open_files, dispatch) = (open_files.clone(), dispatch.clone());
        Callback::from(move |name: &'static str| {
            let (open_files, dispatch) = (open_files.clone(), dispatch.clone());
            spawn_local(async move {
                match example::fetch(name).await {
                    Ok(blob) => open_files.emit(vec![(name.to_owned(), blob)]),
                    Err(problem) => {
                        dispatch.emit(Action::Notice(format!("{}. {}", problem.title, problem.text).into()))
                    }
                }
            });
        })
    };
    let onchange = {
        let open_files = open_files.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else {
                return;
            };
            open_files.emit(named(input.files()));
            input.set_value(""); // The same file may be chosen again.
        })
    };
    let show = |which: Option<Open>| {
        let dialog = dialog.clone();
        Callback::from(move |()| dialog.set(which))
    };
    let on_bytes = {
        let (open_files, dialog) = (open_files.clone(), dialog.clone());
        Callback::from(move |bytes: Vec<u8>| {
            dialog.set(None);
            let parts = Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
            if let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) {
                open_files.emit(vec![("Pasted bytes".to_owned(), blob)]);
            }
        })
    };
    let on_theme = {
        let theme = theme.clone();
        Callback::from(move |()| theme.set(theme.next()))
    };
    let ask = {
        let client = client.clone();
        Callback::from(move |request: Request| {
            let client = client.clone();
            spawn_local(async move {
                // What comes of it is told by events.
                let _ = client.call(request).await;
            });
        })
    };
    let on_close = {
        let (ask, dispatch, opened, state) = (ask.clone(), dispatch.clone(), opened.clone(), state.clone());
        Callback::from(move |capture: u32| {
            if let Some(closed) = state.captures.iter().find(|c| c.id == capture) {
                opened.borrow_mut().retain(|(name, _)| *name != closed.name);
            }
            ask.emit(Request::Close { capture });
            dispatch.emit(Action::Closed(capture));
        })
    };
    let on_restart = {
        let (client, dispatch, open_files, opened) =
            (client.clone(), dispatch.clone(), open_files.clone(), opened.clone());
        move |again: bool| {
            let (client, dispatch, open_files, opened) =
                (client.clone(), dispatch.clone(), open_files.clone(), opened.clone());
            Callback::from(move |_: MouseEvent| {
                client.restart();
                dispatch.emit(Action::Restarted);
                let files = opened.take();
                if again && !files.is_empty() {
                    open_files.emit(files);
                }
            })
        }
    };
    use_dropped_files(&open_files, &dropping);
    use_shortcuts(&on_open, &show(Some(Open::Help)));

    let crash = state.crash.clone().map(|problem| {
        html! {
            <Trouble {problem}>
                <button type="button" class="main" onclick={on_restart(true)}>{ "Open again" }</button>
                <button type="button" onclick={on_restart(false)}>{ "Start afresh" }</button>
            </Trouble>
        }
    });
    let notice = state.notice.clone().map(|text| {
        let onclick = dispatch.reform(|_: MouseEvent| Action::Noticed);
        html! { <div class="notice"><p>{ text }</p><button type="button" class="small" {onclick}>{ "Close" }</button></div> }
    });
    let welcome = |trouble: Html| {
        html! { <Welcome on_open={on_open.clone()} on_paste={show(Some(Open::Paste))} on_example={on_example.clone()} {trouble} /> }
    };
    let main = match state.capture() {
        None => welcome(Html::default()),
        Some(capture) => match all_wrong(capture) {
            Some(panel) => welcome(panel),
            None => html! {
                <Workspace
                    client={(*client).clone()} state={Same::new((*state).clone())} capture={capture.clone()}
                    theme={theme.name()} dispatch={dispatch.clone()}
                />
            },
        },
    };
    html! {
        <div class={classes!("app", dropping.then_some("dropping"))}>
            <TopBar
                captures={state.captures.clone()} current={state.current} theme={*theme}
                on_show={dispatch.reform(Action::ShowCapture)} {on_close}
                on_cancel={ask.reform(|capture| Request::Cancel { capture })}
                on_open={on_open.clone()} on_paste={show(Some(Open::Paste))} {on_theme} on_help={show(Some(Open::Help))}
            />
            <div class="notices" role="status">{ notice }</div>
            { crash }
            { main }
            <input ref={input} class="unseen" type="file" multiple=true tabindex="-1" aria-hidden="true" {onchange} />
            if *dropping { <div class="drop-here" aria-hidden="true">{ "Drop to open" }</div> }
            if *dialog == Some(Open::Help) { <Help on_close={show(None)} /> }
            if *dialog == Some(Open::Paste) { <Paste {on_bytes} on_close={show(None)} /> }
        </div>
    }
}

/// The panel of a capture of which nothing can be shown.
fn all_wrong(capture: &CaptureState) -> Option<Html> {
    let (all, problem) = trouble(capture)?;
    all.then(|| html! { <Trouble {problem} /> })
}

fn named(files: Option<FileList>) -> Vec<Named> {
    let Some(files) = files else { return Vec::new() };
    let file = |index| files.get(index).map(|file| (file.name(), file.into()));
    (0..files.length()).filter_map(file).collect()
}

/// Files may be dropped anywhere on the page.
#[hook]
fn use_dropped_files(open_files: &Callback<Vec<Named>>, dropping: &UseStateHandle<bool>) {
    let (open_files, dropping) = (open_files.clone(), dropping.setter());
    use_effect_with((), move |()| {
        let listeners = dom::document().into_iter().flat_map(|document| {
            ["dragover", "dragleave", "drop"].map(|name| {
                let (open_files, dropping) = (open_files.clone(), dropping.clone());
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&document, name, options, move |event| {
                    let Some(drag) = event.dyn_ref::<DragEvent>() else {
                        return;
                    };
                    event.prevent_default();
                    // Leaving the page has no element that is entered.
                    dropping.set(match name {
                        "dragover" => true,
                        "dragleave" => drag.related_target().is_some(),
                        _ => false,
                    });
                    if name == "drop" {
                        let files = named(drag.data_transfer().and_then(|d| d.files()));
                        if !files.is_empty() {
                            open_files.emit(files);
                        }
                    }
                })
            })
        });
        let listeners: Vec<EventListener> = listeners.collect();
        move || drop(listeners)
    });
}

/// Keys that hold everywhere.
#[hook]
fn use_shortcuts(on_open: &Callback<()>, on_help: &Callback<()>) {
    let (on_open, on_help) = (on_open.clone(), on_help.clone());
    use_effect_with((), move |()| {
        let listener = dom::document().map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if key.ctrl_key() || key.alt_key() || key.meta_key() || dom::is_writing() {
                    return;
                }
                match key.key().as_str() {
                    "o" => on_open.emit(()),
                    "?" => on_help.emit(()),
                    "/" => dom::focus_id(FILTER),
                    _ => return,
                }
                event.prevent_default();
            })
        });
        move || drop(listener)
    });
}
