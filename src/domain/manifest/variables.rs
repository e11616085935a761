//! `${…}` in a file: only declared names are replaced, everything else stays for the shell.
//!
//! `$$` before `{NAME}` of a declared name stands for one `$` that replaces nothing, so every text
//! can be written. Before any other `{…}` a `$$` is left alone: it is the shell's own number.

use std::ops::Range;

/// The name that is always known: the project's.
pub(super) const PROJECT: &str = "project";

/// What is known under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text to put in its place.
    Text(String),
    /// The text of this variable of the process, which is not shown.
    FromEnv { text: String, variable: String },
    /// Declared, but there is no value; the reason.
    Missing(String),
}

/// Whether a variable can be called so.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// A text with its variables replaced.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// The bytes that come from the process's environment, each with the variable's name.
    pub(super) from_env: Vec<(Range<usize>, String)>,
    /// Why names have no value.
    pub(super) missing: Vec<String>,
}

/// The text with every declared name replaced.
pub(super) fn fill(text: &str, value: &dyn Fn(&str) -> Option<Value>) -> Filled {
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
    Filled {
        text: filled,
        from_env,
        missing,
    }
}

/// The text written so that [`fill`] gives it back, where these names are declared.
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

/// What is done with a name, the number of `$` before it, and the text so far; whether it was.
type Replace<'a> = &'a mut dyn FnMut(&str, usize, &mut String) -> bool;

/// Goes through a text and offers every `$…${name}`, all its dollars at once.
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
    fn declared_names_are_replaced_and_nothing_else() {
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
        let Filled { text, missing, .. } = fill("${none} $${none}", &known);
        assert_eq!((text.as_str(), missing.len()), ("${none} ${none}", 1));
        let Filled { text, from_env, .. } = fill("a ${env} $${env}${env}", &known);
        assert_eq!(text, "a value ${env}value");
        let variable = || "TASKS_VAR_env".to_owned();
        assert_eq!(from_env, [(2..7, variable()), (14..19, variable())]);
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(text in "([$]{1,4}|[{]project[}]|[{]none[}]|[{]x[}]|[{}]|[a-z \n]){0,12}") {
            let escaped = escape(&text, &|name| known(name).is_some());
            let filled = Filled { text, ..Filled::default() };
            prop_assert_eq!(fill(&escaped, &known), filled);
        }
    }
}
