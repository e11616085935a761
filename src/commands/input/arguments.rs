//! Arguments of a task, from `--arg` and `--arg-default`.

use crate::domain::names::suggested;
use crate::domain::{Argument, ArgumentKind};
use crate::error::Error;

pub(crate) fn read(specs: &[String], defaults: &[String]) -> Result<Vec<Argument>, Error> {
    let mut arguments = specs
        .iter()
        .map(|spec| argument(spec))
        .collect::<Result<Vec<_>, _>>()?;
    for default in defaults {
        let (name, value) = default_value(default)?;
        let Some(argument) = arguments.iter_mut().find(|a| a.name == name) else {
            return Err(Error::usage(format!(
                "--arg-default `{name}`: no --arg has that name"
            )));
        };
        if argument.default.is_some() {
            return Err(Error::given_twice(format!("--arg-default `{name}`")));
        }
        argument.default = Some(value.to_owned());
    }
    Ok(arguments)
}

pub(crate) fn default_value(text: &str) -> Result<(&str, &str), Error> {
    text.split_once('=')
        .ok_or_else(|| Error::not_of_form("--arg-default", text, "NAME=VALUE"))
}

/// `NAME[?][:TYPE[:Display name]]`. The display name may contain colons.
pub fn argument(spec: &str) -> Result<Argument, Error> {
    let mut parts = spec.splitn(3, ':');
    let name = parts.next().unwrap_or_default();
    let (name, optional) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    if name.is_empty() {
        return Err(Error::usage(format!("--arg `{spec}` has no name"))
            .hint("use NAME, NAME?:numeric or NAME:string:Label"));
    }
    let kind = match parts.next() {
        None | Some("") => ArgumentKind::Text,
        Some(word) => ArgumentKind::parse(word).ok_or_else(|| {
            let error = Error::usage(format!("--arg `{spec}`: unknown type `{word}`"));
            let near = suggested(word, ArgumentKind::WORDS);
            let types = || format!("expected one of {}", ArgumentKind::WORDS.join(", "));
            error.hint(near.unwrap_or_else(types))
        })?,
    };
    let display_name = parts.next().filter(|n| !n.is_empty()).map(str::to_owned);
    Ok(Argument {
        name: name.to_owned(),
        display_name,
        kind,
        default: None,
        optional,
        range: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::difference::spelled;
    use proptest::prelude::*;

    #[test]
    fn argument_specs_are_parsed_in_every_form() {
        let plain = argument("A").expect("read");
        assert_eq!(
            (plain.kind, plain.optional, plain.display_name),
            (ArgumentKind::Text, false, None)
        );
        let full = argument("A?:numeric:How many: at most").expect("read");
        assert_eq!(full.kind, ArgumentKind::Numeric);
        assert!(full.optional);
        assert_eq!(full.display_name.as_deref(), Some("How many: at most"));
        let lagoons = argument("A:ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF").expect("read");
        assert_eq!(lagoons.kind, ArgumentKind::OtherEnvironmentName);
        for wrong in ["", "?", ":string", "A:int"] {
            assert!(argument(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn defaults_require_a_declared_argument() {
        let specs = ["A".to_owned()];
        let read_one = |d: &str| read(&specs, &[d.to_owned()]);
        assert_eq!(
            read_one("A=x=y").expect("read")[0].default.as_deref(),
            Some("x=y")
        );
        assert_eq!(
            read_one("A=").expect("read")[0].default.as_deref(),
            Some("")
        );
        assert!(read_one("B=x").is_err());
        assert!(read_one("A").is_err());
        assert!(read(&specs, &["A=1".to_owned(), "A=2".to_owned()]).is_err());
    }

    proptest! {
        #[test]
        fn argument_specs_round_trip(
            name in "[A-Za-z_][A-Za-z0-9_]{0,8}",
            optional: bool,
            kind in prop::sample::select(ArgumentKind::WORDS.to_vec()),
            display_name in prop::option::of("[^\u{0}]{1,20}"),
        ) {
            let wanted = Argument {
                name,
                display_name,
                kind: ArgumentKind::parse(kind).expect("a type"),
                default: None,
                optional,
                range: None,
            };
            prop_assert_eq!(argument(&spelled(&wanted)).expect("read"), wanted);
        }

        #[test]
        fn argument_parsing_never_panics(spec in ".*", default in ".*") {
            let _ = read(&[spec], &[default]);
        }
    }
}
