//! Completion in real shells, with candidates that only a Lagoon knows.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::process::{DEADLINE, Invocation};
use crate::support::proxy::{Fault, Proxy};
use crate::support::pty::Terminal;
use crate::support::tool;

mod values;

/// A name with everything that a shell could take for something else.
const HARD: &str = "Übernahme: it's \"live\" & $HOME";

fn define(env: &TestEnv, name: &str) {
    let add = "mutation Add($input: AdvancedTaskDefinitionInput!) { \
               addAdvancedTaskDefinition(input: $input) { \
               ... on AdvancedTaskDefinitionCommand { id } } }";
    let input = json!({"name": name, "description": "About it\nand more", "environment": 101,
        "type": "COMMAND", "service": "cli", "command": "true", "permission": "GUEST",
        "advancedTaskDefinitionArguments": [
            {"name": "SOURCE", "displayName": "Copy from", "type": "ENVIRONMENT_SOURCE_NAME"},
            {"name": "ROWS", "type": "NUMERIC", "optional": true}]});
    let (_, answer) = env.graphql(add, json!({"input": input}));
    assert!(answer["errors"].is_null(), "{answer}");
}

/// The candidates that fish receives for this line, whose last word is to be completed.
pub(crate) fn asked(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let output = env.run(question(env.command(&[]), words)).succeeds();
    assert_eq!(output.stderr, "");
    output.stdout.lines().map(str::to_owned).collect()
}

pub(crate) fn question(mut command: Invocation, words: &[&str]) -> Invocation {
    command.args = ["--", "tasks"]
        .iter()
        .chain(words)
        .map(Into::into)
        .collect();
    command.env("COMPLETE", "fish")
}

/// The same, however busy the machine is: what does not come in time is asked for again.
pub(crate) fn answered(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let until = Instant::now() + DEADLINE;
    loop {
        let found = asked(env, words);
        if found.iter().any(|line| !line.starts_with('-')) {
            return found;
        }
        assert!(Instant::now() < until, "{words:?} has no candidates");
    }
}

pub(crate) fn values(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line.split('\t').next().unwrap_or_default())
        .collect()
}

#[test]
fn completion_uses_the_lagoon_of_the_command_line() {
    let env = TestEnv::new();
    define(&env, HARD);
    assert_eq!(
        values(&answered(&env, &["list", "-p", ""])),
        ["lagoon-demo"]
    );
    let place = ["-p", "lagoon-demo", "-e"];
    assert_eq!(
        answered(&env, &["list", "-p", "lagoon-demo", "-e", ""]),
        [
            "develop\tdevelopment",
            "main\tproduction",
            "pr-12\tdevelopment"
        ]
    );
    assert_eq!(
        values(&answered(&env, &[&["list"][..], &place, &["p"]].concat())),
        ["pr-12"]
    );
    let main = [&place[..], &["main"]].concat();
    for command in ["invoke", "show", "update", "delete"] {
        let found = answered(&env, &[&[command][..], &main, &["Ü"]].concat());
        assert_eq!(found, [format!("{HARD}\tAbout it")], "{command}");
    }
    // Wherever the flags stand, and however they are written.
    let before = [
        &["-p", "lagoon-demo", "--environment=main", "show"][..],
        &["Ü"],
    ]
    .concat();
    assert_eq!(values(&answered(&env, &before)), [HARD]);
    let elsewhere = [&["show"][..], &place, &["develop", "Ü"]].concat();
    assert!(asked(&env, &elsewhere).is_empty());
    let services = [&["exec"][..], &main, &["-s", ""]].concat();
    assert_eq!(
        values(&answered(&env, &services)),
        ["cli", "mariadb", "nginx", "node"]
    );
    let variables = question(env.command(&[]), &["show", "Ü"])
        .env("TASKS_PROJECT", "lagoon-demo")
        .env("TASKS_ENVIRONMENT", "main");
    assert!(env.run(variables).succeeds().stdout.starts_with(HARD));
}

#[test]
fn arguments_are_offered_by_name_and_by_value() {
    let env = TestEnv::new();
    define(&env, "Copy");
    let line = |more: &[&'static str]| {
        let place = ["invoke", "Copy", "-p", "lagoon-demo", "-e", "main"];
        answered(&env, &[&place[..], more].concat())
    };
    assert_eq!(
        line(&["-a", ""]),
        [
            "ROWS=\tnumeric, optional",
            "SOURCE=\tCopy from, environment"
        ]
    );
    assert_eq!(values(&line(&["-a", "SOURCE=main", "-a", ""])), ["ROWS="]);
    assert_eq!(
        values(&line(&["-a", "SOURCE="])),
        ["SOURCE=develop", "SOURCE=main", "SOURCE=pr-12"]
    );
    let attached = [
        "invoke",
        "Copy",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "--arg=SOURCE=d",
    ];
    assert_eq!(values(&asked(&env, &attached)), ["--arg=SOURCE=develop"]);
    let unknown = [
        "invoke",
        "Nothing",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-a",
        "",
    ];
    assert!(asked(&env, &unknown).is_empty());
}

#[test]
fn runs_are_offered_newest_first() {
    let env = TestEnv::new();
    let place = ["-p", "lagoon-demo", "-e", "main"];
    for _ in 0..2 {
        let invoke = [&["invoke", "Run yarn audit", "--yes", "--wait"][..], &place].concat();
        env.tasks(&invoke);
    }
    for command in [
        &["status"][..],
        &["logs"],
        &["wait"],
        &["rerun"],
        &["files", "list"],
    ] {
        let found = answered(&env, &[command, &place, &[""]].concat());
        assert_eq!(values(&found), ["2", "1"], "{command:?}");
        assert!(found[0].starts_with("2\tRun yarn audit, "), "{found:?}");
    }
    // Also after the safe name or the namespace.
    env.sql("UPDATE environment SET name = 'feature/y', namespace = 'lagoon-demo-feature-y' WHERE name = 'main'");
    for name in ["feature-y", "lagoon-demo-feature-y"] {
        let place = ["-p", "lagoon-demo", "-e", name];
        let found = answered(&env, &[&["status"][..], &place, &[""]].concat());
        assert_eq!(values(&found), ["2", "1"], "{name}");
        let found = answered(&env, &[&["invoke"][..], &place, &["Say"]].concat());
        assert_eq!(values(&found), ["Say hello"], "{name}");
    }
    let over = asked(&env, &[&["cancel"][..], &place, &[""]].concat());
    assert!(over.iter().all(|line| line.starts_with('-')), "{over:?}");
}

#[test]
fn contexts_formats_and_roles_need_no_lagoon() {
    let home = Home::new();
    home.write(
        ".config/lagoon-tasks/config.toml",
        "[contexts.acme]\napi = \"https://acme.example\"\n",
    );
    let asked = |words: &[&str]| {
        let output = home.run(question(home.command(&[]), words)).succeeds();
        output.stdout
    };
    let contexts = "acme\tacme.example\nsandbox\tthe built-in Lagoon\n";
    assert_eq!(asked(&["list", "-l", ""]), contexts);
    assert_eq!(asked(&["context", "use", ""]), contexts);
    assert_eq!(asked(&["list", "-o", "js"]), "json\njsonl\n");
    assert_eq!(asked(&["list", "--as", "gu"]), "guest\n");
    assert!(asked(&["inv"]).starts_with("invoke\tStart a task"));
    // Flags are offered when there is nothing else, or when a dash asks for them.
    assert!(asked(&["list", ""]).contains("--scope"));
    assert!(!asked(&["context", "use", ""]).contains("--"));
    assert!(asked(&["context", "use", "--q"]).contains("--quiet"));
}

#[test]
fn cached_candidates_are_kept_per_user() {
    let env = TestEnv::new();
    let line = ["show", "-p", "lagoon-demo", "-e", "main", "Run"];
    let found = answered(&env, &line);
    let requests = env.requests().len();
    assert_eq!(asked(&env, &line), found);
    assert_eq!(env.requests().len(), requests, "it was asked again");
    assert!(asked(&env.as_role("outsider"), &line).is_empty());

    use std::os::unix::fs::PermissionsExt;
    let folder = env.home.path(".local/state/lagoon-tasks/complete");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains(env.token()));
    }
}

#[test]
fn an_unresponsive_lagoon_is_not_waited_for() {
    let env = TestEnv::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = format!("http://{}/graphql", silent.local_addr().unwrap());
    for api in ["http://127.0.0.1:9/graphql", &hanging, "no address", ""] {
        for words in [
            &["list", "-p", ""][..],
            &["list", "-p", "x", "-e", ""],
            &["list", "-l", "nobody", "-p", ""],
        ] {
            let command = question(env.command(&[]), words).env("TASKS_API", api);
            let output = env.run(command).succeeds();
            assert_eq!(
                (output.stdout.as_str(), output.stderr.as_str()),
                ("", ""),
                "{api}"
            );
        }
    }
    // Signed out, or with a broken file.
    env.home.write(
        ".config/lagoon-tasks/config.toml",
        "[contexts.acme]\napi = \"https://acme.example\"\n",
    );
    let home = &env.home;
    let words = ["list", "-l", "acme", "-p", ""];
    assert_eq!(
        home.run(question(home.command(&[]), &words))
            .succeeds()
            .stdout,
        ""
    );
    env.home.write(".config/lagoon-tasks/config.toml", "[[");
    assert_eq!(
        home.run(question(home.command(&[]), &words))
            .succeeds()
            .stdout,
        ""
    );
}

#[test]
fn a_slow_lagoon_is_cached_for_the_next_attempt() {
    let env = TestEnv::new();
    // Later than a shell waits, each time.
    let late = vec![Fault::Late(Duration::from_secs(1)); 20];
    let proxy = Proxy::new(env.address(), late);
    let until = Instant::now() + DEADLINE;
    let words = ["list", "-p", ""];
    loop {
        let command = question(env.command(&[]), &words).env("TASKS_API", proxy.url("/graphql"));
        let output = env.run(command).succeeds();
        if output.stdout == "lagoon-demo\n" {
            break;
        }
        assert_eq!(output.stdout, "");
        assert!(Instant::now() < until, "{output}");
    }
    // A concurrent completion does not request it again.
    let asked_later = proxy.seen().len();
    assert!(asked_later >= 2, "{asked_later}");
}

#[test]
fn candidates_cannot_inject_shell_commands() {
    let env = TestEnv::new();
    for name in [
        "Evil \u{1b}[2J",
        "Evil\nrm -r",
        "Evil \u{202e}",
        "-evil",
        "42",
    ] {
        define(&env, name);
    }
    let place = ["show", "-p", "lagoon-demo", "-e", "main"];
    let all = answered(&env, &[&place[..], &[""]].concat()).join("\n");
    assert!(!all.contains("Evil"), "{all}");
    assert!(
        all.contains("name:-evil") && all.contains("name:42"),
        "{all}"
    );
}

#[test]
fn completion_works_for_the_sandbox() {
    let env = TestEnv::new();
    env.home.tasks(&["-l", "sandbox", "list"]).succeeds();
    let words = ["-l", "sandbox", "invoke", "-e", "main", "'Run y"];
    let until = Instant::now() + DEADLINE;
    loop {
        let output = env
            .home
            .run(question(env.home.command(&[]), &words))
            .succeeds();
        if output.stdout.starts_with("Run yarn audit\t") {
            break;
        }
        assert!(Instant::now() < until, "{output}");
    }
}

/// A shell at a terminal, with the completions installed under the name that it looks for.
struct Shell {
    terminal: Terminal,
    /// The program that prints words; elvish has a `printf` of its own.
    printf: &'static str,
}

impl Shell {
    /// `None` without that shell.
    fn start(env: &TestEnv, name: &str) -> Option<Shell> {
        if !tool::have(name) {
            return None;
        }
        let folder = match name {
            "fish" => ".config/fish/completions",
            _ => "completions",
        };
        let folder = env.home.path(folder).display().to_string();
        env.home
            .tasks(&["completions", name, "--dir", &folder])
            .succeeds();
        let (start, load) = match name {
            "bash" => (
                "bash --norc --noprofile -i",
                format!("source {folder}/tasks.bash"),
            ),
            "zsh" => (
                "zsh -f -i",
                format!(
                    "fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''"
                ),
            ),
            "elvish" => (
                "elvish -norc",
                // Ctrl-A accepts the candidate, as the next key does in the other shells.
                format!(
                    "eval (slurp < {folder}/tasks.elv); \
                     set edit:insert:binding[Ctrl-A] = $edit:move-dot-sol~; \
                     set edit:completion:binding[Ctrl-A] = {{ edit:completion:accept; edit:move-dot-sol }}"
                ),
            ),
            _ => (
                "fish -i",
                "function fish_greeting; end; function fish_right_prompt; end".to_owned(),
            ),
        };
        let mut terminal = Terminal::start(&env.shell(&format!("exec {start}")));
        terminal.send(&format!("{load}; echo read''y\r"));
        terminal.wait_for("ready");
        Some(Shell {
            terminal,
            printf: match name {
                "elvish" => "e:printf",
                _ => "printf",
            },
        })
    }

    /// Types a line, completes it with a tab, and lets the shell print the resulting words.
    fn completes(&mut self, typed: &str, words: &[&str]) {
        let printf = self.printf;
        self.terminal
            .send(&format!("{typed}\t\x01{printf} '<%s>' \r"));
        let shown: String = words.iter().map(|word| format!("<{word}>")).collect();
        self.terminal
            .wait_until(&shown, |screen| screen.replace('\n', "").contains(&shown));
    }
}

fn in_a_shell(name: &str) {
    let env = TestEnv::new();
    define(&env, HARD);
    define(&env, "Copy");
    let Some(mut shell) = Shell::start(&env, name) else {
        return;
    };
    let place = ["-p", "lagoon-demo", "-e", "main"];
    // From here on the answers are known: no shell's word depends on how busy the machine is.
    answered(&env, &[&["show"][..], &place, &["Ü"]].concat());
    answered(&env, &["show", "-p", "lagoon-demo", "-e", ""]);
    shell.completes(
        "tasks show -p lagoon-demo -e de",
        &["tasks", "show", "-p", "lagoon-demo", "-e", "develop"],
    );
    let on_main = |words: &[&'static str]| [&["tasks", "show"][..], &place, words].concat();
    shell.completes("tasks show -p lagoon-demo -e main Ü", &on_main(&[HARD]));
    shell.completes(
        "tasks show -p lagoon-demo -e main 'Run y",
        &on_main(&["Run yarn audit"]),
    );
    shell.completes(
        "tasks show -p lagoon-demo -e main \"Run y",
        &on_main(&["Run yarn audit"]),
    );
    // In elvish, a backslash outside quotes is a letter.
    if name != "elvish" {
        shell.completes(
            "tasks show -p lagoon-demo -e main Run\\ y",
            &on_main(&["Run yarn audit"]),
        );
    }
    shell.completes(
        "tasks show -p 'lagoon-demo' --environment=de",
        &[
            "tasks",
            "show",
            "-p",
            "lagoon-demo",
            "--environment=develop",
        ],
    );
    let copy = |words: &[&'static str]| [&["tasks", "invoke", "Copy"][..], &place, words].concat();
    shell.completes(
        "tasks invoke Copy -p lagoon-demo -e main -a SOURCE=de",
        &copy(&["-a", "SOURCE=develop"]),
    );
    shell.completes(
        "tasks invoke Copy -p lagoon-demo -e main -a SO",
        &copy(&["-a", "SOURCE="]),
    );
    shell.completes("tasks completi", &["tasks", "completions"]);
}

#[test]
fn bash_completes() {
    in_a_shell("bash");
}

#[test]
fn zsh_completes() {
    in_a_shell("zsh");
}

#[test]
fn fish_completes() {
    in_a_shell("fish");
}

#[test]
fn elvish_completes() {
    in_a_shell("elvish");
}

/// elvish sorts all candidates.
#[test]
fn shells_list_the_newest_run_first() {
    let env = TestEnv::new();
    let place = ["-p", "lagoon-demo", "-e", "main"];
    for _ in 0..2 {
        let invoke = [&["invoke", "Run yarn audit", "--yes", "--wait"][..], &place].concat();
        env.tasks(&invoke).succeeds();
    }
    for name in ["bash", "zsh", "fish"] {
        let Some(mut shell) = Shell::start(&env, name) else {
            continue;
        };
        // Into the cache.
        answered(&env, &[&["status"][..], &place, &[""]].concat());
        // bash lists after the second tab.
        let tabs = if name == "bash" { "\t\t" } else { "\t" };
        let line = format!("tasks status {} ", place.join(" "));
        shell.terminal.send(&format!("{line}{tabs}"));
        shell.terminal.wait_until("2 and then 1", |screen| {
            let listed = screen.split_once(line.trim_end());
            let words = listed.map_or("", |(_, rest)| rest).split_whitespace();
            let runs: Vec<&str> = words.filter(|word| ["1", "2"].contains(word)).collect();
            runs.starts_with(&["2", "1"])
        });
    }
}

#[test]
fn an_unreachable_server_does_not_block_the_shell() {
    let env = TestEnv::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = format!("http://{}/graphql", silent.local_addr().unwrap());
    for name in ["bash", "zsh", "fish", "elvish"] {
        let Some(mut shell) = Shell::start(&env, name) else {
            continue;
        };
        for api in ["http://127.0.0.1:9", &hanging] {
            let set = match name {
                "fish" => format!("set -x TASKS_API {api}; echo s''et\r"),
                "elvish" => format!("set-env TASKS_API {api}; echo s''et\r"),
                _ => format!("export TASKS_API={api}; echo s''et\r"),
            };
            shell.terminal.send(&set);
            shell.completes(
                "tasks show -p shop -e main",
                &["tasks", "show", "-p", "shop", "-e", "main"],
            );
        }
    }
}

#[test]
fn powershell_words_round_trip_through_base64() {
    use base64::Engine;
    let env = TestEnv::new();
    define(&env, HARD);
    define(&env, "\u{dc}x\u{2019}; calc; \u{2018}");
    let line = [
        "tasks",
        "show",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "'\u{dc}",
    ];
    // Into the cache.
    answered(&env, &["show", "-p", "lagoon-demo", "-e", "main", "\u{dc}"]);
    let question = base64::engine::general_purpose::STANDARD.encode(line.join("\0"));
    let mut command = env.command(&[]).env("COMPLETE", "powershell");
    command.args = ["--", &question].map(Into::into).to_vec();
    let output = env.run(command).succeeds();
    let words: Vec<&str> = output
        .stdout
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    let quoted = HARD.replace('\'', "''");
    assert_eq!(
        words,
        [
            format!("'{quoted}'"),
            "'\u{dc}x\u{2019}\u{2019}; calc; \u{2018}\u{2018}'".to_owned()
        ]
    );
}

#[test]
fn the_alias_run_is_completed_like_invoke() {
    let env = TestEnv::new();
    let of = |command| answered(&env, &[command, "-p", "lagoon-demo", "-e", "main", ""]);
    let tasks = of("invoke");
    assert!(!tasks.is_empty());
    assert_eq!(of("run"), tasks);
    let names = asked(&env, &["ru"]);
    assert!(values(&names).contains(&"run"), "{names:?}");
}
