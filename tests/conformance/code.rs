//! Tasks as code: from nothing, every field changed, retired, pruned, exported and compared.
//!
//! Another Lagoon may have tasks of other users: a prune names them to keep them, and may delete
//! one task only.

use serde_json::Value;

use crate::support::lagoon::Lagoon;
use crate::support::output::Output;

/// Runs `tasks COMMAND -f -` with this file.
fn with_file(lagoon: &Lagoon, args: &[&str], file: &str) -> Output {
    let line = [args, &["-f", "-"]].concat();
    lagoon.command(&line).stdin(file).run()
}

fn apply(lagoon: &Lagoon, file: &str) -> Value {
    let applied = with_file(lagoon, &["apply", "--yes", "-o", "json"], file)
        .succeeds()
        .json();
    for step in applied.as_array().unwrap() {
        assert_ne!(step["result"], "failed");
        lagoon.remove_later(&step["id"]);
    }
    applied
}

/// A file for the other environment, where the other scenarios define nothing.
fn file(lagoon: &Lagoon, rest: &str) -> String {
    let (project, environment) = (lagoon.project(), lagoon.other_environment());
    format!("version: 1\nproject: {project}\n{rest}")
        .replace("HERE", &format!("environment: {environment}"))
}

#[test]
fn tasks_as_code_covers_creation_changes_export_and_pruning() {
    let lagoon = Lagoon::for_conformance();
    let (name, service) = (lagoon.unique("code"), lagoon.service());
    let first = format!(
        "tasks:\n  - {{name: {name}, HERE, command: 'echo \"$X\"', service: {service}, arguments: [{{name: X}}]}}\n"
    );
    let first = file(&lagoon, &first);
    with_file(&lagoon, &["diff"], &first).ends_with(9);
    apply(&lagoon, &first);
    with_file(&lagoon, &["diff"], &first).succeeds();

    let upper = name.to_uppercase();
    let second = format!(
        "tasks:\n  - name: {upper}\n    HERE\n    description: \"d: #\"\n    command: |\n      set -e\n      echo ${{X}}\n    \
         service: nginx\n    permission: maintainer\n    confirm: Sure?\n    arguments:\n      \
         - {{name: Y, type: numeric, default: '1.0', optional: true, display_name: 'A: number'}}\n      \
         - {{name: Z, type: other-environment}}\n"
    );
    let second = file(&lagoon, &second);
    let plan = with_file(&lagoon, &["diff", "-o", "json"], &second)
        .ends_with(9)
        .json();
    assert_eq!(plan["summary"]["update"], 1);
    apply(&lagoon, &second);
    with_file(&lagoon, &["diff"], &second).succeeds();
    apply(&lagoon, &first);
    with_file(&lagoon, &["diff"], &first).succeeds();

    let gone = file(&lagoon, &format!("absent: [{{name: {name}, HERE}}]\n"));
    with_file(&lagoon, &["apply", "--yes"], &gone).succeeds();
    with_file(&lagoon, &["diff"], &gone).succeeds();
    exported_and_pruned(&lagoon);
}

/// In one with the above on purpose: nothing else defines on that environment meanwhile.
fn exported_and_pruned(lagoon: &Lagoon) {
    let (one, two) = (lagoon.unique("keep"), lagoon.unique("prune"));
    let service = lagoon.service();
    let tasks = [&one, &two].map(|name| {
        format!("  - {{name: {name}, HERE, command: 'a: \"b\" # ${{c}}', service: {service}}}\n")
    });
    apply(
        lagoon,
        &file(lagoon, &format!("tasks:\n{}", tasks.concat())),
    );
    let (project, environment) = (lagoon.project(), lagoon.other_environment());
    let export = || {
        let line = ["export", "-p", &project, "-e", &environment];
        lagoon.tasks(&line).succeeds().stdout
    };
    let exported = export();
    assert!(
        exported.contains(&one) && exported.contains(&two),
        "{exported}"
    );
    with_file(lagoon, &["diff"], &exported).succeeds();
    // The file names the project: its own tasks are named, too, so that they stay. Other scenarios
    // may define one meanwhile: then two would go, which is refused, and the next try names it.
    for _ in 0..5 {
        let line = ["export", "-p", &project, "--with-environments"];
        let all = lagoon.tasks(&line).succeeds().stdout;
        let without: String = all
            .split_inclusive("\n\n")
            .filter(|task| !task.contains(&format!("name: {two}\n")))
            .collect();
        let line = ["apply", "--prune", "--max-deletes", "1", "--yes"];
        if with_file(lagoon, &line, &without).code == 0 {
            break;
        }
    }
    let left = export();
    assert!(left.contains(&one) && !left.contains(&two), "{left}");
}
