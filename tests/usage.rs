//! Usage errors: exit code 2, and an error that programs can read, from any part of the program.

use crate::support::env::{MAIN, TestEnv};
use crate::support::home::Home;

#[test]
fn the_program_without_arguments_shows_its_help() {
    let output = Home::new().tasks(&[]).succeeds();
    assert!(output.stdout.starts_with("Define, list, invoke"));
    assert_eq!(output.stderr, "");
}

#[test]
fn typing_errors_are_corrected_by_suggestions() {
    let home = Home::new();
    for (args, meant) in [
        (&["lst"][..], "did you mean `tasks list`?\n"),
        (&["context", "lst"], "did you mean `tasks context list`?\n"),
        (
            &["-e", "invok", "invok", "Run audit", "-q"],
            "did you mean `tasks -e invok invoke 'Run audit' -q`?\n",
        ),
        (&["help", "invok"], "did you mean `tasks help invoke`?\n"),
        (
            &["help", "context", "us"],
            "did you mean `tasks help context use`?\n",
        ),
        (
            &["help", "formating"],
            "did you mean `tasks help formatting`?\n",
        ),
        (&["help", "zzz"], "to list commands: tasks help\n"),
        (&["files", "zzz"], "to list commands: tasks help files\n"),
        (&["list", "--enviroment", "main"], "`--environment`"),
        (&["list", "-o", "jsn"], "`json`"),
    ] {
        let refused = home.tasks(args).ends_with(2);
        assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
        assert!(refused.stderr.contains(meant), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
}

#[test]
fn a_flag_before_and_after_the_command_is_refused() {
    let home = Home::new();
    let refused = home
        .tasks(&["-e", "main", "list", "-e", "develop"])
        .ends_with(2);
    assert!(
        refused.stderr.contains("--environment was given twice"),
        "{}",
        refused.stderr
    );
}

#[test]
fn empty_values_are_refused() {
    let home = Home::new();
    for flag in ["-e", "-p", "-l"] {
        home.tasks(&["list", flag, ""]).ends_with(2);
    }
    for variable in ["TASKS_ENVIRONMENT", "TASKS_PROJECT", "TASKS_OUTPUT"] {
        home.run(home.command(&["context", "list"]).env(variable, ""))
            .ends_with(2);
    }
}

#[test]
fn errors_are_json_if_json_was_requested() {
    let home = Home::new();
    for args in [
        &["lst", "-o", "json"][..],
        &["-o", "yaml", "list", "--nope"],
        &["list", "-ojsonl", "-e", ""],
        &["-o", "json", "list", "-o", "json"],
        &["list", "--jq", ".", "-e"],
        &["context", "-o", "json"],
    ] {
        let error = home.tasks(args).ends_with(2).json_error();
        assert_eq!(
            (&error["kind"], &error["exitCode"]),
            (&"usage".into(), &2.into())
        );
        assert!(!error["message"].as_str().unwrap().contains('\n'));
    }
    let by_variable = home
        .command(&["list", "--nope"])
        .env("TASKS_OUTPUT", "json");
    home.run(by_variable).ends_with(2).json_error();
}

#[test]
fn sandbox_flags_are_refused_elsewhere() {
    let home = Home::new();
    let refused = home.tasks(&["list", "--as", "guest"]).ends_with(2);
    assert!(
        refused.stderr.contains("--context sandbox"),
        "{}",
        refused.stderr
    );
    home.tasks(&["list", "--as", "nobody", "-l", "sandbox"])
        .ends_with(2);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_sandbox_serve_with_0_and_no_error() {
    for (signal, code) in [("INT", 0), ("TERM", 143)] {
        let home = Home::new();
        let mut running = home.command(&["sandbox", "serve", "--simulate"]).start();
        let folder = home.path(".local/share/lagoon-tasks/sandbox/lagoon.sqlite");
        while !folder.exists() {
            assert!(!running.has_exited());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        running.signal(signal);
        let output = running.finish().ends_with(code);
        assert_eq!(output.stderr.contains("error:"), code != 0, "{output}");
    }
}

#[test]
fn a_help_topic_is_shown_by_name() {
    for line in [
        &["exit-codes"][..],
        &["-q", "exit-codes"],
        &["help", "exit-codes"],
    ] {
        let output = Home::new().tasks(line).succeeds();
        assert!(output.stdout.contains("130"), "{output}");
    }
}

/// The verbs that people type out of habit, and the command in the hint.
#[test]
fn verbs_of_other_tools_get_the_full_command() {
    let home = Home::new();
    for (typed, hints) in [
        ("start|X|-e|main", &["tasks invoke X -e main"][..]),
        ("trigger", &["tasks invoke"]),
        ("dispatch|Clear caches", &["tasks invoke 'Clear caches'"]),
        ("create|X", &["tasks define X"]),
        ("add|X", &["tasks define X"]),
        ("new|X|--command|a b", &["tasks define X --command 'a b'"]),
        ("rm|X", &["tasks delete X"]),
        ("remove|-y|X", &["tasks delete -y X"]),
        ("get|X", &["tasks show X"]),
        ("view|X", &["tasks show X"]),
        ("describe|X", &["tasks show X"]),
        ("tail|63", &["tasks logs -f 63"]),
        ("kill|63", &["tasks cancel 63"]),
        ("stop|63", &["tasks cancel 63"]),
        ("-p|stop|abort|63", &["tasks -p stop cancel 63"]),
        ("-qp|shop|ps", &["tasks -qp shop runs --active"]),
        ("watch|63", &["tasks wait 63"]),
        (
            "watch|-p|shop",
            &["tasks wait -p shop", "tasks runs --watch -p shop"],
        ),
        ("watch|--limit|5", &["tasks runs --watch --limit 5"]),
        ("config|list", &["tasks context list"]),
        ("version", &["tasks --version"]),
        ("dashboard", &["tasks ui"]),
        ("top|-p|shop", &["tasks ui -p shop"]),
        ("help|start", &["tasks help invoke"]),
        ("help|version", &["tasks --version"]),
        ("context|rm|eu", &["tasks context remove eu"]),
        ("context|switch|eu", &["tasks context use eu"]),
        ("files|download|63", &["tasks files get 63"]),
        ("sandbox|start", &["tasks sandbox serve"]),
        ("files|ls|63", &["tasks files list 63"]),
        ("files|show|63", &["tasks files list 63"]),
        ("files|fetch|63", &["tasks files get 63"]),
        ("files|push|63|F", &["tasks files put 63 F"]),
        ("63|-o|csv", &["tasks status 63 -o csv"]),
        // drush, npm
        ("undefine|X|-p|shop", &["tasks delete X -p shop"]),
        ("undo|X", &["tasks delete X"]),
        ("uninstall|X", &["tasks delete X"]),
        ("edit|X|--command|ls", &["tasks update X --command ls"]),
        ("info|X", &["tasks show X"]),
        (
            "search|cache|-p|shop",
            &["tasks list -p shop | grep -i cache"],
        ),
        (
            "-p|shop|find|clear|cache",
            &["tasks -p shop list | grep -i 'clear cache'"],
        ),
        ("find", &["tasks list"]),
        ("history|-e|main", &["tasks runs -e main"]),
        // Words stay where the command takes them with a flag.
        (
            "history|Clear caches|-e|main",
            &["tasks runs -e main --task 'Clear caches'"],
        ),
        ("history|63", &["tasks status 63"]),
        ("ps|Reindex", &["tasks runs --active --task Reindex"]),
        ("stats|Reindex", &["tasks runs --chart --task Reindex"]),
        ("envs|pr-*", &["tasks environments 'pr-*'"]),
        ("dashboard|shop", &["tasks ui -p shop"]),
        ("validate|tasks.yml", &["tasks lint -f tasks.yml"]),
        ("plan|a b.yml", &["tasks diff -f 'a b.yml'"]),
        ("deploy|tasks.yml|-y", &["tasks apply -y -f tasks.yml"]),
        (
            "signin|https://api.eu.example",
            &["tasks login https://api.eu.example"],
        ),
        ("signout|eu", &["tasks logout -l eu"]),
        ("tail|Reindex", &["tasks logs -f --latest --task Reindex"]),
        (
            "kill|Count slowly|-e|main",
            &["tasks cancel --latest --task 'Count slowly' -e main"],
        ),
        ("retry|Reindex", &["tasks rerun --latest --task Reindex"]),
        ("watch|Reindex", &["tasks wait --latest --task Reindex"]),
        ("permissions", &["tasks whoami"]),
        ("roles|-p|shop", &["tasks whoami -p shop"]),
        ("switch|eu", &["tasks context use eu"]),
        ("use|eu", &["tasks context use eu"]),
        ("open|63", &["tasks status 63"]),
        ("retry|63", &["tasks rerun 63"]),
        ("validate", &["tasks lint"]),
        ("init|eu", &["tasks context add eu"]),
        ("init", &["tasks context add", "tasks login"]),
        ("help|switch", &["tasks help context use"]),
        ("help|search", &["tasks help list"]),
        // gh
        ("auth|status", &["tasks whoami"]),
        ("auth|login|--browser", &["tasks login --browser"]),
        ("workflow|run|X|-e|main", &["tasks run X -e main"]),
        ("workflow|view|X", &["tasks show X"]),
        ("task|X", &["tasks show X"]),
        // kubectl, docker
        ("config|use-context|eu", &["tasks context use eu"]),
        ("config|get-contexts", &["tasks context list"]),
        ("auth|can-i", &["tasks whoami"]),
        ("can-i|run", &["tasks whoami -p PROJECT"]),
        ("can-i|run|-p|shop", &["tasks whoami -p shop"]),
        ("ping|now", &["tasks doctor"]),
        ("get|run|10", &["tasks status 10"]),
        ("files|download|10", &["tasks files get 10"]),
        ("files|upload|10|F", &["tasks files put 10 F"]),
        ("get|tasks|-s|cli", &["tasks list -s cli"]),
        ("get|environments", &["tasks environments"]),
        ("attach|63", &["tasks logs -f 63"]),
        (
            "cp|63|out.log",
            &["tasks files get 63 out.log", "tasks files put 63 out.log"],
        ),
        ("restart|63", &["tasks rerun 63"]),
        // the lagoon CLI
        ("get|task-by-id|63", &["tasks status 63"]),
        ("ssh|-s|cli", &["tasks exec -s cli"]),
        ("raw|query", &["tasks api query"]),
        ("config|default|eu", &["tasks context use eu"]),
    ] {
        let typed: Vec<&str> = typed.split('|').collect();
        let refused = home.tasks(&typed).ends_with(2);
        assert_eq!(refused.stdout, "", "{typed:?}");
        let (error, hint) = refused.stderr.split_once('\n').unwrap();
        assert!(error.starts_with("error: unknown command"), "{refused}");
        let hinted = hint.strip_prefix("hint: did you mean ").unwrap();
        let hinted: Vec<&str> = hinted.split('`').skip(1).step_by(2).collect();
        assert_eq!(hinted, hints, "{typed:?}");
    }
}

#[test]
fn a_misplaced_word_gets_the_full_command_for_it() {
    let home = Home::new();
    for (typed, hints) in [
        (
            "list|cache|-p|shop",
            &[
                "to search the tasks: tasks list -p shop | grep -i cache",
                "to list those of an environment: tasks list -e cache -p shop",
            ][..],
        ),
        ("-p|shop|ls|42", &["to show a task: tasks -p shop show 42"]),
        ("list|projects", &["did you mean `tasks projects`?"]),
        (
            "list|environments|-p|shop",
            &["did you mean `tasks environments -p shop`?"],
        ),
        (
            "list|invokable-tasks|-e|main",
            &["did you mean `tasks list -e main`?"],
        ),
        (
            "runs|Audit|--limit|5",
            &[
                "to list the runs of a task: tasks runs --task Audit --limit 5",
                "to list those of an environment: tasks runs -e Audit --limit 5",
            ],
        ),
        ("runs|63", &["to show a run: tasks status 63"]),
        ("run|view|2", &["to show the run: tasks status 2"]),
        ("run|logs|2", &["use: tasks logs 2"]),
        (
            "-l|sandbox|show|run|10",
            &["to show the run: tasks -l sandbox status 10"],
        ),
        (
            "invoke|-e|main|Say|hello|you|-y",
            &["quote a name with spaces: tasks invoke -e main 'Say hello you' -y"],
        ),
        (
            "run|Reindex|main",
            &[
                "quote a name with spaces: tasks run 'Reindex main'",
                "or name an environment with -e: tasks run Reindex -e main",
            ],
        ),
        (
            "run|Reindex|INDEX=all of it|-e|main",
            &["pass a value with -a: tasks run Reindex -a 'INDEX=all of it' -e main"],
        ),
        (
            "exec|cli|--|ls|-la",
            &[
                "to name a service: tasks exec -s cli -- ls -la",
                "to name an environment: tasks exec -e cli -- ls -la",
            ],
        ),
        (
            "-p|shop|lint|a.yml",
            &["name the file with -f: tasks -p shop lint -f a.yml"],
        ),
    ] {
        let typed: Vec<&str> = typed.split('|').collect();
        let refused = home.tasks(&typed).ends_with(2);
        let (error, hinted) = refused.stderr.split_once('\n').unwrap();
        assert!(error.starts_with("error: unexpected argument"), "{refused}");
        let hinted = hinted
            .lines()
            .map(|line| line.strip_prefix("hint: ").unwrap());
        assert_eq!(hinted.collect::<Vec<_>>(), hints, "{typed:?}");
    }
}

#[test]
fn a_flag_of_another_program_gets_the_flag_or_command_for_it() {
    let home = Home::new();
    for (typed, hint) in [
        (
            "run|X|--all",
            "did you mean `tasks run X --all-environments`?",
        ),
        ("list|--json", "did you mean `tasks list -o json`?"),
        (
            "-p|shop|runs|--format|csv",
            "did you mean `tasks -p shop runs -o csv`?",
        ),
        ("runs|--format=csv", "did you mean `-o`?"),
        ("runs|--last|5", "did you mean `tasks runs --limit 5`?"),
        (
            "run|X|--var|A=b c",
            "did you mean `tasks run X -a 'A=b c'`?",
        ),
        ("run|X|--watch", "did you mean `tasks run X --follow`?"),
        ("delete|X|--force", "did you mean `tasks delete X -y`?"),
        (
            "list|--search|cache|-p|shop",
            "to search the tasks: tasks list -p shop | grep -i cache",
        ),
        (
            "ls|--search=cache",
            "to search the tasks: tasks ls | grep -i cache",
        ),
        (
            "-l|sandbox|run|8",
            "to show the run: tasks -l sandbox status 8",
        ),
    ] {
        let typed: Vec<&str> = typed.split('|').collect();
        let refused = home.tasks(&typed).ends_with(2);
        assert!(refused.stderr.contains(hint), "{refused}");
    }
}

#[test]
fn a_suggested_command_repeats_no_secret() {
    let home = Home::new();
    let typed = ["start", "X", "-a", "url=https://me:hunter2@example.com/"];
    let refused = home.tasks(&typed).ends_with(2);
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    assert!(refused.stderr.contains("tasks invoke X -a"), "{refused}");
}

#[test]
fn exec_explains_that_the_command_must_follow_dashes() {
    let home = Home::new();
    let refused = home.tasks(&["exec", "-s", "cli", "ls", "-la"]).ends_with(2);
    assert_eq!(
        refused.stderr,
        "error: the command must follow `--`, but `ls` does not\n\
         hint: use: tasks exec -s cli -- ls -la\n"
    );
}

#[test]
fn run_is_an_alias_of_invoke_and_refuses_a_bare_number() {
    let home = Home::new();
    let refused = home.tasks(&["-e", "run", "run", "63"]).ends_with(2);
    assert_eq!(
        refused.stderr,
        "error: `63` could be the id of a task or of a run\n\
         hint: to start the task: tasks -e run run id:63\n\
         hint: to show the run: tasks -e run status 63\n"
    );
    // Nothing is configured: the command gets as far as Lagoon.
    for line in [
        &["run", "id:63", "-e", "x"][..],
        &["invoke", "63", "-e", "run"],
    ] {
        let output = home.tasks(line).ends_with(4);
        assert!(
            output.stderr.contains("no Lagoon is configured"),
            "{output}"
        );
    }
    let env = TestEnv::new();
    for task in ["Say hello", "id:8", "name:Say hello"] {
        let line = [&["run", task, "-o", "json"], &MAIN[..]].concat();
        let run = env.tasks(&line).succeeds().json();
        assert_eq!(run["name"], "Say hello");
    }
    let refused = [&["run", "8"], &MAIN[..]].concat();
    env.tasks(&refused).ends_with(2);
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 3);
    let help = home.tasks(&["run", "--help"]).succeeds();
    assert!(help.stdout.contains("Usage: tasks invoke"), "{help}");
    let help = home.tasks(&["--help"]).succeeds();
    assert!(help.stdout.contains("[alias: run]"), "{help}");
}

#[test]
fn a_command_group_without_a_subcommand_prints_its_help() {
    let home = Home::new();
    for group in ["files", "context", "sandbox"] {
        let output = home.tasks(&[group]).succeeds();
        let help = home.tasks(&[group, "--help"]).succeeds();
        assert_eq!(
            (&output.stdout, &*output.stderr),
            (&help.stdout, ""),
            "{group}"
        );
    }
    home.tasks(&["-q", "context", "-p", "shop"]).succeeds();
}

#[test]
fn a_switch_may_be_repeated() {
    let home = Home::new();
    home.tasks(&["-q", "context", "list", "-qq", "-v", "-v", "--yes", "-y"])
        .succeeds();
}

#[test]
fn misplaced_words_of_invoke_are_named_with_their_flag() {
    let home = Home::new();
    for (args, hint) in [
        (
            &["run", "Try arguments", "-e", "develop", "FROM=main"][..],
            "pass a value with -a: tasks run 'Try arguments' -e develop -a FROM=main\n",
        ),
        (
            &["list", "-l", "https://api.example.com"],
            "to use a new Lagoon: tasks login https://api.example.com\n",
        ),
    ] {
        let refused = home.tasks(args).ends_with(2);
        assert!(
            refused.stderr.ends_with(&format!("hint: {hint}")),
            "{refused}"
        );
    }
}

#[test]
fn an_unknown_status_is_corrected_to_the_word_that_tables_print() {
    let env = TestEnv::new();
    for (word, meant) in [
        ("success", "completed"),
        ("complet", "completed"),
        ("errors", "failed"),
    ] {
        let line = [&["runs", "--status", word], &MAIN[..]].concat();
        let output = env.tasks(&line).succeeds();
        let warning = format!("unknown status `{word}`; did you mean `{meant}`?");
        assert!(output.stderr.contains(&warning), "{output}");
    }
}
