//! A scope's tasks as a file.

use crate::domain::Definition;
use crate::domain::manifest::{Exported, ScopeName, write};
use crate::domain::names::same_in_database;
use crate::domain::plan::Seen;
use crate::domain::plan::coverage::Coverage;
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::ops::as_code::scope::{self, How};

/// A scope's tasks as a file, and what is good to know about them.
pub struct Export {
    /// The file, and what it does not hold.
    pub exported: Exported,
    /// What is not in the file although it is there, each a sentence.
    pub notes: Vec<String>,
    /// Whether the scope showed any environment: without one nothing can be read.
    pub is_readable: bool,
}

/// Reads scopes and writes their tasks as one file.
///
/// # Errors
/// Not found, or any failure of the requests.
pub async fn export(lagoon: &Lagoon, scopes: &[ScopeName], how: How<'_>) -> Result<Export, Error> {
    let seen = scope::read(lagoon, scopes, |_| Coverage::whole(), how).await?;
    let mut tasks: Vec<(ScopeName, Definition)> = Vec::new();
    let mut notes = Vec::new();
    for site in &seen {
        collect(site, &mut tasks, &mut notes);
    }
    let project = seen.iter().find_map(|site| site.scope.project());
    Ok(Export {
        exported: write(project, &tasks),
        notes,
        is_readable: seen.iter().all(|site| !site.views.is_empty()),
    })
}

/// The tasks of a scope; of two that the database takes for one, a file can hold only the first.
fn collect(site: &Seen, tasks: &mut Vec<(ScopeName, Definition)>, notes: &mut Vec<String>) {
    let mut found = site.definitions();
    found.sort_by_key(|d| d.id);
    let mut kept: Vec<&Definition> = Vec::new();
    for definition in found {
        match kept
            .iter()
            .find(|d| same_in_database(&d.name, &definition.name))
        {
            Some(first) => notes.push(format!(
                "`{}` (id {}) is left out: to the database it has the name of `{}` (id {})",
                definition.name, definition.id, first.name, first.id
            )),
            None => kept.push(definition),
        }
    }
    for definition in kept {
        tasks.push((site.scope.clone(), definition.clone()));
    }
}

/// The scopes of a project and of each of its environments.
///
/// # Errors
/// Not found, or any failure of the request.
pub async fn with_environments(lagoon: &Lagoon, project: &str) -> Result<Vec<ScopeName>, Error> {
    let (project, environments) = crate::ops::places::place::project(lagoon, project).await?;
    let mut scopes = vec![ScopeName::Project(project.name.clone())];
    scopes.extend(environments.into_iter().map(|e| ScopeName::Environment {
        project: project.name.clone(),
        environment: e.name,
    }));
    Ok(scopes)
}
