//! Messages on stderr: whole words on each line at a terminal, and commands in one piece.

use insta::assert_snapshot;

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::support::pty::Terminal;

fn screen(env: &TestEnv, args: &[&str], width: u16) -> String {
    let mut terminal = Terminal::start_with_size(&env.command(args), 30, width);
    terminal.finish();
    mask(&terminal.screen())
}

#[test]
fn messages_are_broken_between_words_at_every_width() {
    let env = TestEnv::new();
    let name = "清除 所有 缓存 然后 为 每个 产品 重新 建立 索引 最后 通知 团队";
    let line = ["invoke", name, "-p", "lagoon-demo", "-e", "main"];
    let at = |width| screen(&env, &line, width);
    assert_snapshot!(at(40), @"
    error: task `清除 所有 缓存 然后 为 每个
      产品 重新 建立 索引 最后 通知 团队`
      not found
    hint: to list tasks: tasks list
    hint: tasks hidden by another task of
      the same name are not listed
    hint: you are a maintainer on
      lagoon-demo; only tasks for
      administrators are hidden from you
    ");
    assert_snapshot!(at(60), @"
    error: task `清除 所有 缓存 然后 为 每个 产品 重新 建立 索引
      最后 通知 团队` not found
    hint: to list tasks: tasks list
    hint: tasks hidden by another task of the same name are not
      listed
    hint: you are a maintainer on lagoon-demo; only tasks for
      administrators are hidden from you
    ");
    assert_snapshot!(at(80), @"
    error: task `清除 所有 缓存 然后 为 每个 产品 重新 建立 索引 最后 通知 团队` not
      found
    hint: to list tasks: tasks list
    hint: tasks hidden by another task of the same name are not listed
    hint: you are a maintainer on lagoon-demo; only tasks for administrators are
      hidden from you
    ");
    assert_snapshot!(at(120), @"
    error: task `清除 所有 缓存 然后 为 每个 产品 重新 建立 索引 最后 通知 团队` not found
    hint: to list tasks: tasks list
    hint: tasks hidden by another task of the same name are not listed
    hint: you are a maintainer on lagoon-demo; only tasks for administrators are hidden from you
    ");
    // Without a terminal, a message is one line.
    let output = env.tasks(&line).ends_with(5);
    assert!(
        output
            .stderr
            .contains(&format!("task `{name}` not found\n")),
        "{output}"
    );
    let wide = env.run(env.command(&line).env("COLUMNS", "40"));
    assert_eq!(wide.stderr, output.stderr);
}

#[test]
fn a_suggested_command_stays_in_one_piece() {
    let env = TestEnv::new();
    let line = [
        "exec",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "drush",
        "cache:rebuild",
        "--yes",
    ];
    for width in [40, 60] {
        let shown = screen(&env, &line, width);
        let command = "\n  tasks exec -p lagoon-demo -e develop -- drush cache:rebuild --yes";
        assert!(shown.contains(command), "{shown}");
    }
}

#[test]
fn every_suggested_command_keeps_the_context_and_the_role() {
    let env = TestEnv::new();
    let run = |args: &[&str]| {
        let line = [&["-l", "sandbox", "--as", "developer", "--simulate"], args].concat();
        env.home.tasks(&line)
    };
    // In a hint of an error, and in a note.
    let output = run(&["logs", "9"]).ends_with(5);
    let hint = "to list them: tasks -l sandbox --as developer runs\n";
    assert!(output.stderr.ends_with(hint), "{output}");
    let output = run(&[&["invoke", "Say hello"], &MAIN[..]].concat()).succeeds();
    let note = "follow it: tasks -l sandbox --as developer logs 1 -f\n";
    let is_over = !output.stderr.contains("follow it");
    assert!(is_over || output.stderr.ends_with(note), "{output}");
    let output = run(&["files", "list", "1", "-o", "table"]).succeeds();
    let note = "so can you: tasks -l sandbox --as developer files put 1 FILE\n";
    assert!(output.stderr.ends_with(note), "{output}");
    let error = run(&["logs", "9", "-o", "json"]).ends_with(5);
    assert!(
        error
            .stderr
            .contains("tasks -l sandbox --as developer runs\""),
        "{error}"
    );
}
