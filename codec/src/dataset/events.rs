//! A data set as a stream of events: no tree, no allocation, values only when asked for.
//!
//! ```
//! use dicom_rtv::dataset::Syntax;
//! use dicom_rtv::dataset::events::{EventReader, Token};
//! use dicom_rtv::{Limits, Tag};
//!
//! let bytes = b"\x10\x00\x10\x00PN\x04\x00Doe ";
//! let mut reader = EventReader::new(bytes, Syntax::ExplicitVrLe, &Limits::default());
//! let Some(Token::Element(name)) = reader.next() else { panic!() };
//! assert_eq!((name.tag(), name.value()), (Tag::new(0x0010, 0x0010), b"Doe ".as_slice()));
//! assert!(reader.next().is_none() && reader.issue_count() == 0);
//! ```

use super::Syntax;
use super::arena::{Form, flag};
use super::header::UNDEFINED_LENGTH;
use super::issue::{Issue, IssueKind};
use super::machine::{At, Content, Level, Machine, Part, Root, Sink};
use crate::error::Error;
use crate::limits::Limits;
use crate::tag::Tag;
use crate::vr::Vr;

/// Sequences that an [`EventReader`] enters, whatever [`Limits::depth`] says: it keeps their ends in itself.
pub const MAX_DEPTH: u16 = 64;

/// Each sequence has an open Item.
const LEVELS: usize = 2 * MAX_DEPTH as usize;

/// One event. Starts and ends pair up, also where the input lacks delimiters.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// An element with a value of its own, or a sequence that is empty or lies too deep.
    Element(Head<'a>),
    /// A sequence; its Items follow.
    SequenceStart(Head<'a>),
    /// The sequence's end.
    SequenceEnd(End),
    /// An Item; its elements follow.
    ItemStart(Head<'a>),
    /// The Item's end.
    ItemEnd(End),
    /// Encapsulated pixel data; its fragments follow.
    FragmentsStart(Head<'a>),
    /// A fragment.
    Fragment(Head<'a>),
    /// The end of the pixel data.
    FragmentsEnd(End),
}

/// The header of an element, Item or fragment, and where its value is.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    input: &'a [u8],
    part: Part,
}

/// Where a value ended. Offsets are those of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The offset behind the value.
    pub value_end: usize,
    /// Whether a delimiter of 8 bytes follows.
    pub delimited: bool,
}

/// Reads a data set token by token. Faults are found and passed over as [`DataSet::parse`](super::DataSet::parse) does it.
pub struct EventReader<'a> {
    input: &'a [u8],
    machine: Machine<'a>,
    state: State,
}

impl<'a> EventReader<'a> {
    /// A reader of the whole input. Of the limits only the depth counts, up to [`MAX_DEPTH`].
    #[must_use]
    pub fn new(input: &'a [u8], syntax: Syntax, limits: &Limits) -> Self {
        let machine = Machine::new(
            input,
            0,
            input.len(),
            Root::DataSet,
            syntax,
            limits.depth.min(MAX_DEPTH),
        );
        let state = State {
            levels: [machine.level; LEVELS],
            depth: 0,
            token: Raw::None,
            end_of_empty_item: None,
            first_issue: None,
            issue_count: 0,
        };
        Self { input, machine, state }
    }

    /// The offset of the byte that is read next.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.machine.pos
    }

    /// Sequences and Items open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.state.depth
    }

    /// The first fault so far.
    #[must_use]
    pub const fn first_issue(&self) -> Option<Issue> {
        self.state.first_issue
    }

    /// How many faults there were so far.
    #[must_use]
    pub const fn issue_count(&self) -> u32 {
        self.state.issue_count
    }
}

impl<'a> Iterator for EventReader<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        if self.state.end_of_empty_item.is_none()
            && let Some(part) = self.machine.next_plain()
        {
            return Some(Token::Element(Head {
                input: self.input,
                part,
            }));
        }
        self.next_other()
    }
}

impl<'a> EventReader<'a> {
    /// Anything but a plain element.
    fn next_other(&mut self) -> Option<Token<'a>> {
        if let Some(end) = self.state.end_of_empty_item.take() {
            return Some(Token::ItemEnd(end));
        }
        loop {
            let content = self.machine.level.content;
            // `false` also says that there is a token.
            let goes_on = self.machine.step(&mut self.state);
            let head = |part| Head {
                input: self.input,
                part,
            };
            return Some(match core::mem::replace(&mut self.state.token, Raw::None) {
                Raw::None if goes_on => continue,
                Raw::None => return None,
                Raw::Leaf(part) if part.form == Form::Fragment => Token::Fragment(head(part)),
                Raw::Leaf(part) if part.form == Form::Item => {
                    // It has no level of its own.
                    self.state.end_of_empty_item = Some(End {
                        value_end: part.value_end,
                        delimited: false,
                    });
                    Token::ItemStart(head(part))
                }
                Raw::Leaf(part) => Token::Element(head(part)),
                Raw::Start(part) if part.form == Form::Item => Token::ItemStart(head(part)),
                Raw::Start(part) if part.flags & flag::FRAGMENTS != 0 => Token::FragmentsStart(head(part)),
                Raw::Start(part) => Token::SequenceStart(head(part)),
                Raw::End(end) => match content {
                    Content::Item => Token::ItemEnd(end),
                    Content::Fragments => Token::FragmentsEnd(end),
                    _ => Token::SequenceEnd(end),
                },
            });
        }
    }
}

impl core::iter::FusedIterator for EventReader<'_> {}

impl core::fmt::Debug for EventReader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EventReader")
            .field("offset", &self.offset())
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}

impl<'a> Head<'a> {
    /// The tag; of an Item or fragment (FFFE,E000).
    #[must_use]
    pub const fn tag(&self) -> Tag {
        match self.part.form {
            Form::Item | Form::Fragment => Tag::ITEM,
            _ => Tag(self.part.tag),
        }
    }

    /// The VR as [`Element::vr`](super::Element::vr) has it; SQ of an Item, OB of a fragment.
    #[must_use]
    pub const fn vr(&self) -> Vr {
        self.part.vr
    }

    /// The length in the header, in bytes.
    #[must_use]
    pub fn declared_length(&self) -> u32 {
        let header = self.input.get(self.part.start..self.value_start()).unwrap_or_default();
        match (self.part.form, header) {
            (Form::Short, &[.., a, b]) => u16::from_le_bytes([a, b]).into(),
            (_, &[.., a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => UNDEFINED_LENGTH,
        }
    }

    /// The value's bytes, as far as they are there. Of an undefined length: all that is left of what is around it.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.input
            .get(self.value_start()..self.part.value_end)
            .unwrap_or_default()
    }

    /// The offset of the first byte of the header.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.part.start
    }

    /// The offset of the value.
    #[must_use]
    pub const fn value_start(&self) -> usize {
        self.part.start.saturating_add(self.part.form.header_length() as usize)
    }

    /// Whether a delimiter ends the value.
    #[must_use]
    pub const fn has_undefined_length(&self) -> bool {
        self.part.flags & flag::UNDEFINED != 0
    }

    /// Whether the value was cut at the end of what is around it.
    #[must_use]
    pub const fn is_clamped(&self) -> bool {
        self.part.flags & flag::CLAMPED != 0
    }
}

impl core::fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {} at {}", self.tag(), self.vr(), self.start())
    }
}

/// What the machine told last.
enum Raw {
    None,
    Leaf(Part),
    Start(Part),
    End(End),
}

struct State {
    levels: [Level; LEVELS],
    depth: usize,
    token: Raw,
    end_of_empty_item: Option<End>,
    first_issue: Option<Issue>,
    issue_count: u32,
}

impl Sink for State {
    #[inline(always)]
    fn leaf(&mut self, part: Part) -> bool {
        self.token = Raw::Leaf(part);
        false
    }

    #[inline]
    fn open(&mut self, part: Part, outer: Level) -> bool {
        if let Some(level) = self.levels.get_mut(self.depth) {
            *level = outer;
        }
        self.depth = self.depth.saturating_add(1);
        self.token = Raw::Start(part);
        false
    }

    #[inline]
    fn close(&mut self, end: usize, delimited: bool) -> Level {
        self.depth = self.depth.saturating_sub(1);
        self.token = Raw::End(End {
            value_end: end,
            delimited,
        });
        let [root, ..] = self.levels;
        self.levels.get(self.depth).copied().unwrap_or(root)
    }

    #[cold]
    fn issue(&mut self, kind: IssueKind, error: Error, _at: At) {
        self.issue_count = self.issue_count.saturating_add(1);
        if self.first_issue.is_none() {
            self.first_issue = Some(Issue {
                kind,
                error,
                node: None,
            });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::dataset::{DataSet, Node};

    /// The events tell what the tree holds, and pair up.
    pub(in crate::dataset) fn assert_agrees(set: &DataSet<'_>, mut reader: EventReader<'_>) {
        let mut walk = set.walk();
        let mut open = Vec::new();
        for token in reader.by_ref() {
            let head = match token {
                Token::Element(head) | Token::Fragment(head) => head,
                Token::SequenceStart(head) | Token::ItemStart(head) | Token::FragmentsStart(head) => {
                    open.push(core::mem::discriminant(&token));
                    head
                }
                Token::SequenceEnd(_) | Token::ItemEnd(_) | Token::FragmentsEnd(_) => {
                    let start = open.pop().expect("an end without a start");
                    let head = Head {
                        input: &[],
                        part: Part {
                            tag: 0,
                            vr: Vr::UN,
                            form: Form::Item,
                            flags: 0,
                            start: 0,
                            value_end: 0,
                        },
                    };
                    let matching = match token {
                        Token::SequenceEnd(_) => Token::SequenceStart(head),
                        Token::ItemEnd(_) => Token::ItemStart(head),
                        _ => Token::FragmentsStart(head),
                    };
                    assert_eq!(start, core::mem::discriminant(&matching));
                    continue;
                }
            };
            let (_, node) = walk.next().expect("a node for every event");
            assert_eq!(head.start(), node.start() as usize);
            if let Node::Element(element) = node {
                assert_eq!(
                    (head.tag(), head.declared_length()),
                    (element.tag(), element.declared_length())
                );
                if matches!(token, Token::Element(_)) {
                    assert_eq!(head.value(), element.value());
                }
            }
        }
        assert!(open.is_empty() && walk.next().is_none());
        assert_eq!(reader.depth(), 0);
        assert_eq!(reader.issue_count(), set.issue_count());
        assert_eq!(
            reader.first_issue().map(|i| i.error),
            set.issues().first().map(|i| i.error)
        );
    }
}
