//! Changes of the terminal's size during a prompt.

#[cfg(unix)]
use std::task::{Context, Waker};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Notices a change of the size that was undone before the size was compared: the terminal may have cut
/// the lines.
#[cfg(unix)]
pub(super) struct Resizes(Option<Signal>);

#[cfg(unix)]
impl Resizes {
    pub(super) fn listen() -> Self {
        let can_listen = tokio::runtime::Handle::try_current().is_ok();
        let changes = can_listen.then(|| signal(SignalKind::window_change()));
        Resizes(changes.and_then(Result::ok))
    }

    pub(super) fn any(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let changes = self.0.as_mut();
        changes.is_some_and(|changes| changes.poll_recv(&mut context).is_ready())
    }
}

/// There is no signal of a resize; the size is compared when a key is pressed.
#[cfg(not(unix))]
pub(super) struct Resizes;

#[cfg(not(unix))]
impl Resizes {
    pub(super) fn listen() -> Self {
        Resizes
    }

    #[allow(clippy::unused_self)]
    pub(super) fn any(&mut self) -> bool {
        false
    }
}
