//! What leaves a capture: Part 10 files, tables, and packets with findings as comments.
//!
//! The caller reads the bytes of each Grain and packet, conceals them where that is asked for, and writes what comes back.

mod csv;
mod packets;
mod part10;
pub(crate) mod rewrite;

pub use csv::DynamicTable;
pub use packets::PacketWriter;
