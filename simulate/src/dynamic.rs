//! The dynamic part: the functional groups of the current frame (PS3.3 C.7.6.27), in (0006,0001).

use dicom_rtv::{PtpTimestamp, Vr};

use crate::attributes::Attributes;
use crate::flow::Dynamic;

impl Dynamic {
    /// The dynamic part of Grain `index`, captured at `origin`, `ns` after the scenario's start.
    #[must_use]
    pub fn attributes(&self, index: u64, origin: PtpTimestamp, ns: u64) -> Attributes {
        let mut groups = Attributes::new();
        groups.item(0x0034_000D, |frame| {
            frame.timestamp(0x0034_0007, origin);
        });
        if self.frame_content {
            groups.item(0x0020_9111, |content| {
                // US: the number starts again after 65535 frames, 18 minutes at 60 Hz.
                content.u16(0x0020_9156, (index as u16).wrapping_add(1));
                if let Some(comment) = latest(&self.comments, ns) {
                    content.text(0x0020_9158, Vr::LT, comment);
                }
            });
        }
        if let Some(&subject) = latest(&self.usefulness, ns) {
            groups.item(0x0034_0009, |usefulness| {
                usefulness
                    .text(0x0034_0008, Vr::CS, if subject { "YES" } else { "NO" })
                    .text(0x0034_000C, Vr::CS, "YES");
            });
        }
        if let Some(path) = &self.camera {
            let camera = path.at(ns);
            groups.item(0x0034_000B, |position| {
                position
                    .text(0x0070_1602, Vr::CS, "PERSPECTIVE")
                    .f64s(0x0070_1603, &camera.position)
                    .f64s(0x0070_1604, &camera.look_at)
                    .f64s(0x0070_1605, &camera.up)
                    .f64s(0x0070_1606, &camera.field_of_view);
            });
        }
        let mut dynamic = Attributes::new();
        dynamic.items(0x0006_0001, vec![groups]);
        dynamic
    }
}

/// The last of the values that began by `ns`; the list is in order of time.
fn latest<T>(values: &[(u64, T)], ns: u64) -> Option<&T> {
    values
        .iter()
        .rev()
        .find(|(from, _)| *from <= ns)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Value;

    #[test]
    fn comments_and_usefulness_change_with_time() {
        let dynamic = Dynamic {
            frame_content: true,
            comments: vec![(50, "later".into())],
            usefulness: vec![(0, false), (100, true)],
            camera: None,
        };
        let at = |ns| {
            let mut a = dynamic.attributes(65_535, PtpTimestamp::from_ns(ns), ns);
            let groups = a.first_item(0x0006_0001).unwrap().clone();
            let value = |sequence, tag| {
                let mut groups = groups.clone();
                groups.first_item(sequence).unwrap().get(tag).map(|a| a.value.clone())
            };
            (
                value(0x0020_9111, 0x0020_9158),
                value(0x0034_0009, 0x0034_0008),
                value(0x0020_9111, 0x0020_9156),
            )
        };
        let wrapped = Some(Value::Bytes(vec![0, 0]));
        assert_eq!(at(0), (None, Some(Value::Text("NO".into())), wrapped.clone()));
        assert_eq!(
            at(100),
            (
                Some(Value::Text("later".into())),
                Some(Value::Text("YES".into())),
                wrapped
            )
        );
    }
}
