//! Projects and environments, with their tasks.

use super::fields::{EnvironmentFields, ProjectFields, all, same};
use super::{TaskPermission, int, operations};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project};
use crate::lagoon::{Lagoon, LagoonError};

operations! {
    AllProjects: "graphql/places/all_projects.graphql" => "ProjectFields",
    EnvironmentByNamespace: "graphql/places/environment_by_namespace.graphql" => "EnvironmentFields",
    EnvironmentByName: "graphql/places/environment_by_name.graphql" => "EnvironmentFields",
    ProjectByName: "graphql/places/project_by_name.graphql" => "ProjectFields",
}

/// The value of `deleted` for an existing environment (seen on Lagoon 2.33.1).
const NEVER: &str = "0000-00-00 00:00:00";

impl Lagoon {
    /// Finds an existing environment with its tasks. The caller compares the names.
    pub(crate) async fn environment_by_namespace(
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

    pub(crate) async fn environment_by_name(
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

    pub(crate) async fn all_projects(&self) -> Result<Vec<Project>, LagoonError> {
        let variables = all_projects::Variables {};
        let data = self.query::<AllProjects>(variables).await?;
        by_id(all(data.all_projects, ProjectFields::into_project))
    }

    /// With the existing environments. A project that exists and is invisible is "not allowed".
    pub(crate) async fn project_by_name(
        &self,
        name: &str,
    ) -> Result<Option<(Project, Vec<Environment>)>, LagoonError> {
        let variables = project_by_name::Variables {
            name: name.to_owned(),
        };
        let data = self.query::<ProjectByName>(variables).await?;
        let convert = |_, found: EnvironmentFields, project| found.into_environment(Some(project));
        let found = data.project_by_name;
        found
            .map(|found| found.with_environments(convert, |environment| &environment.name))
            .transpose()
    }
}

pub(super) fn by_id(
    projects: Result<Vec<Project>, LagoonError>,
) -> Result<Vec<Project>, LagoonError> {
    let mut projects = projects?;
    projects.sort_by_key(|project| project.id);
    Ok(projects)
}
