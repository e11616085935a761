//! Lists the tasks of an environment or project.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::domain::place::view::EnvironmentView;
use crate::domain::{Definition, Permission, Project, Scope, TaskRef};
use crate::error::{Error, Hint};
use crate::lagoon::Lagoon;

use crate::ops::definitions::lookup;
use crate::ops::places::membership;
use crate::ops::places::place;

/// A task and the environments of the project that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedTask {
    pub definition: Definition,
    /// By name, in Lagoon's order.
    pub environments: Vec<String>,
    /// The environments where another task of the same name shadows it.
    pub shadowed_in: Vec<String>,
}

impl ListedTask {
    pub(crate) fn to_json(&self) -> Value {
        let mut value = self.definition.to_json();
        if let Some(object) = value.as_object_mut() {
            object.insert("environments".to_owned(), json!(self.environments));
            object.insert("shadowedIn".to_owned(), json!(self.shadowed_in));
        }
        value
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TaskList {
    pub project: Project,
    pub tasks: Vec<ListedTask>,
    /// The number of tasks of unknown types.
    pub unknown: usize,
    /// The number of existing environments.
    pub environments: usize,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// `environment`, `project`, `group` or `system`.
    pub scope: Option<String>,
    pub permission: Option<Permission>,
    pub service: Option<String>,
}

impl Filter {
    fn accepts(&self, definition: &Definition) -> bool {
        let takes = |wanted: &Option<String>, word: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == word
        };
        takes(&self.scope, Some(definition.scope.word()))
            && takes(&self.service, definition.service.as_deref())
            && (self.permission.as_ref()).is_none_or(|p| definition.permission == *p)
    }
}

/// Without an environment, the tasks of all environments of the project, merged.
pub(crate) async fn list(
    lagoon: &Lagoon,
    project: &str,
    environment: Option<&str>,
    filter: &Filter,
) -> Result<TaskList, Error> {
    let mut listing = match environment {
        Some(name) => {
            let view = place::environment(lagoon, project, name, false).await?;
            merge(view.environment.project.clone(), vec![view])
        }
        None => {
            let Some((project, views)) = lagoon.project_definitions(project).await? else {
                return Err(place::missing_project(lagoon, project).await);
            };
            merge(project, views)
        }
    };
    listing
        .tasks
        .retain(|listed| filter.accepts(&listed.definition));
    Ok(listing)
}

/// Finds one task among those of [`list`].
pub(crate) async fn show(
    lagoon: &Lagoon,
    project: &str,
    environment: Option<&str>,
    task: &TaskRef,
) -> Result<ListedTask, Error> {
    let listing = list(lagoon, project, environment, &Filter::default()).await?;
    let definitions = listing.tasks.iter().map(|listed| listed.definition.clone());
    let definitions: Vec<Definition> = definitions.collect();
    // Without an environment a name can stand for several tasks: the one that most environments
    // show is no better an answer than the other, so that is an error with both.
    if let TaskRef::Name(name) = task {
        let same = listing.tasks.iter().filter(|l| l.definition.name == *name);
        let same: Vec<&ListedTask> = same.collect();
        if same.len() > 1 {
            return Err(ambiguous(name, &same));
        }
    }
    let found = match task.find(&definitions) {
        Ok(found) => found.id,
        Err(error) if environment.is_some() => {
            let project = &listing.project;
            return Err(lookup::with_other_environments(lagoon, error.into(), project, task).await);
        }
        Err(error) => {
            return Err(membership::with_role(lagoon, error.into(), &listing.project).await);
        }
    };
    let mut tasks = listing.tasks.into_iter();
    tasks
        .find(|listed| listed.definition.id == found)
        .ok_or_else(|| Error::not_found("the task no longer exists"))
}

fn ambiguous(name: &str, same: &[&ListedTask]) -> Error {
    let hints = same.iter().map(|listed| {
        let (id, scope) = (listed.definition.id, listed.definition.scope.word());
        let environments = listed.environments.join(", ");
        format!("id:{id} has the scope {scope} and is shown on {environments}")
    });
    let count = same.len();
    Error::usage(format!("{count} tasks of this project are named `{name}`"))
        .with_hints(hints)
        .hint(Hint::NameEnvironmentOrId)
}

fn merge(project: Project, views: Vec<EnvironmentView>) -> TaskList {
    let mut tasks: Vec<ListedTask> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    let (mut unknown, environments) = (0, views.len());
    for view in &views {
        unknown += view.unknown;
        for definition in &view.definitions {
            let name = view.environment.name.clone();
            if let Some(listed) = places.get(&definition.id).and_then(|at| tasks.get_mut(*at)) {
                listed.environments.push(name);
                continue;
            }
            places.insert(definition.id, tasks.len());
            tasks.push(ListedTask {
                definition: definition.clone(),
                environments: vec![name],
                shadowed_in: Vec::new(),
            });
        }
    }
    // A task of a wider scope is everywhere: where it is not shown and its name is, it is hidden.
    for view in &views {
        let ids: HashSet<i64> = view.definitions.iter().map(|d| d.id).collect();
        let names: HashSet<&str> = view.definitions.iter().map(|d| d.name.as_str()).collect();
        for listed in &mut tasks {
            let definition = &listed.definition;
            let is_wide = !matches!(definition.scope, Scope::Environment(_));
            if is_wide && !ids.contains(&definition.id) && names.contains(definition.name.as_str())
            {
                listed.shadowed_in.push(view.environment.name.clone());
            }
        }
    }
    tasks.sort_by_key(|listed| listed.definition.scope.rank());
    TaskList {
        project,
        tasks,
        unknown,
        environments,
    }
}
