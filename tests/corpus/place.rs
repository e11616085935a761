//! Places in a text, as complaints name them.

/// True if a text has this position, both counted from 1; the end of a line counts, too.
pub(super) fn is_in(text: &str, line: usize, column: usize) -> bool {
    let line = line.checked_sub(1).and_then(|n| text.split('\n').nth(n));
    line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&column))
}

/// A text with the line ends that YAML sees in it.
pub(super) fn lines_of_yaml(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
