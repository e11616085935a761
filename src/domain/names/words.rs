//! Words of the command line and of task files: misspelled ones, and repeated ones.

use super::{did_you_mean, nearest};

/// The message about a word that is none of the known ones.
pub(crate) fn unknown_word(what: &str, word: &str, known: &[&str]) -> String {
    let advice = suggested(word, known.iter().copied())
        .unwrap_or_else(|| format!("expected one of {}", known.join(", ")));
    format!("unknown {what} `{word}`; {advice}")
}

/// A remark on two names that Lagoon's database takes for one.
pub(crate) const SAME_NAME: &str = "Lagoon ignores case, accents and trailing spaces in names";

pub(crate) fn each_once<T: PartialEq>(elements: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for element in elements {
        if !all.contains(&element) {
            all.push(element);
        }
    }
    all
}

/// "did you mean `a`?" with the closest known word.
pub(crate) fn suggested<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    did_you_mean(closest(wanted, known).as_slice())
}

pub(crate) fn closest<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    nearest(wanted, known).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_suggested_and_other_words_are_not() {
        let known = ["api", "project", "ca_file", "allow_http"];
        assert_eq!(closest("projcet", known), Some("project"));
        assert_eq!(closest("cafile", known), Some("ca_file"));
        assert_eq!(closest("API", known), Some("api"));
        assert_eq!(closest("colour", known), None);
    }
}
