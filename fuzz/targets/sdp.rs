//! A session description: what was read is written so that it reads the same.
#![no_main]

use dicom_rtv::sdp::SessionDescription;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(session) = SessionDescription::parse(text) else {
        return;
    };
    for view in session.views() {
        let _ = (view.extension_map(), view.media_clock(), view.duplicates().count());
    }
    let written = session.to_string();
    let again = SessionDescription::parse(&written).expect("what was written can be read");
    assert_eq!(again.to_string(), written);
});
