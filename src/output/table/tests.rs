use super::*;
use crate::output::Column;
use crate::terminal::Symbols;
use proptest::prelude::*;
use std::time::Duration;

fn look(width: Option<u16>, colour: bool) -> TableStyle {
    TableStyle {
        now: "2024-05-01T10:03:00Z".parse().unwrap(),
        width,
        palette: Palette::new(colour),
    }
}

#[test]
fn a_table_in_blocks_equals_the_whole() {
    let of = |ids: std::ops::Range<usize>| {
        let mut grid = Grid::new(["id", "name"].map(Column::new));
        for id in ids {
            grid.row([Cell::id(id), Cell::name("x".repeat(id % 40))]);
        }
        grid
    };
    let blocks = || -> Blocks<'_> {
        let starts = (0..2_500).step_by(1_000);
        Box::new(starts.map(|start| Cow::Owned(of(start..(start + 1_000).min(2_500)))))
    };
    for width in [None, Some(20)] {
        let mut drawn = String::new();
        let end: Result<(), Infallible> = draw(&blocks, &look(width, false), &mut |block| {
            drawn.push_str(block);
            Ok(())
        });
        assert!(end.is_ok());
        assert_eq!(drawn, render(&of(0..2_500), &look(width, false)));
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
        "ID  TASK            STATUS     CREATED          TOOK\n\
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
fn columns_are_cut_or_left_out_before_anything_is_wrapped() {
    let columns = [
        Column::new("id"),
        Column::new("task"),
        Column::new("status").priority(3),
        Column::new("description").priority(2),
        Column::new("by").priority(1).minimum(8),
    ];
    let grid = Grid::new(columns).with([
        Cell::id(123_456),
        Cell::name("清除缓存 now"),
        Cell::marked("complete", "completed", Style::Good),
        "one two three four five six".into(),
        "mara@example.com".into(),
    ]);
    let symbols = |width| TableStyle {
        palette: Palette::new(false).with(Symbols::Unicode),
        ..look(Some(width), false)
    };
    let shown = [90, 60, 44, 30, 12, 4].map(|width| render(&grid, &symbols(width)));
    insta::assert_snapshot!(shown.join("\n"), @"
    ID      TASK          STATUS       DESCRIPTION                  BY
    123456  清除缓存 now  ✓ completed  one two three four five six  mara@example.com

    ID      TASK          STATUS       DESCRIPTION      BY
    123456  清除缓存 now  ✓ completed  one two three …  mara@ex…

    ID      TASK          STATUS
    123456  清除缓存 now  ✓ completed

    ID      TASK
    123456  清除缓存 now

    ID
    123456

    ID
    123…
    ");
    let letters = render(&grid, &look(Some(44), false));
    insta::assert_snapshot!(letters, @"
    ID      TASK          STATUS
    123456  清除缓存 now  completed
    ");
}

#[test]
fn an_address_to_copy_is_never_cut() {
    let address = "https://files.example.com/a/very/long/address";
    let columns = [Column::new("name").priority(1), Column::new("url").whole()];
    let grid = Grid::new(columns).with([Cell::name("report.json"), address.into()]);
    let text = render(&grid, &look(Some(50), false));
    assert_eq!(text, format!("URL\n{address}\n"));
}

proptest! {
    #[test]
    fn every_line_fits_the_terminal_and_all_columns_are_aligned(
        texts in prop::collection::vec(prop::collection::vec("(\\PC|[清除🚀👩‍🚀é\u{301}]){0,30}", 3), 1..5),
        width in 1u16..130,
        priorities in prop::array::uniform5(0u8..4),
        minimum in 1u16..30,
        is_unicode in any::<bool>(),
    ) {
        let names = ["a", "b", "c", "d", "e"];
        let columns = names.iter().zip(priorities).map(|(name, priority)| {
            Column::new(*name).priority(priority).minimum(minimum)
        });
        let mut grid = Grid::new(columns);
        for row in &texts {
            grid.row([
                Cell::text(&row[0]),
                Cell::name(&row[1]),
                Cell::marked("x", &row[2], Style::Good),
                Cell::Number(row[0].len().try_into().unwrap()),
                // A mark that shows where the last column begins.
                "|".into(),
            ]);
        }
        let symbols = if is_unicode { Symbols::Unicode } else { Symbols::Ascii };
        let style = |colour| TableStyle {
            palette: Palette::new(colour).with(symbols),
            ..look(Some(width), colour)
        };
        let plain = render(&grid, &style(false));
        let lines: Vec<&str> = plain.lines().collect();
        prop_assert_eq!(lines.len(), texts.len() + 1);
        for line in &lines {
            prop_assert!(line.width() <= width.into(), "{:?}", line);
        }
        if lines[0].ends_with('E') {
            for line in &lines[1..] {
                prop_assert!(line.ends_with('|') && line.width() == lines[0].width(), "{}", plain);
            }
        }
        let coloured = render(&grid, &style(true));
        let bare = console::strip_ansi_codes(&coloured);
        let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
        let plain: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        prop_assert_eq!(trimmed, plain);
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
    for width in [None, Some(40), Some(28)] {
        let text = render(&grid, &look(width, false));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + rows, "{width:?}");
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
