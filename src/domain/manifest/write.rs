//! Writes definitions as a task file.

use super::variables::{PROJECT, escape};
use super::{ScopeName, VERSION};
use crate::domain::{Argument, ArgumentKind, Definition, Permission, Work};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    pub id: i64,
    pub name: String,
    /// The end of a sentence that begins with the name.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFile {
    pub text: String,
    pub tasks: usize,
    pub left_out: Vec<Unwritable>,
}

/// Writes definitions without ids and times, sorted by scope (project, environment, group, system)
/// and name.
pub fn write(project: Option<&str>, tasks: &[(ScopeName, Definition)]) -> ExportedFile {
    let mut tasks: Vec<&(ScopeName, Definition)> = tasks.iter().collect();
    tasks.sort_by_cached_key(|(scope, d)| {
        (rank(scope), d.name.to_lowercase(), d.name.clone(), d.id)
    });
    let mut left_out = Vec::new();
    tasks.retain(|(_, definition)| match unwritable(definition) {
        None => true,
        Some(why) => {
            left_out.push(Unwritable {
                id: definition.id,
                name: definition.name.clone(),
                why,
            });
            false
        }
    });
    let mut text = format!("version: {VERSION}\n");
    if let Some(project) = project {
        // The project's name is not filled: nothing in it needs escaping.
        text.push_str(&format!("project: {}\n", scalar(project, 0)));
    }
    text.push_str(if tasks.is_empty() {
        "\ntasks: []\n"
    } else {
        "\ntasks:\n"
    });
    for (position, (scope, definition)) in tasks.iter().enumerate() {
        if position > 0 {
            text.push('\n');
        }
        text.push_str(&task(scope, definition));
    }
    ExportedFile {
        text,
        tasks: tasks.len(),
        left_out,
    }
}

fn rank(scope: &ScopeName) -> (u8, ScopeName) {
    let rank = match scope {
        ScopeName::Project(_) => 0,
        ScopeName::Environment { .. } => 1,
        ScopeName::Group(_) => 2,
        ScopeName::System => 3,
    };
    (rank, scope.clone())
}

/// The reason why a task without a permission cannot be written; the same form.
pub(crate) const NO_PERMISSION: &str = "has no permission, so it is hidden from all users";

/// The reason why a file cannot express a definition, as the end of a sentence that begins with its
/// name.
pub(crate) fn unwritable(definition: &Definition) -> Option<String> {
    match &definition.permission {
        Permission::Unknown(word) => Some(format!("has the unknown permission {word}")),
        Permission::Missing => Some(NO_PERMISSION.to_owned()),
        _ => definition
            .arguments()
            .iter()
            .find_map(|argument| match &argument.kind {
                ArgumentKind::Unknown(word) if ArgumentKind::newer(word).is_none() => {
                    Some(format!(
                        "has the argument `{}` of the unknown type `{word}`",
                        argument.name
                    ))
                }
                _ => None,
            }),
    }
}

fn task(scope: &ScopeName, definition: &Definition) -> String {
    let mut out = Fields {
        text: String::new(),
        indent: 4,
    };
    out.key("name", &definition.name);
    match scope {
        ScopeName::Project(_) => {}
        ScopeName::Environment { environment, .. } => out.key("environment", environment),
        ScopeName::Group(group) => out.key("group", group),
        ScopeName::System => out.flag("system", true),
    }
    out.optional(
        "description",
        Some(&definition.description).filter(|text| !text.is_empty()),
    );
    match &definition.work {
        Work::Command(command) => out.key("command", command),
        Work::Image(image) => out.key("image", image),
    }
    out.optional("service", definition.service.as_ref());
    out.key("permission", &definition.permission.word().to_lowercase());
    out.optional("confirm", definition.confirmation_text.as_ref());
    out.flag("inject_deploy_token", definition.deploy_token_injection);
    out.flag("inject_project_key", definition.project_key_injection);
    out.flag("admin_only", definition.admin_only_view);
    if !definition.arguments().is_empty() {
        out.text.push_str("    arguments:\n");
    }
    let mut text = as_item(&out.text, 2);
    for argument in definition.arguments_by_name() {
        text.push_str(&self::argument(argument));
    }
    text
}

fn argument(argument: &Argument) -> String {
    let mut out = Fields {
        text: String::new(),
        indent: 8,
    };
    out.key("name", &argument.name);
    out.key("type", argument.kind.short());
    out.optional("display_name", argument.display_name.as_ref());
    out.optional("default", argument.default.as_ref());
    out.flag("optional", argument.optional);
    as_item(&out.text, 6)
}

/// The fields as a list item whose dash is in this column.
fn as_item(fields: &str, dash: usize) -> String {
    let rest = fields.get(dash + 2..).unwrap_or_default();
    format!("{}- {rest}", " ".repeat(dash))
}

struct Fields {
    text: String,
    indent: usize,
}

impl Fields {
    fn key(&mut self, key: &str, value: &str) {
        let value = escape(value, &|name| name == PROJECT);
        self.line(key, &scalar(&value, self.indent));
    }

    fn optional(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.key(key, value);
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.line(key, "true");
        }
    }

    fn line(&mut self, key: &str, value: &str) {
        let indent = " ".repeat(self.indent);
        self.text.push_str(&format!("{indent}{key}: {value}\n"));
    }
}

/// A YAML scalar in its most readable form.
fn scalar(text: &str, indent: usize) -> String {
    if is_block(text) {
        return block(text, indent + 2);
    }
    if is_plain(text) {
        return text.to_owned();
    }
    let printable = text.chars().all(is_printable);
    if printable && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    quoted(text)
}

/// Returns true if every YAML reader takes the bare text as a string.
fn is_plain(text: &str) -> bool {
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    text.starts_with(char::is_alphabetic)
        && !text.ends_with([' ', ':'])
        && text.chars().all(is_printable)
        && !text.contains(": ")
        && !text.contains(" #")
        && !reserved.contains(&text.to_lowercase().as_str())
}

fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !lines.ends_with('\n')
        && text
            .chars()
            .all(|c| is_printable(c) || matches!(c, '\n' | '\t'))
        // A line of blanks alone is content to some readers and nothing to others.
        && lines.lines().all(|line| line.is_empty() || !line.trim().is_empty())
}

fn block(text: &str, indent: usize) -> String {
    let (mark, lines) = match text.strip_suffix('\n') {
        Some(lines) => ("|", lines),
        None => ("|-", text),
    };
    let mut out = mark.to_owned();
    for line in lines.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
    }
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if c > '\u{ffff}' => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Returns true if a character is visible and unambiguous in an editor and in YAML.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..)
        && (c == ' ' || !c.is_whitespace())
}
