//! Prompts for what a command line lacks: what is unique or known is not asked, and optional answers
//! are marked.

use insta::assert_snapshot;

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};

const DEVELOP: [&str; 4] = ["-p", "lagoon-demo", "-e", "develop"];

fn answers(terminal: &mut Terminal, answers: &[(&str, &str)]) {
    for (question, answer) in answers {
        terminal.wait_for(question);
        terminal.send(answer);
    }
}

fn cancelled(mut terminal: Terminal) -> String {
    let screen = mask(&terminal.screen());
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    screen
}

#[test]
fn a_command_asks_for_the_scope_but_not_for_the_only_project() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["delete"]);
    answers(&mut terminal, &[("❯ environment", ENTER)]);
    terminal.wait_for("pr-12");
    assert_snapshot!(cancelled(terminal), @"
    ✔ Scope · environment
    project lagoon-demo (the only one)
    ? Environment ›
    ❯ develop
      main (production)
      pr-12
    ");
    // A known project is used and reported.
    let command = env
        .command(&["delete", "X"])
        .env("TASKS_PROJECT", "lagoon-demo");
    let mut terminal = Terminal::start(&command);
    assert_eq!(terminal.finish(), 5);
    let screen = terminal.screen();
    assert!(screen.contains("`X` not found"), "{screen}");
    assert!(!screen.contains(" ›"), "{screen}");
}

/// Defines a task whose command is `true`.
fn define(env: &TestEnv, name: &str, place: &[&str]) {
    let line = ["define", name, "-s", "cli", "--command", "true"];
    env.tasks(&[&line[..], place].concat()).succeeds();
}

#[test]
fn delete_and_update_take_the_only_scope_that_has_the_task() {
    let env = TestEnv::new();
    define(&env, "Warm up", &DEVELOP);
    let mut terminal = env.terminal(&["update", "Warm up", "--permission", "guest"]);
    answers(&mut terminal, &[("change `Warm up`? [y/N]", "y\r")]);
    assert_eq!(terminal.finish(), 0);
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    found in one scope: environment lagoon-demo/develop
      permission: developer → guest
    ✔ 127.0.0.1 · environment lagoon-demo/develop: change `Warm up`? · yes
    changed
    11 Warm up
      permission: developer → guest
    ");
    let mut terminal = env.terminal(&["delete", "Warm up"]);
    answers(&mut terminal, &[("delete `Warm up`? [y/N]", "n\r")]);
    assert_eq!(terminal.finish(), 2);
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    found in one scope: environment lagoon-demo/develop
    Warm up (id 11)
    ✔ 127.0.0.1 · environment lagoon-demo/develop: delete `Warm up`? · no
    error: not confirmed; nothing was done
    ");
    // --yes answers no question about the scope.
    let mut terminal = env.terminal(&["delete", "Warm up", "--yes"]);
    answers(&mut terminal, &[("? Scope ›", ENTER)]);
    assert_eq!(terminal.finish(), 0);
    let mut terminal = env.terminal(&["update", "Warm up"]);
    assert_eq!(terminal.finish(), 2);
    assert!(terminal.screen().contains("no changes given"));
    // Without a terminal, the scope is required.
    env.tasks(&["delete", "Run yarn audit", "-y"]).error(2);
}

#[test]
fn delete_offers_the_scopes_that_have_the_task_and_preselects_none_with_production() {
    let env = TestEnv::new();
    for place in [&["-p", "lagoon-demo"][..], &MAIN] {
        define(&env, "Warm up", place);
    }
    let terminal = env.terminal(&["delete", "Warm up"]);
    terminal.wait_for("? Scope ›");
    assert_snapshot!(cancelled(terminal), @"
    project lagoon-demo (the only one)
    ? Scope ›
      project      lagoon-demo  id 11
      environment  main         id 12
    ");
    define(&env, "Warm up", &DEVELOP);
    let mut terminal = env.terminal(&["delete", "Warm up"]);
    answers(&mut terminal, &[("❯ environment  develop", ENTER)]);
    answers(&mut terminal, &[("lagoon-demo/develop: delete", "y\r")]);
    assert_eq!(terminal.finish(), 0);
    // Tasks of different scopes.
    define(&env, "Cool down", &DEVELOP);
    let mut terminal = env.terminal(&["delete", "Cool down", "Warm up"]);
    assert_eq!(terminal.finish(), 2);
    let screen = terminal.screen();
    assert!(
        screen.contains("no scope has all of these tasks"),
        "{screen}"
    );
}

#[test]
fn invoke_says_that_the_task_does_not_exist_before_it_prompts_for_the_environment() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["invoke", "run-yarn-adit"]);
    assert_eq!(terminal.finish(), 5);
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    error: task `run-yarn-adit` not found
    hint: did you mean `Run yarn audit`?
    ");
    define(&env, "Warm up", &DEVELOP);
    define(&env, "Warm up", &["-p", "lagoon-demo", "-e", "pr-12"]);
    let terminal = env.terminal(&["invoke", "Warm up"]);
    terminal.wait_for("? Environment ›");
    assert_snapshot!(cancelled(terminal), @"
    project lagoon-demo (the only one)
    2 of 3 environments have the task
    ? Environment ›
    ❯ develop
      pr-12
    ");
}

#[test]
fn what_cannot_start_is_refused_before_a_prompt() {
    let env = TestEnv::new();
    let invoke = ["invoke", "Try arguments", "-e", "develop", "-a"];
    for value in ["NOPE=1", "TIMES=x"] {
        let mut terminal = env.terminal(&[&invoke[..], &[value]].concat());
        assert_eq!(terminal.finish(), 2);
        let screen = terminal.screen();
        assert!(!screen.contains(" ›"), "{screen}");
    }
    let mut terminal = env.terminal(&["exec", "-s", "solr", "--", "ls"]);
    assert_eq!(terminal.finish(), 2);
    assert_snapshot!(mask(&terminal.screen()), @"
    project lagoon-demo (the only one)
    error: no environment of lagoon-demo has the service `solr`
    hint: services: `cli`, `mariadb`, `nginx`, `node`
    ");
    env.sql("DELETE FROM service WHERE name = 'node' AND environment <> 102");
    env.sql("DELETE FROM service WHERE name = 'nginx' AND environment = 102");
    for (service, note) in [
        ("node", "1 of 3 environments has the service `node`"),
        ("nginx", "2 of 3 environments have the service `nginx`"),
    ] {
        let mut terminal = env.terminal(&["exec", "-s", service, "--", "ls"]);
        terminal.wait_for(note);
        terminal.send(CTRL_C);
        terminal.finish();
    }
}

#[test]
fn the_only_environment_is_used_unless_it_is_production() {
    let env = TestEnv::new();
    let line = ["show", "Say hello", "-p", "lagoon-demo"];
    env.sql("UPDATE environment SET deleted = datetime('now') WHERE name <> 'main'");
    let terminal = env.terminal(&["invoke", "Say hello", "-p", "lagoon-demo"]);
    terminal.wait_for("? Environment ›");
    assert_snapshot!(cancelled(terminal), @"
    ? Environment ›
      main (production)
    ");
    env.sql("UPDATE environment SET environment_type = 'development' WHERE name = 'main'");
    let mut terminal = env.terminal(&[&line[..], &["-o", "name"]].concat());
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn define_with_a_name_prompts_for_what_is_required() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["define", "Warm up"]);
    answers(
        &mut terminal,
        &[
            ("? Scope ›", "project"),
            ("❯ project", ENTER),
            ("? Type ›", ENTER),
            ("? Command ›", "warm\r"),
            ("? Service ›", ENTER),
        ],
    );
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen().replace('\n', " ");
    let line = "tasks define 'Warm up' -p lagoon-demo --service cli --command warm";
    assert!(screen.contains(line), "{screen}");
}

#[test]
fn a_group_is_one_of_the_users_or_typed() {
    let env = TestEnv::new();
    let line = [
        "define",
        "X",
        "--scope",
        "group",
        "-s",
        "cli",
        "--command",
        "true",
    ];
    let mut terminal = env.terminal(&line);
    terminal.wait_for("? Group ›");
    assert_snapshot!(mask(&terminal.screen()), @"
    ? Group ›
    ❯ lagoon-demo-group  maintainer
      (another group)
    ");
    terminal.send(ENTER);
    assert_eq!(terminal.finish(), 0);
    let mut terminal = env.terminal(&line);
    answers(&mut terminal, &[("? Group ›", DOWN), ("❯ (another", ENTER)]);
    terminal.wait_for("? Group name ›");
    cancelled(terminal);
}

#[test]
fn exec_prompts_for_its_command() {
    let env = TestEnv::new();
    let line = [&["exec"], &DEVELOP[..]].concat();
    for (typed, words) in [
        ("drush cr\r", "-s cli -- drush cr"),
        ("ls | wc -l\r", "-s cli -- sh -c 'ls | wc -l'"),
    ] {
        let mut terminal = env.terminal(&line);
        answers(
            &mut terminal,
            &[("? Service ›", ENTER), ("? Command ›", typed)],
        );
        answers(&mut terminal, &[("? Follow the log?", "n\r")]);
        assert_eq!(terminal.finish(), 0);
        let screen = terminal.screen().replace('\n', " ");
        assert!(screen.contains(words), "{screen}");
    }
    env.tasks(&[&line[..], &["-s", "cli"]].concat()).error(2);
}

#[test]
fn the_project_of_a_task_file_is_prompted_for() {
    let env = TestEnv::new();
    env.sql(
        "INSERT INTO project (id, name, openshift, created) SELECT 43, 'other', openshift, created FROM project WHERE id = 42;
         INSERT INTO project_group (project, user_group) SELECT 43, user_group FROM project_group WHERE project = 42;",
    );
    let file = "version: 1\ntasks:\n  - {name: Warm up, command: warm, service: cli}\n";
    env.home.write("work/.lagoon/tasks.yml", file);
    let mut terminal = env.terminal(&["diff"]);
    answers(
        &mut terminal,
        &[("? Project ›", "demo"), ("❯ lagoon-demo", ENTER)],
    );
    assert_eq!(terminal.finish(), 9);
    assert!(
        terminal.screen().contains("create Warm up"),
        "{}",
        terminal.screen()
    );
    let refused = env.tasks(&["diff"]).error(2);
    assert!(refused.contains("no project given"), "{refused}");
}

#[test]
fn optional_answers_say_that_they_may_be_left_empty() {
    let env = TestEnv::new();
    let line = [&["define", "--command", "true", "-s", "cli"], &DEVELOP[..]].concat();
    let mut terminal = Terminal::start_with_size(&env.command(&line), 24, 60);
    answers(
        &mut terminal,
        &[
            ("? Task name ›", "X\r"),
            ("? Description (leave empty for none) ›", ENTER),
            ("? Permission ›", ENTER),
            ("? Add an argument (leave empty to finish) ›", "N\r"),
            ("? Argument type ›", ENTER),
            ("? Optional? [y/N]", "y\r"),
            ("? Label (leave empty to use the name) ›", ENTER),
            ("? Default (leave empty for none) ›", ENTER),
            ("? Add an argument", ENTER),
        ],
    );
    terminal.wait_for("? Confirmation text (leave empty for none) ›");
    assert_snapshot!(mask(&terminal.screen()), @"
    ✔ Task name · X
    ✔ Description · (none)
    ✔ Permission · developer
    ✔ Add an argument · N
    ✔ Argument type · string
    ✔ Optional? · yes
    ✔ Label · (none)
    ✔ Default · (none)
    ✔ Add an argument · (none)
    ? Confirmation text (leave empty for none) ›
    ");
    terminal.send(ENTER);
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn login_and_logout_prompt_for_one_of_several_contexts_or_the_address() {
    let env = TestEnv::new();
    let home = &env.home;
    let mut terminal = Terminal::start_with_size(&home.command(&["login"]), 24, 40);
    answers(&mut terminal, &[("? API address ›", "example\r")]);
    terminal.wait_for("✘ ");
    assert_snapshot!(cancelled(terminal), @"
    ? API address › example
    ✘ `example` is not a valid API address…
    ");
    home.write(
        ".config/lagoon-tasks/config.toml",
        "[contexts.eu]\napi = \"https://eu.invalid\"\n[contexts.us]\napi = \"https://us.invalid\"\n",
    );
    for command in ["login", "logout"] {
        let terminal = Terminal::start_with_size(&home.command(&[command]), 24, 40);
        terminal.wait_for("? Context ›");
        let screen = cancelled(terminal);
        assert!(
            screen.contains("❯ eu") && !screen.contains("sandbox"),
            "{screen}"
        );
    }
}

#[test]
fn context_add_prompts_at_40_columns() {
    let env = TestEnv::new();
    let add = ["context", "add", "--no-discovery"];
    let mut terminal = Terminal::start_with_size(&env.home.command(&add), 24, 40);
    answers(
        &mut terminal,
        &[
            ("? Context name ›", "e u\r"),
            ("✘ ", "\u{15}"),
            ("? Context name ›", "eu\r"),
            ("? API address ›", "https://api.eu.example\r"),
            ("have? [y/N]", "y\r"),
            ("Token:", "abc\r"),
        ],
    );
    assert_eq!(terminal.finish(), 2);
    assert_snapshot!(mask(&terminal.screen()), @"
    ✔ Context name · eu
    ✔ API address · https://api.eu.example
    ✔ No ssh server is known for `eu`. Sign
      in with a token that you have? · yes
    ✔ Token · ********
    error: the given token is not a valid
      token
    hint: a token has three parts of letters
      and digits, separated by dots
    ");
    // Lagoon was not reached, so another way to sign in may exist.
    let add = ["context", "add", "eu", "http://127.0.0.1:1/graphql"];
    let mut terminal = Terminal::start(&env.home.command(&add));
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(screen.contains("Lagoon was not reached"), "{screen}");
    assert!(!screen.contains("[y/N]"), "{screen}");
    let refused = env.home.tasks(&["context", "add", "eu"]).error(2);
    assert_snapshot!(refused, @"
    error: no API address given, and no terminal to prompt on
    hint: usage: tasks context add NAME URL
    ");
}
