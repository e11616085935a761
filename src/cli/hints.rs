//! Suggested commands with the flags of the command line, so that they reach the same Lagoon and read
//! the same file.

use crate::domain::task::quoting::suggestion;
use crate::error::Error;

/// Commands that reach a Lagoon.
const ONLINE: &str = "list show define update delete export diff apply invoke exec rerun runs status \
                      logs wait cancel files whoami projects environments doctor api";

/// Commands that read a task file.
const OF_FILES: &str = "diff apply lint";

/// The text before a suggested command.
const BEFORE: [&str; 2] = [": ", "&& "];

const PROGRAM: &str = "tasks ";

/// The flags of the command line that its suggestions keep.
#[derive(Default)]
pub(super) struct Kept {
    pub context: Option<String>,
    pub file: Option<String>,
}

impl Kept {
    pub(super) fn in_hints(&self, error: Error) -> Error {
        let hints = error.hint_texts().into_iter();
        let hints: Vec<String> = hints.map(|hint| self.in_hint(&hint)).collect();
        Error {
            hints: Vec::new(),
            ..error
        }
        .with_hints(hints)
    }

    fn in_hint(&self, hint: &str) -> String {
        let mut text = String::new();
        let mut rest = hint;
        while let Some(at) = rest.find(PROGRAM) {
            let (before, line) = rest.split_at(at + PROGRAM.len());
            text.push_str(before);
            rest = line;
            if !BEFORE.iter().any(|end| before[..at].ends_with(end)) {
                continue;
            }
            let word = line.split(' ').next().unwrap_or_default();
            let is_in = |commands: &str| commands.split_whitespace().any(|name| name == word);
            if let Some(context) = self.context.as_deref().filter(|_| is_in(ONLINE)) {
                text.push_str(&suggestion(["-l", context]));
                text.push(' ');
            }
            if let Some(file) = self.file.as_deref().filter(|_| is_in(OF_FILES)) {
                text.push_str(&suggestion([word, "-f", file]));
                rest = &line[word.len()..];
            }
        }
        text + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_commands_keep_the_context_and_the_task_file() {
        let kept = Kept {
            context: Some("acme".to_owned()),
            file: Some("my tasks.yml".to_owned()),
        };
        for (hint, expected) in [
            (
                "to list tasks: tasks list",
                "to list tasks: tasks -l acme list",
            ),
            (
                "compare again: tasks diff --exit-zero",
                "compare again: tasks -l acme diff -f 'my tasks.yml' --exit-zero",
            ),
            (
                "or: mkdir -p a && tasks export > a/b",
                "or: mkdir -p a && tasks -l acme export > a/b",
            ),
            (
                "to list contexts: tasks context list",
                "to list contexts: tasks context list",
            ),
            (
                "to follow it: tasks -l acme logs 1",
                "to follow it: tasks -l acme logs 1",
            ),
            (
                "only `tasks invoke` takes arguments",
                "only `tasks invoke` takes arguments",
            ),
        ] {
            assert_eq!(kept.in_hint(hint), expected);
            assert_eq!(Kept::default().in_hint(hint), hint);
        }
    }
}
