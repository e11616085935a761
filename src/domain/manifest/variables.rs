//! `${…}` in a file. Only declared names are replaced; a shell reads the others.
//!
//! `$$` before `{NAME}` of a declared name is a literal `$`. Before any other `{…}`, `$$` is
//! unchanged: it is the shell's process id.

use std::ops::Range;

/// The variable that always exists.
pub(super) const PROJECT: &str = "project";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// The value of an environment variable, which is not shown.
    FromEnv {
        text: String,
        variable: String,
    },
    /// Declared without a value; the reason.
    Missing(String),
}

pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FilledText {
    pub(super) text: String,
    /// The ranges of environment variables' values, with the names of the variables.
    pub(super) from_env: Vec<(Range<usize>, String)>,
    /// Reasons for missing values.
    pub(super) missing: Vec<String>,
}

pub(super) fn fill(text: &str, value: &dyn Fn(&str) -> Option<Value>) -> FilledText {
    let (mut missing, mut from_env) = (Vec::new(), Vec::new());
    let filled = walk(text, &mut |name, dollars, out| {
        let Some(value) = value(name) else {
            return false;
        };
        out.push_str(&"$".repeat(dollars / 2));
        match value {
            _ if dollars % 2 == 0 => out.push_str(&format!("{{{name}}}")),
            Value::Text(text) => out.push_str(&text),
            Value::FromEnv { text, variable } => {
                from_env.push((out.len()..out.len() + text.len(), variable));
                out.push_str(&text);
            }
            Value::Missing(why) => {
                missing.push(why);
                out.push_str(&format!("${{{name}}}"));
            }
        }
        true
    });
    FilledText {
        text: filled,
        from_env,
        missing,
    }
}

/// The inverse of [`fill`] for the declared names.
pub(super) fn escape(text: &str, is_declared: &dyn Fn(&str) -> bool) -> String {
    walk(text, &mut |name, dollars, out| {
        if !is_declared(name) {
            return false;
        }
        out.push_str(&"$".repeat(dollars * 2));
        out.push_str(&format!("{{{name}}}"));
        true
    })
}

/// Takes a name, the number of `$` before it, and the output so far. Returns whether it replaced
/// the name.
type Replace<'a> = &'a mut dyn FnMut(&str, usize, &mut String) -> bool;

/// Passes every `$…{name}` to `replace`.
fn walk(text: &str, replace: Replace<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let dollars = rest.bytes().take_while(|b| *b == b'$').count();
        let after = &rest[dollars..];
        let name = after
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
            .map(|(name, _)| name)
            .filter(|name| is_name(name));
        if let Some(name) = name
            && replace(name, dollars, &mut out)
        {
            rest = &after[name.len() + 2..];
        } else {
            out.push_str(&rest[..dollars]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(name: &str) -> Option<Value> {
        match name {
            "project" => Some(Value::Text("shop".into())),
            "dollar" => Some(Value::Text("${project}".into())),
            "env" => Some(Value::FromEnv {
                text: "value".into(),
                variable: "TASKS_VAR_env".into(),
            }),
            "none" => Some(Value::Missing("no value".into())),
            _ => None,
        }
    }

    #[test]
    fn only_declared_variables_are_replaced() {
        for (text, filled) in [
            ("${project}", "shop"),
            ("a ${project}${project} b", "a shopshop b"),
            ("${dollar}", "${project}"),
            (
                "${other} $project ${project:-x} ${ project }",
                "${other} $project ${project:-x} ${ project }",
            ),
            ("$${project}", "${project}"),
            ("$$${project}", "$shop"),
            ("$$$${project}", "$${project}"),
            ("$${other} $$ $", "$${other} $$ $"),
            ("${${project}}", "${shop}"),
            ("${", "${"),
        ] {
            assert_eq!(fill(text, &known).text, filled, "{text}");
        }
        let FilledText { text, missing, .. } = fill("${none} $${none}", &known);
        assert_eq!((text.as_str(), missing.len()), ("${none} ${none}", 1));
        let FilledText { text, from_env, .. } = fill("a ${env} $${env}${env}", &known);
        assert_eq!(text, "a value ${env}value");
        let variable = || "TASKS_VAR_env".to_owned();
        assert_eq!(from_env, [(2..7, variable()), (14..19, variable())]);
    }

    proptest! {
        #[test]
        fn escaped_text_round_trips(text in "([$]{1,4}|[{]project[}]|[{]none[}]|[{]x[}]|[{}]|[a-z \n]){0,12}") {
            let escaped = escape(&text, &|name| known(name).is_some());
            let filled = FilledText { text, ..FilledText::default() };
            prop_assert_eq!(fill(&escaped, &known), filled);
        }
    }
}
