//! Where the multi-byte character sets come from: `encoding_rs`, or whatever the caller plugs in.

use alloc::string::String;
use alloc::vec::Vec;

/// A multi-byte encoding of the WHATWG Encoding Standard, which every browser's `TextDecoder` knows by [`label`](Self::label).
///
/// The ISO 2022 sets of PS3.3 C.12.1.1.2 reach a decoder in their EUC form, so these four are all it takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MultiByteSet {
    /// JIS X 0208 as two bytes A1-FE, JIS X 0212 as 8F and two bytes A1-FE.
    EucJp,
    /// KS X 1001 as two bytes A1-FE.
    EucKr,
    /// GBK; GB 2312 is its part with two bytes A1-FE.
    Gbk,
    /// GB 18030.
    Gb18030,
}

impl MultiByteSet {
    /// The label of the WHATWG Encoding Standard, as `new TextDecoder(label)` takes it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::EucJp => "euc-jp",
            Self::EucKr => "euc-kr",
            Self::Gbk => "gbk",
            Self::Gb18030 => "gb18030",
        }
    }
}

/// Decodes multi-byte text. Plug one in with [`CharacterSet::with_decoder`](super::CharacterSet::with_decoder).
pub trait MultiByteDecoder: Sync {
    /// Appends the text of `bytes` to `out`, U+FFFD for what is no character. `true` if every byte was valid.
    fn decode(&self, set: MultiByteSet, bytes: &[u8], out: &mut String) -> bool;

    /// Whether it knows `set`. Where it does not, a double-byte character is shown as one U+FFFD.
    fn supports(&self, _set: MultiByteSet) -> bool {
        true
    }

    /// Appends the bytes of `c` to `out`; `false` if it cannot, which is what a decoder that only decodes answers.
    fn encode(&self, _set: MultiByteSet, _c: char, _out: &mut Vec<u8>) -> bool {
        false
    }
}

/// The decoder that comes with the crate: `encoding_rs` under the feature of that name, else one that knows no set.
pub(super) struct BuiltIn;

#[cfg(feature = "encoding_rs")]
impl MultiByteDecoder for BuiltIn {
    fn decode(&self, set: MultiByteSet, bytes: &[u8], out: &mut String) -> bool {
        let mut decoder = encoding(set).new_decoder_without_bom_handling();
        let Some(most) = decoder.max_utf8_buffer_length(bytes.len()) else {
            return false;
        };
        out.reserve(most);
        let (_, _, replaced) = decoder.decode_to_string(bytes, out, true);
        !replaced
    }

    fn encode(&self, set: MultiByteSet, c: char, out: &mut Vec<u8>) -> bool {
        let mut text = [0; 4];
        let mut bytes = [0; 16];
        let (result, _, written) = encoding(set).new_encoder().encode_from_utf8_without_replacement(
            c.encode_utf8(&mut text),
            &mut bytes,
            true,
        );
        out.extend_from_slice(bytes.get(..written).unwrap_or_default());
        result == encoding_rs::EncoderResult::InputEmpty
    }
}

#[cfg(feature = "encoding_rs")]
fn encoding(set: MultiByteSet) -> &'static encoding_rs::Encoding {
    match set {
        MultiByteSet::EucJp => encoding_rs::EUC_JP,
        MultiByteSet::EucKr => encoding_rs::EUC_KR,
        MultiByteSet::Gbk => encoding_rs::GBK,
        MultiByteSet::Gb18030 => encoding_rs::GB18030,
    }
}

#[cfg(not(feature = "encoding_rs"))]
impl MultiByteDecoder for BuiltIn {
    fn decode(&self, _set: MultiByteSet, _bytes: &[u8], out: &mut String) -> bool {
        out.push(char::REPLACEMENT_CHARACTER);
        false
    }

    fn supports(&self, _set: MultiByteSet) -> bool {
        false
    }
}
