//! `runs`: selection, order and number of requests.

mod watch;

use std::collections::BTreeSet;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::Value;

use crate::group::large_group;
use crate::invoke::FIELDS;
use crate::support::env::{MAIN, TestEnv};
use crate::support::proxy::{Fault, Proxy};
use crate::wait::{narrow, start, start_held};

fn runs(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let line = [&["runs"], args, &["-o", "id"], &MAIN[..]].concat();
    let output = env.tasks(&line).succeeds();
    output.stdout.lines().map(str::to_owned).collect()
}

/// A completed, a failed and a running run of `Say hello`; one run of another task by another user.
fn some(env: &TestEnv) {
    for end in [Status::Complete, Status::Failed] {
        start(env, &[Step::Status(Status::Running), Step::Status(end)]);
    }
    start_held(env, Status::Complete);
    let line = [&["invoke", "Run yarn audit"], &MAIN[..]].concat();
    env.as_role("owner").tasks(&line).succeeds();
}

#[test]
fn runs_are_listed_newest_first_in_every_format() {
    let env = TestEnv::new();
    some(&env);
    env.sql("UPDATE task SET completed = started WHERE completed > ''");
    let listed = |format| {
        let line = [&["runs", "-o", format], &MAIN[..]].concat();
        narrow(&env.tasks(&line).snapshot())
    };
    assert_snapshot!(listed("table"), @"
    exit code: 0
    ---- stdout
    ID  TASK  STATUS  STARTED  TOOK  BY
    4  Run yarn audit  ✓ completed  NOW  LENGTH  owner@example.com
    3  Say hello  ● running  NOW  LENGTH  maintainer@example.com
    2  Say hello  ✗ failed  NOW  LENGTH  maintainer@example.com
    1  Say hello  ✓ completed  NOW  LENGTH  maintainer@example.com
    ---- stderr
    hint: to see why run 2 failed: tasks logs 2
    ");
    assert_snapshot!(listed("tsv"), @"
    exit code: 0
    ---- stdout
    4	lagoon-task-xxxx	Run yarn audit	complete	completed	lagoon-demo	main	node	TIME	TIME	TIME	owner@example.com
    3	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    2	lagoon-task-xxxx	Say hello	failed	failed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    1	lagoon-task-xxxx	Say hello	complete	completed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr: empty
    ");
    let line = [&["runs", "-o", "json"], &MAIN[..]].concat();
    let json = env.tasks(&line).succeeds().json();
    assert_eq!(
        json[0].as_object().unwrap().keys().collect::<Vec<_>>(),
        FIELDS
    );
    assert_eq!(json[0]["sourceUser"], "owner@example.com");
}

#[test]
fn filters_keep_matching_runs() {
    let env = TestEnv::new();
    some(&env);
    assert_eq!(runs(&env, &[]), ["4", "3", "2", "1"]);
    assert_eq!(runs(&env, &["--limit", "2"]), ["4", "3"]);
    assert_eq!(runs(&env, &["--active"]), ["3"]);
    assert_eq!(runs(&env, &["--status", "failed"]), ["2"]);
    assert_eq!(
        runs(&env, &["--status", "completed", "--status", "running"]),
        ["4", "3", "1"]
    );
    assert_eq!(runs(&env, &["--task", "run yarn AUDIT"]), ["4"]);
    assert_eq!(runs(&env, &["--mine"]), ["3", "2", "1"]);
    assert_eq!(runs(&env, &["--since", "2d"]), ["4", "3", "2", "1"]);
    let old = "UPDATE task SET created = '2020-01-01 00:00:00' WHERE id < 3";
    env.sql(old);
    assert_eq!(runs(&env, &["--since", "2d"]), ["4", "3"]);
}

#[test]
fn since_and_until_take_dates_times_and_weeks() {
    let env = TestEnv::new();
    some(&env);
    for (id, created) in [
        (1, "2026-10-31 22:59:59"),
        (2, "2026-10-31 23:00:00"),
        (3, "2026-11-01 22:59:59"),
        (4, "2026-11-01 23:00:00"),
    ] {
        env.sql(&format!(
            "UPDATE task SET created = '{created}' WHERE id = {id}"
        ));
    }
    let listed = |more: &[&str]| {
        let line = [&["runs"], more, &["-o", "id"], &MAIN[..]].concat();
        // A day of this zone begins at 23:00 UTC.
        let output = env
            .run(env.command(&line).env("TZ", "Europe/Berlin"))
            .succeeds();
        output
            .stdout
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    // The end is exclusive.
    let day = ["--since", "2026-11-01", "--until", "2026-11-02"];
    assert_eq!(listed(&day), "3 2");
    let utc = [
        "--since",
        "2026-11-01T00:00Z",
        "--until",
        "2026-11-01T23:00Z",
    ];
    assert_eq!(listed(&utc), "3");
    let offset = ["--since", "2026-11-01T00:00:01+01:00"];
    assert_eq!(listed(&offset), "4 3");
    let zone = ["--until", "2026-10-31T19:00[America/New_York]"];
    assert_eq!(listed(&zone), "1");
    env.sql(
        "UPDATE task SET created = datetime('now', '-8 days') WHERE id = 1;
         UPDATE task SET created = datetime('now', '-6 days') WHERE id > 1;",
    );
    assert_eq!(listed(&["--until", "1w"]), "1");
    assert_eq!(listed(&["--since", "6d12h", "--task", "Say hello"]), "3 2");

    let wrong = |more: &[&str]| env.tasks(&[&["runs"], more, &MAIN[..]].concat()).error(2);
    let line = [
        "--since",
        "2026-11-02T00:00Z",
        "--until",
        "2026-11-01T00:00Z",
    ];
    assert_snapshot!(wrong(&line), @"error: --since (TIME) must be earlier than --until (TIME)");
    assert_snapshot!(wrong(&["--since", "yesterday"]), @"
    error: invalid value `yesterday` for --since: expected a duration such as 3d12h (units: ms, s, m, h, d, w), or a date and time such as 2026-11-01, 2026-11-01T10:00 or 2026-11-01T10:00Z
    hint: for help: tasks help runs
    ");
}

#[test]
fn more_runs_than_the_limit_are_counted_in_a_note() {
    let env = TestEnv::new();
    let insert = |name: &str, many: usize, environment: i64| {
        env.sql(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
             INSERT INTO task (name, task_name, environment, service, kind, status, created)
             SELECT '{name}', 'lagoon-task-{name}' || i, {environment}, 'cli', 'COMMAND', 'complete', '2026-01-01 00:00:00'
             FROM n"
        ));
    };
    insert("one", 80, 101);
    insert("two", 4, 101);
    insert("far", 3, 102);
    let told = |more: &[&str]| {
        let output = env.tasks(&[&["runs", "-p", "lagoon-demo"], more].concat());
        (output.stdout.lines().count(), output.stderr)
    };
    let note = |text: &str| format!("{text} runs; --limit 0 shows all\n");
    assert_eq!(told(&["-e", "main"]), (20, note("20 of 84")));
    assert_eq!(told(&["--limit", "5"]), (5, note("5 of 87")));
    let two = ["--task", "two", "--limit", "3"];
    assert_eq!(told(&two), (3, note("3 of 4")));
    assert_eq!(told(&["--task", "two", "-e", "main"]), (4, String::new()));
    assert_eq!(told(&["-e", "main", "-q"]), (20, String::new()));
    assert_eq!(told(&["-e", "main", "--limit", "0"]), (84, String::new()));
    assert_eq!(told(&["--limit", "0"]), (87, String::new()));
    assert_eq!(told(&["--limit", "84", "-e", "main"]), (84, String::new()));
    // Of very many, older ones are not read to be counted.
    insert("three", 400, 101);
    assert_eq!(told(&["-e", "main"]), (20, note("20 of more than 200")));
    assert_eq!(told(&["-e", "main", "--limit", "0"]).0, 484);
}

#[test]
fn matching_older_runs_are_found() {
    let env = TestEnv::new();
    some(&env);
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO task (name, task_name, environment, service, kind, status, created)
        SELECT 'Other', 'lagoon-task-n' || i, 101, 'cli', 'COMMAND', 'new', '2026-01-01 00:00:00' FROM n";
    env.sql(sql);
    assert_eq!(runs(&env, &["--status", "failed"]), ["2"]);
    assert_eq!(
        runs(&env, &["--task", "Other", "--limit", "250"]).len(),
        250
    );
}

#[test]
fn without_an_environment_all_runs_of_the_project_are_listed() {
    let env = TestEnv::new();
    some(&env);
    let line = [
        "invoke",
        "Run yarn audit",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
    ];
    env.tasks(&line).succeeds();
    let (output, requests) = env.tasks_and_requests(&["runs", "-p", "lagoon-demo", "-o", "json"]);
    let runs = output.succeeds().json();
    let places: Vec<&Value> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["environment"]["name"])
        .collect();
    assert_eq!(places, ["develop", "main", "main", "main", "main"]);
    // One for the project, one for the runs of its three environments.
    assert_eq!(requests.len(), 2);
    let output = env
        .tasks(&["runs", "-p", "lagoon-demo", "-o", "table"])
        .succeeds();
    assert!(output.stdout.contains("ENVIRONMENT"), "{output}");
}

#[test]
fn listing_reads_neither_logs_nor_files() {
    let env = TestEnv::new();
    some(&env);
    let line = [&["runs"], &MAIN[..]].concat();
    let (_, requests) = env.tasks_and_requests(&line);
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(!request.body.contains("logs") && !request.body.contains("files"));
    }
}

#[test]
fn the_chart_shows_each_task() {
    let env = TestEnv::new();
    some(&env);
    let sql = "UPDATE task SET started = '2026-01-01 00:00:00',
        completed = '2026-01-01 00:0' || id || ':00' WHERE status IN ('complete', 'failed')";
    env.sql(sql);
    let line = [&["runs", "--chart", "-o", "table"], &MAIN[..]].concat();
    assert_snapshot!(env.tasks(&line).succeeds().snapshot(), @"
    exit code: 0
    ---- stdout
    TASK            RUNS  FAILED  MEDIAN  LONGEST  OLDEST TO NEWEST
    Run yarn audit     1       0   4 min    4 min  █
    Say hello          2       1   2 min    2 min  ▅×
    ---- stderr
    higher bars: longer runs; ×: failed or cancelled
    ");
}

#[test]
fn usage_errors_send_no_request() {
    let env = TestEnv::new();
    for args in [
        vec!["--limit", "-1"],
        vec!["--since", "yesterday"],
        vec!["--since", "-2d"],
    ] {
        let line = [&["runs"], &args[..], &MAIN[..]].concat();
        assert_eq!(env.tasks(&line).code, 2, "{args:?}");
    }
    assert_eq!(env.requests().len(), 0);
    let nowhere = env.tasks(&["runs", "-p", "lagoon-demo", "-e", "mian"]);
    assert_snapshot!(nowhere.error(5), @"
    error: the project `lagoon-demo` has no environment `mian`
    hint: did you mean `main`?
    ");
}

#[test]
fn several_projects_are_one_list_newest_first() {
    let env = TestEnv::new();
    crate::bulk::shops(&env);
    some(&env);
    for place in ["shop:main", "shop-eu:main", "lagoon-demo:develop"] {
        env.tasks(&["invoke", "Say hello", "-e", place]).succeeds();
    }
    let places = |args: &[&str]| -> Vec<String> {
        let runs = env
            .tasks(&[&["runs", "-o", "json"], args].concat())
            .succeeds()
            .json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let place = |run: &Value| {
            let environment = &run["environment"];
            format!(
                "{}:{}",
                text(&environment["project"]["name"]),
                text(&environment["name"])
            )
        };
        runs.as_array().unwrap().iter().map(place).collect()
    };
    assert_eq!(
        places(&["-A", "--limit", "3"]),
        ["lagoon-demo:develop", "shop-eu:main", "shop:main"]
    );
    assert_eq!(
        places(&["-p", "shop*", "-e", "*"]),
        ["shop-eu:main", "shop:main"]
    );
    assert_eq!(
        places(&["-e", "shop:main", "-e", "shop-eu:main"]),
        ["shop-eu:main", "shop:main"]
    );
    assert_eq!(
        places(&["-p", "lagoon-demo", "--type", "development"]),
        ["lagoon-demo:develop"]
    );
    assert_eq!(
        places(&[
            "--group",
            "lagoon-demo-group",
            "--mine",
            "--task",
            "Say hello",
            "-e",
            "develop"
        ]),
        ["lagoon-demo:develop"]
    );
    // By age, not by id: rows can come from elsewhere.
    env.sql("UPDATE task SET created = '2020-01-01 00:00:00' WHERE environment = 201");
    assert_eq!(places(&["-p", "shop*", "--limit", "1"]), ["shop-eu:main"]);
    let (output, requests) = env.tasks_and_requests(&["runs", "-A", "--active", "-o", "table"]);
    assert_snapshot!(narrow(&output.succeeds().snapshot()), @"
    exit code: 0
    ---- stdout
    ID  TASK  STATUS  PROJECT  ENVIRONMENT  STARTED  TOOK  BY
    7  Say hello  ● running  lagoon-demo  develop  NOW  LENGTH  maintainer@example.com
    6  Say hello  ● running  shop-eu  main  NOW  LENGTH  maintainer@example.com
    3  Say hello  ● running  lagoon-demo  main  NOW  LENGTH  maintainer@example.com
    5  Say hello  ● running  shop  main  NOW  LENGTH  maintainer@example.com
    ---- stderr: empty
    ");
    // The projects' names, and the runs of each of three projects.
    assert_eq!(requests.len(), 1 + 3);
    let file = "{\"project\": \"shop\", \"environment\": \"main\"}\n";
    let command = env
        .command(&["runs", "--targets", "-", "-o", "id"])
        .stdin(file);
    assert_eq!(env.run(command).succeeds().stdout, "5\n");
    let nowhere = env.tasks(&["runs", "-A", "-e", "no*"]);
    assert_eq!(
        (nowhere.code, nowhere.stdout.as_str()),
        (5, ""),
        "{nowhere}"
    );
}

#[test]
fn unreadable_environments_do_not_hide_the_rest() {
    let env = TestEnv::new();
    some(&env);
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "--all-environments",
        "--yes",
    ];
    env.tasks(&line).succeeds();
    // Lagoon reports what fails for one environment beside the runs of the others.
    let fault = Fault::rewritten(|reply| {
        let environments = &mut reply["data"]["projectByName"]["environments"];
        environments[1]["tasks"] = Value::Null;
        let path = serde_json::json!(["projectByName", "environments", 1, "tasks"]);
        reply["errors"] = serde_json::json!([{"message": "it is broken", "path": path}]);
    });
    let proxy = Proxy::new(env.address(), [Fault::None, fault]);
    let line = [
        "runs",
        "-p",
        "lagoon-demo",
        "--task",
        "Say hello",
        "-o",
        "json",
    ];
    let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(command).ends_with(1);
    assert!(output.stderr.contains("it is broken"), "{output}");
    assert_eq!(environments(&output.json()).len(), 2, "{output}");

    // So does a project that may not be seen.
    crate::bulk::shops(&env);
    env.tasks(&["invoke", "Say hello", "-e", "shop:main"])
        .succeeds();
    let refusal = "Unauthorized: You don't have permission to \"view\" on \"project\"";
    let refused = Fault::rewritten(move |reply| {
        reply["data"]["projectByName"] = Value::Null;
        reply["errors"] = serde_json::json!([{"message": refusal, "path": ["projectByName"]}]);
    });
    let proxy = Proxy::new(env.address(), [Fault::None, refused]);
    let command = env.command(&["runs", "-A", "-o", "json"]);
    let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
    let output = output.ends_with(4);
    assert!(!environments(&output.json()).is_empty(), "{output}");
}

fn environments(runs: &Value) -> BTreeSet<String> {
    let runs = runs.as_array().unwrap().iter();
    runs.map(|run| run["environment"].to_string()).collect()
}

#[test]
fn each_project_takes_one_request() {
    let env = large_group();
    for environment in ["main", "develop"] {
        let place = format!("p-120:{environment}");
        let line = [
            "exec",
            "-s",
            "cli",
            "--name",
            "Mine",
            "-e",
            &place,
            "--no-preflight",
            "--yes",
        ];
        let line = [&line[..], &["--", "true"]].concat();
        env.tasks(&line).succeeds();
    }
    for (more, projects) in [(&[][..], 121), (&["--type", "production"], 121)] {
        let line = [&["runs", "-A", "-o", "json"], more].concat();
        let (output, requests) = env.tasks_and_requests(&line);
        let runs = output.succeeds().json();
        assert_eq!(environments(&runs).len(), 2 - more.len() / 2);
        assert_eq!(requests.len(), 1 + projects);
    }
    let (output, requests) = env.tasks_and_requests(&["runs", "-A", "--chart"]);
    output.succeeds();
    assert_eq!(requests.len(), 1 + 121);

    // Only the environment whose older runs are wanted is read once more.
    env.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO task (name, task_name, environment, service, kind, status, created)
         SELECT 'Other', 'lagoon-task-n' || i, t.environment, 'cli', 'COMMAND', 'complete', '2999-01-01 00:00:00'
         FROM n, task t WHERE t.id = 1",
    );
    let line = ["runs", "-A", "--task", "Mine", "-o", "id"];
    let (output, requests) = env.tasks_and_requests(&line);
    assert_eq!(output.succeeds().stdout, "2\n1\n");
    assert_eq!(requests.len(), 1 + 121 + 1);
}

#[test]
fn an_unknown_status_is_reported_and_an_empty_one_refused() {
    let env = TestEnv::new();
    let output = env.tasks(&["runs", "-p", "lagoon-demo", "--status", "faild"]);
    assert_eq!((output.code, output.stdout.as_str()), (0, ""), "{output}");
    assert!(output.stderr.contains("`failed`?"), "{output}");
    for flag in ["--status", "--task"] {
        let output = env
            .tasks(&["runs", "-p", "lagoon-demo", flag, ""])
            .ends_with(2);
        assert!(output.stderr.contains(flag), "{output}");
    }
}
