//! A panel that names what is wrong.

use yew::prelude::*;

use super::icon::{Icon, Shape};
use crate::protocol::Problem;

/// Properties of [`Trouble`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What is wrong.
    pub problem: Problem,
    /// Whether the rest can still be used: then it is a warning.
    #[prop_or_default]
    pub is_partial: bool,
    /// What one can do about it: buttons.
    #[prop_or_default]
    pub children: Html,
}

/// A panel that names what is wrong.
#[component]
pub fn Trouble(props: &Props) -> Html {
    let (class, shape) = if props.is_partial {
        ("warning", Shape::Triangle)
    } else {
        ("error", Shape::Cross)
    };
    html! {
        <div class={classes!("trouble", class)} role="alert">
            <Icon {shape} />
            <div>
                <strong>{ &props.problem.title }</strong>
                <p>{ &props.problem.text }</p>
            </div>
            <div class="buttons">{ props.children.clone() }</div>
        </div>
    }
}
