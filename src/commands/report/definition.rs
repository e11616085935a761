//! The report of one task.

use serde_json::Value;

use crate::commands::report::Table;
use crate::domain::{Argument, Definition, Work, run};
use crate::ops::definitions::tasks::ListedTask;
use crate::output::{Cell, Column, Detail, Grid, Report};

pub(crate) struct TaskReport {
    pub listed: ListedTask,
    /// Just written, with unknown environments.
    pub is_written: bool,
}

impl TaskReport {
    pub(crate) fn written(definition: Definition) -> Self {
        let listed = ListedTask {
            definition,
            environments: Vec::new(),
            shadowed_in: Vec::new(),
        };
        TaskReport {
            listed,
            is_written: true,
        }
    }

    fn definition(&self) -> &Definition {
        &self.listed.definition
    }
}

impl Report for TaskReport {
    fn value(&self) -> Value {
        if self.is_written {
            return self.definition().to_json();
        }
        self.listed.to_json()
    }

    fn grid(&self) -> Grid {
        let names = |of: &ListedTask| {
            let arguments = of.definition.arguments().iter();
            joined(&arguments.map(|a| a.name.as_str()).collect::<Vec<_>>())
        };
        table(std::slice::from_ref(&self.listed))
            .column("content", |of| of.definition.work.text().to_owned())
            .column("arguments", names)
            .column("confirmationText", |of| {
                of.definition.confirmation_text.clone()
            })
            .grid()
    }

    fn detail(&self) -> Option<Detail> {
        let task = self.definition();
        let mut detail = Detail::new(task.name.as_str())
            .field("ID", Cell::id(task.id))
            .field("Type", task.work.word().to_lowercase())
            .field("Scope", scope(&self.listed))
            .field("Permission", Some(task.permission.word().to_lowercase()))
            .field("Service", task.service.clone())
            .field("Created", run::moment(&task.created))
            .field("Confirmation", task.confirmation().map(str::to_owned))
            .field("Options", flags(task));
        if !task.description.is_empty() {
            detail = detail.block("Description", &task.description);
        }
        detail = match &task.work {
            Work::Command(command) => detail.block("Command", command),
            Work::Image(image) => detail.field("Image", image.as_str()),
        };
        Some(detail.section("Arguments", arguments(task)))
    }
}

/// The columns shared by `list` and `show`.
pub(in crate::commands) fn table(tasks: &[ListedTask]) -> Table<'_, ListedTask> {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let lower = |word: &str| word.to_lowercase();
    let column = |name: &str, priority| Column::new(name).priority(priority);
    Table::of(tasks)
        .column("id", |of| Cell::id(of.definition.id))
        .column(Column::new("name").minimum(20), |of| {
            Cell::name(&of.definition.name)
        })
        .column(column("type", 1), move |of| {
            lower(of.definition.work.word())
        })
        .column(column("scope", 2), |of| of.definition.scope.word())
        .column(column("permission", 3), move |of| {
            text(lower(of.definition.permission.word()))
        })
        .column(column("service", 4), |of| of.definition.service.clone())
        .column(column("description", 5), move |of| {
            text(of.definition.description.clone())
        })
}

/// The names, unless there are none.
pub(in crate::commands) fn joined(names: &[impl AsRef<str>]) -> Option<String> {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn scope(listed: &ListedTask) -> String {
    let word = listed.definition.scope.word();
    if listed.environments.is_empty() {
        return word.to_owned();
    }
    let mut text = format!("{word}, on {}", listed.environments.join(", "));
    if !listed.shadowed_in.is_empty() {
        text.push_str(&format!("; shadowed on {}", listed.shadowed_in.join(", ")));
    }
    text
}

fn flags(task: &Definition) -> Option<String> {
    let flags = [
        (task.deploy_token_injection, "inject deploy token"),
        (task.project_key_injection, "inject project key"),
        (task.admin_only_view, "admin only"),
    ];
    let given = flags.iter().filter(|(is_given, _)| *is_given);
    joined(&given.map(|(_, flag)| *flag).collect::<Vec<_>>())
}

fn arguments(task: &Definition) -> Grid {
    let default = |of: &Argument| match of.default.as_deref() {
        Some("") => Some("\"\"".to_owned()),
        default => default.map(str::to_owned),
    };
    Table::of(task.arguments())
        .column("name", |of| Cell::name(&of.name))
        .column("type", |of| Cell::text(of.kind.short()))
        .column("required", Argument::is_required)
        .if_any(Column::new("default").priority(2), default)
        .if_any(Column::new("label").priority(1), |of| {
            of.display_name.clone()
        })
        .if_any(Column::new("allowed values").priority(3), |of| {
            of.range.as_ref().map(|range| range.join(", "))
        })
        .grid()
}
