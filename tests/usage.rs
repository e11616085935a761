//! Wrong use: exit code 2, and an error that programs can read, whoever found it.

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
        (&["lst"][..], "`list`"),
        (&["context", "lst"], "`list`"),
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
fn a_served_sandbox_exits_with_the_code_of_the_signal() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let home = Home::new();
        let mut running = home.command(&["sandbox", "serve", "--simulate"]).start();
        let folder = home.path(".local/share/lagoon-tasks/sandbox/lagoon.sqlite");
        while !folder.exists() {
            assert!(!running.has_exited());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        running.signal(signal);
        running.finish().ends_with(code);
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
