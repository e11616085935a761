//! Draws the state.

mod chrome;
mod detail;
mod form;
mod log;
mod overlay;
mod panes;
mod theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::layout::SMALLEST;
use crate::tui::state::{Overlay, State};
use theme::Theme;

pub(crate) use detail::task_rows;
pub(crate) use overlay::last_help_row;

pub(crate) fn draw(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    render(state, area, frame.buffer_mut());
    if let Some(position) =
        chrome::cursor(state).filter(|position| area.contains((*position).into()))
    {
        frame.set_cursor_position(position);
    }
}

/// Only the visible rows of lists and logs are laid out.
fn render(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = Theme::new(&state.setup);
    if area.is_empty() {
        return;
    }
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let (columns, rows) = SMALLEST;
        let text = format!("too small: {columns} columns and {rows} rows are required");
        buffer.set_stringn(area.x, area.y, text, area.width.into(), theme.plain());
        return;
    }
    let mut layout = state.layout();
    if (area.width, area.height) != state.size {
        // The terminal was resized, and the event comes next.
        layout = crate::tui::layout::Layout::new(
            (area.width, area.height),
            state.focus,
            state.shown_tasks().len(),
            state.shown_runs().len(),
        );
    }
    chrome::header(state, theme, layout.header, buffer);
    match &state.overlay {
        Some(Overlay::Log) => log::whole_screen(state, theme, body(area), buffer),
        Some(Overlay::Active(active)) => {
            panes::active(state, active, theme, body(area), buffer);
        }
        _ => {
            panes::places(state, theme, layout.places, buffer);
            panes::tasks(state, theme, layout.tasks, buffer);
            panes::runs(state, theme, layout.runs, buffer);
            detail::draw(state, theme, layout.detail, buffer);
        }
    }
    chrome::footer(state, theme, layout.footer, buffer);
    match &state.overlay {
        Some(Overlay::Help(top)) => overlay::help(*top, theme, body(area), buffer),
        Some(Overlay::Form(form)) => form::draw(state, form, theme, body(area), buffer),
        Some(Overlay::Confirm(confirm)) => overlay::confirm(confirm, theme, body(area), buffer),
        Some(Overlay::Waiting(waiting)) => {
            overlay::waiting(state, *waiting, theme, body(area), buffer)
        }
        Some(Overlay::Message(trouble)) => overlay::message(trouble, theme, body(area), buffer),
        Some(Overlay::Log | Overlay::Active(_)) | None => {}
    }
}

/// The screen without header and footer.
fn body(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(3),
        ..area
    }
}

#[cfg(test)]
pub(super) mod tests;
