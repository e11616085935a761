//! `--if-running join`: a run in progress with the same values is used instead of another start.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::Value;

use crate::bulk::started;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::wait::{advance, until_asked};

const TASK: &str = "Try arguments";

fn line<'a>(environment: &'a str, text: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let place = ["-p", "lagoon-demo", "-e", environment, "-a", "FROM=main"];
    [&["invoke", TASK][..], &place, &["-a", text], more].concat()
}

/// Starts a run that is held, and gives its id.
fn held(env: &TestEnv, environment: &str, text: &str, end: Status) -> String {
    let running = [Step::Status(Status::Running), Step::Hold];
    let end = [Step::Log("why\n".to_owned()), Step::Status(end)];
    env.script(TASK, &[&running[..], &end].concat());
    let output = env
        .tasks(&line(environment, text, &["-o", "id"]))
        .succeeds();
    output.stdout.trim().to_owned()
}

fn id(output: &Output) -> Value {
    output.json()["id"].clone()
}

#[test]
fn if_running_join_waits_for_a_run_with_the_same_values() {
    let env = TestEnv::new();
    for (end, code) in [(Status::Complete, 0), (Status::Failed, 3)] {
        let run = held(&env, "main", "TEXT=it's $5", end);
        let before = started(&env);
        let join = ["--if-running", "join", "--wait", "-o", "json"];
        let running = until_asked(&env, &line("main", "TEXT=it's $5", &join), "taskById");
        advance(&env, &run);
        let output = running.finish().ends_with(code);
        assert_eq!(id(&output).to_string(), run);
        let told = format!(
            "run {run} of this task is already in progress on this environment (running) with the same \
             values; waiting for it\n"
        );
        assert!(output.stderr.contains(&told), "{output}");
        assert_eq!(started(&env), before);
    }
    // Without waiting, it is reported as with `skip`.
    let run = held(&env, "main", "TEXT=a", Status::Complete);
    let before = started(&env);
    let join = line("main", "TEXT=a", &["--if-running", "join", "-o", "json"]);
    let output = env.tasks(&join).succeeds();
    assert_eq!(id(&output).to_string(), run);
    assert!(
        output
            .stderr
            .ends_with("with the same values; nothing was started\n"),
        "{output}"
    );
    assert_eq!(started(&env), before);
    // If nothing is in progress, a run is started.
    advance(&env, &run);
    env.tasks(&["wait", &run]).succeeds();
    let output = env.tasks(&join).succeeds();
    assert_ne!(id(&output).to_string(), run);
    assert_eq!(started(&env), before + 1);
}

#[test]
fn if_running_join_says_what_differs_and_starts_nothing() {
    let env = TestEnv::new();
    held(&env, "main", "TEXT=a", Status::Complete);
    let before = started(&env);
    let join = |text: &str, more: &[&str]| {
        env.tasks(&line(
            "main",
            text,
            &[&["--if-running", "join"], more].concat(),
        ))
    };
    assert_snapshot!(join("TEXT=b", &["--wait"]).error(1), @"
    error: run 1 of this task is already in progress on this environment (running) with other values: TEXT is `a`, not `b`
    hint: to allow this, pass --if-running start, skip or wait
    ");
    assert_snapshot!(join("TEXT=a", &["-a", "TO=develop"]).error(1), @"
    error: run 1 of this task is already in progress on this environment (running) with other values: TO is not set, not `develop`
    hint: to allow this, pass --if-running start, skip or wait
    ");
    env.sql("UPDATE task SET command = 'something else' WHERE id = 1");
    assert_snapshot!(join("TEXT=a", &[]).error(1), @"
    error: run 1 of this task is already in progress on this environment (running) with another command line
    hint: to allow this, pass --if-running start, skip or wait
    ");
    assert_eq!(started(&env), before);
}

#[test]
fn several_targets_are_joined_or_started_or_all_refused() {
    let env = TestEnv::new();
    let run = held(&env, "main", "TEXT=a", Status::Complete);
    let before = started(&env);
    let several = |text| {
        let more = [
            "-e",
            "develop",
            "--if-running",
            "join",
            "--yes",
            "-o",
            "json",
        ];
        line("main", text, &more)
    };
    assert_snapshot!(env.tasks(&several("TEXT=b")).error(1), @r#"{"error":{"kind":"failed","message":"nothing was started: 1 of 2 targets cannot be started\n  lagoon-demo/main (production): run 1 of this task is already in progress on this environment (running) with other values: TEXT is `a`, not `b`","hints":["to allow this, pass --if-running start, skip or wait"],"exitCode":1,"runs":[{"id":1,"name":"Try arguments","taskName":"lagoon-task-xxxx","status":"running","outcome":"going","service":"cli","created":"TIME","started":"TIME","completed":null,"environment":{"id":101,"name":"main","environmentType":"production","project":{"id":42,"name":"lagoon-demo"}}}]}}"#);
    assert_eq!(started(&env), before);
    env.script(TASK, &[Step::Status(Status::Complete)]);
    let both = [&several("TEXT=a")[..], &["--wait"]].concat();
    let running = until_asked(&env, &both, "taskById");
    advance(&env, &run);
    let output = running.finish().succeeds();
    let results = output.json();
    let outcomes: Vec<&Value> = (0..2).map(|at| &results[at]["outcome"]).collect();
    assert_eq!(results[0]["id"].to_string(), run);
    assert_eq!(outcomes, ["completed", "completed"]);
    assert_eq!(started(&env), before + 1);
}

#[test]
fn a_run_of_an_image_is_joined_only_if_it_has_no_values() {
    let env = TestEnv::new();
    let owner = env.as_role("platform-owner");
    for (name, argument) in [("Plain", &[][..]), ("Valued", &["--arg", "A?"])] {
        let define = [
            "define",
            name,
            "--image",
            "acme/one",
            "-p",
            "lagoon-demo",
            "--yes",
        ];
        owner.tasks(&[&define[..], argument].concat()).succeeds();
        env.script(name, &[Step::Status(Status::Running), Step::Hold]);
        let invoke = ["invoke", name, "-p", "lagoon-demo", "-e", "main", "--yes"];
        owner.tasks(&invoke).succeeds();
        let joined = owner.tasks(&[&invoke[..], &["--if-running", "join"]].concat());
        if argument.is_empty() {
            joined.succeeds();
        } else {
            assert!(
                joined
                    .ends_with(1)
                    .stderr
                    .contains("Lagoon does not record")
            );
        }
    }
}
