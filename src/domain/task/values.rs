//! The argument values of one invocation: checked, completed with defaults, and escaped.

use crate::domain::names::{did_you_mean, nearest};
use crate::domain::task::argument::{Argument, is_shell_variable, is_special_variable};
use crate::domain::task::definition::{Definition, Work};
use crate::domain::task::quoting::{compose, escape};
use crate::domain::task::text::{limit, storable, too_long};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("unknown argument `{name}`{}", suggested(.nearest))]
    Unknown { name: String, nearest: Vec<String> },
    #[error("the argument `{0}` was given twice")]
    Duplicate(String),
    #[error("the argument `{name}` is required{}", .label.as_ref().map(|l| format!(" ({l})")).unwrap_or_default())]
    Missing { name: String, label: Option<String> },
    /// Lagoon would refuse or change the value.
    #[error("invalid value `{value}` for `{name}`: {why}")]
    Invalid {
        name: String,
        /// Shortened.
        value: String,
        why: String,
    },
    /// The default is no longer allowed.
    #[error("invalid default `{value}` for `{name}`: {why}")]
    Default {
        name: String,
        value: String,
        why: String,
    },
    #[error(
        "`{0}` is not a valid shell variable name, so its value cannot be passed to the command"
    )]
    NotAVariable(String),
    /// The total length.
    #[error("the command with its values {}", too_long(*.0, "bytes", limit::COMMAND_BYTES))]
    TooLong(usize),
}

fn suggested(nearest: &[String]) -> String {
    did_you_mean(nearest).map_or(String::new(), |hint| format!(" ({hint})"))
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// As typed, with defaults, in the definition's order.
    pub plain: Vec<(String, String)>,
    /// Escaped for COMMAND tasks.
    pub sent: Vec<(String, String)>,
    pub warnings: Vec<String>,
}

impl Values {
    pub fn command_line(&self, command: &str) -> String {
        let sent = self.sent.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        compose(sent, command)
    }
}

/// Checks values and adds defaults; returns all problems. `raw` sends values to a COMMAND task
/// unescaped, so that its shell interprets them.
pub fn resolve(
    definition: &Definition,
    given: &[(String, String)],
    raw: bool,
) -> Result<Values, Vec<ValueProblem>> {
    let arguments = definition.arguments();
    let in_shell = matches!(definition.work, Work::Command(_));
    let mut problems = unknown_names(arguments, given);
    let mut values = Values::default();
    for argument in arguments {
        let typed = given.iter().find(|(name, _)| *name == argument.name);
        let typed = typed.map(|(_, value)| value.as_str());
        // Lagoon refuses a blank value for a typed argument without default, so it is left out.
        let typed = typed.filter(|v| !v.trim().is_empty() || argument.takes_blank());
        let Some(value) = typed.or(argument.default.as_deref()) else {
            if argument.is_required() {
                problems.push(ValueProblem::Missing {
                    name: argument.name.clone(),
                    label: argument.display_name.clone(),
                });
            }
            continue;
        };
        if in_shell && !is_shell_variable(&argument.name) {
            problems.push(ValueProblem::NotAVariable(argument.name.clone()));
            continue;
        }
        values
            .warnings
            .extend(special_variable(definition, argument));
        if let Err(why) = sendable(argument, value, in_shell && !raw) {
            let (name, value) = (argument.name.clone(), shorten(value));
            problems.push(if typed.is_some() {
                ValueProblem::Invalid { name, value, why }
            } else {
                ValueProblem::Default { name, value, why }
            });
            continue;
        }
        let sent = if in_shell && !raw {
            escape(value)
        } else {
            value.to_owned()
        };
        values.plain.push((argument.name.clone(), value.to_owned()));
        values.sent.push((argument.name.clone(), sent));
    }
    if let Some(command) = definition.command() {
        let length = values.command_line(command).len();
        if length > limit::COMMAND_BYTES {
            problems.push(ValueProblem::TooLong(length));
        }
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(problems)
    }
}

pub(super) fn special_variable(definition: &Definition, argument: &Argument) -> Option<String> {
    let is_special = definition.command().is_some() && is_special_variable(&argument.name);
    is_special.then(|| {
        let name = &argument.name;
        format!("the argument `{name}` overrides a variable of the container's shell")
    })
}

fn unknown_names(arguments: &[Argument], given: &[(String, String)]) -> Vec<ValueProblem> {
    let mut problems = Vec::new();
    for (position, (name, _)) in given.iter().enumerate() {
        if !arguments.iter().any(|a| a.name == *name) {
            let near = nearest(name, arguments.iter().map(|a| a.name.as_str()));
            problems.push(ValueProblem::Unknown {
                name: name.clone(),
                nearest: near.into_iter().map(str::to_owned).collect(),
            });
        } else if given[..position].iter().any(|(earlier, _)| earlier == name) {
            problems.push(ValueProblem::Duplicate(name.clone()));
        }
    }
    problems
}

fn sendable(argument: &Argument, value: &str, escaped: bool) -> Result<(), String> {
    storable(value)?;
    argument.check(value)?;
    let is_compared = argument.kind.is_environment() || argument.allowed().is_some();
    if escaped && is_compared && escape(value) != value {
        // Lagoon compares the escaped value with the allowed ones.
        return Err(
            "it contains characters that must be escaped for the shell, and Lagoon refuses the escaped value"
                .to_owned(),
        );
    }
    Ok(())
}

fn shorten(value: &str) -> String {
    match value.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &value[..cut]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ArgumentKind, Permission, Scope};

    fn argument(name: &str, kind: ArgumentKind) -> Argument {
        Argument {
            name: name.into(),
            display_name: None,
            kind,
            default: None,
            optional: false,
            range: None,
        }
    }

    fn task(work: Work, arguments: Vec<Argument>) -> Definition {
        Definition {
            id: 1,
            name: "t".into(),
            service: Some("cli".into()),
            permission: Permission::Guest,
            arguments: Some(arguments),
            ..Definition::empty(Scope::System, work)
        }
    }

    fn command(arguments: Vec<Argument>) -> Definition {
        task(Work::Command("echo".into()), arguments)
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn defaults_are_sent_and_escaped_too() {
        let mut a = argument("A", ArgumentKind::Text);
        a.default = Some("$x".into());
        let values = resolve(&command(vec![a]), &[], false).expect("resolved");
        assert_eq!(values.plain, given(&[("A", "$x")]));
        assert_eq!(values.sent, given(&[("A", r"\$x")]));
        assert_eq!(values.command_line("echo"), r#" A="\$x"; echo"#);
    }

    #[test]
    fn raw_values_and_images_are_not_escaped() {
        let arguments = vec![argument("A", ArgumentKind::Text)];
        let pairs = given(&[("A", "$x \"q\"")]);
        assert_eq!(
            resolve(&command(arguments.clone()), &pairs, true)
                .expect("resolved")
                .sent,
            pairs
        );
        let image = task(Work::Image("a/b".into()), arguments);
        assert_eq!(
            resolve(&image, &pairs, false).expect("resolved").sent,
            pairs
        );
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let arguments = vec![
            argument("NUM", ArgumentKind::Numeric),
            argument("MUST", ArgumentKind::Text),
            argument("not ok", ArgumentKind::Text),
        ];
        let pairs = given(&[("NUM", "x"), ("MUSTY", "1"), ("not ok", "v"), ("NUM", "2")]);
        let problems = resolve(&command(arguments), &pairs, false).expect_err("problems");
        assert!(
            matches!(&problems[0], ValueProblem::Unknown { nearest, .. } if nearest == &["MUST"])
        );
        assert!(matches!(&problems[1], ValueProblem::Duplicate(name) if name == "NUM"));
        assert!(matches!(&problems[2], ValueProblem::Invalid { name, .. } if name == "NUM"));
        assert!(matches!(&problems[3], ValueProblem::Missing { name, .. } if name == "MUST"));
        assert!(matches!(&problems[4], ValueProblem::NotAVariable(name) if name == "not ok"));
        assert_eq!(problems.len(), 5);
    }

    #[test]
    fn a_blank_value_that_lagoon_refuses_is_omitted() {
        let mut number = argument("N", ArgumentKind::Numeric);
        number.optional = true;
        let values = resolve(&command(vec![number.clone()]), &given(&[("N", " ")]), false);
        assert_eq!(values.expect("resolved").sent, []);
        number.optional = false;
        assert!(resolve(&command(vec![number]), &given(&[("N", "")]), false).is_err());
        let text = argument("T", ArgumentKind::Text);
        let values = resolve(&command(vec![text]), &given(&[("T", "")]), false).expect("resolved");
        assert_eq!(values.sent, given(&[("T", "")]));
    }

    #[test]
    fn values_that_cannot_be_transmitted_are_refused() {
        let text = || vec![argument("A", ArgumentKind::Text)];
        for bad in ["a\0b", "🚀", &"x".repeat(65_536)] {
            assert!(resolve(&command(text()), &given(&[("A", bad)]), false).is_err());
        }
        let mut source = argument("A", ArgumentKind::EnvironmentName);
        source.range = Some(vec!["a$b".into()]);
        assert!(resolve(&command(vec![source]), &given(&[("A", "a$b")]), false).is_err());
    }

    #[test]
    fn a_range_is_enforced_whatever_the_type() {
        let mut service = argument("A", ArgumentKind::Unknown("SERVICE_NAME".into()));
        service.range = Some(vec!["cli".into(), "a$b".into()]);
        let task = command(vec![service.clone()]);
        assert!(resolve(&task, &given(&[("A", "cli")]), false).is_ok());
        for wrong in ["mysql", "a$b", " "] {
            assert!(resolve(&task, &given(&[("A", wrong)]), false).is_err());
        }
        service.default = Some("mysql".into());
        let problems = resolve(&command(vec![service]), &[], false).expect_err("a problem");
        assert!(matches!(&problems[0], ValueProblem::Default { value, .. } if value == "mysql"));
    }

    #[test]
    fn an_obsolete_default_is_reported() {
        let mut source = argument("FROM", ArgumentKind::EnvironmentName);
        source.default = Some("old".into());
        source.range = Some(vec!["main".into()]);
        let problems = resolve(&command(vec![source]), &[], false).expect_err("a problem");
        assert!(matches!(&problems[0], ValueProblem::Default { value, .. } if value == "old"));
    }

    #[test]
    fn names_of_shell_variables_cause_a_warning() {
        let values = resolve(
            &command(vec![argument("PATH", ArgumentKind::Text)]),
            &given(&[("PATH", "x")]),
            false,
        );
        assert_eq!(values.expect("resolved").warnings.len(), 1);
    }
}
