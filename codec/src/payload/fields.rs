//! The field tree of an RTV payload.

use alloc::borrow::Cow;

use super::{META_OFFSET, PREAMBLE_LENGTH, Payload, STATIC_PART};
use crate::charset::CharacterSet;
use crate::dataset::fields::{Builder, issue_text};
use crate::dataset::{Issue, IssueKind};
use crate::field::{Field, FieldKind, FieldTree, Note};
use crate::value;
use crate::vr::Vr;

/// Preamble, prefix, RTV Meta Information, dynamic part and static part, each with what is in it.
///
/// `charset` holds for text where the payload has no (0008,0005): it is the one of the flow's last static part.
#[must_use]
pub fn fields(payload: &Payload<'_>, charset: CharacterSet) -> FieldTree {
    let mut tree = FieldTree::new();
    let meta = payload.meta().data_set();
    let data = payload.data_set();
    front(payload, &mut tree);
    if meta.end() > meta.start() {
        let at = tree.fields.len();
        tree.push(group("RTV Meta Information", meta.start(), meta.end(), "PS3.22 7.1"));
        Builder::new(meta, charset).add(&mut tree, 1, meta.start(), meta.end());
        if let Some(issue) = payload.issues().find(|issue| issue.kind == IssueKind::GroupLength) {
            let first = match issue.node {
                Some(_) => tree
                    .fields
                    .iter_mut()
                    .find(|f| f.tag == Some(crate::meta::GROUP_LENGTH)),
                None => tree.fields.get_mut(at),
            };
            if let Some(field) = first {
                field.notes.push(note(&issue));
            }
        }
    }
    let first_static = data.elements().find(|element| element.tag() >= STATIC_PART);
    let middle = first_static.map_or(data.end(), |element| element.start());
    // Text of the dynamic part is under the data set's (0008,0005) when it has one, like all of it.
    let mut builder = Builder::new(data, charset);
    if middle > data.start() {
        tree.push(group("Dynamic Part", data.start(), middle, "PS3.22 6.2.2"));
        builder.add(&mut tree, 1, data.start(), middle);
    }
    if data.end() > middle {
        tree.push(group("Static Part", middle, data.end(), "PS3.22 6.2.2"));
        builder.add(&mut tree, 1, middle, data.end());
    }
    tree
}

/// What is before group 0002.
fn front(payload: &Payload<'_>, tree: &mut FieldTree) {
    let input = payload.input();
    let start = payload.meta().data_set().start();
    let issue = payload.issues().find(|issue| issue.kind == IssueKind::Prefix);
    let bytes =
        |from: usize, to: usize| value::display(Vr::UN, input.get(from..to).unwrap_or_default(), &charset(), 60);
    if payload.preamble().is_some() {
        let preamble = Field::new(0, "Preamble", 0, PREAMBLE_LENGTH as u32, bytes(0, PREAMBLE_LENGTH));
        tree.push(preamble.of_kind(FieldKind::Padding).with_clause("PS3.22 7.1"));
        let prefix = input.get(PREAMBLE_LENGTH..META_OFFSET).unwrap_or_default();
        let shown = value::display(Vr::CS, prefix, &charset(), 8);
        let length = META_OFFSET - PREAMBLE_LENGTH;
        let field = tree.push(
            Field::new(0, "DICOM Prefix", PREAMBLE_LENGTH as u32, length as u32, shown).with_clause("PS3.22 7.1"),
        );
        field.notes.extend(issue.as_ref().map(note));
    } else if start > 0 {
        let shown = bytes(0, start as usize);
        let field = tree.push(Field::new(0, "Unread bytes", 0, start, shown).of_kind(FieldKind::Error));
        field.notes.extend(issue.as_ref().map(note));
    }
}

const fn charset() -> CharacterSet {
    CharacterSet::DEFAULT
}

fn group(name: &'static str, start: u32, end: u32, clause: &'static str) -> Field {
    Field::new(0, name, start, end.saturating_sub(start), "")
        .of_kind(FieldKind::Group)
        .with_clause(clause)
}

fn note(issue: &Issue) -> Note {
    Note {
        is_error: true,
        text: Cow::Owned(issue_text(issue)),
    }
}
