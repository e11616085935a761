//! What the line says of projects and environments, where several can be meant.

use super::{Env, SettingsError, Sourced, said};

/// The values of `-p` and `-e` as they were typed: names, patterns, PROJECT:ENV.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// `-p`.
    pub projects: Vec<String>,
    /// `-e`.
    pub environments: Vec<String>,
}

/// A value where exactly one is meant.
type Alone = Option<Sourced<String>>;

impl Named {
    /// Whether the line names projects, with `-p` or as PROJECT:ENV.
    #[must_use]
    pub fn names_projects(&self) -> bool {
        !self.projects.is_empty() || self.environments.iter().any(|e| e.contains(':'))
    }

    /// The one project and the one environment that are meant, by flag or variable; none of several.
    ///
    /// # Errors
    /// Wrong use: an empty value, or two that name a project.
    pub(super) fn alone(&self, env: &Env) -> Result<(Alone, Alone), SettingsError> {
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
                "-p names a project, and so does -e {}",
                both.value
            ))
            .hint("leave out one of them"));
        }
        let of = |name: &str| Some(Sourced::new(name.to_owned(), both.source.clone()));
        Ok((of(project), of(environment)))
    }
}

/// The one value of a flag that can be repeated, else the variable's; none of several.
fn one_of(
    flag: &[String],
    flag_name: &'static str,
    variable: &Option<String>,
    variable_name: &'static str,
) -> Result<Option<Sourced<String>>, SettingsError> {
    if let [] | [_] = flag {
        return said(&flag.first().cloned(), flag_name, variable, variable_name);
    }
    for value in flag {
        said(&Some(value.clone()), flag_name, &None, variable_name)?;
    }
    Ok(None)
}

/// `PROJECT:ENV`: neither name can have a colon.
///
/// # Errors
/// Wrong use when one of them is empty.
pub fn pair(text: &str) -> Result<(&str, &str), SettingsError> {
    match text.split_once(':') {
        Some((project, environment))
            if !project.trim().is_empty() && !environment.trim().is_empty() =>
        {
            Ok((project, environment))
        }
        _ => Err(SettingsError::usage(format!(
            "-e {text} is not of the form PROJECT:ENV"
        ))),
    }
}
