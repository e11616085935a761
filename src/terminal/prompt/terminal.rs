//! Prompts at the terminal, drawn on stderr.
//!
//! While a prompt is open, the hidden cursor is at the start of its first line: wherever a resized
//! terminal moves that line, all that the prompt drew is behind the cursor, and nothing else is.

use std::io::ErrorKind;
use std::time::Duration;

use console::{Key, Term};

use super::confirm::ConfirmWidget;
use super::layout::{self, Size};
use super::line::{Accept, Line};
use super::picker::{CTRL_U, Picker, Step};
use super::resizes::Resizes;
use super::{Check, Choice, Prompt, PromptError, Question, keys};
use crate::terminal::bottom::{ERASE, Hidden, frame};
use crate::terminal::mode::RawMode;
use crate::terminal::{Palette, Stream, Style, Ui, clean_line};

/// The size of the terminal is compared this often.
const TICK: Duration = Duration::from_millis(100);

pub(in crate::terminal) struct TerminalPrompt {
    ui: Ui,
    term: Term,
    _no_progress: Hidden,
}

/// A prompt with an answer of this type.
pub(super) trait Widget<T> {
    fn lines(&mut self, palette: Palette, size: Size) -> Vec<String>;
    fn press(&mut self, key: &Key, size: Size) -> Step<T>;
}

impl TerminalPrompt {
    pub(in crate::terminal) fn new(ui: Ui) -> Self {
        let term = Term::stderr();
        TerminalPrompt {
            _no_progress: ui.inner.bottom.hide(),
            ui,
            term,
        }
    }

    fn size(&self) -> Size {
        let (rows, columns) = self.term.size();
        Size {
            rows: rows.into(),
            columns: columns.into(),
        }
    }

    fn ask<T>(&self, widget: &mut dyn Widget<T>) -> Result<T, PromptError> {
        let raw = RawMode::enter().map_err(PromptError::Io)?;
        let answer = self.drive(widget);
        // If the terminal is gone there is nothing to restore.
        let _ = self.term.write_str(ERASE);
        let _ = self.term.show_cursor();
        drop(raw);
        answer
    }

    fn drive<T>(&self, widget: &mut dyn Widget<T>) -> Result<T, PromptError> {
        self.term.hide_cursor().map_err(PromptError::Io)?;
        let palette = self.ui.palette(Stream::Err);
        let mut resizes = Resizes::listen();
        let mut drawn = None;
        loop {
            let size = self.size();
            if resizes.any() || drawn != Some(size) {
                let lines = widget.lines(palette, size);
                self.term
                    .write_str(&frame(&lines))
                    .map_err(PromptError::Io)?;
                drawn = Some(size);
            }
            let Some(key) = next_key(TICK)? else { continue };
            match widget.press(&key, size) {
                Step::Open => drawn = None,
                Step::Done(answer) => return Ok(answer),
                Step::Cancelled => return Err(PromptError::Interrupted),
            }
        }
    }

    fn ask_line<T>(&self, question: &str, accept: Accept<'_, T>) -> Result<T, PromptError> {
        let line = Line::new(accept);
        self.ask(&mut TextWidget { line, question })
    }

    fn report(&self, question: &str, answer: &str) {
        let palette = self.ui.palette(Stream::Err);
        let tick = palette.paint(Style::Good, "✔");
        let question = palette.paint(Style::Name, question);
        let text = format!("{tick} {question} · {answer}");
        self.ui.err_line(&self.ui.laid_out(&text));
    }

    fn read_secret(&self) -> Result<String, PromptError> {
        let mut secret = String::new();
        loop {
            match next_key(TICK)? {
                Some(Key::Enter) if !secret.is_empty() => return Ok(secret),
                Some(Key::CtrlC) => return Err(PromptError::Interrupted),
                // Ctrl-D is the end of the input.
                Some(Key::Char('\u{4}') | Key::Escape) if secret.is_empty() => {
                    return Err(PromptError::Interrupted);
                }
                Some(Key::Char(CTRL_U) | Key::Escape) => secret.clear(),
                Some(Key::Backspace) => drop(secret.pop()),
                Some(Key::Char(c)) if !c.is_control() => secret.push(c),
                _ => {}
            }
        }
    }
}

/// A terminal that is gone interrupts the prompt; SIGHUP follows.
fn next_key(limit: Duration) -> Result<Option<Key>, PromptError> {
    keys::next(limit).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => PromptError::Interrupted,
        _ => PromptError::Io(error),
    })
}

struct ListWidget<'a> {
    picker: Picker,
    question: &'a str,
}

impl Widget<usize> for ListWidget<'_> {
    fn lines(&mut self, palette: Palette, size: Size) -> Vec<String> {
        layout::list(&mut self.picker, self.question, palette, size)
    }

    fn press(&mut self, key: &Key, size: Size) -> Step<usize> {
        self.picker.press(key, size.list())
    }
}

struct TextWidget<'a, T> {
    line: Line<'a, T>,
    question: &'a str,
}

impl<T> Widget<T> for TextWidget<'_, T> {
    fn lines(&mut self, palette: Palette, size: Size) -> Vec<String> {
        layout::text(&self.line, self.question, palette, size)
    }

    fn press(&mut self, key: &Key, _: Size) -> Step<T> {
        self.line.press(key)
    }
}

impl Prompt for TerminalPrompt {
    fn confirm(&self, question: &str, default: bool) -> Result<bool, PromptError> {
        // The last line is the question.
        let question = question.trim_end();
        let (above, question) = question.rsplit_once('\n').unwrap_or(("", question));
        if !above.is_empty() {
            self.ui.err_line(&self.ui.message(above, 0));
        }
        let question = clean_line(question.trim_start());
        let options = if default { "[Y/n]" } else { "[y/N]" };
        let accept = move |text: &str| match text.trim().to_lowercase().as_str() {
            "" => Ok(default),
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("type y for yes or n for no".to_owned()),
        };
        let whole = format!("{question} {options}");
        let answer = self.ask(&mut ConfirmWidget::new(&whole, Box::new(accept)))?;
        self.report(&question, if answer { "yes" } else { "no" });
        Ok(answer)
    }

    fn select(
        &self,
        question: &str,
        choices: &[Choice],
        default: Option<usize>,
    ) -> Result<usize, PromptError> {
        let question = clean_line(question);
        let chosen = self.ask(&mut ListWidget {
            picker: Picker::new(choices, default),
            question: &question,
        })?;
        let answer = choices.get(chosen).map(|choice| clean_line(choice.name()));
        self.report(&question, &answer.unwrap_or_default());
        Ok(chosen)
    }

    fn text(&self, question: &Question, check: Check<'_>) -> Result<String, PromptError> {
        let label = clean_line(&question.label);
        // A default that cannot be shown exactly would not be what Enter answers.
        let default = question.default.as_ref();
        let shown = default.filter(|default| **default == clean_line(default));
        let head = match (shown, question.empty) {
            (Some(default), _) => format!("{label} ({default}) ›"),
            (None, Some(meaning)) => format!("{label} (leave empty {meaning}) ›"),
            (None, None) => format!("{label} ›"),
        };
        let accept = |text: &str| {
            let answer = match default {
                Some(default) if text.is_empty() => default,
                _ => text,
            };
            if answer.is_empty() && question.empty.is_none() {
                return Err("a value is required".to_owned());
            }
            check(answer).map(|()| answer.to_owned())
        };
        let answer = self.ask_line(&head, Box::new(accept))?;
        let shown = match answer.as_str() {
            "" => "(none)".to_owned(),
            answer => clean_line(answer),
        };
        self.report(&label, &shown);
        Ok(answer)
    }

    fn secret(&self, question: &str) -> Result<String, PromptError> {
        let question = clean_line(question);
        let raw = RawMode::enter().map_err(PromptError::Io)?;
        let asked = self.term.write_str(&format!("{question}: "));
        let secret = asked
            .map_err(PromptError::Io)
            .and_then(|()| self.read_secret());
        let _ = self.term.clear_line();
        drop(raw);
        match &secret {
            Ok(_) => self.report(&question, "********"),
            Err(_) => self.ui.err_line(""),
        }
        secret
    }
}
