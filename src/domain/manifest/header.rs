//! The projects and variables of a task file.

use std::collections::{BTreeMap, HashMap};

use serde_saphyr::Location;

use super::fault::NO_PROJECT;
use super::form::{self, FromEnv, Variable};
use super::variables::{self, PROJECT, Value};
use super::{ExpandContext, Fault, Position, SourceFile, VERSION};
use crate::domain::names::{same_name, suggested};

pub(super) type Project = (String, BTreeMap<String, String>);

pub(super) struct OpenFile<'a> {
    pub(super) name: &'a str,
    pub(super) form: &'a form::FileForm,
    pub(super) context: &'a ExpandContext<'a>,
    pub(super) projects: Vec<Project>,
    defaults: HashMap<String, Default>,
}

/// The prefix of the environment variable for `from_env: true`.
const PREFIX: &str = "TASKS_VAR_";

/// The advice about an undeclared variable.
pub(super) const DECLARE_IT: &str = "add it under `variables:`";

struct Default {
    value: Option<Value>,
    /// The environment variable that can set the value.
    from_env: Option<String>,
    /// Reading that variable is refused, which has been reported.
    is_refused: bool,
}

impl<'a> OpenFile<'a> {
    pub(super) fn open(
        source: &'a SourceFile,
        form: &'a form::FileForm,
        context: &'a ExpandContext<'a>,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut file = OpenFile {
            name: &source.name,
            form,
            context,
            projects: Vec::new(),
            defaults: HashMap::new(),
        };
        if let Some(version) = &form.version
            && version.value != VERSION
        {
            let message = format!(
                "unsupported version {}; this release of tasks reads version {VERSION}",
                version.value
            );
            faults.push(file.fault(version.referenced, message));
        }
        file.declare(&source.text, faults);
        file.projects = file.projects(faults);
        file
    }

    pub(super) fn fault(&self, at: Location, message: impl Into<String>) -> Fault {
        Fault::new(Position::new(self.name, at), message)
    }

    fn declare(&mut self, text: &str, faults: &mut Vec<Fault>) {
        for (name, variable) in self.form.variables.iter().flat_map(|v| &v.0) {
            if name.value == PROJECT || !variables::is_name(&name.value) {
                let why = if name.value == PROJECT {
                    "is predefined as the project's name and cannot be declared"
                } else {
                    "is not a valid variable name (letters, digits, `_`, `-` and `.`)"
                };
                faults.push(self.fault(name.referenced, format!("`{}` {why}", name.value)));
                continue;
            }
            let (mut from_env, mut is_refused) = (None, false);
            let value = match &variable.value {
                Variable::Nothing => None,
                Variable::Scalar(Some(text)) => Some(Value::Text(text.clone())),
                Variable::Scalar(None) => as_written(text, variable.defined).map(Value::Text),
                Variable::Declaration(declared) => {
                    from_env = match &declared.from_env {
                        Some(FromEnv::Same(true)) => Some(format!("{PREFIX}{}", name.value)),
                        Some(FromEnv::Named(from)) => Some(from.clone()),
                        Some(FromEnv::Same(false)) | None => None,
                    };
                    let found = from_env.as_ref().map(|from| self.process(from));
                    let found = found.transpose().unwrap_or_else(|why| {
                        is_refused = true;
                        faults
                            .push(self.fault(name.referenced, format!("`{}`: {why}", name.value)));
                        None
                    });
                    let default = declared.default.as_ref();
                    let default = default.map(|d| Value::Text(d.value.clone()));
                    found.flatten().or(default)
                }
            };
            let default = Default {
                value,
                from_env,
                is_refused,
            };
            self.defaults.insert(name.value.clone(), default);
        }
    }

    fn process(&self, variable: &str) -> Result<Option<Value>, String> {
        let text = (self.context.environment)(variable)?;
        Ok(text.map(|text| Value::FromEnv {
            text,
            variable: variable.to_owned(),
        }))
    }

    fn projects(&self, faults: &mut Vec<Fault>) -> Vec<Project> {
        let none = form::Entries::default();
        let named: Vec<(&form::Text, &form::Entries<form::Text>)> =
            match (&self.form.project, &self.form.projects) {
                (Some(project), None) => vec![(project, &none)],
                (None, Some(projects)) => projects.value.0.iter().map(|(n, v)| (n, v)).collect(),
                (None, None) => {
                    let fallback = match self.context.fallback {
                        Some(fallback) => fallback,
                        None if self.context.lenient => "",
                        None => return Vec::new(),
                    };
                    return vec![(fallback.to_owned(), BTreeMap::new())];
                }
                (Some(_), Some(projects)) => {
                    faults.push(self.fault(
                        projects.referenced,
                        "only one of `project` and `projects` is allowed",
                    ));
                    return Vec::new();
                }
            };
        if let (Some(projects), []) = (&self.form.projects, named.as_slice()) {
            faults.push(self.fault(projects.referenced, "`projects` is empty"));
        }
        let mut found: Vec<Project> = Vec::new();
        for (name, values) in named {
            if name.value.trim().is_empty() {
                faults.push(self.fault(name.referenced, "the project's name is empty"));
            }
            if found.iter().any(|(other, _)| same_name(other, &name.value)) {
                let message = format!("the project `{}` is listed twice", name.value);
                faults.push(self.fault(name.referenced, message));
            }
            for (variable, _) in &values.0 {
                if !self.defaults.contains_key(&variable.value) {
                    let known = self.defaults.keys().map(String::as_str);
                    let near = suggested(&variable.value, known);
                    let advice = near.unwrap_or_else(|| DECLARE_IT.to_owned());
                    let message = format!("undeclared variable `{}`; {advice}", variable.value);
                    faults.push(self.fault(variable.referenced, message));
                }
            }
            let values = values.0.iter();
            let values = values.map(|(n, v)| (n.value.clone(), v.value.clone()));
            found.push((name.value.clone(), values.collect()));
        }
        if let Some(only) = self.context.only {
            found.retain(|(name, _)| same_name(name, only));
        }
        found
    }

    pub(super) fn value(&self, name: &str, project: Option<&Project>) -> Option<Value> {
        if name == PROJECT {
            return Some(match project {
                Some((project, _)) if !project.is_empty() => Value::Text(project.clone()),
                Some(_) => Value::Missing(format!("`${{project}}` has no value; {NO_PROJECT}")),
                None => Value::Missing(
                    "`${project}` cannot be used here; the task does not belong to a single project"
                        .to_owned(),
                ),
            });
        }
        let default = self.defaults.get(name)?;
        let given = self.context.given.iter().find(|(n, _)| n == name);
        let found = given
            .map(|(_, value)| value)
            .or_else(|| project.and_then(|(_, values)| values.get(name)))
            .map(|text| Value::Text(text.clone()))
            .or_else(|| default.value.clone());
        // A refused variable has been reported; the reference replaces its value.
        let found = found.or_else(|| {
            default
                .is_refused
                .then(|| Value::Text(format!("${{{name}}}")))
        });
        Some(found.unwrap_or_else(|| {
            let from_env = default.from_env.as_ref();
            let or = from_env.map_or(String::new(), |variable| format!(", set {variable}"));
            Value::Missing(format!(
                "`${{{name}}}` has no value; pass --var {name}=VALUE{or} or add a default"
            ))
        }))
    }
}

/// The text of a scalar in the file: `1.10` is not `1.1`.
fn as_written(text: &str, at: Location) -> Option<String> {
    let span = at.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
    text.get(start..end).map(|t| t.trim().to_owned())
}
