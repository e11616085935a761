//! Environments by their safe name or namespace, and names that select nothing.

use insta::assert_snapshot;
use serde_json::Value;

use crate::bulk::{shops, started};
use crate::support::env::TestEnv;
use crate::support::output::Output;

/// The demo's `develop` is called `feature/x`, and `pr-12` has the name of the other's namespace.
fn feature() -> TestEnv {
    let env = TestEnv::new();
    env.sql(
        "UPDATE environment SET name = 'feature/x', namespace = 'lagoon-demo-feature-x' WHERE id = 102;",
    );
    env
}

const SAFE: &str = "environment lagoon-demo/feature/x (its safe name is `feature-x`)";
const NAMESPACE: &str =
    "environment lagoon-demo/feature/x (its namespace is `lagoon-demo-feature-x`)";

fn environments(output: &Output) -> Vec<String> {
    let json = output.json();
    let each = json.as_array().unwrap().iter();
    each.map(|run| run["environment"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn safe_name_and_namespace_of_an_environment_are_accepted_and_reported() {
    let env = feature();
    for (text, note) in [("feature-x", SAFE), ("lagoon-demo-feature-x", NAMESPACE)] {
        for line in [
            &["list"][..],
            &["show", "Say hello"],
            &["runs"],
            &["environments", text],
            &["invoke", "Say hello"],
            &["exec", "-s", "cli", "--dry-run"],
            &["export"],
        ] {
            let place = ["-p", "lagoon-demo", "-e", text];
            let place = if line[0] == "environments" {
                &place[..2]
            } else {
                &place[..]
            };
            let end: &[&str] = if line[0] == "exec" {
                &["--", "true"]
            } else {
                &[]
            };
            let output = env.tasks(&[line, place, end].concat()).succeeds();
            assert!(output.stderr.contains(note), "{line:?}\n{output}");
        }
        let pair = format!("lagoon-demo:{text}");
        let output = env.tasks(&["list", "-e", &pair]).succeeds();
        assert!(output.stderr.contains(note), "{output}");
        let variable = env
            .command(&["invoke", "Say hello", "-p", "lagoon-demo", "-o", "json"])
            .env("TASKS_ENVIRONMENT", text);
        let output = env.run(variable).succeeds();
        assert!(output.stderr.contains(note), "{output}");
        assert_eq!(output.json()["environment"]["name"], "feature/x");
        // Of several targets.
        for line in [
            ["-p", "lagoon-demo", "-e", text, "-e", "main"],
            ["-e", &pair, "-e", &pair, "-e", "lagoon-demo:main"],
        ] {
            let line = [&["invoke", "Say hello", "--yes", "-o", "json"], &line[..]].concat();
            let output = env.tasks(&line).succeeds();
            assert_eq!(environments(&output), ["feature/x", "main"]);
            assert_eq!(output.stderr.matches(note).count(), 1, "{output}");
        }
        let file = format!(
            "{{\"project\": \"lagoon-demo\", \"environment\": \"main\"}}\n\
             {{\"project\": \"lagoon-demo\", \"environment\": \"{text}\"}}\n"
        );
        env.home.write("work/targets", file);
        let line = [
            "invoke",
            "Say hello",
            "--targets",
            "targets",
            "--yes",
            "-o",
            "json",
        ];
        let output = env.tasks(&line).succeeds();
        assert_eq!(environments(&output), ["main", "feature/x"]);
        assert!(output.stderr.contains(note), "{output}");
    }
    // A change takes the name, too.
    let line = [
        "define",
        "Mine",
        "-s",
        "cli",
        "--command",
        "true",
        "-p",
        "lagoon-demo",
        "-e",
        "feature-x",
    ];
    let output = env
        .tasks(&[&line[..], &["--yes", "-o", "json"]].concat())
        .succeeds();
    assert!(output.stderr.contains(SAFE), "{output}");
    let line = ["rerun", "1", "-e", "feature-x", "-o", "json"];
    let output = env.tasks(&line).succeeds();
    assert_eq!(output.json()["environment"]["name"], "feature/x");
    assert!(output.stderr.contains(SAFE), "{output}");
}

#[test]
fn a_long_namespace_that_lagoon_shortened_is_accepted() {
    let env = TestEnv::new();
    let name = format!("feature/{}", "x".repeat(60));
    let namespace = format!("lagoon-demo-feature-{}-1a2b", "x".repeat(30));
    env.sql(&format!(
        "UPDATE environment SET name = '{name}', namespace = '{namespace}' WHERE id = 102;"
    ));
    let output = env
        .tasks(&["list", "-p", "lagoon-demo", "-e", &namespace])
        .succeeds();
    assert!(output.stderr.contains("(its namespace is"), "{output}");
    // Of several targets, as a pair, and in a file.
    let pair = format!("lagoon-demo:{namespace}");
    for line in [
        &["-p", "lagoon-demo", "-e", &namespace, "-e", "main"][..],
        &["-e", &pair, "-e", "lagoon-demo:main"],
    ] {
        let line = [&["invoke", "Say hello", "--yes", "-o", "json"], line].concat();
        let output = env.tasks(&line).succeeds();
        assert_eq!(environments(&output), [&name, "main"]);
    }
    let file = format!("{{\"project\": \"lagoon-demo\", \"environment\": \"{namespace}\"}}\n");
    env.home.write("work/targets", file);
    let line = [
        "invoke",
        "Say hello",
        "--targets",
        "targets",
        "--yes",
        "-o",
        "json",
    ];
    assert_eq!(environments(&env.tasks(&line).succeeds()), [&*name]);
}

#[test]
fn a_namespace_selects_its_project() {
    let env = feature();
    let text = "lagoon-demo-feature-x";
    for line in [
        &["list"][..],
        &["show", "Say hello"],
        &["runs"],
        &["invoke", "Say hello"],
        &["exec", "-s", "cli", "--dry-run", "-e", text, "--", "true"],
        &["export"],
        &["wait", "--active"],
    ] {
        let place: &[&str] = if line[0] == "exec" {
            &[]
        } else {
            &["-e", text]
        };
        let output = env.tasks(&[line, place].concat()).succeeds();
        assert!(output.stderr.contains(NAMESPACE), "{line:?}\n{output}");
    }
    let variable = env
        .command(&["invoke", "Say hello"])
        .env("TASKS_ENVIRONMENT", text);
    env.run(variable).succeeds();
    let unknown = env.tasks(&["list", "-e", "lagoon-demo-none"]).error(2);
    assert!(unknown.contains("no project given"), "{unknown}");
}

#[test]
fn a_safe_name_reads_the_project_once() {
    let env = feature();
    let line = ["runs", "-p", "lagoon-demo", "-e", "feature-x"];
    let (output, requests) = env.tasks_and_requests(&line);
    output.succeeds();
    let operations = requests.iter().flat_map(|request| &request.operations);
    let projects = operations.filter(|name| *name == "projectByName").count();
    assert_eq!(projects, 1);
}

#[test]
fn an_exact_name_wins_over_a_safe_name() {
    let env = feature();
    env.sql("UPDATE environment SET name = 'feature-x' WHERE id = 103;");
    let one = ["-p", "lagoon-demo", "-e", "feature-x"];
    let several = ["-p", "lagoon-demo", "-e", "feature-x", "-e", "main"];
    for place in [&one[..], &several] {
        let line = [
            &["invoke", "Say hello", "--yes", "--dry-run", "-o", "json"],
            place,
        ]
        .concat();
        let output = env.tasks(&line).succeeds();
        let json = output.json();
        let first = if json.is_array() { &json[0] } else { &json };
        assert_eq!(first["environment"]["id"], 103, "{output}");
        assert!(!output.stderr.contains("safe name"), "{output}");
    }
    // In another project the text stays a safe name, unless a named project has it as a name.
    shops(&env);
    env.sql("UPDATE environment SET name = 'feature/x' WHERE id = 203;");
    let all = [
        "invoke",
        "Say hello",
        "-A",
        "-e",
        "feature-x",
        "--dry-run",
        "-o",
        "json",
    ];
    let output = env.tasks(&all).succeeds();
    assert_eq!(environments(&output), ["feature-x"], "{output}");
    let shop = ["list", "-p", "shop", "-e", "feature-x"];
    let output = env.tasks(&shop).succeeds();
    assert!(
        output.stderr.contains("shop/feature/x (its safe"),
        "{output}"
    );
}

#[test]
fn an_ambiguous_safe_name_is_an_error_that_lists_the_environments() {
    let env = feature();
    env.sql("UPDATE environment SET name = 'feature_x' WHERE id = 103;");
    let one = [
        "invoke",
        "Say hello",
        "--yes",
        "-p",
        "lagoon-demo",
        "-e",
        "feature-x",
    ];
    assert_snapshot!(env.tasks(&one).error(2), @"
    error: no environment of `lagoon-demo` is named `feature-x`, and 2 have it as their safe name or namespace: `feature/x`, `feature_x`
    hint: use the environment's name
    ");
    let several = [&one[..], &["-e", "main", "--skip-missing"]].concat();
    assert_snapshot!(env.tasks(&several).error(2), @"
    error: no environment of `lagoon-demo` is named `feature-x`, and 2 have it as their safe name or namespace: `feature/x`, `feature_x`
    hint: use the environment's name
    ");
    env.home.write(
        "work/targets",
        "{\"environment\": \"main\"}\n{\"environment\": \"feature-x\"}\n",
    );
    let file = [
        "invoke",
        "Say hello",
        "--yes",
        "-p",
        "lagoon-demo",
        "--targets",
        "targets",
    ];
    assert_snapshot!(env.tasks(&file).error(2), @"
    error: --targets: targets, line 2: no environment of `lagoon-demo` is named `feature-x`, and 2 have it as their safe name or namespace: `feature/x`, `feature_x`
    hint: use the environment's name
    ");
    let runs = ["runs", "-p", "lagoon-demo", "-e", "feature-x"];
    env.tasks(&runs).error(2);
    assert_eq!(started(&env), 0);
}

#[test]
fn environment_typed_values_can_be_safe_names_and_namespaces() {
    let env = feature();
    let try_it = |from: &str, more: &[&str]| {
        let from = format!("FROM={from}");
        let line = [
            "invoke",
            "Try arguments",
            "-a",
            "TEXT=x",
            "-a",
            &from,
            "--dry-run",
            "-o",
            "json",
        ];
        env.tasks(&[&line[..], more].concat())
    };
    let main = ["-p", "lagoon-demo", "-e", "main"];
    for text in ["feature-x", "lagoon-demo-feature-x"] {
        let output = try_it(text, &main).succeeds();
        assert_eq!(output.json()["arguments"]["FROM"], "feature/x");
        let note = "FROM: environment feature/x (its ";
        assert!(output.stderr.contains(note), "{output}");
    }
    let two = ["-p", "lagoon-demo", "-e", "main", "-e", "pr-12"];
    let output = try_it("feature-x", &two).succeeds();
    assert_eq!(
        output.stderr.matches("FROM: environment").count(),
        1,
        "{output}"
    );
    let exact = try_it("feature/x", &main).succeeds();
    assert!(!exact.stderr.contains("FROM:"), "{exact}");
    env.sql("UPDATE environment SET name = 'feature_x' WHERE id = 103;");
    assert_snapshot!(try_it("feature-x", &main).error(2), @r#"{"error":{"kind":"usage","message":"invalid value `feature-x` for `FROM`: 2 environments have it as their safe name or namespace: `feature/x`, `feature_x`","hints":["arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)"],"exitCode":2,"runs":[]}}"#);
}

#[test]
fn a_project_or_environment_name_that_matches_nothing_is_not_found() {
    let env = TestEnv::new();
    assert_snapshot!(env.tasks(&["projects", "lagoon-dem"]).error(5), @"
    error: project `lagoon-dem` not found
    hint: did you mean `lagoon-demo`?
    ");
    let of = |name: &str| env.tasks(&["environments", name, "-p", "lagoon-demo"]);
    assert_snapshot!(of("mian").error(5), @"
    error: the project `lagoon-demo` has no environment `mian`
    hint: did you mean `main`?
    ");
    let output = of("shop").ends_with(5);
    let hint = "to list the environments of a project: tasks environments -p shop";
    assert!(output.stderr.contains(hint), "{output}");
    let line = [
        "environments",
        "main",
        "--type",
        "development",
        "-p",
        "lagoon-demo",
    ];
    assert_snapshot!(env.tasks(&line).error(5), @"error: the environment `main` does not have the type development");
    for (command, note) in [
        ("projects", "no project matches `x-*`\n"),
        (
            "environments",
            "no environment of `lagoon-demo` matches `x-*`\n",
        ),
    ] {
        let line = [command, "x-*", "-p", "lagoon-demo", "-o", "table"];
        let output = env.tasks(&line).succeeds();
        assert_eq!(output.stdout, "");
        assert_eq!(output.stderr, note);
    }
    assert_eq!(of("MAIN").succeeds().stdout.lines().count(), 1);
}

#[test]
fn skip_missing_names_file_and_line_of_a_target() {
    let env = TestEnv::new();
    let array = "[\n  {\"environment\": \"main\"},\n  {\"environment\": \"gone\"},\n\
        {\"project\": \"nowhere\", \"environment\": \"main\"}\n]\n";
    env.home.write("work/targets", array);
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "--targets",
        "targets",
        "--yes",
    ];
    env.tasks(&line).error(5);
    let line = [&line[..], &["--skip-missing", "-o", "json"]].concat();
    let output = env.tasks(&line).succeeds();
    assert_eq!(environments(&output), ["main"]);
    let told: Vec<&str> = output
        .stderr
        .lines()
        .filter(|l| l.contains("skipped"))
        .collect();
    assert_eq!(
        told,
        [
            "warning: skipped: --targets: targets, line 4: project `nowhere` not found",
            "warning: skipped: --targets: targets, line 3: the project `lagoon-demo` has no environment `gone`",
        ]
    );
    let value: Value = output.json();
    assert_eq!(value.as_array().unwrap().len(), 1);
}
