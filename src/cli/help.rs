//! The root's help, with commands in groups, which clap does not have.

use clap::Command;
use clap::builder::StyledStr;
use clap::builder::styling::{AnsiColor, Style, Styles};

use crate::terminal::{Stream, Ui};

/// Replaced by [`with_groups`], which needs the finished list of commands.
pub(super) const PLACEHOLDER: &str = "{about}";

/// Every command that the help shows is in one of these groups.
const GROUPS: [(&str, &str); 6] = [
    ("Tasks", "list show define update delete"),
    ("As code", "export diff apply lint"),
    ("Running", "invoke exec rerun"),
    ("Runs", "runs status logs wait cancel files"),
    (
        "Set-up",
        "login logout whoami context projects environments doctor",
    ),
    ("More", "api sandbox completions man"),
];

const TOPICS: &str = "exit-codes, environment, formatting";

const HEADING: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default();

pub(super) fn with_groups(command: Command) -> Command {
    let mut text = format!("{{about}}\n\n{HEADING}Usage:{HEADING:#} {{usage}}\n");
    for (group, names) in GROUPS {
        let found: Vec<&Command> = names
            .split(' ')
            .filter_map(|name| command.find_subcommand(name))
            .collect();
        if found.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{HEADING}{group}:{HEADING:#}\n"));
        for command in found {
            let name = command.get_name();
            let about = command.get_about().map(ToString::to_string);
            let about = about.unwrap_or_default();
            text.push_str(&format!("  {NAME}{name:<13}{NAME:#} {about}\n"));
        }
    }
    text.push_str(&format!(
        "\n{HEADING}Topics:{HEADING:#} {TOPICS} (tasks help TOPIC)\n\n\
         {HEADING}Flags of every command:{HEADING:#}\n{{options}}\n\n\
         Start with: tasks --context sandbox list\n"
    ));
    let styles = Styles::styled()
        .header(HEADING)
        .usage(HEADING)
        .literal(NAME)
        .placeholder(Style::new());
    command.help_template(text).styles(styles)
}

pub(super) fn render(command: &mut Command, ui: &Ui) -> String {
    text(&command.render_help(), ui)
}

/// clap's text, in colour if stdout has colour.
pub(super) fn text(text: &StyledStr, ui: &Ui) -> String {
    if ui.palette(Stream::Out).is_enabled() {
        text.ansi().to_string()
    } else {
        text.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_a_group_and_every_topic_is_one() {
        let command = crate::cli::command();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|g| g.1.split(' ')).collect();
        for sub in command.get_subcommands() {
            let name = sub.get_name();
            let place = if sub.is_hide_set() {
                TOPICS.contains(name) || name.starts_with("__")
            } else {
                grouped.contains(&name)
            };
            assert!(place, "{name} is in no group");
        }
        for topic in TOPICS.split(", ") {
            assert!(command.find_subcommand(topic).is_some(), "{topic}");
        }
    }
}
