//! The scope of a definition, with the tasks that its environments show.

use crate::domain::names::same_in_database;
use crate::domain::place::view::EnvironmentView;
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::definition::Target;
use crate::domain::task::shadow;
use crate::domain::{Definition, Project, Scope, Work};
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::definitions::group;
use crate::ops::places::place;
use crate::terminal::Progress;

#[derive(Debug, Clone)]
pub(crate) struct ScopeView {
    pub scope: Scope,
    /// For messages.
    pub label: String,
    pub views: Vec<EnvironmentView>,
}

impl ScopeView {
    /// The task of this scope with the name, compared as the database compares names.
    pub(crate) fn existing(&self, name: &str) -> Option<&Definition> {
        self.definitions()
            .find(|d| d.scope == self.scope && same_in_database(&d.name, name))
    }

    /// Finds a task of any scope.
    pub(crate) fn by_id(&self, id: i64) -> Option<&Definition> {
        self.definitions().find(|d| d.id == id)
    }

    /// The warning that no environment has the command's service; `None` if one has it or the
    /// services are unknown. System-wide and group tasks are not checked, because not all their
    /// environments are read.
    pub(crate) fn missing_service(&self, definition: &Definition) -> Option<String> {
        let service = definition.service.as_deref()?;
        if !matches!(definition.work, Work::Command(_))
            || matches!(self.scope, Scope::System | Scope::Group(_))
            || self.views.is_empty()
        {
            return None;
        }
        let known = self.services()?;
        if known.iter().any(|known| *known == service) {
            return None;
        }
        let place = match self.scope {
            Scope::Environment(_) => format!("{} has no service `{service}`", self.label),
            _ => format!(
                "no environment of {} has the service `{service}`",
                self.label
            ),
        };
        let there = place::services_hint(&known);
        Some(format!(
            "{place}, so a run of the task would never start; {there}"
        ))
    }

    /// The services of all environments; `None` if they are unknown.
    pub(crate) fn services(&self) -> Option<Vec<&String>> {
        let mut known: Vec<&String> = Vec::new();
        for view in &self.views {
            known.extend(view.environment.services.as_ref()?);
        }
        known.sort_unstable();
        known.dedup();
        Some(known)
    }

    pub(in crate::ops) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.views.iter().flat_map(|view| &view.definitions)
    }

    /// The tasks that will shadow the new one or be shadowed by it, as sentences.
    pub(crate) fn shadows(&self, name: &str) -> Vec<String> {
        let shown = self.views.iter().map(|v| (&v.environment, &v.definitions));
        shadow::notes(shown, name, &self.scope)
    }
}

/// Finds the scope and reads its tasks; of a group, enough environments for `coverage`.
pub(crate) async fn site(
    lagoon: &Lagoon,
    target: &Target,
    coverage: &Coverage,
    progress: Option<&dyn Progress>,
) -> Result<ScopeView, Error> {
    let (scope, label, views) = match target {
        Target::Environment {
            project,
            environment,
        } => {
            let view = place::environment(lagoon, project, environment, false).await?;
            let label = format!("environment {}", view.environment.label());
            (Scope::Environment(view.environment.id), label, vec![view])
        }
        Target::Project(name) => {
            let (project, environments) = project_view(lagoon, name).await?;
            let label = format!("project {}", project.name);
            (Scope::Project(project.id), label, environments)
        }
        Target::Group(name) => {
            let views = group::read(lagoon, name, coverage, group::CONCURRENCY, progress).await?;
            (Scope::Group(name.clone()), format!("group {name}"), views)
        }
        Target::System(project) => {
            // Every project shows the system-wide tasks; without a project they are not visible.
            let project = match project {
                Some(name) => Some(name.clone()),
                None => lagoon
                    .all_projects()
                    .await?
                    .into_iter()
                    .next()
                    .map(|p| p.name),
            };
            let views = match project {
                Some(name) => project_view(lagoon, &name).await?.1,
                None => Vec::new(),
            };
            (Scope::System, "the whole system".to_owned(), views)
        }
    };
    Ok(ScopeView {
        scope,
        label,
        views,
    })
}

async fn project_view(
    lagoon: &Lagoon,
    name: &str,
) -> Result<(Project, Vec<EnvironmentView>), Error> {
    lagoon
        .project_definitions(name)
        .await?
        .ok_or_else(|| place::no_project(name))
}
