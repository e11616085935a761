//! `--targets`: JSON lines, each a place and the values that are its own.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::text;
use super::values::{self, Values};
use crate::app::App;
use crate::error::Error;

/// Far more than any list of places needs.
const MOST: u64 = 64 << 20;

/// A line of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The project, where the line names one.
    pub(super) project: Option<String>,
    /// The environment.
    pub(super) environment: String,
    /// Values for it alone.
    pub(super) arguments: Values,
    /// The number of the line in the file.
    pub(super) number: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    project: Option<String>,
    environment: String,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

/// Reads the file, `-` for stdin.
///
/// # Errors
/// Wrong use, with the number of the line that is wrong.
pub(super) fn read(app: &App, file: &str) -> Result<Vec<Line>, Error> {
    parse(file, &text::exact_within(app, "--targets", file, MOST)?)
}

fn parse(file: &str, text: &str) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = number + 1;
        let mut read = one(line).map_err(|why| {
            Error::usage(format!("--targets: {file}, line {number}: {why}")).hint(
                "a line looks like {\"project\": \"shop\", \"environment\": \"main\", \
                 \"arguments\": {\"NAME\": \"value\"}}",
            )
        })?;
        read.number = number;
        lines.push(read);
    }
    if lines.is_empty() {
        return Err(Error::usage(format!("--targets: {file} names no target")));
    }
    Ok(lines)
}

fn one(line: &str) -> Result<Line, String> {
    let written: Written<'_> = serde_json::from_str(line).map_err(|error| {
        // The line that it would name is always the first.
        let text = error.to_string();
        match text.rsplit_once(" at line ") {
            Some((text, _)) => text.to_owned(),
            None => text,
        }
    })?;
    for (key, value) in [
        ("project", written.project.as_deref()),
        ("environment", Some(written.environment.as_str())),
    ] {
        if value.is_some_and(|value| value.trim().is_empty()) {
            return Err(format!("`{key}` is empty"));
        }
    }
    let arguments = match written.arguments {
        Some(raw) => values::object(raw.get()).map_err(|why| format!("`arguments`: {why}"))?,
        None => Values::new(),
    };
    Ok(Line {
        project: written.project,
        environment: written.environment,
        arguments,
        number: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_places_with_values() {
        let text = "{\"environment\": \"main\"}\n\n\
            {\"project\": \"shop\", \"environment\": \"a/b\", \"arguments\": {\"N\": 1.10, \"T\": \"x\"}}\r\n";
        let lines = parse("f", text).unwrap();
        assert_eq!(
            lines,
            [
                Line {
                    project: None,
                    environment: "main".into(),
                    arguments: Values::new(),
                    number: 1,
                },
                Line {
                    project: Some("shop".into()),
                    environment: "a/b".into(),
                    arguments: vec![("N".into(), "1.10".into()), ("T".into(), "x".into())],
                    number: 3,
                },
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, why) in [
            ("", "names no target"),
            ("\n{}\n", "line 2: missing field `environment`"),
            ("{\"environment\": \"\"}", "line 1: `environment` is empty"),
            (
                "{\"environment\": \"a\", \"env\": 1}",
                "unknown field `env`",
            ),
            ("{\"environment\": \"a\"}\nmain\n", "line 2: expected value"),
            ("[]", "line 1: "),
            (
                "{\"environment\": \"a\", \"arguments\": {\"X\": null}}",
                "`arguments`: `X` has no value",
            ),
            ("{\"environment\": \"a\", \"arguments\": []}", "`arguments`"),
        ] {
            let error = parse("f", text).unwrap_err();
            assert!(error.message.contains(why), "{text}: {}", error.message);
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[\\[\\]{}\":,a-z\\n ]{0,60}") {
            let _ = parse("f", &text);
        }
    }
}
