//! The printed part of a log.

use super::without_banner;
use crate::domain::run::Log;
use crate::domain::task::exit_status::without_marker;

/// A log without Lagoon's header and without the exit code of `exec --exit-status`.
pub(crate) fn content(log: &str) -> &str {
    without_marker(without_banner(log))
}

pub(crate) fn is_blank(log: &str) -> bool {
    content(log).is_empty()
}

pub(crate) fn is_empty(log: &Log) -> bool {
    match log {
        Log::Text(text) => is_blank(text),
        Log::Empty => true,
        Log::Unavailable(_) => false,
    }
}

/// The last lines of the content.
pub(crate) fn tail(log: &str, lines: usize) -> &str {
    if lines == 0 {
        return "";
    }
    let log = content(log);
    let body = log.strip_suffix('\n').unwrap_or(log);
    match body.rmatch_indices('\n').nth(lines - 1) {
        Some((at, _)) => &log[at + 1..],
        None => log,
    }
}

pub(crate) fn nothing_printed(id: i64) -> String {
    format!("run {id} printed nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_of_zero_lines_is_empty() {
        assert_eq!(tail("a\nb\n", 0), "");
        assert_eq!(tail("a\nb\n", 1), "b\n");
    }

    #[test]
    fn a_tail_is_whole_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a\n", 5), "a\n");
    }
}
