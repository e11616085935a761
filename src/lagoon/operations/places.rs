//! Looking up projects and environments, with what is defined there.

use super::convert::{definition_from, environment, known, need, run_from};
use super::{int, operation};
use crate::domain::{Definition, Environment, Project, Run};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(AllProjects, "graphql/places/all_projects.graphql");
operation!(
    EnvironmentByNamespace,
    "graphql/places/environment_by_namespace.graphql"
);
operation!(
    EnvironmentByName,
    "graphql/places/environment_by_name.graphql"
);
operation!(ProjectByName, "graphql/places/project_by_name.graphql");
operation!(
    ProjectDefinitions,
    "graphql/places/project_definitions.graphql"
);
operation!(GroupDefinitions, "graphql/places/group_definitions.graphql");

definition_from!(environment_by_namespace, definition_by_namespace);
definition_from!(environment_by_name, definition_by_name);
definition_from!(project_definitions, definition_in_project);
definition_from!(group_definitions, definition_in_group);

/// The date that a live environment has in `deleted` (seen on Lagoon 2.33.1).
const NEVER: &str = "0000-00-00 00:00:00";

/// An environment and what can be invoked on it.
#[derive(Debug, Clone)]
pub struct EnvironmentView {
    /// The environment, its services filled.
    pub environment: Environment,
    /// What the signed-in user can invoke there, in Lagoon's order: environment, project, group,
    /// system-wide; of one name only the first.
    pub definitions: Vec<Definition>,
    /// How many definitions are of a kind that this program does not know.
    pub unknown: usize,
    /// The newest runs, newest first, where they were asked for.
    pub runs: Vec<Run>,
}

/// A project with all that its live environments show.
#[derive(Debug, Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its live environments.
    pub environments: Vec<EnvironmentView>,
}

macro_rules! environment_view {
    ($generated:expr, $convert:ident) => {{
        let found = $generated;
        let project = need(found.project, "an environment's project")?;
        let project = Project {
            id: need(project.id, "a project's id")?,
            name: need(project.name, "a project's name")?,
        };
        let mut here = environment(found.id, found.name, found.environment_type, project)?;
        here.services = found
            .services
            .map(|all| all.into_iter().flatten().filter_map(|s| s.name).collect());
        let (definitions, unknown) = known(found.advanced_tasks.unwrap_or_default(), $convert)?;
        let runs = found
            .tasks
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|run| run_from!(run, None))
            .collect::<Result<Vec<_>, LagoonError>>()?;
        EnvironmentView {
            environment: here,
            definitions,
            unknown,
            runs,
        }
    }};
}

macro_rules! project_view {
    ($generated:expr, $convert:ident) => {{
        let found = $generated;
        let project = Project {
            id: need(found.id, "a project's id")?,
            name: need(found.name, "a project's name")?,
        };
        let environments = found
            .environments
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|e| {
                let mut here = environment(e.id, e.name, e.environment_type, project.clone())?;
                here.services = e
                    .services
                    .map(|all| all.into_iter().flatten().filter_map(|s| s.name).collect());
                let (definitions, unknown) = known(e.advanced_tasks.unwrap_or_default(), $convert)?;
                Ok(EnvironmentView {
                    environment: here,
                    definitions,
                    unknown,
                    runs: Vec::new(),
                })
            })
            .collect::<Result<Vec<_>, LagoonError>>()?;
        ProjectView {
            project,
            environments,
        }
    }};
}

impl Lagoon {
    /// The environment of a namespace with all that can be invoked there, in one request. Deleted
    /// environments are not found. The names in the answer are for the caller to compare.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn environment_by_namespace(
        &self,
        namespace: &str,
        runs: bool,
    ) -> Result<Option<EnvironmentView>, LagoonError> {
        let variables = environment_by_namespace::Variables {
            namespace: namespace.to_owned(),
            runs,
        };
        let data = self
            .send::<EnvironmentByNamespace>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.environment_by_kubernetes_namespace_name else {
            return Ok(None);
        };
        if found
            .deleted
            .as_deref()
            .is_some_and(|deleted| deleted != NEVER)
        {
            return Ok(None);
        }
        Ok(Some(environment_view!(found, definition_by_namespace)))
    }

    /// A live environment of a project by its name, with all that can be invoked there.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn environment_by_name(
        &self,
        project: &Project,
        name: &str,
        runs: bool,
    ) -> Result<Option<EnvironmentView>, LagoonError> {
        let variables = environment_by_name::Variables {
            project: int(project.id)?,
            name: name.to_owned(),
            runs,
        };
        let data = self
            .send::<EnvironmentByName>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.environment_by_name else {
            return Ok(None);
        };
        Ok(Some(environment_view!(found, definition_by_name)))
    }

    /// The projects that can be seen.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn all_projects(&self) -> Result<Vec<Project>, LagoonError> {
        let variables = all_projects::Variables {};
        let data = self
            .send::<AllProjects>(Effect::Query, variables)
            .await?
            .whole()?;
        data.all_projects
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|p| {
                Ok(Project {
                    id: need(p.id, "a project's id")?,
                    name: need(p.name, "a project's name")?,
                })
            })
            .collect()
    }

    /// A project and its live environments.
    ///
    /// # Errors
    /// Any [`LagoonError`]; a project that exists and may not be seen is "not allowed".
    pub async fn project_by_name(
        &self,
        name: &str,
    ) -> Result<Option<(Project, Vec<Environment>)>, LagoonError> {
        let variables = project_by_name::Variables {
            name: name.to_owned(),
        };
        let data = self
            .send::<ProjectByName>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        let project = Project {
            id: need(found.id, "a project's id")?,
            name: need(found.name, "a project's name")?,
        };
        let environments = found
            .environments
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|e| environment(e.id, e.name, e.environment_type, project.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some((project, environments)))
    }

    /// A project and what each of its live environments shows, in one request.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn project_definitions(
        &self,
        name: &str,
    ) -> Result<Option<ProjectView>, LagoonError> {
        let variables = project_definitions::Variables {
            name: name.to_owned(),
        };
        let data = self
            .send::<ProjectDefinitions>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        Ok(Some(project_view!(found, definition_in_project)))
    }

    /// The projects of a group and what each of their live environments shows; `None` when there is
    /// no such group.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn group_definitions(
        &self,
        group: &str,
    ) -> Result<Option<Vec<ProjectView>>, LagoonError> {
        let variables = group_definitions::Variables {
            group: group.to_owned(),
        };
        let reply = self
            .send::<GroupDefinitions>(Effect::Query, variables)
            .await?;
        let data = match reply.whole() {
            // Not `null`, as for everything else that is not there (seen on Lagoon 2.33.1).
            Err(LagoonError::Refused { message, .. }) if message.starts_with("Group not found") => {
                return Ok(None);
            }
            other => other?,
        };
        let Some(found) = data.group_by_name else {
            return Ok(None);
        };
        let projects = found.projects.unwrap_or_default().into_iter().flatten();
        projects
            .map(|found| Ok(project_view!(found, definition_in_group)))
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
