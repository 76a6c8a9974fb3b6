//! Paths to attributes, as filters and tables name them.

use std::fmt::Write as _;

use dicom_rtv::charset::CharacterSet;
use dicom_rtv::dataset::{Element, Item};
use dicom_rtv::value::{self, Number};
use dicom_rtv::{Tag, Vr, dictionary};

use crate::detail::Decoded;
use crate::filter::Value;

/// Values that one path may yield from one Grain.
const VALUES: usize = 65_536;

/// A path: sequences, each with the number of an Item or for any, and an attribute in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributePath {
    sequences: Vec<(Tag, Option<u32>)>,
    attribute: Tag,
}

impl AttributePath {
    /// Reads `PatientID`, `(0010,0020)`, `00100020`, `Patient ID`, and such steps joined by dots, where sequences may have the
    /// number of an Item from 0: `RequestAttributesSequence[0].RequestedProcedureID`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut sequences = Vec::new();
        let mut steps = text.split('.').peekable();
        while let Some(step) = steps.next() {
            let (name, item) = match step.strip_suffix(']').and_then(|step| step.rsplit_once('[')) {
                Some((name, number)) => {
                    let number = number
                        .parse()
                        .map_err(|_| format!("\"{number}\" is no number of an Item"))?;
                    (name, Some(number))
                }
                None => (step, None),
            };
            let tag = tag(name).ok_or_else(|| {
                format!("there is no property and no attribute \"{name}\"; see --help for the properties")
            })?;
            if steps.peek().is_none() {
                return Ok(Self {
                    sequences,
                    attribute: tag,
                });
            }
            sequences.push((tag, item));
        }
        Err("the name of an attribute is empty".into())
    }

    /// All values that a Grain has here; `None` if it does not carry the attribute.
    pub(crate) fn values(&self, decoded: &Decoded<'_>) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        let mut found = false;
        for set in decoded.sets() {
            let Some(element) = set.get(self.sequences.first().map_or(self.attribute, |(tag, _)| *tag)) else {
                continue;
            };
            let mut elements = vec![element];
            for (depth, (_, item)) in self.sequences.iter().enumerate() {
                let next = self.sequences.get(depth + 1).map_or(self.attribute, |(tag, _)| *tag);
                let items = elements.iter().flat_map(Element::items);
                let wanted = items.filter(|i| item.is_none_or(|number| number == i.number()));
                elements = wanted
                    .filter_map(|item: Item<'_, '_>| item.get(next))
                    .take(VALUES)
                    .collect();
            }
            for element in elements {
                found = true;
                push_values(&element, element.charset(decoded.charset), &mut values);
            }
        }
        found.then_some(values)
    }
}

/// The tag that a keyword, a name or hexadecimal digits stand for.
pub(crate) fn tag(text: &str) -> Option<Tag> {
    let digits: String = text.chars().filter(|c| !"(),".contains(*c)).collect();
    Tag::from_hex(&digits)
        .or_else(|| dictionary::by_keyword(text).map(|entry| entry.tag))
        .or_else(|| dictionary::by_name(text).map(|entry| entry.tag))
}

/// The keyword of an attribute; its tag where it has none.
pub(crate) fn keyword(tag: Tag) -> String {
    match dictionary::lookup(tag) {
        Some(entry) if !entry.keyword.is_empty() && !entry.is_repeating() => entry.keyword.to_owned(),
        _ => tag.to_string(),
    }
}

fn push_values(element: &Element<'_, '_>, charset: CharacterSet, out: &mut Vec<Value>) {
    let room = VALUES.saturating_sub(out.len());
    if let Some(numbers) = element.numbers() {
        out.extend(numbers.take(room).map(|number| match number {
            Number::Tag(tag) => Value::Text(tag.to_string()),
            number => Value::Number(float(number)),
        }));
    } else if let Some(uuid) = element.uuid().filter(|_| element.vr() == Vr::OB) {
        out.push(Value::Text(uuid.to_string()));
    } else if matches!(element.vr(), Vr::DS | Vr::IS) {
        out.extend(
            element
                .strings(&charset)
                .take(room)
                .map(|text| match value::decimal_string(&text) {
                    Some(number) => Value::Number(number),
                    None => Value::Text(text.into_owned()),
                }),
        );
    } else if element.vr() == Vr::PN {
        for name in element.strings(&charset).take(room) {
            // Each of the three component groups can be asked for by itself.
            if name.contains('=') {
                out.extend(name.split('=').map(|group| Value::Text(group.to_owned())));
            }
            out.push(Value::Text(name.into_owned()));
        }
    } else if value::is_text(element.vr()) {
        out.extend(
            element
                .strings(&charset)
                .take(room)
                .map(|text| Value::Text(text.into_owned())),
        );
    } else if !element.is_sequence() {
        let mut hex = String::new();
        for byte in element.value().iter().take(256) {
            let _ = write!(hex, "{byte:02x}");
        }
        out.push(Value::Text(hex));
    }
}

fn float(number: Number) -> f64 {
    match number {
        Number::Unsigned(n) => n as f64,
        Number::Signed(n) => n as f64,
        Number::Single(n) => n.into(),
        Number::Double(n) => n,
        Number::Tag(tag) => tag.0.into(),
    }
}
