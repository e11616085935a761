//! Looking up projects and environments, with what is defined there.

use super::convert::{
    definition_from, environment, errors_by_environment, known, need, newest_first, run_from, same,
};
use super::{int, operation};
use crate::domain::view::{EnvironmentView, ProjectView};
use crate::domain::{Environment, Project};
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
operation!(ProjectTargets, "graphql/places/project_targets.graphql");
operation!(GroupProjects, "graphql/places/group_projects.graphql");

definition_from!(environment_by_namespace, definition_by_namespace);
definition_from!(environment_by_name, definition_by_name);
definition_from!(project_definitions, definition_in_project);
definition_from!(project_targets, definition_of_target);

/// The date that a live environment has in `deleted` (seen on Lagoon 2.33.1).
const NEVER: &str = "0000-00-00 00:00:00";

/// What an environment shows; `$runs` are its generated runs, where they were asked for.
macro_rules! view {
    ($generated:expr, $project:expr, $convert:ident, $runs:expr) => {{
        let found = $generated;
        let mut here = environment(found.id, found.name, found.environment_type, $project)?;
        here.services = found.services.map(|all| {
            let mut names: Vec<_> = all.into_iter().flatten().filter_map(|s| s.name).collect();
            names.sort();
            names
        });
        let (definitions, unknown) = known(found.advanced_tasks.unwrap_or_default(), $convert)?;
        EnvironmentView {
            environment: here,
            definitions,
            unknown,
            runs: $runs,
        }
    }};
}

macro_rules! runs {
    ($generated:expr) => {{
        let mut runs = $generated
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|run| run_from!(run, None))
            .collect::<Result<Vec<_>, LagoonError>>()?;
        newest_first(&mut runs, |run| run);
        runs
    }};
}

macro_rules! environment_view {
    ($generated:expr, $convert:ident) => {{
        let mut found = $generated;
        let project = need(found.project.take(), "an environment's project")?;
        let runs = runs!(found.tasks.take());
        view!(
            found,
            self::project(project.id, project.name)?,
            $convert,
            runs
        )
    }};
}

fn project(id: Option<i64>, name: Option<String>) -> Result<Project, LagoonError> {
    Ok(Project {
        id: need(id, "a project's id")?,
        name: need(name, "a project's name")?,
    })
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
        let of = found.project.as_ref().and_then(|project| project.id);
        same("project", project.id, of)?;
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
        let all = data.all_projects.unwrap_or_default().into_iter().flatten();
        by_id(all.map(|p| project(p.id, p.name)))
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
        let project = self::project(found.id, found.name)?;
        let mut environments = found
            .environments
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|e| environment(e.id, e.name, e.environment_type, project.clone()))
            .collect::<Result<Vec<_>, _>>()?;
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
        let data = self
            .send::<ProjectDefinitions>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        let project = self::project(found.id, found.name)?;
        let all = found.environments.unwrap_or_default().into_iter().flatten();
        let all = all.map(|e| Ok(view!(e, project.clone(), definition_in_project, Vec::new())));
        let mut environments = all.collect::<Result<Vec<EnvironmentView>, LagoonError>>()?;
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
        let project = self::project(found.id, found.name)?;
        let mut seen = Vec::new();
        for (at, found) in found
            .environments
            .unwrap_or_default()
            .into_iter()
            .enumerate()
        {
            let Some(mut found) = found else { continue };
            let runs = runs!(found.tasks.take());
            let trouble = troubles.iter().position(|(of, _)| *of == at);
            seen.push((
                view!(found, project.clone(), definition_of_target, runs),
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
        let projects = found.map(|found| found.projects.unwrap_or_default());
        projects
            .map(|all| by_id(all.into_iter().flatten().map(|p| project(p.id, p.name))))
            .transpose()
    }
}

fn by_id(
    projects: impl Iterator<Item = Result<Project, LagoonError>>,
) -> Result<Vec<Project>, LagoonError> {
    let mut all = projects.collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|project| project.id);
    Ok(all)
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
