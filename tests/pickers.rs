//! The list prompts at a real terminal: for each picker its columns, wide characters, several widths, resizes,
//! and the keys that leave it.

mod every;

use insta::{allow_duplicates, assert_snapshot};

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};

const ESC: &str = "\x1b";
const CTRL_U: &str = "\x15";
const PAGE_DOWN: &str = "\x1b[6~";
const DEVELOP: [&str; 4] = ["-p", "lagoon-demo", "-e", "develop"];

/// A Lagoon with three runs on `develop`: one in progress, one that failed, one with a wide name.
fn with_runs() -> TestEnv {
    let env = TestEnv::new();
    // The only project is not prompted for.
    env.sql(
        "INSERT INTO project (id, name, openshift, created) SELECT 44, 'other', openshift, created FROM project WHERE id = 42;
         INSERT INTO project_group (project, user_group) SELECT 44, user_group FROM project_group WHERE project = 42;",
    );
    let rows = [
        (
            7,
            "Fail on purpose",
            "failed",
            "-9 days",
            "'-9 days', '63 seconds'",
        ),
        (
            61,
            "清除所有缓存 😀 und alles andere",
            "complete",
            "-50 hours",
            "'-50 hours', '72 seconds'",
        ),
        (63, "Count slowly", "running", "-2990 minutes", ""),
    ];
    for (id, name, status, age, end) in rows {
        let end = match end {
            "" => "NULL".to_owned(),
            end => format!("datetime('now', {end})"),
        };
        env.sql(&format!(
            "INSERT INTO task (id, name, task_name, environment, service, command, kind, status, created, started, completed)
             SELECT {id}, '{name}', 'lagoon-task-p{id}', id, 'cli', 'true', 'COMMAND', '{status}',
                    datetime('now', '{age}'), datetime('now', '{age}'), {end}
             FROM environment WHERE name = 'develop'"
        ));
    }
    env
}

fn at(env: &TestEnv, args: &[&str], height: u16, width: u16) -> Terminal {
    Terminal::start_with_size(&env.command(args), height, width).hiding(env.token())
}

fn line<'a>(words: &[&'a str], place: &[&'a str]) -> Vec<&'a str> {
    [words, place].concat()
}

#[test]
fn at_a_terminal_every_command_prompts_for_whatever_is_missing() {
    let env = with_runs();
    for (args, question) in [
        (line(&["show"], &DEVELOP), "? Task ›"),
        (
            line(&["update", "--permission", "guest"], &MAIN),
            "? Task ›",
        ),
        (line(&["delete"], &MAIN), "? Task ›"),
        (line(&["invoke"], &DEVELOP), "? Task ›"),
        (
            line(&["exec"], &[&DEVELOP[..], &["--", "true"]].concat()),
            "? Service ›",
        ),
        (line(&["status"], &DEVELOP), "? Run ›"),
        (line(&["logs"], &DEVELOP), "? Run ›"),
        (line(&["wait"], &DEVELOP), "? Run ›"),
        (line(&["cancel"], &DEVELOP), "? Run ›"),
        (line(&["rerun"], &DEVELOP), "? Run ›"),
        (line(&["files", "list"], &DEVELOP), "? Run ›"),
        (line(&["files", "get"], &DEVELOP), "? Run ›"),
        (vec!["status"], "? Project ›"),
        (vec!["status", "-p", "lagoon-demo"], "? Run ›"),
        (vec!["invoke", "-p", "lagoon-demo"], "? Environment ›"),
        (vec!["list"], "? Project ›"),
        (vec!["runs"], "? Project ›"),
        (vec!["environments"], "? Project ›"),
        (vec!["show", "Say hello"], "? Project ›"),
        (vec!["context", "use"], "? Context ›"),
        (
            line(&["invoke", "Try arguments"], &DEVELOP),
            "? Any environment (FROM) ›",
        ),
        (
            line(&["invoke", "Try arguments", "-a", "FROM=main"], &DEVELOP),
            "? Text to print (TEXT) ›",
        ),
        (vec!["exec", "--", "true"], "? Project ›"),
        (
            vec!["wait", "--active", "-p", "lagoon-demo"],
            "? Environment ›",
        ),
        (
            vec!["logs", "--latest", "-p", "lagoon-demo"],
            "? Environment ›",
        ),
        (vec!["rerun", "-p", "lagoon-demo"], "? Run ›"),
        (vec!["define"], "? Task name ›"),
        (vec!["export"], "? Scope ›"),
        (vec!["delete"], "? Scope ›"),
        (vec!["update", "--permission", "guest"], "? Scope ›"),
        (
            vec!["define", "X", "-s", "cli", "--command", "true"],
            "? Scope ›",
        ),
    ] {
        let mut terminal = env.terminal(&args);
        terminal.wait_for(question);
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130, "{args:?}");
    }
}

#[test]
fn the_context_is_prompted_for_if_none_of_several_is_current() {
    let env = TestEnv::new();
    let url = env.url();
    env.home.write(
        ".config/lagoon-tasks/config.toml",
        format!("[contexts.eu]\napi = \"{url}\"\n[contexts.us]\napi = \"{url}\"\n"),
    );
    let mut terminal = Terminal::start(&env.home.command(&["list", "-p", "lagoon-demo"]));
    terminal.wait_for("? Context ›");
    assert_snapshot!(mask(&terminal.screen()), @"
    ? Context ›
    ❯ eu       127.0.0.1
      us       127.0.0.1
      sandbox  built in
    ");
    terminal.send("sand");
    terminal.wait_for("❯ sandbox");
    terminal.send(ENTER);
    assert_eq!(terminal.finish(), 0);
    let output = env.home.tasks(&["list", "-p", "lagoon-demo"]);
    assert!(
        output
            .error(2)
            .contains("several contexts exist and none is current")
    );
}

#[test]
fn without_a_terminal_the_error_names_the_missing_argument_and_its_alternatives() {
    let env = TestEnv::new();
    let refused = |args: &[&str]| {
        let (output, requests) = env.tasks_and_requests(args);
        assert!(requests.is_empty(), "{args:?}");
        output.error(2)
    };
    allow_duplicates! { for command in ["status", "logs", "wait", "cancel", "rerun"] {
        assert_snapshot!(refused(&[command]), @"
        error: no run given, and no terminal to prompt on
        hint: give its id, its lagoon-task-… name or the address of its page; to list runs: tasks runs
        hint: --last selects the last run that this machine started
        hint: --latest -e ENVIRONMENT selects the newest run of an environment
        hint: `-` reads runs from stdin, for example from `tasks invoke` or `tasks runs`
        ");
    }}
    assert!(refused(&["files", "list"]).contains("no run given"));
    assert_snapshot!(refused(&["show"]), @"
    error: no task given, and no terminal to prompt on
    hint: give its name or id after `show`; to list tasks: tasks list
    ");
    for command in ["update", "delete", "invoke"] {
        assert!(refused(&[command]).contains("no task given"));
    }
    assert_snapshot!(refused(&["exec", "--", "true"]), @"
    error: no service given, and no terminal to prompt on
    hint: name it with -s; `tasks environments -o json` lists the services
    ");
    allow_duplicates! { for command in ["use", "remove"] {
        assert_snapshot!(refused(&["context", command]), @"
        error: no context given, and no terminal to prompt on
        hint: name it; to list contexts: tasks context list
        ");
    }}
}

#[test]
fn the_columns_of_runs_fit_every_width() {
    let env = with_runs();
    let drawn = |width| {
        let mut terminal = at(&env, &line(&["status"], &DEVELOP), 24, width);
        terminal.wait_for("Fail on");
        let screen = mask(&terminal.screen());
        terminal.send(CTRL_C);
        terminal.finish();
        screen
    };
    assert_snapshot!(drawn(40), @"
    ? Run ›
    ❯ 63  Count s…  ● running …  2 days ago
      61  清除所…   ✓ complete…  2 days ago
      7   Fail on…  ✗ failed a…  9 days ago
    ");
    assert_snapshot!(drawn(60), @"
    ? Run ›
    ❯ 63  Count slowly    ● running 2 d 1 h          2 days ago
      61  清除所有缓存 …  ✓ completed in 1 min 12 s  2 days ago
      7   Fail on purpo…  ✗ failed after 1 min 3 s   9 days ago
    ");
    assert_snapshot!(drawn(80), @"
    ? Run ›
    ❯ 63  Count slowly                      ● running 2 d 1 h          2 days ago
      61  清除所有缓存 😀 und alles andere  ✓ completed in 1 min 12 s  2 days ago
      7   Fail on purpose                   ✗ failed after 1 min 3 s   9 days ago
    ");
    assert_snapshot!(drawn(120), @"
    ? Run ›
    ❯ 63  Count slowly                      ● running 2 d 1 h          2 days ago
      61  清除所有缓存 😀 und alles andere  ✓ completed in 1 min 12 s  2 days ago
      7   Fail on purpose                   ✗ failed after 1 min 3 s   9 days ago
    ");
}

#[test]
fn a_chosen_run_is_used_and_named() {
    let env = with_runs();
    let mut terminal = env.terminal(&line(&["status"], &DEVELOP));
    terminal.wait_for("Fail on");
    terminal.send("fail");
    terminal.wait_until_gone("Count slowly");
    terminal.send(ENTER);
    assert_eq!(terminal.finish(), 0);
    assert!(terminal.screen().contains("✔ Run · 7 Fail on purpose"));
}

#[test]
fn only_runs_in_progress_can_be_chosen_for_wait_and_cancel() {
    let env = with_runs();
    for command in ["wait", "cancel"] {
        let mut terminal = env.terminal(&line(&[command], &DEVELOP));
        terminal.wait_for("❯ 63  Count slowly");
        assert!(!terminal.screen().contains("Fail on"));
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
    }
    let mut terminal = env.terminal(&["cancel", "-p", "lagoon-demo", "-e", "pr-12"]);
    assert_eq!(terminal.finish(), 5);
    assert!(
        terminal
            .screen()
            .contains("no runs in progress on lagoon-demo/pr-12")
    );
}

#[test]
fn no_run_on_production_is_preselected_for_a_change() {
    let env = with_runs();
    env.sql("UPDATE task SET environment = (SELECT id FROM environment WHERE name = 'main')");
    let place = ["-p", "lagoon-demo", "-e", "main"];
    for command in ["cancel", "rerun"] {
        let mut terminal = env.terminal(&line(&[command], &place));
        terminal.wait_for("63  Count slowly");
        assert!(!terminal.screen().contains('❯'));
        terminal.send(ENTER);
        terminal.wait_for("nothing selected");
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
    }
}

#[test]
fn a_long_list_scrolls_and_shows_its_position() {
    let env = with_runs();
    for id in 100..200 {
        env.sql(&format!(
            "INSERT INTO task (id, name, task_name, environment, service, command, kind, status, created)
             SELECT {id}, 'Task {id}', 'lagoon-task-p{id}', id, 'cli', 'true', 'COMMAND', 'complete',
                    datetime('now', '-1 year') FROM environment WHERE name = 'develop'"
        ));
    }
    let mut terminal = at(&env, &line(&["status"], &DEVELOP), 10, 80);
    terminal.wait_for("? Run ›    1/100");
    terminal.send(PAGE_DOWN);
    terminal.wait_for("9/100");
    terminal.send(DOWN);
    terminal.wait_for("10/100");
    let screen = terminal.screen();
    assert_eq!(screen.lines().count(), 9, "{screen}");
    assert!(screen.lines().last().unwrap().starts_with('❯'), "{screen}");
    terminal.send("task 150");
    terminal.wait_for("❯ 150");
    assert!(!terminal.screen().contains("/100"));
    terminal.send(ENTER);
    assert_eq!(terminal.finish(), 0);
    assert!(terminal.screen().contains("✔ Run · 150 Task 150"));
}

#[test]
fn wide_characters_never_erase_lines_above_a_prompt() {
    let env = with_runs();
    let description = "清除所有缓存并重新建立索引，".repeat(20);
    env.sql(&format!(
        "UPDATE definition SET description = '{description}' WHERE name IN ('Say hello', 'Count slowly')"
    ));
    let script = "i=1; while [ $i -le 12 ]; do echo line $i; i=$((i+1)); done; exec tasks invoke -p lagoon-demo -e develop";
    for width in [40, 60, 80, 120] {
        let mut terminal = Terminal::start_with_size(&env.shell(script), 24, width);
        terminal.wait_for("Say hello");
        for key in [DOWN, DOWN, "c", "o"] {
            terminal.send(key);
        }
        terminal.wait_for("› co");
        terminal.send(CTRL_U);
        terminal.wait_until("the whole list", |screen| {
            screen.contains("? Task ›\n") && screen.contains("Say hello")
        });
        terminal.resize(24, width - 10);
        terminal.send("say");
        terminal.wait_until("one match", |screen| {
            screen.contains("› say")
                && screen.contains("❯ Say hello")
                && !screen.contains("Count slowly")
        });
        let screen = terminal.screen();
        for line in 1..=12 {
            assert!(
                screen.contains(&format!("line {line}\n")),
                "{width}: {screen}"
            );
        }
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
        assert!(
            terminal.screen().contains("line 12\n"),
            "{}",
            terminal.screen()
        );
    }
}
