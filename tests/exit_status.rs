//! `exec --exit-status`: the command's own exit code, which its log has at the end.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::wait::{advance, until_asked};

const MARKER: &str = "tasks-exit-status:";

/// In the sandbox, which really executes commands.
fn sandbox(env: &TestEnv, args: &[&str]) -> Output {
    env.home.tasks(&[&["-l", "sandbox"], args].concat())
}

const PLACE: [&str; 7] = ["exec", "-e", "develop", "-p", "lagoon-demo", "-s", "cli"];

fn exec(env: &TestEnv, flags: &[&str], script: &str) -> Output {
    let words = ["--exit-status", "--yes"];
    let line = [&PLACE[..], &words, flags, &["--", "sh", "-c", script]].concat();
    sandbox(env, &line)
}

/// The output without the notes on the sandbox and the start.
fn own_lines(output: &Output) -> String {
    let lines = output.stderr.lines();
    let lines = lines.skip_while(|line| !line.starts_with("run "));
    lines.skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn exec_exit_status_exits_with_the_commands_own_exit_code() {
    let env = TestEnv::new();
    for code in [0, 1, 2, 5, 7, 255] {
        let script = format!("echo \"it's $0\"; echo error >&2; exit {code}");
        let output = exec(&env, &["--follow"], &script).ends_with(code);
        assert_eq!(output.stdout, "it's sh\nerror\n", "{output}");
        // An `error:` is always of `tasks` itself.
        assert!(!output.stderr.contains("error:"), "{output}");
    }
    let output = exec(&env, &["--wait"], "printf 'no newline'; exit 9").ends_with(9);
    let id = output.stdout.split('\t').next().unwrap().to_owned();
    assert!(own_lines(&output).contains("no newline"), "{output}");
    let told = format!("the command of run {id} exited with 9\n");
    assert!(output.stderr.ends_with(&told), "{output}");
    let json = exec(&env, &["--wait", "-o", "json"], "exit 3").ends_with(3);
    let error = json.json_error();
    assert_eq!(
        (&error["kind"], &error["exitCode"]),
        (&"run-failed".into(), &3.into())
    );
    // Killed by a signal, as a shell reports it.
    exec(&env, &["--wait", "-q"], "kill -9 $$").ends_with(137);
}

#[test]
fn the_marker_of_the_exit_code_is_hidden_and_rerun_unwraps_the_command() {
    let env = TestEnv::new();
    let shown = |output: Output| {
        assert!(!output.stdout.contains(MARKER), "{output}");
        assert!(!output.stderr.contains(MARKER), "{output}");
        assert!(!output.stderr.contains("$?"), "{output}");
        output
    };
    shown(
        exec(
            &env,
            &["--dry-run", "--wait", "-o", "json"],
            "echo one; exit 4",
        )
        .succeeds(),
    );
    let failed = shown(exec(&env, &["--wait", "-v"], "echo one; exit 4").ends_with(4));
    assert!(failed.stderr.contains("one\n"), "{failed}");
    for line in [
        &["logs", "1"][..],
        &["logs", "1", "-f"],
        &["logs", "1", "--tail", "1"],
    ] {
        assert_eq!(shown(sandbox(&env, line)).stdout, "one\n");
    }
    let json = sandbox(&env, &["logs", "1", "-o", "json"]);
    assert_eq!(shown(json).json()["log"], "one\n");
    let listed = sandbox(&env, &["runs", "-e", "develop", "-p", "lagoon-demo"]);
    assert!(shown(listed).stdout.contains("exec sh"));
    shown(sandbox(&env, &["status", "1", "-o", "json"]));
    // Byte for byte, it is there.
    let raw = sandbox(&env, &["logs", "1", "--raw"]);
    assert!(raw.stdout.contains(MARKER), "{raw}");

    let again = shown(sandbox(&env, &["rerun", "1", "--wait", "--yes"]).ends_with(3));
    assert!(again.stderr.contains("one\n"), "{again}");
    let raw = sandbox(&env, &["logs", "2", "--raw"]).succeeds();
    assert!(raw.stdout.ends_with("\none\n"), "{raw}");
}

#[test]
fn rerun_starts_the_command_of_the_user() {
    let env = TestEnv::new();
    env.script("exec ls", &[Step::Status(Status::Complete)]);
    let line = [&PLACE[..], &["--exit-status", "--wait", "--", "ls", "it's"]].concat();
    // Nothing is executed, so the log has no exit code.
    env.tasks(&line).ends_with(3);
    env.tasks(&["rerun", "1", "--yes"]).succeeds();
    let reply = env.graphql(
        "{ a: taskById(id: 1) { command } b: taskById(id: 2) { command } }",
        serde_json::json!({}),
    );
    let [first, second] = ["a", "b"].map(|name| {
        reply.1["data"][name]["command"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert!(first.starts_with(r"sh -c 'ls '\''it'\''"), "{first}");
    assert!(first.contains("; c=$?; "), "{first}");
    assert_eq!(second, r"ls 'it'\''s'");
}

#[test]
fn without_a_marker_the_exit_code_is_3_and_stderr_says_why() {
    let env = TestEnv::new();
    for (log, why) in [
        (Some("some\nwords\n"), "its log does not end with the code"),
        (
            Some("tasks-exit-status:0123456789abcdef:0\n"),
            "its log does not end with the code",
        ),
        (None, "The specified key does not exist."),
    ] {
        let log = log.map(|text| Step::Log(text.to_owned()));
        let steps = [Step::Status(Status::Running)].into_iter().chain(log);
        let steps: Vec<Step> = steps.chain([Step::Status(Status::Failed)]).collect();
        env.script("exec ls", &steps);
        let line = [&PLACE[..], &["--exit-status", "--wait", "-q", "--", "ls"]].concat();
        let output = env.tasks(&line).ends_with(3);
        let last = output.stderr.lines().last().unwrap();
        assert!(
            last.starts_with("error: the exit code of the command of run "),
            "{output}"
        );
        assert!(last.ends_with(why), "{output}");
    }
}

/// The command can read its own command line, and therefore the nonce.
#[test]
fn only_the_last_line_of_the_log_counts_and_every_run_has_another_nonce() {
    let env = TestEnv::new();
    let forges = format!(
        "p=$PPID; while [ $p -gt 0 ]; do m=$(tr '\\0' '\\n' < /proc/$p/cmdline | grep -o '{MARKER}[0-9a-f]\\{{16\\}}') && break; \
         p=$(sed -n 's/^PPid:.//p' /proc/$p/status); done; echo \"$m:0\"; exit 4"
    );
    let mut seen = Vec::new();
    for _ in 0..2 {
        let output = exec(&env, &["--wait", "-o", "json"], &forges).ends_with(4);
        let id = output.json()["id"].to_string();
        let raw = sandbox(&env, &["logs", &id, "--raw"]).succeeds().stdout;
        let markers: Vec<&str> = raw
            .lines()
            .filter_map(|line| line.strip_prefix(MARKER))
            .collect();
        let [forged, own] = markers[..] else {
            panic!("{raw}");
        };
        let nonce = own.strip_suffix(":4").unwrap();
        assert_eq!(forged, format!("{nonce}:0"));
        // Only its own marker is hidden.
        let shown = sandbox(&env, &["logs", &id]).succeeds().stdout;
        assert_eq!(shown, format!("{MARKER}{forged}\n"));
        seen.push(nonce.to_owned());
    }
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn failures_of_tasks_keep_their_codes() {
    let env = TestEnv::new();
    let refused = |flags: &[&str]| {
        let line = [
            &PLACE[..],
            &["--exit-status", "--yes"],
            flags,
            &["--", "ls"],
        ]
        .concat();
        env.tasks(&line)
    };
    assert_snapshot!(refused(&[]).error(2), @"error: --exit-status has no effect without --wait or --follow");
    assert_snapshot!(refused(&["--wait", "-e", "main"]).error(2), @"
    error: --exit-status returns one exit code, but the command line selects several targets
    hint: name one environment with -e, or omit --exit-status
    ");
    assert_eq!(env.requests().len(), 0);
    env.script("exec ls", &[Step::Status(Status::Running), Step::Hold]);
    let output = refused(&["--wait", "--timeout", "1s"]).ends_with(8);
    assert!(output.stderr.contains("error: run "), "{output}");
    env.script(
        "exec ls",
        &[
            Step::Status(Status::Running),
            Step::Status(Status::Cancelled),
        ],
    );
    refused(&["--wait"]).ends_with(6);
    // The length of the wrapped command counts.
    let long = "'".repeat(8_000);
    let line = [
        &PLACE[..],
        &["--exit-status", "--wait", "--", "echo", &long],
    ]
    .concat();
    let output = env.tasks(&line).ends_with(2);
    assert!(
        output.stderr.contains("bytes; at most 65535 are allowed"),
        "{output}"
    );
    let line = [&PLACE[..], &["--wait", "--", "echo", &long]].concat();
    env.script("exec echo", &[Step::Status(Status::Complete)]);
    env.tasks(&line).succeeds();
}

#[test]
fn a_marker_in_the_middle_of_a_log_is_part_of_it() {
    let env = TestEnv::new();
    let line = format!("{MARKER}0123456789abcdef:1\n");
    let steps = [
        Step::Status(Status::Running),
        Step::Log(line.clone()),
        Step::Hold,
        Step::Log(format!("more\n{line}")),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    let start = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-o",
        "id",
    ];
    let id = env.tasks(&start).succeeds().stdout.trim().to_owned();
    let running = until_asked(&env, &["logs", &id, "-f", "--live", "never"], "taskById");
    advance(&env, &id);
    assert_eq!(running.finish().succeeds().stdout, format!("{line}more\n"));
    assert_eq!(
        env.tasks(&["logs", &id]).succeeds().stdout,
        format!("{line}more\n")
    );
}
