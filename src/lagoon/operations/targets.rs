//! Projects with the tasks of all environments, and the projects of a group.

use std::collections::HashMap;

use super::fields::{EnvironmentFields, ProjectFields, all, project};
use super::places::by_id;
use super::{TaskPermission, operations};
use crate::domain::Project;
use crate::domain::place::view::EnvironmentView;
use crate::lagoon::error::GraphqlError;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    ProjectDefinitions: "graphql/places/project_definitions.graphql" => "ProjectFields",
    ProjectTargets: "graphql/places/project_targets.graphql" => "ProjectFields",
    GroupProjects: "graphql/places/group_projects.graphql",
}

impl Lagoon {
    /// The existing environments with their tasks.
    pub(crate) async fn project_definitions(
        &self,
        name: &str,
    ) -> Result<Option<(Project, Vec<EnvironmentView>)>, LagoonError> {
        let variables = project_definitions::Variables {
            name: name.to_owned(),
        };
        let data = self.query::<ProjectDefinitions>(variables).await?;
        let convert = |_, found: EnvironmentFields, project| found.into_view(Some(project));
        let found = data.project_by_name;
        found
            .map(|found| found.with_environments(convert, |view| &view.environment.name))
            .transpose()
    }

    /// The existing environments with their tasks and newest runs. An error of one environment is
    /// returned with it. A project that exists and is invisible is "not allowed".
    pub(crate) async fn project_targets(
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
        let convert = |at, found: EnvironmentFields, project| {
            Ok((found.into_view(Some(project))?, troubles.remove(&at)))
        };
        let found = reply.whole()?.project_by_name;
        found
            .map(|found| found.with_environments(convert, |(view, _)| &view.environment.name))
            .transpose()
    }

    /// `None` if there is no such group.
    pub(crate) async fn group_projects(
        &self,
        group: &str,
    ) -> Result<Option<Vec<Project>>, LagoonError> {
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

/// Removes the errors of single environments. Returns the first of each by position in the reply.
pub(super) fn errors_by_environment(errors: &mut Vec<GraphqlError>) -> HashMap<usize, LagoonError> {
    let mut taken = HashMap::new();
    errors.retain(|error| {
        let at = error.path.get(2).and_then(serde_json::Value::as_u64);
        let Some(at) = at.and_then(|at| usize::try_from(at).ok()) else {
            return true;
        };
        taken
            .entry(at)
            .or_insert_with(|| error.clone().into_error(200));
        false
    });
    taken
}
