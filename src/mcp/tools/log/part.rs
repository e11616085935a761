//! The wanted lines of a log that arrives in pieces, in bounded memory.

use std::collections::VecDeque;

use crate::terminal::LogCleaner;

/// In bytes, after cleaning.
const MOST_BYTES: usize = 32 * 1024;

/// In bytes, before cleaning; more of a line is not kept.
const LONGEST_LINE: usize = 4 * MOST_BYTES;

#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// The last lines.
    Tail(usize),
    /// The first line, counted from 1, and the number of lines.
    From(usize, usize),
}

#[derive(Debug, Default)]
pub(super) struct Part {
    pub text: String,
    pub first: Option<usize>,
    pub last: Option<usize>,
    /// The number of lines of the log.
    pub total: usize,
    /// Less than was wanted.
    pub is_cut: bool,
}

/// Takes the wanted lines, cleaned, as far as they fit: from the end for a tail, otherwise from the
/// beginning.
pub(super) struct Picker {
    wanted: Wanted,
    /// The beginning or end of the line that is open.
    line: String,
    is_open: bool,
    /// Part of the open line was not kept.
    is_overlong: bool,
    total: usize,
    /// With their numbers.
    taken: VecDeque<(usize, String)>,
    /// Of the taken lines, with their ends.
    bytes: usize,
    /// The last line that was cut.
    cut: Option<usize>,
    is_full: bool,
}

impl Picker {
    pub(super) fn new(wanted: Wanted) -> Self {
        Picker {
            wanted,
            line: String::new(),
            is_open: false,
            is_overlong: false,
            total: 0,
            taken: VecDeque::new(),
            bytes: 0,
            cut: None,
            is_full: false,
        }
    }

    pub(super) fn feed(&mut self, piece: &str) {
        for part in piece.split_inclusive('\n') {
            let text = part.strip_suffix('\n');
            self.extend(text.unwrap_or(part));
            if text.is_some() {
                self.end_line();
            }
        }
    }

    pub(super) fn finish(mut self) -> Part {
        if self.is_open {
            self.end_line();
        }
        let lines = self.taken.iter().map(|(_, line)| line.as_str());
        let lines: Vec<&str> = lines.collect();
        let is_short = match self.wanted {
            Wanted::Tail(count) => self.taken.len() < count.min(self.total),
            Wanted::From(..) => self.is_full,
        };
        let is_line_cut = self
            .taken
            .iter()
            .any(|(number, _)| Some(*number) == self.cut);
        Part {
            text: lines.join("\n"),
            first: self.taken.front().map(|(number, _)| *number),
            last: self.taken.back().map(|(number, _)| *number),
            total: self.total,
            is_cut: is_short || is_line_cut,
        }
    }

    fn is_tail(&self) -> bool {
        matches!(self.wanted, Wanted::Tail(_))
    }

    fn extend(&mut self, text: &str) {
        self.is_open = true;
        if self.is_overlong && !self.is_tail() {
            return;
        }
        self.line.push_str(text);
        if self.line.len() > LONGEST_LINE {
            self.is_overlong = true;
            self.line = shortened(&self.line, LONGEST_LINE, self.is_tail());
        }
    }

    fn end_line(&mut self) {
        self.total += 1;
        self.is_open = false;
        let line = std::mem::take(&mut self.line);
        let is_overlong = std::mem::take(&mut self.is_overlong);
        let number = self.total;
        match self.wanted {
            Wanted::Tail(count) => {
                let line = self.fitting(clean(&line), is_overlong);
                self.bytes += line.len() + 1;
                self.taken.push_back((number, line));
                while self.taken.len() > count || self.bytes > MOST_BYTES + 1 {
                    match self.taken.pop_front() {
                        Some((_, line)) => self.bytes -= line.len() + 1,
                        None => break,
                    }
                }
            }
            Wanted::From(first, count) => {
                if number < first || number - first >= count || self.is_full {
                    return;
                }
                let line = self.fitting(clean(&line), is_overlong);
                if self.bytes + line.len() > MOST_BYTES {
                    self.is_full = true;
                    return;
                }
                self.bytes += line.len() + 1;
                self.taken.push_back((number, line));
            }
        }
    }

    /// The part of a line that fits by itself.
    fn fitting(&mut self, line: String, is_overlong: bool) -> String {
        if line.len() <= MOST_BYTES && !is_overlong {
            return line;
        }
        self.cut = Some(self.total);
        let mark = "…";
        let kept = shortened(&line, MOST_BYTES - mark.len(), self.is_tail());
        match self.is_tail() {
            true => mark.to_owned() + &kept,
            false => kept + mark,
        }
    }
}

fn clean(line: &str) -> String {
    let mut cleaner = LogCleaner::new(false);
    let mut clean = cleaner.feed(line.as_bytes());
    clean.push_str(&cleaner.finish());
    clean.trim_end_matches('\n').to_owned()
}

/// The end or the beginning of a text, of at most so many bytes.
fn shortened(text: &str, most: usize, keeps_end: bool) -> String {
    let mut at = if keeps_end {
        text.len().saturating_sub(most)
    } else {
        most.min(text.len())
    };
    while !text.is_char_boundary(at) {
        if keeps_end {
            at += 1;
        } else {
            at -= 1;
        }
    }
    match keeps_end {
        true => text[at..].to_owned(),
        false => text[..at].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a log in pieces of this size.
    fn cut(log: &str, wanted: Wanted, size: usize) -> Part {
        let mut picker = Picker::new(wanted);
        let mut rest = log;
        while !rest.is_empty() {
            let mut at = size.min(rest.len());
            while !rest.is_char_boundary(at) {
                at += 1;
            }
            picker.feed(&rest[..at]);
            rest = &rest[at..];
        }
        picker.finish()
    }

    fn part(log: &str, wanted: Wanted) -> Part {
        let whole = cut(log, wanted, usize::MAX);
        let pieces = cut(log, wanted, 997);
        assert_eq!((&whole.text, whole.first), (&pieces.text, pieces.first));
        assert_eq!((whole.total, whole.is_cut), (pieces.total, pieces.is_cut));
        whole
    }

    fn numbered(count: usize) -> String {
        (1..=count).map(|n| format!("line {n}\n")).collect()
    }

    #[test]
    fn a_tail_is_the_last_lines() {
        let part = part(&numbered(5), Wanted::Tail(2));
        assert_eq!(part.text, "line 4\nline 5");
        assert_eq!((part.first, part.last, part.total), (Some(4), Some(5), 5));
        assert!(!part.is_cut);
    }

    #[test]
    fn a_range_begins_at_its_first_line() {
        let log = numbered(5);
        let some = part(&log, Wanted::From(2, 2));
        assert_eq!(some.text, "line 2\nline 3");
        assert_eq!((some.first, some.last), (Some(2), Some(3)));
        assert!(!some.is_cut);
        let none = part(&log, Wanted::From(6, 2));
        assert_eq!((none.text.as_str(), none.first, none.total), ("", None, 5));
        let open = part("a\n\nb", Wanted::From(2, 9));
        assert_eq!((open.text.as_str(), open.total), ("\nb", 3));
    }

    #[test]
    fn the_size_is_limited_from_the_side_that_was_asked_for() {
        let log = numbered(20_000);
        let tail = part(&log, Wanted::Tail(19_000));
        assert!(tail.is_cut && tail.text.len() <= MOST_BYTES);
        assert!(tail.text.ends_with("line 20000") && tail.last == Some(20_000));
        let range = part(&log, Wanted::From(1, 19_000));
        assert!(range.is_cut && range.text.len() <= MOST_BYTES);
        assert!(range.text.starts_with("line 1\n") && range.first == Some(1));
    }

    #[test]
    fn a_long_line_is_cut() {
        let long = "ä".repeat(LONGEST_LINE);
        let log = format!("BEGIN{long}END\n");
        let tail = part(&log, Wanted::Tail(1));
        assert!(tail.is_cut && tail.text.ends_with("END") && tail.text.starts_with('…'));
        let range = part(&log, Wanted::From(1, 1));
        assert!(range.is_cut && range.text.starts_with("BEGIN") && range.text.ends_with('…'));
        for text in [tail.text, range.text] {
            assert!(text.len() <= MOST_BYTES, "{}", text.len());
        }
        let after = part(&format!("{log}short\n"), Wanted::Tail(1));
        assert_eq!((after.text.as_str(), after.is_cut), ("short", false));
    }

    #[test]
    fn escape_sequences_are_removed() {
        let log = "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}\n\u{202e}evil\n";
        let part = part(log, Wanted::Tail(2));
        assert_eq!(part.text, "red\n\\u{202e}evil");
    }
}
