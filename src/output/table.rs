//! Tables for people: no borders, relative times, coloured states, the widest column wrapped.

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell as Drawn, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table,
    Width,
};
use crossterm::style::force_color_output;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::grid::{Cell, Column, ColumnVisibility, Grid};
use super::time;
use crate::terminal::{Palette, Style, clean_line};

const GAP: u16 = 2;
/// The width that a text column keeps while others can shrink.
const READABLE: u16 = 12;
/// A drawn cell takes some hundred bytes, so rows are drawn in blocks.
const BLOCK: usize = 1000;

#[derive(Debug, Clone, Copy)]
pub(super) struct TableStyle {
    pub(super) now: Timestamp,
    /// `None` disables wrapping.
    pub(super) width: Option<u16>,
    pub(super) palette: Palette,
}

pub(super) fn render(grid: &Grid, look: &TableStyle) -> String {
    if grid.is_empty() {
        return String::new();
    }
    let shown: Vec<MeasuredColumn> = (0..grid.columns.len())
        .filter(|index| is_shown(grid, *index))
        .map(|index| MeasuredColumn::of(grid, index, look))
        .collect();
    let Some(widths) = widths(&shown, look) else {
        return draw_rows(grid, &grid.rows, &shown, true, look, |table| {
            let rigid: Vec<bool> = shown.iter().map(|column| column.is_rigid).collect();
            arrange(table, &rigid, look);
        });
    };
    // With known widths, rows do not depend on each other, so they are drawn in blocks.
    let mut text = String::new();
    for (index, rows) in grid.rows.chunks(BLOCK).enumerate() {
        text += &draw_rows(grid, rows, &shown, index == 0, look, |table| {
            space(table);
            for (column, width) in table.column_iter_mut().zip(&widths) {
                fix(column, *width);
            }
        });
    }
    text
}

struct MeasuredColumn {
    index: usize,
    width: u16,
    is_rigid: bool,
}

impl MeasuredColumn {
    fn of(grid: &Grid, index: usize, look: &TableStyle) -> MeasuredColumn {
        let heading = clean_line(&grid.columns[index].heading).width();
        let cells = grid
            .rows
            .iter()
            .map(|row| words(&row[index], look).0.width());
        let width = cells.fold(heading, usize::max);
        MeasuredColumn {
            index,
            width: u16::try_from(width).unwrap_or(u16::MAX),
            is_rigid: grid.rows.iter().all(|row| is_rigid(&row[index])),
        }
    }
}

/// If space is short, the widest column that can be wrapped gets the rest; `None` if that is too
/// little to read.
fn widths(shown: &[MeasuredColumn], look: &TableStyle) -> Option<Vec<u16>> {
    let mut widths: Vec<u16> = shown.iter().map(|column| column.width).collect();
    let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
    let whole = widths
        .iter()
        .map(|width| usize::from(*width))
        .sum::<usize>()
        + gaps;
    let Some(room) = look.width.map(usize::from).filter(|room| *room < whole) else {
        return Some(widths);
    };
    let widest = (0..shown.len())
        .filter(|index| !shown[*index].is_rigid)
        .max_by_key(|index| widths[*index])?;
    let others = whole - usize::from(widths[widest]);
    let left = u16::try_from(room.saturating_sub(others)).unwrap_or(u16::MAX);
    widths[widest] = left;
    (left >= READABLE).then_some(widths)
}

fn draw_rows(
    grid: &Grid,
    rows: &[Vec<Cell>],
    shown: &[MeasuredColumn],
    with_headings: bool,
    look: &TableStyle,
    arrange: impl FnOnce(&mut Table),
) -> String {
    let mut table = blank(look);
    if with_headings {
        table.set_header(
            shown
                .iter()
                .map(|column| heading(&grid.columns[column.index])),
        );
    }
    for row in rows {
        table.add_row(shown.iter().map(|column| draw(&row[column.index], look)));
    }
    arrange(&mut table);
    finish(&table)
}

pub(super) fn pairs<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a Cell)>,
    label_width: u16,
    look: &TableStyle,
) -> String {
    let mut table = blank(look);
    for (label, value) in pairs {
        let label = painted(&clean_line(label), Style::Dim);
        table.add_row([label, draw_alone(value, look)]);
    }
    arrange(&mut table, &[true, false], look);
    if let Some(labels) = table.column_mut(0) {
        fix(labels, label_width);
    }
    finish(&table)
}

fn is_shown(grid: &Grid, index: usize) -> bool {
    match grid.columns[index].in_table {
        ColumnVisibility::Always => true,
        ColumnVisibility::IfAny => grid.rows.iter().any(|row| row[index] != Cell::Missing),
        ColumnVisibility::Never => false,
    }
}

fn is_rigid(cell: &Cell) -> bool {
    !matches!(cell, Cell::Text(_) | Cell::Name(_))
}

fn heading(column: &Column) -> Drawn {
    painted(&clean_line(&column.heading), Style::Heading)
}

fn draw(cell: &Cell, look: &TableStyle) -> Drawn {
    let (text, style) = words(cell, look);
    let drawn = painted(&text, style);
    match cell {
        Cell::Number(_) | Cell::Duration(_) => drawn.set_alignment(CellAlignment::Right),
        _ => drawn,
    }
}

fn draw_alone(cell: &Cell, look: &TableStyle) -> Drawn {
    let (mut text, style) = words(cell, look);
    if let Cell::Time(moment) = cell {
        text = format!("{text} ({})", time::absolute(*moment));
    }
    painted(&text, style)
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
    if let Some(width) = look.width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table
}

fn space(table: &mut Table) {
    let last = table.column_count().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAP }));
    }
}

/// Spaces the columns, and keeps rigid ones whole while there is room.
fn arrange(table: &mut Table, rigid: &[bool], look: &TableStyle) {
    space(table);
    let needed: u16 = table
        .column_max_content_widths()
        .iter()
        .zip(rigid)
        .map(|(width, rigid)| if *rigid { *width } else { READABLE.min(*width) })
        .fold(0, |sum, width| {
            sum.saturating_add(width).saturating_add(GAP)
        });
    if look.width.is_some_and(|width| needed > width) {
        return;
    }
    for (column, rigid) in table.column_iter_mut().zip(rigid) {
        if *rigid {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

fn fix(column: &mut comfy_table::Column, width: u16) {
    let padded = width.saturating_add(column.padding_width());
    column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(padded)));
}

fn finish(table: &Table) -> String {
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end_matches(' ')))
        .collect()
}

#[cfg(test)]
mod tests;
