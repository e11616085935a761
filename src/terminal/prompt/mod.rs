//! Questions to the user, and who answers them.

use std::io;

mod scripted;
mod terminal;

pub use scripted::{Answer, ScriptedPrompt};
pub(super) use terminal::TerminalPrompt;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// There is nobody to ask: no terminal, `--no-input`, or a CI system.
    #[error("there is nobody to ask: this is not an interactive terminal")]
    NotInteractive,
    /// The terminal fails.
    #[error("cannot ask at the terminal: {0}")]
    Io(#[source] io::Error),
}

/// One entry of a choice list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen.
    pub label: String,
    /// What helps to choose, shown beside it: a description, "production".
    pub note: Option<String>,
    /// Whether Enter alone must not choose it.
    pub never_preselected: bool,
}

impl Choice {
    /// An entry without a note.
    pub fn new(label: impl Into<String>) -> Self {
        Choice {
            label: label.into(),
            note: None,
            never_preselected: false,
        }
    }

    /// Adds what helps to choose.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Makes the user move to this entry: Enter alone does not choose it.
    #[must_use]
    pub fn never_preselected(mut self) -> Self {
        self.never_preselected = true;
        self
    }
}

/// The entry that is selected when a list is first shown: the default, otherwise the first entry
/// that may be preselected. A default that must not be preselected selects nothing.
fn preselected(choices: &[Choice], default: Option<usize>) -> Option<usize> {
    let may_be = |at: usize| choices.get(at).is_some_and(|c| !c.never_preselected);
    match default {
        Some(at) => Some(at).filter(|at| may_be(*at)),
        None => (0..choices.len()).find(|at| may_be(*at)),
    }
}

/// A question that is answered with a line of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub label: String,
    /// The answer when just Enter is pressed.
    pub default: Option<String>,
    /// Whether an empty answer is one.
    pub optional: bool,
}

impl Question {
    /// A question that must be answered.
    pub fn new(label: impl Into<String>) -> Self {
        Question {
            label: label.into(),
            ..Question::default()
        }
    }

    /// The answer when just Enter is pressed.
    #[must_use]
    pub fn suggest(mut self, answer: impl Into<String>) -> Self {
        self.default = Some(answer.into());
        self
    }

    /// Lets an empty answer count.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// What an answer is checked with; the error is shown and the question put again.
pub type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Somebody who can be asked. All labels are cleaned before they are shown. Ask before or after work
/// that shows its progress, not meanwhile.
pub trait Prompt: Send + Sync {
    /// Yes or no; just Enter is no.
    ///
    /// # Errors
    /// When there is no answer.
    fn confirm(&self, question: &str) -> Result<bool, PromptError>;

    /// The index of one of the choices; `default` is the one that Enter takes, unless it must not
    /// be preselected.
    ///
    /// # Errors
    /// When there is no answer, and when there are no choices.
    fn select(
        &self,
        question: &str,
        choices: &[Choice],
        default: Option<usize>,
    ) -> Result<usize, PromptError>;

    /// A line of text that passes the check.
    ///
    /// # Errors
    /// When there is no answer.
    fn text(&self, question: &Question, check: Check<'_>) -> Result<String, PromptError>;

    /// A line of text that is not shown while it is typed.
    ///
    /// # Errors
    /// When there is no answer.
    fn secret(&self, question: &str) -> Result<String, PromptError>;
}

/// Nobody to ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPrompt;

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
    fn a_script_answers_in_order_and_remembers() {
        let prompt = ScriptedPrompt::new([
            Answer::Pick("develop".to_owned()),
            Answer::Text("wrong".to_owned()),
            Answer::Text(String::new()),
            Answer::Yes,
            Answer::Interrupt,
        ]);
        let choices = [Choice::new("main"), Choice::new("develop")];
        assert_eq!(prompt.select("Environment", &choices, None).unwrap(), 1);
        let question = Question::new("Level").suggest("high");
        let check = |text: &str| match text {
            "wrong" => Err("no".to_owned()),
            _ => Ok(()),
        };
        assert_eq!(prompt.text(&question, &check).unwrap(), "high");
        assert!(prompt.confirm("Sure?").unwrap());
        assert!(matches!(
            prompt.secret("Token"),
            Err(PromptError::Interrupted)
        ));
        assert!(matches!(prompt.confirm("More?"), Err(PromptError::Io(_))));
        assert_eq!(prompt.left(), 0);
        assert_eq!(
            prompt.asked(),
            [
                "Environment [main, develop]",
                "Level",
                "Level",
                "Sure?",
                "Token",
                "More?"
            ]
        );
    }

    #[test]
    fn entries_that_must_be_chosen_are_never_preselected() {
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
    fn nobody_answers_off_a_terminal() {
        let prompt = crate::terminal::Ui::captured().prompt();
        assert!(matches!(
            prompt.confirm("Sure?"),
            Err(PromptError::NotInteractive)
        ));
    }
}
