//! Help: its layout, its wording, and its examples, which must be valid commands.

use std::path::Path;
use std::sync::LazyLock;

use clap::Command;

use crate::support::home::Home;
use crate::support::lines::invocations;

/// Every command that help shows, with its words after `tasks`.
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

/// Checks that the program accepts these arguments; the error is clap's.
pub(crate) fn takes(args: &[String]) -> Result<(), String> {
    let line = std::iter::once("tasks").chain(args.iter().map(String::as_str));
    match lagoon_tasks::internal::command().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// A command, the words that lead to it, and its help.
struct Page {
    name: String,
    command: Command,
    /// The output of `--help`.
    help: String,
    /// The output of `-h`.
    short: String,
}

/// The help of every command, printed by the program without a terminal, for 80 columns.
fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let home = Home::new();
        let print = |path: &[String], flag: &'static str| {
            let words = path.iter().map(String::as_str);
            let args: Vec<&str> = words.chain([flag]).collect();
            let output = home.tasks(&args).succeeds();
            assert_eq!(output.stderr, "", "{args:?}");
            output.stdout
        };
        let page = |(path, command): (Vec<String>, Command)| Page {
            name: [&["tasks".to_owned()], &path[..]].concat().join(" "),
            command,
            help: print(&path, "--help"),
            short: print(&path, "-h"),
        };
        commands().into_iter().map(page).collect()
    });
    &PAGES
}

/// The pages of the commands, without that of `tasks` itself.
fn command_pages() -> impl Iterator<Item = &'static Page> {
    pages().iter().filter(|page| page.name != "tasks")
}

/// Openers that name a question instead of a thing or an action.
const FORBIDDEN: [&str; 12] = [
    "What", "Whether", "Who", "Whom", "Why", "Where", "Which", "How", "When", "It", "The", "A",
];

/// The reason why this line cannot begin a description, if any.
fn bad_opener(line: &str) -> Option<String> {
    let first = line.split(' ').next().unwrap_or_default();
    if FORBIDDEN.contains(&first) {
        return Some(format!("it begins with {first}"));
    }
    if !first.starts_with(|c: char| c.is_uppercase()) {
        return Some("it begins with a lower-case letter".to_owned());
    }
    line.ends_with('.')
        .then(|| "it ends with a stop".to_owned())
}

#[test]
fn every_command_has_a_short_imperative_title() {
    for Page { name, help, .. } in pages() {
        let first = help.lines().next().unwrap_or("");
        assert!(first.chars().count() <= 50, "{name}: {first}");
        assert_eq!(bad_opener(first), None, "{name}: {first}");
        assert!(help.contains("\nUsage: "), "{name}");
    }
    assert!(bad_opener("What a run printed").is_some());
    assert!(bad_opener("Print logs.").is_some());
    assert_eq!(bad_opener("Print logs"), None);
}

#[test]
fn every_description_begins_with_a_verb_or_a_noun() {
    for Page { name, command, .. } in pages() {
        for arg in command.get_arguments() {
            let id = arg.get_id();
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert_eq!(bad_opener(&help), None, "{name}, {id}: {help}");
            for value in arg.get_possible_values() {
                let about = value.get_help().map(ToString::to_string);
                let about = about.unwrap_or("Listed".to_owned());
                assert_eq!(bad_opener(&about), None, "{name}, {id}: {about}");
            }
        }
    }
}

#[test]
fn help_fits_on_two_screens() {
    for Page {
        name, help, short, ..
    } in pages()
    {
        let lines = help.lines().count();
        // The overview has a line for each command.
        let most = if name == "tasks" { 66 } else { 60 };
        assert!(lines <= most, "{name} --help has {lines} lines");
        if name != "tasks" {
            let lines = short.lines().count();
            assert!(lines <= 45, "{name} -h has {lines} lines");
            assert!(lines < help.lines().count(), "{name} -h is not shorter");
        }
        for line in help.lines().chain(short.lines()) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn short_help_shows_the_target_options_first() {
    let without = ["tasks completions", "tasks man", "tasks sandbox"];
    for Page { name, short, .. } in command_pages() {
        if without.iter().any(|prefix| name.starts_with(prefix)) {
            assert!(!short.contains("--environment"), "{name}");
            continue;
        }
        let options = short.lines().filter(|line| line.starts_with("  -"));
        let options: Vec<&str> = options.map(|line| &line[2..4]).collect();
        let mut expected = vec!["-p", "-e", "-l", "-o"];
        expected.retain(|flag| options.contains(flag));
        assert!(options.starts_with(&expected), "{name}:\n{short}");
        // These two print no result.
        let has_result = !["tasks mcp", "tasks ui"].contains(&name.as_str());
        let last: &[&str] = if has_result { &["-l", "-o"] } else { &["-l"] };
        assert!(expected.ends_with(last), "{name}:\n{short}");
        let at = |heading: &str| short.find(heading).unwrap_or(usize::MAX);
        assert!(at("\nTarget options:\n") < at("\nOptions:\n"), "{name}");
    }
}

#[test]
fn the_global_options_take_one_line() {
    for Page { name, help, .. } in command_pages() {
        let lines: Vec<&str> = help
            .lines()
            .filter(|line| line.starts_with("Global options: "))
            .collect();
        assert_eq!(lines.len(), 1, "{name}");
        assert!(lines[0].contains("`tasks help global-options`"), "{name}");
        assert!(!help.contains("--request-timeout"), "{name}");
    }
}

#[test]
fn enumerated_options_list_their_values() {
    let mut count = 0;
    for Page {
        name,
        command,
        help,
        ..
    } in command_pages()
    {
        let words: Vec<&str> = help.split_whitespace().collect();
        let help = words.join(" ");
        for arg in command.get_arguments() {
            let values = arg.get_possible_values();
            let shown: Vec<&str> = values
                .iter()
                .filter(|value| !value.is_hide_set())
                .map(|value| value.get_name())
                .collect();
            let long = arg.get_long().unwrap_or_default();
            let is_shown = arg.is_positional() || help.contains(&format!(" --{long} "));
            if shown.is_empty() || !is_shown || arg.is_hide_possible_values_set() {
                continue;
            }
            count += 1;
            let list = format!(": {}", shown.join(", "));
            assert!(help.contains(&list), "{name} --{long}{list}");
        }
    }
    assert!(count > 50, "{count}");
}

/// The section of examples, without its heading.
fn examples(text: &str) -> Option<&str> {
    let found = text.split_once("\nExamples:\n");
    let found = found.or_else(|| text.split_once("\nExample:\n"));
    found.map(|(_, examples)| examples)
}

/// The commands of a section of examples that have no comment before them.
fn without_comment(examples: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_explained = false;
    for line in examples.lines() {
        let text = line.trim_start();
        let is_continued = line.starts_with("   ");
        if text.starts_with('#') {
            is_explained = true;
        } else if !is_explained && !is_continued {
            found.push(line);
        }
        // A comment can also explain a line that prepares its command.
        if !text.starts_with('#') && !is_continued && text.starts_with("tasks ") {
            is_explained = false;
        }
    }
    found
}

#[test]
fn every_example_has_a_comment() {
    for Page { name, help, .. } in command_pages() {
        let examples = examples(help).unwrap_or_else(|| panic!("{name} has no examples"));
        let comments = examples.lines().filter(|line| line.starts_with("  # "));
        assert!(comments.count() >= 2, "{name}: {examples}");
        for comment in examples
            .lines()
            .filter_map(|line| line.strip_prefix("  # "))
        {
            assert_eq!(bad_opener(comment), None, "{name}: {comment}");
        }
        assert_eq!(without_comment(examples), [""; 0], "{name}");
    }
    let text = "  # Show it\n  tasks show 1\n  tasks show 2\n";
    assert_eq!(without_comment(text), ["  tasks show 2"]);
}

#[test]
fn examples_are_valid_commands() {
    let helps = pages().iter().map(|page| (&*page.name, page.help.clone()));
    let topics = TOPICS.map(|topic| (topic, topic_text(topic)));
    for (name, text) in helps.chain(topics) {
        let Some(examples) = examples(&text) else {
            continue;
        };
        let lines = invocations(examples);
        assert!(!lines.is_empty(), "{name}: no example starts with `tasks`");
        for line in lines {
            takes(&line).unwrap_or_else(|error| panic!("{name}, {line:?}: {error}"));
        }
    }
}

#[test]
fn the_overview_leads_to_the_topics_the_manual_and_the_sandbox() {
    let home = Home::new();
    let overview = home.tasks(&[]).succeeds().stdout;
    assert_eq!(overview, home.tasks(&["--help"]).succeeds().stdout);
    assert_eq!(overview, home.tasks(&["help"]).succeeds().stdout);
    let (_, more) = overview.split_once("\nLearn more:\n").unwrap();
    assert!(more.contains("  tasks help TOPIC "), "{more}");
    for topic in TOPICS {
        assert!(more.contains(topic), "{more}");
    }
    assert!(more.contains("  tasks man | man -l - "), "{more}");
    assert!(more.contains("  tasks --context sandbox list "), "{more}");
}

#[test]
fn help_is_the_same_however_it_is_requested() {
    let home = Home::new();
    let help = home.tasks(&["files", "get", "--help"]).succeeds().stdout;
    for args in [
        &["help", "files", "get"][..],
        &["files", "help", "get"],
        &["-p", "shop", "files", "get", "1", "--help"],
    ] {
        assert_eq!(home.tasks(args).succeeds().stdout, help, "{args:?}");
    }
}

#[test]
fn help_is_as_wide_as_the_terminal() {
    let home = Home::new();
    for columns in [40, 60, 100, 200] {
        let command = home.command(&["runs", "--help"]);
        let command = command.env("COLUMNS", columns.to_string());
        let help = home.run(command).succeeds().stdout;
        let (text, _) = help.split_once("\nExamples:").unwrap();
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= columns.min(100), "{columns}\n{text}");
    }
}

#[test]
fn topics_are_as_wide_as_the_terminal() {
    let home = Home::new();
    for topic in TOPICS {
        let at = |args: &[&str]| {
            let command = home.command(args).env("COLUMNS", "40");
            home.run(command).succeeds().stdout
        };
        let text = at(&["help", topic]);
        assert_eq!(text, at(&[topic]));
        let (before, _) = text.split_once("\nExample").unwrap();
        let wide = before.lines().filter(|line| line.chars().count() > 40);
        assert!(wide.count() <= 2, "{text}");
    }
}

/// The help shows only formats that the command accepts, and no target option without an effect.
#[test]
fn help_shows_the_options_that_the_command_uses() {
    let home = Home::new();
    let shown = |command: &str| {
        &pages()
            .iter()
            .find(|page| page.name == command)
            .unwrap()
            .short
    };
    for (args, format, other) in [
        (&["whoami"][..], "name", "id"),
        (&["doctor"], "id", "csv"),
        (&["diff"], "id", "markdown"),
        (&["files", "get", "1"], "id", "name"),
        (&["context", "list"], "id", "name"),
        (&["export", "-p", "shop"], "json", "yaml"),
        (&["api", "{me{id}}"], "csv", "yaml"),
    ] {
        let refused = [args, &["-o", format, "-l", "sandbox"]].concat();
        home.tasks(&refused).ends_with(2);
        let words = args
            .iter()
            .take_while(|word| !word.starts_with(['-', '{', '1']));
        let name: Vec<&str> = words.copied().collect();
        let help = shown(&format!("tasks {}", name.join(" ")));
        let (_, formats) = help.split_once("Set the output format: ").unwrap();
        let formats = formats.split_once("\n\n").unwrap().0;
        let formats: Vec<&str> = formats.split([' ', ',', '\n']).collect();
        assert!(
            !formats.contains(&format) && formats.contains(&other),
            "{help}"
        );
    }
    for command in ["projects", "context list", "logout", "api"] {
        assert!(
            !shown(&format!("tasks {command}")).contains("--project"),
            "{command}"
        );
    }
    for command in ["diff", "environments", "context add", "whoami"] {
        let help = shown(&format!("tasks {command}"));
        assert!(
            help.contains("--project") && !help.contains("--environment"),
            "{command}"
        );
    }
}

const TOPICS: [&str; 4] = ["global-options", "exit-codes", "environment", "formatting"];

fn topic_text(topic: &str) -> String {
    Home::new().tasks(&["help", topic]).succeeds().stdout
}

/// `docs/commands.md`: the help of every command and topic.
fn reference() -> String {
    let pages = pages().iter();
    let pages = pages.map(|page| (page.name.clone(), page.help.clone()));
    let topics = TOPICS.map(|topic| (format!("tasks help {topic}"), topic_text(topic)));
    let sections: Vec<(String, String)> = pages.chain(topics).collect();
    let mut document = String::from(
        "# Command reference\n\n\
         The output of `tasks COMMAND --help` for every command. A test keeps this page current; to\n\
         update it, run `TASKS_UPDATE_DOCS=1 cargo test commands_reference`.\n\n",
    );
    for (title, _) in &sections {
        let is_below = title.split(' ').count() > 2 && !title.starts_with("tasks help ");
        let indent = if is_below { "  " } else { "" };
        let anchor = title.replace(' ', "-");
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
fn invalid_commands_are_recognized() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(takes(&words("list --no-such-flag")).is_err());
    assert!(takes(&words("no-such-command")).is_err());
    assert!(takes(&words("context list")).is_ok());
}
