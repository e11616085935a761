//! Suggestions for misspelled names.

/// The candidate most similar to `word`, if it is similar enough to be a typing error.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= 1 + c.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["api", "project", "ca_file", "allow_http"];
        assert_eq!(nearest("projcet", known), Some("project"));
        assert_eq!(nearest("cafile", known), Some("ca_file"));
        assert_eq!(nearest("API", known), Some("api"));
        assert_eq!(nearest("colour", known), None);
    }
}
