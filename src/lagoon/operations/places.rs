//! Looking up projects and environments, with what is defined there.

use super::fields::{EnvironmentFields, ProjectFields, all, errors_by_environment, project, same};
use super::{TaskPermission, int, operation};
use crate::domain::place::view::{EnvironmentView, ProjectView};
use crate::domain::{Environment, Project};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(
    AllProjects,
    "graphql/places/all_projects.graphql",
    "ProjectFields"
);
operation!(
    EnvironmentByNamespace,
    "graphql/places/environment_by_namespace.graphql",
    "EnvironmentFields"
);
operation!(
    EnvironmentByName,
    "graphql/places/environment_by_name.graphql",
    "EnvironmentFields"
);
operation!(
    ProjectByName,
    "graphql/places/project_by_name.graphql",
    "ProjectFields"
);
operation!(
    ProjectDefinitions,
    "graphql/places/project_definitions.graphql",
    "ProjectFields"
);
operation!(
    ProjectTargets,
    "graphql/places/project_targets.graphql",
    "ProjectFields"
);
operation!(GroupProjects, "graphql/places/group_projects.graphql");

/// The date that a live environment has in `deleted` (seen on Lagoon 2.33.1).
const NEVER: &str = "0000-00-00 00:00:00";

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
        let data = self.query::<EnvironmentByNamespace>(variables).await?;
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
        found.into_view(None).map(Some)
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
        let data = self.query::<EnvironmentByName>(variables).await?;
        let Some(found) = data.environment_by_name else {
            return Ok(None);
        };
        let of = found.project.as_ref().and_then(|project| project.id);
        same("project", project.id, of)?;
        found.into_view(None).map(Some)
    }

    /// The projects that can be seen.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn all_projects(&self) -> Result<Vec<Project>, LagoonError> {
        let variables = all_projects::Variables {};
        let data = self.query::<AllProjects>(variables).await?;
        by_id(all(data.all_projects, ProjectFields::into_project))
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

    /// A project's live environments, each with all that can be invoked there and its newest runs,
    /// in one request. An error of one environment comes with that one, as the others can be read.
    ///
    /// # Errors
    /// Any [`LagoonError`]; a project that exists and may not be seen is "not allowed".
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
            let trouble = troubles.iter().position(|(of, _)| *of == at);
            seen.push((
                found.into_view(Some(project.clone()))?,
                trouble.map(|trouble| troubles.swap_remove(trouble).1),
            ));
        }
        seen.sort_by(|(a, _), (b, _)| a.environment.name.cmp(&b.environment.name));
        Ok(Some((project, seen)))
    }

    /// The projects of a group; `None` when there is no such group.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn group_projects(&self, group: &str) -> Result<Option<Vec<Project>>, LagoonError> {
        let variables = group_projects::Variables {
            group: group.to_owned(),
        };
        let reply = self.send::<GroupProjects>(Effect::Query, variables).await?;
        let found = group_or_none(reply.whole())?.and_then(|data| data.group_by_name);
        found
            .map(|found| by_id(all(found.projects, |p| project(p.id, p.name))))
            .transpose()
    }
}

fn by_id(projects: Result<Vec<Project>, LagoonError>) -> Result<Vec<Project>, LagoonError> {
    let mut projects = projects?;
    projects.sort_by_key(|project| project.id);
    Ok(projects)
}

/// An unknown group is not `null`, as everything else that is not there (seen on Lagoon 2.33.1).
fn group_or_none<T>(data: Result<T, LagoonError>) -> Result<Option<T>, LagoonError> {
    match data {
        Err(LagoonError::Refused { message, .. }) if message.starts_with("Group not found") => {
            Ok(None)
        }
        data => data.map(Some),
    }
}
