//! Comparing names as Lagoon does, and suggestions for misspelled ones.

#[cfg(feature = "cli")]
mod words;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(feature = "cli")]
pub(crate) use words::{SAME_NAME, closest, each_once, suggested, unknown_word};

/// The form in which names are sent. (A decomposed `Ü` is another name to Lagoon's database.)
pub(crate) fn nfc(name: &str) -> String {
    name.nfc().collect()
}

/// Compares project or environment names as Lagoon does: without case and trailing blanks.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a.trim_end_matches(' ').to_lowercase() == b.trim_end_matches(' ').to_lowercase()
}

/// Compares task names as Lagoon's database does: without case, accents and trailing blanks.
pub(crate) fn same_in_database(a: &str, b: &str) -> bool {
    database_key(a) == database_key(b)
}

pub(crate) fn database_key(name: &str) -> String {
    name.trim_end_matches(' ')
        .nfc()
        .flat_map(|c| {
            // Only precomposed letters lose their accent; a separate mark stays a character.
            if is_combining_mark(c) {
                vec![c]
            } else {
                c.nfd().take(1).collect()
            }
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// At most three similar names, best first. Case and the marks between words do not count.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], " ");
    let wanted = plain(wanted);
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| {
            let name_of_words = plain(name);
            let mut score = strsim::jaro_winkler(&wanted, &name_of_words);
            // Almost every name has some letter.
            if wanted.chars().count() > 2 && name_of_words.contains(&wanted) {
                score = score.max(0.9);
            }
            (score, name)
        })
        .filter(|(score, _)| *score >= 0.78)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// "did you mean `a`, `b` or `c`?"; `None` without names.
pub(crate) fn did_you_mean<S: AsRef<str>>(names: &[S]) -> Option<String> {
    let (last, others) = names.split_last()?;
    let others: Vec<String> = others.iter().map(|n| format!("`{}`", n.as_ref())).collect();
    let or = if others.is_empty() { "" } else { " or " };
    Some(format!(
        "did you mean {}{or}`{}`?",
        others.join(", "),
        last.as_ref()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_ignores_case_accents_and_trailing_blanks() {
        assert!(same_in_database("Übernahme", "ubernahme "));
        assert!(same_in_database("ENV-TASK", "env-task"));
        assert!(same_in_database("  ".trim_end(), "   "));
        assert!(!same_in_database(" env", "env"));
        assert!(!same_in_database("straße", "strasse"));
    }

    #[test]
    fn nearest_names_come_first_and_distant_ones_are_dropped() {
        let known = ["Run yarn audit", "Clear caches", "Sync database"];
        assert_eq!(nearest("run yarn adit", known), ["Run yarn audit"]);
        assert_eq!(nearest("yarn", known), ["Run yarn audit"]);
        for typed in ["clear-caches", "CLEAR_CACHES", "caches"] {
            assert_eq!(nearest(typed, known), ["Clear caches"], "{typed}");
        }
        assert!(nearest("zzz", known).is_empty());
    }
}
