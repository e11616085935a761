//! Task files and their variables, from `-f` and `--var`.

use std::path::PathBuf;

use clap::Args;

use crate::app::App;
use crate::commands::scope;
use crate::domain::Definition;
use crate::domain::manifest::{Desired, ExpandContext, Fault, SourceFile, read};
use crate::domain::task::hidden::Hidden;
use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::ops::as_code::manifest;
use crate::regular_file::Owners;
use crate::secret;
use crate::settings::{is_own_secret_variable, process_variable, sudo_user};

/// The task files to read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Files {
    /// Read this file or folder; `-` is stdin [default: .lagoon/tasks.yml]
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: Option<String>,
    /// Set a variable that the file declares
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// Let `from_env` read this variable, in addition to TASKS_VAR_*
    #[arg(long = "allow-env", value_name = "NAME")]
    pub allow_env: Vec<String>,
}

/// The prefix of variables that `from_env` may read without --allow-env.
const PREFIX: &str = "TASKS_VAR_";

impl Files {
    /// Reads the files. At a terminal, prompts for the project of a file that names none.
    pub(crate) async fn read_for(&self, app: &App) -> Result<Result<Desired, Vec<Fault>>, Error> {
        let read = self.read(app, false, None)?;
        let lacks_project = |faults: &Vec<Fault>| faults.iter().any(Fault::lacks_project);
        if !app.ui.can_prompt() || !read.as_ref().is_err_and(lacks_project) {
            return Ok(read);
        }
        let project = scope::project(app).await?;
        self.read(app, false, Some(&project))
    }

    /// Reads the files. `lenient` ignores what only Lagoon or the command line can resolve. `fallback`
    /// is the project of files that name none, if the settings have no explicit one.
    ///
    /// # Errors
    /// Outer: usage errors. Inner: the faults of the files.
    pub(crate) fn read(
        &self,
        app: &App,
        lenient: bool,
        fallback: Option<&str>,
    ) -> Result<Result<Desired, Vec<Fault>>, Error> {
        let given = self.given()?;
        let here = current_folder()?;
        let sources = manifest::sources(
            self.file.as_deref(),
            &here,
            &Owners::current(sudo_user(), &here),
        )?;
        let project = app.settings.project.as_ref().filter(|p| p.is_explicit());
        // A variable only completes files; a flag also selects.
        let only = project.filter(|p| p.is_flag()).map(|p| p.value.as_str());
        let fallback = project.map(|p| p.value.as_str()).or(fallback);
        let desired = self.expand(&sources, &given, lenient, fallback, only);
        if let (Ok(desired), Some(only)) = (&desired, only)
            && desired.scopes.is_empty()
        {
            return Err(Error::usage(format!(
                "--project: the task file does not name the project `{only}`"
            )));
        }
        Ok(desired)
    }

    fn expand(
        &self,
        sources: &[SourceFile],
        given: &[(String, String)],
        lenient: bool,
        fallback: Option<&str>,
        only: Option<&str>,
    ) -> Result<Desired, Vec<Fault>> {
        let context = ExpandContext {
            given,
            environment: &|name| self.variable(name),
            command_file: &|file, path| {
                let text = manifest::command_file(file, path)?;
                // It may be the wrong file, and plans show commands.
                secret::conceal_recognized(&text);
                Ok(text)
            },
            fallback,
            only,
            lenient,
        };
        read(sources, &context)
    }

    /// Reads the checkout's files, without tasks of groups, the system and other projects. `None` if
    /// there are no files.
    #[cfg(feature = "sandbox")]
    pub(crate) fn of_checkout(project: &str) -> Result<Option<Result<Desired, Vec<Fault>>>, Error> {
        let here = current_folder()?;
        if !manifest::has_default_files(&here) {
            return Ok(None);
        }
        let sources = manifest::sources(None, &here, &Owners::current(sudo_user(), &here))?;
        let files = Files::default();
        let desired = files.expand(&sources, &[], false, Some(project), Some(project));
        Ok(Some(desired))
    }

    /// The value of an environment variable for a file or plan; an error if reading it is not
    /// allowed.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<String>, String> {
        if !name.starts_with(PREFIX) && !self.allow_env.iter().any(|allowed| allowed == name) {
            return Err(format!(
                "`from_env` may not read {name}: pass --allow-env {}, or begin the variable's name \
                 with {PREFIX}",
                suggestion([name.to_owned()])
            ));
        }
        if is_own_secret_variable(name) {
            return Err(own_secret(name));
        }
        match process_variable(name) {
            Some(value) if secret::is_registered(&value) => Err(own_secret(name)),
            value => Ok(value),
        }
    }

    fn given(&self) -> Result<Vec<(String, String)>, Error> {
        let mut given: Vec<(String, String)> = Vec::new();
        for var in &self.vars {
            let Some((name, value)) = var.split_once('=') else {
                return Err(Error::not_of_form("--var", var, "NAME=VALUE"));
            };
            if given.iter().any(|(known, _)| known == name) {
                return Err(Error::given_twice(format!("--var `{name}`")));
            }
            given.push((name.to_owned(), value.to_owned()));
        }
        Ok(given)
    }
}

fn current_folder() -> Result<PathBuf, Error> {
    std::env::current_dir()
        .map_err(|e| Error::usage("cannot determine the current folder").because(e))
}

fn own_secret(variable: &str) -> String {
    format!("{variable} contains a token or key of `tasks` itself and cannot be used in a task")
}

/// Refuses tasks with a token or key of this program from the environment.
pub(crate) fn refuse_own_secrets<'a>(
    tasks: impl Iterator<Item = (&'a Definition, &'a [Hidden])>,
) -> Result<(), Error> {
    for (definition, hidden) in tasks {
        for one in hidden {
            let text = one.field.of(definition).unwrap_or_default();
            let value = text.get(one.range.clone()).unwrap_or_default();
            if let (true, Some(variable)) = (secret::is_registered(value), &one.variable) {
                return Err(Error::usage(own_secret(variable)));
            }
        }
    }
    Ok(())
}
