//! The binary as its users run it.

mod dump;
mod export;
mod files;
mod inspect;
mod privacy;
mod run;
