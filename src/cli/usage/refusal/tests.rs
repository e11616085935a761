//! Usage errors, by kind.

use crate::cli::{command, usage};
use crate::error::Error;
use std::ffi::OsString;

fn refused(line: &[&str]) -> Error {
    let args: Vec<OsString> = std::iter::once(&"tasks")
        .chain(line)
        .map(OsString::from)
        .collect();
    let complaint = command().try_get_matches_from(&args).unwrap_err();
    usage::error(&complaint, &args, command())
}

#[test]
fn the_error_of_each_kind_names_the_argument_and_the_accepted_values() {
    let mut bad = Vec::new();
    for (line, message, hint) in [
        (
            &["runs", "--limit", "abc"][..],
            "invalid value `abc` for --limit: expected a whole number from 0 to 100000",
            "for help: tasks help runs",
        ),
        (
            &["runs", "--limit", "-1"],
            "invalid value `-1` for --limit: expected a whole number from 0 to 100000",
            "for help: tasks help runs",
        ),
        (
            &["logs", "1", "--tail", "x"],
            "invalid value `x` for --tail: expected a whole number, 0 or more",
            "for help: tasks help logs",
        ),
        (
            &["-p", "list", "runs", "-o", "jsn"],
            "invalid value `jsn` for --output",
            "did you mean `json` or `jsonl`?",
        ),
        (
            &["list", "-e"],
            "--environment requires a value",
            "give it a value: --environment NAME",
        ),
        (
            &["login", "ftp://x"],
            "URL: `ftp://x` is not a valid API address: it must start with https://",
            "for help: tasks help login",
        ),
        (
            &["list", "--enviroment", "x"],
            "unknown flag `--enviroment`",
            "did you mean `--environment`?",
        ),
        (
            &["status", "-1"],
            "unknown flag `-1`",
            "for help: tasks help status",
        ),
        (
            &["--wait", "invoke", "x"],
            "unknown flag `--wait`",
            "did you mean `tasks invoke --wait`?",
        ),
        (
            &["--", "list"],
            "unexpected argument `list`",
            "omit the `--` before `list`",
        ),
        (
            &["whoami", "x", "y"],
            "unexpected argument `x`",
            "for help: tasks help whoami",
        ),
        (
            &["completions", "bash", "x"],
            "unexpected argument `x`",
            "for help: tasks help completions",
        ),
        (
            &["invoke", "-e", "main", "Say", "hello", "you", "-y"],
            "unexpected argument `hello`",
            "quote a name with spaces: tasks invoke -e main 'Say hello you' -y",
        ),
        (
            &["lint", "a.yml"],
            "unexpected argument `a.yml`",
            "name the file with -f: tasks lint -f a.yml",
        ),
        (
            &["list", "main"],
            "unexpected argument `main`",
            "name an environment with -e: tasks list -e main",
        ),
        (
            &["lst"],
            "unknown command `lst`",
            "did you mean `list` or `ls`?",
        ),
        (
            &["context", "frobnicate"],
            "unknown command `context frobnicate`",
            "to list commands: tasks help context",
        ),
        (
            &["files"],
            "no command given after `tasks files`",
            "commands: list, get, put",
        ),
        (
            &["list", "-l", "a", "-l", "b"],
            "--context was given twice; this command takes one",
            "give it once",
        ),
        (
            &["logs", "1", "--last"],
            "RUN cannot be used with --last",
            "omit one of them",
        ),
        (
            &["update", "x", "--command", "a", "--image", "b"],
            "--command cannot be used with --image",
            "omit one of them",
        ),
        (
            &["apply", "--max-deletes", "3"],
            "--max-deletes has no effect without --prune",
            "usage: tasks apply --prune --max-deletes <N>",
        ),
        (
            &["list", "--yes=true"],
            "--yes takes no value, found `true`",
            "omit the value: --yes",
        ),
    ] {
        let error = refused(line);
        let found = (error.message.as_str(), error.hint_texts().remove(0));
        if found != (message, hint.to_owned()) {
            bad.push((line, found.0.to_owned(), found.1));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let args = [
        "tasks".into(),
        "show".into(),
        OsString::from_vec(vec![0xff]),
    ];
    let complaint = command().try_get_matches_from(&args).unwrap_err();
    let error = usage::error(&complaint, &args, command());
    assert_eq!(error.message, "an argument is not valid UTF-8");
}
