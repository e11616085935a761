//! The widths of the columns of a list prompt.

use unicode_width::UnicodeWidthStr;

use super::picker::Item;

pub(super) const GAP: usize = 2;
/// A wider column is cut if not all columns fit, except for a note.
const WIDEST: usize = 40;
/// A column is not cut to less than this while another one can be dropped: `✓ completed` is readable.
const LEAST: usize = 11;
/// A flexible column is cut to this before others are cut, and to the shortest before others are dropped.
const SHORT: usize = 8;
const SHORTEST: usize = 5;

pub(super) fn cells(item: &Item) -> impl Iterator<Item = &str> {
    let columns = item.columns.iter().map(String::as_str);
    columns.chain(item.note.as_deref())
}

/// The widths of the columns; 0 for one that is dropped because there is no room. A note is cut and dropped
/// first. Then the flexible columns are cut, then the widest of all. If all are short, the last flexible
/// column but one is dropped, else the last column.
pub(super) fn widths(items: &[Item], room: usize) -> Vec<usize> {
    let mut natural = natural_widths(items, room);
    let has_note = items.iter().any(|item| item.note.is_some());
    let columns = natural.len() - usize::from(has_note);
    if whole(&natural) > room {
        for width in &mut natural[..columns] {
            *width = WIDEST.min(*width);
        }
    }
    let flexible = items.first().map_or(&[][..], |item| &item.flexible);
    let mut widths = natural.clone();
    while let Some(excess) = whole(&widths)
        .checked_sub(room)
        .filter(|excess| *excess > 0)
    {
        let shown: Vec<usize> = (0..widths.len()).filter(|at| widths[*at] > 0).collect();
        let note = shown.last().filter(|at| **at >= columns);
        let cut = match note {
            Some(note) => widest(&widths, &[*note], LEAST),
            None => widest(&widths, flexible, SHORT)
                .or_else(|| widest(&widths, &shown, LEAST))
                .or_else(|| widest(&widths, flexible, SHORTEST)),
        };
        let is_flexible = |at: &&usize| flexible.contains(at);
        match (cut, shown.as_slice()) {
            (Some(at), _) => widths[at] -= 1,
            (None, [only]) => {
                widths[*only] = widths[*only].saturating_sub(excess);
                return widths;
            }
            (None, shown) => {
                let others = shown.iter().filter(is_flexible).skip(1);
                let dropped = match note {
                    None => others.last().or(shown.last()),
                    note => note,
                };
                dropped.into_iter().for_each(|at| natural[*at] = 0);
                widths.clone_from(&natural);
            }
        }
    }
    widths
}

/// The widest cell of each column.
fn natural_widths(items: &[Item], room: usize) -> Vec<usize> {
    let mut natural: Vec<usize> = Vec::new();
    for item in items {
        for (at, cell) in cells(item).enumerate() {
            let is_note = at >= item.columns.len();
            let width = if is_note {
                cell.width().min(room)
            } else {
                cell.width()
            };
            match natural.get_mut(at) {
                Some(widest) => *widest = width.max(*widest),
                None => natural.push(width),
            }
        }
    }
    natural
}

/// The width of a row.
fn whole(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown
        .map(|width| width + GAP)
        .sum::<usize>()
        .saturating_sub(GAP)
}

/// The position of the widest of these columns that is wider than `least`.
fn widest(widths: &[usize], of: &[usize], least: usize) -> Option<usize> {
    let wide = of.iter().copied().filter(|at| widths[*at] > least);
    wide.max_by_key(|at| widths[*at])
}
