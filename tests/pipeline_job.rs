//! The GitHub Action and the GitLab component, executed by bash with a folder as the source of the release.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::Value;

use crate::install::release;
use crate::reports::schema::{Case, cases, validate};
use crate::reports::steady;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::process::Invocation;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn page(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// A Lagoon, and a release whose program is the one under test; it also leaves a mark.
fn with_release() -> TestEnv {
    let env = TestEnv::new();
    let program = format!(
        "#!/bin/sh\n: >'{}'\nexec '{}' \"$@\"\n",
        env.home.path("executed").display(),
        env!("CARGO_BIN_EXE_tasks"),
    );
    release(&env.home, VERSION, &program);
    for folder in ["latest/download", &format!("download/v{VERSION}")] {
        for script in ["install.sh", ".ci/task-job.sh"] {
            let name = script.rsplit('/').next().unwrap();
            env.home
                .write(&format!("releases/{folder}/{name}"), page(script));
        }
    }
    env
}

/// The script of a step or a job, as a CI service executes it: in a folder, with variables.
fn job(env: &TestEnv, script: &str, variables: &BTreeMap<String, String>) -> Invocation {
    let folder = env.home.path("work");
    let invocation = env
        .shell("exec bash --noprofile --norc -eo pipefail -c \"$SCRIPT\"")
        .env("SCRIPT", script)
        .env("TASKS_PROJECT", "lagoon-demo")
        .env("TASKS_ENVIRONMENT", "develop")
        .within(&folder);
    let variables = variables.iter();
    variables.fold(invocation, |invocation, (name, value)| {
        invocation.env(name, value)
    })
}

/// Executes the action with these inputs.
fn action(env: &TestEnv, inputs: &[(&str, &str)]) -> Output {
    let action = yaml(&page("action.yml"));
    let steps = action["runs"]["steps"].as_array().unwrap();
    let [step] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    let value = |name: &str| {
        let given = inputs.iter().find(|(input, _)| *input == name);
        let default = action["inputs"][name]["default"].as_str();
        given
            .map_or(default.unwrap(), |(_, value)| *value)
            .to_owned()
    };
    let mut variables = BTreeMap::new();
    for (name, text) in step["env"].as_object().unwrap() {
        let text = text.as_str().unwrap();
        let text = match name.as_str() {
            "TASKS_RELEASES" => env.home.path("releases").display().to_string(),
            "JOB_BIN" => env.home.path("bin").display().to_string(),
            _ => {
                let input = text.strip_prefix("${{ inputs.").unwrap();
                value(input.strip_suffix(" }}").unwrap())
            }
        };
        variables.insert(name.clone(), text);
    }
    for name in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] {
        let file = env.home.write(name, "");
        variables.insert(name.to_owned(), file.display().to_string());
    }
    variables.insert("GITHUB_ACTION_PATH".to_owned(), ROOT.to_owned());
    env.home
        .run(job(env, step["run"].as_str().unwrap(), &variables))
}

fn file(env: &TestEnv, name: &str) -> String {
    fs::read_to_string(env.home.path(name)).unwrap()
}

fn fails(env: &TestEnv) {
    let log = Step::Log("why\n".to_owned());
    env.script("Say hello", &[log, Step::Status(Status::Failed)]);
}

#[test]
fn the_action_installs_runs_and_reports() {
    let env = with_release();
    let command = "tasks invoke 'Say hello' --yes";
    let output = action(&env, &[("command", command), ("junit", "report.xml")]).succeeds();
    assert!(env.home.path("executed").exists(), "{output}");
    let bin = env.home.path("bin");
    assert_eq!(file(&env, "GITHUB_PATH"), format!("{}\n", bin.display()));
    assert_snapshot!(file(&env, "GITHUB_OUTPUT"), @"
    run-id=1
    outcome=completed
    url=
    ");
    assert_snapshot!(steady(&file(&env, "GITHUB_STEP_SUMMARY")), @"
    ### tasks invoke: 1 passed

    | | Run | Task | Environment | Result | Took |
    |---|---|---|---|---|---|
    | ✓ | 1 | Say hello | lagoon-demo/develop | completed | TOOK |
    ");
    validate(&env.home.path("work/report.xml"));
}

#[test]
fn a_failed_run_fails_the_step_after_its_outputs() {
    let env = with_release();
    fails(&env);
    let version = [("version", VERSION)];
    let command = [("command", "invoke \"Say hello\" --follow")];
    let output = action(&env, &[&version[..], &command].concat()).ends_with(3);
    assert!(output.stderr.contains("why\n"), "{output}");
    assert_snapshot!(file(&env, "GITHUB_OUTPUT"), @"
    run-id=1
    outcome=failed
    url=
    ");
    assert!(file(&env, "GITHUB_STEP_SUMMARY").contains("```text\nwhy\n```\n"));
    let all = "invoke 'Say hello' -e develop -e pr-12 --concurrency 1 --yes";
    action(&env, &[("command", all)]).ends_with(3);
    assert_snapshot!(file(&env, "GITHUB_OUTPUT"), @"
    run-id=2 3
    outcome=failed
    url=
    ");
}

#[test]
fn a_command_without_runs_is_executed_as_it_is() {
    let env = with_release();
    let output = action(&env, &[("command", "environments -o name")]).succeeds();
    assert_eq!(output.stdout, "develop\nmain\npr-12\n");
    assert_eq!(file(&env, "GITHUB_STEP_SUMMARY"), "");
    // Without a command, the program is only installed.
    let output = action(&env, &[]).succeeds();
    assert_eq!(output.stdout, "");
    assert!(env.home.path("bin/tasks").exists());
}

#[test]
fn no_input_is_executed() {
    let env = with_release();
    let hostile = "$(touch a) `touch b`; touch c & ${IFS} | > d";
    let command = format!("exec -s cli --name '{hostile}' --yes -- echo '{hostile}'");
    action(&env, &[("command", &command)]).succeeds();
    let listed = env
        .tasks(&["runs", "-p", "lagoon-demo", "-o", "json"])
        .json();
    assert_eq!(listed[0]["name"], hostile);
    let left = fs::read_dir(env.home.path("work")).unwrap().count();
    assert_eq!(left, 0);
    for (wrong, message) in [
        ("invoke 'Say hello", "the command has an unmatched quote"),
        (
            "-p shop invoke",
            r#"the input "command" does not begin with a command of tasks"#,
        ),
    ] {
        let output = action(&env, &[("command", wrong)]).ends_with(2);
        assert!(output.stderr.contains(message), "{output}");
    }
    let wrong = format!("{VERSION}; touch a");
    action(&env, &[("version", &wrong)]).ends_with(1);
    // The services replace inputs before bash reads a script.
    let action = yaml(&page("action.yml"));
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert!(!step["run"].as_str().unwrap().contains("${{"), "{step}");
    }
    let script = component(&BTreeMap::new())["script"].to_string();
    assert!(!script.contains("$[["), "{script}");
}

/// The job of the component with these inputs.
fn component(inputs: &BTreeMap<&str, &str>) -> Value {
    let text = page("templates/tasks.yml");
    let (spec, job) = text.split_once("\n---\n").unwrap();
    let spec = yaml(spec);
    let mut job = yaml(job);
    let inputs: BTreeMap<&str, &str> = spec["spec"]["inputs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, input)| {
            let given = inputs.get(name.as_str()).copied();
            (
                name.as_str(),
                given.or(input["default"].as_str()).unwrap_or_default(),
            )
        })
        .collect();
    interpolate(&mut job, &inputs);
    let jobs = job.as_object().unwrap();
    assert_eq!(jobs.len(), 1);
    jobs.values().next().unwrap().clone()
}

fn interpolate(value: &mut Value, inputs: &BTreeMap<&str, &str>) {
    match value {
        Value::String(text) => {
            for (name, input) in inputs {
                *text = text.replace(&format!("$[[ inputs.{name} ]]"), input);
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| interpolate(one, inputs)),
        Value::Object(fields) => fields.values_mut().for_each(|one| interpolate(one, inputs)),
        _ => {}
    }
}

#[test]
fn the_component_installs_runs_and_reports() {
    let env = with_release();
    fails(&env);
    let releases = env.home.path("releases").display().to_string();
    for releases in [releases.clone(), format!("file://{releases}")] {
        let inputs = [
            ("command", "invoke 'Say hello' --yes"),
            ("releases", &releases),
            ("version", VERSION),
        ];
        let component = component(&BTreeMap::from(inputs));
        let variables = component["variables"].as_object().unwrap().iter();
        let variables = variables.map(|(name, value)| {
            let value = value.as_str().or(value["value"].as_str()).unwrap();
            (name.clone(), value.to_owned())
        });
        let lines = component["script"].as_array().unwrap().iter();
        let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        let script = lines.join("\n");
        env.home
            .run(job(&env, &script, &variables.collect()))
            .ends_with(3);
        let reports = &component["artifacts"]["reports"];
        let report = format!("work/{}", reports["junit"].as_str().unwrap());
        validate(&env.home.path(&report));
        let found = cases(&file(&env, &report));
        let found: Vec<String> = found.iter().map(Case::brief).collect();
        assert_eq!(
            found,
            ["lagoon-demo/develop: Say hello: failure run-failed"]
        );
        let outputs = file(
            &env,
            &format!("work/{}", reports["dotenv"].as_str().unwrap()),
        );
        assert!(
            outputs.ends_with("RUN_OUTCOME=failed\nRUN_URL=\n"),
            "{outputs}"
        );
    }
}

/// Without an address, the error names the input and the variable.
#[test]
fn the_component_needs_the_address_of_the_releases() {
    let env = with_release();
    let component = component(&BTreeMap::new());
    let script = component["script"][0].as_str().unwrap();
    let variables = BTreeMap::from([("TASKS_VERSION".to_owned(), "latest".to_owned())]);
    let output = env.home.run(job(&env, script, &variables));
    assert!(
        output.code != 0 && output.stderr.contains("set the input releases"),
        "{output}"
    );
}
