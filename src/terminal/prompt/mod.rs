//! Prompts.

use std::io;

mod columns;
mod confirm;
#[cfg(not(unix))]
mod console_keys;
#[cfg(unix)]
mod keys;
mod layout;
mod line;
mod picker;
mod resizes;
mod search;
mod terminal;

#[cfg(not(unix))]
use console_keys as keys;
pub(super) use terminal::TerminalPrompt;

#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("interrupted")]
    Interrupted,
    /// No terminal, `--no-input`, or a CI system.
    #[error("no terminal to prompt on")]
    NotInteractive,
    #[error("cannot prompt at the terminal: {0}")]
    Io(#[source] io::Error),
}

/// An item of a list. Its columns are aligned with those of the other items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub label: String,
    /// Drawn after the label, and no part of the name.
    mark: &'static str,
    columns: Vec<String>,
    /// Positions of columns that are cut before others; the label has position 0.
    flexible: Vec<usize>,
    /// The last column; fuzzy search ignores it, except for whole words.
    note: Option<String>,
    /// The answer that remains on the screen, if it is not the label.
    name: Option<String>,
    never_preselected: bool,
}

impl Choice {
    pub(crate) fn new(label: impl Into<String>) -> Self {
        Choice {
            label: label.into(),
            mark: "",
            columns: Vec::new(),
            flexible: Vec::new(),
            note: None,
            name: None,
            never_preselected: false,
        }
    }

    #[must_use]
    pub(crate) fn marked(mut self, mark: &'static str) -> Self {
        self.mark = mark;
        self
    }

    /// A column that is cut before others.
    #[must_use]
    pub(crate) fn flexible(mut self, text: impl Into<String>) -> Self {
        self.columns.push(text.into());
        self.flexible.push(self.columns.len());
        self
    }

    #[must_use]
    pub(crate) fn column(mut self, text: impl Into<String>) -> Self {
        self.columns.push(text.into());
        self
    }

    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    #[must_use]
    pub(crate) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    #[must_use]
    pub(crate) fn never_preselected(mut self) -> Self {
        self.never_preselected = true;
        self
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Question {
    pub label: String,
    /// The answer of Enter alone.
    pub default: Option<String>,
    /// The meaning of an empty answer, as in "leave empty for none"; `None` if a value is required.
    pub empty: Option<&'static str>,
}

impl Question {
    pub(crate) fn new(label: impl Into<String>) -> Self {
        Question {
            label: label.into(),
            ..Question::default()
        }
    }

    #[must_use]
    pub(crate) fn suggest(mut self, answer: impl Into<String>) -> Self {
        self.default = Some(answer.into());
        self
    }

    #[must_use]
    pub(crate) fn or_empty(mut self, meaning: &'static str) -> Self {
        self.empty = Some(meaning);
        self
    }
}

/// The error is shown and the question repeated.
pub(crate) type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Labels are cleaned. Do not prompt while progress is shown.
pub(crate) trait Prompt: Send + Sync {
    /// Enter alone answers with `default`.
    fn confirm(&self, question: &str, default: bool) -> Result<bool, PromptError>;

    /// Enter takes `default`, otherwise the first choice that may be preselected.
    fn select(
        &self,
        question: &str,
        choices: &[Choice],
        default: Option<usize>,
    ) -> Result<usize, PromptError>;

    fn text(&self, question: &Question, check: Check<'_>) -> Result<String, PromptError>;

    fn secret(&self, question: &str) -> Result<String, PromptError>;
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoPrompt;

impl Prompt for NoPrompt {
    fn confirm(&self, _: &str, _: bool) -> Result<bool, PromptError> {
        Err(PromptError::NotInteractive)
    }

    fn select(&self, _: &str, _: &[Choice], _: Option<usize>) -> Result<usize, PromptError> {
        Err(PromptError::NotInteractive)
    }

    fn text(&self, _: &Question, _: Check<'_>) -> Result<String, PromptError> {
        Err(PromptError::NotInteractive)
    }

    fn secret(&self, _: &str) -> Result<String, PromptError> {
        Err(PromptError::NotInteractive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompting_fails_without_a_terminal() {
        let prompt = crate::terminal::Ui::captured().prompt();
        assert!(matches!(
            prompt.confirm("Sure?", false),
            Err(PromptError::NotInteractive)
        ));
    }
}
