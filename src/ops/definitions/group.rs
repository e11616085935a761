//! Reads the tasks of a group through as few environments as possible.
//!
//! Every environment of the group's projects shows them, unless another task shadows one: only
//! maintainers may read a group's projects, and no role hides a task from them. Reading all
//! environments costs Lagoon at least one permission check per definition of each: 1,592 checks and
//! over 8 s for 121 projects (measured on Lagoon 2.33.1).

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::place::view::EnvironmentView;
use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, Project, Scope};
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError};
use crate::terminal::Progress;

use crate::ops::places::membership;

/// Projects read concurrently by default.
pub(crate) const CONCURRENCY: usize = 8;

/// Reads one environment, and more only while `coverage` is not settled. A project that cannot be
/// read is an error only if the others do not settle it.
pub(crate) async fn read(
    lagoon: &Lagoon,
    group: &str,
    coverage: &Coverage,
    concurrency: usize,
    progress: Option<&dyn Progress>,
) -> Result<Vec<EnvironmentView>, Error> {
    let Some(mut projects) = lagoon.group_projects(group).await? else {
        return Err(membership::missing_group(lagoon, group).await);
    };
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    let mut reading = GroupReader {
        lagoon,
        scope: Scope::Group(group.to_owned()),
        coverage,
        concurrency: concurrency.max(1),
        views: Vec::new(),
        failure: None,
    };
    if let Some(first) = projects.first() {
        reading.one_environment(first).await?;
    }
    if !reading.is_settled() {
        reading.whole_projects(projects, progress).await?;
    }
    match reading.failure {
        Some(failure) if !reading.is_settled() => Err(failure.into()),
        _ => Ok(reading.views),
    }
}

struct GroupReader<'a> {
    lagoon: &'a Lagoon,
    scope: Scope,
    coverage: &'a Coverage,
    concurrency: usize,
    views: Vec<EnvironmentView>,
    failure: Option<LagoonError>,
}

impl GroupReader<'_> {
    fn is_settled(&self) -> bool {
        let shown = self.views.iter().map(|view| &*view.definitions);
        let shown: Vec<&[Definition]> = shown.collect();
        self.coverage.is_settled(&self.scope, &shown)
    }

    async fn one_environment(&mut self, project: &Project) -> Result<(), LagoonError> {
        let read = async {
            let found = self.lagoon.project_by_name(&project.name).await?;
            let Some((project, environments)) = found else {
                return Ok(None);
            };
            match environments.first() {
                Some(first) => {
                    let name = &first.name;
                    self.lagoon.environment_by_name(&project, name, false).await
                }
                None => Ok(None),
            }
        };
        let read = read.await;
        let view = self.ignore_refusal(read)?.flatten();
        self.views.extend(view);
        Ok(())
    }

    /// Reads all environments of one project, then of two, and so on, until the coverage is
    /// settled.
    async fn whole_projects(
        &mut self,
        mut projects: Vec<Project>,
        progress: Option<&dyn Progress>,
    ) -> Result<(), LagoonError> {
        // A task that shadows one on the first project probably does so on all of its environments.
        if !projects.is_empty() {
            projects.rotate_left(1);
        }
        let total = projects.len();
        let (mut read, mut size) = (0, 1);
        while read < total && !self.is_settled() {
            let batch = &projects[read..total.min(read + size)];
            let names: Vec<&str> = batch.iter().map(|project| project.name.as_str()).collect();
            if let Some(progress) = progress {
                let (names, at) = (names.join(", "), read + batch.len());
                progress.update(&format!("reading {names} ({at}/{total})"));
            }
            let lagoon = self.lagoon;
            let answers: Vec<_> = stream::iter(names)
                .map(|name| lagoon.project_definitions(name))
                .buffered(self.concurrency)
                .collect()
                .await;
            for answer in answers {
                if let Some((project, views)) = self.ignore_refusal(answer)?.flatten() {
                    let is_other = |v: &EnvironmentView| v.environment.project != project;
                    self.views.retain(is_other);
                    self.views.extend(views);
                }
            }
            read += batch.len();
            size = self.concurrency.min(size * 2);
        }
        Ok(())
    }

    /// Keeps a refusal as the failure, because other projects may show the same tasks.
    fn ignore_refusal<T>(
        &mut self,
        read: Result<T, LagoonError>,
    ) -> Result<Option<T>, LagoonError> {
        match read {
            Ok(found) => Ok(Some(found)),
            Err(error @ (LagoonError::NotAllowed { .. } | LagoonError::Refused { .. })) => {
                self.failure.get_or_insert(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
