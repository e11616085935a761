//! The mode of a Unix terminal.

use std::io::{self, stdin};

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// Restores the mode when it is dropped.
pub(super) struct ChangedMode {
    before: Termios,
}

impl ChangedMode {
    pub(super) fn raw() -> io::Result<Self> {
        Self::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    pub(super) fn without_echo() -> io::Result<Self> {
        Self::without(LocalModes::ECHO)
    }

    fn without(modes: LocalModes) -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut mode = before.clone();
        mode.local_modes.remove(modes);
        tcsetattr(stdin(), OptionalActions::Drain, &mode)?;
        Ok(ChangedMode { before })
    }
}

impl Drop for ChangedMode {
    fn drop(&mut self) {
        // It fails only if the terminal is gone, and then there is nothing to restore.
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &self.before);
    }
}

/// True if stdin is a terminal, and this process belongs to its foreground group.
pub(super) fn is_in_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}
