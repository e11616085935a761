//! `tasks lint`: files checked without a Lagoon, and the schema that editors use.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::markdown::{Block, blocks};
use crate::support::source::files_under;

fn examples() -> Vec<std::path::PathBuf> {
    let found = files_under(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"),
        "yml",
    );
    assert!(found.len() >= 3, "{found:?}");
    found
}

#[test]
fn the_examples_have_no_problems() {
    for path in examples() {
        let home = Home::new();
        let output = home
            .tasks(&["lint", "-f", path.to_str().unwrap(), "-o", "json"])
            .succeeds();
        assert_eq!(output.json(), json!([]), "{}", path.display());
    }
}

/// The JSON Schema that `lint` prints; compiling it checks it against its meta-schema.
struct Schema(boon::Schemas, boon::SchemaIndex);

impl Schema {
    fn printed() -> Schema {
        let text = Home::new().tasks(&["lint", "--schema"]).succeeds().stdout;
        let mut compiler = boon::Compiler::new();
        let schema = serde_json::from_str(&text).unwrap();
        compiler.add_resource("tasks:schema", schema).unwrap();
        let mut schemas = boon::Schemas::new();
        let index = compiler.compile("tasks:schema", &mut schemas).unwrap();
        Schema(schemas, index)
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let checked = self.0.validate(value, self.1);
        checked.map_err(|error| error.to_string())
    }
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn the_examples_match_the_schema() {
    let schema = Schema::printed();
    for path in examples() {
        let value = yaml(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(schema.check(&value), Ok(()), "{}", path.display());
    }
}

/// The schema and the program accept the same files, as far as a schema can express it.
#[test]
fn schema_and_lint_refuse_the_same_files() {
    let schema = Schema::printed();
    let task = |rest: &str| format!("version: 1\nproject: p\ntasks: [{{name: a, {rest}}}]\n");
    let good = [
        task("command: x, service: c"),
        task("image: x, permission: guest, arguments: [{name: A, type: numeric, default: 1}]"),
        task("command: x, service: c, group: g, confirm: sure"),
        "version: 1\nprojects: {a: {x: 1}, b: }\nvariables: {x: , y: {from_env: TASKS_VAR_Y}}\n"
            .to_owned(),
        "version: 1\nproject: p\nabsent: [a, {name: b, environment: c}]\n".to_owned(),
    ];
    let bad = [
        "project: p\n".to_owned(),
        "version: 2\n".to_owned(),
        "version: 1\nproject: p\nprojects: [p]\n".to_owned(),
        "version: 1\nprojects: []\n".to_owned(),
        "version: 1\nvariables: {project: 1}\n".to_owned(),
        "version: 1\nproject: p\nabsent: [{environment: c}]\n".to_owned(),
        task("service: c"),
        task("command: x, image: y, service: c"),
        task("comand: x, service: c"),
        task("command: x, service: c, permission: nobody"),
        task("command: x, service: c, arguments: [{name: A, type: int}]"),
        task("command: x, service: c, system: 3"),
    ];
    for (text, fits) in good
        .map(|t| (t, true))
        .into_iter()
        .chain(bad.map(|t| (t, false)))
    {
        let home = Home::new();
        home.write("work/.lagoon/tasks.yml", &text);
        let code = if fits { 0 } else { 2 };
        home.tasks(&["lint"]).ends_with(code);
        assert_eq!(schema.check(&yaml(&text)).is_ok(), fits, "{text}");
    }
}

#[test]
fn problems_are_the_output_and_set_the_exit_code() {
    let home = Home::new();
    home.write(
        "work/.lagoon/tasks.yml",
        "version: 1\nproject: p\ntasks:\n  - name: a\n    command: x\n    servise: cli\n",
    );
    let output = home.tasks(&["lint"]).ends_with(2);
    assert_eq!(
        output.stdout,
        ".lagoon/tasks.yml:6:5\terror\tunknown key `servise`; did you mean `service`?\t\
         .lagoon/tasks.yml\t6\t5\n"
    );
    assert_eq!(output.stderr, "error: 1 error in the task file\n");
    let output = home.tasks(&["lint", "-o", "json"]).ends_with(2);
    let findings = output.json();
    let keys: Vec<&String> = findings[0].as_object().unwrap().keys().collect();
    let all = ["file", "line", "column", "severity", "message"];
    assert_eq!(keys, all);
    assert_eq!(output.json_error()["kind"], "usage");
}

#[test]
fn unusual_but_valid_tasks_cause_warnings() {
    let home = Home::new();
    let text = "version: 1\nproject: p\ntasks:\n  - {name: a, command: x, service: c, arguments: [{name: PATH}]}\n";
    home.write("work/tasks/one.yml", text);
    let output = home
        .tasks(&["lint", "-f", "tasks", "-o", "json"])
        .succeeds();
    assert_eq!(output.json()[0]["severity"], "warning");
}

#[test]
fn a_missing_task_file_causes_a_hint() {
    let home = Home::new();
    let output = home.tasks(&["lint"]).ends_with(2);
    assert!(output.stderr.contains("-f FILE"), "{output}");
    let text = "version: 1\nvariables: {a: }\nproject: p\nabsent: ['${a}']\n";
    let stdin = home.command(&["lint", "-f", "-"]).stdin(text);
    home.run(stdin).succeeds();
    let output = home.tasks(&["lint", "-f", "gone.yml"]).ends_with(2);
    assert!(output.stderr.contains("cannot read gone.yml"), "{output}");
}

/// A token is nothing that a task needs to know.
#[test]
fn secrets_of_this_program_are_not_written_to_tasks() {
    let home = Home::new();
    let text = "version: 1\nproject: p\n\
        variables: {a: {from_env: TASKS_TOKEN}, k: {from_env: TASKS_SSH_KEY}}\n\
        tasks:\n\
        - {name: a, command: a, service: c, permission: '${a}'}\n\
        - {name: k, command: k, service: c, permission: '${k}'}\n";
    home.write("work/.lagoon/tasks.yml", text);
    let command = home
        .command(&[
            "lint",
            "--allow-env",
            "TASKS_TOKEN",
            "--allow-env",
            "TASKS_SSH_KEY",
        ])
        .env("TASKS_TOKEN", "sesame")
        .env("TASKS_SSH_KEY", "mellon");
    let output = home.run(command).ends_with(2);
    let refusals = output.stdout.matches("cannot be used in a task");
    assert_eq!(refusals.count(), 2, "{output}");
    for secret in ["sesame", "mellon"] {
        assert!(!output.stdout.contains(secret), "{output}");
    }
}

/// `apply --plan` would define the mask.
#[test]
fn a_plan_with_masked_text_is_refused() {
    let env = TestEnv::new();
    let key = format!("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU{}", "xYz0".repeat(12));
    let path = "/app/web/sites/default/files/private";
    for (command, code) in [
        (format!("echo {key} > {path}"), 2),
        (format!("ls {path}"), 9),
    ] {
        let text = format!(
            "version: 1\nproject: lagoon-demo\ntasks:\n- {{name: a, command: '{command}', service: cli}}\n"
        );
        let file = env.home.write("tasks.yml", &text).display().to_string();
        let output = env
            .tasks(&["diff", "-f", &file, "-o", "json"])
            .ends_with(code);
        assert_eq!(output.stdout.contains(path), code == 9, "{output}");
    }
}

#[test]
fn task_files_in_the_documentation_are_valid() {
    let schema = Schema::printed();
    for page in ["docs/tasks-as-code.md", "docs/sandbox.md"] {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let blocks = blocks(&std::fs::read_to_string(page).unwrap());
        let files = blocks.iter().filter(|block| block.language == "yaml");
        for Block { text, line, .. } in files {
            let home = Home::new();
            home.write("work/.lagoon/replace-database.sh", "true\n");
            home.write("work/.lagoon/tasks.yml", text);
            home.tasks(&["lint"]).succeeds();
            assert_eq!(schema.check(&yaml(text)), Ok(()), "line {line}");
        }
    }
}

#[test]
fn a_task_file_is_bound_to_an_address() {
    let home = Home::new();
    let file = "version: 1\nproject: shop\nlagoon: https://api.example.com\n";
    home.write("work/.lagoon/tasks.yml", file);
    home.tasks(&["lint"]).succeeds();
    home.write("work/.lagoon/tasks.yml", file.replace("https://", ""));
    let output = home.tasks(&["lint"]).ends_with(2);
    assert!(output.stdout.contains("`lagoon`"), "{output}");
}

#[test]
fn endless_input_is_refused() {
    let home = Home::new();
    let of_length = |name: &str, megabytes: u64| {
        let path = home.write(name, "");
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_len(megabytes << 20).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (tasks, plan) = (
        of_length("work/tasks.yml", 17),
        of_length("work/plan.json", 65),
    );
    for (line, named) in [
        (
            ["lint", "-f", &tasks],
            "tasks.yml: it is larger than 16 MiB",
        ),
        (
            ["apply", "--plan", &plan],
            "plan.json: it is larger than 64 MiB",
        ),
    ] {
        let output = home.tasks(&line).ends_with(2);
        assert!(output.stderr.contains(named), "{output}");
    }
    let env = TestEnv::new();
    let runs = env.command(&["wait", "-"]).stdin("1\n".repeat(33 << 20));
    let output = env.run(runs).ends_with(2);
    assert!(output.stderr.contains("larger than 64 MiB"), "{output}");
}
