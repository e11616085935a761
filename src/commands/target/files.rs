//! `-f` and `--var`: the task files that a command is about.

use clap::Args;

use crate::app::App;
use crate::domain::manifest::{Around, Desired, Fault, read};
use crate::error::Error;
use crate::ops::manifest;
use crate::settings::process_variable;

/// The task files that a command is about.
#[derive(Debug, Clone, Default, Args)]
pub struct Files {
    /// The file, or a folder of files; `-` is stdin [default: .lagoon/tasks.yml]
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: Option<String>,
    /// The value of a variable that the file declares
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
}

impl Files {
    /// What the files want. With `lenient`, what only a Lagoon or the line can tell is left open.
    ///
    /// # Errors
    /// Outer: wrong use. Inner: all that is wrong with the files.
    pub fn read(&self, app: &App, lenient: bool) -> Result<Result<Desired, Vec<Fault>>, Error> {
        let given = self.given()?;
        let here = std::env::current_dir()
            .map_err(|e| Error::usage("cannot tell the current folder").because(e))?;
        let sources = manifest::sources(self.file.as_deref(), &here)?;
        let project = app.settings.project.as_ref().filter(|p| p.is_said());
        let around = Around {
            given: &given,
            environment: &process_variable,
            command_file: &manifest::command_file,
            fallback: project.map(|p| p.value.as_str()),
            // A variable completes what a file leaves open; only the line itself picks.
            only: project.filter(|p| p.is_flag()).map(|p| p.value.as_str()),
            lenient,
        };
        let desired = read(&sources, &around);
        if let (Ok(desired), Some(only)) = (&desired, around.only)
            && desired.scopes.is_empty()
        {
            return Err(Error::usage(format!(
                "--project: the project `{only}` is not one of those that the file names"
            )));
        }
        Ok(desired)
    }

    fn given(&self) -> Result<Vec<(String, String)>, Error> {
        let mut given: Vec<(String, String)> = Vec::new();
        for var in &self.vars {
            let Some((name, value)) = var.split_once('=') else {
                return Err(Error::usage(format!("--var `{var}` has no `=`"))
                    .hint("it looks like NAME=VALUE"));
            };
            if given.iter().any(|(known, _)| known == name) {
                return Err(Error::usage(format!("--var `{name}` is given twice")));
            }
            given.push((name.to_owned(), value.to_owned()));
        }
        Ok(given)
    }
}
