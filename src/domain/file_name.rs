//! Names of files that come from a server, made safe for a folder of ours.

/// Names that mean a device on some systems, with any suffix.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name under which a file is kept in a folder: never one that leads out of it, means a device,
/// or holds characters that a terminal would obey. Most names stay as they are.
#[must_use]
pub fn safe(name: &str) -> String {
    const LONGEST: usize = 200;
    let mut safe: String = name
        .chars()
        .map(|c| if is_harmless(c) { c } else { '_' })
        .collect();
    // A file system's limit is one of bytes; some is left for a number and a temporary suffix.
    while safe.len() > LONGEST {
        safe.pop();
    }
    let stem = safe.split('.').next().unwrap_or_default().trim();
    let stem = stem.to_ascii_lowercase();
    let is_port = |port: &str| {
        stem.strip_prefix(port)
            .is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    let is_device = DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt");
    if safe.trim_matches(['.', ' ']).is_empty() || is_device || safe.starts_with('-') {
        safe.insert(0, '_');
    }
    safe
}

fn is_harmless(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '/' | '\\')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Safe names for all of them, each another one, also where case does not count.
#[must_use]
pub fn all_safe<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    names
        .into_iter()
        .map(|name| {
            let first = safe(name);
            let mut candidate = first.clone();
            let mut number = 2;
            while !taken.insert(candidate.to_lowercase()) {
                candidate = format!("{first}.{number}");
                number += 1;
            }
            candidate
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn plain_names_stay() {
        for name in [
            "dump.sql.gz",
            ".env",
            "Bericht März 10:00.txt",
            "a b",
            "..a",
        ] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn what_leads_elsewhere_does_not() {
        for (name, kept) in [
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..", "_.."),
            (".", "_."),
            ("", "_"),
            ("a\\b", "a_b"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("-rf", "_-rf"),
            ("a\u{1b}[2J\n", "a_[2J_"),
        ] {
            assert_eq!(safe(name), kept);
        }
    }

    #[test]
    fn no_two_are_one() {
        assert_eq!(
            all_safe(["a/b", "a_b", "A_B", "c"]),
            ["a_b", "a_b.2", "A_B.3", "c"]
        );
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_plain_part_of_a_path(name in any::<String>()) {
            let safe = safe(&name);
            let parts: Vec<Component> = Path::new(&safe).components().collect();
            prop_assert!(matches!(parts.as_slice(), [Component::Normal(part)] if part.to_str() == Some(safe.as_str())));
            prop_assert!(safe.len() <= 201);
        }
    }
}
