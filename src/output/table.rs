//! Tables for people: no borders, relative times, states in colour, the widest column wrapped.

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell as Drawn, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table,
    Width,
};
use crossterm::style::force_color_output;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::grid::{Cell, Column, Grid, Shown};
use super::time;
use crate::ui::{Palette, Style, clean_line};

/// Between two columns.
const GAP: u16 = 2;
/// What a column of texts should have at least before the others give way.
const READABLE: u16 = 12;
/// How many rows are drawn at once: a drawn cell takes some hundred bytes.
const BLOCK: usize = 1000;

/// What a view for people depends on besides its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) now: Timestamp,
    /// Columns of the terminal; without them nothing is wrapped.
    pub(super) width: Option<u16>,
    pub(super) palette: Palette,
}

/// The table, each line ended; nothing for a grid without rows.
pub(super) fn render(grid: &Grid, look: &Look) -> String {
    if grid.is_empty() {
        return String::new();
    }
    let shown: Vec<Measured> = (0..grid.columns.len())
        .filter(|index| is_shown(grid, *index))
        .map(|index| Measured::of(grid, index, look))
        .collect();
    let Some(widths) = widths(&shown, look) else {
        return draw_rows(grid, &grid.rows, &shown, true, look, |table| {
            let rigid: Vec<bool> = shown.iter().map(|column| column.is_rigid).collect();
            arrange(table, &rigid, look);
        });
    };
    // Where the widths are known no row depends on another: a long table is never drawn as a whole.
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

/// A column of the grid that is shown.
struct Measured {
    index: usize,
    /// What the longest of its cells takes.
    width: u16,
    /// Whether it reads badly when it is broken over lines.
    is_rigid: bool,
}

impl Measured {
    fn of(grid: &Grid, index: usize, look: &Look) -> Measured {
        let heading = clean_line(&grid.columns[index].heading).width();
        let cells = grid
            .rows
            .iter()
            .map(|row| words(&row[index], look).0.width());
        let width = cells.fold(heading, usize::max);
        Measured {
            index,
            width: u16::try_from(width).unwrap_or(u16::MAX),
            is_rigid: grid.rows.iter().all(|row| is_rigid(&row[index])),
        }
    }
}

/// What each column takes: all it needs where there is room, else only the widest of those that
/// can be broken takes what is left. None where that is too little to be read.
fn widths(shown: &[Measured], look: &Look) -> Option<Vec<u16>> {
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

/// Some rows of the grid as they are arranged, the headings above them or not.
fn draw_rows(
    grid: &Grid,
    rows: &[Vec<Cell>],
    shown: &[Measured],
    with_headings: bool,
    look: &Look,
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

/// Labels and values beside each other; the labels take `label_width` columns.
pub(super) fn pairs<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a Cell)>,
    label_width: u16,
    look: &Look,
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
        Shown::Always => true,
        Shown::IfAny => grid.rows.iter().any(|row| row[index] != Cell::Missing),
        Shown::Never => false,
    }
}

/// Whether a cell reads badly when it is broken over lines.
fn is_rigid(cell: &Cell) -> bool {
    !matches!(cell, Cell::Text(_) | Cell::Name(_))
}

fn heading(column: &Column) -> Drawn {
    painted(&clean_line(&column.heading), Style::Heading)
}

fn draw(cell: &Cell, look: &Look) -> Drawn {
    let (text, style) = words(cell, look);
    let drawn = painted(&text, style);
    match cell {
        Cell::Number(_) | Cell::Duration(_) => drawn.set_alignment(CellAlignment::Right),
        _ => drawn,
    }
}

/// A cell in a view of one thing, where there is room for more and nothing to align with.
fn draw_alone(cell: &Cell, look: &Look) -> Drawn {
    let (mut text, style) = words(cell, look);
    if let Cell::Time(moment) = cell {
        text = format!("{text} ({})", time::absolute(*moment));
    }
    painted(&text, style)
}

fn words(cell: &Cell, look: &Look) -> (String, Style) {
    match cell {
        Cell::Missing => (String::new(), Style::Plain),
        Cell::Text(text) => (clean_line(text), Style::Plain),
        Cell::Name(name) => (clean_line(name), Style::Name),
        Cell::Id(id) => (clean_line(id), Style::Plain),
        Cell::Status(text, style) => (clean_line(text), *style),
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

fn blank(look: &Look) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty().style_text_only();
    if look.palette.is_enabled() {
        // `--color always` wins over NO_COLOR, which the library would read for itself.
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

/// Spaces the columns.
fn space(table: &mut Table) {
    let last = table.column_count().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAP }));
    }
}

/// Spaces the columns, and keeps those whole that read badly when broken, while there is room.
fn arrange(table: &mut Table, rigid: &[bool], look: &Look) {
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

/// Gives a column that has its padding this width for its texts.
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn look(width: Option<u16>, colour: bool) -> Look {
        Look {
            now: "2024-05-01T10:03:00Z".parse().unwrap(),
            width,
            palette: Palette::new(colour),
        }
    }

    fn runs() -> Grid {
        let started: Timestamp = "2024-05-01T10:00:00Z".parse().unwrap();
        Grid::new([
            Column::new("id"),
            Column::new("task"),
            Column::new("status"),
            Column::new("created"),
            Column::new("took"),
            Column::new("service").if_any(),
            Column::new("secret").not_in_table(),
        ])
        .with([
            Cell::id(7),
            Cell::name("Run yarn audit"),
            Cell::status("failed", Style::Bad),
            started.into(),
            Duration::from_secs(83).into(),
            Cell::Missing,
            "x".into(),
        ])
        .with([
            Cell::id(12),
            Cell::name("a\u{1b}[2Jb\nc"),
            Cell::status("completed", Style::Good),
            Cell::Missing,
            Duration::from_secs(3).into(),
        ])
    }

    #[test]
    fn a_table_is_made_for_people() {
        let text = render(&runs(), &look(None, false));
        assert_eq!(
            text,
            "ID  TASK            STATUS     CREATED        TOOK\n\
             7   Run yarn audit  failed     3 minutes ago  1m 23s\n\
             12  a\\u{1b}[2Jb\\nc  completed                     3s\n"
        );
    }

    #[test]
    fn colour_says_no_more_than_the_words() {
        let text = render(&runs(), &look(None, true));
        assert!(text.contains("\u{1b}[38;5;1mfailed"), "{text:?}");
        assert_eq!(
            console::strip_ansi_codes(&text),
            render(&runs(), &look(None, false))
        );
    }

    #[test]
    fn the_widest_column_is_wrapped() {
        let long = "one two three four five six seven eight nine ten";
        let grid = Grid::new(["id", "description", "status"].map(Column::new)).with([
            Cell::id(123_456),
            long.into(),
            Cell::status("completed", Style::Good),
        ]);
        let text = render(&grid, &look(Some(40), false));
        assert!(
            text.lines().all(|line| line.chars().count() <= 40),
            "{text}"
        );
        assert!(
            text.contains("123456  ") && text.contains("completed"),
            "{text}"
        );
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(long.split(' ').all(|word| words.contains(&word)), "{text}");
    }

    #[test]
    fn nothing_is_lost_in_a_narrow_terminal() {
        let text = render(&runs(), &look(Some(24), false));
        let letters: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(text.matches("…").count(), 0);
        assert!(letters.len() >= 60, "{text}");
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing(
            texts in prop::collection::vec("\\PC{0,30}", 1..4),
            width in 5u16..100,
        ) {
            let columns = (0..texts.len()).map(|index| Column::new(index.to_string()));
            let grid = Grid::new(columns).with(texts.iter().map(|text| {
                Cell::status(text, Style::Good)
            }));
            let plain = render(&grid, &look(Some(width), false));
            let coloured = render(&grid, &look(Some(width), true));
            let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(trimmed(&console::strip_ansi_codes(&coloured)), trimmed(&plain));
            let letters = |text: &str| {
                let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
                letters.sort_unstable();
                letters
            };
            let headings: String = (0..texts.len()).map(|index| index.to_string()).collect();
            let wanted: String = texts.iter().map(|text| clean_line(text)).collect();
            prop_assert_eq!(letters(&plain), letters(&(headings + &wanted)));
        }
    }

    #[test]
    fn a_long_table_is_one_table() {
        let rows = 2 * BLOCK + 1;
        let columns = ["id", "text", "status"].map(Column::new);
        let grid = (1..=rows).fold(Grid::new(columns), |grid, id| {
            // Only one row has what decides about a width, and not in the first block.
            let text = if id == rows {
                "the longest of all"
            } else {
                "short"
            };
            grid.with([Cell::id(id), text.into(), "complete".into()])
        });
        for (width, wrapped) in [(None, 0), (Some(40), 0), (Some(28), 1)] {
            let text = render(&grid, &look(width, false));
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 1 + rows + wrapped, "{width:?}");
            let status = lines[0].find("STATUS");
            let rows = &lines[1..=rows];
            assert!(rows.iter().all(|line| line.find("complete") == status));
            assert_eq!(text.matches("STATUS").count(), 1);
        }
    }

    #[test]
    fn no_rows_no_table() {
        assert_eq!(
            render(&Grid::new([Column::new("id")]), &look(None, false)),
            ""
        );
    }
}
