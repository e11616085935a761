//! Screens.

use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::draw;
use crate::terminal::Symbols;
use crate::tui::event::{LogNews, News, Prepared, Trouble};
use crate::tui::samples::{Session, environments, launch, run};
use crate::tui::state::State;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (60, 20)];

/// The screen of a state.
pub(crate) fn drawn(state: &State) -> Buffer {
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(state, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y: u16| {
        let mut row = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol))
                .unwrap()
                .max(1);
        }
        row.trim_end().to_owned()
    };
    (0..area.height).map(row).collect::<Vec<_>>().join("\n")
}

fn screen(session: &Session) -> String {
    text(&drawn(&session.state))
}

fn piece(text: &str) -> LogNews {
    LogNews::Piece {
        text: text.to_owned(),
        is_cut: false,
    }
}

/// Each screen in the three sizes.
fn screens(prepare: impl Fn(&mut Session)) -> String {
    let all = SIZES.map(|size| {
        let mut session = Session::new(size);
        prepare(&mut session);
        format!("{} × {}\n{}", size.0, size.1, screen(&session))
    });
    all.join("\n\n")
}

#[test]
fn the_tasks_of_an_environment() {
    assert_snapshot!(
        "tasks",
        screens(|session| {
            session.keys("Tab G");
        })
    );
}

#[test]
fn projects_and_environments() {
    assert_snapshot!("places", screens(|_| ()));
}

#[test]
fn a_run_with_its_log() {
    assert_snapshot!(
        "run",
        screens(|session| {
            session.keys("Tab Tab");
            session.news(News::Log(
                9,
                piece("first line\n\u{1b}[31mred\u{1b}[0m line\n"),
            ));
            session.keys("Enter");
        })
    );
}

#[test]
fn a_log_on_the_whole_screen() {
    assert_snapshot!(
        "log",
        screens(|session| {
            session.keys("Tab Tab l");
            let lines: String = (1..=100)
                .map(|line| format!("line {line} 清除缓存\n"))
                .collect();
            session.news(News::Log(9, piece(&lines)));
            session.news(News::Log(9, piece(&format!("{}\n", "long ".repeat(40)))));
            session.keys("/").text("line 5");
            session.keys("Enter n");
        })
    );
}

#[test]
fn a_form_with_a_problem() {
    assert_snapshot!(
        "form",
        screens(|session| {
            session.keys("Tab G i Right Tab").text("Good morning");
            session.keys("Tab").text("x");
            session.keys("BackTab BackTab");
        })
    );
}

#[test]
fn a_confirmation() {
    assert_snapshot!(
        "confirm",
        screens(|session| {
            session.keys("Tab i Enter");
            session.news(News::Prepared(Ok(Box::new(Prepared::Launch {
                launch: Box::new(launch(&environments()[0])),
                questions: vec![
                    "Clear caches: Pages are slow until the caches are warm. Clear them?"
                        .to_owned(),
                    "Start it on lagoon-demo/main (production)?".to_owned(),
                ],
                notes: Vec::new(),
                line: "tasks invoke 'Clear caches' -p lagoon-demo -e main --yes".to_owned(),
                rerun_of: None,
            }))));
        })
    );
}

#[test]
fn the_last_row_lists_as_many_keys_as_fit() {
    let keys = |width: u16, keys: &str| {
        let mut session = Session::new((width, 24));
        session.keys(keys);
        let shown = screen(&session);
        shown.lines().last().unwrap_or_default().to_owned()
    };
    assert_snapshot!(
        [
            keys(80, ""),
            keys(80, "Tab"),
            keys(120, "Tab Tab"),
            keys(80, "Tab Tab l"),
            keys(60, "Tab Tab j l"),
        ]
        .join("\n"),
        @"
    ? help  q quit  / filter  x exec  w in progress  y copy  Enter open  Tab pane
    ? help  q quit  / filter  i invoke  x exec  y copy  Enter open  Tab pane
    ? help  q quit  / filter  i invoke  c cancel  r rerun  l log  d files  w in progress  y copy  Enter open  Tab pane
    ↑↓ scroll  q close  / search  g G start, end  c cancel  r rerun  d files
    ↑↓ scroll  q close  / search  g G start, end  r rerun
    "
    );
}

#[test]
fn help_is_made_from_the_key_map() {
    let mut session = Session::new((80, 40));
    session.keys("?");
    assert_snapshot!("help", screen(&session));
    let shown = screen(&session);
    for binding in crate::tui::keys::BINDINGS {
        assert!(
            shown.contains(binding.description),
            "{}",
            binding.description
        );
    }
}

#[test]
fn a_long_help_shows_that_it_scrolls_and_ends_with_its_last_row() {
    let mut session = Session::new((80, 24));
    let mut shown = |keys| {
        session.keys(keys);
        let shown = screen(&session);
        [" ↑ more ", " ↓ more ", "the wheel scrolls"].map(|text| shown.contains(text))
    };
    assert_eq!(shown("?"), [false, true, false]);
    assert_eq!(shown("j"), [true, true, false]);
    assert_eq!(shown("G"), [true, false, true]);
    let mut session = Session::new((80, 40));
    session.keys("?");
    assert!(!screen(&session).contains(" more "));
}

#[test]
fn active_runs_of_all_projects() {
    assert_snapshot!(
        "active",
        screens(|session| {
            session.keys("w");
            let place = &environments()[0];
            let runs = vec![
                run(50, "Reindex", "running", place),
                run(49, "Clear caches", "new", place),
            ];
            session.news(News::Active("lagoon-demo".to_owned(), Ok(runs)));
            session.news(News::Active(
                "shop".to_owned(),
                Err(Trouble::new("no answer from Lagoon")),
            ));
        })
    );
}

#[test]
fn loading_failure_and_its_reason() {
    let mut session = Session::empty((80, 24));
    let loading = screen(&session);
    assert!(loading.contains("loading"), "{loading}");
    let trouble = Trouble {
        text: "example.com did not answer within 30 s".to_owned(),
        hints: vec!["to find the cause: tasks doctor".to_owned()],
    };
    session.news(News::Projects(Err(trouble.clone())));
    let failed = screen(&session);
    for part in ["cannot read", "30 s", "tasks doctor", "retrying"] {
        assert!(failed.contains(part), "{failed}");
    }
    let mut session = Session::new((80, 24));
    session.news(News::RunsFailed("lagoon-demo".to_owned(), trouble.clone()));
    assert!(screen(&session).contains("cannot read, retrying"));
    session.news(News::Tasks(102, Err(trouble)));
    assert!(
        screen(&session).contains("within 30 s"),
        "{}",
        screen(&session)
    );
}

#[test]
fn a_cut_log_says_so() {
    let mut session = Session::new((120, 40));
    session.keys("Tab Tab l");
    let text = "line\n".repeat(100);
    session.news(News::Log(9, LogNews::Piece { text, is_cut: true }));
    assert!(
        screen(&session).contains("only the end is kept"),
        "{}",
        screen(&session)
    );
    session.keys("g");
    assert!(
        screen(&session).contains("the whole log: tasks logs 9 -f"),
        "{}",
        screen(&session)
    );
}

#[test]
fn no_colour_is_used_under_no_color_and_no_background_ever() {
    for is_coloured in [true, false] {
        let mut session = Session::new((120, 40));
        session.state.setup.is_coloured = is_coloured;
        session.keys("Tab Tab");
        session.news(News::Log(9, piece("\u{1b}[31;44mred\u{1b}[0m\n")));
        let buffer = drawn(&session.state);
        let colours: Vec<Color> = buffer.content().iter().map(|cell| cell.fg).collect();
        assert_eq!(colours.iter().any(|c| *c != Color::Reset), is_coloured);
        assert!(buffer.content().iter().all(|cell| cell.bg == Color::Reset));
        // The selection is visible without colour.
        assert!(
            buffer
                .content()
                .iter()
                .any(|cell| cell.modifier.contains(Modifier::REVERSED))
        );
    }
}

#[test]
fn frames_are_ascii_where_the_locale_is() {
    let mut session = Session::new((80, 24));
    session.state.setup.symbols = Symbols::Ascii;
    session.news(News::Projects(Ok(vec![crate::tui::samples::project(
        1,
        "lagoon-demo",
    )])));
    session.keys("Tab Tab");
    let shown = screen(&session);
    assert!(shown.is_ascii(), "{shown}");
}

#[test]
fn only_visible_rows_are_laid_out() {
    let mut session = Session::new((120, 40));
    let place = &environments()[1];
    let many = (1..=10_000).map(|id| run(id % 58, "Clear caches", "complete", place));
    let many = many.zip(1..).map(|(mut run, id)| {
        run.id = id;
        run
    });
    session.news(News::AllRuns(102, Ok(many.collect())));
    session.keys("Tab Tab G");
    let shown = screen(&session);
    assert!(shown.contains("10000 of 10000"), "{shown}");
}

#[test]
fn wide_characters_keep_the_frames() {
    for size in SIZES {
        let mut session = Session::new(size);
        let name = "清除所有缓存和索引".repeat(5);
        session.news(News::Run(run(60, &name, "running", &environments()[1])));
        session.keys("Tab Tab g");
        session.news(News::Log(60, piece(&format!("{name}\n"))));
        let buffer = drawn(&session.state);
        let layout = session.state.layout();
        for pane in [layout.places, layout.tasks, layout.runs, layout.detail] {
            for y in pane.y + 1..pane.bottom().saturating_sub(1) {
                for x in [pane.x, pane.right() - 1] {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(["│", "┃"].contains(&symbol), "{}", text(&buffer));
                }
            }
        }
    }
}

#[test]
fn text_from_the_server_is_cleaned() {
    let mut session = Session::new((120, 40));
    let place = &environments()[1];
    session.news(News::Run(run(
        60,
        "\u{1b}[2Jevil\u{202e}",
        "\u{7}odd",
        place,
    )));
    session.keys("Tab Tab g");
    session.news(News::Log(60, piece("a\u{1b}]0;title\u{7}b\u{202e}c\n")));
    let buffer = drawn(&session.state);
    let is_unsafe = |symbol: &str| symbol.chars().any(crate::terminal::clean::is_unsafe);
    assert!(!buffer.content().iter().any(|cell| is_unsafe(cell.symbol())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_is_drawn_at_any_size(name in any::<String>(), log in any::<String>(), width in 0_u16..130, height in 0_u16..50, keys in 0_usize..6) {
        let mut session = Session::new((width, height));
        let mut place = environments()[1].clone();
        place.name.clone_from(&name);
        session.news(News::Environments("lagoon-demo".to_owned(), Ok(vec![place.clone()])));
        session.news(News::Run(run(60, &name, &name, &place)));
        session.keys(["", "Tab", "Tab Tab", "Tab Tab Tab", "Tab Tab l", "Tab G i"][keys]);
        session.news(News::Log(60, piece(&log)));
        let buffer = drawn(&session.state);
        let is_unsafe = |symbol: &str| symbol.chars().any(crate::terminal::clean::is_unsafe);
        prop_assert!(!buffer.content().iter().any(|cell| is_unsafe(cell.symbol())));
    }
}
