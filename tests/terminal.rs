//! At a real terminal: pickers, questions, confirmation, Ctrl-C.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};

fn started(env: &TestEnv) -> usize {
    env.sent(&["invokeRegisteredTask"])
}

/// Answers the question that follows a start from prompts.
fn follows_nothing(terminal: &mut Terminal) {
    terminal.wait_for("? Follow the log? [Y/n]");
    terminal.send("n\r");
}

#[test]
fn invoke_prompts_for_everything_and_shows_the_command() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["invoke"]);
    terminal.wait_for("pr-12");
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    ? Environment ›
    ❯ develop
      main (production)
      pr-12
    ");
    terminal.send(DOWN);
    terminal.wait_for("❯ main");
    terminal.send(ENTER);
    terminal.wait_for("? Task");
    terminal.send(&DOWN.repeat(2));
    terminal.wait_until("the list", |screen| {
        screen.contains("❯ Try arguments") && screen.contains("projects of the group")
    });
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    ✔ Environment · main
    ? Task ›
      Check disk space  Show the disk usage (defined on production only)
      Run yarn audit    Look for known vulnerabilities in the project's packages
    ❯ Try arguments     Print the values of its arguments, one of each type
      Clear caches      Pretend to clear all caches, after confirmation
      Count slowly      Print a line per second for ten seconds, to follow or canc…
      Print many lines  Print 500 lines, to see a long log
      Fail on purpose   Fail with exit status 1, to see a failed run
      Rebuild index     Pretend to index pages for two minutes, to watch or cancel
      Export database   Attach a file with a pretended database dump to the run
      Say hello         Print a greeting (defined for all projects of the group)
    ");
    terminal.send(ENTER);
    terminal.wait_for("? Any environment (FROM)");
    terminal.send(ENTER);
    terminal.wait_for("? Text to print (TEXT)");
    terminal.send("it's $HOME\r");
    terminal.wait_for("? Repetitions (TIMES)");
    terminal.send("x\r");
    terminal.wait_for("digits and dots");
    terminal.send("\u{8}2\r");
    terminal.wait_for("? Any other environment (TO)");
    terminal.wait_for("❯ (none)");
    terminal.send(ENTER);
    follows_nothing(&mut terminal);
    assert_eq!(terminal.finish(), 0);
    assert_snapshot!("pick-done", mask(&terminal.screen()));
    let (_, answer) = env.graphql("{taskById(id:1){command}}", json!({}));
    let command = answer["data"]["taskById"]["command"].as_str().unwrap();
    assert!(
        command.starts_with(" FROM=\"develop\" TEXT=\"it's \\$HOME\" TIMES=\"2\"; "),
        "{command}"
    );
}

#[test]
fn invoke_prompts_only_for_missing_arguments() {
    let env = TestEnv::new();
    let line = [
        "invoke",
        "Try arguments",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "-a",
        "TEXT=x",
    ];
    let mut terminal = env.terminal(&line);
    terminal.wait_for("? Any environment (FROM)");
    assert!(!terminal.screen().contains("TIMES"));
    terminal.send(ENTER);
    follows_nothing(&mut terminal);
    assert_eq!(terminal.finish(), 0);
    assert_eq!(started(&env), 1);
}

#[test]
fn production_is_marked_in_every_list_and_never_preselected() {
    let env = TestEnv::new();
    env.sql("DELETE FROM environment WHERE name <> 'main'");
    let mut terminal = env.terminal(&["invoke", "Say hello", "-p", "lagoon-demo"]);
    terminal.wait_for("main (production)");
    assert!(!terminal.screen().contains('❯'), "{}", terminal.screen());
    terminal.send(ENTER);
    terminal.send(DOWN);
    terminal.wait_for("❯ main (production)");
    terminal.send(ENTER);
    follows_nothing(&mut terminal);
    assert_eq!((terminal.finish(), started(&env)), (0, 1));

    // Neither as an argument's only value nor as its default.
    for (name, default) in [("Plain", None), ("With default", Some("FROM=main"))] {
        let mut line = vec![
            "define",
            name,
            "-p",
            "lagoon-demo",
            "-e",
            "main",
            "-s",
            "cli",
            "--command",
            "true",
            "--arg",
            "FROM:environment",
        ];
        line.extend(
            default
                .iter()
                .flat_map(|default| ["--arg-default", default]),
        );
        env.tasks(&line).succeeds();
        let mut terminal = env.terminal(&["invoke", "-p", "lagoon-demo", "-e", "main"]);
        terminal.wait_for("Say hello");
        terminal.send(name);
        terminal.wait_until_gone("Say hello");
        terminal.send(ENTER);
        terminal.wait_for("? FROM");
        terminal.wait_for("main (production)");
        assert!(!terminal.screen().contains('❯'), "{}", terminal.screen());
        terminal.send(DOWN);
        terminal.wait_for("❯ main (production)");
        terminal.send(ENTER);
        follows_nothing(&mut terminal);
        assert_eq!(terminal.finish(), 0);
    }
}

#[test]
fn typing_filters_a_list_and_only_entries_are_accepted() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["invoke", "-p", "lagoon-demo", "-e", "main"]);
    terminal.wait_for("Say hello");
    terminal.send("yarn");
    terminal.wait_until_gone("Say hello");
    terminal.send(ENTER);
    follows_nothing(&mut terminal);
    assert_eq!(terminal.finish(), 0);
    let (_, answer) = env.graphql("{taskById(id:1){name}}", json!({}));
    assert_eq!(answer["data"]["taskById"]["name"], "Run yarn audit");
}

#[test]
fn a_confirmation_prompt_defaults_to_no() {
    let env = TestEnv::new();
    let line = ["invoke", "Clear caches", "-p", "lagoon-demo", "-e", "main"];
    let mut terminal = env.terminal(&line);
    terminal.wait_for("[y/N]");
    assert_snapshot!(mask(&terminal.screen()), @"
    127.0.0.1 · lagoon-demo/main (production)
    ? Clear caches: Pages are slow until the caches are warm again. Clear
      them? [y/N]
    ");
    terminal.send(ENTER);
    assert_eq!((terminal.finish(), started(&env)), (2, 0));
    let mut terminal = env.terminal(&line);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!((terminal.finish(), started(&env)), (0, 1));
}

#[test]
fn ctrl_c_in_a_prompt_exits_with_130_and_restores_the_cursor() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["invoke", "-p", "lagoon-demo"]);
    terminal.wait_for("? Environment");
    terminal.send(CTRL_C);
    assert_eq!((terminal.finish(), started(&env)), (130, 0));
    assert!(!terminal.hides_cursor());
}

#[test]
fn ctrl_c_while_waiting_leaves_the_run_and_erases_progress() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "--wait",
    ];
    let mut terminal = env.terminal(&line);
    terminal.wait_for("run 1 is running: Say hello");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    let screen = terminal.screen();
    assert!(
        screen.contains("interrupted") && !screen.contains("run 1 is running"),
        "{screen}"
    );
}

#[test]
fn apply_shows_the_plan_and_its_prompt_defaults_to_no() {
    let env = TestEnv::new();
    env.home.write(
        "work/.lagoon/tasks.yml",
        "version: 1\nproject: lagoon-demo\ntasks:\n  - name: Warm up\n    environment: main\n    command: |\n      \
         set -e\n      warm\n    service: cli\n  - {name: Reindex, command: reindex, service: cli, confirm: Sure?}\n",
    );
    let added = |env: &TestEnv| {
        let all = env.requests();
        let adds = |r: &&_| {
            let r: &lagoon_sandbox::RecordedRequest = r;
            r.operations
                .iter()
                .any(|o| o == "addAdvancedTaskDefinition")
        };
        all.iter().filter(adds).count()
    };
    let mut terminal = env.terminal(&["apply"]);
    terminal.wait_for("[y/N]");
    assert_snapshot!("apply-confirm", mask(&terminal.screen()));
    terminal.send(ENTER);
    assert_eq!((terminal.finish(), added(&env)), (2, 0));
    let mut terminal = env.terminal(&["apply"]);
    terminal.wait_for("[y/N]");
    terminal.send(CTRL_C);
    assert_eq!((terminal.finish(), added(&env)), (130, 0));
    assert!(!terminal.hides_cursor());
    let mut terminal = env.terminal(&["apply"]);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!((terminal.finish(), added(&env)), (0, 2));
    assert_snapshot!("apply-done", mask(&terminal.screen()));
}

#[test]
fn no_prompt_appears_with_no_input_or_in_ci() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["invoke", "--no-input", "-p", "lagoon-demo"]);
    assert_eq!(terminal.finish(), 2);
    let command = env
        .command(&["invoke", "-p", "lagoon-demo"])
        .env("CI", "true");
    let mut terminal = crate::support::pty::Terminal::start(&command);
    assert_eq!(terminal.finish(), 2);
}

#[test]
fn define_without_a_name_prompts_for_everything() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["define", "-p", "lagoon-demo", "-e", "develop"]);
    for (question, answer) in [
        ("? Task name", "Reindex\r"),
        ("? Type", ENTER),
        ("? Command", "reindex \"$INDEX\"\r"),
        ("? Service", ENTER),
        ("? Description", "Makes search find things\r"),
        ("? Permission", ENTER),
        ("? Add an argument", "INDEX\r"),
        ("? Argument type", ENTER),
        ("? Optional?", "y\r"),
        ("? Label", "Index\r"),
        ("? Default", "products\r"),
        ("? Add an argument", ENTER),
        ("? Confirmation text", ENTER),
    ] {
        terminal.wait_for(question);
        terminal.send(answer);
    }
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen().replace('\n', " ");
    assert!(
        screen.contains("tasks define Reindex -p lagoon-demo -e develop --service cli"),
        "{screen}"
    );
    let line = [
        "show",
        "Reindex",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "-o",
        "json",
    ];
    let task = env.tasks(&line).succeeds().json();
    assert_eq!(task["command"], "reindex \"$INDEX\"");
    assert_eq!(
        task["advancedTaskDefinitionArguments"][0]["defaultValue"],
        "products"
    );
    assert_eq!(task["advancedTaskDefinitionArguments"][0]["optional"], true);
}

#[test]
fn the_define_prompts_check_services_and_defaults_at_once() {
    let env = TestEnv::new();
    let line = ["define", "-p", "lagoon-demo", "-e", "develop"];
    let mut terminal = env.terminal(&line);
    for (question, answer) in [
        ("? Task name", "Copy\r"),
        ("? Type", ENTER),
        ("? Command", "copy\r"),
        ("? Service", ENTER),
        ("? Description", ENTER),
        ("? Permission", ENTER),
        ("? Add an argument", "COUNT\r"),
        ("? Argument type", DOWN),
        ("❯ numeric", ENTER),
        ("? Optional?", "y\r"),
        ("? Label", ENTER),
        ("? Default", "many\r"),
        ("use digits and dots only", "\x15"),
        ("? Default", "7\r"),
        ("? Add an argument", "FROM\r"),
        ("? Argument type", "other"),
        ("❯ other-environment", ENTER),
        ("? Optional?", "y\r"),
        ("? Label", ENTER),
        ("❯ (none)", DOWN),
        ("❯ main", ENTER),
        ("? Add an argument", ENTER),
        ("? Confirmation text", ENTER),
    ] {
        terminal.wait_for(question);
        terminal.send(answer);
    }
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen().replace('\n', " ");
    let defaults = "--arg-default COUNT=7 --arg-default FROM=main";
    assert!(screen.contains(defaults), "{screen}");

    // A project offers the services of all its environments.
    let mut terminal = env.terminal(&["define", "-p", "lagoon-demo", "--command", "x"]);
    terminal.wait_for("? Task name");
    terminal.send("Any\r");
    terminal.wait_for("? Service");
    terminal.wait_for("mariadb");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
}
