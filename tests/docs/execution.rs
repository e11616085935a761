//! Executes the examples of the pages from top to bottom.
//!
//! A comment `<!-- not run: reason -->` above a block excludes it. A block with a file name after its
//! language, such as `yaml .lagoon/tasks.yml`, is written to that file.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::Page;
use super::shop::Shop;
use crate::support::home::Home;
use crate::support::markdown::Block;

/// For a page.
const DEADLINE: Duration = Duration::from_secs(180);

/// The commands of a workflow, one text per step: `run` and `script` in YAML, `sh` in a Jenkinsfile.
pub(super) fn pipeline_scripts(block: &Block) -> Vec<String> {
    if block.language == "groovy" {
        let shell = regex::Regex::new(r"(?s)\bsh '(?:''(.*?)'')?([^']*)'").unwrap();
        let found = shell.captures_iter(&block.text);
        let text = |part: regex::Captures<'_>| {
            let part = part.get(1).filter(|part| !part.is_empty()).or(part.get(2));
            part.map(|part| part.as_str().to_owned())
                .unwrap_or_default()
        };
        return found.map(text).collect();
    }
    let workflow: Value = serde_saphyr::from_str(&block.text)
        .unwrap_or_else(|error| panic!("line {}: {error}", block.line));
    let mut scripts = Vec::new();
    collect_scripts(&workflow, &mut scripts);
    scripts
}

fn collect_scripts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_scripts(item, found)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    ("run", Value::String(script)) => found.push(script.clone()),
                    ("script", Value::Array(lines)) => {
                        found.extend(lines.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    (_, value) => collect_scripts(value, found),
                }
            }
        }
        _ => {}
    }
}

/// One shell script of the blocks that are run. It names each block on stderr before it begins.
fn script(page: &Page, is_included: impl Fn(&Block) -> bool) -> String {
    let mut script = String::from("set -eu\n");
    for block in page.blocks().iter().filter(|block| is_included(block)) {
        if block
            .comment
            .as_deref()
            .is_some_and(|c| c.starts_with("not run: "))
        {
            continue;
        }
        let place = format!("{}:{}", page.name(), block.line);
        if let Some(file) = &block.file {
            let text = &block.text;
            writeln!(
                script,
                "mkdir -p \"$(dirname {file})\"\ncat > {file} <<'END OF BLOCK'\n{text}\nEND OF BLOCK"
            )
            .unwrap();
        } else if block.language == "sh" {
            writeln!(script, "echo 'at {place}' >&2\n{}", block.commands()).unwrap();
        } else if ["yaml", "groovy"].contains(&block.language.as_str()) {
            for step in pipeline_scripts(block) {
                writeln!(script, "echo 'at {place}' >&2\n({step}\n)").unwrap();
            }
        }
    }
    script
}

#[test]
fn the_tour_in_the_readme_runs_from_top_to_bottom() {
    let readme = Page::read("README.md");
    let is_tour = |block: &Block| block.headings.iter().any(|h| h == "Five-minute tour");
    let script = script(&readme, is_tour);
    assert!(script.contains("tasks invoke"), "{script}");
    let home = Home::new();
    home.run(home.shell(&script).deadline(DEADLINE)).succeeds();
}

#[test]
fn the_page_about_the_sandbox_runs_from_top_to_bottom() {
    let script = script(&Page::read("docs/sandbox.md"), |_| true);
    let home = Home::new();
    home.run(home.shell(&script).deadline(DEADLINE)).succeeds();
}

/// Runs a page in a checkout of `shop`, signed in to the context `acme`.
fn run_with_shop(page: &str) {
    let shop = Shop::new();
    let script = script(&Page::read(page), |_| true);
    shop.env
        .run(shop.shell(&script).deadline(DEADLINE))
        .succeeds();
}

#[test]
fn the_page_about_task_files_runs_from_top_to_bottom() {
    run_with_shop("docs/tasks-as-code.md");
}

#[test]
fn the_page_about_pipelines_runs_from_top_to_bottom() {
    let shop = Shop::new();
    let home = &shop.env.home;
    let export = ["export", "-p", "shop"];
    home.write(
        "work/.lagoon/tasks.yml",
        home.tasks(&export).succeeds().stdout,
    );
    let summary = home.path("summary.md");
    let script = script(&Page::read("docs/pipelines.md"), |_| true);
    let shell = shop.shell(&script).deadline(DEADLINE);
    let job = shell
        .env("CI", "true")
        .env("TASKS_API", shop.env.url())
        .env("TASKS_TOKEN", shop.env.token())
        .env("TASKS_PROJECT", "shop")
        .env("TASKS_ENVIRONMENT", "main")
        .env("GITHUB_STEP_SUMMARY", summary.as_os_str());
    shop.env.run(job).succeeds();
    assert!(!std::fs::read_to_string(summary).unwrap().is_empty());
}

#[test]
fn the_page_about_signing_in_runs_from_top_to_bottom() {
    run_with_shop("docs/signing-in.md");
}

#[test]
fn the_page_about_scripts_runs_from_top_to_bottom() {
    run_with_shop("docs/scripting.md");
}

#[test]
fn the_page_for_users_of_the_lagoon_cli_runs_from_top_to_bottom() {
    run_with_shop("docs/coming-from-the-lagoon-cli.md");
}

#[test]
fn the_fixes_for_common_errors_run_from_top_to_bottom() {
    run_with_shop("docs/troubleshooting.md");
}
