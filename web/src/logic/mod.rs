//! What the page works out without a browser: arithmetic of scrolling, layout of bytes, outline of fields, words for numbers.

pub mod extents;
pub mod format;
pub mod groups;
pub mod health;
pub mod hex;
pub mod outline;
pub mod pages;
pub mod paste;
pub mod scroll;
pub mod selection;
pub mod span;
