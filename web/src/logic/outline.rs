//! The field tree as an outline: which rows show, who is whose parent, what covers a byte.

use std::collections::HashSet;

use grainscope_inspect::model::FieldRow;

/// Fields above this number start folded below their second level.
const UNFOLDED: usize = 600;

/// The shape of a field tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    parent: Option<usize>,
    /// One past the last descendant.
    end: usize,
    depth: u16,
    /// Names from the root down, each with its number among siblings of that name: the same field of another Grain has the same.
    path: String,
    /// Position among its siblings, from 1, and how many they are.
    place: (u32, u32),
    /// Whether it is folded until someone opens it.
    starts_folded: bool,
}

impl Outline {
    /// The outline of fields in pre-order.
    #[must_use]
    pub fn new(fields: &[FieldRow]) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(fields.len());
        let mut open: Vec<usize> = Vec::new();
        // Children so far of each open node, and of the root: names for paths, and the last child for places.
        let mut siblings: Vec<Vec<usize>> = vec![Vec::new()];
        for (index, field) in fields.iter().enumerate() {
            while open.last().is_some_and(|&i| nodes[i].depth >= field.depth) {
                close(&mut nodes, &mut open, &mut siblings, index);
            }
            let parent = open.last().copied();
            let row = siblings.last_mut().map_or(0, |row| {
                let same = row.iter().filter(|&&i| fields[i].name == field.name).count();
                row.push(index);
                same
            });
            let above = parent.map_or("", |i| nodes[i].path.as_str());
            nodes.push(Node {
                parent,
                end: index + 1,
                depth: field.depth,
                path: format!("{above}/{}#{row}", field.name),
                place: (0, 0),
                // Beside the reassembled Grain, its packets are what one seldom looks for.
                starts_folded: field.depth == 0 && field.source > 0,
            });
            open.push(index);
            siblings.push(Vec::new());
        }
        while !open.is_empty() {
            close(&mut nodes, &mut open, &mut siblings, fields.len());
        }
        number(&mut nodes, siblings.last().map_or(&[], Vec::as_slice));
        Self { nodes }
    }

    /// Fields in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The field above.
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        self.nodes.get(index)?.parent
    }

    /// Whether a field has fields below.
    #[must_use]
    pub fn has_children(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|n| n.end > index + 1)
    }

    /// Level in the tree, from 1.
    #[must_use]
    pub fn level(&self, index: usize) -> usize {
        let mut level = 1;
        let mut at = index;
        while let Some(parent) = self.parent(at) {
            level += 1;
            at = parent;
        }
        level
    }

    /// Position among its siblings, from 1, and how many they are.
    #[must_use]
    pub fn place(&self, index: usize) -> (u32, u32) {
        self.nodes.get(index).map_or((1, 1), |n| n.place)
    }

    /// The key that the same field of another Grain has too.
    #[must_use]
    pub fn path(&self, index: usize) -> &str {
        self.nodes.get(index).map_or("", |n| n.path.as_str())
    }

    /// The field of that key.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.path == path)
    }
}

/// Ends the innermost open node before field `index`.
fn close(nodes: &mut [Node], open: &mut Vec<usize>, siblings: &mut Vec<Vec<usize>>, index: usize) {
    if let (Some(node), Some(children)) = (open.pop(), siblings.pop()) {
        nodes[node].end = index;
        number(nodes, &children);
    }
}

fn number(nodes: &mut [Node], row: &[usize]) {
    for (position, &index) in (1..).zip(row) {
        nodes[index].place = (position, row.len() as u32);
    }
}

/// Which branches are folded. Kept by path, so that it holds from Grain to Grain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folds {
    /// Paths whose state is not the one they start with.
    changed: HashSet<String>,
}

impl Folds {
    /// Whether a branch is open.
    #[must_use]
    pub fn is_open(&self, outline: &Outline, index: usize) -> bool {
        let Some(node) = outline.nodes.get(index) else {
            return false;
        };
        let starts_open = !node.starts_folded && (outline.len() <= UNFOLDED || outline.level(index) < 3);
        starts_open != self.changed.contains(&node.path)
    }

    /// Opens or folds a branch.
    pub fn set(&mut self, outline: &Outline, index: usize, open: bool) {
        if self.is_open(outline, index) != open {
            let path = outline.path(index).to_owned();
            if !self.changed.remove(&path) {
                self.changed.insert(path);
            }
        }
    }

    /// Opens all branches above a field.
    pub fn reveal(&mut self, outline: &Outline, index: usize) {
        let mut at = index;
        while let Some(parent) = outline.parent(at) {
            self.set(outline, parent, true);
            at = parent;
        }
    }

    /// The fields that show, in order.
    #[must_use]
    pub fn visible(&self, outline: &Outline) -> Vec<usize> {
        let mut rows = Vec::with_capacity(outline.len());
        let mut index = 0;
        while let Some(node) = outline.nodes.get(index) {
            rows.push(index);
            index = if self.is_open(outline, index) {
                index + 1
            } else {
                node.end
            };
        }
        rows
    }
}

/// The deepest field that covers byte `at` of a source; the shortest of several.
#[must_use]
pub fn field_at(fields: &[FieldRow], source: u32, at: u32) -> Option<usize> {
    let covers = |f: &FieldRow| f.source == source && f.start <= at && at - f.start < f.length;
    fields
        .iter()
        .enumerate()
        .filter(|(_, f)| covers(f))
        .min_by_key(|(_, f)| (std::cmp::Reverse(f.depth), f.length))
        .map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(depth: u16, name: &str, start: u32, length: u32) -> FieldRow {
        FieldRow {
            depth,
            name: name.into(),
            start,
            length,
            ..FieldRow::default()
        }
    }

    fn tree() -> Vec<FieldRow> {
        vec![
            field(0, "RTP header", 0, 12),
            field(1, "Version", 0, 1),
            field(1, "Marker", 1, 1),
            field(0, "Data set", 12, 100),
            field(1, "Sequence", 12, 50),
            field(2, "Item", 20, 10),
            field(3, "Code Value", 24, 6),
            field(2, "Item", 30, 32),
            field(3, "Code Value", 34, 6),
            field(1, "Patient's Name", 62, 50),
        ]
    }

    #[test]
    fn parents_levels_and_places() {
        let outline = Outline::new(&tree());
        assert_eq!(outline.parent(8), Some(7));
        assert_eq!(outline.parent(9), Some(3));
        assert_eq!(outline.parent(3), None);
        assert_eq!(outline.level(8), 4);
        assert_eq!(outline.place(7), (2, 2));
        assert_eq!(outline.place(3), (2, 2));
        assert_eq!(outline.place(9), (2, 2));
        assert!(outline.has_children(4) && !outline.has_children(9));
    }

    #[test]
    fn depths_that_skip_a_level_do_no_harm() {
        let outline = Outline::new(&[
            field(3, "a", 0, 1),
            field(7, "b", 0, 1),
            field(5, "c", 0, 1),
            field(0, "d", 0, 1),
        ]);
        assert_eq!(outline.parent(2), Some(0));
        assert_eq!(outline.level(2), 2);
        assert_eq!(outline.parent(3), None);
        assert_eq!(Folds::default().visible(&outline), [0, 1, 2, 3]);
    }

    #[test]
    fn a_folded_branch_hides_what_is_below_it_in_the_next_grain_too() {
        let mut folds = Folds::default();
        let outline = Outline::new(&tree());
        assert_eq!(folds.visible(&outline).len(), 10);
        folds.set(&outline, 4, false);
        assert_eq!(folds.visible(&outline), [0, 1, 2, 3, 4, 9]);
        let mut longer = tree();
        longer.insert(1, field(1, "Padding", 0, 1));
        assert_eq!(folds.visible(&Outline::new(&longer)), [0, 1, 2, 3, 4, 5, 10]);
    }

    #[test]
    fn packets_beside_a_grain_start_folded() {
        let mut fields = tree();
        fields.extend([field(0, "Packet", 0, 60), field(1, "Ethernet", 0, 14)]);
        for field in &mut fields[10..] {
            field.source = 1;
        }
        let outline = Outline::new(&fields);
        assert_eq!(Folds::default().visible(&outline).last(), Some(&10));
    }

    #[test]
    fn revealing_opens_all_branches_above() {
        let mut folds = Folds::default();
        let outline = Outline::new(&tree());
        for index in [3, 4, 7] {
            folds.set(&outline, index, false);
        }
        assert_eq!(folds.visible(&outline), [0, 1, 2, 3]);
        folds.reveal(&outline, 8);
        assert!(folds.visible(&outline).contains(&8));
    }

    #[test]
    fn the_same_field_is_found_in_another_tree() {
        let outline = Outline::new(&tree());
        let path = outline.path(8).to_owned();
        assert_eq!(outline.find(&path), Some(8));
        assert_ne!(outline.path(6), path);
        assert_eq!(Outline::new(&[]).find(&path), None);
    }

    #[test]
    fn a_byte_leads_to_the_deepest_field() {
        let fields = tree();
        assert_eq!(field_at(&fields, 0, 25), Some(6));
        assert_eq!(field_at(&fields, 0, 21), Some(5));
        assert_eq!(field_at(&fields, 0, 5), Some(0));
        assert_eq!(field_at(&fields, 0, 500), None);
        assert_eq!(field_at(&fields, 1, 25), None);
    }
}
