//! Entries by keyword and by name: for expressions, command lines and search fields.
//!
//! An index by keyword would add its own 11 kB to every page; one pass over the lengths takes microseconds.

use super::{Entry, entry, table};

/// No name has more apostrophes: lengths that differ by more need no comparison.
const MOST_APOSTROPHES: usize = 2;

/// The entry with this keyword, exactly as PS3.6 writes it (`PatientName`). A few microseconds: one pass over the table.
#[must_use]
pub fn by_keyword(keyword: &str) -> Option<Entry> {
    if keyword.is_empty() {
        return None;
    }
    find(|index, start| {
        entry::keyword_length(index) == Some(keyword.len())
            && entry::text(index, start).is_some_and(|(found, _)| found == keyword)
    })
}

/// The entry with this name (`Patient's Name`). Case, apostrophes of any kind, and spaces around it do not matter.
///
/// Where two entries have the same name the current one wins over the retired one, then the lower tag.
#[must_use]
pub fn by_name(name: &str) -> Option<Entry> {
    let wanted = name.trim();
    // A name of nothing but apostrophes would equal no name.
    folded(wanted).next()?;
    let letters = folded(wanted).count();
    let is_it = |index: usize, start: usize| {
        entry::name_length(index).is_some_and(|length| (letters..=letters + MOST_APOSTROPHES).contains(&length))
            && entry::text(index, start).is_some_and(|(_, found)| folded(found).eq(folded(wanted)))
    };
    let retired = |index: usize| table::VM_OF.get(index).is_some_and(|vm| vm & table::RETIRED != 0);
    find(|index, start| !retired(index) && is_it(index, start)).or_else(|| find(is_it))
}

fn find(mut is_it: impl FnMut(usize, usize) -> bool) -> Option<Entry> {
    let mut start = 0;
    for index in 0..table::VM_OF.len() {
        if is_it(index, start) {
            return entry::at(index);
        }
        start += entry::line_length(index)?;
    }
    None
}

fn folded(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars()
        .filter(|c| !matches!(c, '\'' | '’' | '‘' | '`' | '´'))
        .map(|c| c.to_ascii_lowercase())
}
