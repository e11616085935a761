//! Plans: the forms in which `diff` prints them, and `apply --plan`.

use serde_json::Value;

use super::{TWO, diff, file, mutations};
use crate::support::env::TestEnv;

#[test]
fn a_reviewed_plan_is_carried_out_exactly_or_not_at_all() {
    let env = TestEnv::bare();
    file(&env, TWO);
    let plan = env.tasks(&["diff", "-o", "json"]).ends_with(9).stdout;
    let value: Value = serde_json::from_str(&plan).unwrap();
    let keys = |value: &Value| {
        let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.join(" ")
    };
    assert_eq!(keys(&value), "version lagoon summary steps notes");
    assert_eq!(
        keys(&value["steps"][0]),
        "action name scope project environment groupName reason pruned changes before after gone notes"
    );
    env.home.write("work/plan.json", &plan);
    // The file does not matter any more.
    file(&env, "tasks: []\n");
    env.tasks(&["apply", "--plan", "plan.json", "--yes"])
        .succeeds();
    file(&env, TWO);
    assert_eq!(diff(&env, &[]), ["unchanged A", "unchanged B"]);
    let before = mutations(&env);
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(output.stderr.contains("nothing was changed"), "{output}");

    file(
        &env,
        &TWO.replace("command: a", "command: aa")
            .replace("Sure?", "Really?"),
    );
    let plan = env.tasks(&["diff", "-o", "json"]).ends_with(9).stdout;
    env.home.write("work/plan.json", &plan);
    env.sql("UPDATE definition SET permission = 'GUEST' WHERE name = 'A';");
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(
        output
            .stderr
            .contains("was changed in the meantime: permission"),
        "{output}"
    );
    assert_eq!(mutations(&env), before);
    // What was to stay has to be there as well.
    file(&env, TWO);
    let plan_of_nothing = env.tasks(&["diff", "-o", "json"]);
    let steps = plan_of_nothing.json()["steps"].clone();
    assert!(
        steps
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["action"] == "unchanged")
    );
    env.home.write("work/plan.json", &plan_of_nothing.stdout);
    env.sql("DELETE FROM definition WHERE name = 'B';");
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(
        output.stderr.contains("was deleted in the meantime"),
        "{output}"
    );
    for wrong in ["{}", "[", &plan.replace("127.0.0.1", "127.0.0.2")] {
        env.home.write("work/plan.json", wrong);
        env.tasks(&["apply", "--plan", "plan.json", "--yes"])
            .ends_with(2);
    }
    env.tasks(&["apply", "--plan", "plan.json", "--prune"])
        .ends_with(2);
}

#[test]
fn an_edited_plan_is_refused_with_the_position() {
    let env = TestEnv::bare();
    file(&env, TWO);
    let plan: Value = env.tasks(&["diff", "-o", "json"]).ends_with(9).json();
    let touched = |change: &dyn Fn(&mut Value)| {
        let mut plan = plan.clone();
        change(&mut plan);
        env.home.write("work/plan.json", plan.to_string());
        env.tasks(&["apply", "--plan", "plan.json", "--yes"])
    };
    for (key, change) in [
        (
            "changes",
            (|p| p["steps"][0]["after"]["command"] = "rm -rf /".into()) as fn(&mut Value),
        ),
        ("changes", |p| {
            p["steps"][0]["changes"] = Value::Array(Vec::new())
        }),
        ("name", |p| p["steps"][0]["name"] = "Harmless".into()),
        ("pruned", |p| p["steps"][0]["pruned"] = true.into()),
        ("more", |p| p["steps"][0]["more"] = 1.into()),
    ] {
        let output = touched(&change).ends_with(2);
        let told = format!("step 1 was edited by hand (`{key}` differs)");
        assert!(output.stderr.contains(&told), "{output}");
        assert_eq!(mutations(&env), 0);
    }
    // Notes are for people, and nothing follows from them.
    touched(&|p| p["steps"][0]["notes"] = Value::Array(vec!["looked at".into()])).ends_with(0);
}

#[test]
fn a_file_for_another_lagoon_is_refused() {
    let env = TestEnv::bare();
    let text = "version: 1\nlagoon: https://api.example.com\nproject: lagoon-demo\ntasks: []\n";
    env.home.write("work/.lagoon/tasks.yml", text);
    let output = env.tasks(&["apply", "--yes"]).ends_with(2);
    assert!(
        output
            .stderr
            .contains("tasks.yml:2:9: the file is for https://api.example.com/graphql"),
        "{output}"
    );
    assert_eq!(env.requests().len(), 0);
    env.home.write(
        "work/.lagoon/tasks.yml",
        text.replace("https://api.example.com", &env.url()),
    );
    env.tasks(&["apply", "--yes"]).succeeds();
}

#[test]
fn markdown_is_only_for_diff_and_is_escaped() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: 'A|<b>`', command: \"```\\nx\", service: cli}\n",
    );
    for line in [["diff", "-o", "markdown"], ["-o", "markdown", "diff"]] {
        let output = env.tasks(&line).ends_with(9);
        assert!(
            output
                .stdout
                .contains("| create | A\\|&lt;b&gt;\\` | project lagoon-demo |"),
            "{output}"
        );
        assert!(output.stdout.contains("````diff\n"), "{output}");
    }
    env.tasks(&["list", "-p", "lagoon-demo", "-o", "markdown"])
        .ends_with(2);
    env.tasks(&["diff", "-o", "markdown", "--jq", "."])
        .ends_with(2);
    let diff = env.command(&["diff"]).env("TASKS_OUTPUT", "markdown");
    env.run(diff).ends_with(2);
}

#[test]
fn diff_prints_readable_changes() {
    let env = TestEnv::bare();
    file(&env, TWO);
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        "tasks:\n  - {name: A, command: \"set -e\\na\", service: cli, permission: guest}\n  - {name: N, command: n, service: cli}\nabsent: [{name: B, environment: main}]\n",
    );
    let output = env.tasks(&["diff", "-o", "table"]).ends_with(9);
    insta::assert_snapshot!(output.stdout, @r#"
    project lagoon-demo
      ~ update A (id 1)
          command:
            - a
            + set -e
            + a (no newline at the end)
          permission: developer → guest
          confirmation text: Sure? → (none)
      + create N
          command: n
          service: cli
          permission: developer
    environment lagoon-demo/main
      - delete B (id 2)
          this is a production environment
          command: b "$X"
          service: cli
          permission: developer
          arguments: X:other-environment = "develop", Y?:string
    "#);
    assert_eq!(
        output.stderr,
        "changes to apply: 1 to create, 1 to update, 1 to delete\n"
    );
}

#[test]
fn diff_exit_zero_exits_with_0_despite_changes() {
    let env = TestEnv::bare();
    file(&env, TWO);
    for format in ["table", "json", "markdown"] {
        let plain = env.tasks(&["diff", "-o", format]).ends_with(9);
        let zero = env.tasks(&["diff", "-o", format, "--exit-zero"]).succeeds();
        assert_eq!(zero.stdout, plain.stdout, "{format}");
        assert!(
            zero.stderr.contains("changes to apply: 2 to create"),
            "{zero}"
        );
    }
    // The example of the help, as a shell executes it.
    let script = "tasks diff --exit-zero -o json > plan.json && tasks apply --plan plan.json --yes";
    env.run(env.shell(script)).succeeds();
    assert_eq!(diff(&env, &[]), ["unchanged A", "unchanged B"]);
    env.tasks(&["diff", "--exit-zero"]).succeeds();
    // A failure keeps its exit code.
    file(&env, "tasks: [{name: A}]\n");
    env.tasks(&["diff", "--exit-zero"]).ends_with(2);
}
