//! Small pictures. Each stands beside words or has a title; none carries meaning by colour alone.

use yew::prelude::*;

use crate::logic::health::Level;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All is well.
    Tick,
    /// A rule is broken.
    Cross,
    /// A warning.
    Triangle,
    /// Worth knowing.
    Info,
    /// Nothing to judge.
    Dot,
    /// Open a file.
    Folder,
    /// Paste.
    Clipboard,
    /// Light and dark.
    Contrast,
    /// Help.
    Question,
    /// Close.
    Close,
    /// An example.
    Play,
    /// Points to the right.
    Chevron,
}

impl From<Level> for Shape {
    fn from(level: Level) -> Self {
        match level {
            Level::Quiet => Self::Dot,
            Level::Good => Self::Tick,
            Level::Info => Self::Info,
            Level::Warning => Self::Triangle,
            Level::Error => Self::Cross,
        }
    }
}

impl Shape {
    /// Its path in a square of 16, and its class.
    const fn drawing(self) -> (&'static str, &'static str) {
        match self {
            Self::Tick => ("M3.5 8.5 6.5 11.5 12.5 4.5", "good"),
            Self::Cross => ("M8 1.8 14.2 8 8 14.2 1.8 8ZM5.8 5.8l4.4 4.4M10.2 5.8 5.8 10.2", "error"),
            Self::Triangle => ("M8 2.2 14.4 13.4H1.6ZM8 6.4v3.4M8 11.4v.6", "warning"),
            Self::Info => ("M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 7.4v3.6M8 5v.6", "info"),
            Self::Dot => ("M8 6.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8", "quiet"),
            Self::Folder => ("M1.8 12.8V3.4h4.4l1.6 1.8h6.4v7.6Z", ""),
            Self::Clipboard => (
                "M5.6 3.2H3.4v10.6h9.2V3.2h-2.2M5.6 2.2h4.8v2.4H5.6ZM5.6 8h4.8M5.6 10.6h3.2",
                "",
            ),
            Self::Contrast => ("M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 2v12M8 5h4.9M8 8h6M8 11h4.9", ""),
            Self::Question => (
                "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M6 6.4a2 2 0 1 1 2.8 1.9q-.8.4-.8 1.2M8 11.4v.4",
                "",
            ),
            Self::Close => ("M4 4l8 8M12 4l-8 8", ""),
            Self::Play => ("M4.5 2.8 13 8l-8.5 5.2Z", ""),
            Self::Chevron => ("M6 3.5 10.5 8 6 12.5", ""),
        }
    }

    /// What it says to those who do not see it.
    const fn word(self) -> &'static str {
        match self {
            Self::Tick => "well",
            Self::Cross => "error",
            Self::Triangle => "warning",
            Self::Info => "information",
            _ => "",
        }
    }
}

/// Properties of [`Icon`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What it shows.
    pub shape: Shape,
}

/// A small picture.
#[component]
pub fn Icon(props: &Props) -> Html {
    let (path, class) = props.shape.drawing();
    let word = props.shape.word();
    html! {
        <>
            <svg class={classes!("icon", class)} viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={path} /></svg>
            if !word.is_empty() { <span class="unseen">{ word }{ " " }</span> }
        </>
    }
}
