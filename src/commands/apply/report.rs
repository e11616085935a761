//! What became of a plan, step by step.

use serde_json::{Value, json};

use crate::domain::manifest::ScopeName;
use crate::ops::as_code::apply::{Done, Outcome};
use crate::output::{Cell, Column, Grid, Report};
use crate::terminal::Style;

/// What became of a plan.
pub(super) struct Applied(pub(super) Vec<Outcome>);

fn word(done: &Done) -> (&'static str, Style) {
    match done {
        Done::Done(_) => ("done", Style::Good),
        Done::Already(_) | Done::Unseen(..) => ("unchanged", Style::Dim),
        Done::Unknown => ("unknown", Style::Warning),
        Done::Failed(_) => ("failed", Style::Bad),
        Done::Skipped => ("skipped", Style::Warning),
    }
}

fn id(done: &Done) -> Option<i64> {
    match done {
        Done::Done(id) | Done::Already(id) | Done::Unseen(id, _) => Some(*id),
        Done::Failed(_) | Done::Unknown | Done::Skipped => None,
    }
}

fn message(done: &Done) -> Option<String> {
    match done {
        Done::Failed(error) => Some(error.to_string()),
        Done::Unseen(_, what) => Some(what.clone()),
        Done::Unknown => Some("it was begun and not waited for".to_owned()),
        _ => None,
    }
}

fn names(scope: &ScopeName) -> (Option<String>, Option<String>, Option<String>) {
    let project = scope.project().map(str::to_owned);
    match scope {
        ScopeName::Environment { environment, .. } => (project, Some(environment.clone()), None),
        ScopeName::Group(group) => (None, None, Some(group.clone())),
        ScopeName::Project(_) | ScopeName::System => (project, None, None),
    }
}

impl Report for Applied {
    fn value(&self) -> Value {
        self.0
            .iter()
            .map(|Outcome { step, done }| {
                let (project, environment, group) = names(&step.scope);
                json!({
                    "id": id(done),
                    "name": step.name,
                    "action": step.action.word(),
                    "result": word(done).0,
                    "scope": step.scope.word(),
                    "project": project,
                    "environment": environment,
                    "groupName": group,
                    "message": message(done),
                })
            })
            .collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name"),
            Column::new("action"),
            Column::new("result"),
            Column::new("scope"),
            Column::new("project").if_any(),
            Column::new("environment").if_any(),
            Column::new("groupName").heading("GROUP").if_any(),
            Column::new("message").if_any(),
        ]);
        for Outcome { step, done } in &self.0 {
            let (project, environment, group) = names(&step.scope);
            let (result, style) = word(done);
            grid.row([
                id(done).map_or(Cell::Missing, Cell::id),
                Cell::name(&step.name),
                step.action.word().into(),
                Cell::status(result, style),
                step.scope.word().into(),
                project.into(),
                environment.into(),
                group.into(),
                message(done).into(),
            ]);
        }
        grid
    }
}
