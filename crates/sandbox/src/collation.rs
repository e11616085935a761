//! Text comparison of the server's database (`utf8_general_ci`, seen on Lagoon 2.33.1) by character,
//! without case, accents and trailing blanks. A decomposed accent is a character, and `ß` is one `s`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub(super) fn same(a: &str, b: &str) -> bool {
    weights(a).eq(weights(b))
}

pub(super) fn order(a: &str, b: &str) -> std::cmp::Ordering {
    weights(a).cmp(weights(b))
}

fn weights(text: &str) -> impl Iterator<Item = char> + '_ {
    text.trim_end_matches(' ').chars().map(weight)
}

fn weight(character: char) -> char {
    if character == 'ß' {
        return 'S';
    }
    let mut parts = std::iter::once(character).nfd();
    let base = parts.next().unwrap_or(character);
    let base = if parts.all(is_combining_mark) {
        base
    } else {
        character
    };
    let mut upper = base.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => base,
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn case_accents_and_trailing_blanks_are_ignored() {
        assert!(same("Übernahme", "ubernahme "));
        assert!(same("   ", ""));
        assert!(same("tâche", "TACHE"));
    }

    #[test]
    fn other_differences_are_significant() {
        assert!(!same("U\u{308}bernahme", "Übernahme"));
        assert!(!same(" a", "a"));
        assert!(!same("ß", "ss"));
        assert!(!same("a\t", "a"));
    }
}
