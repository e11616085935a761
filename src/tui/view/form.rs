//! The form of a start.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::terminal::width::cut_start;
use crate::terminal::{Style as Meaning, Symbols, clean_line};
use crate::tui::form::{Field, Form};
use crate::tui::state::State;
use crate::tui::view::chrome::spinner;
use crate::tui::view::theme::{Theme, put, wrapped};

const WIDTH: u16 = 76;

/// The rows of the form, and the one with the cursor.
struct Rows {
    lines: Vec<Line<'static>>,
    /// Row and column.
    cursor: Option<(usize, usize)>,
    /// The row that must be visible.
    current: usize,
}

pub(super) fn draw(state: &State, form: &Form, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(inner_width(area));
    let rows = rows(state, form, theme, width);
    let title = clean_line(&form.title());
    let inner = theme.dialog(&title, (WIDTH, rows.lines.len()), area, buffer);
    let first = first_visible(&rows, inner.height.into());
    put(&rows.lines[first..], inner, buffer);
}

fn inner_width(area: Rect) -> u16 {
    area.width
        .saturating_sub(2)
        .min(WIDTH + 4)
        .saturating_sub(4)
}

fn first_visible(rows: &Rows, height: usize) -> usize {
    let most = rows.lines.len().saturating_sub(height);
    (rows.current + 3).saturating_sub(height).min(most)
}

pub(super) fn cursor(state: &State, form: &Form) -> Option<(u16, u16)> {
    let theme = Theme::new(&state.setup);
    let (width, height) = state.size;
    let area = super::body(Rect::new(0, 0, width, height));
    let rows = rows(state, form, theme, inner_width(area).into());
    let (row, column) = rows.cursor?;
    // The same area as when it is drawn.
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let inner = theme.dialog("", (WIDTH, rows.lines.len()), area, &mut buffer);
    let row = row.checked_sub(first_visible(&rows, inner.height.into()))?;
    let row = u16::try_from(row).ok().filter(|row| *row < inner.height)?;
    let column = u16::try_from(column).ok()?;
    Some((inner.x + column, inner.y + row))
}

fn rows(state: &State, form: &Form, theme: Theme, width: usize) -> Rows {
    let mut rows = Rows {
        lines: Vec::new(),
        cursor: None,
        current: 0,
    };
    if let Some(note) = &form.note {
        rows.add(&clean_line(note), theme.of(Meaning::Warning), width);
        rows.lines.push(Line::default());
    }
    for (at, field) in form.fields.iter().enumerate() {
        self::field(&mut rows, field, at == form.at, theme, width);
    }
    let is_button = form.at == form.fields.len();
    if is_button {
        rows.current = rows.lines.len() + 2;
    }
    let line = form.line(&state.setup.program);
    rows.add(&format!("$ {}", clean_line(&line)), theme.dim(), width);
    if let Some(failure) = &form.failure {
        rows.add(&clean_line(failure), theme.of(Meaning::Bad), width);
    }
    rows.lines.push(Line::default());
    rows.lines.push(if form.is_checking {
        let text = format!("{}checking", spinner(state, theme));
        Line::styled(text, theme.of(Meaning::Going))
    } else {
        let style = match is_button {
            true => theme.selected(true),
            false => theme.bold(),
        };
        Line::styled("[ Start ]", style)
    });
    rows
}

impl Rows {
    fn add(&mut self, text: &str, style: ratatui::style::Style, width: usize) {
        let rows = wrapped(text, width).into_iter();
        self.lines.extend(rows.map(|row| Line::styled(row, style)));
    }
}

fn field(rows: &mut Rows, field: &Field, is_current: bool, theme: Theme, width: usize) {
    let mut head = vec![Span::styled(clean_line(&field.name), theme.bold())];
    if !field.about.is_empty() {
        let about = format!(" ({})", clean_line(&field.about));
        head.push(Span::styled(about, theme.dim()));
    }
    if !field.label.is_empty() && field.label != field.name {
        head.push(Span::raw(format!(" {}", clean_line(&field.label))));
    }
    rows.lines.push(Line::from(head));
    let marker = match (is_current, theme.symbols) {
        (true, Symbols::Unicode) => "❯ ",
        (true, _) => "> ",
        (false, _) => "  ",
    };
    let room = width.saturating_sub(3);
    let before = cut_start(&clean_line(field.line.before()), room);
    let mut value = vec![Span::styled(marker, theme.of(Meaning::Going))];
    let after = theme.cut(
        &clean_line(field.line.after()),
        room.saturating_sub(before.width()),
    );
    let column = 2 + before.width();
    if field.line.is_empty() && !is_current {
        let text = match field.has_default {
            true => "(default)",
            false if field.is_required() => "(required)",
            false => "(none)",
        };
        value.push(Span::styled(text, theme.dim()));
    } else {
        value.push(Span::raw(before + &after));
    }
    let is_production = field
        .options
        .iter()
        .any(|o| o.is_production && o.value == field.line.text());
    if is_production {
        value.push(Span::styled(" production", theme.of(Meaning::Warning)));
    }
    if is_current {
        rows.current = rows.lines.len() + 1;
        rows.cursor = Some((rows.lines.len(), column));
    }
    rows.lines.push(Line::from(value));
    match field.shown_problem() {
        Some(problem) => {
            for row in wrapped(&clean_line(problem), room) {
                let line = Line::styled(format!("  {row}"), theme.of(Meaning::Bad));
                rows.lines.push(line);
            }
        }
        None if is_current && !field.options.is_empty() => {
            let options = field
                .options
                .iter()
                .map(|option| match option.is_production {
                    true => format!("{} (production)", option.value),
                    false => option.value.clone(),
                });
            let options: Vec<String> = options.collect();
            let text = theme.cut(&clean_line(&options.join(", ")), room);
            rows.lines
                .push(Line::styled(format!("  {text}"), theme.dim()));
        }
        None => rows.lines.push(Line::default()),
    }
}
