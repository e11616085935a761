//! The tasks of a scope as a file.

use crate::domain::Definition;
use crate::domain::manifest::{ExportedFile, ScopeName, write};
use crate::domain::names::{SAME_NAME, same_in_database};
use crate::domain::plan::coverage::Coverage;
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::ops::as_code::scope::{self, ScopeOptions};

pub(crate) struct Export {
    pub exported: ExportedFile,
    /// Reasons for tasks that are not in the file, each a sentence.
    pub notes: Vec<String>,
    /// `false` if a scope has no visible environment; then its tasks cannot be read.
    pub is_readable: bool,
}

pub(crate) async fn export(
    lagoon: &Lagoon,
    scopes: &[ScopeName],
    options: ScopeOptions<'_>,
) -> Result<Export, Error> {
    let seen = scope::read(lagoon, scopes, |_| Coverage::whole(), options).await?;
    let mut tasks: Vec<(ScopeName, Definition)> = Vec::new();
    let mut notes = Vec::new();
    for site in &seen {
        let mut found = site.definitions();
        found.sort_by_key(|d| d.id);
        let from = tasks.len();
        for definition in found {
            // Of two names that the database takes for one, a file can have only the first.
            let same = |(_, d): &&(_, Definition)| same_in_database(&d.name, &definition.name);
            match tasks[from..].iter().find(same) {
                Some((_, first)) => notes.push(format!(
                    "`{}` (id {}) is not exported, because `{}` (id {}) has the same name ({SAME_NAME})",
                    definition.name, definition.id, first.name, first.id
                )),
                None => tasks.push((site.scope.clone(), definition.clone())),
            }
        }
    }
    let project = seen.iter().find_map(|site| site.scope.project());
    Ok(Export {
        exported: write(project, &tasks),
        notes,
        is_readable: seen.iter().all(|site| !site.views.is_empty()),
    })
}

pub(crate) async fn with_environments(
    lagoon: &Lagoon,
    project: &str,
) -> Result<Vec<ScopeName>, Error> {
    let (project, environments) = crate::ops::places::place::project(lagoon, project).await?;
    let mut scopes = vec![ScopeName::Project(project.name.clone())];
    scopes.extend(environments.into_iter().map(|e| ScopeName::Environment {
        project: project.name.clone(),
        environment: e.name,
    }));
    Ok(scopes)
}
