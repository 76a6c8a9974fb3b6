//! One RTP packet: parsed, its extension read by every meaning of ids, laid open as fields.
#![no_main]

use dicom_rtv::nmos::{ExtensionMap, Identity};
use dicom_rtv::rtp::{self, RtpPacket};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(packet) = RtpPacket::parse(data) else { return };
    let total = packet.payload_offset() + packet.payload().len() + usize::from(packet.padding_length());
    assert_eq!(total, data.len(), "every byte is header, payload or padding");
    if let Some(extension) = packet.extension() {
        for element in extension.elements() {
            assert_eq!(&data[element.data_offset()..][..element.data.len()], element.data);
        }
        let _ = Identity::read(&extension, &ExtensionMap::PRESET);
    }
    for field in rtp::fields(&packet, &ExtensionMap::PRESET).fields {
        assert!(field.start as usize + field.length as usize <= data.len(), "{field:?}");
    }
});
