//! What cannot be read at the moment, said once.

use crate::app::App;

/// Warns when reading begins to fail, and again when it fails after it has worked.
#[derive(Debug, Default)]
pub struct Trouble {
    lasts: bool,
}

impl Trouble {
    /// It fails, and is tried again until it works or the time is up.
    pub fn begins(&mut self, app: &App, reason: &str) {
        if !std::mem::replace(&mut self.lasts, true) {
            let text = format!("cannot read at the moment, trying on: {reason}");
            app.ui.warn(&text);
        }
    }

    /// It works.
    pub fn ends(&mut self) {
        self.lasts = false;
    }
}
