//! Completion candidates, in the form that the cache stores.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::domain::run::RecentRun;
use crate::domain::{self, Definition, TaskRef};

/// A word to complete, with a description that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub value: String,
    pub about: String,
}

impl Candidate {
    pub(crate) fn new(value: String, about: String) -> Self {
        Candidate { value, about }
    }

    pub(crate) fn plain(value: String) -> Self {
        Self::new(value, String::new())
    }
}

/// A task, as far as completion needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub id: i64,
    pub name: String,
    pub about: String,
    /// `environment`, `project`, `group` or `system`.
    pub scope: String,
    pub arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Argument {
    pub name: String,
    pub about: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub id: i64,
    pub about: String,
    pub is_finished: bool,
}

/// The tasks and services of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnvironmentCandidates {
    pub tasks: Vec<Task>,
    pub services: Vec<String>,
}

impl Task {
    pub(super) fn of(definition: &Definition) -> Task {
        let service = definition.service.as_deref();
        let about = match (definition.description.lines().next(), service) {
            (Some(line), _) if !line.trim().is_empty() => line.to_owned(),
            (_, Some(service)) => format!("in {service}"),
            (_, None) => definition.work.word().to_lowercase(),
        };
        let arguments = definition.arguments().iter();
        Task {
            id: definition.id,
            name: definition.name.clone(),
            about,
            scope: definition.scope.word().to_owned(),
            arguments: arguments.map(Argument::of).collect(),
        }
    }

    pub(crate) fn candidate(&self) -> Candidate {
        Candidate::new(TaskRef::spell(&self.name), self.about.clone())
    }

    /// True if TASK names this task.
    pub(crate) fn is(&self, named: &str) -> bool {
        match TaskRef::parse(named) {
            Ok(TaskRef::Id(id)) => id == self.id,
            Ok(TaskRef::Digits(id, name)) => id == self.id || name == self.name,
            Ok(TaskRef::Name(name)) => crate::domain::names::same_name(&name, &self.name),
            Err(_) => false,
        }
    }
}

impl Argument {
    fn of(argument: &domain::Argument) -> Argument {
        let name = argument.display_name.as_deref();
        let name = name.filter(|name| !name.trim().is_empty());
        let about = [name, Some(argument.kind.short())]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .chain(argument.default.as_ref().map(|d| format!("default {d}")))
            .chain(
                (!argument.is_required() && argument.default.is_none())
                    .then(|| "optional".to_owned()),
            );
        Argument {
            name: argument.name.clone(),
            about: about.collect::<Vec<_>>().join(", "),
            values: argument.range.clone().unwrap_or_default(),
        }
    }
}

impl Run {
    pub(super) fn of(recent: &RecentRun) -> Run {
        let run = &recent.run;
        let began = run.started.as_ref().or(run.created.as_ref());
        let about = [Some(&run.name), Some(&run.status), began];
        let about: Vec<&str> = about.into_iter().flatten().map(SmolStr::as_str).collect();
        Run {
            id: run.id,
            about: about.join(", "),
            is_finished: run.outcome().is_finished(),
        }
    }
}
