//! `--report`: JUnit and Markdown, written whatever happens.

mod endings;
pub(crate) mod schema;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::wait::{advance, start, start_held, until_asked};
use schema::{cases, validate};

const ALL: [&str; 3] = ["-p", "lagoon-demo", "--all-environments"];

/// The value of `--report` for a file in the test's home.
fn junit(env: &TestEnv) -> String {
    format!("--report=junit={}", env.home.path("junit.xml").display())
}

fn markdown(env: &TestEnv) -> String {
    format!(
        "--report=markdown={}",
        env.home.path("summary.md").display()
    )
}

/// A summary with a placeholder for each length of time.
pub(crate) fn steady(summary: &str) -> String {
    let took = regex::Regex::new(r"\| (&lt;1|\d+) s \|").unwrap();
    took.replace_all(summary, "| TOOK |").into_owned()
}

/// The cases of the written report, in brief. Validates it.
#[track_caller]
fn briefly(env: &TestEnv) -> Vec<String> {
    let file = env.home.path("junit.xml");
    validate(&file);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    cases(&text).iter().map(schema::Case::brief).collect()
}

/// ★ One test case per run, with its duration and the end of the log if it failed; Markdown is appended.
#[test]
fn a_report_has_a_case_for_each_run_and_the_log_of_a_failed_one() {
    let env = TestEnv::new();
    let completed = start(&env, &[Step::Status(Status::Complete)]);
    let log = "one\n\u{1b}[31mred\u{1b}[0m\u{7} <b>&\n```\nlast | line\n";
    let log = Step::Log(log.to_owned());
    let failed = start(&env, &[log, Step::Status(Status::Failed)]);
    env.home.write("summary.md", "before\n");
    let (junit, markdown) = (junit(&env), markdown(&env));
    let output = env.tasks(&["wait", &completed, &failed, &junit, &markdown]);
    let output = output.ends_with(3);
    assert!(output.stdout.lines().count() == 2, "{output}");
    let text = std::fs::read_to_string(env.home.path("junit.xml")).unwrap();
    assert_snapshot!(mask(&text), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="tasks wait" tests="2" skipped="0" failures="1" errors="0" time="0.000">
        <testsuite name="tasks wait" tests="2" skipped="0" errors="0" failures="1" time="0.000" timestamp="TIME">
            <testcase name="Say hello" classname="lagoon-demo/main" time="0.000">
                <system-out>run 1 (lagoon-task-xxxx): completed</system-out>
            </testcase>
            <testcase name="Say hello (run 2)" classname="lagoon-demo/main" time="0.000">
                <failure message="run 2 of `Say hello` failed" type="run-failed">one
    red &lt;b&gt;&amp;
    ```
    last | line
    </failure>
                <system-out>run 2 (lagoon-task-xxxx): failed</system-out>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    briefly(&env);
    let text = std::fs::read_to_string(env.home.path("summary.md")).unwrap();
    assert_snapshot!(text, @r"
    before

    ### tasks wait: 1 passed, 1 failed

    | | Run | Task | Environment | Result | Took |
    |---|---|---|---|---|---|
    | ✓ | 1 | Say hello | lagoon-demo/main | completed |  |
    | ✗ | 2 | Say hello | lagoon-demo/main | failed |  |

    #### run 2 of \`Say hello\` failed

    ````text
    one
    red <b>&
    ```
    last | line
    ````
    ");
}

/// ★ Every command that waits takes `--report`.
#[test]
fn every_command_that_waits_writes_reports() {
    let env = TestEnv::new();
    let id = start(&env, &[Step::Status(Status::Complete)]);
    let report = junit(&env);
    let ran = |args: &[&str]| {
        let line = [args, &[&*report]].concat();
        env.run(env.command(&line)).succeeds();
        briefly(&env)
    };
    let hello = ["lagoon-demo/main: Say hello: passed"];
    let invoke = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    assert_eq!(ran(&invoke), hello);
    let follow = [&["invoke", "Say hello", "-f", "--live=never"], &MAIN[..]].concat();
    assert_eq!(ran(&follow), hello);
    let exec = ["exec", "-s", "cli", "--yes", "--wait"];
    let exec = [&exec, &MAIN[..], &[&*report, "--", "true"]].concat();
    env.tasks(&exec).succeeds();
    assert_eq!(briefly(&env), ["lagoon-demo/main: exec true: passed"]);
    assert_eq!(ran(&["rerun", &id, "--wait"]), hello);
    assert_eq!(ran(&["wait", &id]), hello);
    assert_eq!(ran(&["logs", &id, "-f"]), hello);
    let going = start_held(&env, Status::Complete);
    assert_eq!(ran(&["cancel", &going, "--yes"]), hello);
    // Whatever the outcome of the command, that of the run is reported.
    let failed = start(
        &env,
        &[Step::Log("why".to_owned()), Step::Status(Status::Failed)],
    );
    let hello = ["lagoon-demo/main: Say hello: failure run-failed"];
    assert_eq!(ran(&["logs", &failed, "-f", "--no-exit-status"]), hello);
    let active = [&["wait", "--active"], &MAIN[..]].concat();
    assert_eq!(ran(&active), ["tasks wait: tasks wait: skipped"]);
    let going = start_held(&env, Status::Cancelled);
    let running = until_asked(&env, &[&active[..], &[&*report]].concat(), "taskById");
    advance(&env, &going);
    running.finish().succeeds();
    assert_eq!(
        briefly(&env),
        ["lagoon-demo/main: Say hello: error run-cancelled"]
    );
}

#[test]
fn the_exit_code_of_a_command_is_in_its_report() {
    let env = TestEnv::new();
    let report = junit(&env);
    let exec = [
        "-l",
        "sandbox",
        "exec",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
    ];
    let flags = ["-s", "cli", "--yes", "--wait", "--exit-status", &report];
    let command = ["--", "sh", "-c", "echo why; exit 7"];
    let line = [&exec[..], &flags, &command].concat();
    env.home.tasks(&line).ends_with(7);
    let text = std::fs::read_to_string(env.home.path("junit.xml")).unwrap();
    let about = &cases(&text)[0].about;
    assert_eq!(about, "the command of run 1 exited with 7\nwhy\n");
}

/// ★ `-` replaces the result on stdout.
#[test]
fn a_report_on_stdout_replaces_the_result() {
    let env = TestEnv::new();
    let report = junit(&env);
    let line = ["invoke", "Say hello", "--wait", "--report", "junit=-"];
    let line = [&line[..], &MAIN].concat();
    let output = env.tasks(&line).succeeds();
    assert_eq!(cases(&output.stdout).len(), 1);
    let more = ["wait", "1", "--report", "markdown=-", &report];
    let output = env.tasks(&more).succeeds();
    assert_snapshot!(steady(&output.stdout), @"
    ### tasks wait: 1 passed

    | | Run | Task | Environment | Result | Took |
    |---|---|---|---|---|---|
    | ✓ | 1 | Say hello | lagoon-demo/main | completed | TOOK |
    ");
    assert_eq!(briefly(&env).len(), 1);
    for format in ["json", "jsonl", "csv"] {
        let again = env.tasks(&[&more[..], &["-o", format]].concat()).succeeds();
        assert_eq!(again.stdout, output.stdout);
    }
    let refused = |args: &[&str]| env.tasks(args).error(2);
    assert_snapshot!(refused(&["logs", "1", "-f", "--report=junit=-"]), @"
    error: --report cannot write to stdout with --follow, which prints the log
    hint: name a file, or use --wait
    ");
    assert_snapshot!(refused(&["wait", "1", "--report=junit=-", "--report=markdown=-"]), @"
    error: --report writes `-` twice
    hint: name another file for one of the reports
    ");
    assert_snapshot!(refused(&["wait", "1", "--report=junit=-", "--jq=.id"]), @r#"{"error":{"kind":"usage","message":"--jq cannot be used with a report on stdout","hints":["omit one of them"],"exitCode":2,"runs":[]}}"#);
}

#[test]
fn reports_are_checked_before_anything_is_sent() {
    let env = TestEnv::new();
    let refused = |args: &[&str]| {
        let (output, requests) = env.tasks_and_requests(args);
        assert!(requests.is_empty(), "{output}");
        output.error(2)
    };
    env.home.write("file", "");
    let below = format!("junit={}", env.home.path("file/report.xml").display());
    let missing = format!("markdown={}", env.home.path("none/report.md").display());
    let folder = format!("junit={}", env.home.path("").display());
    assert_snapshot!(refused(&["wait", "1", "--report", &below]), @"error: --report junit=HOME/file/report.xml: cannot write the file: Not a directory (os error 20)");
    assert_snapshot!(refused(&["wait", "1", "--report", &missing]), @"
    error: --report markdown=HOME/none/report.md: cannot write the file: No such file or directory (os error 2)
    hint: create its folder first
    ");
    assert_snapshot!(refused(&["wait", "1", "--report", &folder]), @"error: --report junit=HOME/: cannot write the file: it is a folder");
    assert_snapshot!(refused(&["wait", "1", "--report", "xml=a"]), @"
    error: invalid value `xml=a` for --report: unknown format `xml`; expected junit=FILE or markdown=FILE
    hint: for help: tasks help wait
    ");
    assert_snapshot!(refused(&["wait", "1", "--report", "junit"]), @"
    error: invalid value `junit` for --report: expected junit=FILE or markdown=FILE
    hint: for help: tasks help wait
    ");
    let report = junit(&env);
    let once = [&["invoke", "Say hello", &*report], &MAIN[..]].concat();
    assert_snapshot!(refused(&once), @"error: --report has no effect without --wait or --follow");
    assert_snapshot!(refused(&[&once[..], &["--if-running=wait"]].concat()), @"error: --report has no effect without --wait or --follow");
    assert_snapshot!(refused(&[&once[..], &["--wait", "--dry-run"]].concat()), @"
    error: --report cannot be used with --dry-run
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["logs", "1", &report]), @"error: --report has no effect without --follow");
    // Invalid arguments are not reported.
    assert_snapshot!(refused(&["wait", "1", "a b", &report]), @"
    error: invalid run `a b`; expected an id, a name such as lagoon-task-xxxx, or the address of a run's page
    hint: to select the newest run of a task: tasks wait --latest --task 'a b'
    ");
    assert!(!env.home.path("junit.xml").exists());
}
