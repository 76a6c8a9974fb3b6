//! The dynamic part of a payload: the Current Frame Functional Groups Module (PS3.3 C.7.6.27).

use crate::dataset::{Element, Item};
use crate::tag::Tag;
use crate::time::PtpTimestamp;

/// Time of Frame Group Sequence.
const TIME_OF_FRAME: Tag = Tag::new(0x0034, 0x000D);
/// Frame Origin Timestamp.
const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);
/// Frame Content Sequence.
const FRAME_CONTENT: Tag = Tag::new(0x0020, 0x9111);
/// Frame Acquisition Number.
const FRAME_ACQUISITION_NUMBER: Tag = Tag::new(0x0020, 0x9156);
/// Frame Usefulness Sequence.
const FRAME_USEFULNESS: Tag = Tag::new(0x0034, 0x0009);
/// Frame Usefulness: Includes Information.
const INCLUDES_INFORMATION: Tag = Tag::new(0x0034, 0x000C);
/// Frame Usefulness: Includes Imaging Subject.
const INCLUDES_IMAGING_SUBJECT: Tag = Tag::new(0x0034, 0x0008);
/// Camera Position Group Sequence.
const CAMERA_POSITION: Tag = Tag::new(0x0034, 0x000B);

/// The Current Frame Functional Groups Sequence (0006,0001). Values come from its first Item; the standard has one.
#[derive(Clone, Copy, Debug)]
pub struct Dynamic<'d, 'a> {
    sequence: Element<'d, 'a>,
}

/// Frame Usefulness (PS3.3 C.7.6.27, macro of usage U). `None` where the attribute is absent or neither YES nor NO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usefulness {
    /// (0034,000C): the frame is neither noise nor void.
    pub includes_information: Option<bool>,
    /// (0034,0008): the subject is in the frame.
    pub includes_imaging_subject: Option<bool>,
}

/// Camera Position (PS3.3 C.7.6.27, macro of usage U), in the Frame of Reference. `None` where an attribute is absent or short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CameraPosition<'a> {
    /// Render Projection (0070,1602): PERSPECTIVE.
    pub render_projection: Option<&'a str>,
    /// Viewpoint Position (0070,1603), mm.
    pub viewpoint_position: Option<[f64; 3]>,
    /// Viewpoint LookAt Point (0070,1604), mm.
    pub look_at_point: Option<[f64; 3]>,
    /// Viewpoint Up Direction (0070,1605).
    pub up_direction: Option<[f64; 3]>,
    /// Render Field of View (0070,1606), mm: left, right, top, bottom, near, far.
    pub field_of_view: Option<[f64; 6]>,
}

impl<'d, 'a> Dynamic<'d, 'a> {
    pub(crate) const fn new(sequence: Element<'d, 'a>) -> Self {
        Self { sequence }
    }

    /// The sequence (0006,0001) itself.
    #[must_use]
    pub const fn sequence(&self) -> Element<'d, 'a> {
        self.sequence
    }

    /// How many Items it has; PS3.3 C.7.6.27 asks for one.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.sequence.items().count()
    }

    /// Its first Item.
    #[must_use]
    pub fn item(&self) -> Option<Item<'d, 'a>> {
        self.sequence.items().next()
    }

    /// Frame Origin Timestamp (0034,0007) of the Time of Frame macro: when the frame was captured, in TAI.
    #[must_use]
    pub fn frame_origin_timestamp(&self) -> Option<PtpTimestamp> {
        self.group(TIME_OF_FRAME)?.get(FRAME_ORIGIN_TIMESTAMP)?.timestamp()
    }

    /// Frame Acquisition Number (0020,9156) of the Frame Content macro.
    #[must_use]
    pub fn frame_acquisition_number(&self) -> Option<u16> {
        self.group(FRAME_CONTENT)?.get(FRAME_ACQUISITION_NUMBER)?.u16()
    }

    /// The Frame Usefulness macro.
    #[must_use]
    pub fn usefulness(&self) -> Option<Usefulness> {
        let group = self.group(FRAME_USEFULNESS)?;
        Some(Usefulness {
            includes_information: yes_or_no(&group, INCLUDES_INFORMATION),
            includes_imaging_subject: yes_or_no(&group, INCLUDES_IMAGING_SUBJECT),
        })
    }

    /// The Camera Position macro.
    #[must_use]
    pub fn camera_position(&self) -> Option<CameraPosition<'a>> {
        let group = self.group(CAMERA_POSITION)?;
        let get = |element| group.get(Tag::new(0x0070, element));
        Some(CameraPosition {
            render_projection: get(0x1602).and_then(|e| code(&e)),
            viewpoint_position: get(0x1603).and_then(|e| e.f64_array()),
            look_at_point: get(0x1604).and_then(|e| e.f64_array()),
            up_direction: get(0x1605).and_then(|e| e.f64_array()),
            field_of_view: get(0x1606).and_then(|e| e.f64_array()),
        })
    }

    /// The Item of one functional group macro.
    fn group(&self, tag: Tag) -> Option<Item<'d, 'a>> {
        self.item()?.get(tag)?.items().next()
    }
}

fn yes_or_no(group: &Item<'_, '_>, tag: Tag) -> Option<bool> {
    match group.get(tag).as_ref().and_then(code) {
        Some("YES") => Some(true),
        Some("NO") => Some(false),
        _ => None,
    }
}

/// A Code String without padding.
fn code<'a>(element: &Element<'_, 'a>) -> Option<&'a str> {
    core::str::from_utf8(element.value())
        .ok()
        .map(|text| text.trim_matches(' '))
}
