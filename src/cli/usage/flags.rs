//! Flags of other programs, and the flags here.

use clap::Command;

/// The flags of other programs, and the words here. The first word is a flag of the command.
const FLAGS: &[(&str, &[&str])] = &[
    ("--json", &["-o", "json"]),
    ("--yaml", &["-o", "yaml"]),
    ("--csv", &["-o", "csv"]),
    ("--format --out --output-format --fmt", &["-o"]),
    (
        "--var --vars --param --params --parameter --input --set --value --argument --field",
        &["-a"],
    ),
    ("--last --number --max --count --max-count -n", &["--limit"]),
    ("--all --all-envs", &["--all-environments"]),
    ("--env-name --namespace --branch --site", &["-e"]),
    ("--container", &["-s"]),
    ("--cmd --run --exec", &["--command"]),
    ("--assume-yes --force --no-confirm --confirm", &["-y"]),
    ("--non-interactive --no-interaction", &["--no-input"]),
    ("--sync --block --blocking", &["--wait"]),
    ("--watch --tail --stream", &["--follow"]),
    ("--check --plan --simulate", &["--dry-run"]),
    ("--lines --num-lines", &["--tail"]),
];

/// The words in place of another program's flag, if this command takes them.
pub(super) fn here(typed: &str, command: &Command) -> Option<&'static [&'static str]> {
    let takes = |flag: &str| {
        command.get_arguments().any(|arg| {
            let long = arg.get_long().map(|long| format!("--{long}"));
            let short = arg.get_short().map(|short| format!("-{short}"));
            long.is_some_and(|long| long == flag) || short.is_some_and(|short| short == flag)
        })
    };
    let mut flags = FLAGS.iter();
    let (_, words) = flags
        .find(|(others, words)| others.split(' ').any(|other| other == typed) && takes(words[0]))?;
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_flag_is_listed_once_and_a_command_takes_its_words() {
        let root = crate::cli::command();
        let mut seen = HashSet::new();
        for (others, words) in FLAGS {
            for other in others.split(' ') {
                assert!(seen.insert(other), "{other} is listed twice");
                let mut commands = root.get_subcommands();
                let found = commands.any(|command| here(other, command) == Some(*words));
                assert!(found, "{other}: {words:?}");
            }
        }
    }
}
