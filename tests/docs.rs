//! README and the pages in `docs`: every command is valid, links have targets, and commands that the sandbox
//! can carry out are executed.

mod execution;
mod messages;
mod shop;

use std::path::{Path, PathBuf};

use crate::support::lines::invocations;
use crate::support::markdown::{Block, anchors, blocks, links, spans};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A page of the documentation.
struct Page {
    /// Relative to the root of the repository.
    path: PathBuf,
    text: String,
}

impl Page {
    fn read(path: &str) -> Page {
        let text = std::fs::read_to_string(root().join(path));
        Page {
            path: path.into(),
            text: text.unwrap_or_else(|error| panic!("{path}: {error}")),
        }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn blocks(&self) -> Vec<Block> {
        blocks(&self.text)
    }

    /// The commands in code blocks, workflows of pipelines and code spans, each with its line.
    fn commands(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for block in self.blocks() {
            let scripts = match block.language.as_str() {
                "sh" => vec![block.commands()],
                "yaml" | "groovy" => execution::pipeline_scripts(&block),
                _ => Vec::new(),
            };
            for command in scripts.iter().flat_map(|script| invocations(script)) {
                found.push((block.line, command));
            }
        }
        for span in spans(&self.text) {
            if !span.starts_with("tasks ") {
                continue;
            }
            for mut command in invocations(&span) {
                if command.len() == 1 {
                    // The mere name of a command, which may have required arguments.
                    command.push("--help".to_owned());
                }
                found.push((0, command));
            }
        }
        found
    }
}

/// All pages except `docs/commands.md`, which is generated, and the changelog.
fn pages() -> Vec<Page> {
    let folder = std::fs::read_dir(root().join("docs")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names
        .filter(|name| name.ends_with(".md") && name != "commands.md")
        .map(|name| format!("docs/{name}"))
        .chain(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned))
        .collect();
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

#[test]
fn the_readme_begins_with_the_commands_of_a_new_clone() {
    let blocks = Page::read("README.md").blocks();
    let shell = blocks.iter().filter(|block| block.language == "sh");
    let texts: Vec<String> = shell.map(Block::commands).take(2).collect();
    assert_eq!(
        texts,
        [
            "cargo run -- --context sandbox invoke \"Run yarn audit\" -e main --follow --yes",
            "cargo test",
        ]
    );
}

#[test]
fn the_readme_is_short() {
    let readme = Page::read("README.md").text;
    assert!(readme.lines().count() < 250);
    let introduction = readme.lines().skip(2).take_while(|line| !line.is_empty());
    assert!(introduction.count() <= 5);
}

#[test]
fn every_command_is_valid() {
    for page in pages() {
        for (line, command) in page.commands() {
            super::help::takes(&command)
                .unwrap_or_else(|error| panic!("{}:{line}: {command:?}: {error}", page.name()));
        }
    }
}

/// The commands of `console` blocks fail on purpose; [`messages`] runs them.
#[test]
fn only_the_page_about_errors_shows_output() {
    for page in pages() {
        let has_output = page.blocks().iter().any(|b| b.language == "console");
        assert_eq!(has_output, page.name() == messages::PAGE, "{}", page.name());
    }
}

#[test]
fn the_guides_contain_commands() {
    for page in pages() {
        let is_guide = page.path.starts_with("docs")
            && !["architecture.md", "benchmarks.md"].contains(&&page.name()[5..]);
        if is_guide {
            assert!(page.commands().len() > 5, "{}", page.name());
        }
    }
}

/// A link of `page` that leads nowhere, if there is one.
fn dead_link(page: &Page) -> Option<String> {
    let folder = root().join(page.path.parent()?);
    links(&page.text).into_iter().find(|link| {
        if ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| link.starts_with(scheme))
        {
            return false;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
        // The pictures are generated; another test requires them.
        if path.contains("pictures/") {
            return false;
        }
        let target = match path {
            "" => root().join(&page.path),
            path => folder.join(path),
        };
        let is_anchor = || {
            let text = std::fs::read_to_string(&target).unwrap_or_default();
            anchors(&text).iter().any(|found| found == anchor)
        };
        Path::new(path).is_absolute() || !target.exists() || !(anchor.is_empty() || is_anchor())
    })
}

#[test]
fn links_are_relative_and_lead_to_files_and_headings_that_exist() {
    for page in pages().into_iter().chain([Page::read("CHANGELOG.md")]) {
        assert_eq!(dead_link(&page), None, "{}", page.name());
    }
}

#[test]
fn a_dead_link_is_reported() {
    let page = |text: &str| Page {
        path: "docs/page.md".into(),
        text: text.to_owned(),
    };
    for text in [
        "[a](../README.md)",
        "[a](architecture.md#modules)",
        "[a](https://a.example)",
    ] {
        assert_eq!(dead_link(&page(text)), None, "{text}");
    }
    for link in ["README.md", "architecture.md#no-such-heading", "/README.md"] {
        assert_eq!(
            dead_link(&page(&format!("[a]({link})"))).as_deref(),
            Some(link)
        );
    }
}

#[test]
fn the_readme_links_to_every_page() {
    let readme = Page::read("README.md");
    let linked = links(&readme.text);
    for page in pages() {
        let name = page.name();
        if name.starts_with("docs/") && name != "docs/architecture.md" {
            assert!(linked.iter().any(|link| link.starts_with(&name)), "{name}");
        }
    }
}
