//! The state of the interface. It changes only in `update`, and drawing does not change it.

mod project;

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::domain::{Definition, Environment, Project, Run};
use crate::terminal::Symbols;
use crate::tui::active::ActiveRuns;
use crate::tui::cursor::{Cursor, matches};
use crate::tui::equivalent::Program;
use crate::tui::event::{Effect, Trouble};
use crate::tui::form::Form;
use crate::tui::layout::Layout;
use crate::tui::log::Log;

pub(crate) use project::{OlderRuns, OpenProject};

/// Facts that do not change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setup {
    /// The name of the context.
    pub context: String,
    pub program: Program,
    /// The address of Lagoon's UI.
    pub ui_url: Option<String>,
    /// The project to open first.
    pub project: Option<String>,
    /// The environment to select first, by its name.
    pub environment: Option<String>,
    /// The environment to select otherwise, by its git branch.
    pub branch: Option<String>,
    pub symbols: Symbols,
    pub is_coloured: bool,
}

/// Data from Lagoon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remote<T> {
    Unread,
    Loading,
    Ready(T),
    Failed(Trouble),
}

impl<T> Remote<T> {
    pub(crate) fn ready(&self) -> Option<&T> {
        match self {
            Remote::Ready(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<Result<T, Trouble>> for Remote<T> {
    fn from(result: Result<T, Trouble>) -> Self {
        match result {
            Ok(value) => Remote::Ready(value),
            Err(trouble) => Remote::Failed(trouble),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Places,
    Tasks,
    Runs,
    Detail,
}

/// A row of the pane on the left, with the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceRow {
    Project(i64),
    Environment(i64),
}

#[derive(Debug)]
pub(crate) enum Overlay {
    /// With the first visible row.
    Help(usize),
    Form(Box<Form>),
    Confirm(Box<Confirm>),
    /// The log of the selected run on the whole screen.
    Log,
    Active(ActiveRuns),
    /// Something is read first; the next question takes its place, so no key can answer it unseen.
    Waiting(Waiting),
    Message(Trouble),
}

/// Data that is read before a question, with the id of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    Rerun(i64),
    Files(i64),
}

/// A question that only `y` answers with yes.
#[derive(Debug)]
pub(crate) struct Confirm {
    pub title: String,
    pub text: Vec<String>,
    pub line: Option<String>,
    pub yes: Effect,
}

/// The target of typed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    Places,
    Tasks,
    Runs,
    Active,
    Search,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub text: String,
    pub is_bad: bool,
    pub until: Timestamp,
}

#[derive(Debug)]
pub(crate) struct State {
    pub setup: Setup,
    /// Columns and rows.
    pub size: (u16, u16),
    pub now: Timestamp,
    pub focus: Focus,
    /// The detail shows the selected run, not the selected task.
    pub is_about_run: bool,
    pub projects: Remote<Vec<Project>>,
    pub open: Option<OpenProject>,
    pub places: Cursor<PlaceRow>,
    pub tasks: Cursor<i64>,
    pub runs: Cursor<i64>,
    /// The first visible row of a task in the detail.
    pub detail_top: usize,
    pub log: Option<Log>,
    pub overlay: Option<Overlay>,
    pub typing: Option<Typing>,
    pub notice: Option<Notice>,
    /// Failures that are shown when nothing else is open: a form keeps what was typed.
    pub troubles: VecDeque<Trouble>,
    /// Command lines of starts and cancellations that were sent and not answered.
    pub unanswered: Vec<String>,
    /// Quits when all are answered.
    pub is_quitting: bool,
    /// Runs that were started here.
    pub started: Vec<Run>,
    /// The run to select when it is listed.
    pub awaited: Option<i64>,
    /// The environment to select when it is listed, by a name or by its git branch.
    pub wanted_environment: Option<String>,
    /// The first project was selected.
    pub has_begun: bool,
    /// The last event changed more than the time.
    pub is_changed: bool,
}

/// Seconds for which a notice is shown.
const NOTICE: i64 = 5;

impl State {
    pub(crate) fn new(setup: Setup, size: (u16, u16), now: Timestamp) -> State {
        State {
            size,
            now,
            focus: Focus::Places,
            is_about_run: false,
            projects: Remote::Loading,
            open: None,
            places: Cursor::default(),
            tasks: Cursor::default(),
            runs: Cursor::default(),
            detail_top: 0,
            log: None,
            overlay: None,
            typing: None,
            notice: None,
            troubles: VecDeque::new(),
            unanswered: Vec::new(),
            is_quitting: false,
            started: Vec::new(),
            awaited: None,
            wanted_environment: setup
                .environment
                .as_ref()
                .or(setup.branch.as_ref())
                .cloned(),
            has_begun: false,
            is_changed: false,
            setup,
        }
    }

    pub(crate) fn notify(&mut self, text: impl Into<String>) {
        self.notice_with(text.into(), false);
    }

    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.notice_with(text.into(), true);
    }

    /// Shows a failure of something that the user started.
    pub(crate) fn fail(&mut self, trouble: Trouble) {
        self.complain(trouble.text.clone());
        self.troubles.push_back(trouble);
    }

    fn notice_with(&mut self, text: String, is_bad: bool) {
        let until = self.now.as_second() + NOTICE;
        let until = Timestamp::from_second(until).unwrap_or(self.now);
        self.notice = Some(Notice {
            text,
            is_bad,
            until,
        });
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout::new(
            self.size,
            self.focus,
            self.shown_tasks().len(),
            self.shown_runs().len(),
        )
    }

    /// The rows of the pane on the left that match its filter.
    pub(crate) fn place_rows(&self) -> Vec<PlaceRow> {
        let filter = self.places.filter.text();
        let mut rows = Vec::new();
        for project in self.projects.ready().into_iter().flatten() {
            let is_match = matches(filter, &project.name);
            let environments = self.environments_of(project);
            let below = environments.iter().filter(|environment| {
                is_match || matches(filter, &format!("{} {}", project.name, environment.name))
            });
            let below: Vec<PlaceRow> = below.map(|e| PlaceRow::Environment(e.id)).collect();
            if is_match || !below.is_empty() {
                rows.push(PlaceRow::Project(project.id));
                rows.extend(below);
            }
        }
        rows
    }

    /// Those of the open project; none of another one.
    pub(crate) fn environments_of(&self, project: &Project) -> &[Environment] {
        let open = self.open.as_ref().filter(|open| open.name == project.name);
        let environments = open.and_then(|open| open.environments.ready());
        environments.map_or(&[], Vec::as_slice)
    }

    pub(crate) fn project(&self, id: i64) -> Option<&Project> {
        self.projects.ready()?.iter().find(|p| p.id == id)
    }

    /// The selected project, or that of the selected environment.
    pub(crate) fn picked_project(&self) -> Option<&Project> {
        match self.places.picked? {
            PlaceRow::Project(id) => self.project(id),
            PlaceRow::Environment(_) => {
                let name = &self.open.as_ref()?.name;
                self.projects.ready()?.iter().find(|p| p.name == *name)
            }
        }
    }

    /// The environment in the selected row.
    pub(crate) fn picked_environment(&self) -> Option<&Environment> {
        match self.places.picked? {
            PlaceRow::Environment(id) => self.open.as_ref()?.environment(id),
            PlaceRow::Project(_) => None,
        }
    }

    /// The environment whose tasks and runs are shown.
    pub(crate) fn environment(&self) -> Option<&Environment> {
        let open = self.open.as_ref()?;
        open.environment(open.chosen?)
    }

    /// The tasks that match the filter.
    pub(crate) fn shown_tasks(&self) -> Vec<&Definition> {
        let tasks = self.open.as_ref().and_then(OpenProject::tasks);
        let all = tasks.into_iter().flat_map(|view| &view.definitions);
        let filter = self.tasks.filter.text();
        all.filter(|task| matches(filter, &task.name)).collect()
    }

    /// The runs that match the filter, newest first.
    pub(crate) fn shown_runs(&self) -> Vec<&Run> {
        let runs = self.open.as_ref().and_then(OpenProject::runs);
        let all = runs.into_iter().flat_map(|runs| &runs.list);
        let filter = self.runs.filter.text();
        if filter.is_empty() {
            return all.collect();
        }
        let text = |run: &Run| {
            let user = run.user.as_deref().unwrap_or_default();
            let outcome = run.outcome().word();
            format!("{} {} {} {outcome} {user}", run.id, run.name, run.status)
        };
        all.filter(|run| matches(filter, &text(run))).collect()
    }

    pub(crate) fn selected_task(&self) -> Option<&Definition> {
        let id = self.tasks.picked?;
        let view = self.open.as_ref()?.tasks()?;
        view.definitions.iter().find(|task| task.id == id)
    }

    pub(crate) fn selected_run(&self) -> Option<&Run> {
        let id = self.runs.picked?;
        let runs = self.open.as_ref()?.runs()?;
        runs.list.iter().find(|run| run.id == id)
    }

    /// The keys of runs apply.
    pub(crate) fn shows_run(&self) -> bool {
        match self.focus {
            Focus::Runs => true,
            Focus::Detail => self.is_about_run,
            Focus::Places | Focus::Tasks => false,
        }
    }

    /// The selected run, if the keys of runs apply.
    pub(crate) fn run_in_focus(&self) -> Option<&Run> {
        self.selected_run().filter(|_| self.shows_run())
    }

    /// Keeps every selection at its row and visible.
    pub(super) fn settle(&mut self) {
        let layout = self.layout();
        let rows = self.place_rows();
        self.places.settle(&rows, layout.places_rows());
        if let (Some(PlaceRow::Environment(id)), Some(open)) = (self.places.picked, &mut self.open)
            && open.chosen != Some(id)
        {
            open.chosen = Some(id);
            self.tasks = Cursor::default();
            self.runs = Cursor::default();
            self.detail_top = 0;
        }
        let tasks: Vec<i64> = self.shown_tasks().iter().map(|task| task.id).collect();
        self.tasks.settle(&tasks, layout.task_rows());
        let runs: Vec<i64> = self.shown_runs().iter().map(|run| run.id).collect();
        if let Some(awaited) = self.awaited
            && runs.contains(&awaited)
        {
            self.runs.picked = Some(awaited);
            self.awaited = None;
        }
        self.runs.settle(&runs, layout.run_rows());
        let height = self.overlay_rows();
        if let Some(Overlay::Active(active)) = &mut self.overlay {
            active.settle(height);
        }
    }

    /// The rows of an overlay on the whole screen.
    pub(crate) fn overlay_rows(&self) -> usize {
        usize::from(self.size.1).saturating_sub(4).max(1)
    }

    /// The rows of the log.
    pub(crate) fn log_rows(&self) -> usize {
        match &self.overlay {
            Some(Overlay::Log) => self.overlay_rows(),
            _ => self.layout().log_rows(),
        }
    }
}
