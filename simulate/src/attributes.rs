//! A data set that can be changed before it is encoded: what a scenario says of a patient, and where faults are put in.

use dicom_rtv::{PtpTimestamp, Tag, Vr};
use uuid::Uuid;

/// Attributes in the order of their tags (PS3.5 7.1).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Attributes {
    elements: Vec<Attribute>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its tag.
    pub tag: Tag,
    /// Its VR.
    pub vr: Vr,
    /// Its value.
    pub value: Value,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, written in the character set of the data set; values are split by backslashes.
    Text(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// The Items of a sequence.
    Items(Vec<Attributes>),
}

impl Attributes {
    /// No attributes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The attributes in the order of their tags.
    #[must_use]
    pub fn elements(&self) -> &[Attribute] {
        &self.elements
    }

    /// Sets one attribute; one with the same tag is replaced.
    pub fn set(&mut self, tag: Tag, vr: Vr, value: Value) -> &mut Self {
        let attribute = Attribute { tag, vr, value };
        match self.position(tag) {
            Ok(at) => self.elements[at] = attribute,
            Err(at) => self.elements.insert(at, attribute),
        }
        self
    }

    /// Sets a text attribute; an empty text gives an empty value (type 2).
    pub fn text(&mut self, tag: u32, vr: Vr, text: &str) -> &mut Self {
        self.set(Tag(tag), vr, Value::Text(text.into()))
    }

    /// Sets a UI attribute.
    pub fn uid(&mut self, tag: u32, uid: &str) -> &mut Self {
        self.text(tag, Vr::UI, uid)
    }

    /// Sets an attribute from bytes as they are on the wire.
    pub fn bytes(&mut self, tag: u32, vr: Vr, bytes: &[u8]) -> &mut Self {
        self.set(Tag(tag), vr, Value::Bytes(bytes.into()))
    }

    /// Sets an US attribute.
    pub fn u16(&mut self, tag: u32, value: u16) -> &mut Self {
        self.bytes(tag, Vr::US, &value.to_le_bytes())
    }

    /// Sets an UL attribute.
    pub fn u32(&mut self, tag: u32, value: u32) -> &mut Self {
        self.bytes(tag, Vr::UL, &value.to_le_bytes())
    }

    /// Sets an FD attribute.
    pub fn f64s(&mut self, tag: u32, values: &[f64]) -> &mut Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(tag, Vr::FD, &bytes)
    }

    /// Sets an OB attribute that holds a UUID (PS3.3 C.7.6.26.1.1).
    pub fn uuid(&mut self, tag: u32, uuid: Uuid) -> &mut Self {
        self.bytes(tag, Vr::OB, uuid.as_bytes())
    }

    /// Sets an OB attribute that holds a PTP timestamp (PS3.3 C.7.6.27.1.1).
    pub fn timestamp(&mut self, tag: u32, time: PtpTimestamp) -> &mut Self {
        self.bytes(tag, Vr::OB, &time.to_bytes())
    }

    /// Sets a sequence.
    pub fn items(&mut self, tag: u32, items: Vec<Self>) -> &mut Self {
        self.set(Tag(tag), Vr::SQ, Value::Items(items))
    }

    /// Sets a sequence of one Item, which `fill` fills.
    pub fn item(&mut self, tag: u32, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let mut item = Self::new();
        fill(&mut item);
        self.items(tag, vec![item])
    }

    /// Takes an attribute out.
    pub fn remove(&mut self, tag: u32) -> Option<Attribute> {
        let at = self.position(Tag(tag)).ok()?;
        Some(self.elements.remove(at))
    }

    /// The attribute with that tag.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&Attribute> {
        self.elements.get(self.position(Tag(tag)).ok()?)
    }

    /// The first Item of a sequence, to change it.
    pub fn first_item(&mut self, tag: u32) -> Option<&mut Self> {
        let at = self.position(Tag(tag)).ok()?;
        match &mut self.elements.get_mut(at)?.value {
            Value::Items(items) => items.first_mut(),
            _ => None,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    fn position(&self, tag: Tag) -> Result<usize, usize> {
        self.elements.binary_search_by_key(&tag, |attribute| attribute.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_stand_in_the_order_of_their_tags_and_are_replaced() {
        let mut attributes = Attributes::new();
        attributes
            .text(0x0010_0020, Vr::LO, "P")
            .uid(0x0008_0018, "1.2")
            .text(0x0010_0010, Vr::PN, "A^B")
            .uid(0x0008_0018, "1.3")
            .item(0x5200_9229, |_| ());
        let tags: Vec<u32> = attributes.elements().iter().map(|a| a.tag.0).collect();
        assert_eq!(tags, [0x0008_0018, 0x0010_0010, 0x0010_0020, 0x5200_9229]);
        assert_eq!(attributes.get(0x0008_0018).unwrap().value, Value::Text("1.3".into()));
        assert!(attributes.first_item(0x5200_9229).unwrap().is_empty());
        assert!(attributes.first_item(0x0010_0010).is_none());
        assert!(attributes.remove(0x0010_0010).is_some() && attributes.remove(0x0010_0010).is_none());
    }
}
