//! The bell and desktop notifications.

use super::{Inner, Stream, Ui, clean_line};

impl Ui {
    /// Rings, and asks the terminal for a desktop notification with this text (OSC 9).
    pub(crate) fn notify(&self, text: &str) {
        let Inner {
            options, terminal, ..
        } = &*self.inner;
        if !terminal.stderr || options.dumb {
            return;
        }
        let mut notice = format!("\u{1b}]9;tasks: {}\u{7}", clean_line(text));
        if options.tmux {
            // tmux passes on what is wrapped like this.
            notice = format!(
                "\u{1b}Ptmux;{}\u{1b}\\",
                notice.replace('\u{1b}', "\u{1b}\u{1b}")
            );
        }
        let text = format!("\u{7}{notice}");
        let _ = self.unmasked().write(Stream::Err, text.as_bytes());
    }
}
