//! Help: every command has it, it is whole, and its examples are lines that the program takes.

use clap::Command;

use crate::support::home::Home;
use crate::support::lines::invocations;

/// Every command that help shows, as the words that lead to it; the program itself is no words.
fn commands() -> Vec<(Vec<String>, Command)> {
    fn walk(path: &[String], command: &Command, found: &mut Vec<(Vec<String>, Command)>) {
        found.push((path.to_owned(), command.clone()));
        for below in command.get_subcommands() {
            if !below.is_hide_set() && below.get_name() != "help" {
                let mut path = path.to_owned();
                path.push(below.get_name().to_owned());
                walk(&path, below, found);
            }
        }
    }
    let mut found = Vec::new();
    let mut root = lagoon_tasks::cli::command();
    root.build();
    walk(&[], &root, &mut found);
    found
}

/// Whether the program would take these arguments; says what clap says when not.
pub(crate) fn takes(args: &[String]) -> Result<(), String> {
    let line = std::iter::once("tasks").chain(args.iter().map(String::as_str));
    match lagoon_tasks::cli::command().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn help(path: &[String]) -> String {
    let home = Home::new();
    let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
    args.push("--help");
    let output = home.tasks(&args).succeeds();
    assert_eq!(output.stderr, "", "{args:?}");
    output.stdout
}

#[test]
fn every_command_says_what_it_does_and_shows_how() {
    for (path, command) in commands() {
        let name = path.join(" ");
        let help = help(&path);
        let first = help.lines().next().unwrap_or("");
        assert!(first.starts_with(char::is_uppercase), "{name}: {first}");
        assert!(!first.ends_with('.'), "{name}: {first}");
        assert!(help.contains("Usage: "), "{name}");
        if !command.has_subcommands() {
            assert!(help.contains("\nExamples:\n"), "{name} has no examples");
        }
        insta::assert_snapshot!(snapshot_name(&path), help);
    }
}

fn snapshot_name(path: &[String]) -> String {
    match path {
        [] => String::from("tasks"),
        path => path.join("-"),
    }
}

#[test]
fn examples_are_lines_that_are_taken() {
    let mut texts: Vec<(String, String)> = commands()
        .iter()
        .map(|(path, _)| (path.join(" "), help(path)))
        .collect();
    texts.extend(TOPICS.map(|topic| (topic.to_owned(), topic_text(topic))));
    for (name, text) in texts {
        let Some((_, examples)) = text
            .split_once("\nExamples:\n")
            .or_else(|| text.split_once("\nExample:\n"))
        else {
            continue;
        };
        let lines = invocations(examples);
        assert!(!lines.is_empty(), "{name}: no example starts with `tasks`");
        for line in lines {
            takes(&line).unwrap_or_else(|error| panic!("{name}, {line:?}: {error}"));
        }
    }
}

const TOPICS: [&str; 3] = ["exit-codes", "environment", "formatting"];

fn topic_text(topic: &str) -> String {
    Home::new().tasks(&["help", topic]).succeeds().stdout
}

#[test]
fn topics_are_there() {
    for topic in TOPICS {
        insta::assert_snapshot!(format!("topic-{topic}"), topic_text(topic));
    }
}

#[test]
fn a_wrong_line_is_not_taken() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(takes(&words("list --no-such-flag")).is_err());
    assert!(takes(&words("no-such-command")).is_err());
    assert!(takes(&words("context list")).is_ok());
}
