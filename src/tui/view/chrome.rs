//! The first row: the place; the last two: the equivalent command, and keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::domain::Run;
use crate::terminal::{Style as Meaning, Symbols, clean_line};
use crate::tui::equivalent;
use crate::tui::keys::{Action, BINDINGS};
use crate::tui::log::Log;
use crate::tui::state::{Focus, Overlay, Remote, State, Typing};
use crate::tui::text_line::TextLine;
use crate::tui::view::form;
use crate::tui::view::theme::{Theme, put};

pub(super) fn header(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = vec![Span::styled(" tasks ", theme.bold())];
    let mut path = vec![clean_line(&state.setup.context)];
    path.extend(state.open.as_ref().map(|open| clean_line(&open.name)));
    let environment = state.environment();
    path.extend(environment.map(|environment| clean_line(&environment.name)));
    let status = status(state, theme);
    let mark = environment.and_then(|environment| theme.production(environment));
    let taken = 8 + status.width() + mark.as_ref().map_or(0, |mark| mark.width() + 2);
    let room = usize::from(area.width).saturating_sub(taken);
    let between = match theme.symbols {
        Symbols::Unicode => " › ",
        Symbols::Ascii => " > ",
    };
    spans.push(Span::raw(theme.cut(&path.join(between), room)));
    if let Some(mark) = mark {
        spans.extend([Span::raw(" "), mark]);
    }
    put(&[Line::from(spans)], area, buffer);
    let width = u16::try_from(status.width()).unwrap_or(0).min(area.width);
    let right = Rect {
        x: area.right() - width,
        width,
        ..area
    };
    put(&[status], right, buffer);
}

/// The text at the right of the first row: loading, a failure, or the number of runs in progress.
fn status(state: &State, theme: Theme) -> Line<'static> {
    let loading = || {
        let text = format!("{}loading ", spinner(state, theme));
        Line::styled(text, theme.of(Meaning::Going))
    };
    let failed = || Line::styled("cannot read, retrying ", theme.of(Meaning::Bad));
    match (&state.projects, &state.open) {
        (Remote::Failed(_), _) => failed(),
        (Remote::Loading, _) => loading(),
        (_, Some(open)) if open.trouble.is_some() => failed(),
        (_, Some(open)) if matches!(open.environments, Remote::Failed(_)) => failed(),
        (_, Some(open)) if !open.has_runs => loading(),
        (_, Some(open)) => match open.active() {
            0 => Line::styled("no runs in progress ", theme.dim()),
            1 => Line::styled("1 run in progress ", theme.of(Meaning::Going)),
            many => Line::styled(
                format!("{many} runs in progress  "),
                theme.of(Meaning::Going),
            ),
        },
        _ => Line::default(),
    }
}

/// Turns once a second.
pub(super) fn spinner(state: &State, theme: Theme) -> &'static str {
    const FRAMES: [&str; 4] = ["⠋ ", "⠹ ", "⠼ ", "⠦ "];
    match theme.symbols {
        Symbols::Unicode => {
            let second = usize::try_from(state.now.as_second()).unwrap_or(0);
            FRAMES[second % FRAMES.len()]
        }
        Symbols::Ascii => "",
    }
}

pub(super) fn footer(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width).saturating_sub(2);
    let first = if let Some((label, line)) = typed(state) {
        let text = shown_end(
            &clean_line(line.text()),
            width.saturating_sub(label.width()),
        );
        Line::from(vec![
            Span::styled(format!(" {label}"), theme.of(Meaning::Going)),
            Span::raw(text),
        ])
    } else if let Some(notice) = &state.notice {
        let meaning = if notice.is_bad {
            Meaning::Bad
        } else {
            Meaning::Good
        };
        let text = theme.cut(&clean_line(&notice.text), width);
        Line::styled(format!(" {text}"), theme.of(meaning))
    } else {
        let line = equivalent::of_selection(state).unwrap_or_default();
        let text = theme.cut(&clean_line(&line), width.saturating_sub(2));
        Line::styled(format!(" $ {text}"), theme.dim())
    };
    put(&[first, keys(state, theme, width)], area, buffer);
}

/// The end of a text that is too wide.
fn shown_end(text: &str, columns: usize) -> String {
    crate::terminal::width::cut_start(text, columns)
}

fn typed(state: &State) -> Option<(&'static str, &TextLine)> {
    Some(match state.typing? {
        Typing::Places => ("filter projects: ", &state.places.filter),
        Typing::Tasks => ("filter tasks: ", &state.tasks.filter),
        Typing::Runs => ("filter runs: ", &state.runs.filter),
        Typing::Active => match &state.overlay {
            Some(Overlay::Active(active)) => ("filter runs: ", &active.cursor.filter),
            _ => return None,
        },
        Typing::Search => ("search the log: ", &state.log.as_ref()?.search),
    })
}

/// The keys that apply, as many as there is room for.
fn keys(state: &State, theme: Theme, width: usize) -> Line<'static> {
    let words: Vec<(&str, &str)> = match (&state.overlay, state.typing) {
        (_, Some(Typing::Search)) => vec![("Enter", "search"), ("Esc", "clear")],
        (_, Some(_)) => vec![("Enter", "apply"), ("Esc", "clear")],
        (Some(Overlay::Form(form)), _) if form.is_checking => vec![("Esc", "stop")],
        (Some(Overlay::Form(_)), _) => vec![
            ("Enter", "next, start"),
            ("Tab", "next"),
            ("←→", "options"),
            ("^Y", "copy"),
            ("Esc", "close"),
        ],
        (Some(Overlay::Confirm(_)), _) => vec![("y", "yes"), ("n", "no (Enter)")],
        (Some(Overlay::Waiting(_) | Overlay::Message(_)), _) => vec![("Esc", "close")],
        (Some(Overlay::Help(_)), _) => vec![("↑↓", "scroll"), ("Esc", "close")],
        (Some(Overlay::Log), _) => log_keys(state),
        (Some(Overlay::Active(_)), _) => vec![
            ("Enter", "go to"),
            ("/", "filter"),
            ("y", "copy"),
            ("q", "close"),
        ],
        (None, None) => bindings(state),
    };
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (key, word) in words {
        let key = theme.key(key);
        let needed = key.width() + word.width() + 3;
        if used + needed > width + 2 {
            break;
        }
        used += needed;
        spans.push(Span::styled(key, theme.bold()));
        spans.push(Span::styled(format!(" {word}  "), theme.dim()));
    }
    Line::from(spans)
}

/// Those of movement and of matches first, because the others may not fit.
fn log_keys(state: &State) -> Vec<(&'static str, &'static str)> {
    let mut words = vec![("↑↓", "scroll"), ("q", "close"), ("/", "search")];
    let is_searched = |log: &Log| !log.search.is_empty();
    if state.log.as_ref().is_some_and(is_searched) {
        words.push(("n N", "next, previous"));
    }
    words.push(("g G", "start, end"));
    let is_in_progress = |run: &Run| !run.outcome().is_finished();
    if state.selected_run().is_some_and(is_in_progress) {
        words.push(("c", "cancel"));
    }
    words.extend([("r", "rerun"), ("d", "files"), ("y", "copy")]);
    words
}

/// Help and quit first and the usual keys last, because not all may fit.
fn bindings(state: &State) -> Vec<(&'static str, &'static str)> {
    let applies = |action: Action| match action {
        Action::Cancel => {
            let run = state.run_in_focus();
            run.is_some_and(|run| !run.outcome().is_finished())
        }
        Action::Rerun | Action::Log | Action::Download => state.run_in_focus().is_some(),
        Action::Invoke => state.focus != Focus::Places,
        Action::Exec => state.environment().is_some() && !state.shows_run(),
        Action::Active => state.focus == Focus::Places || state.focus == Focus::Runs,
        _ => true,
    };
    let all = BINDINGS.iter().filter(|binding| applies(binding.action));
    let mut words: Vec<(&str, &str)> = all
        .filter_map(|binding| Some((binding.shown.split(' ').next()?, binding.short?)))
        .collect();
    words.sort_by_key(|(_, word)| !matches!(*word, "help" | "quit"));
    words.extend([("Enter", "open"), ("Tab", "pane"), ("↑↓", "move")]);
    words
}

/// The place of the terminal's cursor, while text is typed.
pub(super) fn cursor(state: &State) -> Option<(u16, u16)> {
    let (width, height) = state.size;
    if let Some((label, line)) = typed(state) {
        let room = usize::from(width).saturating_sub(2 + label.width());
        let before = clean_line(line.before()).width().min(room);
        let column = u16::try_from(1 + label.width() + before).ok()?;
        return Some((column, height.checked_sub(2)?));
    }
    match &state.overlay {
        Some(Overlay::Form(open)) => form::cursor(state, open),
        _ => None,
    }
}
