//! Data sets as the report writes them.

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::DataSet;
use dicom_rtv::json::{self, NonFinite};

/// A data set in the DICOM JSON model. NaN and the infinities are quoted, so that any JSON reader takes the report.
pub(crate) fn to_string(set: &DataSet<'_>, default: CharacterSet) -> String {
    let mut out = String::new();
    // Writing to a string has no way to fail.
    let _ = json::write(set, default, NonFinite::Quoted, &mut out);
    out
}
