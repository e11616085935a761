//! Prepared answers to prompts, for tests.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::{Check, Choice, Prompt, PromptError, Question, preselected};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Pick(String),
    /// A text or secret; an empty one takes the default.
    Text(String),
    Interrupt,
}

/// Answers questions in order and records them. A question that the script does not expect fails
/// with [`PromptError::Io`].
#[derive(Debug, Default)]
pub struct ScriptedPrompt {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<String>>,
}

impl ScriptedPrompt {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        ScriptedPrompt {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        }
    }

    /// The questions so far, with choices in brackets.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[must_use]
    pub fn left(&self) -> usize {
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    fn next(&self, question: String) -> Result<Answer, PromptError> {
        let unexpected = || surprise(&format!("no answer left for: {question}"));
        let answer = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .ok_or_else(unexpected);
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(question);
        match answer? {
            Answer::Interrupt => Err(PromptError::Interrupted),
            answer => Ok(answer),
        }
    }
}

fn surprise(message: &str) -> PromptError {
    PromptError::Io(io::Error::other(message))
}

impl Prompt for ScriptedPrompt {
    fn confirm(&self, question: &str) -> Result<bool, PromptError> {
        match self.next(question.to_owned())? {
            Answer::Yes => Ok(true),
            Answer::No => Ok(false),
            other => Err(surprise(&format!("{question}: not yes or no: {other:?}"))),
        }
    }

    fn select(
        &self,
        question: &str,
        choices: &[Choice],
        default: Option<usize>,
    ) -> Result<usize, PromptError> {
        let labels: Vec<&str> = choices.iter().map(|choice| &*choice.label).collect();
        match self.next(format!("{question} [{}]", labels.join(", ")))? {
            Answer::Pick(label) => labels
                .iter()
                .position(|candidate| *candidate == label)
                .ok_or_else(|| surprise(&format!("{question}: {label} is not among {labels:?}"))),
            Answer::Text(text) if text.is_empty() => preselected(choices, default)
                .ok_or_else(|| surprise(&format!("{question}: nothing is preselected"))),
            other => Err(surprise(&format!("{question}: not a choice: {other:?}"))),
        }
    }

    fn text(&self, question: &Question, check: Check<'_>) -> Result<String, PromptError> {
        loop {
            let text = match self.next(question.label.clone())? {
                Answer::Text(text) => text,
                other => {
                    let label = &question.label;
                    return Err(surprise(&format!("{label}: not a text: {other:?}")));
                }
            };
            let text = match &question.default {
                Some(default) if text.is_empty() => default.clone(),
                _ => text,
            };
            if (question.optional || !text.is_empty()) && check(&text).is_ok() {
                return Ok(text);
            }
        }
    }

    fn secret(&self, question: &str) -> Result<String, PromptError> {
        match self.next(question.to_owned())? {
            Answer::Text(text) => Ok(text),
            other => Err(surprise(&format!("{question}: not a text: {other:?}"))),
        }
    }
}
