//! The pane on the right: the selected task with its arguments, or the selected run with its log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::run::moment;
use crate::domain::{Argument, Definition, Permission, Run, Scope, Work};
use crate::output::status::status_text;
use crate::output::time;
use crate::terminal::{Style as Meaning, clean_line, clean_text};
use crate::tui::state::{Focus, State};
use crate::tui::view::log;
use crate::tui::view::theme::{Theme, put, wrapped};

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let is_focused = state.focus == Focus::Detail;
    let run = state.selected_run().filter(|_| state.is_about_run);
    let title = match (run, state.is_about_run) {
        (Some(run), _) => format!(" Run {} ", run.id),
        (None, true) => " Run ".to_owned(),
        (None, false) => " Task ".to_owned(),
    };
    let title = Line::styled(title, theme.bold());
    let inner = theme.frame(title, is_focused, area, buffer);
    if let Some(run) = run {
        self::run(state, run, theme, inner, buffer);
    } else if !state.is_about_run {
        let rows = task_lines(state, theme, inner.width.into());
        let shown = rows.get(state.detail_top..).unwrap_or_default();
        put(shown, inner, buffer);
    }
}

/// The rows of the selected task.
pub(crate) fn task_rows(state: &State) -> usize {
    let theme = Theme::new(&state.setup);
    let width = state.layout().detail.width.saturating_sub(2);
    task_lines(state, theme, width.into()).len()
}

fn task_lines(state: &State, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let Some(task) = state.selected_task() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    let mut add = |text: &str, style| {
        for row in wrapped(text, width) {
            rows.push(Line::styled(row, style));
        }
    };
    add(&clean_line(&task.name), theme.bold());
    if !task.description.trim().is_empty() {
        add(&clean_text(&task.description), theme.plain());
    }
    add("", theme.plain());
    for (label, value) in facts(task) {
        add(&format!("{label}: {}", clean_line(&value)), theme.plain());
    }
    if let Some(text) = task.confirmation() {
        add(
            &format!("Confirmation: {}", clean_line(text)),
            theme.of(Meaning::Warning),
        );
    }
    add("", theme.plain());
    if task.arguments().is_empty() {
        add("No arguments", theme.dim());
    } else {
        add("Arguments", theme.bold());
    }
    for argument in task.arguments_by_name() {
        add(&argument_line(argument), theme.plain());
        for line in argument_details(argument) {
            add(&format!("  {}", clean_line(&line)), theme.dim());
        }
    }
    if let Work::Command(command) = &task.work {
        add("", theme.plain());
        add("Command", theme.bold());
        add(&clean_text(command), theme.plain());
    }
    rows
}

fn facts(task: &Definition) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(service) = &task.service {
        facts.push(("Service", service.clone()));
    }
    if let Work::Image(image) = &task.work {
        facts.push(("Image", image.clone()));
    }
    let scope = match &task.scope {
        Scope::Environment(_) => "environment",
        Scope::Project(_) => "project",
        Scope::Group(_) => "group",
        Scope::System => "system",
    };
    facts.push(("Scope", scope.to_owned()));
    let permission = match &task.permission {
        Permission::Guest => "guest",
        Permission::Developer => "developer",
        Permission::Maintainer => "maintainer",
        Permission::Unknown(other) => other,
        Permission::Missing => "",
    };
    facts.push(("Permission", permission.to_owned()));
    facts
}

fn argument_line(argument: &Argument) -> String {
    let need = match (&argument.default, argument.optional) {
        (Some(default), _) => format!("default {}", clean_line(default)),
        (None, true) => "optional".to_owned(),
        (None, false) => "required".to_owned(),
    };
    let kind = clean_line(argument.kind.short());
    format!("{} ({kind}, {need})", clean_line(&argument.name))
}

fn argument_details(argument: &Argument) -> Vec<String> {
    let mut lines: Vec<String> = argument.display_name.iter().cloned().collect();
    if let Some(allowed) = argument.allowed() {
        lines.push(format!("allowed values: {}", allowed.join(", ")));
    }
    lines
}

fn run(state: &State, run: &Run, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let started = moment(run.started.as_deref().unwrap_or_default());
    let started = started.map(|at| time::relative(at, state.now));
    let by = run.user.as_deref().map(clean_line);
    let width = usize::from(area.width);
    let mut head = vec![
        Line::styled(theme.cut(&clean_line(&run.name), width), theme.bold()),
        Line::styled(status_text(run, state.now, theme.symbols), theme.run(run)),
    ];
    let place = run.environment.as_deref();
    let mark = place.and_then(|place| theme.production(place));
    let room = width.saturating_sub(mark.as_ref().map_or(0, |mark| mark.width() + 1));
    let name = place.map(|place| format!("{}/{}", place.project.name, place.name));
    let name = theme.cut(&clean_line(&name.unwrap_or_default()), room);
    let mut spans = vec![Span::raw(name)];
    if let Some(mark) = mark {
        spans.extend([Span::raw(" "), mark]);
    }
    head.push(Line::from(spans));
    let begun = match (started, by) {
        (Some(started), Some(by)) => format!("started {started} by {by}"),
        (Some(started), None) => format!("started {started}"),
        (None, Some(by)) => format!("by {by}"),
        (None, None) => String::new(),
    };
    head.push(Line::raw(theme.cut(&begun, width)));
    head.push(Line::styled(clean_line(&run.task_name), theme.dim()));
    put(&head, area, buffer);
    let rule = Rect {
        y: area.y + 5,
        height: 1,
        ..area
    };
    if area.height < 7 {
        return;
    }
    log::rule(state, theme, rule, buffer);
    let below = Rect {
        y: area.y + 6,
        height: area.height - 6,
        ..area
    };
    log::draw(state, theme, below, buffer);
}
