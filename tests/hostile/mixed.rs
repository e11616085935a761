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

/// The failure of a command whose request number `at` meets this fault; `None` if it sends
/// fewer requests.
fn judged(
    env: &TestEnv,
    subject: &Subject,
    at: usize,
    fault: &Fault,
) -> Option<Result<(), String>> {
    let line = (subject.line)(env, at);
    let is_same = SAME_EACH_TIME.contains(&subject.name);
    let undisturbed = is_same.then(|| play(env, &Proxy::new(env.address(), []), &line));
    let (proxy, sent) = failing_at(env, at, fault.clone());
    let output = play(env, &proxy, &line);
    if sent.load(Ordering::SeqCst) <= at {
        return None;
    }
    let expected: &[i32] = match subject.name {
        // 7: on a slow machine, the timeout may pass before a second reply.
        "wait" if output.stderr.contains("could not be read within") => &[7],
        "wait" => &[8],
        _ => &[0],
    };
    Some(if !expected.contains(&output.code) {
        Err(format!(
            "exit code {} instead of {expected:?}\n{output}",
            output.code
        ))
    } else if undisturbed.is_some_and(|undisturbed| undisturbed.stdout != output.stdout) {
        Err(format!("another result\n{output}"))
    } else {
        sensible(&output)
    })
}

#[test]
fn replies_to_other_requests_change_no_result() {
    sweep_requests(&[Fault::Stale, Fault::Twice], judged);
}

/// The failure of a command whose request number `at` has a reply without an end.
fn tamed(env: &TestEnv, subject: &Subject, at: usize, fault: &Fault) -> Option<Result<(), String>> {
    let mut line = (subject.line)(env, at);
    let place = line
        .iter()
        .position(|word| word == "--")
        .unwrap_or(line.len());
    let limit = ["--max-response", "1MiB"].map(str::to_owned);
    line.splice(place..place, limit);
    let (proxy, sent) = failing_at(env, at, fault.clone());
    let output = play(env, &proxy, &line);
    (sent.load(Ordering::SeqCst) > at)
        .then(|| sensible(&output).map_err(|why| format!("{why}\n{output}")))
}

#[test]
fn endless_replies_give_a_sensible_result_or_a_clear_error() {
    sweep_requests(&[Fault::Endless, Fault::Packed], tamed);
}

type Judge = fn(&TestEnv, &Subject, usize, &Fault) -> Option<Result<(), String>>;

/// Runs every subject with one disturbed request after another.
fn sweep_requests(faults: &[Fault], judge: Judge) {
    each_subject(80, |subject, note| {
        for fault in faults {
            let env = TestEnv::new();
            for at in 0.. {
                let Some(judged) = judge(&env, subject, at, fault) else {
                    break;
                };
                note(judged.map_err(|why| format!("{fault:?} at {at}: {why}")));
            }
        }
    });
}
