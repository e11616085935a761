//! `-a`, `--arg-file` and `--args-file`: from the command line to values.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::app::App;
use crate::error::Error;

use super::text;

/// Values in the order in which they were given.
pub type Values = Vec<(String, String)>;

/// Reads all values that the line gives.
///
/// # Errors
/// Wrong use, naming the flag; stdin asked for twice.
pub fn read(
    app: &App,
    literal: &[String],
    files: &[String],
    all: Option<&str>,
) -> Result<Values, Error> {
    if from_stdin(files, all) > 1 {
        return Err(Error::usage("`-` (stdin) can be given only once"));
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

/// How many of the flags want stdin.
#[must_use]
pub fn from_stdin(files: &[String], all: Option<&str>) -> usize {
    files.iter().filter(|f| f.ends_with("=-")).count() + usize::from(all == Some("-"))
}

/// Values together with others, which count where both have one.
#[must_use]
pub fn with(values: &Values, others: &Values) -> Values {
    let is_other = |(name, _): &&(String, String)| others.iter().any(|(other, _)| other == name);
    let kept = values.iter().filter(|value| !is_other(value));
    kept.chain(others).cloned().collect()
}

fn pair<'a>(flag: &str, given: &'a str, form: &str) -> Result<(&'a str, &'a str), Error> {
    match given.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        _ => Err(Error::usage(format!(
            "{flag} `{given}` is not of the form {form}"
        ))),
    }
}

/// A JSON or YAML object of names and single values; numbers stay as they are written.
///
/// # Errors
/// Wrong use, naming the file.
pub fn map(file: &str, text: &str) -> Result<Values, Error> {
    let wrong = |why: String| {
        Error::usage(format!(
            "--args-file: {file} is not an object of names and values: {why}"
        ))
        .hint("it looks like {\"NAME\": \"value\"}, as JSON or YAML")
    };
    if text.trim().is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    let parsed: Vec<(String, Option<String>)> = if text.trim_start().starts_with('{') {
        json(text).map_err(wrong)?
    } else {
        serde_saphyr::from_str::<Pairs<Option<String>>>(text)
            .map_err(|e| wrong(first_line(&e.to_string())))?
            .0
    };
    whole(parsed).map_err(wrong)
}

/// A JSON object of names and single values.
pub(super) fn object(text: &str) -> Result<Values, String> {
    whole(json(text)?)
}

fn whole(parsed: Vec<(String, Option<String>)>) -> Result<Values, String> {
    parsed
        .into_iter()
        .map(|(name, value)| match value {
            Some(value) => Ok((name, value)),
            None => Err(format!("`{name}` has no value")),
        })
        .collect()
}

/// A map's entries as they are written: what is there twice is for the caller to refuse.
struct Pairs<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Pairs(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// JSON keeps strings as they are and everything else as it is written.
fn json(text: &str) -> Result<Vec<(String, Option<String>)>, String> {
    let raw: Pairs<Box<serde_json::value::RawValue>> =
        serde_json::from_str(text).map_err(|e| e.to_string())?;
    raw.0
        .into_iter()
        .map(|(name, raw)| {
            let raw = raw.get();
            let value = match raw.as_bytes().first() {
                Some(b'"') => Some(serde_json::from_str::<String>(raw).map_err(|e| e.to_string())?),
                Some(b'n') => None,
                Some(b'{' | b'[') => {
                    return Err(format!("the value of `{name}` is not a single one"));
                }
                _ => Some(raw.to_owned()),
            };
            Ok((name, value))
        })
        .collect()
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
    fn json_and_yaml_keep_numbers_as_written() {
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
    fn what_is_no_object_of_values_is_refused() {
        let twice = read_map(r#"{"A": "1", "A": "2"}"#).expect("both");
        assert_eq!(twice, pairs(&[("A", "1"), ("A", "2")]));
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

    proptest! {
        #[test]
        fn json_strings_arrive_as_they_are(value in any::<String>()) {
            let text = serde_json::json!({"A": value}).to_string();
            prop_assert_eq!(read_map(&text).expect("json"), vec![("A".to_owned(), value)]);
        }

        #[test]
        fn nothing_makes_it_panic(text in ".*") {
            let _ = read_map(&text);
        }
    }
}
