//! The global options that a command uses: its help and its completions show only these. The parser
//! accepts all of them, so that a script can add them to any command.

use clap::Arg;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::settings::{FORMATS, MARKDOWN};

/// Formats without a meaning for a command, which refuses them.
const REFUSED: [(&str, &[&str]); 11] = [
    ("api", &["table", "tsv", "csv", "name", "id"]),
    ("context", &["id"]),
    ("diff", &["name", "id"]),
    ("doctor", &["name", "id"]),
    (
        "export",
        &["table", "tsv", "json", "jsonl", "csv", "name", "id"],
    ),
    ("files", &["id"]),
    ("lint", &["name", "id"]),
    ("login", &["name"]),
    ("logout", &["name", "id"]),
    ("sandbox", &["name", "id"]),
    ("whoami", &["name"]),
];

/// Options with another meaning for a command.
const RENAMED: [(&str, &str, &str); 2] = [
    (
        "mcp",
        "project",
        "Allow only this project; repeatable; `*` and `?` are wildcards",
    ),
    (
        "mcp",
        "environment",
        "Allow only this environment (ENV or PROJECT:ENV); repeatable; `*` and `?` are wildcards",
    ),
];

/// Options without an effect.
const IGNORED: [(&str, &[&str]); 13] = [
    ("api", &["project", "environment"]),
    ("apply", &["environment"]),
    ("context", &["project", "environment"]),
    ("context add", &["environment"]),
    ("diff", &["environment"]),
    ("environments", &["environment"]),
    ("lint", &["environment"]),
    ("login", &["environment"]),
    ("logout", &["project", "environment"]),
    ("mcp", &["output", "jq", "yes", "no_input"]),
    ("projects", &["project", "environment"]),
    ("ui", &["output", "jq"]),
    ("whoami", &["environment"]),
];

/// The global option `arg`, as the command `path` shows it.
pub(super) fn shown(arg: Arg, path: &str) -> Arg {
    let id = arg.get_id().as_str();
    let renamed = RENAMED
        .iter()
        .find(|(command, name, _)| *command == path && *name == id);
    if let Some((.., help)) = renamed {
        return arg.help(*help);
    }
    if of(&IGNORED, path).contains(&id) {
        return arg.hide(true);
    }
    if id != "output" {
        return arg;
    }
    let refused = of(&REFUSED, path);
    let format = |name| PossibleValue::new(name).hide(refused.contains(&name));
    // The flag before `diff` has been parsed when the command is known.
    let markdown = PossibleValue::new(MARKDOWN).hide(path != "diff");
    let formats = FORMATS.into_iter().map(format).chain([markdown]);
    arg.value_parser(PossibleValuesParser::new(formats))
}

/// The entry for a command or, without one, for its group.
fn of(entries: &[(&str, &'static [&'static str])], path: &str) -> &'static [&'static str] {
    let find = |name| entries.iter().find(|entry| entry.0 == name);
    let group = path.split(' ').next().unwrap_or_default();
    let found = find(path).or_else(|| find(group));
    found.map_or(&[], |entry| entry.1)
}
