//! Multi-byte text through the host's `TextDecoder`, which every browser and Node have: no tables in the package.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dicom_rtv::charset::{MultiByteDecoder, MultiByteSet};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type TextDecoder;

    #[wasm_bindgen(constructor, catch)]
    fn new(label: &str, options: &JsValue) -> Result<TextDecoder, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decode(this: &TextDecoder, bytes: &[u8]) -> Result<String, JsValue>;
}

/// The host's decoder.
pub(crate) static HOST: Host = Host;

/// See [`HOST`].
pub(crate) struct Host;

/// What the two-byte characters of a set are encoded as.
type Table = BTreeMap<char, [u8; 2]>;

thread_local! {
    static TABLES: RefCell<Vec<(MultiByteSet, Table)>> = const { RefCell::new(Vec::new()) };
}

impl MultiByteDecoder for Host {
    fn decode(&self, set: MultiByteSet, bytes: &[u8], out: &mut String) -> bool {
        for is_fatal in [true, false] {
            if let Some(text) = decoder(set, is_fatal).and_then(|decoder| decoder.decode(bytes).ok()) {
                out.push_str(&text);
                return is_fatal;
            }
        }
        out.push(char::REPLACEMENT_CHARACTER);
        false
    }

    fn supports(&self, set: MultiByteSet) -> bool {
        decoder(set, true).is_some()
    }

    fn encode(&self, set: MultiByteSet, c: char, out: &mut Vec<u8>) -> bool {
        // A call from inside of `table` cannot happen; if it did, the character would be refused.
        let pair = TABLES.with(|tables| {
            let mut tables = tables.try_borrow_mut().ok()?;
            if !tables.iter().any(|(known, _)| *known == set) {
                tables.push((set, table(set)));
            }
            let (_, table) = tables.iter().find(|(known, _)| *known == set)?;
            table.get(&c).copied()
        });
        out.extend(pair.into_iter().flatten());
        pair.is_some()
    }
}

/// A decoder; `None` where the host has none for this set.
fn decoder(set: MultiByteSet, is_fatal: bool) -> Option<TextDecoder> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"fatal".into(), &is_fatal.into()).ok()?;
    TextDecoder::new(set.label(), &options).ok()
}

/// JavaScript has no encoder but for UTF-8: the table of a set is what its decoder makes of every pair of bytes.
fn table(set: MultiByteSet) -> Table {
    let pairs = || (0x81..=0xFE_u8).flat_map(|lead| (0x40..=0xFE_u8).map(move |trail| [lead, trail]));
    // A line each, for a pair may be no character, or two.
    let bytes: Vec<u8> = pairs().flat_map(|[lead, trail]| [lead, trail, b'\n']).collect();
    let text = decoder(set, false).and_then(|decoder| decoder.decode(&bytes).ok());
    let text = text.unwrap_or_default();
    let mut table = Table::new();
    for (pair, line) in pairs().zip(text.split('\n')) {
        let mut characters = line.chars();
        if let (Some(c), None) = (characters.next(), characters.next())
            && c != char::REPLACEMENT_CHARACTER
        {
            // The first pair counts where several mean the same character (WHATWG Encoding 4.1).
            table.entry(c).or_insert(pair);
        }
    }
    table
}
