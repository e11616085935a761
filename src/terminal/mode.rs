//! The terminal's mode while a question is open, or progress is shown.

use std::io::{self, stdin};
use std::sync::{Mutex, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// Keys arrive one by one, unechoed, Ctrl-C as a key; until dropped.
///
/// The libraries switch modes for each single key: what is typed or pasted in between would be
/// shown, which a token must not be, and a Ctrl-C be lost.
pub(super) struct Raw(#[allow(dead_code, reason = "its end is what counts")] Changed);

impl Raw {
    pub(super) fn enter() -> io::Result<Self> {
        Changed::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG).map(Raw)
    }
}

/// What is typed is not shown, until the last of these is dropped: the `^C` of an interrupt would
/// break the line that shows progress, and leave a part of it behind.
pub(super) struct Unechoed(());

/// How many there are, and the mode before the first of them: each would restore what it found.
static UNECHOED: Mutex<Option<(usize, Changed)>> = Mutex::new(None);

impl Unechoed {
    /// `None` where it is not ours to change: in the background, or without a terminal.
    pub(super) fn enter() -> Option<Self> {
        let in_front = tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp());
        if !in_front {
            return None;
        }
        let mut shared = UNECHOED.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *shared {
            Some((count, _)) => *count += 1,
            none => *none = Some((1, Changed::without(LocalModes::ECHO).ok()?)),
        }
        Some(Unechoed(()))
    }
}

impl Drop for Unechoed {
    fn drop(&mut self) {
        let mut shared = UNECHOED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, _)) = &mut *shared {
            *count -= 1;
            if *count == 0 {
                *shared = None;
            }
        }
    }
}

/// A mode that is taken back when dropped.
struct Changed {
    before: Termios,
}

impl Changed {
    fn without(modes: LocalModes) -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut mode = before.clone();
        mode.local_modes.remove(modes);
        tcsetattr(stdin(), OptionalActions::Drain, &mode)?;
        Ok(Changed { before })
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        // Fails when the terminal is gone, and then there is nothing to restore.
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &self.before);
    }
}
