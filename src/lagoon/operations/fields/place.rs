//! The types of environments and projects.

use serde::Deserialize;

use super::{DefinitionFields, List, RunFields, all, definitions, need, newest_first};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project};
use crate::lagoon::LagoonError;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentFields {
    pub(crate) id: Option<i64>,
    name: Option<String>,
    environment_type: Option<String>,
    pub(crate) deleted: Option<String>,
    pub(crate) project: Option<ProjectFields>,
    services: List<ServiceFields>,
    advanced_tasks: List<DefinitionFields>,
    pub(crate) tasks: List<RunFields>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ServiceFields {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProjectFields {
    pub(crate) id: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) environments: List<EnvironmentFields>,
}

impl EnvironmentFields {
    /// In this project, or in that of the selection. Without services.
    pub(crate) fn into_environment(
        self,
        project: Option<Project>,
    ) -> Result<Environment, LagoonError> {
        let project = match project {
            Some(project) => project,
            None => need(self.project, "an environment's project")?.into_project()?,
        };
        environment(self.id, self.name, self.environment_type, project)
    }

    /// In this project, or in that of the selection.
    pub(crate) fn into_view(
        mut self,
        project: Option<Project>,
    ) -> Result<EnvironmentView, LagoonError> {
        let services = self.services.take().map(|services| {
            let services = services.into_iter().flatten();
            let mut names: Vec<_> = services.filter_map(|service| service.name).collect();
            names.sort();
            names
        });
        let listed = definitions(self.advanced_tasks.take())?;
        let runs = all(self.tasks.take(), |run| run.into_run(None))?;
        Ok(EnvironmentView {
            environment: Environment {
                services,
                ..self.into_environment(project)?
            },
            definitions: listed.0,
            #[cfg(feature = "cli")]
            unknown: listed.1,
            runs: newest_first(runs, |run| run),
        })
    }
}

impl ProjectFields {
    pub(crate) fn into_project(self) -> Result<Project, LagoonError> {
        project(self.id, self.name)
    }

    /// Converts each environment, with its position in the reply, and sorts them by name.
    pub(crate) fn with_environments<T>(
        mut self,
        mut convert: impl FnMut(usize, EnvironmentFields, Project) -> Result<T, LagoonError>,
        name: impl Fn(&T) -> &str,
    ) -> Result<(Project, Vec<T>), LagoonError> {
        let environments = self.environments.take().unwrap_or_default();
        let project = self.into_project()?;
        let each = environments.into_iter().enumerate();
        let each = each.filter_map(|(at, found)| Some(convert(at, found?, project.clone())));
        let mut all = each.collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| name(a).cmp(name(b)));
        Ok((project, all))
    }
}

pub(crate) fn project(id: Option<i64>, name: Option<String>) -> Result<Project, LagoonError> {
    Ok(Project {
        id: need(id, "a project's id")?,
        name: need(name, "a project's name")?,
    })
}

/// Without services.
pub(crate) fn environment(
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
