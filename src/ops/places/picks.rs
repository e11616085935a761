//! The environments that a selection picks among those of its projects.

use crate::domain::place::selection::{NamePattern, ProjectSelection, Selection};
use crate::domain::{Environment, Project};
use crate::error::{Error, Flag, Hint};
use crate::ops::places::other_name::{self, EnvironmentMatch};
use crate::ops::places::place;
use crate::ops::places::targets::{ResolvedEnvironment, located};

pub(super) struct Picks<'a> {
    selection: &'a Selection,
    projects: &'a [(Project, Vec<ResolvedEnvironment>)],
    /// Environments that Lagoon found by a shortened namespace.
    namespaces: &'a [EnvironmentMatch],
    /// Positions of the project, and of the environment in it.
    pub(super) list: Vec<(usize, usize)>,
    /// Environments that were found by a second name.
    pub(super) other_names: Vec<EnvironmentMatch>,
    pub(super) unmatched: Vec<Error>,
    /// Errors about second names that several environments of a project have.
    pub(super) ambiguous: Vec<Error>,
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
            self.take(project, at);
        }
        found
    }

    fn take(&mut self, project: usize, at: usize) {
        let environment = &self.projects[project].1[at].view.environment;
        let pick = (project, at);
        if self.selection.takes_kind(environment.is_production()) && !self.list.contains(&pick) {
            self.list.push(pick);
        }
    }

    /// As `add`, for the only environment of the project that has this safe name or namespace.
    fn add_by_other_name(
        &mut self,
        project: usize,
        name: &NamePattern,
        origin: Option<&String>,
    ) -> usize {
        let NamePattern::Plain(text) = name else {
            return 0;
        };
        let environments = self.projects[project].1.iter().map(|s| &s.view.environment);
        let found = match other_name::by_other_name(environments, text) {
            Ok(Some(found)) => found,
            Ok(None) => {
                let project = self.projects[project].0.id;
                let mut known = self.namespaces.iter();
                match known.find(|m| m.text == *text && m.environment.project.id == project) {
                    Some(found) => found.clone(),
                    None => return 0,
                }
            }
            Err(error) => {
                self.ambiguous.extend(located(error, origin.as_slice()));
                return 1;
            }
        };
        let is_it = |s: &ResolvedEnvironment| s.view.environment.id == found.environment.id;
        if let Some(at) = self.projects[project].1.iter().position(is_it) {
            self.take(project, at);
            if !self.other_names.contains(&found) {
                self.other_names.push(found);
            }
        }
        1
    }
}

pub(super) fn pick<'a>(
    selection: &'a Selection,
    projects: &'a [(Project, Vec<ResolvedEnvironment>)],
    namespaces: &'a [EnvironmentMatch],
) -> Picks<'a> {
    let mut picks = Picks {
        selection,
        projects,
        namespaces,
        list: Vec::new(),
        other_names: Vec::new(),
        unmatched: Vec::new(),
        ambiguous: Vec::new(),
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
    // Second names count only if no environment has the text as its name.
    let is_named = |name: &Option<&NamePattern>| {
        let mut seen = places.iter().flat_map(|at| &projects[*at].1);
        name.is_none_or(|name| seen.any(|s| name.takes(&s.view.environment.name)))
    };
    let named_exactly: Vec<bool> = names.iter().map(is_named).collect();
    for place in &places {
        for (at, name) in names.iter().enumerate() {
            let here = match name {
                Some(name) if !named_exactly[at] => picks.add_by_other_name(*place, name, None),
                name => picks.add(*place, *name),
            };
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
        if found == 0 {
            for at in &searched {
                found += picks.add_by_other_name(*at, environment, pair.origin.as_ref());
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
    nothing(message, name.text(), names, Flag::Environment)
}

pub(super) fn nothing<'a>(
    message: String,
    text: &str,
    names: impl Iterator<Item = &'a str>,
    flag: Flag,
) -> Error {
    if let Some(hint) = Hint::each_name(flag, text) {
        return Error::not_found(message).hint(hint);
    }
    let label = match flag {
        Flag::Project => "projects",
        _ => "environments",
    };
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let stem = text.replace(['*', '?'], "");
    Error::not_found(message).with_hints(place::names_hint(&stem, &names, label))
}
