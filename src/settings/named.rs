//! The projects and environments of the command line, of which there can be several.

use super::{Env, SettingsError, Sourced, given};

/// The values of `-p` and `-e` as typed: names, patterns, PROJECT:ENV.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PlaceFlags {
    pub projects: Vec<String>,
    pub environments: Vec<String>,
}

type SingleValue = Option<Sourced<String>>;

impl PlaceFlags {
    /// With `-p`, or as PROJECT:ENV.
    pub(crate) fn names_projects(&self) -> bool {
        !self.projects.is_empty() || self.environments.iter().any(|e| e.contains(':'))
    }

    /// `None` if there are several. An empty value, or a project that is given twice, is a usage
    /// error.
    pub(super) fn single_values(
        &self,
        env: &Env,
    ) -> Result<(SingleValue, SingleValue), SettingsError> {
        let project = one_of(&self.projects, "--project", &env.project, "TASKS_PROJECT")?;
        let environment = one_of(
            &self.environments,
            "--environment",
            &env.environment,
            "TASKS_ENVIRONMENT",
        )?;
        let is_pair = |value: &Sourced<String>| value.is_flag() && value.value.contains(':');
        let Some(both) = environment.as_ref().filter(|value| is_pair(value)) else {
            return Ok((project, environment));
        };
        let (project, environment) = pair(&both.value)?;
        if !self.projects.is_empty() {
            return Err(SettingsError::usage(format!(
                "-p and -e {} both name a project",
                both.value
            ))
            .hint("omit one of them"));
        }
        let of = |name: &str| Some(Sourced::new(name.to_owned(), both.source.clone()));
        Ok((of(project), of(environment)))
    }
}

fn one_of(
    flag: &[String],
    flag_name: &'static str,
    variable: &Option<String>,
    variable_name: &'static str,
) -> Result<Option<Sourced<String>>, SettingsError> {
    if let [] | [_] = flag {
        return given(&flag.first().cloned(), flag_name, variable, variable_name);
    }
    for value in flag {
        given(&Some(value.clone()), flag_name, &None, variable_name)?;
    }
    Ok(None)
}

/// Neither name can contain a colon.
pub(crate) fn pair(text: &str) -> Result<(&str, &str), SettingsError> {
    match text.split_once(':') {
        Some((project, environment))
            if !project.trim().is_empty() && !environment.trim().is_empty() =>
        {
            Ok((project, environment))
        }
        _ => Err(SettingsError::usage(format!(
            "-e: expected PROJECT:ENV, found `{text}`"
        ))),
    }
}
