//! Events change the state. Nothing here waits, reads or draws.

mod act;
mod news;
mod overlay;
mod pointer;

use crate::terminal::input::{Input, Key};
use crate::tui::event::{Effect, Event};
use crate::tui::keys;
use crate::tui::log::Log;
use crate::tui::state::{OlderRuns, Overlay, PlaceRow, Remote, State, Typing};

/// Changes the state and returns the work to do.
pub(crate) fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    if matches!(event, Event::Input(_)) {
        before_frame(state);
    }
    state.is_changed = !matches!(event, Event::Tick);
    match event {
        Event::Input(input) => take_input(state, input, &mut effects),
        Event::News(news) => news::take(state, *news, &mut effects),
        Event::Tick | Event::Stop => {}
    }
    if state.notice.as_ref().is_some_and(|n| n.until <= state.now) {
        state.notice = None;
    }
    if state.overlay.is_none() && state.typing.is_none() {
        state.overlay = state.troubles.pop_front().map(Overlay::Message);
    }
    state.settle();
    read_what_is_shown(state, &mut effects);
    effects
}

/// Prepares what is drawn.
pub(crate) fn before_frame(state: &mut State) {
    if let Some(log) = &mut state.log {
        log.settle();
    }
}

fn take_input(state: &mut State, input: Input, effects: &mut Vec<Effect>) {
    if matches!(input, Input::Key(_) | Input::Click(..)) {
        // It hides the equivalent command.
        state.notice = None;
    }
    match input {
        Input::Resize(columns, rows) => state.size = (columns, rows),
        Input::Key(Key::Ctrl('c')) => act::quit(state, effects),
        Input::Key(key) => press(state, key, effects),
        Input::Paste(text) => paste(state, &text),
        Input::Click(column, row) => pointer::click(state, column, row, effects),
        Input::Wheel(column, row, by) => pointer::scroll(state, column, row, by),
    }
}

fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    if let Some(typing) = state.typing {
        return type_key(state, typing, key);
    }
    if state.overlay.is_some() {
        return overlay::press(state, key, effects);
    }
    if key == Key::Char('l') && !state.shows_run() {
        return act::act(state, keys::Action::Right, effects);
    }
    if let Some(action) = keys::action(key) {
        act::act(state, action, effects);
    }
}

fn paste(state: &mut State, text: &str) {
    if let Some(typing) = state.typing {
        if let Some(line) = typed(state, typing) {
            line.insert(text);
        }
    } else if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.paste(text);
    }
}

fn typed(state: &mut State, typing: Typing) -> Option<&mut crate::tui::text_line::TextLine> {
    match typing {
        Typing::Places => Some(&mut state.places.filter),
        Typing::Tasks => Some(&mut state.tasks.filter),
        Typing::Runs => Some(&mut state.runs.filter),
        Typing::Active => match &mut state.overlay {
            Some(Overlay::Active(active)) => Some(&mut active.cursor.filter),
            _ => None,
        },
        Typing::Search => state.log.as_mut().map(|log| &mut log.search),
    }
}

/// A key while a filter or a search is typed.
fn type_key(state: &mut State, typing: Typing, key: Key) {
    let height = state.log_rows();
    let Some(line) = typed(state, typing) else {
        state.typing = None;
        return;
    };
    match key {
        Key::Esc => {
            line.clear();
            state.typing = None;
        }
        Key::Enter | Key::Tab => state.typing = None,
        // The list can be used while its filter is typed.
        Key::Up | Key::Down => {
            let action = match key {
                Key::Up => keys::Action::Up,
                _ => keys::Action::Down,
            };
            match typing {
                Typing::Active => overlay::move_in_active(state, action),
                Typing::Search => {}
                _ => act::act(state, action, &mut Vec::new()),
            }
            return;
        }
        key => {
            line.press(key);
        }
    }
    if typing == Typing::Search && key == Key::Enter {
        let found = state.log.as_mut().map(|log| log.find(true, height));
        if found == Some(false) {
            state.complain("not found in the log");
        }
    }
}

/// Requests what the panes show and has not been read.
fn read_what_is_shown(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(open) = &mut state.open
        && let Some(environment) = open.chosen.and_then(|id| open.environment(id)).cloned()
        && matches!(open.view(environment.id), Remote::Unread)
    {
        open.forget_unread_views();
        open.set_view(environment.id, Remote::Loading);
        effects.push(Effect::LoadTasks(environment));
    }
    read_older_runs(state, effects);
    let wanted = match &state.overlay {
        Some(Overlay::Log) => state.selected_run(),
        _ if state.is_about_run => state.selected_run(),
        _ => None,
    };
    match (wanted, &state.log) {
        (Some(run), Some(log)) if log.run == run.id => {}
        (Some(run), _) => {
            effects.push(Effect::ShowLog(run.clone()));
            state.log = Some(Log::loading(run.id, state.setup.is_coloured));
        }
        (None, Some(_)) => {
            effects.push(Effect::HideLog);
            state.log = None;
        }
        (None, None) => {}
    }
}

/// At the end of the list, or with a filter, all runs are needed.
fn read_older_runs(state: &mut State, effects: &mut Vec<Effect>) {
    let is_filtered = !state.runs.filter.is_empty() && state.typing != Some(Typing::Runs);
    let count = state.shown_runs().len();
    let is_at_end = state.shows_run() && count > 1 && state.runs.at + 1 >= count;
    if !(is_filtered || is_at_end) || !matches!(state.places.picked, Some(PlaceRow::Environment(_)))
    {
        return;
    }
    let Some(environment) = state.environment().cloned() else {
        return;
    };
    let Some(open) = &mut state.open else { return };
    let runs = open.runs_of(environment.id);
    if runs.older == OlderRuns::Unread && runs.list.len() >= FEW {
        runs.older = OlderRuns::Loading;
        effects.push(Effect::LoadAllRuns(environment));
    }
}

/// An environment with fewer runs was read completely.
pub(crate) const FEW: usize = 20;

#[cfg(test)]
mod tests;
