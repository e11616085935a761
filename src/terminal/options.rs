//! The options of the terminal, from flags and variables.

use super::{ColorChoice, Symbols};

#[derive(Debug, Clone, Default)]
pub(crate) struct UiOptions {
    pub color: ColorChoice,
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set and neither empty nor `0`.
    pub force_color: bool,
    /// `TERM` is `dumb`: no colour, no progress.
    pub dumb: bool,
    /// `COLUMNS`, if it is a number; overrides the terminal's width.
    pub columns: Option<u16>,
    /// The locale's encoding is UTF-8.
    pub utf8: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub no_input: bool,
    pub ci: bool,
    /// The command line of the pager; if empty or `cat`, none is used. `None` for the default.
    pub pager: Option<String>,
    /// `LESS` is set.
    pub has_less_options: bool,
    /// The terminal is one of tmux.
    pub tmux: bool,
}

impl UiOptions {
    pub(super) fn symbols(&self) -> Symbols {
        if self.utf8 {
            Symbols::Unicode
        } else {
            Symbols::Ascii
        }
    }
}
