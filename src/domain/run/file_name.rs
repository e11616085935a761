//! Making file names from the server safe for a folder on every system.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

/// Device names on Windows, with any extension. (`COM` and `LPT` have a digit.)
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// In bytes: file systems allow 255, and a number and the suffixes of a partial download must fit.
const LONGEST: usize = 200;

/// A plain path component that is no device, alternate stream or hidden file, and has no character
/// that a shell or terminal interprets. Most names are unchanged.
pub(crate) fn safe(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .map(|c| if is_harmless(c) { c } else { '_' })
        .collect();
    while safe.len() > LONGEST {
        safe.pop();
    }
    // Windows removes dots and blanks at the end, which would make another name of it.
    let kept = safe.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let cut = safe[kept.len()..].chars().count();
    safe.truncate(kept.len());
    safe.extend(std::iter::repeat_n('_', cut));
    let begins_badly = |c: char| matches!(c, '-' | '.' | '~') || c.is_whitespace();
    if safe.is_empty() || safe.starts_with(begins_badly) || is_device(&safe) {
        safe.insert(0, '_');
    }
    safe
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim();
    let stem = stem.to_lowercase();
    let is_port = |port: &str| {
        let mut number = stem.strip_prefix(port).unwrap_or_default().chars();
        // Windows treats superscript digits as digits.
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³');
        number.next().is_some_and(is_digit) && number.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

fn is_harmless(c: char) -> bool {
    // A colon separates a drive or an alternate stream.
    let is_syntax = matches!(c, '/' | '\\' | ':' | '<' | '>' | '|' | '"' | '?' | '*');
    // They change the direction of a text, end a line, or are invisible.
    let is_format = matches!(c,
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !(c.is_control() || is_syntax || is_format)
}

/// Distinct safe names, also on file systems that ignore case or the form of accents. They do not
/// depend on the order.
pub(crate) fn all_safe<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    // Unchanged names come first, so that no other one takes them.
    order.sort_by_key(|&at| (safe(names[at]) != names[at], names[at]));
    let mut taken = HashSet::new();
    let mut all = vec![String::new(); names.len()];
    for at in order {
        let first = safe(names[at]);
        let mut candidate = first.clone();
        let mut number = 2;
        while !taken.insert(folded(&candidate)) {
            candidate = format!("{first}.{number}");
            number += 1;
        }
        all[at] = candidate;
    }
    all
}

/// Equal for names that some file system treats as equal.
fn folded(name: &str) -> String {
    name.nfkd()
        .collect::<String>()
        .to_uppercase()
        .to_lowercase()
        .nfkc()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn plain_file_names_are_kept() {
        for name in [
            "dump.sql.gz",
            "Bericht März 10.00.txt",
            "a b",
            "console.txt",
            "com10",
            "com",
            "it's",
            "数据.csv",
        ] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn dangerous_file_names_are_replaced() {
        for (name, kept) in [
            ("../../etc/passwd", "_.._.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..", "__"),
            (".", "_"),
            ("", "_"),
            ("a\\b", "a_b"),
            ("NUL.txt", "_NUL.txt"),
            ("CON .txt", "_CON .txt"),
            ("com1", "_com1"),
            ("COM¹.log", "_COM¹.log"),
            ("lpt³", "_lpt³"),
            ("CONOUT$", "_CONOUT$"),
            ("-rf", "_-rf"),
            (".env", "_.env"),
            (".bashrc", "_.bashrc"),
            ("~", "_~"),
            (" a", "_ a"),
            ("C:x", "C_x"),
            ("a.txt:hidden", "a.txt_hidden"),
            ("a. .", "a___"),
            ("a\u{a0}", "a_"),
            ("a<b>|\"?*", "a_b_____"),
            ("a\u{1b}[2J\n", "a_[2J_"),
            ("a\u{202e}gpj.exe", "a_gpj.exe"),
            ("a\u{e0041}\u{85}\u{2028}", "a___"),
        ] {
            assert_eq!(safe(name), kept, "{name:?}");
        }
    }

    #[test]
    fn colliding_names_are_made_distinct() {
        assert_eq!(
            all_safe(["a/b", "a_b", "A_B", "c"]),
            ["a_b.3", "a_b.2", "A_B", "c"]
        );
        // The plain name is kept, whatever its position.
        assert_eq!(all_safe(["a/b", "a_b"]), ["a_b.2", "a_b"]);
        // One accent in two forms.
        assert_eq!(all_safe(["\u{e9}", "e\u{301}"]), ["\u{e9}.2", "e\u{301}"]);
    }

    /// Names made of characters that are dangerous on some system.
    fn name() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("con".to_owned()),
            Just("COM¹".to_owned()),
            Just("nul".to_owned()),
            "[./\\\\:<>|\"?*~ a-cA-C_-]{0,3}",
            any::<String>(),
        ];
        prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_normal_path_component(name in name()) {
            let safe = safe(&name);
            let parts: Vec<Component> = Path::new(&safe).components().collect();
            prop_assert!(matches!(parts.as_slice(), [Component::Normal(part)] if part.to_str() == Some(safe.as_str())));
            prop_assert!(safe.len() <= LONGEST + 1);
            prop_assert!(safe.chars().all(is_harmless) && !is_device(&safe), "{safe:?}");
            prop_assert!(!safe.starts_with(['.', '-', ' ']) && !safe.ends_with(['.', ' ']), "{safe:?}");
        }

        #[test]
        fn a_safe_name_is_not_changed_again(name in name()) {
            let once = safe(&name);
            prop_assume!(once.len() < LONGEST);
            prop_assert_eq!(safe(&once), once);
        }

        #[test]
        fn safe_names_are_distinct_and_independent_of_order(names in prop::collection::hash_set(name(), 0..6)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let all = all_safe(names.iter().copied());
            let different: HashSet<String> = all.iter().map(|name| folded(name)).collect();
            prop_assert_eq!(different.len(), names.len());
            let mut turned = all_safe(names.iter().rev().copied());
            turned.reverse();
            prop_assert_eq!(all, turned);
        }
    }
}
