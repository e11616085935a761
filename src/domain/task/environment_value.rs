//! Environment-typed values that are given as a safe name or namespace.

use crate::domain::place::OtherName;
use crate::domain::task::argument::Argument;
use crate::domain::task::values::ValueProblem;

/// The given values with the names of environments, and a note on each value that was replaced.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct NamedValues {
    pub values: Vec<(String, String)>,
    pub notes: Vec<String>,
}

/// Replaces each safe name or namespace that exactly one allowed environment has. Allowed values win.
pub(crate) fn with_names(
    arguments: &[Argument],
    project: &str,
    given: &[(String, String)],
) -> Result<NamedValues, Vec<ValueProblem>> {
    let mut named = NamedValues::default();
    let mut problems = Vec::new();
    for (name, value) in given {
        let mut argument = arguments.iter().filter(|a| a.name == *name);
        let allowed = argument.find(|a| a.kind.is_environment());
        let allowed = allowed.and_then(Argument::allowed).unwrap_or_default();
        let is_allowed = allowed.contains(value);
        let matches = allowed
            .iter()
            .filter(|_| !is_allowed)
            .filter_map(|environment| {
                let found = OtherName::of(project, environment, value)?;
                Some((environment, found))
            });
        let matches: Vec<(&String, OtherName)> = matches.collect();
        match matches.as_slice() {
            [] => named.values.push((name.clone(), value.clone())),
            [(environment, found)] => {
                named.notes.push(format!(
                    "{name}: environment {environment} (its {} is `{value}`)",
                    found.word()
                ));
                named.values.push((name.clone(), (*environment).clone()));
            }
            several => {
                let names = several.iter().map(|(name, _)| format!("`{name}`"));
                let names: Vec<String> = names.collect();
                problems.push(ValueProblem::Invalid {
                    name: name.clone(),
                    value: value.clone(),
                    why: format!(
                        "{} environments have it as their safe name or namespace: {}",
                        names.len(),
                        names.join(", ")
                    ),
                });
            }
        }
    }
    match problems.as_slice() {
        [] => Ok(named),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ArgumentKind;

    fn named(kind: ArgumentKind, value: &str) -> Result<NamedValues, Vec<ValueProblem>> {
        let range = ["feature/x", "fix-1", "fix/1", "a/b", "a_b"];
        let argument = Argument {
            name: "FROM".to_owned(),
            display_name: None,
            kind,
            default: None,
            optional: false,
            range: Some(range.map(str::to_owned).to_vec()),
        };
        let given = [("FROM".to_owned(), value.to_owned())];
        with_names(&[argument], "shop", &given)
    }

    #[test]
    fn second_names_are_replaced_if_they_are_unique() {
        for (value, name) in [
            ("feature-x", "feature/x"),
            ("shop-feature-x", "feature/x"),
            ("fix-1", "fix-1"),
            ("fix/1", "fix/1"),
            ("other", "other"),
        ] {
            let found = named(ArgumentKind::EnvironmentName, value).expect(value);
            assert_eq!(found.values[0].1, name);
            assert_eq!(found.notes.is_empty(), value == name, "{:?}", found.notes);
        }
        let several = named(ArgumentKind::OtherEnvironmentName, "a-b").expect_err("several");
        assert!(
            several[0].to_string().ends_with("`a/b`, `a_b`"),
            "{}",
            several[0]
        );
        let text = named(ArgumentKind::Text, "feature-x").expect("a text");
        assert_eq!(text.values[0].1, "feature-x");
    }
}
