//! Resolves a selection to environments, with one request per project.

use futures_util::{StreamExt, stream};

use crate::domain::names::{each_once, same_name};
use crate::domain::place::OtherName;
use crate::domain::place::selection::{NamePattern, ProjectSelection, Selection};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project};
use crate::error::{Error, Flag, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use crate::ops::places::membership;
use crate::ops::places::other_name::{self, EnvironmentMatch};
use crate::ops::places::picks::{Picks, nothing, pick};
use crate::ops::places::place;
use crate::ops::runs::wait::combined_error;

const CONCURRENCY: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Names,
    /// Including services, tasks and newest runs.
    All,
}

#[derive(Debug)]
pub(crate) struct ResolvedEnvironment {
    pub view: EnvironmentView,
    /// The error about a missing part.
    pub(in crate::ops) trouble: Option<LagoonError>,
}

impl From<EnvironmentView> for ResolvedEnvironment {
    fn from(view: EnvironmentView) -> ResolvedEnvironment {
        ResolvedEnvironment {
            view,
            trouble: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct ResolvedTargets {
    pub seen: Vec<ResolvedEnvironment>,
    /// Environments that were found by a second name.
    pub other_names: Vec<EnvironmentMatch>,
    /// Errors about names and patterns that select nothing, if they are skipped.
    pub missing: Vec<Error>,
}

impl ResolvedTargets {
    /// The position of an environment, by any of its names.
    pub(crate) fn position(&self, project: &str, text: &str) -> Option<usize> {
        let is_named = |e: &Environment| e.is_named(project, text);
        let by_other_name = |e: &Environment| {
            let mut found = self.other_names.iter();
            let is_it = |m: &EnvironmentMatch| m.text == text && m.environment.id == e.id;
            same_name(&e.project.name, project) && found.any(is_it)
        };
        let mut all = self.seen.iter().map(|seen| &seen.view.environment);
        all.clone()
            .position(is_named)
            .or_else(|| all.position(by_other_name))
    }
}

/// The selected environments, each once, project by project, in the order of the command line;
/// matches of a pattern by name. With `skip_missing`, names and patterns that select nothing are
/// errors only if no environment is left.
pub(crate) async fn resolve(
    lagoon: &Lagoon,
    selection: &Selection,
    depth: Depth,
    skip_missing: bool,
) -> Result<ResolvedTargets, Error> {
    let known = known_projects(lagoon, selection).await?;
    let (names, mut missing) = project_names(selection, &known);
    let read: Vec<Result<_, Vec<Error>>> = stream::iter(&names)
        .map(|name| async {
            let found = one_project(lagoon, name, depth).await;
            found.map_err(|error| located(error, &origins_of_project(selection, name)))
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    let mut projects = Vec::new();
    let mut problems = Vec::new();
    for result in read {
        match result {
            Ok(project) => projects.push(project),
            Err(errors) => {
                let (absent, other): (Vec<_>, Vec<_>) =
                    errors.into_iter().partition(|e| e.kind == Kind::NotFound);
                missing.extend(absent);
                problems.extend(other);
            }
        }
    }
    let namespaces = shortened_namespaces(lagoon, selection, &projects).await;
    let all_are_there = missing.is_empty() && problems.is_empty();
    let Picks {
        list: picks,
        other_names,
        unmatched,
        ambiguous,
        ..
    } = pick(selection, &projects, &namespaces);
    missing.extend(unmatched);
    problems.extend(ambiguous);
    if picks.is_empty() && missing.is_empty() && problems.is_empty() {
        problems.push(nothing_selected(selection));
    }
    if !skip_missing || picks.is_empty() {
        problems.append(&mut missing);
    }
    if all_are_there
        && let ([_], [(project, _)]) = (problems.as_slice(), projects.as_slice())
        && let Some(only) = problems.pop()
    {
        problems.push(place::with_visibility(lagoon, only, project).await);
    }
    combined_error(problems)?;
    let mut slots: Vec<Vec<Option<ResolvedEnvironment>>> = projects
        .into_iter()
        .map(|(_, seen)| seen.into_iter().map(Some).collect())
        .collect();
    let seen = picks
        .into_iter()
        .filter_map(|(project, at)| slots[project][at].take())
        .collect();
    Ok(ResolvedTargets {
        seen,
        other_names,
        missing,
    })
}

/// The environments of these projects whose shortened namespace is a selected name.
async fn shortened_namespaces(
    lagoon: &Lagoon,
    selection: &Selection,
    projects: &[(Project, Vec<ResolvedEnvironment>)],
) -> Vec<EnvironmentMatch> {
    let names = selection.environments.iter().flatten();
    let names = names.chain(selection.pairs.iter().map(|pair| &pair.environment));
    let plain = names.filter_map(|name| match name {
        NamePattern::Plain(text) => Some(text.as_str()),
        NamePattern::Pattern(_) => None,
    });
    let mut found = Vec::new();
    for text in each_once(plain) {
        for (project, seen) in projects {
            let mut environments = seen.iter().map(|seen| &seen.view.environment);
            let is_known = |e: &Environment| {
                e.is_named(&project.name, text)
                    || OtherName::of(&project.name, &e.name, text).is_some()
            };
            if !environments.any(is_known) {
                found.extend(other_name::by_shortened_namespace(lagoon, project, text).await);
            }
        }
    }
    found
}

/// The selected projects by name, and the errors about patterns without a match.
fn project_names(selection: &Selection, known: &[Project]) -> (Vec<String>, Vec<Error>) {
    let mut missing = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|other| same_name(other, name)) {
            names.push(name.to_owned());
        }
    };
    let named = match &selection.projects {
        ProjectSelection::Named(named) => named.as_slice(),
        ProjectSelection::All | ProjectSelection::Group(_) => {
            known.iter().for_each(|project| add(&project.name));
            &[]
        }
    };
    let of_pairs = selection.pairs.iter().map(|pair| &pair.project);
    for name in named.iter().chain(of_pairs) {
        match name {
            NamePattern::Plain(name) => add(name),
            NamePattern::Pattern(text) => {
                let matches = known.iter().filter(|project| name.takes(&project.name));
                let mut matches = matches.peekable();
                if matches.peek().is_none() {
                    let names = known.iter().map(|p| p.name.as_str());
                    let message = format!("no project matches `{text}`");
                    missing.push(nothing(message, text, names, Flag::Project));
                }
                matches.for_each(|project| add(&project.name));
            }
        }
    }
    (names, missing)
}

/// The projects of a selection of all environments, of all projects or a group's; `None` for other
/// selections.
pub(crate) async fn whole_projects(
    lagoon: &Lagoon,
    selection: &Selection,
) -> Result<Option<Vec<Project>>, Error> {
    let is_named = matches!(selection.projects, ProjectSelection::Named(_));
    if is_named || selection.environments.is_some() || !selection.pairs.is_empty() {
        return Ok(None);
    }
    known_projects(lagoon, selection).await.map(Some)
}

async fn known_projects(lagoon: &Lagoon, selection: &Selection) -> Result<Vec<Project>, Error> {
    let mut known = match &selection.projects {
        ProjectSelection::Group(group) => match lagoon.group_projects(group).await? {
            Some(projects) => projects,
            None => return Err(membership::missing_group(lagoon, group).await),
        },
        _ => Vec::new(),
    };
    if selection.needs_all_projects() {
        known.extend(lagoon.all_projects().await?);
    }
    known.sort_by(|a, b| a.name.cmp(&b.name));
    known.dedup();
    Ok(known)
}

async fn one_project(
    lagoon: &Lagoon,
    name: &str,
    depth: Depth,
) -> Result<(Project, Vec<ResolvedEnvironment>), Error> {
    let found = match depth {
        Depth::All => lagoon.project_targets(name).await?.map(|(project, all)| {
            let seen = all
                .into_iter()
                .map(|(view, trouble)| ResolvedEnvironment { view, trouble });
            (project, seen.collect())
        }),
        Depth::Names => lagoon.project_by_name(name).await?.map(|(project, all)| {
            let seen = all.into_iter().map(|environment| {
                ResolvedEnvironment::from(EnvironmentView {
                    environment,
                    definitions: Vec::new(),
                    unknown: 0,
                    runs: Vec::new(),
                })
            });
            (project, seen.collect())
        }),
    };
    match found {
        Some(found) => Ok(found),
        None => Err(place::missing_project(lagoon, name).await),
    }
}

fn origins_of_project<'a>(selection: &'a Selection, name: &str) -> Vec<&'a String> {
    let pairs = selection.pairs.iter();
    let pairs = pairs.filter(|pair| pair.project.takes(name));
    pairs.filter_map(|pair| pair.origin.as_ref()).collect()
}

/// Repeats an error for each place in a file that causes it.
pub(super) fn located(error: Error, origins: &[&String]) -> Vec<Error> {
    if origins.is_empty() {
        return vec![error];
    }
    let at = |origin: &&String| Error {
        hints: error.hints.clone(),
        ..Error::new(error.kind, format!("{origin}: {error}"))
    };
    origins.iter().map(at).collect()
}

fn nothing_selected(selection: &Selection) -> Error {
    Error::not_found(match selection.kind {
        Some(kind) => format!(
            "none of the selected environments has the type {}",
            kind.word()
        ),
        None => "no environments match the target options".to_owned(),
    })
}
