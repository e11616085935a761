//! Tasks of an environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::task::argument::Argument;
use crate::domain::{Definition, Environment, TaskRef, Work};
use crate::error::Error;
use crate::error::messages::counted;
use crate::mcp::limits;
use crate::mcp::result::{Answer, Failure, cut, named};
use crate::mcp::session::Session;
use crate::mcp::tools::places::{EnvironmentInput, listed};
use crate::terminal::clean_line;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct TaskInput {
    /// The name of the project.
    pub project: String,
    /// The name of the environment.
    pub environment: String,
    /// The task's name, or its id as `id:42`.
    pub task: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct Tasks {
    project: String,
    environment: String,
    /// True also if the type of the environment is unknown.
    production: bool,
    tasks: Vec<TaskSummary>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct TaskSummary {
    id: i64,
    name: String,
    /// At most 1,000 characters; show_task returns all.
    description: String,
    /// True if the user is asked before a start.
    requires_confirmation: bool,
    arguments: Vec<TaskArgument>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct TaskDetails {
    project: String,
    environment: String,
    /// True also if the type of the environment is unknown.
    production: bool,
    id: i64,
    name: String,
    description: String,
    /// `environment`, `project`, `group` or `system`.
    scope: &'static str,
    /// The role that is required to invoke it.
    permission: String,
    /// The shell command; `null` for a task that runs an image.
    command: Option<String>,
    /// The image; `null` for a task that runs a command.
    image: Option<String>,
    /// The service whose container runs the command.
    service: Option<String>,
    /// The question that the user must answer before a start.
    confirmation_text: Option<String>,
    arguments: Vec<TaskArgument>,
    /// True if this server may start the task here.
    can_be_invoked: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct TaskArgument {
    name: String,
    display_name: Option<String>,
    /// `string`, `numeric` (digits and dots), `environment`, `other-environment`, or Lagoon's word for a
    /// newer type.
    #[serde(rename = "type")]
    kind: String,
    required: bool,
    /// Used if no value is given.
    default_value: Option<String>,
    /// `null` if any value of the type is allowed.
    allowed_values: Option<Vec<String>>,
}

impl TaskArgument {
    fn of(argument: &Argument) -> Self {
        TaskArgument {
            name: argument.name.clone(),
            display_name: argument.display_name.clone(),
            kind: argument.kind.short().to_owned(),
            required: argument.is_required(),
            default_value: argument.default.clone(),
            allowed_values: argument.allowed().map(<[String]>::to_vec),
        }
    }

    /// With its type and values.
    fn line(&self) -> String {
        let mut line = format!("{} ({}", named(&self.name), clean_line(&self.kind));
        if let Some(default) = &self.default_value {
            line.push_str(&format!(", default {}", named(default)));
        } else if !self.required {
            line.push_str(", optional");
        }
        line.push(')');
        if let Some(values) = &self.allowed_values {
            let shown = values.iter().take(MOST_VALUES).map(|value| named(value));
            let shown: Vec<String> = shown.collect();
            line.push_str(&format!(": one of {}", shown.join(", ")));
            if let Some(more) = values
                .len()
                .checked_sub(MOST_VALUES)
                .filter(|more| *more > 0)
            {
                line.push_str(&format!(" and {more} more"));
            }
        }
        line
    }

    fn word(&self) -> String {
        let mark = if self.required { "" } else { " (optional)" };
        format!("{}{mark}", named(&self.name))
    }
}

/// Allowed values in a text.
const MOST_VALUES: usize = 20;

fn arguments(definition: &Definition) -> Vec<TaskArgument> {
    definition
        .arguments()
        .iter()
        .map(TaskArgument::of)
        .collect()
}

fn arguments_text(arguments: &[TaskArgument]) -> String {
    let words: Vec<String> = arguments.iter().map(TaskArgument::word).collect();
    match words.as_slice() {
        [] => "no arguments".to_owned(),
        words => format!("arguments: {}", words.join(", ")),
    }
}

pub(super) fn label(environment: &Environment) -> String {
    let label = format!("{}/{}", environment.project.name, environment.name);
    match limits::is_production(environment) {
        true => format!("{} (production)", named(&label)),
        false => named(&label),
    }
}

/// In a list, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;

pub(in crate::mcp) async fn list_tasks(
    session: &Session<'_>,
    input: &EnvironmentInput,
) -> Result<Answer, Failure> {
    let view = session
        .tasks(&input.project, &input.environment, false)
        .await?;
    let tasks = view.definitions.iter().map(|definition| TaskSummary {
        id: definition.id,
        name: definition.name.clone(),
        description: cut(&definition.description, LONGEST_DESCRIPTION),
        requires_confirmation: definition.confirmation().is_some(),
        arguments: arguments(definition),
    });
    let tasks: Vec<TaskSummary> = tasks.collect();
    let lines = tasks.iter().map(|task| {
        let (name, arguments) = (named(&task.name), arguments_text(&task.arguments));
        format!("{name} (id:{}), {arguments}", task.id)
    });
    let environment = view.environment;
    let heading = format!(
        "{} on {}",
        counted(tasks.len(), "task"),
        label(&environment)
    );
    let text = listed(&heading, lines);
    let result = Tasks {
        production: limits::is_production(&environment),
        project: environment.project.name,
        environment: environment.name,
        tasks,
    };
    Answer::new(text, result, &["name", "description", "arguments"])
}

pub(in crate::mcp) async fn show_task(
    session: &Session<'_>,
    input: &TaskInput,
) -> Result<Answer, Failure> {
    let task = TaskRef::parse(&input.task).map_err(Error::from)?;
    let view = session
        .tasks(&input.project, &input.environment, false)
        .await?;
    let definition = task.find(&view.definitions).map_err(Error::from)?.clone();
    let environment = view.environment;
    let arguments = arguments(&definition);
    let (command, image) = match &definition.work {
        Work::Command(command) => (Some(command.clone()), None),
        Work::Image(image) => (None, Some(image.clone())),
    };
    let service = definition.service.as_deref().map(named);
    let work = match (&image, service) {
        (Some(image), _) => format!("runs the image {}", named(image)),
        (None, Some(service)) => format!("runs a command in the service {service}"),
        (None, None) => "runs a command, but has no service".to_owned(),
    };
    let mut text = format!(
        "{} (id:{}) on {} {work}",
        named(&definition.name),
        definition.id,
        label(&environment)
    );
    if !definition.description.trim().is_empty() {
        text.push_str(&format!(
            "; description: {}",
            named(&definition.description)
        ));
    }
    if let Some(question) = definition.confirmation() {
        text.push_str(&format!("; the user is asked: {}", named(question)));
    }
    if arguments.is_empty() {
        text.push_str("; no arguments");
    } else {
        text.push_str(&listed(
            "; arguments",
            arguments.iter().map(TaskArgument::line),
        ));
    }
    let result = TaskDetails {
        production: limits::is_production(&environment),
        can_be_invoked: session.limits.check_change(Some(&environment)).is_ok(),
        project: environment.project.name,
        environment: environment.name,
        id: definition.id,
        scope: definition.scope.word(),
        permission: definition.permission.word().to_owned(),
        confirmation_text: definition.confirmation().map(str::to_owned),
        service: definition.service,
        name: definition.name,
        description: definition.description,
        command,
        image,
        arguments,
    };
    let untrusted = &[
        "name",
        "description",
        "command",
        "image",
        "confirmationText",
        "arguments",
    ];
    Answer::new(text, result, untrusted)
}
