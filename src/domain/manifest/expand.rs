//! Turns parsed files into tasks: resolves scopes, projects and variables.

use std::collections::HashMap;

use serde_saphyr::{Location, Spanned};

use super::entry::FileEntry;
use super::fault::NO_PROJECT;
use super::form::{self, Absent};
use super::header::{DECLARE_IT, OpenFile, Project};
use super::{Desired, DesiredTask, Fault, Position, RetiredTask, ScopeName, SourceFile};
use super::{shape, task};
use crate::domain::names::{SAME_NAME, database_key, each_once, nfc, suggested};
use crate::domain::task::hidden::Environment;

/// The environment of task files: command line, variables, other files.
pub struct ExpandContext<'a> {
    /// The values of `--var`, each name once.
    pub given: &'a [(String, String)],
    /// Environment variables for `from_env`. The error is a sentence.
    pub environment: Environment<'a>,
    /// Reads the command file that a task file (first) names (second). The error is a sentence.
    pub command_file: &'a dyn Fn(&str, &str) -> Result<String, String>,
    /// The project of files that name none.
    pub fallback: Option<&'a str>,
    /// If set, tasks of other projects, groups and the system are left out.
    pub only: Option<&'a str>,
    /// Variables without a value and files without a project are no errors; tasks that depend on
    /// them are not checked.
    pub lenient: bool,
}

/// Returns the tasks of the files, or all errors in their syntax and meaning. Errors in the values
/// of one task are in [`DesiredTask::violations`], because an equal task may already exist.
pub fn read(sources: &[SourceFile], context: &ExpandContext<'_>) -> Result<Desired, Vec<Fault>> {
    let mut desired = Desired::default();
    let mut faults = Vec::new();
    let mut declared = Vec::new();
    let mut invalid = Vec::new();
    for source in sources {
        let shape = match shape::check(&source.name, &source.text) {
            Ok(shape) => shape,
            Err(error) => {
                faults.push(Fault::of_form(&source.name, &error));
                continue;
            }
        };
        // `yes` and `y` are texts, as YAML 1.2 has it. `shape` reports repeated keys.
        let options = serde_saphyr::options! {
            strict_booleans: true,
            duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::FirstWins,
        };
        let mut found = shape.faults.clone();
        invalid.extend(shape.invalid);
        let of_shape = shape.faults;
        match serde_saphyr::from_str_with_options::<form::FileForm>(&source.text, options) {
            Err(_) if shape.breaks => {}
            Err(error) => found.push(Fault::of_form(&source.name, &error)),
            Ok(form) => {
                let variables = form.variables.iter().flat_map(|v| &v.0);
                declared.extend(variables.map(|(name, _)| name.value.clone()));
                let file = OpenFile::open(source, &form, context, &mut found);
                file.expand(&mut desired, &mut found);
            }
        }
        // Errors that follow from a misspelled or missing key are left out.
        let follows = |fault: &Fault| fault.position.line == 0 || invalid.contains(&fault.position);
        found.retain(|fault| of_shape.contains(fault) || !follows(fault));
        // In the order of the file.
        found.sort_by_key(|fault| (fault.position.line, fault.position.column));
        faults.append(&mut found);
    }
    for (name, _) in context.given {
        if faults.is_empty() && !declared.contains(name) {
            let near = suggested(name, declared.iter().map(String::as_str));
            let advice = near.unwrap_or_else(|| DECLARE_IT.to_owned());
            let message = format!("undeclared variable `{name}`; {advice}");
            let position = Position {
                file: "--var".to_owned(),
                ..Position::default()
            };
            faults.push(Fault::new(position, message));
        }
    }
    repeated(&desired, &mut faults);
    if !faults.is_empty() {
        // With the errors of single tasks, so that all can be corrected at once.
        let violations = desired.violations().into_iter();
        faults.extend(violations.filter(|f| f.position.line > 0 && !invalid.contains(&f.position)));
    }
    if faults.is_empty() {
        Ok(desired)
    } else {
        Err(each_once(faults))
    }
}

impl OpenFile<'_> {
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

    fn task(
        &self,
        entry: &Spanned<form::TaskForm>,
        desired: &mut Desired,
        faults: &mut Vec<Fault>,
    ) {
        let (at, task) = (entry.referenced, &entry.value);
        let own = OwnScope {
            environment: task.environment.as_ref(),
            group: task.group.as_ref(),
            system: task.system.as_ref(),
        };
        for project in self.places(at, &own, faults) {
            let mut entry = FileEntry::new(self, at, project);
            let scope = own.resolve(&mut entry);
            let definition = task::definition(task, scope.provisional(), &mut entry);
            let is_filled = entry.missing.is_empty();
            let hidden = entry.finish(faults);
            let Some(definition) = definition else {
                continue;
            };
            let violations = if is_filled {
                task::judge(self.name, task, at, &definition, &hidden)
            } else {
                Vec::new()
            };
            add_scope(desired, scope.clone());
            desired.tasks.push(DesiredTask {
                scope,
                definition,
                hidden,
                position: Position::new(self.name, at),
                violations,
            });
        }
    }

    fn absent(&self, absent: &Spanned<Absent>, desired: &mut Desired, faults: &mut Vec<Fault>) {
        let at = absent.referenced;
        let plain;
        let (name, own) = match &absent.value {
            Absent::Name(name) => {
                plain = form::Text {
                    value: name.clone(),
                    referenced: at,
                    defined: at,
                };
                (&plain, OwnScope::default())
            }
            Absent::ScopedAbsent(scoped) => (
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
            let mut entry = FileEntry::new(self, at, project);
            let scope = own.resolve(&mut entry);
            let name = nfc(&entry.name(name));
            entry.finish(faults);
            add_scope(desired, scope.clone());
            let position = Position::new(self.name, at);
            desired.retired.push(RetiredTask {
                scope,
                name,
                position,
            });
        }
    }

    /// The projects to which an entry applies; `None` for a group or the system.
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
            faults.push(self.fault(
                at,
                "only one of `environment`, `group` and `system` is allowed",
            ));
            return Vec::new();
        }
        let has_projects = self.form.project.is_some() || self.form.projects.is_some();
        if own.group.is_some() || system {
            let applies = self.context.only.is_none() || !has_projects;
            return if applies { vec![None] } else { Vec::new() };
        }
        if self.projects.is_empty() && !has_projects {
            faults.push(self.fault(
                at,
                format!("{NO_PROJECT}; add `project:` or `projects:` at the top, or pass -p"),
            ));
        }
        self.projects.iter().map(Some).collect()
    }
}

/// The scope that an entry has itself.
#[derive(Default)]
struct OwnScope<'a> {
    environment: Option<&'a form::Text>,
    group: Option<&'a form::Text>,
    system: Option<&'a Spanned<bool>>,
}

impl OwnScope<'_> {
    fn resolve(&self, entry: &mut FileEntry<'_>) -> ScopeName {
        if let Some(group) = self.group {
            return ScopeName::Group(entry.name(group));
        }
        let Some((project, _)) = entry.project else {
            return ScopeName::System;
        };
        match self.environment {
            Some(environment) => ScopeName::Environment {
                project: project.clone(),
                environment: entry.name(environment),
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

/// Reports tasks that are defined twice, or defined and absent.
fn repeated(desired: &Desired, faults: &mut Vec<Fault>) {
    // By key: files can hold many thousand tasks.
    let key = |scope: &ScopeName, name: &str| (scope.key(), database_key(name));
    let mut there: HashMap<(ScopeName, String), &DesiredTask> = HashMap::new();
    for wanted in &desired.tasks {
        let name = &wanted.definition.name;
        let first = *there.entry(key(&wanted.scope, name)).or_insert(wanted);
        if !std::ptr::eq(first, wanted) {
            let message = format!(
                "the task `{name}` of {} is already defined at {} ({SAME_NAME})",
                wanted.scope, first.position
            );
            faults.push(Fault::new(wanted.position.clone(), message));
        }
    }
    for retired in &desired.retired {
        if let Some(wanted) = there.get(&key(&retired.scope, &retired.name)) {
            let message = format!(
                "`{}` is listed under `absent`, but defined at {}",
                retired.name, wanted.position
            );
            faults.push(Fault::new(retired.position.clone(), message));
        }
    }
}
