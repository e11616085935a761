//! The selected project and environment: from flags, variables, files, the git remote and branch, a
//! context's default, a Lagoon pod.

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::process::Invocation;
use crate::support::pty::{CTRL_C, ENTER, Terminal};

const COMPOSE: &str = "x-lagoon-project:\n  &lagoon-project lagoon-demo\nservices:\n  cli:\n    environment:\n      \
    LAGOON_PROJECT: *lagoon-project\n";

/// A repository whose HEAD and remote are these.
pub(crate) fn git(env: &TestEnv, head: &str, remote: &str) {
    env.home.write("work/.git/HEAD", format!("{head}\n"));
    let config = format!("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {remote}\n");
    env.home.write("work/.git/config", config);
}

pub(crate) fn lagoon_file(env: &TestEnv) {
    env.home.write(
        "work/.lagoon.yml",
        "docker-compose-yaml: docker-compose.yml\n",
    );
    env.home.write("work/docker-compose.yml", COMPOSE);
}

/// The project that `environments` finds, and its reported source.
#[track_caller]
fn project(env: &TestEnv, command: Invocation) -> (String, String) {
    let output = env.run(command).succeeds();
    let project = output.json()[0]["project"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    (project, output.stderr)
}

const ENVIRONMENTS: [&str; 3] = ["environments", "-o", "json"];
pub(crate) const REMOTE: &str = "ssh://git@example.com/lagoon-demo.git";

#[test]
fn flag_variable_file_and_remote_give_the_project_in_order() {
    let env = TestEnv::bare();
    env.sql("INSERT INTO project (id, name, git_url, openshift, created) SELECT 43, 'other', 'git@example.com:other.git', openshift, created
           FROM project WHERE id = 42;
         INSERT INTO project_group (project, user_group) SELECT 43, user_group FROM project_group WHERE project = 42;
         INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           SELECT 201, name, 43, deploy_type, environment_type, openshift, 'other-main', created, updated
           FROM environment WHERE id = 101;",
    );
    let command = || env.command(&ENVIRONMENTS);
    let said = |more: &[&str]| env.command(&[&ENVIRONMENTS, more].concat());
    let none = env.run(command()).ends_with(2);
    assert!(none.stderr.contains("no project given"), "{none}");

    git(&env, "ref: refs/heads/main", "https://example.com/other");
    let from = |address: &str| format!("project other (from the git remote {address})\n");
    // Lagoon has the address in the scp form.
    assert_eq!(
        project(&env, command()),
        ("other".into(), from("https://example.com/other"))
    );

    lagoon_file(&env);
    let told = "project lagoon-demo (from .lagoon.yml)\n".to_owned();
    assert_eq!(project(&env, command()), ("lagoon-demo".into(), told));
    env.home.write("work/web/modules/index.php", "");
    let below = command().within(&env.home.path("work/web/modules"));
    let told = "project lagoon-demo (from ../../.lagoon.yml)\n".to_owned();
    assert_eq!(project(&env, below), ("lagoon-demo".into(), told));

    let variable = command().env("TASKS_PROJECT", "other");
    assert_eq!(project(&env, variable), ("other".into(), String::new()));
    let flag = said(&["-p", "lagoon-demo"]).env("TASKS_PROJECT", "other");
    assert_eq!(project(&env, flag), ("lagoon-demo".into(), String::new()));
    // A pod's own variables come last.
    let pod = command().env("LAGOON_PROJECT", "other");
    assert_eq!(project(&env, pod).0, "lagoon-demo");
}

#[test]
fn every_form_of_a_remote_finds_the_project_in_one_request() {
    for known in [
        REMOTE,
        "git@example.com:lagoon-demo.git",
        "https://example.com/lagoon-demo",
    ] {
        let env = TestEnv::bare();
        env.sql(&format!(
            "UPDATE project SET git_url = '{known}' WHERE id = 42;"
        ));
        for remote in [
            REMOTE,
            "git@example.com:lagoon-demo.git",
            "git@example.com:lagoon-demo",
            "https://example.com/lagoon-demo.git",
            "https://user:s3cr3t@example.com/lagoon-demo",
        ] {
            git(&env, "ref: refs/heads/main", remote);
            let (output, requests) = env.tasks_and_requests(&ENVIRONMENTS);
            let output = output.succeeds();
            assert_eq!(
                output.json().as_array().unwrap().len(),
                3,
                "{known} {remote}"
            );
            assert_eq!(requests.len(), 2);
            assert!(!output.stderr.contains("s3cr3t"), "{output}");
            assert!(!requests.iter().any(|r| r.body.contains("s3cr3t")));
        }
        git(&env, "ref: refs/heads/main", "git@example.com:unknown.git");
        let output = env.tasks(&ENVIRONMENTS).ends_with(2);
        assert!(output.stderr.contains("no project given"), "{output}");
    }
}

#[test]
fn contexts_and_pods_provide_default_places() {
    let env = TestEnv::bare();
    let config = format!(
        "current = \"acme\"\n[contexts.acme]\napi = \"{}\"\nproject = \"lagoon-demo\"\n",
        env.url()
    );
    env.home.write(".config/lagoon-tasks/config.toml", config);
    let context = env
        .command(&ENVIRONMENTS)
        .without("TASKS_API")
        .env("TASKS_CONTEXT", "acme");
    let told = "project lagoon-demo (from the context `acme`)\n".to_owned();
    assert_eq!(project(&env, context), ("lagoon-demo".into(), told));
    let pod = env
        .command(&ENVIRONMENTS)
        .env("LAGOON_PROJECT", "lagoon-demo");
    let told = "project lagoon-demo (from LAGOON_PROJECT, which Lagoon sets)\n".to_owned();
    assert_eq!(project(&env, pod), ("lagoon-demo".into(), told));
}

/// A pod's variables are enough for a change, also if they give the environment in its safe form.
#[test]
fn a_pod_needs_no_flags() {
    let env = TestEnv::new();
    env.sql("UPDATE environment SET name = 'feature/x', namespace = 'lagoon-demo-feature-x' WHERE id = 102;",
    );
    for (name, value) in [
        ("LAGOON_GIT_BRANCH", "feature/x"),
        ("LAGOON_ENVIRONMENT", "feature-x"),
    ] {
        let command = env
            .command(&["invoke", "Say hello", "-o", "json"])
            .env("LAGOON_PROJECT", "lagoon-demo")
            .env(name, value);
        let output = env.run(command).succeeds();
        assert_eq!(
            output.json()["environment"]["name"],
            "feature/x",
            "{output}"
        );
        assert!(output.stderr.contains(name), "{output}");
    }
}

#[test]
fn without_a_terminal_changes_require_an_explicit_place() {
    let env = TestEnv::new();
    git(&env, "ref: refs/heads/develop", REMOTE);
    let started = |env: &TestEnv| {
        let requests = env.requests();
        let starts = |r: &&lagoon_sandbox::RecordedRequest| {
            r.operations.iter().any(|o| o == "invokeRegisteredTask")
        };
        requests.iter().filter(starts).count()
    };
    // The remote does not decide about a change, the branch neither.
    let output = env
        .tasks(&["invoke", "Say hello", "-e", "develop"])
        .ends_with(2);
    assert!(output.stderr.contains("from the git remote"), "{output}");
    lagoon_file(&env);
    let output = env.tasks(&["invoke", "Say hello"]).ends_with(2);
    assert!(
        output.stderr.contains("no environment given")
            && output.stderr.contains("the git branch is `develop`"),
        "{output}"
    );
    assert_eq!(started(&env), 0);
    // The project's own file does.
    env.tasks(&["invoke", "Say hello", "-e", "develop"])
        .succeeds();
    assert_eq!(started(&env), 1);
    // To look, the branch is enough.
    let output = env
        .tasks(&["invoke", "Say hello", "--dry-run", "-o", "json"])
        .succeeds();
    assert_eq!(output.json()["environment"]["name"], "develop", "{output}");
    assert!(
        output
            .stderr
            .contains("environment lagoon-demo/develop (from the git branch)"),
        "{output}"
    );
    git(&env, "ref: refs/heads/never/deployed", REMOTE);
    let output = env
        .tasks(&["invoke", "Say hello", "--dry-run"])
        .ends_with(5);
    assert!(
        output
            .stderr
            .contains("`never/deployed` comes from the git branch"),
        "{output}"
    );
    git(&env, "0123456789abcdef0123456789abcdef01234567", REMOTE);
    let output = env
        .tasks(&["invoke", "Say hello", "--dry-run", "-v"])
        .ends_with(2);
    assert!(
        output.stderr.contains("git's HEAD is not on a branch"),
        "{output}"
    );
}

#[test]
fn at_a_terminal_the_branch_is_suggested_and_production_is_not() {
    let env = TestEnv::new();
    lagoon_file(&env);
    let ask = |branch: &str, note: &str| {
        git(&env, &format!("ref: refs/heads/{branch}"), REMOTE);
        let terminal = env.terminal(&["invoke", "Say hello"]);
        terminal.wait_for("? Environment");
        terminal.wait_for(note);
        terminal
    };
    let mut terminal = ask("PR-12", "the git branch `PR-12` is deployed");
    terminal.wait_for("❯ pr-12");
    insta::assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (from .lagoon.yml)
    the git branch `PR-12` is deployed
    ? Environment ›
      develop
      main (production)
    ❯ pr-12
    ");
    terminal.send(ENTER);
    terminal.wait_for("Follow the log?");
    terminal.send("n\r");
    assert_eq!(terminal.finish(), 0);
    let stop = |mut terminal: Terminal| {
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
    };
    let terminal = ask(
        "main",
        "the git branch `main` is the production environment",
    );
    assert!(
        !terminal.screen().contains("❯ main"),
        "{}",
        terminal.screen()
    );
    stop(terminal);
    stop(ask(
        "elsewhere",
        "the git branch `elsewhere` is not deployed",
    ));
}

#[test]
fn commands_without_a_place_read_no_checkout() {
    let env = TestEnv::bare();
    // Reading it would be told with -v.
    env.home.write("work/.git/HEAD", "nonsense");
    for line in [
        vec!["status", "1"],
        vec!["context", "list"],
        vec!["projects"],
    ] {
        let output = env.tasks(&[&line[..], &["-v"]].concat());
        assert!(!output.stderr.contains("HEAD"), "{output}");
    }
    let output = env.tasks(&["environments", "-v"]).ends_with(2);
    assert!(
        output.stderr.contains("git's HEAD is not on a branch"),
        "{output}"
    );
    // A line that says it all reads nothing either.
    let output = env.tasks(&["list", "-p", "lagoon-demo", "-v"]).succeeds();
    assert!(!output.stderr.contains("HEAD"), "{output}");
}

#[test]
fn a_task_file_uses_the_project_of_the_lagoon_file() {
    let env = TestEnv::bare();
    lagoon_file(&env);
    let file = "version: 1\ntasks:\n  - {name: A, command: a, service: cli}\n";
    env.home.write("work/.lagoon/tasks.yml", file);
    env.tasks(&["lint"]).succeeds();
    env.tasks(&["apply", "--yes"]).succeeds();
    let listed = env.tasks(&["list", "-o", "json"]).succeeds().json();
    assert_eq!(listed[0]["scope"], "project");
}

#[test]
fn projects_and_environments_are_listed_with_production_marked() {
    let env = TestEnv::bare();
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let projects = env.tasks(&["projects", "-o", "json"]).succeeds().json();
    assert_eq!(
        keys(&projects[0]),
        ["id", "name", "gitUrl", "productionEnvironment", "created"]
    );
    assert_eq!(projects[0]["gitUrl"], REMOTE);
    assert_eq!(projects[0]["productionEnvironment"], "main");
    for (format, shown) in [("name", "lagoon-demo\n"), ("id", "42\n")] {
        let output = env
            .tasks(&["projects", "LAGOON-*", "-o", format])
            .succeeds();
        assert_eq!(output.stdout, shown);
    }
    assert_eq!(env.tasks(&["projects", "nothing*"]).succeeds().stdout, "");

    let here = ["-p", "lagoon-demo"];
    let environments = |more: &[&str]| {
        env.tasks(&[&["environments"], more, &here[..]].concat())
            .succeeds()
    };
    let all = environments(&["-o", "json"]).json();
    let all_keys = [
        "id",
        "name",
        "environmentType",
        "deployType",
        "kubernetesNamespaceName",
        "route",
        "created",
        "updated",
        "project",
    ];
    assert_eq!(keys(&all[0]), all_keys);
    assert_eq!(all[1]["kubernetesNamespaceName"], "lagoon-demo-main");
    assert_eq!(all[1]["project"], json!({"id": 42, "name": "lagoon-demo"}));
    for (line, shown) in [
        (vec!["-o", "name"], "develop\nmain\npr-12\n"),
        (vec!["pr-*", "-o", "id"], "103\n"),
        (vec!["--type", "production", "-o", "name"], "main\n"),
        (
            vec!["--type", "development", "d*", "-o", "name"],
            "develop\n",
        ),
    ] {
        assert_eq!(environments(&line).stdout, shown, "{line:?}");
    }
    insta::assert_snapshot!(environments(&["-o", "table"]).snapshot(), @"
    exit code: 0
    ---- stdout
    ID   NAME     TYPE         DEPLOYED AS  UPDATED
    102  develop  development  branch       NOW
    101  main     production   branch       NOW
    103  pr-12    development  pullrequest  NOW
    ---- stderr: empty
    ");
    let output = env.tasks(&["projects", "-o", "table"]).succeeds();
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    ID  NAME         PRODUCTION  GIT URL
    42  lagoon-demo  main        ssh://git@example.com/lagoon-demo.git
    ---- stderr: empty
    ");
    let line = ["projects", "-o", "table"];
    let none = env.as_role("outsider").tasks(&line).succeeds();
    assert_eq!(
        (none.stdout.as_str(), none.stderr.as_str()),
        ("", "no projects found: you are not a member of any group\n")
    );
}

#[test]
fn not_found_names_the_role_and_its_hidden_permissions() {
    let env = TestEnv::new();
    for (role, hint) in [
        (
            "guest",
            "you are a guest on lagoon-demo; tasks for developers and maintainers are hidden from you",
        ),
        (
            "developer",
            "you are a developer on lagoon-demo; tasks for maintainers are hidden from you",
        ),
        (
            "maintainer",
            "you are a maintainer on lagoon-demo; only tasks for administrators are hidden from you",
        ),
    ] {
        let env = env.as_role(role);
        for command in ["show", "invoke"] {
            let line = [command, "No such thing", "-p", "lagoon-demo", "-e", "main"];
            let output = env.tasks(&line).ends_with(5);
            assert!(output.stderr.contains(hint), "{output}");
        }
        let shows = format!("{role} on lagoon-demo; you can see all of its environments");
        for line in [
            vec!["show", "Say hello", "-e", "zzz"],
            vec!["runs", "-e", "zzz"],
            vec!["runs", "-e", "m*n", "-e", "zzz"],
            vec!["export", "-e", "zzz"],
        ] {
            let line = [&line[..], &["-p", "lagoon-demo"]].concat();
            let output = env.tasks(&line).ends_with(5);
            assert!(output.stderr.contains(&shows), "{output}");
        }
        // It costs nothing where all is well.
        let line = ["show", "Say hello", "-p", "lagoon-demo", "-e", "main"];
        let (_, requests) = env.tasks_and_requests(&line);
        assert!(
            !requests
                .iter()
                .any(|r| r.operations.contains(&"me".to_owned()))
        );
    }
    let output = env.tasks(&["environments", "-p", "shop"]).ends_with(5);
    let hint = "you can see only the projects of your groups: lagoon-demo-group (maintainer)";
    assert!(output.stderr.contains(hint), "{output}");
    let output = env
        .as_role("outsider")
        .tasks(&["environments", "-p", "shop"])
        .ends_with(5);
    assert!(
        output.stderr.contains("you are not in any group"),
        "{output}"
    );
}

#[test]
fn a_pod_environment_is_found_by_its_safe_name() {
    let env = TestEnv::new();
    env.sql("UPDATE environment SET name = 'feature/x' WHERE id = 103;");
    for line in [&["list"][..], &["show", "Say hello"], &["runs"]] {
        let command = env
            .command(line)
            .env("LAGOON_PROJECT", "lagoon-demo")
            .env("LAGOON_ENVIRONMENT", "feature-x");
        let output = env.run(command).succeeds();
        assert!(output.stderr.contains("lagoon-demo/feature/x"), "{output}");
    }
}

#[test]
fn the_format_variable_applies_to_all_commands() {
    let env = TestEnv::new();
    let export = env
        .command(&["export", "-p", "lagoon-demo"])
        .env("TASKS_OUTPUT", "json");
    assert!(env.run(export).succeeds().stdout.starts_with("version: 1"));
}
