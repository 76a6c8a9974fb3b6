//! Going through a data set: one level, or all of it in pre-order.

use super::DataSet;
use super::arena::{Form, NONE, NodeData};
use super::element::Element;
use super::item::{Fragment, Item};
use crate::tag::Tag;

/// One node of a data set.
#[derive(Clone, Copy, Debug)]
pub enum Node<'d, 'a> {
    /// A data element.
    Element(Element<'d, 'a>),
    /// An Item of a sequence.
    Item(Item<'d, 'a>),
    /// A fragment of encapsulated pixel data.
    Fragment(Fragment<'d, 'a>),
}

impl<'d, 'a> Node<'d, 'a> {
    pub(crate) fn new(set: &'d DataSet<'a>, index: u32, data: &'d NodeData) -> Self {
        match data.form {
            Form::Item => Self::Item(Item::new(set, index, data)),
            Form::Fragment => Self::Fragment(Fragment::new(set, index, data)),
            _ => Self::Element(Element::new(set, index, data)),
        }
    }

    fn data(&self) -> (u32, &'d NodeData) {
        match self {
            Self::Element(e) => (e.index(), e.data()),
            Self::Item(i) => (i.index(), i.data()),
            Self::Fragment(f) => (f.index(), f.data()),
        }
    }

    /// Its index in the data set, in pre-order.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.data().0
    }

    /// The offset of its first byte.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.data().1.start
    }

    /// The offset behind its last byte, delimiter included.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.data().1.end()
    }

    /// The element, if it is one.
    #[must_use]
    pub const fn as_element(&self) -> Option<Element<'d, 'a>> {
        match self {
            Self::Element(element) => Some(*element),
            _ => None,
        }
    }
}

/// The siblings among the nodes `next..end`.
#[derive(Clone, Copy)]
struct Siblings<'d, 'a> {
    set: &'d DataSet<'a>,
    next: u32,
    end: u32,
}

impl<'d> Siblings<'d, '_> {
    #[inline]
    fn step(&mut self) -> Option<(u32, &'d NodeData)> {
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        let data = self.set.data(index)?;
        self.next = data.next;
        Some((index, data))
    }
}

macro_rules! siblings {
    ($(#[$doc:meta])* $name:ident, $item:ident, $($form:pat_param)|+) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name<'d, 'a>(Siblings<'d, 'a>);

        impl<'d, 'a> $name<'d, 'a> {
            pub(crate) const fn new(set: &'d DataSet<'a>, next: u32, end: u32) -> Self {
                Self(Siblings { set, next, end })
            }
        }

        impl<'d, 'a> Iterator for $name<'d, 'a> {
            type Item = $item<'d, 'a>;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                let (index, data) = self.0.step()?;
                match data.form {
                    $($form)|+ => Some($item::new(self.0.set, index, data)),
                    _ => None,
                }
            }
        }

        impl core::iter::FusedIterator for $name<'_, '_> {}

        impl core::fmt::Debug for $name<'_, '_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

siblings! {
    /// The elements of one level, in the order of the input.
    Elements, Element, Form::Implicit | Form::Short | Form::Long
}
siblings! {
    /// The Items of a sequence.
    Items, Item, Form::Item
}
siblings! {
    /// The fragments of encapsulated pixel data. The first is the Basic Offset Table (PS3.5 A.4).
    Fragments, Fragment, Form::Fragment
}

impl<'d, 'a> Elements<'d, 'a> {
    /// The first element of this tag.
    pub(crate) fn find_tag(self, tag: Tag) -> Option<Element<'d, 'a>> {
        let Siblings { set, mut next, end } = self.0;
        let ordered = set.is_ordered();
        let nodes = set.arena.nodes.get(..end as usize)?;
        if set.is_flat && ordered {
            // Without anything below, the next sibling is the next node: that need not be looked up.
            let level = nodes.get(next as usize..)?;
            let (at, data) = level.iter().enumerate().find(|(_, data)| data.tag >= tag.0)?;
            return (data.tag == tag.0).then(|| Element::new(set, next.saturating_add(at as u32), data));
        }
        while let Some(data) = nodes.get(next as usize) {
            if data.tag >= tag.0 {
                if data.tag == tag.0 && matches!(data.form, Form::Implicit | Form::Short | Form::Long) {
                    return Some(Element::new(set, next, data));
                }
                if ordered {
                    return None;
                }
            }
            next = data.next;
        }
        None
    }
}

/// All nodes in pre-order with their depth.
#[derive(Clone)]
pub struct Walk<'d, 'a> {
    set: &'d DataSet<'a>,
    next: u32,
    depth: u32,
}

impl<'d, 'a> Walk<'d, 'a> {
    pub(crate) const fn new(set: &'d DataSet<'a>) -> Self {
        Self { set, next: 0, depth: 0 }
    }

    /// Passes over what is below the node that came last.
    pub fn skip_children(&mut self) {
        if let Some(data) = self.next.checked_sub(1).and_then(|last| self.set.data(last)) {
            self.next = data.next;
        }
    }
}

impl<'d, 'a> Iterator for Walk<'d, 'a> {
    type Item = (u32, Node<'d, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        let data = self.set.data(index)?;
        if data.parent == NONE {
            self.depth = 0;
        } else if let Some(last) = index.checked_sub(1) {
            // Up from the node before to this one's parent: every level is left once.
            let mut above = last;
            self.depth = self.depth.saturating_add(1);
            while above != data.parent {
                let Some(node) = self.set.data(above) else { break };
                above = node.parent;
                self.depth = self.depth.saturating_sub(1);
            }
        }
        self.next = index.saturating_add(1);
        Some((self.depth, Node::new(self.set, index, data)))
    }
}

impl core::fmt::Debug for Walk<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
