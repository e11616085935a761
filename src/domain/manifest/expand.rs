//! From the form of files to what they want: scopes, projects, variables.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_saphyr::{Location, Spanned};

use super::form::{self, Absent};
use super::header::{File, Project};
use super::variables::Filled;
use super::{Desired, Fault, Position, Retired, ScopeName, Source, Wanted};
use super::{shape, task, variables};
use crate::domain::names::{closest, database_key, nfc};
use crate::domain::task::hidden::{Environment, Hidden, MASK};

/// What is around the files: the command line, the process's variables, other files.
pub struct Around<'a> {
    /// `--var NAME=VALUE`, each name once.
    pub given: &'a [(String, String)],
    /// The process's variables, for those that are marked `from_env`; the error says why a
    /// variable may not be read.
    pub environment: Environment<'a>,
    /// The content of a file that a manifest (first) names (second); the error is a sentence.
    pub command_file: &'a dyn Fn(&str, &str) -> Result<String, String>,
    /// The project of files that name none.
    pub fallback: Option<&'a str>,
    /// Only this one of the projects, and nothing of a group or the system.
    pub only: Option<&'a str>,
    /// Variables without a value, and files without a project, are no fault: what depends on them
    /// is not checked.
    pub lenient: bool,
}

/// What the files want.
///
/// # Errors
/// All that is wrong with their form and meaning. What is wrong with a single task's values is in
/// [`Wanted::violations`]: a task that is there already and equal may stay as it is.
pub fn read(sources: &[Source], around: &Around<'_>) -> Result<Desired, Vec<Fault>> {
    let mut desired = Desired::default();
    let mut faults = Vec::new();
    let mut declared = Vec::new();
    let mut spoiled = Vec::new();
    for source in sources {
        let shape = match shape::look(&source.name, &source.text) {
            Ok(shape) => shape,
            Err(error) => {
                faults.push(Fault::of_form(&source.name, &error));
                continue;
            }
        };
        // `yes` and `y` are texts, as YAML 1.2 has it. What is there twice is told by its shape.
        let options = serde_saphyr::options! {
            strict_booleans: true,
            duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::FirstWins,
        };
        let mut found = shape.faults.clone();
        spoiled.extend(shape.spoiled);
        let told = shape.faults;
        match serde_saphyr::from_str_with_options::<form::File>(&source.text, options) {
            Err(_) if shape.breaks => {}
            Err(error) => found.push(Fault::of_form(&source.name, &error)),
            Ok(form) => {
                let variables = form.variables.iter().flat_map(|v| &v.0);
                declared.extend(variables.map(|(name, _)| name.value.clone()));
                let file = File::open(source, &form, around, &mut found);
                file.expand(&mut desired, &mut found);
            }
        }
        // What a misspelled or missing key takes from the meaning is said already.
        let follows = |fault: &Fault| fault.position.line == 0 || spoiled.contains(&fault.position);
        found.retain(|fault| told.contains(fault) || !follows(fault));
        // In the order in which one goes through the file.
        found.sort_by_key(|fault| (fault.position.line, fault.position.column));
        faults.append(&mut found);
    }
    for (name, _) in around.given {
        if faults.is_empty() && !declared.contains(name) {
            let message = match closest(name, declared.iter().map(String::as_str)) {
                Some(near) => format!("no file declares `{name}`: did you mean `{near}`?"),
                None => format!("no file declares `{name}` under `variables:`"),
            };
            let position = Position {
                file: "--var".to_owned(),
                ..Position::default()
            };
            faults.push(Fault::new(position, message));
        }
    }
    twice(&desired, &mut faults);
    if !faults.is_empty() {
        // With the rest of what is wrong, so that all can be mended in one go.
        let violations = desired.violations().into_iter();
        faults.extend(violations.filter(|f| f.position.line > 0 && !spoiled.contains(&f.position)));
    }
    let mut each_once: Vec<Fault> = Vec::new();
    for fault in faults {
        if !each_once.contains(&fault) {
            each_once.push(fault);
        }
    }
    if each_once.is_empty() {
        Ok(desired)
    } else {
        Err(each_once)
    }
}

impl File<'_> {
    fn expand(&self, desired: &mut Desired, faults: &mut Vec<Fault>) {
        if let Some(lagoon) = &self.form.lagoon {
            let position = Position::new(self.name, lagoon.referenced);
            desired.lagoons.push((lagoon.value.clone(), position));
        }
        for (project, _) in &self.projects {
            add_scope(desired, ScopeName::Project(project.clone()));
        }
        for entry in self.form.tasks.iter().flatten() {
            self.task(entry, desired, faults);
        }
        for entry in self.form.absent.iter().flatten() {
            self.absent(entry, desired, faults);
        }
    }

    fn task(&self, entry: &Spanned<form::Task>, desired: &mut Desired, faults: &mut Vec<Fault>) {
        let (at, task) = (entry.referenced, &entry.value);
        let own = OwnScope {
            environment: task.environment.as_ref(),
            group: task.group.as_ref(),
            system: task.system.as_ref(),
        };
        let command_file = |path: &str| (self.around.command_file)(self.name, path);
        for project in self.places(at, &own, faults) {
            let (mut missing, mut refused): (Vec<Fault>, Vec<Fault>) = (Vec::new(), Vec::new());
            let mut hidden: Vec<Hidden> = Vec::new();
            let mut fill = |text: &form::Text, place: task::Place| {
                let filled = self.fill(text, project, &mut missing);
                self.take(filled, text, place, &mut hidden, &mut refused)
            };
            let scope = own.resolve(project, &mut fill);
            let definition = task::definition(
                self.name,
                task,
                at,
                scope.provisional(),
                &mut fill,
                &command_file,
                faults,
            );
            let is_filled = missing.is_empty();
            faults.append(&mut refused);
            if !self.around.lenient {
                faults.append(&mut missing);
            }
            let Some(definition) = definition else {
                continue;
            };
            let violations = if is_filled {
                task::judge(self.name, task, at, &definition, &hidden)
            } else {
                Vec::new()
            };
            add_scope(desired, scope.clone());
            desired.tasks.push(Wanted {
                scope,
                definition,
                hidden,
                position: Position::new(self.name, at),
                violations,
            });
        }
    }

    fn absent(&self, entry: &Spanned<Absent>, desired: &mut Desired, faults: &mut Vec<Fault>) {
        let at = entry.referenced;
        let plain;
        let (name, own) = match &entry.value {
            Absent::Name(name) => {
                plain = form::Text {
                    value: name.clone(),
                    referenced: at,
                    defined: at,
                };
                (&plain, OwnScope::default())
            }
            Absent::Scoped(scoped) => (
                &scoped.name,
                OwnScope {
                    environment: scoped.environment.as_ref(),
                    group: scoped.group.as_ref(),
                    system: scoped.system.as_ref(),
                },
            ),
        };
        if name.value.trim().is_empty() {
            faults.push(self.fault(name.referenced, "the task's name is empty"));
        }
        for project in self.places(at, &own, faults) {
            let (mut missing, mut refused, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
            let mut fill = |text: &form::Text, place: task::Place| {
                let filled = self.fill(text, project, &mut missing);
                self.take(filled, text, place, &mut hidden, &mut refused)
            };
            let scope = own.resolve(project, &mut fill);
            let name = nfc(&fill(name, task::Place::Name));
            faults.append(&mut refused);
            if !self.around.lenient {
                faults.append(&mut missing);
            }
            add_scope(desired, scope.clone());
            let position = Position::new(self.name, at);
            desired.retired.push(Retired {
                scope,
                name,
                position,
            });
        }
    }

    /// A text with its variables replaced; what has no value is `missing`.
    fn fill(
        &self,
        text: &form::Text,
        project: Option<&Project>,
        missing: &mut Vec<Fault>,
    ) -> Filled {
        let value = |name: &str| self.value(name, project);
        let mut filled = variables::fill(&text.value, &value);
        let faults = filled.missing.drain(..);
        missing.extend(faults.map(|why| self.fault(text.referenced, why)));
        filled
    }

    /// The text for a place in a task. What comes from the environment is noted as hidden; names
    /// are shown everywhere, so it is refused there.
    fn take(
        &self,
        filled: Filled,
        at: &form::Text,
        place: task::Place,
        hidden: &mut Vec<Hidden>,
        refused: &mut Vec<Fault>,
    ) -> String {
        let Filled { text, from_env, .. } = filled;
        let Some((_, variable)) = from_env.first() else {
            return text;
        };
        match place {
            task::Place::Name => {
                let message = format!(
                    "the value of {variable} (`from_env`) cannot be part of a name: give it with --var"
                );
                refused.push(self.fault(at.referenced, message));
                MASK.to_owned()
            }
            task::Place::In(field) => {
                hidden.extend(from_env.into_iter().map(|(range, variable)| Hidden {
                    field: field.clone(),
                    range,
                    variable: Some(variable),
                }));
                text
            }
        }
    }

    /// For which projects something is meant; `None` stands for none at all (group and system).
    fn places(
        &self,
        at: Location,
        own: &OwnScope<'_>,
        faults: &mut Vec<Fault>,
    ) -> Vec<Option<&Project>> {
        let system = own.system.is_some_and(|s| s.value);
        let named = usize::from(own.environment.is_some())
            + usize::from(own.group.is_some())
            + usize::from(system);
        if named > 1 {
            faults.push(self.fault(at, "only one of `environment`, `group` and `system` goes"));
            return Vec::new();
        }
        let has_projects = self.form.project.is_some() || self.form.projects.is_some();
        if own.group.is_some() || system {
            let meant = self.around.only.is_none() || !has_projects;
            return if meant { vec![None] } else { Vec::new() };
        }
        if self.projects.is_empty() && !has_projects {
            faults.push(self.fault(
                at,
                "which project? Name it at the top (`project:` or `projects:`), or with -p",
            ));
        }
        self.projects.iter().map(Some).collect()
    }
}

/// The scope that a task or a name says for itself.
#[derive(Default)]
struct OwnScope<'a> {
    environment: Option<&'a form::Text>,
    group: Option<&'a form::Text>,
    system: Option<&'a Spanned<bool>>,
}

impl OwnScope<'_> {
    fn resolve(&self, project: Option<&Project>, fill: task::Fill<'_>) -> ScopeName {
        if let Some(group) = self.group {
            return ScopeName::Group(fill(group, task::Place::Name));
        }
        let Some((project, _)) = project else {
            return ScopeName::System;
        };
        match self.environment {
            Some(environment) => ScopeName::Environment {
                project: project.clone(),
                environment: fill(environment, task::Place::Name),
            },
            None => ScopeName::Project(project.clone()),
        }
    }
}

fn add_scope(desired: &mut Desired, scope: ScopeName) {
    if !desired.scopes.iter().any(|known| known.is_same(&scope)) {
        desired.scopes.push(scope);
    }
}

/// Tasks that are there twice, or there and retired.
fn twice(desired: &Desired, faults: &mut Vec<Fault>) {
    // By key: files can hold many thousand tasks.
    let key = |scope: &ScopeName, name: &str| (scope.key(), database_key(name));
    let mut there: HashMap<(ScopeName, String), &Wanted> = HashMap::new();
    for wanted in &desired.tasks {
        let name = &wanted.definition.name;
        match there.entry(key(&wanted.scope, name)) {
            Entry::Vacant(entry) => {
                entry.insert(wanted);
            }
            Entry::Occupied(first) => {
                let message = format!(
                    "the task `{name}` of {} is there already, at {} (case and accents do not tell names apart)",
                    wanted.scope,
                    first.get().position
                );
                faults.push(Fault::new(wanted.position.clone(), message));
            }
        }
    }
    for retired in &desired.retired {
        if let Some(wanted) = there.get(&key(&retired.scope, &retired.name)) {
            let message = format!(
                "`{}` should be absent, and is a task at {}",
                retired.name, wanted.position
            );
            faults.push(Fault::new(retired.position.clone(), message));
        }
    }
}
