//! The layout of a help page: one line for an option where it fits.

use clap::builder::styling::{AnsiColor, Style};
use clap::{Arg, Command};

use crate::settings::{GLOBAL_OPTIONS, SANDBOX_OPTIONS, TARGET_OPTIONS};
use crate::terminal::width::filled;

pub(super) const HEADING: Style = Style::new().bold();
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();
const COMMENT: Style = Style::new().dimmed();

/// Global options in the help of a command, by id.
const GLOBAL_EXAMPLES: [(&str, &str); 4] = [
    ("yes", "-y"),
    ("quiet", "-q"),
    ("verbose", "-v"),
    ("jq", "--jq"),
];

/// Commands that use no project, environment or context.
const WITHOUT_TARGET: [&str; 3] = ["completions", "man", "sandbox"];

/// The widest left column. The description of a wider option is on the next line.
const LEFT: usize = 30;

/// A line of a section: an option, argument or command, and its description.
pub(super) struct Row {
    /// Flags or a command, shown in colour.
    name: String,
    /// The value of a flag, or a positional argument.
    value: String,
    about: String,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, about: &str) -> Row {
        Row {
            name: name.into(),
            value: String::new(),
            about: about.to_owned(),
        }
    }

    pub(super) fn of_command(command: &Command) -> Row {
        let mut row = Row::new(command.get_name(), &about(command));
        let aliases: Vec<&str> = command.get_visible_aliases().collect();
        if !aliases.is_empty() {
            row.about = format!("{} [alias: {}]", row.about, aliases.join(", "));
        }
        row
    }

    fn of_arg(arg: &Arg) -> Row {
        let spelled = arg.to_string();
        let long = arg.get_long().map(|long| format!("--{long}"));
        let value = match &long {
            Some(long) => spelled.strip_prefix(long.as_str()).unwrap_or_default(),
            None => &spelled,
        };
        let name = match (arg.get_short(), &long) {
            (Some(short), Some(long)) => format!("-{short}, {long}"),
            (None, Some(long)) => format!("    {long}"),
            _ => String::new(),
        };
        Row {
            name,
            value: value.to_owned(),
            about: description(arg),
        }
    }

    fn width(&self) -> usize {
        self.name.chars().count() + self.value.chars().count()
    }
}

/// The help, the values, and the default.
fn description(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let (help, default) = match help.split_once(" [default: ") {
        Some((help, default)) => (help, Some(default.trim_end_matches(']').to_owned())),
        None => (help.as_str(), None),
    };
    let mut text = match arg.get_id().as_str() {
        "help" => "Print help".to_owned(),
        _ => help.to_owned(),
    };
    let values = arg.get_possible_values();
    let shown = values.iter().filter(|value| !value.is_hide_set());
    let names: Vec<&str> = shown.map(|value| value.get_name()).collect();
    if !names.is_empty() && !arg.is_hide_possible_values_set() {
        text = format!("{text}: {}", names.join(", "));
    }
    let takes_value = arg.get_action().takes_values() && !arg.is_hide_default_value_set();
    let values = arg.get_default_values().iter();
    let by_clap = values.map(|value| value.to_string_lossy()).next();
    let default = default.or(by_clap.filter(|_| takes_value).map(Into::into));
    match default {
        Some(default) => {
            // It is not wrapped.
            let default = format!("[default: {default}]").replace(' ', UNBROKEN);
            format!("{text} {default}")
        }
        None => text,
    }
}

fn about(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string);
    about.unwrap_or_default()
}

pub(super) struct Page<'a> {
    /// Built, as the child of its parent.
    pub(super) command: &'a Command,
    pub(super) width: usize,
}

impl Page<'_> {
    /// The line about the global options.
    fn global_options(&self) -> String {
        let is_hidden = |id: &str| {
            let mut args = self.command.get_arguments();
            args.any(|arg| arg.get_id() == id && arg.is_hide_set())
        };
        let shown = GLOBAL_EXAMPLES.iter().filter(|(id, _)| !is_hidden(id));
        let names: Vec<&str> = shown.map(|(_, name)| *name).collect();
        format!(
            "{} and more (see `tasks help global-options`)",
            names.join(", ")
        )
    }

    /// The help of a command other than the root. The short form omits rare options, details and
    /// examples.
    pub(super) fn of_command(&self, is_long: bool) -> String {
        let mut text = self.title();
        if is_long {
            text.push_str(&self.details());
        }
        text.push_str(&self.usage());
        let mut sections = vec![
            ("Commands", self.commands()),
            ("Arguments", self.arguments()),
        ];
        if self.has_target() {
            sections.push((TARGET_OPTIONS, self.target()));
        }
        if is_long {
            sections.push(("Options", self.own()));
            sections.push((SANDBOX_OPTIONS, self.of_sandbox()));
            sections.extend(self.further());
            text.push_str(&self.sections(&sections));
            let heading = format!("{GLOBAL_OPTIONS}:");
            let line = format!("{heading} {}", self.global_options());
            let lines = wrapped(&line, self.width).join("\n  ");
            let rest = lines.trim_start_matches(&heading);
            text.push_str(&format!("\n{HEADING}{heading}{HEADING:#}{rest}\n"));
            text.push_str(&self.examples());
        } else {
            let is_own = |arg: &Arg| !arg.is_hide_short_help_set();
            sections.push(("Options", self.rows(|arg| is_own(arg) && is_plain(arg))));
            sections.push((SANDBOX_OPTIONS, self.of_sandbox()));
            text.push_str(&self.sections(&sections));
            let path: Vec<&str> = self.path().collect();
            text.push_str(&format!(
                "\nSee `{} --help` for details, all options and examples\n",
                path.join(" ")
            ));
        }
        text
    }

    pub(super) fn title(&self) -> String {
        format!("{}\n", about(self.command))
    }

    fn details(&self) -> String {
        let long = self.command.get_long_about().map(ToString::to_string);
        let long = long.unwrap_or_default();
        let mut text = String::new();
        for paragraph in long.split("\n\n").skip(1) {
            text.push('\n');
            for line in wrapped(paragraph, self.width) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }

    pub(super) fn usage(&self) -> String {
        let usage = self.command.clone().render_usage();
        format!("\n{}\n", usage.ansi())
    }

    fn commands(&self) -> Vec<Row> {
        let all = self.command.get_subcommands();
        let shown = all.filter(|below| !below.is_hide_set() && below.get_name() != "help");
        shown.map(Row::of_command).collect()
    }

    fn arguments(&self) -> Vec<Row> {
        let all = self.command.get_positionals();
        all.map(Row::of_arg).collect()
    }

    pub(super) fn target(&self) -> Vec<Row> {
        self.rows(|arg| arg.get_help_heading() == Some(TARGET_OPTIONS))
    }

    /// The options without a heading.
    pub(super) fn own(&self) -> Vec<Row> {
        self.rows(is_plain)
    }

    /// The options for the sandbox, in the help of its commands.
    fn of_sandbox(&self) -> Vec<Row> {
        if !self.path().any(|word| word == "sandbox") {
            return Vec::new();
        }
        self.rows(|arg| arg.get_help_heading() == Some(SANDBOX_OPTIONS))
    }

    /// The command's own sections of options.
    fn further(&self) -> Vec<(&str, Vec<Row>)> {
        let global = [TARGET_OPTIONS, GLOBAL_OPTIONS, SANDBOX_OPTIONS];
        let mut sections: Vec<(&str, Vec<Row>)> = Vec::new();
        for arg in self.command.get_arguments() {
            let heading = arg.get_help_heading();
            let Some(heading) = heading.filter(|heading| !global.contains(heading)) else {
                continue;
            };
            if !sections.iter().any(|(known, _)| *known == heading) {
                let rows = self.rows(|arg| arg.get_help_heading() == Some(heading));
                sections.push((heading, rows));
            }
        }
        sections
    }

    fn rows(&self, is_wanted: impl Fn(&Arg) -> bool) -> Vec<Row> {
        let options = self.command.get_arguments();
        let options = options.filter(|arg| !arg.is_positional() && !arg.is_hide_set());
        // The overview lists it for all commands.
        let is_root = self.command.get_name() == "tasks";
        let options = options.filter(|arg| is_root || arg.get_id() != "help");
        let wanted = options.filter(|arg| is_wanted(arg));
        wanted.map(Row::of_arg).collect()
    }

    fn has_target(&self) -> bool {
        !self.path().any(|word| WITHOUT_TARGET.contains(&word))
    }

    /// The words of the command, such as `tasks files get`.
    fn path(&self) -> impl Iterator<Item = &str> {
        let name = self.command.get_bin_name();
        name.unwrap_or_default().split(' ')
    }

    /// Sections with their descriptions in one column; empty sections are left out.
    pub(super) fn sections(&self, sections: &[(&str, Vec<Row>)]) -> String {
        let widths = sections.iter().flat_map(|(_, rows)| rows).map(Row::width);
        let widest = LEFT.min(self.width * 2 / 5);
        let left = widths.filter(|width| *width <= widest).max().unwrap_or(0);
        let mut text = String::new();
        for (heading, rows) in sections.iter().filter(|(_, rows)| !rows.is_empty()) {
            text.push_str(&format!("\n{HEADING}{heading}:{HEADING:#}\n"));
            for row in rows {
                text.push_str(&self.line(row, left));
            }
        }
        text
    }

    fn line(&self, row: &Row, left: usize) -> String {
        let Row { name, value, about } = row;
        let indent = left + 4;
        let mut text = format!("  {NAME}{name}{NAME:#}{value}");
        if row.width() > left {
            text.push_str(&format!("\n{:indent$}", ""));
        } else {
            text.push_str(&" ".repeat(left - row.width() + 2));
        }
        let about = wrapped(about, self.width.saturating_sub(indent));
        let about = about.join(&format!("\n{:indent$}", ""));
        text.push_str(&about.replace(UNBROKEN, " "));
        text.push('\n');
        text
    }

    fn examples(&self) -> String {
        let after = self.command.get_after_help().map(ToString::to_string);
        let after = after.unwrap_or_default();
        let mut text = String::from("\n");
        for line in after.lines() {
            let style = match line {
                line if line.trim_start().starts_with('#') => COMMENT,
                line if line.starts_with(' ') => Style::new(),
                _ => HEADING,
            };
            text.push_str(&format!("{style}{line}{style:#}\n"));
        }
        text
    }
}

fn is_plain(arg: &Arg) -> bool {
    arg.get_help_heading().is_none()
}

/// A blank that is not wrapped.
const UNBROKEN: &str = "\u{a0}";

/// Lines of at most `width` columns, except for longer words.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let words: Vec<&str> = text.split([' ', '\n']).filter(|w| !w.is_empty()).collect();
    match words.as_slice() {
        [] => Vec::new(),
        words => filled(words.join(" ").split_inclusive(' '), |_| width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_split() {
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdef g", 3), ["abcdef", "g"]);
        assert!(wrapped(" ", 3).is_empty());
    }

    #[test]
    fn an_option_shows_its_values_and_its_default() {
        let option = Arg::new("kind").long("kind").value_name("KIND");
        let option = option
            .value_parser(["a", "b"])
            .help("Set the kind [default: a]");
        let command = Command::new("x").arg(option);
        let mut command = command.bin_name("tasks x").display_name("tasks-x");
        command.build();
        let page = Page {
            command: &command,
            width: 80,
        };
        let text = anstyle_free(&page.of_command(true));
        assert!(
            text.contains("    --kind <KIND>  Set the kind: a, b [default: a]\n"),
            "{text}"
        );
    }

    fn anstyle_free(text: &str) -> String {
        clap::builder::StyledStr::from(text.to_owned()).to_string()
    }
}
