//! Output that cannot be written, and `--jq` that fails: neither loses a result or an outcome.

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::wait::start;

#[test]
fn a_failing_jq_loses_neither_the_result_nor_the_exit_code() {
    let env = TestEnv::new();
    for (end, code) in [(Status::Complete, 1), (Status::Failed, 3)] {
        let id = start(&env, &[Step::Log("why\n".to_owned()), Step::Status(end)]);
        let output = env.tasks(&["wait", &id, "--jq", ".id[]"]).ends_with(code);
        assert_eq!(output.json()["id"].to_string(), id);
        assert!(output.stderr.contains("--jq '.id[]' failed"), "{output}");
    }
    let place = ["-p", "lagoon-demo", "-e", "main"];
    let steps = [Step::Log("why\n".to_owned()), Step::Status(Status::Failed)];
    env.script("Fail on purpose", &steps);
    for (line, code) in [
        (vec!["list"], 1),
        (vec!["invoke", "Say hello"], 1),
        (vec!["invoke", "Fail on purpose", "--wait"], 3),
        (vec!["runs"], 1),
    ] {
        let is_one = line[0] == "invoke";
        // What comes before the failure is not mixed with the result.
        let filter = ["--jq", "(.. | numbers), error"];
        let output = env.tasks(&[&line[..], &place, &filter].concat());
        assert_eq!(
            output.ends_with(code).json().is_object(),
            is_one,
            "{line:?}"
        );
    }
    // The missing run sets the exit code, and the other one is printed.
    let id = start(&env, &[Step::Status(Status::Complete)]);
    let output = env.tasks(&["status", &id, "4711", "--jq", "error"]);
    let output = output.ends_with(5);
    assert_eq!(output.json()[0]["id"].to_string(), id);
    assert!(output.stderr.contains("--jq 'error' failed"), "{output}");
    let api = ["api", "{ me { email } }", "--jq", ".data[]."];
    env.tasks(&api).ends_with(2);
    let api = ["api", "{ me { email } }", "--jq", ".data | error"];
    let output = env.tasks(&api).ends_with(1);
    assert_eq!(
        output.json()["data"]["me"]["email"],
        "maintainer@example.com"
    );
}

#[test]
fn unwritable_output_is_a_failure_everywhere() {
    let env = TestEnv::new();
    let id = start(
        &env,
        &[
            Step::Log("one\n".to_owned()),
            Step::Status(Status::Complete),
        ],
    );
    let keep =
        "INSERT INTO file (task, filename, body, created) VALUES (1, 'a', x'61', datetime('now'))";
    env.sql(keep);
    let listing = "list -p lagoon-demo -e main";
    let mut lines: Vec<String> = ["table", "json", "jsonl", "tsv", "csv", "yaml", "name", "id"]
        .map(|format| format!("{listing} -o {format}"))
        .into();
    lines.extend(
        [
            "list -p lagoon-demo -e main --jq .[].id",
            "runs -p lagoon-demo -e main -o jsonl",
            "logs 1",
            "logs 1 --raw",
            "logs 1 -f",
            "files list 1",
            "files get 1 a -O -",
            "status 1",
            "wait 1",
            "wait 1 -o jsonl",
            "api '{ me { email } }'",
            "whoami",
            "export -p lagoon-demo -e main",
            "lint --schema",
            "man",
            "completions bash",
            "--help",
            "--version",
            "help list",
            "exit-codes",
            "",
        ]
        .map(str::to_owned),
    );
    for line in &lines {
        for (to, why) in [
            ("> /dev/full", "No space left on device"),
            ("1< /dev/null", "Bad file descriptor"),
        ] {
            let output = env.run(env.shell(&format!("tasks {line} {to}")));
            assert_eq!(output.code, 1, "{line} {to}\n{output}");
            assert!(output.stderr.contains(why), "{line} {to}\n{output}");
        }
        // Without a reader and without a stdout there is nothing to report.
        for to in ["| true", ">&-"] {
            let output = env.run(env.shell(&format!("tasks {line} {to}")));
            assert_eq!(
                (output.code, output.stderr.contains("error")),
                (0, false),
                "{line} {to}"
            );
        }
    }
    assert_eq!(id, "1");
}

#[test]
fn runs_are_named_if_the_output_cannot_be_written() {
    let env = TestEnv::new();
    let place = "-p lagoon-demo -e main -q";
    let steps = [Step::Log("why\n".to_owned()), Step::Status(Status::Failed)];
    env.script("Fail on purpose", &steps);
    for (line, code) in [
        (format!("invoke 'Say hello' {place}"), 1),
        (format!("invoke 'Fail on purpose' --wait {place}"), 3),
        (format!("invoke 'Say hello' --follow {place}"), 1),
        (format!("exec -s cli -y --wait -o jsonl {place} -- true"), 1),
        (
            format!("invoke 'Say hello' -y -o jsonl --type production {place}"),
            1,
        ),
        ("wait 5 -q".to_owned(), 1),
        ("wait 5 2 -o jsonl -q".to_owned(), 3),
    ]
    .iter()
    .zip(1..)
    .map(|((line, code), id)| (format!("{line} > /dev/full # {}", id.min(5)), *code))
    {
        let output = env.run(env.shell(&format!("tasks {line}"))).ends_with(code);
        let (_, id) = line.rsplit_once(' ').unwrap();
        let named = format!("run ids: {id}");
        assert!(output.stderr.contains(&named), "{line}\n{output}");
    }
}
