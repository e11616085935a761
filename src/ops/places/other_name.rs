//! Environments by their second names: safe name and namespace.

use crate::domain::names::same_name;
use crate::domain::place::OtherName;
use crate::domain::{Environment, Project};
use crate::error::{Error, quoted_list};
use crate::lagoon::Lagoon;

pub(crate) fn named<'a>(environments: &'a [Environment], name: &str) -> Option<&'a Environment> {
    environments.iter().find(|e| same_name(&e.name, name))
}

/// An environment that was found by a second name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentMatch {
    /// As typed.
    pub text: String,
    pub name: OtherName,
    pub environment: Environment,
}

impl EnvironmentMatch {
    /// For example, `environment shop/feature/x (its safe name is feature-x)`.
    pub(crate) fn words(&self) -> String {
        let (label, name, text) = (self.environment.label(), self.name.word(), &self.text);
        format!("environment {label} (its {name} is `{text}`)")
    }
}

/// The only one of a project's environments that has this safe name or namespace.
pub(crate) fn by_other_name<'a>(
    environments: impl IntoIterator<Item = &'a Environment>,
    text: &str,
) -> Result<Option<EnvironmentMatch>, Error> {
    let matches = environments.into_iter().filter_map(|environment| {
        let name = OtherName::of(&environment.project.name, &environment.name, text)?;
        Some(EnvironmentMatch {
            text: text.to_owned(),
            name,
            environment: environment.clone(),
        })
    });
    let mut matches: Vec<EnvironmentMatch> = matches.collect();
    if matches.len() > 1 {
        let names: Vec<&str> = matches.iter().map(|m| &*m.environment.name).collect();
        let project = &matches[0].environment.project.name;
        return Err(Error::usage(format!(
            "no environment of `{project}` is named `{text}`, and {} have it as their safe name or \
             namespace: {}",
            names.len(),
            quoted_list(&names)
        ))
        .hint("use the environment's name"));
    }
    Ok(matches.pop())
}

/// Finds the only environment of a project with this safe name or namespace. `None` if an environment
/// has the text as its name.
pub(crate) async fn find_by_other_name(
    lagoon: &Lagoon,
    project: &str,
    text: &str,
) -> Result<Option<EnvironmentMatch>, Error> {
    let Some((project, environments)) = lagoon.project_by_name(project).await? else {
        return Ok(None);
    };
    find_among(lagoon, &project, &environments, text).await
}

/// As [`find_by_other_name`], among the project's environments.
pub(crate) async fn find_among(
    lagoon: &Lagoon,
    project: &Project,
    environments: &[Environment],
    text: &str,
) -> Result<Option<EnvironmentMatch>, Error> {
    if named(environments, text).is_some() {
        return Ok(None);
    }
    if let Some(found) = by_other_name(environments, text)? {
        return Ok(Some(found));
    }
    Ok(by_shortened_namespace(lagoon, project, text).await)
}

/// The environment of a project by any of its names; `None` also if it cannot be read.
pub(crate) async fn by_any_name(lagoon: &Lagoon, project: &str, text: &str) -> Option<Environment> {
    let (project, environments) = lagoon.project_by_name(project).await.ok()??;
    if let Some(environment) = named(&environments, text) {
        return Some(environment.clone());
    }
    let found = find_among(lagoon, &project, &environments, text).await;
    Some(found.ok()??.environment)
}

/// Lagoon shortens long namespaces in its own way, so only Lagoon can tell whose it is.
pub(super) async fn by_shortened_namespace(
    lagoon: &Lagoon,
    project: &Project,
    text: &str,
) -> Option<EnvironmentMatch> {
    let is_possible = text.starts_with(&format!("{}-", project.name.to_lowercase()));
    if !is_possible {
        return None;
    }
    let found = by_namespace(lagoon, text).await?;
    (found.environment.project.id == project.id).then_some(found)
}

/// The environment of any project with this namespace.
pub(crate) async fn by_namespace(lagoon: &Lagoon, text: &str) -> Option<EnvironmentMatch> {
    let found = lagoon.environment_by_namespace(text, false).await;
    Some(EnvironmentMatch {
        text: text.to_owned(),
        name: OtherName::Namespace,
        environment: found.ok()??.environment,
    })
}
