//! Resolves a selection to environments, with one request per project.

use futures_util::{StreamExt, stream};

use crate::domain::names::same_name;
use crate::domain::place::selection::{NamePattern, ProjectSelection, Selection};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use crate::ops::places::membership;
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
    /// Errors about names and patterns that select nothing, if they are skipped.
    pub missing: Vec<Error>,
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
    let all_are_there = missing.is_empty() && problems.is_empty();
    let Picks {
        list: picks,
        unmatched,
        ..
    } = pick(selection, &projects);
    missing.extend(unmatched);
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
    Ok(ResolvedTargets { seen, missing })
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
                    missing.push(nothing(message, text, names, "projects"));
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
fn located(error: Error, origins: &[&String]) -> Vec<Error> {
    if origins.is_empty() {
        return vec![error];
    }
    let at = |origin: &&String| Error {
        hints: error.hints.clone(),
        ..Error::new(error.kind, format!("{origin}: {error}"))
    };
    origins.iter().map(at).collect()
}

struct Picks<'a> {
    selection: &'a Selection,
    projects: &'a [(Project, Vec<ResolvedEnvironment>)],
    /// Positions of the project, and of the environment in it.
    list: Vec<(usize, usize)>,
    unmatched: Vec<Error>,
}

impl Picks<'_> {
    /// Picks the project's environments of this name, or all, that have the selected type. Returns
    /// the number of matches of any type.
    fn add(&mut self, project: usize, name: Option<&NamePattern>) -> usize {
        let mut found = 0;
        for (at, seen) in self.projects[project].1.iter().enumerate() {
            let environment = &seen.view.environment;
            if name.is_some_and(|name| !name.takes(&environment.name)) {
                continue;
            }
            found += 1;
            let pick = (project, at);
            if self.selection.takes_kind(environment.is_production()) && !self.list.contains(&pick)
            {
                self.list.push(pick);
            }
        }
        found
    }
}

fn pick<'a>(
    selection: &'a Selection,
    projects: &'a [(Project, Vec<ResolvedEnvironment>)],
) -> Picks<'a> {
    let mut picks = Picks {
        selection,
        projects,
        list: Vec::new(),
        unmatched: Vec::new(),
    };
    let named: Option<&[NamePattern]> = match &selection.projects {
        ProjectSelection::Named(names) => Some(names),
        ProjectSelection::All | ProjectSelection::Group(_) => None,
    };
    // In the order of the line.
    let mut places: Vec<usize> = Vec::new();
    for name in named.unwrap_or(&[NamePattern::Pattern("*".to_owned())]) {
        for (at, (project, _)) in projects.iter().enumerate() {
            if name.takes(&project.name) && !places.contains(&at) {
                places.push(at);
            }
        }
    }
    let names: Vec<Option<&NamePattern>> = match &selection.environments {
        None => vec![None],
        Some(names) => names.iter().map(Some).collect(),
    };
    let mut found = vec![0; names.len()];
    for place in &places {
        for (at, name) in names.iter().enumerate() {
            let here = picks.add(*place, *name);
            found[at] += here;
            let (project, seen) = &projects[*place];
            let is_plain = |name: &&NamePattern| !name.is_pattern();
            let by_name = named.is_some_and(|named| {
                let mut plain = named.iter().filter(is_plain);
                plain.any(|name| name.takes(&project.name))
            });
            if let Some(name) = name.filter(is_plain)
                && here == 0
                && by_name
            {
                let error = no_environment(project, name.text(), seen);
                picks.unmatched.push(error);
            }
        }
    }
    for (name, found) in names.iter().zip(found) {
        let all_named = named.is_some_and(|n| n.iter().all(|n| !n.is_pattern()));
        if let Some(name) = name
            && found == 0
            && !places.is_empty()
            && (name.is_pattern() || !all_named)
        {
            let seen = places.iter().flat_map(|at| &projects[*at].1);
            picks.unmatched.push(unmatched(name, seen));
        }
    }
    pick_pairs(&mut picks);
    picks
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

fn pick_pairs(picks: &mut Picks<'_>) {
    for pair in &picks.selection.pairs {
        let (project, environment) = (&pair.project, &pair.environment);
        let mut found = 0;
        let mut searched = Vec::new();
        for (at, (of, _)) in picks.projects.iter().enumerate() {
            if project.takes(&of.name) {
                found += picks.add(at, Some(environment));
                searched.push(at);
            }
        }
        match (found, searched.as_slice()) {
            (0, [only]) if !environment.is_pattern() => {
                let (project, seen) = &picks.projects[*only];
                let error = no_environment(project, environment.text(), seen);
                let origin = pair.origin.as_ref();
                picks.unmatched.extend(located(error, origin.as_slice()));
            }
            (0, [_, ..]) => {
                let seen = searched.iter().flat_map(|at| &picks.projects[*at].1);
                picks.unmatched.push(unmatched(environment, seen));
            }
            _ => {}
        }
    }
}

fn no_environment(project: &Project, name: &str, seen: &[ResolvedEnvironment]) -> Error {
    let all: Vec<Environment> = seen.iter().map(|s| s.view.environment.clone()).collect();
    place::no_environment(project, name, &all)
}

fn unmatched<'a>(name: &NamePattern, seen: impl Iterator<Item = &'a ResolvedEnvironment>) -> Error {
    let message = if name.is_pattern() {
        format!("no environment matches `{}`", name.text())
    } else {
        format!("no selected project has an environment `{}`", name.text())
    };
    let names = seen.map(|s| s.view.environment.name.as_str());
    nothing(message, name.text(), names, "environments")
}

fn nothing<'a>(
    message: String,
    text: &str,
    names: impl Iterator<Item = &'a str>,
    label: &str,
) -> Error {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let stem = text.replace(['*', '?'], "");
    Error::not_found(message).with_hints(place::names_hint(&stem, &names, label))
}
