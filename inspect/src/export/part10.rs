//! A Grain as a DICOM file (PS3.10 7).

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::Syntax;
use dicom_rtv::dictionary::tags;
use dicom_rtv::part10::{self, FileMeta};
use dicom_rtv::{Tag, Vr};

use super::rewrite::Rewrite;
use crate::detail::Decoded;
use crate::session::Session;

impl Session {
    /// A Grain's data set as a DICOM file, Explicit VR Little Endian, with File Meta Information of its own.
    ///
    /// The Item of Current Frame Functional Groups Sequence (0006,0001) is written into Per-frame Functional Groups Sequence
    /// (5200,9230): a file must not hold the former (PS3.3 C.7.6.27). SOP Class and Instance UID come from the RTV Meta
    /// Information, and Specific Character Set from the static part before, where the data set says none. `packets` are the
    /// bytes of the Grain's extents, `hide` leaves private attributes out.
    ///
    /// # Errors
    /// A sentence that says why there is no such file.
    pub fn grain_part10(&self, grain: u32, packets: &[Vec<u8>], hide: bool) -> Result<Vec<u8>, String> {
        if self.grains.get(grain as usize).is_some_and(|entry| !entry.complete) {
            return Err("packets of it are missing".into());
        }
        self.with_grain(grain, packets, |decoded| file(decoded, hide))
            .unwrap_or_else(|| Err("it cannot be read".into()))
    }

    /// The data sets of a Grain in the DICOM JSON model without private attributes, for `packets` that were concealed.
    #[must_use]
    pub fn grain_json_hidden(&self, grain: u32, packets: &[Vec<u8>]) -> (String, String) {
        let none = || "null".to_owned();
        self.with_grain(grain, packets, |decoded| {
            let rest = decoded.data_set.map_or_else(none, |set| {
                let bytes = Rewrite::hiding().data_set(set);
                let set = dicom_rtv::dataset::DataSet::parse(&bytes, Syntax::ExplicitVrLe, &self.decoder.limits);
                crate::json::to_string(&set, decoded.charset)
            });
            (crate::json::to_string(decoded.meta, decoded.charset), rest)
        })
        .unwrap_or_else(|| (none(), none()))
    }
}

fn file(decoded: &Decoded<'_>, hide: bool) -> Result<Vec<u8>, String> {
    let set = decoded.data_set.ok_or("its transfer syntax is not supported")?;
    let of_meta = |tag: Tag| {
        decoded
            .meta
            .get(tag)
            .and_then(|e| e.uid())
            .filter(|uid| !uid.is_empty())
    };
    let of_set = |tag: Tag| set.get(tag).and_then(|e| e.uid()).filter(|uid| !uid.is_empty());
    // The data set first: the file's meta information repeats what it says.
    let class = of_set(tags::SOP_CLASS_UID)
        .or_else(|| of_meta(tags::RTV_COMMUNICATION_SOP_CLASS_UID))
        .or_else(|| of_meta(part10::MEDIA_STORAGE_SOP_CLASS_UID))
        .ok_or("it states no SOP Class UID")?;
    let instance = of_set(tags::SOP_INSTANCE_UID)
        .or_else(|| of_meta(tags::RTV_COMMUNICATION_SOP_INSTANCE_UID))
        .or_else(|| of_meta(part10::MEDIA_STORAGE_SOP_INSTANCE_UID))
        .ok_or("it states no SOP Instance UID")?;
    let mut rewrite = if hide { Rewrite::hiding() } else { Rewrite::default() };
    rewrite.persist = true;
    rewrite.default = vec![
        (tags::SOP_CLASS_UID, Vr::UI, class.as_bytes().to_vec()),
        (tags::SOP_INSTANCE_UID, Vr::UI, instance.as_bytes().to_vec()),
    ];
    if decoded.charset != CharacterSet::DEFAULT {
        let terms: Vec<&str> = decoded.charset.terms().map(|term| term.as_str()).collect();
        rewrite
            .default
            .push((tags::SPECIFIC_CHARACTER_SET, Vr::CS, terms.join("\\").into_bytes()));
    }
    let meta = FileMeta {
        sop_class_uid: class,
        sop_instance_uid: instance,
        syntax: Syntax::ExplicitVrLe,
    };
    part10::write(&meta, &rewrite.data_set(set)).map_err(|error| error.to_string())
}
