//! From generated types to `domain`: one place for each thing that several operations select.
//!
//! graphql_client generates the same fragment anew for each operation, so these are macros over
//! the operation's module.
//!
//! Lagoon guarantees the order of few lists, so all lists are sorted here: arguments, services and
//! files by name, environments by name, projects by id, definitions by scope and id, runs by creation time
//! and id, newest first.

use crate::domain::{Argument, Environment, Project, Run};
use crate::lagoon::LagoonError;
use crate::lagoon::error::GraphqlError;

/// The value, or that Lagoon's answer lacks it.
pub(super) fn need<T>(value: Option<T>, what: &str) -> Result<T, LagoonError> {
    value.ok_or_else(|| LagoonError::Unusable(format!("{what} is missing")))
}

/// Makes sure that the reply is about what was asked for. The tie of a reply to its request comes
/// first; this protects against a server that mixes them up itself.
pub(super) fn same<T: PartialEq + std::fmt::Display>(
    what: &str,
    asked: T,
    sent: Option<T>,
) -> Result<(), LagoonError> {
    let sent = need(sent, &format!("the {what} of the reply"))?;
    if sent == asked {
        return Ok(());
    }
    Err(LagoonError::Unusable(format!(
        "asked for {what} {asked}, it has {what} {sent}"
    )))
}

/// An environment without its services.
pub(super) fn environment(
    id: Option<i64>,
    name: Option<String>,
    kind: Option<String>,
    project: Project,
) -> Result<Environment, LagoonError> {
    Ok(Environment {
        id: need(id, "an environment's id")?,
        name: need(name, "an environment's name")?,
        project,
        kind: kind.unwrap_or_default().to_lowercase(),
        services: None,
    })
}

/// `definition(generated) -> Option<Result<Definition>>` for an operation's module; `None` is a
/// member of the union that this program does not know.
macro_rules! definition_from {
    ($module:ident, $function:ident) => {
        fn $function(
            generated: $module::Definition,
        ) -> Option<Result<$crate::domain::Definition, $crate::lagoon::LagoonError>> {
            use $crate::domain::Work;
            use $module::Definition as Generated;
            macro_rules! common {
                ($d:ident, $work:expr) => {
                    (|| {
                        let arguments = $d
                            .advanced_task_definition_arguments
                            .map(|all| {
                                all.into_iter()
                                    .flatten()
                                    .map(|a| {
                                        Ok($crate::domain::Argument {
                                            name: super::convert::need(
                                                a.name,
                                                "an argument's name",
                                            )?,
                                            display_name: a.display_name.filter(|n| !n.is_empty()),
                                            kind: $crate::domain::ArgumentKind::from_word(
                                                &a.type_.unwrap_or_default(),
                                            ),
                                            default: a.default_value,
                                            optional: a.optional.unwrap_or(false),
                                            range: a
                                                .range
                                                .map(|r| r.into_iter().flatten().collect()),
                                        })
                                    })
                                    .collect::<Result<Vec<_>, $crate::lagoon::LagoonError>>()
                            })
                            .transpose()?
                            .map(super::convert::arguments);
                        Ok($crate::domain::Definition {
                            id: super::convert::need($d.id, "a task's id")?,
                            name: $d.name.unwrap_or_default(),
                            description: $d.description.unwrap_or_default(),
                            work: $work,
                            service: $d.service.filter(|s| !s.is_empty()),
                            scope: super::convert::scope($d.environment, $d.project, $d.group_name),
                            permission: $crate::domain::Permission::from_word(
                                $d.permission
                                    .as_ref()
                                    .and_then(|p| serde_json::to_value(p).ok())
                                    .as_ref()
                                    .and_then(serde_json::Value::as_str),
                            ),
                            confirmation_text: $d.confirmation_text.filter(|t| !t.is_empty()),
                            deploy_token_injection: $d.deploy_token_injection.unwrap_or(false),
                            project_key_injection: $d.project_key_injection.unwrap_or(false),
                            admin_only_view: $d.admin_only_view.unwrap_or(false),
                            created: $d.created.unwrap_or_default(),
                            arguments,
                        })
                    })()
                };
            }
            match generated {
                Generated::AdvancedTaskDefinitionCommand(d) => {
                    let command = d.command.unwrap_or_default();
                    Some(common!(d, Work::Command(command)))
                }
                Generated::AdvancedTaskDefinitionImage(d) => {
                    let image = d.image.unwrap_or_default();
                    Some(common!(d, Work::Image(image)))
                }
                Generated::Unknown => None,
            }
        }
    };
}
pub(super) use definition_from;

/// Arguments and the values of their ranges, by name.
pub(super) fn arguments(mut all: Vec<Argument>) -> Vec<Argument> {
    all.sort_by(|a, b| a.name.cmp(&b.name));
    for range in all
        .iter_mut()
        .filter_map(|argument| argument.range.as_mut())
    {
        range.sort();
    }
    all
}

/// Newest first. Lagoon guarantees no order among the runs of one second.
pub(super) fn newest_first<T>(runs: &mut [T], run: impl Fn(&T) -> &Run) {
    runs.sort_by(|a, b| {
        let (a, b) = (run(a), run(b));
        b.created.cmp(&a.created).then(b.id.cmp(&a.id))
    });
}

/// The scope that a definition's targets say.
pub(super) fn scope(
    environment: Option<i64>,
    project: Option<i64>,
    group: Option<String>,
) -> crate::domain::Scope {
    use crate::domain::Scope;
    match (environment, project, group.filter(|g| !g.is_empty())) {
        (Some(id), _, _) => Scope::Environment(id),
        (None, Some(id), _) => Scope::Project(id),
        (None, None, Some(name)) => Scope::Group(name),
        (None, None, None) => Scope::System,
    }
}

/// Definitions and how many there were that this program cannot read.
pub(super) fn known<T>(
    generated: Vec<Option<T>>,
    convert: impl Fn(T) -> Option<Result<crate::domain::Definition, LagoonError>>,
) -> Result<(Vec<crate::domain::Definition>, usize), LagoonError> {
    let mut definitions = Vec::new();
    let mut unknown = 0;
    for one in generated.into_iter().flatten() {
        match convert(one) {
            Some(definition) => definitions.push(definition?),
            None => unknown += 1,
        }
    }
    // Lagoon guarantees the order of the scopes only.
    definitions.sort_by_key(|d| (d.scope.rank(), d.id));
    Ok((definitions, unknown))
}

/// Takes out the errors that are about one environment of the project, each with its position in the
/// reply.
pub(super) fn errors_by_environment(errors: &mut Vec<GraphqlError>) -> Vec<(usize, LagoonError)> {
    let mut taken = Vec::new();
    errors.retain(|error| {
        let at = error.path.get(2).and_then(serde_json::Value::as_u64);
        let Some(at) = at.and_then(|at| usize::try_from(at).ok()) else {
            return true;
        };
        taken.push((at, error.clone().into_error(200)));
        false
    });
    taken
}

/// A run from any selection that has the usual fields; the environment is given.
macro_rules! run_from {
    ($generated:expr, $environment:expr) => {{
        let generated = $generated;
        Ok::<_, $crate::lagoon::LagoonError>($crate::domain::Run {
            id: super::convert::need(generated.id, "a run's id")?,
            name: generated.name.unwrap_or_default().into(),
            task_name: generated.task_name.unwrap_or_default().into(),
            status: generated.status.unwrap_or_default().into(),
            service: generated.service.filter(|s| !s.is_empty()).map(Into::into),
            created: generated.created.map(Into::into),
            started: generated.started.map(Into::into),
            completed: generated.completed.map(Into::into),
            environment: $environment,
        })
    }};
}
pub(super) use run_from;

/// The run that the answer of a mutation has in this field: it exists, whatever else failed.
macro_rules! started_from {
    ($reply:expr, $field:ident) => {{
        let reply = $reply;
        let started = reply.data.and_then(|data| data.$field);
        match (started, reply.errors.into_iter().next()) {
            (Some(found), _) if found.id.is_some() => super::convert::run_from!(found, None),
            (_, Some(error)) => Err(error.into_error(200)),
            (_, None) => Err($crate::lagoon::LagoonError::Unusable(
                "the new run is missing".to_owned(),
            )),
        }
    }};
}
pub(super) use started_from;
