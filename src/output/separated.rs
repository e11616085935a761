//! tsv and csv, for programs: all columns and absolute times.

use csv::WriterBuilder;

use super::grid::{Cell, Grid};
use super::time;
use crate::terminal::{clean_line, clean_text};

/// No header; tab, newline and backslash are written as `\t`, `\n` and `\\`.
pub(super) fn tsv(grid: &Grid, on_terminal: bool) -> String {
    let field = |cell: &Cell| {
        let escaped = bare(cell)
            .replace('\\', "\\\\")
            .replace('\t', "\\t")
            .replace('\n', "\\n");
        if on_terminal {
            clean_line(&escaped)
        } else {
            escaped
        }
    };
    let line = |row: &Vec<Cell>| {
        let fields: Vec<String> = for_programs(grid, row).map(field).collect();
        fields.join("\t") + "\n"
    };
    grid.rows.iter().map(line).collect()
}

/// One record per row, quoted as in RFC 4180, after a header if these are the first rows.
pub(super) fn csv(grid: &Grid, is_first: bool, on_terminal: bool) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let columns = grid.columns.iter().filter(|column| column.is_for_programs);
    if is_first {
        writer.write_record(columns.map(|column| &column.name))?;
    }
    for row in &grid.rows {
        writer.write_record(for_programs(grid, row).map(|cell| {
            let field = bare(cell);
            if on_terminal {
                clean_text(&field)
            } else {
                field
            }
        }))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn for_programs<'a>(grid: &'a Grid, row: &'a [Cell]) -> impl Iterator<Item = &'a Cell> {
    let cells = row.iter().zip(&grid.columns);
    cells
        .filter(|(_, column)| column.is_for_programs)
        .map(|(cell, _)| cell)
}

fn bare(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text)
        | Cell::Name(text)
        | Cell::Id(text)
        | Cell::Status(text, _)
        | Cell::Marked { word: text, .. } => text.to_string(),
        Cell::Time(moment) => time::absolute(*moment),
        Cell::Duration(length) => length.as_secs_f64().to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Column;
    use crate::terminal::Style;
    use proptest::prelude::*;
    use std::time::Duration;

    fn grid(texts: &[&str]) -> Grid {
        let columns = (0..texts.len()).map(|index| Column::new(format!("c{index}")));
        Grid::new(columns).with(texts.iter().map(|text| Cell::text(*text)))
    }

    #[test]
    fn every_kind_of_cell_has_a_plain_text_form() {
        let moment: jiff::Timestamp = "2024-05-01T12:00:00.5+02:00".parse().unwrap();
        let row = Grid::new(["a", "b", "c", "d", "e", "f", "g"].map(Column::new)).with([
            Cell::id(42),
            Cell::status("complete", Style::Good),
            moment.into(),
            Duration::from_millis(83_000).into(),
            7.into(),
            true.into(),
        ]);
        let line = "42\tcomplete\t2024-05-01T10:00:00.5Z\t83\t7\ttrue\t\n";
        assert_eq!(tsv(&row, false), line);
    }

    #[test]
    fn tsv_escapes_separators() {
        assert_eq!(
            tsv(&grid(&["a\tb", "c\nd", "e\\f"]), false),
            "a\\tb\tc\\nd\te\\\\f\n"
        );
        assert_eq!(tsv(&grid(&["a\u{1b}\rb"]), false), "a\u{1b}\rb\n");
        assert_eq!(tsv(&grid(&["a\u{1b}\rb"]), true), "a\\u{1b}\\rb\n");
        assert_eq!(tsv(&Grid::new([Column::new("a")]), false), "");
    }

    #[test]
    fn csv_quotes_only_if_necessary() {
        let rows = grid(&["a,b", "say \"hi\"", "two\nlines", "plain"]);
        let text = "c0,c1,c2,c3\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\n";
        assert_eq!(csv(&rows, true, false).unwrap(), text);
        assert_eq!(
            csv(&grid(&["a\u{202e}b"]), true, true).unwrap(),
            "c0\na\\u{202e}b\n"
        );
        assert_eq!(
            csv(&Grid::new([Column::new("a")]), true, false).unwrap(),
            "a\n"
        );
    }

    fn unescape(field: &str) -> String {
        let mut text = String::new();
        let mut chars = field.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('t') => text.push('\t'),
                    Some('n') => text.push('\n'),
                    other => text.extend(other),
                },
                c => text.push(c),
            }
        }
        text
    }

    proptest! {
        #[test]
        fn tsv_round_trips(a in any::<String>(), b in any::<String>()) {
            let line = tsv(&grid(&[&a, &b]), false);
            let fields: Vec<String> =
                line.strip_suffix('\n').unwrap().split('\t').map(unescape).collect();
            prop_assert_eq!(fields, vec![a, b]);
        }

        #[test]
        fn csv_round_trips(a in any::<String>(), b in any::<String>()) {
            let text = csv(&grid(&[&a, &b]), true, false).unwrap();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(record.iter().collect::<Vec<_>>(), vec![&a, &b]);
        }
    }
}
