//! `exec`: words that arrive as words, scripts, and one mutation that is sent once.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{self, Proxy};

const DEVELOP: [&str; 6] = ["-p", "lagoon-demo", "-e", "develop", "-s", "cli"];

fn exec(env: &TestEnv, args: &[&str]) -> Output {
    env.tasks(&[&["exec"], &DEVELOP[..], args].concat())
}

fn started(env: &TestEnv) -> usize {
    env.sent(&["addTask"])
}

/// The command that Lagoon recorded for a run.
fn recorded(env: &TestEnv, id: &Value) -> (String, String) {
    let (_, answer) = env.graphql(
        "query($i:Int){taskById(id:$i){name command}}",
        json!({"i": id}),
    );
    let text = |name: &str| {
        answer["data"]["taskById"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    (text("name"), text("command"))
}

#[test]
fn an_existing_run_is_reported_despite_other_errors() {
    let env = TestEnv::new();
    let failed = json!([{"message": "no", "path": ["addTask", "service"]}]);
    let beside = proxy::Fault::rewritten(move |answer| answer["errors"] = failed.clone());
    let line = [&["exec", "-o", "id"], &DEVELOP[..], &["--", "true"]].concat();
    let proxy = Proxy::new(env.address(), [proxy::Fault::None, beside]);
    let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(command).succeeds();
    assert_eq!(
        (output.stdout.as_str(), started(&env)),
        ("1\n", 1),
        "{output}"
    );
}

#[test]
fn arguments_after_the_dashes_are_quoted() {
    let env = TestEnv::new();
    let words = ["--", "drush", "sql:query", "select 'a' from $b", "", "*"];
    let run = exec(&env, &[&["-o", "json"], &words[..]].concat())
        .succeeds()
        .json();
    assert_eq!(run["service"], "cli");
    assert_eq!(run["environment"]["name"], "develop");
    assert_eq!(
        recorded(&env, &run["id"]),
        (
            "exec drush".to_owned(),
            r"drush sql:query 'select '\''a'\'' from $b' '' '*'".to_owned()
        )
    );
    let named = exec(&env, &["--name", "Mine", "-o", "json", "--", "A=b", "-x"]);
    let named = recorded(&env, &named.succeeds().json()["id"]);
    assert_eq!(named, ("Mine".to_owned(), "'A=b' -x".to_owned()));
    let started = |format| exec(&env, &["-o", format, "--", "true"]).snapshot();
    assert_snapshot!(started("table"), @"
    exit code: 0
    ---- stdout
    ● new
    Task         exec true
    Environment  lagoon-demo/develop
    Run          3
    ---- stderr
    127.0.0.1 · lagoon-demo/develop
    follow it: tasks logs 3 -f
    ");
    assert_snapshot!(started("tsv"), @"
    exit code: 0
    ---- stdout
    4	lagoon-task-xxxx	exec true	new	going	lagoon-demo	develop	cli	TIME			
    ---- stderr
    127.0.0.1 · lagoon-demo/develop
    run 4
    follow it: tasks logs 4 -f
    ");
    assert_snapshot!(started("id"), @"
    exit code: 0
    ---- stdout
    5
    ---- stderr
    127.0.0.1 · lagoon-demo/develop
    run 5
    follow it: tasks logs 5 -f
    ");
}

#[test]
fn a_single_argument_with_blanks_causes_a_note() {
    let output = exec(&TestEnv::new(), &["--dry-run", "-o", "json", "--", "a | b"]);
    assert!(output.stderr.contains("one argument"), "{output}");
    assert_eq!(output.succeeds().json()["command"], "'a | b'");
}

#[test]
fn scripts_come_from_files_or_stdin_and_keep_their_shell() {
    let env = TestEnv::new();
    let crlf = env.home.write("work/a.sh", "echo one\r\necho two\r\n");
    let output = exec(&env, &["--script", crlf.to_str().unwrap(), "-o", "json"]);
    assert!(output.stderr.contains("CRLF"), "{output}");
    assert_eq!(
        recorded(&env, &output.succeeds().json()["id"]),
        ("exec a.sh".to_owned(), "echo one\necho two".to_owned())
    );
    let line = [&["exec"], &DEVELOP[..], &["--script", "-", "-o", "json"]].concat();
    let command = env.command(&line).stdin("#!/bin/bash -e\necho \"it's\"\n");
    let run = env.run(command).succeeds().json();
    assert_eq!(
        recorded(&env, &run["id"]),
        (
            "exec stdin".to_owned(),
            "exec /bin/bash -e -c '#!/bin/bash -e\necho \"it'\\''s\"'".to_owned()
        )
    );
    env.home
        .write("work/a.py", "#!/usr/bin/env python3\nprint(1)\n");
    let output = exec(&env, &["--script", "a.py"]);
    assert_snapshot!(output.error(2), @r#"
    error: --script a.py: its first line names `/usr/bin/env python3`, but only shells are supported
    hint: pass the script as an argument of its interpreter: -- python3 -c "$(cat FILE)"
    "#);
    assert_eq!(started(&env), 2);
}

#[test]
fn stdin_is_read_only_on_request() {
    let env = TestEnv::new();
    let line = [&["exec"], &DEVELOP[..], &["-o", "json", "--", "true"]].concat();
    let run = env
        .run(env.command(&line).stdin("rm -r /"))
        .succeeds()
        .json();
    assert_eq!(recorded(&env, &run["id"]).1, "true");
    let line = [&["exec"], &DEVELOP[..]].concat();
    let output = env.run(env.command(&line).stdin("rm -r /"));
    assert_snapshot!(output.error(2), @"
    error: no command given
    hint: put it after `--` (tasks exec -s SERVICE -- CMD…), or use --script FILE
    ");
    assert_eq!(started(&env), 1);
}

#[test]
fn commands_that_cannot_be_stored_are_refused_before_the_start() {
    let env = TestEnv::new();
    let long = "x".repeat(65_531);
    let heavy = env.home.write("work/heavy.sh", "\"".repeat(60_000));
    let name = "n".repeat(101);
    let refused = |args: &[&str]| exec(&env, args).error(2);
    let shown = refused(&["--", "echo", "🚀"]);
    assert_snapshot!(shown, @"error: the command cannot be stored: it contains `🚀` (U+1F680); Lagoon's database cannot store 4-byte characters");
    let shown = refused(&["--", "echo", &long]);
    assert_snapshot!(shown, @"error: the command has 65536 bytes; at most 65535 are allowed");
    assert_snapshot!(refused(&["--script", heavy.to_str().unwrap()]), @"
    error: the request has 120363 bytes; Lagoon accepts at most 102400
    hint: shorten the command, or move it to a file in the container's image; escaped characters count more than once
    ");
    let shown = refused(&["--name", &name, "--", "true"]);
    assert_snapshot!(shown, @"error: the name has 101 characters; at most 100 are allowed");
    assert_snapshot!(refused(&["--name", " ", "--", "true"]), @"error: the name is empty");
    let shown = refused(&["--script", "nosuch"]);
    assert_snapshot!(shown, @"error: --script: cannot read nosuch: No such file or directory (os error 2)");
    assert_snapshot!(refused(&["--script", "x", "--", "true"]), @"
    error: --script cannot be used with CMD
    hint: omit one of them
    ");
    let nul = env.home.write("work/nul.sh", "echo \0");
    exec(&env, &["--script", nul.to_str().unwrap()]).ends_with(2);
    assert_eq!(started(&env), 0);
    exec(&env, &["--", "echo", &long[..65_530]]).succeeds();
}

#[test]
fn a_missing_service_is_refused() {
    let env = TestEnv::new();
    let line = ["exec", "-p", "lagoon-demo", "-e", "develop", "-s", "nosuch"];
    let output = env.tasks(&[&line[..], &["--", "true"]].concat());
    assert_snapshot!(output.error(2), @"
    error: lagoon-demo/develop has no service `nosuch`, so the command would never start
    hint: services: `cli`, `mariadb`, `nginx`, `node`
    hint: pass --no-preflight to start it anyway
    ");
    assert_eq!(started(&env), 0);
    env.tasks(&[&line[..], &["--no-preflight", "--", "true"]].concat())
        .succeeds();
}

#[test]
fn production_requires_confirmation() {
    let env = TestEnv::new();
    let line = ["exec", "-p", "lagoon-demo", "-e", "main", "-s", "cli"];
    let output = env.tasks(&[&line[..], &["--", "drush", "cr"]].concat());
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: confirmation required: 127.0.0.1 · lagoon-demo/main (production): run `drush cr` in production?
    hint: pass --yes to confirm
    ");
    assert_eq!(started(&env), 0);
    env.tasks(&[&line[..], &["--yes", "--", "drush", "cr"]].concat())
        .succeeds();
    let output = env.tasks(&["exec", "-p", "lagoon-demo", "-s", "cli", "--", "true"]);
    assert_eq!((output.code, started(&env)), (2, 1), "{output}");
}

#[test]
fn a_dry_run_sends_no_mutation() {
    let env = TestEnv::new();
    let plan = |format| exec(&env, &["--dry-run", "-o", format, "--", "echo", "it's"]).snapshot();
    assert_snapshot!(plan("table"), @r"
    exit code: 0
    ---- stdout
    exec echo
    Would run on  lagoon-demo/develop
    Service       cli
    Command
      echo 'it'\''s'
    ---- stderr: empty
    ");
    assert_snapshot!(plan("tsv"), @r"
    exit code: 0
    ---- stdout
    exec echo	lagoon-demo	develop	cli	echo 'it'\\''s'
    ---- stderr: empty
    ");
    assert_snapshot!(plan("json"), @r#"
    exit code: 0
    ---- stdout
    {
      "name": "exec echo",
      "dryRun": true,
      "environment": {
        "id": 102,
        "name": "develop",
        "environmentType": "development",
        "project": {
          "id": 42,
          "name": "lagoon-demo"
        }
      },
      "service": "cli",
      "command": "echo 'it'\\''s'"
    }
    ---- stderr: empty
    "#);
    assert_eq!(started(&env), 0);
}

#[test]
fn waiting_and_following_report_the_outcome_of_the_run() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Log("one\ntwo\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    env.script("exec false", &steps);
    let output = exec(&env, &["--wait", "-o", "json", "--", "false"]).ends_with(3);
    assert_eq!(output.json()["outcome"], "failed");
    assert!(output.stderr.contains("│ one\n│ two\n"), "{output}");
    let output = exec(&env, &["--follow", "--", "false"]).ends_with(3);
    assert_eq!(output.stdout, "one\ntwo\n");
}

#[test]
fn a_lost_reply_is_looked_up_and_the_start_not_repeated() {
    for fault in [Fault::LoseResponse, Fault::HangAfter] {
        let env = TestEnv::new();
        exec(&env, &["--", "drush", "cr"]).succeeds();
        env.sandbox().fail_next("addTask", fault.clone());
        let output = exec(&env, &["--request-timeout", "2s", "--", "drush", "cr"]);
        assert_eq!((output.code, started(&env)), (0, 2), "{fault:?}\n{output}");
        assert!(output.stdout.starts_with("2\t"), "{output}");
    }
    let env = TestEnv::new();
    env.sandbox().fail_next("addTask", Fault::Hang);
    let output = exec(&env, &["--request-timeout", "1s", "--", "drush", "cr"]);
    assert_snapshot!(output.error(7), @"
    127.0.0.1 · lagoon-demo/develop
    error: it is unknown whether `exec drush` was started on lagoon-demo/develop: http://127.0.0.1:PORT did not answer within 1 s
    hint: no run was found yet; check the newest runs there before you start it again
    hint: to find the cause: tasks doctor
    ");
    assert_eq!(started(&env), 1);
}

#[test]
fn a_role_without_permission_learns_which_role_is_needed() {
    let env = TestEnv::new();
    let output = exec(&env.as_role("guest"), &["--", "true"]);
    assert_snapshot!(output.error(4), @r#"
    127.0.0.1 · lagoon-demo/develop
    error: not allowed: Unauthorized: You don't have permission to "add:development" on "task"
    hint: this requires the role developer; you are a guest on lagoon-demo
    "#);
    exec(&env.as_role("developer"), &["--", "true"]).succeeds();
}

#[test]
fn the_sandbox_asks_before_executing_a_new_command() {
    let env = TestEnv::new();
    let line = [
        "--context",
        "sandbox",
        "exec",
        "-e",
        "develop",
        "-p",
        "lagoon-demo",
    ];
    let what = ["-s", "cli", "--wait", "--follow"];
    let say = ["--", "printf", "%s,", "it's", "$HOME"];
    let refused = env.home.tasks(&[&line[..], &what, &say].concat());
    assert!(
        refused.stderr.contains("confirmation required"),
        "{refused}"
    );
    assert_eq!(refused.code, 2);
    let output = env
        .home
        .tasks(&[&line[..], &what, &["--yes"], &say].concat());
    assert_eq!(output.succeeds().stdout, "it's,$HOME,");
}

#[test]
fn a_run_without_its_service_never_starts() {
    let env = TestEnv::new();
    let place = ["exec", "-p", "lagoon-demo", "-e", "develop", "-s", "nosuch"];
    let how = [
        "--no-preflight",
        "--wait",
        "--start-timeout",
        "1s",
        "--",
        "true",
    ];
    let output = env.tasks(&[&place[..], &how].concat()).ends_with(10);
    assert!(output.stderr.contains("did not start"), "{output}");
}

#[test]
fn a_name_with_control_characters_is_refused() {
    let env = TestEnv::new();
    let output = exec(&env, &["--name", "a\nb", "--", "ls"]).ends_with(2);
    assert!(output.stderr.contains("--name"), "{output}");
    assert_eq!(started(&env), 0);
}

#[test]
fn wait_flags_require_waiting() {
    let env = TestEnv::new();
    for flags in [
        ["--timeout", "5m"],
        ["--start-timeout", "5m"],
        ["--on-interrupt", "cancel"],
    ] {
        let output = exec(&env, &[&flags[..], &["--", "true"]].concat()).ends_with(2);
        assert!(output.stderr.contains(flags[0]), "{output}");
    }
    assert_eq!(started(&env), 0);
}

#[test]
fn started_runs_are_named_if_the_output_fails() {
    let env = TestEnv::new();
    let output = exec(&env, &["--jq", ".id[]", "--", "true"]).ends_with(1);
    assert_eq!(output.json_error()["runs"][0]["id"], 1, "{output}");
    let output = env
        .tasks(&[
            "context",
            "add",
            "a",
            "http://127.0.0.1:9",
            "--no-discovery",
            "-o",
            "id",
        ])
        .ends_with(2);
    assert!(output.stderr.contains("-o id"), "{output}");
    env.tasks(&["context", "show", "a"]).ends_with(5);
}
