//! Messages on stderr. At a terminal, their lines have whole words, and commands to type stay in one
//! piece.

use std::ops::Range;

use serde_json::Value;

use super::clean::escape_json;
use super::width::filled;
use super::{Stream, Style, Ui, clean_text};

/// Adds flags to a suggested command.
pub(super) type CompleteCommand = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The indentation of further lines, so that text from the server cannot look like a message of this
/// program.
const INDENT: usize = 2;

/// A narrower terminal breaks the lines itself.
const NARROWEST: usize = 20;

/// The programs of suggested commands.
const PROGRAMS: [&str; 6] = ["tasks", "curl", "docker", "docker-compose", "mkdir", "ssh"];

impl Ui {
    /// Separates a log from what follows; at a terminal only.
    pub(crate) fn empty_line(&self) {
        if self.inner.terminal.stderr {
            self.err_line("");
        }
    }

    /// Completes the commands that messages suggest from now on.
    pub(crate) fn complete_commands(
        &self,
        complete: impl Fn(&str) -> String + Send + Sync + 'static,
    ) {
        // The first one counts.
        let _ = self.inner.complete.set(Box::new(complete));
    }

    /// A text with its suggested commands completed, for another place than a message.
    pub(crate) fn completed(&self, text: &str) -> String {
        completed(text, |command| self.completed_command(command))
    }

    pub(crate) fn completed_command(&self, command: &str) -> String {
        match self.inner.complete.get() {
            Some(complete) => complete(command),
            None => command.to_owned(),
        }
    }

    /// Printed even with `-q`.
    pub(crate) fn heading(&self, text: &str) {
        self.err_line(&self.message(text, 0));
    }

    /// Not printed with `-q`.
    pub(crate) fn note(&self, text: &str) {
        if !self.inner.options.quiet {
            self.err_line(&self.message(text, 0));
        }
    }

    /// Not printed with `-q`.
    pub(crate) fn hint(&self, text: &str) {
        if !self.inner.options.quiet {
            self.labelled(Style::Dim, "hint", text);
        }
    }

    /// Printed even with `-q`.
    pub(crate) fn warn(&self, text: &str) {
        self.labelled(Style::Warning, "warning", text);
    }

    /// A dim line, printed even with `-q`.
    #[cfg(feature = "sandbox")]
    pub(crate) fn aside(&self, text: &str) {
        let palette = self.palette(Stream::Err);
        self.err_line(&palette.paint(Style::Dim, &self.message(text, 0)));
    }

    /// Printed with `-v` only.
    pub(crate) fn trace(&self, text: &str) {
        if self.inner.options.verbose {
            let palette = self.palette(Stream::Err);
            self.err_line(&palette.paint(Style::Dim, &clean_text(text)));
        }
    }

    pub(crate) fn error_text(&self, message: &str, hints: &[String]) {
        self.labelled(Style::Bad, "error", message);
        for hint in hints {
            self.labelled(Style::Dim, "hint", hint);
        }
    }

    pub(crate) fn error_json(&self, error: &Value) {
        let text = error.to_string();
        if self.inner.terminal.stderr {
            self.err_line(&escape_json(&text));
        } else {
            self.err_line(&text);
        }
    }

    fn labelled(&self, style: Style, label: &str, text: &str) {
        let text = self.message(text, label.len() + 2);
        let label = self.palette(Stream::Err).paint(style, &format!("{label}:"));
        self.err_line(&format!("{label} {text}"));
    }

    /// The lines of a message, which are broken at a terminal only.
    pub(super) fn message(&self, text: &str, label: usize) -> String {
        let text = self.completed(&clean_text(text));
        laid_out(&text, label, self.columns())
    }

    /// The lines of a text that is clean and may be painted.
    pub(super) fn laid_out(&self, text: &str) -> String {
        laid_out(text, 0, self.columns())
    }

    fn columns(&self) -> Option<u16> {
        let terminal = self.inner.terminal;
        terminal.columns(Stream::Err).filter(|_| terminal.stderr)
    }

    pub(super) fn err_line(&self, line: &str) {
        // A failure to write to stderr cannot be reported.
        let _ = self.write(Stream::Err, format!("{line}\n").as_bytes());
    }
}

/// A cleaned text as a message whose first line is beside a label of this width. Without `columns`, lines
/// are not broken.
fn laid_out(text: &str, label: usize, columns: Option<u16>) -> String {
    let text = text.replace("\n  ", "\n").replace('\n', "\n  ");
    let columns = columns.map(usize::from).filter(|all| *all >= NARROWEST);
    let Some(columns) = columns else { return text };
    let mut lines = Vec::new();
    for (at, line) in text.split('\n').enumerate() {
        let margin = line.len() - line.trim_start_matches(' ').len() + INDENT;
        let label = if at == 0 { label } else { 0 };
        let room = |row: usize| columns.saturating_sub(if row == 0 { label } else { margin });
        for (row, line) in filled(pieces(line), room).into_iter().enumerate() {
            let margin = if row == 0 { 0 } else { margin };
            lines.push(format!("{:margin$}{line}", ""));
        }
    }
    lines.join("\n")
}

/// A cleaned text with other forms of the commands that it suggests.
fn completed(text: &str, complete: impl Fn(&str) -> String) -> String {
    let mut whole = String::new();
    for line in text.split_inclusive('\n') {
        let mut end = 0;
        for command in commands(line) {
            // A quoted command is only named.
            if !line[..command.start].ends_with('`') {
                whole.push_str(&line[end..command.start]);
                whole.push_str(&complete(&line[command.clone()]));
                end = command.end;
            }
        }
        whole.push_str(&line[end..]);
    }
    whole
}

/// The words of a line with their blanks. A command is one word.
fn pieces(line: &str) -> Vec<&str> {
    let commands = commands(line);
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in line.match_indices(' ') {
        if commands.iter().all(|command| !command.contains(&at)) {
            pieces.push(&line[start..=at]);
            start = at + 1;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// The commands in a line: after a colon, in backticks, or alone on an indented line.
fn commands(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in line.char_indices() {
        let (before, rest) = line.split_at(start);
        let is_quoted = before.ends_with('`');
        let can_begin = is_quoted
            || before.ends_with(": ")
            || (before.ends_with(' ') && before.trim().is_empty());
        let is_in_last = found.last().is_some_and(|last| start < last.end);
        if !can_begin || is_in_last || !begins_with_program(rest) {
            continue;
        }
        let length = match is_quoted {
            true => rest.find('`').unwrap_or(rest.len()),
            false => command_length(rest),
        };
        found.push(start..start + length);
    }
    found
}

fn begins_with_program(text: &str) -> bool {
    let after = |program: &&str| text.strip_prefix(*program);
    let mut afters = PROGRAMS.iter().filter_map(after);
    afters.any(|after| after.starts_with(' '))
}

/// The length of the command at the start of a text: it ends before a parenthesis, and before a comma or a
/// semicolon at the end of a word.
fn command_length(text: &str) -> usize {
    let text = text.trim_end();
    let (mut quote, mut last) = (None, ' ');
    for (at, c) in text.char_indices() {
        let ends_word = text[at + c.len_utf8()..].starts_with([' ', '\n']);
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') if last == ' ' => return text[..at].trim_end().len(),
            (None, ',' | ';') if ends_word => return at,
            (None, _) => {}
        }
        last = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(columns: u16, text: &str) -> String {
        laid_out(text, "hint: ".len(), Some(columns))
    }

    #[test]
    fn a_message_is_broken_between_words_and_indented() {
        assert_eq!(
            at(
                30,
                "one two three four five six seven eight\nnine ten eleven twelve thirteen"
            ),
            "one two three four five\n  six seven eight\n  nine ten eleven twelve\n    thirteen"
        );
        let wide = at(24, "`清除 缓存 清除` 缓存 清除 缓存");
        assert_eq!(wide, "`清除 缓存 清除`\n  缓存 清除 缓存");
        let words = "word ".repeat(60);
        for columns in [20, 40, 60, 80, 120] {
            let longest = |line: &str| line.len() <= usize::from(columns);
            assert!(
                at(columns, &words).lines().skip(1).all(longest),
                "{columns}"
            );
        }
        assert_eq!(laid_out(&words, 0, None), words);
        assert_eq!(laid_out(&words, 0, Some(19)), words);
    }

    #[test]
    fn a_command_stays_in_one_piece() {
        for (text, lines) in [
            (
                "the run continues; to follow it: tasks -l sandbox logs 5 -f",
                "the run continues; to follow it:\n  tasks -l sandbox logs 5 -f",
            ),
            (
                "sign in: tasks login -l acme --browser, or over ssh: tasks login -l acme",
                "sign in:\n  tasks login -l acme --browser, or over\n  ssh: tasks login -l acme",
            ),
            (
                "sign in: tasks login -l acme (add --ssh-host HOST if it is not known)",
                "sign in: tasks login -l acme (add\n  --ssh-host HOST if it is not known)",
            ),
            (
                "equivalent:\n  tasks invoke 'Try arguments, all' -p lagoon-demo -e develop",
                "equivalent:\n  tasks invoke 'Try arguments, all' -p lagoon-demo -e develop",
            ),
            (
                "trust it with `tasks context add … --ca-file FILE` or a variable",
                "trust it with\n  `tasks context add … --ca-file FILE`\n  or a variable",
            ),
        ] {
            assert_eq!(at(40, text), lines);
        }
    }

    #[test]
    fn only_commands_to_type_are_completed() {
        let complete = |command: &str| format!("<{command}>");
        for (text, whole) in [
            ("to list: tasks list", "to list: <tasks list>"),
            ("a: tasks x, or b: tasks y", "a: <tasks x>, or b: <tasks y>"),
            ("or: mkdir a && tasks x", "or: <mkdir a && tasks x>"),
            (
                "equivalent:\n  tasks x\nend",
                "equivalent:\n  <tasks x>\nend",
            ),
            ("only `tasks invoke` starts", "only `tasks invoke` starts"),
            ("tasks on main: `a`", "tasks on main: `a`"),
        ] {
            assert_eq!(completed(text, complete), whole);
        }
    }
}
