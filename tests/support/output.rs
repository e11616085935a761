//! The output of a program, and its form in a snapshot.

use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// The output and exit code of a program.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Folders whose names differ from test to test, and their placeholders in a snapshot.
    folders: Vec<(String, &'static str)>,
}

impl Output {
    pub(crate) fn new(code: i32, stdout: Vec<u8>, stderr: Vec<u8>) -> Self {
        Output {
            code,
            stdout: text(stdout),
            stderr: text(stderr),
            folders: Vec::new(),
        }
    }

    /// Shows `mark` wherever this folder is named.
    pub(crate) fn masking(mut self, folder: &Path, mark: &'static str) -> Self {
        self.folders.push((folder.display().to_string(), mark));
        self
    }

    /// Requires this exit code.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert!(self.code == code, "exit code {code} was meant\n{self}");
        self
    }

    /// Requires exit code 0.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Requires this exit code and an empty stdout, and gives the masked stderr: for
    /// `assert_snapshot!`.
    #[track_caller]
    pub(crate) fn error(&self, code: i32) -> String {
        let is_error = (self.code, self.stdout.as_str()) == (code, "");
        assert!(is_error, "exit code {code} and no result expected\n{self}");
        self.masked(&self.stderr)
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }

    /// The object under `error` in the last line of stderr.
    #[track_caller]
    pub(crate) fn json_error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or("");
        let mut whole: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("stderr ends with no JSON: {error}\n{self}"));
        match whole.get_mut("error") {
            Some(error) => error.take(),
            None => panic!("no `error` in the last line of stderr\n{self}"),
        }
    }

    /// All of it in one text, what changes from run to run masked: for `assert_snapshot!`.
    pub(crate) fn snapshot(&self) -> String {
        let mut shown = format!("exit code: {}\n", self.code);
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            shown.push_str(&section(name, &self.masked(stream)));
        }
        shown
    }

    fn masked(&self, stream: &str) -> String {
        let folders = self.folders.iter();
        mask(&folders.fold(stream.to_owned(), |stream, (folder, mark)| {
            stream.replace(folder, mark)
        }))
    }
}

impl fmt::Display for Output {
    /// As it was, for the message of a failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code: {}", self.code)?;
        f.write_str(&section("stdout", &self.stdout))?;
        f.write_str(&section("stderr", &self.stderr))
    }
}

fn section(name: &str, stream: &str) -> String {
    match stream {
        "" => format!("---- {name}: empty\n"),
        stream if stream.ends_with('\n') => format!("---- {name}\n{stream}"),
        stream => format!("---- {name} (no newline at the end)\n{stream}\n"),
    }
}

/// Our output is UTF-8: anything else is a mistake, whatever a test is about.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("not UTF-8: {error}"))
}

/// Puts a fixed word for times, names of runs, ports and tokens.
pub(crate) fn mask(text: &str) -> String {
    static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "TOKEN"),
            (r"lagoon-task-[a-z0-9]{4,7}\b", "lagoon-task-xxxx"),
            (r"(127\.0\.0\.1|localhost|\[::1\]):\d+", "$1:PORT"),
            (
                r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
                "TIME",
            ),
            (r"\b(just now|\d+ s ago)\b", "NOW"),
            (
                r"\b(completed in|failed after|running|NOW)( +)(<1|\d+) s\b",
                "$1${2}LENGTH",
            ),
        ]
        .map(|(pattern, mark)| (Regex::new(pattern).unwrap(), mark))
        .into()
    });
    MASKS.iter().fold(text.to_owned(), |text, (pattern, mark)| {
        pattern.replace_all(&text, *mark).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(code: i32, stdout: &str, stderr: &str) -> Output {
        Output::new(code, stdout.into(), stderr.into())
    }

    #[test]
    fn a_snapshot_shows_masked_streams_and_exit_code() {
        let shown = output(
            3,
            "12\tlagoon-task-ab12\t2024-02-03T04:05:06Z",
            "note: http://127.0.0.1:40123/graphql, /tmp/x1/.config, 2024-02-03 04:05:06\n",
        )
        .masking(Path::new("/tmp/x1"), "HOME");
        insta::assert_snapshot!(shown.snapshot(), @r"
        exit code: 3
        ---- stdout (no newline at the end)
        12	lagoon-task-xxxx	TIME
        ---- stderr
        note: http://127.0.0.1:PORT/graphql, HOME/.config, TIME
        ");
    }

    #[test]
    fn other_texts_are_not_masked() {
        let text = "12 runs of lagoon-task- in 5 s, version 2.33.1, 2024-02-03, 10.0.0.1:80";
        assert_eq!(mask(text), text);
        assert_eq!(mask("3 s ago, 2 min ago"), "NOW, 2 min ago");
    }

    #[test]
    fn json_is_read_from_the_right_stream() {
        let shown = output(5, "[1]\n", "note\n{\"error\": {\"kind\": \"not-found\"}}\n");
        assert_eq!(shown.json(), serde_json::json!([1]));
        assert_eq!(shown.json_error()["kind"], "not-found");
    }

    #[test]
    #[should_panic(expected = "exit code 0 was meant")]
    fn an_unexpected_exit_code_fails_the_test() {
        output(1, "", "").succeeds();
    }
}
