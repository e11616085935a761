//! Advice that comes with an error. Operations choose a variant; the words, with commands and flags,
//! are written here.

use std::fmt;

use crate::domain::task::definition::Target;
use crate::domain::task::quoting::suggestion;

/// What to do about an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A sentence.
    Text(String),
    /// List the runs of an environment.
    ListRuns,
    /// Cancel a run that was created and may never start.
    CancelRun {
        /// The run's id.
        id: i64,
        /// Its status.
        status: String,
    },
    /// Start although the service is missing.
    SkipPreflight,
    /// Choose between several tasks of one name.
    NameEnvironmentOrId,
    /// Give a value for a missing argument.
    GiveValue,
    /// Choose what to do about a run in progress.
    ChooseIfRunning,
    /// Skip the targets that lack the task or service.
    SkipMissing,
    /// Do without a live log.
    WithoutLiveLog,
    /// Replace the local file.
    ReplaceFile,
    /// Download to another folder.
    DownloadElsewhere,
    /// List the run's files, because an upload's outcome is unknown.
    ListFiles {
        /// The run's id.
        run: i64,
        /// The file's name.
        file: String,
    },
    /// Name the task file.
    NameTaskFile,
    /// Name the task file, which is not used otherwise.
    UseTaskFile,
    /// Begin a task file with the tasks that exist.
    ExportTasks,
    /// Compare again.
    DiffAgain,
    /// Have somebody delete a task that nobody sees.
    DeleteUnseen {
        /// The task's id.
        id: i64,
    },
    /// Delete a task that no environment lists.
    DeleteUnlisted {
        /// The task's id.
        id: i64,
        /// Its name.
        name: String,
        /// The reason why it is not listed, going on after the name.
        why: String,
    },
    /// Delete the part of a task that a refused definition left.
    DeleteLeftover {
        /// The task's id.
        id: i64,
        /// Where it is defined.
        target: Target,
    },
    /// Delete the old task after its replacement was added elsewhere.
    DeleteReplaced {
        /// The name of both.
        name: String,
        /// The id of the replacement.
        added: i64,
        /// The id of the old task.
        old: i64,
        /// Where the old task is defined.
        target: Target,
        /// The same in words.
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

/// The command line that deletes a task.
fn deletion(id: i64, target: &Target) -> String {
    let words = ["tasks".to_owned(), "delete".to_owned(), format!("id:{id}")];
    suggestion(words.into_iter().chain(target_flags(target)))
}

/// The flags that name where a task is defined.
pub fn target_flags(target: &Target) -> Vec<String> {
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

/// The flag whose value an error is about, printed before the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// The filter on the caller's own runs.
    Mine,
    /// The name of a run.
    Name,
    /// A task file.
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
