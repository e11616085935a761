//! Words of an unfinished command line, as a shell reads them.

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Unquoted. The last word is incomplete, and empty after a blank.
    pub(super) all: Vec<String>,
    /// The quote that is still open.
    pub(super) quote: Option<char>,
    /// The byte offset of the last word.
    pub(super) last: usize,
}

impl Words {
    /// The words of the line's last command, without expansion.
    pub(super) fn of(line: &str) -> Words {
        let mut all = Vec::new();
        let mut word: Option<(usize, String)> = None;
        let mut quote = None;
        let mut is_file = false;
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let open = |word: &mut Option<(usize, String)>| {
                word.get_or_insert_with(|| (at, String::new()));
            };
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some('\''), c) => push(&mut word, at, c),
                (Some(_), '\\') => match chars.next_if(|(_, c)| "\"\\$`".contains(*c)) {
                    Some((_, c)) => push(&mut word, at, c),
                    None => push(&mut word, at, '\\'),
                },
                (Some(_), c) => push(&mut word, at, c),
                (None, '\\') => match chars.next() {
                    Some((_, '\n')) => {}
                    Some((_, c)) => push(&mut word, at, c),
                    None => open(&mut word),
                },
                (None, '\'' | '"') => {
                    open(&mut word);
                    quote = Some(c);
                }
                (None, c) if ";|&()\n".contains(c) => {
                    all.clear();
                    word = None;
                    is_file = false;
                }
                (None, '<' | '>') => {
                    // In `2>file`, the number is not a word.
                    word = word.filter(|(_, word)| word.parse::<u32>().is_err());
                    end(&mut word, &mut all, &mut is_file);
                    is_file = true;
                }
                (None, c) if c.is_whitespace() => end(&mut word, &mut all, &mut is_file),
                (None, c) => push(&mut word, at, c),
            }
        }
        let (last, word) = word.unwrap_or((line.len(), String::new()));
        all.push(word);
        Words { all, quote, last }
    }
}

fn push(word: &mut Option<(usize, String)>, at: usize, c: char) {
    word.get_or_insert_with(|| (at, String::new())).1.push(c);
}

fn end(word: &mut Option<(usize, String)>, all: &mut Vec<String>, is_file: &mut bool) {
    if let Some((_, word)) = word.take()
        && !std::mem::take(is_file)
    {
        all.push(word);
    }
}

/// Escapes a text for bash, inside the open quote if there is one.
pub(super) fn for_bash(text: &str, quote: Option<char>) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        let is_special = match quote {
            Some('\'') => {
                // Closes the quote and opens it again.
                quoted.push_str(if c == '\'' { "'\\'" } else { "" });
                false
            }
            Some(_) => "\"\\$`".contains(c),
            None => c.is_ascii() && !c.is_ascii_alphanumeric() && !"_./,%+@=:-".contains(c),
        };
        if is_special {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(line: &str) -> Vec<String> {
        Words::of(line).all
    }

    #[test]
    fn words_are_split_like_the_shell_does() {
        for (line, expected) in [
            ("tasks ", &["tasks", ""][..]),
            ("tasks li", &["tasks", "li"]),
            ("tasks show 'Run ya", &["tasks", "show", "Run ya"]),
            ("tasks show Run\\ ya", &["tasks", "show", "Run ya"]),
            (
                "tasks -p \"a\\\"b\\c\" x'y'",
                &["tasks", "-p", "a\"b\\c", "xy"],
            ),
            ("tasks ''", &["tasks", ""]),
            ("tasks a\\", &["tasks", "a"]),
            ("tasks > out.txt 2>&1 | tasks sh", &["tasks", "sh"]),
            ("tasks list 2>err -e m", &["tasks", "list", "-e", "m"]),
            ("", &[""]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
        let open = Words::of("tasks 'a");
        assert_eq!((open.quote, open.last), (Some('\''), 6));
    }

    #[test]
    fn words_are_quoted_only_if_necessary() {
        assert_eq!(for_bash("SOURCE=pr-12/x:y", None), "SOURCE=pr-12/x:y");
        assert_eq!(for_bash("Übernahme & mehr", None), "Übernahme\\ \\&\\ mehr");
    }

    proptest! {
        #[test]
        fn quoted_words_round_trip(
            text in "[ -~äß🦀]{1,12}",
            quote in prop_oneof![Just(None), Just(Some('\'')), Just(Some('"'))],
        ) {
            let quoted = for_bash(&text, quote);
            let mark = quote.map(String::from).unwrap_or_default();
            let line = format!("tasks show {mark}{quoted}{mark} ");
            prop_assert_eq!(words(&line), ["tasks", "show", text.as_str(), ""]);
        }

        #[test]
        fn splitting_never_panics(line in "\\PC{0,40}") {
            let read = Words::of(&line);
            prop_assert!(line.is_char_boundary(read.last));
        }
    }
}
