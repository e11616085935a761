//! Words that the suggested command does not take where they are: the flag that takes them.

use super::{Line, refusal};
use crate::domain::RunRef;

/// The commands that take no such word, and their flags for one.
const FLAGS: [(&str, &str); 7] = [
    ("runs", "--task"),
    ("ui", "-p"),
    ("lint", "-f"),
    ("diff", "-f"),
    ("apply", "-f"),
    ("login", "-l"),
    ("logout", "-l"),
];

/// The commands whose word is a run.
const OF_RUNS: [&str; 5] = ["cancel", "logs", "rerun", "status", "wait"];

/// The line with its words after the flags that take them, or without them.
pub(super) fn moved(line: Line) -> Line {
    if !line.pattern.is_empty() {
        return line;
    }
    let path = path(&line);
    if let [command] = path.as_slice()
        && OF_RUNS.contains(&command.as_str())
    {
        return with_latest(&line).unwrap_or(line);
    }
    let root = crate::cli::command();
    let below = path
        .iter()
        .try_fold(&root, |at, name| at.find_subcommand(name));
    if below.is_none_or(|command| command.get_positionals().next().is_some()) {
        return line;
    }
    let mut rest = Line::search(&line.words()).unwrap_or(line);
    let ["list"] = path.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        let words = std::mem::take(&mut rest.pattern);
        return match words.is_empty() {
            true => rest,
            false => after_flag(&rest, &path, &words).unwrap_or(rest),
        };
    };
    rest
}

/// The names of the line's command.
fn path(line: &Line) -> Vec<String> {
    super::Group::of(&line.words(), line.words.len()).path
}

/// The line with the words after the command's flag for them. A run has a command of its own.
fn after_flag(rest: &Line, path: &[String], words: &[String]) -> Option<Line> {
    let [command] = path else {
        return None;
    };
    let with = |more: &[&str]| {
        let line = Line::new(&[&rest.words()[..], more].concat());
        Some(line).filter(|line| refusal(&line.words()).is_none())
    };
    if command == "whoami" {
        // The word may be a permission.
        let names_project = rest.words.iter().any(|word| word.starts_with("-p"));
        return with(&["-p", "PROJECT"]).filter(|_| !names_project);
    }
    if let ("runs", [word]) = (command.as_str(), words)
        && RunRef::parse(word).is_ok()
    {
        let at = rest.words.iter().position(|word| word == "runs")?;
        let line = [&rest.words()[..at], &["status", word.as_str()]].concat();
        return Some(Line::new(&line));
    }
    let (_, flag) = FLAGS.iter().find(|(of, _)| of == command)?;
    with(&[flag, &words.join(" ")])
}

/// A word that is no run names the task whose newest run is wanted.
fn with_latest(line: &Line) -> Option<Line> {
    let words = line.words();
    let args: Vec<std::ffi::OsString> = words.iter().map(std::ffi::OsString::from).collect();
    let matches = crate::cli::command_of(&args)
        .try_get_matches_from(&args)
        .ok()?;
    let (_, below) = matches.subcommand()?;
    let named: Vec<&String> = below.try_get_many("runs").ok()??.collect();
    let (first, _) = named.split_first()?;
    let is_run = |word: &&String| *word == "-" || RunRef::parse(word).is_ok();
    if named.iter().any(is_run) || !first.starts_with(char::is_alphabetic) {
        return None;
    }
    let at = words.iter().rposition(|word| word == first)?;
    let name = named.iter().map(|word| word.as_str()).collect::<Vec<_>>();
    let is_whole = words.get(at..at + name.len()) == Some(&name[..]);
    let (before, after) = (&words[..at], words.get(at + name.len()..)?);
    let name = name.join(" ");
    let line = Line::new(&[before, &["--latest", "--task", &name], after].concat());
    (is_whole && refusal(&line.words()).is_none()).then_some(line)
}
