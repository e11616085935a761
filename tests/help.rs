//! Help: every command has it, it is whole, and its examples are lines that the program takes.

use std::path::Path;
use std::sync::LazyLock;

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
    let mut root = lagoon_tasks::internal::command();
    root.build();
    walk(&[], &root, &mut found);
    found
}

/// Whether the program would take these arguments; says what clap says when not.
pub(crate) fn takes(args: &[String]) -> Result<(), String> {
    let line = std::iter::once("tasks").chain(args.iter().map(String::as_str));
    match lagoon_tasks::internal::command().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// A command, the words that lead to it, and what `--help` prints.
struct Page {
    name: String,
    command: Command,
    help: String,
}

/// The help of every command, printed by the program.
fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let home = Home::new();
        let page = |(path, command): (Vec<String>, Command)| {
            let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
            args.push("--help");
            let output = home.tasks(&args).succeeds();
            assert_eq!(output.stderr, "", "{args:?}");
            Page {
                name: [&["tasks".to_owned()], &path[..]].concat().join(" "),
                command,
                help: output.stdout,
            }
        };
        commands().into_iter().map(page).collect()
    });
    &PAGES
}

#[test]
fn every_command_says_what_it_does_and_shows_how() {
    for Page {
        name,
        command,
        help,
    } in pages()
    {
        let first = help.lines().next().unwrap_or("");
        assert!(first.starts_with(char::is_uppercase), "{name}: {first}");
        assert!(!first.ends_with('.'), "{name}: {first}");
        assert!(help.contains("Usage: "), "{name}");
        if !command.has_subcommands() {
            assert!(help.contains("\nExamples:\n"), "{name} has no examples");
        }
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
    }
}

#[test]
fn examples_are_lines_that_are_taken() {
    let helps = pages().iter().map(|page| (&*page.name, page.help.clone()));
    let topics = TOPICS.map(|topic| (topic, topic_text(topic)));
    for (name, text) in helps.chain(topics) {
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

/// The parts of a help text that begin with a heading; the first one has none.
fn blocks(help: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in help.lines() {
        if line.ends_with(':') && !line.starts_with(' ') {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line.trim_end());
            block.push('\n');
        }
    }
    blocks
}

/// The blocks that most commands share, such as the global options.
fn shared() -> Vec<String> {
    let all: Vec<String> = pages().iter().flat_map(|page| blocks(&page.help)).collect();
    let count = |block: &String| all.iter().filter(|other| *other == block).count();
    let mut shared: Vec<String> = Vec::new();
    for block in &all {
        if count(block) * 2 > pages().len() && !shared.contains(block) {
            shared.push(block.clone());
        }
    }
    shared
}

/// `docs/commands.md`: the help of every command and topic, each shared block once.
fn reference() -> String {
    let shared = shared();
    let abridged = |block: String| {
        if !shared.contains(&block) {
            return block;
        }
        let heading = block.lines().next().unwrap_or_default();
        format!("{heading}\n  See \"Shared options\"\n\n")
    };
    let mut sections = vec![("Shared options".to_owned(), shared.concat())];
    sections.extend(pages().iter().map(|page| {
        let text: String = blocks(&page.help).into_iter().map(abridged).collect();
        (page.name.clone(), text)
    }));
    sections.extend(TOPICS.map(|topic| (format!("tasks help {topic}"), topic_text(topic))));
    let mut document = String::from(
        "# Command reference\n\n\
         The output of `tasks COMMAND --help` for every command. A test keeps this page current; to\n\
         update it, run `TASKS_UPDATE_DOCS=1 cargo test commands_reference`.\n\n",
    );
    for (title, _) in &sections {
        let is_below = title.split(' ').count() > 2 && !title.starts_with("tasks help ");
        let indent = if is_below { "  " } else { "" };
        let anchor = title.to_lowercase().replace(' ', "-");
        document.push_str(&format!("{indent}* [{title}](#{anchor})\n"));
    }
    for (title, text) in sections {
        let text = text.trim_end();
        document.push_str(&format!("\n## {title}\n\n```text\n{text}\n```\n"));
    }
    document
}

#[test]
fn commands_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let reference = reference();
    if std::env::var_os("TASKS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &reference).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        current == reference,
        "docs/commands.md is not current; run: TASKS_UPDATE_DOCS=1 cargo test commands_reference"
    );
}

#[test]
fn a_wrong_line_is_not_taken() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(takes(&words("list --no-such-flag")).is_err());
    assert!(takes(&words("no-such-command")).is_err());
    assert!(takes(&words("context list")).is_ok());
}
