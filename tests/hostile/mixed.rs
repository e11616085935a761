//! Replies that are duplicated, or preceded by the reply to an earlier request, at each request of
//! each command: the result is that of an undisturbed connection.

use std::sync::atomic::Ordering;

use super::subjects::Subject;
use super::{each_subject, sensible};
use crate::replies::failing_at;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};

/// Commands that change nothing and print the same each time.
const SAME_EACH_TIME: [&str; 14] = [
    "list",
    "list all",
    "show",
    "runs",
    "status",
    "logs",
    "latest",
    "diff",
    "files",
    "export",
    "projects",
    "environments",
    "whoami",
    "runs of several",
];

fn play(env: &TestEnv, proxy: &Proxy, line: &[String]) -> Output {
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let mut output = env.home.run(command);
    output.stdout = output.stdout.replace(&proxy.url(""), "LAGOON");
    output
}

/// The failure of a command that met a reply to another request.
fn judged(subject: &Subject, output: &Output, undisturbed: Option<&Output>) -> Result<(), String> {
    let expected: &[i32] = match subject.name {
        // 7: on a slow machine, the timeout may pass before a second reply.
        "wait" if output.stderr.contains("could not be read within") => &[7],
        "wait" => &[8],
        _ => &[0],
    };
    if !expected.contains(&output.code) {
        Err(format!(
            "exit code {} instead of {expected:?}\n{output}",
            output.code
        ))
    } else if undisturbed.is_some_and(|undisturbed| undisturbed.stdout != output.stdout) {
        Err(format!("another result\n{output}"))
    } else {
        sensible(output)
    }
}

#[test]
fn replies_to_other_requests_change_no_result() {
    each_subject(80, |subject, note| {
        let env = TestEnv::new();
        let same = SAME_EACH_TIME.contains(&subject.name).then(|| {
            let line = (subject.line)(&env, 0);
            let output = play(&env, &Proxy::new(env.address(), []), &line);
            (line, output)
        });
        let line = |at| match &same {
            Some((line, _)) => line.clone(),
            None => (subject.line)(&env, at),
        };
        let undisturbed = same.as_ref().map(|(_, output)| output);
        for (name, output) in disturbed(&env, &[Fault::Stale, Fault::Twice], line) {
            note(judged(subject, &output, undisturbed).map_err(|why| format!("{name}: {why}")));
        }
    });
}

/// The arguments with a limit of a reply's size.
fn limited(mut line: Vec<String>) -> Vec<String> {
    let place = line
        .iter()
        .position(|word| word == "--")
        .unwrap_or(line.len());
    let limit = ["--max-response", "1MiB"].map(str::to_owned);
    line.splice(place..place, limit);
    line
}

#[test]
fn endless_replies_give_a_sensible_result_or_a_clear_error() {
    each_subject(80, |subject, note| {
        let env = TestEnv::new();
        let line = |at| limited((subject.line)(&env, at));
        for (name, output) in disturbed(&env, &[Fault::Endless, Fault::Packed], line) {
            note(sensible(&output).map_err(|why| format!("{name}: {why}\n{output}")));
        }
    });
}

/// Runs a command with one disturbed request after another: the name and the output of each case.
fn disturbed(
    env: &TestEnv,
    faults: &[Fault],
    line: impl Fn(usize) -> Vec<String>,
) -> Vec<(String, Output)> {
    let mut all = Vec::new();
    let mut lines = (0..).map(line);
    for fault in faults {
        for at in 0.. {
            let (proxy, sent) = failing_at(env, at, fault.clone());
            let output = play(env, &proxy, &lines.next().unwrap_or_default());
            if sent.load(Ordering::SeqCst) <= at {
                break;
            }
            all.push((format!("{fault:?} at {at}"), output));
        }
    }
    all
}
