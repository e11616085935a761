//! Candidates for the word at the cursor.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::parsed_line::ParsedLine;
use super::report_targets;
use super::shield::shield;
use crate::complete::Candidate;
use crate::secret::masked;
use crate::terminal::clean::is_unsafe;
use crate::terminal::clean_line;

/// A command line, and the index of the word to complete.
pub(super) struct CompletionRequest<'a> {
    pub(super) words: Vec<String>,
    pub(super) index: usize,
    pub(super) folder: Option<&'a Path>,
    pub(super) command: fn() -> Command,
    pub(super) waits: bool,
}

/// The kind of thing that a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Context,
    Project,
    Environment,
    Group,
    /// A task as TASK takes it, which may need the prefix `name:`.
    Task,
    /// A task of the scope that the command line names.
    TaskOfScope,
    /// The bare name of a task.
    TaskName,
    Run,
    /// A run in progress.
    UnfinishedRun,
    /// A run, or a file of the run that a flag selects.
    RunOrFile,
    /// A file of the run.
    File,
    /// An outcome, or a status of Lagoon.
    Status,
    Service,
    /// `NAME=VALUE`.
    Value,
    /// `NAME=`, followed by a value that has no candidates.
    ValueName,
}

/// The candidates, in the order in which they are offered.
pub(super) fn of(request: &CompletionRequest<'_>) -> Vec<Candidate> {
    let line = Arc::new(ParsedLine::read(request));
    let mut command = attach((request.command)(), &[], &line);
    let words = shield(&request.words, request.index, &command);
    let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    let Ok(found) = complete(&mut command, words, request.index, request.folder) else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = found.iter().filter_map(shown).collect();
    // Flags are offered after a hyphen, or if there is nothing else.
    let word = request.words.get(request.index).map_or("", String::as_str);
    if !word.starts_with('-') && found.iter().any(|c| !c.value.starts_with('-')) {
        found.retain(|c| !c.value.starts_with('-'));
    }
    found
}

/// A candidate without characters that a shell would interpret.
fn shown(candidate: &CompletionCandidate) -> Option<Candidate> {
    let value = candidate.get_value().to_str()?;
    let about = candidate.get_help().map(ToString::to_string);
    let about = about.as_deref().and_then(|about| about.lines().next());
    // A name on the server could contain a token.
    let is_fit = !value.chars().any(is_unsafe) && masked(value) == value;
    is_fit.then(|| Candidate::new(value.to_owned(), clean_line(about.unwrap_or_default())))
}

/// Attaches a completer to each argument whose values come from Lagoon.
fn attach(command: Command, path: &[String], line: &Arc<ParsedLine>) -> Command {
    let path = [path, &[command.get_name().to_owned()]].concat();
    command
        .mut_args(|arg| match kind(&path, &arg) {
            Some(kind) => {
                let line = Arc::clone(line);
                let candidates = move |word: &OsStr| line.candidates(kind, word);
                arg.add(ArgValueCompleter::new(candidates))
            }
            None if arg.get_id() == "report" => {
                arg.add(ArgValueCompleter::new(report_targets::candidates))
            }
            None => with_hint(arg),
        })
        .mut_subcommands(|below| attach(below, &path, line))
}

fn kind(path: &[String], arg: &Arg) -> Option<ValueKind> {
    let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
    match (path.as_slice(), arg.get_id().as_str(), value_name(arg)) {
        (_, "context", _) | (["context", "show" | "use" | "remove"], "name", _) => {
            Some(ValueKind::Context)
        }
        (_, "project", _) => Some(ValueKind::Project),
        (_, "environment", _) => Some(ValueKind::Environment),
        (_, "group", _) => Some(ValueKind::Group),
        (_, "status", Some(_)) => Some(ValueKind::Status),
        (["files", "get"], "run", _) => Some(ValueKind::RunOrFile),
        (["files", "get"], "files", _) => Some(ValueKind::File),
        (_, "task", Some("NAME")) => Some(ValueKind::TaskName),
        (["update" | "delete"], _, Some("TASK")) => Some(ValueKind::TaskOfScope),
        (_, _, Some("TASK")) => Some(ValueKind::Task),
        (["cancel"], _, Some("RUN")) => Some(ValueKind::UnfinishedRun),
        (_, _, Some("RUN")) => Some(ValueKind::Run),
        (_, _, Some("SERVICE")) => Some(ValueKind::Service),
        (["invoke"], "args", _) => Some(ValueKind::Value),
        (["invoke"], "arg_files", _) => Some(ValueKind::ValueName),
        _ => None,
    }
}

fn value_name(arg: &Arg) -> Option<&str> {
    arg.get_value_names()?.first().map(|name| name.as_str())
}

fn with_hint(arg: Arg) -> Arg {
    let hint = match value_name(&arg) {
        Some("FILE") => ValueHint::FilePath,
        Some("DIR") => ValueHint::DirPath,
        _ => return arg,
    };
    arg.value_hint(hint)
}
