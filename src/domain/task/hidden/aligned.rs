//! Finding the parts of Lagoon's text that correspond to hidden values of a new one.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Hidden;

pub(super) fn aligned(old: &str, new: &str, hidden: &[&Hidden]) -> Vec<Range<usize>> {
    if old == new {
        return hidden.iter().map(|h| h.range.clone()).collect();
    }
    if let [only] = hidden {
        let (before, after) = (&new[..only.range.start], &new[only.range.end..]);
        let rest = old.strip_prefix(before);
        if let Some(inside) = rest.and_then(|rest| rest.strip_suffix(after)) {
            let range = before.len()..before.len() + inside.len();
            return Some(range).filter(|r| !r.is_empty()).into_iter().collect();
        }
    }
    in_place_of_words(old, new, hidden)
}

/// Compares words, for texts that differ elsewhere too.
fn in_place_of_words(old: &str, new: &str, hidden: &[&Hidden]) -> Vec<Range<usize>> {
    let (old_words, new_words) = (words(old), words(new));
    let texts = |words: &[Range<usize>], text: &str| -> Vec<String> {
        words.iter().map(|w| text[w.clone()].to_owned()).collect()
    };
    let (old_texts, new_texts) = (texts(&old_words, old), texts(&new_words, new));
    let operations = capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts);
    // The hidden parts of a word.
    let inside = |word: &Range<usize>| -> Vec<Range<usize>> {
        let parts = hidden
            .iter()
            .map(|h| h.range.start.max(word.start)..h.range.end.min(word.end));
        parts.filter(|part| part.start < part.end).collect()
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut is_open = vec![true; new_words.len()];
    for operation in &operations {
        if let DiffOp::Equal { .. } = operation {
            for (new, old) in operation.new_range().zip(operation.old_range()) {
                is_open[new] = false;
                let (new, old) = (&new_words[new], &old_words[old]);
                let same = |part: Range<usize>| {
                    part.start - new.start + old.start..part.end - new.start + old.start
                };
                found.extend(inside(new).into_iter().map(same));
            }
        }
    }
    for operation in &operations {
        let (in_old, in_new) = (operation.old_range(), operation.new_range());
        // Words that were deleted beside a hidden word may have been part of its value.
        let beside = in_new.start.saturating_sub(1)..(in_new.end + 1).min(new_words.len());
        let is_hidden = |new: usize| is_open[new] && !inside(&new_words[new]).is_empty();
        let is_equal = matches!(operation, DiffOp::Equal { .. });
        let first = old_words.get(in_old.start);
        let first = first.filter(|_| !in_old.is_empty() && !is_equal);
        if let (Some(first), true) = (first, beside.into_iter().any(is_hidden)) {
            found.push(first.start..old_words[in_old.end - 1].end);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

fn words(text: &str) -> Vec<Range<usize>> {
    let mut end = 0;
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let start = end + text[end..].find(word).unwrap_or_default();
        end = start + word.len();
        words.push(start..end);
    }
    words
}
