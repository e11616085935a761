//! Dialogs over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::terminal::{Style as Meaning, Symbols, clean_line, clean_text};
use crate::tui::event::Trouble;
use crate::tui::keys::BINDINGS;
use crate::tui::state::{Confirm, State, Waiting};
use crate::tui::view::chrome::spinner;
use crate::tui::view::theme::{Theme, put, wrapped};

const WIDTH: u16 = 72;

/// Made from the table of keys.
fn help_rows(theme: Theme) -> Vec<Line<'static>> {
    let mut rows: Vec<Line<'static>> = BINDINGS
        .iter()
        .map(|binding| {
            Line::from(vec![
                Span::styled(theme.fit(&theme.key(binding.shown), 10), theme.bold()),
                Span::raw(binding.description),
            ])
        })
        .collect();
    rows.push(Line::default());
    rows.push(Line::styled(
        "A click selects, a second click opens, and the wheel scrolls.",
        theme.dim(),
    ));
    rows
}

/// The first visible row at the end of the help.
pub(crate) fn last_help_row(state: &State) -> usize {
    // Without header, footer and frame.
    let visible = usize::from(state.size.1).saturating_sub(5);
    help_rows(Theme::new(&state.setup))
        .len()
        .saturating_sub(visible)
}

pub(super) fn help(top: usize, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let rows = help_rows(theme);
    let inner = theme.dialog("Keys", (WIDTH, rows.len()), area, buffer);
    let last = rows.len().saturating_sub(inner.height.into());
    // The screen may have grown.
    let top = top.min(last);
    put(rows.get(top..).unwrap_or_default(), inner, buffer);
    let (up, down) = match theme.symbols {
        Symbols::Unicode => (" ↑ more ", " ↓ more "),
        Symbols::Ascii => (" ^ more ", " v more "),
    };
    let marks = [
        (top > 0, up, inner.y.saturating_sub(1)),
        (top < last, down, inner.bottom()),
    ];
    for (_, mark, y) in marks.into_iter().filter(|(is_shown, ..)| *is_shown) {
        let row = Rect {
            x: inner.right().saturating_sub(8).max(inner.x),
            y,
            width: inner.width.min(8),
            height: 1,
        };
        put(&[Line::styled(mark, theme.bold())], row, buffer);
    }
}

pub(super) fn confirm(confirm: &Confirm, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let width = text_width(area);
    let mut rows = Vec::new();
    for text in &confirm.text {
        for row in wrapped(&clean_text(text), width) {
            rows.push(Line::raw(row));
        }
    }
    if let Some(line) = &confirm.line {
        if !rows.is_empty() {
            rows.push(Line::default());
        }
        for row in wrapped(&format!("$ {}", clean_line(line)), width) {
            rows.push(Line::styled(row, theme.dim()));
        }
    }
    // The answers are visible however long the text is.
    let most = usize::from(area.height).saturating_sub(4);
    if rows.len() > most {
        rows.truncate(most.saturating_sub(1));
        rows.push(Line::raw(theme.symbols.ellipsis()));
    }
    rows.push(Line::default());
    rows.push(Line::from(vec![
        Span::styled("y", theme.bold()),
        Span::raw(" yes   "),
        Span::styled("n", theme.bold()),
        Span::raw(" no (Enter)"),
    ]));
    let title = clean_line(&confirm.title);
    let inner = theme.dialog(&title, (WIDTH, rows.len()), area, buffer);
    put(&rows, inner, buffer);
}

pub(super) fn waiting(
    state: &State,
    waiting: Waiting,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let title = match waiting {
        Waiting::Rerun(id) => format!("Reading run {id}"),
        Waiting::Files(id) => format!("Reading the files of run {id}"),
    };
    let row = format!("{}loading", spinner(state, theme));
    let rows = [Line::styled(row, theme.of(Meaning::Going))];
    let inner = theme.dialog(&title, (40, rows.len()), area, buffer);
    put(&rows, inner, buffer);
}

pub(super) fn message(trouble: &Trouble, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let width = text_width(area);
    let mut rows = Vec::new();
    for row in wrapped(&clean_text(&trouble.text), width) {
        rows.push(Line::styled(row, theme.of(Meaning::Bad)));
    }
    for hint in &trouble.hints {
        for row in wrapped(&format!("hint: {}", clean_text(hint)), width) {
            rows.push(Line::styled(row, theme.dim()));
        }
    }
    let inner = theme.dialog("Error", (WIDTH, rows.len()), area, buffer);
    put(&rows, inner, buffer);
}

fn text_width(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(6).min(WIDTH))
}
