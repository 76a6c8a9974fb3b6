//! The field tree of a data set.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::element::Element;
use super::iter::Node;
use super::spans::{Span, SpanKind};
use super::{DataSet, Issue};
use crate::charset::CharacterSet;
use crate::field::{Field, FieldKind, FieldTree};
use crate::tag::Tag;
use crate::time::PtpTimestamp;
use crate::vr::Vr;
use crate::{dictionary, uid, value};

/// Characters of a value that are shown.
const VALUE_CHARACTERS: usize = 200;

/// Frame Origin Timestamp.
const FRAME_ORIGIN_TIMESTAMP: Tag = Tag::new(0x0034, 0x0007);
/// OB attributes that hold a UUID: RTV Source and Flow Identifier, Flow Identifier, Source Identifier.
const UUIDS: [Tag; 4] = [
    Tag::new(0x0002, 0x0035),
    Tag::new(0x0002, 0x0036),
    Tag::new(0x0034, 0x0002),
    Tag::new(0x0034, 0x0005),
];

/// Every element, Item, fragment and delimiter of a data set, and what could not be read, with the issues as notes.
///
/// `charset` holds for text where the data set has no (0008,0005) of its own. Offsets are those of the input.
#[must_use]
pub fn fields(set: &DataSet<'_>, charset: CharacterSet) -> FieldTree {
    let mut tree = FieldTree::new();
    Builder::new(set, charset).add(&mut tree, 0, set.start(), set.end());
    tree
}

/// Builds the fields of a data set, perhaps part by part.
pub(crate) struct Builder<'d, 'a> {
    set: &'d DataSet<'a>,
    charset: CharacterSet,
    levels: Vec<Level<'a>>,
}

/// A node whose children come.
struct Level<'a> {
    /// Its index; `None` for the root.
    node: Option<u32>,
    value_end: u32,
    /// Which number the next Item or fragment has.
    next: u32,
    /// Private Creators of an Item by group and block: (gggg,bb00).
    creators: BTreeMap<u32, &'a str>,
}

impl<'a> Level<'a> {
    const fn new(node: Option<u32>, value_end: u32) -> Self {
        Self {
            node,
            value_end,
            next: 0,
            creators: BTreeMap::new(),
        }
    }
}

impl<'d, 'a> Builder<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>, charset: CharacterSet) -> Self {
        Self {
            set,
            charset,
            levels: Vec::new(),
        }
    }

    /// Adds what lies in `start..end` (whole top-level elements) below a field of depth `depth - 1`.
    pub(crate) fn add(&mut self, tree: &mut FieldTree, depth: u16, start: u32, end: u32) {
        self.levels.clear();
        self.levels.push(Level::new(None, u32::MAX));
        for span in self.set.spans() {
            if span.start < start {
                continue;
            }
            if span.start >= end {
                break;
            }
            if span.kind == SpanKind::Delimiter {
                while self.levels.len() > 1 && self.levels.last().is_some_and(|level| level.node != span.node) {
                    self.levels.pop();
                }
                let level = depth_of(depth, self.levels.len());
                tree.push(delimiter(self.set, span, level));
                continue;
            }
            while self.levels.last().is_some_and(|level| span.start >= level.value_end) {
                self.levels.pop();
            }
            let level = depth_of(depth, self.levels.len());
            let node = span.node.and_then(|index| self.set.node(index));
            match (span.kind, node) {
                (SpanKind::Header, Some(node)) => self.node(tree, node, level),
                (SpanKind::Skipped, _) => _ = tree.push(skipped(self.set, span, level)),
                _ => {}
            }
        }
    }

    fn node(&mut self, tree: &mut FieldTree, node: Node<'d, 'a>, depth: u16) {
        let field = match node {
            Node::Element(element) => self.element(&element, depth),
            Node::Item(item) => {
                let number = self.number();
                let mut field = Field::new(depth, "", item.start(), item.end() - item.start(), "");
                field.name = Cow::Owned(format!("Item {}", number.saturating_add(1)));
                field.value_start = item.value_start();
                field.of_kind(FieldKind::Item).with_clause("PS3.5 7.5")
            }
            Node::Fragment(fragment) => {
                let number = self.number();
                let shown = value::display(Vr::OB, fragment.value(), &self.charset, VALUE_CHARACTERS);
                let mut field = Field::new(
                    depth,
                    "Basic Offset Table",
                    fragment.start(),
                    fragment.end() - fragment.start(),
                    shown,
                );
                if number > 0 {
                    field.name = Cow::Owned(format!("Fragment {number}"));
                }
                field.value_start = fragment.value_start();
                field.with_clause("PS3.5 A.4")
            }
        };
        let field = tree.push(field);
        add_notes(field, self.set.issues(), node.index());
        let (is_container, value_end) = match node {
            Node::Element(element) => (element.is_sequence() || element.is_encapsulated(), element.value_end()),
            Node::Item(item) => (true, item.value_end()),
            Node::Fragment(fragment) => (false, fragment.end()),
        };
        if is_container || node.end() > value_end {
            self.levels.push(Level::new(Some(node.index()), value_end));
        }
    }

    /// Counts the Items of the innermost level.
    fn number(&mut self) -> u32 {
        self.levels.last_mut().map_or(0, |level| {
            let number = level.next;
            level.next = number.saturating_add(1);
            number
        })
    }

    fn element(&mut self, element: &Element<'d, 'a>, depth: u16) -> Field {
        let tag = element.tag();
        let charset = element.charset(self.charset);
        let kind = if element.is_sequence() {
            FieldKind::Sequence
        } else {
            FieldKind::Element
        };
        let length = element.end().saturating_sub(element.start());
        let mut field = Field::new(depth, "", element.start(), length, shown(element, &charset))
            .of_kind(kind)
            .with_clause(clause(tag));
        field.name = self.name(tag);
        field.value_start = element.value_start();
        field.tag = Some(tag);
        field.vr = Some(element.vr());
        if tag.is_private_creator()
            && let Some(level) = self.levels.last_mut()
            && let Ok(creator) = core::str::from_utf8(element.value())
        {
            let block = Tag::new(tag.group(), tag.element() << 8);
            level.creators.insert(block.0, creator.trim_matches([' ', '\0']));
        }
        field
    }

    fn name(&self, tag: Tag) -> Cow<'static, str> {
        if let Some(entry) = dictionary::lookup(tag) {
            return Cow::Borrowed(entry.name);
        }
        if !tag.is_private() {
            return Cow::Borrowed("Unknown attribute");
        }
        let creator = self
            .levels
            .last()
            .and_then(|level| level.creators.get(&(tag.0 & 0xFFFF_FF00)));
        match creator {
            Some(creator) => Cow::Owned(format!("Private: {creator}")),
            None => Cow::Borrowed("Private"),
        }
    }
}

/// The depth of the fields of a level, the root level being the first.
fn depth_of(base: u16, levels: usize) -> u16 {
    base.saturating_add(u16::try_from(levels.saturating_sub(1)).unwrap_or(u16::MAX))
}

fn delimiter(set: &DataSet<'_>, span: Span, depth: u16) -> Field {
    let is_item = matches!(span.node.and_then(|index| set.node(index)), Some(Node::Item(_)));
    let name = if is_item {
        "Item Delimitation Item"
    } else {
        "Sequence Delimitation Item"
    };
    Field::new(depth, name, span.start, span.end.saturating_sub(span.start), "")
        .of_kind(FieldKind::Padding)
        .with_clause("PS3.5 7.5")
}

/// Bytes that no node took, with the issues that say why.
fn skipped(set: &DataSet<'_>, span: Span, depth: u16) -> Field {
    let length = span.end.saturating_sub(span.start);
    let shown = value::display(
        Vr::UN,
        set.slice(span.start, span.end),
        &CharacterSet::DEFAULT,
        VALUE_CHARACTERS,
    );
    let mut field = Field::new(depth, "Unread bytes", span.start, length, shown).of_kind(FieldKind::Error);
    let bytes = u64::from(span.start)..u64::from(span.end);
    for issue in set.issues().iter().filter(|issue| issue.node.is_none()) {
        if bytes.contains(&issue.error.offset) {
            field = field.with_error(issue_text(issue));
        }
    }
    field
}

/// Adds the issues of a node to its field.
pub(crate) fn add_notes(field: &mut Field, issues: &[Issue], node: u32) {
    for issue in issues.iter().filter(|issue| issue.node == Some(node)) {
        field.notes.push(crate::field::Note {
            is_error: true,
            text: Cow::Owned(issue_text(issue)),
        });
    }
}

/// An issue as a sentence with its clause.
pub(crate) fn issue_text(issue: &Issue) -> String {
    format!("{issue} ({}).", issue.kind.clause())
}

/// The value for people: a UID with its name, a UUID or timestamp as such.
fn shown(element: &Element<'_, '_>, charset: &CharacterSet) -> String {
    if element.is_sequence() || element.is_encapsulated() {
        return String::new();
    }
    if UUIDS.contains(&element.tag())
        && let Some(uuid) = element.uuid()
    {
        return format!("{uuid}");
    }
    if element.tag() == FRAME_ORIGIN_TIMESTAMP
        && let Some(timestamp) = element.timestamp()
    {
        return timestamp_text(timestamp);
    }
    let text = value::display(element.vr(), element.value(), charset, VALUE_CHARACTERS);
    if element.vr() != Vr::UI {
        return text;
    }
    match uid::lookup(&text) {
        Some(entry) => format!("{text} ({})", entry.name),
        None => text,
    }
}

/// A PTP timestamp as TAI seconds and as UTC.
fn timestamp_text(timestamp: PtpTimestamp) -> String {
    format!("{timestamp} TAI ({})", crate::time::iso8601(timestamp.to_utc_ns(), 9))
}

/// The clause that defines an attribute.
fn clause(tag: Tag) -> &'static str {
    match (tag.group(), tag.element()) {
        (0x0002, 0x0000 | 0x0010 | 0x0031..=0x0038 | 0x0100 | 0x0102) => "PS3.22 7.1",
        (0x0002, _) => "PS3.10 7.1",
        (0x0006, 0x0001) | (0x0034, 0x0007..=0x0009 | 0x000B..=0x000D) => "PS3.3 C.7.6.27",
        (0x0034, 0x0001..=0x0005 | 0x000A) => "PS3.3 C.7.6.26",
        _ if tag.is_private() => "PS3.5 7.8",
        _ => "PS3.6 6",
    }
}
