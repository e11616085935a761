//! Candidates for the values of single flags and arguments.

use super::*;

#[test]
fn statuses_are_offered() {
    let env = TestEnv::new();
    let found = asked(&env, &["runs", "--status", ""]);
    assert_eq!(found[0], "completed\toutcome");
    let names = values(&found);
    assert!(
        names.contains(&"running") && names.contains(&"going"),
        "{names:?}"
    );
    assert_eq!(names.iter().filter(|name| **name == "failed").count(), 1);
    assert_eq!(
        values(&asked(&env, &["runs", "--status=can"])),
        ["--status=cancelled"]
    );
}

#[test]
fn groups_are_offered_with_your_role() {
    let env = TestEnv::new();
    for command in ["define", "update", "delete", "export", "runs"] {
        let found = answered(&env, &[command, "--group", ""]);
        assert_eq!(found, ["lagoon-demo-group\tmaintainer"], "{command}");
    }
}

#[test]
fn reports_are_offered_by_format_and_file() {
    let env = TestEnv::new();
    env.home.write("work/results.xml", "");
    for command in ["invoke", "exec", "rerun", "wait", "logs", "cancel"] {
        assert_eq!(
            asked(&env, &[command, "--report", ""]),
            ["junit=\tJUnit XML", "markdown=\tMarkdown, appended"],
            "{command}"
        );
    }
    let files = asked(&env, &["wait", "--report", "junit=re"]);
    assert_eq!(values(&files), ["junit=results.xml"]);
    let files = asked(&env, &["wait", "--report=markdown="]);
    let files = values(&files);
    assert!(files.contains(&"--report=markdown=-"), "{files:?}");
}

#[test]
fn help_offers_topics() {
    let env = TestEnv::new();
    assert_eq!(asked(&env, &["help", "exit"]), ["exit-codes\tExit codes"]);
    let found = asked(&env, &["help", ""]);
    let names = values(&found);
    for name in ["formatting", "environment", "global-options", "invoke"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn update_and_delete_offer_only_the_tasks_of_the_named_scope() {
    let env = TestEnv::new();
    define(&env, "Copy");
    for command in ["update", "delete"] {
        let of = |more: &[&str]| answered(&env, &[&[command], more, &[""]].concat());
        let here = of(&["-p", "lagoon-demo", "-e", "main"]);
        assert_eq!(values(&here), ["Check disk space", "Copy"], "{command}");
        let project = of(&["-p", "lagoon-demo"]);
        let project = values(&project);
        assert!(project.contains(&"Run yarn audit"), "{project:?}");
        assert!(!project.contains(&"Say hello") && !project.contains(&"Copy"));
        let group = of(&["--group", "lagoon-demo-group"]);
        assert_eq!(values(&group), ["Say hello"], "{command}");
        let scope = of(&["-p", "lagoon-demo", "--scope", "group"]);
        assert_eq!(values(&scope), ["Say hello"], "{command}");
    }
    // The scope may follow the task.
    let line = env.command(&[]).env("TASKS_PROJECT", "lagoon-demo");
    let output = env.run(question(line, &["delete", "C"])).succeeds();
    assert!(output.stdout.contains("Clear caches"), "{output}");
}

#[test]
fn files_of_a_run_are_offered() {
    let env = TestEnv::new();
    let place = ["-p", "lagoon-demo", "-e", "main"];
    let invoke = [&["invoke", "Run yarn audit", "--yes", "--wait"][..], &place].concat();
    env.tasks(&invoke).succeeds();
    for name in ["report.json", "dump one.sql"] {
        let path = env.home.path(name);
        std::fs::write(&path, "x").unwrap();
        let put = ["files", "put", "1", path.to_str().unwrap()];
        env.tasks(&put).succeeds();
    }
    let found = answered(&env, &["files", "get", "1", "re"]);
    assert_eq!(found, ["report.json"]);
    for run in ["1", "--last"] {
        let mut found = answered(&env, &["files", "get", run, ""]);
        found.sort();
        assert_eq!(found, ["dump one.sql", "report.json"], "{run}");
    }
    let latest = [&["files", "get", "--latest"][..], &place, &["dump"]].concat();
    assert_eq!(answered(&env, &latest), ["dump one.sql"]);
    let task = [&["logs", "--latest"][..], &place, &["--task", "Run"]].concat();
    assert_eq!(values(&answered(&env, &task)), ["Run yarn audit"]);
    let runs = answered(&env, &[&["files", "get"][..], &place, &[""]].concat());
    assert_eq!(values(&runs), ["1"]);
}
