//! The thread that has the screen.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::clock::{Instant, wall_time};
use crate::terminal::full_screen::FullScreen;
use crate::tui::event::{Effect, Event};
use crate::tui::state::State;
use crate::tui::update::{before_frame, update};
use crate::tui::view;

/// Durations and spinners change once a second.
const TICK: Duration = Duration::from_secs(1);

/// Between two frames, unless a key was pressed.
const FRAME: Duration = Duration::from_millis(50);

/// Events between two frames.
const MOST: usize = 1_000;

/// Takes events until the end.
pub(super) fn run(
    mut screen: FullScreen,
    mut state: State,
    inbox: &Receiver<Event>,
    effects: &UnboundedSender<Effect>,
) -> (State, io::Result<()>) {
    let first = vec![Effect::LoadProjects];
    let mut drawn = carry_out(&mut screen, first, effects).map(|_| ());
    while drawn.is_ok() {
        before_frame(&mut state);
        drawn = screen.draw(|frame| view::draw(&state, frame));
        if drawn.is_err() {
            break;
        }
        match until_next_frame(&mut screen, &mut state, inbox, effects) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => drawn = Err(error),
        }
    }
    (state, drawn)
}

/// Takes the events before the next frame; false at the end.
fn until_next_frame(
    screen: &mut FullScreen,
    state: &mut State,
    inbox: &Receiver<Event>,
    effects: &UnboundedSender<Effect>,
) -> io::Result<bool> {
    let begun = Instant::now();
    let mut until = begun + TICK;
    for _ in 0..MOST {
        let left = until.saturating_duration_since(Instant::now());
        let event = match inbox.recv_timeout(left) {
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(false),
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => Event::Tick,
        };
        let is_last = matches!(event, Event::Tick);
        let is_input = matches!(event, Event::Input(_));
        state.now = wall_time();
        let wanted = update(state, event);
        if !carry_out(screen, wanted, effects)? {
            return Ok(false);
        }
        until = match state.is_changed {
            // A key is drawn at once, with all that has already arrived.
            _ if is_input => Instant::now(),
            true => until.min(begun + FRAME),
            false => until,
        };
        if is_last {
            break;
        }
    }
    Ok(true)
}

/// Carries out what concerns the screen and passes on the rest; false at the end.
fn carry_out(
    screen: &mut FullScreen,
    wanted: Vec<Effect>,
    effects: &UnboundedSender<Effect>,
) -> io::Result<bool> {
    for effect in wanted {
        match effect {
            Effect::Quit => return Ok(false),
            Effect::Copy(text) => screen.copy(&text)?,
            effect => {
                if effects.send(effect).is_err() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}
