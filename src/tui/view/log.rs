//! The visible part of a log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

use crate::error::messages::counted;
use crate::output::status::status_phrase;
use crate::terminal::{Style as Meaning, clean_line};
use crate::tui::colours;
use crate::tui::log::{Log, LogState};
use crate::tui::state::State;
use crate::tui::view::chrome::spinner;
use crate::tui::view::theme::{Theme, put, wrapped};

/// The log of the selected run on the whole screen.
pub(super) fn whole_screen(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let mut title = vec![Span::raw(" ")];
    if let Some(run) = state.selected_run() {
        let name = format!("{} {} ", run.id, clean_line(&run.name));
        title.push(Span::styled(
            theme.cut(&name, usize::from(area.width) / 2),
            theme.bold(),
        ));
        title.push(Span::styled(
            format!("{}{} ", theme.mark(run), status_phrase(run, state.now)),
            theme.run(run),
        ));
    }
    title.push(Span::styled(position(state), theme.dim()));
    let inner = theme.frame(Line::from(title), true, area, buffer);
    draw(state, theme, inner, buffer);
}

/// The line above the log, with its state.
pub(super) fn rule(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let text = format!("Log {}", position(state));
    put(&[Line::styled(text, theme.dim())], area, buffer);
}

fn position(state: &State) -> String {
    let Some(log) = &state.log else {
        return String::new();
    };
    let mut parts = Vec::new();
    match (log.top, &log.state) {
        (Some(top), _) => parts.push(format!("line {} of {}", top + 1, log.len())),
        (None, LogState::Following) => parts.push("following".to_owned()),
        (None, LogState::Complete) if log.len() > 0 => {
            parts.push(counted(log.len(), "line"));
        }
        (None, _) => {}
    }
    if log.is_cut {
        parts.push("only the end is kept".to_owned());
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("({}) ", parts.join(", ")),
    }
}

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some(log) = &state.log else { return };
    if log.len() == 0 {
        return empty(state, log, theme, area, buffer);
    }
    let mut area = area;
    if let Some(note) = &log.note {
        let text = theme.cut(&clean_line(note), area.width.into());
        let last = Rect {
            y: area.bottom().saturating_sub(1),
            height: area.height.min(1),
            ..area
        };
        put(
            &[Line::styled(text, theme.of(Meaning::Warning))],
            last,
            buffer,
        );
        area.height = area.height.saturating_sub(1);
    }
    if log.is_cut && (log.top == Some(0)) {
        let line = state
            .selected_run()
            .map(|run| state.setup.program.logs(run));
        let text = format!(
            "earlier lines are not kept; the whole log: {}",
            line.unwrap_or_default()
        );
        put(
            &[Line::styled(
                theme.cut(&text, area.width.into()),
                theme.dim(),
            )],
            area,
            buffer,
        );
        area.y += 1;
        area.height = area.height.saturating_sub(1);
    }
    let rows = visible(log, theme, area);
    put(&rows, area, buffer);
}

/// From the first visible line downwards, or from the end upwards.
fn visible(log: &Log, theme: Theme, area: Rect) -> Vec<Line<'static>> {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let rows_of = |at: usize| {
        let text = log.line(at).unwrap_or_default();
        let line = colours::line(text, theme.is_coloured());
        folded(marked(line, log.search.text()), width)
    };
    let mut rows = Vec::new();
    if let Some(top) = log.top {
        for at in top..log.len() {
            if rows.len() >= height {
                break;
            }
            rows.extend(rows_of(at));
        }
        return rows;
    }
    for at in (0..log.len()).rev() {
        if rows.len() >= height {
            break;
        }
        let mut above = rows_of(at);
        above.append(&mut rows);
        rows = above;
    }
    let first = rows.len().saturating_sub(height);
    rows.split_off(first)
}

/// The searched text is shown in reverse.
fn marked(line: Line<'static>, searched: &str) -> Line<'static> {
    if searched.is_empty() {
        return line;
    }
    let wanted = searched.to_lowercase();
    let mut spans = Vec::new();
    for span in line.spans {
        let lower = span.content.to_lowercase();
        // Other lengths: the positions would not fit.
        if lower.len() != span.content.len() || !lower.contains(&wanted) {
            spans.push(span);
            continue;
        }
        let mut from = 0;
        for (at, found) in lower.match_indices(&wanted) {
            let end = at + found.len();
            let (Some(before), Some(found)) =
                (span.content.get(from..at), span.content.get(at..end))
            else {
                continue;
            };
            spans.push(Span::styled(before.to_owned(), span.style));
            let style = span.style.add_modifier(Modifier::REVERSED);
            spans.push(Span::styled(found.to_owned(), style));
            from = end;
        }
        let rest = span.content.get(from..).unwrap_or_default().to_owned();
        spans.push(Span::styled(rest, span.style));
    }
    Line::from(spans)
}

/// A line on as many rows as it needs.
fn folded(line: Line<'static>, width: usize) -> Vec<Line<'static>> {
    let width = width.max(2);
    if line.width() <= width {
        return vec![line];
    }
    let mut rows = Vec::new();
    let mut row: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for span in line.spans {
        let mut text = String::new();
        for c in span.content.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > width {
                push(&mut row, &mut text, span.style);
                rows.push(Line::from(std::mem::take(&mut row)));
                used = 0;
            }
            used += columns;
            text.push(c);
        }
        push(&mut row, &mut text, span.style);
    }
    rows.push(Line::from(row));
    rows
}

fn push(row: &mut Vec<Span<'static>>, text: &mut String, style: Style) {
    if !text.is_empty() {
        row.push(Span::styled(std::mem::take(text), style));
    }
}

/// Draws the reason that the log has no lines.
fn empty(state: &State, log: &Log, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let is_finished = state
        .selected_run()
        .is_some_and(|run| run.outcome().is_finished());
    let (text, style) = match (&log.state, &log.note) {
        (LogState::Failed(trouble), _) => (trouble.text.clone(), theme.of(Meaning::Bad)),
        (_, Some(note)) => (note.clone(), theme.of(Meaning::Warning)),
        (LogState::Complete, None) => ("the run printed nothing".to_owned(), theme.dim()),
        (LogState::Loading, None) if is_finished => (
            format!("{}loading", spinner(state, theme)),
            theme.of(Meaning::Going),
        ),
        (LogState::Loading | LogState::Following, None) => {
            let text = format!("{}waiting for the log", spinner(state, theme));
            (text, theme.of(Meaning::Going))
        }
    };
    let rows = wrapped(&clean_line(&text), area.width.into());
    let rows: Vec<Line<'_>> = rows
        .into_iter()
        .map(|row| Line::styled(row, style))
        .collect();
    put(&rows, area, buffer);
}
