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
fn names_patterns_types_groups_and_pairs() {
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
fn a_request_for_each_project_and_one_for_their_names() {
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
fn what_is_named_and_not_there_ends_with_5() {
    let env = TestEnv::new();
    shops(&env);
    let cases: [(&str, &[&str]); 9] = [
        ("pattern", &["-p", "lagoon-demo", "-e", "rp-*"]),
        ("name", &["-p", "lagoon-demo", "-e", "main", "-e", "devlop"]),
        ("both", &["-p", "lagoon-demo", "-e", "mian", "-e", "x*"]),
        ("projects", &["-p", "shp*", "-e", "main"]),
        ("project", &["-p", "shop", "-p", "shopp", "-e", "main"]),
        ("anywhere", &["-A", "-e", "mian"]),
        ("group", &["--group", "no-such-group", "-e", "main"]),
        ("pair", &["-e", "shop:man", "-e", "blog:main"]),
        (
            "type",
            &["-p", "lagoon-demo", "-e", "main", "--type", "development"],
        ),
    ];
    for (snapshot, line) in cases {
        let output = invoke(&env, &[&["Say hello", "--yes"], line].concat());
        assert_snapshot!(format!("bulk-no-{snapshot}"), output.snapshot());
        assert_eq!((output.code, output.stdout.as_str()), (5, ""), "{snapshot}");
    }
    // Only deleted ones match.
    let output = invoke(&env, &["Say hello", "--yes", "-p", "shop", "-e", "main-o*"]);
    assert_eq!((output.code, started(&env)), (5, 0));
}

#[test]
fn lines_that_say_two_things_are_wrong_use() {
    let env = TestEnv::new();
    let cases: [(&str, &[&str]); 12] = [
        ("all-and-project", &["-A", "-p", "shop", "-e", "main"]),
        ("all-and-group", &["-A", "--group", "g", "-e", "main"]),
        ("all-and-pair", &["-A", "-e", "shop:main"]),
        ("project-and-pair", &["-p", "shop", "-e", "shop:main"]),
        (
            "all-environments-and-one",
            &["-p", "shop", "-e", "main", "--all-environments"],
        ),
        ("no-environment", &["-A"]),
        ("half-a-pair", &["-e", "shop:", "-e", "main"]),
        ("half-a-pair-alone", &["-e", ":main"]),
        ("empty", &["-p", "shop", "-e", "", "-e", "main"]),
        ("no-project", &["-e", "main", "-e", "develop"]),
        (
            "skip-missing-of-one",
            &["-p", "shop", "-e", "main", "--skip-missing"],
        ),
        ("web", &["-A", "-e", "main", "--web"]),
    ];
    for (snapshot, line) in cases {
        let output = invoke(&env, &[&["Say hello", "--yes"], line].concat());
        assert_snapshot!(format!("bulk-wrong-{snapshot}"), output.snapshot());
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{snapshot}");
    }
    for command in ["list", "show", "update", "delete", "rerun", "define"] {
        let output = env.tasks(&[command, "X", "-p", "shop", "-e", "main", "-e", "develop"]);
        assert_eq!(output.code, 2, "{output}");
    }
    assert_eq!(env.requests().len(), 0);
}

#[test]
fn the_context_must_have_been_said() {
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
    assert_snapshot!("bulk-context-not-said", output.snapshot());
    assert_eq!(output.code, 2);
}

#[test]
fn a_file_says_where_and_with_what() {
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
        output.stderr.contains("SHOP/main is there twice"),
        "{output}"
    );
    assert_eq!(super::names(&output.json()), ["main", "develop"]);
    let array = format!("[\n{}\n]\n", file.trim_end().replace('\n', ",\n"));
    let output = env.run(env.command(&line).stdin(array)).succeeds();
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
    assert_snapshot!(
        "bulk-targets",
        output
            .stderr
            .clone()
            .replace("lagoon-task-", "")
            .lines()
            .take(4)
            .collect::<Vec<_>>()
            .join("\n")
    );
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
fn a_file_that_is_wrong_is_told_with_its_line() {
    let env = TestEnv::new();
    let cases: [(&str, &str, &[&str]); 6] = [
        (
            "key",
            "{\"environment\": \"main\"}\n{\"env\": \"main\"}\n",
            &["-p", "lagoon-demo"],
        ),
        ("json", "main\n", &["-p", "lagoon-demo"]),
        ("empty", "\n", &[]),
        ("no-project", "{\"environment\": \"main\"}\n", &[]),
        (
            "and-e",
            "{\"environment\": \"main\"}\n",
            &["-p", "lagoon-demo", "-e", "main"],
        ),
        (
            "stdin-twice",
            "{\"environment\": \"main\"}\n",
            &["-p", "lagoon-demo", "--arg-file", "X=-"],
        ),
    ];
    for (snapshot, file, more) in cases {
        let line = [&["invoke", "Say hello", "--targets", "-", "--yes"], more].concat();
        let output = env.run(env.command(&line).stdin(file));
        assert_snapshot!(format!("bulk-targets-{snapshot}"), output.snapshot());
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{snapshot}");
    }
    let file =
        "{\"project\": \"lagoon-demo\", \"environment\": \"main\", \"arguments\": {\"A\": 1}}\n";
    let line = ["exec", "-s", "cli", "--targets", "-", "--yes", "--", "true"];
    let output = env.run(env.command(&line).stdin(file));
    assert_snapshot!("bulk-targets-exec", output.snapshot());
    assert_eq!((output.code, started(&env)), (2, 0));
}
