//! What the attributes that matter in DICOM-RTV mean, in plain words: for pages and command lines that teach.

use super::tags;
use crate::Tag;

/// One or two sentences on an attribute: what it means, which values it has and who needs it.
///
/// There is a text for all of groups 0002, 0006 and 0034, for every attribute that an RTV IOD needs at top level, and
/// for what the dynamic part can hold.
#[must_use]
pub fn explain(tag: Tag) -> Option<&'static str> {
    let at = TEXTS.binary_search_by_key(&tag, |text| text.0).ok()?;
    TEXTS.get(at).map(|text| text.1)
}

/// Every attribute that has a text, with it, by ascending tag.
#[must_use]
pub const fn explained() -> &'static [(Tag, &'static str)] {
    TEXTS
}

#[rustfmt::skip]
static TEXTS: &[(Tag, &str)] = &[
    (tags::FILE_META_INFORMATION_GROUP_LENGTH,
        "How many bytes of group 0002 follow this element's value. A reader skips to the data set with it; a wrong \
         number points at an encoder that changed the header afterwards."),
    (tags::FILE_META_INFORMATION_VERSION,
        "Version of the header of a DICOM file, 00 01. Files have it; DICOM-RTV uses (0002,0031) instead."),
    (tags::MEDIA_STORAGE_SOP_CLASS_UID,
        "SOP class of the data set in a DICOM file. DICOM-RTV uses (0002,0032) instead."),
    (tags::MEDIA_STORAGE_SOP_INSTANCE_UID,
        "SOP instance of the data set in a DICOM file. DICOM-RTV uses (0002,0033) instead."),
    (tags::TRANSFER_SYNTAX_UID,
        "In DICOM-RTV the encoding of the video or audio flow that is described, such as ST 2110-20 progressive, not \
         that of this payload, which is always Explicit VR Little Endian. In a file it is the encoding of the data \
         set."),
    (tags::IMPLEMENTATION_CLASS_UID,
        "Identifies the software that wrote a DICOM file. Not used in DICOM-RTV."),
    (tags::IMPLEMENTATION_VERSION_NAME,
        "Version of the software that wrote a DICOM file. Not used in DICOM-RTV."),
    (tags::SOURCE_APPLICATION_ENTITY_TITLE,
        "AE title of the application that wrote a DICOM file. Not used in DICOM-RTV."),
    (tags::SENDING_APPLICATION_ENTITY_TITLE,
        "AE title of the application that sent the instance over a DICOM association. Not used in DICOM-RTV."),
    (tags::RECEIVING_APPLICATION_ENTITY_TITLE,
        "AE title of the application that received the instance over a DICOM association. Not used in DICOM-RTV."),
    (tags::SOURCE_PRESENTATION_ADDRESS,
        "Network address of the application that wrote a DICOM file, as a URI. Not used in DICOM-RTV."),
    (tags::SENDING_PRESENTATION_ADDRESS,
        "Network address that the instance was sent from, as a URI. Not used in DICOM-RTV."),
    (tags::RECEIVING_PRESENTATION_ADDRESS,
        "Network address that the instance was received at, as a URI. Not used in DICOM-RTV."),
    (tags::RTV_META_INFORMATION_VERSION,
        "Version of the RTV header as two bytes of flags; version 1 is 00 01. Every Grain of a metadata flow has it."),
    (tags::RTV_COMMUNICATION_SOP_CLASS_UID,
        "What kind of real-time flow this is: endoscopic video, photographic video, audio or a rendition. It decides \
         which modules the payload must have and equals (0008,0016)."),
    (tags::RTV_COMMUNICATION_SOP_INSTANCE_UID,
        "Identifies the instance that this flow transports. It stays the same for a whole RTP session and equals \
         (0008,0018)."),
    (tags::RTV_SOURCE_IDENTIFIER,
        "UUID (16 bytes) of the NMOS source of the metadata flow itself. It equals the source id in the RTP header \
         extension; the source of the video or audio is in (0034,0005)."),
    (tags::RTV_FLOW_IDENTIFIER,
        "UUID (16 bytes) of the metadata flow itself. It equals the flow id in the RTP header extension; the video or \
         audio flow is in (0034,0002)."),
    (tags::RTV_FLOW_RTP_SAMPLING_RATE,
        "Clock rate of the metadata flow's RTP timestamps in Hz, such as 90000. Required with a dynamic part; it is \
         the rate of the described flow."),
    (tags::RTV_FLOW_ACTUAL_FRAME_DURATION,
        "How long one image was captured, in milliseconds. Optional; it can be shorter than the frame period."),
    (tags::PRIVATE_INFORMATION_CREATOR_UID,
        "Identifies who defined the content of (0002,0102). The two come together or not at all."),
    (tags::PRIVATE_INFORMATION,
        "Private data in the header, meant only for those who know the creator named in (0002,0100)."),
    (tags::CURRENT_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
        "The dynamic part: one item with what holds for this frame or these audio samples only, at least the capture \
         time. Every Grain of a video or audio metadata flow has it; a rendition has none."),
    (tags::SPECIFIC_CHARACTER_SET,
        "Character sets of the text in the data set, such as ISO_IR 192 for UTF-8. It is in the static part, so a \
         receiver keeps the last one for text in dynamic parts. Required as soon as text goes beyond ASCII."),
    (tags::IMAGE_TYPE,
        "ORIGINAL or DERIVED, then PRIMARY or SECONDARY: whether the pixels are as captured, and whether they stem \
         directly from the examination. Required for video."),
    (tags::SOP_CLASS_UID,
        "The SOP class of the instance; in DICOM-RTV the same UID as (0002,0032)."),
    (tags::SOP_INSTANCE_UID,
        "The globally unique identity of the instance; in DICOM-RTV the same UID as (0002,0033)."),
    (tags::STUDY_DATE,
        "The day on which the study started. Type 2: present, but possibly empty."),
    (tags::CONTENT_DATE,
        "The day on which the audio content or the rendition was created. Required for both; with (0008,0033) it \
         gives the moment."),
    (tags::ACQUISITION_DATE_TIME,
        "When the acquisition started, with fractions of a second and, if known, the offset from UTC. Required for \
         audio."),
    (tags::STUDY_TIME,
        "The time at which the study started. Type 2: present, but possibly empty."),
    (tags::CONTENT_TIME,
        "The time at which the audio content or the rendition was created. Required for both."),
    (tags::ACCESSION_NUMBER,
        "The number by which the department's information system knows the order. Archives file by it; type 2, so it \
         may be empty."),
    (tags::MODALITY,
        "The kind of equipment: ES for endoscopy, XC for an external camera, AU for audio, KO for a rendition."),
    (tags::MANUFACTURER,
        "Who made the equipment. Enhanced General Equipment makes it type 1: it must have a value."),
    (tags::REFERRING_PHYSICIAN_NAME,
        "Who sent the patient. Type 2: present, but possibly empty."),
    (tags::CODE_VALUE,
        "The code itself, to be read together with its coding scheme. Renditions have DCM codes 130370 to 130373 as \
         titles."),
    (tags::CODING_SCHEME_DESIGNATOR,
        "The coding scheme that a code is from: DCM for DICOM's own codes, SCT for SNOMED CT."),
    (tags::CODE_MEANING,
        "What a code means, for people. Programs compare value and scheme instead."),
    (tags::MANUFACTURER_MODEL_NAME,
        "The maker's name for this model of equipment. Must have a value."),
    (tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE,
        "The performed procedure step that this series belongs to. A rendition has the attribute, often empty."),
    (tags::REFERENCED_SERIES_SEQUENCE,
        "The series that hold the referenced instances."),
    (tags::REFERENCED_SOP_CLASS_UID,
        "The SOP class of the instance that is pointed to."),
    (tags::REFERENCED_SOP_INSTANCE_UID,
        "The instance that is pointed to. In a rendition it is the instance of a video or audio flow: compare it with \
         (0002,0033) there."),
    (tags::REFERENCED_SOP_SEQUENCE,
        "The instances that a content item points to. In a rendition: the flows that belong together."),
    (tags::PATIENT_NAME,
        "The patient's name: family, given, middle, prefix and suffix, parted by ^. Type 2: present, but possibly \
         empty."),
    (tags::PATIENT_ID,
        "The number by which the hospital knows the patient; unique only together with its issuer. Type 2."),
    (tags::PATIENT_BIRTH_DATE,
        "The patient's day of birth, YYYYMMDD. Type 2: present, but possibly empty."),
    (tags::PATIENT_SEX,
        "M, F or O (other). Type 2: present, but possibly empty."),
    (tags::DEVICE_SERIAL_NUMBER,
        "The serial number of the equipment. Optional in many IODs, but Enhanced General Equipment makes it type 1."),
    (tags::SOFTWARE_VERSIONS,
        "The versions of the equipment's software, one value or more. Enhanced General Equipment makes it type 1."),
    (tags::TRIGGER_SOURCE_OR_TYPE,
        "Names what triggers the equipment, such as an ECG or a device's identifier. Optional."),
    (tags::SYNCHRONIZATION_TRIGGER,
        "How the equipment is triggered: SOURCE (it sends the trigger), EXTERNAL (it receives it), PASSTHRU (both) or \
         NO TRIGGER."),
    (tags::SYNCHRONIZATION_CHANNEL,
        "Multiplex group and channel in the waveform that record the trigger. Required when a trigger is recorded \
         there."),
    (tags::ACQUISITION_TIME_SYNCHRONIZED,
        "Y if the times are those of a clock that is synchronised from outside, else N. Flows can be compared across \
         devices only with Y."),
    (tags::TIME_SOURCE,
        "Identifies the clock that the times come from, for PTP the grandmaster. Optional."),
    (tags::TIME_DISTRIBUTION_PROTOCOL,
        "How the clock gets its time: NTP, IRIG, GPS, SNTP or PTP. ST 2110 devices use PTP."),
    (tags::NTP_SOURCE_ADDRESS,
        "The IP address of the time server, for NTP, SNTP and PTP. Optional."),
    (tags::FRAME_ACQUISITION_DATE_TIME,
        "When the capture of this frame started, in the form of a DICOM date and time. The exact moment is in \
         (0034,0007)."),
    (tags::FRAME_REFERENCE_DATE_TIME,
        "The moment that stands for this frame, within the time that its capture took."),
    (tags::RESPIRATORY_CYCLE_POSITION,
        "Where in the breath the frame was taken: START_RESPIR, END_RESPIR or UNDETERMINED. Optional."),
    (tags::FRAME_ACQUISITION_DURATION,
        "How long the capture of this frame took, in milliseconds."),
    (tags::CARDIAC_CYCLE_POSITION,
        "Where in the heart's cycle the frame was taken: END_SYSTOLE, END_DIASTOLE or UNDETERMINED. Optional."),
    (tags::STUDY_INSTANCE_UID,
        "The identity of the study: all flows and images of one examination share it."),
    (tags::SERIES_INSTANCE_UID,
        "The identity of the series: what one piece of equipment makes in one go, of one modality."),
    (tags::STUDY_ID,
        "The number that people gave the study. Type 2: present, but possibly empty."),
    (tags::SERIES_NUMBER,
        "The number that people see for the series. Type 2 for video and audio, type 1 for a rendition."),
    (tags::INSTANCE_NUMBER,
        "The number that people see for the instance. Type 2 for video, type 1 for audio and renditions."),
    (tags::FRAME_OF_REFERENCE_UID,
        "The coordinate system that positions refer to. Required once camera positions are sent, so that they mean \
         something."),
    (tags::SYNCHRONIZATION_FRAME_OF_REFERENCE_UID,
        "The time base: flows with the same UID can be compared in time. 1.2.840.10008.15.1.1 stands for UTC."),
    (tags::POSITION_REFERENCE_INDICATOR,
        "The part of the patient or device that the coordinate system hangs on. Type 2: present with a Frame of \
         Reference, but possibly empty."),
    (tags::STACK_ID,
        "Names the stack of frames that this one belongs to."),
    (tags::IN_STACK_POSITION_NUMBER,
        "The place of this frame in its stack, from 1."),
    (tags::FRAME_CONTENT_SEQUENCE,
        "One item with what is known of this frame: times, position in a cycle, comments. Video must have it, but all \
         of its attributes may be missing."),
    (tags::TEMPORAL_POSITION_INDEX,
        "The place of this frame in time among the frames of its kind, from 1."),
    (tags::FRAME_ACQUISITION_NUMBER,
        "The number of the acquisition that this frame is from."),
    (tags::DIMENSION_INDEX_VALUES,
        "The place of this frame along each dimension of a multi-frame object. A real-time flow seldom has it."),
    (tags::FRAME_COMMENTS,
        "Free text about this frame. Its character set is that of the flow's last static part."),
    (tags::FRAME_LABEL,
        "A short label for this frame."),
    (tags::STEREO_PAIRS_PRESENT,
        "YES if the flow carries left and right images of a stereo camera, else NO. Required for video."),
    (tags::SAMPLES_PER_PIXEL,
        "How many components a pixel has: 3 for colour, 1 for grey."),
    (tags::PHOTOMETRIC_INTERPRETATION,
        "What the components mean: RGB, YBR_FULL_422, MONOCHROME2 and others. It should fit the sampling that the SDP \
         announces."),
    (tags::PLANAR_CONFIGURATION,
        "How the components would lie in stored pixel data: 0 pixel by pixel, 1 plane by plane. Required as soon as \
         there is more than one."),
    (tags::ROWS,
        "The height of the picture in pixels. It should equal the SDP's height."),
    (tags::COLUMNS,
        "The width of the picture in pixels. It should equal the SDP's width."),
    (tags::BITS_ALLOCATED,
        "Bits that a component takes when stored: 8, or 16 for depths of 10, 12 and 16 bits."),
    (tags::BITS_STORED,
        "Bits of a component that are used: the depth of the video, 8, 10, 12 or 16."),
    (tags::HIGH_BIT,
        "The number of the highest bit that is used: one less than Bits Stored."),
    (tags::PIXEL_REPRESENTATION,
        "0 for components without a sign, 1 for signed ones. Video has 0."),
    (tags::ICC_PROFILE,
        "How to show the colours as the camera saw them, as an ICC profile. Required for endoscopic video; it makes \
         the static part larger than one packet."),
    (tags::LOSSY_IMAGE_COMPRESSION,
        "00 if the picture was never compressed with loss, 01 if it was at any time. Type 2: it may be empty."),
    (tags::FLOW_IDENTIFIER_SEQUENCE,
        "The flows of one source, one item each, with their encoding and clock rate. One of them is the video or \
         audio that this metadata belongs to."),
    (tags::FLOW_IDENTIFIER,
        "UUID (16 bytes) of a video or audio flow; equals the flow id in that flow's RTP header extension, if it has \
         one."),
    (tags::FLOW_TRANSFER_SYNTAX_UID,
        "The encoding of a video or audio flow. For the flow that is described it equals (0002,0010)."),
    (tags::FLOW_RTP_SAMPLING_RATE,
        "Clock rate of a video or audio flow in Hz, as its SDP says. For the flow that is described it equals \
         (0002,0037)."),
    (tags::SOURCE_IDENTIFIER,
        "UUID (16 bytes) of the source of video or audio flows; equals the source id in their RTP header extensions."),
    (tags::FRAME_ORIGIN_TIMESTAMP,
        "When this frame or sample was captured: 10 bytes, 6 of seconds and 4 of nanoseconds since 1970 in TAI, most \
         significant byte first. TAI is ahead of UTC by the leap seconds, 37 s since 2017. Equals the origin \
         timestamp of the RTP header extension."),
    (tags::INCLUDES_IMAGING_SUBJECT,
        "YES if the frame shows the patient or specimen, NO if the camera looks elsewhere: tells a recorder what to \
         keep. Optional."),
    (tags::FRAME_USEFULNESS_GROUP_SEQUENCE,
        "One item that tells whether this frame is worth showing or keeping. Optional."),
    (tags::REAL_TIME_BULK_DATA_FLOW_SEQUENCE,
        "Links this metadata to the video or audio flow that it describes, by source and flow identifiers. Without it \
         a receiver cannot pair them safely."),
    (tags::CAMERA_POSITION_GROUP_SEQUENCE,
        "One item with the camera's position and view in the patient's coordinate system, for navigation and \
         augmented reality. Optional; it makes the Frame of Reference required."),
    (tags::INCLUDES_INFORMATION,
        "YES if the frame holds something useful, NO if it is noise or void. Optional."),
    (tags::TIME_OF_FRAME_GROUP_SEQUENCE,
        "One item with the capture time of this frame or sample. Every dynamic part has it."),
    (tags::NUMBER_OF_WAVEFORM_CHANNELS,
        "How many audio channels there are; real-time audio has at most 15."),
    (tags::NUMBER_OF_WAVEFORM_SAMPLES,
        "How many samples each channel has. A real-time flow has no end, so this comes only with storage."),
    (tags::SAMPLING_FREQUENCY,
        "Samples of each channel in a second, in Hz: 44100, 48000 or 96000 for real-time audio."),
    (tags::WAVEFORM_CHANNEL_NUMBER,
        "The number of a channel in a waveform."),
    (tags::WAVEFORM_BITS_STORED,
        "Bits of an audio sample that are used: 16 or 24."),
    (tags::CONTAINER_IDENTIFIER,
        "The number on the container of a specimen, such as a slide. Required when what is imaged is a specimen."),
    (tags::ISSUER_OF_THE_CONTAINER_IDENTIFIER_SEQUENCE,
        "Who gave the container its number. Type 2 for specimens: present, but possibly empty."),
    (tags::CONTAINER_TYPE_CODE_SEQUENCE,
        "The kind of container as a code: slide, block, bag. Type 2 for specimens: present, but possibly empty."),
    (tags::ACQUISITION_CONTEXT_SEQUENCE,
        "Conditions of the acquisition as coded pairs of name and value. Type 2: present, but mostly empty."),
    (tags::SPECIMEN_DESCRIPTION_SEQUENCE,
        "The specimens in the container, one item each. Required when what is imaged is a specimen."),
    (tags::RELATIONSHIP_TYPE,
        "How an item relates to the one above it. In a rendition mostly CONTAINS."),
    (tags::VALUE_TYPE,
        "What kind of content item this is. The root of a rendition is a CONTAINER; its entries are mostly IMAGE, \
         WAVEFORM and TEXT."),
    (tags::CONCEPT_NAME_CODE_SEQUENCE,
        "The title of a content item as a code. At the root of a rendition it says what is to be shown together: \
         130370 RTV Rendition, 130371 with audio, 130372 stereo, 130373 stereo with audio."),
    (tags::CONTINUITY_OF_CONTENT,
        "SEPARATE or CONTINUOUS: whether the items of a container stand alone or read as one text."),
    (tags::REFERENCED_REQUEST_SEQUENCE,
        "The order that the document answers."),
    (tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
        "Every instance that the rendition refers to, by study and series. The content items refer to the same ones."),
    (tags::IDENTICAL_DOCUMENTS_SEQUENCE,
        "Copies of the same document in other studies."),
    (tags::CONTENT_SEQUENCE,
        "The content items below this one. In a rendition: the flows to be shown together."),
    (tags::RENDER_PROJECTION,
        "How the camera maps space to the picture; only PERSPECTIVE is allowed."),
    (tags::VIEWPOINT_POSITION,
        "Where the camera is: x, y, z in mm in the Frame of Reference."),
    (tags::VIEWPOINT_LOOK_AT_POINT,
        "The point that the camera looks at: x, y, z in mm in the Frame of Reference."),
    (tags::VIEWPOINT_UP_DIRECTION,
        "The direction that is up in the picture: x, y, z in the Frame of Reference."),
    (tags::RENDER_FIELD_OF_VIEW,
        "The space that the camera sees: left, right, top, bottom at the near plane, then the distances of the near \
         and the far plane, in mm."),
    (tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        "One item with what holds for all frames. Required for video, but the item may be empty."),
    (tags::WAVEFORM_BITS_ALLOCATED,
        "Bits that an audio sample takes: 16 or 24 in real-time audio."),
    (tags::WAVEFORM_SAMPLE_INTERPRETATION,
        "How audio samples are written: US or SS for 16 bits, OB for 24 bits."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dictionary, iod};

    #[test]
    fn each_text_is_found_and_is_a_sentence_or_two() {
        assert!(explained().windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(explained().len() >= 120);
        for &(tag, text) in explained() {
            assert_eq!(explain(tag), Some(text));
            assert!(dictionary::lookup(tag).is_some_and(|entry| !entry.retired), "{tag}");
            assert!(text.ends_with('.') && (20..=330).contains(&text.len()), "{tag}: {text}");
            assert!(!text.contains("  "), "{tag}: {text}");
        }
        assert_eq!(explain(Tag(0x0008_0001)), None);
    }

    #[test]
    fn every_attribute_of_the_rtv_groups_has_a_text() {
        let of_rtv = |tag: Tag| matches!(tag.group(), 0x0002 | 0x0006 | 0x0034);
        for entry in dictionary::entries().filter(|entry| of_rtv(entry.tag)) {
            assert!(explain(entry.tag).is_some(), "{} {}", entry.tag, entry.name);
        }
    }

    #[test]
    fn every_attribute_that_an_iod_needs_has_a_text() {
        for iod in iod::all() {
            for row in iod.required_top_level() {
                assert!(explain(row.tag).is_some(), "{}", row.tag);
            }
            for group in iod.functional_groups() {
                assert!(
                    group.walk().all(|(_, row)| explain(row.tag).is_some()),
                    "{}",
                    group.name
                );
            }
            for module in iod
                .modules()
                .iter()
                .filter(|module| matches!(module.usage, iod::Usage::Conditional(_)))
            {
                assert!(
                    module.required().all(|row| explain(row.tag).is_some()),
                    "{}",
                    module.name
                );
            }
        }
    }
}
