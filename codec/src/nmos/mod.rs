//! Identity and timing of Grains in RTP header extensions: the "NMOS Mapping of Identity and Timing Information to RTP"
//! (draft 07, 2016) that PS3.22 6.2.1 refers to.
//!
//! An [`ExtensionMap`] says which local id means what; it comes from `a=extmap` lines of an SDP or, without one, from an
//! [`ExtensionGuess`]. [`Identity::read`] then reads what one packet says about its Grain.

mod guess;
mod identity;
mod kind;

pub use guess::{Evidence, ExtensionGuess};
pub use identity::{GrainDuration, GrainFlags, Identity};
pub use kind::{ExtensionKind, ExtensionMap};
