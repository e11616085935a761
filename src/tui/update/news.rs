//! Results of background work.

use std::path::PathBuf;

use crate::domain::{Environment, Outcome, Project, Run};
use crate::ops::launch::Launch;
use crate::ops::launch::start::StartedRun;
use crate::ops::places::details::of_branch;
use crate::ops::runs::cancel::CancelOutcome;
use crate::output::status::status_phrase;
use crate::tui::event::{Effect, LogNews, News, Prepared, Trouble};
use crate::tui::form::Form;
use crate::tui::log::LogState;
use crate::tui::state::{Confirm, Focus, OlderRuns, Overlay, PlaceRow, Remote, State, Waiting};
use crate::tui::update::act::{focus, open_project};
use crate::tui::update::overlay::answer_yes;

pub(super) fn take(state: &mut State, news: News, effects: &mut Vec<Effect>) {
    match news {
        News::Projects(result) => projects(state, result, effects),
        News::Environments(project, result) => environments(state, &project, result),
        News::Runs(project, runs) => {
            follow_started(state, &runs);
            if let Some(open) = &mut state.open
                && open.name == project
            {
                state.is_changed = open.take_newest(runs);
            }
        }
        News::RunsFailed(project, trouble) => {
            if let Some(open) = &mut state.open
                && open.name == project
            {
                open.trouble = Some(trouble);
            }
        }
        News::Tasks(environment, result) => {
            if let Some(open) = &mut state.open {
                open.set_view(environment, result.into());
            }
        }
        News::AllRuns(environment, result) => all_runs(state, environment, result),
        News::Run(run) => {
            follow_started(state, std::slice::from_ref(&run));
            if let Some(open) = &mut state.open {
                open.take(run);
            }
        }
        News::Log(run, news) => log(state, run, news),
        News::Active(project, result) => {
            if let Some(Overlay::Active(active)) = &mut state.overlay {
                active.take(project, result);
            }
        }
        News::ActiveRead => {
            if let Some(Overlay::Active(active)) = &mut state.overlay {
                active.is_read = true;
            }
        }
        News::Prepared(result) => prepared(state, result, effects),
        News::Started {
            launch,
            line,
            result,
        } => {
            answered(state, &line);
            started(state, &launch, result);
        }
        News::CancelSent(run, result) => {
            let line = state.setup.program.run("cancel", &run);
            answered(state, &line);
            match result {
                Ok(CancelOutcome::Accepted) => {
                    state.notify(format!("run {} will be cancelled", run.id));
                }
                Ok(CancelOutcome::Unknown) => state.complain(format!(
                    "the reply was lost; it is unknown whether run {} will be cancelled",
                    run.id
                )),
                Err(trouble) => state.fail(trouble),
            }
        }
        News::Existing(run, result) => existing_files(state, run, result, effects),
        News::Downloading(text) => state.notify(text),
        News::Downloaded(Ok(paths)) => match paths.as_slice() {
            [] => state.complain("the run has no files"),
            [path] => state.notify(format!("saved {}", path.display())),
            [path, ..] => {
                let folder = path.parent().unwrap_or(path);
                state.notify(format!(
                    "saved {} files in {}",
                    paths.len(),
                    folder.display()
                ));
            }
        },
        News::Opened(Ok(())) => {}
        News::Downloaded(Err(trouble)) | News::Opened(Err(trouble)) => state.fail(trouble),
    }
    if state.is_quitting && state.unanswered.is_empty() {
        effects.push(Effect::Quit);
    }
}

fn projects(state: &mut State, result: Result<Vec<Project>, Trouble>, effects: &mut Vec<Effect>) {
    let mut projects = match result {
        Ok(projects) => projects,
        // Those that are known stay usable.
        Err(trouble) if state.projects.ready().is_some() => return state.complain(trouble.text),
        Err(trouble) => {
            state.projects = Remote::Failed(trouble);
            return;
        }
    };
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    let first = match &state.setup.project {
        _ if state.has_begun => None,
        Some(name) => {
            let is_it = |project: &&Project| project.name.eq_ignore_ascii_case(name);
            let found = projects.iter().find(is_it).cloned();
            if found.is_none() {
                state.complain(format!(
                    "the project `{name}` does not exist or is hidden from you"
                ));
            }
            found
        }
        None => match projects.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        },
    };
    state.has_begun = true;
    state.projects = Remote::Ready(projects);
    if let Some(project) = first {
        state.places.picked = Some(PlaceRow::Project(project.id));
        open_project(state, project.name, effects);
    }
}

fn environments(state: &mut State, project: &str, result: Result<Vec<Environment>, Trouble>) {
    let wanted = state.wanted_environment.clone();
    let Some(open) = state.open.as_mut().filter(|open| open.name == *project) else {
        return;
    };
    let mut environments = match result {
        Ok(environments) => environments,
        Err(trouble) if open.environments.ready().is_some() => {
            open.trouble = Some(trouble);
            return;
        }
        Err(trouble) => {
            open.environments = Remote::Failed(trouble);
            return;
        }
    };
    environments.sort_by(|a, b| a.name.cmp(&b.name));
    let is_first = open.environments.ready().is_none();
    let found = wanted
        .as_ref()
        .and_then(|name| of_branch(&environments, name));
    let missing =
        wanted.filter(|name| found.is_none() && state.setup.environment.as_ref() == Some(name));
    let first = found.or_else(|| environments.first()).map(|e| e.id);
    open.environments = Remote::Ready(environments);
    if let (Some(first), true) = (first, is_first) {
        state.wanted_environment = None;
        state.places.picked = Some(PlaceRow::Environment(first));
    }
    if let Some(name) = missing {
        state.complain(format!(
            "the project `{project}` has no environment `{name}`"
        ));
    }
}

fn all_runs(state: &mut State, environment: i64, result: Result<Vec<Run>, Trouble>) {
    let Some(open) = &mut state.open else { return };
    let runs = open.runs_of(environment);
    match result {
        Ok(list) => {
            runs.merge(list);
            runs.older = OlderRuns::Ready;
        }
        Err(trouble) => {
            runs.older = OlderRuns::Failed;
            state.complain(format!("cannot read older runs: {}", trouble.text));
        }
    }
}

fn log(state: &mut State, run: i64, news: LogNews) {
    let Some(log) = state.log.as_mut().filter(|log| log.run == run) else {
        return;
    };
    match news {
        LogNews::Piece { text, is_cut } => {
            log.add(text);
            log.is_cut |= is_cut;
            log.state = LogState::Following;
            log.note = None;
        }
        LogNews::Note(text) => log.note = Some(text),
        LogNews::Retrying(text) => log.note = Some(format!("retrying: {text}")),
        LogNews::End => log.state = LogState::Complete,
        LogNews::Failed(trouble) => log.state = LogState::Failed(trouble),
    }
}

/// Downloads the files of a run, or first asks to replace those that exist.
fn existing_files(
    state: &mut State,
    run: Run,
    result: Result<Vec<PathBuf>, Trouble>,
    effects: &mut Vec<Effect>,
) {
    if !matches!(state.overlay, Some(Overlay::Waiting(Waiting::Files(id))) if id == run.id) {
        // The user has closed the dialog.
        return;
    }
    let existing = match result {
        Ok(existing) => existing,
        Err(trouble) => {
            state.overlay = Some(Overlay::Message(trouble));
            return;
        }
    };
    let question = match existing.as_slice() {
        [] => {
            state.overlay = None;
            let is_replacing = false;
            return answer_yes(state, Effect::Download { run, is_replacing }, effects);
        }
        [path] => format!("{} exists; replace it?", path.display()),
        [path, ..] => {
            let folder = path.parent().unwrap_or(path).display();
            format!("{} files exist in {folder}; replace them?", existing.len())
        }
    };
    let confirm = Confirm {
        title: format!("Download the files of run {}?", run.id),
        text: vec![question],
        line: Some(state.setup.program.files(&run, true)),
        yes: Effect::Download {
            run,
            is_replacing: true,
        },
    };
    state.overlay = Some(Overlay::Confirm(Box::new(confirm)));
}

fn prepared(state: &mut State, result: Result<Box<Prepared>, Trouble>, effects: &mut Vec<Effect>) {
    if !is_expected(state, &result) {
        return;
    }
    let prepared = match result {
        Ok(prepared) => *prepared,
        Err(trouble) => {
            match &mut state.overlay {
                Some(Overlay::Form(form)) => {
                    let hints = trouble.hints.iter().map(|hint| format!(" ({hint})"));
                    form.failure = Some(trouble.text.clone() + &hints.collect::<String>());
                }
                _ => state.overlay = Some(Overlay::Message(trouble)),
            }
            return;
        }
    };
    match prepared {
        Prepared::Form {
            environment,
            definition,
            note,
        } => {
            let open = state.open.as_ref();
            let siblings = open.and_then(|open| open.environments.ready());
            let siblings = siblings.map_or(&[][..], Vec::as_slice);
            let mut form = Form::of_task(&environment, &definition, siblings);
            form.note = Some(note);
            state.overlay = Some(Overlay::Form(Box::new(form)));
        }
        Prepared::Launch {
            launch,
            questions,
            notes,
            line,
            rerun_of,
        } => {
            // A rerun has no form, which would show what is started.
            if questions.is_empty() && rerun_of.is_none() {
                state.overlay = None;
                answer_yes(state, Effect::Start(launch, line), effects);
                return;
            }
            let (name, place) = (launch.name(), launch.place.label());
            let (title, place) = match rerun_of {
                Some(id) => (format!("Rerun run {id} of {name}?"), Some(place)),
                None => (format!("Start {name} on {place}?"), None),
            };
            let place = place.map(|place| format!("Environment: {place}"));
            let text = place.into_iter().chain(notes).chain(questions).collect();
            let confirm = Confirm {
                title,
                text,
                line: Some(line.clone()),
                yes: Effect::Start(launch, line),
            };
            state.overlay = Some(Overlay::Confirm(Box::new(confirm)));
        }
    }
}

/// False if the user has closed the form or the dialog that waited for the result.
fn is_expected(state: &mut State, result: &Result<Box<Prepared>, Trouble>) -> bool {
    let is_rerun = match result.as_deref() {
        Ok(Prepared::Launch { rerun_of, .. }) => Some(rerun_of.is_some()),
        Ok(Prepared::Form { .. }) => Some(true),
        Err(_) => None,
    };
    match &mut state.overlay {
        Some(Overlay::Form(form)) if is_rerun != Some(true) => {
            std::mem::take(&mut form.is_checking)
        }
        Some(Overlay::Waiting(Waiting::Rerun(_))) => is_rerun != Some(false),
        _ => false,
    }
}

/// Keeps the runs that were started here current, and reports the end of those that are not shown.
fn follow_started(state: &mut State, newer: &[Run]) {
    let shown = state.selected_run().filter(|_| state.is_about_run);
    let shown = shown.map(|run| run.id);
    let mut ended = Vec::new();
    for started in &mut state.started {
        let newer = newer.iter().find(|run| run.id == started.id);
        if let Some(run) = newer.filter(|_| !started.outcome().is_finished()) {
            started.clone_from(run);
            if run.outcome().is_finished() && shown != Some(run.id) {
                ended.push(run);
            }
        }
    }
    for run in ended {
        let status = status_phrase(run, state.now);
        let text = format!("run {} of {}: {status}", run.id, run.name);
        match run.outcome() {
            Outcome::Completed => state.notify(text),
            _ => state.complain(text),
        }
    }
}

/// Of two changes in progress, the reply to the second one can be the first to arrive.
fn answered(state: &mut State, line: &str) {
    let mut unanswered = state.unanswered.iter();
    if let Some(at) = unanswered.position(|other| other == line) {
        state.unanswered.remove(at);
    }
}

fn started(state: &mut State, launch: &Launch, result: Result<StartedRun, Trouble>) {
    let StartedRun { run, recovered } = match result {
        Ok(started) => started,
        Err(trouble) => {
            state.fail(trouble);
            return;
        }
    };
    if recovered {
        state.complain(format!(
            "the reply was lost; run {} was found and is assumed to be the one that was started",
            run.id
        ));
    } else {
        state.notify(format!("started run {} of {}", run.id, launch.name()));
    }
    state.started.push(run.clone());
    let here = state.environment();
    let is_here = here.is_some_and(|here| here.id == launch.place.id);
    if let Some(open) = &mut state.open {
        open.take(run.clone());
    }
    if is_here && !state.is_quitting {
        state.runs.filter.clear();
        state.awaited = Some(run.id);
        if state.overlay.is_none() {
            focus(state, Focus::Runs);
        }
    }
}
