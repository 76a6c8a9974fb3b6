//! Bytes to a tree: the sink that keeps every part as a node.

use super::Syntax;
use super::access::SPECIFIC_CHARACTER_SET;
use super::arena::{Arena, Form, NONE, NodeData, flag};
use super::header::UNDEFINED_LENGTH;
use super::issue::{Issue, IssueKind, Issues};
use super::machine::{At, Content, Level, Machine, Part, Root, Sink};
use crate::dictionary;
use crate::error::Error;
use crate::limits::Limits;
use crate::tag::Tag;
use crate::vr::Vr;

/// Nodes for whose memory a fresh arena asks at once; more are added by doubling.
const FIRST_NODES: usize = 4096;

/// Reads a range of `input` into the arena.
pub(crate) fn parse(
    arena: &mut Arena,
    input: &[u8],
    start: u32,
    end: u32,
    root: Root,
    syntax: Syntax,
    limits: &Limits,
) -> Parsed {
    let (start, end) = (start as usize, end as usize);
    arena.nodes.clear();
    arena.issues.clear();
    // Text and identifiers average some 25 bytes an element; a data set of tiny elements grows the list once or twice.
    arena
        .nodes
        .reserve((end.saturating_sub(start) / 16 + 4).min(FIRST_NODES));
    let mut tree = Tree {
        nodes: &mut arena.nodes,
        issues: &mut arena.issues,
        open: NONE,
        charset: NONE,
        is_flat: true,
        ambiguous: false,
        limit: limits.elements.min(NONE - 1) as usize,
        root,
        syntax,
        root_end: end,
    };
    let mut machine = Machine::new(input, start, end, root, syntax, limits.depth);
    loop {
        if !machine.plain(&mut tree) || !machine.step(&mut tree) {
            break;
        }
    }
    let ended = machine.level.content == root.content() && machine.pos < end && tree.nodes.len() < tree.limit;
    tree.finish(machine.pos, limits);
    if tree.ambiguous {
        resolve_signs(tree.nodes, input);
    }
    Parsed {
        charset: tree.charset,
        is_flat: tree.is_flat,
        end: if ended { machine.pos as u32 } else { end as u32 },
    }
}

/// What the tree does not say.
pub(crate) struct Parsed {
    /// The index of the root's (0008,0005), or [`NONE`].
    pub(crate) charset: u32,
    /// Nothing is below anything.
    pub(crate) is_flat: bool,
    /// The end of the data set: of the bytes, or where the first element that is none of it begins.
    pub(crate) end: u32,
}

struct Tree<'t> {
    nodes: &'t mut alloc::vec::Vec<NodeData>,
    issues: &'t mut Issues,
    /// The innermost open node.
    open: u32,
    /// The root's (0008,0005).
    charset: u32,
    is_flat: bool,
    /// There is a US in Implicit VR that may be an SS.
    ambiguous: bool,
    limit: usize,
    root: Root,
    syntax: Syntax,
    root_end: usize,
}

impl Tree<'_> {
    #[inline(always)]
    fn push(&mut self, part: &Part, next: u32) -> u32 {
        let index = self.nodes.len() as u32;
        if part.tag == SPECIFIC_CHARACTER_SET.0 {
            self.note_charset(index);
        }
        if part.form == Form::Implicit && part.vr == Vr::US {
            self.ambiguous = true;
        }
        self.nodes.push(NodeData {
            tag: part.tag,
            start: part.start as u32,
            value_end: part.value_end as u32,
            next,
            parent: self.open,
            vr: part.vr,
            form: part.form,
            flags: part.flags,
        });
        index
    }

    #[cold]
    fn note_charset(&mut self, index: u32) {
        match self.nodes.get_mut(self.open as usize) {
            Some(item) if item.form == Form::Item && item.tag == 0 => item.tag = index,
            None if self.charset == NONE => self.charset = index,
            _ => {}
        }
    }

    /// Ends whatever is still open: reading stopped at a limit.
    fn finish(&mut self, pos: usize, limits: &Limits) {
        if self.nodes.len() >= self.limit && (pos < self.root_end || self.open != NONE) {
            let error = Error::limit("data set", pos as u64, "elements", limits.elements.into());
            self.issue(IssueKind::Limit, error, At::Gap);
        }
        let count = self.nodes.len() as u32;
        while let Some(node) = self.nodes.get_mut(self.open as usize) {
            node.next = count;
            self.open = node.parent;
        }
    }
}

impl Sink for Tree<'_> {
    #[inline(always)]
    fn leaf(&mut self, part: Part) -> bool {
        let next = self.nodes.len() as u32 + 1;
        self.push(&part, next);
        (next as usize) < self.limit
    }

    #[inline(always)]
    fn open(&mut self, part: Part, _outer: Level) -> bool {
        self.is_flat = false;
        self.open = self.push(&part, NONE);
        self.nodes.len() < self.limit
    }

    #[inline(always)]
    fn close(&mut self, end: usize, delimited: bool) -> Level {
        let count = self.nodes.len() as u32;
        let mut level = Level {
            content: self.root.content(),
            implicit: self.syntax == Syntax::ImplicitVrLe,
            undefined: false,
            least: 0,
            limit: self.root_end,
        };
        let Some(node) = self.nodes.get_mut(self.open as usize) else {
            return level;
        };
        node.value_end = end as u32;
        node.next = count;
        if delimited {
            node.flags |= flag::DELIMITED;
        }
        if node.form != Form::Item {
            level.least = node.tag.saturating_add(1);
        }
        self.open = node.parent;
        if let Some(outer) = self.nodes.get(self.open as usize) {
            level.content = match outer.form {
                Form::Item => Content::Item,
                _ if outer.flags & flag::FRAGMENTS != 0 => Content::Fragments,
                _ => Content::Sequence,
            };
            level.implicit = outer.flags & flag::IMPLICIT != 0;
            level.undefined = outer.flags & flag::UNDEFINED != 0;
            // While a node is open its value ends where its level does.
            level.limit = outer.value_end as usize;
        }
        level
    }

    #[cold]
    fn issue(&mut self, kind: IssueKind, error: Error, at: At) {
        let node = match at {
            At::Next => Some(self.nodes.len() as u32),
            At::Open => Some(self.open).filter(|&open| open != NONE),
            At::Gap => None,
        };
        self.issues.push(Issue { kind, error, node });
    }
}

/// Makes SS of those US in Implicit VR that the dictionary lets be either, where Pixel Representation (0028,0103) of their
/// level, else of the top level, says that pixels are signed.
#[cold]
fn resolve_signs(nodes: &mut [NodeData], input: &[u8]) {
    const PIXEL_REPRESENTATION: Tag = Tag::new(0x0028, 0x0103);
    let mut top = false;
    let mut last = (NONE, false);
    for node in nodes {
        if node.form != Form::Implicit || node.vr != Vr::US {
            continue;
        }
        if node.tag == PIXEL_REPRESENTATION.0 {
            let value = input.get(node.value_start() as usize..node.value_end as usize);
            last = (node.parent, value == Some(&[1, 0]));
            if node.parent == NONE {
                top = last.1;
            }
        } else if if node.parent == last.0 { last.1 } else { top }
            && dictionary::lookup(Tag(node.tag)).is_some_and(|entry| entry.vrs.contains(&Vr::SS))
        {
            node.vr = Vr::SS;
        }
    }
}

const _: () = assert!(UNDEFINED_LENGTH == NONE);
