//! The page: a Yew application and the worker that owns the sessions.
//!
//! Both are this one program. In a window it shows; in a worker it reads and answers. The page decides nothing about
//! captures: it shows what a `grainscope_inspect::Session` answers. What can be told without a browser lies in
//! [`logic`] and is tested natively.

pub mod logic;
pub mod page;
pub mod protocol;
pub mod worker;

/// Starts the page, or the worker where there is no window.
pub fn run() {
    if web_sys::window().is_some() {
        page::run();
    } else {
        worker::run();
    }
}
