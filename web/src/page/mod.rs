//! The page: components, one a file, and the line to the worker.

pub mod app;
pub mod client;
pub mod detail_pane;
pub mod dialog;
pub mod dom;
pub mod example;
pub mod explanation;
pub mod findings;
pub mod flows;
pub mod grain_table;
pub mod grid;
pub mod help;
pub mod hex_view;
pub mod icon;
pub mod lanes;
pub mod packet_table;
pub mod paste;
pub mod rows;
pub mod same;
pub mod size;
pub mod state;
pub mod table;
pub mod theme;
pub mod timeline;
pub mod top_bar;
pub mod tree;
pub mod trouble;
pub mod virtual_list;
pub mod welcome;
pub mod workspace;

/// Draws the page into the document.
pub fn run() {
    yew::Renderer::<app::App>::new().render();
}
