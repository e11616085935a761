//! The flags of the command line that suggested commands keep, so that they reach the same Lagoon with the
//! same role and read the same file.

use super::Command;
use crate::domain::task::quoting::suggestion;
use crate::settings::Settings;
use crate::terminal::Ui;

/// Commands that reach a Lagoon.
const ONLINE: &str = "list show define update delete export diff apply invoke exec rerun runs status \
                      logs wait cancel files ui whoami projects environments doctor api";

/// Commands that read a task file.
const OF_FILES: &str = "diff apply lint";

/// The text before a command that follows another one.
const AND: &str = "&& ";

const PROGRAM: &str = "tasks ";

#[derive(Default)]
pub(super) struct Kept {
    context: Option<String>,
    role: Option<String>,
    /// The flag of a rehearsal in the sandbox.
    compose: Option<String>,
    file: Option<String>,
}

impl Kept {
    pub(super) fn of(context: Option<String>, settings: &Settings, command: &Command) -> Kept {
        Kept {
            context,
            role: settings.role().map(str::to_owned),
            compose: settings.compose_flag(),
            file: task_file(command),
        }
    }

    pub(super) fn add_to_messages(self, ui: &Ui) {
        ui.complete_commands(move |line| self.in_command(line));
    }

    /// A suggested command line with these flags.
    fn in_command(&self, line: &str) -> String {
        let commands = line.split(AND).map(|command| {
            let words = command.strip_prefix(PROGRAM);
            words.map_or_else(|| command.to_owned(), |words| self.in_words(words))
        });
        commands.collect::<Vec<_>>().join(AND)
    }

    fn in_words(&self, words: &str) -> String {
        let command = words.split(' ').next().unwrap_or_default();
        let is_in = |commands: &str| commands.split_whitespace().any(|name| name == command);
        let mut line = vec!["tasks"];
        if is_in(ONLINE) {
            let flags = [("-l", &self.context), ("--as", &self.role)];
            let given = flags
                .iter()
                .filter_map(|(flag, value)| Some((*flag, value.as_deref()?)));
            line.extend(given.flat_map(|(flag, value)| [flag, value]));
            line.extend(self.compose.as_deref());
        }
        line.push(command);
        if let Some(file) = self.file.as_deref().filter(|_| is_in(OF_FILES)) {
            line.extend(["-f", file]);
        }
        format!("{}{}", suggestion(line), &words[command.len()..])
    }
}

fn task_file(command: &Command) -> Option<String> {
    match command {
        Command::Diff(args) => args.files.file.clone(),
        Command::Apply(args) => args.files.file.clone(),
        Command::Lint(args) => args.files.file.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_commands_keep_the_context_the_role_and_the_task_file() {
        let kept = Kept {
            context: Some("acme".to_owned()),
            role: Some("guest".to_owned()),
            compose: None,
            file: Some("my tasks.yml".to_owned()),
        };
        for (line, expected) in [
            ("tasks list", "tasks -l acme --as guest list"),
            ("tasks logs 1 -f", "tasks -l acme --as guest logs 1 -f"),
            (
                "tasks diff --exit-zero",
                "tasks -l acme --as guest diff -f 'my tasks.yml' --exit-zero",
            ),
            (
                "mkdir -p a && tasks export > a/b",
                "mkdir -p a && tasks -l acme --as guest export > a/b",
            ),
            ("tasks lint", "tasks lint -f 'my tasks.yml'"),
            ("tasks context list", "tasks context list"),
            ("tasks -l acme logs 1", "tasks -l acme logs 1"),
        ] {
            assert_eq!(kept.in_command(line), expected);
            assert_eq!(Kept::default().in_command(line), line);
        }
    }
    #[test]
    fn suggested_commands_keep_the_compose_project() {
        let kept = Kept {
            context: Some("sandbox".to_owned()),
            compose: Some("--compose=a b.yml".to_owned()),
            ..Kept::default()
        };
        assert_eq!(
            kept.in_command("tasks logs 1 -f"),
            "tasks -l sandbox '--compose=a b.yml' logs 1 -f"
        );
    }
}
