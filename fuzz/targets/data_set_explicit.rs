//! A data set in Explicit VR Little Endian: no byte is lost, and what is valid is written back as it was.
#![no_main]

use dicom_rtv::Limits;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::encode;
use dicom_rtv::dataset::{DataSet, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let set = DataSet::parse(data, Syntax::ExplicitVrLe, &Limits::default());
    let mut end = 0;
    for span in set.spans() {
        assert_eq!(span.start, end, "spans follow each other");
        end = span.end;
    }
    assert_eq!(end as usize, data.len(), "spans cover the input");
    if set.issue_count() == 0 {
        // Only the reserved bytes of a long header may differ: they are written as zero, whatever they were.
        let written = encode(&set);
        assert_eq!(written.len(), data.len());
        let again = DataSet::parse(&written, Syntax::ExplicitVrLe, &Limits::default());
        assert_eq!(encode(&again), written);
    }
    let _ = EventReader::new(data, Syntax::ExplicitVrLe, &Limits::default()).count();
    let _ = dicom_rtv::dataset::fields(&set, dicom_rtv::charset::CharacterSet::DEFAULT);
});
