//! A data set in Explicit VR Little Endian.
#![no_main]

use dicom_rtv::dataset::Syntax;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| grainscope_fuzz::data_set(data, Syntax::ExplicitVrLe));
