//! The terminal's mode during prompts and progress.

#[cfg(unix)]
mod termios;
#[cfg(not(unix))]
mod unchanged;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use termios::{ChangedMode, is_in_foreground};
#[cfg(not(unix))]
use unchanged::{ChangedMode, is_in_foreground};

/// Raw mode until drop: keys arrive one by one, unechoed, and Ctrl-C as a key.
pub(super) struct RawMode(());

/// The mode before the open prompt.
static BEFORE_PROMPT: Mutex<Option<ChangedMode>> = Mutex::new(None);

impl RawMode {
    pub(super) fn enter() -> io::Result<Self> {
        *lock(&BEFORE_PROMPT) = Some(ChangedMode::raw()?);
        Ok(RawMode(()))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        *lock(&BEFORE_PROMPT) = None;
    }
}

/// Restores the terminal before the process is ended from another thread: removes an open prompt,
/// shows the cursor and restores the mode.
pub(crate) fn restore() {
    #[cfg(feature = "ui")]
    super::full_screen::leave();
    if let Some(mode) = lock(&BEFORE_PROMPT).take() {
        // If the terminal is gone there is nothing to restore.
        let _ = console::Term::stderr().write_str("\r\u{1b}[J\u{1b}[?25h");
        drop(mode);
    }
    *lock(&ECHO_GUARDS) = None;
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Disables echo until the last of these is dropped: the `^C` of an interrupt would break the
/// progress line.
pub(super) struct EchoGuard(());

/// The number of values, and the mode before the first.
static ECHO_GUARDS: Mutex<Option<(usize, ChangedMode)>> = Mutex::new(None);

impl EchoGuard {
    /// `None` in the background or without a terminal, where the mode must not change.
    pub(super) fn enter() -> Option<Self> {
        if !is_in_foreground() {
            return None;
        }
        let mut shared = lock(&ECHO_GUARDS);
        match &mut *shared {
            Some((count, _)) => *count += 1,
            none => *none = Some((1, ChangedMode::without_echo().ok()?)),
        }
        Some(EchoGuard(()))
    }
}

impl Drop for EchoGuard {
    fn drop(&mut self) {
        let mut shared = lock(&ECHO_GUARDS);
        if let Some((count, _)) = &mut *shared {
            *count -= 1;
            if *count == 0 {
                *shared = None;
            }
        }
    }
}
