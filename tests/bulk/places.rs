//! Which environments a line means.

use insta::assert_snapshot;
use serde_json::Value;

use super::{invoke, started};
use crate::support::env::TestEnv;

/// Two more projects in the group of the demo, whose `eu-main` and `main` share a namespace; a
/// deleted environment; and one that has no services.
pub(crate) fn shops(env: &TestEnv) {
    for (id, name) in [(50, "shop"), (51, "shop-eu")] {
        env.sql(&format!(
                "INSERT INTO project (id, name, openshift, created) SELECT {id}, '{name}', openshift, created FROM project WHERE id = 42;
                 INSERT INTO project_group (project, user_group) SELECT {id}, user_group FROM project_group WHERE project = 42;"
            ),
        );
    }
    for (id, name, project, kind, namespace) in [
        (201, "main", 50, "production", "shop-main"),
        (202, "eu-main", 50, "development", "shop-eu-main"),
        (203, "feature/a/b", 50, "development", "shop-feature-a-b"),
        (211, "main", 51, "production", "shop-eu-main"),
    ] {
        env.sql(&format!(
                "INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
                   SELECT {id}, '{name}', {project}, 'branch', '{kind}', openshift, '{namespace}', created, updated FROM environment WHERE id = 101;
                 INSERT INTO service (environment, name, type, created) SELECT {id}, name, type, created FROM service WHERE environment = 101;"
            ),
        );
    }
    env.sql("INSERT INTO environment (name, project, deploy_type, environment_type, openshift, namespace, created, updated, deleted)
           SELECT 'main-old', 50, 'branch', 'production', openshift, 'shop-main-old', created, updated, '2026-01-01 00:00:00' FROM environment WHERE id = 101",
    );
}

/// `project/environment` of all that a line means.
fn meant(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let line = [&["Say hello", "--dry-run", "-o", "json"], args].concat();
    let plans = invoke(env, &line).succeeds().json();
    let label = |plan: &Value| {
        let environment = &plan["environment"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        format!(
            "{}/{}",
            text(&environment["project"]["name"]),
            text(&environment["name"])
        )
    };
    plans.as_array().unwrap().iter().map(label).collect()
}

#[test]
fn targets_are_selected_by_name_pattern_type_group_or_pair() {
    let env = TestEnv::new();
    shops(&env);
    let all = [
        "lagoon-demo/develop",
        "lagoon-demo/main",
        "lagoon-demo/pr-12",
        "shop/eu-main",
        "shop/feature/a/b",
        "shop/main",
        "shop-eu/main",
    ];
    let cases: [(&[&str], &[&str]); 11] = [
        (&["-A", "--all-environments"], &all),
        (&["--group", "lagoon-demo-group", "-e", "*"], &all),
        (
            &["-A", "-e", "main"],
            &["lagoon-demo/main", "shop/main", "shop-eu/main"],
        ),
        (
            &["-A", "--type", "production"],
            &["lagoon-demo/main", "shop/main", "shop-eu/main"],
        ),
        (
            &["-p", "shop*", "-e", "*main"],
            &["shop/eu-main", "shop/main", "shop-eu/main"],
        ),
        (
            &["-p", "shop-eu", "-p", "shop", "-e", "main"],
            &["shop-eu/main", "shop/main"],
        ),
        // Both have the same namespace.
        (
            &["-e", "shop:eu-main", "-e", "shop-eu:main"],
            &["shop/eu-main", "shop-eu/main"],
        ),
        (&["-p", "shop", "-e", "feature*"], &["shop/feature/a/b"]),
        (
            &["-p", "shop", "-e", "main", "-e", "lagoon-demo:pr-*"],
            &["shop/main", "lagoon-demo/pr-12"],
        ),
        (
            &["-p", "shop", "--type", "development", "-e", "*main"],
            &["shop/eu-main"],
        ),
        (&["-p", "shop", "-e", "main*"], &["shop/main"]),
    ];
    for (line, wanted) in cases {
        assert_eq!(meant(&env, line), wanted, "{line:?}");
    }
    let command = env
        .command(&["invoke", "Say hello", "-A", "--dry-run", "-o", "tsv"])
        .env("TASKS_ENVIRONMENT", "eu-main");
    let output = env.run(command).succeeds();
    assert!(output.stdout.contains("\tshop\teu-main\t"), "{output}");
    assert_eq!(output.stdout.lines().count(), 1);
}

#[test]
fn target_selection_takes_one_request_per_project() {
    let env = TestEnv::new();
    shops(&env);
    for (first, line) in [
        ("allProjects", vec!["-A"]),
        ("groupByName", vec!["--group", "lagoon-demo-group"]),
    ] {
        let line = [
            &["invoke", "Say hello", "--all-environments", "--yes"],
            &line[..],
        ]
        .concat();
        let (output, requests) = env.tasks_and_requests(&line);
        output.succeeds();
        let asked: Vec<String> = requests.iter().map(|r| r.operations.join(" ")).collect();
        assert_eq!(asked[0], first);
        let count = |what: &str| asked.iter().filter(|a| *a == what).count();
        assert_eq!(
            (
                count("projectByName"),
                count("invokeRegisteredTask"),
                asked.len()
            ),
            (3, 7, 11)
        );
    }
}

#[test]
fn missing_targets_exit_with_5() {
    let env = TestEnv::new();
    shops(&env);
    let refused = |line: &[&str]| invoke(&env, &[&["Say hello", "--yes"], line].concat()).error(5);
    assert_snapshot!(refused(&["-p", "lagoon-demo", "-e", "rp-*"]), @"
    error: no environment matches `rp-*`
    hint: environments: `develop`, `main`, `pr-12`
    hint: you are a maintainer on lagoon-demo; you can see all of its environments except deleted ones
    ");
    assert_snapshot!(refused(&["-p", "lagoon-demo", "-e", "main", "-e", "devlop"]), @"
    error: the project `lagoon-demo` has no environment `devlop`
    hint: did you mean `develop`?
    ");
    assert_snapshot!(refused(&["-p", "lagoon-demo", "-e", "mian", "-e", "x*"]), @"
    error: 2 errors: the project `lagoon-demo` has no environment `mian`; no environment matches `x*`
    hint: did you mean `main`?
    hint: environments: `develop`, `main`, `pr-12`
    ");
    assert_snapshot!(refused(&["-p", "shp*", "-e", "main"]), @"
    error: no project matches `shp*`
    hint: did you mean `shop` or `shop-eu`?
    ");
    assert_snapshot!(refused(&["-p", "shop", "-p", "shopp", "-e", "main"]), @"
    error: project `shopp` not found
    hint: did you mean `shop` or `shop-eu`?
    ");
    assert_snapshot!(refused(&["-A", "-e", "mian"]), @"
    error: no selected project has an environment `mian`
    hint: did you mean `main`?
    ");
    assert_snapshot!(refused(&["--group", "no-such-group", "-e", "main"]), @"
    error: group `no-such-group` not found
    hint: your groups: `lagoon-demo-group`
    ");
    assert_snapshot!(refused(&["-e", "shop:man", "-e", "blog:main"]), @"
    error: 2 errors: project `blog` not found; the project `shop` has no environment `man`
    hint: use the project's name in Lagoon, which can differ from the repository name
    hint: to list projects: tasks projects
    hint: you can see only the projects of your groups: lagoon-demo-group (maintainer)
    hint: did you mean `main`?
    ");
    assert_snapshot!(refused(&["-p", "lagoon-demo", "-e", "main", "--type", "development"]), @"
    error: none of the selected environments has the type development
    hint: you are a maintainer on lagoon-demo; you can see all of its environments except deleted ones
    ");
    // Only deleted ones match.
    let output = invoke(&env, &["Say hello", "--yes", "-p", "shop", "-e", "main-o*"]);
    assert_eq!((output.code, started(&env)), (5, 0));
}

#[test]
fn conflicting_target_options_are_usage_errors() {
    let env = TestEnv::new();
    let refused = |line: &[&str]| invoke(&env, &[&["Say hello", "--yes"], line].concat()).error(2);
    assert_snapshot!(refused(&["-A", "-p", "shop", "-e", "main"]), @"
    error: --all-projects cannot be used with -p
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["-A", "--group", "g", "-e", "main"]), @"
    error: --all-projects cannot be used with --group
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["-A", "-e", "shop:main"]), @"
    error: --all-projects cannot be used with -e shop:main, which names its own project
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["-p", "shop", "-e", "shop:main"]), @"
    error: -p and -e shop:main both name a project
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["-p", "shop", "-e", "main", "--all-environments"]), @"
    error: --all-environments cannot be used with -e
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["-A"]), @"
    error: no environments given
    hint: add -e NAME, -e 'PATTERN', --all-environments or --type production|development
    ");
    let shown = refused(&["-e", "shop:", "-e", "main"]);
    assert_snapshot!(shown, @"error: -e: expected PROJECT:ENV, found `shop:`");
    assert_snapshot!(refused(&["-e", ":main"]), @"error: -e: expected PROJECT:ENV, found `:main`");
    assert_snapshot!(refused(&["-p", "shop", "-e", "", "-e", "main"]), @"
    error: --environment has an empty value
    hint: give it a value, or omit it
    ");
    assert_snapshot!(refused(&["-e", "main", "-e", "develop"]), @"
    error: no project given
    hint: name it with -p or TASKS_PROJECT
    ");
    assert_snapshot!(refused(&["-p", "shop", "-e", "main", "--skip-missing"]), @"
    error: --skip-missing has no effect without several targets
    hint: to select several: repeat -e, or use -e 'PATTERN', --all-environments or -A
    ");
    assert_snapshot!(refused(&["-A", "-e", "main", "--web"]), @"
    error: --web: no UI address is known for this Lagoon
    hint: set it: tasks context add NAME URL --ui-url ADDRESS
    ");
    for command in ["list", "show", "update", "delete", "rerun", "define"] {
        let output = env.tasks(&[command, "X", "-p", "shop", "-e", "main", "-e", "develop"]);
        assert_eq!(output.code, 2, "{output}");
    }
    assert_eq!(env.requests().len(), 0);
}

#[test]
fn bulk_starts_require_an_explicit_context() {
    let env = TestEnv::new();
    let two =
        "[contexts.a]\napi = \"https://a.example\"\n[contexts.b]\napi = \"https://b.example\"\n";
    env.home.write(
        ".config/lagoon-tasks/config.toml",
        format!("current = \"a\"\n{two}"),
    );
    let command = env
        .home
        .command(&["invoke", "X", "-A", "-e", "main", "--yes"]);
    let output = env.home.run(command);
    assert_snapshot!(output.error(2), @"
    error: say which Lagoon to change: add -l NAME or set TASKS_CONTEXT
    hint: without a terminal, a change never uses the Lagoon from HOME/.config/lagoon-tasks/config.toml
    ");
}

#[test]
fn a_targets_file_defines_targets_and_values() {
    let env = TestEnv::new();
    shops(&env);
    let line = [
        "invoke",
        "Say hello",
        "--targets",
        "-",
        "--yes",
        "-o",
        "json",
    ];
    let file = "{\"project\": \"shop\", \"environment\": \"main\"}\n\
        {\"project\": \"lagoon-demo\", \"environment\": \"develop\"}\n\
        {\"project\": \"SHOP\", \"environment\": \"main\"}\n";
    let output = env.run(env.command(&line).stdin(file)).succeeds();
    assert!(
        output.stderr.contains("SHOP/main is listed twice"),
        "{output}"
    );
    assert_eq!(super::names(&output.json()), ["main", "develop"]);
    let file = env.home.write(
        "work/targets.jsonl",
        "{\"environment\": \"main\", \"arguments\": {\"TEXT\": \"it's\", \"TIMES\": 1}}\n\
         {\"environment\": \"main\", \"arguments\": {\"TEXT\": \"two\"}}\n\
         {\"environment\": \"develop\", \"arguments\": {\"FROM\": \"pr-12\"}}\n",
    );
    let line = [
        "Try arguments",
        "-p",
        "lagoon-demo",
        "-a",
        "TEXT=all",
        "-a",
        "FROM=main",
    ];
    let more = ["--targets", file.to_str().unwrap(), "--yes", "-o", "json"];
    let output = invoke(&env, &[&line[..], &more].concat()).succeeds();
    let shown = output
        .stderr
        .clone()
        .replace("lagoon-task-", "")
        .lines()
        .take(4)
        .collect::<Vec<_>>()
        .join("\n");
    assert_snapshot!(shown, @r"
    127.0.0.1 · `Try arguments`, 3 runs:
      lagoon-demo/main (production)  FROM=main 'TEXT=it'\''s' TIMES=1
      lagoon-demo/main (production)  FROM=main TEXT=two TIMES=3
      lagoon-demo/develop  FROM=pr-12 TEXT=all TIMES=3
    ");
    let recorded: Vec<String> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            let (_, answer) = env.graphql(
                "query($i:Int){taskById(id:$i){command}}",
                serde_json::json!({"i": run["id"]}),
            );
            answer["data"]["taskById"]["command"]
                .as_str()
                .unwrap()
                .split("; ")
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        recorded,
        [
            " FROM=\"main\" TEXT=\"it's\" TIMES=\"1\"",
            " FROM=\"main\" TEXT=\"two\" TIMES=\"3\"",
            " FROM=\"pr-12\" TEXT=\"all\" TIMES=\"3\"",
        ]
    );
}

#[test]
fn targets_can_be_a_json_array() {
    let env = TestEnv::new();
    shops(&env);
    let array = r#"[{"project": "shop", "environment": "main"},
        {"project": "lagoon-demo", "environment": "develop", "arguments": {}}]"#;
    let file = env.home.write("work/targets.json", array);
    for (from, input) in [("-", array), (file.to_str().unwrap(), "")] {
        for indented in [array.to_owned(), array.replace([' ', '\n'], "")] {
            let line = [
                "invoke",
                "Say hello",
                "--yes",
                "-o",
                "json",
                "--targets",
                from,
            ];
            let input = if input.is_empty() { "" } else { &indented };
            let output = env.run(env.command(&line).stdin(input)).succeeds();
            assert_eq!(super::names(&output.json()), ["main", "develop"]);
        }
    }
    // One target is also several.
    let one = r#"[{"project": "shop", "environment": "main"}]"#;
    let line = [
        "invoke",
        "Say hello",
        "--yes",
        "-o",
        "json",
        "--targets",
        "-",
    ];
    let output = env.run(env.command(&line).stdin(one)).succeeds();
    assert_eq!(super::names(&output.json()), ["main"]);
    let empty = env.run(env.command(&line).stdin("[]")).ends_with(2);
    assert!(empty.stderr.contains("no targets in -"), "{empty}");
}

#[test]
fn an_invalid_targets_file_is_reported_with_the_line() {
    let env = TestEnv::new();
    let refused = |file: &str, more: &[&str]| {
        let line = [&["invoke", "Say hello", "--targets", "-", "--yes"], more].concat();
        env.run(env.command(&line).stdin(file)).error(2)
    };
    let shown = refused(
        "{\"environment\": \"main\"}\n{\"env\": \"main\"}\n",
        &["-p", "lagoon-demo"],
    );
    assert_snapshot!(shown, @r#"
    error: --targets: -, line 2: unknown key `env`; did you mean `environment`?
    hint: each line, or each element of a JSON array, looks like {"project": "shop", "environment": "main", "arguments": {"NAME": "value"}}
    "#);
    assert_snapshot!(refused("main\n", &["-p", "lagoon-demo"]), @r#"
    error: --targets: -, line 1: invalid JSON: expected value
    hint: each line, or each element of a JSON array, looks like {"project": "shop", "environment": "main", "arguments": {"NAME": "value"}}
    "#);
    assert_snapshot!(refused("\n", &[]), @"error: --targets: no targets in -");
    assert_snapshot!(refused("{\"environment\": \"main\"}\n", &[]), @"
    error: no project given
    hint: name it with -p or TASKS_PROJECT
    ");
    let shown = refused(
        "{\"environment\": \"main\"}\n",
        &["-p", "lagoon-demo", "-e", "main"],
    );
    assert_snapshot!(shown, @"
    error: --targets cannot be used with -e or with several -p
    hint: a single -p is used for lines without a project
    ");
    let shown = refused(
        "{\"environment\": \"main\"}\n",
        &["-p", "lagoon-demo", "--arg-file", "X=-"],
    );
    assert_snapshot!(shown, @"error: `-` (stdin) can be given only once");
    let file =
        "{\"project\": \"lagoon-demo\", \"environment\": \"main\", \"arguments\": {\"A\": 1}}\n";
    let line = ["exec", "-s", "cli", "--targets", "-", "--yes", "--", "true"];
    let output = env.run(env.command(&line).stdin(file));
    assert_snapshot!(output.error(2), @"
    error: --targets: `arguments` cannot be used with `tasks exec`
    hint: only `tasks invoke` takes arguments
    ");
    assert_eq!(started(&env), 0);
}
