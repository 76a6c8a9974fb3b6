//! TAI, UTC and RTP time as BigInt nanoseconds.

use dicom_rtv::PtpTimestamp;
use wasm_bindgen::prelude::*;

use crate::fault::{Fault, Result};
use crate::object::kind;

/// The RTP timestamp of a TAI time for a clock of `rate` Hz without offset (ST 2110-10 7.3).
#[wasm_bindgen(js_name = rtpTimestamp)]
pub fn rtp_timestamp(
    #[wasm_bindgen(js_name = taiNs, unchecked_param_type = "bigint")] tai_ns: JsValue,
    rate: u32,
) -> core::result::Result<u32, JsValue> {
    Ok(timestamp(nanoseconds(tai_ns)?)?.to_rtp(rate))
}

/// Unix time in nanoseconds (UTC, leap seconds not counted) of nanoseconds since 1970 in TAI.
#[wasm_bindgen(js_name = taiToUtc, unchecked_return_type = "bigint")]
pub fn tai_to_utc(
    #[wasm_bindgen(js_name = taiNs, unchecked_param_type = "bigint")] tai_ns: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    Ok(timestamp(nanoseconds(tai_ns)?)?.to_utc_ns().into())
}

/// Nanoseconds since 1970 in TAI of Unix time in nanoseconds.
#[wasm_bindgen(js_name = utcToTai, unchecked_return_type = "bigint")]
pub fn utc_to_tai(
    #[wasm_bindgen(js_name = utcNs, unchecked_param_type = "bigint")] utc_ns: JsValue,
) -> core::result::Result<JsValue, JsValue> {
    let time = PtpTimestamp::from_utc_ns(nanoseconds(utc_ns)?).ok_or_else(out_of_range)?;
    Ok(time.as_ns().into())
}

/// The timestamp of nanoseconds since 1970 in TAI.
pub(crate) fn timestamp(ns: i128) -> Result<PtpTimestamp> {
    let seconds = u64::try_from(ns.div_euclid(1_000_000_000)).map_err(|_| out_of_range())?;
    if seconds >= 1 << 48 {
        return Err(out_of_range());
    }
    Ok(PtpTimestamp {
        seconds,
        nanoseconds: ns.rem_euclid(1_000_000_000) as u32,
    })
}

fn nanoseconds(value: JsValue) -> Result<i128> {
    i128::try_from(value).map_err(|value| Fault::argument("time", "a BigInt of nanoseconds", kind(&value)))
}

fn out_of_range() -> Fault {
    Fault::argument("time", "0 to 2^48 seconds since 1970", "a time out of range")
}
