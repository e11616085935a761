//! Answers that are larger, longer and deeper than any that makes sense.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MAIN, sweep, tamed};
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};

/// More than any project has.
const MANY: usize = 20_000;

/// Depth of nested lists and objects.
const DEEP: usize = 100_000;

#[test]
fn long_texts_give_a_sensible_result_or_a_clear_error() {
    let to_long = |value: &mut Value| {
        let is_text = value.is_string();
        *value = json!("long ".repeat(20_000));
        is_text
    };
    sweep(to_long, tamed);
}

#[test]
fn endless_nesting_is_a_clear_error() {
    let env = TestEnv::new();
    for deep in [
        format!("{{\"data\":{}", "[".repeat(DEEP)),
        format!("{{\"data\":{{\"taskById\":{}", "{\"id\":".repeat(DEEP)),
        format!("{{\"errors\":{}1{}}}", "[".repeat(DEEP), "]".repeat(DEEP)),
    ] {
        for line in [
            &["status", "1"][..],
            &["logs", "1"],
            &["list", "-p", "lagoon-demo", "-e", "main"],
            &["api", "{ me { id } }"],
        ] {
            let proxy = Proxy::drawing(env.address(), Duration::ZERO, {
                let deep = deep.clone();
                move |_| Fault::answered("200 OK", "application/json", &deep)
            });
            let output = through(&env, &proxy, line);
            assert_ne!(output.code, 0, "{output}");
            assert!((1..=10).contains(&output.code), "{output}");
            assert!(output.stderr.len() < 1000, "{} bytes", output.stderr.len());
        }
    }
}

#[test]
fn many_definitions_are_listed_and_one_is_found() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |_| {
        Fault::rewritten(|answer| multiply(answer, "advancedTasks"))
    });
    let listed = through(&env, &proxy, &[&["list", "-o", "json"], &MAIN[..]].concat());
    let listed: Value = serde_json::from_str(&listed.succeeds().stdout).unwrap();
    assert!(listed.as_array().unwrap().len() >= MANY);

    let name = format!("Copy {}", MANY - 1);
    let shown = through(
        &env,
        &proxy,
        &[&["show", &name, "-o", "json"], &MAIN[..]].concat(),
    );
    let shown: Value = serde_json::from_str(&shown.succeeds().stdout).unwrap();
    assert_eq!(shown["name"], json!(name));

    let missing = through(&env, &proxy, &[&["show", "Copie 1"], &MAIN[..]].concat());
    assert_eq!(missing.code, 5, "{missing}");
    assert!(missing.stderr.contains("Copy 1"), "{missing}");
}

#[test]
fn many_runs_are_listed() {
    let env = TestEnv::new();
    env.tasks(&[&["invoke", "Run yarn audit"], &MAIN[..]].concat())
        .succeeds();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |_| {
        Fault::rewritten(|answer| multiply(answer, "tasks"))
    });
    for format in ["table", "jsonl"] {
        let line = [&["runs", "--limit", "100000", "-o", format], &MAIN[..]].concat();
        let output = through(&env, &proxy, &line).succeeds();
        assert!(output.stdout.lines().count() >= MANY, "{format}");
    }
}

fn through(env: &TestEnv, proxy: &Proxy, line: &[&str]) -> Output {
    let command = env.command(line).env("TASKS_API", proxy.url("/graphql"));
    env.home.run(command)
}

/// Makes many of the first element of each list that has this name.
fn multiply(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                match value {
                    Value::Array(elements) if field == name && !elements.is_empty() => {
                        let first = elements[0].clone();
                        elements.extend((0..MANY).map(|at| copy(&first, at)));
                    }
                    value => multiply(value, name),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|e| multiply(e, name)),
        _ => {}
    }
}

fn copy(first: &Value, at: usize) -> Value {
    let mut copy = first.clone();
    copy["id"] = json!(1_000_000 + at);
    copy["name"] = json!(format!("Copy {at}"));
    if copy.get("taskName").is_some() {
        copy["taskName"] = json!(format!("lagoon-task-{at:06x}"));
    }
    copy
}
