//! Tables for people: no borders, relative times, coloured states, columns cut or left out to fit.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::convert::Infallible;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell as Drawn, Color, Table};
use crossterm::style::force_color_output;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::grid::{Cell, Column, ColumnVisibility, Grid};
use super::time;
use crate::terminal::width::filled;
use crate::terminal::{Palette, Style, clean_line};

const GAP: usize = 2;
const PADDING: u16 = 2;
/// The width that the values of a detail view have at least.
const MIN_VALUE: usize = 12;
/// A drawn cell takes some hundred bytes, so rows are drawn in blocks.
const BLOCK: usize = 1000;

#[derive(Debug, Clone, Copy)]
pub(super) struct TableStyle {
    pub(super) now: Timestamp,
    /// `None` disables cutting and wrapping.
    pub(super) width: Option<u16>,
    pub(super) palette: Palette,
}

/// The rows of a table in blocks, because a row takes more memory than what it shows.
pub(super) type Blocks<'a> = Box<dyn Iterator<Item = Cow<'a, Grid>> + 'a>;

/// Every row is one line, which is not wider than the terminal.
pub(super) fn render(grid: &Grid, look: &TableStyle) -> String {
    let mut text = String::new();
    let once = || -> Blocks<'_> { Box::new(std::iter::once(Cow::Borrowed(grid))) };
    let drawn: Result<(), Infallible> = draw(&once, look, &mut |block| {
        text.push_str(block);
        Ok(())
    });
    drawn.map_or_else(|never| match never {}, |()| text)
}

/// Passes each block on when it is drawn. `blocks` is called twice: first to measure.
pub(super) fn draw<'a, E>(
    blocks: &'a dyn Fn() -> Blocks<'a>,
    look: &TableStyle,
    put: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut measured: Vec<MeasuredColumn> = Vec::new();
    for grid in blocks() {
        if measured.is_empty() {
            let columns = grid.columns.iter().enumerate();
            measured = columns.map(MeasuredColumn::new).collect();
        }
        for row in &grid.rows {
            for (column, cell) in measured.iter_mut().zip(row) {
                column.add(cell, look);
            }
        }
    }
    measured.retain(MeasuredColumn::is_shown);
    let shown = fitted(measured, look.width);
    let mut is_first = true;
    for grid in blocks() {
        for rows in grid.rows.chunks(BLOCK) {
            put(&draw_rows(&grid, rows, &shown, is_first, look))?;
            is_first = false;
        }
    }
    Ok(())
}

struct MeasuredColumn {
    index: usize,
    width: usize,
    /// The width that the column keeps unless all its cells are rigid.
    least: usize,
    minimum: usize,
    is_whole: bool,
    is_rigid: bool,
    has_value: bool,
    in_table: ColumnVisibility,
    priority: u8,
}

impl MeasuredColumn {
    fn new((index, column): (usize, &Column)) -> MeasuredColumn {
        let width = clean_line(&column.heading).width();
        MeasuredColumn {
            index,
            width,
            least: column.minimum.into(),
            minimum: width,
            is_whole: column.is_whole,
            is_rigid: true,
            has_value: false,
            in_table: column.in_table,
            priority: column.priority,
        }
    }

    fn add(&mut self, cell: &Cell, look: &TableStyle) {
        if self.in_table == ColumnVisibility::Never {
            return;
        }
        self.width = self.width.max(words(cell, look).0.width());
        self.is_rigid &= is_rigid(cell);
        self.has_value |= *cell != Cell::Missing;
        self.minimum = if self.is_whole || self.is_rigid {
            self.width
        } else {
            self.width.min(self.least)
        };
    }

    fn is_shown(&self) -> bool {
        match self.in_table {
            ColumnVisibility::Always => true,
            ColumnVisibility::IfAny => self.has_value,
            ColumnVisibility::Never => false,
        }
    }
}

/// Cuts the columns with the lowest priority until all fit, of several the widest. If their minimums are
/// too wide, leaves out the column with the lowest priority, of several the last.
fn fitted(mut columns: Vec<MeasuredColumn>, room: Option<u16>) -> Vec<MeasuredColumn> {
    let Some(room) = room.map(usize::from) else {
        return columns;
    };
    let total = |columns: &[MeasuredColumn], width: fn(&MeasuredColumn) -> usize| {
        columns.iter().map(width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
    };
    while columns.len() > 1 && total(&columns, |column| column.minimum) > room {
        let lowest = (0..columns.len())
            .rev()
            .min_by_key(|at| columns[*at].priority);
        columns.remove(lowest.unwrap_or_default());
    }
    if let [only] = columns.as_mut_slice()
        && !only.is_whole
    {
        only.minimum = only.minimum.min(room);
    }
    let mut excess = total(&columns, |column| column.width).saturating_sub(room);
    while excess > 0 {
        let cuttable = columns.iter_mut().filter(|c| c.width > c.minimum);
        let Some(next) = cuttable.min_by_key(|c| (c.priority, Reverse(c.width))) else {
            break;
        };
        next.width -= 1;
        excess -= 1;
    }
    columns
}

fn draw_rows(
    grid: &Grid,
    rows: &[Vec<Cell>],
    shown: &[MeasuredColumn],
    with_headings: bool,
    look: &TableStyle,
) -> String {
    let mut table = blank(look);
    let last = shown.len().saturating_sub(1);
    let fitted = |at: usize, text: &str, is_right: bool, style| {
        let text = look.palette.symbols().cut(text, shown[at].width);
        let gap = " ".repeat(shown[at].width.saturating_sub(text.width()));
        painted(
            &match is_right {
                true => gap + &text,
                false if at == last => text,
                false => text + &gap,
            },
            style,
        )
    };
    if with_headings {
        table.set_header(shown.iter().enumerate().map(|(at, column)| {
            let heading = clean_line(&grid.columns[column.index].heading);
            let mut cells = rows.iter().map(|row| &row[column.index]);
            let is_number = cells.clone().any(is_right)
                && cells.all(|cell| is_right(cell) || *cell == Cell::Missing);
            fitted(at, &heading, is_number, Style::Heading)
        }));
    }
    for row in rows {
        table.add_row(shown.iter().enumerate().map(|(at, column)| {
            let cell = &row[column.index];
            let (text, style) = words(cell, look);
            fitted(at, &text, is_right(cell), style)
        }));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { PADDING }));
    }
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end_matches(' ')))
        .collect()
}

/// Labelled values, wrapped between words.
pub(super) fn pairs<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a Cell)>,
    label_width: usize,
    look: &TableStyle,
) -> String {
    let room = look.width.map(|width| {
        let beside = usize::from(width).saturating_sub(label_width + GAP);
        beside.max(MIN_VALUE)
    });
    let indent = " ".repeat(label_width + GAP);
    let mut text = String::new();
    for (label, cell) in pairs {
        let label = clean_line(label);
        let (value, style) = words_alone(cell, look);
        let gap = " ".repeat((label_width + GAP).saturating_sub(label.width()));
        let mut start = format!("{}{gap}", look.palette.paint(Style::Dim, &label));
        let words = value.split_inclusive(' ');
        let lines = match room {
            // A command to type stays in one piece, as an id.
            Some(room) if !matches!(cell, Cell::Id(_)) => filled(words, |_| room),
            _ => vec![value],
        };
        for line in lines {
            let line = format!("{start}{}", look.palette.paint(style, &line));
            text.push_str(line.trim_end_matches(' '));
            text.push('\n');
            start.clone_from(&indent);
        }
    }
    text
}

fn is_right(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(_) | Cell::Duration(_))
}

fn is_rigid(cell: &Cell) -> bool {
    !matches!(cell, Cell::Text(_) | Cell::Name(_))
}

fn words_alone(cell: &Cell, look: &TableStyle) -> (String, Style) {
    let (mut text, style) = words(cell, look);
    if let Cell::Time(moment) = cell {
        text = format!("{text} ({})", time::absolute(*moment));
    }
    (text, style)
}

pub(super) fn words(cell: &Cell, look: &TableStyle) -> (String, Style) {
    match cell {
        Cell::Missing => (String::new(), Style::Plain),
        Cell::Text(text) => (clean_line(text), Style::Plain),
        Cell::Name(name) => (clean_line(name), Style::Name),
        Cell::Id(id) => (clean_line(id), Style::Plain),
        Cell::Status(text, style) => (clean_line(text), *style),
        Cell::Marked { shown, style, .. } => {
            let mark = look.palette.symbols().mark(*style);
            (format!("{mark}{}", clean_line(shown)), *style)
        }
        Cell::Time(moment) => (time::relative(*moment, look.now), Style::Plain),
        Cell::Duration(length) => (time::length(*length), Style::Plain),
        Cell::Number(number) => (number.to_string(), Style::Plain),
        Cell::Flag(true) => ("yes".to_owned(), Style::Plain),
        Cell::Flag(false) => ("no".to_owned(), Style::Plain),
    }
}

fn painted(text: &str, style: Style) -> Drawn {
    let cell = Drawn::new(text);
    match style {
        Style::Plain => cell,
        Style::Heading | Style::Name => cell.add_attribute(Attribute::Bold),
        Style::Dim => cell.add_attribute(Attribute::Dim),
        Style::Good => cell.fg(Color::DarkGreen),
        Style::Bad => cell.fg(Color::DarkRed),
        Style::Stopped => cell.fg(Color::DarkMagenta),
        Style::Going => cell.fg(Color::DarkCyan),
        Style::Warning => cell.fg(Color::DarkYellow),
    }
}

fn blank(look: &TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty().style_text_only();
    if look.palette.is_enabled() {
        // `--color always` takes precedence over NO_COLOR, which the library reads itself.
        force_color_output(true);
        table.enforce_styling();
    }
    table
}

#[cfg(test)]
mod tests;
