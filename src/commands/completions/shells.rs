//! The stub of each shell, and the format of its candidates.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Command;
use clap_complete::env::EnvCompleter;

use super::candidates::{self, CompletionRequest};
use super::words::{Words, for_bash};
use crate::complete::Candidate;
use crate::domain::task::quoting;

/// In place of a shell: the background process that only fills the cache.
pub(super) const BACKGROUND: &str = "nobody";

pub struct Shell {
    pub name: &'static str,
    /// The name of the file that the shell looks for.
    pub(super) file: &'static str,
    /// The text that the shell evaluates.
    pub(super) stub: &'static str,
    complete: Complete,
    command: fn() -> Command,
}

/// From a question to the text that the shell reads.
type Complete = fn(&ShellRequest<'_>) -> String;

/// A request of a shell.
struct ShellRequest<'a> {
    args: Vec<String>,
    folder: Option<&'a Path>,
    command: fn() -> Command,
    /// The shell waits for the candidates.
    waits: bool,
}

pub(crate) fn shells(command: fn() -> Command) -> [Shell; 6] {
    macro_rules! stub {
        ($file:literal) => {
            ($file, include_str!(concat!("../../../completions/", $file)))
        };
    }
    let shell = |name, (file, stub), complete: Complete| Shell {
        name,
        file,
        stub,
        complete,
        command,
    };
    [
        shell("bash", stub!("tasks.bash"), bash),
        shell(BACKGROUND, ("", ""), background),
        shell("zsh", stub!("_tasks"), zsh),
        shell("fish", stub!("tasks.fish"), fish),
        shell("powershell", stub!("tasks.ps1"), powershell),
        shell("elvish", stub!("tasks.elv"), elvish),
    ]
}

impl EnvCompleter for Shell {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
            || (self.name == "powershell" && matches!(name, "pwsh" | "powershell_ise"))
    }

    fn write_registration(
        &self,
        _var: &str,
        _name: &str,
        _bin: &str,
        _completer: &str,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        buf.write_all(self.stub.as_bytes())
    }

    fn write_complete(
        &self,
        _cmd: &mut Command,
        args: Vec<OsString>,
        folder: Option<&Path>,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        // No name has bytes that are not UTF-8.
        let args = args.into_iter().map(|arg| arg.into_string());
        let Ok(args) = args.collect::<Result<Vec<_>, _>>() else {
            return Ok(());
        };
        let question = ShellRequest {
            args,
            folder,
            command: self.command,
            waits: self.name != BACKGROUND,
        };
        buf.write_all((self.complete)(&question).as_bytes())
    }
}

impl ShellRequest<'_> {
    fn ask(&self, words: Vec<String>, index: usize) -> Vec<Candidate> {
        candidates::of(&CompletionRequest {
            words,
            index,
            folder: self.folder,
            command: self.command,
            waits: self.waits,
        })
    }
}

/// The arguments are the text before the cursor, the text after it, and bash's current word. bash
/// also ends words at `=` and `:` and begins one after a quote.
fn bash(question: &ShellRequest<'_>) -> String {
    let [before, after, word] = question.args.as_slice() else {
        return String::new();
    };
    let read = Words::of(before);
    let begin = match before.strip_suffix(word.as_str()) {
        Some(start) => start.len().max(read.last),
        None => read.last,
    };
    let mut kept = Words::of(&before[read.last..begin]);
    let kept = kept.all.pop().unwrap_or_default();
    let index = read.all.len() - 1;
    let mut words = read.all;
    // The text up to the next blank belongs to the word.
    let rest = after
        .find(char::is_whitespace)
        .map_or("", |at| &after[at..]);
    words.extend(
        Words::of(rest)
            .all
            .into_iter()
            .filter(|word| !word.is_empty()),
    );
    let candidates = question.ask(words, index);
    let ends: Vec<&str> = candidates
        .iter()
        .filter_map(|candidate| candidate.value.strip_prefix(&kept))
        .collect();
    let is_whole = |end: &str| ends.len() == 1 && read.quote.is_none() && !is_incomplete(end);
    ends.iter()
        .map(|end| {
            let space = if is_whole(end) { " " } else { "" };
            format!("{}{space}\n", for_bash(end, read.quote))
        })
        .collect()
}

/// The arguments are the word's index and the words. `+` marks a candidate that continues.
fn zsh(question: &ShellRequest<'_>) -> String {
    let Some((index, words)) = question.args.split_first() else {
        return String::new();
    };
    let Ok(index) = index.parse::<usize>() else {
        return String::new();
    };
    let mut words = words.to_vec();
    if words.len() == index {
        words.push(String::new());
    }
    with_tabs(question.ask(words, index), |value| {
        let mark = if is_incomplete(&value) { '+' } else { '-' };
        format!("{mark}{value}")
    })
}

/// The arguments are the word's index and the words.
fn background(question: &ShellRequest<'_>) -> String {
    let index = question.args.first().and_then(|index| index.parse().ok());
    if let Some(index) = index {
        question.ask(question.args[1..].to_vec(), index);
    }
    String::new()
}

/// The arguments are the words, the last one as typed.
fn fish(question: &ShellRequest<'_>) -> String {
    let mut words = question.args.clone();
    if let Some(last) = words.last_mut() {
        *last = Words::of(last).all.pop().unwrap_or_default();
    }
    let index = words.len().saturating_sub(1);
    with_tabs(question.ask(words, index), |value| value)
}

/// The argument is the words, separated by NUL, in base64. The last may begin with a quote.
fn powershell(question: &ShellRequest<'_>) -> String {
    let [words] = question.args.as_slice() else {
        return String::new();
    };
    let Some(words) = BASE64
        .decode(words)
        .ok()
        .and_then(|words| String::from_utf8(words).ok())
    else {
        return String::new();
    };
    let mut words: Vec<String> = words.split('\0').map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        *last = quoting::unquoted_for_powershell(last).to_owned();
    }
    let index = words.len() - 1;
    with_tabs(question.ask(words, index), |value| {
        quoting::for_powershell(&value)
    })
}

/// The arguments are the words, the last one without its quotes.
fn elvish(question: &ShellRequest<'_>) -> String {
    let index = question.args.len().saturating_sub(1);
    with_tabs(question.ask(question.args.clone(), index), |value| value)
}

fn with_tabs(candidates: Vec<Candidate>, spelled: impl Fn(String) -> String) -> String {
    let each = candidates.into_iter().map(|candidate| {
        let value = spelled(candidate.value);
        if candidate.about.is_empty() {
            format!("{value}\n")
        } else {
            format!("{value}\t{}\n", candidate.about)
        }
    });
    each.collect()
}

/// True if more follows without a space: a value, or a file in a folder.
fn is_incomplete(value: &str) -> bool {
    value.ends_with(['=', '/'])
}
