//! The words for each kind of clap's errors.

#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command};

use crate::domain::names::{did_you_mean, nearest};
use crate::domain::task::argument::is_shell_variable;
use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::secret::may_be_secret;

use super::{flags, shown};

/// An error of clap, and the command that refused its arguments.
pub(super) struct Refusal<'a> {
    error: &'a clap::Error,
    args: Vec<&'a str>,
    command: Command,
    /// The words of the command, beginning with `tasks`.
    path: Vec<String>,
    /// The arguments before the error.
    matches: ArgMatches,
}

impl<'a> Refusal<'a> {
    pub(super) fn new(error: &'a clap::Error, args: &'a [OsString], root: Command) -> Self {
        let mut command = root.ignore_errors(true);
        let parsed = command.try_get_matches_from_mut(args);
        let mut matches = parsed.unwrap_or_default();
        let mut path = vec!["tasks".to_owned()];
        while let Some((name, below)) = matches.remove_subcommand() {
            let Some(next) = command.find_subcommand(&name) else {
                break;
            };
            command = next.clone();
            matches = below;
            path.push(name);
        }
        Refusal {
            error,
            args: args.iter().filter_map(|word| word.to_str()).collect(),
            command,
            path,
            matches,
        }
    }

    pub(super) fn explain(&self) -> Error {
        let error = match self.error.kind() {
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => self.invalid_value(),
            ErrorKind::UnknownArgument => self.unknown_argument(),
            ErrorKind::InvalidSubcommand => self.unknown_command(),
            ErrorKind::MissingSubcommand => self.missing_command(),
            ErrorKind::ArgumentConflict => self.conflict(),
            ErrorKind::MissingRequiredArgument => self.missing(),
            ErrorKind::TooManyValues => {
                let flag = self.argument();
                Error::usage(format!(
                    "{flag} takes no value, found `{}`",
                    self.text(ContextKind::InvalidValue)
                ))
                .hint(format!("omit the value: {flag}"))
            }
            ErrorKind::NoEquals => {
                let spelled = self.text(ContextKind::InvalidArg);
                Error::usage(format!("{} requires `=` before its value", self.argument()))
                    .hint(format!("write it as {spelled}"))
            }
            ErrorKind::InvalidUtf8 => Error::usage("an argument is not valid UTF-8"),
            _ => {
                let text = self.error.render().to_string();
                let first = text.lines().next().unwrap_or_default();
                Error::usage(first.trim_start_matches("error: "))
            }
        };
        if error.hints.is_empty() {
            error.hint(self.help())
        } else {
            error
        }
    }

    fn invalid_value(&self) -> Error {
        let argument = self.argument();
        let value = self.text(ContextKind::InvalidValue);
        let accepted = self.texts(ContextKind::ValidValue);
        let error = match std::error::Error::source(self.error).map(ToString::to_string) {
            _ if value.is_empty() => Error::usage(format!("{argument} requires a value")),
            Some(reason) if reason.contains(&format!("`{value}`")) => {
                Error::usage(format!("{argument}: {reason}"))
            }
            Some(reason) => {
                Error::usage(format!("invalid value `{value}` for {argument}: {reason}"))
            }
            None => Error::usage(format!("invalid value `{value}` for {argument}")),
        };
        let near = did_you_mean(&nearest(value, accepted.iter().map(String::as_str)));
        let error = error.with_hints(near.filter(|_| !value.is_empty()));
        if !accepted.is_empty() {
            error.hint(format!("accepted values: {}", accepted.join(", ")))
        } else if value.is_empty() {
            let spelled = self.text(ContextKind::InvalidArg).replace(['<', '>'], "");
            error.hint(format!("give it a value: {spelled}"))
        } else {
            error
        }
    }

    fn unknown_argument(&self) -> Error {
        let typed = self.text(ContextKind::InvalidArg);
        if !typed.starts_with('-') || typed == "-" {
            return self.unexpected(typed);
        }
        let error = Error::usage(format!("unknown flag `{typed}`"));
        let near = self.text(ContextKind::SuggestedArg);
        // Patterns and lists of environments in other programs.
        let is_for_environments = ["--env-pattern", "--environments", "--envs", "--pattern"];
        let takes_all = |arg: &Arg| arg.get_long() == Some("all-environments");
        if is_for_environments.contains(&typed) && self.command.get_arguments().any(takes_all) {
            return error.hint("repeat -e, or give it a pattern: -e 'PATTERN'");
        }
        if let Some(words) = flags::here(typed, &self.command) {
            let line = self.corrected(typed, 1, words);
            return error.with_hints(did_you_mean(&[line.unwrap_or(words.join(" "))]));
        }
        if !near.is_empty() {
            return error.with_hints(did_you_mean(&[near]));
        }
        // A flag before its command: clap suggests 'invoke --wait'.
        let suggested = self.suggested();
        let exists = suggested.iter().find_map(|text| {
            let text = text.strip_prefix('\'')?;
            text.strip_suffix("' exists")
        });
        let below = exists.map(|below| format!("{} {below}", self.path()));
        error.with_hints(did_you_mean(below.as_slice()))
    }

    /// An argument that the command does not take.
    fn unexpected(&self, typed: &str) -> Error {
        let error = Error::usage(format!("unexpected argument `{typed}`"));
        if self
            .suggested()
            .iter()
            .any(|text| text.contains("remove the '--'"))
        {
            return error.hint(format!("omit the `--` before `{typed}`"));
        }
        let mut taken = self
            .command
            .get_positionals()
            .filter(|arg| !arg.is_last_set());
        let flag = |name: &str, about: &str| {
            let mut flags = self.command.get_arguments();
            let flag = flags.find(|arg| arg.get_id() == name && !arg.is_hide_set())?;
            let flag = format!("-{}", flag.get_short()?);
            let line = self.corrected(typed, 1, &[&*flag, typed])?;
            Some(format!("{about}: {line}"))
        };
        let is_value = typed
            .split_once('=')
            .is_some_and(|(name, _)| is_shell_variable(name));
        let hints = match taken.next() {
            // Naming a value in a second place is no use.
            _ if may_be_secret(typed) => [None, None],
            Some(_) if is_value => [flag("args", "pass a value with -a"), None],
            Some(first) => {
                let quoted = self.quoted(first, typed);
                let is_open = quoted.is_some() && !self.names_environment();
                let place = || flag("environment", "or name an environment with -e");
                [quoted, is_open.then(place).flatten()]
            }
            None => [
                flag("file", "name the file with -f")
                    .or_else(|| flag("environment", "name an environment with -e")),
                None,
            ],
        };
        error.with_hints(hints.into_iter().flatten())
    }

    fn names_environment(&self) -> bool {
        let is_flag = |word: &&str| word.starts_with("-e") || word.starts_with("--environment");
        self.args.iter().any(is_flag)
    }

    /// The command with the words of a name in quotes, if `typed` follows its first word.
    fn quoted(&self, arg: &Arg, typed: &str) -> Option<String> {
        let mut names = arg.get_value_names()?.iter();
        names.find(|name| matches!(name.as_str(), "TASK" | "NAME"))?;
        let first = self.matches.try_get_one::<String>(arg.get_id().as_str());
        let first = first.ok()??;
        let at = self
            .args
            .windows(2)
            .position(|pair| pair == [first, typed])?;
        let words = self.args[at..].iter();
        let name: Vec<&str> = words.copied().take_while(|w| !w.starts_with('-')).collect();
        if name.iter().any(|word| may_be_secret(word)) {
            return None;
        }
        let line = self.corrected(first, name.len(), &[&*name.join(" ")])?;
        Some(format!("quote a name with spaces: {line}"))
    }

    /// The command line with other words in place of `count` words that begin with `first`.
    fn corrected(&self, first: &str, count: usize, other: &[&str]) -> Option<String> {
        let at = self.args.iter().position(|word| *word == first)?;
        let (before, after) = (&self.args[1..at], &self.args[at + count..]);
        let words = [before, other, after].concat();
        let words = words.iter().map(|word| shown(word));
        Some(suggestion(std::iter::once("tasks".to_owned()).chain(words)))
    }

    fn unknown_command(&self) -> Error {
        let typed = self.text(ContextKind::InvalidSubcommand);
        let known = self.command.get_subcommands();
        let known = known.filter(|c| c.get_name() != "help" && !c.get_name().starts_with('_'));
        let names = known.flat_map(|c| std::iter::once(c.get_name()).chain(c.get_all_aliases()));
        let near = did_you_mean(&nearest(typed, names));
        let mut words: Vec<&str> = self.path.iter().skip(1).map(String::as_str).collect();
        words.push(typed);
        Error::usage(format!("unknown command `{}`", words.join(" ")))
            .with_hints(near)
            .hint(format!("to list commands: {}", self.help_line()))
    }

    fn missing_command(&self) -> Error {
        let all = self.texts(ContextKind::ValidSubcommand);
        let named: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|c| *c != "help")
            .collect();
        Error::usage(format!("no command given after `{}`", self.path()))
            .hint(format!("commands: {}", named.join(", ")))
    }

    fn conflict(&self) -> Error {
        let one = self.argument();
        let prior = self.texts(ContextKind::PriorArg);
        let others: Vec<String> = prior.iter().map(|other| name(other)).collect();
        if others == [&*one] {
            return Error::usage(format!("{one} was given twice; this command takes one"))
                .hint("give it once");
        }
        Error::conflict(one, others.join(" or "))
    }

    fn missing(&self) -> Error {
        let missing = self.texts(ContextKind::InvalidArg);
        let missing: Vec<String> = missing.iter().map(|arg| name(arg)).collect();
        let usage = self.usage();
        let flags = usage.split(' ').filter(|word| word.starts_with("--"));
        let given: Vec<&str> = flags
            .filter(|word| !missing.iter().any(|m| m == word))
            .collect();
        let all = missing.join(" and ");
        let error = match (given.as_slice(), missing.as_slice()) {
            // The flag that is given requires the other.
            ([given], [missing]) if missing.starts_with('-') => Error::no_effect(given, missing),
            (_, [_]) => Error::usage(format!("{all} is required")),
            _ => Error::usage(format!("{all} are required")),
        };
        error.hint(format!("usage: {usage}"))
    }

    fn usage(&self) -> String {
        let usage = match self.error.get(ContextKind::Usage) {
            Some(ContextValue::StyledStr(usage)) => usage.to_string(),
            _ => String::new(),
        };
        usage.trim_start_matches("Usage: ").trim().to_owned()
    }

    fn help(&self) -> String {
        format!("for help: {}", self.help_line())
    }

    fn help_line(&self) -> String {
        let words: Vec<&str> = self.path.iter().skip(1).map(String::as_str).collect();
        ["tasks", "help"]
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn path(&self) -> String {
        self.path.join(" ")
    }

    /// The flag or argument with the error.
    fn argument(&self) -> String {
        name(self.text(ContextKind::InvalidArg))
    }

    fn text(&self, kind: ContextKind) -> &'a str {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => text,
            _ => "",
        }
    }

    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::Strings(texts)) => texts.clone(),
            Some(ContextValue::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    fn suggested(&self) -> Vec<String> {
        match self.error.get(ContextKind::Suggested) {
            Some(ContextValue::StyledStrs(texts)) => {
                texts.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `--limit` of `--limit <N>`, `RUN` of `[RUN]...`.
fn name(spelled: &str) -> String {
    if spelled.starts_with('-') {
        let end = spelled.find([' ', '=', '[']).unwrap_or(spelled.len());
        spelled[..end].to_owned()
    } else {
        let brackets = ['<', '>', '[', ']', '.'];
        spelled.trim_matches(brackets).to_owned()
    }
}
