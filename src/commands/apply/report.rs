//! The report of an applied plan, step by step.

use serde::Serialize;
use serde_json::json;

use crate::commands::report::plan::scope_names;
use crate::commands::report::{PreparedReport, Table};
use crate::ops::as_code::apply::{AppliedStep, StepOutcome};
use crate::output::{Cell, Column};
use crate::terminal::Style;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: Option<i64>,
    name: &'a str,
    action: &'static str,
    result: &'static str,
    scope: &'static str,
    project: Option<&'a str>,
    environment: Option<&'a str>,
    group_name: Option<&'a str>,
    message: Option<String>,
    #[serde(skip)]
    style: Style,
}

impl Row<'_> {
    fn of(AppliedStep { step, done }: &AppliedStep) -> Row<'_> {
        let (result, style, id, message) = match done {
            StepOutcome::Applied(id) => ("done", Style::Good, Some(*id), None),
            StepOutcome::AlreadyApplied(id) => ("unchanged", Style::Dim, Some(*id), None),
            StepOutcome::Unverified(id, why) => {
                ("unchanged", Style::Dim, Some(*id), Some(why.clone()))
            }
            StepOutcome::Unknown => {
                let message = "interrupted; the outcome is unknown".to_owned();
                ("unknown", Style::Warning, None, Some(message))
            }
            StepOutcome::Failed(error) => ("failed", Style::Bad, None, Some(error.to_string())),
            StepOutcome::Skipped => ("skipped", Style::Warning, None, None),
        };
        let (project, environment, group_name) = scope_names(&step.scope);
        Row {
            id,
            name: &step.name,
            action: step.action.word(),
            result,
            scope: step.scope.word(),
            project,
            environment,
            group_name,
            message,
            style,
        }
    }
}

pub(super) fn report(outcomes: &[AppliedStep]) -> PreparedReport {
    let rows: Vec<Row<'_>> = outcomes.iter().map(Row::of).collect();
    let text = |text: Option<&str>| text.map(str::to_owned);
    let column = |name: &str, priority| Column::new(name).priority(priority);
    let grid = Table::of(&rows)
        .column(column("id", 4), |row| row.id.map(Cell::id))
        .column("name", |row| Cell::name(row.name))
        .column(column("action", 6), |row| row.action)
        .column("result", |row| Cell::status(row.result, row.style))
        .column(column("scope", 1), |row| row.scope)
        .if_any(column("project", 2), move |row| text(row.project))
        .if_any(column("environment", 3), move |row| text(row.environment))
        .if_any(column("groupName", 3).heading("GROUP"), move |row| {
            text(row.group_name)
        })
        .if_any(column("message", 5), |row| row.message.clone())
        .grid();
    PreparedReport::new(json!(rows), grid)
}
