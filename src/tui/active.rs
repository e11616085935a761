//! The runs in progress of all projects.

use std::collections::HashMap;

use crate::domain::Run;
use crate::tui::cursor::{Cursor, matches};
use crate::tui::event::Trouble;

#[derive(Debug, Default)]
pub(crate) struct ActiveRuns {
    pub cursor: Cursor<i64>,
    /// By project.
    runs: HashMap<String, Vec<Run>>,
    /// By project.
    failures: HashMap<String, Trouble>,
    pub projects: usize,
    /// All projects were read at least once.
    pub is_read: bool,
}

impl ActiveRuns {
    pub(crate) fn loading(projects: usize) -> ActiveRuns {
        ActiveRuns {
            projects,
            ..ActiveRuns::default()
        }
    }

    pub(crate) fn take(&mut self, project: String, result: Result<Vec<Run>, Trouble>) {
        match result {
            Ok(runs) => {
                self.failures.remove(&project);
                self.runs.insert(project, runs);
            }
            Err(trouble) => {
                self.failures.insert(project, trouble);
            }
        }
    }

    /// The number of projects that were read.
    pub(crate) fn read(&self) -> usize {
        self.runs.len()
    }

    /// A project that could not be read, and the number of them.
    pub(crate) fn failure(&self) -> Option<(&str, &Trouble, usize)> {
        let (project, trouble) = self.failures.iter().min_by_key(|(name, _)| *name)?;
        Some((project, trouble, self.failures.len()))
    }

    /// Newest first.
    pub(crate) fn shown(&self) -> Vec<&Run> {
        let filter = self.cursor.filter.text();
        let text = |run: &Run| {
            let place = run.environment.as_deref();
            let place = place.map(|place| format!("{} {}", place.project.name, place.name));
            format!("{} {} {}", run.id, run.name, place.unwrap_or_default())
        };
        let all = self.runs.values().flatten();
        let mut shown: Vec<&Run> = all.filter(|run| matches(filter, &text(run))).collect();
        shown.sort_by_key(|run| std::cmp::Reverse(run.id));
        shown
    }

    pub(crate) fn ids(&self) -> Vec<i64> {
        self.shown().iter().map(|run| run.id).collect()
    }

    pub(crate) fn selected(&self) -> Option<&Run> {
        let id = self.cursor.picked?;
        self.runs.values().flatten().find(|run| run.id == id)
    }

    pub(crate) fn settle(&mut self, height: usize) {
        let ids = self.ids();
        self.cursor.settle(&ids, height);
    }
}
