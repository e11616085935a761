//! The lists: projects and environments, tasks, runs.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::domain::run::moment;
use crate::domain::{Run, Work};
use crate::output::status::{duration, status_phrase};
use crate::output::time;
use crate::terminal::{Style as Meaning, Symbols, clean_line};
use crate::tui::active::ActiveRuns;
use crate::tui::cursor::Cursor;
use crate::tui::event::Trouble;
use crate::tui::state::{Focus, OlderRuns, PlaceRow, Remote, State};
use crate::tui::view::chrome::spinner;
use crate::tui::view::theme::{Theme, put, wrapped};

pub(super) fn places(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let rows = state.place_rows();
    let title = title(theme, "Projects", &state.places, rows.len(), area);
    let is_focused = state.focus == Focus::Places;
    let inner = theme.frame(title, is_focused, area, buffer);
    match &state.projects {
        Remote::Failed(trouble) => return failure(trouble, theme, inner, buffer),
        Remote::Loading | Remote::Unread => return loading(state, theme, inner, buffer),
        Remote::Ready(_) if rows.is_empty() => {
            return nothing("no projects", &state.places, theme, inner, buffer);
        }
        Remote::Ready(_) => {}
    }
    let width = usize::from(inner.width);
    let line = |row: &PlaceRow| place_line(state, theme, row, width);
    list(&rows, &state.places, is_focused, line, theme, inner, buffer);
    // At the bottom of the pane.
    if let Some(open) = &state.open
        && let Remote::Failed(trouble) = &open.environments
    {
        let at = Rect {
            y: inner.bottom().saturating_sub(3).max(inner.y),
            height: inner.height.min(3),
            ..inner
        };
        failure(trouble, theme, at, buffer);
    }
}

fn place_line(state: &State, theme: Theme, row: &PlaceRow, width: usize) -> Line<'static> {
    let open = state.open.as_ref();
    match row {
        PlaceRow::Project(id) => {
            let name = state.project(*id).map_or("", |project| &project.name);
            let is_open = open.filter(|open| open.name == name);
            let (arrow, style) = match (is_open, theme.symbols) {
                (Some(_), Symbols::Unicode) => ("▾ ", theme.bold()),
                (None, Symbols::Unicode) => ("▸ ", theme.plain()),
                (Some(_), _) => ("- ", theme.bold()),
                (None, _) => ("+ ", theme.plain()),
            };
            let right = match is_open {
                Some(open) if matches!(open.environments, Remote::Loading) => {
                    Span::styled(spinner(state, theme).trim_end(), theme.of(Meaning::Going))
                }
                Some(open) => count(theme, open.active()),
                None => Span::default(),
            };
            let name = format!("{arrow}{}", clean_line(name));
            row_with_right(theme, &name, style, vec![right], width)
        }
        PlaceRow::Environment(id) => {
            let Some((open, environment)) =
                open.and_then(|open| Some((open, open.environment(*id)?)))
            else {
                return Line::default();
            };
            let mut right = vec![count(theme, open.active_in(*id))];
            if let Some(mark) = theme.production(environment) {
                // A narrow pane has no room for the word.
                right.push(Span::raw(" "));
                right.push(match width {
                    24.. => mark,
                    _ => Span::styled("prod", mark.style),
                });
            }
            let name = format!("  {}", clean_line(&environment.name));
            row_with_right(theme, &name, theme.plain(), right, width)
        }
    }
}

/// The number of runs in progress; empty for none.
fn count(theme: Theme, active: usize) -> Span<'static> {
    let mark = theme.symbols.mark(Meaning::Going).trim_end();
    match active {
        0 => Span::default(),
        active => Span::styled(format!("{mark}{active}"), theme.of(Meaning::Going)),
    }
}

fn row_with_right(
    theme: Theme,
    left: &str,
    style: Style,
    right: Vec<Span<'static>>,
    width: usize,
) -> Line<'static> {
    let taken: usize = right.iter().map(Span::width).sum();
    let room = width.saturating_sub(taken + usize::from(taken > 0));
    let mut spans = vec![Span::styled(theme.fit(left, room), style)];
    if taken > 0 {
        spans.push(Span::raw(" "));
    }
    spans.extend(right);
    Line::from(spans)
}

pub(super) fn tasks(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let tasks = state.shown_tasks();
    let title = title(theme, "Tasks", &state.tasks, tasks.len(), area);
    let is_focused = state.focus == Focus::Tasks;
    let inner = theme.frame(title, is_focused, area, buffer);
    let Some(open) = &state.open else {
        return hint("open a project with Enter", theme, inner, buffer);
    };
    let Some(chosen) = open.chosen else {
        return hint("select an environment", theme, inner, buffer);
    };
    match open.view(chosen) {
        Remote::Failed(trouble) => return failure(trouble, theme, inner, buffer),
        Remote::Loading | Remote::Unread => return loading(state, theme, inner, buffer),
        Remote::Ready(_) if tasks.is_empty() => {
            return nothing("no tasks", &state.tasks, theme, inner, buffer);
        }
        Remote::Ready(_) => {}
    }
    let width = usize::from(inner.width);
    let line = |task: &&crate::domain::Definition| {
        let service = match (&task.work, &task.service) {
            (Work::Command(_), Some(service)) => clean_line(service),
            (Work::Image(_), _) => "image".to_owned(),
            _ => String::new(),
        };
        let service = if width < 30 { String::new() } else { service };
        let right = vec![Span::styled(service, theme.dim())];
        row_with_right(theme, &clean_line(&task.name), theme.plain(), right, width)
    };
    list(&tasks, &state.tasks, is_focused, line, theme, inner, buffer);
}

pub(super) fn runs(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let runs = state.shown_runs();
    let mut title = title(theme, "Runs", &state.runs, runs.len(), area);
    let open = state.open.as_ref();
    if open
        .and_then(|open| open.runs())
        .is_some_and(|runs| runs.older == OlderRuns::Loading)
    {
        title.push_span(Span::styled("loading older ", theme.of(Meaning::Going)));
    }
    let is_focused = state.focus == Focus::Runs;
    let inner = theme.frame(title, is_focused, area, buffer);
    let Some(open) = open.filter(|open| open.chosen.is_some()) else {
        return;
    };
    match &open.trouble {
        Some(trouble) if runs.is_empty() => return failure(trouble, theme, inner, buffer),
        None if !open.has_runs => return loading(state, theme, inner, buffer),
        _ if runs.is_empty() => return nothing("no runs", &state.runs, theme, inner, buffer),
        _ => {}
    }
    let width = usize::from(inner.width);
    let line = |run: &&Run| run_line(state, theme, run, width);
    list(&runs, &state.runs, is_focused, line, theme, inner, buffer);
}

fn run_line(state: &State, theme: Theme, run: &Run, width: usize) -> Line<'static> {
    let took = duration(run, state.now).map(time::length);
    let created = moment(run.created.as_deref().unwrap_or_default());
    let relative = |at| time::relative(at, state.now);
    let mut right = Vec::new();
    if width >= 44 {
        right.push(Span::raw(format!("{:>9}", took.unwrap_or_default())));
    }
    let (age, columns) = match width {
        34.. => (created.map(relative), 11),
        _ => (created.map(|at| short_age(at, state.now)), 3),
    };
    let age = format!(" {:>columns$}", age.unwrap_or_default());
    right.push(Span::styled(age, theme.dim()));
    let taken: usize = right.iter().map(Span::width).sum();
    let mark = match theme.mark(run) {
        "" => format!("{} ", &run.outcome().word()[..1]),
        mark => mark.to_owned(),
    };
    let id = format!("{:<5} ", run.id);
    let room = width.saturating_sub(mark.width() + id.width() + taken + 1);
    let mut spans = vec![
        Span::styled(mark, theme.run(run)),
        Span::styled(id, theme.dim()),
        Span::raw(theme.fit(&clean_line(&run.name), room)),
        Span::raw(" "),
    ];
    spans.extend(right);
    Line::from(spans)
}

/// In at most four columns, usually three: `42s`, `17m`, `3h`, `12d`.
fn short_age(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", (seconds / 86_400).min(999)),
    }
}

/// The runs in progress of all projects.
pub(super) fn active(
    state: &State,
    active: &ActiveRuns,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let runs = active.shown();
    let mut title = title(
        theme,
        "Runs in progress of all projects",
        &active.cursor,
        runs.len(),
        area,
    );
    if !active.is_read {
        let text = format!(
            "{}{} of {} projects read ",
            spinner(state, theme),
            active.read(),
            active.projects
        );
        title.push_span(Span::styled(text, theme.of(Meaning::Going)));
    }
    let mut inner = theme.frame(title, true, area, buffer);
    if let Some((project, trouble, count)) = active.failure() {
        let others = match count {
            1 => String::new(),
            many => format!(" (and {} more)", many - 1),
        };
        let text = format!("cannot read {project}{others}, retrying: {}", trouble.text);
        let text = theme.cut(&clean_line(&text), inner.width.into());
        put(&[Line::styled(text, theme.of(Meaning::Bad))], inner, buffer);
        inner.y += 1;
        inner.height = inner.height.saturating_sub(1);
    }
    if runs.is_empty() && active.is_read {
        return nothing("no runs in progress", &active.cursor, theme, inner, buffer);
    }
    let width = usize::from(inner.width);
    let line = |run: &&Run| {
        let place = run.environment.as_deref();
        let name = place.map(|place| format!("{}/{}", place.project.name, place.name));
        let phrase = status_phrase(run, state.now);
        let mut right = vec![Span::styled(theme.fit(&phrase, 22), theme.run(run))];
        right.push(Span::raw(
            theme.fit(&clean_line(&name.unwrap_or_default()), width / 3),
        ));
        if let Some(mark) = place
            .and_then(|place| theme.production(place))
            .filter(|_| width >= 76)
        {
            right.extend([Span::raw(" "), mark]);
        }
        let left = format!("{:<6} {}", run.id, clean_line(&run.name));
        row_with_right(theme, &left, theme.plain(), right, width)
    };
    list(&runs, &active.cursor, true, line, theme, inner, buffer);
}

/// The visible rows, with the selected one marked.
fn list<T, K>(
    rows: &[T],
    cursor: &Cursor<K>,
    is_focused: bool,
    line: impl Fn(&T) -> Line<'static>,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let visible = rows
        .iter()
        .enumerate()
        .skip(cursor.top)
        .take(area.height.into());
    for ((at, row), y) in visible.zip(area.y..) {
        buffer.set_line(area.x, y, &line(row), area.width);
        if at == cursor.at {
            let selected = Rect {
                y,
                height: 1,
                ..area
            };
            buffer.set_style(selected, theme.selected(is_focused));
        }
    }
}

/// The name of a list, its filter and its position.
fn title<K>(
    theme: Theme,
    name: &str,
    cursor: &Cursor<K>,
    count: usize,
    area: Rect,
) -> Line<'static> {
    let mut spans = vec![Span::styled(format!(" {name} "), theme.bold())];
    if !cursor.filter.is_empty() {
        let filter = theme.cut(
            &clean_line(cursor.filter.text()),
            usize::from(area.width) / 2,
        );
        spans.push(Span::styled(
            format!("/{filter} "),
            theme.of(Meaning::Going),
        ));
    }
    if count > usize::from(area.height.saturating_sub(2)) {
        let text = format!("{} of {count} ", cursor.at + 1);
        spans.push(Span::styled(text, theme.dim()));
    }
    Line::from(spans)
}

fn hint(text: &str, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let rows = wrapped(text, area.width.into());
    let rows: Vec<Line<'_>> = rows
        .into_iter()
        .map(|row| Line::styled(row, theme.dim()))
        .collect();
    put(&rows, area, buffer);
}

fn nothing<K>(text: &str, cursor: &Cursor<K>, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if cursor.filter.is_empty() {
        return hint(text, theme, area, buffer);
    }
    hint(
        &format!("{text} match the filter; Esc removes it"),
        theme,
        area,
        buffer,
    );
}

pub(super) fn loading(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let text = format!("{}loading", spinner(state, theme));
    put(
        &[Line::styled(text, theme.of(Meaning::Going))],
        area,
        buffer,
    );
}

pub(super) fn failure(trouble: &Trouble, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let mut rows = Vec::new();
    for row in wrapped(&clean_line(&trouble.text), area.width.into()) {
        rows.push(Line::styled(row, theme.of(Meaning::Bad)));
    }
    for hint in &trouble.hints {
        for row in wrapped(&clean_line(hint), area.width.into()) {
            rows.push(Line::styled(row, theme.dim()));
        }
    }
    for row in wrapped("retrying; press R to retry now", area.width.into()) {
        rows.push(Line::styled(row, theme.dim()));
    }
    put(&rows, area, buffer);
}
