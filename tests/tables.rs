//! Tables and results for people, at terminals of several widths, and their forms for programs.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use unicode_width::UnicodeWidthStr;

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::support::pty::Terminal;

const PROJECT: [&str; 2] = ["-p", "lagoon-demo"];
const COLUMNS: &str =
    "id,taskName,name,status,outcome,project,environment,service,created,started,completed,user";

/// Runs with wide characters in their names.
fn wide_runs(env: &TestEnv) {
    env.sql(
        "INSERT INTO task (name, task_name, environment, service, kind, status, created, started, completed, source_user)
         VALUES
         ('Reindex', 'lagoon-task-aaaaa1', 101, 'cli', 'COMMAND', 'complete', datetime('now', '-183 minutes'),
          datetime('now', '-182 minutes'), datetime('now', '-182 minutes'), 'mara@example.com'),
         ('清除缓存并重新索引所有产品 🚀', 'lagoon-task-aaaaa2', 102, 'cli', 'COMMAND', 'failed', datetime('now', '-123 minutes'),
          datetime('now', '-122 minutes'), datetime('now', '-122 minutes', '+83 seconds'), 'a.very.long.name@example.com'),
         ('Cafe\u{301} cre\u{300}me', 'lagoon-task-aaaaa3', 103, 'cli', 'COMMAND', 'cancelled', datetime('now', '-63 minutes'),
          datetime('now', '-62 minutes'), datetime('now', '-62 minutes', '+3 seconds'), 'mara@example.com'),
         ('Queue', 'lagoon-task-aaaaa4', 103, 'cli', 'COMMAND', 'queued', datetime('now'), NULL, NULL, NULL)",
    );
}

/// The lines of a table at a terminal of this width. None is wider, and all columns are aligned.
#[track_caller]
fn shown(env: &TestEnv, args: &[&str], width: u16) -> String {
    let command = env.command(args);
    let mut terminal = Terminal::start_with_size(&command, 40, width);
    assert_eq!(terminal.finish(), 0, "{}", terminal.screen());
    let screen = mask(&terminal.screen());
    for line in screen.lines() {
        assert!(line.width() <= width.into(), "{width}\n{screen}");
    }
    screen
}

#[test]
fn one_run_table_everywhere() {
    let env = TestEnv::new();
    let all = [&PROJECT[..], &["-e", "main", "-e", "develop", "--yes"]].concat();
    let invoke = [&["invoke", "Say hello", "--wait"], &all[..]].concat();
    let exec = [&["exec", "-s", "cli", "--wait"], &all[..], &["--", "true"]].concat();
    let rerun = ["rerun", "1", "2", "--wait", "--yes"];
    let runs = [&["runs"], &PROJECT[..]].concat();
    for line in [
        &invoke[..],
        &exec,
        &rerun,
        &runs,
        &["wait", "1", "2"],
        &["status", "1", "2"],
    ] {
        let of = |format| {
            let mut line = line.to_vec();
            line.splice(1..1, ["-o", format]);
            env.tasks(&line).succeeds().stdout
        };
        let csv = of("csv");
        assert_eq!(csv.lines().next(), Some(COLUMNS), "{line:?}");
        let row: Vec<String> = of("tsv")
            .lines()
            .next()
            .unwrap()
            .split('\t')
            .map(str::to_owned)
            .collect();
        assert_eq!(row.len(), COLUMNS.split(',').count(), "{row:?}");
        assert_eq!(
            (row[3].as_str(), row[4].as_str()),
            ("complete", "completed")
        );
        let table = of("table");
        let heading: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
        let expected = [
            "ID",
            "TASK",
            "STATUS",
            "PROJECT",
            "ENVIRONMENT",
            "STARTED",
            "TOOK",
            "BY",
        ];
        let expected = expected
            .into_iter()
            .filter(|name| *name != "PROJECT" || heading.contains(name));
        assert_eq!(heading, expected.collect::<Vec<_>>(), "{line:?}");
        assert!(table.contains("✓ completed"), "{table}");
    }
}

#[test]
fn the_run_table_is_readable_and_aligned_at_every_width() {
    let env = TestEnv::new();
    wide_runs(&env);
    let line = [&["runs", "-q"], &PROJECT[..]].concat();
    let shown = [40, 60, 80, 120].map(|width| shown(&env, &line, width));
    for screen in &shown {
        let rows: Vec<&str> = screen
            .lines()
            .skip_while(|line| !line.starts_with("ID"))
            .collect();
        assert_eq!(rows.len(), 5, "{screen}");
        let at = rows[0].find("STATUS").unwrap();
        for (row, status) in
            rows[1..]
                .iter()
                .zip(["● queued", "⊘ cancelled", "✗ failed", "✓ completed"])
        {
            assert_eq!(row[..row.find(status).unwrap()].width(), at, "{screen}");
        }
    }
    assert_snapshot!(shown.join("\n\n"), @"
    ID  TASK           STATUS       ENVIRON…
    4   Queue          ● queued     pr-12
    3   Café crème     ⊘ cancelled  pr-12
    2   清除缓存并重…  ✗ failed     develop
    1   Reindex        ✓ completed  main

    ID  TASK          STATUS       ENVIRON…  STARTED        TOOK
    4   Queue         ● queued     pr-12
    3   Café crème    ⊘ cancelled  pr-12     1 h ago         3 s
    2   清除缓存并…   ✗ failed     develop   2 h ago  1 min 23 s
    1   Reindex       ✓ completed  main      3 h ago        <1 s

    ID  TASK                  STATUS       ENVIRON…  STARTED        TOOK  BY
    4   Queue                 ● queued     pr-12
    3   Café crème            ⊘ cancelled  pr-12     1 h ago         3 s  mara@exam…
    2   清除缓存并重新索引…   ✗ failed     develop   2 h ago  1 min 23 s  a.very.lo…
    1   Reindex               ✓ completed  main      3 h ago        <1 s  mara@exam…

    ID  TASK                           STATUS       ENVIRONMENT  STARTED        TOOK  BY
    4   Queue                          ● queued     pr-12
    3   Café crème                     ⊘ cancelled  pr-12        1 h ago         3 s  mara@example.com
    2   清除缓存并重新索引所有产品 🚀  ✗ failed     develop      2 h ago  1 min 23 s  a.very.long.name@example.com
    1   Reindex                        ✓ completed  main         3 h ago        <1 s  mara@example.com
    ");
}

#[test]
fn at_80_columns_list_prints_one_line_per_task() {
    let env = TestEnv::new();
    env.sql(
        "UPDATE definition SET description = '清除所有缓存，然后为每个产品重新建立索引，最后通知团队。'
         WHERE name = 'Say hello'",
    );
    let line = [&["list"], &PROJECT[..]].concat();
    let wide = shown(&env, &line, 80);
    let names = env
        .tasks(&[&line[..], &["-o", "name"]].concat())
        .succeeds()
        .stdout;
    assert_eq!(
        wide.lines().filter(|l| !l.is_empty()).count(),
        names.lines().count() + 1,
        "{wide}"
    );
    assert_snapshot!(wide, @"
    ID  NAME              PERMISSION  SERVICE  DESCRIPTION              ENVIRONMENTS
    7   Check disk space  maintainer  cli      Show the disk usage (d…  main
    1   Run yarn audit    developer   node     Look for known vulnera…  all
    2   Try arguments     guest       cli      Print the values of it…  all
    3   Clear caches      developer   cli      Pretend to clear all c…  all
    4   Count slowly      guest       cli      Print a line per secon…  all
    5   Print many lines  guest       cli      Print 500 lines, to se…  all
    6   Fail on purpose   guest       cli      Fail with exit status …  all
    9   Rebuild index     guest       cli      Pretend to index pages…  all
    10  Export database   guest       cli      Attach a file with a p…  all
    8   Say hello         guest       cli      清除所有缓存，然后为每…  all
    ");
    assert_snapshot!(shown(&env, &line, 40), @"
    ID  NAME              ENVIRONMENTS
    7   Check disk space  main
    1   Run yarn audit    all
    2   Try arguments     all
    3   Clear caches      all
    4   Count slowly      all
    5   Print many lines  all
    6   Fail on purpose   all
    9   Rebuild index     all
    10  Export database   all
    8   Say hello         all
    ");
}

#[test]
fn every_list_fits_a_narrow_terminal() {
    let env = TestEnv::new();
    for line in [
        &["projects"][..],
        &["environments", "-p", "lagoon-demo"],
        &["context", "list"],
        &["runs", "--chart", "-p", "lagoon-demo"],
    ] {
        wide_runs_once(&env);
        for width in [40, 60, 80, 120] {
            let screen = shown(&env, &[line, &["-q"]].concat(), width);
            assert!(!screen.trim().is_empty(), "{line:?}");
        }
    }
}

fn wide_runs_once(env: &TestEnv) {
    env.sql("DELETE FROM task");
    wide_runs(env);
}

#[test]
fn the_chart_has_a_legend_and_fits_60_columns() {
    let env = TestEnv::new();
    wide_runs(&env);
    let line = [&["runs", "--chart"], &PROJECT[..]].concat();
    assert_snapshot!(shown(&env, &line, 60), @"
    TASK              RUNS  FAILED      MEDIAN  OLDEST TO NEWEST
    Café crème           1       0         3 s  ×
    Reindex              1       0        <1 s  ▁
    清除缓存并重新…      1       1  1 min 23 s  ×
    higher bars: longer runs; ×: failed or cancelled
    ");
}

#[test]
fn each_fact_of_a_start_is_printed_once() {
    let env = TestEnv::new();
    let line = ["invoke", "Say hello", "-p", "lagoon-demo", "--yes"];
    let one = [&line[..], &["-e", "develop"]].concat();
    env.script("Say hello", &[]);
    assert_snapshot!(shown(&env, &one, 80), @"
    127.0.0.1 · lagoon-demo/develop
    ● new
    Task         Say hello
    Environment  lagoon-demo/develop
    Run          1
    follow it: tasks logs 1 -f
    ");
    let several = [
        &line[..],
        &["-e", "develop", "-e", "main", "--concurrency", "1"],
    ]
    .concat();
    assert_snapshot!(shown(&env, &several, 80), @"
    127.0.0.1 · `Say hello` on 2 environments:
      lagoon-demo/develop
      lagoon-demo/main (production)
    lagoon-demo/develop: run 1 is also in progress there (new)
    ID  TASK       STATUS  ENVIRONMENT  STARTED  TOOK
    2   Say hello  ● new   develop
    3   Say hello  ● new   main
    2 started; to wait for them: tasks wait 2 3
    ");
    // A file gets the result, so the terminal gets the runs.
    let output = env.tasks(&one).succeeds();
    assert!(output.stderr.contains("run 4\n"), "{output}");
}

#[test]
fn a_failed_run_is_shown_with_the_command_that_prints_its_log() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Failed)]);
    for _ in 0..2 {
        env.tasks(&[&["invoke", "Say hello"], &MAIN[..]].concat())
            .succeeds();
    }
    let screen = shown(&env, &["status", "1"], 80);
    assert!(screen.contains("\nLog          tasks logs 1"), "{screen}");
    let hint = "\nhint: to see why run 1 failed: tasks logs 1";
    let runs = [&["runs"], &MAIN[..]].concat();
    for line in [&["status", "1", "2"][..], &["wait", "1", "2"]] {
        let mut terminal = env.terminal(line);
        terminal.finish();
        let screen = terminal.screen();
        assert_eq!(screen.matches(hint).count(), 1, "{screen}");
    }
    let screen = shown(&env, &runs, 80);
    assert!(
        screen.ends_with("\nhint: to see why run 2 failed: tasks logs 2"),
        "{screen}"
    );
    let quiet = shown(&env, &[&runs[..], &["-q"]].concat(), 80);
    assert!(!quiet.contains("hint"), "{quiet}");
    assert_eq!(env.tasks(&runs).succeeds().stderr, "");
}

#[test]
fn the_outcome_comes_first_in_at_most_five_lines() {
    let env = TestEnv::new();
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    env.script(
        "Say hello",
        &[
            Step::Status(Status::Running),
            Step::Status(Status::Complete),
        ],
    );
    assert_snapshot!(shown(&env, &line, 80), @"
    127.0.0.1 · lagoon-demo/main (production)
    ✓ completed in LENGTH
    Task         Say hello
    Environment  lagoon-demo/main (production)
    Run          1
    Log          tasks logs 1
    ");
    let letters = env.command(&line).env("LC_ALL", "C");
    let mut terminal = Terminal::start_with_size(&letters, 24, 80);
    assert_eq!(terminal.finish(), 0);
    assert!(
        terminal.screen().contains("\ncompleted in "),
        "{}",
        terminal.screen()
    );
    let verbose = shown(&env, &[&line[..], &["-v"]].concat(), 80);
    assert!(
        verbose.contains("Job name") && verbose.contains("Started"),
        "{verbose}"
    );
}

#[test]
fn the_tail_of_a_failed_log_has_a_gutter_and_an_empty_line_separates_it_from_the_result() {
    let env = TestEnv::new();
    env.script(
        "Say hello",
        &[
            Step::Log("one\ntwo\n".to_owned()),
            Step::Status(Status::Failed),
        ],
    );
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    let command = env.command(&line);
    let mut terminal = Terminal::start_with_size(&command, 24, 80);
    assert_eq!(terminal.finish(), 3);
    assert_snapshot!(mask(&terminal.screen()), @"
    127.0.0.1 · lagoon-demo/main (production)
    last lines of the log of run 1:
    │ one
    │ two

    ✗ failed
    Task         Say hello
    Environment  lagoon-demo/main (production)
    Run          1
    Log          tasks logs 1
    error: run 1 of `Say hello` failed
    ");
}

#[test]
fn an_empty_line_separates_a_followed_log_from_the_result() {
    let env = TestEnv::new();
    env.script(
        "Say hello",
        &[
            Step::Log("one\ntwo\n".to_owned()),
            Step::Status(Status::Complete),
        ],
    );
    let line = [&["invoke", "Say hello", "-f"], &MAIN[..]].concat();
    assert_snapshot!(shown(&env, &line, 80), @"
    127.0.0.1 · lagoon-demo/main (production)
    one
    two

    ✓ completed
    Task         Say hello
    Environment  lagoon-demo/main (production)
    Run          1
    Log          tasks logs 1
    ");
}

#[test]
fn an_empty_list_says_what_could_be_the_reason() {
    let env = TestEnv::new();
    let note = |args: &[&str]| {
        let line = [args, &["-o", "table"]].concat();
        env.tasks(&line).error(0)
    };
    let notes = [
        note(&["runs", "-p", "lagoon-demo", "-e", "main"]),
        note(&["runs", "-p", "lagoon-demo", "--status", "failed", "--mine"]),
        note(&["environments", "x*", "-p", "lagoon-demo"]),
        note(&["list", "-p", "lagoon-demo", "-s", "solr"]),
        note(&["projects", "x*"]),
    ];
    assert_snapshot!(notes.concat(), @"
    no runs found; cron jobs in .lagoon.yml are not runs of tasks
    no runs match --status, --mine
    no environment of `lagoon-demo` matches `x*`
    no tasks match --service
    no project matches `x*`
    ");
    env.sql("DELETE FROM project_group");
    assert_snapshot!(note(&["projects"]), @"no projects found in your groups: lagoon-demo-group");
    env.sql("DELETE FROM membership");
    assert_snapshot!(note(&["projects"]), @"no projects found: you are not a member of any group");
}

#[test]
fn diff_prints_the_readable_plan_at_a_terminal_or_not() {
    let env = TestEnv::bare();
    let file = |tasks: &str| {
        let text = format!("version: 1\nproject: lagoon-demo\ntasks:\n{tasks}");
        env.home.write("work/.lagoon/tasks.yml", text);
    };
    file(
        "  - {name: A, command: drush cr, service: cli}
  - {name: B, command: \"set -e\\ndrush cim\\n\", service: cli, description: Import the configuration}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    file("  - {name: A, image: example.com/cache:1}\n");
    let line = ["diff", "--prune", "--replace"];
    let output = env.tasks(&line).ends_with(9);
    assert_snapshot!(output.stdout, @"
    project lagoon-demo
      ± replace A
          replaces A of project lagoon-demo (id 1)
          type: command → image
          service: cli → (none)
          command: drush cr → (none)
          image: example.com/cache:1
      - delete B (id 2)
          not in any task file (--prune)
          description: Import the configuration
          command:
            - set -e
            - drush cim
          service: cli
          permission: developer
    ");
    let mut terminal = env.terminal(&line);
    assert_eq!(terminal.finish(), 9);
    assert!(
        terminal.screen().starts_with(output.stdout.trim_end()),
        "{}",
        terminal.screen()
    );
    let tsv = env
        .tasks(&[&line[..], &["-o", "tsv"]].concat())
        .ends_with(9)
        .stdout;
    assert!(tsv.starts_with("replace\tA\t"), "{tsv}");
}
