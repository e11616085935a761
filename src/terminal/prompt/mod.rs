//! Prompts.

use std::io;

mod terminal;

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub label: String,
    pub note: Option<String>,
    pub never_preselected: bool,
}

impl Choice {
    pub(crate) fn new(label: impl Into<String>) -> Self {
        Choice {
            label: label.into(),
            note: None,
            never_preselected: false,
        }
    }

    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    #[must_use]
    pub(crate) fn never_preselected(mut self) -> Self {
        self.never_preselected = true;
        self
    }
}

/// The default, otherwise the first entry that may be preselected. A default that must not be
/// preselected selects nothing.
fn preselected(choices: &[Choice], default: Option<usize>) -> Option<usize> {
    let may_be = |at: usize| choices.get(at).is_some_and(|c| !c.never_preselected);
    match default {
        Some(at) => Some(at).filter(|at| may_be(*at)),
        None => (0..choices.len()).find(|at| may_be(*at)),
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Question {
    pub label: String,
    /// The answer of Enter alone.
    pub default: Option<String>,
    pub optional: bool,
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
    pub(crate) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// The error is shown and the question repeated.
pub(crate) type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Labels are cleaned. Do not prompt while progress is shown.
pub(crate) trait Prompt: Send + Sync {
    /// Enter alone means no.
    fn confirm(&self, question: &str) -> Result<bool, PromptError>;

    /// Enter takes `default`, unless it must not be preselected. Fails without choices.
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
    fn confirm(&self, _: &str) -> Result<bool, PromptError> {
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
    fn explicit_choices_are_never_preselected() {
        let choices = [
            Choice::new("main").never_preselected(),
            Choice::new("develop"),
            Choice::new("pr-12"),
        ];
        assert_eq!(preselected(&choices, None), Some(1));
        assert_eq!(preselected(&choices, Some(2)), Some(2));
        assert_eq!(preselected(&choices, Some(0)), None);
        assert_eq!(preselected(&choices[..1], None), None);
    }

    #[test]
    fn prompting_fails_without_a_terminal() {
        let prompt = crate::terminal::Ui::captured().prompt();
        assert!(matches!(
            prompt.confirm("Sure?"),
            Err(PromptError::NotInteractive)
        ));
    }
}
