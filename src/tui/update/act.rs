//! The actions of keys, while nothing is open over the panes.

use crate::domain::Run;
use crate::domain::run::page::page;
use crate::ops::runs::cancel;
use crate::tui::active::ActiveRuns;
use crate::tui::equivalent;
use crate::tui::event::{Effect, Request};
use crate::tui::form::Form;
use crate::tui::keys::Action;
use crate::tui::state::{
    Confirm, Focus, OpenProject, Overlay, PlaceRow, Remote, State, Typing, Waiting,
};

pub(super) fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => move_selection(state, action),
        Action::Left => focus(state, left_of(state)),
        Action::Right => focus(state, right_of(state.focus)),
        Action::NextPane => focus(state, next(state.focus)),
        Action::PreviousPane => focus(state, previous(state.focus)),
        Action::Open => open(state, effects),
        Action::Filter => {
            state.typing = Some(match state.focus {
                Focus::Places => Typing::Places,
                Focus::Tasks => Typing::Tasks,
                Focus::Runs => Typing::Runs,
                Focus::Detail if state.log.is_some() => Typing::Search,
                Focus::Detail => Typing::Tasks,
            });
        }
        Action::NextMatch => find(state, true),
        Action::PreviousMatch => find(state, false),
        Action::Invoke => invoke(state),
        Action::Exec => exec(state),
        Action::Cancel | Action::Rerun | Action::Download | Action::Browse => {
            match state.run_in_focus().cloned() {
                Some(run) => act_on_run(state, action, run, effects),
                None => state.complain("select a run first"),
            }
        }
        Action::Log => match state.run_in_focus() {
            Some(_) => state.overlay = Some(Overlay::Log),
            None => state.complain("select a run first"),
        },
        Action::Active => watch_active(state, effects),
        Action::Copy => copy(state, effects),
        Action::Reload => reload(state, effects),
        Action::Help => state.overlay = Some(Overlay::Help(0)),
        Action::Back => back(state),
        Action::Quit => quit(state, effects),
    }
}

/// Quits; if a start or a cancellation was sent, first when it is answered.
pub(super) fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    if state.unanswered.is_empty() || state.is_quitting {
        effects.push(Effect::Quit);
        return;
    }
    state.is_quitting = true;
    state.overlay = None;
    state.notify("waiting for Lagoon's reply before quitting; press q again to quit now");
}

pub(super) fn focus(state: &mut State, focus: Focus) {
    state.focus = focus;
    match focus {
        Focus::Tasks => state.is_about_run = false,
        Focus::Runs => state.is_about_run = true,
        Focus::Places | Focus::Detail => {}
    }
}

fn left_of(state: &State) -> Focus {
    match state.focus {
        Focus::Detail if state.is_about_run => Focus::Runs,
        Focus::Detail => Focus::Tasks,
        _ => Focus::Places,
    }
}

fn right_of(focus: Focus) -> Focus {
    match focus {
        Focus::Places => Focus::Tasks,
        _ => Focus::Detail,
    }
}

fn next(focus: Focus) -> Focus {
    match focus {
        Focus::Places => Focus::Tasks,
        Focus::Tasks => Focus::Runs,
        Focus::Runs => Focus::Detail,
        Focus::Detail => Focus::Places,
    }
}

fn previous(focus: Focus) -> Focus {
    next(next(next(focus)))
}

/// The rows to move by, in a list with this number of visible rows.
pub(super) fn distance(action: Action, height: usize) -> isize {
    let page = isize::try_from(height.max(2) - 1).unwrap_or(1);
    match action {
        Action::Up => -1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::Top => isize::MIN,
        Action::Bottom => isize::MAX,
        _ => 1,
    }
}

fn move_selection(state: &mut State, action: Action) {
    let layout = state.layout();
    match state.focus {
        Focus::Places => {
            let rows = state.place_rows();
            let by = distance(action, layout.places_rows());
            state.places.move_by(by, &rows);
        }
        Focus::Tasks => {
            let rows: Vec<i64> = state.shown_tasks().iter().map(|task| task.id).collect();
            let by = distance(action, layout.task_rows());
            state.tasks.move_by(by, &rows);
            state.detail_top = 0;
        }
        Focus::Runs => {
            let rows: Vec<i64> = state.shown_runs().iter().map(|run| run.id).collect();
            state
                .runs
                .move_by(distance(action, layout.run_rows()), &rows);
        }
        Focus::Detail => scroll_detail(state, distance(action, layout.detail_rows())),
    }
}

pub(super) fn scroll_detail(state: &mut State, by: isize) {
    let height = state.log_rows();
    match &mut state.log {
        Some(log) if state.is_about_run => log.scroll(by, height),
        _ => {
            let last = crate::tui::view::task_rows(state).saturating_sub(1);
            state.detail_top = state.detail_top.saturating_add_signed(by).min(last);
        }
    }
}

pub(super) fn find(state: &mut State, forwards: bool) {
    let height = state.log_rows();
    let found = state.log.as_mut().map(|log| log.find(forwards, height));
    if found == Some(false) {
        state.complain("no match in the log; press / to search");
    }
}

fn open(state: &mut State, effects: &mut Vec<Effect>) {
    match (state.focus, state.places.picked) {
        (Focus::Places, Some(PlaceRow::Project(id))) => {
            let Some(name) = state.project(id).map(|project| project.name.clone()) else {
                return;
            };
            if state.open.as_ref().is_some_and(|open| open.name == name) {
                state.open = None;
                effects.push(Effect::Close);
            } else {
                open_project(state, name, effects);
            }
        }
        (Focus::Places, Some(PlaceRow::Environment(_))) => focus(state, Focus::Tasks),
        (Focus::Places, None) => {}
        (Focus::Tasks, _) => focus(state, Focus::Detail),
        (Focus::Runs, _) if state.selected_run().is_some() => focus(state, Focus::Detail),
        (Focus::Detail, _) if state.run_in_focus().is_some() => {
            state.overlay = Some(Overlay::Log);
        }
        (Focus::Detail, _) => invoke(state),
        (Focus::Runs, _) => {}
    }
}

/// Closes the open project.
pub(super) fn open_project(state: &mut State, name: String, effects: &mut Vec<Effect>) {
    state.open = Some(OpenProject::loading(name.clone()));
    state.tasks = Default::default();
    state.runs = Default::default();
    effects.push(Effect::Open(name));
}

/// Opens the form of the selected task, or of the task of the run in focus.
fn invoke(state: &mut State) {
    let open = state.open.as_ref();
    let tasks = open.and_then(OpenProject::tasks);
    let mut tasks = tasks.into_iter().flat_map(|view| &view.definitions);
    let run = state.run_in_focus();
    let of_run = run.and_then(|run| tasks.find(|task| task.name == *run.name));
    let task = of_run.or_else(|| state.selected_task());
    let (Some(environment), Some(task)) = (state.environment(), task) else {
        return state.complain("select an environment and a task first");
    };
    let siblings = open.and_then(|open| open.environments.ready());
    let mut form = Form::of_task(environment, task, siblings.map_or(&[], Vec::as_slice));
    form.note = run.filter(|_| of_run.is_none()).map(|run| {
        let place = environment.label();
        format!(
            "{place} has no task `{}`; this is the selected task",
            run.name
        )
    });
    state.overlay = Some(Overlay::Form(Box::new(form)));
}

fn exec(state: &mut State) {
    let view = state.open.as_ref().and_then(OpenProject::tasks);
    // With its services.
    let Some(view) = view else {
        return state.complain("select an environment first");
    };
    let form = Form::of_command(&view.environment);
    state.overlay = Some(Overlay::Form(Box::new(form)));
}

fn act_on_run(state: &mut State, action: Action, run: Run, effects: &mut Vec<Effect>) {
    let program = &state.setup.program;
    let place = run.environment.as_deref().map(|place| place.label());
    let place = place.unwrap_or_default();
    match action {
        Action::Cancel => {
            if let Err(error) = cancel::require_in_progress(&run) {
                return state.complain(error.to_string());
            }
            let (id, name, status) = (run.id, &run.name, &run.status);
            let confirm = Confirm {
                title: format!("Cancel run {id}?"),
                text: vec![format!("`{name}` ({status}) on {place}")],
                line: Some(program.run("cancel", &run)),
                yes: Effect::Cancel(run),
            };
            state.overlay = Some(Overlay::Confirm(Box::new(confirm)));
        }
        Action::Rerun => {
            let line = program.run("rerun", &run);
            state.overlay = Some(Overlay::Waiting(Waiting::Rerun(run.id)));
            effects.push(Effect::Prepare(Request::Rerun { run, line }));
        }
        Action::Download => {
            state.overlay = Some(Overlay::Waiting(Waiting::Files(run.id)));
            effects.push(Effect::FindExisting(run));
        }
        _ => match page_of(state, &run) {
            Some(page) => effects.push(Effect::Browse(page)),
            None => state.complain(
                "no UI address is known for this Lagoon; set it: tasks context add NAME URL \
                 --ui-url ADDRESS",
            ),
        },
    }
}

fn page_of(state: &State, run: &Run) -> Option<String> {
    let place = run.environment.as_deref()?;
    let base = state.setup.ui_url.as_deref()?;
    page(base, &place.project.name, &place.name, &run.task_name)
}

fn watch_active(state: &mut State, effects: &mut Vec<Effect>) {
    match state.projects.ready() {
        Some(projects) => {
            effects.push(Effect::WatchActive(projects.clone()));
            state.overlay = Some(Overlay::Active(ActiveRuns::loading(projects.len())));
        }
        None => state.complain("the projects have not been read yet"),
    }
}

pub(super) fn copy(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(line) = equivalent::of_selection(state) {
        state.notify(format!("copied: {line}"));
        effects.push(Effect::Copy(line));
    }
}

fn reload(state: &mut State, effects: &mut Vec<Effect>) {
    state.projects = match std::mem::replace(&mut state.projects, Remote::Loading) {
        Remote::Ready(projects) => Remote::Ready(projects),
        _ => Remote::Loading,
    };
    effects.push(Effect::LoadProjects);
    if let Some(open) = &mut state.open {
        open.forget_unread_views();
        effects.push(Effect::Open(open.name.clone()));
        let environment = open.chosen.and_then(|id| open.environment(id)).cloned();
        // Without tasks it is read anyway.
        if let Some(environment) = environment.filter(|_| open.tasks().is_some()) {
            effects.push(Effect::LoadTasks(environment));
        }
    }
    if let (Some(log), true) = (&state.log, state.is_about_run)
        && let Some(run) = state.selected_run().filter(|run| run.id == log.run)
    {
        effects.push(Effect::ShowLog(run.clone()));
        state.log = Some(crate::tui::log::Log::loading(
            run.id,
            state.setup.is_coloured,
        ));
    }
    state.notify("reloading");
}

/// Removes the filter, or goes to the left.
fn back(state: &mut State) {
    let filter = match state.focus {
        Focus::Places => &mut state.places.filter,
        Focus::Tasks => &mut state.tasks.filter,
        Focus::Runs => &mut state.runs.filter,
        Focus::Detail => {
            let left = left_of(state);
            return focus(state, left);
        }
    };
    if filter.is_empty() {
        focus(state, Focus::Places);
    } else {
        filter.clear();
    }
}
