//! What both targets of data sets ask.

use dicom_rtv::Limits;
use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::events::EventReader;
use dicom_rtv::dataset::{self, DataSet, Node, Syntax};

/// Bytes of an Explicit VR header with a 32-bit length; its bytes 6 and 7 are reserved (PS3.5 7.1.2).
const LONG_HEADER: u32 = 12;

/// No byte of a data set is lost, and what has no issue is written back as it was.
pub fn data_set(data: &[u8], syntax: Syntax) {
    let set = DataSet::parse(data, syntax, &Limits::default());
    let mut end = 0;
    for span in set.spans() {
        assert_eq!(span.start, end, "spans follow each other");
        end = span.end;
    }
    assert_eq!(end as usize, data.len(), "spans cover the input");
    if set.issue_count() == 0 {
        // The reserved bytes of a sequence's header are written as zero, whatever they were; every other byte must be the same.
        let mut expected = data.to_vec();
        for (_, node) in set.walk() {
            if let Node::Element(element) = node
                && (element.is_sequence() || element.is_encapsulated())
                && element.value_start() - element.start() == LONG_HEADER
            {
                expected[element.start() as usize + 6..][..2].fill(0);
            }
        }
        assert_eq!(dataset::encode(&set), expected);
    }
    let _ = EventReader::new(data, syntax, &Limits::default()).count();
    let _ = dataset::fields(&set, CharacterSet::DEFAULT);
}
