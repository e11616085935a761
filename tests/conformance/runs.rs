//! Runs: several at once, found again, cancelled, run again, their logs and files.
//!
//! A Lagoon without a cluster starts nothing, keeps no logs and may have no store for files: what
//! needs them says that it is skipped.

use serde_json::{Value, json};

use super::{define, invoke, recorded};
use crate::support::lagoon::Lagoon;
use crate::support::output::Output;

/// Defines a task for the whole project.
fn define_for_project(lagoon: &Lagoon, name: &str, more: &[&str]) {
    let (project, service) = (lagoon.project(), lagoon.service());
    let line = ["define", name, "-p", &project, "-s", &service, "-o", "json"];
    let defined = lagoon.tasks(&[&line[..], more].concat()).succeeds().json();
    lagoon.remove_later(&defined["id"]);
}

/// The runs of an answer, which are removed in the end.
fn started(lagoon: &Lagoon, output: &Output) -> Vec<Value> {
    let runs = output.json().as_array().unwrap().clone();
    for run in &runs {
        lagoon.remove_run_later(&run["id"]);
    }
    runs
}

fn ids(runs: &[Value]) -> Vec<String> {
    runs.iter().map(|run| run["id"].to_string()).collect()
}

fn one(lagoon: &Lagoon, args: &[&str]) -> Value {
    let run = invoke(lagoon, &[args, &["-o", "json"]].concat())
        .succeeds()
        .json();
    lagoon.remove_run_later(&run["id"]);
    run
}

#[test]
fn a_task_on_two_environments_has_one_exit_code() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("bulk");
    define_for_project(&lagoon, &name, &["--command", "echo \"$X\"", "--arg", "X"]);
    let (project, here, other) = (
        lagoon.project(),
        lagoon.environment(),
        lagoon.other_environment(),
    );
    let places = ["-p", &project, "-e", &here, "-e", &other];
    let line = [&["invoke", &name, "-a", "X=it's"], &places[..]].concat();
    lagoon.tasks(&line).ends_with(2);
    let nowhere = [&line[..], &["-e", "no-such-*", "--yes"]].concat();
    lagoon.tasks(&nowhere).ends_with(5);
    let line = [&line[..], &["--yes", "-o", "json"]].concat();
    let output = lagoon.tasks(&line).succeeds();
    let runs = started(&lagoon, &output);
    let of: Vec<&Value> = runs.iter().map(|r| &r["environment"]["name"]).collect();
    assert_eq!(of, [&json!(here), &json!(other)]);
    for run in &runs {
        assert_eq!(recorded(&lagoon, run), " X=\"it's\"; echo \"$X\"");
    }

    let found = [&["runs", "--task", &name, "-o", "id"], &places[..]].concat();
    let found = lagoon.tasks(&found).succeeds().stdout;
    let mut newest_first = ids(&runs);
    newest_first.sort_by_key(|id| std::cmp::Reverse(id.parse::<i64>().unwrap()));
    assert_eq!(found.lines().collect::<Vec<_>>(), newest_first);

    let id = |at: usize| runs[at]["id"].as_i64().unwrap();
    lagoon.play(id(0), &["RUNNING", "COMPLETE"]);
    lagoon.play(id(1), &["RUNNING", "FAILED"]);
    let both = ids(&runs);
    let wait = ["wait", &both[0], &both[1]];
    let waited = lagoon.tasks(&wait);
    if lagoon.has_cluster() {
        waited.succeeds();
        return;
    }
    waited.ends_with(3);
    let line = ["rerun", "--failed", "-", "--yes", "-o", "json"];
    let again = lagoon.command(&line).stdin(&output.stdout).run().succeeds();
    let again = started(&lagoon, &again);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0]["environment"]["name"], json!(other));
    assert_eq!(recorded(&lagoon, &again[0]), recorded(&lagoon, &runs[1]));
}

#[test]
fn no_run_starts_unless_both_environments_allow_it() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("here-alone");
    define(&lagoon, &name, &["--command", "true"]);
    let (project, here, other) = (
        lagoon.project(),
        lagoon.environment(),
        lagoon.other_environment(),
    );
    let line = [
        "invoke", &name, "-p", &project, "-e", &here, "-e", &other, "--yes",
    ];
    lagoon.tasks(&line).ends_with(5);
    assert_eq!(lagoon.newest_run(&name), None);
    let line = [&line[..], &["--skip-missing", "-o", "json"]].concat();
    let runs = started(&lagoon, &lagoon.tasks(&line).succeeds());
    assert_eq!(runs.len(), 1);
}

#[test]
fn runs_are_filtered_by_their_properties() {
    let lagoon = Lagoon::for_conformance();
    if lagoon.has_cluster() {
        eprintln!("skipped: a cluster ends runs by itself");
        return;
    }
    let name = lagoon.unique("filters");
    define(&lagoon, &name, &["--command", "true"]);
    let runs: Vec<Value> = (0..3).map(|_| one(&lagoon, &[&name])).collect();
    let id = |at: usize| runs[at]["id"].as_i64().unwrap();
    lagoon.play(id(0), &["RUNNING", "FAILED"]);
    lagoon.play(id(1), &["RUNNING"]);
    let found = |more: &[&str]| -> Vec<i64> {
        let line = [&["runs", "--task", &name, "-o", "id"], more, &lagoon.here()].concat();
        let output = lagoon.tasks(&line).succeeds();
        output
            .stdout
            .lines()
            .map(|id| id.parse().unwrap())
            .collect()
    };
    assert_eq!(found(&[]), [id(2), id(1), id(0)]);
    assert_eq!(found(&["--limit", "2"]), [id(2), id(1)]);
    assert_eq!(found(&["--active"]), [id(2), id(1)]);
    assert_eq!(found(&["--status", "failed"]), [id(0)]);
    assert_eq!(
        found(&["--status", "running", "--status", "new"]),
        [id(2), id(1)]
    );
    assert_eq!(found(&["--since", "1d"]), [id(2), id(1), id(0)]);
    let status = lagoon.tasks(&["status", &id(0).to_string(), "-o", "json"]);
    let status = status.succeeds().json();
    assert_eq!(status["outcome"], "failed");
    let by_name = lagoon.tasks(&["status", status["taskName"].as_str().unwrap(), "-o", "id"]);
    assert_eq!(by_name.succeeds().stdout.trim(), id(0).to_string());
    lagoon.tasks(&["status", "2147483647"]).ends_with(5);
}

#[test]
fn only_unfinished_runs_are_cancelled() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("cancel");
    define(&lagoon, &name, &["--command", "sleep 300"]);
    let run = one(&lagoon, &[&name]);
    let id = run["id"].as_i64().unwrap();
    let word = id.to_string();
    lagoon.tasks(&["cancel", &word]).ends_with(2);
    lagoon.play(id, &["RUNNING"]);
    let timeout = if lagoon.has_cluster() { "5m" } else { "1s" };
    let output = lagoon.tasks(&["cancel", &word, "--yes", "--timeout", timeout]);
    if output.code != 0 {
        // Only a cluster carries it out.
        assert!(!lagoon.has_cluster(), "{output}");
        assert!(output.stderr.contains("accepted and may still"), "{output}");
        lagoon.play(id, &["CANCELLED"]);
    }
    lagoon.tasks(&["wait", &word]).ends_with(6);
    lagoon.tasks(&["cancel", &word, "--yes"]).ends_with(1);
}

#[test]
fn a_run_is_rerun_with_the_same_values() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("again");
    let line = [
        "--command",
        "echo \"$X$Y\"",
        "--arg",
        "X",
        "--arg",
        "Y?:numeric",
    ];
    define(&lagoon, &name, &line);
    let before = one(
        &lagoon,
        &[&name, "-a", "X=a \"b\" $c `d` \\e\nit's", "-a", "Y=1.50"],
    );
    let line = ["rerun", &before["id"].to_string(), "-o", "json"];
    let again = lagoon.tasks(&line).succeeds().json();
    lagoon.remove_run_later(&again["id"]);
    assert_ne!(again["id"], before["id"]);
    assert_eq!(recorded(&lagoon, &again), recorded(&lagoon, &before));
}

#[test]
fn a_one_off_command_keeps_its_words() {
    let lagoon = Lagoon::for_conformance();
    let (project, other, service) = (
        lagoon.project(),
        lagoon.other_environment(),
        lagoon.service(),
    );
    let name = lagoon.unique("exec");
    let line = [
        "exec", "-p", &project, "-e", &other, "-s", &service, "--name", &name,
    ];
    let more = [
        "--yes", "-o", "json", "--", "printf", "%s,", "it's", "$HOME", "",
    ];
    let run = lagoon.tasks(&[&line[..], &more].concat()).succeeds().json();
    lagoon.remove_run_later(&run["id"]);
    assert_eq!(
        (&run["name"], &run["service"]),
        (&json!(name), &json!(service))
    );
    assert_eq!(
        recorded(&lagoon, &run),
        r"printf '%s,' 'it'\''s' '$HOME' ''"
    );
    if lagoon.has_cluster() {
        let log = ["logs", &run["id"].to_string(), "-f"];
        let log = lagoon.tasks(&log).succeeds().stdout;
        assert!(log.contains("it's,$HOME,,"), "{log}");
    }
    let wrong = [
        "exec",
        "-p",
        &project,
        "-e",
        &other,
        "-s",
        "no-such-service",
        "--yes",
    ];
    lagoon
        .tasks(&[&wrong[..], &["--", "true"]].concat())
        .ends_with(2);
}

#[test]
fn a_missing_log_is_not_printed_as_a_log() {
    let lagoon = Lagoon::for_conformance();
    if lagoon.has_cluster() {
        eprintln!("skipped: a cluster keeps logs");
        return;
    }
    let name = lagoon.unique("log");
    define(&lagoon, &name, &["--command", "true"]);
    let run = one(&lagoon, &[&name]);
    lagoon.play(run["id"].as_i64().unwrap(), &["RUNNING", "COMPLETE"]);
    let output = lagoon.tasks(&["logs", &run["id"].to_string()]);
    assert_eq!(output.stdout, "", "{output}");
    // With an id of the cluster's Lagoon looks for a file that was never written.
    let patch = json!({"remoteId": "conformance"});
    lagoon.patch(run["id"].as_i64().unwrap(), patch);
    let output = lagoon.tasks(&["logs", &run["id"].to_string()]);
    assert_eq!((output.stdout.as_str(), output.code), ("", 1), "{output}");
    assert!(output.stderr.contains("error loading the logs"), "{output}");
}

#[test]
fn an_uploaded_file_can_be_downloaded() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("files");
    define(&lagoon, &name, &["--command", "true"]);
    let run = one(&lagoon, &[&name])["id"].to_string();
    lagoon.tasks(&["files", "get", &run]).ends_with(5);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "one\ntwo").unwrap();
    let put = lagoon.tasks(&["files", "put", &run, file.to_str().unwrap()]);
    if put.code != 0 {
        assert!(!lagoon.is_sandbox(), "{put}");
        eprintln!("skipped: this Lagoon takes no files\n{put}");
        return;
    }
    let listed = lagoon.tasks(&["files", "list", &run, "-o", "name"]);
    assert_eq!(listed.succeeds().stdout, "a.txt\n");
    let got = lagoon.tasks(&["files", "get", &run, "a.txt", "-O", "-"]);
    assert_eq!(got.succeeds().stdout, "one\ntwo");
}
