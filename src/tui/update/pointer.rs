//! The mouse: a click selects, and opens what is already selected; the wheel scrolls.

use crate::tui::event::Effect;
use crate::tui::keys::Action;
use crate::tui::state::{Focus, Overlay, State};
use crate::tui::update::act::{self, focus, scroll_detail};
use crate::tui::view::last_help_row;

pub(super) fn click(state: &mut State, column: u16, row: u16, effects: &mut Vec<Effect>) {
    state.typing = None;
    if let Some(overlay) = &mut state.overlay {
        // Below the title.
        let at = usize::from(row).saturating_sub(2);
        if let Overlay::Active(active) = overlay {
            let ids = active.ids();
            active.cursor.select(active.cursor.top + at, &ids);
        }
        return;
    }
    let layout = state.layout();
    let Some((pane, area)) = layout.pane_at(column, row) else {
        return;
    };
    let was_focused = state.focus == pane;
    let is_inside = row > area.y && row + 1 < area.bottom();
    let at = usize::from(row.saturating_sub(area.y + 1));
    focus(state, pane);
    if !is_inside {
        return;
    }
    let (before, after) = match pane {
        Focus::Places => {
            let rows = state.place_rows();
            let before = state.places.picked;
            let at = state.places.top + at;
            if at >= rows.len() {
                return;
            }
            state.places.select(at, &rows);
            (before == state.places.picked, true)
        }
        Focus::Tasks => {
            let rows: Vec<i64> = state.shown_tasks().iter().map(|task| task.id).collect();
            select(&mut state.tasks, at, &rows)
        }
        Focus::Runs => {
            let rows: Vec<i64> = state.shown_runs().iter().map(|run| run.id).collect();
            select(&mut state.runs, at, &rows)
        }
        Focus::Detail => (false, false),
    };
    if before && after && was_focused {
        act::act(state, Action::Open, effects);
    }
}

/// Selects a row. Returns whether it was already selected, and whether the row exists.
fn select(cursor: &mut crate::tui::cursor::Cursor<i64>, at: usize, rows: &[i64]) -> (bool, bool) {
    let at = cursor.top + at;
    if at >= rows.len() {
        return (false, false);
    }
    let before = cursor.picked;
    cursor.select(at, rows);
    (before == cursor.picked, true)
}

pub(super) fn scroll(state: &mut State, column: u16, row: u16, by: i16) {
    let by = isize::from(by);
    let height = state.overlay_rows();
    let last = last_help_row(state);
    match &mut state.overlay {
        Some(Overlay::Help(top)) => {
            *top = top.saturating_add_signed(by).min(last);
            return;
        }
        Some(Overlay::Log) => {
            if let Some(log) = &mut state.log {
                log.scroll(by, height);
            }
            return;
        }
        Some(Overlay::Active(active)) => {
            let ids = active.ids();
            active.cursor.move_by(by, &ids);
            return;
        }
        Some(_) => return,
        None => {}
    }
    match state.layout().pane_at(column, row).map(|(pane, _)| pane) {
        Some(Focus::Places) => {
            let rows = state.place_rows();
            state.places.move_by(by, &rows);
        }
        Some(Focus::Tasks) => {
            let rows: Vec<i64> = state.shown_tasks().iter().map(|task| task.id).collect();
            state.tasks.move_by(by, &rows);
        }
        Some(Focus::Runs) => {
            let rows: Vec<i64> = state.shown_runs().iter().map(|run| run.id).collect();
            state.runs.move_by(by, &rows);
        }
        Some(Focus::Detail) => scroll_detail(state, by),
        None => {}
    }
}
