//! Values from `-a`, `--arg-file` and `--args-file`.

use serde_json::value::RawValue;

use crate::app::App;
use crate::commands::input::json::{self, Entries};
use crate::commands::input::text;
use crate::domain::YamlFault;

use crate::error::Error;

pub(crate) type Values = Vec<(String, String)>;

pub(crate) fn read(
    app: &App,
    literal: &[String],
    files: &[String],
    all: Option<&str>,
) -> Result<Values, Error> {
    if from_stdin(files, all) > 1 {
        return Err(Error::stdin_twice());
    }
    let mut values = Values::new();
    for given in literal {
        let (name, value) = pair("--arg", given, "NAME=VALUE")?;
        values.push((name.to_owned(), value.to_owned()));
    }
    for given in files {
        let (name, file) = pair("--arg-file", given, "NAME=FILE")?;
        values.push((name.to_owned(), text::exact(app, "--arg-file", file)?));
    }
    if let Some(file) = all {
        values.extend(map(file, &text::exact(app, "--args-file", file)?)?);
    }
    Ok(values)
}

/// The number of flags that read stdin.
pub(crate) fn from_stdin(files: &[String], all: Option<&str>) -> usize {
    files.iter().filter(|f| f.ends_with("=-")).count() + usize::from(all == Some("-"))
}

/// Merges values; `others` take precedence.
pub(crate) fn with(values: &Values, others: &Values) -> Values {
    let is_other = |(name, _): &&(String, String)| others.iter().any(|(other, _)| other == name);
    let kept = values.iter().filter(|value| !is_other(value));
    kept.chain(others).cloned().collect()
}

fn pair<'a>(flag: &str, given: &'a str, form: &str) -> Result<(&'a str, &'a str), Error> {
    match given.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        _ => Err(Error::not_of_form(flag, given, form)),
    }
}

/// Reads a JSON or YAML object of names and single values. Numbers keep their spelling.
pub fn map(file: &str, text: &str) -> Result<Values, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let wrong = |why: String| {
        Error::usage(format!("--args-file: {file}: {why}"))
            .hint("write an object in JSON or YAML, for example {\"NAME\": \"value\"}")
    };
    if text.trim().is_empty() {
        return Err(wrong("the file is empty".to_owned()));
    }
    if text.trim_start().starts_with(['{', '[']) {
        object(text, 1).map_err(wrong)
    } else {
        yaml(text).map_err(wrong)
    }
}

/// Reads a JSON object of names and single values. Strings are unquoted, other values keep their
/// spelling.
pub(crate) fn object(text: &str, first_line: usize) -> Result<Values, String> {
    let entries = json::object(text, first_line)?;
    let single = |(name, raw): (String, &RawValue)| {
        let raw = raw.get();
        let value = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw)
                .map_err(|_| format!("the string `{name}` is not valid JSON"))?,
            Some(b'n') => return Err(no_value(&name)),
            Some(b'{') => return Err(format!("`{name}` must be a single value, not an object")),
            Some(b'[') => return Err(format!("`{name}` must be a single value, not a list")),
            _ => raw.to_owned(),
        };
        Ok((name, value))
    };
    entries.into_iter().map(single).collect()
}

fn yaml(text: &str) -> Result<Values, String> {
    let entries = serde_saphyr::from_str::<Entries<Option<String>>>(text).map_err(|error| {
        let YamlFault { line, message, .. } = YamlFault::of(&error);
        match line {
            0 => message,
            line => format!("line {line}: {message}"),
        }
    })?;
    let single = |(name, value): (String, Option<String>)| match value {
        Some(value) => Ok((name, value)),
        None => Err(no_value(&name)),
    };
    entries.0.into_iter().map(single).collect()
}

fn no_value(name: &str) -> String {
    format!("`{name}` has no value")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_map(text: &str) -> Result<Values, Error> {
        map("f", text)
    }

    fn pairs(expected: &[(&str, &str)]) -> Values {
        expected
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn json_and_yaml_numbers_keep_their_spelling() {
        let expected = pairs(&[("A", "x: y"), ("N", "1.10"), ("Z", "007")]);
        assert_eq!(
            read_map(r#"{"A": "x: y", "N": 1.10, "Z": "007"}"#).expect("json"),
            expected
        );
        assert_eq!(
            read_map("A: 'x: y'\nN: 1.10\nZ: 007\n").expect("yaml"),
            expected
        );
        assert_eq!(
            read_map("A: |\n  a\n  b\n").expect("yaml"),
            pairs(&[("A", "a\nb\n")])
        );
        assert_eq!(
            read_map("A: true\n").expect("yaml"),
            pairs(&[("A", "true")])
        );
    }

    #[test]
    fn input_other_than_an_object_of_values_is_refused() {
        for wrong in [
            "",
            "[]",
            "- a",
            "x",
            r#"{"A": null}"#,
            r#"{"A": {}}"#,
            "A:\n",
            "A: [1]",
            "{",
        ] {
            assert!(read_map(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn value_errors_name_the_line_and_key() {
        for (text, why) in [
            (
                "{\"A\": \"1\",\n\"B\": 2,\n\"A\": \"2\"}",
                "f: line 3: duplicate key `A`",
            ),
            ("A: 1\nB: 2\nA: 3\n", "f: line 3: duplicate key `A`"),
            (
                "{\"A\": 1,\n\"B\"",
                "f: line 2: invalid JSON: unexpected end",
            ),
            ("{\"A\": 1,\n}", "f: line 2: invalid JSON: trailing comma"),
            ("[1]", "f: line 1: expected an object, found sequence"),
            (
                "{\"A\": {}}",
                "f: `A` must be a single value, not an object",
            ),
            ("A:\n", "f: `A` has no value"),
            ("A: 1\n- b\n", "f: line 2: expected a key (`NAME:`)"),
            ("A: [1]\n", "f: line 1: expected a single value"),
            ("A: 'b\n", "f: line 1: this quote is never closed"),
        ] {
            let message = read_map(text).unwrap_err().message;
            assert!(message.contains(why), "{text}: {message}");
            assert!(!message.contains(" column "), "{message}");
        }
    }

    proptest! {
        #[test]
        fn json_strings_are_passed_unchanged(value in any::<String>()) {
            let text = serde_json::json!({"A": value}).to_string();
            prop_assert_eq!(read_map(&text).expect("json"), vec![("A".to_owned(), value)]);
        }

        #[test]
        fn value_parsing_never_panics(text in ".*") {
            let _ = read_map(&text);
        }
    }
}
