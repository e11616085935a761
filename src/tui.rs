//! `tasks ui`: the full-screen interface.
//!
//! One thread owns the screen: it takes events, changes the [`state`] in [`update`], and draws it
//! in [`view`]. It never waits for the network: changes have effects, which become requests in
//! [`work`], and their results are events again.

mod active;
mod colours;
mod cursor;
pub(crate) mod equivalent;
mod event;
mod form;
mod keys;
mod layout;
mod log;
#[cfg(test)]
mod samples;
mod screen;
pub(crate) mod state;
mod text_line;
mod update;
mod view;
mod work;

use std::sync::mpsc::channel;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::app::App;
use crate::clock::{timeout, wall_time};
use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::terminal::full_screen::FullScreen;
use crate::terminal::input;
use event::{Event, Trouble};
use state::{Overlay, Setup, State};
use work::Work;

pub(crate) use work::Host;

/// Reported after the interface has closed.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// The runs that were started.
    pub started: Vec<Run>,
    /// Command lines that were sent without a reply.
    pub unanswered: Vec<String>,
    /// The error that was still shown.
    pub trouble: Option<Trouble>,
}

/// The limit for restoring the screen after a signal.
const LEAVE: Duration = Duration::from_secs(1);

/// Runs until the user quits or a signal arrives. A signal other than Ctrl-C is returned as an
/// error of its kind. The terminal is restored in any case.
pub(crate) async fn run(
    app: &App,
    host: &dyn Host,
    setup: Setup,
    has_mouse: bool,
) -> (Summary, Result<(), Error>) {
    let cannot = |error: std::io::Error| {
        let error = Error::failed("cannot open the full-screen interface").because(error);
        (Summary::default(), Err(error))
    };
    let claim = app.claim_interrupt();
    let screen = match FullScreen::open(&app.ui, has_mouse) {
        Ok(screen) => screen,
        Err(error) => return cannot(error),
    };
    let size = screen.size().unwrap_or((80, 24));
    let state = State::new(setup, size, wall_time());
    let (events, inbox) = channel();
    let (effects, wanted) = mpsc::unbounded_channel();
    let inputs = events.clone();
    let listening = input::listen(move |input| inputs.send(Event::Input(input)).is_ok());
    let (ended, end) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("screen".to_owned())
        .spawn(move || {
            let result = screen::run(screen, state, &inbox, &effects);
            // The receiver is gone only if the process ends.
            let _ = ended.send(result);
        });
    if let Err(error) = listening.and(thread) {
        crate::terminal::restore();
        return cannot(error);
    }
    let mut work = Work::new(app, host, events.clone());
    let working = async {
        work.carry_out(wanted).await;
        std::future::pending::<()>().await;
    };
    let mut end = std::pin::pin!(end);
    let (result, kind) = tokio::select! {
        biased;
        result = &mut end => (result.ok(), None),
        kind = claim.signalled() => {
            // The screen ends at this event.
            let _ = events.send(Event::Stop);
            let result = timeout(LEAVE, &mut end).await;
            (result.ok().and_then(Result::ok), Some(kind))
        }
        () = working => (None, None),
    };
    crate::terminal::restore();
    let Some((state, drawn)) = result else {
        let stopped = match kind {
            Some(kind) => Error::new(kind, kind.word()),
            None => Error::failed("the full-screen interface stopped unexpectedly"),
        };
        return (Summary::default(), Err(stopped));
    };
    let verdict = match kind {
        // Ctrl-C is a usual end.
        None | Some(Kind::Interrupted) => drawn
            .map_err(|error| Error::failed("cannot draw the full-screen interface").because(error)),
        Some(kind) => Err(Error::new(kind, kind.word())),
    };
    (summary(state), verdict)
}

fn summary(mut state: State) -> Summary {
    Summary {
        started: state.started,
        unanswered: state.unanswered,
        trouble: match state.overlay {
            Some(Overlay::Message(trouble)) => Some(trouble),
            _ => state.troubles.pop_front(),
        },
    }
}
