//! Where a task is defined: the scope, and what its environments show together.

use crate::domain::names::same_in_database;
use crate::domain::place::view::{EnvironmentView, ProjectView};
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::definition::Target;
use crate::domain::task::shadow;
use crate::domain::{Definition, Scope, Work};
use crate::error::{Error, quoted_list};
use crate::lagoon::Lagoon;
use crate::ops::definitions::group;
use crate::ops::places::place;
use crate::terminal::Progress;

/// Where a task is going to be defined, found and read.
#[derive(Debug, Clone)]
pub struct Site {
    /// The scope as Lagoon knows it.
    pub scope: Scope,
    /// The scope in words, for messages.
    pub label: String,
    /// What the scope's environments show together.
    pub views: Vec<EnvironmentView>,
}

impl Site {
    /// The task of this scope that has the name, as the database compares names.
    #[must_use]
    pub fn existing(&self, name: &str) -> Option<&Definition> {
        self.definitions()
            .find(|d| d.scope == self.scope && same_in_database(&d.name, name))
    }

    /// The task with this id, of whatever scope, where it shows.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<&Definition> {
        self.definitions().find(|d| d.id == id)
    }

    /// The warning that no environment has the command's service, with the list of existing services;
    /// `None` if an environment has it or the services are unknown. System-wide and group tasks are
    /// not checked, because not all their environments are read.
    #[must_use]
    pub fn missing_service(&self, definition: &Definition) -> Option<String> {
        let service = definition.service.as_deref()?;
        if !matches!(definition.work, Work::Command(_))
            || matches!(self.scope, Scope::System | Scope::Group(_))
            || self.views.is_empty()
        {
            return None;
        }
        let mut known: Vec<&str> = Vec::new();
        for view in &self.views {
            known.extend(
                view.environment
                    .services
                    .as_ref()?
                    .iter()
                    .map(String::as_str),
            );
        }
        if known.contains(&service) {
            return None;
        }
        known.sort_unstable();
        known.dedup();
        let place = match self.scope {
            Scope::Environment(_) => format!("{} has no service `{service}`", self.label),
            _ => format!(
                "no environment of {} has the service `{service}`",
                self.label
            ),
        };
        let there = if known.is_empty() {
            "no services are deployed there".to_owned()
        } else {
            format!("services: {}", quoted_list(&known))
        };
        Some(format!(
            "{place}, so a run of the task would never start; {there}"
        ))
    }

    fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.views.iter().flat_map(|view| &view.definitions)
    }

    /// Which tasks will stand before the new one or behind it, as sentences.
    #[must_use]
    pub fn shadows(&self, name: &str) -> Vec<String> {
        let shown = self.views.iter().map(|v| (&v.environment, &v.definitions));
        shadow::notes(shown, name, &self.scope)
    }
}

/// Finds the scope and reads what its environments show: of a group, enough to settle which of the
/// tasks exist.
///
/// # Errors
/// Not found, or any failure of the requests.
pub async fn site(
    lagoon: &Lagoon,
    target: &Target,
    coverage: &Coverage,
    progress: Option<&dyn Progress>,
) -> Result<Site, Error> {
    match target {
        Target::Environment {
            project,
            environment,
        } => {
            let view = place::environment(lagoon, project, environment, false).await?;
            Ok(Site {
                scope: Scope::Environment(view.environment.id),
                label: format!("environment {}", view.environment.label()),
                views: vec![view],
            })
        }
        Target::Project(name) => {
            let view = project_view(lagoon, name).await?;
            let scope = Scope::Project(view.project.id);
            Ok(wide(
                scope,
                format!("project {}", view.project.name),
                vec![view],
            ))
        }
        Target::Group(name) => {
            let views = group::read(lagoon, name, coverage, group::AT_ONCE, progress).await?;
            Ok(Site {
                scope: Scope::Group(name.clone()),
                label: format!("group {name}"),
                views,
            })
        }
        Target::System(project) => {
            let views = match project {
                Some(name) => vec![project_view(lagoon, name).await?],
                // Any project shows what is system-wide; without one it stays unseen.
                None => match lagoon.all_projects().await?.first() {
                    Some(first) => vec![project_view(lagoon, &first.name).await?],
                    None => Vec::new(),
                },
            };
            Ok(wide(Scope::System, "the whole system".to_owned(), views))
        }
    }
}

async fn project_view(lagoon: &Lagoon, name: &str) -> Result<ProjectView, Error> {
    lagoon
        .project_definitions(name)
        .await?
        .ok_or_else(|| place::no_project(name))
}

fn wide(scope: Scope, label: String, projects: Vec<ProjectView>) -> Site {
    let views: Vec<EnvironmentView> = projects.into_iter().flat_map(|p| p.environments).collect();
    Site {
        scope,
        label,
        views,
    }
}
