//! Lagoon guarantees the order of few lists, so no output may depend on it.

use std::time::Duration;

use crate::bulk::shops;
use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::support::shuffle;

/// Runs a command on a Lagoon that returns every list in another order.
#[track_caller]
fn shuffled(env: &TestEnv, seed: u64, args: &[&str], stdin: &str) -> Output {
    behind(env, args, stdin, move || shuffle::fault(seed))
}

#[track_caller]
fn ordered(env: &TestEnv, args: &[&str], stdin: &str) -> Output {
    behind(env, args, stdin, || Fault::None)
}

#[track_caller]
fn behind(
    env: &TestEnv,
    args: &[&str],
    stdin: &str,
    fault: impl Fn() -> Fault + Send + 'static,
) -> Output {
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |_| fault());
    let command = env.command(args).env("TASKS_API", proxy.url("/graphql"));
    let mut output = env.run(command.stdin(stdin));
    for stream in [&mut output.stdout, &mut output.stderr] {
        *stream = stream.replace(&proxy.url(""), "PROXY");
    }
    output
}

/// Several of everything, and runs of the same second.
fn world() -> TestEnv {
    let env = TestEnv::new();
    shops(&env);
    for name in ["Report", "Audit", "Zip"] {
        for place in [
            &["-p", "lagoon-demo", "-e", "main"][..],
            &["-p", "lagoon-demo"],
            &["--group", "lagoon-demo-group"],
        ] {
            let name = format!("{name} {}", place.len());
            let line = ["define", &name, "-s", "cli", "--command", "true"];
            let more = ["--arg", "SOURCE", "--arg", "ROWS?:numeric"];
            env.tasks(&[&line[..], &more, place].concat()).succeeds();
        }
    }
    for environment in ["main", "develop"] {
        for _ in 0..3 {
            let place = ["-p", "lagoon-demo", "-e", environment];
            let line = ["invoke", "Audit 2", "-a", "SOURCE=x"];
            env.tasks(&[&line[..], &place].concat()).succeeds();
        }
    }
    env.sql(
        "UPDATE task SET created = '2026-01-01 00:00:00'
           WHERE id IN (SELECT id FROM task ORDER BY id DESC LIMIT 6)",
    );
    env
}

#[test]
fn no_output_depends_on_the_order_of_a_list() {
    let env = world();
    let run = env
        .tasks(&["runs", "-p", "lagoon-demo", "-o", "id"])
        .succeeds()
        .stdout;
    let run = run.lines().next().unwrap();
    let all = ["export", "-p", "lagoon-demo", "--with-environments"];
    let file = env.tasks(&all).succeeds().stdout;
    let commands: [&[&str]; 25] = [
        &["list", "-p", "lagoon-demo"],
        &["list", "-p", "lagoon-demo", "-o", "json"],
        &["list", "-p", "lagoon-demo", "-e", "main", "-o", "json"],
        &["show", "Try arguments", "-p", "lagoon-demo", "-o", "json"],
        &["show", "Audit 4", "-p", "lagoon-demo", "-e", "main"],
        &["projects", "-o", "json"],
        &["environments", "-p", "shop", "-o", "json"],
        &all,
        &["export", "--group", "lagoon-demo-group"],
        &["export", "--scope", "system"],
        &["diff", "-f", "-", "-o", "json", "--prune"],
        &["diff", "-f", "-"],
        &["runs", "-A", "-o", "json"],
        &["runs", "-p", "lagoon-demo", "-o", "jsonl"],
        &["runs", "-p", "lagoon-demo", "-e", "main", "-o", "json"],
        &["status", run, "-o", "json"],
        &["whoami", "-o", "json"],
        &["files", "list", "12", "-o", "json"],
        &[
            "invoke",
            "Audit 2",
            "-a",
            "SOURCE=x",
            "-a",
            "ROWS=1",
            "-A",
            "-e",
            "*",
            "--dry-run",
            "--skip-missing",
            "-o",
            "json",
        ],
        &[
            "exec",
            "-s",
            "nope",
            "-p",
            "lagoon-demo",
            "-e",
            "main",
            "--",
            "true",
        ],
        &["list", "-p", "lagoon-demo", "-e", "nope"],
        &["list", "-p", "lagoon-dem"],
        &["show", "No such task", "-p", "lagoon-demo", "-e", "main"],
        &["delete", "id:1", "--group", "lagoon-demo-group", "--yes"],
        &["rerun", run, "--dry-run", "-o", "json"],
    ];
    for args in commands {
        let before = ordered(&env, args, &file);
        for seed in 1..4 {
            let after = shuffled(&env, seed, args, &file);
            assert_eq!(
                (before.code, &before.stdout, &before.stderr),
                (after.code, &after.stdout, &after.stderr),
                "{args:?} with the seed {seed}"
            );
        }
    }
}

#[test]
fn arguments_are_compared_by_name() {
    let env = TestEnv::bare();
    let define = [
        "define",
        "Copy",
        "-s",
        "cli",
        "--command",
        "copy \"$SOURCE\" \"$ROWS\"",
    ];
    let arguments = [
        "--arg",
        "SOURCE:string:From",
        "--arg",
        "ROWS?:numeric",
        "--arg-default",
        "ROWS=10",
    ];
    let line = [&define[..], &arguments, &MAIN].concat();
    let defined = env.tasks(&line).succeeds();
    assert!(
        !defined.stderr.contains("differs from the request"),
        "{defined}"
    );
    for seed in 1..4 {
        let again = shuffled(&env, seed, &line, "").succeeds();
        assert!(again.stderr.contains("unchanged"), "{again}");
    }
    let update = ["update", "Copy", "--arg", "ALL?"];
    let line = [&update[..], &MAIN].concat();
    env.tasks(&line).succeeds();
    let again = shuffled(&env, 1, &line, "").succeeds();
    assert!(again.stderr.contains("unchanged"), "{again}");

    // Another field is changed: the arguments are not sent again.
    let line = [&["update", "Copy", "--description", "Copies"], &MAIN[..]].concat();
    let before = env.requests().len();
    shuffled(&env, 1, &line, "").succeeds();
    let sent = env.requests().split_off(before);
    let mut updates = sent
        .iter()
        .filter(|r| r.operations.join("").starts_with("update"));
    let patch = &updates.next().unwrap().body;
    assert!(
        !patch.contains("advancedTaskDefinitionArguments\":["),
        "{patch}"
    );

    let exported = env
        .tasks(&[&["export"], &MAIN[..]].concat())
        .succeeds()
        .stdout;
    let at = |name: &str| exported.find(&format!("name: {name}\n")).unwrap();
    assert!(
        at("ALL") < at("ROWS") && at("ROWS") < at("SOURCE"),
        "{exported}"
    );
}

#[test]
fn argument_order_in_a_file_causes_no_change() {
    let env = TestEnv::bare();
    let proxy = shuffle::proxy(env.address());
    let file = "version: 1\nproject: lagoon-demo\ntasks:\n  - name: Copy\n    command: copy\n    \
        service: cli\n    arguments: [{name: SOURCE}, {name: ROWS, type: numeric, optional: true}, \
        {name: LIMIT, default: '1'}]\n";
    let run = |args: &[&str], file: &str| {
        let command = env.command(args).env("TASKS_API", proxy.url("/graphql"));
        env.run(command.stdin(file))
    };
    run(&["apply", "-f", "-", "--yes"], file).succeeds();
    for _ in 0..3 {
        run(&["diff", "-f", "-"], file).succeeds();
    }
    let again = run(&["apply", "-f", "-", "--yes"], file).succeeds();
    assert!(again.stderr.contains("nothing to do"), "{again}");

    let changed = file.replace("command: copy", "command: copy --all");
    let plan = run(&["diff", "-f", "-", "-o", "json"], &changed).ends_with(9);
    let changes = plan.json()["steps"][0]["changes"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
    let plan = env.home.write("work/plan.json", &plan.stdout);
    run(&["apply", "--plan", plan.to_str().unwrap(), "--yes"], "").succeeds();
    run(&["diff", "-f", "-"], &changed).succeeds();
}
