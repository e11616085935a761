//! The file of `--targets`: JSON lines or a JSON array.

use serde_json::value::RawValue;

use crate::app::App;
use crate::commands::input::values::{self, Values};
use crate::commands::input::{json, text};
use crate::domain::names::suggested;
use crate::error::Error;

/// The maximum size of the file in bytes: 100,000 targets with a few values each.
const LONGEST: u64 = 64 << 20;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TargetLine {
    pub project: Option<String>,
    pub environment: String,
    pub arguments: Values,
    pub number: usize,
}

const KEYS: [&str; 3] = ["project", "environment", "arguments"];

pub(crate) fn read(app: &App, file: &str) -> Result<Vec<TargetLine>, Error> {
    parse(file, &text::exact_within(app, "--targets", file, LONGEST)?)
}

fn parse(file: &str, text: &str) -> Result<Vec<TargetLine>, Error> {
    let wrong = |why: String| {
        Error::usage(format!("--targets: {file}, {why}")).hint(
            "each line, or each element of a JSON array, looks like {\"project\": \"shop\", \
             \"environment\": \"main\", \"arguments\": {\"NAME\": \"value\"}}",
        )
    };
    let text = text.trim_start_matches('\u{feff}');
    let objects = if text.trim_start().starts_with('[') {
        json::array(text).map_err(wrong)?
    } else {
        let lines = text.lines().enumerate();
        lines.map(|(at, line)| (at + 1, line)).collect()
    };
    let objects = objects
        .into_iter()
        .filter(|(_, object)| !object.trim().is_empty());
    let lines: Vec<TargetLine> = objects
        .map(|(number, object)| one(number, object).map_err(wrong))
        .collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Err(Error::usage(format!("--targets: no targets in {file}")));
    }
    Ok(lines)
}

fn one(number: usize, object: &str) -> Result<TargetLine, String> {
    let (mut project, mut environment, mut arguments) = (None, None, Values::new());
    let at = |why: String| format!("line {number}: {why}");
    for (key, raw) in json::object(object, number)? {
        match key.as_str() {
            "project" => project = name(&key, raw).map_err(at)?,
            "environment" => environment = name(&key, raw).map_err(at)?,
            "arguments" if raw.get() == "null" => {}
            "arguments" if raw.get().starts_with('{') => {
                arguments = values::object(raw.get(), number).map_err(|why| {
                    let why = why.trim_start_matches(&at(String::new()));
                    at(format!("`arguments`: {why}"))
                })?;
            }
            "arguments" => return Err(at("`arguments` must be an object".to_owned())),
            unknown => return Err(at(unknown_key(unknown))),
        }
    }
    Ok(TargetLine {
        project,
        environment: environment.ok_or_else(|| at("`environment` is missing".to_owned()))?,
        arguments,
        number,
    })
}

/// The value of a key for a name; `null` counts as missing.
fn name(key: &str, raw: &RawValue) -> Result<Option<String>, String> {
    let value: Option<String> =
        serde_json::from_str(raw.get()).map_err(|_| format!("`{key}` must be a string"))?;
    match value {
        Some(value) if value.trim().is_empty() => Err(format!("`{key}` is empty")),
        value => Ok(value),
    }
}

fn unknown_key(key: &str) -> String {
    let shown = key.escape_debug();
    let keys = || format!("expected one of {}", KEYS.join(", "));
    let advice = suggested(key, KEYS).unwrap_or_else(keys);
    format!("unknown key `{shown}`; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_lines_define_targets_with_values() {
        let text = "{\"environment\": \"main\"}\n\n\
            {\"project\": \"shop\", \"environment\": \"a/b\", \"arguments\": {\"N\": 1.10, \"T\": \"x\"}}\r\n";
        let lines = parse("f", text).unwrap();
        assert_eq!(
            lines,
            [
                TargetLine {
                    project: None,
                    environment: "main".into(),
                    arguments: Values::new(),
                    number: 1,
                },
                TargetLine {
                    project: Some("shop".into()),
                    environment: "a/b".into(),
                    arguments: vec![("N".into(), "1.10".into()), ("T".into(), "x".into())],
                    number: 3,
                },
            ]
        );
    }

    #[test]
    fn an_array_is_equivalent_to_json_lines() {
        let lines = "{\"environment\": \"a\"}\n{\"project\": \"p\", \"environment\": \"b\"}\n";
        let array = "\u{feff}\n [\n{\"environment\": \"a\"}, {\n\"project\": \"p\",\n\"environment\": \"b\"}\n]\n";
        let read = |text| parse("f", text).unwrap();
        assert_eq!(
            read(array).iter().map(|l| l.number).collect::<Vec<_>>(),
            [3, 3]
        );
        let without_numbers = |lines: Vec<TargetLine>| -> Vec<TargetLine> {
            let each = lines.into_iter();
            each.map(|line| TargetLine { number: 0, ..line }).collect()
        };
        assert_eq!(without_numbers(read(array)), without_numbers(read(lines)));
    }

    #[test]
    fn errors_in_a_targets_file_name_the_line() {
        for (text, why) in [
            ("", "no targets in f"),
            ("\n{}\n", "f, line 2: `environment` is missing"),
            (
                "{\"environment\": \"a\",\"environment\": \"b\"}",
                "line 1: duplicate key `environment`",
            ),
            (
                "{\"environment\": 7}",
                "line 1: `environment` must be a string",
            ),
            (
                "[{\"environment\": \"a\"},\n {\"enviroment\": \"b\"}]",
                "line 2: unknown key `enviroment`; did you mean `environment`?",
            ),
            (
                "[{\"environment\": \"a\"},\n {\n\"environment\": \"b\",\n\"arguments\": {\"X\":}}]",
                "line 4: invalid JSON: expected value",
            ),
            ("[\n\"a\"]", "line 2: expected an object, found string"),
            ("[]", "no targets in f"),
            ("{\"environment\": \"\"}", "line 1: `environment` is empty"),
            (
                "{\"environment\": \"a\", \"colour\": 1}",
                "unknown key `colour`; expected one of project, environment, arguments",
            ),
            (
                "{\"environment\": \"a\"}\nmain\n",
                "line 2: invalid JSON: expected value",
            ),
            ("[", "line 1: invalid JSON: unexpected end"),
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
        fn targets_file_parsing_never_panics(text in "[\\[\\]{}\":,a-z\\n ]{0,60}") {
            let _ = parse("f", &text);
        }
    }
}
