//! Names or runs in one word, or the name of a task for a run: the hint depends on the command.

use super::Command;
use crate::domain::task::quoting::suggestion;
use crate::error::{Error, Flag, Hint};

/// The parts of a command that can be given more than once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Several {
    pub places: bool,
    runs: bool,
    /// The command, if it takes runs and `--latest`.
    of_runs: Option<&'static str>,
}

impl Several {
    pub(super) fn of(command: &Command) -> Several {
        let places = match command {
            Command::Invoke(_) | Command::Exec(_) | Command::Runs(_) => true,
            Command::Wait(wait) => wait.is_active(),
            #[cfg(feature = "mcp")]
            Command::Mcp(_) => true,
            _ => false,
        };
        Several {
            places,
            runs: !matches!(command, Command::Files(_)),
            of_runs: match command {
                Command::Status(_) => Some("status"),
                Command::Logs(_) => Some("logs"),
                Command::Wait(_) => Some("wait"),
                Command::Cancel(_) => Some("cancel"),
                Command::Rerun(_) => Some("rerun"),
                _ => None,
            },
        }
    }

    /// The error with hints for this command.
    pub(super) fn explain(self, mut error: Error) -> Error {
        let mut place = None;
        for hint in &mut error.hints {
            *hint = match hint {
                Hint::RepeatFlag { flag, names } if !self.places => match flag {
                    Flag::Project => only_one("project", &[&flag.to_string(), &names[0]]),
                    Flag::Environment => only_one("environment", &[&flag.to_string(), &names[0]]),
                    _ => continue,
                },
                Hint::LatestOfTask(task) => match self.of_runs {
                    Some(command) => {
                        let of = |flag| suggestion(["tasks", command, "--latest", flag, task]);
                        let by_task = of("--task");
                        let text = format!("to select the newest run of a task: {by_task}");
                        // The name of an environment has no blanks.
                        if !task.contains(' ') {
                            place = Some(format!("to select that of an environment: {}", of("-e")));
                        }
                        text.into()
                    }
                    None => continue,
                },
                Hint::SeparateRuns(runs) if !self.runs => only_one("run", &[&runs[0]]),
                _ => continue,
            };
        }
        error.with_hints(place)
    }
}

fn only_one(what: &str, words: &[&str]) -> Hint {
    format!("this command takes one {what}: {}", suggestion(words)).into()
}
