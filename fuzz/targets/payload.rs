//! One RTV payload: decoded, its typed views asked for, written as JSON, laid open as fields.
#![no_main]

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::payload::{self, Payload};
use dicom_rtv::{Limits, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let payload = Payload::parse(data, &Limits::default());
    let _ = (
        payload.meta().source_id(),
        payload.meta().group_length(),
        payload.bulk_data_flows().count(),
    );
    if let Some(dynamic) = payload.dynamic() {
        let _ = (
            dynamic.frame_origin_timestamp(),
            dynamic.camera_position(),
            dynamic.usefulness(),
        );
    }
    let _ = json::to_string(payload.data_set(), CharacterSet::DEFAULT);
    for field in payload::fields(&payload, CharacterSet::DEFAULT).fields {
        assert!(field.start as usize + field.length as usize <= data.len(), "{field:?}");
    }
});
