//! The help of `tasks` itself, with commands in groups, and the choice of the page to print.

mod page;
mod topic;

use clap::Command;
use clap::builder::StyledStr;
use clap::builder::styling::Styles;

use crate::commands::topics;
use crate::terminal::{Stream, Ui};
use page::{HEADING, NAME, Page, Row};

/// clap renders this template in place of the help: the page to print, and `--help` if the help is
/// long. clap's own layout takes up to four lines for an option.
pub(super) const PLACEHOLDER: &str = "help of {name} {before-help}";
const LONG: &str = "--help";

/// Every command that the help shows is in one of these groups.
const GROUPS: [(&str, &str); 7] = [
    ("Tasks", "list show define update delete"),
    ("As code", "export diff apply lint"),
    ("Running", "invoke exec rerun"),
    ("Runs", "runs status logs wait cancel files"),
    ("Interactive", "ui"),
    (
        "Setup",
        "login logout whoami context projects environments doctor",
    ),
    ("More", "api sandbox mcp completions man"),
];

/// Commands and descriptions of the section "Learn more", beside the topics.
const MANUAL: (&str, &str) = ("tasks man | man -l -", "The manual");
const SANDBOX: (&str, &str) = (
    "tasks --context sandbox list",
    "The built-in sandbox: try tasks without a Lagoon",
);

const WIDEST: usize = 100;
const WITHOUT_TERMINAL: usize = 80;

/// Makes clap leave the help to [`text`].
pub(super) fn with_placeholders(command: Command) -> Command {
    let styles = Styles::styled()
        .header(HEADING)
        .usage(HEADING)
        .literal(NAME)
        .placeholder(clap::builder::styling::Style::new());
    with_placeholder(command).styles(styles)
}

/// Shows the topics of `tasks help`, which are hidden among the commands.
pub(super) fn with_topics(mut command: Command) -> Command {
    // This adds the subcommand `help`.
    command.build();
    command.mut_subcommand("help", |help| {
        topics::ALL.iter().fold(help, |help, (name, text)| {
            let title = text.lines().next().unwrap_or_default();
            help.mut_subcommand(name, |topic| topic.hide(false).about(title))
        })
    })
}

fn with_placeholder(command: Command) -> Command {
    command
        .help_template(PLACEHOLDER)
        .before_long_help(LONG)
        .mut_subcommands(with_placeholder)
}

/// The help of `tasks` itself.
pub(super) fn overview(root: Command, ui: &Ui) -> String {
    // Building the commands with their arguments would take most of the time.
    let mut root = root.mut_subcommands(|command| outline(&command));
    root.build();
    styled(&root_page(&root, width(ui)), ui)
}

/// A copy of the command with only its name, aliases and description, for the overview.
fn outline(command: &Command) -> Command {
    let aliases: Vec<String> = command.get_visible_aliases().map(str::to_owned).collect();
    let outline = Command::new(command.get_name().to_owned())
        .hide(command.is_hide_set())
        .visible_aliases(aliases);
    match command.get_about() {
        Some(about) => outline.about(about.clone()),
        None => outline,
    }
}

/// A topic, as wide as the terminal.
pub(super) fn topic(text: &str, ui: &Ui) -> String {
    topic::folded(text, width(ui))
}

/// clap's text, or the page that it stands for.
pub(super) fn text(text: &StyledStr, root: impl FnOnce() -> Command, ui: &Ui) -> String {
    let plain = text.to_string();
    let named = plain
        .strip_prefix("help of ")
        .and_then(|rest| rest.split_whitespace().next());
    let Some(name) = named else {
        return styled(text, ui);
    };
    let mut root = root();
    let is_named = |topic: &&(&str, &str)| name == format!("{}-{}", root.get_name(), topic.0);
    if let Some((_, text)) = topics::ALL.iter().find(is_named) {
        return topic(text, ui);
    }
    if name == root.get_name() {
        return overview(root, ui);
    }
    root.build();
    let Some(command) = find(&root, name) else {
        return styled(text, ui);
    };
    let is_long = plain.trim_end().ends_with(LONG);
    let page = Page {
        command,
        width: width(ui),
    };
    styled(&StyledStr::from(page.of_command(is_long)), ui)
}

/// The subcommand with this display name, such as `tasks-files-get`, at any depth.
fn find<'a>(command: &'a Command, name: &str) -> Option<&'a Command> {
    command.get_subcommands().find_map(|below| {
        let is_it = below.get_display_name() == Some(name);
        if is_it {
            Some(below)
        } else {
            find(below, name)
        }
    })
}

fn width(ui: &Ui) -> usize {
    let width = ui.terminal().columns(Stream::Out);
    width.map_or(WITHOUT_TERMINAL, |width| usize::from(width).min(WIDEST))
}

/// In colour if stdout has colour.
fn styled(text: &StyledStr, ui: &Ui) -> String {
    if ui.palette(Stream::Out).is_enabled() {
        text.ansi().to_string()
    } else {
        text.to_string()
    }
}

fn root_page(root: &Command, width: usize) -> StyledStr {
    let page = Page {
        command: root,
        width,
    };
    let groups = GROUPS.map(|(group, names)| {
        let found = names
            .split(' ')
            .filter_map(|name| root.find_subcommand(name));
        (group, found.map(Row::of_command).collect())
    });
    let topics: Vec<&str> = topics::ALL.iter().map(|(name, _)| *name).collect();
    let mut more = vec![Row::new(
        "tasks COMMAND --help",
        "Help of a command, with examples (-h: a summary)",
    )];
    more.push(Row::new(
        "tasks help TOPIC",
        &format!("Topics: {}", topics.join(", ")),
    ));
    more.push(Row::new(MANUAL.0, MANUAL.1));
    if root.find_subcommand("sandbox").is_some() {
        more.push(Row::new(SANDBOX.0, SANDBOX.1));
    }
    let mut options = page.target();
    options.extend(page.own());
    let sections = [("Options", options), ("Learn more", more)];
    let text = [
        page.title(),
        page.usage(),
        page.sections(&groups),
        page.sections(&sections),
    ];
    StyledStr::from(text.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_grouped_and_every_topic_exists() {
        let command = crate::cli::command();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|g| g.1.split(' ')).collect();
        let is_topic = |name: &str| topics::ALL.iter().any(|(topic, _)| *topic == name);
        for sub in command.get_subcommands() {
            let name = sub.get_name();
            let place = if sub.is_hide_set() {
                is_topic(name) || name.starts_with("__")
            } else {
                grouped.contains(&name)
            };
            assert!(place, "{name} is in no group");
        }
        for (topic, text) in topics::ALL {
            let about = command.find_subcommand(topic).and_then(Command::get_about);
            let about = about.map(ToString::to_string);
            assert_eq!(about.as_deref(), text.lines().next(), "{topic}");
        }
    }

    #[test]
    fn every_global_option_is_in_its_topic() {
        let (_, text) = topics::ALL
            .iter()
            .find(|(name, _)| *name == "global-options")
            .unwrap();
        for arg in crate::cli::command().get_arguments() {
            let flag = format!("--{}", arg.get_long().unwrap());
            assert!(text.contains(&flag), "{flag}");
            let takes_value = arg.get_action().takes_values();
            for value in arg.get_possible_values().iter().filter(|_| takes_value) {
                let is_shown = value.is_hide_set() || text.contains(value.get_name());
                assert!(is_shown, "{flag} {}", value.get_name());
            }
        }
    }
}
