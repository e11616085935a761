//! A dialogue of an agent with the server, as text for a picture.

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use regex::Regex;
use serde_json::{Value, json};

use super::client::{Answer, Client, text};
use crate::support::env::TestEnv;

/// The calls of a development task, with the texts of their results.
pub(crate) fn of_an_agent(env: &TestEnv) -> String {
    let log = "Clearing caches\nAll caches cleared\n".to_owned();
    env.script(
        "Clear caches",
        &[Step::Log(log), Step::Status(Status::Complete)],
    );
    let flags = [
        "-p",
        "lagoon-demo",
        "--type",
        "development",
        "--task",
        "C*",
        "--allow-invoke",
    ];
    let mut client = Client::asking(env, &flags, [Answer::Yes]);
    let mut screen = format!(
        "\u{1b}[1;32m$\u{1b}[m tasks mcp {}\n",
        flags.join(" ").replace("C*", "'C*'")
    );
    let on = json!({"project": "lagoon-demo", "environment": "develop"});
    let start = json!({"project": "lagoon-demo", "environment": "develop", "task": "Clear caches"});
    for (tool, arguments) in [
        ("list_tasks", on),
        ("invoke_task", start),
        ("wait_for_run", json!({"run": 1})),
        ("run_log", json!({"run": 1})),
    ] {
        screen.push_str(&turn(&mut client, tool, &arguments));
    }
    screen
}

fn turn(client: &mut Client, tool: &str, arguments: &Value) -> String {
    let result = client.call(tool, arguments.clone());
    let mark = Regex::new(r"log [0-9a-f]{16}\]").unwrap();
    let text = text(&result);
    let text = mark.replace_all(&text, "log 5c0f2e91b7d84a36]");
    let mut turn = format!("\n\u{1b}[36magent › {tool}\u{1b}[m {arguments}\n");
    for question in client.questions.drain(..) {
        for line in question.lines() {
            turn.push_str(&format!("\u{1b}[33muser  ? {line}\u{1b}[m\n"));
        }
        turn.push_str("\u{1b}[33muser  › yes\u{1b}[m\n");
    }
    turn.push_str(&text);
    turn.push('\n');
    turn
}
