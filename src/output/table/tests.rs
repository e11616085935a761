use super::*;
use proptest::prelude::*;
use std::time::Duration;

fn look(width: Option<u16>, colour: bool) -> TableStyle {
    TableStyle {
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
fn tables_are_human_readable() {
    let text = render(&runs(), &look(None, false));
    assert_eq!(
        text,
        "ID  TASK            STATUS     CREATED    TOOK\n\
         7   Run yarn audit  failed     3 min ago  1 min 23 s\n\
         12  a\\u{1b}[2Jb\\nc  completed                    3 s\n"
    );
}

#[test]
fn tables_are_complete_without_colour() {
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
fn a_narrow_terminal_loses_no_text() {
    let text = render(&runs(), &look(Some(24), false));
    let letters: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(text.matches("…").count(), 0);
    assert!(letters.len() >= 60, "{text}");
}

proptest! {
    #[test]
    fn wrapping_loses_no_text(
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
fn a_long_table_has_one_heading_and_layout() {
    let rows = 2 * BLOCK + 1;
    let columns = ["id", "text", "status"].map(Column::new);
    let grid = (1..=rows).fold(Grid::new(columns), |grid, id| {
        // Only one row decides the width, and it is not in the first block.
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
fn a_table_without_rows_is_empty() {
    assert_eq!(
        render(&Grid::new([Column::new("id")]), &look(None, false)),
        ""
    );
}
