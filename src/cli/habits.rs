//! Unknown commands and misplaced words: the hint is the whole command, with the words typed.

mod excess;
mod misplaced;
mod verbs;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{command_of, usage};
use crate::domain::names::{did_you_mean, nearest};
use crate::domain::task::quoting::suggestion;
use crate::error::Error;

/// In place of a word, to learn how clap reads it. It is no flag and no command.
const PROBE: &str = "?";

const HELP: &str = "help";

/// The number of words that are corrected in a line: `config use-context X` needs two.
const CORRECTIONS: u8 = 3;

/// The error about a word that is not a command, or that belongs after `--`.
pub(super) fn error(error: &clap::Error, args: &[OsString]) -> Option<Error> {
    let words: Option<Vec<&str>> = args.iter().map(|word| word.to_str()).collect();
    let words = words?;
    if let Some(error) = repeated(error).and_then(|word| separate_compose_file(&words, word)) {
        return Some(error);
    }
    match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_command(&words, repeated(error)?),
        ErrorKind::UnknownArgument => misplaced::error(&words, repeated(error)?),
        _ => None,
    }
}

/// The error about a file that follows --compose like the value of another flag.
fn separate_compose_file(words: &[&str], word: &str) -> Option<Error> {
    let pair = ["--compose", word];
    let at = words.windows(2).position(|words| words == pair)?;
    let is_file = word.contains(['.', '/']);
    let flag = format!("--compose={word}");
    let line = [&words[..at], &[&flag], &words[at + 2..]].concat();
    is_file.then(|| {
        Error::usage(format!("unexpected argument `{}`", usage::shown(word))).hint(format!(
            "the file follows an equals sign: {}",
            Line::new(&line).shown()
        ))
    })
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

/// A suggested command line.
struct Line {
    words: Vec<String>,
    /// The words that its output is searched for.
    pattern: Vec<String>,
}

impl Line {
    fn new(words: &[&str]) -> Self {
        Line {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            pattern: Vec::new(),
        }
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// `tasks list`, whose output is searched for the words that it does not accept. `None` if one of
    /// them is a flag.
    fn search(words: &[&str]) -> Option<Self> {
        let mut line = Line::new(words);
        while let Some(error) = refusal(&line.words()) {
            let word = repeated(&error).filter(|word| !word.starts_with('-'))?;
            let at = position(&line.words(), word, ErrorKind::UnknownArgument)?;
            line.pattern.push(line.words.remove(at));
        }
        Some(line)
    }

    /// Without secrets.
    fn shown(&self) -> String {
        let typed = self.words.iter().skip(1).map(|word| usage::shown(word));
        let line = suggestion(std::iter::once("tasks".to_owned()).chain(typed));
        match self.pattern.as_slice() {
            [] => line,
            pattern => {
                let pattern = usage::shown(&pattern.join(" "));
                format!("{line} | {}", suggestion(["grep", "-i", &pattern]))
            }
        }
    }
}

/// The command group of an unknown command.
struct Group {
    name: String,
    /// The words of the line that name it.
    path: Vec<String>,
    /// Its commands.
    known: Vec<String>,
    is_help: bool,
}

impl Group {
    fn of(words: &[&str], at: usize) -> Self {
        let root = super::command();
        let (mut group, mut path, mut is_help) = (&root, Vec::new(), false);
        for i in 1..at {
            let below = group.find_subcommand(words[i]);
            let is_command = below.is_some() || words[i] == HELP;
            if is_command && is_refused(words, i, ErrorKind::InvalidSubcommand) {
                is_help |= words[i] == HELP;
                path.extend(below.map(|_| words[i].to_owned()));
                group = below.unwrap_or(group);
            }
        }
        let name = if path.is_empty() {
            ""
        } else {
            group.get_name()
        };
        let known = group.get_subcommands().map(clap::Command::get_name);
        Group {
            name: name.to_owned(),
            known: known.map(str::to_owned).collect(),
            path,
            is_help,
        }
    }
}

fn unknown_command(words: &[&str], word: &str) -> Option<Error> {
    let at = position(words, word, ErrorKind::InvalidSubcommand)?;
    let group = Group::of(words, at);
    let lines = corrections(words, at, CORRECTIONS, true);
    let shown: Vec<String> = lines.iter().map(Line::shown).collect();
    let hint = did_you_mean(&shown)?;
    let what = match group.is_help {
        true => "command or topic",
        false => "command",
    };
    let path = [group.path, vec![word.to_owned()]].concat().join(" ");
    let error = Error::usage(format!("unknown {what} `{}`", usage::shown(&path)));
    Some(error.hint(hint))
}

/// The command lines that the unknown command at this position can mean. With `guess`, it can be a
/// misspelled one.
fn corrections(words: &[&str], at: usize, times: u8, guess: bool) -> Vec<Line> {
    let group = Group::of(words, at);
    let (before, after) = (&words[..at], &words[at + 1..]);
    let next = after.first().copied().unwrap_or_default();
    if let Some(command) = verbs::for_run(&group.name, words[at]) {
        return vec![Line::new(&[before, &command, &words[at..]].concat())];
    }
    let (commands, after) = match verbs::commands(words[at], next) {
        below @ [_, ..] if group.path.is_empty() => (below, &after[1..]),
        _ => (verbs::commands(&group.name, words[at]), after),
    };
    let known = group.known.iter().map(String::as_str);
    let near = || nearest(words[at], known).into_iter().take(1).collect();
    let commands = match commands {
        [] if guess => near(),
        commands => commands.to_vec(),
    };
    let mut lines = Vec::new();
    for command in commands {
        let corrected = match corrected(before, command, after, group.is_help) {
            Some(line) => again(line, times, command != verbs::OMIT),
            None => continue,
        };
        let is_enough = command == verbs::OMIT && !corrected.is_empty();
        lines.extend(corrected);
        if is_enough {
            break;
        }
    }
    let is_accepted = |line: &Line| refusal(&line.words()).is_none();
    if lines.iter().any(is_accepted) {
        lines.retain(is_accepted);
    }
    lines.into_iter().map(excess::moved).collect()
}

/// The line with the command in place of a verb.
fn corrected(before: &[&str], command: &str, after: &[&str], is_help: bool) -> Option<Line> {
    let parts = command.split(' ').filter(|part| !part.is_empty());
    if is_help {
        let subject: Vec<&str> = parts
            .take_while(|part| !part.starts_with(['-', '|']))
            .collect();
        return match (subject.is_empty(), command) {
            (false, _) => Some(Line::new(&[before, &subject].concat())),
            (true, verbs::OMIT) => None,
            (true, flag) => Some(Line::new(&[before[0], flag])),
        };
    }
    if command == verbs::SEARCH {
        return Line::search(&[before, &["list"], after].concat());
    }
    Some(Line::new(
        &[before, &parts.collect::<Vec<_>>(), after].concat(),
    ))
}

/// Corrects the next unknown command of the line, if there is one.
fn again(line: Line, times: u8, guess: bool) -> Vec<Line> {
    let words = line.words();
    match refusal(&words) {
        Some(error) if error.kind() == ErrorKind::InvalidSubcommand => {
            let word = repeated(&error).unwrap_or_default();
            let at = position(&words, word, ErrorKind::InvalidSubcommand);
            let at = at.filter(|_| times > 1);
            at.map_or_else(Vec::new, |at| corrections(&words, at, times - 1, guess))
        }
        _ => vec![line],
    }
}

/// `run` is what other programs call a run's command, so a number could also be a run.
pub(super) fn refuse_bare_number(args: &[OsString], number: &str) -> Result<(), Error> {
    let words: Option<Vec<&str>> = args.iter().map(|word| word.to_str()).collect();
    let words = words.unwrap_or_default();
    let is_alias =
        |i: usize| words[i] == "run" && is_refused(&words, i, ErrorKind::InvalidSubcommand);
    let Some(at) = (1..words.len()).find(|i| is_alias(*i)) else {
        return Ok(());
    };
    // With the flags that both commands take, such as -l.
    let status = Line::new(&[&words[..at], &["status"], &words[at + 1..]].concat());
    let status = match refusal(&status.words()) {
        None => status,
        Some(_) => Line::new(&["tasks", "status", number]),
    };
    let id = format!("id:{number}");
    let line = words
        .iter()
        .map(|word| if *word == number { &id } else { *word });
    let line: Vec<&str> = line.collect();
    Err(
        Error::usage(format!("`{number}` could be the id of a task or of a run"))
            .hint(format!("to start the task: {}", Line::new(&line).shown()))
            .hint(format!("to show the run: {}", status.shown())),
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
