//! Keys while something is open over the panes.

use crate::terminal::input::Key;
use crate::tui::event::Effect;
use crate::tui::form::FormStep;
use crate::tui::keys::{self, Action};
use crate::tui::state::{Focus, Overlay, State, Typing, Waiting};
use crate::tui::update::act::{self, copy, distance, find, focus};
use crate::tui::view::last_help_row;

pub(super) fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    match state.overlay.take() {
        Some(Overlay::Help(top)) => help(state, top, key),
        Some(Overlay::Message(_)) if is_closing(key) || key == Key::Enter => {}
        Some(Overlay::Message(trouble)) => state.overlay = Some(Overlay::Message(trouble)),
        Some(Overlay::Waiting(waiting)) => match (is_closing(key), waiting) {
            (true, Waiting::Rerun(_)) => state.notify("nothing was started"),
            (true, Waiting::Files(_)) => state.notify("nothing was downloaded"),
            (false, _) => state.overlay = Some(Overlay::Waiting(waiting)),
        },
        Some(Overlay::Log) => {
            state.overlay = Some(Overlay::Log);
            log(state, key, effects);
        }
        Some(Overlay::Active(active)) => {
            state.overlay = Some(Overlay::Active(active));
            self::active(state, key, effects);
        }
        Some(Overlay::Confirm(confirm)) => match key {
            Key::Char('y' | 'Y') => answer_yes(state, confirm.yes, effects),
            key if is_closing(key) || matches!(key, Key::Enter | Key::Char('n' | 'N')) => {
                state.notify("nothing was done");
            }
            _ => state.overlay = Some(Overlay::Confirm(confirm)),
        },
        Some(Overlay::Form(mut form)) => match form.press(key, &state.setup.program) {
            FormStep::Closed => state.notify("nothing was started"),
            FormStep::Open => state.overlay = Some(Overlay::Form(form)),
            FormStep::Copy => {
                state.overlay = Some(Overlay::Form(form));
                copy(state, effects);
            }
            FormStep::Submitted(request) => {
                state.overlay = Some(Overlay::Form(form));
                effects.push(Effect::Prepare(*request));
            }
        },
        None => {}
    }
}

/// Carries out the confirmed effect, once: the question is gone.
pub(super) fn answer_yes(state: &mut State, effect: Effect, effects: &mut Vec<Effect>) {
    match &effect {
        Effect::Start(launch, line) => {
            state.notify(format!("starting {}", launch.name()));
            state.unanswered.push(line.clone());
        }
        Effect::Cancel(run) => {
            state.notify(format!("cancelling run {}", run.id));
            let line = state.setup.program.run("cancel", run);
            state.unanswered.push(line);
        }
        Effect::Download { run, is_replacing } => {
            let line = state.setup.program.files(run, *is_replacing);
            state.notify(format!("downloading: {line}"));
        }
        _ => {}
    }
    effects.push(effect);
}

fn is_closing(key: Key) -> bool {
    matches!(key, Key::Esc | Key::Char('q'))
}

fn help(state: &mut State, top: usize, key: Key) {
    let last = last_help_row(state);
    match keys::action(key) {
        Some(action) if action.is_move() => {
            let by = distance(action, state.overlay_rows());
            state.overlay = Some(Overlay::Help(top.saturating_add_signed(by).min(last)));
        }
        _ if is_closing(key) || matches!(key, Key::Char('?') | Key::Enter) => {}
        _ => state.overlay = Some(Overlay::Help(top)),
    }
}

fn log(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let height = state.overlay_rows();
    match keys::action(key) {
        _ if is_closing(key) || matches!(key, Key::Char('l' | 'h') | Key::Left) => {
            state.overlay = None;
        }
        Some(action) if action.is_move() => {
            if let Some(log) = &mut state.log {
                log.scroll(distance(action, height), height);
            }
        }
        Some(Action::Open) => {
            if let Some(log) = &mut state.log {
                log.scroll(1, height);
            }
        }
        Some(Action::Filter) => state.typing = Some(Typing::Search),
        Some(Action::NextMatch) => find(state, true),
        Some(Action::PreviousMatch) => find(state, false),
        Some(Action::Copy) => copy(state, effects),
        Some(
            action @ (Action::Help
            | Action::Cancel
            | Action::Rerun
            | Action::Download
            | Action::Browse),
        ) => {
            // They open something else.
            if action != Action::Browse {
                state.overlay = None;
            }
            focus(state, Focus::Runs);
            act::act(state, action, effects);
        }
        _ => {}
    }
}

pub(super) fn move_in_active(state: &mut State, action: Action) {
    let height = state.overlay_rows();
    if let Some(Overlay::Active(active)) = &mut state.overlay {
        let ids = active.ids();
        active.cursor.move_by(distance(action, height), &ids);
    }
}

fn active(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let Some(Overlay::Active(active)) = &mut state.overlay else {
        return;
    };
    match keys::action(key) {
        Some(action) if action.is_move() => move_in_active(state, action),
        Some(Action::Filter) => state.typing = Some(Typing::Active),
        Some(Action::Copy) => copy(state, effects),
        Some(Action::Back) if !active.cursor.filter.is_empty() => active.cursor.filter.clear(),
        Some(Action::Open) => {
            if let Some(run) = active.selected().cloned() {
                close_active(state, effects);
                go_to(state, run, effects);
            }
        }
        _ if is_closing(key) || key == Key::Char('w') => close_active(state, effects),
        _ => {}
    }
}

fn close_active(state: &mut State, effects: &mut Vec<Effect>) {
    state.overlay = None;
    effects.push(Effect::EndActive);
}

/// Selects a run of any project.
pub(super) fn go_to(state: &mut State, run: crate::domain::Run, effects: &mut Vec<Effect>) {
    let Some(place) = run.environment.as_deref().cloned() else {
        return;
    };
    if state
        .open
        .as_ref()
        .is_none_or(|open| open.name != place.project.name)
    {
        act::open_project(state, place.project.name.clone(), effects);
    }
    state.places.filter.clear();
    state.runs.filter.clear();
    state.places.picked = Some(crate::tui::state::PlaceRow::Environment(place.id));
    state.wanted_environment = Some(place.name.clone());
    state.awaited = Some(run.id);
    if let Some(open) = &mut state.open {
        open.take(run);
    }
    focus(state, Focus::Runs);
}
