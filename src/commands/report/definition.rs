//! One definition as an answer.

use serde_json::Value;

use crate::domain::{Definition, Work, run};
use crate::ops::definitions::tasks::Listed;
use crate::output::{Cell, Column, Detail, Grid, Report};

/// One definition as an answer.
pub struct Task {
    /// The task.
    pub listed: Listed,
    /// It was written just now, and where it is listed was not looked at.
    pub is_written: bool,
}

impl Task {
    fn definition(&self) -> &Definition {
        &self.listed.definition
    }
}

impl Report for Task {
    fn value(&self) -> Value {
        if self.is_written {
            return self.definition().to_json();
        }
        self.listed.to_json()
    }

    fn grid(&self) -> Grid {
        let task = self.definition();
        let [id, name, kind, scope, permission, service, description] = cells(task);
        let arguments: Vec<&str> = task.arguments().iter().map(|a| a.name.as_str()).collect();
        Grid::new([
            "id".into(),
            "name".into(),
            "type".into(),
            "scope".into(),
            "permission".into(),
            "service".into(),
            "description".into(),
            Column::new("content"),
            Column::new("arguments"),
            Column::new("confirmationText"),
        ])
        .with([
            id,
            name,
            kind,
            scope,
            permission,
            service,
            description,
            Cell::text(content(&task.work)),
            if arguments.is_empty() {
                Cell::Missing
            } else {
                Cell::text(arguments.join(", "))
            },
            task.confirmation_text.clone().into(),
        ])
    }

    fn detail(&self) -> Option<Detail> {
        let task = self.definition();
        let title = if self.is_written {
            format!("{} {}", task.id, task.name)
        } else {
            task.name.clone()
        };
        let mut detail = Detail::new(title)
            .field("Id", Cell::id(task.id))
            .field("Type", task.work.word().to_lowercase())
            .field("Scope", scope(&self.listed))
            .field("Permission", Some(task.permission.word().to_lowercase()))
            .field("Service", task.service.clone())
            .field("Created", run::moment(&task.created))
            .field("Asks first", task.confirmation().map(str::to_owned))
            .field("Given", flags(task));
        if !task.description.is_empty() {
            detail = detail.block("Description", &task.description);
        }
        detail = match &task.work {
            Work::Command(command) => detail.block("Command", command),
            Work::Image(image) => detail.field("Image", image.as_str()),
            Work::Unknown(_) => detail,
        };
        Some(detail.section("Arguments", arguments(task)))
    }
}

/// The cells that the tables of `list` and of a single task begin with.
pub(in crate::commands) fn cells(task: &Definition) -> [Cell; 7] {
    let text = |text: String| Some(text).filter(|text| !text.is_empty()).into();
    [
        Cell::id(task.id),
        Cell::name(&task.name),
        task.work.word().to_lowercase().into(),
        task.scope.word().into(),
        text(task.permission.word().to_lowercase()),
        task.service.clone().into(),
        text(task.description.clone()),
    ]
}

fn content(work: &Work) -> String {
    match work {
        Work::Command(text) | Work::Image(text) => text.clone(),
        Work::Unknown(_) => String::new(),
    }
}

fn scope(listed: &Listed) -> String {
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
    let mut given = Vec::new();
    if task.deploy_token_injection {
        given.push("a deploy token");
    }
    if task.project_key_injection {
        given.push("the project's key");
    }
    if task.admin_only_view {
        given.push("to administrators only");
    }
    (!given.is_empty()).then(|| given.join(", "))
}

fn arguments(task: &Definition) -> Grid {
    let mut grid = Grid::new([
        Column::new("name"),
        Column::new("type"),
        Column::new("needed"),
        Column::new("default").if_any(),
        Column::new("shown as").if_any(),
        Column::new("one of").if_any(),
    ]);
    for argument in task.arguments() {
        grid.row([
            Cell::name(&argument.name),
            argument.kind.short().into(),
            if argument.is_required() {
                "required"
            } else {
                "optional"
            }
            .into(),
            argument
                .default
                .as_ref()
                .map(|d| {
                    if d.is_empty() {
                        "\"\"".to_owned()
                    } else {
                        d.clone()
                    }
                })
                .into(),
            argument.display_name.clone().into(),
            argument.range.as_ref().map(|r| r.join(", ")).into(),
        ]);
    }
    grid
}
