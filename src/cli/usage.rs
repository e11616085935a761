//! Usage errors of clap as errors of the program, and flags of a command line that cannot be
//! parsed.

mod flags;
mod refusal;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, ValueEnum};

use super::is_structured;
use crate::error::Error;
use crate::secret::may_be_secret;
use crate::secret::shown_address;
use crate::terminal::ColorChoice;
use refusal::Refusal;

/// clap's error in the program's words, without secrets.
pub(super) fn error(error: &clap::Error, args: &[OsString], root: Command) -> Error {
    let found = Refusal::new(error, args, root).explain();
    let hints = found.hint_texts();
    let hints = hints.into_iter().map(|hint| without_password(hint, error));
    Error::usage(without_password(found.message, error)).with_hints(hints)
}

/// Masks values that look like secrets and credentials in addresses, because errors repeat
/// refused values.
fn without_password(mut text: String, error: &clap::Error) -> String {
    let repeated = [
        ContextKind::InvalidValue,
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
    ];
    for kind in repeated {
        let Some(ContextValue::String(value)) = error.get(kind) else {
            continue;
        };
        text = text.replace(value, &shown(value));
    }
    text
}

/// A word of the command line without credentials.
pub(super) fn shown(value: &str) -> String {
    if value.contains("://") || has_query(value) || has_password(value) {
        shown_address(value)
    } else if may_be_secret(value) {
        "***".to_owned()
    } else {
        value.to_owned()
    }
}

fn has_query(value: &str) -> bool {
    let query = value.split_once('?').map(|(_, query)| query);
    query.is_some_and(|query| query.contains('='))
}

fn has_password(value: &str) -> bool {
    let user = value.rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':'))
}

/// True if the arguments or the variable select JSON errors.
pub(super) fn asks_for_json(args: &[OsString], variable: Option<&str>) -> bool {
    match find(args, "--output", Some('o')) {
        Some(format) => is_structured(&format),
        None => find(args, "--jq", None).is_some() || variable.is_some_and(is_structured),
    }
}

pub(super) fn color(args: &[OsString]) -> ColorChoice {
    find(args, "--color", None)
        .and_then(|when| ColorChoice::from_str(&when, false).ok())
        .unwrap_or_default()
}

/// The value of a flag, in any spelling.
fn find(args: &[OsString], long: &str, short: Option<char>) -> Option<String> {
    /// Short flags without a value, which can precede another in the same argument.
    const SWITCHES: [char; 7] = ['y', 'q', 'v', 'h', 'V', 'f', 'A'];
    let mut words = args
        .iter()
        .skip(1)
        .map(|a| a.to_string_lossy())
        .take_while(|a| a != "--");
    while let Some(word) = words.next() {
        if let Some(rest) = word.strip_prefix(long) {
            match rest.strip_prefix('=') {
                Some(value) => return Some(value.to_owned()),
                None if rest.is_empty() => return words.next().map(|v| v.into_owned()),
                None => {}
            }
        }
        let Some(short) = short else { continue };
        let Some(cluster) = word.strip_prefix('-').filter(|c| !c.starts_with('-')) else {
            continue;
        };
        if let Some(value) = cluster.trim_start_matches(SWITCHES).strip_prefix(short) {
            return match value.strip_prefix('=').unwrap_or(value) {
                "" => words.next().map(|v| v.into_owned()),
                value => Some(value.to_owned()),
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &str, variable: Option<&str>) -> bool {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        asks_for_json(&args, variable)
    }

    fn refused(command: &Command, args: &[&str]) -> Error {
        let complaint = command.clone().try_get_matches_from(args).unwrap_err();
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        error(&complaint, &args, command.clone())
    }

    #[test]
    fn usage_errors_do_not_repeat_a_password_of_a_url() {
        let refuse = |_: &str| Err::<String, _>("it is none");
        let line = clap::Command::new("tasks").arg(clap::Arg::new("URL").value_parser(refuse));
        for (given, repeated) in [
            ("https://me:hunter2@x/a", "`***@x/a`"),
            ("me:hunter2@x", "`***@x`"),
            ("me@x", "`me@x`"),
            ("https://x", "`https://x`"),
            ("x?token=hunter2", "`x?***`"),
            ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "`***`"),
            ("https://x/?token=hunter2", "`https://x/?***`"),
        ] {
            let error = refused(&line, &["tasks", given]);
            assert!(error.message.contains(repeated), "{given}: {error}");
        }
        let none = clap::Command::new("tasks").arg(clap::Arg::new("URL"));
        let error = refused(&none, &["tasks", "u", "https://me:hunter2@x"]);
        assert!(error.message.contains("`***@x`"), "{error}");
    }

    #[test]
    fn json_output_is_detected_in_every_spelling() {
        for line in [
            "tasks list -o json",
            "tasks -ojson list --nope",
            "tasks list -o=yaml",
            "tasks list -qo jsonl",
            "tasks --output json",
            "tasks --output=json",
            "tasks list --jq .",
        ] {
            assert!(json(line, None), "{line}");
        }
        for line in [
            "tasks list",
            "tasks list -o",
            "tasks list -o table",
            "tasks -- -o json",
            "tasks list --output-x json",
            "tasks list -p foo",
        ] {
            assert!(!json(line, None), "{line}");
        }
        assert!(json("tasks", Some("json")));
        assert!(!json("tasks -o csv", Some("json")));
    }
}
