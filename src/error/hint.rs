//! Hints of errors. Operations choose a variant; its text, with commands and flags, is here.

use std::fmt;

use crate::domain::task::definition::Target;
use crate::domain::task::quoting::suggestion;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    Text(String),
    ListRuns,
    /// The run was created and may never start.
    CancelRun {
        id: i64,
        status: String,
    },
    SkipPreflight,
    NameEnvironmentOrId,
    GiveValue,
    ChooseIfRunning,
    SkipMissing,
    WithoutLiveLog,
    ReplaceFile,
    DownloadElsewhere,
    /// The outcome of an upload is unknown.
    ListFiles {
        run: i64,
        file: String,
    },
    NameTaskFile,
    /// A task file exists that is used only if it is named.
    UseTaskFile,
    ExportTasks,
    DiffAgain,
    /// A task that nobody sees.
    DeleteUnseen {
        id: i64,
    },
    /// A task that no environment lists.
    DeleteUnlisted {
        id: i64,
        name: String,
        /// The end of a sentence that begins with the name.
        why: String,
    },
    /// Lagoon kept part of a refused definition.
    DeleteLeftover {
        id: i64,
        target: Target,
    },
    /// A replacement was added elsewhere, and the old task remains.
    DeleteReplaced {
        name: String,
        added: i64,
        old: i64,
        target: Target,
        /// The scope of the old task in words.
        scope: String,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::Text(text) => f.write_str(text),
            Hint::ListRuns => f.write_str(
                "runs are kept for a limited time; `tasks runs` lists those of an environment",
            ),
            Hint::CancelRun { id, status } => write!(
                f,
                "run {id} ({status}) was created and may never start; cancel it with `tasks cancel \
                 {id}`"
            ),
            Hint::SkipPreflight => f.write_str("--no-preflight starts it all the same"),
            Hint::NameEnvironmentOrId => {
                f.write_str("name the environment with -e, or the task by its id")
            }
            Hint::GiveValue => f.write_str("give a value with -a NAME=VALUE"),
            Hint::ChooseIfRunning => {
                f.write_str("--if-running start|skip|wait does something else")
            }
            Hint::SkipMissing => {
                f.write_str("--skip-missing skips those without the task or service")
            }
            Hint::WithoutLiveLog => {
                f.write_str("without `--live always` it is shown as far as the API has it")
            }
            Hint::ReplaceFile => f.write_str("--force replaces it"),
            Hint::DownloadElsewhere => {
                f.write_str("wait until it has finished, or download to another folder: --to DIR")
            }
            Hint::ListFiles { run, file } => write!(
                f,
                "it is not known whether `{file}` arrived: `tasks files list {run}` shows it"
            ),
            Hint::NameTaskFile => f.write_str("name the file or folder: -f FILE"),
            Hint::UseTaskFile => f.write_str("to use it anyway, name the file or folder: -f FILE"),
            Hint::ExportTasks => f.write_str(
                "or begin with what is there: tasks export -p PROJECT > .lagoon/tasks.yml",
            ),
            Hint::DiffAgain => f.write_str("look again: tasks diff"),
            Hint::DeleteUnseen { id } => write!(
                f,
                "look at it as somebody who may; what nobody sees, a platform owner removes: tasks \
                 delete id:{id} --unlisted"
            ),
            Hint::DeleteUnlisted { id, name, why } => write!(
                f,
                "`{name}` (id {id}) {why}: to delete it, tasks delete id:{id} --unlisted"
            ),
            Hint::DeleteLeftover { id, target } => write!(
                f,
                "remove it before you try again: {}",
                deletion(*id, target)
            ),
            Hint::DeleteReplaced {
                name,
                added,
                old,
                target,
                scope,
            } => write!(
                f,
                "`{name}` was added (id {added}), and the one of {scope} stays; applying again does \
                 not remove it: {}",
                deletion(*old, target)
            ),
        }
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Hint {
        Hint::Text(text.into())
    }
}

fn deletion(id: i64, target: &Target) -> String {
    let words = ["tasks".to_owned(), "delete".to_owned(), format!("id:{id}")];
    suggestion(words.into_iter().chain(target_flags(target)))
}

/// The flags that select a scope.
pub(crate) fn target_flags(target: &Target) -> Vec<String> {
    let words: &[&str] = match target {
        Target::Environment {
            project,
            environment,
        } => &["-p", project, "-e", environment],
        Target::Project(project) => &["-p", project],
        Target::Group(group) => &["--group", group],
        Target::System(_) => &["--scope", "system"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The flag with the invalid value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Mine,
    Name,
    File,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flag::Mine => "--mine",
            Flag::Name => "--name",
            Flag::File => "--file",
        })
    }
}
