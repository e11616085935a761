//! Words that a command does not take, and the command that takes them.

use clap::error::ErrorKind;

use super::{Line, is_refused, position, verbs};
use crate::cli::usage;
use crate::domain::names::did_you_mean;
use crate::error::Error;
use crate::secret::may_be_secret;

const COMMANDS: [&str; 6] = ["exec", "list", "ls", "run", "runs", "show"];

/// Flags of other programs that search a list.
const SEARCH_FLAGS: [&str; 4] = ["--search", "--grep", "--find", "--filter"];

/// Commands for a run, which can follow `run` in another program.
const FOR_RUNS: [&str; 6] = ["cancel", "files", "logs", "rerun", "status", "wait"];

pub(super) fn error(words: &[&str], word: &str) -> Option<Error> {
    if SEARCH_FLAGS.contains(&word) {
        return search_flag(words, word);
    }
    if word.starts_with('-') || may_be_secret(word) {
        return None;
    }
    let is_command = |i: &usize| {
        COMMANDS.contains(&words[*i]) && is_refused(words, *i, ErrorKind::InvalidSubcommand)
    };
    let command = (1..words.len()).find(is_command)?;
    let at = position(words, word, ErrorKind::UnknownArgument)?;
    let before =
        |flag: &'static str| Line::new(&[&words[..at], &[flag], &words[at..]].concat()).shown();
    // Another command for the word.
    let moved = |other: &str| {
        let parts: Vec<&str> = other.split(' ').collect();
        let (typed, rest) = (&words[command + 1..at], &words[at + 1..]);
        Line::new(&[&words[..command], &parts, typed, rest].concat())
    };
    let unexpected = || Error::usage(format!("unexpected argument `{}`", usage::shown(word)));
    Some(match words[command] {
        // `exec cli -- ls`
        "exec" if words[at..].contains(&"--") => unexpected()
            .hint(format!("to name a service: {}", before("-s")))
            .hint(format!("to name an environment: {}", before("-e"))),
        "exec" => Error::usage(format!(
            "the command must follow `--`, but `{}` does not",
            usage::shown(word)
        ))
        .hint(format!("use: {}", before("--"))),
        "list" | "ls" if !verbs::commands("list", word).is_empty() => {
            let lines = verbs::commands("list", word).iter();
            let lines: Vec<String> = lines.map(|other| moved(other).shown()).collect();
            unexpected().with_hints(did_you_mean(&lines))
        }
        "list" | "ls" if is_id(word) => {
            let line = moved(&format!("show {word}")).shown();
            unexpected().hint(format!("to show a task: {line}"))
        }
        "list" | "ls" => unexpected()
            .hint(format!(
                "to search the tasks: {}",
                Line::search(words)?.shown()
            ))
            .hint(format!("to list those of an environment: {}", before("-e"))),
        "runs" if is_id(word) || word.starts_with("lagoon-task-") => {
            let line = moved(&format!("status {word}")).shown();
            unexpected().hint(format!("to show a run: {line}"))
        }
        "run" | "show" => {
            let [verb] = words[command + 1..at] else {
                return None;
            };
            let other = match (words[command], verb) {
                ("run", _) if FOR_RUNS.contains(&verb) => verb,
                ("run", "show") | ("show", "run" | "job") => "status",
                ("run", _) if verbs::commands("", verb) == ["show"] => "status",
                _ => return None,
            };
            if !is_id(word) {
                return None;
            }
            let other = verbs::for_run(other, word).map_or(other.to_owned(), |below| {
                format!("{other} {}", below.concat())
            });
            let parts: Vec<&str> = other.split(' ').collect();
            let line = [&words[..command], &parts, &words[at..]].concat();
            let line = Line::new(&line).shown();
            unexpected().hint(match other.as_str() {
                "status" => format!("to show the run: {line}"),
                _ => format!("use: {line}"),
            })
        }
        "runs" => unexpected()
            .hint(format!("to list the runs of a task: {}", before("--task")))
            .hint(format!("to list those of an environment: {}", before("-e"))),
        _ => return None,
    })
}

/// `tasks list --search cache`.
fn search_flag(words: &[&str], flag: &str) -> Option<Error> {
    let is_list = |i: &usize| {
        matches!(words[*i], "list" | "ls") && is_refused(words, *i, ErrorKind::InvalidSubcommand)
    };
    (1..words.len()).find(is_list)?;
    let split: Vec<&str> = words
        .iter()
        .flat_map(|word| match word.split_once('=') {
            Some((before, value)) if before == flag => vec![value],
            _ if *word == flag => Vec::new(),
            _ => vec![*word],
        })
        .collect();
    let line = Line::search(&split).filter(|line| !line.pattern.is_empty())?;
    let error = Error::usage(format!("unknown flag `{flag}`"));
    Some(error.hint(format!("to search the tasks: {}", line.shown())))
}

fn is_id(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}
