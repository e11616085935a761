//! One warning for repeated failures to read.

use crate::app::App;

/// Warns at the first of several failures in a row.
#[derive(Debug, Default)]
pub(crate) struct ReadFailureNotice {
    lasts: bool,
}

impl ReadFailureNotice {
    pub(crate) fn begins(&mut self, app: &App, reason: &str) {
        if !std::mem::replace(&mut self.lasts, true) {
            let text = format!("cannot read from Lagoon, retrying: {reason}");
            app.ui.warn(&text);
        }
    }

    pub(crate) fn ends(&mut self) {
        self.lasts = false;
    }
}
