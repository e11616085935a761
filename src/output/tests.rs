use super::*;
use crate::terminal::{Terminal, UiOptions};
use clap::ValueEnum;
use serde_json::json;

struct Listing(Vec<(i64, &'static str)>);

impl Report for Listing {
    fn value(&self) -> Value {
        let element = |(id, name): &(i64, &str)| json!({"id": id, "name": name});
        self.0.iter().map(element).collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new(["id", "name"].map(Column::new));
        for (id, name) in &self.0 {
            grid.row([Cell::id(id), Cell::name(*name)]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        Some("no tasks here".to_owned())
    }
}

struct One;

impl Report for One {
    fn value(&self) -> Value {
        json!({"id": 7, "name": "a"})
    }

    fn grid(&self) -> Grid {
        Grid::new(["id", "name"].map(Column::new)).with([Cell::id(7), Cell::name("a")])
    }

    fn detail(&self) -> Option<Detail> {
        Some(Detail::new("a").field("id", Cell::id(7)))
    }
}

fn terminal() -> Ui {
    let terminal = Terminal {
        stdin: true,
        stdout: true,
        stderr: true,
        width: Some(80),
    };
    let options = UiOptions {
        no_color: true,
        ..UiOptions::default()
    };
    Ui::captured_with(options, terminal)
}

fn printed(report: &dyn Report, format: Option<Format>, jq: Option<&str>, ui: &Ui) -> String {
    let how = Emitter::choose(format, jq, ui).unwrap();
    emit(report, &how, ui, Timestamp::UNIX_EPOCH).unwrap();
    ui.printed(Stream::Out)
}

#[test]
fn every_format_is_rendered() {
    let listing = Listing(vec![(1, "a"), (12, "b\tc")]);
    for (format, text) in [
        (Format::Table, "ID  NAME\n1   a\n12  b\\tc\n"),
        (Format::Tsv, "1\ta\n12\tb\\tc\n"),
        (Format::Csv, "id,name\n1,a\n12,b\tc\n"),
        (
            Format::Jsonl,
            "{\"id\":1,\"name\":\"a\"}\n{\"id\":12,\"name\":\"b\\tc\"}\n",
        ),
        (
            Format::Yaml,
            "- id: 1\n  name: a\n- id: 12\n  name: \"b\\tc\"\n",
        ),
        (Format::Name, "a\nb\tc\n"),
        (Format::Id, "1\n12\n"),
    ] {
        assert_eq!(
            printed(&listing, Some(format), None, &Ui::captured()),
            text,
            "{format}"
        );
    }
}

#[test]
fn a_single_result_is_an_object_or_a_detail_view() {
    let ui = Ui::captured;
    assert_eq!(
        printed(&One, Some(Format::Table), None, &ui()),
        "a\nid  7\n"
    );
    assert_eq!(printed(&One, Some(Format::Tsv), None, &ui()), "7\ta\n");
    assert_eq!(
        printed(&One, Some(Format::Jsonl), None, &ui()),
        "{\"id\":7,\"name\":\"a\"}\n"
    );
    assert_eq!(
        printed(&One, Some(Format::Yaml), None, &ui()),
        "id: 7\nname: a\n"
    );
}

#[test]
fn an_empty_list_prints_only_a_note() {
    for format in Format::value_variants() {
        let ui = Ui::captured();
        let text = match format {
            Format::Json | Format::Yaml => "[]\n",
            Format::Csv => "id,name\n",
            _ => "",
        };
        assert_eq!(
            printed(&Listing(Vec::new()), Some(*format), None, &ui),
            text
        );
        let note = match format {
            Format::Table => "no tasks here\n",
            _ => "",
        };
        assert_eq!(ui.printed(Stream::Err), note);
    }
}

#[test]
fn the_default_format_depends_on_the_terminal() {
    let listing = Listing(vec![(1, "a")]);
    assert_eq!(
        printed(&listing, None, None, &terminal()),
        "ID  NAME\n1   a\n"
    );
    assert_eq!(printed(&listing, None, None, &Ui::captured()), "1\ta\n");
}

#[test]
fn control_characters_are_escaped_in_every_format() {
    for format in Format::value_variants() {
        let listing = Listing(vec![(1, "a\u{1b}[2J\u{202e}\u{9b}\rb")]);
        let text = printed(&listing, Some(*format), None, &terminal());
        assert!(
            !text.contains(|c| crate::terminal::clean::is_unsafe(c) && !matches!(c, '\n' | '\t')),
            "{format}: {text:?}"
        );
    }
    let text = printed(
        &Listing(vec![(1, "\u{1b}c")]),
        None,
        Some(".[].name"),
        &terminal(),
    );
    assert_eq!(text, "\\u{1b}c\n");
}

#[test]
fn jq_implies_json_and_excludes_other_formats() {
    let listing = Listing(vec![(1, "a"), (2, "b")]);
    assert_eq!(
        printed(&listing, None, Some(".[].name"), &terminal()),
        "a\nb\n"
    );
    let choose = |format, jq| Emitter::choose(Some(format), Some(jq), &terminal());
    let error = choose(Format::Yaml, ".").unwrap_err();
    assert_eq!(
        error.to_string(),
        "--jq requires JSON and cannot be used with -o yaml"
    );
    assert!(choose(Format::Jsonl, ".").is_ok());
    assert!(choose(Format::Json, ".[").is_err());
}

#[test]
fn the_result_can_be_printed_to_stderr() {
    let ui = Ui::captured();
    let how = Emitter::choose(Some(Format::Id), None, &ui).unwrap();
    emit(&One, &how.on(Stream::Err, &ui), &ui, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(
        (ui.printed(Stream::Out), ui.printed(Stream::Err)),
        (String::new(), "7\n".to_owned())
    );
}
