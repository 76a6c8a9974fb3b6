//! Ids without an SDP: what each id can mean, learned from the Grains themselves.
