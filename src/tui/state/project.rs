//! The open project: environments, tasks and runs.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Outcome, Run};
use crate::tui::event::Trouble;
use crate::tui::state::Remote;

#[derive(Debug)]
pub(crate) struct OpenProject {
    pub name: String,
    pub environments: Remote<Vec<Environment>>,
    /// The environment whose tasks and runs are shown.
    pub chosen: Option<i64>,
    /// By environment.
    views: HashMap<i64, Remote<Box<EnvironmentView>>>,
    /// By environment.
    runs: HashMap<i64, RunsOf>,
    /// The runs were read at least once.
    pub has_runs: bool,
    /// The last read of the runs failed.
    pub trouble: Option<Trouble>,
}

#[derive(Debug, Default)]
pub(crate) struct RunsOf {
    /// Newest first.
    pub list: Vec<Run>,
    pub older: OlderRuns,
}

/// The runs before those that are read again and again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OlderRuns {
    #[default]
    Unread,
    Loading,
    Ready,
    Failed,
}

impl OpenProject {
    pub(crate) fn loading(name: String) -> OpenProject {
        OpenProject {
            name,
            environments: Remote::Loading,
            chosen: None,
            views: HashMap::new(),
            runs: HashMap::new(),
            has_runs: false,
            trouble: None,
        }
    }

    pub(crate) fn environment(&self, id: i64) -> Option<&Environment> {
        self.environments.ready()?.iter().find(|e| e.id == id)
    }

    /// The tasks of an environment, with its services.
    pub(crate) fn view(&self, environment: i64) -> &Remote<Box<EnvironmentView>> {
        self.views.get(&environment).unwrap_or(&Remote::Unread)
    }

    pub(crate) fn set_view(&mut self, environment: i64, view: Remote<Box<EnvironmentView>>) {
        self.views.insert(environment, view);
    }

    /// Keeps the tasks that were read.
    pub(crate) fn forget_unread_views(&mut self) {
        self.views
            .retain(|_, view| matches!(view, Remote::Ready(_)));
    }

    /// Those of the chosen environment.
    pub(crate) fn tasks(&self) -> Option<&EnvironmentView> {
        self.view(self.chosen?).ready().map(Box::as_ref)
    }

    /// Those of the chosen environment.
    pub(crate) fn runs(&self) -> Option<&RunsOf> {
        self.runs.get(&self.chosen?)
    }

    pub(crate) fn runs_of(&mut self, environment: i64) -> &mut RunsOf {
        self.runs.entry(environment).or_default()
    }

    /// The runs in progress of an environment.
    pub(crate) fn active_in(&self, environment: i64) -> usize {
        self.runs.get(&environment).map_or(0, RunsOf::active)
    }

    /// The runs in progress of the project.
    pub(crate) fn active(&self) -> usize {
        self.runs.values().map(RunsOf::active).sum()
    }

    /// Takes the newest runs of all environments. A run in progress that is no longer among them is
    /// removed, because its status would never change again. False if nothing has changed.
    pub(crate) fn take_newest(&mut self, newest: Vec<Run>) -> bool {
        let mut is_changed = !self.has_runs || self.trouble.is_some();
        let mut by_place: HashMap<i64, Vec<Run>> = HashMap::new();
        for run in newest {
            if let Some(place) = &run.environment {
                by_place.entry(place.id).or_default().push(run);
            }
        }
        for (place, newest) in by_place {
            let runs = self.runs.entry(place).or_default();
            let is_stale = |run: &Run| {
                !run.outcome().is_finished() && !newest.iter().any(|new| new.id == run.id)
            };
            let before = runs.list.len();
            runs.list.retain(|run| !is_stale(run));
            is_changed |= runs.list.len() != before;
            is_changed |= runs.merge(newest);
        }
        self.has_runs = true;
        self.trouble = None;
        is_changed
    }

    /// Takes a run that was read by itself.
    pub(crate) fn take(&mut self, run: Run) {
        if let Some(place) = run.environment.as_ref().map(|place| place.id) {
            self.runs_of(place).merge(vec![run]);
        }
    }
}

impl RunsOf {
    fn active(&self) -> usize {
        let is_active = |run: &&Run| matches!(run.outcome(), Outcome::Going | Outcome::Unknown);
        self.list.iter().filter(is_active).count()
    }

    /// A finished run stays finished: replies can arrive in another order than they were sent. False if
    /// nothing has changed.
    pub(crate) fn merge(&mut self, mut newer: Vec<Run>) -> bool {
        let mut is_changed = false;
        // In the order of the list, so that most are added at its end.
        newer.sort_by_key(|run| Reverse(run.id));
        for mut run in newer {
            match self.list.binary_search_by(|known| run.id.cmp(&known.id)) {
                Ok(at) => {
                    let known = &mut self.list[at];
                    if !known.outcome().is_finished() || run.outcome().is_finished() {
                        run.user = run.user.or_else(|| known.user.clone());
                        is_changed |= *known != run;
                        *known = run;
                    }
                }
                Err(at) => {
                    is_changed = true;
                    self.list.insert(at, run);
                }
            }
        }
        is_changed
    }
}
