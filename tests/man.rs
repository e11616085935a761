//! `tasks man` and `tasks completions --dir`: the files that a package installs.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Command;

use crate::support::home::Home;
use crate::support::tool;

/// The pages that there should be.
fn expected() -> BTreeSet<String> {
    fn walk(command: &Command, found: &mut BTreeSet<String>) {
        found.insert(format!("{}.1", command.get_display_name().unwrap()));
        for below in command.get_subcommands() {
            if !below.is_hide_set() && below.get_name() != "help" {
                walk(below, found);
            }
        }
    }
    let mut root = lagoon_tasks::internal::command();
    root.build();
    let mut found = BTreeSet::new();
    // The root's display name is its name.
    found.insert("tasks.1".to_owned());
    for below in root.get_subcommands() {
        if below.get_name() == "help" {
            continue;
        }
        if below.is_hide_set() {
            found.insert(format!("tasks-{}.1", below.get_name()));
        } else {
            walk(below, &mut found);
        }
    }
    found
}

fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn every_command_and_topic_has_a_page() {
    let home = Home::new();
    let output = home.tasks(&["man", "--dir", "share/man1"]).succeeds();
    assert_eq!(output.stdout, "");
    let folder = home.path("work/share/man1");
    assert_eq!(names(&folder), expected());
    for name in names(&folder) {
        let page = std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(page.starts_with(".TH \"tasks"), "{name}: {page}");
        for section in ["NAME", "DESCRIPTION", "\"SEE ALSO\""] {
            assert!(
                page.contains(&format!(".SH {section}\n")),
                "{name}: {section}"
            );
        }
    }
    // Again: the pages are replaced.
    home.tasks(&["man", "--dir", "share/man1"]).succeeds();
}

#[test]
fn without_a_folder_the_first_page_is_printed() {
    let home = Home::new();
    let printed = home.tasks(&["man"]).succeeds();
    home.tasks(&["man", "--dir", "."]).succeeds();
    let written = std::fs::read_to_string(home.path("work/tasks.1")).unwrap();
    assert_eq!(printed.stdout, written);
}

#[test]
fn man_pages_match_the_help() {
    let home = Home::new();
    home.tasks(&["man", "--dir", "."]).succeeds();
    let page = std::fs::read_to_string(home.path("work/tasks-api.1")).unwrap();
    // Without the marks of the format.
    let page = page
        .replace("\\-", "-")
        .replace("\\fB", "")
        .replace("\\fR", "");
    for part in [
        ".TH \"tasks-api\" \"1\" \"\" \"tasks ",
        "tasks api [OPTIONS] [DOCUMENT]",
        "--operation",
        "Select an operation of the document",
        // The global options, which the help of a command omits.
        "Select a Lagoon",
        ".SH EXAMPLES\n.nf\n",
        "tasks api --file runs.graphql",
        "tasks-environment(1)",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn man_pages_are_valid() {
    if !tool::have("mandoc") {
        return;
    }
    let home = Home::new();
    home.tasks(&["man", "--dir", "."]).succeeds();
    for name in expected() {
        let lint = home
            .shell(&format!(
                "mandoc -T lint -W error {name} && mandoc -T utf8 {name}"
            ))
            .stdin("");
        let output = home.run(lint).succeeds();
        let heading = name.trim_end_matches(".1");
        assert!(output.stdout.contains(&format!("{heading}(1)")), "{output}");
        assert_eq!(output.stderr, "", "{name}");
    }
}

#[test]
fn an_unwritable_folder_is_a_usage_error() {
    let home = Home::new();
    home.write("work/file", "");
    for command in ["man", "completions"] {
        let output = home.tasks(&[command, "--dir", "file"]).ends_with(2);
        assert!(output.stderr.contains("--dir"), "{output}");
        assert!(output.stderr.contains("file"), "{output}");
    }
}

#[test]
fn completions_are_installed_under_the_expected_names() {
    let home = Home::new();
    home.tasks(&["completions", "--dir", "all"]).succeeds();
    let all = [
        "_tasks",
        "tasks.bash",
        "tasks.elv",
        "tasks.fish",
        "tasks.ps1",
    ];
    assert_eq!(names(&home.path("work/all")), all.map(str::to_owned).into());
    home.tasks(&["completions", "zsh", "--dir", "zsh"])
        .succeeds();
    assert_eq!(names(&home.path("work/zsh")), ["_tasks".to_owned()].into());
    let printed = home.tasks(&["completions", "zsh"]).succeeds().stdout;
    for folder in ["all", "zsh"] {
        let written = std::fs::read_to_string(home.path(&format!("work/{folder}/_tasks"))).unwrap();
        assert_eq!(written, printed);
    }
    home.tasks(&["completions"]).ends_with(2);
    home.tasks(&["completions", "tcsh"]).ends_with(2);
}
