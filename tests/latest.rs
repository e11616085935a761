//! `--latest`, the address of a run's page as RUN, and a RUN that contradicts -p or -e.

use insta::assert_snapshot;

use crate::support::env::{MAIN, TestEnv};

/// Starts a task and returns the id of the run.
fn start(env: &TestEnv, task: &str, place: &[&str]) -> String {
    let line = [&["invoke", task, "-o", "id"], place].concat();
    env.tasks(&line).succeeds().stdout.trim().to_owned()
}

const DEVELOP: [&str; 4] = ["-p", "lagoon-demo", "-e", "develop"];

fn status(env: &TestEnv, args: &[&str]) -> String {
    let line = [&["status", "-o", "id"], args].concat();
    env.tasks(&line).succeeds().stdout.trim().to_owned()
}

#[test]
fn latest_is_the_newest_run_on_the_server_for_the_environment() {
    let env = TestEnv::new();
    let hello = start(&env, "Say hello", &MAIN);
    let fails = start(&env, "Fail on purpose", &MAIN);
    let other = start(&env, "Say hello", &DEVELOP);
    env.sql(&format!(
        "UPDATE task SET status = 'failed', source_user = 'someone@example.com' WHERE id = {fails}"
    ));
    let latest = |args: &[&str]| status(&env, &[&["--latest"], args].concat());
    assert_eq!(latest(&MAIN), fails);
    assert_eq!(latest(&DEVELOP), other);
    assert_eq!(
        latest(&[&MAIN[..], &["--task", "say HELLO"]].concat()),
        hello
    );
    assert_eq!(
        latest(&[&MAIN[..], &["--status", "failed"]].concat()),
        fails
    );
    assert_eq!(latest(&[&MAIN[..], &["--mine"]].concat()), hello);
    // --last is the last run of this machine.
    assert_eq!(status(&env, &["--last"]), other);
    let files = env.tasks(&[&["files", "list", "--latest"], &MAIN[..]].concat());
    files.succeeds();
    let output = env
        .tasks(&[&["status", "--latest"], &MAIN[..]].concat())
        .succeeds();
    assert!(
        output.stderr.contains(&format!(
            "run {fails} of `Fail on purpose` on lagoon-demo/main"
        )),
        "{output}"
    );
}

#[test]
fn latest_without_a_match_exits_with_5() {
    let env = TestEnv::new();
    assert_snapshot!(env.tasks(&[&["logs", "--latest"], &MAIN[..]].concat()).error(5), @"
    error: no runs found on lagoon-demo/main (production)
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
    let filtered = [
        &[
            "wait", "--latest", "--task", "x", "--status", "failed", "--mine",
        ],
        &MAIN[..],
    ]
    .concat();
    assert_snapshot!(env.tasks(&filtered).error(5), @"
    error: no run on lagoon-demo/main (production) matches --task, --status, --mine
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
}

#[test]
fn latest_excludes_other_ways_to_select_a_run() {
    let env = TestEnv::new();
    for args in [
        &["status", "5", "--latest"][..],
        &["status", "--last", "--latest"],
        &["status", "5", "--last"],
        &["files", "list", "5", "--latest"],
        &["status", "5", "--task", "x"],
        &["status", "--last", "--mine"],
        &["cancel", "--latest", "-p", "lagoon-demo"],
        &[
            "status",
            "--latest",
            "--status",
            "",
            "-p",
            "lagoon-demo",
            "-e",
            "main",
        ],
    ] {
        let (output, requests) = env.tasks_and_requests(args);
        output.error(2);
        assert!(requests.is_empty(), "{args:?}");
    }
    assert_snapshot!(env.tasks(&["status", "5", "--task", "x"]).error(2), @"error: --task has no effect without --latest");
}

#[test]
fn the_address_of_a_page_in_the_ui_is_a_run() {
    let env = TestEnv::new();
    let id = start(&env, "Say hello", &MAIN);
    let run = env.tasks(&["status", &id, "-o", "json"]).succeeds().json();
    let name = run["taskName"].as_str().unwrap();
    let page = format!("https://ui.example/projects/lagoon-demo/lagoon-demo-main/tasks/{name}");
    for end in ["", "/", "?tab=log#log"] {
        assert_eq!(status(&env, &[&format!("{page}{end}")]), id);
    }
    env.tasks(&["files", "list", &page]).succeeds();
    let piped = env.command(&["status", "-", "-o", "id"]).stdin(&page);
    assert_eq!(env.run(piped).succeeds().stdout.trim(), id);
    assert_snapshot!(env.tasks(&["status", "https://ui.example/projects/shop?token=x"]).error(2), @"error: invalid run `https://ui.example/projects/shop`; expected an id, a name such as lagoon-task-xxxx, or the address of a run's page");
    assert!(
        env.tasks(&["status", &page, "-e", "develop"])
            .error(2)
            .contains("`main`, not to `develop`")
    );
}

#[test]
fn the_page_of_another_lagoon_is_refused() {
    let env = TestEnv::new();
    let url = env.url();
    env.home
        .tasks(&[
            "context",
            "add",
            "eu",
            &url,
            "--ui-url",
            "https://ui.example",
            "--use",
        ])
        .succeeds();
    let page = "https://ui.other.example/projects/shop/shop-main/tasks/lagoon-task-abc";
    let output = env.home.tasks(&["status", page]);
    assert_snapshot!(output.error(2), @"
    error: ui.other.example is not the UI of `eu`, which is https://ui.example/
    hint: select the context of that Lagoon with -l; to list contexts: tasks context list
    ");
}

#[test]
fn a_run_of_another_place_than_the_flags_name_is_refused() {
    let env = TestEnv::new();
    let id = start(&env, "Say hello", &MAIN);
    for command in [
        &["status"][..],
        &["logs"],
        &["wait"],
        &["cancel", "--yes"],
        &["files", "list"],
    ] {
        let refused = |place: &[&str]| env.tasks(&[command, &[&id], place].concat()).error(2);
        let error = refused(&["-e", "develop"]);
        assert!(
            error.contains("belongs to the environment `main`, not to `develop`"),
            "{error}"
        );
        let error = refused(&["-p", "other"]);
        assert!(
            error.contains("belongs to the project `lagoon-demo`, not to `other`"),
            "{error}"
        );
        let error = refused(&["-e", "other:main"]);
        assert!(
            error.contains("belongs to the project `lagoon-demo`, not to `other`"),
            "{error}"
        );
    }
    // Names in another form, and variables, contradict nothing.
    for place in [&MAIN[..], &["-e", "MAIN"], &["-e", "lagoon-demo-main"]] {
        env.tasks(&[&["status", &id], place].concat()).succeeds();
    }
    let command = env
        .command(&["status", &id])
        .env("TASKS_ENVIRONMENT", "develop");
    env.run(command).succeeds();
    assert_snapshot!(env.tasks(&["rerun", &id, "-p", "other"]).error(2), @"
    error: run 1 belongs to the project `lagoon-demo`, not to `other`
    hint: omit -p, or name a run of that project
    ");
}
