//! Prompts at the terminal, drawn on stderr.

use std::io;

use console::{Key, Term};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, FuzzySelect, Input};
use unicode_width::UnicodeWidthStr;

use super::{Check, Choice, Prompt, PromptError, Question, preselected};
use crate::terminal::mode::RawMode;
use crate::terminal::{Stream, Style, Ui, clean_line, message};

/// The columns beside the labels of a choice list: the marker and its space.
const MARKER: usize = 2;
/// The columns beside the text of a yes-or-no question: marks, `(y/n)` and the answer.
const CONFIRM: usize = 16;
/// Labels are padded to at most this width, so that notes align.
const WIDEST_LABEL: usize = 40;

pub(in crate::terminal) struct TerminalPrompt {
    ui: Ui,
    term: Term,
}

impl TerminalPrompt {
    pub(in crate::terminal) fn new(ui: Ui) -> Self {
        // The library reads NO_COLOR and CLICOLOR itself; our own flags decide.
        console::set_colors_enabled_stderr(ui.palette(Stream::Err).is_enabled());
        let term = Term::stderr();
        TerminalPrompt { ui, term }
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&ColorfulTheme, &Term) -> dialoguer::Result<T>,
    ) -> Result<T, PromptError> {
        catch_interrupt();
        let raw = RawMode::enter().map_err(PromptError::Io)?;
        let answer = question(&ColorfulTheme::default(), &self.term);
        drop(raw);
        answer.map_err(|dialoguer::Error::IO(error)| self.give_up(error))
    }

    fn give_up(&self, error: io::Error) -> PromptError {
        // A list hides the cursor. If the terminal is gone there is nothing to restore.
        let _ = self.term.show_cursor();
        let _ = self.term.write_line("");
        match error.kind() {
            io::ErrorKind::Interrupted => PromptError::Interrupted,
            _ => PromptError::Io(error),
        }
    }

    fn report(&self, question: &str, answer: &str) {
        let palette = self.ui.palette(Stream::Err);
        let tick = palette.paint(Style::Good, "✔");
        let question = palette.paint(Style::Name, question);
        self.ui.err_line(&format!("{tick} {question} · {answer}"));
    }

    fn read_secret(&self) -> Result<String, PromptError> {
        let mut secret = String::new();
        loop {
            match self.term.read_key_raw().map_err(PromptError::Io)? {
                Key::Enter if !secret.is_empty() => return Ok(secret),
                Key::CtrlC => return Err(PromptError::Interrupted),
                // Ctrl-D is the end of the input; Ctrl-U clears the line.
                Key::Char('\u{4}') if secret.is_empty() => return Err(PromptError::Interrupted),
                Key::Char('\u{15}') => secret.clear(),
                Key::Backspace => drop(secret.pop()),
                Key::Char(c) if !c.is_control() => secret.push(c),
                _ => {}
            }
        }
    }
}

impl Prompt for TerminalPrompt {
    fn confirm(&self, question: &str) -> Result<bool, PromptError> {
        let whole = message(question);
        let mut question = clean_line(question);
        let is_wide = question.width() + CONFIRM > usize::from(self.term.size().1);
        if is_wide || whole.contains('\n') {
            // The library cannot redraw a question of several lines.
            self.ui.err_line(&whole);
            question = "Continue?".to_owned();
        }
        self.ask(|theme, term| {
            Confirm::with_theme(theme)
                .with_prompt(question)
                .default(false)
                .wait_for_newline(true)
                .interact_on(term)
        })
    }

    fn select(
        &self,
        question: &str,
        choices: &[Choice],
        default: Option<usize>,
    ) -> Result<usize, PromptError> {
        let question = clean_line(question);
        let width = usize::from(self.term.size().1).saturating_sub(MARKER + 1);
        let chosen = self.ask(|theme, term| {
            // Typing filters the list, so Enter takes only a matching entry.
            let list = FuzzySelect::with_theme(theme)
                .with_prompt(&question)
                .items(entries(choices, width))
                .report(false);
            match preselected(choices, default) {
                Some(at) => list.default(at),
                None => list,
            }
            .interact_on(term)
        })?;
        let label = choices.get(chosen).map(|choice| clean_line(&choice.label));
        self.report(&question, &label.unwrap_or_default());
        Ok(chosen)
    }

    fn text(&self, question: &Question, check: Check<'_>) -> Result<String, PromptError> {
        self.ask(|theme, term| {
            let mut input = Input::<String>::with_theme(theme)
                .with_prompt(clean_line(&question.label))
                .allow_empty(question.optional)
                .validate_with(|text: &String| check(text).map_err(|error| clean_line(&error)));
            if let Some(default) = &question.default {
                // A default that cannot be shown exactly would not be what Enter answers.
                input = input
                    .default(default.clone())
                    .show_default(*default == clean_line(default));
            }
            input.interact_text_on(term)
        })
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

/// One line of the terminal for each choice, with aligned notes.
fn entries(choices: &[Choice], width: usize) -> Vec<String> {
    let labels: Vec<String> = choices.iter().map(|c| clean_line(&c.label)).collect();
    let widest = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let column = widest.min(WIDEST_LABEL);
    labels
        .into_iter()
        .zip(choices)
        .map(|(label, choice)| match &choice.note {
            None => label,
            Some(note) => {
                let gap = " ".repeat(column.saturating_sub(label.width()) + 2);
                format!("{label}{gap}{}", clean_line(note))
            }
        })
        .map(|entry| console::truncate_str(&entry, width, "…").into_owned())
        .collect()
}

/// The library turns Ctrl-C into SIGINT. Without a handler, that would end the process and leave
/// the terminal in raw mode.
fn catch_interrupt() {
    if tokio::runtime::Handle::try_current().is_ok() {
        // The registration is enough; other listeners receive the signal as well.
        let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_fit_on_one_line() {
        let choices = [
            Choice::new("main").note("production"),
            Choice::new("pr-\u{1b}[2J"),
            Choice::new("develop").note("a note\nof two lines that is longer than the terminal"),
        ];
        let entries = entries(&choices, 40);
        assert_eq!(entries[0], "main          production");
        assert_eq!(entries[1], "pr-\\u{1b}[2J");
        assert!(
            entries[2].starts_with("develop       a note\\nof two"),
            "{entries:?}"
        );
        assert!(entries[2].ends_with('…') && entries[2].width() <= 40);
    }
}
