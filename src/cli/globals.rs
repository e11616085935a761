//! Global flags: every command has them. A flag with a value can be given once, a switch more often.
//!
//! clap's own global flags silently keep the last of two values if one is before and one after the
//! subcommand. Every command therefore gets the flags as its own, and this module combines them and
//! detects a second value.

mod relevant;

use std::collections::HashMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::error::Error;
use crate::settings::{Flags, GLOBAL_OPTIONS};
use crate::terminal::ColorChoice;

/// The flags that every command has.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Globals {
    #[command(flatten)]
    pub(super) flags: Flags,
    /// Use colour [default: auto]
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        help_heading = GLOBAL_OPTIONS
    )]
    pub(super) color: Option<ColorChoice>,
}

/// Adds the flags to each wanted subcommand, at any depth.
pub(super) fn on_commands(command: Command, is_wanted: &dyn Fn(&Command) -> bool) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .filter(|c| is_wanted(c))
        .map(|c| c.get_name().to_owned())
        .collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |c| with_flags(c, &name))
    })
}

fn with_flags(command: Command, path: &str) -> Command {
    let flags = all();
    let flags = flags.get_arguments().cloned().map(repeatable);
    with_repeatable_switches(command)
        .mut_subcommands(|below| {
            let path = format!("{path} {}", below.get_name());
            with_flags(below, &path)
        })
        // A missing subcommand has an error of its own.
        .arg_required_else_help(false)
        .args(flags.map(|arg| relevant::shown(arg, path)))
        .mut_args(with_negative_numbers)
}

/// Makes clap accept `-1` as a value, so that the error names the flag and the accepted values.
fn with_negative_numbers(arg: Arg) -> Arg {
    let is_flag = !arg.is_positional() && arg.get_action().takes_values();
    if is_flag {
        arg.allow_negative_numbers(true)
    } else {
        arg
    }
}

/// Accepts each switch of the command more than once.
pub(super) fn with_repeatable_switches(command: Command) -> Command {
    command.mut_args(repeatable)
}

fn repeatable(arg: Arg) -> Arg {
    if !is_switch(&arg) {
        return arg;
    }
    let id = arg.get_id().clone();
    arg.overrides_with(id)
}

fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn all() -> Command {
    Globals::augment_args(Command::new("all"))
}

/// Combines the flags of the root and of each subcommand on the way.
pub(super) fn collect(root: Globals, matches: &ArgMatches) -> Result<Globals, Error> {
    let known = all();
    let mut given: HashMap<&str, String> = HashMap::new();
    let mut globals = root;
    let mut level = matches;
    let mut name = "tasks".to_owned();
    loop {
        for arg in known.get_arguments() {
            let id = arg.get_id().as_str();
            let typed = level.try_contains_id(id).is_ok()
                && level.value_source(id) == Some(ValueSource::CommandLine);
            if typed
                && !is_switch(arg)
                && let Some(before) = given.insert(id, name.clone())
            {
                let flag = arg.get_long().unwrap_or(id);
                let places = format!("once to `{before}` and once to `{name}`");
                return Err(Error::usage(format!("--{flag} was given twice, {places}"))
                    .hint("give it once, before or after the command"));
            }
        }
        let Some((next, below)) = level.subcommand() else {
            return Ok(globals);
        };
        // clap adds the command `help`.
        if next != "help"
            && let Ok(further) = Globals::from_arg_matches(below)
        {
            globals = Globals {
                flags: globals.flags.and(further.flags),
                color: further.color.or(globals.color),
            };
        }
        name = format!("{name} {next}");
        level = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn parse(line: &str) -> Result<Globals, Error> {
        let matches = command().try_get_matches_from(line.split(' ')).unwrap();
        collect(Globals::from_arg_matches(&matches).unwrap(), &matches)
    }

    #[test]
    fn the_command_definition_is_valid() {
        command().debug_assert();
    }

    #[test]
    fn global_flags_apply_at_any_position() {
        for line in [
            "tasks -p shop -o json -y context list",
            "tasks context -p shop -o json list -y",
            "tasks context list -p shop --output=json --yes",
        ] {
            let flags = parse(line).unwrap().flags;
            assert_eq!(flags.project, ["shop"], "{line}");
            assert_eq!(flags.output.as_deref(), Some("json"), "{line}");
            assert!(flags.yes && !flags.quiet, "{line}");
        }
    }

    #[test]
    fn a_flag_before_and_after_the_command_is_a_usage_error() {
        for (line, flag) in [
            ("tasks -e a context list -e b", "--environment"),
            ("tasks -p a context list --project a", "--project"),
            ("tasks context -l a list -l b", "--context"),
            ("tasks --color never context list --color never", "--color"),
            (
                "tasks --request-timeout 1 context --request-timeout 2 list",
                "--request-timeout",
            ),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.kind, crate::error::Kind::Usage);
            assert!(error.message.starts_with(flag), "{}", error.message);
        }
    }

    #[test]
    fn a_switch_may_be_repeated() {
        for line in [
            "tasks -y context list -y",
            "tasks -yqv context list -yqv",
            "tasks context list -y --yes -qq -vv",
        ] {
            assert!(parse(line).unwrap().flags.yes, "{line}");
        }
        let matches = command().try_get_matches_from("tasks list -A -A".split(' '));
        assert!(matches.is_err(), "`list` has no -A");
        for line in ["tasks logs 1 -f -f", "tasks runs -A -A --active --active"] {
            assert!(
                command().try_get_matches_from(line.split(' ')).is_ok(),
                "{line}"
            );
        }
    }

    #[test]
    fn a_repeated_flag_is_a_usage_error() {
        for line in [
            "tasks context list -l a -l b",
            "tasks -o json -o csv context",
        ] {
            assert!(command().try_get_matches_from(line.split(' ')).is_err());
        }
        for line in [
            "tasks context list -e a -e b",
            "tasks -p a -p a context list",
        ] {
            let flags = parse(line).unwrap().flags;
            assert!(flags.require_single().is_err(), "{line}");
        }
    }
}
