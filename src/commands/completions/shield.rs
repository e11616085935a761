//! Values of flags, hidden from clap's completion engine.
//!
//! The engine takes any word that is the name of a command for that command, including the value in
//! `-l sandbox` (clap_complete 4.6). It ignores the values themselves, so a placeholder replaces
//! them.

use clap::{Arg, Command};

/// A placeholder that is neither a command nor a flag.
const VALUE: &str = "_";

/// Replaces the values of flags, except the word at `index`.
pub(super) fn shield(words: &[String], index: usize, root: &Command) -> Vec<String> {
    let mut shielded = words.to_vec();
    let mut command = root;
    let mut is_value = false;
    for (at, word) in shielded.iter_mut().enumerate().skip(1) {
        if std::mem::take(&mut is_value) {
            if at != index {
                VALUE.clone_into(word);
            }
        } else if word == "--" {
            break;
        } else if let Some(long) = word.strip_prefix("--") {
            is_value = takes_value(command, |arg| arg.get_long() == Some(long));
        } else if let Some(shorts) = word.strip_prefix('-') {
            let mut shorts = shorts.chars();
            let valued = |c| takes_value(command, |arg: &Arg| arg.get_short() == Some(c));
            // The rest of the word is the flag's value.
            is_value = shorts.by_ref().any(valued) && shorts.next().is_none();
        } else if let Some(below) = command.find_subcommand(word.as_str()) {
            command = below;
        }
    }
    shielded
}

fn takes_value(command: &Command, is_it: impl Fn(&Arg) -> bool) -> bool {
    let found = command.get_arguments().find(|arg| is_it(arg));
    found.is_some_and(|arg| arg.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_flag_values_are_replaced() {
        let flag = |name: &'static str, short| Arg::new(name).long(name).short(short);
        let root = Command::new("tasks")
            .arg(flag("context", 'l'))
            .arg(flag("quiet", 'q').action(clap::ArgAction::SetTrue))
            .subcommand(Command::new("list").arg(flag("context", 'l')))
            .subcommand(Command::new("sandbox"));
        for (line, expected) in [
            ("tasks -l sandbox list ", "tasks -l _ list "),
            (
                "tasks --context sandbox list -l list x",
                "tasks --context _ list -l _ x",
            ),
            (
                "tasks --context=sandbox -q list",
                "tasks --context=sandbox -q list",
            ),
            (
                "tasks -qlsandbox -ql list list",
                "tasks -qlsandbox -ql _ list",
            ),
            ("tasks list -- -l sandbox", "tasks list -- -l sandbox"),
            ("tasks sandbox -l", "tasks sandbox -l"),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(shield(&words, 99, &root).join(" "), expected);
        }
        let words = ["tasks", "-l", "sandbox"].map(str::to_owned);
        assert_eq!(shield(&words, 2, &root), words);
    }
}
