//! The lines of a prompt, none wider than the terminal.

use unicode_width::UnicodeWidthStr;

use super::columns::{GAP, cells, widths};
use super::line::Line;
use super::picker::{Item, NO_MATCH, Picker};
use crate::terminal::clean_line;
use crate::terminal::width::{cut, cut_start, fit};
use crate::terminal::{Palette, Style};

/// The marker of the selected item and its space.
pub(super) const MARKER: usize = 2;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub rows: usize,
    pub columns: usize,
}

impl Size {
    /// The rightmost column stays free: text there can wrap.
    pub(super) fn room(self) -> usize {
        self.columns.saturating_sub(1)
    }

    /// The rows of a list, with room for the question and a message.
    pub(super) fn list(self) -> usize {
        self.rows.saturating_sub(2).max(1)
    }
}

/// A question and what is typed, in one line.
struct Head<'a> {
    /// Cleaned, with its end mark.
    question: &'a str,
    before: &'a str,
    after: &'a str,
    /// Shown behind the text.
    position: &'a str,
}

impl Head<'_> {
    fn draw(&self, palette: Palette, room: usize) -> String {
        let position = match self.position {
            "" => String::new(),
            position => format!("  {position}"),
        };
        // The text and its cursor keep up to a third of the line.
        let text = self.before.width() + self.after.width().max(1);
        let kept = (1 + text).min(room / 3);
        let question = cut(
            self.question,
            room.saturating_sub(2 + kept + position.width()),
        );
        let used = 2 + question.width() + 1 + position.width();
        let before = cut_start(self.before, room.saturating_sub(used + 1));
        let left = room.saturating_sub(used + before.width());
        let (cursor, after) = match self.after.chars().next() {
            Some(c) => (c.to_string(), &self.after[c.len_utf8()..]),
            None => (" ".to_owned(), ""),
        };
        let cursor = cut(&cursor, left);
        let after = cut(after, left.saturating_sub(cursor.width()));
        if used > room {
            return cut(&format!("? {question}"), room);
        }
        format!(
            "{} {} {before}{}{after}{}",
            palette.paint(Style::Warning, "?"),
            palette.paint(Style::Name, &question),
            inverse(palette, &cursor),
            palette.paint(Style::Dim, &position),
        )
    }
}

fn inverse(palette: Palette, text: &str) -> String {
    if palette.is_enabled() && !text.is_empty() {
        format!("\u{1b}[7m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// The lines of a list prompt.
pub(super) fn list(
    picker: &mut Picker,
    question: &str,
    palette: Palette,
    size: Size,
) -> Vec<String> {
    let room = size.room();
    let rows = size.list();
    let count = picker.count();
    let position = match picker.selected() {
        _ if count <= rows => String::new(),
        Some(at) => format!("{}/{count}", at + 1),
        None => format!("-/{count}"),
    };
    let head = Head {
        question: &format!("{question} ›"),
        before: &clean_line(picker.filter()),
        after: "",
        position: &position,
    };
    let mut lines = vec![head.draw(palette, room)];
    let widths = widths(picker.items(), room.saturating_sub(MARKER));
    for (item, is_selected) in picker.visible(rows) {
        lines.push(row(item, is_selected, &widths, palette, room));
    }
    match picker.message() {
        Some(message) => lines.push(below(palette, message, room)),
        None if count == 0 => {
            lines.push(palette.paint(Style::Dim, &cut(&format!("  {NO_MATCH}"), room)));
        }
        None => {}
    }
    lines.truncate(size.rows.max(1));
    lines
}

/// The lines of a text prompt; `question` has its end mark.
pub(super) fn text<T>(
    line: &Line<'_, T>,
    question: &str,
    palette: Palette,
    size: Size,
) -> Vec<String> {
    let (before, after) = line.parts();
    let head = Head {
        question,
        before: &clean_line(&before),
        after: &clean_line(&after),
        position: "",
    };
    let mut lines = vec![head.draw(palette, size.room())];
    if let Some(refusal) = line.refusal() {
        lines.push(below(palette, &clean_line(refusal), size.room()));
    }
    lines.truncate(size.rows.max(1));
    lines
}

fn below(palette: Palette, message: &str, room: usize) -> String {
    palette.paint(Style::Bad, &cut(&format!("✘ {message}"), room))
}

/// As [`fit`], keeping this end of the text.
fn fit_before(mark: &str, text: &str, width: usize) -> String {
    match (text.strip_suffix(mark), width.checked_sub(mark.width())) {
        (Some(text), Some(left @ 1..)) if text.width() > left => {
            format!("{}{mark}", fit(text, left))
        }
        _ => fit(text, width),
    }
}

fn row(item: &Item, is_selected: bool, widths: &[usize], palette: Palette, room: usize) -> String {
    let mut text = String::new();
    let shown = cells(item).zip(widths).filter(|(_, width)| **width > 0);
    for (at, (column, width)) in shown.enumerate() {
        if at > 0 {
            text.push_str(&" ".repeat(GAP));
        }
        let mark = if at == 0 { item.mark } else { "" };
        text.push_str(&fit_before(mark, column, *width));
    }
    let text = cut(text.trim_end(), room.saturating_sub(MARKER));
    if is_selected {
        let marker = palette.paint(Style::Good, &cut("❯ ", room));
        format!("{marker}{}", palette.paint(Style::Name, &text))
    } else {
        format!("{}{text}", cut("  ", room))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Choice;
    use super::super::picker::tests::any_key;
    use super::*;
    use console::{Key, strip_ansi_codes};
    use proptest::prelude::*;

    const PLAIN: bool = false;

    fn drawn(choices: &[Choice], columns: usize) -> String {
        let mut picker = Picker::new(choices, None);
        let size = Size { rows: 8, columns };
        let lines = list(&mut picker, "Run", Palette::new(PLAIN), size);
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        lines.join("\n")
    }

    fn runs() -> Vec<Choice> {
        let run = |id: &str, name: &str, status: &str, age: &str| {
            let choice = Choice::new(id).flexible(name);
            choice.column(status).column(age)
        };
        vec![
            run("63", "Count slowly", "running", "3 s ago"),
            run("7", "清除所有缓存", "failed", "2 d ago"),
        ]
    }

    #[test]
    fn columns_are_aligned_and_those_that_do_not_fit_are_cut_or_dropped() {
        insta::assert_snapshot!(drawn(&runs(), 80), @"
        ? Run ›
        ❯ 63  Count slowly  running  3 s ago
          7   清除所有缓存  failed   2 d ago
        ");
        insta::assert_snapshot!(drawn(&runs(), 60), @"
        ? Run ›
        ❯ 63  Count slowly  running  3 s ago
          7   清除所有缓存  failed   2 d ago
        ");
        insta::assert_snapshot!(drawn(&runs(), 40), @"
        ? Run ›
        ❯ 63  Count slowly  running  3 s ago
          7   清除所有缓存  failed   2 d ago
        ");
    }

    #[test]
    fn the_name_of_a_run_is_cut_before_its_outcome_and_age() {
        let place = |choice: Choice, place: Option<&str>| match place {
            Some(place) => choice.flexible(place),
            None => choice,
        };
        let run = |environment: Option<&str>| {
            let choice = Choice::new("1063").flexible("Rebuild the search index");
            let choice = place(choice, environment).column("✗ failed after 1 min 3 s");
            [choice.column("21 days ago")]
        };
        insta::assert_snapshot!(drawn(&run(None), 60), @"
        ? Run ›
        ❯ 1063  Rebuild the…  ✗ failed after 1 min 3 s  21 days ago
        ");
        insta::assert_snapshot!(drawn(&run(None), 50), @"
        ? Run ›
        ❯ 1063  Rebuild…  ✗ failed after 1 …  21 days ago
        ");
        insta::assert_snapshot!(drawn(&run(None), 40), @"
        ? Run ›
        ❯ 1063  Rebu…  ✗ failed a…  21 days ago
        ");
        let place = Some("main (production)");
        insta::assert_snapshot!(drawn(&run(place), 60), @"
        ? Run ›
        ❯ 1063  Rebuild…  main (p…  ✗ failed after 1 …  21 days ago
        ");
        insta::assert_snapshot!(drawn(&run(place), 50), @"
        ? Run ›
        ❯ 1063  Rebuil…  main …  ✗ failed a…  21 days ago
        ");
        insta::assert_snapshot!(drawn(&run(place), 40), @"
        ? Run ›
        ❯ 1063  Rebu…  ✗ failed a…  21 days ago
        ");
    }

    #[test]
    fn a_long_name_is_cut_only_if_not_all_columns_fit() {
        let name = "a-project-with-a-name-of-more-than-forty-letters";
        let host = "api.lagoon.example.com";
        let choices = [Choice::new(name).column(host)];
        assert!(drawn(&choices, 80).ends_with(&format!("❯ {name}  {host}")));
        let cut = format!("❯ {}…  {host}", &name[..39]);
        assert!(drawn(&choices, 70).ends_with(&cut));
        let note = [Choice::new(name).note("Show how much of the disk is used")];
        let cut = format!("❯ {}…  Show how much", &name[..39]);
        assert!(drawn(&note, 80).contains(&cut));
        assert!(drawn(&[Choice::new(name)], 60).ends_with(name));
    }

    #[test]
    fn a_note_is_cut_and_dropped_before_the_columns() {
        let choices = [Choice::new("Check disk space").note("Show the disk usage")];
        insta::assert_snapshot!(drawn(&choices, 40), @"
        ? Run ›
        ❯ Check disk space  Show the disk usage
        ");
        insta::assert_snapshot!(drawn(&choices, 36), @"
        ? Run ›
        ❯ Check disk space  Show the disk …
        ");
        insta::assert_snapshot!(drawn(&choices, 30), @"
        ? Run ›
        ❯ Check disk space
        ");
    }

    #[test]
    fn a_list_that_is_longer_than_the_screen_shows_its_position() {
        let choices: Vec<Choice> = (1..=120)
            .map(|n| Choice::new(format!("task {n}")))
            .collect();
        insta::assert_snapshot!(drawn(&choices, 40), @"
        ? Run ›    1/120
        ❯ task 1
          task 2
          task 3
          task 4
          task 5
          task 6
        ");
    }

    #[test]
    fn a_question_is_cut_only_as_far_as_the_typed_text_needs() {
        let question = "Start it on 3 environments, 1 of them production? [y/N]";
        let size = Size {
            rows: 8,
            columns: question.len() + 5,
        };
        let palette = Palette::new(PLAIN);
        let mut line: Line<'_, ()> = Line::new(Box::new(|_| Ok(())));
        let [empty] = &text(&line, question, palette, size)[..] else {
            panic!("one line")
        };
        assert_eq!(empty.trim_end(), format!("? {question}"));
        for _ in 0..40 {
            line.press(&Key::Char('y'));
        }
        let [full] = &text(&line, question, palette, size)[..] else {
            panic!("one line")
        };
        assert!(full.contains("… ") && full.contains("yyy"), "{full}");
    }

    fn widths_of(lines: &[String]) -> Vec<usize> {
        let width = |line: &String| strip_ansi_codes(line).width();
        lines.iter().map(width).collect()
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            cells in prop::collection::vec(prop::collection::vec(any::<String>(), 1..5), 1..8),
            question in any::<String>(),
            keys in prop::collection::vec(any_key(), 0..20),
            rows in 0_usize..12,
            columns in 0_usize..90,
            colour in any::<bool>(),
        ) {
            let choices: Vec<Choice> = cells
                .iter()
                .map(|cells| {
                    let choice = Choice::new(&cells[0]);
                    cells[1..].iter().fold(choice, |choice, cell| choice.column(cell))
                })
                .collect();
            let size = Size { rows, columns };
            let (question, palette) = (clean_line(&question), Palette::new(colour));
            let mut picker = Picker::new(&choices, None);
            let mut line: Line<'_, ()> = Line::new(Box::new(|text| Err(text.to_owned())));
            for key in keys.iter().chain([&Key::Enter]) {
                picker.press(key, size.list());
                line.press(key);
                for lines in [
                    list(&mut picker, &question, palette, size),
                    text(&line, &question, palette, size),
                ] {
                    prop_assert!(lines.len() <= rows.max(1));
                    prop_assert!(widths_of(&lines).iter().all(|width| *width <= columns));
                }
            }
        }
    }
}
