//! Names with wildcards.

/// Whether a name matches a pattern: `*` is any text, including `/`; `?` is one character; every
/// other character is literal.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // The position of the last `*`, and how much of the name it has matched.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star.as_mut() {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, n) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wildcards_stand_for_text() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "a/b"),
            ("*.sql", "a.b.sql"),
            ("pr-*", "pr-12"),
            ("a?c*", "abc"),
            ("*a*b*", "xaxbx"),
            ("a.sql", "a.sql"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("*.sql", "a.sql.gz"),
            ("a*b", "ac"),
            ("A", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn it_means_what_the_regular_expression_means(pattern in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            let expression = format!("^{}$", pattern.replace('*', ".*").replace('?', "."));
            let expression = regex::Regex::new(&expression).expect("an expression");
            prop_assert_eq!(matches(&pattern, &name), expression.is_match(&name));
        }
    }
}
