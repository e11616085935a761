//! The terminal's mode during prompts and progress.

use std::io::{self, stdin};
use std::sync::{Mutex, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// Raw mode until drop: keys arrive one by one, unechoed, and Ctrl-C as a key.
///
/// The libraries switch modes for each key, so part of a pasted token could be echoed and a Ctrl-C
/// lost.
pub(super) struct Raw(#[allow(dead_code, reason = "its end is what counts")] Changed);

impl Raw {
    pub(super) fn enter() -> io::Result<Self> {
        Changed::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG).map(Raw)
    }
}

/// Disables echo until the last of these is dropped: the `^C` of an interrupt would break the
/// progress line.
pub(super) struct Unechoed(());

/// The number of values, and the mode before the first.
static UNECHOED: Mutex<Option<(usize, Changed)>> = Mutex::new(None);

impl Unechoed {
    /// `None` in the background or without a terminal, where the mode must not change.
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
        // It fails only if the terminal is gone, and then there is nothing to restore.
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &self.before);
    }
}
