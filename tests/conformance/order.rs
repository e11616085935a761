//! Lists that Lagoon returns in no particular order, and a group of several projects.

use super::{define, invoke, recorded};
use crate::support::lagoon::Lagoon;

/// Out of alphabetical order.
const ARGUMENTS: [&str; 6] = [
    "--arg",
    "SOURCE:string:Where from",
    "--arg",
    "ROWS?:numeric",
    "--arg-default",
    "ROWS=10",
];

#[test]
fn a_task_with_arguments_out_of_alphabetical_order_can_be_managed() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("order");
    let line = [&["--command", "echo \"$SOURCE $ROWS\""], &ARGUMENTS[..]].concat();
    let defined = define(&lagoon, &name, &line);
    assert_eq!(define(&lagoon, &name, &line)["id"], defined["id"]);
    let update = ["update", &name, "--description", "Copies rows"];
    lagoon
        .tasks(&[&update, &lagoon.here()[..]].concat())
        .succeeds();

    let (project, environment, service) =
        (lagoon.project(), lagoon.environment(), lagoon.service());
    let file = format!(
        "version: 1\nproject: {project}\ntasks:\n  - name: {name}\n    environment: {environment}\n    \
         description: Copies rows\n    command: 'echo \"$SOURCE $ROWS\"'\n    service: {service}\n    arguments:\n      \
         - {{name: SOURCE, display_name: Where from}}\n      - {{name: ROWS, type: numeric, default: '10', optional: true}}\n"
    );
    for command in [&["diff"][..], &["apply", "--yes"]] {
        let line = [command, &["-f", "-"]].concat();
        let output = lagoon.command(&line).stdin(&file).run().succeeds();
        assert!(output.stderr.contains("nothing to do"), "{output}");
    }
    let exported = lagoon.tasks(&[&["export"], &lagoon.here()[..]].concat());
    let exported = exported.succeeds().stdout;
    let task = exported.split("\n\n").find(|task| task.contains(&name));
    let task = task.unwrap();
    assert!(
        task.find("name: ROWS") < task.find("name: SOURCE"),
        "{task}"
    );

    let line = [&name, "-a", "SOURCE=it's", "-o", "json"];
    let run = invoke(&lagoon, &line).succeeds().json();
    lagoon.remove_run_later(&run["id"]);
    let line = ["rerun", &run["id"].to_string(), "-o", "json"];
    let again = lagoon.tasks(&line).succeeds().json();
    lagoon.remove_run_later(&again["id"]);
    assert_eq!(recorded(&lagoon, &again), recorded(&lagoon, &run));
}

#[test]
fn results_do_not_depend_on_list_order() {
    let lagoon = Lagoon::for_conformance();
    let Some(shuffled) = lagoon.shuffled() else {
        eprintln!("skipped: replies are shuffled over plain http only");
        return;
    };
    let (first, second) = (lagoon.unique("first"), lagoon.unique("second"));
    for name in [&first, &second] {
        let line = [&["--command", "true"], &ARGUMENTS[..]].concat();
        let defined = define(&shuffled, name, &line);
        assert_eq!(define(&shuffled, name, &line)["id"], defined["id"]);
    }
    let here = lagoon.here();
    let (project, environment, service) =
        (lagoon.project(), lagoon.environment(), lagoon.service());
    let tasks = [&second, &first].map(|name| {
        format!(
            "  - {{name: {name}, environment: {environment}, command: 'true', service: {service}, arguments: [\
             {{name: SOURCE, display_name: Where from}}, \
             {{name: ROWS, type: numeric, default: '10', optional: true}}]}}\n"
        )
    });
    let file = format!("version: 1\nproject: {project}\ntasks:\n{}", tasks.concat());
    for _ in 0..3 {
        let diff = shuffled.command(&["diff", "-f", "-"]).stdin(&file);
        diff.run().succeeds();
        for name in [&first, &second] {
            let line = [&["show", name, "-o", "json"], &here[..]].concat();
            assert_eq!(
                shuffled.tasks(&line).succeeds().stdout,
                lagoon.tasks(&line).succeeds().stdout
            );
        }
    }
}

#[test]
fn a_shadowed_task_of_a_group_is_found() {
    let lagoon = Lagoon::for_conformance();
    let Some(other) = lagoon.other_project() else {
        eprintln!("skipped: the group has only one project with environments");
        return;
    };
    let name = lagoon.unique("group");
    let (group, project, service) = (lagoon.group(), lagoon.project(), lagoon.service());
    let line = [
        "define",
        &name,
        "-s",
        &service,
        "--command",
        "true",
        "-o",
        "json",
    ];
    let of_group = ["--group", group.as_str()];
    let of_project = ["-p", project.as_str()];
    let defined = lagoon.tasks(&[&line[..], &of_group].concat()).succeeds();
    lagoon.remove_later(&defined.json()["id"]);
    let hiding = lagoon.tasks(&[&line[..], &of_project].concat()).succeeds();
    lagoon.remove_later(&hiding.json()["id"]);

    let again = lagoon.tasks(&[&line[..], &of_group].concat()).succeeds();
    assert_eq!(again.json()["id"], defined.json()["id"]);
    let update = ["update", &name, "--description", "For all"];
    lagoon.tasks(&[&update[..], &of_group].concat()).succeeds();
    let shown = || {
        let line = ["list", "-p", &other, "--scope", "group", "-o", "name"];
        let listed = lagoon.tasks(&line).succeeds().stdout;
        listed.lines().any(|line| line == name)
    };
    assert!(shown());
    let delete = ["delete", &name, "--yes"];
    lagoon.tasks(&[&delete[..], &of_group].concat()).succeeds();
    assert!(!shown());
}
