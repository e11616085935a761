//! Files, plans, dry runs and arguments at narrow terminals: cut by priority, never wrapped inside a
//! word.

use insta::assert_snapshot;

use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::pty::{ENTER, Terminal};

const WIDTHS: [u16; 3] = [40, 60, 80];

/// The screens of a command at several widths.
fn screens(env: &TestEnv, args: &[&str]) -> String {
    let shown = WIDTHS.map(|width| {
        let mut terminal = Terminal::start_with_size(&env.command(args), 40, width);
        assert_eq!(terminal.finish(), 0, "{}", terminal.screen());
        mask(&terminal.screen())
    });
    shown.join("\n\n")
}

#[test]
fn the_list_of_files_keeps_the_names() {
    let env = TestEnv::new();
    env.sql(
        "INSERT INTO task (id, name, task_name, environment, service, kind, status, created)
         SELECT 7, 'r', 'lagoon-task-aaaaa7', id, 'cli', 'COMMAND', 'complete', datetime('now')
         FROM environment WHERE name = 'develop';
         INSERT INTO file (task, filename, body, created) VALUES
         (7, 'report.csv', 'x', datetime('now', '-3 hours')),
         (7, 'sicherung-der-datenbank-vom-montag-清除缓存.sql.gz', 'x', datetime('now', '-2 days'))",
    );
    assert_snapshot!(screens(&env, &["files", "list", "7"]), @"
    FILENAME                      CREATED
    report.csv                    3 h ago
    sicherung-der-datenbank-vom…  2 days ago

    FILENAME                                          CREATED
    report.csv                                        3 h ago
    sicherung-der-datenbank-vom-montag-清除缓存.sql…  2 days ago

    FILENAME                                            CREATED
    report.csv                                          3 h ago
    sicherung-der-datenbank-vom-montag-清除缓存.sql.gz  2 days ago
    ");
}

#[test]
fn the_arguments_of_a_task_are_cut_by_priority() {
    let env = TestEnv::new();
    let line = ["show", "Try arguments", "-p", "lagoon-demo", "-e", "main"];
    let all = screens(&env, &line);
    let arguments = all.split("Arguments\n").skip(1);
    let arguments = arguments.map(|screen| screen.split("\n\n").next().unwrap_or_default());
    assert_snapshot!(arguments.collect::<Vec<_>>().join("\n\n"), @"
    NAME   TYPE               REQUIRED
    FROM   environment        yes
    TEXT   string             yes
    TIMES  numeric            no
    TO     other-environment  no

    NAME   TYPE               REQUIRED  DEFAULT  ALLOWED VALUES
    FROM   environment        yes                develop, main,…
    TEXT   string             yes
    TIMES  numeric            no        3
    TO     other-environment  no                 develop, pr-12

    NAME   TYPE               REQUIRED  DEFAULT  LABEL          ALLOWED VALUES
    FROM   environment        yes                Any environm…  develop, main, pr-12
    TEXT   string             yes                Text to print
    TIMES  numeric            no        3        Repetitions
    TO     other-environment  no                 Any other en…  develop, pr-12
    ");
}

#[test]
fn the_card_of_a_dry_run_fits() {
    let env = TestEnv::new();
    let line = [
        "invoke",
        "Clear caches",
        "--dry-run",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
    ];
    assert_snapshot!(screens(&env, &line), @"
    3 Clear caches
    Would run on  lagoon-demo/develop
    Service       cli
    Confirmation  Pages are slow until the
                  caches are warm again.
                  Clear them?
    Command
      echo 'Clearing caches'
      sleep 1
      echo 'All caches cleared'

    3 Clear caches
    Would run on  lagoon-demo/develop
    Service       cli
    Confirmation  Pages are slow until the caches are warm
                  again. Clear them?
    Command
      echo 'Clearing caches'
      sleep 1
      echo 'All caches cleared'

    3 Clear caches
    Would run on  lagoon-demo/develop
    Service       cli
    Confirmation  Pages are slow until the caches are warm again. Clear them?
    Command
      echo 'Clearing caches'
      sleep 1
      echo 'All caches cleared'
    ");
    let exec = [
        "exec",
        "--dry-run",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "-s",
        "cli",
        "--",
        "true",
    ];
    assert_snapshot!(screens(&env, &exec), @"
    exec true
    Would run on  lagoon-demo/develop
    Service       cli
    Command
      true

    exec true
    Would run on  lagoon-demo/develop
    Service       cli
    Command
      true

    exec true
    Would run on  lagoon-demo/develop
    Service       cli
    Command
      true
    ");
}

#[test]
fn the_plan_and_the_question_of_apply_fit() {
    let env = TestEnv::new();
    env.home.write(
        "work/.lagoon/tasks.yml",
        "version: 1\nproject: lagoon-demo\ntasks:\n  - name: Warm up\n    command: |\n      set -e\n      \
         warm --everything --and-wait --until-it-is-done --then-report\n    service: cli\n    description: \
         清除所有缓存，然后为每个产品重新建立索引，最后通知团队。\n",
    );
    let mut shown = Vec::new();
    for width in WIDTHS {
        let mut terminal = Terminal::start_with_size(&env.command(&["apply"]), 40, width);
        terminal.wait_for("[y/N]");
        let screen = mask(&terminal.screen());
        terminal.send(ENTER);
        assert_eq!(terminal.finish(), 2);
        shown.push(screen);
    }
    assert_snapshot!(shown.join("\n\n"), @"
    project lagoon-demo
      + create Warm up
          description: 清除所有缓存，然后为
    每个产品重新建立索引，最后通知团队。
          command:
            + set -e
            + warm --everything --and-wait --until-it-is-done --then-report
          service: cli
          permission: developer
    ? 127.0.0.1 · 1 to create: apply
      these changes? [y/N]

    project lagoon-demo
      + create Warm up
          description: 清除所有缓存，然后为每个产品重新建立索引
    ，最后通知团队。
          command:
            + set -e
            + warm --everything --and-wait --until-it-is-done --then-report
          service: cli
          permission: developer
    ? 127.0.0.1 · 1 to create: apply these changes? [y/N]

    project lagoon-demo
      + create Warm up
          description: 清除所有缓存，然后为每个产品重新建立索引，最后通知团队。
          command:
            + set -e
            + warm --everything --and-wait --until-it-is-done --then-report
          service: cli
          permission: developer
    ? 127.0.0.1 · 1 to create: apply these changes? [y/N]
    ");
}
