//! `tasks man`: man pages for each command and topic.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::app::{self, App};
use crate::error::Error;

const EXAMPLES: &str = "\
Examples:
  # Read the man page
  tasks man | man -l -
  # Install all pages for your user
  tasks man --dir ~/.local/share/man/man1
  # Install all pages for all users
  sudo tasks man --dir /usr/local/share/man/man1";

/// Print or install man pages
///
/// Prints tasks(1). With --dir, writes all pages: one for each command, such as tasks-invoke(1), and
/// one for each topic, such as tasks-environment(1).
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Write all pages to this folder, which is created if necessary
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// The name and text of a help topic. The first line is the title.
pub(crate) type Topic = (&'static str, &'static str);

pub(crate) fn run(args: &ManArgs, app: &App, root: Command, topics: &[Topic]) -> Result<(), Error> {
    let pages = pages(root, topics);
    let Some(dir) = &args.dir else {
        let root = pages.first().map_or("", |(_, text)| text);
        return app::print(&app.ui, root);
    };
    let failed = |path: &Path, error: std::io::Error| {
        Error::usage(format!("--dir: cannot write {}", path.display())).because(error)
    };
    std::fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
    for (name, text) in &pages {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    app.ui
        .note(&format!("{} pages are in {}", pages.len(), dir.display()));
    Ok(())
}

/// File names and texts, the root's first.
fn pages(root: Command, topics: &[Topic]) -> Vec<(String, String)> {
    // Each page is complete: no flag is hidden.
    let mut root = without_help(root);
    root.build();
    let mut pages = Vec::new();
    collect(&root, topics, &mut pages);
    let topics = topics.iter().map(|this| topic(this, topics));
    pages.extend(topics);
    pages
}

fn without_help(command: Command) -> Command {
    command
        .disable_help_subcommand(true)
        .mut_args(|arg| arg.hide_short_help(false))
        .mut_subcommands(without_help)
}

fn collect(command: &Command, topics: &[Topic], pages: &mut Vec<(String, String)>) {
    pages.push(page(command, topics));
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .for_each(|below| collect(below, topics, pages));
}

fn page(command: &Command, topics: &[Topic]) -> (String, String) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let man = Man::new(command.clone().override_usage(usage));
    let mut text = Vec::new();
    // Writing into memory does not fail.
    let _ = man.render_name_section(&mut text);
    let _ = man.render_synopsis_section(&mut text);
    let _ = man.render_description_section(&mut text);
    let _ = man.render_options_section(&mut text);
    if command.has_subcommands() {
        let _ = man.render_subcommands_section(&mut text);
    }
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut text = title(name) + &String::from_utf8_lossy(&text);
    let mut end = Roff::default();
    let after = command.get_after_help().map(ToString::to_string);
    if let Some((heading, examples)) = after.as_deref().and_then(|text| text.split_once(":\n")) {
        verbatim(&mut end, &heading.to_uppercase(), examples);
    }
    see_also(&mut end, name, topics);
    text.push_str(&end.render());
    (format!("{name}.1"), text)
}

/// The first line, with an empty date, so that pages are reproducible. clap_mangen would omit the
/// field.
fn title(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH \"{name}\" \"1\" \"\" \"tasks {version}\" \"Tasks on Lagoon\"\n")
}

fn topic((name, text): &Topic, topics: &[Topic]) -> (String, String) {
    let mut page = Roff::default();
    let name = format!("tasks-{name}");
    let (about, rest) = text.split_once('\n').unwrap_or((text, ""));
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {about}"))]);
    verbatim(&mut page, "DESCRIPTION", rest.trim_start_matches('\n'));
    see_also(&mut page, &name, topics);
    (format!("{name}.1"), title(&name) + &page.render())
}

/// A section that keeps its line breaks.
fn verbatim(page: &mut Roff, heading: &str, text: &str) {
    page.control("SH", [heading]);
    page.control("nf", []);
    for line in text.trim_end().lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
}

fn see_also(page: &mut Roff, of: &str, topics: &[Topic]) {
    let others = std::iter::once("tasks".to_owned())
        .chain(topics.iter().map(|(name, _)| format!("tasks-{name}")))
        .filter(|name| name != of);
    let mut line = Vec::new();
    for name in others {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    page.control("SH", ["SEE ALSO"]);
    page.text(line);
}
