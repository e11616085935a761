//! A yes-or-no question, which is never cut.

use console::Key;

use super::layout::{MARKER, Size, text};
use super::line::{Accept, Line};
use super::picker::Step;
use super::terminal::Widget;
use crate::terminal::width::{cut, filled};
use crate::terminal::{Palette, Style};

pub(super) struct ConfirmWidget<'a> {
    line: Line<'a, bool>,
    question: &'a str,
}

impl<'a> ConfirmWidget<'a> {
    pub(super) fn new(question: &'a str, accept: Accept<'a, bool>) -> Self {
        let line = Line::new(accept);
        ConfirmWidget { line, question }
    }
}

impl Widget<bool> for ConfirmWidget<'_> {
    fn lines(&mut self, palette: Palette, size: Size) -> Vec<String> {
        lines(&self.line, self.question, palette, size)
    }

    fn press(&mut self, key: &Key, _: Size) -> Step<bool> {
        let step = self.line.press(key);
        if self.line.refusal().is_some() {
            self.line.clear();
        }
        step
    }
}

/// The columns of the answer to a yes-or-no question: a blank, a few letters and the cursor.
const ANSWER: usize = 5;

/// The lines of a yes-or-no question. A wide question has several lines.
fn lines(line: &Line<'_, bool>, question: &str, palette: Palette, size: Size) -> Vec<String> {
    let room = size.room().saturating_sub(MARKER + ANSWER).max(1);
    let mut parts = filled(question.split_inclusive(' '), |_| room);
    // The answer and a refusal are below.
    let above = parts
        .len()
        .saturating_sub(1)
        .min(size.rows.saturating_sub(2));
    let question = parts.split_off(above).join(" ");
    let begin = |at| match at {
        0 => palette.paint(Style::Warning, "?"),
        _ => " ".to_owned(),
    };
    let above = parts.iter().enumerate().map(|(at, part)| {
        let part = cut(part, size.room().saturating_sub(MARKER));
        format!("{} {}", begin(at), palette.paint(Style::Name, &part))
    });
    let mut lines: Vec<String> = above.collect();
    let mut last = text(line, &question, palette, size);
    if let (Some(last), false) = (last.first_mut(), lines.is_empty()) {
        *last = last.replacen('?', " ", 1);
    }
    lines.append(&mut last);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_at(rows: usize, columns: usize, question: &str) -> Vec<String> {
        let line = Line::new(Box::new(|_: &str| Ok(true)));
        let size = Size { rows, columns };
        let lines = lines(&line, question, Palette::new(false), size);
        lines
            .iter()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_wide_question_has_several_lines() {
        let question = "Cancel run 6 of `清除 缓存` (running) on shop/main (production)? [y/N]";
        assert_eq!(lines_at(24, 80, question), [format!("? {question}")]);
        assert_eq!(
            lines_at(24, 40, question),
            [
                "? Cancel run 6 of `清除 缓存`",
                "  (running) on shop/main",
                "  (production)? [y/N]"
            ]
        );
        for columns in 10..90 {
            let lines = lines_at(24, columns, question);
            assert!(lines.iter().all(|line| line.chars().count() < columns));
        }
        assert!(lines_at(3, 20, question).len() <= 3);
    }
}
