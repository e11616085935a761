//! Fuzzy search in the items of a picker, without case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form in which texts are compared.
pub(super) fn folded(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The texts of an item in their folded form.
#[derive(Debug, Clone, Default)]
pub(super) struct SearchText {
    pub columns: Vec<String>,
    pub note: String,
}

impl SearchText {
    /// The rank of an item for a folded filter, lowest first; `None` if a word of it does not match.
    pub(super) fn rank(&self, filter: &str) -> Option<usize> {
        let words = filter.split_whitespace();
        words.map(|word| self.rank_of_word(word)).sum()
    }

    fn rank_of_word(&self, word: &str) -> Option<usize> {
        let best = self.columns.iter().filter_map(|text| rank(word, text));
        // Almost every sentence has the letters of a short word somewhere.
        let in_note = self.note.contains(word).then_some(LAST);
        best.chain(in_note).min()
    }
}

const LAST: usize = 5;

fn rank(word: &str, text: &str) -> Option<usize> {
    let mut starts = text.match_indices(word).map(|(at, _)| at);
    let is_word_start = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
    if text == word {
        Some(0)
    } else if text.starts_with(word) {
        Some(1)
    } else if starts.clone().any(is_word_start) {
        Some(2)
    } else if starts.next().is_some() {
        Some(3)
    } else {
        let mut letters = text.chars();
        let is_subsequence = word.chars().all(|c| letters.any(|letter| letter == c));
        is_subsequence.then_some(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(filter: &str) -> Vec<&'static str> {
        let items = [
            ("Clear caches", "Pretend to clear all caches"),
            ("Count slowly", "Print a line per second"),
            ("Éxport lines", ""),
            ("163", ""),
            ("630", ""),
            ("63", ""),
        ];
        let mut ranked: Vec<(usize, &str)> = items
            .iter()
            .filter_map(|(name, note)| {
                let text = SearchText {
                    columns: vec![folded(name)],
                    note: folded(note),
                };
                Some((text.rank(&folded(filter))?, *name))
            })
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn words_and_their_starts_rank_before_scattered_letters() {
        assert_eq!(found("line"), ["Éxport lines", "Count slowly"]);
        assert_eq!(found("cs"), ["Clear caches", "Count slowly"]);
        assert_eq!(found("slow"), ["Count slowly"]);
        assert_eq!(found("63"), ["63", "630", "163"]);
    }

    #[test]
    fn case_and_accents_are_ignored_and_every_word_counts() {
        assert_eq!(found("export"), ["Éxport lines"]);
        assert_eq!(found("EXPÓRT"), ["Éxport lines"]);
        assert_eq!(found("caches clear"), ["Clear caches"]);
        assert!(found("clear lines").is_empty());
        assert_eq!(found("  ").len(), 6);
    }
}
