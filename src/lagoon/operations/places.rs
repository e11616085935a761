//! Projects and environments, with their tasks.

use super::fields::{EnvironmentFields, ProjectFields, all, errors_by_environment, project, same};
use super::{TaskPermission, int, operations};
use crate::domain::place::view::{EnvironmentView, ProjectView};
use crate::domain::{Environment, Project};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    AllProjects: "graphql/places/all_projects.graphql" => "ProjectFields",
    EnvironmentByNamespace: "graphql/places/environment_by_namespace.graphql" => "EnvironmentFields",
    EnvironmentByName: "graphql/places/environment_by_name.graphql" => "EnvironmentFields",
    ProjectByName: "graphql/places/project_by_name.graphql" => "ProjectFields",
    ProjectDefinitions: "graphql/places/project_definitions.graphql" => "ProjectFields",
    ProjectTargets: "graphql/places/project_targets.graphql" => "ProjectFields",
    GroupProjects: "graphql/places/group_projects.graphql",
}

/// The value of `deleted` for an existing environment (seen on Lagoon 2.33.1).
const NEVER: &str = "0000-00-00 00:00:00";

impl Lagoon {
    /// Finds an existing environment with its tasks. The caller compares the names.
    pub async fn environment_by_namespace(
        &self,
        namespace: &str,
        runs: bool,
    ) -> Result<Option<EnvironmentView>, LagoonError> {
        let variables = environment_by_namespace::Variables {
            namespace: namespace.to_owned(),
            runs,
        };
        let data = self.query::<EnvironmentByNamespace>(variables).await?;
        let found = data.environment_by_kubernetes_namespace_name;
        let is_live =
            |found: &EnvironmentFields| found.deleted.as_deref().is_none_or(|at| at == NEVER);
        let live = found.filter(is_live);
        live.map(|found| found.into_view(None)).transpose()
    }

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
        let data = self.query::<EnvironmentByName>(variables).await?;
        let Some(found) = data.environment_by_name else {
            return Ok(None);
        };
        let of = found.project.as_ref().and_then(|project| project.id);
        same("project", project.id, of)?;
        found.into_view(None).map(Some)
    }

    pub async fn all_projects(&self) -> Result<Vec<Project>, LagoonError> {
        let variables = all_projects::Variables {};
        let data = self.query::<AllProjects>(variables).await?;
        by_id(all(data.all_projects, ProjectFields::into_project))
    }

    /// With the existing environments. A project that exists and is invisible is "not allowed".
    pub async fn project_by_name(
        &self,
        name: &str,
    ) -> Result<Option<(Project, Vec<Environment>)>, LagoonError> {
        let variables = project_by_name::Variables {
            name: name.to_owned(),
        };
        let data = self.query::<ProjectByName>(variables).await?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        let (project, environments) = found.into_parts()?;
        let mut environments = all(Some(environments), |found| {
            found.into_environment(Some(project.clone()))
        })?;
        environments.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some((project, environments)))
    }

    pub async fn project_definitions(
        &self,
        name: &str,
    ) -> Result<Option<ProjectView>, LagoonError> {
        let variables = project_definitions::Variables {
            name: name.to_owned(),
        };
        let data = self.query::<ProjectDefinitions>(variables).await?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        let (project, environments) = found.into_parts()?;
        let mut environments = all(Some(environments), |found| {
            found.into_view(Some(project.clone()))
        })?;
        environments.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
        Ok(Some(ProjectView {
            project,
            environments,
        }))
    }

    /// The existing environments with their tasks and newest runs. An error of one environment is
    /// returned with it. A project that exists and is invisible is "not allowed".
    pub async fn project_targets(
        &self,
        name: &str,
    ) -> Result<Option<(Project, Vec<(EnvironmentView, Option<LagoonError>)>)>, LagoonError> {
        let variables = project_targets::Variables {
            name: name.to_owned(),
        };
        let mut reply = self
            .send::<ProjectTargets>(Effect::Query, variables)
            .await?;
        let mut troubles = errors_by_environment(&mut reply.errors);
        let Some(found) = reply.whole()?.project_by_name else {
            return Ok(None);
        };
        let (project, environments) = found.into_parts()?;
        let mut seen = Vec::new();
        for (at, found) in environments.into_iter().enumerate() {
            let Some(found) = found else { continue };
            let view = found.into_view(Some(project.clone()))?;
            seen.push((view, troubles.remove(&at)));
        }
        seen.sort_by(|(a, _), (b, _)| a.environment.name.cmp(&b.environment.name));
        Ok(Some((project, seen)))
    }

    /// `None` if there is no such group.
    pub async fn group_projects(&self, group: &str) -> Result<Option<Vec<Project>>, LagoonError> {
        let variables = group_projects::Variables {
            group: group.to_owned(),
        };
        let reply = self.send::<GroupProjects>(Effect::Query, variables).await?;
        let data = match reply.whole() {
            // An unknown group is an error, unlike other unknown objects (seen on Lagoon 2.33.1).
            Err(LagoonError::Refused { message, .. }) if message.starts_with("Group not found") => {
                return Ok(None);
            }
            data => data?,
        };
        data.group_by_name
            .map(|found| by_id(all(found.projects, |p| project(p.id, p.name))))
            .transpose()
    }
}

fn by_id(projects: Result<Vec<Project>, LagoonError>) -> Result<Vec<Project>, LagoonError> {
    let mut projects = projects?;
    projects.sort_by_key(|project| project.id);
    Ok(projects)
}
