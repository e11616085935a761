//! Error messages as a new user meets them: what happened, and what to do next. The situations are in
//! one file, so that a reviewer can read all messages together.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::output::{Output, mask};
use crate::support::pty::Terminal;

/// The command line, the exit code and stderr. An error that is not on stdout leaves that empty.
fn shown(args: &[&str], output: &Output) -> String {
    assert_eq!(output.stdout, "", "{args:?} printed a result");
    let output = output
        .snapshot()
        .replace("---- stdout: empty\n---- stderr\n", "");
    format!("$ tasks {}\n{output}", args.join(" "))
}

fn on_sandbox(env: &TestEnv, args: &[&str]) -> String {
    shown(args, &env.tasks(args))
}

fn alone(home: &Home, args: &[&str]) -> String {
    shown(args, &home.tasks(args))
}

#[test]
fn mistyped_commands_and_flags() {
    let home = Home::new();
    assert_snapshot!(alone(&home, &["lst"]), @"
    $ tasks lst
    exit code: 2
    error: unknown command `lst`
    hint: did you mean `tasks list`?
    ");
    assert_snapshot!(alone(&home, &["list", "--enviroment", "main"]), @"
    $ tasks list --enviroment main
    exit code: 2
    error: unknown flag `--enviroment`
    hint: did you mean `--environment`?
    ");
    assert_snapshot!(alone(&home, &["list", "-o", "jsn"]), @"
    $ tasks list -o jsn
    exit code: 2
    error: invalid value `jsn` for --output
    hint: did you mean `json` or `jsonl`?
    hint: accepted values: table, tsv, json, jsonl, yaml, csv, name, id
    ");
    assert_snapshot!(alone(&home, &["list", "-e", ""]), @"
    $ tasks list -e 
    exit code: 2
    error: --environment has an empty value
    hint: give it a value, or omit it
    ");
    assert_snapshot!(alone(&home, &["-e", "main", "list", "-e", "develop"]), @"
    $ tasks -e main list -e develop
    exit code: 2
    error: --environment was given twice, once to `tasks` and once to `tasks list`
    hint: give it once, before or after the command
    ");
    assert_snapshot!(alone(&home, &["invoke", "Reindex", "--timeout", "5m"]), @"
    $ tasks invoke Reindex --timeout 5m
    exit code: 2
    error: --timeout has no effect without --wait or --follow
    ");
}

#[test]
fn invalid_and_misplaced_values() {
    let home = Home::new();
    assert_snapshot!(alone(&home, &["runs", "--limit", "ten"]), @"
    $ tasks runs --limit ten
    exit code: 2
    error: invalid value `ten` for --limit: expected a whole number from 0 to 100000
    hint: for help: tasks help runs
    ");
    assert_snapshot!(alone(&home, &["runs", "--since", "-1"]), @"
    $ tasks runs --since -1
    exit code: 2
    error: invalid value `-1` for --since: expected a duration such as 3d12h (units: ms, s, m, h, d, w), or a date and time such as 2026-11-01, 2026-11-01T10:00 or 2026-11-01T10:00Z
    hint: for help: tasks help runs
    ");
    assert_snapshot!(alone(&home, &["list", "-l", "acme", "-l", "globex"]), @"
    $ tasks list -l acme -l globex
    exit code: 2
    error: --context was given twice; this command takes one
    hint: give it once
    ");
    assert_snapshot!(alone(&home, &["list", "-e"]), @"
    $ tasks list -e
    exit code: 2
    error: --environment requires a value
    hint: give it a value: --environment NAME
    ");
    assert_snapshot!(alone(&home, &["--wait", "invoke", "Reindex"]), @"
    $ tasks --wait invoke Reindex
    exit code: 2
    error: unknown flag `--wait`
    hint: did you mean `tasks invoke --wait`?
    ");
    assert_snapshot!(alone(&home, &["invoke", "Say", "hello", "-p", "shop"]), @"
    $ tasks invoke Say hello -p shop
    exit code: 2
    error: unexpected argument `hello`
    hint: quote a name with spaces: tasks invoke 'Say hello' -p shop
    hint: or name an environment with -e: tasks invoke Say -e hello -p shop
    ");
    assert_snapshot!(alone(&home, &["lint", "tasks.yml"]), @"
    $ tasks lint tasks.yml
    exit code: 2
    error: unexpected argument `tasks.yml`
    hint: name the file with -f: tasks lint -f tasks.yml
    ");
    assert_snapshot!(alone(&home, &["list", "main"]), @"
    $ tasks list main
    exit code: 2
    error: unexpected argument `main`
    hint: to search the tasks: tasks list | grep -i main
    hint: to list those of an environment: tasks list -e main
    ");
    assert_snapshot!(alone(&home, &["apply", "--max-deletes", "3"]), @"
    $ tasks apply --max-deletes 3
    exit code: 2
    error: --max-deletes has no effect without --prune
    hint: usage: tasks apply --prune --max-deletes <N>
    ");
    assert_snapshot!(alone(&home, &["context", "add", "acme"]), @"
    $ tasks context add acme
    exit code: 2
    error: no API address given, and no terminal to prompt on
    hint: usage: tasks context add NAME URL
    ");
    assert_snapshot!(alone(&home, &["login", "localhost:4999"]), @"
    $ tasks login localhost:4999
    exit code: 2
    error: URL: `localhost:PORT` is not a valid API address: it must start with http://, as in http://localhost:PORT
    hint: for help: tasks help login
    ");
    assert_snapshot!(alone(&home, &["whoami", "-o", "name"]), @"
    $ tasks whoami -o name
    exit code: 2
    error: the result has no name, so -o name cannot be used
    hint: use another format, such as -o json
    ");
}

#[test]
fn suggestions_keep_the_flags_of_the_command_line() {
    let home = Home::new();
    assert_snapshot!(alone(&home, &["show", "nope", "-l", "sandbox", "-p", "lagoon-demo", "-e", "pr-12"]), @"
    $ tasks show nope -l sandbox -p lagoon-demo -e pr-12
    exit code: 5
    the sandbox runs commands on this machine as your user, without isolation
    error: task `nope` not found
    hint: to list tasks: tasks -l sandbox list
    hint: you are a maintainer on lagoon-demo; only tasks for administrators are hidden from you
    ");
    assert_snapshot!(alone(&home, &["status", "4711", "-l", "sandbox"]), @"
    $ tasks status 4711 -l sandbox
    exit code: 5
    the sandbox runs commands on this machine as your user, without isolation
    error: run 4711 not found
    hint: Lagoon keeps runs for a limited time; to list them: tasks -l sandbox runs
    ");
    assert_snapshot!(alone(&home, &["diff", "-l", "sandbox", "-p", "lagoon-demo"]), @"
    $ tasks diff -l sandbox -p lagoon-demo
    exit code: 2
    error: no task file found (.lagoon/tasks.yml)
    hint: name the file or folder with -f FILE
    hint: or start from the existing tasks: mkdir -p .lagoon && tasks -l sandbox export -p PROJECT > .lagoon/tasks.yml
    ");
}

#[test]
fn prompts_that_an_option_disables() {
    let env = TestEnv::new();
    let screen = |args: &[&str], ci: bool| {
        let command = env.command(args);
        let command = if ci { command.env("CI", "1") } else { command };
        let mut terminal = Terminal::start(&command);
        assert_eq!(terminal.finish(), 2);
        mask(&terminal.screen())
    };
    assert_snapshot!(screen(&["define", "--no-input"], false), @"
    error: no task name given, and prompts are disabled by --no-input
    hint: name the task: tasks define NAME … (see `tasks define --help`)
    ");
    assert_snapshot!(screen(&["define"], true), @"
    error: no task name given, and prompts are disabled by the variable CI
    hint: name the task: tasks define NAME … (see `tasks define --help`)
    ");
}

#[test]
fn missing_arguments_without_a_terminal() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["list"]), @"
    $ tasks list
    exit code: 2
    error: no project given
    hint: name it with -p or TASKS_PROJECT; to list projects: tasks projects
    ");
    assert_snapshot!(on_sandbox(&env, &["invoke", "-p", "lagoon-demo", "-e", "main"]), @"
    $ tasks invoke -p lagoon-demo -e main
    exit code: 2
    error: no task given, and no terminal to prompt on
    hint: give its name or id after `invoke`; to list tasks: tasks list
    ");
    assert_snapshot!(on_sandbox(&env, &["invoke", "Run yarn audit", "-p", "lagoon-demo"]), @"
    $ tasks invoke Run yarn audit -p lagoon-demo
    exit code: 2
    error: no environment given
    hint: name it with -e or TASKS_ENVIRONMENT
    ");
    assert_snapshot!(on_sandbox(&env, &["logs"]), @"
    $ tasks logs
    exit code: 2
    error: no run given, and no terminal to prompt on
    hint: give its id, its lagoon-task-… name or the address of its page; to list runs: tasks runs
    hint: --last selects the last run that this machine started
    hint: --latest -e ENVIRONMENT selects the newest run of an environment
    hint: `-` reads runs from stdin, for example from `tasks invoke` or `tasks runs`
    ");
    assert_snapshot!(on_sandbox(&env, &["delete", "Run yarn audit", "-p", "lagoon-demo", "-e", "main"]), @"
    $ tasks delete Run yarn audit -p lagoon-demo -e main
    exit code: 2
    error: `Run yarn audit` (id 1) has the scope project and is not a task of environment lagoon-demo/main (production)
    hint: to delete it there: tasks delete id:1 -p lagoon-demo
    ");
    assert_snapshot!(on_sandbox(&env, &["exec", "-p", "lagoon-demo", "-e", "main", "-s", "cli"]), @"
    $ tasks exec -p lagoon-demo -e main -s cli
    exit code: 2
    error: no command given
    hint: put it after `--` (tasks exec -s SERVICE -- CMD…), or use --script FILE
    ");
}

#[test]
fn a_task_of_another_environment() {
    let env = TestEnv::new();
    for command in ["invoke", "show"] {
        let output = env.tasks(&[
            command,
            "check disk space",
            "-p",
            "lagoon-demo",
            "-e",
            "develop",
        ]);
        let error = output.error(5);
        let lines: Vec<&str> = error.lines().collect();
        let expected = [
            "error: task `check disk space` not found",
            "hint: environments that have the task: `main`",
        ];
        assert_eq!(lines, expected, "{command}");
    }
}

#[test]
fn several_names_in_one_word() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["invoke", "Say hello", "-p", "lagoon-demo", "-e", "develop,main, pr-12"]), @"
    $ tasks invoke Say hello -p lagoon-demo -e develop,main, pr-12
    exit code: 5
    error: the project `lagoon-demo` has no environment `develop,main, pr-12`
    hint: -e takes one name; repeat it for several: -e develop -e main -e pr-12
    ");
    assert_snapshot!(on_sandbox(&env, &["runs", "-p", "lagoon-demo", "-e", "pr-*,main"]), @"
    $ tasks runs -p lagoon-demo -e pr-*,main
    exit code: 5
    error: no environment matches `pr-*,main`
    hint: -e takes one name; repeat it for several: -e 'pr-*' -e main
    ");
    assert_snapshot!(on_sandbox(&env, &["list", "-p", "lagoon-demo", "-e", "develop,main"]), @"
    $ tasks list -p lagoon-demo -e develop,main
    exit code: 5
    error: the project `lagoon-demo` has no environment `develop,main`
    hint: this command takes one environment: -e develop
    ");
    assert_snapshot!(on_sandbox(&env, &["runs", "-p", "lagoon-demo,other"]), @"
    $ tasks runs -p lagoon-demo,other
    exit code: 5
    error: project `lagoon-demo,other` not found
    hint: -p takes one name; repeat it for several: -p lagoon-demo -p other
    ");
    assert_snapshot!(on_sandbox(&env, &["environments", "-p", "lagoon-demo,other"]), @"
    $ tasks environments -p lagoon-demo,other
    exit code: 5
    error: project `lagoon-demo,other` not found
    hint: this command takes one project: -p lagoon-demo
    ");
    assert_snapshot!(on_sandbox(&env, &["wait", "63,64"]), @"
    $ tasks wait 63,64
    exit code: 2
    error: invalid run `63,64`; expected an id, a name such as lagoon-task-xxxx, or the address of a run's page
    hint: separate runs with spaces: 63 64
    ");
    assert_snapshot!(on_sandbox(&env, &["files", "list", "63,64"]), @"
    $ tasks files list 63,64
    exit code: 2
    error: invalid run `63,64`; expected an id, a name such as lagoon-task-xxxx, or the address of a run's page
    hint: this command takes one run: 63
    ");
    assert_snapshot!(on_sandbox(&env, &["logs", "Say hello"]), @"
    $ tasks logs Say hello
    exit code: 2
    error: invalid run `Say hello`; expected an id, a name such as lagoon-task-xxxx, or the address of a run's page
    hint: to select the newest run of a task: tasks logs --latest --task 'Say hello'
    ");
    assert_snapshot!(on_sandbox(&env, &["runs", "-p", "lagoon-demo", "--status", "failed,running"]), @"
    $ tasks runs -p lagoon-demo --status failed,running
    exit code: 2
    error: --status: unknown status `failed,running`
    hint: --status takes one name; repeat it for several: --status failed --status running
    ");
    assert_snapshot!(on_sandbox(&env, &["invoke", "X", "--env-pattern", "pr-*"]), @"
    $ tasks invoke X --env-pattern pr-*
    exit code: 2
    error: unknown flag `--env-pattern`
    hint: repeat -e, or give it a pattern: -e 'PATTERN'
    ");
}

#[test]
fn names_that_do_not_exist() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["list", "-p", "lagoon-dmo", "-e", "main"]), @"
    $ tasks list -p lagoon-dmo -e main
    exit code: 5
    error: project `lagoon-dmo` not found
    hint: did you mean `lagoon-demo`?
    ");
    assert_snapshot!(on_sandbox(&env, &["list", "-p", "lagoon-demo", "-e", "mian"]), @"
    $ tasks list -p lagoon-demo -e mian
    exit code: 5
    error: the project `lagoon-demo` has no environment `mian`
    hint: did you mean `main`?
    ");
    assert_snapshot!(on_sandbox(&env, &["show", "Run yarn adit", "-p", "lagoon-demo", "-e", "main"]), @"
    $ tasks show Run yarn adit -p lagoon-demo -e main
    exit code: 5
    error: task `Run yarn adit` not found
    hint: did you mean `Run yarn audit`?
    ");
    assert_snapshot!(on_sandbox(&env, &["status", "4711"]), @"
    $ tasks status 4711
    exit code: 5
    error: run 4711 not found
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
    assert_snapshot!(on_sandbox(&env, &["list", "-l", "nowhere"]), @"
    $ tasks list -l nowhere
    exit code: 5
    error: context `nowhere` not found (from --context)
    hint: to list contexts: tasks context list
    ");
    assert_snapshot!(
        on_sandbox(&env, &["exec", "-p", "lagoon-demo", "-e", "main", "-s", "clj", "--yes", "--", "ls"]),
        @"
    $ tasks exec -p lagoon-demo -e main -s clj --yes -- ls
    exit code: 2
    error: lagoon-demo/main (production) has no service `clj`, so the command would never start
    hint: services: `cli`, `mariadb`, `nginx`, `node`
    hint: pass --no-preflight to start it anyway
    "
    );
}

#[test]
fn values_of_arguments() {
    let env = TestEnv::new();
    let main = ["-p", "lagoon-demo", "-e", "main", "--yes"];
    let invoke = |args: &[&str]| on_sandbox(&env, &[&["invoke"], args, &main].concat());
    env.tasks(&[
        "define",
        "Reindex",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "--service",
        "cli",
        "--command",
        "reindex",
        "--arg",
        "INDEX",
        "--arg",
        "LIMIT?:NUMERIC",
    ])
    .succeeds();
    assert_snapshot!(invoke(&["Reindex"]), @"
    $ tasks invoke Reindex -p lagoon-demo -e main --yes
    exit code: 2
    error: the argument `INDEX` is required
    hint: arguments of `Reindex`: INDEX:string, LIMIT:numeric (optional)
    hint: pass each value with -a NAME=VALUE
    ");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDX=products"]), @"
    $ tasks invoke Reindex -a INDX=products -p lagoon-demo -e main --yes
    exit code: 2
    error: unknown argument `INDX` (did you mean `INDEX`?); the argument `INDEX` is required
    hint: arguments of `Reindex`: INDEX:string, LIMIT:numeric (optional)
    hint: pass each value with -a NAME=VALUE
    ");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDEX=products", "-a", "LIMIT=ten"]), @"
    $ tasks invoke Reindex -a INDEX=products -a LIMIT=ten -p lagoon-demo -e main --yes
    exit code: 2
    error: invalid value `ten` for `LIMIT`: a numeric argument takes digits and dots only
    hint: arguments of `Reindex`: INDEX:string, LIMIT:numeric (optional)
    ");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDEX"]), @"
    $ tasks invoke Reindex -a INDEX -p lagoon-demo -e main --yes
    exit code: 2
    error: --arg: expected NAME=VALUE, found `INDEX`
    ");
}

#[test]
fn refusals() {
    let env = TestEnv::new();
    let guest = env.as_role("guest");
    let main = ["-p", "lagoon-demo", "-e", "main"];
    let invoke = [&["invoke", "Run yarn audit"], &main[..]].concat();
    let define = [
        &[
            "define",
            "Hello",
            "--service",
            "cli",
            "--command",
            "echo hello",
        ],
        &main[..],
    ]
    .concat();
    assert_snapshot!(on_sandbox(&guest, &define), @r#"
    $ tasks define Hello --service cli --command echo hello -p lagoon-demo -e main
    exit code: 4
    127.0.0.1 · environment lagoon-demo/main (production)
    error: not allowed: Unauthorized: You don't have permission to "add:production" on "task"
    hint: this requires the role maintainer; you are a guest on lagoon-demo
    "#);
    let image = [&["define", "Report", "--image", "acme/report:2"], &main[..]].concat();
    assert_snapshot!(on_sandbox(&env, &image), @r#"
    $ tasks define Report --image acme/report:2 -p lagoon-demo -e main
    exit code: 4
    127.0.0.1 · environment lagoon-demo/main (production)
    error: not allowed: Unauthorized: You don't have permission to "create:advanced" on "advanced_task"
    hint: this requires the role platform owner; you are a maintainer on lagoon-demo
    "#);
    env.home.write(
        "work/tasks.yml",
        "version: 1\nproject: lagoon-demo\ntasks:\n  - {name: Run yarn audit, image: acme/audit}\n",
    );
    let replace = ["apply", "-f", "tasks.yml", "--replace", "--yes"];
    assert_snapshot!(env.tasks(&replace).snapshot(), @r#"
    exit code: 4
    ---- stdout
    	Run yarn audit	replace	failed	project	lagoon-demo			not allowed: Unauthorized: You don't have permission to "create:advanced" on "advanced_task"
    ---- stderr
    project lagoon-demo
      ± replace Run yarn audit
          replaces Run yarn audit of project lagoon-demo (id 1)
          type: command → image
          description: Look for known vulnerabilities in the project's packages → (none)
          service: node → (none)
          command: yarn audit → (none)
          image: acme/audit
    127.0.0.1 · 1 to replace
    error: the change failed
    hint: Run yarn audit: not allowed: Unauthorized: You don't have permission to "create:advanced" on "advanced_task"
    hint: the old `Run yarn audit` was restored (id 11)
    hint: this requires the role platform owner; your roles: lagoon-demo-group (maintainer)
    "#);
    env.sandbox().fail_next(
        "invokeRegisteredTask",
        Fault::Message("the task is disabled".to_owned()),
    );
    assert_snapshot!(on_sandbox(&env, &[&invoke[..], &["--yes"]].concat()), @"
    $ tasks invoke Run yarn audit -p lagoon-demo -e main --yes
    exit code: 1
    127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon refused: the task is disabled
    ");
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
    assert_snapshot!(on_sandbox(&env, &["cancel", "1", "--yes"]), @"
    $ tasks cancel 1 --yes
    exit code: 5
    error: run 1 not found
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
}

#[test]
fn servers_and_tokens() {
    let env = TestEnv::new();
    let list = ["list", "-p", "lagoon-demo", "-e", "main"];
    let with = |name: &str, value: &str| {
        let output = env.run(env.command(&list).env(name, value));
        format!("$ export {name}={value}\n{}", shown(&list, &output))
    };
    assert_snapshot!(with("TASKS_API", "http://127.0.0.1:9/graphql"), @"
    $ export TASKS_API=http://127.0.0.1:9/graphql
    $ tasks list -p lagoon-demo -e main
    exit code: 7
    error: cannot reach http://127.0.0.1:PORT: Connection refused (os error 111)
    hint: check the address and the network: curl -sS http://127.0.0.1:PORT/status
    hint: to find the cause: tasks doctor
    ");
    assert_snapshot!(with("TASKS_API", "https://lagoon.invalid/graphql"), @"
    $ export TASKS_API=https://lagoon.invalid/graphql
    $ tasks list -p lagoon-demo -e main
    exit code: 7
    error: cannot reach https://lagoon.invalid: failed to lookup address information: Name or service not known
    hint: check the address and the network: curl -sS https://lagoon.invalid/status
    hint: to find the cause: tasks doctor
    ");
    assert_snapshot!(with("TASKS_API", "lagoon"), @"
    $ export TASKS_API=lagoon
    $ tasks list -p lagoon-demo -e main
    exit code: 2
    error: TASKS_API: `lagoon` is not a valid API address: it must start with https://, as in https://lagoon
    ");
    assert_snapshot!(with("TASKS_TOKEN", "expired"), @"
    $ export TASKS_TOKEN=expired
    $ tasks list -p lagoon-demo -e main
    exit code: 4
    error: not signed in: Unauthorized - Bearer token malformed
    hint: tokens expire after a few minutes; set TASKS_TOKEN to a new one, or sign in over ssh with TASKS_SSH_KEY
    ");
    let home = Home::new();
    assert_snapshot!(alone(&home, &list), @"
    $ tasks list -p lagoon-demo -e main
    exit code: 4
    error: no Lagoon is configured yet
    hint: sign in: tasks login https://api.example.com
    hint: or try the built-in Lagoon: --context sandbox
    ");
    assert_snapshot!(alone(&home, &["login", "-l", "nowhere"]), @"
    $ tasks login -l nowhere
    exit code: 5
    error: context `nowhere` not found (from --context)
    hint: to list contexts: tasks context list
    ");
}

#[test]
fn several_targets() {
    let env = TestEnv::new();
    let targets = |args: &[&str]| {
        let all = [&["invoke", "Run yarn audit", "-p", "lagoon-demo"], args].concat();
        on_sandbox(&env, &all)
    };
    assert_snapshot!(targets(&["-e", "main", "-e", "mian", "--yes"]), @"
    $ tasks invoke Run yarn audit -p lagoon-demo -e main -e mian --yes
    exit code: 5
    error: the project `lagoon-demo` has no environment `mian`
    hint: did you mean `main`?
    ");
    assert_snapshot!(targets(&["-e", "main", "-e", "develop"]), @"
    $ tasks invoke Run yarn audit -p lagoon-demo -e main -e develop
    exit code: 2
    127.0.0.1 · `Run yarn audit` on 2 environments:
      lagoon-demo/main (production)
      lagoon-demo/develop
    error: confirmation required: Start it on 2 environments, 1 of them production?
    hint: pass --yes to confirm
    ");
    assert_snapshot!(targets(&["-e", "nothing-*", "--yes"]), @"
    $ tasks invoke Run yarn audit -p lagoon-demo -e nothing-* --yes
    exit code: 5
    error: no environment matches `nothing-*`
    hint: environments: `develop`, `main`, `pr-12`
    hint: you are a maintainer on lagoon-demo; you can see all of its environments except deleted ones
    ");
}

#[test]
fn files_of_tasks_and_runs() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["lint"]), @"
    $ tasks lint
    exit code: 2
    error: no task file found (.lagoon/tasks.yml)
    hint: name the file or folder with -f FILE
    hint: or start from the existing tasks: mkdir -p .lagoon && tasks export -p PROJECT > .lagoon/tasks.yml
    ");
    env.home.write(
        "work/tasks.yml",
        "tasks:\n  - name: Reindex\n    comand: reindex\n",
    );
    assert_snapshot!(on_sandbox(&env, &["diff", "-f", "tasks.yml", "-p", "lagoon-demo"]), @"
    $ tasks diff -f tasks.yml -p lagoon-demo
    exit code: 2
    error: 2 errors in the task file
    hint: tasks.yml:1:1: missing key `version`
    hint: tasks.yml:3:5: unknown key `comand`; did you mean `command`?
    ");
    env.home.write("work/broken.yml", "tasks: [\n");
    assert_snapshot!(on_sandbox(&env, &["diff", "-f", "broken.yml", "-p", "lagoon-demo"]), @"
    $ tasks diff -f broken.yml -p lagoon-demo
    exit code: 2
    error: broken.yml:1:8: this bracket is never closed
    ");
    assert_snapshot!(on_sandbox(&env, &["files", "put", "1", "nothing.txt"]), @"
    $ tasks files put 1 nothing.txt
    exit code: 2
    error: cannot read nothing.txt: No such file or directory (os error 2)
    ");
}
