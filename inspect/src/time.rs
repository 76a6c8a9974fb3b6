//! Times as people and reports write them.

/// A time in nanoseconds since 1970 UTC as ISO 8601 with `digits` decimals of the second: `2026-01-04T11:27:17.000700Z`.
#[must_use]
pub fn utc(ns: i64, digits: u8) -> String {
    dicom_rtv::time::iso8601(i128::from(ns), digits)
}
