//! The verbs of other programs (`gh`, `kubectl`, `docker`, `drush`, `npm`, the `lagoon` CLI), and the
//! commands here.

use crate::domain::RunRef;

/// Lists tasks, filtered by the words after the command.
pub(super) const SEARCH: &str = "list | grep -i";

/// The command only leaves out the verb: `task show X`.
pub(super) const OMIT: &str = "";

/// The first word of a command group here or in another program, its verbs, and the commands here. A
/// command that does not accept the typed words is not suggested if another one does.
const VERBS: &[(&str, &str, &[&str])] = &[
    ("", "start trigger dispatch launch call submit", &["invoke"]),
    ("", "create add new register", &["define"]),
    (
        "",
        "rm remove del undefine undo destroy drop erase uninstall",
        &["delete"],
    ),
    (
        "",
        "edit set change modify patch rename replace",
        &["update"],
    ),
    ("", "get view describe inspect info explain cat", &["show"]),
    ("", "search find grep filter lookup", &[SEARCH]),
    ("", "tasks", &["list"]),
    ("", "task workflow", &[OMIT, "show"]),
    ("", "job", &[OMIT, "status"]),
    ("", "shell bash sh ssh execute command cmd", &["exec"]),
    ("", "tail follow attach", &["logs -f"]),
    ("", "log output", &["logs"]),
    ("", "kill stop abort terminate interrupt", &["cancel"]),
    ("", "retry restart repeat redo again", &["rerun"]),
    ("", "ps", &["runs --active"]),
    ("", "history jobs events", &["runs"]),
    ("", "watch", &["wait", "runs --watch"]),
    ("", "open browse web result", &["status"]),
    ("", "stats", &["runs --chart"]),
    ("", "dashboard top tui gui", &["ui"]),
    ("", "artifacts artifact", &["files list", "files get"]),
    ("", "download", &["files get"]),
    ("", "upload", &["files put"]),
    ("", "cp", &["files get", "files put"]),
    ("", "dump backup pull", &["export"]),
    ("", "plan preview", &["diff"]),
    ("", "import push sync deploy", &["apply"]),
    ("", "validate check verify test", &["lint"]),
    ("", "config configuration conf", &["context"]),
    ("", "contexts lagoons profiles", &["context list"]),
    ("", "use switch select", &["context use"]),
    ("", "init setup configure", &["context add", "login"]),
    ("", "signin sign-in logon connect", &["login"]),
    ("", "signout sign-out logoff disconnect", &["logout"]),
    (
        "",
        "permissions permission roles role access groups group user me can-i",
        &["whoami"],
    ),
    ("", "auth", &["whoami", "login"]),
    ("", "env envs site sites aliases", &["environments"]),
    ("", "graphql query raw curl", &["api"]),
    ("", "diagnose debug ping health", &["doctor"]),
    ("", "serve demo playground", &["sandbox serve"]),
    ("", "usage commands docs manual", &["help"]),
    ("", "version", &["--version"]),
    ("auth", "login", &["login"]),
    ("auth", "logout", &["logout"]),
    ("auth", "status token can-i whoami", &["whoami"]),
    ("context", "create new add-context set-context", &["add"]),
    ("context", "rm delete delete-context", &["remove"]),
    (
        "context",
        "get view describe inspect current current-context",
        &["show"],
    ),
    ("context", "get-contexts list-contexts", &["list"]),
    (
        "context",
        "set select switch default default-context use-context",
        &["use"],
    ),
    ("files", "ls show view", &["list"]),
    ("files", "download fetch pull save cat open", &["get"]),
    ("files", "upload add push attach send", &["put"]),
    ("files", "cp", &["get", "put"]),
    ("sandbox", "start run up", &["serve"]),
    // Also after `get`.
    ("list", "tasks task invokable-tasks", &["list"]),
    ("list", "projects project", &["projects"]),
    (
        "list",
        "environments environment envs env services",
        &["environments"],
    ),
    ("list", "runs jobs history", &["runs"]),
    ("list", "task-by-id run job", &["status"]),
    ("list", "contexts context lagoons", &["context list"]),
    ("list", "files", &["files list"]),
    ("list", "groups roles permissions", &["whoami"]),
    ("list", "logs", &["logs"]),
];

/// The commands for a verb in a group; the root group is empty.
pub(super) fn commands(group: &str, verb: &str) -> &'static [&'static str] {
    let group = if group == "get" { "list" } else { group };
    let mut verbs = VERBS.iter();
    let found =
        verbs.find(|(parent, all, _)| *parent == group && all.split(' ').any(|v| v == verb));
    found.map_or(&[], |(_, _, commands)| commands)
}

/// The command for a run without a verb: `files 63`.
pub(super) fn for_run(group: &str, word: &str) -> Option<[&'static str; 1]> {
    let command = match group {
        "" => "status",
        "files" => "list",
        _ => return None,
    };
    RunRef::parse(word).ok().map(|_| [command])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_verb_is_unknown_and_its_commands_exist() {
        let root = crate::cli::command();
        let mut seen = HashSet::new();
        for (group, verbs, commands) in VERBS {
            // The groups of other programs are no commands here.
            let (parent, is_here) = match root.find_subcommand(group) {
                Some(here) if *group != "list" => (here, true),
                _ => (&root, group.is_empty()),
            };
            for verb in verbs.split(' ') {
                assert!(seen.insert((group, verb)), "{group} {verb} is listed twice");
                let known = parent.find_subcommand(verb);
                assert!(!is_here || known.is_none(), "{group} {verb}");
            }
            for command in *commands {
                let words = command.split(' ').take_while(|word| *word != "|");
                let words = words.filter(|word| !word.is_empty() && !word.starts_with('-'));
                let mut at = parent;
                for word in words.filter(|word| *word != "help") {
                    at = at
                        .find_subcommand(word)
                        .unwrap_or_else(|| panic!("{group} {command}"));
                }
            }
        }
    }
}
