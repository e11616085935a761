//! Comparing the lines shown by a live log with the complete log.
//!
//! They differ: a new connection repeats lines, the first connection can begin in the middle of the
//! log, and lines of two containers can arrive in another order. Only a fingerprint of each line is
//! kept, because a log can be long.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use jiff::Timestamp;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// Repetitions of this many recent lines are recognised. A portal repeats at most 1,024 of each
/// container.
const REMEMBERED: usize = 8 * 1024;

#[derive(Debug, Default)]
pub(crate) struct ShownLines {
    texts: Vec<u64>,
    /// Fingerprints with source and time.
    last: VecDeque<u64>,
    /// Possible repetitions of this connection, with their number.
    again: HashMap<u64, usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingLines<'a> {
    /// Whole lines, in order.
    pub parts: Vec<&'a str>,
    /// They are the end of the log; everything before was shown.
    pub is_rest: bool,
}

impl ShownLines {
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Begins a connection, which can repeat lines.
    pub(crate) fn begin(&mut self) {
        self.again.clear();
        for line in &self.last {
            *self.again.entry(*line).or_default() += 1;
        }
    }

    /// Records a line; returns false for a repetition.
    pub(crate) fn take(&mut self, source: &str, at: Timestamp, text: &str) -> bool {
        let line = print_of((source, at, text));
        if let Some(times) = self.again.get_mut(&line).filter(|times| **times > 0) {
            *times -= 1;
            return false;
        }
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(line);
        self.texts.push(text_print(text));
        true
    }

    /// Compares the beginning of the complete log, which need not be in memory.
    pub(crate) fn beginning(&self) -> ShownBeginning<'_> {
        ShownBeginning {
            left: &self.texts,
            length: 0,
            differs: false,
        }
    }

    /// Compares the complete log, ignoring blanks at line ends. At the deadline the result may be
    /// larger than necessary.
    pub(crate) fn missing<'a>(&self, log: &'a str, deadline: Option<Instant>) -> MissingLines<'a> {
        let lines: Vec<&str> = log.split_inclusive('\n').collect();
        let whole: Vec<u64> = lines.iter().map(|line| text_print(line)).collect();
        if whole.starts_with(&self.texts) {
            let shown: usize = lines[..self.texts.len()].iter().map(|l| l.len()).sum();
            let rest = &log[shown..];
            return MissingLines {
                parts: Some(rest)
                    .filter(|rest| !rest.is_empty())
                    .into_iter()
                    .collect(),
                is_rest: true,
            };
        }
        let mut is_missing = vec![false; lines.len()];
        // Lines that were shown, but at another position.
        let mut astray: HashMap<u64, usize> = HashMap::new();
        let operations =
            capture_diff_slices_deadline(Algorithm::Patience, &self.texts, &whole, deadline);
        for operation in operations {
            if matches!(operation, DiffOp::Equal { .. }) {
                continue;
            }
            for shown in &self.texts[operation.old_range()] {
                *astray.entry(*shown).or_default() += 1;
            }
            is_missing[operation.new_range()].fill(true);
        }
        for (line, is_missing) in whole.iter().zip(&mut is_missing).filter(|(_, m)| **m) {
            if let Some(times) = astray.get_mut(line).filter(|times| **times > 0) {
                *times -= 1;
                *is_missing = false;
            }
        }
        MissingLines {
            parts: parts(log, &lines, &is_missing),
            is_rest: false,
        }
    }
}

/// The shown lines that the beginning of a log must have.
pub(crate) struct ShownBeginning<'a> {
    left: &'a [u64],
    /// Of the lines that agree, in bytes.
    length: u64,
    differs: bool,
}

impl ShownBeginning<'_> {
    /// Compares the next lines.
    pub(crate) fn take(&mut self, lines: &str) {
        for line in lines.split_inclusive('\n') {
            let Some((print, left)) = self.left.split_first() else {
                return;
            };
            if self.differs || *print != text_print(line) {
                self.differs = true;
                return;
            }
            self.left = left;
            self.length += line.len() as u64;
        }
    }

    /// The length of the shown lines; `None` if the log does not begin with all of them.
    pub(crate) fn end(self) -> Option<u64> {
        self.left.is_empty().then_some(self.length)
    }
}

fn parts<'a>(log: &'a str, lines: &[&str], wanted: &[bool]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (None, 0);
    for (line, wanted) in lines.iter().zip(wanted) {
        match (*wanted, from) {
            (true, None) => from = Some(at),
            (false, Some(begin)) => {
                parts.push(&log[begin..at]);
                from = None;
            }
            _ => {}
        }
        at += line.len();
    }
    parts.extend(from.map(|begin| &log[begin..]));
    parts
}

fn text_print(line: &str) -> u64 {
    print_of(line.trim_end())
}

fn print_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lines as shown, one per second.
    fn shown<S: AsRef<str>>(lines: &[S]) -> ShownLines {
        let mut shown = ShownLines::default();
        shown.begin();
        for (at, line) in lines.iter().enumerate() {
            assert!(shown.take("pod/cli", second(at), line.as_ref()));
        }
        shown
    }

    fn second(second: usize) -> Timestamp {
        Timestamp::from_second(i64::try_from(second).unwrap()).unwrap()
    }

    fn log<S: AsRef<str>>(lines: &[S]) -> String {
        lines.iter().map(|l| format!("{}\n", l.as_ref())).collect()
    }

    #[test]
    fn the_remaining_log_follows_the_shown_lines() {
        let of = |lines: &[&str], log| shown(lines).missing(log, None);
        assert_eq!(of(&["a", "b"], "a\nb\nc\nd").parts, ["c\nd"]);
        assert!(of(&["a", "b"], "a\nb\nc").is_rest);
        assert_eq!(of(&["a", "b"], "a\nb\n").parts, [""; 0]);
        assert_eq!(of(&[], "a\nb").parts, ["a\nb"]);
        // A carriage return is no difference, nor is the end of the last line.
        assert_eq!(of(&["a\r", "b"], "a \r\nb").parts, [""; 0]);
    }

    #[test]
    fn missing_lines_are_found_at_any_position() {
        let of = |lines: &[&str], log| shown(lines).missing(log, None);
        let missing = of(&["c", "d", "g"], "a\nb\nc\nd\ne\nf\ng\nh\n");
        assert_eq!(
            (missing.parts, missing.is_rest),
            (vec!["a\nb\n", "e\nf\n", "h\n"], false)
        );
        // Lines in another order are not shown again.
        assert_eq!(of(&["b", "a"], "a\nb\nc\n").parts, ["c\n"]);
        // Lines that are missing from the log hide nothing.
        assert_eq!(of(&["x", "a"], "a\nb\n").parts, ["b\n"]);
    }

    #[test]
    fn a_new_connection_repeats_no_line() {
        let mut shown = shown(&["a", "same", "same"]);
        shown.begin();
        for (at, text, is_new) in [
            (0, "a", false),
            (1, "same", false),
            (2, "same", false),
            // Another line of the same time.
            (2, "other", true),
            (3, "same", true),
            (3, "same", true),
        ] {
            assert_eq!(
                shown.take("pod/cli", second(at), text),
                is_new,
                "{at} {text}"
            );
        }
        assert!(shown.take("pod/other", second(0), "a"));
    }

    /// Few words, so that lines are often equal.
    fn lines() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abc]{0,2}", 0..30)
    }

    fn counts<'a>(lines: impl Iterator<Item = &'a str>) -> HashMap<&'a str, isize> {
        let mut counts = HashMap::new();
        for line in lines {
            *counts.entry(line).or_default() += 1;
        }
        counts
    }

    proptest! {
        #[test]
        fn no_line_is_lost_or_repeated(all in lines(), shown_lines in lines()) {
            let whole = log(&all);
            let missing = shown(&shown_lines).missing(&whole, None);
            let mut wanted = counts(all.iter().map(String::as_str));
            for line in &shown_lines {
                if let Some(count) = wanted.get_mut(line.as_str()) {
                    *count = (*count - 1).max(0);
                }
            }
            wanted.retain(|_, count| *count > 0);
            let given = missing.parts.iter().flat_map(|part| part.lines());
            prop_assert_eq!(counts(given), wanted);
        }

        #[test]
        fn missing_lines_keep_their_order(
            keep in prop::collection::vec(any::<bool>(), 0..200),
        ) {
            let all: Vec<String> = (0..keep.len()).map(|n| format!("line {n}")).collect();
            let of = |wanted: bool| -> Vec<&String> {
                all.iter().zip(&keep).filter(|(_, kept)| **kept == wanted).map(|(l, _)| l).collect()
            };
            let whole = log(&all);
            let missing = shown(&of(true)).missing(&whole, None);
            prop_assert_eq!(missing.parts.concat(), log(&of(false)));
            let is_rest = keep.is_sorted_by(|a, b| a >= b);
            prop_assert_eq!(missing.is_rest, is_rest);
        }

        #[test]
        fn a_beginning_is_found_without_the_whole_log(all in lines(), shown_lines in lines()) {
            let (whole, shown) = (log(&all), shown(&shown_lines));
            let mut beginning = shown.beginning();
            whole.split_inclusive('\n').for_each(|line| beginning.take(line));
            let missing = shown.missing(&whole, None);
            let end = beginning.end();
            prop_assert_eq!(end.is_some(), missing.is_rest);
            if let Some(end) = end {
                prop_assert_eq!(&whole[usize::try_from(end).unwrap()..], missing.parts.concat());
            }
        }

        #[test]
        fn the_shown_beginning_and_the_rest_form_the_whole_log(all in lines(), at in 0usize..30) {
            let at = at.min(all.len());
            let whole = log(&all);
            let missing = shown(&all[..at]).missing(&whole, None);
            prop_assert!(missing.is_rest);
            prop_assert_eq!(log(&all[..at]) + &missing.parts.concat(), whole);
        }

        #[test]
        fn connections_show_each_line_once(
            all in lines(),
            windows in prop::collection::vec((0usize..30, 0usize..30), 1..6),
        ) {
            // Each connection repeats some lines and continues from there; the last one to the end.
            let mut shown = ShownLines::default();
            let (mut given, mut reached) = (Vec::new(), 0);
            let windows = windows.iter().copied().chain([(30, 30)]);
            for (back, on) in windows {
                shown.begin();
                let to = (reached + on).min(all.len());
                for (at, line) in all.iter().enumerate().take(to).skip(reached.saturating_sub(back)) {
                    if shown.take("pod/cli", second(at), line) {
                        given.push(line.clone());
                    }
                }
                reached = reached.max(to);
            }
            prop_assert_eq!(given, all);
        }
    }
}
