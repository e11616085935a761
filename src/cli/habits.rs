//! Unknown commands and misplaced words: the hint is the whole command, with the words typed.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{command_of, usage};
use crate::domain::RunRef;
use crate::domain::names::nearest;
use crate::domain::task::quoting::suggestion;
use crate::error::Error;

/// Verbs of other programs: the command group, the verbs, and the commands here.
const VERBS: [(&str, &str, &[&str]); 18] = [
    ("", "start trigger dispatch", &["invoke"]),
    ("", "create add new", &["define"]),
    ("", "rm remove", &["delete"]),
    ("", "get view describe", &["show"]),
    ("", "tail", &["logs -f"]),
    ("", "kill stop abort", &["cancel"]),
    ("", "ps", &["runs --active"]),
    ("", "watch", &["wait", "runs --watch"]),
    ("", "config", &["context"]),
    ("", "version", &["--version"]),
    // There is no full-screen interface yet.
    ("", "dashboard top", &["runs --watch"]),
    ("context", "create new", &["add"]),
    ("context", "rm delete", &["remove"]),
    ("context", "get view describe current", &["show"]),
    ("context", "set select switch", &["use"]),
    ("files", "download", &["get"]),
    ("files", "upload add", &["put"]),
    ("sandbox", "start run up", &["serve"]),
];

/// In place of a word, to learn how clap reads it. It is no flag and no command.
const PROBE: &str = "?";

const HELP: &str = "help";

/// The error about a word that is not a command, or that belongs after `--`.
pub(super) fn error(error: &clap::Error, args: &[OsString]) -> Option<Error> {
    let words: Option<Vec<&str>> = args.iter().map(|word| word.to_str()).collect();
    let words = words?;
    match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_command(&words, repeated(error)?),
        ErrorKind::UnknownArgument => command_without_dashes(&words, repeated(error)?),
        _ => None,
    }
}

/// The word that clap refuses.
fn repeated(error: &clap::Error) -> Option<&str> {
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidArg,
    };
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word),
        _ => None,
    }
}

fn unknown_command(words: &[&str], word: &str) -> Option<Error> {
    let at = position(words, word, ErrorKind::InvalidSubcommand)?;
    let (before, after) = (&words[..at], &words[at + 1..]);
    let root = super::command();
    let (mut group, mut path, mut is_help) = (&root, Vec::new(), false);
    for i in 1..at {
        let below = group.find_subcommand(words[i]);
        let is_command = below.is_some() || words[i] == HELP;
        if is_command && is_refused(words, i, ErrorKind::InvalidSubcommand) {
            is_help |= words[i] == HELP;
            path.extend(below.map(|_| words[i]));
            group = below.unwrap_or(group);
        }
    }
    let name = if path.is_empty() {
        ""
    } else {
        group.get_name()
    };
    let known = group.get_subcommands().map(clap::Command::get_name);
    let verbs = VERBS
        .iter()
        .find(|(parent, verbs, _)| *parent == name && verbs.split(' ').any(|verb| verb == word));
    let near = || nearest(word, known).into_iter().take(1).collect();
    // `files 1` without a verb.
    let is_run = name == "files" && RunRef::parse(word).is_ok();
    let after = if is_run { &words[at..] } else { after };
    let commands = match verbs {
        _ if is_run => vec!["list"],
        Some((_, _, commands)) => commands.to_vec(),
        None => near(),
    };
    let lines = commands.iter().map(|command| {
        let parts = command.split(' ');
        if !is_help {
            return [before, &parts.collect::<Vec<_>>(), after].concat();
        }
        let subject = parts.take(1).collect::<Vec<_>>();
        let is_flag = command.starts_with('-');
        [if is_flag { &before[..1] } else { before }, &subject].concat()
    });
    let mut lines: Vec<Vec<&str>> = lines.collect();
    if lines.len() > 1 && lines.iter().any(|line| refusal(line).is_none()) {
        lines.retain(|line| refusal(line).is_none());
    }
    let what = if is_help {
        "command or topic"
    } else {
        "command"
    };
    path.push(word);
    let error = Error::usage(format!(
        "unknown {what} `{}`",
        usage::shown(&path.join(" "))
    ));
    let (first, others) = lines.split_first()?;
    let error = error.hint(format!("did you mean: {}", shown(first)));
    Some(error.with_hints(others.iter().map(|line| format!("or: {}", shown(line)))))
}

/// `exec -s cli ls`: clap would only refuse the word.
fn command_without_dashes(words: &[&str], word: &str) -> Option<Error> {
    let is_exec =
        |i: &usize| words[*i] == "exec" && is_refused(words, *i, ErrorKind::InvalidSubcommand);
    if word.starts_with('-') || !(1..words.len()).any(|i| is_exec(&i)) {
        return None;
    }
    let at = position(words, word, ErrorKind::UnknownArgument)?;
    let line = [&words[..at], &["--"], &words[at..]].concat();
    let error = Error::usage(format!(
        "the command must follow `--`, but `{}` does not",
        usage::shown(word)
    ));
    Some(error.hint(format!("use: {}", shown(&line))))
}

/// `run` is what other programs call a run's command, so a number could also be a run.
pub(super) fn refuse_bare_number(args: &[OsString], number: &str) -> Result<(), Error> {
    let words: Option<Vec<&str>> = args.iter().map(|word| word.to_str()).collect();
    let words = words.unwrap_or_default();
    let is_alias =
        |i: usize| words[i] == "run" && is_refused(&words, i, ErrorKind::InvalidSubcommand);
    if !(1..words.len()).any(is_alias) {
        return Ok(());
    }
    let id = format!("id:{number}");
    let line = words
        .iter()
        .map(|word| if *word == number { &id } else { *word });
    let line: Vec<&str> = line.collect();
    Err(
        Error::usage(format!("`{number}` could be the id of a task or of a run"))
            .hint(format!("to start the task: {}", shown(&line)))
            .hint(format!("to show the run: tasks status {number}")),
    )
}

fn position(words: &[&str], word: &str, kind: ErrorKind) -> Option<usize> {
    (1..words.len()).find(|i| words[*i] == word && is_refused(words, *i, kind))
}

/// True if clap would refuse another word at this position with this error. With
/// `InvalidSubcommand`, the word is a command.
fn is_refused(words: &[&str], at: usize, kind: ErrorKind) -> bool {
    let mut words = words.to_vec();
    words[at] = PROBE;
    refusal(&words).is_some_and(|error| error.kind() == kind && repeated(&error) == Some(PROBE))
}

/// The error of a command line, if it is not valid.
fn refusal(words: &[&str]) -> Option<clap::Error> {
    let args: Vec<OsString> = words.iter().map(OsString::from).collect();
    let error = command_of(&args).try_get_matches_from(&args).err()?;
    error.use_stderr().then_some(error)
}

/// The command line without secrets.
fn shown(words: &[&str]) -> String {
    let typed = words.iter().skip(1).map(|word| usage::shown(word));
    suggestion(std::iter::once("tasks".to_owned()).chain(typed))
}
