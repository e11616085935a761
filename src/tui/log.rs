//! The log of the selected run. Only its end is kept.

use std::collections::VecDeque;

use crate::secret::masked;
use crate::terminal::LogCleaner;
use crate::tui::event::Trouble;
use crate::tui::text_line::TextLine;

/// The kept part, in bytes.
pub(crate) const WINDOW: usize = 8 << 20;

/// In bytes. Longer lines are split, because scrolling moves by whole lines.
const LONGEST: usize = 2_000;

/// The kept part, in lines.
const MOST_LINES: usize = 200_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogState {
    Loading,
    /// More may come.
    Following,
    Complete,
    Failed(Trouble),
}

#[derive(Debug)]
pub(crate) struct Log {
    pub run: i64,
    pub state: LogState,
    /// The last message about the log.
    pub note: Option<String>,
    /// The first visible line; `None` while the end is visible.
    pub top: Option<usize>,
    pub search: TextLine,
    /// Pieces that are not lines yet: the keys of a user do not wait until all of a long log was cleaned.
    waiting: VecDeque<String>,
    waiting_bytes: usize,
    lines: VecDeque<String>,
    /// The last line is incomplete.
    is_open: bool,
    bytes: usize,
    /// An earlier part was not kept.
    pub is_cut: bool,
    keeps_colour: bool,
    cleaner: LogCleaner,
}

impl Log {
    pub(crate) fn loading(run: i64, keeps_colour: bool) -> Log {
        Log {
            run,
            state: LogState::Loading,
            note: None,
            top: None,
            search: TextLine::default(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            lines: VecDeque::new(),
            is_open: false,
            bytes: 0,
            is_cut: false,
            keeps_colour,
            cleaner: LogCleaner::new(keeps_colour),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Cleaned; may have colours.
    pub(crate) fn line(&self, at: usize) -> Option<&str> {
        self.lines.get(at).map(String::as_str)
    }

    /// Takes a piece, which becomes lines with the next [`Log::settle`]. Of more pieces than are kept, only the
    /// last ones are cleaned.
    pub(crate) fn add(&mut self, piece: String) {
        self.waiting_bytes += piece.len();
        self.waiting.push_back(piece);
        let mut is_dropped = false;
        while let Some(first) = self.waiting.front()
            && self.waiting_bytes - first.len() > WINDOW
        {
            self.waiting_bytes -= first.len();
            self.waiting.pop_front();
            is_dropped = true;
        }
        if is_dropped {
            // The kept part begins with a whole line.
            if let Some(first) = self.waiting.front_mut()
                && let Some(end) = first.find('\n')
            {
                first.drain(..=end);
                self.waiting_bytes -= end + 1;
            }
            self.lines.clear();
            (self.bytes, self.is_open, self.is_cut) = (0, false, true);
            self.top = self.top.map(|_| 0);
            self.cleaner = LogCleaner::new(self.keeps_colour);
        }
    }

    pub(crate) fn settle(&mut self) {
        self.waiting_bytes = 0;
        for piece in std::mem::take(&mut self.waiting) {
            self.divide(&piece);
        }
    }

    fn divide(&mut self, piece: &str) {
        let clean = masked(&self.cleaner.feed(piece.as_bytes())).into_owned();
        let mut rest = clean.as_str();
        while !rest.is_empty() {
            let (line, ends) = match rest.split_once('\n') {
                Some((line, after)) => {
                    rest = after;
                    (line, true)
                }
                None => (std::mem::take(&mut rest), false),
            };
            self.extend(line);
            self.is_open = !ends;
        }
        self.trim();
    }

    fn extend(&mut self, text: &str) {
        self.bytes += text.len();
        let mut parts = divided(text);
        let first = parts.next().unwrap_or_default();
        match self.lines.back_mut().filter(|_| self.is_open) {
            Some(last) if last.len() + first.len() <= LONGEST => last.push_str(first),
            _ => self.lines.push_back(first.to_owned()),
        }
        self.lines.extend(parts.map(str::to_owned));
    }

    fn trim(&mut self) {
        let mut dropped = 0;
        while self.bytes > WINDOW || self.lines.len() > MOST_LINES {
            let Some(first) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= first.len();
            dropped += 1;
        }
        if dropped > 0 {
            self.is_cut = true;
            self.top = self.top.map(|top| top.saturating_sub(dropped));
        }
    }

    /// Scrolls; at the end, the log is followed again.
    pub(crate) fn scroll(&mut self, by: isize, height: usize) {
        let last = self.len().saturating_sub(height);
        let top = self.top.unwrap_or(last).saturating_add_signed(by);
        self.top = (top < last).then_some(top);
    }

    /// Shows the next line with the searched text, or the previous one. False if there is none.
    pub(crate) fn find(&mut self, forwards: bool, height: usize) -> bool {
        let wanted = self.search.text().to_lowercase();
        if wanted.is_empty() || self.lines.is_empty() {
            return false;
        }
        let count = self.len();
        let from = self.top.unwrap_or(count.saturating_sub(height));
        let mut order = (1..=count).map(|step| {
            if forwards {
                (from + step) % count
            } else {
                (from + count - step % count) % count
            }
        });
        let has = |at: &usize| {
            let line = crate::tui::colours::plain(&self.lines[*at]);
            line.to_lowercase().contains(&wanted)
        };
        let found = order.find(has);
        if let Some(at) = found {
            self.top = Some(at);
        }
        found.is_some()
    }
}

/// Parts of at most [`LONGEST`] bytes; at least one.
fn divided(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        if text.len() <= LONGEST {
            return Some(text);
        }
        let mut end = LONGEST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        rest = Some(&text[end..]);
        Some(&text[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        Log::loading(1, true)
    }

    fn add(log: &mut Log, piece: &str) {
        log.add(piece.to_owned());
        log.settle();
    }

    #[test]
    fn pieces_become_lines() {
        let mut log = log();
        for piece in ["one\ntw", "o\n\nthree", "!\n"] {
            add(&mut log, piece);
        }
        let lines: Vec<&str> = (0..log.len()).filter_map(|at| log.line(at)).collect();
        assert_eq!(lines, ["one", "two", "", "three!"]);
        add(&mut log, &"x".repeat(LONGEST + 1));
        assert_eq!((log.len(), log.line(5)), (6, Some("x")));
    }

    #[test]
    fn only_the_end_of_a_long_log_is_kept() {
        let mut log = log();
        let line = format!("{}\n", "y".repeat(1023));
        for _ in 0..9 {
            add(&mut log, &line.repeat(1024));
        }
        assert!(log.is_cut && log.bytes <= WINDOW && log.len() > 8000);
        let mut short = Log::loading(1, true);
        add(&mut short, &"\n".repeat(MOST_LINES + 5));
        assert!(short.is_cut && short.len() == MOST_LINES);
    }

    #[test]
    fn of_pieces_that_wait_only_the_end_is_cleaned() {
        let mut log = log();
        add(&mut log, "old\n");
        log.top = Some(0);
        let piece = format!("{}\n", "y".repeat(1023)).repeat(1024);
        for _ in 0..100 {
            log.add(piece.clone());
            assert!(log.waiting_bytes <= WINDOW + piece.len());
        }
        assert!(log.is_cut && log.len() == 0);
        log.settle();
        assert!(log.bytes <= WINDOW && log.len() > 8000 && log.waiting.is_empty());
        assert_eq!(log.line(0).map(str::len), Some(1023));
    }

    #[test]
    fn a_scrolled_log_follows_again_at_its_end() {
        let mut log = log();
        add(&mut log, &"line\n".repeat(30));
        log.scroll(-5, 10);
        assert_eq!(log.top, Some(15));
        add(&mut log, "more\n");
        assert_eq!(log.top, Some(15));
        log.scroll(100, 10);
        assert_eq!(log.top, None);
    }

    #[test]
    fn a_search_wraps_around() {
        let mut log = log();
        add(&mut log, "Alpha\nbeta\n\u{1b}[31mAL\u{1b}[0mPHA\ngamma\n");
        log.search = TextLine::new("alpha");
        log.top = Some(0);
        assert!(log.find(true, 2) && log.top == Some(2));
        assert!(log.find(true, 2) && log.top == Some(0));
        assert!(log.find(false, 2) && log.top == Some(2));
        log.search = TextLine::new("delta");
        assert!(!log.find(true, 2));
    }
}
