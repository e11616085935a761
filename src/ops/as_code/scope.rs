//! Reads the tasks of scopes, with one request per project; of a group, only as many environments
//! as needed.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::domain::manifest::ScopeName;
use crate::domain::names::same_name;
use crate::domain::place::view::EnvironmentView;
use crate::domain::plan::coverage::Coverage;
use crate::domain::plan::{EnvironmentTasks, ScopeSnapshot};
use crate::domain::{Project, Scope};
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::terminal::Progress;

use crate::domain::task::definition::Target;
use crate::ops::definitions::define::ScopeView;
use crate::ops::definitions::{group, unlisted};
use crate::ops::places::place;

#[derive(Clone, Copy)]
pub(crate) struct ScopeOptions<'a> {
    /// The number of concurrent requests, at least 1.
    pub concurrency: usize,
    /// A project that shows system-wide tasks if the scopes name none.
    pub window: Option<&'a str>,
    pub progress: &'a dyn Progress,
}

enum ScopeSource {
    Project(String),
    Group(String),
}

/// Reads the scopes, in their order. `coverage` selects the tasks of a scope that matter.
pub(crate) async fn read(
    lagoon: &Lagoon,
    scopes: &[ScopeName],
    coverage: impl Fn(&ScopeName) -> Coverage,
    options: ScopeOptions<'_>,
) -> Result<Vec<ScopeSnapshot>, Error> {
    let mut sources: Vec<ScopeSource> = Vec::new();
    for scope in scopes {
        match (scope, scope.project()) {
            (_, Some(project)) => add_project(&mut sources, project),
            (ScopeName::Group(name), _) => {
                let known =
                    |s: &ScopeSource| matches!(s, ScopeSource::Group(group) if group == name);
                if !sources.iter().any(known) {
                    sources.push(ScopeSource::Group(name.clone()));
                }
            }
            _ => {}
        }
    }
    if sources.is_empty() {
        // System-wide tasks show in every project: any will do where none is meant.
        let first = match options.window {
            Some(window) => Some(window.to_owned()),
            None if scopes.contains(&ScopeName::System) => {
                let projects = lagoon.all_projects().await?;
                projects.into_iter().next().map(|project| project.name)
            }
            None => None,
        };
        if let Some(first) = first {
            add_project(&mut sources, &first);
        }
    }
    let total = sources.len();
    let coverage = &coverage;
    let answers: Result<Vec<SourceViews>, Error> = stream::iter(sources.into_iter().enumerate())
        .map(|(position, source)| async move {
            let (project, views) = match &source {
                ScopeSource::Project(name) => {
                    let progress = format!("reading {name} ({}/{total})", position + 1);
                    options.progress.update(&progress);
                    let found = lagoon.project_definitions(name).await?;
                    let (project, views) = found.ok_or_else(|| place::no_project(name))?;
                    (Some(project), views)
                }
                ScopeSource::Group(name) => {
                    let coverage = coverage(&ScopeName::Group(name.clone()));
                    let read = group::read(
                        lagoon,
                        name,
                        &coverage,
                        options.concurrency,
                        Some(options.progress),
                    );
                    (None, read.await?)
                }
            };
            Ok::<_, Error>(SourceViews {
                source,
                project,
                views,
            })
        })
        .buffered(options.concurrency.max(1))
        .try_collect()
        .await;
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) => return Err(unlisted::explain(lagoon, error).await),
    };
    let mut all = Vec::with_capacity(scopes.len());
    for scope in scopes {
        all.push(seen(lagoon, scope, &answers).await?);
    }
    Ok(all)
}

struct SourceViews {
    source: ScopeSource,
    /// `None` for a group.
    project: Option<Project>,
    views: Vec<EnvironmentView>,
}

fn add_project(sources: &mut Vec<ScopeSource>, project: &str) {
    let known =
        |s: &ScopeSource| matches!(s, ScopeSource::Project(name) if same_name(name, project));
    if !sources.iter().any(known) {
        sources.push(ScopeSource::Project(project.to_owned()));
    }
}

async fn seen(
    lagoon: &Lagoon,
    scope: &ScopeName,
    answers: &[SourceViews],
) -> Result<ScopeSnapshot, Error> {
    let project = |wanted: &str| {
        let named =
            |s: &ScopeSource| matches!(s, ScopeSource::Project(name) if same_name(name, wanted));
        let answer = answers.iter().find(|answer| named(&answer.source));
        answer
            .and_then(|answer| Some((answer.project.as_ref()?, &answer.views)))
            .ok_or_else(|| place::no_project(wanted))
    };
    let (scope, resolved, views): (_, _, Vec<&EnvironmentView>) = match scope {
        ScopeName::Project(name) => {
            let (project, all) = project(name)?;
            let scope = ScopeName::Project(project.name.clone());
            (scope, Scope::Project(project.id), all.iter().collect())
        }
        ScopeName::Environment {
            project: name,
            environment,
        } => {
            let (project, all) = project(name)?;
            let is_named = |v: &&EnvironmentView| same_name(&v.environment.name, environment);
            let Some(own) = all.iter().find(is_named) else {
                let environments: Vec<_> = all.iter().map(|v| v.environment.clone()).collect();
                let missing =
                    place::missing_environment(lagoon, project, environment, &environments);
                return Err(missing.await);
            };
            let scope = ScopeName::Environment {
                project: project.name.clone(),
                environment: own.environment.name.clone(),
            };
            (scope, Scope::Environment(own.environment.id), vec![own])
        }
        ScopeName::Group(name) => {
            let of_group = |answer: &&SourceViews| matches!(&answer.source, ScopeSource::Group(group) if group == name);
            let views = answers
                .iter()
                .filter(of_group)
                .flat_map(|answer| &answer.views);
            (scope.clone(), Scope::Group(name.clone()), views.collect())
        }
        ScopeName::System => {
            let views = answers.iter().flat_map(|answer| &answer.views);
            (scope.clone(), Scope::System, views.collect())
        }
    };
    let view = |view: &EnvironmentView| EnvironmentTasks {
        environment: view.environment.clone(),
        definitions: view.definitions.clone(),
    };
    Ok(ScopeSnapshot {
        blind_spot: None,
        scope,
        resolved,
        views: views.into_iter().map(view).collect(),
    })
}

/// Notes the tasks that the user's roles hide in these scopes. Service tokens have no roles.
pub(crate) async fn note_blind_spots(lagoon: &Lagoon, seen: &mut [ScopeSnapshot]) {
    let Ok(roles) = lagoon.my_roles().await else {
        return;
    };
    for site in seen {
        let project = site.views.first().map(|view| &view.environment.project);
        let role = match &site.resolved {
            Scope::Group(name) => roles.in_group(name),
            Scope::Project(id) => roles.on_project(*id),
            Scope::Environment(_) | Scope::System => {
                project.and_then(|project| roles.on_project(project.id))
            }
        };
        let place = match (&site.resolved, project) {
            (Scope::Group(name), _) => name.clone(),
            (_, Some(project)) => project.name.clone(),
            (_, None) => site.scope.to_string(),
        };
        site.blind_spot = role.and_then(|role| role.blind_spot(&place));
    }
}

pub(crate) fn site(seen: &ScopeSnapshot) -> ScopeView {
    let views = seen.views.iter().map(|view| EnvironmentView {
        environment: view.environment.clone(),
        definitions: view.definitions.clone(),
        unknown: 0,
        runs: Vec::new(),
    });
    ScopeView {
        scope: seen.resolved.clone(),
        label: seen.scope.to_string(),
        views: views.collect(),
    }
}

pub(crate) fn target(scope: &ScopeName, window: Option<&str>) -> Target {
    match scope {
        ScopeName::System => Target::System(window.map(str::to_owned)),
        ScopeName::Group(name) => Target::Group(name.clone()),
        ScopeName::Project(name) => Target::Project(name.clone()),
        ScopeName::Environment {
            project,
            environment,
        } => Target::Environment {
            project: project.clone(),
            environment: environment.clone(),
        },
    }
}
