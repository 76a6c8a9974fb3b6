//! What is kept so that the same bytes are not judged twice.

use super::value::Multiplicities;

/// Bytes of a static part that are kept to know it again.
const CACHED: usize = 1 << 20;

/// The same of all flows together.
const CACHED_IN_ALL: usize = 64 << 20;

/// What the flows of a session share.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) known: Multiplicities,
    /// Bytes that they keep to know them again.
    pub(super) cached: usize,
}

/// What was found in bytes that may come again.
#[derive(Debug)]
pub(super) struct Cached<T> {
    bytes: Vec<u8>,
    found: Option<T>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            found: None,
        }
    }
}

impl<T: Copy> Cached<T> {
    /// What was found in these bytes, if they are the last ones.
    pub(super) fn get(&self, bytes: &[u8]) -> Option<T> {
        self.found.filter(|_| self.bytes == bytes)
    }

    /// Keeps what was found. `used` is what all flows keep.
    pub(super) fn keep(&mut self, bytes: &[u8], found: T, used: &mut usize) {
        *used = used.saturating_sub(self.bytes.capacity());
        self.found = None;
        self.bytes.clear();
        if bytes.len() <= CACHED && used.saturating_add(bytes.len()) <= CACHED_IN_ALL {
            self.bytes.extend_from_slice(bytes);
            self.found = Some(found);
        } else {
            self.bytes = Vec::new();
        }
        *used = used.saturating_add(self.bytes.capacity());
    }
}
