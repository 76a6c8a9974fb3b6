//! Preamble and prefix (PS3.22 7.1).

use dicom_rtv::payload::{PREAMBLE_LENGTH, Payload};

use super::Id;
use super::ledger::Verdict;

/// Judges the first 132 bytes.
pub(crate) fn check(payload: &Payload<'_>, verdict: &mut Verdict<'_>) {
    if !payload.has_prefix() {
        verdict.breaks(Id::PayloadPrefix, || {
            let found = payload.input().get(PREAMBLE_LENGTH..PREAMBLE_LENGTH + 4);
            match found {
                Some(bytes) => format!("expected DICM at byte 128, found {}", bytes.escape_ascii()),
                None => format!(
                    "expected DICM at byte 128, found {} bytes in all",
                    payload.input().len()
                ),
            }
        });
    } else if let Some(preamble) = payload.preamble()
        && *preamble != [0; PREAMBLE_LENGTH]
    {
        verdict.breaks(Id::PayloadPreamble, || {
            let start: String = preamble[..8].iter().map(|byte| format!(" {byte:02X}")).collect();
            format!("the preamble is not all 00H, it starts with{start}")
        });
    }
}
