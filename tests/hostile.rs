//! Answers that no Lagoon should give: every field `null` in turn, every text hostile, every number
//! out of range. Each ends in a sensible result or a clear error, and nothing gets through to the
//! terminal.

mod large;
mod mixed;
mod subjects;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::support::pty::Terminal;
use subjects::{SUBJECTS, Subject};

/// Number of concurrent commands of a sweep: most of them wait, for example for a log.
const AT_ONCE: usize = 8;

/// A title, the clipboard, the cursor, a cleared screen, another direction, a C1 sequence, a line of
/// its own.
const HOSTILE: &str = "x\u{1b}]0;evil\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{1b}[H\u{202e}evil\u{2066}\u{9b}31m\u{85}\r\n$ rm -rf /";

/// Sequences that must never reach a terminal; those that draw progress and prompts are excluded.
const NEVER: [&str; 9] = [
    "\u{1b}]",
    "\u{7}",
    "\u{1b}[2J",
    "\u{1b}[H",
    "\u{202e}",
    "\u{2066}",
    "\u{9b}",
    "\u{85}",
    "\n$ rm",
];

/// The places in a reply's data, in their order: of a list's elements the first of each type.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{path}/{name}");
                found.push(path.clone());
                places(field, &path, found);
            }
        }
        Value::Array(elements) => {
            let mut types = Vec::new();
            for (at, element) in elements.iter().enumerate() {
                let kind = element.get("__typename").cloned().unwrap_or_default();
                if !types.contains(&kind) {
                    types.push(kind);
                    let path = format!("{path}/{at}");
                    found.push(path.clone());
                    places(element, &path, found);
                }
            }
        }
        _ => {}
    }
}

/// A proxy that changes one place in all the answers to a command, the `at`th; afterwards the place
/// and whether there was one.
fn tampering(
    env: &TestEnv,
    at: usize,
    change: impl Fn(&mut Value) -> bool + Clone + Send + Sync + 'static,
) -> (Proxy, Arc<Mutex<Option<String>>>) {
    let place = Arc::new(Mutex::new(None));
    let (passed, noted) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&place));
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if request.head.contains("/graphql/stream") || request.body.is_empty() {
            return Fault::Refused;
        }
        let operation = request
            .body
            .split('"')
            .nth(3)
            .unwrap_or_default()
            .to_owned();
        let (passed, noted, change) = (Arc::clone(&passed), Arc::clone(&noted), change.clone());
        Fault::rewritten(move |answer| {
            let mut found = Vec::new();
            places(&answer["data"], "/data", &mut found);
            for path in found {
                let Some(value) = answer.pointer_mut(&path) else {
                    continue;
                };
                let mut changed = value.clone();
                if change(&mut changed) && passed.fetch_add(1, Ordering::Relaxed) == at {
                    *noted.lock().unwrap() = Some(format!("{operation} {path}"));
                    *value = changed;
                }
            }
        })
    });
    (proxy, place)
}

/// Judges every subject, some at a time, and requires that at least so many cases were judged and
/// none is wrong.
fn each_subject(least: usize, judge: impl Fn(&Subject, &mut dyn FnMut(Result<(), String>)) + Sync) {
    let next = AtomicUsize::new(0);
    let judged = Mutex::new((0, Vec::new()));
    let work = || {
        while let Some(subject) = SUBJECTS.get(next.fetch_add(1, Ordering::Relaxed)) {
            judge(subject, &mut |verdict| {
                let (count, failures) = &mut *judged.lock().unwrap();
                *count += 1;
                failures.extend(verdict.err().map(|why| format!("{}: {why}", subject.name)));
            });
        }
    };
    std::thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    let (count, failures) = judged.into_inner().unwrap();
    assert!(count >= least, "only {count} cases were found");
    assert!(
        failures.is_empty(),
        "{} of {count}\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Runs every subject with one place changed after another, and judges each.
fn sweep(
    change: impl Fn(&mut Value) -> bool + Clone + Send + Sync + 'static,
    play: impl Fn(&TestEnv, &Proxy, &[String]) -> Result<(), String> + Sync,
) {
    each_subject(100, |subject, note| {
        let env = TestEnv::new();
        for at in 0.. {
            let line = (subject.line)(&env, at);
            let (proxy, place) = tampering(&env, at, change.clone());
            let judged = play(&env, &proxy, &line);
            let Some(place) = place.lock().unwrap().take() else {
                break;
            };
            note(judged.map_err(|why| format!("{place}: {why}")));
        }
    });
}

fn tamed(env: &TestEnv, proxy: &Proxy, line: &[String]) -> Result<(), String> {
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let output = env.home.run(command);
    sensible(&output).map_err(|why| format!("{why}\n{output}"))
}

fn sensible(output: &Output) -> Result<(), String> {
    if output.stderr.contains("panicked") {
        return Err("it panicked".to_owned());
    }
    if !(0..=10).contains(&output.code) {
        return Err("no exit code of ours".to_owned());
    }
    let last = output
        .stderr
        .lines()
        .rev()
        .find(|line| !line.starts_with("hint:"));
    let says_why = last.is_some_and(|line| !line.trim().is_empty());
    if output.code != 0 && !says_why {
        return Err("it does not say why".to_owned());
    }
    Ok(())
}

#[test]
fn null_fields_give_a_sensible_result_or_a_clear_error() {
    let to_null = |value: &mut Value| {
        let was = value.take();
        !was.is_null()
    };
    sweep(to_null, tamed);
}

#[test]
fn numbers_out_of_range_give_a_result_or_a_clear_error() {
    let too_large = |value: &mut Value| {
        let is_number = value.is_number();
        *value = json!(1e30);
        is_number
    };
    sweep(too_large, tamed);
}

#[test]
fn unknown_words_give_a_sensible_result_or_a_clear_error() {
    let to_unknown = |value: &mut Value| {
        let is_word = value.as_str().is_some_and(is_one_word);
        *value = json!("SOMETHING_NEW");
        is_word
    };
    sweep(to_unknown, tamed);
}

/// True if this can be the name of a type or of an enum's value.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
}

#[test]
fn server_texts_cannot_control_the_terminal() {
    let to_hostile = |value: &mut Value| {
        let is_text = value.is_string();
        *value = json!(HOSTILE);
        is_text
    };
    sweep(to_hostile, |env, proxy, line| {
        // The displayed text is checked here, not the request.
        let words = line.iter().map(String::as_str);
        let line: Vec<&str> = ["--no-input"].into_iter().chain(words).collect();
        let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
        let mut terminal = Terminal::start(&command);
        let code = terminal.finish();
        let seen = terminal.transcript();
        let bad: Vec<&str> = NEVER.into_iter().filter(|bad| seen.contains(bad)).collect();
        if bad.is_empty() && (0..=10).contains(&code) {
            return Ok(());
        }
        Err(format!("exit code {code}, {bad:?} in\n{seen:?}"))
    });
}
