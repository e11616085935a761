//! `cancel`: refusals, confirmation and results.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::proxy::{self, Proxy};
use crate::support::pty::{CTRL_C, ENTER, Terminal};
use crate::wait::{start, start_held};

fn asked(env: &TestEnv) -> usize {
    env.sent(&["cancelTask"])
}

#[test]
fn cancel_waits_until_the_run_is_cancelled() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let output = env.tasks(&["cancel", &id, "--yes"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    1	lagoon-task-xxxx	Say hello	cancelled	cancelled	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr
    run 1 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
    ");
    assert_eq!((output.code, asked(&env)), (0, 1));
}

#[test]
fn the_confirmation_names_run_and_environment() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let output = env.tasks(&["cancel", &id]);
    assert_snapshot!(output.error(2), @"
    error: confirmation required: Cancel run 1 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)?
    hint: pass --yes to confirm
    ");
    assert_eq!(asked(&env), 0);
    let mut terminal = Terminal::start_with_size(&env.command(&["cancel", &id]), 24, 60);
    terminal.wait_for("[y/N]");
    assert_snapshot!(mask(&terminal.screen()), @"
    ? Cancel run 1 of `Say hello` (running) on 127.0.0.1 ·
      lagoon-demo/main (production)? [y/N]
    ");
    terminal.send("y\r");
    terminal.wait_for("cancelled");
    assert_eq!(terminal.finish(), 0);
    assert_snapshot!(mask(&terminal.screen()), @"
    ✔ Cancel run 1 of `Say hello` (running) on 127.0.0.1 ·
      lagoon-demo/main (production)? · yes
    ⊘ cancelled
    Task         Say hello
    Environment  lagoon-demo/main (production)
    Run          1
    Log          tasks logs 1
    ");
}

#[test]
fn several_runs_are_listed_above_one_question() {
    let env = TestEnv::new();
    let [one, other] = [(); 2].map(|()| start_held(&env, Status::Complete));
    let mut terminal = env.terminal(&["cancel", &one, &other]);
    terminal.wait_for("[y/N]");
    assert_snapshot!(mask(&terminal.screen()), @"
    runs to cancel:
      run 1 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
      run 2 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
    ? Cancel these 2 runs? [y/N]
    ");
    terminal.send("\r");
    assert_eq!((terminal.finish(), asked(&env)), (2, 0));
}

#[test]
fn without_a_place_the_runs_in_progress_of_the_project_are_offered() {
    let env = TestEnv::new();
    start_held(&env, Status::Complete);
    let sql = "UPDATE task SET environment = (SELECT id FROM environment WHERE name = 'pr-12')";
    env.sql(sql);
    start_held(&env, Status::Complete);
    for command in ["cancel", "wait", "status", "logs", "rerun"] {
        let mut terminal = env.terminal(&[command, "-p", "lagoon-demo"]);
        terminal.wait_for("? Run");
        terminal.wait_for("pr-12");
        let screen = terminal.screen();
        assert!(
            screen.contains("2  Say hello  main (production)  ● running"),
            "{screen}"
        );
        // A change does not begin with production.
        let is_change = ["cancel", "rerun"].contains(&command);
        let first = if is_change { "❯ 1" } else { "❯ 2" };
        assert!(screen.contains(first), "{screen}");
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
    }
    let mut terminal = env.terminal(&["cancel", "-p", "lagoon-demo"]);
    terminal.wait_for("❯ 1");
    terminal.send(ENTER);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!((terminal.finish(), asked(&env)), (0, 1));
    let run = env.tasks(&["status", "1", "-o", "json"]).succeeds().json();
    assert_eq!(run["outcome"], "cancelled");
}

#[test]
fn a_finished_run_is_refused_without_a_prompt() {
    let env = TestEnv::new();
    let over = start(&env, &[Step::Status(Status::Complete)]);
    let output = env.tasks(&["cancel", &over, "--yes"]);
    assert_snapshot!(output.error(1), @"error: run 1 of `Say hello` has already completed; nothing to cancel");
    assert_eq!(asked(&env), 0);
    let going = start_held(&env, Status::Complete);
    let output = env.tasks(&["cancel", &over, &going, "--yes", "-o", "json"]);
    assert_eq!((output.code, asked(&env)), (1, 1), "{output}");
    assert_eq!(output.json()[0]["outcome"], "cancelled");
}

#[test]
fn a_run_that_ends_otherwise_exits_with_1() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let scripted = env.sandbox().scripted().unwrap();
    scripted.script_cancel("Say hello", vec![Step::Status(Status::Complete)]);
    let output = env.tasks(&["cancel", &id, "--yes"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 1
    ---- stdout
    1	lagoon-task-xxxx	Say hello	complete	completed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr
    run 1 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
    error: run 1 of `Say hello` was not cancelled: it is complete
    ");
    scripted.script_cancel("Say hello", vec![Step::Hold]);
    let id = start_held(&env, Status::Complete);
    let output = env.tasks(&["cancel", &id, "--yes", "--timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 1
    ---- stdout
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    run 2 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
    error: run 2 of `Say hello` is still running after 1 s
    hint: the request was accepted and may still take effect
    ");
}

#[test]
fn an_error_text_in_a_reply_is_a_failure() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let answer = json!({"data": {"cancelTask": "Error: no route to the cluster\nat x"}});
    let answer = proxy::Fault::replaced(answer);
    let proxy = Proxy::new(env.address(), [proxy::Fault::None, answer]);
    let command = env.command(&["cancel", &id, "--yes"]);
    let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
    assert_snapshot!(output.error(1), @"
    run 1 of `Say hello` (running) on 127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon could not cancel run 1: no route to the cluster
    ");
}

#[test]
fn after_a_lost_reply_the_run_shows_the_outcome() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    env.sandbox().fail_next("cancelTask", Fault::LoseResponse);
    let output = env.tasks(&["cancel", &id, "--yes"]).succeeds();
    let warning = "it is unknown whether Lagoon received it";
    assert!(output.stderr.contains(warning), "{output}");
    assert_eq!(asked(&env), 1);
}

#[test]
fn a_gateway_refusal_leaves_the_outcome_unknown() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let busy = Fault::Status(429, String::new());
    env.sandbox().fail_next("cancelTask", busy);
    let output = env.tasks(&["cancel", &id, "--yes"]).ends_with(7);
    let words = format!("it is unknown whether run {id} will be cancelled");
    assert!(output.stderr.contains(&words), "{output}");
    assert_eq!(asked(&env), 1);
}

#[test]
fn a_refusal_is_verified_once_and_failed_checks_are_reported() {
    let refusal = r#"{"errors":[{"message":"Unauthorized: x"}]}"#;
    let refused = proxy::Fault::substituted("200 OK", "application/json", refusal);
    let page = proxy::Fault::answered("404 Not Found", "text/html", "<html>");
    for look_up in [proxy::Fault::None, page] {
        let env = TestEnv::new();
        let id = start_held(&env, Status::Complete);
        let words = format!("it is unknown whether run {id} will be cancelled");
        let is_read = matches!(look_up, proxy::Fault::None);
        let faults = [
            proxy::Fault::None,
            refused.clone(),
            look_up.clone(),
            look_up,
        ];
        let proxy = Proxy::new(env.address(), faults);
        let command = env.command(&["cancel", &id, "--yes"]);
        let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
        // Lagoon may have cancelled the run by then.
        let is_right = output.code == 4 || (is_read && output.code == 0);
        assert!(is_right, "{output}");
        assert_eq!(output.stderr.contains(&words), !is_read, "{output}");
        assert!(proxy.seen()[2].body.contains("RunById"), "{output}");
    }
}

#[test]
fn a_missing_permission_exits_with_4() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let output = env.as_role("developer").tasks(&["cancel", &id, "--yes"]);
    assert_eq!(output.code, 4, "{output}");
}
